//! One run of the command: a runtime, an interrupt handler, an exit code.

use std::process::ExitCode;

use crate::args::Cli;
use crate::{commands, output};

/// What shells expect of a command ended by an interrupt: 128 + SIGINT.
const INTERRUPTED: i32 = 130;

/// Runs the command of this process's arguments.
pub(crate) fn main() -> ExitCode {
    let cli = Cli::from_env();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("geotiff: the runtime cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.spawn(exit_when_interrupted());
    let result = runtime.block_on(commands::run(cli.command));
    // Requests still under way have no more use: do not wait for them.
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(line) = failure.line() {
                eprintln!("geotiff: {line}");
            }
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Waits for Ctrl-C, then leaves no unfinished file behind.
async fn exit_when_interrupted() {
    if tokio::signal::ctrl_c().await.is_ok() {
        output::remove_unfinished();
        std::process::exit(INTERRUPTED);
    }
}
