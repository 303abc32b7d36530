//! `geotiff info`: what a file says of itself.

mod facts;
mod table;

use geotiff_kit::GeoTiff;
use geotiff_kit::core::{DetailsReader, Domains};

use super::source;
use crate::args::InfoArgs;
use crate::cog::Depth;
use crate::error::Failure;
use crate::output;

/// Prints the facts as one JSON object or as a table.
pub(super) async fn run(arguments: InfoArgs) -> Result<(), Failure> {
    let tiff = source::open(&arguments.src, arguments.page, arguments.sidecars).await?;
    // A remote file costs no request beyond those for its metadata.
    let is_local = source::is_local(&arguments.src);
    let depth = if is_local { Depth::Chunks } else { Depth::Metadata };
    let details = if is_local || arguments.details { tiff.details().await? } else { at_hand(&tiff) };
    let facts = facts::of(&tiff, depth, &details).await?;
    if arguments.json { output::print_json(&facts) } else { output::print_text(&table::of(&facts)) }
}

/// The details that the bytes read at opening tell.
fn at_hand(tiff: &GeoTiff) -> Domains {
    DetailsReader::new(tiff.tiff(), tiff.page(), &tiff.limits().metadata).at_hand()
}
