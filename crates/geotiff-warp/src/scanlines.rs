//! Positions interpolated along the rows of the result, between exact ones as near to each other as the bend of the
//! projection needs.
//!
//! Rows are divided as GDAL's approximate transformer divides them, so that nearest takes the same pixels.

use std::ops::Range;

use crate::mapping::Mapping;
use crate::positions::Positions;

/// Spans of no more points are transformed point by point.
const SHORTEST: usize = 5;
/// Every so many rows are looked at for a bend that their middles do not show.
const CHECKED_ROWS: usize = 16;

/// A position in the source.
type Point = (f64, f64);

/// The rows of a result, and the part of them that is wanted.
pub(crate) struct Scanlines<'a> {
    pub(crate) mapping: &'a Mapping,
    /// The column of a whole row's first point, in pixels of the result: the others follow one pixel apart.
    pub(crate) first: f64,
    /// Points of a whole row: parts of it get the positions that the whole one has.
    pub(crate) count: usize,
    /// The points that are wanted, counted from the first of a whole row.
    pub(crate) wanted: Range<usize>,
    /// The rows, in pixels of the result.
    pub(crate) rows: &'a [f64],
    /// How far the middle of an interpolated span may be off, along columns and rows together, in pixels of the source
    /// at its full resolution.
    pub(crate) tolerance: f64,
    /// Pixels of the full resolution to one of the level, along columns and rows.
    pub(crate) scale: (f64, f64),
}

/// A part of a row, with the exact positions of its first, middle and last point.
#[derive(Clone)]
struct Span {
    row: usize,
    points: Range<usize>,
    start: Point,
    middle: Point,
    end: Point,
}

impl Span {
    fn new(row: usize, points: Range<usize>, [start, middle, end]: [Point; 3]) -> Self {
        Self { row, points, start, middle, end }
    }

    /// The point whose exact position tells whether the span is straight.
    fn centre(points: &Range<usize>) -> usize {
        points.start + (points.len() - 1) / 2
    }

    fn has_positions(&self) -> bool {
        [self.start, self.middle, self.end].iter().all(|(x, y)| x.is_finite() && y.is_finite())
    }

    /// The position of a point on the line from the first to the last.
    fn guess(&self, point: usize) -> Point {
        let fraction = (point - self.points.start) as f64 / (self.points.len() - 1) as f64;
        let between = |from: f64, to: f64| from + (to - from) * fraction;
        (between(self.start.0, self.end.0), between(self.start.1, self.end.1))
    }

    /// The halves: the middle point is the first of the second one.
    fn halves(&self) -> [Range<usize>; 2] {
        let centre = Self::centre(&self.points);
        [self.points.start..centre, centre..self.points.end]
    }

    /// The points that the halves need besides those known: the middle and the end of the first, the middle of the
    /// second.
    fn unknown(&self) -> [(usize, usize); 3] {
        let [first, second] = self.halves();
        // A span is longer than the shortest, its halves not empty.
        [Self::centre(&first), first.end - 1, Self::centre(&second)].map(|point| (self.row, point))
    }

    /// The two halves; without positions where one of the new ones is missing, so that all points are transformed.
    fn divided(&self, exact: [Point; 3]) -> [Self; 2] {
        let are_there = exact.iter().all(|(x, y)| x.is_finite() && y.is_finite());
        let [quarter, end, three_quarters] = if are_there { exact } else { [(f64::NAN, f64::NAN); 3] };
        let [first, second] = self.halves();
        [
            Self::new(self.row, first, [self.start, quarter, end]),
            Self::new(self.row, second, [self.middle, three_quarters, self.end]),
        ]
    }
}

impl Scanlines<'_> {
    /// The positions of the wanted points.
    pub(crate) fn positions(&self) -> Positions {
        let count = self.wanted.len() * self.rows.len();
        let (xs, ys) = (vec![f64::NAN; count], vec![f64::NAN; count]);
        let mut positions = Positions { xs, ys, columns: self.wanted.len() };
        let mut spans = self.whole_rows();
        let mut is_bent = self.are_bent(&spans);
        while !spans.is_empty() {
            let mut divided = Vec::new();
            for span in spans {
                if !span.has_positions() || span.points.len() <= SHORTEST {
                    self.transform(&span, &mut positions);
                } else if !is_bent && self.is_met(&span, Span::centre(&span.points), span.middle) {
                    self.interpolate(&span, &mut positions);
                } else {
                    divided.push(span);
                }
            }
            spans = self.halves(&divided);
            is_bent = false;
        }
        positions
    }

    fn whole_rows(&self) -> Vec<Span> {
        if self.wanted.is_empty() {
            return Vec::new();
        }
        let ends = [0, Span::centre(&(0..self.count)), self.count - 1];
        let points = (0..self.rows.len()).flat_map(|row| ends.map(|point| (row, point)));
        let exact = self.exact(points);
        let rows = exact.as_chunks::<3>().0.iter().enumerate();
        rows.map(|(row, exact)| Span::new(row, 0..self.count, *exact)).collect()
    }

    /// Whether whole rows bend one way before the middle and the other way behind it, so that their middles are on the
    /// line: as many projections do about their central meridian.
    fn are_bent(&self, rows: &[Span]) -> bool {
        let long = |span: &&Span| span.points.len() > SHORTEST && span.has_positions();
        let checked: Vec<&Span> = rows.iter().step_by(CHECKED_ROWS).filter(long).collect();
        let points: Vec<_> = checked.iter().flat_map(|span| span.unknown()).collect();
        let exact = self.exact(points.iter().copied());
        let spans = checked.iter().flat_map(|span| [span; 3]);
        let mut met = spans.zip(points).zip(exact);
        !met.all(|((span, (_, point)), exact)| self.is_met(span, point, exact))
    }

    /// The parts of spans that are wanted.
    fn halves(&self, spans: &[Span]) -> Vec<Span> {
        let is_wanted =
            |half: &Span| half.points.start < self.wanted.end && self.wanted.start < half.points.end;
        let exact = self.exact(spans.iter().flat_map(Span::unknown));
        let halves =
            spans.iter().zip(exact.as_chunks::<3>().0).flat_map(|(span, exact)| span.divided(*exact));
        halves.filter(is_wanted).collect()
    }

    /// The exact positions of points, given by row and place in the row.
    fn exact(&self, points: impl Iterator<Item = (usize, usize)>) -> Vec<Point> {
        let (mut xs, mut ys): (Vec<f64>, Vec<f64>) =
            points.map(|(row, point)| (self.column(point), self.rows[row])).unzip();
        self.mapping.apply(&mut xs, &mut ys);
        xs.into_iter().zip(ys).collect()
    }

    fn column(&self, point: usize) -> f64 {
        self.first + point as f64
    }

    /// Whether interpolation meets the exact position of a point of a span; never where it has none.
    fn is_met(&self, span: &Span, point: usize, exact: Point) -> bool {
        let guess = span.guess(point);
        let off = (guess.0 - exact.0).abs() * self.scale.0 + (guess.1 - exact.1).abs() * self.scale.1;
        off <= self.tolerance
    }

    /// The points of a span that are wanted, and where their positions go.
    fn places(&self, span: &Span) -> (Range<usize>, Range<usize>) {
        let (start, end) = (span.points.start.max(self.wanted.start), span.points.end.min(self.wanted.end));
        let place = span.row * self.wanted.len() + (start - self.wanted.start);
        (start..end, place..place + (end - start))
    }

    fn interpolate(&self, span: &Span, positions: &mut Positions) {
        let (points, places) = self.places(span);
        let steps = (span.points.len() - 1) as f64;
        let step = ((span.end.0 - span.start.0) / steps, (span.end.1 - span.start.1) / steps);
        let (xs, ys) = (&mut positions.xs[places.clone()], &mut positions.ys[places]);
        for ((x, y), point) in xs.iter_mut().zip(ys).zip(points) {
            let distance = (point - span.points.start) as f64;
            (*x, *y) = (span.start.0 + step.0 * distance, span.start.1 + step.1 * distance);
        }
    }

    /// Transforms every wanted point of a span.
    fn transform(&self, span: &Span, positions: &mut Positions) {
        let (points, places) = self.places(span);
        let (xs, ys) = (&mut positions.xs[places.clone()], &mut positions.ys[places]);
        xs.iter_mut().zip(points).for_each(|(x, point)| *x = self.column(point));
        ys.fill(self.rows[span.row]);
        self.mapping.apply(xs, ys);
    }
}
