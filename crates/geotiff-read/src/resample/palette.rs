//! Averages of colours, for bands of palette indices.

use ndarray::{ArrayViewMut2, s};

use super::average::Span;
use super::pixel::Real;
use super::{Band, Chunk, Resampler, Resampling, Source};

pub(super) fn average<T: Real>(
    resampler: &Resampler,
    chunk: &Chunk,
    band: &Band<'_, T>,
    source: &Source<'_, T>,
    palette: &[[u8; 4]],
    mut out: ArrayViewMut2<'_, T>,
) {
    let (height, width) = source.pixels.dim();
    let columns = Span::all(&resampler.x, (chunk.out.x, chunk.out.width), source.x, width);
    let rows = Span::all(&resampler.y, (chunk.out.y, chunk.out.height), source.y, height);
    let colours = Colours::new(palette, band.nodata);
    let squares = resampler.method == Resampling::Rms;
    for (row, mut target) in rows.iter().zip(out.rows_mut()) {
        for (pixel, column) in target.iter_mut().zip(&columns) {
            let part = source.pixels.slice(s![row.start..row.end, column.start..column.end]);
            *pixel = T::from_f64(colours.mean(part.iter().map(|index| (index.to_f64(), 1)), squares));
        }
    }
}

/// A colour table in which the entry of nodata is transparent.
pub(super) struct Colours {
    entries: Vec<[u8; 4]>,
    /// The index of a pixel that has no visible colour.
    nothing: f64,
}

impl Colours {
    pub(super) fn new(palette: &[[u8; 4]], nodata: Option<f64>) -> Self {
        let mut entries = palette.to_vec();
        let transparent = entries.iter().position(|entry| entry[3] == 0);
        if let Some(entry) =
            nodata.filter(|value| *value >= 0.0).and_then(|value| entries.get_mut(value as usize))
        {
            entry[3] = 0;
        }
        let nothing = nodata.map(f64::trunc).or(transparent.map(|index| index as f64)).unwrap_or(0.0);
        Self { entries, nothing }
    }

    /// The index whose colour is nearest to the mean of those of `samples` (index, weight); of their squares'
    /// root where `squares`.
    pub(super) fn mean(&self, samples: impl Iterator<Item = (f64, i64)>, squares: bool) -> f64 {
        let (mut sums, mut total) = ([0_i64; 3], 0);
        for (index, weight) in samples {
            let visible =
                Some(index).filter(|index| *index >= 0.0).and_then(|index| self.entries.get(index as usize));
            if let Some(entry) = visible.filter(|entry| entry[3] != 0) {
                for (sum, part) in sums.iter_mut().zip(entry) {
                    let part = i64::from(*part);
                    *sum += weight * if squares { part * part } else { part };
                }
                total += weight;
            }
        }
        if total == 0 {
            return self.nothing;
        }
        let mean = sums.map(|sum| {
            if squares { (((sum / total) as f64).sqrt() + 0.5) as i64 } else { (sum + total / 2) / total }
        });
        self.nearest(mean) as f64
    }

    fn nearest(&self, colour: [i64; 3]) -> usize {
        let distance = |entry: &[u8; 4]| -> i64 {
            colour.iter().zip(entry).map(|(wanted, has)| (wanted - i64::from(*has)).pow(2)).sum()
        };
        let visible = self.entries.iter().enumerate().filter(|(_, entry)| entry[3] != 0);
        visible.min_by_key(|(_, entry)| distance(entry)).map_or(0, |(index, _)| index)
    }
}
