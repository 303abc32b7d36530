//! The type of decoded samples.

use core::fmt;

use crate::{Error, SampleFormat};

/// The type in which a band's samples are given out, as GDAL 3.10 chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DataType {
    /// 1 to 8 bits, unsigned.
    UInt8,
    /// 8 bits, signed.
    Int8,
    /// 9 to 16 bits, unsigned.
    UInt16,
    /// 16 bits, signed.
    Int16,
    /// 17 to 32 bits, unsigned.
    UInt32,
    /// 32 bits, signed.
    Int32,
    /// 64 bits, unsigned.
    UInt64,
    /// 64 bits, signed.
    Int64,
    /// 16, 24 or 32 bits, IEEE floating point.
    Float32,
    /// 64 bits, IEEE floating point.
    Float64,
    /// Two signed integers of 16 bits: real and imaginary part.
    ComplexInt16,
    /// Two signed integers of 32 bits: real and imaginary part.
    ComplexInt32,
    /// Two floats of 32 bits: real and imaginary part.
    Complex64,
    /// Two floats of 64 bits: real and imaginary part.
    Complex128,
}

impl DataType {
    /// rasterio's name. rasterio has none of its own for 32-bit complex integers and reads them as
    /// `complex64`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UInt8 => "uint8",
            Self::Int8 => "int8",
            Self::UInt16 => "uint16",
            Self::Int16 => "int16",
            Self::UInt32 => "uint32",
            Self::Int32 => "int32",
            Self::UInt64 => "uint64",
            Self::Int64 => "int64",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::ComplexInt16 => "complex_int16",
            Self::ComplexInt32 | Self::Complex64 => "complex64",
            Self::Complex128 => "complex128",
        }
    }

    /// Bytes of one sample.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::UInt8 | Self::Int8 => 1,
            Self::UInt16 | Self::Int16 => 2,
            Self::UInt32 | Self::Int32 | Self::Float32 | Self::ComplexInt16 => 4,
            Self::UInt64 | Self::Int64 | Self::Float64 | Self::ComplexInt32 | Self::Complex64 => 8,
            Self::Complex128 => 16,
        }
    }

    /// Whether samples are complex.
    #[must_use]
    pub const fn is_complex(self) -> bool {
        matches!(self, Self::ComplexInt16 | Self::ComplexInt32 | Self::Complex64 | Self::Complex128)
    }

    /// GDAL's choice for a depth and format. `bitmap` is an image of one sample of one bit.
    pub(crate) fn of(bits: u16, format: SampleFormat, bitmap: bool) -> Result<Self, Error> {
        use SampleFormat as F;
        let integer = matches!(format, F::UINT | F::INT);
        let signed = format == F::INT;
        if !(F::UINT..=F::COMPLEX_FLOAT).contains(&format) {
            return Err(unsupported(bits, format));
        }
        Ok(match (bits, format) {
            (16 | 24 | 32, F::FLOAT) => Self::Float32,
            (64, F::FLOAT) => Self::Float64,
            (_, F::FLOAT) => return Err(unsupported(bits, format)),
            (1, _) if bitmap => Self::UInt8,
            (8, _) if signed => Self::Int8,
            (8, _) => Self::UInt8,
            (16, _) if signed => Self::Int16,
            (16, _) => Self::UInt16,
            (32, F::COMPLEX_INT) => Self::ComplexInt16,
            (32, _) if signed => Self::Int32,
            (32, _) => Self::UInt32,
            (64, F::COMPLEX_FLOAT) => Self::Complex64,
            (64, F::COMPLEX_INT) => Self::ComplexInt32,
            (64, _) if signed => Self::Int64,
            (64, _) => Self::UInt64,
            (128, F::COMPLEX_FLOAT) => Self::Complex128,
            // Odd depths: GDAL takes them as unsigned whatever the format says.
            (1..8, _) if integer => Self::UInt8,
            (9..16, _) if integer => Self::UInt16,
            (17..32, _) if integer => Self::UInt32,
            _ => return Err(unsupported(bits, format)),
        })
    }
}

fn unsupported(bits: u16, format: SampleFormat) -> Error {
    Error::unsupported(alloc::format!("no data type for samples of {bits} bits, format {format}"))
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
