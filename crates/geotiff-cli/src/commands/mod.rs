//! The subcommands.

mod bbox;
mod crs;
mod info;
mod plan;
mod points;
mod read;
mod sample;
mod source;
mod stats;
mod tile;
mod tms;
mod validate;
mod warp;

use crate::args::Command;
use crate::error::Failure;

/// Does what the command line asks.
///
/// # Errors
/// The failure to report.
pub(crate) async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Info(arguments) => info::run(arguments).await,
        Command::Read(arguments) => read::run(*arguments).await,
        Command::Sample(arguments) => sample::run(arguments).await,
        Command::Stats(arguments) => stats::run(arguments).await,
        Command::Validate(arguments) => validate::run(arguments).await,
        Command::Tms(arguments) => tms::run(arguments).await,
        Command::Tile(arguments) => tile::run(arguments).await,
        Command::Warp(arguments) => warp::run(arguments).await,
    }
}
