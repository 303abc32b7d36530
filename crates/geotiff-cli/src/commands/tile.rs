//! `geotiff tile`: a map tile.

use geotiff_kit::tms::well_known;
use geotiff_kit::warp::tile;
use geotiff_kit::{Colormap, TileOptions, WarpOptions};

use super::source;
use crate::args::TileArgs;
use crate::cog::source_name;
use crate::error::Failure;
use crate::output::{self, OutFile};
use crate::progress;

/// Renders the tile and writes it.
pub(super) async fn run(arguments: TileArgs) -> Result<(), Failure> {
    let set = well_known(&arguments.tms).map_err(|error| Failure::Failed(error.to_string()))?;
    let options = options(&arguments)?;
    let tiff = source::open(&arguments.src, 0, false).await?;
    let file = OutFile::create(&arguments.output.path)?;
    let rendering = tile(&tiff, arguments.tile, &set, &options);
    let raster = progress::spin("rendering", rendering).await;
    let raster = raster.map_err(|error| Failure::about(source_name(&tiff), error))?;
    output::write_raster(file, arguments.output.format, &tiff, &raster, None)
}

fn options(arguments: &TileArgs) -> Result<TileOptions, Failure> {
    let mut warp = WarpOptions::new().resampling(arguments.resampling);
    if let Some(bands) = &arguments.bands {
        warp = warp.bands(bands.numbers()?);
    }
    let mut options = TileOptions::new().warp(warp);
    if let Some(range) = arguments.rescale {
        options = options.rescale(range.min, range.max);
    }
    if let Some(name) = &arguments.colormap {
        options =
            options.colormap(Colormap::named(name).map_err(|error| Failure::Failed(error.to_string()))?);
    }
    Ok(options)
}
