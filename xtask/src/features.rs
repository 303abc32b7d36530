//! Each feature of each crate alone: none, every single one, the default, and all. Warnings are errors.

use crate::Outcome;
use crate::proj;
use crate::workspace::{Package, cargo, packages, stdout};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let packages = packages().map_err(|e| vec![e])?;
    let chosen = packages.iter().filter(|p| arguments.is_empty() || arguments.contains(&p.name));
    let mut problems = Vec::new();
    let mut checked = 0;
    for package in chosen {
        for features in selections(package) {
            checked += 1;
            if let Err(problem) = check(&package.name, &features) {
                problems.push(problem);
            }
        }
    }
    if problems.is_empty() {
        println!("features: {checked} selections compile without a warning");
        return Ok(());
    }
    Err(problems)
}

/// The arguments that choose features: none, each alone, all. (The default is what everything else builds.)
fn selections(package: &Package) -> Vec<Vec<String>> {
    let alone = |feature: &String| vec!["--no-default-features".into(), "--features".into(), feature.clone()];
    let mut selections = vec![vec!["--no-default-features".into()]];
    let skipped = |feature: &str| feature == proj::FEATURE && !proj::is_installed();
    let (out, single): (Vec<_>, Vec<_>) =
        package.features.iter().filter(|f| *f != "default").partition(|f| skipped(f));
    selections.extend(single.iter().copied().map(alone));
    if let [feature] = out.as_slice() {
        println!("features: {} without {feature}: no libproj here, see `cargo xtask proj`", package.name);
        let rest: Vec<_> = single.iter().map(|f| f.as_str()).collect();
        if !rest.is_empty() {
            selections.push(vec!["--features".into(), rest.join(",")]);
        }
    } else if !single.is_empty() {
        selections.push(vec!["--all-features".into()]);
    }
    selections
}

fn check(package: &str, features: &[String]) -> Result<(), String> {
    println!("features: {package} {}", features.join(" "));
    // Clippy, since its flags reach this workspace's crates alone: the dependencies are built once.
    let mut command = cargo();
    command.args(["clippy", "--quiet", "--locked", "--package", package]).args(features);
    command.args(["--", "--deny", "warnings"]);
    stdout(&mut command).map(drop)
}
