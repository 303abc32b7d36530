//! Bilinear, cubic, cubic spline and lanczos: a convolution along rows, then one along columns.
//!
//! The sums are grouped as in GDAL's SSE2 code, so that results agree to the last bit.

use std::ops::Range;

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

/// Four lines of the source are convolved at once: the pixels of a column, one above the other.
type Four = [f64; 4];

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
    pixels: Vec<Four>,
    mask: Vec<Four>,
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
        let kept = kept + 4;
        let width = source.pixels.ncols();
        Self {
            source,
            columns,
            method,
            narrow,
            values: vec![Vec::new(); kept],
            valid: vec![Vec::new(); kept],
            next: 0,
            pixels: vec![[0.0; 4]; width],
            mask: vec![[0.0; 4]; width],
        }
    }

    /// Computes `count` lines from `first` on, and up to three more; later calls never go back.
    fn fill(&mut self, first: usize, count: usize) {
        self.next = self.next.max(first);
        while self.next < first + count {
            let lines = self.next..(self.next + 4).min(self.source.pixels.nrows());
            self.next += 4;
            self.compute(lines);
        }
    }

    fn values(&self, line: usize) -> &[f64] {
        &self.values[line % self.values.len()]
    }

    fn valid(&self, line: usize) -> &[bool] {
        &self.valid[line % self.valid.len()]
    }

    fn compute(&mut self, lines: Range<usize>) {
        for (lane, line) in lines.clone().enumerate() {
            for (four, sample) in self.pixels.iter_mut().zip(self.source.row(line)) {
                four[lane] = sample.to_f64();
            }
            if let Some(mask) = self.source.validity_row(line) {
                for (four, value) in self.mask.iter_mut().zip(mask) {
                    four[lane] = f64::from(*value);
                }
            }
        }
        if self.source.validity.is_some() {
            return self.compute_masked(lines);
        }
        if !matches!(T::WORK, Work::Byte | Work::UInt16) {
            return self.store(lines, dot_in_pairs);
        }
        // GDAL takes lines by threes, and what is left one by one.
        let by_threes = (self.source.pixels.nrows() / 3 * 3).clamp(lines.start, lines.end);
        if self.narrow {
            self.store(lines.start..by_threes, dot_in_lanes::<4, 1>);
        } else {
            self.store(lines.start..by_threes, |pixels, weights| match weights.len() {
                4 => dot_in_lanes::<4, 1>(pixels, weights),
                _ => dot_in_lanes::<8, 1>(pixels, weights),
            });
        }
        if by_threes < lines.end {
            let done = by_threes - lines.start;
            self.pixels.iter_mut().for_each(|four| four.rotate_left(done));
            self.store(by_threes..lines.end, dot_in_lanes::<8, 2>);
        }
    }

    /// Stores the convolution of up to four lines.
    fn store(&mut self, lines: Range<usize>, dot: impl Fn(&[Four], &[f64]) -> Four) {
        let mut targets: Vec<Vec<f64>> = lines.clone().map(|line| self.take(line)).collect();
        if let [a, b, c, d] = targets.as_mut_slice() {
            for (first, weights) in self.columns.iter() {
                let four = dot(&self.pixels[first..first + weights.len()], weights);
                a.push(four[0]);
                b.push(four[1]);
                c.push(four[2]);
                d.push(four[3]);
            }
        } else if !targets.is_empty() {
            for (first, weights) in self.columns.iter() {
                let four = dot(&self.pixels[first..first + weights.len()], weights);
                targets.iter_mut().zip(four).for_each(|(target, value)| target.push(value));
            }
        }
        lines.zip(targets).for_each(|(line, target)| self.put(line, target));
    }

    /// The buffer of a line, emptied.
    fn take(&mut self, line: usize) -> Vec<f64> {
        let slot = line % self.values.len();
        let mut values = std::mem::take(&mut self.values[slot]);
        values.clear();
        values
    }

    fn put(&mut self, line: usize, values: Vec<f64>) {
        let slot = line % self.values.len();
        self.values[slot] = values;
    }

    /// The weighted means of the valid pixels of up to four lines, where there are enough of them.
    fn compute_masked(&mut self, lines: Range<usize>) {
        let picky = has_negative_weights(self.method);
        let in_lanes = matches!(T::WORK, Work::Byte | Work::UInt16);
        for (lane, line) in lines.clone().enumerate() {
            let slot = line % self.valid.len();
            let mask = &self.mask;
            let enough = self.columns.iter().map(|(first, weights)| {
                let mask = mask[first..first + weights.len()].iter().map(|four| four[lane] != 0.0);
                !picky || longest_run(mask) >= weights.len() / 2
            });
            self.valid[slot] = enough.collect();
        }
        let mut targets: Vec<Vec<f64>> = lines.clone().map(|line| self.take(line)).collect();
        for (column, (first, weights)) in self.columns.iter().enumerate() {
            let span = first..first + weights.len();
            let (pixels, mask) = (&self.pixels[span.clone()], &self.mask[span]);
            let (values, sums) = if in_lanes {
                masked_in_lanes(pixels, mask, weights)
            } else {
                masked_in_order(pixels, mask, weights)
            };
            for (lane, (line, target)) in lines.clone().zip(&mut targets).enumerate() {
                let slot = line % self.valid.len();
                let valid = self.valid[slot][column] && sums[lane] > 0.0;
                self.valid[slot][column] = valid;
                target.push(if valid { values[lane] / sums[lane] } else { 0.0 });
            }
        }
        lines.zip(targets).for_each(|(line, target)| self.put(line, target));
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
            nodata: band.nodata.and_then(in_type::<T>),
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

/// Nodata as C++ casts it to the band's type; `None` where an integer type cannot hold it.
fn in_type<T: Real>(nodata: f64) -> Option<f64> {
    match T::IS_INTEGER {
        true => (T::LOWEST..=T::HIGHEST).contains(&nodata).then(|| nodata.trunc()),
        false => Some(nodata),
    }
}

fn accumulate(sums: &mut [f64], values: &[f64], weight: f64) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value * weight;
    }
}

/// Adds the product of each of `pixels` and its weight.
fn add(sums: &mut Four, pixels: &Four, weight: f64) {
    for (sum, pixel) in sums.iter_mut().zip(pixels) {
        *sum += pixel * weight;
    }
}

fn sum(a: Four, b: Four) -> Four {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]]
}

/// Dot products of four lines, by `STEP` pixels, in `STEP / 4` additions to `SUMS` vectors of four sums; the
/// rest in order.
fn dot_in_lanes<const STEP: usize, const SUMS: usize>(pixels: &[Four], weights: &[f64]) -> Four {
    let mut sums = [[[0.0; 4]; 4]; SUMS];
    let (pixels, weights) = (pixels.chunks_exact(STEP), weights.chunks_exact(STEP));
    let rest = pixels.remainder().iter().zip(weights.remainder());
    for (pixels, weights) in pixels.zip(weights) {
        for index in 0..STEP {
            add(&mut sums[index / 4 % SUMS][index % 4], &pixels[index], weights[index]);
        }
    }
    let mut lanes = sums[0];
    for more in &sums[1..] {
        lanes = [0, 1, 2, 3].map(|lane| sum(lanes[lane], more[lane]));
    }
    let mut total = across(lanes);
    rest.for_each(|(pixel, weight)| add(&mut total, pixel, *weight));
    total
}

/// The four sums of each line as one, in the order of an SSE2 addition across.
fn across(sums: [Four; 4]) -> Four {
    sum(sum(sums[0], sums[2]), sum(sums[1], sums[3]))
}

/// Dot products of four lines in two sums: of each four pixels, two go to either; the rest to the first.
fn dot_in_pairs(pixels: &[Four], weights: &[f64]) -> Four {
    let (mut first, mut second) = ([0.0; 4], [0.0; 4]);
    let (pixels, weights) = (pixels.chunks_exact(4), weights.chunks_exact(4));
    let rest = pixels.remainder().iter().zip(weights.remainder());
    for (pixels, weights) in pixels.zip(weights) {
        add(&mut first, &pixels[0], weights[0]);
        add(&mut first, &pixels[1], weights[1]);
        add(&mut second, &pixels[2], weights[2]);
        add(&mut second, &pixels[3], weights[3]);
    }
    rest.for_each(|(pixel, weight)| add(&mut first, pixel, *weight));
    sum(first, second)
}

/// Adds weighted pixels to `values`, and their weights, which depend on the mask, to `sums`.
fn add_masked(values: &mut Four, sums: &mut Four, pixels: &Four, mask: &Four, weight: f64) {
    for lane in 0..4 {
        let weight = weight * mask[lane];
        values[lane] += pixels[lane] * weight;
        sums[lane] += weight;
    }
}

/// The weighted sums of pixels and the sums of the weights, each in four vectors.
fn masked_in_lanes(pixels: &[Four], mask: &[Four], weights: &[f64]) -> (Four, Four) {
    let (mut values, mut sums) = ([[0.0; 4]; 4], [[0.0; 4]; 4]);
    let grouped = weights.len() / 4 * 4;
    for (index, weight) in weights[..grouped].iter().enumerate() {
        let lane = index % 4;
        add_masked(&mut values[lane], &mut sums[lane], &pixels[index], &mask[index], *weight);
    }
    let (mut value, mut total) = (across(values), across(sums));
    for (index, weight) in weights.iter().enumerate().skip(grouped) {
        add_masked(&mut value, &mut total, &pixels[index], &mask[index], *weight);
    }
    (value, total)
}

/// The weighted sums of pixels in order, and the sums of the weights by fours.
fn masked_in_order(pixels: &[Four], mask: &[Four], weights: &[f64]) -> (Four, Four) {
    let (mut values, mut sums) = ([0.0; 4], [0.0; 4]);
    let fours = weights.chunks(4).zip(pixels.chunks(4)).zip(mask.chunks(4));
    for ((weights, pixels), mask) in fours {
        let taps = weights.iter().zip(pixels).zip(mask);
        if weights.len() == 4 {
            let mut group = [0.0; 4];
            taps.for_each(|((weight, pixels), mask)| {
                add_masked(&mut values, &mut group, pixels, mask, *weight);
            });
            sums = sum(sums, group);
        } else {
            taps.for_each(|((weight, pixels), mask)| {
                add_masked(&mut values, &mut sums, pixels, mask, *weight);
            });
        }
    }
    (values, sums)
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
