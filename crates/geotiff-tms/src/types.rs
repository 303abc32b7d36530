//! Tiles, positions and boxes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind};

/// A tile: column `x` and row `y` of the matrix at zoom level `z`.
///
/// Rows count from the matrix's corner of origin: downwards from `topLeft`, upwards from `bottomLeft`.
/// Zoom levels may be negative (CDB1GlobalGrid starts at -10). Tiles order by `x`, then `y`, then `z`.
///
/// Its text is `z/x/y`, as in tile URLs:
///
/// ```
/// use geotiff_tms::Tile;
///
/// let tile: Tile = "3/6/2".parse()?;
/// assert_eq!(tile, Tile::new(6, 2, 3));
/// assert_eq!(tile.to_string(), "3/6/2");
/// # Ok::<(), geotiff_tms::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(clippy::exhaustive_structs)]
pub struct Tile {
    /// Column, from the left.
    pub x: u64,
    /// Row, from the corner of origin.
    pub y: u64,
    /// Zoom level: the number in the tile matrix's `id`.
    pub z: i32,
}

impl Tile {
    /// The tile at column `x` and row `y` of zoom level `z`.
    #[must_use]
    pub const fn new(x: u64, y: u64, z: i32) -> Self {
        Self { x, y, z }
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.z, self.x, self.y)
    }
}

impl FromStr for Tile {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parts: Vec<&str> = text.split('/').collect();
        if let [z, x, y] = parts.as_slice()
            && let (Ok(z), Ok(x), Ok(y)) = (z.parse(), x.parse(), y.parse())
        {
            return Ok(Self { x, y, z });
        }
        Err(Error::new(ErrorKind::Usage, format!("a tile is written Z/X/Y, not {text:?}")))
    }
}

/// A position: `x` is easting or longitude, `y` northing or latitude, whatever the CRS's own axis order.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::exhaustive_structs)]
pub struct Coords {
    /// Easting or longitude.
    pub x: f64,
    /// Northing or latitude.
    pub y: f64,
}

/// A box in x (easting, longitude) and y (northing, latitude).
///
/// In geographic coordinates `left > right` means that the box crosses the antimeridian.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::exhaustive_structs)]
pub struct BoundingBox {
    /// Smallest easting, or western longitude.
    pub left: f64,
    /// Smallest northing, or southern latitude.
    pub bottom: f64,
    /// Largest easting, or eastern longitude.
    pub right: f64,
    /// Largest northing, or northern latitude.
    pub top: f64,
}

impl BoundingBox {
    /// A box from its sides, in rasterio's order.
    #[must_use]
    pub const fn new(left: f64, bottom: f64, right: f64, top: f64) -> Self {
        Self { left, bottom, right, top }
    }

    /// `[left, bottom, right, top]`.
    #[must_use]
    pub const fn to_array(self) -> [f64; 4] {
        [self.left, self.bottom, self.right, self.top]
    }

    /// Whether two boxes of one CRS share area; boxes that only touch do not.
    #[must_use]
    pub fn intersects(&self, other: &Self) -> bool {
        self.left < other.right
            && self.right > other.left
            && self.top > other.bottom
            && self.bottom < other.top
    }

    pub(crate) fn is_nan(&self) -> bool {
        self.to_array().iter().any(|side| side.is_nan())
    }
}
