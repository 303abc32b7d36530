//! The command `geotiff`: metadata, pixels, samples, statistics and tile matrix sets of GeoTIFF files, for people
//! and for scripts.
//!
//! Results go to standard output or to the file named by `--output`; everything else goes to standard error. The
//! command exits with 0 when it did what was asked, 1 when it could not (one line on standard error says why), 2 when
//! it was asked wrongly, and 130 when it was interrupted.
//!
//! ```text
//! geotiff info scene.tif --json
//! geotiff read https://example.com/scene.tif -o window.png --window 0,0,512,512
//! ```

mod args;
mod cog;
mod commands;
mod error;
mod output;
mod progress;
mod run;

use std::process::ExitCode;

fn main() -> ExitCode {
    run::main()
}
