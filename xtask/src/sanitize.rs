//! The tests of the crates that hold `unsafe` under AddressSanitizer, with every fixture and every file of the catalogue.

use crate::Outcome;
use crate::workspace::{cargo, root, run as execute, stdout};

/// The crates with modules that allow `unsafe`.
const CRATES: [&str; 2] = ["geotiff-codecs", "geotiff-read"];

/// Tests them with their default features; `arguments` are cargo's. C libraries are linked as they are, without checks
/// of what they do in themselves.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let host = host().map_err(|problem| vec![problem])?;
    let mut command = cargo();
    command.args(["test", "--locked", "--lib", "--tests", "--target", &host]);
    command.arg("--target-dir").arg(target_dir());
    command.args(CRATES.iter().flat_map(|name| ["--package", name])).args(arguments);
    // Sanitizers are unstable: this lets a stable compiler have them too.
    command.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-Zsanitizer=address");
    execute(&mut command).map_err(|problem| vec![problem])
}

/// Apart from the other builds, which other flags would throw away.
fn target_dir() -> std::path::PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into).join("asan")
}

/// The host's target triple: with a target given, build scripts and macros are left as they are.
fn host() -> Result<String, String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = stdout(std::process::Command::new(rustc).arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc -vV names no host".into())
}
