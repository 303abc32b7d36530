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
            first_weight: cut as usize,
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
    for (row, mut target) in rows.iter().zip(out.rows_mut()) {
        for (pixel, column) in target.iter_mut().zip(&columns) {
            let samples = weighted(kernel, row, column);
            *pixel = match &colours {
                None => {
                    let valid = samples.filter(|(y, x, _)| {
                        source.validity.as_ref().is_none_or(|validity| validity[(*y, *x)] != 0)
                    });
                    let (sum, weights) = valid.fold((0.0, 0), |(sum, weights), (y, x, weight)| {
                        (sum + source.pixels[(y, x)].to_f64() * weight as f64, weights + weight)
                    });
                    T::from_f64(if weights == 0 { band.nodata.unwrap_or(0.0) } else { sum / weights as f64 })
                }
                Some(colours) => T::from_f64(
                    colours.mean(samples.map(|(y, x, w)| (source.pixels[(y, x)].to_f64(), w)), false),
                ),
            };
        }
    }
}

/// The (row, column) of each pixel under the kernel, and its weight.
fn weighted<'a>(
    kernel: &'a [i64],
    row: &'a Place,
    column: &'a Place,
) -> impl Iterator<Item = (usize, usize, i64)> + 'a {
    let weights = |place: &'a Place| {
        (place.start..place.end).zip(kernel.iter().skip(place.first_weight)).map(|(at, weight)| (at, *weight))
    };
    weights(row).flat_map(move |(y, row_weight)| {
        weights(column).map(move |(x, column_weight)| (y, x, row_weight * column_weight))
    })
}
