//! The workspace as the commands see it: where it is, its crates, and cargo.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    // The manifest lies in `<root>/xtask`.
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

/// `cargo` in the workspace's folder.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// A crate of the workspace, with its features in the order of their names.
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) features: Vec<String>,
}

/// The crates below `crates/`, in the order of their names.
pub(crate) fn packages() -> Result<Vec<Package>, String> {
    let output = stdout(cargo().args(["metadata", "--no-deps", "--format-version", "1", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&output).map_err(|e| format!("cargo metadata: {e}"))?;
    let mut found: Vec<Package> = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|p| p["name"].as_str().is_some_and(|n| n.starts_with("geotiff-")))
        .map(|p| Package {
            name: p["name"].as_str().unwrap_or_default().to_owned(),
            features: p["features"].as_object().into_iter().flat_map(|f| f.keys().cloned()).collect(),
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// What a command prints; its standard error when it fails.
pub(crate) fn stdout(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|e| format!("{}: {e}", command.get_program().display()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{}\n{}", line(command), String::from_utf8_lossy(&output.stderr).trim_end()))
}

/// Runs a command with its output shown.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|e| format!("{}: {e}", command.get_program().display()))?;
    if status.success() { Ok(()) } else { Err(format!("failed: {}", line(command))) }
}

/// The first Python that has `modules`: the one that the environment's `PYTHON` names, that of the fixtures, or that of
/// the system.
pub(crate) fn python(modules: &str) -> Option<String> {
    let chosen = std::env::var("PYTHON").ok();
    let local = root().join("fixtures/venv/bin/python").display().to_string();
    [chosen.unwrap_or_default(), local, "python3".into(), "python".into()].into_iter().find(|python| {
        let mut command = Command::new(python);
        command.args(["-c", &format!("import {modules}")]).output().is_ok_and(|o| o.status.success())
    })
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let words = command.get_args().map(|a| a.to_string_lossy().into_owned()).collect::<Vec<_>>();
    format!(
        "{} {}",
        Path::new(command.get_program()).file_name().unwrap_or_default().display(),
        words.join(" ")
    )
}

/// Every file below `folder` (relative to the root) whose name ends in one of `endings`, sorted.
pub(crate) fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(&root().join(folder), endings, &mut found);
    found.sort();
    found
}

fn walk(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() && !matches!(name.as_str(), "target" | ".git" | "__pycache__" | "venv") {
            walk(&path, endings, found);
        } else if endings.iter().any(|e| name.ends_with(e)) {
            found.push(path);
        }
    }
}

/// A path as it is shown: below the root.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
