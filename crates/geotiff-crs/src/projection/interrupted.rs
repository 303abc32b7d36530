//! Goode's interrupted homolosine, on the sphere: each lobe has a central meridian of its own, the sinusoidal
//! projection up to 40° 44′ 11.8″ and Mollweide's beyond (J. P. Goode, The Homolosine Projection, 1925).

use std::f64::consts::{PI, SQRT_2};

use super::Projection;
use super::pseudocylindrical::{ROUNDING, asin, mollweide};

/// Where the two projections meet.
const SEAM: f64 = (40.0 + 44.0 / 60.0 + 11.8 / 3600.0) * PI / 180.0;
/// Mollweide's easting for each radian of longitude at the equator.
const WIDTH: f64 = 2.0 * SQRT_2 / PI;

/// A lobe of one hemisphere, in degrees.
struct Lobe {
    west: f64,
    east: f64,
    centre: f64,
    /// West, south, east, north of the pieces beyond its meridians that PROJ takes as part of it when it comes back from
    /// the map: land or sea that the interruption would cut.
    more: &'static [[f64; 4]],
}

const fn lobe(west: f64, east: f64, centre: f64, more: &'static [[f64; 4]]) -> Lobe {
    Lobe { west, east, centre, more }
}

/// North and south; a meridian between two lobes belongs to the one that stands first.
type Lobes = [&'static [Lobe]; 2];

const LAND: Lobes = [
    &[
        lobe(-180.0, -40.0, -100.0, &[[-40.0, 60.0, -10.0, 90.0]]),
        lobe(-40.0, 180.0, 30.0, &[[-180.0, 50.0, -160.0, 90.0], [-50.0, 60.0, -40.0, 90.0]]),
    ],
    &[
        lobe(-180.0, -100.0, -160.0, &[]),
        lobe(-100.0, -20.0, -60.0, &[]),
        lobe(-20.0, 80.0, 20.0, &[]),
        lobe(80.0, 180.0, 140.0, &[]),
    ],
];

const OCEAN: Lobes = [
    &[
        lobe(-180.0, -90.0, -140.0, &[[160.0, 50.0, 180.0, 90.0]]),
        lobe(60.0, 180.0, 130.0, &[[-180.0, 50.0, -160.0, 90.0]]),
        lobe(-90.0, 60.0, -10.0, &[]),
    ],
    &[
        lobe(-180.0, -60.0, -110.0, &[]),
        lobe(90.0, 180.0, 150.0, &[]),
        lobe(-60.0, 90.0, 20.0, &[[90.0, -90.0, 100.0, -40.0]]),
    ],
];

/// `igh` of PROJ, which keeps the lands whole, and `igh_o`, which keeps the oceans whole.
pub(super) struct Interrupted {
    lobes: &'static Lobes,
    /// What brings Mollweide's parallels to those of the sinusoidal.
    offset: f64,
}

impl Interrupted {
    pub(super) fn land() -> Self {
        Self::new(&LAND)
    }

    pub(super) fn ocean() -> Self {
        Self::new(&OCEAN)
    }

    fn new(lobes: &'static Lobes) -> Self {
        Self { lobes, offset: SQRT_2 * mollweide(SEAM).sin() - SEAM }
    }

    /// The lobe by longitude, or by the same number as an easting.
    fn lobe(&self, lon: f64, north: bool) -> Option<&'static Lobe> {
        let [northern, southern] = self.lobes;
        let lon = lon.clamp(-PI, PI);
        let mut lobes = if north { northern } else { southern }.iter();
        lobes.find(|lobe| (lobe.west.to_radians()..=lobe.east.to_radians()).contains(&lon))
    }
}

impl Lobe {
    /// Whether a point of the Earth is on the lobe.
    fn holds(&self, lon: f64, lat: f64) -> bool {
        let within = |value: f64, low: f64, high: f64| {
            (low.to_radians() - ROUNDING..=high.to_radians() + ROUNDING).contains(&value)
        };
        // The pieces are of Mollweide's part alone.
        within(lon, self.west, self.east)
            || lat.abs() >= SEAM
                && self.more.iter().any(|[w, s, e, n]| within(lon, *w, *e) && within(lat, *s, *n))
    }
}

impl Projection for Interrupted {
    fn forward(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        let centre = self.lobe(lon, lat >= 0.0)?.centre.to_radians();
        let lon = lon - centre;
        if lat.abs() < SEAM {
            return Some((lon * lat.cos() + centre, lat));
        }
        let t = mollweide(lat);
        Some((WIDTH * lon * t.cos() + centre, SQRT_2 * t.sin() - self.offset.copysign(lat)))
    }

    fn inverse(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        // PROJ finds nothing at the South Pole itself.
        if y < self.offset - SQRT_2 + ROUNDING {
            return None;
        }
        let lobe = self.lobe(x, y >= 0.0)?;
        let centre = lobe.centre.to_radians();
        let (lon, lat) = if y.abs() < SEAM {
            ((x - centre) / y.cos(), y)
        } else {
            let t = asin((y + self.offset.copysign(y)) / SQRT_2)?;
            let width = WIDTH * t.cos();
            let lon = (x - centre) / width;
            if lon.abs() >= PI {
                return None;
            }
            (lon, asin((2.0 * t + (2.0 * t).sin()) / PI)?)
        };
        lobe.holds(lon + centre, lat).then_some((lon + centre, lat))
    }
}
