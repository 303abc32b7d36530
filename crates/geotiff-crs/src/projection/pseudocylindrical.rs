//! World maps with straight parallels, on the sphere (Snyder, Map Projections; An Album of Map Projections).

use std::f64::consts::{FRAC_PI_2, PI};

use super::{Projection, newton};

/// What PROJ takes of beyond ±1 for rounding.
pub(super) const ROUNDING: f64 = 1e-10;

pub(super) fn asin(value: f64) -> Option<f64> {
    (value.abs() <= 1.0 + ROUNDING).then(|| value.clamp(-1.0, 1.0).asin())
}

/// Those where the northing depends on the latitude alone.
#[derive(Clone, Copy, Debug)]
pub(super) enum Simple {
    Eckert1,
    Eckert2,
    Eckert3,
    Eckert4,
    Eckert5,
    Eckert6,
    NaturalEarth,
    Gall,
}

impl Simple {
    pub(super) fn named(proj: &str) -> Option<Self> {
        Some(match proj {
            "eck1" => Self::Eckert1,
            "eck2" => Self::Eckert2,
            "eck3" => Self::Eckert3,
            "eck4" => Self::Eckert4,
            "eck5" => Self::Eckert5,
            "eck6" => Self::Eckert6,
            "natearth" => Self::NaturalEarth,
            "gall" => Self::Gall,
            _ => return None,
        })
    }

    /// The auxiliary angle that Eckert IV and VI need; the latitude for the others.
    fn auxiliary(self, lat: f64) -> Option<f64> {
        match self {
            Self::Eckert4 => {
                let p = (2.0 + FRAC_PI_2) * lat.sin();
                let v = lat * lat;
                let start = lat * (0.895_168 + v * (0.021_884_9 + v * 0.008_268_09));
                let found = newton(start, |t| {
                    let (sin, cos) = t.sin_cos();
                    (t + sin * (cos + 2.0) - p) / (1.0 + cos * (cos + 2.0) - sin * sin)
                });
                // At the poles the slope is 0.
                Some(found.unwrap_or(FRAC_PI_2.copysign(lat)))
            }
            Self::Eckert6 => {
                let k = (1.0 + FRAC_PI_2) * lat.sin();
                newton(lat, |t| (t + t.sin() - k) / (1.0 + t.cos()))
            }
            _ => Some(lat),
        }
    }

    /// Easting for each radian of longitude, and northing.
    fn parallel(self, t: f64) -> (f64, f64) {
        let eckert4 = 1.0 / (PI * (4.0 + PI)).sqrt();
        match self {
            Self::Eckert1 => {
                let f = 2.0 * (2.0 / (3.0 * PI)).sqrt();
                (f * (1.0 - t.abs() / PI), f * t)
            }
            Self::Eckert2 => {
                let root = (4.0 - 3.0 * t.sin().abs()).sqrt();
                let (fx, fy) = (2.0 / (6.0 * PI).sqrt(), (PI * 2.0 / 3.0).sqrt());
                (fx * root, (fy * (2.0 - root)).copysign(t))
            }
            Self::Eckert3 => {
                (2.0 * eckert4 * (1.0 + (1.0 - (2.0 * t / PI).powi(2)).max(0.0).sqrt()), 4.0 * eckert4 * t)
            }
            Self::Eckert4 => (2.0 * eckert4 * (1.0 + t.cos()), 2.0 * PI * eckert4 * t.sin()),
            Self::Eckert5 => {
                let f = 1.0 / (2.0 + PI).sqrt();
                (f * (1.0 + t.cos()), 2.0 * f * t)
            }
            Self::Eckert6 => {
                let f = 1.0 / (2.0 + PI).sqrt();
                (f * (1.0 + t.cos()), 2.0 * f * t)
            }
            Self::NaturalEarth => natural_earth(t),
            Self::Gall => (0.5_f64.sqrt(), (1.0 + 0.5_f64.sqrt()) * (t / 2.0).tan()),
        }
    }

    /// The auxiliary angle of a northing.
    fn angle(self, y: f64) -> Option<f64> {
        Some(match self {
            Self::Eckert1 => y / (2.0 * (2.0 / (3.0 * PI)).sqrt()),
            Self::Eckert2 => {
                let root = 2.0 - y.abs() / (PI * 2.0 / 3.0).sqrt();
                asin((4.0 - root * root) / 3.0)?.copysign(y)
            }
            Self::Eckert3 => y * (PI * (4.0 + PI)).sqrt() / 4.0,
            Self::Eckert4 => asin(y * (PI * (4.0 + PI)).sqrt() / (2.0 * PI))?,
            Self::Eckert5 | Self::Eckert6 => y * (2.0 + PI).sqrt() / 2.0,
            Self::NaturalEarth => newton(y, |t| {
                let step = 1e-6;
                let slope = (natural_earth(t + step).1 - natural_earth(t - step).1) / (2.0 * step);
                (natural_earth(t).1 - y) / slope
            })?,
            Self::Gall => 2.0 * (y / (1.0 + 0.5_f64.sqrt())).atan(),
        })
    }

    /// The latitude of an auxiliary angle.
    fn latitude(self, t: f64) -> Option<f64> {
        match self {
            Self::Eckert4 => asin((t + t.sin() * (t.cos() + 2.0)) / (2.0 + FRAC_PI_2)),
            Self::Eckert6 => asin((t + t.sin()) / (1.0 + FRAC_PI_2)),
            _ => (t.abs() <= FRAC_PI_2 + ROUNDING).then_some(t),
        }
    }
}

/// Patterson's polynomials (Šavrič, Jenny, Patterson and others, 2011).
fn natural_earth(t: f64) -> (f64, f64) {
    let t2 = t * t;
    let t4 = t2 * t2;
    let x = 0.8707 + t2 * (-0.131_979 + t2 * (-0.013_791 + t4 * t2 * (0.003_971 - 0.001_529 * t2)));
    let y = t * (1.007_226 + t2 * (0.015_085 + t4 * (-0.044_475 + 0.028_874 * t2 - 0.005_916 * t4)));
    (x, y)
}

impl Projection for Simple {
    fn forward(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        let (x, y) = self.parallel(self.auxiliary(lat)?);
        Some((x * lon, y))
    }

    fn inverse(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let t = self.angle(y)?;
        let lat = self.latitude(t)?;
        let (width, _) = self.parallel(t);
        Some((if width > 0.0 { x / width } else { 0.0 }, lat))
    }
}

/// Sinusoidal around the equator, Mollweide beyond 40° 44′ 11.8″.
pub(super) struct Goode;

const SEAM: f64 = 0.710_930_781_979_023_6;
/// What brings Mollweide's parallels to those of the sinusoidal.
const OFFSET: f64 = 0.052_80;

/// Mollweide's auxiliary angle.
pub(super) fn mollweide(lat: f64) -> f64 {
    let p = PI * lat.sin();
    newton(lat, |t| (t + t.sin() - p) / (1.0 + t.cos())).map_or(FRAC_PI_2.copysign(lat), |t| t / 2.0)
}

impl Projection for Goode {
    fn forward(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        if lat.abs() <= SEAM {
            return Some((lon * lat.cos(), lat));
        }
        let t = mollweide(lat);
        let scale = 2.0 * 2.0_f64.sqrt() / PI;
        Some((scale * lon * t.cos(), 2.0_f64.sqrt() * t.sin() - OFFSET.copysign(lat)))
    }

    fn inverse(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        if y.abs() <= SEAM {
            return Some((x / y.cos(), y));
        }
        let t = asin((y + OFFSET.copysign(y)) / 2.0_f64.sqrt())?;
        let lon = x * PI / (2.0 * 2.0_f64.sqrt() * t.cos());
        if lon.abs() > PI + ROUNDING {
            return None;
        }
        Some((lon, asin((2.0 * t + (2.0 * t).sin()) / PI)?))
    }
}
