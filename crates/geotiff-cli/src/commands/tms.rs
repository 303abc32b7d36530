//! `geotiff tms`: the TileMatrixSet of a file.

use geotiff_kit::tms::generate_tms;

use super::source;
use crate::args::TmsArgs;
use crate::error::Failure;
use crate::output;

/// Prints the TileMatrixSet of the file's own tiles as OGC JSON.
pub(super) async fn run(arguments: TmsArgs) -> Result<(), Failure> {
    let tiff = source::open(&arguments.src, 0, false).await?;
    let crs = tiff.crs()?.ok_or_else(|| Failure::about(&arguments.src, "the file has no CRS"))?;
    let set = generate_tms(tiff.page(), crs).map_err(|error| Failure::about(&arguments.src, error))?;
    output::print_json(&set)
}
