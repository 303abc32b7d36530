//! Bilinear, cubic, cubic spline and lanczos: a convolution along rows, then one along columns.
//!
//! The sums are grouped as in GDAL's SSE2 code, so that results agree to the last bit.

use ndarray::ArrayViewMut2;

use super::kernels::Taps;
use super::pixel::{Real, Work};
use super::{Band, Chunk, Resampler, Resampling, Source};

pub(super) fn resample<T: Real>(
    resampler: &Resampler,
    chunk: &Chunk,
    band: &Band<'_, T>,
    source: &Source<'_, T>,
    mut out: ArrayViewMut2<'_, T>,
) {
    let method = resampler.method;
    let masked = source.validity.is_some();
    let columns = Taps::new(
        &resampler.x,
        (chunk.out.x, chunk.out.width),
        (chunk.source.x, chunk.source.width),
        method,
        true,
        !masked,
    );
    let rows = Taps::new(
        &resampler.y,
        (chunk.out.y, chunk.out.height),
        (chunk.source.y, chunk.source.height),
        method,
        false,
        !masked,
    );
    let finish = Finish::new(band, method);
    let mut lines = Lines::new(source, &columns, method, resampler.x.ratio, rows.longest());
    let mut columns_down = Vertical::new(chunk.out.width as usize, T::WORK, method);
    for ((first, weights), mut target) in rows.iter().zip(out.rows_mut()) {
        lines.fill(first, weights.len());
        if masked {
            columns_down.run_masked(&lines, first, weights);
        } else {
            columns_down.run(&lines, first, weights);
        }
        for (pixel, &(value, valid)) in target.iter_mut().zip(&columns_down.out) {
            *pixel = finish.pixel(value, valid);
        }
    }
}

fn has_negative_weights(method: Resampling) -> bool {
    matches!(method, Resampling::Cubic | Resampling::Lanczos)
}

/// Lines of the source after the convolution along rows; as many as one output line needs.
struct Lines<'a, 's, T> {
    source: &'a Source<'s, T>,
    columns: &'a Taps,
    method: Resampling,
    narrow: bool,
    values: Vec<Vec<f64>>,
    valid: Vec<Vec<bool>>,
    /// The lines from here on have not been computed.
    next: usize,
    scratch: Vec<f64>,
    mask: Vec<u8>,
}

impl<'a, 's, T: Real> Lines<'a, 's, T> {
    fn new(
        source: &'a Source<'s, T>,
        columns: &'a Taps,
        method: Resampling,
        ratio: f64,
        kept: usize,
    ) -> Self {
        // GDAL has a code path of its own for kernels that reach less than four pixels.
        let narrow = f64::from(method.radius()) / (1.0 / ratio).min(1.0) < 4.0;
        let kept = kept.max(1);
        Self {
            source,
            columns,
            method,
            narrow,
            values: vec![Vec::new(); kept],
            valid: vec![Vec::new(); kept],
            next: 0,
            scratch: Vec::new(),
            mask: Vec::new(),
        }
    }

    /// Computes `count` lines from `first` on; later calls never go back.
    fn fill(&mut self, first: usize, count: usize) {
        let end = first + count;
        for line in self.next.max(first)..end {
            self.compute(line);
        }
        self.next = self.next.max(end);
    }

    fn values(&self, line: usize) -> &[f64] {
        &self.values[line % self.values.len()]
    }

    fn valid(&self, line: usize) -> &[bool] {
        &self.valid[line % self.valid.len()]
    }

    fn compute(&mut self, line: usize) {
        let slot = line % self.values.len();
        self.scratch.clear();
        self.scratch.extend(self.source.pixels.row(line).iter().map(|sample| sample.to_f64()));
        let mut values = std::mem::take(&mut self.values[slot]);
        values.clear();
        if let Some(validity) = &self.source.validity {
            self.mask.clear();
            self.mask.extend(validity.row(line));
            let mut valid = std::mem::take(&mut self.valid[slot]);
            valid.clear();
            for (first, weights) in self.columns.iter() {
                let span = first..first + weights.len();
                let (value, is_valid) = self.masked(&self.scratch[span.clone()], &self.mask[span], weights);
                values.push(value);
                valid.push(is_valid);
            }
            self.valid[slot] = valid;
        } else {
            // GDAL takes lines by threes, and what is left one by one.
            let by_threes = line < self.source.pixels.nrows() / 3 * 3;
            for (first, weights) in self.columns.iter() {
                values.push(self.dot(&self.scratch[first..first + weights.len()], weights, by_threes));
            }
        }
        self.values[slot] = values;
    }

    fn dot(&self, pixels: &[f64], weights: &[f64], by_threes: bool) -> f64 {
        if !matches!(T::WORK, Work::Byte | Work::UInt16) {
            return dot_in_pairs(pixels, weights);
        }
        match (by_threes, self.narrow || weights.len() == 4) {
            (true, true) => dot_in_lanes::<4, 1>(pixels, weights),
            (true, false) => dot_in_lanes::<8, 1>(pixels, weights),
            (false, _) => dot_in_lanes::<8, 2>(pixels, weights),
        }
    }

    /// The weighted mean of the valid pixels, if there are enough of them.
    fn masked(&self, pixels: &[f64], mask: &[u8], weights: &[f64]) -> (f64, bool) {
        let enough = !has_negative_weights(self.method)
            || longest_run(mask.iter().map(|m| *m != 0)) >= weights.len() / 2;
        if !enough {
            return (0.0, false);
        }
        let (value, weight) = if matches!(T::WORK, Work::Byte | Work::UInt16) {
            masked_in_lanes(pixels, mask, weights)
        } else {
            masked_in_order(pixels, mask, weights)
        };
        if weight > 0.0 { (value / weight, true) } else { (0.0, false) }
    }
}

/// The convolution along columns, for one output line at a time.
struct Vertical {
    sums: Vec<f64>,
    /// The second sum that GDAL keeps; only from `paired_from` on.
    second: Vec<f64>,
    paired_from: usize,
    weights: Vec<f64>,
    runs: Vec<(usize, usize)>,
    negative_weights: bool,
    /// Value and validity of each pixel of the line.
    out: Vec<(f64, bool)>,
}

impl Vertical {
    fn new(width: usize, work: Work, method: Resampling) -> Self {
        Self {
            sums: vec![0.0; width],
            second: vec![0.0; width],
            paired_from: if work.is_single() { width / 8 * 8 } else { 0 },
            weights: vec![0.0; width],
            runs: vec![(0, 0); width],
            negative_weights: has_negative_weights(method),
            out: vec![(0.0, true); width],
        }
    }

    fn run<T: Real>(&mut self, lines: &Lines<'_, '_, T>, first: usize, weights: &[f64]) {
        self.sums.fill(0.0);
        self.second.fill(0.0);
        let grouped = weights.len() / 4 * 4;
        let split = self.paired_from;
        for (index, &weight) in weights.iter().enumerate() {
            let line = lines.values(first + index);
            let (single, paired) = line.split_at(split);
            accumulate(&mut self.sums[..split], single, weight);
            let second = index < grouped && index % 4 >= 2;
            let sums = if second { &mut self.second } else { &mut self.sums };
            accumulate(&mut sums[split..], paired, weight);
        }
        for ((out, sum), second) in self.out.iter_mut().zip(&self.sums).zip(&self.second) {
            *out = (sum + second, true);
        }
    }

    fn run_masked<T: Real>(&mut self, lines: &Lines<'_, '_, T>, first: usize, weights: &[f64]) {
        self.sums.fill(0.0);
        self.weights.fill(0.0);
        self.runs.fill((0, 0));
        for (index, &weight) in weights.iter().enumerate() {
            let (values, valid) = (lines.values(first + index), lines.valid(first + index));
            for (column, (value, is_valid)) in values.iter().zip(valid).enumerate() {
                let run = &mut self.runs[column];
                if *is_valid {
                    self.sums[column] += value * weight;
                    self.weights[column] += weight;
                    run.0 += 1;
                    run.1 = run.1.max(run.0);
                } else {
                    run.0 = 0;
                }
            }
        }
        let needed = if self.negative_weights { weights.len() / 2 } else { 0 };
        for (column, out) in self.out.iter_mut().enumerate() {
            let weight = self.weights[column];
            let valid = weight > 0.0 && self.runs[column].1 >= needed;
            *out = (if valid { self.sums[column] / weight } else { 0.0 }, valid);
        }
    }
}

/// From a sum to a pixel.
struct Finish<T> {
    nodata: Option<f64>,
    nodata_sample: T,
    replacement: f64,
    highest: Option<f64>,
}

impl<T: Real> Finish<T> {
    fn new(band: &Band<'_, T>, method: Resampling) -> Self {
        let clamps = method != Resampling::Bilinear && band.bits > 0 && band.bits < T::UNSIGNED_BITS.min(32);
        let highest = clamps.then(|| ((1_u64 << band.bits) - 1) as f64);
        let nodata = band.nodata.unwrap_or(0.0);
        let mut finish = Self {
            nodata: band.nodata,
            nodata_sample: T::default(),
            replacement: T::next_to(nodata),
            highest,
        };
        finish.nodata_sample = finish.sample(nodata);
        finish
    }

    fn pixel(&self, value: f64, valid: bool) -> T {
        if !valid {
            return self.nodata_sample;
        }
        let value = if T::WORK.is_single() { f64::from(value as f32) } else { value };
        self.sample(self.nodata.map_or(value, |nodata| self.not_nodata(value, nodata)))
    }

    fn sample(&self, value: f64) -> T {
        T::from_work(match self.highest {
            Some(highest) if value > highest => highest,
            _ => value,
        })
    }

    fn not_nodata(&self, value: f64, nodata: f64) -> f64 {
        // Not clamp(): NaN has to stay NaN.
        let clamped = if value < T::LOWEST {
            T::LOWEST
        } else if value > T::HIGHEST {
            T::HIGHEST
        } else {
            value
        };
        let same = if T::IS_INTEGER { clamped.round() == nodata } else { clamped == nodata };
        if same { self.replacement } else { clamped }
    }
}

fn accumulate(sums: &mut [f64], values: &[f64], weight: f64) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value * weight;
    }
}

/// A dot product by `STEP` pixels, in `STEP / 4` additions to `SUMS` vectors of four sums; the rest in order.
fn dot_in_lanes<const STEP: usize, const SUMS: usize>(pixels: &[f64], weights: &[f64]) -> f64 {
    let mut sums = [[0.0; 4]; SUMS];
    let (pixels, weights) = (pixels.chunks_exact(STEP), weights.chunks_exact(STEP));
    let rest = pixels.remainder().iter().zip(weights.remainder());
    for (pixels, weights) in pixels.zip(weights) {
        let fours = pixels.chunks_exact(4).zip(weights.chunks_exact(4));
        for (index, (pixels, weights)) in fours.enumerate() {
            let sum = &mut sums[index % SUMS];
            for lane in 0..4 {
                sum[lane] += pixels[lane] * weights[lane];
            }
        }
    }
    let mut total = [0.0; 4];
    for sum in sums {
        for lane in 0..4 {
            total[lane] += sum[lane];
        }
    }
    rest.fold(across(total), |sum, (pixel, weight)| sum + pixel * weight)
}

/// The four sums as one, in the order of an SSE2 addition across.
fn across(sums: [f64; 4]) -> f64 {
    (sums[0] + sums[2]) + (sums[1] + sums[3])
}

/// A dot product in two sums: of each four pixels, two go to either; the rest to the first.
fn dot_in_pairs(pixels: &[f64], weights: &[f64]) -> f64 {
    let (mut first, mut second) = (0.0, 0.0);
    let (pixels, weights) = (pixels.chunks_exact(4), weights.chunks_exact(4));
    let rest = pixels.remainder().iter().zip(weights.remainder());
    for (pixels, weights) in pixels.zip(weights) {
        first += pixels[0] * weights[0];
        first += pixels[1] * weights[1];
        second += pixels[2] * weights[2];
        second += pixels[3] * weights[3];
    }
    rest.for_each(|(pixel, weight)| first += pixel * weight);
    first + second
}

/// The weighted sum of pixels and the sum of the weights, each in four lanes.
fn masked_in_lanes(pixels: &[f64], mask: &[u8], weights: &[f64]) -> (f64, f64) {
    let (mut values, mut sums) = ([0.0; 4], [0.0; 4]);
    let grouped = weights.len() / 4 * 4;
    for start in (0..grouped).step_by(4) {
        for lane in 0..4 {
            let weight = weights[start + lane] * f64::from(mask[start + lane]);
            values[lane] += pixels[start + lane] * weight;
            sums[lane] += weight;
        }
    }
    let (mut value, mut sum) = (across(values), across(sums));
    for index in grouped..weights.len() {
        let weight = weights[index] * f64::from(mask[index]);
        value += pixels[index] * weight;
        sum += weight;
    }
    (value, sum)
}

/// The weighted sum of pixels in order, and the sum of the weights by fours.
fn masked_in_order(pixels: &[f64], mask: &[u8], weights: &[f64]) -> (f64, f64) {
    let (mut value, mut sum, mut four) = (0.0, 0.0, 0.0);
    let grouped = weights.len() / 4 * 4;
    for (index, ((pixel, mask), weight)) in pixels.iter().zip(mask).zip(weights).enumerate() {
        let weight = weight * f64::from(*mask);
        value += pixel * weight;
        if index >= grouped {
            sum += weight;
        } else {
            four = if index % 4 == 0 { weight } else { four + weight };
            sum += if index % 4 == 3 { four } else { 0.0 };
        }
    }
    (value, sum)
}

/// The length of the longest run of `true`.
fn longest_run(valid: impl Iterator<Item = bool>) -> usize {
    let (mut run, mut longest) = (0, 0);
    for is_valid in valid {
        run = if is_valid { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}
