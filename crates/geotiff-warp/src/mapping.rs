//! From pixels of the result to pixels of a level of the source, exactly.

use std::sync::Arc;

use geotiff_crs::{CoordTransform, Crs};
use geotiff_read::transform;

/// Takes positions in pixels of the result to positions in pixels of one level of the source.
#[derive(Clone)]
pub(crate) struct Mapping {
    pub(crate) target: [f64; 6],
    pub(crate) to_source: Arc<dyn CoordTransform>,
    /// Coordinates of the source's CRS to pixels of the level.
    pub(crate) to_pixels: [f64; 6],
    pub(crate) turn: Option<Turn>,
}

/// Longitudes repeat: which of the equals is meant.
#[derive(Clone, Copy)]
pub(crate) struct Turn {
    /// The longitude that is nearest to all of the source.
    centre: f64,
    /// A full turn in the unit of the CRS.
    whole: f64,
}

impl Turn {
    /// The turn of a source with `bounds` in `crs`; `None` where coordinates do not repeat.
    pub(crate) fn of(crs: &Crs, bounds: [f64; 4]) -> Option<Self> {
        let unit = crs.angular_unit()?;
        let whole = std::f64::consts::TAU / unit.factor();
        Some(Self { centre: f64::midpoint(bounds[0], bounds[2]), whole })
    }

    fn nearest(self, longitude: f64) -> f64 {
        longitude - self.whole * ((longitude - self.centre) / self.whole).round()
    }
}

impl Mapping {
    /// Takes the positions `xs[i], ys[i]` of the result to those of the level, in place; NaN where there are none.
    pub(crate) fn apply(&self, xs: &mut [f64], ys: &mut [f64]) {
        for (x, y) in xs.iter_mut().zip(ys.iter_mut()) {
            (*x, *y) = transform::apply(self.target, *x, *y);
        }
        self.to_source.transform(xs, ys);
        for (x, y) in xs.iter_mut().zip(ys.iter_mut()) {
            if let Some(turn) = self.turn {
                *x = turn.nearest(*x);
            }
            (*x, *y) = transform::apply(self.to_pixels, *x, *y);
            if !(x.is_finite() && y.is_finite()) {
                (*x, *y) = (f64::NAN, f64::NAN);
            }
        }
    }
}
