//! Georeferenced GeoTIFF files of arrays: uncompressed, in strips, pixel-interleaved, as BigTIFF when they are large.

use std::borrow::Cow;
use std::io::{Seek, Write};

use ndarray::{ArrayView2, ArrayView3};
use num_complex::Complex;
use tiff::encoder::{DirectoryEncoder, TiffEncoder, TiffKind, TiffKindBig, TiffKindStandard, TiffValue};
use tiff::tags::{Tag, Type};
use tiff::{TiffError, TiffResult};

/// About as many bytes as a strip has.
const STRIP_BYTES: usize = 1 << 16;
/// Classic TIFF addresses 4 GiB; the tags need some of it.
const CLASSIC_BYTES: u64 = u32::MAX as u64 - (1 << 24);

/// GeoTIFF tags (OGC GeoTIFF 1.1, annex B) and GDAL's own (<https://gdal.org/drivers/raster/gtiff.html>).
const MODEL_PIXEL_SCALE: Tag = Tag::Unknown(33550);
const MODEL_TIEPOINT: Tag = Tag::Unknown(33922);
const MODEL_TRANSFORMATION: Tag = Tag::Unknown(34264);
const GEO_KEY_DIRECTORY: Tag = Tag::Unknown(34735);
const GEO_DOUBLE_PARAMS: Tag = Tag::Unknown(34736);
const GEO_ASCII_PARAMS: Tag = Tag::Unknown(34737);
const GDAL_METADATA: Tag = Tag::Unknown(42112);
const GDAL_NODATA: Tag = Tag::Unknown(42113);

/// A sample that a TIFF file holds.
pub(crate) trait TiffSample: Copy {
    /// The value of the SampleFormat tag (TIFF 6.0, section 19; 5 and 6 are complex integers and floats).
    const SAMPLE_FORMAT: u16;

    /// Appends the bytes in this machine's order, which is the order that the encoder writes.
    fn put(self, bytes: &mut Vec<u8>);
}

macro_rules! tiff_sample {
    ($($sample:ty => $format:literal),*) => {$(
        impl TiffSample for $sample {
            const SAMPLE_FORMAT: u16 = $format;

            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_ne_bytes());
            }
        }
    )*};
}

macro_rules! tiff_complex {
    ($($part:ty => $format:literal),*) => {$(
        impl TiffSample for Complex<$part> {
            const SAMPLE_FORMAT: u16 = $format;

            fn put(self, bytes: &mut Vec<u8>) {
                self.re.put(bytes);
                self.im.put(bytes);
            }
        }
    )*};
}

tiff_sample! { u8 => 1, u16 => 1, u32 => 1, u64 => 1, i8 => 2, i16 => 2, i32 => 2, i64 => 2, f32 => 3, f64 => 3 }
tiff_complex! { i16 => 5, i32 => 5, f32 => 6, f64 => 6 }

/// A tag of text: the encoder's own takes ASCII only, GDAL writes and reads UTF-8.
struct Text<'a>(&'a str);

impl TiffValue for Text<'_> {
    const BYTE_LEN: u8 = 1;
    const FIELD_TYPE: Type = Type::ASCII;

    fn count(&self) -> usize {
        self.0.len() + 1
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Owned([self.0.as_bytes(), &[0]].concat())
    }
}

/// The tags of a CRS, as a GeoTIFF file holds them.
#[derive(Clone, Debug, Default)]
pub(crate) struct GeoKeyTags {
    pub(crate) directory: Vec<u16>,
    pub(crate) doubles: Vec<f64>,
    pub(crate) ascii: String,
}

/// What a file says of its pixels.
#[derive(Clone, Debug, Default)]
pub(crate) struct Description {
    /// Pixel corners to coordinates, `[a, b, c, d, e, f]` in Affine's order.
    pub(crate) transform: Option<[f64; 6]>,
    pub(crate) geo_keys: Option<GeoKeyTags>,
    /// Whether GTRasterType is PixelIsPoint: tie points are then the centres of pixels.
    pub(crate) pixel_is_point: bool,
    /// As text, exact whatever the type.
    pub(crate) nodata: Option<String>,
    /// PhotometricInterpretation.
    pub(crate) photometric: u16,
    /// ExtraSamples, one for each band beyond the photometric ones.
    pub(crate) extra_samples: Vec<u16>,
    pub(crate) color_map: Option<Vec<u16>>,
    pub(crate) metadata: Option<String>,
}

/// Writes `bands` (band, row, column), and `mask` (255 valid, 0 not) as an internal mask.
///
/// # Errors
/// Those of `out`.
pub(crate) fn write<T: TiffSample>(
    out: impl Write + Seek,
    bands: ArrayView3<'_, T>,
    mask: Option<ArrayView2<'_, u8>>,
    description: &Description,
) -> TiffResult<()> {
    let bytes = (bands.len() as u64).saturating_mul(size_of::<T>() as u64);
    if bytes > CLASSIC_BYTES {
        write_as::<TiffKindBig, T>(TiffEncoder::new_generic(out)?, bands, mask, description)
    } else {
        write_as::<TiffKindStandard, T>(TiffEncoder::new_generic(out)?, bands, mask, description)
    }
}

fn write_as<K: TiffKind, T: TiffSample>(
    mut encoder: TiffEncoder<impl Write + Seek, K>,
    bands: ArrayView3<'_, T>,
    mask: Option<ArrayView2<'_, u8>>,
    description: &Description,
) -> TiffResult<()> {
    let (count, height, width) = bands.dim();
    let image = encoder.image_directory()?;
    let layout = Layout { width, height, samples: to_u16(count)?, bits: to_u16(size_of::<T>() * 8)? };
    let image = layout.write(image, |row, strip| {
        for column in 0..width {
            for band in 0..count {
                bands[[band, row, column]].put(strip);
            }
        }
    })?;
    describe::<K, T>(image, count, description)?.finish()?;
    let Some(mask) = mask else { return Ok(()) };
    let layout = Layout { samples: 1, bits: 1, ..layout };
    let mut image = layout.write(encoder.image_directory()?, |row, strip| {
        let bits = mask.row(row);
        for first in (0..width).step_by(8) {
            let byte = (first..(first + 8).min(width))
                .fold(0, |byte, column| byte | u8::from(bits[column] != 0) << (7 - (column - first)));
            strip.push(byte);
        }
    })?;
    // Reduced-resolution bit off, transparency-mask bit on (TIFF 6.0, NewSubfileType), photometric "mask".
    image.write_tag(Tag::NewSubfileType, 4_u32)?;
    image.write_tag(Tag::PhotometricInterpretation, 4_u16)?;
    image.finish()
}

/// The size and the sample layout of one image.
#[derive(Clone, Copy)]
struct Layout {
    width: usize,
    height: usize,
    samples: u16,
    bits: u16,
}

impl Layout {
    /// Writes the strips, `put_row` appending one row each time, and the tags that say where they are.
    fn write<'a, W: Write + Seek, K: TiffKind>(
        self,
        mut image: DirectoryEncoder<'a, W, K>,
        mut put_row: impl FnMut(usize, &mut Vec<u8>),
    ) -> TiffResult<DirectoryEncoder<'a, W, K>> {
        let row_bytes = (self.width * usize::from(self.samples) * usize::from(self.bits)).div_ceil(8);
        let strip_rows = (STRIP_BYTES / row_bytes.max(1)).clamp(1, self.height.max(1));
        let (mut offsets, mut lengths, mut strip) = (Vec::new(), Vec::new(), Vec::new());
        for first in (0..self.height).step_by(strip_rows) {
            strip.clear();
            for row in first..(first + strip_rows).min(self.height) {
                put_row(row, &mut strip);
            }
            offsets.push(K::convert_offset(image.write_data(strip.as_slice())?)?);
            lengths.push(K::convert_offset(strip.len() as u64)?);
        }
        image.write_tag(Tag::ImageWidth, to_u32(self.width)?)?;
        image.write_tag(Tag::ImageLength, to_u32(self.height)?)?;
        image.write_tag(Tag::SamplesPerPixel, self.samples)?;
        image.write_tag(Tag::BitsPerSample, vec![self.bits; usize::from(self.samples)].as_slice())?;
        image.write_tag(Tag::Compression, 1_u16)?;
        image.write_tag(Tag::PlanarConfiguration, 1_u16)?;
        image.write_tag(Tag::RowsPerStrip, to_u32(strip_rows)?)?;
        image.write_tag(Tag::StripOffsets, K::convert_slice(&offsets))?;
        image.write_tag(Tag::StripByteCounts, K::convert_slice(&lengths))?;
        Ok(image)
    }
}

/// Writes what the samples mean and where the pixels lie.
fn describe<'a, K: TiffKind, T: TiffSample>(
    mut image: DirectoryEncoder<'a, impl Write + Seek, K>,
    count: usize,
    description: &Description,
) -> TiffResult<DirectoryEncoder<'a, impl Write + Seek, K>> {
    image.write_tag(Tag::SampleFormat, vec![T::SAMPLE_FORMAT; count].as_slice())?;
    image.write_tag(Tag::PhotometricInterpretation, description.photometric)?;
    if !description.extra_samples.is_empty() {
        image.write_tag(Tag::ExtraSamples, description.extra_samples.as_slice())?;
    }
    if let Some(color_map) = &description.color_map {
        image.write_tag(Tag::ColorMap, color_map.as_slice())?;
    }
    if let Some(transform) = description.transform {
        locate(&mut image, transform, description.pixel_is_point)?;
    }
    if let Some(keys) = &description.geo_keys {
        image.write_tag(GEO_KEY_DIRECTORY, keys.directory.as_slice())?;
        if !keys.doubles.is_empty() {
            image.write_tag(GEO_DOUBLE_PARAMS, keys.doubles.as_slice())?;
        }
        if !keys.ascii.is_empty() {
            image.write_tag(GEO_ASCII_PARAMS, Text(&keys.ascii))?;
        }
    }
    if let Some(metadata) = &description.metadata {
        image.write_tag(GDAL_METADATA, Text(metadata))?;
    }
    if let Some(nodata) = &description.nodata {
        image.write_tag(GDAL_NODATA, Text(nodata))?;
    }
    Ok(image)
}

/// Scale and tie point where that says it all, else the matrix (OGC GeoTIFF 1.1, 7.1: both mean pixel centres when
/// the raster type is PixelIsPoint).
fn locate<K: TiffKind>(
    image: &mut DirectoryEncoder<'_, impl Write + Seek, K>,
    [a, b, c, d, e, f]: [f64; 6],
    pixel_is_point: bool,
) -> TiffResult<()> {
    let half = if pixel_is_point { 0.5 } else { 0.0 };
    let (x, y) = (c + half * (a + b), f + half * (d + e));
    if b == 0.0 && d == 0.0 && a > 0.0 && e < 0.0 {
        image.write_tag(MODEL_PIXEL_SCALE, [a, -e, 0.0].as_slice())?;
        image.write_tag(MODEL_TIEPOINT, [0.0, 0.0, 0.0, x, y, 0.0].as_slice())
    } else {
        let matrix = [a, b, 0.0, x, d, e, 0.0, y, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0];
        image.write_tag(MODEL_TRANSFORMATION, matrix.as_slice())
    }
}

fn to_u16(number: usize) -> TiffResult<u16> {
    u16::try_from(number).map_err(|_| TiffError::LimitsExceeded)
}

fn to_u32(number: usize) -> TiffResult<u32> {
    u32::try_from(number).map_err(|_| TiffError::LimitsExceeded)
}
