//! Conversions from the Proj keys: by code, or method and parameters one by one.

use geotiff_core::GeoKey;

use super::Reader;
use crate::error::{Error, Result};
use crate::lookup;
use crate::method::{self, Method, Quantity};
use crate::model::{Conversion, Parameter};
use crate::units::{Unit, UnitKind};

/// Latitudes that stand for the origin, whatever the method calls it.
const LATITUDES: [GeoKey; 3] =
    [GeoKey::PROJ_NAT_ORIGIN_LAT, GeoKey::PROJ_FALSE_ORIGIN_LAT, GeoKey::PROJ_CENTER_LAT];
const LONGITUDES: [GeoKey; 4] = [
    GeoKey::PROJ_NAT_ORIGIN_LONG,
    GeoKey::PROJ_FALSE_ORIGIN_LONG,
    GeoKey::PROJ_CENTER_LONG,
    GeoKey::PROJ_STRAIGHT_VERT_POLE_LONG,
];
const EASTINGS: [GeoKey; 3] =
    [GeoKey::PROJ_FALSE_EASTING, GeoKey::PROJ_CENTER_EASTING, GeoKey::PROJ_FALSE_ORIGIN_EASTING];
const NORTHINGS: [GeoKey; 3] =
    [GeoKey::PROJ_FALSE_NORTHING, GeoKey::PROJ_CENTER_NORTHING, GeoKey::PROJ_FALSE_ORIGIN_NORTHING];
const SCALES: [GeoKey; 2] = [GeoKey::PROJ_SCALE_AT_NAT_ORIGIN, GeoKey::PROJ_SCALE_AT_CENTER];

pub(super) fn read(reader: &Reader<'_>, angular: &Unit, linear: &Unit) -> Result<Conversion> {
    if let Some(Ok(conversion)) = reader.code(GeoKey::PROJECTION).map(lookup::conversion) {
        return Ok(conversion);
    }
    let transform = reader.keys.short(GeoKey::PROJ_COORD_TRANS);
    let transform = transform.ok_or_else(|| Error::malformed("a projected CRS without a projection"))?;
    let values = Values { reader };
    let method = method_of(transform, &values)?;
    let parameters = method
        .params
        .iter()
        .map(|param| {
            let given = if param.proj == "h" { None } else { values.get(param.code) };
            let unit = match param.quantity {
                Quantity::Angle => angular.clone(),
                Quantity::Length => linear.clone(),
                Quantity::Scale => Unit::new("unity", UnitKind::Scale, 1.0),
            };
            Parameter {
                name: param.name.to_owned(),
                value: given.unwrap_or(param.default()),
                unit,
                code: (param.code != 0).then_some(param.code),
            }
        })
        .collect();
    Ok(Conversion {
        name: "unnamed".to_owned(),
        method: method.name.to_owned(),
        method_code: (method.code != 0).then_some(method.code),
        parameters,
        id: None,
    })
}

/// ProjCoordTransGeoKey's values (GeoTIFF 1.0, section 6.3.3.3; 9815 is GDAL's).
fn method_of(transform: u16, values: &Values<'_>) -> Result<&'static Method> {
    let code = match transform {
        1 => 9807,
        3 => 9812,
        4 => 9813,
        5 | 9815 => 9815,
        7 if values.first(&[GeoKey::PROJ_STD_PARALLEL1]).is_some() && values.first(&SCALES).is_none() => 9805,
        7 => 9804,
        8 => 9802,
        9 => 9801,
        10 => 9820,
        11 => 9822,
        12 => 1125,
        13 => 1119,
        15 => return polar(values),
        16 => 9809,
        17 => 1028,
        18 => 9806,
        21 => 9840,
        22 => 9818,
        26 => 9811,
        27 => 9808,
        28 => 9835,
        _ => return by_name(transform),
    };
    method::by_code(code).ok_or_else(|| unknown(transform))
}

/// Methods without an EPSG code.
fn by_name(transform: u16) -> Result<&'static Method> {
    let name = match transform {
        14 => "Stereographic",
        19 => "Gnomonic",
        20 => "Miller Cylindrical",
        23 => "Robinson",
        24 => "Sinusoidal",
        25 => "Van Der Grinten",
        _ => return Err(unknown(transform)),
    };
    method::find(None, name).ok_or_else(|| unknown(transform))
}

fn unknown(transform: u16) -> Error {
    Error::unsupported(format!("ProjCoordTransGeoKey {transform}"))
}

/// The latitude is the pole's where there is a scale (variant A), else the standard parallel's (variant B).
fn polar(values: &Values<'_>) -> Result<&'static Method> {
    let scaled = values.first(&SCALES).is_some_and(|scale| scale != 1.0);
    let code = if scaled { 9810 } else { 9829 };
    method::by_code(code).ok_or_else(|| unknown(15))
}

struct Values<'a> {
    reader: &'a Reader<'a>,
}

impl Values<'_> {
    fn first(&self, keys: &[GeoKey]) -> Option<f64> {
        keys.iter().find_map(|key| self.reader.double(*key))
    }

    /// The value of a parameter by its EPSG code; the keys are looked up as libgeotiff does.
    fn get(&self, code: u32) -> Option<f64> {
        match code {
            8801 | 8811 | 8821 | 8832 => self.first(&LATITUDES),
            8802 | 8812 | 8822 => self.first(&LONGITUDES),
            8833 => self.first(&[GeoKey::PROJ_STRAIGHT_VERT_POLE_LONG]).or_else(|| self.first(&LONGITUDES)),
            8805 | 8815 => self.first(&SCALES),
            8806 | 8816 | 8826 => self.first(&EASTINGS),
            8807 | 8817 | 8827 => self.first(&NORTHINGS),
            8813 => self.first(&[GeoKey::PROJ_AZIMUTH_ANGLE]),
            // Right angles where it is missing, as libgeotiff has it.
            8814 => self.first(&[GeoKey::PROJ_RECTIFIED_GRID_ANGLE]).or(Some(90.0)),
            8823 => self.first(&[GeoKey::PROJ_STD_PARALLEL1]),
            8824 => self.first(&[GeoKey::PROJ_STD_PARALLEL2]),
            _ => None,
        }
    }
}
