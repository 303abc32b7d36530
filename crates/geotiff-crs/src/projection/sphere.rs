//! Van der Grinten I, Winkel Tripel and Two-Point Equidistant, on the sphere.

use std::f64::consts::{FRAC_PI_2, PI};

use super::{Named, Projection};
use crate::engine::wrap;
use crate::error::{Error, Result};

const SMALL: f64 = 1e-10;

/// The world in a circle (Snyder, page 239), by PROJ's order of evaluation.
pub(super) struct VanDerGrinten;

impl Projection for VanDerGrinten {
    fn forward(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        let sine = lat.abs() / FRAC_PI_2;
        if sine > 1.0 + SMALL {
            return None;
        }
        let sine = sine.min(1.0);
        if lat.abs() <= SMALL {
            return Some((lon, 0.0));
        }
        if lon.abs() <= SMALL || (sine - 1.0).abs() < SMALL {
            return Some((0.0, (PI * (sine.asin() / 2.0).tan()).copysign(lat)));
        }
        let a = 0.5 * (PI / lon - lon / PI).abs();
        let cosine = (1.0 - sine * sine).sqrt();
        let g = cosine / (sine + cosine - 1.0);
        let p = (g * (2.0 / sine - 1.0)).powi(2);
        let (d, s) = (g - p, p + a * a);
        let x = PI * (a * d + (a * a * d * d - s * (g * g - p)).max(0.0).sqrt()) / s;
        let share = (x / PI).abs();
        let y = PI * (1.0 - share * (share + 2.0 * a)).max(0.0).sqrt();
        Some((x.copysign(lon), y.copysign(lat)))
    }

    fn inverse(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let (x2, y2, ay) = (x * x, y * y, y.abs());
        let r = x2 + y2;
        let longitude = |t: f64| {
            if x.abs() <= SMALL { 0.0 } else { 0.5 * (r - PI * PI + t.max(0.0).sqrt()) / x }
        };
        let t = r * r + 2.0 * PI * PI * (x2 - y2 + 0.5 * PI * PI);
        if ay < SMALL {
            return Some((longitude(t), 0.0));
        }
        let c1 = -PI * ay * (r + PI * PI);
        let c3 = r * r + 2.0 * PI * (ay * r + PI * (y2 + PI * (ay + FRAC_PI_2)));
        let c2 = (c1 + PI * PI * (r - 3.0 * y2)) / c3;
        let al = c1 / c3 - c2 * c2 / 3.0;
        let m = 2.0 * (-al / 3.0).sqrt();
        let c0 = PI * ay;
        let d = 2.0 / 27.0 * c2.powi(3) + (c0 * c0 - c2 * c1 / 3.0) / c3;
        let d = 3.0 * d / (al * m);
        if d.is_nan() || d.abs() > 1.0 + SMALL {
            return None;
        }
        let angle = d.clamp(-1.0, 1.0).acos();
        let angle = if r > PI * PI { 2.0 * PI - angle } else { angle };
        let lat = PI * (m * (angle / 3.0 + 4.0 * PI / 3.0).cos() - c2 / 3.0);
        Some((longitude(t), lat.copysign(y)))
    }
}

/// The mean of Aitoff's and an equidistant cylindrical map.
pub(super) struct WinkelTripel {
    cos_parallel: f64,
}

impl WinkelTripel {
    /// With the standard parallel of the equidistant cylindrical map.
    pub(super) fn new(parallel: f64) -> Self {
        Self { cos_parallel: parallel.cos() }
    }

    fn project(&self, lon: f64, lat: f64) -> (f64, f64) {
        let half = lon / 2.0;
        let d = (lat.cos() * half.cos()).clamp(-1.0, 1.0).acos();
        let stretch = if d == 0.0 { 1.0 } else { d / d.sin() };
        let (x, y) = (2.0 * stretch * lat.cos() * half.sin(), stretch * lat.sin());
        ((x + lon * self.cos_parallel) / 2.0, (y + lat) / 2.0)
    }
}

impl Projection for WinkelTripel {
    fn forward(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        Some(self.project(lon, lat))
    }

    /// Newton's method in two dimensions, the slopes by differences: there is no closed form.
    fn inverse(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let (mut lon, mut lat) = (x, y.clamp(-1.5, 1.5));
        let step = 1e-6;
        for _ in 0..50 {
            let (px, py) = self.project(lon, lat);
            let slope = |dlon: f64, dlat: f64| {
                let (ax, ay) = self.project(lon + dlon, lat + dlat);
                let (bx, by) = self.project(lon - dlon, lat - dlat);
                ((ax - bx) / (2.0 * step), (ay - by) / (2.0 * step))
            };
            let ((xl, yl), (xp, yp)) = (slope(step, 0.0), slope(0.0, step));
            let determinant = xl * yp - xp * yl;
            let (dx, dy) = (px - x, py - y);
            let (dlon, dlat) = ((dx * yp - dy * xp) / determinant, (dy * xl - dx * yl) / determinant);
            lon = (lon - dlon).clamp(-PI, PI);
            lat = (lat - dlat).clamp(-FRAC_PI_2, FRAC_PI_2);
            if dlon.abs() + dlat.abs() < 1e-12 {
                break;
            }
        }
        // Outside the map the last step leads nowhere.
        let (px, py) = self.project(lon, lat);
        ((px - x).abs() + (py - y).abs() < 1e-9).then_some((lon, lat))
    }
}

/// True distances from two points.
pub(super) struct TwoPoint {
    /// Sine and cosine of both latitudes.
    first: (f64, f64),
    second: (f64, f64),
    half_lon: f64,
    half_arc: f64,
    /// Sine and cosine of the latitude of the great circle's pole.
    pole: (f64, f64),
    pole_lon: f64,
    centre_lon: f64,
}

impl TwoPoint {
    /// The projection and its central meridian.
    pub(super) fn new(values: &(impl Named + ?Sized)) -> Result<(Self, f64)> {
        let value = |name: &str| values.value(name);
        let (lat_1, lon_1) = (value("Latitude of 1st point"), value("Longitude of 1st point"));
        let (lat_2, lon_2) = (value("Latitude of 2nd point"), value("Longitude of 2nd point"));
        if lat_1 == lat_2 && lon_1 == lon_2 {
            return Err(Error::malformed("Two-Point Equidistant takes two points that differ"));
        }
        let dlon = wrap(lon_2 - lon_1);
        let ((s1, c1), (s2, c2)) = (lat_1.sin_cos(), lat_2.sin_cos());
        let arc = (s1 * s2 + c1 * c2 * dlon.cos()).clamp(-1.0, 1.0).acos();
        let azimuth = (c2 * dlon.sin()).atan2(c1 * s2 - s1 * c2 * dlon.cos());
        let projection = Self {
            first: (s1, c1),
            second: (s2, c2),
            half_lon: dlon / 2.0,
            half_arc: arc / 2.0,
            pole: (c1 * azimuth.sin()).clamp(-1.0, 1.0).asin().sin_cos(),
            pole_lon: wrap((c1 * azimuth.cos()).atan2(s1) - arc / 2.0),
            centre_lon: FRAC_PI_2 - (azimuth.sin() * s1).atan2(azimuth.cos()) - dlon / 2.0,
        };
        Ok((projection, wrap((lon_1 + lon_2) / 2.0)))
    }
}

impl Projection for TwoPoint {
    fn forward(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        let ((s1, c1), (s2, c2)) = (self.first, self.second);
        let (sin, cos) = lat.sin_cos();
        let (dl1, dl2) = (lon + self.half_lon, lon - self.half_lon);
        let z1 = (s1 * sin + c1 * cos * dl1.cos()).clamp(-1.0, 1.0).acos().powi(2);
        let z2 = (s2 * sin + c2 * cos * dl2.cos()).clamp(-1.0, 1.0).acos().powi(2);
        let arc = 2.0 * self.half_arc;
        let t = arc * arc - (z1 - z2);
        let y = (4.0 * arc * arc * z2 - t * t).max(0.0).sqrt() / (2.0 * arc);
        let side =
            c1 * c2 * (2.0 * self.half_lon).sin() * sin - cos * (c1 * s2 * dl1.sin() - s1 * c2 * dl2.sin());
        Some(((z1 - z2) / (2.0 * arc), if side < 0.0 { -y } else { y }))
    }

    fn inverse(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let (cz1, cz2) = (y.hypot(x + self.half_arc).cos(), y.hypot(x - self.half_arc).cos());
        let (sum, difference) = (cz1 + cz2, cz1 - cz2);
        let tangent = self.half_arc.tan();
        let lon = -difference.atan2(sum * tangent);
        let lat = ((tangent * sum).hypot(difference) * 0.5 / self.half_arc.sin()).min(1.0).acos();
        let lat = if y < 0.0 { -lat } else { lat };
        let (sa, ca) = self.pole;
        let (sin, cos) = lat.sin_cos();
        let lon = lon - self.pole_lon;
        let turned = (cos * lon.sin()).atan2(sa * cos * lon.cos() - ca * sin);
        Some((turned + self.centre_lon, (sa * sin + ca * cos * lon.cos()).clamp(-1.0, 1.0).asin()))
    }
}
