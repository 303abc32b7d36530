//! The dependency arrows, proved with `cargo tree`: which of our crates each may use, and what must not
//! come in through anything (docs/ARCHITECTURE.md, invariants 1 to 5).

use std::collections::BTreeSet;

use crate::Outcome;
use crate::workspace::{cargo, stdout};

/// What a crate may and may not depend on, in normal dependencies, for the host.
struct Rule {
    package: &'static str,
    /// Arguments that choose the features.
    features: &'static [&'static str],
    /// The edges that count: `normal`, or also `build`.
    edges: &'static str,
    /// Our crates that it may use.
    ours: &'static [&'static str],
    /// Third parties that must not be there.
    never: &'static [&'static str],
    /// When given, the only third parties that may be there.
    only: Option<&'static [&'static str]>,
}

/// What the facade joins.
const UNDER_THE_FACADE: &[&str] = &[
    "geotiff-core",
    "geotiff-codecs",
    "geotiff-io",
    "geotiff-crs",
    "geotiff-read",
    "geotiff-tms",
    "geotiff-warp",
];

const ALL: &[&str] = &["--all-features"];
const DEFAULT: &[&str] = &[];
const NONE: &[&str] = &["--no-default-features"];
const PURE_RUST: &[&str] = &["--no-default-features", "--features", "pure-rust"];

/// Runtimes, thread pools and clients: what only the layers above may choose.
const RUNTIMES: &[&str] =
    &["tokio", "rayon", "reqwest", "object_store", "hyper", "moka", "futures", "async-trait"];
/// C libraries and tools that nobody should need, whatever they ask for.
const NOWHERE: &[&str] = &["gdal", "gdal-sys", "openssl", "openssl-sys", "native-tls", "curl-sys"];
/// What the facade's default must not need, beyond a C compiler. (The crate `cmake` is there for aws-lc-sys, which
/// calls it on platforms only that it cannot build with the C compiler alone.)
const TOOLS: &[&str] = &["bindgen", "nasm-rs", "clang-sys", "proj-sys", "gdal-sys", "openssl-sys"];
/// What needs a C compiler.
const C: &[&str] = &["cc", "libdeflate-sys", "zstd-sys", "libwebp-sys", "liblzma-sys", "lerc-sys"];

const fn rule(package: &'static str, features: &'static [&'static str]) -> Rule {
    Rule { package, features, edges: "normal", ours: &[], never: &[], only: None }
}

const RULES: &[Rule] = &[
    // once_cell without its std: a cell that is set once, for what is parsed on demand. bytes without its std:
    // bytes that are shared, not copied. base64 and libm write colour profiles as GDAL does.
    Rule { only: Some(&["base64", "bytes", "libm", "once_cell"]), ..rule("geotiff-core", NONE) },
    Rule { never: RUNTIMES, ..rule("geotiff-core", ALL) },
    Rule { only: Some(&["libm"]), ..rule("geotiff-codecs", NONE) },
    Rule { never: RUNTIMES, ..rule("geotiff-codecs", ALL) },
    Rule { never: C, edges: "normal,build", ..rule("geotiff-codecs", PURE_RUST) },
    Rule {
        never: &["tokio", "rayon", "reqwest", "object_store", "moka", "ndarray"],
        ..rule("geotiff-io", NONE)
    },
    Rule { never: &["rayon", "ndarray"], ..rule("geotiff-io", ALL) },
    Rule { ours: &["geotiff-core"], never: RUNTIMES, ..rule("geotiff-crs", ALL) },
    Rule { ours: &["geotiff-core", "geotiff-crs"], never: RUNTIMES, ..rule("geotiff-tms", ALL) },
    Rule {
        ours: &["geotiff-core", "geotiff-codecs", "geotiff-io", "geotiff-crs"],
        never: &["reqwest", "object_store"],
        ..rule("geotiff-read", NONE)
    },
    Rule {
        ours: &["geotiff-core", "geotiff-codecs", "geotiff-io", "geotiff-crs", "geotiff-read", "geotiff-tms"],
        never: &["reqwest", "object_store"],
        ..rule("geotiff-warp", NONE)
    },
    Rule { ours: UNDER_THE_FACADE, never: NOWHERE, ..rule("geotiff-kit", ALL) },
    Rule { ours: UNDER_THE_FACADE, never: TOOLS, edges: "normal,build", ..rule("geotiff-kit", DEFAULT) },
    Rule {
        ours: &[
            "geotiff-core",
            "geotiff-codecs",
            "geotiff-io",
            "geotiff-crs",
            "geotiff-read",
            "geotiff-tms",
            "geotiff-warp",
            "geotiff-kit",
        ],
        never: NOWHERE,
        ..rule("geotiff-cli", ALL)
    },
];

pub(crate) fn run(_: &[String]) -> Outcome {
    let problems: Vec<String> = RULES.iter().flat_map(broken).collect();
    if problems.is_empty() {
        println!("deps: {} rules hold", RULES.len());
        return Ok(());
    }
    Err(problems)
}

fn broken(rule: &Rule) -> Vec<String> {
    let tree = match tree(rule) {
        Ok(tree) => tree,
        Err(problem) => return vec![problem],
    };
    let subject = format!(
        "{} ({})",
        rule.package,
        if rule.features.is_empty() { "default" } else { rule.features[rule.features.len() - 1] }
    );
    let mut problems = Vec::new();
    for name in &tree {
        if name.starts_with("geotiff-") {
            if name != rule.package && !rule.ours.contains(&name.as_str()) {
                problems.push(format!("{subject} must not depend on {name}"));
            }
        } else if rule.never.contains(&name.as_str()) {
            problems.push(format!("{subject} pulls in {name}"));
        } else if rule.only.is_some_and(|only| !only.contains(&name.as_str())) {
            problems.push(format!("{subject} may not depend on {name}: it is no_std and nearly alone"));
        }
    }
    problems
}

/// The names of all the packages in the tree.
fn tree(rule: &Rule) -> Result<BTreeSet<String>, String> {
    let mut command = cargo();
    command.args(["tree", "--locked", "--package", rule.package, "--edges", rule.edges, "--prefix", "none"]);
    command.args(["--format", "{p}"]).args(rule.features);
    let output = stdout(&mut command)?;
    Ok(output
        .lines()
        .filter_map(|l| l.split(' ').next())
        .filter(|n| !n.is_empty())
        .map(str::to_owned)
        .collect())
}
