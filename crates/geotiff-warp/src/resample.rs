//! Pixels of the result from pixels of the source, by the rules of GDAL's warper.

use std::collections::HashMap;
use std::ops::Range;

use geotiff_core::DataType;
use geotiff_read::resample::Resampling;
use geotiff_read::{Array, Sample};
use ndarray::Array3;

use crate::kernel::{Kernel, LEAST_WEIGHT, Taps};
use crate::positions::Positions;

/// Positions this close below a whole pixel lie on it.
const NUDGE: f64 = 1e-10;

/// A part of a level of the source, with its first column and row there.
pub(crate) struct Source {
    pub(crate) data: Array,
    /// (band, row, column); `None` where every pixel is valid.
    pub(crate) masks: Option<Array3<u8>>,
    pub(crate) origin: (usize, usize),
    /// Columns and rows of the whole level.
    pub(crate) level: (usize, usize),
}

/// A part of the result.
pub(crate) struct Piece<T> {
    /// (band, row, column).
    pub(crate) data: Array3<T>,
    pub(crate) masks: Array3<u8>,
}

/// How pixels are made.
#[derive(Clone, Copy)]
pub(crate) enum Rule {
    Nearest,
    Mix(Mix),
}

/// How pixels are combined.
#[derive(Clone, Copy)]
pub(crate) enum Mix {
    Convolution(Kernel),
    Average,
    Mode,
}

impl Rule {
    /// The rule of a method, for so many source pixels to a pixel of the result; `None` for a method that has none.
    pub(crate) fn new(method: Resampling, ratios: (f64, f64)) -> Option<Self> {
        match method {
            Resampling::Nearest => Some(Self::Nearest),
            Resampling::Average => Some(Self::Mix(Mix::Average)),
            Resampling::Mode => Some(Self::Mix(Mix::Mode)),
            _ => Kernel::new(method, ratios).map(|kernel| Self::Mix(Mix::Convolution(kernel))),
        }
    }

    /// Whether a method's rule depends on the ratios.
    pub(crate) fn has_kernel(method: Resampling) -> bool {
        matches!(Self::new(method, (1.0, 1.0)), Some(Self::Mix(Mix::Convolution(_))))
    }

    /// How far the mean of a slope is off, in source pixels.
    pub(crate) fn bias(&self) -> f64 {
        match self {
            Self::Mix(Mix::Convolution(kernel)) => kernel.bias(),
            _ => 0.0,
        }
    }

    /// Source pixels needed on either side of a position.
    pub(crate) fn reach(&self) -> (f64, f64) {
        match self {
            Self::Mix(Mix::Convolution(kernel)) => {
                let (x, y) = kernel.reach();
                (x + 1.0, y + 1.0)
            }
            _ => (1.0, 1.0),
        }
    }
}

/// Whether a method looks at the area of an output pixel rather than at its centre.
pub(crate) fn is_of_areas(method: Resampling) -> bool {
    matches!(method, Resampling::Average | Resampling::Mode)
}

/// What pixels without a value hold.
#[derive(Clone, Copy)]
pub(crate) struct Blank<T> {
    pub(crate) value: T,
    /// What takes its place where a mean comes out as nodata by chance.
    beside: Option<T>,
}

impl<T: Sample> Blank<T> {
    /// The nodata value; one that the type cannot hold is no sample's value.
    pub(crate) fn nodata(value: T, is_held: bool) -> Self {
        Self { value, beside: is_held.then(|| next_to(value)) }
    }

    pub(crate) fn zero() -> Self {
        Self { value: T::default(), beside: None }
    }

    /// An array of the axes (band, row, column) that holds nothing else.
    pub(crate) fn fill(blanks: &[Self], shape: (usize, usize, usize)) -> Array3<T> {
        let first = blanks.first().map_or_else(T::default, |blank| blank.value);
        let mut data = Array3::from_elem(shape, first);
        let others = data.outer_iter_mut().zip(blanks).filter(|(_, blank)| blank.value != first);
        others.for_each(|(mut band, blank)| band.fill(blank.value));
        data
    }

    fn avoided(self, value: T) -> T {
        self.beside.filter(|_| value == self.value).unwrap_or(value)
    }
}

/// The number below, or above the lowest, as GDAL's warper takes it; of floats the next one.
fn next_to<T: Sample>(value: T) -> T {
    let number = value.to_f64();
    match T::DATA_TYPE {
        DataType::Float32 => T::from_f64_saturating(f64::from((number as f32).next_up())),
        DataType::Float64 => T::from_f64_saturating(number.next_up()),
        _ => {
            let below = T::from_f64_saturating(number - 1.0);
            if below == value { T::from_f64_saturating(number + 1.0) } else { below }
        }
    }
}

/// Makes `rows` of `width` pixels from the positions of their centres, or of their corners for a method of areas; what
/// has no valid source is the band's of `blanks`, with a mask of 0. `None` where the source is of another type.
pub(crate) fn resample<T: Sample>(
    source: &Source,
    positions: &Positions,
    width: usize,
    wanted: Range<usize>,
    rule: Rule,
    blanks: &[Blank<T>],
) -> Option<Piece<T>> {
    let samples = T::from_array(&source.data)?;
    let (bands, rows, columns) = samples.dim();
    let masks = source.masks.as_ref();
    let mut planes = Vec::with_capacity(bands);
    for band in 0..bands {
        let data = samples.as_slice()?.get(band * rows * columns..(band + 1) * rows * columns)?;
        let mask = match masks {
            Some(masks) => Some(masks.as_slice()?.get(band * rows * columns..(band + 1) * rows * columns)?),
            None => None,
        };
        planes.push(Plane { data, mask, columns });
    }
    let mut sampler =
        Sampler { source, planes, size: (columns, rows), x: Taps::default(), y: Taps::default() };
    let height = wanted.len();
    let mut piece = Piece {
        data: Blank::fill(blanks, (bands, height, width)),
        masks: Array3::zeros((bands, height, width)),
    };
    let Rule::Mix(mix) = rule else {
        sampler.nearest(positions, wanted, &mut piece);
        return Some(piece);
    };
    let mut found = vec![None; bands];
    for (row, wanted) in wanted.enumerate() {
        for column in 0..width {
            sampler.pixel(mix, positions, (wanted, column), &mut found);
            for (band, (found, blank)) in found.iter_mut().zip(blanks).enumerate() {
                if let Some((value, mask)) = found.take() {
                    piece.data[[band, row, column]] = blank.avoided(value);
                    piece.masks[[band, row, column]] = mask;
                }
            }
        }
    }
    Some(piece)
}

/// One band of the source.
struct Plane<'a, T> {
    data: &'a [T],
    mask: Option<&'a [u8]>,
    columns: usize,
}

impl<T: Sample> Plane<'_, T> {
    /// 0 for a pixel without a value, 1 for a valid one, between them by its alpha.
    fn density(&self, column: usize, row: usize) -> f64 {
        self.mask.map_or(1.0, |mask| f64::from(mask[row * self.columns + column]) / 255.0)
    }

    /// The samples at `places` and their masks; a place outside is nowhere, `is_there` 0 and else 255. What is invalid
    /// keeps its value.
    fn pick(&self, places: &[usize], is_there: &[u8], values: &mut [T], masks: &mut [u8]) {
        let Some(mask) = self.mask else {
            for (place, value) in places.iter().zip(values) {
                *value = self.data.get(*place).copied().unwrap_or(*value);
            }
            masks.copy_from_slice(is_there);
            return;
        };
        for ((place, value), found) in places.iter().zip(values).zip(masks) {
            let Some((sample, mask)) = self.data.get(*place).zip(mask.get(*place)) else { continue };
            *found = *mask;
            if *mask != 0 {
                *value = *sample;
            }
        }
    }

    /// The weighted mean of the pixels under the taps and its density; how many of them were valid.
    fn mean(&self, x: &Taps, y: &Taps) -> (Option<(f64, f64)>, usize) {
        let (mut sum, mut weights, mut total, mut valid) = (0.0, 0.0, 0.0, 0);
        for (row, weight_y) in (y.first..).zip(&y.weights) {
            let start = row * self.columns + x.first;
            let line = &self.data[start..start + x.weights.len()];
            let Some(mask) = self.mask else {
                for (value, weight_x) in line.iter().zip(&x.weights) {
                    sum += value.to_f64() * weight_x * weight_y;
                    weights += weight_x * weight_y;
                }
                continue;
            };
            let mask = &mask[start..start + x.weights.len()];
            for ((value, weight_x), alpha) in line.iter().zip(&x.weights).zip(mask) {
                total += weight_x * weight_y;
                if *alpha != 0 {
                    valid += 1;
                    let weight = weight_x * weight_y * f64::from(*alpha) / 255.0;
                    sum += value.to_f64() * weight;
                    weights += weight;
                }
            }
        }
        if self.mask.is_none() {
            (total, valid) = (weights, x.weights.len() * y.weights.len());
        }
        let found = (weights >= LEAST_WEIGHT).then(|| (sum / weights, weights / total));
        (found, valid)
    }

    /// The value of most pixels of an area, those that it covers in part included; of equals, the one that got there
    /// first.
    fn mode(&self, area: &Area) -> Option<T> {
        let mut counts: HashMap<[u8; 16], u64> = HashMap::new();
        let mut best: Option<(T, u64)> = None;
        for row in area.rows() {
            for column in area.columns() {
                let value = self.data[row * self.columns + column];
                if self.density(column, row) == 0.0 {
                    continue;
                }
                let mut key = [0; 16];
                let bytes = bytemuck::bytes_of(&value);
                key[..bytes.len()].copy_from_slice(bytes);
                let count = counts.entry(key).or_default();
                *count += 1;
                if best.is_none_or(|(_, most)| *count > most) {
                    best = Some((value, *count));
                }
            }
        }
        best.map(|(value, _)| value)
    }
}

/// The source pixels under a pixel of the result, the outer ones in part: first column, columns' weights.
struct Area {
    left: usize,
    top: usize,
    across: Vec<f64>,
    down: Vec<f64>,
}

impl Area {
    fn columns(&self) -> Range<usize> {
        self.left..self.left + self.across.len()
    }

    fn rows(&self) -> Range<usize> {
        self.top..self.top + self.down.len()
    }
}

struct Sampler<'a, T> {
    source: &'a Source,
    planes: Vec<Plane<'a, T>>,
    /// Columns and rows of the part of the source.
    size: (usize, usize),
    x: Taps,
    y: Taps,
}

impl<T: Sample> Sampler<'_, T> {
    /// One pixel of the result: for each band its value and mask, where it has one.
    fn pixel(
        &mut self,
        mix: Mix,
        positions: &Positions,
        (row, column): (usize, usize),
        found: &mut [Option<(T, u8)>],
    ) {
        match mix {
            Mix::Convolution(kernel) => self.convolve(&kernel, positions, row, column, found),
            Mix::Average => {
                let Some(area) = self.area(positions, row, column) else { return };
                (self.x.first, self.y.first) = (area.left, area.top);
                (self.x.weights, self.y.weights) = (area.across, area.down);
                for (plane, found) in self.planes.iter().zip(found) {
                    *found = plane.mean(&self.x, &self.y).0.map(rounded);
                }
            }
            Mix::Mode => {
                let Some(area) = self.area(positions, row, column) else { return };
                for (plane, found) in self.planes.iter().zip(found) {
                    *found = plane.mode(&area).map(|value| (value, 255));
                }
            }
        }
    }

    /// The source pixels at the positions of `wanted` rows: places once a row, then band by band.
    fn nearest(&self, positions: &Positions, wanted: Range<usize>, piece: &mut Piece<T>) {
        const NOWHERE: usize = usize::MAX;
        let (_, height, width) = piece.data.dim();
        let mut places = vec![NOWHERE; width];
        let mut is_there = vec![0; width];
        for (row, wanted) in wanted.enumerate() {
            for (column, (place, is_there)) in places.iter_mut().zip(&mut is_there).enumerate() {
                let found = self.locate(positions, wanted, column);
                *place = found.map_or(NOWHERE, |(_, _, x, y)| y * self.size.0 + x);
                *is_there = if found.is_some() { 255 } else { 0 };
            }
            for (band, plane) in self.planes.iter().enumerate() {
                let line = (band * height + row) * width..(band * height + row + 1) * width;
                let values = piece.data.as_slice_mut().and_then(|all| all.get_mut(line.clone()));
                let masks = piece.masks.as_slice_mut().and_then(|all| all.get_mut(line));
                if let (Some(values), Some(masks)) = (values, masks) {
                    plane.pick(&places, &is_there, values, masks);
                }
            }
        }
    }

    /// The position of a pixel in the part of the source, and the source pixel that it lies in.
    fn locate(&self, positions: &Positions, row: usize, column: usize) -> Option<(f64, f64, usize, usize)> {
        let index = row * positions.columns + column;
        let (x, y) = (positions.xs[index], positions.ys[index]);
        let (across, down) = self.source.level;
        // Also false for what has no position.
        let is_inside = (0.0..=across as f64).contains(&x) && (0.0..=down as f64).contains(&y);
        if !is_inside {
            return None;
        }
        let (left, top) = self.source.origin;
        let pixel = |at: f64, count: usize, origin: usize, part: usize| {
            // Sides are less than 2³¹ pixels; to 32 bits it is one instruction.
            ((at + NUDGE) as u32 as usize).min(count - 1).checked_sub(origin).filter(|pixel| *pixel < part)
        };
        let column = pixel(x, across, left, self.size.0)?;
        let row = pixel(y, down, top, self.size.1)?;
        Some((x - left as f64, y - top as f64, column, row))
    }

    fn convolve(
        &mut self,
        kernel: &Kernel,
        positions: &Positions,
        row: usize,
        column: usize,
        found: &mut [Option<(T, u8)>],
    ) {
        let Some((x, y, nearest_x, nearest_y)) = self.locate(positions, row, column) else { return };
        kernel.columns(x, self.size.0, &mut self.x);
        kernel.rows(y, self.size.1, &mut self.y);
        let is_complete = self.x.is_complete && self.y.is_complete;
        for (plane, found) in self.planes.iter().zip(found) {
            // As in GDAL, neighbours alone do not make a pixel.
            if plane.density(nearest_x, nearest_y) == 0.0 {
                continue;
            }
            let (mut mean, valid) = plane.mean(&self.x, &self.y);
            let all = self.x.weights.len() * self.y.weights.len();
            if kernel.needs_half && valid < all / 2 {
                continue;
            }
            if kernel.needs_all && !(is_complete && valid == all) {
                let (mut x_taps, mut y_taps) = (Taps::default(), Taps::default());
                Kernel::linear().columns(x, self.size.0, &mut x_taps);
                Kernel::linear().rows(y, self.size.1, &mut y_taps);
                mean = plane.mean(&x_taps, &y_taps).0;
            }
            *found = mean.map(rounded);
        }
    }

    /// The source pixels between two corners of a pixel of the result.
    fn area(&self, positions: &Positions, row: usize, column: usize) -> Option<Area> {
        let first = row * positions.columns + column;
        let last = first + positions.columns + 1;
        let (left, top) = self.source.origin;
        let axis = |one: f64, other: f64, level: usize, origin: usize, part: usize| {
            let (from, to) = (one.min(other).max(0.0), one.max(other).min(level as f64));
            // NaN is less than nothing, too.
            if from.is_nan() || to.is_nan() || to < from || from >= level as f64 {
                return None;
            }
            let start = (from + NUDGE).floor();
            let end = (to - NUDGE).ceil().max(start + 1.0).min(level as f64);
            let weight = |pixel: f64| (to.min(pixel + 1.0) - from.max(pixel)).max(NUDGE);
            let weights =
                (start as usize..end as usize).map(|pixel| weight(pixel as f64)).collect::<Vec<_>>();
            let first = (start as usize).checked_sub(origin)?;
            (!weights.is_empty() && first + weights.len() <= part).then_some((first, weights))
        };
        let (left, across) =
            axis(positions.xs[first], positions.xs[last], self.source.level.0, left, self.size.0)?;
        let (top, down) =
            axis(positions.ys[first], positions.ys[last], self.source.level.1, top, self.size.1)?;
        Some(Area { left, top, across, down })
    }
}

/// A mean as a sample, with its mask: integers are rounded half up, as GDAL does.
fn rounded<T: Sample>((value, density): (f64, f64)) -> (T, u8) {
    let is_float = matches!(T::DATA_TYPE, DataType::Float32 | DataType::Float64);
    let value = if is_float { value } else { (value + 0.5).floor() };
    let mask = (density * 255.0).round().clamp(1.0, 255.0) as u8;
    (T::from_f64_saturating(value), mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean of two pixels.
    fn mean<T: Sample>(pixels: [T; 2], blank: Blank<T>) -> (T, u8)
    where
        Array: From<Array3<T>>,
    {
        let data = Array::from(Array3::from_shape_fn((1, 1, 2), |(_, _, column)| pixels[column]));
        let source = Source { data, masks: None, origin: (0, 0), level: (2, 1) };
        let corners = Positions { xs: vec![0.0, 2.0, 0.0, 2.0], ys: vec![0.0, 0.0, 1.0, 1.0], columns: 2 };
        let piece = resample(&source, &corners, 1, 0..1, Rule::Mix(Mix::Average), &[blank]).unwrap();
        (piece.data[[0, 0, 0]], piece.masks[[0, 0, 0]])
    }

    /// Values of GDAL 3.10; that of floats is invalid there.
    #[test]
    fn a_mean_that_is_nodata_by_chance_takes_the_value_beside() {
        assert_eq!(mean([4_i32, 6], Blank::nodata(5, true)), (4, 255));
        assert_eq!(mean([4_i32, 6], Blank::nodata(5, false)), (5, 255));
        assert_eq!(mean([4_i32, 6], Blank::zero()), (5, 255));
        assert_eq!(mean([0_u8, 0], Blank::nodata(0, true)), (1, 255));
        assert_eq!(mean([6_u64, 8], Blank::nodata(7, true)), (6, 255));
        assert_eq!(mean([1.0_f32, 3.0], Blank::nodata(2.0, true)), (2.0_f32.next_up(), 255));
    }

    /// As GDAL 3.10 does it, which was found by warps of random masks.
    #[test]
    fn lanczos_needs_half_of_its_neighbourhood() {
        let side = 6;
        let mask_of = |valid: usize| -> u8 {
            let mut masks = Array3::zeros((1, side, side));
            masks[[0, 3, 3]] = 255;
            masks.iter_mut().take(valid - 1).for_each(|mask| *mask = 255);
            let data = Array::from(Array3::from_elem((1, side, side), 5.0_f32));
            let source = Source { data, masks: Some(masks), origin: (0, 0), level: (side, side) };
            let centre = Positions { xs: vec![3.25], ys: vec![3.25], columns: 1 };
            let rule = Rule::new(Resampling::Lanczos, (1.0, 1.0)).unwrap();
            let piece = resample(&source, &centre, 1, 0..1, rule, &[Blank::<f32>::zero()]).unwrap();
            piece.masks[[0, 0, 0]]
        };
        assert_eq!((mask_of(18), mask_of(17)), (255, 0));
    }
}
