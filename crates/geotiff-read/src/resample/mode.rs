//! Mode: the value that occurs most often.

use std::collections::HashMap;

use ndarray::{ArrayViewMut2, s};

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
    let nodata = band.nodata.filter(fits).map(T::from_f64);
    let empty = nodata.unwrap_or_default();
    // GDAL has a path of its own for bytes, which knows nodata but no mask.
    if T::WORK == Work::Byte && band.palette.is_none_or(|palette| palette.len() <= 256) {
        let source = Source { pixels: source.pixels, validity: None, x: source.x, y: source.y };
        fill(resampler, chunk, &source, nodata, empty, out);
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
    let mut counter = Counter { values: Vec::new(), places: HashMap::new(), best: 0 };
    for (row, mut target) in rows.iter().zip(out.rows_mut()) {
        for (pixel, column) in target.iter_mut().zip(&columns) {
            let part = s![row.start..row.end, column.start..column.end];
            counter.clear();
            let count = |sample: &T| counter.add(*sample, left_out);
            match &source.validity {
                None => source.pixels.slice(part).iter().for_each(count),
                Some(validity) => {
                    let (pixels, mask) = (source.pixels.slice(part), validity.slice(part));
                    let valid = pixels.iter().zip(mask.iter()).filter(|(_, mask)| **mask != 0);
                    valid.map(|(sample, _)| sample).for_each(count);
                }
            }
            *pixel = counter.mode().unwrap_or(empty);
        }
    }
}

/// Counts values; of those that occur equally often, the one that got there first wins.
struct Counter<T> {
    /// The values in the order of their appearance, with their keys and counts.
    values: Vec<(T, u128, usize)>,
    /// Where in `values` a key is, once there are more than a few.
    places: HashMap<u128, usize>,
    best: usize,
}

impl<T: Counted> Counter<T> {
    fn clear(&mut self) {
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
        let key = sample.key();
        let place = if self.places.is_empty() {
            self.values.iter().position(|value| value.1 == key)
        } else {
            self.places.get(&key).copied()
        };
        let Some(place) = place else {
            self.values.push((sample, key, 1));
            self.remember(key);
            return;
        };
        self.values[place].2 += 1;
        if self.values[place].2 > self.values[self.best].2 {
            self.best = place;
        }
    }

    /// Notes the place of the last value, once looking through all is slower than hashing.
    fn remember(&mut self, key: u128) {
        const FEW: usize = 24;
        if self.values.len() == FEW {
            self.places.extend(self.values.iter().enumerate().map(|(place, value)| (value.1, place)));
        } else if self.values.len() > FEW {
            self.places.insert(key, self.values.len() - 1);
        }
    }
}
