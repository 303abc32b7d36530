//! Rectangles of tiles, iterated without being stored.

use std::sync::Arc;

use crate::model::VariableMatrixWidth;
use crate::{Tile, TileMatrix};

/// The tiles of a rectangle of one matrix, row by row, each row from the left.
///
/// An iterator that stores no tiles: a range of billions costs nothing until it is walked. Where the matrix coalesces
/// columns, it steps by the coalesce factor and gives each wide tile by its first column.
#[derive(Clone, Debug)]
pub struct TileRange {
    zoom: i32,
    columns: (u64, u64),
    rows: (u64, u64),
    widths: Arc<[VariableMatrixWidth]>,
    edge: LeftEdge,
    next: Option<Cursor>,
}

/// The next tile to give, and what its row shares with the rest of its band.
#[derive(Clone, Copy, Debug)]
struct Cursor {
    x: u64,
    y: u64,
    first: u64,
    band: Band,
}

/// What becomes of a wide tile that begins left of the rectangle and reaches into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeftEdge {
    /// It belongs to the range.
    Included,
    /// It does not: morecantile's rule.
    Excluded,
}

/// Consecutive rows of one coalesce factor.
#[derive(Clone, Copy, Debug)]
struct Band {
    factor: u64,
    last_row: u64,
}

impl TileRange {
    /// Columns and rows are first and last, included.
    pub(crate) fn new(
        zoom: i32,
        matrix: &TileMatrix,
        columns: (u64, u64),
        rows: (u64, u64),
        edge: LeftEdge,
    ) -> Self {
        let mut range =
            Self { zoom, columns, rows, widths: matrix.variable_widths().into(), edge, next: None };
        range.next = range.first_from(rows.0);
        range
    }

    pub(crate) fn empty(zoom: i32) -> Self {
        Self {
            zoom,
            columns: (1, 0),
            rows: (1, 0),
            widths: Arc::new([]),
            edge: LeftEdge::Included,
            next: None,
        }
    }

    /// The zoom level of its tiles.
    #[must_use]
    pub fn zoom(&self) -> i32 {
        self.zoom
    }

    /// How many tiles the whole range has, however many were taken; worked out without walking it.
    #[must_use]
    pub fn tile_count(&self) -> u128 {
        let mut count = 0;
        let mut row = self.rows.0;
        while row <= self.rows.1 {
            let band = self.band(row);
            if let Some(first) = self.first_column(band.factor) {
                let per_row = (self.columns.1 - first) / band.factor + 1;
                count += u128::from(per_row) * u128::from(band.last_row - row + 1);
            }
            let Some(next) = band.last_row.checked_add(1) else { break };
            row = next;
        }
        count
    }

    /// Whether the range gives this tile, named by its first column.
    #[must_use]
    pub fn contains(&self, tile: Tile) -> bool {
        if tile.z != self.zoom || !(self.rows.0..=self.rows.1).contains(&tile.y) {
            return false;
        }
        let factor = self.band(tile.y).factor;
        let Some(first) = self.first_column(factor) else { return false };
        (first..=self.columns.1).contains(&tile.x) && (tile.x - first).is_multiple_of(factor)
    }

    fn band(&self, row: u64) -> Band {
        let covers = |width: &&VariableMatrixWidth| width.min_tile_row <= row && row <= width.max_tile_row;
        let found = self.widths.iter().find(covers);
        // The band ends where another range of rows begins, or with its own.
        let next_start =
            self.widths.iter().map(|width| width.min_tile_row).filter(|start| *start > row).min();
        let mut last_row = next_start.map_or(self.rows.1, |start| (start - 1).min(self.rows.1));
        if let Some(width) = found {
            last_row = last_row.min(width.max_tile_row);
        }
        Band { factor: found.map_or(1, |width| width.coalesce), last_row }
    }

    /// The first column that a row of this factor gives, if any.
    fn first_column(&self, factor: u64) -> Option<u64> {
        let (first, last) = self.columns;
        let offset = first % factor;
        let aligned = match self.edge {
            _ if offset == 0 => Some(first),
            LeftEdge::Included => Some(first - offset),
            LeftEdge::Excluded => first.checked_add(factor - offset),
        };
        aligned.filter(|column| *column <= last)
    }

    /// The first tile of this row or of the next one that has any.
    fn first_from(&self, mut y: u64) -> Option<Cursor> {
        while y <= self.rows.1 {
            let band = self.band(y);
            if let Some(first) = self.first_column(band.factor) {
                return Some(Cursor { x: first, y, first, band });
            }
            y = band.last_row.checked_add(1)?;
        }
        None
    }

    fn after(&self, at: Cursor) -> Option<Cursor> {
        if let Some(x) = at.x.checked_add(at.band.factor).filter(|x| *x <= self.columns.1) {
            return Some(Cursor { x, ..at });
        }
        if at.y < at.band.last_row {
            return Some(Cursor { x: at.first, y: at.y + 1, ..at });
        }
        self.first_from(at.y.checked_add(1)?)
    }
}

impl Iterator for TileRange {
    type Item = Tile;

    fn next(&mut self) -> Option<Tile> {
        let cursor = self.next?;
        self.next = self.after(cursor);
        Some(Tile::new(cursor.x, cursor.y, self.zoom))
    }
}
