//! Gauss: a small binomial kernel around the middle of the output pixel.

use ndarray::ArrayViewMut2;

use super::geometry::Axis;
use super::pixel::Real;
use super::{Band, Chunk, Resampler, Source, palette};

/// The rows of Pascal's triangle that make the kernels of 3 × 3, 5 × 5 and 7 × 7 pixels.
const THREE: &[i64] = &[1, 2, 1];
const FIVE: &[i64] = &[1, 4, 6, 4, 1];
const SEVEN: &[i64] = &[1, 6, 15, 20, 15, 6, 1];

/// The pixels under the kernel along one axis, counted from the chunk's first, and the weight of the first.
struct Place {
    start: usize,
    end: usize,
    first_weight: usize,
}

impl Place {
    fn all(axis: &Axis, (out, count): (u32, u32), origin: i64, size: usize, kernel: usize) -> Vec<Self> {
        let first = i64::from(out) + axis.out_offset;
        let pixels = first..first + i64::from(count);
        pixels.map(|pixel| Self::new(axis, pixel, origin, size as i64, kernel as i64)).collect()
    }

    fn new(axis: &Axis, pixel: i64, origin: i64, size: i64, kernel: i64) -> Self {
        let mut start = (0.5 + pixel as f64 * axis.ratio) as i64;
        let mut end = (0.5 + (pixel + 1) as f64 * axis.ratio) as i64 + 1;
        if start < origin {
            start = origin;
            end += 1;
        }
        let start = start + (end - start) / 2 - kernel / 2;
        let end = (start + kernel).min(origin + size);
        let cut = (origin - start).max(0);
        let start = start.clamp(origin, end.max(origin));
        Self {
            start: (start - origin) as usize,
            end: (end.max(start) - origin) as usize,
            first_weight: cut.min(kernel) as usize,
        }
    }
}

pub(super) fn resample<T: Real>(
    resampler: &Resampler,
    chunk: &Chunk,
    band: &Band<'_, T>,
    source: &Source<'_, T>,
    mut out: ArrayViewMut2<'_, T>,
) {
    let kernel = match (0.5 + resampler.y.ratio) as i64 {
        ..=2 => THREE,
        3..=4 => FIVE,
        _ => SEVEN,
    };
    let (height, width) = source.pixels.dim();
    let columns = Place::all(&resampler.x, (chunk.out.x, chunk.out.width), source.x, width, kernel.len());
    let rows = Place::all(&resampler.y, (chunk.out.y, chunk.out.height), source.y, height, kernel.len());
    let colours = band.palette.map(|colours| palette::Colours::new(colours, band.nodata));
    let empty = band.nodata.unwrap_or(0.0);
    for (row, mut target) in rows.iter().zip(out.rows_mut()) {
        for (pixel, column) in target.iter_mut().zip(&columns) {
            *pixel = T::from_f64(match &colours {
                None => mean(source, kernel, row, column).unwrap_or(empty),
                Some(colours) => colours.mean(weighted(source, kernel, row, column), false),
            });
        }
    }
}

/// The weighted mean of the valid pixels under the kernel.
fn mean<T: Real>(source: &Source<'_, T>, kernel: &[i64], row: &Place, column: &Place) -> Option<f64> {
    let (mut sum, mut total) = (0.0, 0);
    for (line, row_weight) in (row.start..row.end).zip(&kernel[row.first_weight..]) {
        let samples = &source.row(line)[column.start..column.end];
        let mask = source.validity_row(line).map(|mask| &mask[column.start..column.end]);
        for (index, (sample, weight)) in samples.iter().zip(&kernel[column.first_weight..]).enumerate() {
            if mask.is_none_or(|mask| mask[index] != 0) {
                let weight = row_weight * weight;
                sum += sample.to_f64() * weight as f64;
                total += weight;
            }
        }
    }
    (total != 0).then(|| sum / total as f64)
}

/// The pixels under the kernel and their weights.
fn weighted<'a, T: Real>(
    source: &'a Source<'_, T>,
    kernel: &'a [i64],
    row: &'a Place,
    column: &'a Place,
) -> impl Iterator<Item = (f64, i64)> + 'a {
    let lines = (row.start..row.end).zip(&kernel[row.first_weight..]);
    lines.flat_map(move |(line, row_weight)| {
        let samples = source.row(line)[column.start..column.end].iter();
        let weights = &kernel[column.first_weight..];
        samples.zip(weights).map(move |(sample, weight)| (sample.to_f64(), row_weight * weight))
    })
}
