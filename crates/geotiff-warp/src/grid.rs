//! The approximate grid: positions interpolated between exact ones, as densely as the bend of the projection needs.

use crate::mapping::Mapping;

/// The largest deviation of a checked point, in source pixels. Between the checked points it may be larger, and a
/// widened linear kernel adds up to 0.086: together they stay under the 0.125 that are promised.
const MOST_ERROR: f64 = 0.03;
/// Points along a side of the first cells.
const FIRST_CELL: usize = 64;
/// Cells of no more points a side are not divided but transformed point by point.
const LAST_CELL: usize = 4;

/// Positions in pixels of the source for a lattice of positions in the result, row by row; NaN where there are none.
pub(crate) struct Positions {
    pub(crate) xs: Vec<f64>,
    pub(crate) ys: Vec<f64>,
    /// Points in a row.
    pub(crate) columns: usize,
}

impl Positions {
    /// The positions of the lattice `cols` × `rows`, both in rising order, in pixels of the result.
    pub(crate) fn new(mapping: &Mapping, cols: &[f64], rows: &[f64], exact: bool) -> Self {
        let count = cols.len() * rows.len();
        let (xs, ys) = (vec![f64::NAN; count], vec![f64::NAN; count]);
        let mut positions = Self { xs, ys, columns: cols.len() };
        let mut lattice = Lattice { mapping, cols, rows, positions: &mut positions };
        if exact {
            lattice.transform(&[Cell::whole(cols.len(), rows.len())]);
        } else {
            lattice.approximate();
        }
        positions
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

/// A position in the source.
type Point = (f64, f64);

/// A part of the lattice between two columns and two rows, both included, with the exact positions of its corners:
/// upper left, upper right, lower left, lower right.
#[derive(Clone, Copy)]
struct Cell {
    cols: (usize, usize),
    rows: (usize, usize),
    corners: [Point; 4],
}

impl Cell {
    fn whole(columns: usize, rows: usize) -> Self {
        Self {
            cols: (0, columns.saturating_sub(1)),
            rows: (0, rows.saturating_sub(1)),
            corners: [(f64::NAN, f64::NAN); 4],
        }
    }

    fn middle(&self) -> (usize, usize) {
        (usize::midpoint(self.cols.0, self.cols.1), usize::midpoint(self.rows.0, self.rows.1))
    }

    fn is_last(&self) -> bool {
        self.cols.1 - self.cols.0 <= LAST_CELL && self.rows.1 - self.rows.0 <= LAST_CELL
    }

    /// The middles of the sides (upper, left, right, lower) and of the cell.
    fn checked(&self) -> [(usize, usize); 5] {
        let (col, row) = self.middle();
        let ((left, right), (top, bottom)) = (self.cols, self.rows);
        [(col, top), (left, row), (right, row), (col, bottom), (col, row)]
    }

    /// The four quarters, from the exact positions of the [checked](Self::checked) points.
    fn quarters(&self, [top, left, right, bottom, centre]: [Point; 5]) -> impl Iterator<Item = Self> {
        let (col, row) = self.middle();
        let [nw, ne, sw, se] = self.corners;
        let (west, east) = ((self.cols.0, col), (col, self.cols.1));
        let (north, south) = ((self.rows.0, row), (row, self.rows.1));
        let cell = |cols, rows, corners| Self { cols, rows, corners };
        // A cell one point wide or high has itself for a half.
        let is_flat = (self.cols.0 == self.cols.1, self.rows.0 == self.rows.1);
        [
            (true, cell(west, north, [nw, top, left, centre])),
            (!is_flat.0, cell(east, north, [top, ne, centre, right])),
            (!is_flat.1, cell(west, south, [left, centre, sw, bottom])),
            (!is_flat.0 && !is_flat.1, cell(east, south, [centre, right, bottom, se])),
        ]
        .into_iter()
        .filter_map(|(is_there, cell)| is_there.then_some(cell))
    }
}

/// The lattice while its positions are worked out.
struct Lattice<'a> {
    mapping: &'a Mapping,
    cols: &'a [f64],
    rows: &'a [f64],
    positions: &'a mut Positions,
}

impl Lattice<'_> {
    /// Interpolates where that is good enough, dividing the other cells until it is.
    fn approximate(&mut self) {
        let mut cells = self.first_cells();
        let mut last = Vec::new();
        while !cells.is_empty() {
            let checked = self.exact(cells.iter().flat_map(Cell::checked));
            let mut divided = Vec::new();
            for (cell, exact) in cells.iter().zip(checked.as_chunks::<5>().0) {
                if self.is_straight(cell, exact) {
                    self.interpolate(cell);
                } else if cell.is_last() {
                    last.push(*cell);
                } else {
                    divided.extend(cell.quarters(*exact));
                }
            }
            cells = divided;
        }
        self.transform(&last);
    }

    fn first_cells(&self) -> Vec<Cell> {
        let spans = |count: usize| -> Vec<(usize, usize)> {
            let last = count.saturating_sub(1);
            let starts = (0..last.max(1)).step_by(FIRST_CELL);
            starts.map(|start| (start, (start + FIRST_CELL).min(last))).collect()
        };
        let (across, down) = (spans(self.cols.len()), spans(self.rows.len()));
        let corners =
            |(left, right), (top, bottom)| [(left, top), (right, top), (left, bottom), (right, bottom)];
        let pairs = || down.iter().flat_map(|rows| across.iter().map(move |cols| (*cols, *rows)));
        let exact = self.exact(pairs().flat_map(|(cols, rows)| corners(cols, rows)));
        let corners = exact.as_chunks::<4>().0;
        pairs().zip(corners).map(|((cols, rows), corners)| Cell { cols, rows, corners: *corners }).collect()
    }

    /// The exact positions of points of the lattice.
    fn exact(&self, points: impl Iterator<Item = (usize, usize)>) -> Vec<Point> {
        let (mut xs, mut ys): (Vec<f64>, Vec<f64>) =
            points.map(|(col, row)| (self.cols[col], self.rows[row])).unzip();
        self.mapping.apply(&mut xs, &mut ys);
        xs.into_iter().zip(ys).collect()
    }

    /// Whether interpolation meets the checked points; never where a corner or a checked point has no position.
    fn is_straight(&self, cell: &Cell, exact: &[Point; 5]) -> bool {
        cell.checked().iter().zip(exact).all(|(&(col, row), &(x, y))| {
            let (across, down) = (self.across(cell, col), self.down(cell, row));
            let (guess_x, guess_y) = bilinear(&cell.corners, across, down);
            (guess_x - x).hypot(guess_y - y) <= MOST_ERROR
        })
    }

    fn across(&self, cell: &Cell, col: usize) -> f64 {
        fraction(self.cols[cell.cols.0], self.cols[cell.cols.1], self.cols[col])
    }

    fn down(&self, cell: &Cell, row: usize) -> f64 {
        fraction(self.rows[cell.rows.0], self.rows[cell.rows.1], self.rows[row])
    }

    fn interpolate(&mut self, cell: &Cell) {
        let across: Vec<f64> = (cell.cols.0..=cell.cols.1).map(|col| self.across(cell, col)).collect();
        for row in cell.rows.0..=cell.rows.1 {
            let down = self.down(cell, row);
            let (left, right) = (
                between(cell.corners[0], cell.corners[2], down),
                between(cell.corners[1], cell.corners[3], down),
            );
            let first = row * self.positions.columns + cell.cols.0;
            let xs = self.positions.xs[first..].iter_mut();
            let ys = self.positions.ys[first..].iter_mut();
            for ((x, y), across) in xs.zip(ys).zip(&across) {
                (*x, *y) = between(left, right, *across);
            }
        }
    }

    /// Transforms every point of the cells.
    fn transform(&mut self, cells: &[Cell]) {
        for cell in cells {
            let width = cell.cols.1 + 1 - cell.cols.0;
            for row in cell.rows.0..=cell.rows.1 {
                let first = row * self.positions.columns + cell.cols.0;
                let xs = &mut self.positions.xs[first..first + width];
                let ys = &mut self.positions.ys[first..first + width];
                xs.copy_from_slice(&self.cols[cell.cols.0..=cell.cols.1]);
                ys.fill(self.rows[row]);
                self.mapping.apply(xs, ys);
            }
        }
    }
}

fn fraction(first: f64, last: f64, here: f64) -> f64 {
    if last > first { (here - first) / (last - first) } else { 0.0 }
}

fn between(from: Point, to: Point, fraction: f64) -> Point {
    (from.0 + (to.0 - from.0) * fraction, from.1 + (to.1 - from.1) * fraction)
}

fn bilinear(corners: &[Point; 4], across: f64, down: f64) -> Point {
    let [nw, ne, sw, se] = *corners;
    between(between(nw, sw, down), between(ne, se, down), across)
}
