//! Average and rms: means weighted by how much of each pixel lies under the output pixel.

use ndarray::ArrayViewMut2;

use super::geometry::Axis;
use super::pixel::{Real, Work};
use super::{Band, Chunk, Resampler, Resampling, Source};
use crate::Sample;

/// The source pixels under one output pixel, along one axis, and how much of the first and the last counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    /// The first, counted from the chunk's.
    pub(super) start: usize,
    /// The one after the last; there is at least one pixel.
    pub(super) end: usize,
    first_weight: f64,
    last_weight: f64,
}

impl Span {
    /// The spans of `count` output pixels from `out` on, in a chunk whose first pixel is at `origin` and that
    /// has `size` of them.
    pub(super) fn all(axis: &Axis, (out, count): (u32, u32), origin: i64, size: usize) -> Vec<Self> {
        let first = i64::from(out) + axis.out_offset;
        (first..first + i64::from(count)).map(|pixel| Self::new(axis, pixel, origin, size as i64)).collect()
    }

    fn new(axis: &Axis, pixel: i64, origin: i64, size: i64) -> Self {
        const NONE: f64 = 1e-8;
        let exact_start = axis.delta + pixel as f64 * axis.ratio;
        let exact_end = axis.delta + (pixel + 1) as f64 * axis.ratio;
        let start = ((exact_start + NONE) as i64).clamp(origin, origin + size - 1);
        let end = ((exact_end - NONE).ceil() as i64).max(start + 1).min(origin + size);
        Self {
            start: (start - origin) as usize,
            end: (end - origin) as usize,
            first_weight: if end == start + 1 { 1.0 } else { 1.0 - (exact_start - start as f64) },
            last_weight: 1.0 - (end as f64 - exact_end),
        }
    }

    fn len(&self) -> usize {
        self.end - self.start
    }

    /// The weight of the `index`-th pixel of the span.
    pub(super) fn weight(&self, index: usize) -> f64 {
        if index == 0 {
            self.first_weight
        } else if index + 1 == self.len() {
            self.last_weight
        } else {
            1.0
        }
    }

    fn total(&self) -> f64 {
        let mut total = self.first_weight;
        if self.len() > 1 {
            total += (self.len() - 2) as f64;
            total += self.last_weight;
        }
        total
    }
}

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
    let mean = Mean::new(band, resampler.method == Resampling::Rms);
    let by_twos = source.validity.is_none() && are_pairs(&columns);
    let totals: Vec<f64> = columns.iter().map(Span::total).collect();
    let mut line = Line { samples: Vec::new(), mask: Vec::new() };
    let mut sums = vec![Sum::default(); columns.len()];
    for (row, mut target) in rows.iter().zip(out.rows_mut()) {
        if by_twos && row.len() == 2 {
            let start = columns.first().map_or(0, |span| span.start);
            let (upper, lower) = (&source.row(row.start)[start..], &source.row(row.start + 1)[start..]);
            // GDAL adds up what is left beyond a multiple of four pixels in another order.
            let by_fours = columns.len() / 4 * 4;
            let squares = upper.chunks_exact(2).zip(lower.chunks_exact(2));
            for (index, (pixel, (upper, lower))) in target.iter_mut().zip(squares).enumerate() {
                *pixel = mean.of_four([upper[0], lower[0], upper[1], lower[1]], index < by_fours);
            }
            continue;
        }
        sums.fill(Sum::default());
        for index in 0..row.len() {
            line.read(source, row.start + index, mean.squares);
            let weight = row.weight(index);
            if source.validity.is_some() {
                line.add_valid(&columns, weight, &mut sums);
            } else {
                line.add(&columns, weight, &mut sums);
            }
        }
        let row_total = row.total();
        for ((pixel, sum), total) in target.iter_mut().zip(&sums).zip(&totals) {
            *pixel = if source.validity.is_none() {
                mean.of(sum.value, total * row_total)
            } else if sum.count == 0 {
                mean.nodata
            } else {
                mean.of(sum.value, sum.weight)
            };
        }
    }
}

/// Whether every output pixel takes two pixels, next to those of the one before: GDAL then weights them equally.
fn are_pairs(spans: &[Span]) -> bool {
    spans.iter().all(|span| span.len() == 2) && spans.windows(2).all(|pair| pair[0].end == pair[1].start)
}

/// What has been added up for one output pixel.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    value: f64,
    weight: f64,
    count: u64,
}

/// A line of the source.
struct Line {
    /// The samples, or their squares.
    samples: Vec<f64>,
    mask: Vec<u8>,
}

impl Line {
    fn read<T: Real>(&mut self, source: &Source<'_, T>, row: usize, squares: bool) {
        self.samples.clear();
        let samples = source.row(row);
        if squares {
            self.samples.extend(samples.iter().map(|sample| sample.to_f64() * sample.to_f64()));
        } else {
            self.samples.extend(samples.iter().map(|sample| sample.to_f64()));
        }
        if let Some(mask) = source.validity_row(row) {
            self.mask.clear();
            self.mask.extend(mask);
        }
    }

    fn add(&self, spans: &[Span], weight: f64, sums: &mut [Sum]) {
        for (sum, span) in sums.iter_mut().zip(spans) {
            let samples = &self.samples[span.start..span.end];
            let mut total = samples[0] * span.first_weight;
            if let [_, middle @ .., last] = samples {
                total = middle.iter().fold(total, |total, sample| total + sample);
                total += last * span.last_weight;
            }
            sum.value += total * weight;
        }
    }

    fn add_valid(&self, spans: &[Span], weight: f64, sums: &mut [Sum]) {
        for (sum, span) in sums.iter_mut().zip(spans) {
            let (mut total, mut total_weight) = (0.0, 0.0);
            for (index, place) in (span.start..span.end).enumerate() {
                if self.mask[place] != 0 {
                    let column_weight = span.weight(index);
                    total += self.samples[place] * column_weight;
                    total_weight += column_weight;
                    sum.count += 1;
                }
            }
            sum.value += total * weight;
            sum.weight += total_weight * weight;
        }
    }
}

/// From sums to a pixel, in the working type.
struct Mean<T> {
    squares: bool,
    /// Nodata and what to put in its place, as the working type holds them.
    avoid: Option<(f64, f64)>,
    nodata: T,
}

impl<T: Real> Mean<T> {
    fn new(band: &Band<'_, T>, squares: bool) -> Self {
        let avoid =
            band.nodata.map(|nodata| (in_work_type::<T>(nodata), in_work_type::<T>(T::next_to(nodata))));
        Self { squares, avoid, nodata: T::from_work(avoid.map_or(0.0, |(nodata, _)| nodata)) }
    }

    fn of(&self, sum: f64, weight: f64) -> T {
        let mean = sum / weight;
        let value = match (T::WORK, self.squares) {
            (Work::Byte | Work::UInt16, false) => whole(mean + 0.5),
            (Work::Byte | Work::UInt16, true) => integer_root(mean),
            (Work::Float32, false) => f64::from(mean as f32),
            (Work::Float32, true) => f64::from(mean.sqrt() as f32),
            (Work::Float64, false) => mean,
            (Work::Float64, true) => mean.sqrt(),
        };
        T::from_work(match self.avoid {
            Some((nodata, instead)) if value == nodata => instead,
            _ => value,
        })
    }

    /// The mean of four pixels of equal weight, where GDAL has a short cut that does not look at nodata.
    /// They are given column by column; `by_columns` adds them up so, if the precision lets it matter.
    fn of_four(&self, samples: [T; 4], by_columns: bool) -> T {
        if matches!(T::WORK, Work::Byte | Work::UInt16) && !self.squares {
            return T::from_small((samples.iter().map(|sample| sample.to_small()).sum::<u32>() + 2) / 4);
        }
        let [a, b, c, d] = samples.map(Sample::to_f64);
        let squares = || 0.25 * (a * a + c * c + b * b + d * d);
        T::from_work(match (T::WORK, self.squares) {
            (Work::Byte | Work::UInt16, _) => integer_root(squares()),
            (_, true) => squares().sqrt(),
            (Work::Float32, false) => {
                let [a, b, c, d] = [a, b, c, d].map(|value| value as f32);
                f64::from(0.25 * if by_columns { (a + b) + (c + d) } else { a + c + b + d })
            }
            (Work::Float64, false) => 0.25 * (a + c + b + d),
        })
    }
}

/// The whole part of a number that is not negative; faster than `floor`.
fn whole(value: f64) -> f64 {
    f64::from(value as u32)
}

/// The integer whose square is nearest to `square`.
fn integer_root(square: f64) -> f64 {
    let root = whole(square.sqrt());
    if 2.0 * root * (root + 1.0) + 1.0 < 2.0 * square { root + 1.0 } else { root }
}

/// `value` as C++ casts it to the working type: for a nodata value that the type cannot hold, the low bits of it.
fn in_work_type<T: Real>(value: f64) -> f64 {
    let low_bits = |mask: i32| f64::from((value as i32) & mask);
    match T::WORK {
        Work::Byte => low_bits(0xFF),
        Work::UInt16 => low_bits(0xFFFF),
        Work::Float32 => f64::from(value as f32),
        Work::Float64 => value,
    }
}
