//! Benchmarks against other readers; `cargo xtask bench` builds this, writes the data and calls `run`.
//!
//! `run` asks worker processes, one for each side, to do the same task in turn, and compares the times of each round.

mod async_tiff_side;
mod blocked;
mod http;
mod memory;
mod ours;
mod parse;
mod protocol;
mod run;
mod tiles;

use std::process::ExitCode;

/// Anything that goes wrong ends the benchmark with its text.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["run", rest @ ..] => run::run(rest),
        ["worker", "ours"] => protocol::serve(ours::answer),
        ["worker", "async-tiff"] => protocol::serve(async_tiff_side::answer),
        ["http", folder] => http::serve(folder),
        ["memory", kind, path] => memory::measure(kind, path),
        ["blocked", source] => blocked::measure(source),
        _ => Err("usage: geotiff-bench run FOLDER PYTHON [--quick] [--json OUT] SUITE…".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("geotiff-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
