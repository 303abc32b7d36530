//! Rounds: every side does the same task in turn.

use std::time::Instant;

use super::Context;
use super::report::{Comparison, Report};
use super::sides::{Server, Side, Worker};
use crate::Failure;
use crate::protocol::{Answer, Task};

/// Lossy codecs: means of bytes may differ by this much.
const MEANS_DIFFER: f64 = 0.5;
/// Rounds that a case gets however long they take: the median of fewer says more of the machine than of the sides.
const ENOUGH: usize = 5;

/// The sides of a suite, each in its process.
pub(super) struct Rounds<'a> {
    context: &'a Context,
    workers: Vec<Worker>,
    /// Seconds after which five rounds of a case are enough.
    pub(super) seconds: u64,
}

/// A case: what it is called, and what is asked in a round. The task of round 0 checks the pixels and warms up.
pub(super) struct Case<'a> {
    pub(super) name: String,
    pub(super) unit: &'static str,
    /// How much one task does, in the unit.
    pub(super) amount: f64,
    /// The least ratio to each peer that must be reached.
    pub(super) bounds: &'a [(&'static str, f64)],
    /// Whether pixels may differ a little.
    pub(super) lossy: bool,
    /// The server and its delay, where the task goes through it, and how many things a task gets, such as windows.
    pub(super) server: Option<(&'a mut Server, u64, f64)>,
}

impl<'a> Rounds<'a> {
    pub(super) fn new(context: &'a Context, sides: &[Side], seconds: u64) -> Result<Self, Failure> {
        let workers =
            sides.iter().map(|side| Worker::start(*side, &context.programs)).collect::<Result<_, _>>()?;
        Ok(Self { context, workers, seconds })
    }

    /// Measures a case: `task` is asked with the round and the server.
    pub(super) fn measure(
        &mut self,
        mut case: Case<'_>,
        report: &mut Report,
        task: impl Fn(usize, Side, Option<&Server>) -> Task,
    ) -> Result<(), Failure> {
        let (most, enough) = self.context.effort(self.seconds);
        let mut answers: Vec<Vec<Answer>> = vec![Vec::new(); self.workers.len()];
        let mut served = vec![(0, 0); self.workers.len()];
        let mut start = Instant::now();
        for round in 0..=most {
            if round > ENOUGH && start.elapsed() > enough {
                break;
            }
            for turn in 0..self.workers.len() {
                // Nobody is always first.
                let number = (turn + round) % self.workers.len();
                let worker = &mut self.workers[number];
                let asked = task(round, worker.side, case.server.as_ref().map(|(server, ..)| &**server));
                if let Some((server, delay, _)) = &mut case.server {
                    server.delay(*delay)?;
                }
                let answer = worker.ask(&asked)?;
                if let Some((server, delay, _)) = case.server.as_mut().filter(|_| round > 0) {
                    let now = server.delay(*delay)?;
                    served[number] = (served[number].0 + now.requests, served[number].1 + now.bytes);
                }
                answers[number].push(answer);
            }
            if round == 0 {
                self.check(&case, &mut answers, report);
                start = Instant::now();
            }
        }
        let comparison = self.comparison(&case, answers, &served);
        eprintln!("  {}: {}", comparison.case, summary(&comparison));
        report.comparisons.push(comparison);
        Ok(())
    }

    /// Compares the pixels of the first round and forgets its times.
    fn check(&self, case: &Case<'_>, answers: &mut [Vec<Answer>], report: &mut Report) {
        let ours = answers[0].pop().unwrap_or_default();
        if let Some(error) = &ours.error {
            report.problems.push(format!("{}: ours: {error}", case.name));
        }
        for (worker, answers) in self.workers.iter().zip(answers).skip(1) {
            let theirs = answers.pop().unwrap_or_default();
            let side = worker.side.name();
            if let Some(error) = &theirs.error {
                eprintln!("  {}: {side} cannot: {error}", case.name);
                continue;
            }
            let near = |(a, b): (f64, f64)| (a - b).abs() <= MEANS_DIFFER;
            let same = match case.lossy {
                true => ours.mean.zip(theirs.mean).is_none_or(near),
                false => ours.checksum == theirs.checksum,
            };
            if !same {
                let means = (ours.mean, theirs.mean);
                report.problems.push(format!("{}: other pixels than {side}'s: means {means:?}", case.name));
            }
        }
    }

    fn comparison(&self, case: &Case<'_>, answers: Vec<Vec<Answer>>, served: &[(u64, u64)]) -> Comparison {
        let mut beside = Vec::new();
        if let Some((.., things)) = &case.server {
            for ((worker, answers), (requests, bytes)) in self.workers.iter().zip(&answers).zip(served) {
                let things = things * answers.len().max(1) as f64;
                let cpu: f64 = answers.iter().map(|answer| answer.cpu).sum();
                let side = worker.side.name();
                beside.push(("requests each", side, *requests as f64 / things));
                beside.push(("kB each", side, *bytes as f64 / 1e3 / things));
                beside.push(("CPU ms each", side, cpu * 1e3 / things));
            }
        }
        let names = self.workers.iter().map(|worker| worker.side.name());
        let mut comparison = Comparison {
            case: case.name.clone(),
            unit: case.unit,
            amount: case.amount,
            sides: names.zip(answers).collect(),
            ratios: Vec::new(),
            beside,
        };
        comparison.compare(case.bounds);
        comparison
    }
}

fn summary(comparison: &Comparison) -> String {
    let ratios = comparison.ratios.iter().filter_map(|ratio| {
        let required = ratio.required.map_or(String::new(), |required| format!(" (≥ {required})"));
        let cpu = ratio.cpu.map_or(f64::NAN, |cpu| cpu.median);
        Some(format!("{} × {}{required}, CPU {cpu:.2}", ratio.ratio?.text(2), ratio.peer))
    });
    ratios.collect::<Vec<_>>().join(", ")
}
