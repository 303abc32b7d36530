//! Over HTTP with latency: many opens, many windows, one cold window.

use super::Context;
use super::report::Report;
use super::rounds::{Case, Rounds};
use super::sides::{Server, Side};
use crate::Failure;
use crate::protocol::{Task, UrlWindow};

const SIDES: &[Side] = &[Side::Ours, Side::Rasterio, Side::AsyncGeotiff];
/// Columns and rows of the COGs.
const COG_SIZE: u32 = 2048;

fn cog(context: &Context, number: usize) -> String {
    format!("cog{:02}.tif", number % if context.quick { 8 } else { 64 })
}

/// 400 COGs, 100 at a time.
pub(super) fn open(context: &Context) -> Result<Report, Failure> {
    const COGS: usize = 400;
    let mut report = Report::default();
    let mut rounds = Rounds::new(context, SIDES, 12)?;
    let mut server = context.server()?;
    for (delay, to_rasterio, to_async) in [(20, 15.0, Some(2.0)), (5, 25.0, None)] {
        let to_async = to_async.map(|bound| ("async-geotiff", bound));
        let bounds: Vec<_> = std::iter::once(("rasterio", to_rasterio)).chain(to_async).collect();
        let case = Case {
            name: format!("{COGS} COGs, {delay} ms"),
            unit: "opens/s",
            amount: COGS as f64,
            bounds: &bounds,
            lossy: false,
            server: Some((&mut server, delay, COGS as f64)),
        };
        rounds.measure(case, &mut report, |round, side, server| {
            let copy = |number| format!("open-{delay}-{round}-{}-{number}", side.name());
            let url = |number| url(server, &copy(number), &cog(context, number));
            Task::Open { urls: (0..COGS).map(url).collect(), at_once: 100 }
        })?;
    }
    Ok(report)
}

/// 1,000 windows at random places of 64 COGs, each opened for it, 64 at a time.
pub(super) fn windows(context: &Context) -> Result<Report, Failure> {
    let count = if context.quick { 200 } else { 1000 };
    let mut report = Report::default();
    let mut rounds = Rounds::new(context, SIDES, 30)?;
    let mut server = context.server()?;
    for (size, to_rasterio) in [(512, 4.0), (64, 10.0)] {
        let mut random = fastrand::Rng::with_seed(size.into());
        let places: Vec<(usize, [u32; 4])> = (0..count)
            .map(|_| {
                let mut place = || random.u32(0..=COG_SIZE - size);
                let window = [place(), place(), size, size];
                (random.usize(..64), window)
            })
            .collect();
        let case = Case {
            name: format!("{count} windows of {size} × {size}, 20 ms"),
            unit: "windows/s",
            amount: count as f64,
            bounds: &[("rasterio", to_rasterio), ("async-geotiff", 2.0)],
            lossy: false,
            server: Some((&mut server, 20, count as f64)),
        };
        rounds.measure(case, &mut report, |round, side, server| {
            let windows = places.iter().enumerate().map(|(number, (file, window))| {
                let copy = format!("window-{size}-{round}-{}-{number}", side.name());
                UrlWindow { url: url(server, &copy, &cog(context, *file)), window: *window }
            });
            Task::Windows { windows: windows.collect(), at_once: 64, check: round == 0 }
        })?;
    }
    Ok(report)
}

/// One window of a COG that nobody opened, over a connection that does not exist yet.
pub(super) fn cold(context: &Context) -> Result<Report, Failure> {
    const DELAY: u64 = 20;
    let mut report = Report::default();
    let mut rounds = Rounds::new(context, SIDES, 5)?;
    let mut server = context.server()?;
    let case = Case {
        name: format!("a window of 256 × 256, {DELAY} ms"),
        unit: "windows/s",
        amount: 1.0,
        bounds: &[],
        lossy: false,
        server: Some((&mut server, DELAY, 1.0)),
    };
    rounds.measure(case, &mut report, |round, side, server| {
        let url = url(server, &format!("cold-{round}-{}", side.name()), &cog(context, round));
        Task::Cold { window: UrlWindow { url, window: [300, 700, 256, 256] } }
    })?;
    let Some(comparison) = report.comparisons.first().cloned() else { return Ok(report) };
    let round_trips = 2.0 * DELAY as f64 / 1e3;
    let times = comparison.sides[0].1.iter().map(|answer| answer.seconds / round_trips).collect();
    // Decoding is left out, which makes the bound a little harder.
    report.check("time over twice the latency", "×", times, Some(1.3));
    Ok(report)
}

pub(super) fn url(server: Option<&Server>, copy: &str, file: &str) -> String {
    server.map_or_else(String::new, |server| server.url(copy, file))
}
