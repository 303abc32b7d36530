//! Headers from memory, and what only we are asked for: memory, and the time that a worker is blocked.

use super::Context;
use super::report::Report;
use super::rounds::{Case, Rounds};
use super::sides::{Side, fresh};
use crate::Failure;
use crate::blocked::Blocked;
use crate::http::IMAGE;
use crate::memory::Memory;
use crate::protocol::Task;

const MIB: f64 = 1024.0 * 1024.0;

/// Headers of COGs: transform, CRS, overviews and nodata.
pub(super) fn parse(context: &Context) -> Result<Report, Failure> {
    let mut report = Report::default();
    let mut rounds = Rounds::new(context, &[Side::Ours, Side::AsyncTiff], 3)?;
    for (name, file) in [("2048², 256² tiles", "cog00.tif"), ("10980², 512² tiles", "mosaic.tif")] {
        let path = context.path(file);
        let case = Case {
            name: name.to_owned(),
            unit: "headers/s",
            amount: 1.0,
            bounds: &[("async-tiff", 10.0)],
            lossy: false,
            server: None,
        };
        rounds.measure(case, &mut report, |_, _, _| Task::Parse { path: path.clone() })?;
        let ours = report.comparisons.last().map(|comparison| &comparison.sides[0].1);
        let times = ours.into_iter().flatten().map(|answer| answer.cpu * 1e6).collect();
        report.check(&format!("processor time of a header, {name}"), "µs", times, Some(15.0));
    }
    Ok(report)
}

/// Peaks of resident memory in fresh processes.
pub(super) fn memory(context: &Context) -> Result<Report, Failure> {
    let mut report = Report::default();
    let rounds = if context.quick { 1 } else { 3 };
    let mut measure = |what: &str, kind: &str, file: &str, most: f64, figure: fn(Memory) -> u64| {
        let path = context.path(file);
        let figures: Result<Vec<f64>, Failure> =
            (0..rounds).map(|_| Ok(figure(fresh(&["memory", kind, &path])?) as f64 / MIB)).collect();
        report.check(what, "MiB", figures?, Some(most));
        Ok::<_, Failure>(())
    };
    let beyond_output = |memory: Memory| memory.peak.saturating_sub(memory.before + memory.pixels);
    measure("a 100 MB image, beyond its pixels", "whole", IMAGE, 64.0, beyond_output)?;
    measure("100,000² pixels streamed, peak", "stream", "stream.tif", 128.0, |memory| memory.peak)?;
    let giant = 20e6 / MIB;
    measure("10⁶ × 10⁶ COG opened, a window of 1000² read, peak", "window", "giant.tif", giant, |m| {
        m.peak
    })?;
    Ok(report)
}

/// The longest that a large read keeps the one worker of a runtime.
pub(super) fn blocked(context: &Context) -> Result<Report, Failure> {
    let mut report = Report::default();
    let mut server = context.server()?;
    server.delay(5)?;
    let path = context.path(IMAGE);
    let sources =
        [("memory", format!("memory:{path}")), ("file", path), ("HTTP", server.url("blocked", IMAGE))];
    for (name, source) in sources {
        let rounds = if context.quick { 2 } else { 5 };
        let figures = (0..rounds).map(|_| fresh(&["blocked", &source]));
        let figures: Vec<Blocked> = figures.collect::<Result<_, _>>()?;
        let mut check = |what: &str, most: Option<f64>, figure: fn(&Blocked) -> f64| {
            let figures = figures.iter().map(|blocked| figure(blocked) * 1e3).collect();
            report.check(&format!("{name}: {what}"), "ms", figures, most);
        };
        check("longest poll, processor time", Some(1.0), |blocked| blocked.longest_poll_cpu);
        check("longest poll, wall time", None, |blocked| blocked.longest_poll);
        check("worst lateness of a 1 ms timer", None, |blocked| blocked.lateness);
        check("the same while nothing is read", None, |blocked| blocked.idle_lateness);
    }
    Ok(report)
}
