//! Links core and codecs into static libraries that have no std: `no_std/*` are packages of their own, with
//! their own panic handler, so that a dependency that pulls in std fails to build.

use std::path::PathBuf;

use crate::Outcome;
use crate::workspace::{cargo, root, run as execute, shown};

pub(crate) fn run(_: &[String]) -> Outcome {
    let packages = packages();
    if packages.is_empty() {
        return Err(vec!["nothing below xtask/no_std".into()]);
    }
    let mut problems = Vec::new();
    for package in &packages {
        println!("no-std: {}", shown(package));
        let mut command = cargo();
        command.args(["build", "--quiet", "--release", "--manifest-path"]).arg(package.join("Cargo.toml"));
        command.arg("--target-dir").arg(root().join("target/no-std"));
        problems.extend(execute(&mut command).err());
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn packages() -> Vec<PathBuf> {
    let folders = std::fs::read_dir(root().join("xtask/no_std")).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        folders.map(|e| e.path()).filter(|p| p.join("Cargo.toml").is_file()).collect();
    found.sort();
    found
}
