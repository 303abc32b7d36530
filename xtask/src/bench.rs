//! The benchmarks against other readers: `cargo xtask bench [SUITE…] [--quick] [--json OUT] [--without-lerc-sys]`.
//!
//! Builds `bench/`, writes the data, and runs the suites; docs/benchmarks.md says what they measure.

use std::path::Path;
use std::process::Command;

use crate::workspace::{cargo, python, root, run as execute};
use crate::{Outcome, synth};

const SUITES: &[&str] =
    &["parse", "codecs", "images", "open", "windows", "cold", "tiles", "memory", "blocked"];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    bench(arguments).map_err(|problem| vec![problem])
}

/// What was asked for.
struct Request<'a> {
    suites: Vec<&'a str>,
    quick: bool,
    json: Option<&'a str>,
    without_lerc_sys: bool,
}

impl<'a> Request<'a> {
    fn parse(arguments: &'a [String]) -> Result<Self, String> {
        let mut request = Self { suites: Vec::new(), quick: false, json: None, without_lerc_sys: false };
        let mut rest = arguments.iter().map(String::as_str);
        while let Some(argument) = rest.next() {
            match argument {
                "--quick" => request.quick = true,
                "--without-lerc-sys" => request.without_lerc_sys = true,
                "--json" => request.json = Some(rest.next().ok_or("--json takes the name of a file")?),
                suite if SUITES.contains(&suite) => request.suites.push(suite),
                other => return Err(format!("no suite {other}: there are {}", SUITES.join(", "))),
            }
        }
        if request.suites.is_empty() {
            request.suites = SUITES.to_vec();
        }
        Ok(request)
    }
}

fn bench(arguments: &[String]) -> Result<(), String> {
    let request = Request::parse(arguments)?;
    let python = python("rasterio, async_geotiff, rio_tiler")
        .ok_or("no Python with the peers: pip install -r bench/requirements.txt, or set PYTHON")?;
    build(request.without_lerc_sys)?;
    let folder = format!("target/bench-data/{}", if request.quick { "quick" } else { "full" });
    write_data(&request, &python, &folder)?;
    let mut command = Command::new(root().join("target/bench/release/geotiff-bench"));
    command.current_dir(root()).args(["run", &folder, &python]);
    if request.quick {
        command.arg("--quick");
    }
    if let Some(out) = request.json {
        command.args(["--json", out]);
    }
    execute(command.args(&request.suites))
}

fn build(without_lerc_sys: bool) -> Result<(), String> {
    let mut command = cargo();
    command.args(["build", "--release", "--manifest-path", "bench/Cargo.toml"]);
    command.args(["--target-dir", "target/bench"]);
    if without_lerc_sys {
        command.arg("--no-default-features");
    }
    execute(&mut command)
}

fn write_data(request: &Request<'_>, python: &str, folder: &str) -> Result<(), String> {
    let mut command = Command::new(python);
    command.current_dir(root()).args(["bench/data.py", folder]);
    if request.quick {
        command.arg("--quick");
    }
    execute(command.args(&request.suites))?;
    if request.suites.contains(&"memory") {
        for (name, size) in [("giant.tif", 1_000_000), ("stream.tif", 100_000)] {
            synthesise(&root().join(folder).join(name), size)?;
        }
    }
    Ok(())
}

/// Writes a COG of `size` × `size` pixels, unless it is there.
fn synthesise(path: &Path, size: u64) -> Result<(), String> {
    if path.exists() {
        return Ok(());
    }
    let partial = path.with_extension("part");
    let written = synth::write_cog(&partial, size, 512).and_then(|()| std::fs::rename(&partial, path));
    written.map_err(|error| format!("{}: {error}", path.display()))
}
