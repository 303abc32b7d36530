//! Least, greatest, median, quartiles and sum of the pixels under the output pixel.
//!
//! GDAL's RasterIO has none of these; the definitions are those of its warper, which takes every pixel that the output
//! pixel touches. A quantile is the value at ⌈q·n⌉ of the n valid values in order, so that it is always one of them.
//! A sum weights the pixels at the edge by the part that the output pixel covers.

use std::cmp::Ordering;

use ndarray::ArrayViewMut2;

use super::average::Span;
use super::pixel::Real;
use super::{Band, Chunk, Resampler, Resampling, Source};

pub(super) fn resample<T: Real>(
    resampler: &Resampler,
    chunk: &Chunk,
    band: &Band<'_, T>,
    source: &Source<'_, T>,
    mut out: ArrayViewMut2<'_, T>,
) {
    let (height, width) = source.pixels.dim();
    let columns = Span::all(&resampler.x, (chunk.out.x, chunk.out.width), source.x, width);
    let rows = Span::all(&resampler.y, (chunk.out.y, chunk.out.height), source.y, height);
    let empty = T::from_f64_saturating(band.nodata.unwrap_or(0.0));
    let mut samples = Vec::new();
    for (row, mut target) in rows.iter().zip(out.rows_mut()) {
        for (pixel, column) in target.iter_mut().zip(&columns) {
            gather(source, row, column, &mut samples);
            *pixel = match resampler.method {
                _ if samples.is_empty() => empty,
                Resampling::Sum => not_nodata(total(&samples), band.nodata),
                method => ordered(&mut samples, method),
            };
        }
    }
}

/// The valid samples under an output pixel that are numbers, and how much of each it covers.
fn gather<T: Real>(source: &Source<'_, T>, rows: &Span, columns: &Span, samples: &mut Vec<(T, f64)>) {
    samples.clear();
    for (row, line) in (rows.start..rows.end).enumerate() {
        let (values, mask) = (source.row(line), source.validity_row(line));
        for (column, place) in (columns.start..columns.end).enumerate() {
            let value = values[place];
            if mask.is_none_or(|mask| mask[place] != 0) && !value.to_f64().is_nan() {
                samples.push((value, rows.weight(row) * columns.weight(column)));
            }
        }
    }
}

fn ordered<T: Real>(samples: &mut [(T, f64)], method: Resampling) -> T {
    let last = samples.len() - 1;
    let quantile = |share: f64| ((share * samples.len() as f64).ceil() as usize).clamp(1, last + 1) - 1;
    let place = match method {
        Resampling::Min => 0,
        Resampling::Q1 => quantile(0.25),
        Resampling::Med => quantile(0.5),
        Resampling::Q3 => quantile(0.75),
        _ => last,
    };
    // NaN was left out: all samples compare.
    let compare = |a: &(T, f64), b: &(T, f64)| a.0.partial_cmp(&b.0).unwrap_or(Ordering::Equal);
    samples.select_nth_unstable_by(place, compare).1.0
}

fn total<T: Real>(samples: &[(T, f64)]) -> f64 {
    samples.iter().map(|(value, weight)| value.to_f64() * weight).sum()
}

/// A sum that would come out as nodata by chance is the next value.
fn not_nodata<T: Real>(sum: f64, nodata: Option<f64>) -> T {
    let sample = T::from_f64_saturating(sum);
    match nodata {
        Some(nodata) if sample.to_f64() == nodata => T::from_f64_saturating(T::next_to(nodata)),
        _ => sample,
    }
}
