//! Tiles by longitude and latitude.

use geotiff_crs::Crs;

use crate::range::LeftEdge;
use crate::{BoundingBox, Coords, Error, ErrorKind, Tile, TileMatrixSet, TileRange};

/// Degrees by which a box is drawn in, so that the bounds of a tile cover that tile alone.
const EPSILON: f64 = 1e-11;
/// The nearest to a pole that a corner may lie: closer than 1e-12 rad the transform takes it for the pole itself, and
/// which side of the pole it lies on would be lost.
const NEAREST_TO_POLE: f64 = 90.0 - 1e-10;

impl TileMatrixSet {
    /// The CRS of the set, resolved.
    ///
    /// # Errors
    ///
    /// [`UnknownCrs`](ErrorKind::UnknownCrs).
    pub fn crs(&self) -> Result<&Crs, Error> {
        self.reference.crs()
    }

    /// The URI of the CRS where it has a code: `http://www.opengis.net/def/crs/EPSG/0/3857`.
    ///
    /// # Errors
    ///
    /// [`UnknownCrs`](ErrorKind::UnknownCrs).
    pub fn crs_uri(&self) -> Result<Option<String>, Error> {
        self.crs().map(Crs::uri)
    }

    /// Metres in a unit of the CRS; a degree is one of the equator.
    ///
    /// # Errors
    ///
    /// [`UnknownCrs`](ErrorKind::UnknownCrs).
    pub fn meters_per_unit(&self) -> Result<f64, Error> {
        self.crs().map(Crs::meters_per_unit)
    }

    /// The geographic CRS of longitudes and latitudes: that of the set's own datum, unless
    /// [`Self::with_geographic_crs`] said otherwise.
    ///
    /// # Errors
    ///
    /// [`UnknownCrs`](ErrorKind::UnknownCrs).
    pub fn geographic_crs(&self) -> Result<&Crs, Error> {
        self.reference.geographic().map(|geographic| &geographic.crs)
    }

    /// The same set, with longitudes and latitudes in another CRS.
    #[must_use]
    pub fn with_geographic_crs(mut self, crs: Crs) -> Self {
        self.reference = std::sync::Arc::new(self.reference.with_geographic(crs));
        self
    }

    /// Longitude and latitude of a position in the set's CRS.
    ///
    /// # Errors
    ///
    /// [`OutsideDomain`](ErrorKind::OutsideDomain); [`UnknownCrs`](ErrorKind::UnknownCrs).
    pub fn lnglat(&self, x: f64, y: f64) -> Result<Coords, Error> {
        self.reference.geographic()?.forward(x, y)
    }

    /// The position in the set's CRS of a longitude and latitude.
    ///
    /// # Errors
    ///
    /// [`OutsideDomain`](ErrorKind::OutsideDomain); [`UnknownCrs`](ErrorKind::UnknownCrs).
    pub fn xy(&self, longitude: f64, latitude: f64) -> Result<Coords, Error> {
        self.reference.geographic()?.inverse(longitude, latitude)
    }

    /// A longitude and latitude moved to the nearest within [`Self::bbox`].
    ///
    /// # Errors
    ///
    /// As [`Self::bbox`].
    pub fn truncate(&self, longitude: f64, latitude: f64) -> Result<Coords, Error> {
        Ok(truncated(longitude, latitude, &self.bbox()?))
    }

    /// The tile that a longitude and latitude lie in; outside the set, the nearest tile.
    ///
    /// Where columns coalesce, the wide tile is named by its first column. A position that the transform has no answer
    /// for, such as a latitude past the pole, is an error; [`Self::truncate`] brings it in.
    ///
    /// # Errors
    ///
    /// [`Usage`](ErrorKind::Usage) for NaN; [`OutsideDomain`](ErrorKind::OutsideDomain);
    /// [`InvalidZoom`](ErrorKind::InvalidZoom); [`UnknownCrs`](ErrorKind::UnknownCrs).
    pub fn tile(&self, longitude: f64, latitude: f64, zoom: i32) -> Result<Tile, Error> {
        if longitude.is_nan() || latitude.is_nan() {
            let message = format!("the position ({longitude}, {latitude}) is not a number");
            return Err(Error::new(ErrorKind::Usage, message));
        }
        let position = self.xy(longitude, latitude)?;
        self.xy_tile(position.x, position.y, zoom)
    }

    /// Longitude and latitude of a tile's upper left corner.
    ///
    /// # Errors
    ///
    /// As [`Self::xy_bounds`] and [`Self::lnglat`].
    pub fn ul(&self, tile: Tile) -> Result<Coords, Error> {
        let corner = self.xy_ul(tile)?;
        self.lnglat(corner.x, corner.y)
    }

    /// Longitude and latitude of a tile's lower right corner.
    ///
    /// # Errors
    ///
    /// As [`Self::xy_bounds`] and [`Self::lnglat`].
    pub fn lr(&self, tile: Tile) -> Result<Coords, Error> {
        let corner = self.xy_lr(tile)?;
        self.lnglat(corner.x, corner.y)
    }

    /// Longitudes and latitudes of a tile's upper left and lower right corner.
    ///
    /// Where meridians and parallels are not the grid's lines, the tile reaches past them, and `left` may exceed
    /// `right`: [`Self::geographic_bounds`] is the box that holds the tile.
    ///
    /// # Errors
    ///
    /// As [`Self::xy_bounds`] and [`Self::lnglat`].
    pub fn bounds(&self, tile: Tile) -> Result<BoundingBox, Error> {
        let (upper_left, lower_right) = (self.ul(tile)?, self.lr(tile)?);
        Ok(BoundingBox::new(upper_left.x, lower_right.y, lower_right.x, upper_left.y))
    }

    /// The longitudes and latitudes that a tile reaches, poles and antimeridian minded (PROJ's `proj_trans_bounds`
    /// with 21 points a side).
    ///
    /// # Errors
    ///
    /// As [`Self::xy_bounds`] and [`Self::lnglat`].
    pub fn geographic_bounds(&self, tile: Tile) -> Result<BoundingBox, Error> {
        self.reference.geographic()?.forward_bounds(&self.xy_bounds(tile)?)
    }

    /// The longitudes and latitudes that the smallest zoom level's matrix reaches, as
    /// [`Self::geographic_bounds`] has them.
    ///
    /// # Errors
    ///
    /// [`OutsideDomain`](ErrorKind::OutsideDomain); [`UnknownCrs`](ErrorKind::UnknownCrs).
    pub fn bbox(&self) -> Result<BoundingBox, Error> {
        self.reference.geographic()?.bbox(&self.xy_bbox()?)
    }

    /// The tiles between the corners of a box in longitude and latitude, zoom level by zoom level.
    ///
    /// What morecantile gives: the north-western and south-eastern corner, drawn in by 1e-11°, span a rectangle of
    /// tiles. Where parallels are not lines of the grid a box may touch more tiles than that, a wide tile that begins
    /// left of the rectangle is missing, the halves of a box that crosses the antimeridian (`left > right`) may
    /// share tiles, and a corner that has no position in the set's CRS counts as column 0, row 0.
    /// [`Self::covering`] has none of these.
    ///
    /// ```
    /// use geotiff_tms::{BoundingBox, well_known};
    ///
    /// let tms = well_known("WebMercatorQuad")?;
    /// let tiles = tms.tiles(BoundingBox::new(5.9, 45.8, 10.5, 47.8), &[6])?;
    /// assert_eq!(tiles.map(|tile| tile.to_string()).collect::<Vec<_>>(), ["6/33/22"]);
    /// # Ok::<(), geotiff_tms::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Usage`](ErrorKind::Usage) for NaN; [`InvalidZoom`](ErrorKind::InvalidZoom);
    /// [`OutsideDomain`](ErrorKind::OutsideDomain); [`UnknownCrs`](ErrorKind::UnknownCrs).
    pub fn tiles(
        &self,
        bounds: BoundingBox,
        zooms: &[i32],
    ) -> Result<impl Iterator<Item = Tile> + use<>, Error> {
        check_numbers(&bounds)?;
        let mut ranges = Vec::new();
        for part in parts(bounds, self.bbox()?) {
            for &zoom in zooms {
                let north_west = self.corner_tile(part.left + EPSILON, part.top - EPSILON, zoom)?;
                let south_east = self.corner_tile(part.right - EPSILON, part.bottom + EPSILON, zoom)?;
                ranges.push(self.range_of(north_west, south_east, LeftEdge::Excluded)?);
            }
        }
        Ok(ranges.into_iter().flatten())
    }

    /// Every tile that a box in longitude and latitude touches, each once, zoom level by zoom level.
    ///
    /// The box's edges are followed with 21 points a side; `left > right` means that it crosses the antimeridian.
    ///
    /// # Errors
    ///
    /// As [`Self::tiles`].
    pub fn covering(
        &self,
        bounds: BoundingBox,
        zooms: &[i32],
    ) -> Result<impl Iterator<Item = Tile> + use<>, Error> {
        check_numbers(&bounds)?;
        let geographic = self.reference.geographic()?;
        let mut reached = Vec::new();
        for part in touching_parts(bounds, self.bbox()?) {
            reached.push(geographic.inverse_bounds(&part)?);
        }
        let mut ranges = Vec::new();
        for &zoom in zooms {
            let mut earlier: Option<TileRange> = None;
            for bounds in &reached {
                let range = self.range_between(bounds, zoom, LeftEdge::Included)?;
                let before = earlier.replace(range.clone());
                ranges.push(
                    range.filter(move |tile| before.as_ref().is_none_or(|range| !range.contains(*tile))),
                );
            }
        }
        Ok(ranges.into_iter().flatten())
    }

    /// The column and row of a box's corner; 0 for one that has no position in the set's CRS.
    fn corner_tile(&self, longitude: f64, latitude: f64, zoom: i32) -> Result<Tile, Error> {
        match self.xy(longitude, latitude.clamp(-NEAREST_TO_POLE, NEAREST_TO_POLE)) {
            Ok(position) => self.xy_column_row(position.x, position.y, zoom),
            Err(error) if error.kind() == ErrorKind::OutsideDomain => Ok(Tile::new(0, 0, zoom)),
            Err(error) => Err(error),
        }
    }
}

fn check_numbers(bounds: &BoundingBox) -> Result<(), Error> {
    if bounds.is_nan() {
        return Err(Error::new(ErrorKind::Usage, "a side of the box is not a number"));
    }
    Ok(())
}

/// The box clamped to the set's, in two where it crosses the antimeridian.
fn parts(bounds: BoundingBox, set: BoundingBox) -> Vec<BoundingBox> {
    let halves = if bounds.left > bounds.right {
        vec![BoundingBox { left: set.left, ..bounds }, BoundingBox { right: set.right, ..bounds }]
    } else {
        vec![bounds]
    };
    let clamp = |part: BoundingBox| BoundingBox {
        left: set.left.max(part.left),
        bottom: set.bottom.max(part.bottom),
        right: if antimeridian_between(part.right, set.right) {
            set.right.max(part.right)
        } else {
            set.right.min(part.right)
        },
        top: set.top.min(part.top),
    };
    halves.into_iter().map(clamp).collect()
}

/// What a box shares with the set's, drawn in, in two where it crosses the antimeridian; nothing where they are apart.
fn touching_parts(bounds: BoundingBox, set: BoundingBox) -> Vec<BoundingBox> {
    let halves = if bounds.left > bounds.right {
        vec![BoundingBox { left: -180.0, ..bounds }, BoundingBox { right: 180.0, ..bounds }]
    } else {
        vec![bounds]
    };
    // A set that crosses the antimeridian itself has no single range of longitudes to clamp to.
    let (west, east) = if set.left <= set.right { (set.left, set.right) } else { (-180.0, 180.0) };
    let shared = |part: BoundingBox| {
        let (left, right) = drawn_in(part.left.max(west), part.right.min(east));
        let (bottom, top) = drawn_in(part.bottom.max(set.bottom), part.top.min(set.top));
        BoundingBox { left, bottom, right, top }
    };
    let exists = |part: &BoundingBox| part.left <= part.right && part.bottom <= part.top;
    halves.into_iter().map(shared).filter(exists).collect()
}

/// A side drawn in at both ends, at most to its middle.
fn drawn_in(least: f64, most: f64) -> (f64, f64) {
    let inset = EPSILON.min((most - least).abs() / 2.0);
    (least + inset, most - inset)
}

/// Whether a set that ends east of the antimeridian ends past a longitude west of it.
fn antimeridian_between(longitude: f64, end: f64) -> bool {
    let turned = |longitude: f64| (longitude.clamp(-180.0, 180.0) + 360.0) % 360.0;
    turned(longitude) < 180.0 && turned(end) > 180.0
}

fn truncated(longitude: f64, latitude: f64, bounds: &BoundingBox) -> Coords {
    let within = |value: f64, least: f64, most: f64| {
        if value > most {
            most
        } else if value < least {
            least
        } else {
            value
        }
    };
    Coords { x: within(longitude, bounds.left, bounds.right), y: within(latitude, bounds.bottom, bounds.top) }
}
