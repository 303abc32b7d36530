//! Map tiles.

use geotiff_read::{GeoTiff, MaskKind, Raster};
use geotiff_tms::{Tile, TileMatrixSet};

use crate::render::{Colormap, rescale};
use crate::{Error, ErrorKind, TargetGrid, WarpOptions, warp};

/// What a tile is made of.
///
/// ```
/// use geotiff_warp::{Colormap, TileOptions, WarpOptions};
///
/// let options = TileOptions::new()
///     .warp(WarpOptions::new().bands([1]))
///     .rescale(0.0, 3000.0)
///     .colormap(Colormap::named("viridis")?);
/// assert_eq!(options.rescale, Some((0.0, 3000.0)));
/// # Ok::<_, geotiff_warp::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TileOptions {
    /// Bands and resampling. Without bands, every band but the one that is the mask.
    pub warp: WarpOptions,
    /// Columns and rows; those of the tile matrix when `None`.
    pub size: Option<(u32, u32)>,
    /// Pixels added on each side, a multiple of 0.5: 0.5 makes 257 × 257 of 256 × 256.
    pub buffer: f64,
    /// The values that become 0 and 255, making every band 8-bit.
    pub rescale: Option<(f64, f64)>,
    /// Colours for a single band of 8 bits.
    pub colormap: Option<Colormap>,
}

impl TileOptions {
    /// Every band as it is, nearest, without a buffer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`TileOptions::warp`].
    #[must_use]
    pub fn warp(mut self, options: WarpOptions) -> Self {
        self.warp = options;
        self
    }

    /// Sets [`TileOptions::size`].
    #[must_use]
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.size = Some((width, height));
        self
    }

    /// Sets [`TileOptions::buffer`].
    #[must_use]
    pub fn buffer(mut self, pixels: f64) -> Self {
        self.buffer = pixels;
        self
    }

    /// Sets [`TileOptions::rescale`].
    #[must_use]
    pub fn rescale(mut self, min: f64, max: f64) -> Self {
        self.rescale = Some((min, max));
        self
    }

    /// Sets [`TileOptions::colormap`].
    #[must_use]
    pub fn colormap(mut self, colormap: Colormap) -> Self {
        self.colormap = Some(colormap);
        self
    }
}

/// The tile of `set` out of a file: (band, row, column) with masks, in the set's CRS.
///
/// ```
/// # futures::executor::block_on(async {
/// use std::sync::Arc;
/// use geotiff_read::GeoTiff;
/// use geotiff_tms::well_known;
/// use geotiff_warp::{TileOptions, tile};
///
/// # let store = geotiff_io::MemoryStore::new();
/// # store.put("scene.tif", std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scene.tif"))?);
/// # let store = Arc::new(store);
/// let tiff = GeoTiff::open(store, "scene.tif").await?;
/// let set = well_known("WebMercatorQuad")?;
/// let raster = tile(&tiff, "0/0/0".parse()?, &set, &TileOptions::new()).await?;
/// assert_eq!(raster.data.shape(), [3, 256, 256]);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
///
/// # Errors
///
/// As [`warp`]; [`ErrorKind::OutsideMatrix`] where the set has no such tile, [`ErrorKind::Usage`] for a buffer, range
/// or colours that cannot be.
pub async fn tile(
    tiff: &GeoTiff,
    tile: Tile,
    set: &TileMatrixSet,
    options: &TileOptions,
) -> Result<Raster, Error> {
    let grid = tile_grid(tile, set, options)?;
    let mut warp_options = options.warp.clone();
    if warp_options.bands.is_none() && tiff.mask_kinds().first() == Some(&MaskKind::Alpha) {
        warp_options.bands = Some((1..tiff.count()).collect());
    }
    let mut raster = warp(tiff, &grid, &warp_options).await?;
    if let Some(range) = options.rescale {
        raster = rescale(&raster, range)?;
    }
    match &options.colormap {
        Some(colormap) => colormap.apply(&raster),
        None => Ok(raster),
    }
}

/// The pixels of a tile with its buffer.
fn tile_grid(tile: Tile, set: &TileMatrixSet, options: &TileOptions) -> Result<TargetGrid, Error> {
    const MOST_BUFFER: f64 = 65_536.0;
    let buffer = options.buffer;
    if !(0.0..=MOST_BUFFER).contains(&buffer) || (2.0 * buffer).fract() != 0.0 {
        let message = format!("a buffer of {buffer} pixels: not a multiple of 0.5 from 0 to {MOST_BUFFER}");
        return Err(Error::new(ErrorKind::Usage, message));
    }
    let bounds = set.xy_bounds(tile)?;
    let matrix = set.matrix(tile.z)?;
    let own = (u32::try_from(matrix.tile_width), u32::try_from(matrix.tile_height));
    let (width, height) = match (options.size, own) {
        (Some(size), _) => size,
        (None, (Ok(width), Ok(height))) => (width, height),
        _ => return Err(Error::new(ErrorKind::Usage, "a tile of more pixels than can be counted")),
    };
    let bare = TargetGrid::new(set.crs()?.clone(), bounds.to_array(), width, height)?;
    let ((x, y), more) = (bare.resolution(), (2.0 * buffer) as u32);
    let [left, bottom, right, top] = bare.bounds;
    let wider = [left - buffer * x, bottom - buffer * y, right + buffer * x, top + buffer * y];
    TargetGrid::new(bare.crs, wider, width.saturating_add(more), height.saturating_add(more))
}
