//! Colombia Urban (EPSG method 1052), IOGP Guidance Note 7-2, section 3.2.6.

use super::{Named, Projection};

/// Transverse Mercator-like plans of towns, on a plane at their height.
pub(super) struct ColombiaUrban {
    es: f64,
    lat_0: f64,
    /// Radius of the meridian at the origin.
    rho_0: f64,
    /// Height of the plane.
    height: f64,
    a: f64,
    b: f64,
    c: f64,
    d: f64,
}

impl ColombiaUrban {
    pub(super) fn new(a: f64, es: f64, values: &(impl Named + ?Sized)) -> Self {
        let lat_0 = values.value("Latitude of natural origin");
        let height = values.value("Projection plane origin height") / a;
        let (rho_0, nu_0) = radii(es, lat_0);
        Self {
            es,
            lat_0,
            rho_0,
            height,
            a: 1.0 + height / nu_0,
            b: lat_0.tan() / (2.0 * rho_0 * nu_0),
            c: 1.0 + height,
            d: rho_0 * (1.0 + height / (1.0 - es)),
        }
    }
}

/// Radii of curvature in the meridian and in the prime vertical.
fn radii(es: f64, lat: f64) -> (f64, f64) {
    let w = 1.0 - es * lat.sin().powi(2);
    ((1.0 - es) / w.powf(1.5), 1.0 / w.sqrt())
}

impl Projection for ColombiaUrban {
    fn forward(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        let (_, nu) = radii(self.es, lat);
        let arc = lon * nu * lat.cos();
        let (rho_m, _) = radii(self.es, (lat + self.lat_0) / 2.0);
        let g = 1.0 + self.height / rho_m;
        Some((self.a * arc, g * self.rho_0 * ((lat - self.lat_0) + self.b * arc * arc)))
    }

    fn inverse(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let lat = self.lat_0 + y / self.d - self.b * (x / self.c).powi(2);
        let (_, nu) = radii(self.es, lat);
        Some((x / (self.c * nu * lat.cos()), lat))
    }
}
