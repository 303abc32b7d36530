//! What came out, as tables and as JSON.

use std::fmt::Write;

use serde::Serialize;

use crate::protocol::Answer;

/// Least, middle and largest of several figures.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Spread {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// `None` of no figures.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let middle = figures.len() / 2;
        let upper = *figures.get(middle)?;
        let median = if figures.len() % 2 == 1 { upper } else { (figures[middle - 1] + upper) / 2.0 };
        Some(Self { min: figures[0], median, max: figures[figures.len() - 1] })
    }

    /// The middle, and the others behind it.
    pub(crate) fn text(&self, digits: usize) -> String {
        format!("{:.digits$} ({:.digits$}–{:.digits$})", self.median, self.min, self.max)
    }
}

/// How fast we must be beside a peer: our rate over its, by the median of the rounds.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Ratio {
    pub(crate) peer: &'static str,
    pub(crate) required: Option<f64>,
    pub(crate) ratio: Option<Spread>,
    /// Its processor time over ours: what remains of the ratio when other programs take turns.
    pub(crate) cpu: Option<Spread>,
}

/// One piece of work, done by every side in each round.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Comparison {
    pub(crate) case: String,
    /// What `amount` counts: the rate is `amount` over seconds.
    pub(crate) unit: &'static str,
    pub(crate) amount: f64,
    /// Each side's answers, ours first.
    pub(crate) sides: Vec<(&'static str, Vec<Answer>)>,
    pub(crate) ratios: Vec<Ratio>,
    /// Figures beside the rates, such as requests: name, side, value.
    pub(crate) beside: Vec<(&'static str, &'static str, f64)>,
}

impl Comparison {
    /// The rates of a side.
    fn rate(&self, answers: &[Answer]) -> Option<Spread> {
        Spread::of(answers.iter().filter(|a| a.error.is_none()).map(|a| self.amount / a.seconds))
    }

    /// Fills in the ratio to each peer that has a bound or an answer.
    pub(crate) fn compare(&mut self, bounds: &[(&'static str, f64)]) {
        let Some(((_, ours), peers)) = self.sides.split_first() else { return };
        self.ratios = peers
            .iter()
            .map(|(peer, theirs)| {
                let pairs: Vec<_> =
                    ours.iter().zip(theirs).filter(|(o, t)| o.error.is_none() && t.error.is_none()).collect();
                Ratio {
                    peer,
                    required: bounds.iter().find(|(name, _)| name == peer).map(|(_, bound)| *bound),
                    ratio: Spread::of(pairs.iter().map(|(ours, theirs)| theirs.seconds / ours.seconds)),
                    cpu: Spread::of(pairs.iter().map(|(ours, theirs)| theirs.cpu / ours.cpu)),
                }
            })
            .collect();
    }
}

/// A figure with a bound of its own.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Check {
    pub(crate) what: String,
    pub(crate) unit: &'static str,
    pub(crate) figure: Spread,
    /// The most that it may be; `None` for a figure that only informs.
    pub(crate) most: Option<f64>,
}

/// What a suite found.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Report {
    pub(crate) suite: &'static str,
    pub(crate) comparisons: Vec<Comparison>,
    pub(crate) checks: Vec<Check>,
    /// What went wrong: pixels that differ, sides that fail.
    pub(crate) problems: Vec<String>,
}

impl Report {
    pub(crate) fn check(&mut self, what: &str, unit: &'static str, figures: Vec<f64>, most: Option<f64>) {
        match Spread::of(figures) {
            Some(figure) => self.checks.push(Check { what: what.to_owned(), unit, figure, most }),
            None => self.problems.push(format!("{what}: no figures")),
        }
    }

    /// As Markdown.
    pub(crate) fn markdown(&self) -> String {
        let mut out = format!("\n## {}\n", self.suite);
        self.rates(&mut out);
        self.figures(&mut out);
        for problem in &self.problems {
            let _ = writeln!(out, "\nProblem: {problem}");
        }
        out
    }

    fn rates(&self, out: &mut String) {
        if self.comparisons.is_empty() {
            return;
        }
        let mut sides: Vec<&str> = Vec::new();
        let mut beside: Vec<(&str, &str)> = Vec::new();
        for comparison in &self.comparisons {
            sides.extend(comparison.sides.iter().map(|side| side.0));
            beside.extend(comparison.beside.iter().map(|(name, side, _)| (*name, *side)));
        }
        let (sides, beside) = (unique(sides), unique(beside));
        let mut head = vec!["case".to_owned(), "unit".to_owned()];
        head.extend(sides.iter().map(|side| (*side).to_owned()));
        head.extend(sides[1..].iter().map(|peer| format!("ours ÷ {peer}")));
        head.extend(sides[1..].iter().map(|peer| format!("CPU time, {peer} ÷ ours")));
        head.extend(beside.iter().map(|(name, side)| format!("{name}, {side}")));
        let _ = writeln!(out, "\n| {} |\n|{}", head.join(" | "), "---|".repeat(head.len()));
        for comparison in &self.comparisons {
            let _ = writeln!(out, "| {} |", row(comparison, &sides, &beside).join(" | "));
        }
    }

    fn figures(&self, out: &mut String) {
        if self.checks.is_empty() {
            return;
        }
        let _ = writeln!(out, "\n| figure | median (min–max) | at most | |\n|---|---|---|---|");
        for check in &self.checks {
            let most = check.most.map_or("—".to_owned(), |most| format!("{most} {}", check.unit));
            let met = check.most.map_or("", |most| mark(check.figure.median <= most));
            let figure = check.figure.text(2);
            let _ = writeln!(out, "| {} | {figure} {} | {most} | {met} |", check.what, check.unit);
        }
    }

    /// Requirements met and not met; a peer that cannot do a case asks nothing of us.
    pub(crate) fn score(&self) -> (usize, usize) {
        let ratios = self.comparisons.iter().flat_map(|c| &c.ratios).filter_map(|r| r.required.zip(r.ratio));
        let ratios = ratios.map(|(required, ratio)| ratio.median >= required);
        let checks = self.checks.iter().filter_map(|c| Some(c.figure.median <= c.most?));
        let (met, missed): (Vec<bool>, Vec<bool>) = ratios.chain(checks).partition(|met| *met);
        (met.len(), missed.len())
    }
}

fn row(comparison: &Comparison, sides: &[&str], beside: &[(&str, &str)]) -> Vec<String> {
    let none = || "—".to_owned();
    let mut row = vec![comparison.case.clone(), comparison.unit.to_owned()];
    row.extend(sides.iter().map(|side| {
        let answers = comparison.sides.iter().find(|(name, _)| name == side);
        let rate = answers.and_then(|(_, answers)| comparison.rate(answers));
        rate.map_or_else(none, |rate| format!("{:.0}", rate.median))
    }));
    row.extend(sides[1..].iter().map(|peer| {
        let Some(found) = comparison.ratios.iter().find(|ratio| ratio.peer == *peer) else { return none() };
        let Some(ratio) = found.ratio else { return none() };
        match found.required {
            Some(required) => format!("{} ≥ {required} {}", ratio.text(2), mark(ratio.median >= required)),
            None => ratio.text(2),
        }
    }));
    row.extend(sides[1..].iter().map(|peer| {
        let found = comparison.ratios.iter().find(|ratio| ratio.peer == *peer);
        found.and_then(|found| found.cpu).map_or_else(none, |cpu| format!("{:.2}", cpu.median))
    }));
    row.extend(beside.iter().map(|(name, side)| {
        let value = comparison.beside.iter().find(|(n, s, _)| n == name && s == side);
        value.map_or_else(none, |(_, _, value)| format!("{value:.2}"))
    }));
    row
}

fn mark(met: bool) -> &'static str {
    if met { "✓" } else { "✗" }
}

fn unique<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut found = Vec::new();
    for one in all {
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}
