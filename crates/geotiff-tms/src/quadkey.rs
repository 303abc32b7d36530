//! Quadkeys: one digit a level for sets whose tiles split in four.

use crate::{Error, ErrorKind, Tile, TileMatrixSet};

/// Levels whose columns fit in 63 bits.
const DEEPEST: i32 = 63;

impl TileMatrixSet {
    /// Whether every level's matrix is square, a power of two wide, and doubled by the next level.
    #[must_use]
    pub fn is_quadtree(&self) -> bool {
        self.matrices().windows(2).all(|pair| {
            let width = pair[0].matrix_width;
            width == pair[0].matrix_height
                && width.is_power_of_two()
                && width.checked_mul(2) == Some(pair[1].matrix_width)
        })
    }

    /// The quadkey of a tile: `z` digits from 0 to 3, the coarsest level first; empty at level 0.
    ///
    /// # Errors
    ///
    /// [`Quadkey`](ErrorKind::Quadkey) for a set that is no quadtree counted from one tile at level 0;
    /// [`OutsideMatrix`](ErrorKind::OutsideMatrix); [`InvalidZoom`](ErrorKind::InvalidZoom).
    pub fn quadkey(&self, tile: Tile) -> Result<String, Error> {
        self.check_quadkeys()?;
        self.xy_bounds(tile)?;
        if tile.z > DEEPEST {
            return Err(self.invalid_zoom(tile.z, "too deep for a quadkey"));
        }
        let digit = |level: i32| {
            let bit = |value: u64| (value >> (level - 1)) & 1;
            char::from(b'0' + (bit(tile.x) + 2 * bit(tile.y)) as u8)
        };
        Ok((1..=tile.z).rev().map(digit).collect())
    }

    /// The tile of a quadkey.
    ///
    /// # Errors
    ///
    /// [`Quadkey`](ErrorKind::Quadkey) as for [`Self::quadkey`], and for a text with other digits;
    /// [`InvalidZoom`](ErrorKind::InvalidZoom) for one shorter or longer than the set's levels.
    pub fn quadkey_to_tile(&self, quadkey: &str) -> Result<Tile, Error> {
        self.check_quadkeys()?;
        let zoom = i32::try_from(quadkey.len()).unwrap_or(i32::MAX);
        if zoom > DEEPEST {
            return Err(self.invalid_zoom(zoom, "too deep for a quadkey"));
        }
        let mut tile = Tile::new(0, 0, zoom);
        for byte in quadkey.bytes() {
            let digit = match byte {
                b'0'..=b'3' => u64::from(byte - b'0'),
                _ => {
                    let message = format!("{quadkey:?} has a digit other than 0 to 3");
                    return Err(Error::new(ErrorKind::Quadkey, message));
                }
            };
            tile.x = tile.x << 1 | (digit & 1);
            tile.y = tile.y << 1 | (digit >> 1);
        }
        self.xy_bounds(tile)?;
        Ok(tile)
    }

    /// A quadkey of `z` digits names a tile only where level `z` is `2^z` tiles wide.
    fn check_quadkeys(&self) -> Result<(), Error> {
        let root = &self.matrices()[0];
        let width = u32::try_from(self.minzoom()).ok().and_then(|zoom| 1_u64.checked_shl(zoom));
        if self.is_quadtree() && width == Some(root.matrix_width) && width == Some(root.matrix_height) {
            return Ok(());
        }
        let set = self.id().unwrap_or("unnamed");
        Err(Error::new(
            ErrorKind::Quadkey,
            format!("the set {set} is not a quadtree from one tile at level 0"),
        ))
    }
}
