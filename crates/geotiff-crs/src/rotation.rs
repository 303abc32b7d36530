//! Rotated poles: the derived geographic CRSs of weather and climate models.

use std::f64::consts::PI;

use crate::engine::{Columns, wrap};
use crate::error::{Error, Result};
use crate::method::canonical;
use crate::model::Conversion;

/// Longitude and latitude on a sphere whose north pole lies elsewhere, by the formulas of PROJ's `ob_tran`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rotation {
    /// The central meridian before the rotation, in radians.
    lon_0: f64,
    /// The longitude of the old pole after the rotation, in radians.
    pole_lon: f64,
    /// Sine and cosine of its latitude.
    pole_lat: (f64, f64),
}

impl Rotation {
    /// The methods that PROJ has for it: its own, and those of GRIB and of the CF conventions of netCDF.
    pub(crate) fn new(conversion: &Conversion) -> Result<Self> {
        let radians = |name: &str| {
            let wanted = canonical(name);
            let given = conversion.parameters.iter().find(|parameter| canonical(&parameter.name) == wanted);
            given.map_or(0.0, |parameter| parameter.base_value())
        };
        let (lon_0, pole_lon, pole_lat) = match canonical(&conversion.method).as_str() {
            "projobtranoproj=longlat" => (radians("lon_0"), radians("o_lon_p"), radians("o_lat_p")),
            "polerotationgribconvention" => (
                radians("Longitude of the southern pole (GRIB convention)"),
                -radians("Axis rotation (GRIB convention)"),
                -radians("Latitude of the southern pole (GRIB convention)"),
            ),
            "polerotationnetcdfcfconvention" => (
                PI + radians("Grid north pole longitude (netCDF CF convention)"),
                radians("North pole grid longitude (netCDF CF convention)"),
                radians("Grid north pole latitude (netCDF CF convention)"),
            ),
            _ => {
                return Err(Error::unsupported(format!(
                    "derivation by {:?} of a geographic CRS",
                    conversion.method
                )));
            }
        };
        Ok(Self { lon_0, pole_lon, pole_lat: pole_lat.sin_cos() })
    }

    /// From longitude and latitude in radians to the rotated ones.
    pub(crate) fn forward(self, points: &mut Columns<'_>) {
        let (sin_pole, cos_pole) = self.pole_lat;
        points.apply(|lon, lat| {
            let (sin_lon, cos_lon) = (lon - self.lon_0).sin_cos();
            let (sin_lat, cos_lat) = lat.sin_cos();
            let turned = (cos_lat * sin_lon).atan2(sin_pole * cos_lat * cos_lon + cos_pole * sin_lat);
            let lat = (sin_pole * sin_lat - cos_pole * cos_lat * cos_lon).clamp(-1.0, 1.0).asin();
            Some((wrap(turned + self.pole_lon), lat))
        });
    }

    /// And back.
    pub(crate) fn inverse(self, points: &mut Columns<'_>) {
        let (sin_pole, cos_pole) = self.pole_lat;
        points.apply(|lon, lat| {
            let (sin_lon, cos_lon) = (lon - self.pole_lon).sin_cos();
            let (sin_lat, cos_lat) = lat.sin_cos();
            let turned = (cos_lat * sin_lon).atan2(sin_pole * cos_lat * cos_lon - cos_pole * sin_lat);
            let lat = (sin_pole * sin_lat + cos_pole * cos_lat * cos_lon).clamp(-1.0, 1.0).asin();
            Some((wrap(turned + self.lon_0), lat))
        });
    }
}
