//! `geotiff info`: what a file says of itself.

mod facts;
mod table;

use super::source;
use crate::args::InfoArgs;
use crate::cog::Depth;
use crate::error::Failure;
use crate::output;

/// Prints the facts as one JSON object or as a table.
pub(super) async fn run(arguments: InfoArgs) -> Result<(), Failure> {
    let tiff = source::open(&arguments.src, arguments.page, arguments.sidecars).await?;
    // A remote file costs no request beyond those for its metadata.
    let depth = if source::is_local(&arguments.src) { Depth::Chunks } else { Depth::Metadata };
    let facts = facts::of(&tiff, depth).await?;
    if arguments.json { output::print_json(&facts) } else { output::print_text(&table::of(&facts)) }
}
