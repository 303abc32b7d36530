//! Files made to break readers: the command describes and reads each within bounds of memory and time.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::resource::{Usage, UsageWho, getrusage};

use crate::Outcome;
use crate::workspace::root;

/// The most memory, in KiB, that one run may hold at a time.
const MEMORY: i64 = 256 << 10;
/// The most processor time that one run may take, in every thread of it.
const TIME: Duration = Duration::from_secs(1);

/// What one run took.
struct Run {
    what: String,
    time: Duration,
    /// The peak of memory of all runs up to this one, in KiB.
    peak: i64,
    panicked: bool,
}

/// `hostile [FILE…]`: the files given, else every file of the corpora's folder `malformed`.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let files = match arguments {
        [] => malformed().map_err(|problem| vec![problem])?,
        given => given.iter().map(PathBuf::from).collect(),
    };
    // The command as the tests build it: debug assertions and overflow checks are on. It is not built here, for the memory
    // of compilers would count.
    let command = root().join("target/debug/geotiff");
    if !command.exists() {
        return Err(vec![format!("there is no {}: cargo build --package geotiff-cli", command.display())]);
    }
    let out = root().join("target/hostile.npy");
    let mut runs = Vec::new();
    for file in &files {
        for arguments in
            [&["info".as_ref(), "--json".as_ref()][..], &["read".as_ref(), "-o".as_ref(), out.as_os_str()]]
        {
            runs.push(measure(&command, arguments, file).map_err(|problem| vec![problem])?);
        }
    }
    // Where nothing could be read there is none.
    let _ = std::fs::remove_file(out);
    report(&files, &runs)
}

fn malformed() -> Result<Vec<PathBuf>, String> {
    let corpora =
        std::env::var_os("GEOTIFF_CORPORA").map_or_else(|| root().join("../shared/corpora"), PathBuf::from);
    let mut files = Vec::new();
    let mut folders = vec![corpora.join("malformed")];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder)
            .map_err(|error| format!("{}: {error} (set GEOTIFF_CORPORA, or give files)", folder.display()))?;
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

fn measure(command: &Path, arguments: &[&OsStr], file: &Path) -> Result<Run, String> {
    let name = arguments.first().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let what = format!("{name} {}", file.display());
    let children = || getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| error.to_string());
    let before = time(&children()?);
    let output = Command::new(command)
        .args(arguments)
        .arg(file)
        .stdout(Stdio::null())
        .output()
        .map_err(|error| format!("{}: {error}", command.display()))?;
    let after = children()?;
    Ok(Run {
        what,
        time: time(&after).saturating_sub(before),
        peak: after.max_rss(),
        // No exit code: a signal ended it.
        panicked: !matches!(output.status.code(), Some(0..=2)),
    })
}

fn time(usage: &Usage) -> Duration {
    let seconds = |time: nix::sys::time::TimeVal| {
        Duration::new(time.tv_sec().unsigned_abs(), u32::try_from(time.tv_usec() * 1000).unwrap_or(0))
    };
    seconds(usage.user_time()) + seconds(usage.system_time())
}

fn report(files: &[PathBuf], runs: &[Run]) -> Outcome {
    let mut problems = Vec::new();
    let mut peak = 0;
    let mut largest = "";
    for run in runs {
        if run.peak > peak {
            (peak, largest) = (run.peak, &run.what);
            if peak > MEMORY {
                problems.push(format!("{}: {} MiB", run.what, peak >> 10));
            }
        }
        if run.time > TIME {
            problems.push(format!("{}: {:?}", run.what, run.time));
        }
        if run.panicked {
            problems.push(format!("{}: panicked", run.what));
        }
    }
    if let Some(slowest) = runs.iter().max_by_key(|run| run.time) {
        println!("hostile: {} files; at most {} MiB ({largest})", files.len(), peak >> 10);
        println!("hostile: at most {:?} of processor time ({})", slowest.time, slowest.what);
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
