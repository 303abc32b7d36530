//! The kernels of GDAL's warper: which source pixels make a pixel of the result, and how much each counts.

use geotiff_read::resample::Resampling;

/// GDAL takes the fixed kernel up to this reduction, the widened one beyond.
const NEARLY_ONE: f64 = 0.95;
/// Weights that add up to less are none.
pub(crate) const LEAST_WEIGHT: f64 = 1e-6;

/// A separable kernel, widened along each axis by the ratio where the image is made smaller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kernel {
    value: fn(f64) -> f64,
    radius: f64,
    /// Columns, rows: the factor that distances in source pixels are multiplied by; 1 or less.
    scale: (f64, f64),
    /// Whether pixels with an incomplete neighbourhood are made by the linear kernel instead.
    pub(crate) needs_all: bool,
    /// Whether pixels are not made of less than half a neighbourhood.
    pub(crate) needs_half: bool,
}

impl Kernel {
    /// The kernel of `method` for `ratios` source pixels (along columns, rows) to a pixel of the result; `None` for a
    /// method that is no convolution.
    pub(crate) fn new(method: Resampling, ratios: (f64, f64)) -> Option<Self> {
        let (value, radius): (fn(f64) -> f64, f64) = match method {
            Resampling::Bilinear => (triangle, 1.0),
            Resampling::Cubic => (cubic, 2.0),
            Resampling::CubicSpline => (cubic_spline, 2.0),
            Resampling::Lanczos => (lanczos, 3.0),
            _ => return None,
        };
        let shrink = |ratio: f64| (1.0 / nearly_whole(ratio)).min(1.0);
        let (x, y) = (shrink(ratios.0), shrink(ratios.1));
        let is_fixed = x >= NEARLY_ONE && y >= NEARLY_ONE;
        let scale = if is_fixed { (1.0, 1.0) } else { (x, y) };
        let needs_all = is_fixed && method == Resampling::Cubic;
        let needs_half = method == Resampling::Lanczos;
        Some(Self { value, radius, scale, needs_all, needs_half })
    }

    /// The linear kernel over 2 × 2 pixels.
    pub(crate) fn linear() -> Self {
        Self { value: triangle, radius: 1.0, scale: (1.0, 1.0), needs_all: false, needs_half: false }
    }

    /// How far off, in source pixels, the position is that a slope's mean tells: a widened kernel has not as many pixels
    /// on both sides everywhere. Less than 0.1, and next to nothing where it is wide.
    pub(crate) fn bias(&self) -> f64 {
        const STEPS: u32 = 32;
        const SIDE: usize = 128;
        const WIDE: f64 = 32.0;
        if self.reach().0.max(self.reach().1) > WIDE {
            return 0.0;
        }
        let mut taps = Taps::default();
        let mut most = 0.0_f64;
        for (step, scale) in (0..STEPS).flat_map(|step| [(step, self.scale.0), (step, self.scale.1)]) {
            let position = SIDE as f64 / 2.0 + f64::from(step) / f64::from(STEPS);
            taps.fill(self, position, scale, SIDE);
            let pixels = (taps.first..).map(|pixel| pixel as f64 + 0.5).zip(&taps.weights);
            let (sum, weights) = pixels.fold((0.0, 0.0), |(sum, weights), (centre, weight)| {
                (sum + centre * weight, weights + weight)
            });
            most = most.max((sum / weights - position).abs());
        }
        // What rounding leaves of kernels that have none.
        if most < 1e-9 { 0.0 } else { most }
    }

    /// Source pixels on either side of a position, along columns and rows.
    pub(crate) fn reach(&self) -> (f64, f64) {
        (self.radius / self.scale.0, self.radius / self.scale.1)
    }

    /// The columns under the kernel at `x` in a source of `width` pixels.
    pub(crate) fn columns(&self, x: f64, width: usize, taps: &mut Taps) {
        taps.fill(self, x, self.scale.0, width);
    }

    /// The rows under the kernel at `y` in a source of `height` pixels.
    pub(crate) fn rows(&self, y: f64, height: usize, taps: &mut Taps) {
        taps.fill(self, y, self.scale.1, height);
    }
}

/// GDAL takes a ratio that is close to a whole number for it.
fn nearly_whole(ratio: f64) -> f64 {
    const CLOSE: f64 = 0.05;
    let whole = ratio.round();
    if ratio > 1.0 && (ratio - whole).abs() < CLOSE { whole } else { ratio }
}

/// Weights of neighbouring pixels along one axis.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taps {
    /// The first pixel.
    pub(crate) first: usize,
    pub(crate) weights: Vec<f64>,
    /// Whether no pixel under the kernel lies outside the source.
    pub(crate) is_complete: bool,
}

impl Taps {
    fn fill(&mut self, kernel: &Kernel, position: f64, scale: f64, count: usize) {
        self.weights.clear();
        // Pixel i has its centre at i + 0.5; one whose weight is 0 at the very end of the kernel is left out.
        let centre = position - 0.5;
        let reach = kernel.radius / scale;
        let start = (centre - reach).floor() as i64 + 1;
        let mut end = (centre + reach).ceil() as i64 - 1;
        if kernel.needs_half {
            // Half of those that GDAL counts, which is one that weighs nothing where a position is at a centre.
            end = (centre + reach).floor() as i64;
        }
        let (first, last) = (start.max(0), end.min(count as i64 - 1));
        self.is_complete = first == start && last == end;
        self.first = first.max(0) as usize;
        let weights = (first..=last).map(|index| (kernel.value)((index as f64 - centre) * scale));
        self.weights.extend(weights);
    }
}

fn triangle(x: f64) -> f64 {
    (1.0 - x.abs()).max(0.0)
}

/// Keys' cubic convolution with a = −0.5.
fn cubic(x: f64) -> f64 {
    let distance = x.abs();
    match distance {
        d if d <= 1.0 => d * d * (1.5 * d - 2.5) + 1.0,
        d if d <= 2.0 => d * (d * (-0.5 * d + 2.5) - 4.0) + 2.0,
        _ => 0.0,
    }
}

/// The cubic B-spline.
fn cubic_spline(x: f64) -> f64 {
    let cube = |v: f64| v.max(0.0).powi(3);
    (cube(2.0 - x.abs()) - 4.0 * cube(1.0 - x.abs())) / 6.0
}

/// sinc(x) · sinc(x / 3).
fn lanczos(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    if x.abs() >= 3.0 {
        return 0.0;
    }
    let angle = std::f64::consts::PI * x;
    3.0 * angle.sin() * (angle / 3.0).sin() / (angle * angle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_add_up_to_one_and_interpolate() {
        for (kernel, sum_error) in
            [(triangle as fn(f64) -> f64, 1e-12), (cubic, 1e-12), (cubic_spline, 1e-12), (lanczos, 0.01)]
        {
            for step in 0..10 {
                let at = f64::from(step) / 10.0;
                let sum: f64 = (-3..=3).map(|pixel| kernel(f64::from(pixel) + at)).sum();
                assert!((sum - 1.0).abs() < sum_error, "{at}: {sum}");
            }
        }
        assert_eq!((cubic(0.0), cubic(1.0), lanczos(0.0)), (1.0, 0.0, 1.0));
        assert!((cubic_spline(0.0) - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn widened_kernels_are_biased_unless_by_whole_ratios() {
        let bias = |method, ratio| Kernel::new(method, (ratio, 1.0)).unwrap().bias();
        // At 1.5, a quarter of a pixel past a centre: weights 1/6, 5/6, 1/2 at −1.25, −0.25, 0.75, so −0.0278 off.
        assert!((bias(Resampling::Bilinear, 1.5) - 1.0 / 36.0).abs() < 1e-3);
        for ratio in [0.5, 1.0, 2.0, 3.0, 1000.0] {
            assert_eq!(bias(Resampling::Bilinear, ratio), 0.0);
            assert_eq!(bias(Resampling::Cubic, ratio), 0.0);
        }
    }

    #[test]
    fn taps_stay_inside_the_source() {
        let kernel = Kernel::new(Resampling::Cubic, (1.0, 1.0)).unwrap();
        let mut taps = Taps::default();
        kernel.columns(5.25, 10, &mut taps);
        assert_eq!((taps.first, taps.weights.len(), taps.is_complete), (3, 4, true));
        kernel.columns(0.75, 10, &mut taps);
        assert_eq!((taps.first, taps.weights.len(), taps.is_complete), (0, 3, false));
        let halving = Kernel::new(Resampling::Bilinear, (2.0, 1.0)).unwrap();
        halving.columns(5.0, 10, &mut taps);
        assert_eq!(taps.weights, [0.25, 0.75, 0.75, 0.25]);
    }
}
