//! The zoom level for a resolution.

use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::{Error, ErrorKind, TileMatrixSet};

/// Which level to take for a resolution between two, as GDAL's COG driver names it (`ZOOM_LEVEL_STRATEGY`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums)]
pub enum ZoomStrategy {
    /// The closer one, by the ratio of resolutions.
    #[default]
    Auto,
    /// The coarser one.
    Lower,
    /// The finer one.
    Upper,
}

impl FromStr for ZoomStrategy {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.to_ascii_lowercase().as_str() {
            "auto" => Ok(Self::Auto),
            "lower" => Ok(Self::Lower),
            "upper" => Ok(Self::Upper),
            _ => Err(Error::new(
                ErrorKind::Usage,
                format!("a zoom strategy is auto, lower or upper, not {text:?}"),
            )),
        }
    }
}

impl TileMatrixSet {
    /// The zoom level for a resolution, in units of the set's CRS, among the levels of the document.
    ///
    /// A resolution within 1e-8 of a level's is that level.
    ///
    /// # Errors
    ///
    /// [`Usage`](ErrorKind::Usage) for a resolution that is not a positive number.
    pub fn zoom_for_res(&self, resolution: f64, strategy: ZoomStrategy) -> Result<i32, Error> {
        self.zoom_for_res_within(resolution, strategy, self.minzoom()..=self.maxzoom())
    }

    /// The zoom level for a resolution, among these levels; they may go past the document's last.
    ///
    /// # Errors
    ///
    /// [`Usage`](ErrorKind::Usage) for a resolution that is not a positive number or an empty range of levels;
    /// [`InvalidZoom`](ErrorKind::InvalidZoom) for a level that the set has not.
    pub fn zoom_for_res_within(
        &self,
        resolution: f64,
        strategy: ZoomStrategy,
        levels: RangeInclusive<i32>,
    ) -> Result<i32, Error> {
        const TOLERANCE: f64 = 1e-8;
        if resolution.is_nan() || resolution <= 0.0 {
            return Err(Error::new(ErrorKind::Usage, format!("a resolution of {resolution}")));
        }
        let (min, max) = levels.into_inner();
        if min > max {
            return Err(Error::new(ErrorKind::Usage, format!("no zoom level from {min} to {max}")));
        }
        let mut zoom = min;
        let mut cell_size = self.matrix(zoom)?.cell_size;
        let equal = |cell_size: f64| (resolution - cell_size).abs() / cell_size <= TOLERANCE;
        while resolution <= cell_size && !equal(cell_size) && zoom < max {
            zoom += 1;
            cell_size = self.matrix(zoom)?.cell_size;
        }
        // Levels at or below zero are never stepped back from: morecantile's rule.
        if zoom <= 0 || equal(cell_size) {
            return Ok(zoom);
        }
        let coarser = (zoom - 1).max(min);
        Ok(match strategy {
            ZoomStrategy::Lower => coarser,
            ZoomStrategy::Upper => zoom,
            ZoomStrategy::Auto if self.matrix(coarser)?.cell_size / resolution < resolution / cell_size => {
                coarser
            }
            ZoomStrategy::Auto => zoom,
        })
    }
}
