//! PNG pictures of arrays: 8-bit values as they are, anything else stretched.

use std::fmt;
use std::io::Write;

use ndarray::{ArrayView2, ArrayView3, Axis};

/// Red, green and blue of each index.
pub(crate) type Palette = Vec<[u8; 3]>;

/// A sample that has a brightness.
pub(crate) trait Brightness: Copy {
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

/// Why there is no picture.
#[derive(Debug)]
pub(crate) enum PictureError {
    /// Other than 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA) bands.
    Bands(usize),
    Png(png::EncodingError),
}

impl fmt::Display for PictureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bands(count) => {
                write!(f, "a picture has 1 to 4 bands, not {count}: choose with --bands")
            }
            Self::Png(error) => error.fmt(f),
        }
    }
}

impl From<png::EncodingError> for PictureError {
    fn from(error: png::EncodingError) -> Self {
        Self::Png(error)
    }
}

impl From<std::io::Error> for PictureError {
    fn from(error: std::io::Error) -> Self {
        Self::Png(error.into())
    }
}

/// Writes `bands` (band, row, column) as a PNG: one band is grey, or coloured by `palette`; two are grey and alpha,
/// three RGB, four RGBA. Pixels that `mask` (255 valid, 0 not) gives no valid band are transparent.
///
/// # Errors
/// For another number of bands, and those of `out`.
pub(crate) fn write<T: Brightness>(
    out: impl Write,
    bands: ArrayView3<'_, T>,
    mask: ArrayView3<'_, u8>,
    palette: Option<&Palette>,
) -> Result<(), PictureError> {
    let (count, height, width) = bands.dim();
    let (colours, has_alpha) = match count {
        1 | 3 => (count, false),
        2 | 4 => (count - 1, true),
        _ => return Err(PictureError::Bands(count)),
    };
    let palette = palette.filter(|_| count == 1);
    let stretches: Vec<_> = (0..colours)
        .map(|band| Stretch::of(bands.index_axis(Axis(0), band), mask.index_axis(Axis(0), band)))
        .collect();
    let transparent = has_alpha || mask.iter().any(|&valid| valid == 0);

    let mut encoder = png::Encoder::new(out, to_u32(width), to_u32(height));
    encoder.set_color(match (colours == 3 || palette.is_some(), transparent) {
        (false, false) => png::ColorType::Grayscale,
        (false, true) => png::ColorType::GrayscaleAlpha,
        (true, false) => png::ColorType::Rgb,
        (true, true) => png::ColorType::Rgba,
    });
    let mut encoder = encoder.write_header()?;
    let mut stream = encoder.stream_writer()?;
    let mut bytes = Vec::new();
    for row in 0..height {
        bytes.clear();
        for column in 0..width {
            let value = |band: usize| bands[[band, row, column]].to_f64();
            match palette {
                Some(palette) => bytes.extend(palette.get(value(0) as usize).unwrap_or(&[0; 3])),
                None => bytes.extend((0..colours).map(|band| stretches[band].apply(value(band)))),
            }
            if transparent {
                let valid = (0..colours).any(|band| mask[[band, row, column]] != 0);
                let alpha = if has_alpha { value(colours) / T::OPAQUE * 255.0 } else { 255.0 };
                bytes.push(if valid { alpha.round() as u8 } else { 0 });
            }
        }
        stream.write_all(&bytes)?;
    }
    stream.finish()?;
    Ok(())
}

/// A PNG is at most 2³¹ − 1 pixels wide: the encoder refuses what saturates here.
fn to_u32(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
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
    fn of<T: Brightness>(band: ArrayView2<'_, T>, mask: ArrayView2<'_, u8>) -> Self {
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
fn sample<T: Brightness>(band: ArrayView2<'_, T>, mask: ArrayView2<'_, u8>) -> Vec<f64> {
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

    fn picture<T: Brightness>(
        bands: &Array3<T>,
        mask: &Array3<u8>,
        palette: Option<&Palette>,
    ) -> (png::ColorType, Vec<u8>) {
        let mut file = Vec::new();
        write(&mut file, bands.view(), mask.view(), palette).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        pixels.truncate(info.buffer_size());
        (info.color_type, pixels)
    }

    #[test]
    fn bytes_are_shown_as_they_are() {
        let bands = arr3(&[[[7_u8, 200]], [[1, 2]], [[3, 4]]]);
        let valid = Array3::from_elem((3, 1, 2), 255);
        assert_eq!(picture(&bands, &valid, None), (png::ColorType::Rgb, vec![7, 1, 3, 200, 2, 4]));
    }

    #[test]
    fn what_is_not_valid_is_transparent_and_does_not_stretch() {
        let bands = arr3(&[[[-9999.0_f32, 10.0, 20.0, f32::NAN]]]);
        let mask = arr3(&[[[0, 255, 255, 0]]]);
        let (colour, pixels) = picture(&bands, &mask, None);
        assert_eq!(colour, png::ColorType::GrayscaleAlpha);
        assert_eq!(pixels, [0, 0, 0, 255, 255, 255, 0, 0]);
    }

    #[test]
    fn signed_bytes_are_stretched() {
        let valid = Array3::from_elem((1, 1, 2), 255);
        assert_eq!(picture(&arr3(&[[[-10_i8, 10]]]), &valid, None).1, [0, 255]);
    }

    #[test]
    fn a_palette_colours_one_band() {
        let palette = vec![[0, 0, 0], [10, 20, 30]];
        let valid = Array3::from_elem((1, 1, 2), 255);
        let shown = picture(&arr3(&[[[1_u8, 9]]]), &valid, Some(&palette));
        assert_eq!(shown, (png::ColorType::Rgb, vec![10, 20, 30, 0, 0, 0]));
    }

    #[test]
    fn the_last_of_an_even_number_of_bands_is_alpha() {
        let valid = Array3::from_elem((2, 1, 2), 255);
        let shown = picture(&arr3(&[[[5_u8, 6]], [[255, 100]]]), &valid, None);
        assert_eq!(shown, (png::ColorType::GrayscaleAlpha, vec![5, 255, 6, 100]));
    }

    #[test]
    fn five_bands_are_no_picture() {
        let bands = Array3::<u8>::zeros((5, 1, 1));
        assert!(matches!(write(Vec::new(), bands.view(), bands.view(), None), Err(PictureError::Bands(5))));
    }

    #[test]
    fn percentiles_leave_outliers_out() {
        let mut values: Vec<f64> = (0..101).map(f64::from).collect();
        assert_eq!((percentile(&mut values, 0.02), percentile(&mut values, 0.98)), (2.0, 98.0));
        assert_eq!(percentile(&mut [], 0.5), 0.0);
    }
}
