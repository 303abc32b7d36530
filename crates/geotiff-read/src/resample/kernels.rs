//! The kernels of the separable convolutions and their weights along one axis.

use super::Resampling;
use super::geometry::Axis;

/// The kernel's value at `x`, in pixels of the smaller image; scaled so that it needs to be normalised.
fn kernel(method: Resampling) -> fn(f64) -> f64 {
    match method {
        Resampling::Cubic => cubic,
        Resampling::CubicSpline => cubic_spline,
        Resampling::Lanczos => lanczos,
        _ => triangle,
    }
}

fn triangle(x: f64) -> f64 {
    (1.0 - x.abs()).max(0.0)
}

/// Keys' cubic convolution with a = −0.5.
fn cubic(x: f64) -> f64 {
    let (distance, square) = (x.abs(), x * x);
    if distance <= 1.0 {
        square * (1.5 * distance - 2.5) + 1.0
    } else if distance <= 2.0 {
        square * (-0.5 * distance + 2.5) - 4.0 * distance + 2.0
    } else {
        0.0
    }
}

/// The cubic B-spline, six times too high, as a sum of truncated cubes.
fn cubic_spline(x: f64) -> f64 {
    let cube = |factor: f64, v: f64| if v > 0.0 { factor * v * v * v } else { 0.0 };
    cube(-4.0, x - 1.0) + cube(6.0, x) + cube(-4.0, x + 1.0) + cube(1.0, x + 2.0)
}

/// sinc(x) · sinc(x / 3); the first sine is had from the second.
fn lanczos(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    let angle = std::f64::consts::PI * x;
    let third = angle / 3.0;
    let square = third.sin().powi(2);
    (3.0 - 4.0 * square) * square / (angle * third)
}

/// For each output pixel of a chunk, the source pixels under its kernel and their weights.
pub(super) struct Taps {
    /// (first source pixel in the chunk, first weight, number of both).
    spans: Vec<(usize, usize, usize)>,
    weights: Vec<f64>,
}

impl Taps {
    /// The taps of `count` output pixels from `out` on (counted from the window), of a chunk of `source_count`
    /// pixels from `source` on. Normalised weights add up to 1; with a mask that is done pixel by pixel.
    pub(super) fn new(
        axis: &Axis,
        (out, count): (u32, u32),
        (source, source_count): (u32, u32),
        method: Resampling,
        stepwise: bool,
        normalised: bool,
    ) -> Self {
        let kernel = kernel(method);
        let scale = (1.0 / axis.ratio).min(1.0);
        let radius = f64::from(method.radius()) / scale;
        let chunk_start = i64::from(source) - axis.origin;
        let chunk_end = chunk_start + i64::from(source_count);
        let mut taps = Self { spans: Vec::with_capacity(count as usize), weights: Vec::new() };
        for index in 0..i64::from(count) {
            let pixel = index + i64::from(out) + axis.out_offset;
            let centre = (pixel as f64 + 0.5) * axis.ratio + axis.delta;
            let start = ((centre - radius + 0.5).floor() as i64).max(chunk_start);
            let end = ((centre + radius + 0.5) as i64).min(chunk_end).max(start);
            let first_weight = taps.weights.len();
            taps.push_weights(
                kernel,
                scale * (start as f64 - centre + 0.5),
                scale,
                (end - start) as usize,
                stepwise,
            );
            let sum = sum_by_fours(&taps.weights[first_weight..]);
            if normalised && sum != 0.0 {
                let inverse = 1.0 / sum;
                taps.weights[first_weight..].iter_mut().for_each(|weight| *weight *= inverse);
            }
            let first = start.min(chunk_end) - chunk_start;
            taps.spans.push((first as usize, first_weight, (end - start) as usize));
        }
        taps
    }

    /// Adds `count` weights, at `x` and every `step` from it on; `stepwise` adds up the steps one by one, else by
    /// fours.
    fn push_weights(&mut self, kernel: fn(f64) -> f64, mut x: f64, step: f64, count: usize, stepwise: bool) {
        let grouped = if stepwise { 0 } else { count / 4 * 4 };
        for _ in 0..grouped / 4 {
            self.weights.extend([0.0, 1.0, 2.0, 3.0].map(|index| kernel(x + index * step)));
            x += 4.0 * step;
        }
        for _ in grouped..count {
            self.weights.push(kernel(x));
            x += step;
        }
    }

    /// The first source pixel of each output pixel, and the weights from it on.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &[f64])> {
        self.spans.iter().map(|&(start, first, count)| (start, &self.weights[first..first + count]))
    }

    /// The most source pixels that one output pixel has.
    pub(super) fn longest(&self) -> usize {
        self.spans.iter().map(|span| span.2).max().unwrap_or(0)
    }
}

/// The sum of the weights, four added up before they are added to it.
fn sum_by_fours(weights: &[f64]) -> f64 {
    let fours = weights.chunks_exact(4);
    let rest = fours.remainder();
    let sum = fours.fold(0.0, |sum, four| sum + (four[0] + four[1] + four[2] + four[3]));
    rest.iter().fold(sum, |sum, weight| sum + weight)
}
