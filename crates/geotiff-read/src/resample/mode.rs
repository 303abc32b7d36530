//! Mode: the value that occurs most often.

use std::collections::HashMap;

use ndarray::ArrayViewMut2;

use super::average::Span;
use super::pixel::{Counted, Real, Work};
use super::{Band, Chunk, Resampler, Source};

pub(super) fn resample<T: Real>(
    resampler: &Resampler,
    chunk: &Chunk,
    band: &Band<'_, T>,
    source: &Source<'_, T>,
    out: ArrayViewMut2<'_, T>,
) {
    // GDAL takes all integers but int8 for unsigned ones here, so that it knows no negative nodata value.
    let lowest = if T::IS_INTEGER && size_of::<T>() > 1 { 0.0 } else { T::LOWEST };
    let fits =
        |nodata: &f64| (lowest..=T::HIGHEST).contains(nodata) || (!T::IS_INTEGER && nodata.is_infinite());
    let whole = |nodata: f64| T::from_f64(if T::IS_INTEGER { nodata.trunc() } else { nodata });
    let empty = band.nodata.filter(fits).map(whole).unwrap_or_default();
    // GDAL has a path of its own for bytes, which knows nodata (0 where a byte cannot hold it) but no mask.
    if T::WORK == Work::Byte && band.palette.is_none_or(|palette| palette.len() <= 256) {
        let source = Source { pixels: source.pixels.view().into(), validity: None, x: source.x, y: source.y };
        fill(resampler, chunk, &source, band.nodata.map(|_| empty), empty, out);
    } else {
        fill(resampler, chunk, source, None, empty, out);
    }
}

/// Writes the modes of a chunk; `empty` where there is no valid value but `left_out`.
pub(super) fn fill<T: Counted>(
    resampler: &Resampler,
    chunk: &Chunk,
    source: &Source<'_, T>,
    left_out: Option<T>,
    empty: T,
    mut out: ArrayViewMut2<'_, T>,
) {
    let (height, width) = source.pixels.dim();
    let columns = Span::all(&resampler.x, (chunk.out.x, chunk.out.width), source.x, width);
    let rows = Span::all(&resampler.y, (chunk.out.y, chunk.out.height), source.y, height);
    let mut counter = Counter::new();
    for (row, mut target) in rows.iter().zip(out.rows_mut()) {
        for (pixel, column) in target.iter_mut().zip(&columns) {
            let span = column.start..column.end;
            counter.clear();
            for line in row.start..row.end {
                let samples = &source.row(line)[span.clone()];
                match source.validity_row(line) {
                    None => samples.iter().for_each(|sample| counter.add(*sample, left_out)),
                    Some(mask) => {
                        let valid = samples.iter().zip(&mask[span.clone()]).filter(|(_, mask)| **mask != 0);
                        valid.for_each(|(sample, _)| counter.add(*sample, left_out));
                    }
                }
            }
            *pixel = counter.mode().unwrap_or(empty);
        }
    }
}

/// Up to this many values, looking through all of them is faster than hashing.
const FEW: usize = 24;

/// Counts values; of those that occur equally often, the one that got there first wins.
struct Counter<T> {
    /// The values in the order of their appearance, and their counts.
    values: Vec<(T, u32)>,
    best: usize,
    /// One more than the place in `values` of each value of 8 bits, or 0.
    bytes: [u16; 256],
    /// The place in `values` of each value, once there are more than a few.
    places: HashMap<u128, usize>,
}

impl<T: Counted> Counter<T> {
    fn new() -> Self {
        Self { values: Vec::new(), best: 0, bytes: [0; 256], places: HashMap::new() }
    }

    fn clear(&mut self) {
        for byte in self.values.iter().filter_map(|value| value.0.byte()) {
            self.bytes[usize::from(byte)] = 0;
        }
        self.values.clear();
        self.places.clear();
        self.best = 0;
    }

    fn mode(&self) -> Option<T> {
        self.values.get(self.best).map(|value| value.0)
    }

    fn add(&mut self, sample: T, left_out: Option<T>) {
        if left_out == Some(sample) {
            return;
        }
        let Some(place) = self.place(sample) else {
            self.remember(sample);
            return;
        };
        self.values[place].1 += 1;
        if self.values[place].1 > self.values[self.best].1 {
            self.best = place;
        }
    }

    fn place(&self, sample: T) -> Option<usize> {
        if let Some(byte) = sample.byte() {
            usize::from(self.bytes[usize::from(byte)]).checked_sub(1)
        } else if self.values.len() < FEW {
            self.values.iter().position(|value| value.0.is_same(sample))
        } else {
            self.places.get(&sample.key()).copied()
        }
    }

    fn remember(&mut self, sample: T) {
        self.values.push((sample, 1));
        let count = self.values.len();
        if let Some(byte) = sample.byte() {
            self.bytes[usize::from(byte)] = count as u16;
        } else if count == FEW {
            self.places.extend(self.values.iter().enumerate().map(|(place, value)| (value.0.key(), place)));
        } else if count > FEW {
            self.places.insert(sample.key(), count - 1);
        }
    }
}
