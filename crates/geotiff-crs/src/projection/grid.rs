//! Two national grids by polynomials: New Zealand Map Grid (EPSG method 9811) and Laborde's of Madagascar (9813).

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use super::{Named, Placed, Projection, newton};
use crate::error::{Error, Result};

/// New Zealand Map Grid (LINZS25002, section 5): a polynomial in the complex plane of isometric latitude and longitude.
pub(super) struct NewZealand;

/// Latitude of the grid's origin: 41° south.
const NEW_ZEALAND_LAT_0: f64 = -41.0 * PI / 180.0;

/// The grid where it lies, on the International ellipsoid. As in PROJ, the polynomials hold for nothing else: what a
/// definition says of ellipsoid, origin and false coordinates is left aside.
pub(crate) fn new_zealand() -> Placed {
    Placed {
        projection: Box::new(NewZealand),
        a: 6_378_388.0,
        lon_0: 173_f64.to_radians(),
        origin: [2_510_000.0, 6_023_150.0],
    }
}

/// 10⁵ arc-seconds in radians.
const SECONDS: f64 = 1e5 * PI / (180.0 * 3600.0);

/// Isometric latitude from latitude.
const A: [f64; 10] = [
    0.6399175073,
    -0.1358797613,
    0.063294409,
    -0.02526853,
    0.0117879,
    -0.0055161,
    0.0026906,
    -0.001333,
    0.00067,
    -0.00034,
];

/// Latitude from isometric latitude.
const D: [f64; 9] =
    [1.5627014243, 0.5185406398, -0.03333098, -0.1052906, -0.0368594, 0.007317, 0.01220, 0.00394, -0.0013];

/// The plane from isometric latitude and longitude: real and imaginary parts.
const B: [(f64, f64); 6] = [
    (0.7557853228, 0.0),
    (0.249204646, 0.003371507),
    (-0.001541739, 0.041058560),
    (-0.10162907, 0.01727609),
    (-0.26623489, -0.36249218),
    (-0.6870983, -1.1651967),
];

fn times(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

fn plus(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 + b.0, a.1 + b.1)
}

/// The polynomial without a constant term, and its derivative.
fn plane(z: (f64, f64)) -> ((f64, f64), (f64, f64)) {
    let (mut value, mut slope) = ((0.0, 0.0), (0.0, 0.0));
    for coefficient in B.iter().rev() {
        slope = plus(times(slope, z), value);
        value = plus(times(value, z), *coefficient);
    }
    // What was summed is the polynomial divided by z.
    (times(value, z), plus(times(slope, z), value))
}

fn series(coefficients: &[f64], t: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * t + coefficient) * t
}

impl Projection for NewZealand {
    fn forward(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        let isometric = series(&A, (lat - NEW_ZEALAND_LAT_0) / SECONDS);
        let ((y, x), _) = plane((isometric, lon));
        Some((x, y))
    }

    fn inverse(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let mut z = (y, x);
        for _ in 0..20 {
            let (value, slope) = plane(z);
            let off = (value.0 - y, value.1 - x);
            let size = slope.0 * slope.0 + slope.1 * slope.1;
            let delta = times(off, (slope.0 / size, -slope.1 / size));
            z = (z.0 - delta.0, z.1 - delta.1);
            if delta.0.abs() + delta.1.abs() <= 1e-10 {
                return Some((z.1, NEW_ZEALAND_LAT_0 + series(&D, z.0) * SECONDS));
            }
        }
        None
    }
}

/// Laborde Oblique Mercator, by the formulas of PROJ's `labrd`.
pub(super) struct Laborde {
    e: f64,
    es: f64,
    lat_0: f64,
    scale: f64,
    k_0: f64,
    /// Latitude of the origin on the sphere.
    sphere_lat_0: f64,
    a: f64,
    c: f64,
    rotation: [f64; 4],
}

impl Laborde {
    pub(super) fn new(es: f64, values: &(impl Named + ?Sized)) -> Result<Self> {
        let lat_0 = values.value("Latitude of projection centre");
        let azimuth = values.value("Azimuth at projection centre");
        let k_0 = values.value("Scale factor at projection centre");
        if lat_0 == 0.0 || lat_0.abs() >= FRAC_PI_2 || k_0 <= 0.0 {
            return Err(Error::malformed(
                "Laborde's origin lies between the equator and a pole, its scale above 0",
            ));
        }
        let sin = lat_0.sin();
        let w = 1.0 - es * sin * sin;
        let n = 1.0 / w.sqrt();
        let r = (1.0 - es) * n / w;
        let scale = k_0 * (n * r).sqrt();
        let sphere_lat_0 = ((r / n).sqrt() * lat_0.tan()).atan();
        let a = sin / sphere_lat_0.sin();
        let e = es.sqrt();
        let c = isometric(sphere_lat_0, 0.0) - a * isometric(lat_0, e);
        let third = 1.0 / (12.0 * scale * scale);
        let (ca, cb) = ((1.0 - (2.0 * azimuth).cos()) * third, (2.0 * azimuth).sin() * third);
        let rotation = [ca, cb, 3.0 * (ca * ca - cb * cb), 6.0 * ca * cb];
        Ok(Self { e, es, lat_0, scale, k_0, sphere_lat_0, a, c, rotation })
    }

    /// Latitude on the sphere.
    fn sphere(&self, lat: f64) -> f64 {
        2.0 * ((self.a * isometric(lat, self.e) + self.c).exp().atan() - FRAC_PI_4)
    }
}

fn isometric(lat: f64, e: f64) -> f64 {
    (FRAC_PI_4 + lat / 2.0).tan().ln() - e * (e * lat.sin()).atanh()
}

impl Projection for Laborde {
    fn forward(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        let ps = self.sphere(lat);
        let (sin, cos) = ps.sin_cos();
        let (s2, c2, a2) = (sin * sin, cos * cos, self.a * self.a);
        let i4 = self.a * cos;
        let i2 = 0.5 * self.a * i4 * sin;
        let i3 = i2 * a2 * (5.0 * c2 - s2) / 12.0;
        let i5 = i4 * a2 * (c2 - s2) / 6.0;
        let i6 = i4 * a2 * a2 * (5.0 * c2 * c2 + s2 * (s2 - 18.0 * c2)) / 120.0;
        let t = lon * lon;
        let x = self.scale * lon * (i4 + t * (i5 + t * i6));
        let y = self.scale * (ps - self.sphere_lat_0 + t * (i2 + t * i3));
        let (v1, v2) = (3.0 * x * y * y - x.powi(3), y.powi(3) - 3.0 * x * x * y);
        let [ca, cb, ..] = self.rotation;
        Some((x + ca * v1 + cb * v2, y + ca * v2 - cb * v1))
    }

    fn inverse(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let (x2, y2) = (x * x, y * y);
        let (v1, v2) = (3.0 * x * y2 - x * x2, y * y2 - 3.0 * x2 * y);
        let v3 = x * (5.0 * y2 * y2 + x2 * (-10.0 * y2 + x2));
        let v4 = y * (5.0 * x2 * x2 + y2 * (-10.0 * x2 + y2));
        let [ca, cb, cc, cd] = self.rotation;
        let x = x - ca * v1 - cb * v2 + cc * v3 + cd * v4;
        let y = y + cb * v1 - ca * v2 - cd * v3 + cc * v4;
        let ps = self.sphere_lat_0 + y / self.scale;
        // The sphere's latitude runs so nearly as the ellipsoid's that the slope is taken for 1.
        let pe = newton(ps + self.lat_0 - self.sphere_lat_0, |pe| self.sphere(pe) - ps)?;
        let w = 1.0 - (self.e * pe.sin()).powi(2);
        let re = (1.0 - self.es) / (w * w.sqrt());
        let (t, s) = (ps.tan(), self.scale * self.scale);
        let t2 = t * t;
        let d = re * self.k_0 * self.scale;
        let (i7, i8) = (t / (2.0 * d), t * (5.0 + 3.0 * t2) / (24.0 * d * s));
        let d = ps.cos() * self.scale * self.a;
        let (i9, d) = (1.0 / d, d * s);
        let (i10, i11) = ((1.0 + 2.0 * t2) / (6.0 * d), (5.0 + t2 * (28.0 + 24.0 * t2)) / (120.0 * d * s));
        let x2 = x * x;
        Some((x * (i9 + x2 * (-i10 + x2 * i11)), pe + x2 * (-i7 + i8 * x2)))
    }
}
