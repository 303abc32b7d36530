//! `geotiff warp`: pixels in another CRS.

use geotiff_kit::warp::warp;
use geotiff_kit::{TargetGrid, WarpOptions};

use super::{crs, source};
use crate::args::{Bbox, WarpArgs};
use crate::cog::source_name;
use crate::error::Failure;
use crate::output::{self, OutFile};
use crate::progress;

/// Warps the file onto the grid that the arguments describe and writes it.
pub(super) async fn run(arguments: WarpArgs) -> Result<(), Failure> {
    let Bbox(bounds) = arguments.bbox;
    let grid =
        TargetGrid::new(crs::parse(&arguments.crs)?, bounds, arguments.size.width, arguments.size.height);
    let grid = grid.map_err(|error| Failure::Usage(error.to_string()))?;
    let options = WarpOptions::new().resampling(arguments.resampling);
    let tiff = source::open(&arguments.src, 0, false).await?;
    let file = OutFile::create(&arguments.output.path)?;
    let raster = progress::spin("warping", warp(&tiff, &grid, &options)).await;
    let raster = raster.map_err(|error| Failure::about(source_name(&tiff), error))?;
    output::write_raster(file, arguments.output.format, &tiff, &raster, None)
}
