//! The feature `proj` of geotiff-crs, which no other check builds: it links libproj, or builds it from source.

use std::process::{Command, Stdio};

use crate::Outcome;
use crate::workspace::{cargo, run as run_command};

/// The feature, in whatever crate.
pub(crate) const FEATURE: &str = "proj";

/// The libproj that the crate `proj-sys` links; where there is none as new it builds its own.
const VERSION: &str = "9.6.2";

/// What building PROJ takes, and how to see that it is there.
const TOOLS: [(&str, &[&str]); 4] = [
    ("cmake", &["cmake", "--version"]),
    ("a C++ compiler (c++)", &["c++", "--version"]),
    ("the program sqlite3", &["sqlite3", "--version"]),
    ("SQLite's headers (libsqlite3-dev)", &["pkg-config", "--exists", "sqlite3"]),
];

/// Whether there is a libproj to link.
pub(crate) fn is_installed() -> bool {
    succeeds(&["pkg-config", &format!("--atleast-version={VERSION}"), "proj"])
}

fn succeeds(command: &[&str]) -> bool {
    let [program, arguments @ ..] = command else { return false };
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Builds and tests; installs nothing.
pub(crate) fn run(_arguments: &[String]) -> Outcome {
    if is_installed() {
        println!("proj: with the libproj that is installed");
    } else {
        let missing: Vec<&str> =
            TOOLS.iter().filter(|(_, command)| !succeeds(command)).map(|(name, _)| *name).collect();
        if !missing.is_empty() {
            return Err(vec![
                format!(
                    "there is no libproj {VERSION} or newer (pkg-config proj), and to build one is missing:"
                ),
                missing.join(", "),
            ]);
        }
        println!("proj: no libproj {VERSION} or newer is installed: building PROJ takes some minutes");
    }
    let test = ["test", "--package", "geotiff-crs", "--features", FEATURE, "--test", "proj"];
    let lint = ["clippy", "--package", "geotiff-crs", "--all-targets", "--features", FEATURE];
    let result = run_command(cargo().args(test))
        .and_then(|()| run_command(cargo().args(lint).args(["--", "--deny", "warnings"])));
    result.map_err(|problem| vec![problem])
}
