//! `geotiff stats`: statistics of bands.

use geotiff_kit::read::{Statistics, StatisticsOptions};
use serde::Serialize;

use super::source;
use crate::args::StatsArgs;
use crate::error::Failure;
use crate::output;
use crate::progress;

/// One line of the answer.
#[derive(Serialize)]
struct Line<'a> {
    band: u16,
    /// Null, as the next three, where no pixel is valid.
    min: Option<f64>,
    max: Option<f64>,
    mean: Option<f64>,
    std: Option<f64>,
    valid_percent: f64,
    /// Counts in equal steps from `min` to `max`; null unless asked for.
    histogram: Option<&'a [u64]>,
}

/// Prints one JSON object a band.
pub(super) async fn run(arguments: StatsArgs) -> Result<(), Failure> {
    let tiff = source::open(&arguments.src, 0, arguments.sidecars).await?;
    let mut options = StatisticsOptions::new().approximate(arguments.approx);
    if let Some(bands) = &arguments.bands {
        options = options.bands(bands.numbers()?);
    }
    if let Some(bins) = arguments.histogram {
        options = options.histogram(bins as usize);
    }
    let statistics = progress::spin("computing statistics", tiff.statistics(&options)).await?;
    statistics
        .iter()
        .try_for_each(|of_band| output::print_json(&line(of_band, arguments.histogram.is_some())))
}

fn line(of_band: &Statistics, with_histogram: bool) -> Line<'_> {
    let known = |value: f64| value.is_finite().then_some(value);
    Line {
        band: of_band.band,
        min: known(of_band.min),
        max: known(of_band.max),
        mean: known(of_band.mean),
        std: known(of_band.std),
        valid_percent: of_band.valid_percent(),
        histogram: with_histogram.then_some(of_band.histogram.as_slice()),
    }
}
