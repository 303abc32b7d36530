//! Bonne (EPSG method 9827), with the length of the meridian that it needs.

use std::f64::consts::FRAC_PI_2;

use super::{Projection, newton};
use crate::error::{Error, Result};

/// Length of the meridian from the equator, by the series of Snyder (Map Projections, page 17) up to e⁸.
struct Meridian {
    es: f64,
    coefficients: [f64; 5],
}

impl Meridian {
    fn new(es: f64) -> Self {
        let tail = 0.019_531_25 + es * 0.010_681_152_343_75;
        let coefficients = [
            1.0 - es * (0.25 + es * (0.046_875 + es * tail)),
            es * (0.75 - es * (0.046_875 + es * tail)),
            es.powi(2) * (0.468_75 - es * (0.013_020_833_333_333_333 + es * 0.007_120_768_229_166_667)),
            es.powi(3) * (0.364_583_333_333_333_3 - es * 0.005_696_614_583_333_333),
            es.powi(4) * 0.307_617_187_5,
        ];
        Self { es, coefficients }
    }

    fn length(&self, lat: f64) -> f64 {
        let [c0, c1, c2, c3, c4] = self.coefficients;
        let (sin, cos) = lat.sin_cos();
        let s = sin * sin;
        c0 * lat - sin * cos * (c1 + s * (c2 + s * (c3 + s * c4)))
    }

    fn latitude(&self, length: f64) -> Option<f64> {
        newton(length, |lat| {
            let w = 1.0 - self.es * lat.sin().powi(2);
            (self.length(lat) - length) * w * w.sqrt() / (1.0 - self.es)
        })
    }
}

pub(super) struct Bonne {
    meridian: Meridian,
    lat_1: f64,
    /// Radius of the standard parallel, and length of the meridian to it.
    radius: f64,
    length: f64,
}

impl Bonne {
    pub(super) fn new(es: f64, lat_1: f64) -> Result<Self> {
        if lat_1.abs() < 1e-10 || lat_1.abs() > FRAC_PI_2 {
            return Err(Error::malformed(
                "Bonne's standard parallel is neither the equator nor beyond a pole",
            ));
        }
        let meridian = Meridian::new(es);
        let (sin, cos) = lat_1.sin_cos();
        let radius = cos / ((1.0 - es * sin * sin).sqrt() * sin);
        let length = meridian.length(lat_1);
        Ok(Self { meridian, lat_1, radius, length })
    }
}

impl Projection for Bonne {
    fn forward(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        let rho = self.radius + self.length - self.meridian.length(lat);
        if rho.abs() < 1e-10 {
            return Some((0.0, self.radius));
        }
        let (sin, cos) = lat.sin_cos();
        let angle = cos * lon / (rho * (1.0 - self.meridian.es * sin * sin).sqrt());
        Some((rho * angle.sin(), self.radius - rho * angle.cos()))
    }

    fn inverse(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let y = self.radius - y;
        let rho = x.hypot(y).copysign(self.lat_1);
        let lat = self.meridian.latitude(self.radius + self.length - rho)?;
        let beyond = lat.abs() - FRAC_PI_2;
        if beyond.abs() < 1e-10 {
            return Some((0.0, lat));
        }
        if beyond > 0.0 {
            return None;
        }
        let (sin, cos) = lat.sin_cos();
        let angle = if self.lat_1 > 0.0 { x.atan2(y) } else { (-x).atan2(-y) };
        Some((rho * angle * (1.0 - self.meridian.es * sin * sin).sqrt() / cos, lat))
    }
}
