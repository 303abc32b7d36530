//! Projections that proj4rs lacks, by the formulas that PROJ uses, so that results are the same.
//!
//! All work on an ellipsoid (or sphere) of semi-major axis 1, with longitudes relative to the central meridian.

mod colombia;
mod conic;
mod grid;
mod interrupted;
mod krovak;
mod pseudocylindrical;
mod sphere;

use crate::engine::{Columns, wrap};
use crate::error::Result;

pub(crate) use grid::new_zealand;
pub(crate) use krovak::Modification;

/// One projection. Angles in radians; `None` outside its domain.
pub(crate) trait Projection: Send + Sync {
    fn forward(&self, lon: f64, lat: f64) -> Option<(f64, f64)>;
    fn inverse(&self, x: f64, y: f64) -> Option<(f64, f64)>;
}

/// Where a projection lies: semi-major axis, central meridian, false easting and northing.
pub(crate) struct Placed {
    pub(crate) projection: Box<dyn Projection>,
    pub(crate) a: f64,
    pub(crate) lon_0: f64,
    pub(crate) origin: [f64; 2],
}

impl Placed {
    pub(crate) fn forward(&self, points: &mut Columns<'_>) {
        let [fe, fn_] = self.origin;
        points.apply(|lon, lat| {
            let (x, y) = self.projection.forward(wrap(lon - self.lon_0), lat)?;
            Some((x * self.a + fe, y * self.a + fn_))
        });
    }

    pub(crate) fn inverse(&self, points: &mut Columns<'_>) {
        let [fe, fn_] = self.origin;
        points.apply(|x, y| {
            let (lon, lat) = self.projection.inverse((x - fe) / self.a, (y - fn_) / self.a)?;
            Some((wrap(lon + self.lon_0), lat))
        });
    }
}

/// The parameters of a conversion by EPSG's names, in radians and metres; the default where one is missing.
pub(crate) trait Named {
    fn value(&self, name: &str) -> f64;
}

/// A projection and its central meridian, by PROJ's name of it; `None` if it is none of those here.
pub(crate) fn make(
    proj: &str,
    a: f64,
    es: f64,
    values: &impl Named,
) -> Result<Option<(Box<dyn Projection>, f64)>> {
    let lon_0 = values.value("Longitude of natural origin");
    let centred = values.value("Longitude of projection centre");
    let made: (Box<dyn Projection>, f64) = match proj {
        "labrd" => (Box::new(grid::Laborde::new(es, values)?), centred),
        "col_urban" => (Box::new(colombia::ColombiaUrban::new(a, es, values)), lon_0),
        "bonne" => (Box::new(conic::Bonne::new(es, values.value("Latitude of natural origin"))?), lon_0),
        "vandg" => (Box::new(sphere::VanDerGrinten), lon_0),
        "wintri" => {
            let parallel = values.value("Latitude of 1st standard parallel");
            (Box::new(sphere::WinkelTripel::new(parallel)), lon_0)
        }
        "tpeqd" => {
            let (projection, lon_0) = sphere::TwoPoint::new(values)?;
            (Box::new(projection), lon_0)
        }
        "igh" => (Box::new(interrupted::Interrupted::land()), lon_0),
        "igh_o" => (Box::new(interrupted::Interrupted::ocean()), lon_0),
        "goode" => (Box::new(pseudocylindrical::Goode), lon_0),
        _ => match pseudocylindrical::Simple::named(proj) {
            Some(projection) => (Box::new(projection), lon_0),
            None => return Ok(None),
        },
    };
    Ok(Some(made))
}

/// Solves `f(t) = 0` by Newton's method from `t`; `step` is `f / f'`. `None` where it does not settle.
fn newton(mut t: f64, step: impl Fn(f64) -> f64) -> Option<f64> {
    for _ in 0..30 {
        let delta = step(t);
        t -= delta;
        if delta.abs() < 1e-13 {
            return t.is_finite().then_some(t);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Forward and back, over the world or around the origin.
    fn round_trip(projection: &dyn Projection, lons: &[f64], lats: &[f64], limit: f64) {
        for (lon, lat) in lons.iter().flat_map(|lon| lats.iter().map(move |lat| (*lon, *lat))) {
            let (lon, lat) = (lon.to_radians(), lat.to_radians());
            let (x, y) = projection.forward(lon, lat).unwrap();
            let (back_lon, back_lat) = projection.inverse(x, y).unwrap();
            let off = (back_lon - lon).abs().max((back_lat - lat).abs());
            assert!(off < limit, "{} {}: off by {off}", lon.to_degrees(), lat.to_degrees());
        }
    }

    #[test]
    fn inverses_lead_back() {
        let (lons, lats) =
            ([-170.0, -60.0, -1.0, 0.0, 45.0, 120.0], [-85.0, -45.0, -10.0, 0.0, 0.5, 40.0, 70.0]);
        for name in ["eck1", "eck2", "eck3", "eck4", "eck5", "eck6", "natearth", "gall"] {
            round_trip(&pseudocylindrical::Simple::named(name).unwrap(), &lons, &lats, 1e-10);
        }
        round_trip(&pseudocylindrical::Goode, &lons, &lats, 1e-10);
        round_trip(&sphere::VanDerGrinten, &lons, &lats, 1e-8);
        round_trip(&sphere::WinkelTripel::new(0.88), &lons, &lats[1..], 1e-9);
        round_trip(&conic::Bonne::new(0.00669438, 0.5).unwrap(), &lons[1..5], &lats[1..], 1e-10);
        let near = [-4.0, -1.0, 0.0, 2.5];
        round_trip(&grid::NewZealand, &near, &[-46.0, -41.0, -35.0], 1e-7);
    }

    #[test]
    fn points_outside_have_no_image() {
        assert_eq!(pseudocylindrical::Simple::named("eck4").unwrap().inverse(0.0, 2.0), None);
        assert_eq!(pseudocylindrical::Simple::named("natearth").unwrap().inverse(0.0, 9.0), None);
        assert_eq!(sphere::VanDerGrinten.forward(0.0, 2.0), None);
        assert!(conic::Bonne::new(0.0, 0.0).is_err());
    }
}
