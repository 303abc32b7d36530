//! Georeferenced GeoTIFF files of arrays: tiled, Deflate, pixel-interleaved, as BigTIFF when they are large.

mod tags;

use std::io::{Seek, Write};
use std::ops::Range;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use ndarray::{ArrayView2, ArrayView3};
use num_complex::Complex;
use tiff::encoder::{DirectoryEncoder, TiffEncoder, TiffKind, TiffKindBig, TiffKindStandard};
use tiff::tags::Tag;
use tiff::{TiffError, TiffResult};

pub(crate) use tags::{Description, GeoKeyTags};

/// Columns and rows of a tile; a smaller image has one that is as small as may be.
const TILE: usize = 256;
/// Tiles have multiples of 16 columns and rows (TIFF 6.0, section 15).
const TILE_STEP: usize = 16;
/// Classic TIFF addresses 4 GiB; the tags need some of it.
const CLASSIC_BYTES: u64 = u32::MAX as u64 - (1 << 24);
/// Deflate, as Adobe and libtiff number it.
const DEFLATE: u16 = 8;

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

/// Writes `bands` (band, row, column), and `mask` as an internal mask of 8 bits.
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
    let layout = Layout { width, height, samples: to_u16(count)?, bytes: size_of::<T>() };
    let mut image = layout.write(image, |row, columns, tile| {
        for column in columns {
            for band in 0..count {
                bands[[band, row, column]].put(tile);
            }
        }
    })?;
    image.write_tag(Tag::SampleFormat, vec![T::SAMPLE_FORMAT; count].as_slice())?;
    description.write(&mut image)?;
    image.finish()?;
    let Some(mask) = mask else { return Ok(()) };
    let layout = Layout { samples: 1, bytes: 1, ..layout };
    let mut image = layout.write(encoder.image_directory()?, |row, columns, tile| {
        tile.extend(columns.map(|column| mask[[row, column]]));
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
    /// Of a sample.
    bytes: usize,
}

impl Layout {
    /// Writes the tiles, `put` appending a part of one row each time, and the tags that say where they are.
    fn write<'a, W: Write + Seek, K: TiffKind>(
        self,
        mut image: DirectoryEncoder<'a, W, K>,
        mut put: impl FnMut(usize, Range<usize>, &mut Vec<u8>),
    ) -> TiffResult<DirectoryEncoder<'a, W, K>> {
        let side = |length: usize| length.next_multiple_of(TILE_STEP).clamp(TILE_STEP, TILE);
        let (across, down) = (side(self.width), side(self.height));
        let row_bytes = across * usize::from(self.samples) * self.bytes;
        let (mut offsets, mut lengths, mut tile) = (Vec::new(), Vec::new(), Vec::new());
        for top in (0..self.height).step_by(down) {
            for left in (0..self.width).step_by(across) {
                tile.clear();
                for (row, end) in (top..top + down).zip((row_bytes..).step_by(row_bytes)) {
                    if row < self.height {
                        put(row, left..(left + across).min(self.width), &mut tile);
                    }
                    tile.resize(end, 0);
                }
                let packed = deflate(&tile)?;
                offsets.push(K::convert_offset(image.write_data(packed.as_slice())?)?);
                lengths.push(K::convert_offset(packed.len() as u64)?);
            }
        }
        image.write_tag(Tag::ImageWidth, to_u32(self.width)?)?;
        image.write_tag(Tag::ImageLength, to_u32(self.height)?)?;
        image.write_tag(Tag::SamplesPerPixel, self.samples)?;
        let bits = vec![to_u16(self.bytes * 8)?; usize::from(self.samples)];
        image.write_tag(Tag::BitsPerSample, bits.as_slice())?;
        image.write_tag(Tag::Compression, DEFLATE)?;
        image.write_tag(Tag::PlanarConfiguration, 1_u16)?;
        image.write_tag(Tag::TileWidth, to_u32(across)?)?;
        image.write_tag(Tag::TileLength, to_u32(down)?)?;
        image.write_tag(Tag::TileOffsets, K::convert_slice(&offsets))?;
        image.write_tag(Tag::TileByteCounts, K::convert_slice(&lengths))?;
        Ok(image)
    }
}

fn deflate(bytes: &[u8]) -> TiffResult<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn to_u16(number: usize) -> TiffResult<u16> {
    u16::try_from(number).map_err(|_| TiffError::LimitsExceeded)
}

fn to_u32(number: usize) -> TiffResult<u32> {
    u32::try_from(number).map_err(|_| TiffError::LimitsExceeded)
}
