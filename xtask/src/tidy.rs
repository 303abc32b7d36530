//! What the compiler does not check: sizes, lints of each crate, fixtures, links, words.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::Outcome;
use crate::workspace::{files, root, shown};

/// Lines of a file, tests and tables left out: above the first a warning, above the second a failure.
const FILE_LINES: (usize, usize) = (600, 900);
/// Lines of a function.
const FUNCTION_LINES: (usize, usize) = (60, 100);
/// The fixtures' folder, in bytes.
const FIXTURES: u64 = 9_000_000;
/// Lints that crates which parse data deny (docs/ARCHITECTURE.md, invariant 8).
const STRICT: &[&str] =
    &["unwrap_used", "expect_used", "indexing_slicing", "arithmetic_side_effects", "panic"];

pub(crate) fn run(_: &[String]) -> Outcome {
    let mut problems = Vec::new();
    for path in files("crates", &[".rs"]).iter().chain(&files("xtask", &[".rs"])) {
        if let Ok(text) = std::fs::read_to_string(path) {
            source(path, &text, &mut problems);
        }
    }
    crates(&mut problems);
    fixtures(&mut problems);
    documents(&mut problems);
    if problems.is_empty() {
        println!("tidy: nothing found");
        return Ok(());
    }
    Err(problems)
}

fn source(path: &Path, text: &str, problems: &mut Vec<String>) {
    let name = shown(path);
    let lines: Vec<&str> = text.lines().collect();
    let test = name.contains("/tests/") || name.ends_with("tests.rs") || name.contains("/benches/");
    if !test {
        sizes(&name, &lines, problems);
    }
    if name.starts_with("crates") {
        comments(&name, &lines, problems);
    }
}

/// Every unsafe block says why it holds, right above; notes to oneself are done or gone.
fn comments(name: &str, lines: &[&str], problems: &mut Vec<String>) {
    for (i, line) in lines.iter().enumerate() {
        let (number, code) = (i + 1, line.trim_start());
        if code.starts_with("//") {
            if ["FIXME", "XXX", "TODO", "HACK"].iter().any(|w| code.contains(w)) {
                problems.push(format!("{name}:{number}: {code}"));
            }
        } else if code.contains("unsafe {") || code.contains("unsafe impl") {
            let above = &lines[i.saturating_sub(8)..=i];
            if !above.iter().any(|l| l.contains("SAFETY")) {
                problems.push(format!("{name}:{number}: unsafe without a SAFETY comment"));
            }
        }
    }
}

fn sizes(name: &str, lines: &[&str], problems: &mut Vec<String>) {
    let code = lines.iter().position(|l| l.starts_with("#[cfg(test)]")).unwrap_or(lines.len());
    if code > FILE_LINES.1 {
        problems.push(format!("{name}: {code} lines, more than {}", FILE_LINES.1));
    } else if code > FILE_LINES.0 {
        println!("tidy: {name}: {code} lines, more than {}", FILE_LINES.0);
    }
    for (start, length) in functions(&lines[..code]) {
        if length > FUNCTION_LINES.1 {
            problems.push(format!(
                "{name}:{start}: a function of {length} lines, more than {}",
                FUNCTION_LINES.1
            ));
        } else if length > FUNCTION_LINES.0 {
            println!("tidy: {name}:{start}: a function of {length} lines, more than {}", FUNCTION_LINES.0);
        }
    }
}

/// Where functions start (from 1) and how long their bodies are: rustfmt puts the closing brace under `fn`.
fn functions(lines: &[&str]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let indent = &line[..line.len() - code.len()];
        if !code.starts_with("//") && declares_function(code) {
            let end = format!("{indent}}}");
            if let Some(length) = lines[i..].iter().position(|l| *l == end) {
                found.push((i + 1, length.saturating_sub(1)));
            }
        }
    }
    found
}

fn declares_function(code: &str) -> bool {
    let modifier =
        |w: &&str| w.starts_with("pub") || matches!(*w, "async" | "unsafe" | "const" | "extern" | "\"C\"");
    let function = code.split_whitespace().find(|w| !modifier(w)) == Some("fn");
    let on_one_line = code.ends_with(';') || (code.ends_with('}') && code.contains('{'));
    function && !on_one_line
}

/// Each crate inherits the lints, is documented, and does not publish itself; those that parse data are strict.
fn crates(problems: &mut Vec<String>) {
    for manifest in files("crates", &["Cargo.toml"]) {
        let name = shown(&manifest);
        let text = std::fs::read_to_string(&manifest).unwrap_or_default();
        for line in ["[lints]\nworkspace = true", "publish.workspace = true", "license.workspace = true"] {
            if !text.contains(line) {
                problems.push(format!("{name}: no `{}`", line.replace('\n', " ")));
            }
        }
        let front = manifest.with_file_name("src").join("lib.rs");
        let Ok(text) = std::fs::read_to_string(&front) else { continue };
        if !text.starts_with("//!") || !text.lines().any(|l| l.starts_with("//! ```")) {
            problems.push(format!("{}: no front page with an example", shown(&front)));
        }
        if name.contains("geotiff-core") || name.contains("geotiff-codecs") {
            let missing = STRICT.iter().filter(|l| !text.contains(&format!("clippy::{l}")));
            problems.extend(missing.map(|l| format!("{}: clippy::{l} is not denied", shown(&front))));
            if !text.contains("#![no_std]") && !text.contains("no_std)]") {
                problems.push(format!("{}: not no_std", shown(&front)));
            }
        }
    }
}

/// The manifest names each file below `fixtures/files`, each is there, and all is small.
fn fixtures(problems: &mut Vec<String>) {
    let folder = root().join("fixtures");
    let manifest: Value =
        match std::fs::read_to_string(folder.join("manifest.json")).map(|t| serde_json::from_str(&t)) {
            Ok(Ok(manifest)) => manifest,
            other => return problems.push(format!("fixtures/manifest.json: {other:?}")),
        };
    let mut named = BTreeSet::new();
    for record in manifest["files"].as_array().into_iter().flatten() {
        let arrays = record["reads"].as_array().into_iter().flatten().map(|r| &r["npy"]);
        let beside = record["sidecars"].as_array().into_iter().flatten().chain(arrays);
        let own = [&record["path"], &record["pixels_npy"], &record["rgb_npy"]];
        named.extend(beside.chain(own).filter_map(Value::as_str).map(str::to_owned));
    }
    let missing = named.iter().filter(|n| !folder.join(n).is_file());
    problems.extend(missing.map(|n| format!("fixtures/{n} is in the manifest but not there")));
    let mut size = 0;
    for path in files("fixtures", &[""]) {
        size += path.metadata().map_or(0, |m| m.len());
        let name = shown(&path).replace("fixtures/", "").replace('\\', "/");
        if (name.starts_with("files/") || name.starts_with("expected/")) && !named.contains(&name) {
            problems.push(format!("fixtures/{name} is not in the manifest"));
        }
    }
    if size > FIXTURES {
        problems.push(format!("fixtures: {size} bytes, more than {FIXTURES}"));
    }
}

/// Relative links in Markdown lead somewhere, invariants are numbered without a gap, schemas are JSON.
fn documents(problems: &mut Vec<String>) {
    let mut pages = files("docs", &[".md"]);
    pages.extend(files("crates", &[".md"]));
    pages.extend(
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "fixtures/README.md"].map(|p| root().join(p)),
    );
    for page in pages {
        match std::fs::read_to_string(&page) {
            Ok(text) => links(&page, &text, problems),
            Err(e) => problems.push(format!("{}: {e}", shown(&page))),
        }
    }
    let architecture = std::fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap_or_default();
    let numbers: Vec<usize> = architecture
        .lines()
        .filter_map(|l| l.strip_prefix("**Invariant ")?.split_once('.')?.0.parse().ok())
        .collect();
    if numbers.is_empty() || numbers.iter().enumerate().any(|(i, n)| i + 1 != *n) {
        problems.push(format!("docs/ARCHITECTURE.md: invariants are numbered {numbers:?}"));
    }
    for schema in files("docs/schemas", &[".json"]) {
        let text = std::fs::read_to_string(&schema).unwrap_or_default();
        if let Err(e) = serde_json::from_str::<Value>(&text) {
            problems.push(format!("{}: {e}", shown(&schema)));
        }
    }
}

fn links(page: &Path, text: &str, problems: &mut Vec<String>) {
    for part in text.split("](").skip(1) {
        let target = part.split([')', '#']).next().unwrap_or_default();
        let remote = target.contains("://") || target.is_empty() || target.starts_with("crate::");
        if !remote && !page.with_file_name(target).exists() {
            problems.push(format!("{}: the link {target} leads nowhere", shown(page)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::functions;

    #[test]
    fn a_function_is_as_long_as_its_body() {
        let text = "\
pub(crate) fn two(a: u8) -> u8 {
    let b = a;
    b
}
fn on_one_line() {}
impl A {
    const fn one(&self) -> u8 {
        1
    }
    // fn not_this() {
    fn declared(&self);
}";
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(functions(&lines), [(1, 2), (7, 1)]);
    }
}
