//! From samples and masks to the bytes of a picture.

use ndarray::{ArrayView2, ArrayView3, Axis};

use super::usage;
use crate::Error;

/// A sample that has a brightness.
pub(super) trait Brightness: Copy {
    /// Whether the values are shown as they are.
    const IS_BYTE: bool;
    /// The value of an opaque pixel in an alpha band.
    const OPAQUE: f64;

    fn to_f64(self) -> f64;
}

macro_rules! brightness {
    ($($sample:ty => $opaque:expr),*) => {$(
        impl Brightness for $sample {
            const IS_BYTE: bool = size_of::<$sample>() == 1 && <$sample>::MIN as f64 == 0.0;
            const OPAQUE: f64 = $opaque as f64;

            // 64-bit integers lose bits that a picture cannot show.
            #[allow(clippy::cast_lossless)]
            fn to_f64(self) -> f64 {
                self as f64
            }
        }
    )*};
}

brightness! {
    u8 => u8::MAX, i8 => i8::MAX, u16 => u16::MAX, i16 => i16::MAX, u32 => u32::MAX, i32 => i32::MAX,
    u64 => u64::MAX, i64 => i64::MAX, f32 => 1.0, f64 => 1.0
}

/// The channels of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    Grey,
    GreyAlpha,
    Rgb,
    Rgba,
}

/// Paints the rows of a picture.
pub(super) struct Painter<'a, T> {
    bands: &'a ArrayView3<'a, T>,
    masks: &'a ArrayView3<'a, u8>,
    colors: Option<&'a [[u8; 4]]>,
    /// Of the bands that are colours.
    stretches: Vec<Stretch>,
    /// Whether the last band is alpha.
    has_alpha: bool,
    layout: Layout,
}

impl<'a, T: Brightness> Painter<'a, T> {
    /// A painter of `bands` (band, row, column) and their masks; without `alpha`, what is not valid becomes black.
    pub(super) fn new(
        bands: &'a ArrayView3<'a, T>,
        masks: &'a ArrayView3<'a, u8>,
        colors: Option<&'a [[u8; 4]]>,
        alpha: bool,
    ) -> Result<Self, Error> {
        let count = bands.dim().0;
        let (shown, has_alpha) = match count {
            1 | 3 => (count, false),
            2 | 4 => (count - 1, true),
            _ => return Err(usage(format!("a picture has 1 to 4 bands, not {count}"))),
        };
        let colors = colors.filter(|_| count == 1);
        let stretch = |band| Stretch::of(&bands.index_axis(Axis(0), band), &masks.index_axis(Axis(0), band));
        let stretches = (0..shown).map(stretch).collect();
        let has_hole = || masks.iter().any(|valid| *valid < 255);
        let is_clear = |colors: &[[u8; 4]]| colors.iter().any(|color| color[3] < 255);
        let is_transparent = alpha && (has_alpha || has_hole() || colors.is_some_and(is_clear));
        let layout = match (shown == 3 || colors.is_some(), is_transparent) {
            (false, false) => Layout::Grey,
            (false, true) => Layout::GreyAlpha,
            (true, false) => Layout::Rgb,
            (true, true) => Layout::Rgba,
        };
        Ok(Self { bands, masks, colors, stretches, has_alpha, layout })
    }

    pub(super) fn layout(&self) -> Layout {
        self.layout
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> (usize, usize) {
        let (_, height, width) = self.bands.dim();
        (width, height)
    }

    /// Every row.
    pub(super) fn pixels(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for row in 0..self.size().1 {
            self.row(row, &mut bytes);
        }
        bytes
    }

    /// Appends a row.
    pub(super) fn row(&self, row: usize, bytes: &mut Vec<u8>) {
        let keeps_alpha = matches!(self.layout, Layout::GreyAlpha | Layout::Rgba);
        for column in 0..self.size().0 {
            let alpha = self.alpha(row, column);
            match self.colors {
                _ if !keeps_alpha && alpha == 0 => bytes.extend(match self.layout {
                    Layout::Grey => &[0][..],
                    _ => &[0; 3],
                }),
                Some(colors) => {
                    // Values without a colour are black, as GDAL expands them.
                    let [rgb @ .., opacity] = color(colors, self.bands[[0, row, column]].to_f64());
                    bytes.extend(rgb);
                    if keeps_alpha {
                        bytes.push(alpha.min(opacity));
                    }
                }
                None => {
                    let shown = self.stretches.iter().enumerate();
                    bytes.extend(
                        shown.map(|(band, stretch)| stretch.apply(self.bands[[band, row, column]].to_f64())),
                    );
                    if keeps_alpha {
                        bytes.push(alpha);
                    }
                }
            }
        }
    }

    /// 0 where no band has a value; else the alpha band's, or the mask's, which holds that of an alpha band that is
    /// not among the bands.
    fn alpha(&self, row: usize, column: usize) -> u8 {
        let shown = self.stretches.len();
        let valid = (0..shown).map(|band| self.masks[[band, row, column]]).max().unwrap_or(0);
        if self.has_alpha && valid != 0 {
            return (self.bands[[shown, row, column]].to_f64() / T::OPAQUE * 255.0).round() as u8;
        }
        valid
    }
}

fn color(colors: &[[u8; 4]], value: f64) -> [u8; 4] {
    let index = (value >= 0.0).then_some(value as usize);
    index.and_then(|index| colors.get(index)).copied().unwrap_or([0, 0, 0, 255])
}

/// The linear map from a band's values to 0..=255.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stretch {
    low: f64,
    high: f64,
}

impl Stretch {
    /// 8-bit values as they are; else from the 2nd to the 98th percentile of the valid values, which a few
    /// outliers cannot darken.
    fn of<T: Brightness>(band: &ArrayView2<'_, T>, mask: &ArrayView2<'_, u8>) -> Self {
        if T::IS_BYTE {
            return Self { low: 0.0, high: 255.0 };
        }
        let mut values = sample(band, mask);
        let (low, high) = (percentile(&mut values, 0.02), percentile(&mut values, 0.98));
        if low < high { Self { low, high } } else { Self { low, high: low + 1.0 } }
    }

    fn apply(self, value: f64) -> u8 {
        // A float cast saturates, and NaN becomes 0.
        ((value - self.low) / (self.high - self.low) * 255.0).round() as u8
    }
}

/// The finite valid values; evenly spaced ones of a large band, since percentiles need no more.
fn sample<T: Brightness>(band: &ArrayView2<'_, T>, mask: &ArrayView2<'_, u8>) -> Vec<f64> {
    const ENOUGH: usize = 1 << 20;
    let step = band.len().div_ceil(ENOUGH).max(1);
    let pixels = band.iter().zip(mask.iter()).step_by(step);
    pixels
        .filter(|(_, valid)| **valid != 0)
        .map(|(value, _)| value.to_f64())
        .filter(|value| value.is_finite())
        .collect()
}

/// The nearest-rank percentile; 0 where there is no value.
fn percentile(values: &mut [f64], fraction: f64) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let rank = ((values.len() - 1) as f64 * fraction).round() as usize;
    *values.select_nth_unstable_by(rank, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, arr3};

    use super::*;

    fn painted<T: Brightness>(
        bands: &Array3<T>,
        masks: &Array3<u8>,
        colors: Option<&[[u8; 4]]>,
        alpha: bool,
    ) -> (Layout, Vec<u8>) {
        let (bands, masks) = (bands.view(), masks.view());
        let painter = Painter::new(&bands, &masks, colors, alpha).unwrap();
        (painter.layout(), painter.pixels())
    }

    #[test]
    fn bytes_are_shown_as_they_are() {
        let bands = arr3(&[[[7_u8, 200]], [[1, 2]], [[3, 4]]]);
        let valid = Array3::from_elem((3, 1, 2), 255);
        assert_eq!(painted(&bands, &valid, None, true), (Layout::Rgb, vec![7, 1, 3, 200, 2, 4]));
    }

    #[test]
    fn what_is_not_valid_is_transparent_or_black_and_does_not_stretch() {
        let bands = arr3(&[[[-9999.0_f32, 10.0, 20.0, f32::NAN]]]);
        let mask = arr3(&[[[0, 255, 255, 0]]]);
        let (layout, pixels) = painted(&bands, &mask, None, true);
        assert_eq!(layout, Layout::GreyAlpha);
        assert_eq!(pixels, [0, 0, 0, 255, 255, 255, 0, 0]);
        let bands = arr3(&[[[9_u8, 10]]]);
        assert_eq!(painted(&bands, &arr3(&[[[0, 255]]]), None, false), (Layout::Grey, vec![0, 10]));
    }

    #[test]
    fn signed_bytes_are_stretched() {
        let valid = Array3::from_elem((1, 1, 2), 255);
        assert_eq!(painted(&arr3(&[[[-10_i8, 10]]]), &valid, None, true).1, [0, 255]);
    }

    #[test]
    fn a_table_colours_one_band() {
        let valid = Array3::from_elem((1, 1, 2), 255);
        let bands = arr3(&[[[1_u8, 9]]]);
        let opaque = [[0, 0, 0, 255], [10, 20, 30, 255]];
        assert_eq!(painted(&bands, &valid, Some(&opaque), true), (Layout::Rgb, vec![10, 20, 30, 0, 0, 0]));
        let clear = [[0, 0, 0, 255], [10, 20, 30, 0]];
        let shown = painted(&bands, &valid, Some(&clear), true);
        assert_eq!(shown, (Layout::Rgba, vec![10, 20, 30, 0, 0, 0, 0, 255]));
    }

    #[test]
    fn the_last_of_an_even_number_of_bands_is_alpha() {
        let valid = Array3::from_elem((2, 1, 2), 255);
        let shown = painted(&arr3(&[[[5_u8, 6]], [[255, 100]]]), &valid, None, true);
        assert_eq!(shown, (Layout::GreyAlpha, vec![5, 255, 6, 100]));
    }

    #[test]
    fn a_mask_between_is_alpha() {
        let masks = arr3(&[[[100_u8]], [[100]], [[100]]]);
        let shown = painted(&arr3(&[[[1_u8]], [[2]], [[3]]]), &masks, None, true);
        assert_eq!(shown, (Layout::Rgba, vec![1, 2, 3, 100]));
    }

    #[test]
    fn five_bands_are_no_picture() {
        let bands = Array3::<u8>::zeros((5, 1, 1));
        assert!(Painter::new(&bands.view(), &bands.view(), None, true).is_err());
    }

    #[test]
    fn percentiles_leave_outliers_out() {
        let mut values: Vec<f64> = (0..101).map(f64::from).collect();
        assert_eq!((percentile(&mut values, 0.02), percentile(&mut values, 0.98)), (2.0, 98.0));
        assert_eq!(percentile(&mut [], 0.5), 0.0);
    }
}
