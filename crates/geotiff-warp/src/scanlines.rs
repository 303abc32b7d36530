//! Positions interpolated along the rows of the result, between exact ones as near to each other as the bend of the
//! projection needs.
//!
//! Rows are divided as GDAL's approximate transformer divides them, so that nearest takes the same pixels.

use std::ops::Range;

use crate::mapping::Mapping;
use crate::positions::Positions;

/// Pieces of no more points are transformed point by point.
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
    /// How far the middle of an interpolated piece may be off, along columns and rows together, in pixels of the source
    /// at its full resolution.
    pub(crate) tolerance: f64,
    /// Pixels of the full resolution to one of the level, along columns and rows.
    pub(crate) scale: (f64, f64),
}

/// A part of a row, with the exact positions of its first, middle and last point.
#[derive(Clone)]
struct Piece {
    row: usize,
    points: Range<usize>,
    start: Point,
    middle: Point,
    end: Point,
}

impl Piece {
    fn new(row: usize, points: Range<usize>, [start, middle, end]: [Point; 3]) -> Self {
        Self { row, points, start, middle, end }
    }

    /// The point whose exact position tells whether the piece is straight.
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
        // A piece is longer than the shortest, its halves not empty.
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
        let mut pieces = self.whole_rows();
        let mut is_bent = self.are_bent(&pieces);
        while !pieces.is_empty() {
            let mut divided = Vec::new();
            for piece in pieces {
                if !piece.has_positions() || piece.points.len() <= SHORTEST {
                    self.transform(&piece, &mut positions);
                } else if !is_bent && self.is_met(&piece, Piece::centre(&piece.points), piece.middle) {
                    self.interpolate(&piece, &mut positions);
                } else {
                    divided.push(piece);
                }
            }
            pieces = self.halves(&divided);
            is_bent = false;
        }
        positions
    }

    fn whole_rows(&self) -> Vec<Piece> {
        if self.wanted.is_empty() {
            return Vec::new();
        }
        let ends = [0, Piece::centre(&(0..self.count)), self.count - 1];
        let points = (0..self.rows.len()).flat_map(|row| ends.map(|point| (row, point)));
        let exact = self.exact(points);
        let rows = exact.as_chunks::<3>().0.iter().enumerate();
        rows.map(|(row, exact)| Piece::new(row, 0..self.count, *exact)).collect()
    }

    /// Whether whole rows bend one way before the middle and the other way behind it, so that their middles are on the
    /// line: as many projections do about their central meridian.
    fn are_bent(&self, rows: &[Piece]) -> bool {
        let long = |piece: &&Piece| piece.points.len() > SHORTEST && piece.has_positions();
        let checked: Vec<&Piece> = rows.iter().step_by(CHECKED_ROWS).filter(long).collect();
        let points: Vec<_> = checked.iter().flat_map(|piece| piece.unknown()).collect();
        let exact = self.exact(points.iter().copied());
        let pieces = checked.iter().flat_map(|piece| [piece; 3]);
        let mut met = pieces.zip(points).zip(exact);
        !met.all(|((piece, (_, point)), exact)| self.is_met(piece, point, exact))
    }

    /// The parts of pieces that are wanted.
    fn halves(&self, pieces: &[Piece]) -> Vec<Piece> {
        let is_wanted =
            |half: &Piece| half.points.start < self.wanted.end && self.wanted.start < half.points.end;
        let exact = self.exact(pieces.iter().flat_map(Piece::unknown));
        let halves =
            pieces.iter().zip(exact.as_chunks::<3>().0).flat_map(|(piece, exact)| piece.divided(*exact));
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

    /// Whether interpolation meets the exact position of a point of a piece; never where it has none.
    fn is_met(&self, piece: &Piece, point: usize, exact: Point) -> bool {
        let guess = piece.guess(point);
        let off = (guess.0 - exact.0).abs() * self.scale.0 + (guess.1 - exact.1).abs() * self.scale.1;
        off <= self.tolerance
    }

    /// The points of a piece that are wanted, and where their positions go.
    fn places(&self, piece: &Piece) -> (Range<usize>, Range<usize>) {
        let (start, end) = (piece.points.start.max(self.wanted.start), piece.points.end.min(self.wanted.end));
        let place = piece.row * self.wanted.len() + (start - self.wanted.start);
        (start..end, place..place + (end - start))
    }

    fn interpolate(&self, piece: &Piece, positions: &mut Positions) {
        let (points, places) = self.places(piece);
        let steps = (piece.points.len() - 1) as f64;
        let step = ((piece.end.0 - piece.start.0) / steps, (piece.end.1 - piece.start.1) / steps);
        let (xs, ys) = (&mut positions.xs[places.clone()], &mut positions.ys[places]);
        for ((x, y), point) in xs.iter_mut().zip(ys).zip(points) {
            let distance = (point - piece.points.start) as f64;
            (*x, *y) = (piece.start.0 + step.0 * distance, piece.start.1 + step.1 * distance);
        }
    }

    /// Transforms every wanted point of a piece.
    fn transform(&self, piece: &Piece, positions: &mut Positions) {
        let (points, places) = self.places(piece);
        let (xs, ys) = (&mut positions.xs[places.clone()], &mut positions.ys[places]);
        xs.iter_mut().zip(points).for_each(|(x, point)| *x = self.column(point));
        ys.fill(self.rows[piece.row]);
        self.mapping.apply(xs, ys);
    }
}
