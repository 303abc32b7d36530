//! Where the pixels of the result lie in the source.

use crate::mapping::Mapping;

/// Positions in pixels of the source for a lattice of positions in the result, row by row; NaN where there are none.
pub(crate) struct Positions {
    pub(crate) xs: Vec<f64>,
    pub(crate) ys: Vec<f64>,
    /// Points in a row.
    pub(crate) columns: usize,
}

impl Positions {
    /// The exact positions of the lattice `cols` × `rows`, in pixels of the result.
    pub(crate) fn exact(mapping: &Mapping, cols: &[f64], rows: &[f64]) -> Self {
        let mut xs = cols.repeat(rows.len());
        let mut ys: Vec<f64> = rows.iter().flat_map(|row| std::iter::repeat_n(*row, cols.len())).collect();
        mapping.apply(&mut xs, &mut ys);
        Self { xs, ys, columns: cols.len() }
    }

    /// The rectangle `[left, top, right, bottom]` around all positions that lie in a source of `width` × `height`
    /// pixels or within the margins of it, cut to the source; `None` where there are none.
    pub(crate) fn extent(&self, width: f64, height: f64, margin: (f64, f64)) -> Option<[f64; 4]> {
        let inside = self.xs.iter().zip(&self.ys).filter(|(x, y)| {
            (-margin.0..=width + margin.0).contains(*x) && (-margin.1..=height + margin.1).contains(*y)
        });
        inside.fold(None, |extent, (&x, &y)| {
            let [left, top, right, bottom] = extent.unwrap_or([width, height, 0.0, 0.0]);
            let (x, y) = (x.clamp(0.0, width), y.clamp(0.0, height));
            Some([left.min(x), top.min(y), right.max(x), bottom.max(y)])
        })
    }

    /// Source pixels per step of the lattice along the source's columns and rows, on average; `None` where no two
    /// neighbours have a position.
    pub(crate) fn ratios(&self) -> Option<(f64, f64)> {
        const SAMPLES: usize = 32;
        let rows = self.xs.len() / self.columns.max(1);
        let (step_x, step_y) = (self.columns.div_ceil(SAMPLES).max(1), rows.div_ceil(SAMPLES).max(1));
        let (mut sums, mut count) = ((0.0, 0.0), 0.0);
        for row in (1..rows).step_by(step_y) {
            for column in (1..self.columns).step_by(step_x) {
                let here = row * self.columns + column;
                let change = |of: &[f64]| {
                    let (across, down) = (of[here] - of[here - 1], of[here] - of[here - self.columns]);
                    across.hypot(down)
                };
                let (x, y) = (change(&self.xs), change(&self.ys));
                if x.is_finite() && y.is_finite() {
                    sums = (sums.0 + x, sums.1 + y);
                    count += 1.0;
                }
            }
        }
        (count > 0.0).then(|| (sums.0 / count, sums.1 / count))
    }

    /// Source pixels to a pixel of the result, along columns and rows, for each `strip` rows of the lattice: by the size
    /// of the source window in a level of `width` × `height` pixels, which is what GDAL widens its kernels by. `step` has
    /// the [`ratios`](Self::ratios).
    pub(crate) fn window_ratios(
        &self,
        strip: usize,
        (width, height): (f64, f64),
        step: (f64, f64),
    ) -> Vec<(f64, f64)> {
        let columns = self.columns.max(1);
        let points = columns.saturating_mul(strip).max(1);
        let strips = self.xs.chunks(points).zip(self.ys.chunks(points));
        let of = |(xs, ys): (&[f64], &[f64])| {
            (window_ratio(xs, step.0, width, columns), window_ratio(ys, step.1, height, ys.len() / columns))
        };
        strips.map(of).collect()
    }
}

/// GDAL takes the edge of a window that is as near to a whole pixel for it.
const NEARLY_WHOLE: f64 = 1e-6;

/// The most that a window may be larger than its pixels together: that of an image turned by 45°. Where longitudes wrap
/// or a projection tears, a window says nothing.
const MOST_STRETCH: f64 = std::f64::consts::SQRT_2;

/// Source pixels to a pixel of the result along one axis, by the size of the source window, which ends with the level.
/// `positions` are those of the centres of `pixels` rows or columns, `step` apart. 1 outside of the level.
fn window_ratio(positions: &[f64], step: f64, size: f64, pixels: usize) -> f64 {
    let finite = positions.iter().filter(|position| position.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &position| {
        (low.min(position), high.max(position))
    });
    let start = (low - step / 2.0 + NEARLY_WHOLE).floor().clamp(0.0, size);
    let end = (high + step / 2.0 - NEARLY_WHOLE).ceil().clamp(0.0, size);
    let ratio = ((end - start) / pixels.max(1) as f64).min(MOST_STRETCH * step);
    if ratio > 0.0 { ratio } else { 1.0 }
}
