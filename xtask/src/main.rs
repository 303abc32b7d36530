//! Checks, generators and benchmarks of this workspace: `cargo xtask help`.
//!
//! One file a command. A command returns what is wrong as text; nothing wrong is success.

mod bench;
mod check;
mod deps;
mod features;
mod hostile;
mod no_std;
mod proj;
mod sanitize;
mod status;
mod synth;
mod tidy;
mod workspace;

use std::process::ExitCode;

/// What a command found to be wrong, one problem a line.
type Outcome = Result<(), Vec<String>>;

/// A command: its name, what it does, and how.
struct Command {
    name: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Outcome,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "deps",
        about: "the arrows between the crates, and what each may pull in",
        run: deps::run,
    },
    Command { name: "features", about: "each feature of each crate alone [CRATE…]", run: features::run },
    Command { name: "no-std", about: "link the crates that claim no_std without std", run: no_std::run },
    Command { name: "status", about: "the codec table against the registry [--bless]", run: status::run },
    Command { name: "tidy", about: "sizes, lints, fixtures, links and words", run: tidy::run },
    Command {
        name: "hostile",
        about: "memory and time of the command on malformed files [FILE…]",
        run: hostile::run,
    },
    Command {
        name: "proj",
        about: "test the feature that links PROJ (needs libproj, or tools to build it)",
        run: proj::run,
    },
    Command {
        name: "sanitize",
        about: "tests of the crates with unsafe under AddressSanitizer [ARGUMENT of cargo test…]",
        run: sanitize::run,
    },
    Command {
        name: "synth",
        about: "write a file too large for fixtures: cog|appended OUT",
        run: synth::run,
    },
    Command {
        name: "check",
        about: "fixtures and the command against GDAL (needs rasterio)",
        run: check::run,
    },
    Command {
        name: "bench",
        about: "speed and memory against other readers [SUITE…] [--quick] [--json OUT] (docs/benchmarks.md)",
        run: bench::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(command) = arguments.first().and_then(|name| COMMANDS.iter().find(|c| c.name == name)) else {
        return help(arguments.first());
    };
    match (command.run)(&arguments[1..]) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            for problem in &problems {
                eprintln!("xtask {}: {problem}", command.name);
            }
            eprintln!("xtask {}: {} problem(s)", command.name, problems.len());
            ExitCode::FAILURE
        }
    }
}

fn help(asked: Option<&String>) -> ExitCode {
    println!("cargo xtask COMMAND\n");
    for command in COMMANDS {
        println!("  {:<10} {}", command.name, command.about);
    }
    match asked.map(String::as_str) {
        None | Some("help" | "--help" | "-h") => ExitCode::SUCCESS,
        Some(other) => {
            eprintln!("\nxtask: no command {other}");
            ExitCode::from(2)
        }
    }
}
