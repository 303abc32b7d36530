//! Tile arithmetic in the set's own CRS.

use crate::model::CornerOfOrigin;
use crate::range::LeftEdge;
use crate::{BoundingBox, Coords, Error, ErrorKind, Tile, TileMatrix, TileMatrixSet, TileRange};

/// Bounds, whatever `x` and `y`: right for tiles inside the matrix.
///
/// The order of multiplications is morecantile's, so that results agree to the last bit.
fn cell_bounds(matrix: &TileMatrix, origin: Coords, x: u64, y: u64) -> BoundingBox {
    let factor = matrix.coalesce_factor(y);
    let column = (x / factor) as f64;
    let row = y as f64;
    let along =
        |columns: f64| origin.x + columns * matrix.cell_size * factor as f64 * matrix.tile_width as f64;
    let height = |rows: f64| rows * matrix.cell_size * matrix.tile_height as f64;
    let (near, far) = (height(row), height(row + 1.0));
    let (top, bottom) = match matrix.corner() {
        CornerOfOrigin::TopLeft => (origin.y - near, origin.y - far),
        CornerOfOrigin::BottomLeft => (origin.y + far, origin.y + near),
    };
    BoundingBox::new(along(column), bottom, along(column + 1.0), top)
}

/// The index of the tile that a distance from the origin lies in, clamped to the matrix.
fn clamped_index(distance: f64, tile_size: f64, count: u64) -> u64 {
    // `as` saturates: below zero to 0, beyond u64 to its largest.
    ((distance / tile_size).floor() as u64).min(count - 1)
}

impl TileMatrixSet {
    /// The matrix's corner of origin, x before y.
    pub(crate) fn origin(&self, matrix: &TileMatrix) -> Result<Coords, Error> {
        let [first, second] = matrix.point_of_origin;
        Ok(if self.inverts_axes()? { Coords { x: second, y: first } } else { Coords { x: first, y: second } })
    }

    /// Whether the document's points have northing or latitude first: after its `orderedAxes`, else after the CRS.
    ///
    /// # Errors
    ///
    /// [`UnknownCrs`](ErrorKind::UnknownCrs) where only the CRS can tell and it is not known.
    pub fn inverts_axes(&self) -> Result<bool, Error> {
        self.reference.northing_first()
    }

    /// The tile that a position in the set's CRS lies in; outside the matrix, the nearest tile.
    ///
    /// Where columns coalesce, the wide tile is named by its first column.
    ///
    /// # Errors
    ///
    /// [`InvalidZoom`](ErrorKind::InvalidZoom); [`Usage`](ErrorKind::Usage) for NaN.
    pub fn xy_tile(&self, x: f64, y: f64, zoom: i32) -> Result<Tile, Error> {
        let tile = self.xy_column_row(x, y, zoom)?;
        let factor = self.matrix(zoom)?.coalesce_factor(tile.y);
        Ok(Tile { x: tile.x - tile.x % factor, ..tile })
    }

    /// The column and row that a position in the set's CRS lies in, as if no columns coalesced; outside the matrix,
    /// the nearest.
    ///
    /// # Errors
    ///
    /// [`InvalidZoom`](ErrorKind::InvalidZoom); [`Usage`](ErrorKind::Usage) for NaN.
    pub fn xy_column_row(&self, x: f64, y: f64, zoom: i32) -> Result<Tile, Error> {
        if x.is_nan() || y.is_nan() {
            return Err(Error::new(ErrorKind::Usage, format!("the position ({x}, {y}) is not a number")));
        }
        let matrix = self.matrix(zoom)?;
        let origin = self.origin(&matrix)?;
        let rise = match matrix.corner() {
            CornerOfOrigin::TopLeft => origin.y - y,
            CornerOfOrigin::BottomLeft => y - origin.y,
        };
        let width = matrix.cell_size * matrix.tile_width as f64;
        let height = matrix.cell_size * matrix.tile_height as f64;
        Ok(Tile {
            x: clamped_index(x - origin.x, width, matrix.matrix_width),
            y: clamped_index(rise, height, matrix.matrix_height),
            z: zoom,
        })
    }

    /// The bounds of a tile in the set's CRS. Any column of a wide tile names it.
    ///
    /// # Errors
    ///
    /// [`InvalidZoom`](ErrorKind::InvalidZoom); [`OutsideMatrix`](ErrorKind::OutsideMatrix).
    pub fn xy_bounds(&self, tile: Tile) -> Result<BoundingBox, Error> {
        let matrix = self.matrix(tile.z)?;
        if !matrix.contains(tile.x, tile.y) {
            let size = format!("{} by {}", matrix.matrix_width, matrix.matrix_height);
            let set = self.id().unwrap_or("unnamed");
            let message = format!("tile {tile} of the set {set}, whose level {} has {size} tiles", tile.z);
            return Err(Error::new(ErrorKind::OutsideMatrix, message));
        }
        Ok(cell_bounds(&matrix, self.origin(&matrix)?, tile.x, tile.y))
    }

    /// The upper left corner of a tile in the set's CRS.
    ///
    /// # Errors
    ///
    /// As [`Self::xy_bounds`].
    pub fn xy_ul(&self, tile: Tile) -> Result<Coords, Error> {
        self.xy_bounds(tile).map(|bounds| Coords { x: bounds.left, y: bounds.top })
    }

    /// The lower right corner of a tile in the set's CRS.
    ///
    /// # Errors
    ///
    /// As [`Self::xy_bounds`].
    pub fn xy_lr(&self, tile: Tile) -> Result<Coords, Error> {
        self.xy_bounds(tile).map(|bounds| Coords { x: bounds.right, y: bounds.bottom })
    }

    /// The bounds of the smallest zoom level's matrix, in the set's CRS. The declared bounding box plays no part.
    ///
    /// # Errors
    ///
    /// [`UnknownCrs`](ErrorKind::UnknownCrs) as for [`Self::inverts_axes`].
    pub fn xy_bbox(&self) -> Result<BoundingBox, Error> {
        let matrix = self.matrix(self.minzoom())?;
        let origin = self.origin(&matrix)?;
        let first = cell_bounds(&matrix, origin, 0, 0);
        let last = cell_bounds(&matrix, origin, matrix.matrix_width - 1, matrix.matrix_height - 1);
        Ok(BoundingBox {
            left: first.left,
            bottom: first.bottom.min(last.bottom),
            right: last.right,
            top: first.top.max(last.top),
        })
    }

    /// Whether a box in the set's CRS shares area with the set.
    ///
    /// # Errors
    ///
    /// As [`Self::xy_bbox`].
    pub fn intersects(&self, bounds: &BoundingBox) -> Result<bool, Error> {
        Ok(self.xy_bbox()?.intersects(bounds))
    }

    /// Whether a tile exists: its zoom level is one of the document's and its column and row lie in the matrix.
    #[must_use]
    pub fn is_valid(&self, tile: Tile) -> bool {
        (self.minzoom()..=self.maxzoom()).contains(&tile.z) && self.is_valid_overzoom(tile)
    }

    /// Like [`Self::is_valid`], with the levels past the last that [`Self::matrix`] derives.
    #[must_use]
    pub fn is_valid_overzoom(&self, tile: Tile) -> bool {
        self.matrix(tile.z).is_ok_and(|matrix| matrix.contains(tile.x, tile.y))
    }

    /// The parents of a tile: the tiles one level up that it lies in; none at the smallest level.
    ///
    /// Several where the grids do not nest. See [`Self::parent_at`].
    ///
    /// # Errors
    ///
    /// As [`Self::parent_at`].
    pub fn parent(&self, tile: Tile) -> Result<TileRange, Error> {
        self.parent_at(tile, tile.z.saturating_sub(1))
    }

    /// The tiles at a coarser level that a tile lies in; none for a tile of the smallest level.
    ///
    /// As in morecantile, a wide parent that begins left of the tile is missing; [`Self::overlapping`] has it.
    ///
    /// # Errors
    ///
    /// [`InvalidZoom`](ErrorKind::InvalidZoom), also where `zoom` is not coarser than the tile;
    /// [`OutsideMatrix`](ErrorKind::OutsideMatrix).
    pub fn parent_at(&self, tile: Tile, zoom: i32) -> Result<TileRange, Error> {
        let bounds = self.xy_bounds(tile)?;
        if tile.z == self.minzoom() {
            return Ok(TileRange::empty(zoom));
        }
        if zoom >= tile.z {
            return Err(self.invalid_zoom(zoom, &format!("a parent of {tile} is at a smaller level")));
        }
        self.inset_range(tile, bounds, zoom, LeftEdge::Excluded)
    }

    /// The children of a tile: the tiles one level down that lie in it.
    ///
    /// # Errors
    ///
    /// As [`Self::children_at`].
    pub fn children(&self, tile: Tile) -> Result<TileRange, Error> {
        self.children_at(tile, tile.z.saturating_add(1))
    }

    /// The tiles at a finer level that lie in a tile.
    ///
    /// # Errors
    ///
    /// [`InvalidZoom`](ErrorKind::InvalidZoom), also where `zoom` is coarser than the tile;
    /// [`OutsideMatrix`](ErrorKind::OutsideMatrix).
    pub fn children_at(&self, tile: Tile, zoom: i32) -> Result<TileRange, Error> {
        let bounds = self.xy_bounds(tile)?;
        if zoom < tile.z {
            return Err(self.invalid_zoom(zoom, &format!("a child of {tile} is at a larger level")));
        }
        self.inset_range(tile, bounds, zoom, LeftEdge::Excluded)
    }

    /// Every tile of any level that shares area with a tile, wide tiles included wherever they begin.
    ///
    /// # Errors
    ///
    /// [`InvalidZoom`](ErrorKind::InvalidZoom); [`OutsideMatrix`](ErrorKind::OutsideMatrix).
    pub fn overlapping(&self, tile: Tile, zoom: i32) -> Result<TileRange, Error> {
        self.inset_range(tile, self.xy_bounds(tile)?, zoom, LeftEdge::Included)
    }

    /// The tiles under a tile's bounds drawn in by a tenth of the finer level's cell, so that no rounding reaches a
    /// neighbour.
    fn inset_range(
        &self,
        tile: Tile,
        bounds: BoundingBox,
        zoom: i32,
        edge: LeftEdge,
    ) -> Result<TileRange, Error> {
        let inset = self.matrix(tile.z.max(zoom))?.cell_size / 10.0;
        let corners = BoundingBox::new(
            bounds.left + inset,
            bounds.bottom + inset,
            bounds.right - inset,
            bounds.top - inset,
        );
        self.range_between(&corners, zoom, edge)
    }

    /// The tiles between two corners in the set's CRS.
    pub(crate) fn range_between(
        &self,
        bounds: &BoundingBox,
        zoom: i32,
        edge: LeftEdge,
    ) -> Result<TileRange, Error> {
        let one = self.xy_column_row(bounds.left, bounds.top, zoom)?;
        let other = self.xy_column_row(bounds.right, bounds.bottom, zoom)?;
        self.range_of(one, other, edge)
    }

    /// The tiles of the rectangle that two tiles of one level span.
    pub(crate) fn range_of(&self, one: Tile, other: Tile, edge: LeftEdge) -> Result<TileRange, Error> {
        let matrix = self.matrix(one.z)?;
        let sorted = |a: u64, b: u64| (a.min(b), a.max(b));
        Ok(TileRange::new(one.z, &matrix, sorted(one.x, other.x), sorted(one.y, other.y), edge))
    }

    /// The tiles that touch a tile at its sides and corners, in no promised order. Nothing wraps around the
    /// antimeridian.
    ///
    /// # Errors
    ///
    /// [`InvalidZoom`](ErrorKind::InvalidZoom); [`OutsideMatrix`](ErrorKind::OutsideMatrix).
    pub fn neighbors(&self, tile: Tile) -> Result<impl Iterator<Item = Tile> + use<>, Error> {
        self.xy_bounds(tile)?;
        let matrix = self.matrix(tile.z)?;
        let factor = matrix.coalesce_factor(tile.y);
        let own = tile.x - tile.x % factor;
        let columns = (own.saturating_sub(1), own.saturating_add(factor).min(matrix.matrix_width - 1));
        let rows = (tile.y.saturating_sub(1), (tile.y + 1).min(matrix.matrix_height - 1));
        let around = TileRange::new(tile.z, &matrix, columns, rows, LeftEdge::Included);
        Ok(around.filter(move |found| (found.x, found.y) != (own, tile.y)))
    }
}
