//! Statistics and histograms of bands, over valid pixels, in bounded memory.

use std::ops::Range;
use std::pin::pin;
use std::sync::Arc;

use futures::StreamExt;

use crate::executor::run;
use crate::{Error, GeoTiff, Level, Raster, ReadOptions};

/// Fewest pixels of an overview that stands for the image in approximate statistics, as in GDAL.
const APPROXIMATE_PIXELS: u64 = 2500;

/// What to compute, and of which bands.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct StatisticsOptions {
    /// Band numbers from 1; every band when `None`.
    pub bands: Option<Vec<u16>>,
    /// Use the smallest overview that has at least 2,500 pixels, where there is one.
    pub approximate: bool,
    /// Counts in this many equal steps from minimum to maximum.
    pub histogram: Option<usize>,
}

impl StatisticsOptions {
    /// Exact statistics of every band, no histogram.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`StatisticsOptions::bands`].
    #[must_use]
    pub fn bands(mut self, bands: impl IntoIterator<Item = u16>) -> Self {
        self.bands = Some(bands.into_iter().collect());
        self
    }

    /// Sets [`StatisticsOptions::approximate`].
    #[must_use]
    pub fn approximate(mut self, approximate: bool) -> Self {
        self.approximate = approximate;
        self
    }

    /// Sets [`StatisticsOptions::histogram`].
    #[must_use]
    pub fn histogram(mut self, steps: usize) -> Self {
        self.histogram = Some(steps);
        self
    }
}

/// Statistics of one band's valid pixels; NaN counts as invalid. Complex samples count by their real part.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Statistics {
    /// The band number, from 1.
    pub band: u16,
    /// The least value; NaN where no pixel is valid, as are the next three.
    pub min: f64,
    /// The greatest value.
    pub max: f64,
    /// The mean.
    pub mean: f64,
    /// The standard deviation of the population, as GDAL computes it.
    pub std: f64,
    /// Valid pixels.
    pub valid: u64,
    /// All pixels that were looked at.
    pub pixels: u64,
    /// Counts in equal steps from `min` to `max`, the last step with its end; empty unless asked for.
    pub histogram: Vec<u64>,
}

impl Statistics {
    /// Valid pixels, in percent.
    pub fn valid_percent(&self) -> f64 {
        if self.pixels == 0 { 0.0 } else { self.valid as f64 / self.pixels as f64 * 100.0 }
    }
}

impl GeoTiff {
    /// Statistics of each band, over the valid pixels, streamed in bounded memory.
    ///
    /// # Errors
    ///
    /// As [`GeoTiff::read`].
    pub async fn statistics(&self, options: &StatisticsOptions) -> Result<Vec<Statistics>, Error> {
        let level = self.level_for_statistics(options.approximate)?;
        let bands = options.bands.clone().unwrap_or_else(|| (1..=self.count()).collect());
        let read = ReadOptions::new().bands(bands.iter().copied());
        let mut moments = vec![Moments::default(); bands.len()];
        for_each_window(
            self,
            &level,
            &read,
            |raster| {
                (0..raster.count())
                    .map(|band| Moments::of(&raster.valid_values(band), raster.pixels()))
                    .collect()
            },
            |of_window: Vec<Moments>| {
                for (all, part) in moments.iter_mut().zip(of_window) {
                    *all = all.merge(part);
                }
            },
        )
        .await?;
        let mut statistics: Vec<Statistics> =
            bands.iter().zip(&moments).map(|(band, moments)| moments.statistics(*band)).collect();
        if let Some(steps) = options.histogram {
            self.add_histograms(&level, &read, steps, &mut statistics).await?;
        }
        Ok(statistics)
    }

    fn level_for_statistics(&self, approximate: bool) -> Result<Level, Error> {
        let pixels = |level: &Level| u64::from(level.width()) * u64::from(level.height());
        let smallest = self.overviews().into_iter().rev().find(|level| pixels(level) >= APPROXIMATE_PIXELS);
        match smallest.filter(|_| approximate) {
            Some(level) => Ok(level),
            None => self.level(0),
        }
    }

    async fn add_histograms(
        &self,
        level: &Level,
        read: &ReadOptions,
        steps: usize,
        statistics: &mut [Statistics],
    ) -> Result<(), Error> {
        const MOST_STEPS: usize = 1 << 20;
        if steps == 0 || steps > MOST_STEPS {
            return Err(Error::usage(format!(
                "a histogram of {steps} steps: 1 to {MOST_STEPS} are possible"
            )));
        }
        let ranges: Arc<[Range<f64>]> = statistics.iter().map(|of| of.min..of.max).collect();
        let mut counts = vec![vec![0; steps]; statistics.len()];
        for_each_window(
            self,
            level,
            read,
            move |raster| {
                (0..raster.count())
                    .map(|band| count(&raster.valid_values(band), &ranges[band], steps))
                    .collect()
            },
            |of_window: Vec<Vec<u64>>| {
                for (all, part) in counts.iter_mut().zip(of_window) {
                    all.iter_mut().zip(part).for_each(|(all, part)| *all += part);
                }
            },
        )
        .await?;
        for (of, counts) in statistics.iter_mut().zip(counts) {
            of.histogram = counts;
        }
        Ok(())
    }
}

/// Works on each window of `level` on the executor, and gathers the results here.
async fn for_each_window<R: Send + 'static>(
    tiff: &GeoTiff,
    level: &Level,
    read: &ReadOptions,
    work: impl Fn(&Raster) -> R + Send + Sync + 'static,
    mut gather: impl FnMut(R),
) -> Result<(), Error> {
    let work = Arc::new(work);
    let mut windows = pin!(level.read_chunks(read));
    while let Some(window) = windows.next().await {
        let (_, raster) = window?;
        let work = Arc::clone(&work);
        gather(run(tiff.executor(), move || work(&raster)).await?);
    }
    Ok(())
}

fn count(values: &[f64], range: &Range<f64>, steps: usize) -> Vec<u64> {
    let mut counts = vec![0; steps];
    let scale = steps as f64 / (range.end - range.start);
    for value in values.iter().filter(|value| !value.is_nan()) {
        let step = ((value - range.start) * scale) as usize;
        counts[step.min(steps - 1)] += 1;
    }
    counts
}

/// Count, extremes, mean and sum of squared deviations: mergeable without loss of precision.
#[derive(Clone, Copy, Debug)]
struct Moments {
    pixels: u64,
    count: u64,
    min: f64,
    max: f64,
    mean: f64,
    deviation: f64,
}

impl Default for Moments {
    fn default() -> Self {
        Self { pixels: 0, count: 0, min: f64::INFINITY, max: f64::NEG_INFINITY, mean: 0.0, deviation: 0.0 }
    }
}

impl Moments {
    fn of(values: &[f64], pixels: u64) -> Self {
        let numbers = || values.iter().copied().filter(|value| !value.is_nan());
        let mut moments = Self { pixels, ..Self::default() };
        let mut sum = 0.0;
        for value in numbers() {
            moments.count += 1;
            moments.min = moments.min.min(value);
            moments.max = moments.max.max(value);
            sum += value;
        }
        if moments.count > 0 {
            moments.mean = sum / moments.count as f64;
            moments.deviation = numbers().map(|value| (value - moments.mean).powi(2)).sum();
        }
        moments
    }

    fn merge(self, other: Self) -> Self {
        let pixels = self.pixels + other.pixels;
        if self.count == 0 || other.count == 0 {
            let one = if self.count == 0 { other } else { self };
            return Self { pixels, ..one };
        }
        let count = self.count + other.count;
        let (share, step) = (other.count as f64 / count as f64, other.mean - self.mean);
        Self {
            pixels,
            count,
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            mean: self.mean + step * share,
            deviation: self.deviation + other.deviation + step * step * self.count as f64 * share,
        }
    }

    fn statistics(&self, band: u16) -> Statistics {
        let known = |value: f64| if self.count == 0 { f64::NAN } else { value };
        Statistics {
            band,
            min: known(self.min),
            max: known(self.max),
            mean: known(self.mean),
            std: known((self.deviation / self.count as f64).sqrt()),
            valid: self.count,
            pixels: self.pixels,
            histogram: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_parts_merge_to_those_of_the_whole() {
        let all = Moments::of(&[1.0, 2.0, 4.0, f64::NAN], 4)
            .merge(Moments::of(&[], 3))
            .merge(Moments::of(&[9.0], 1));
        let statistics = all.statistics(1);
        assert_eq!((statistics.min, statistics.max, statistics.mean), (1.0, 9.0, 4.0));
        // Deviations 3, 2, 0, 5: the mean of their squares is 9.5.
        assert!((statistics.std - 9.5_f64.sqrt()).abs() < 1e-15);
        assert_eq!((statistics.valid, statistics.pixels), (4, 8));
    }

    #[test]
    fn the_last_step_holds_the_maximum_and_one_value_is_one_step() {
        assert_eq!(count(&[0.0, 1.0, 2.0, 4.0], &(0.0..4.0), 2), [2, 2]);
        assert_eq!(count(&[3.0, 3.0], &(3.0..3.0), 3).iter().sum::<u64>(), 2);
    }
}
