//! The table of codecs (`crates/geotiff-codecs/STATUS.md`) against the registry that it is made from.

use geotiff_codecs::Codecs;

use crate::Outcome;
use crate::workspace::root;

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let path = root().join("crates/geotiff-codecs/STATUS.md");
    let table = Codecs::status_markdown();
    if arguments.iter().any(|a| a == "--bless") {
        return std::fs::write(&path, table).map_err(|e| vec![e.to_string()]);
    }
    let written = std::fs::read_to_string(&path).map_err(|e| vec![format!("STATUS.md: {e}")])?;
    if written == table {
        println!("status: the table of codecs is that of the registry");
        return Ok(());
    }
    Err(vec!["STATUS.md is not what the registry says: cargo xtask status --bless".into()])
}
