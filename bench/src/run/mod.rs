//! Runs suites and says what came out.

mod pixels;
mod remote;
mod report;
mod rounds;
mod sides;
mod small;
mod tiles;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use self::report::Report;
use self::sides::{Programs, Server};
use crate::Failure;

/// What every suite needs.
struct Context {
    /// Where the data lie.
    folder: PathBuf,
    programs: Programs,
    /// Smaller data and fewer rounds: to see that it works, not to measure.
    quick: bool,
}

impl Context {
    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn server(&self) -> Result<Server, Failure> {
        Server::start(&self.folder)
    }

    /// Most rounds of a case, and the time after which five are enough.
    fn effort(&self, seconds: u64) -> (usize, Duration) {
        if self.quick { (2, Duration::ZERO) } else { (9, Duration::from_secs(seconds)) }
    }
}

type Suite = fn(&Context) -> Result<Report, Failure>;

/// The suites in the order in which they run.
const SUITES: &[(&str, Suite)] = &[
    ("parse", small::parse),
    ("codecs", pixels::codecs),
    ("images", pixels::images),
    ("open", remote::open),
    ("windows", remote::windows),
    ("cold", remote::cold),
    ("tiles", tiles::tiles),
    ("memory", small::memory),
    ("blocked", small::blocked),
];

/// `FOLDER PYTHON [--quick] [--json OUT] SUITE…`: exits with an error where a suite could not be run as it should, not
/// where we are slower than required.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    let [folder, python, rest @ ..] = arguments else { return Err("run FOLDER PYTHON …".into()) };
    let mut json = None;
    let mut quick = false;
    let mut names = Vec::new();
    let mut rest = rest.iter();
    while let Some(argument) = rest.next() {
        match *argument {
            "--quick" => quick = true,
            "--json" => json = Some(rest.next().ok_or("--json takes a file name")?),
            name => names.push(name),
        }
    }
    let peers = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("peers.py");
    let programs = Programs { python: (*python).to_owned(), peers };
    let context = Context { folder: folder.into(), programs, quick };
    let reports = reports(&context, &names)?;
    if let Some(out) = json {
        std::fs::write(out, serde_json::to_string_pretty(&reports)?)?;
    }
    let problems: usize = reports.iter().map(|report| report.problems.len()).sum();
    if problems == 0 { Ok(()) } else { Err(format!("{problems} problem(s), named above").into()) }
}

fn reports(context: &Context, names: &[&str]) -> Result<Vec<Report>, Failure> {
    let mut reports = Vec::new();
    for (name, suite) in SUITES.iter().filter(|(name, _)| names.is_empty() || names.contains(name)) {
        let start = Instant::now();
        let report = Report { suite: name, ..suite(context)? };
        let (met, missed) = report.score();
        println!("{}", report.markdown());
        println!("{name}: {met} requirements met, {missed} missed, {:.0} s", start.elapsed().as_secs_f64());
        reports.push(report);
    }
    Ok(reports)
}
