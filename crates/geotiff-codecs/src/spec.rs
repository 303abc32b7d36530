//! What a chunk looks like: the TIFF fields that decoding depends on, as one value.

use crate::error::Error;
use crate::photometric;

/// Order of the bytes of multi-byte samples in the file (the `II` or `MM` of its header).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_enums, reason = "TIFF 6.0 section 2 defines these two")]
pub enum ByteOrder {
    /// `II`: least significant byte first.
    #[default]
    LittleEndian,
    /// `MM`: most significant byte first.
    BigEndian,
}

impl ByteOrder {
    /// Whether samples stored in this order must be swapped on this machine.
    pub(crate) fn is_foreign(self) -> bool {
        (self == Self::BigEndian) != cfg!(target_endian = "big")
    }
}

/// How the bits of a sample are to be read (tag 339, `SampleFormat`; TIFF 6.0 section 19, and
/// Adobe's supplement for the complex formats).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SampleFormat {
    /// 1: unsigned integer, also the default.
    #[default]
    Uint,
    /// 2: two's complement signed integer.
    Int,
    /// 3: IEEE floating point.
    Float,
    /// 4: undefined; read as unsigned integers, as GDAL does.
    Void,
    /// 5: pairs of signed integers, real part first.
    ComplexInt,
    /// 6: pairs of IEEE floats, real part first.
    ComplexFloat,
}

impl SampleFormat {
    /// The format that tag 339 means by `value`; values it does not define read as [`Uint`](Self::Uint), as GDAL does.
    #[must_use]
    pub fn from_tag(value: u16) -> Self {
        match value {
            2 => Self::Int,
            3 => Self::Float,
            4 => Self::Void,
            5 => Self::ComplexInt,
            6 => Self::ComplexFloat,
            _ => Self::Uint,
        }
    }
}

/// Type of one decoded sample. Depths that no machine type has are widened by GDAL's rules:
/// integers to the next of 8, 16 and 32 bits, 16- and 24-bit floats to 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the names say it")]
pub enum SampleType {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F32,
    F64,
    /// Two `i16`: real, imaginary.
    CI16,
    /// Two `i32`: real, imaginary.
    CI32,
    /// Two `f32`: real, imaginary.
    CF32,
    /// Two `f64`: real, imaginary.
    CF64,
}

impl SampleType {
    /// Bytes of one sample.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 | Self::CI16 => 4,
            Self::U64 | Self::I64 | Self::F64 | Self::CI32 | Self::CF32 => 8,
            Self::CF64 => 16,
        }
    }

    /// Bytes of the numbers that a sample is made of: half of [`size`](Self::size) for complex types.
    #[must_use]
    pub fn component_size(self) -> usize {
        match self {
            Self::CI16 => 2,
            Self::CI32 | Self::CF32 => 4,
            Self::CF64 => 8,
            real => real.size(),
        }
    }
}

/// Order in which the decoded samples of a chunk are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_enums, reason = "there are two ways to order samples and pixels")]
pub enum SampleOrder {
    /// `(height, width, samples)`: the samples of a pixel side by side.
    Interleaved,
    /// `(samples, height, width)`: one plane a sample, as rasterio and GDAL give bands.
    #[default]
    Planar,
}

/// Everything about a strip or tile that decoding it depends on: the values of the TIFF's fields, with
/// the defaults of TIFF 6.0 for those not set.
///
/// ```
/// use geotiff_codecs::{ChunkSpec, SampleFormat};
///
/// // A 256 by 256 tile of one float32 band, Deflate-compressed, floating-point predictor.
/// let spec = ChunkSpec::new(8, 256, 256).with_bits(32, SampleFormat::Float).with_predictor(3);
/// assert_eq!(spec.decoded_len()?, 256 * 256 * 4);
/// # Ok::<(), geotiff_codecs::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ChunkSpec<'a> {
    /// Tag 259, `Compression`.
    pub compression: u16,
    /// Pixels of a row, as encoded (a tile at the image's edge keeps its full width).
    pub width: u32,
    /// Rows, as encoded: of a tile its full height, of the last strip the rows that remain.
    pub height: u32,
    /// Samples of a pixel in this chunk: `SamplesPerPixel`, or 1 where `PlanarConfiguration` is 2.
    pub samples: u16,
    /// Tag 258, `BitsPerSample`.
    pub bits_per_sample: u16,
    /// Tag 339, `SampleFormat`.
    pub sample_format: SampleFormat,
    /// Tag 317, `Predictor`. Ignored by codecs that have none, as libtiff does.
    pub predictor: u16,
    /// Byte order of the file.
    pub byte_order: ByteOrder,
    /// Tag 262, `PhotometricInterpretation`.
    pub photometric: u16,
    /// Tag 266, `FillOrder`: 2 means that the bits of each encoded byte are reversed.
    pub fill_order: u16,
    /// Tag 347, `JPEGTables`.
    pub jpeg_tables: Option<&'a [u8]>,
    /// Tag 50674, `LercParameters`: version and additional compression (0 none, 1 Deflate, 2 ZSTD).
    pub lerc_parameters: Option<&'a [u32]>,
    /// Tag 292, `T4Options`.
    pub t4_options: u32,
    /// Tag 293, `T6Options`.
    pub t6_options: u32,
    /// Tag 530, `YCbCrSubSampling`: horizontal, vertical.
    pub ycbcr_subsampling: (u16, u16),
    /// Tag 338, `ExtraSamples`.
    pub extra_samples: &'a [u16],
}

impl<'a> ChunkSpec<'a> {
    /// A chunk of `width` by `height` pixels of one 8-bit unsigned sample, in the compression of that code;
    /// all else at TIFF 6.0's defaults, little-endian.
    #[must_use]
    pub fn new(compression: u16, width: u32, height: u32) -> Self {
        Self {
            compression,
            width,
            height,
            samples: 1,
            bits_per_sample: 8,
            sample_format: SampleFormat::Uint,
            predictor: 1,
            byte_order: ByteOrder::LittleEndian,
            photometric: photometric::MIN_IS_BLACK,
            fill_order: 1,
            jpeg_tables: None,
            lerc_parameters: None,
            t4_options: 0,
            t6_options: 0,
            ycbcr_subsampling: (2, 2),
            extra_samples: &[],
        }
    }

    /// Sets the samples of a pixel in this chunk (1 where `PlanarConfiguration` is 2).
    #[must_use]
    pub fn with_samples(mut self, samples: u16) -> Self {
        self.samples = samples;
        self
    }

    /// Sets `BitsPerSample` and `SampleFormat`.
    #[must_use]
    pub fn with_bits(mut self, bits_per_sample: u16, format: SampleFormat) -> Self {
        self.bits_per_sample = bits_per_sample;
        self.sample_format = format;
        self
    }

    /// Sets `Predictor`.
    #[must_use]
    pub fn with_predictor(mut self, predictor: u16) -> Self {
        self.predictor = predictor;
        self
    }

    /// Sets the byte order of the file.
    #[must_use]
    pub fn with_byte_order(mut self, byte_order: ByteOrder) -> Self {
        self.byte_order = byte_order;
        self
    }

    /// Sets `PhotometricInterpretation`.
    #[must_use]
    pub fn with_photometric(mut self, photometric: u16) -> Self {
        self.photometric = photometric;
        self
    }

    /// Sets `FillOrder`.
    #[must_use]
    pub fn with_fill_order(mut self, fill_order: u16) -> Self {
        self.fill_order = fill_order;
        self
    }

    /// Sets `JPEGTables`.
    #[must_use]
    pub fn with_jpeg_tables(mut self, tables: Option<&'a [u8]>) -> Self {
        self.jpeg_tables = tables;
        self
    }

    /// Sets `LercParameters`.
    #[must_use]
    pub fn with_lerc_parameters(mut self, parameters: Option<&'a [u32]>) -> Self {
        self.lerc_parameters = parameters;
        self
    }

    /// Sets `T4Options` and `T6Options`.
    #[must_use]
    pub fn with_fax_options(mut self, t4_options: u32, t6_options: u32) -> Self {
        self.t4_options = t4_options;
        self.t6_options = t6_options;
        self
    }

    /// Sets `YCbCrSubSampling`.
    #[must_use]
    pub fn with_ycbcr_subsampling(mut self, horizontal: u16, vertical: u16) -> Self {
        self.ycbcr_subsampling = (horizontal, vertical);
        self
    }

    /// Sets `ExtraSamples`.
    #[must_use]
    pub fn with_extra_samples(mut self, extra_samples: &'a [u16]) -> Self {
        self.extra_samples = extra_samples;
        self
    }

    /// The type that a decoded sample has: what rasterio reports as the band's dtype.
    ///
    /// Signed integers of other depths than 8, 16, 32 and 64 bits read as unsigned, without sign
    /// extension, because GDAL reads them so.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for depths that GDAL does not open either.
    pub fn sample_type(&self) -> Result<SampleType, Error> {
        use SampleFormat as F;
        use SampleType as T;
        let bits = self.bits_per_sample;
        Ok(match (self.sample_format, bits) {
            (F::Float, 16 | 24 | 32) => T::F32,
            (F::Float, 64) => T::F64,
            (F::ComplexInt, 32) => T::CI16,
            (F::ComplexInt, 64) => T::CI32,
            (F::ComplexFloat, 64) => T::CF32,
            (F::ComplexFloat, 128) => T::CF64,
            (F::Int, 8) => T::I8,
            (F::Int, 16) => T::I16,
            (F::Int, 32) => T::I32,
            (F::Int, 64) => T::I64,
            (F::Uint | F::Int, 1..=8) => T::U8,
            (F::Uint | F::Int, 9..=16) => T::U16,
            (F::Uint | F::Int, 17..=32) => T::U32,
            (F::Uint | F::Void | F::ComplexInt | F::ComplexFloat, bits) if bits != 0 => match bits {
                1 | 8 => T::U8,
                16 => T::U16,
                32 => T::U32,
                64 => T::U64,
                _ => return Err(unsupported_samples(self)),
            },
            _ => return Err(unsupported_samples(self)),
        })
    }

    /// Bytes of the decoded chunk: `width * height * samples * sample_type().size()`.
    ///
    /// # Errors
    /// As [`sample_type`](Self::sample_type), and [`Limit`](crate::ErrorKind::Limit) where the product
    /// cannot be addressed.
    pub fn decoded_len(&self) -> Result<usize, Error> {
        let size = self.sample_type()?.size();
        self.row_samples()?
            .checked_mul(size)
            .and_then(|row| row.checked_mul(usize::try_from(self.height).ok()?))
            .filter(|&len| isize::try_from(len).is_ok())
            .ok_or_else(too_large)
    }

    /// Samples of one row: `width * samples`.
    pub(crate) fn row_samples(&self) -> Result<usize, Error> {
        usize::try_from(self.width)
            .ok()
            .and_then(|width| width.checked_mul(usize::from(self.samples)))
            .ok_or_else(too_large)
    }
}

fn unsupported_samples(spec: &ChunkSpec<'_>) -> Error {
    Error::unsupported(alloc::format!(
        "{}-bit samples of format {:?}, which GDAL does not open either",
        spec.bits_per_sample,
        spec.sample_format
    ))
}

pub(crate) fn too_large() -> Error {
    Error::limit("the chunk is larger than memory can address")
}
