//! Values of an entry, as one typed array.

use alloc::vec::Vec;

use crate::{ByteOrder, Error, FieldType};

/// All values of one entry, in the machine's byte order.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Values {
    /// BYTE.
    Bytes(Vec<u8>),
    /// ASCII: every byte of the field, the terminating NULs included.
    Ascii(Vec<u8>),
    /// SHORT.
    Shorts(Vec<u16>),
    /// LONG.
    Longs(Vec<u32>),
    /// RATIONAL: numerator, denominator.
    Rationals(Vec<(u32, u32)>),
    /// SBYTE.
    SBytes(Vec<i8>),
    /// UNDEFINED.
    Undefined(Vec<u8>),
    /// SSHORT.
    SShorts(Vec<i16>),
    /// SLONG.
    SLongs(Vec<i32>),
    /// SRATIONAL: numerator, denominator.
    SRationals(Vec<(i32, i32)>),
    /// FLOAT.
    Floats(Vec<f32>),
    /// DOUBLE.
    Doubles(Vec<f64>),
    /// IFD: offsets of 32 bits.
    Ifds(Vec<u32>),
    /// LONG8.
    Long8s(Vec<u64>),
    /// SLONG8.
    SLong8s(Vec<i64>),
    /// IFD8: offsets of 64 bits.
    Ifd8s(Vec<u64>),
}

fn array<const N: usize, T>(bytes: &[u8], read: impl Fn(&[u8]) -> Option<T>) -> Vec<T> {
    bytes.chunks_exact(N).filter_map(read).collect()
}

impl Values {
    /// Reads every whole value in `bytes`.
    ///
    /// # Errors
    ///
    /// `Unsupported` where TIFF does not define the type.
    pub fn parse(field_type: FieldType, order: ByteOrder, bytes: &[u8]) -> Result<Self, Error> {
        Ok(match field_type {
            FieldType::BYTE => Self::Bytes(bytes.to_vec()),
            FieldType::ASCII => Self::Ascii(bytes.to_vec()),
            FieldType::SHORT => Self::Shorts(array::<2, _>(bytes, |b| order.u16(b))),
            FieldType::LONG => Self::Longs(array::<4, _>(bytes, |b| order.u32(b))),
            FieldType::RATIONAL => {
                Self::Rationals(array::<8, _>(bytes, |b| Some((order.u32(b)?, order.u32(b.get(4..)?)?))))
            }
            FieldType::SBYTE => Self::SBytes(bytes.iter().map(|&b| b as i8).collect()),
            FieldType::UNDEFINED => Self::Undefined(bytes.to_vec()),
            FieldType::SSHORT => Self::SShorts(array::<2, _>(bytes, |b| order.i16(b))),
            FieldType::SLONG => Self::SLongs(array::<4, _>(bytes, |b| order.i32(b))),
            FieldType::SRATIONAL => {
                Self::SRationals(array::<8, _>(bytes, |b| Some((order.i32(b)?, order.i32(b.get(4..)?)?))))
            }
            FieldType::FLOAT => Self::Floats(array::<4, _>(bytes, |b| order.f32(b))),
            FieldType::DOUBLE => Self::Doubles(array::<8, _>(bytes, |b| order.f64(b))),
            FieldType::IFD => Self::Ifds(array::<4, _>(bytes, |b| order.u32(b))),
            FieldType::LONG8 => Self::Long8s(array::<8, _>(bytes, |b| order.u64(b))),
            FieldType::SLONG8 => Self::SLong8s(array::<8, _>(bytes, |b| order.i64(b))),
            FieldType::IFD8 => Self::Ifd8s(array::<8, _>(bytes, |b| order.u64(b))),
            _ => return Err(Error::unsupported("unknown field type")),
        })
    }

    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes(v) | Self::Ascii(v) | Self::Undefined(v) => v.len(),
            Self::Shorts(v) => v.len(),
            Self::Longs(v) | Self::Ifds(v) => v.len(),
            Self::Rationals(v) => v.len(),
            Self::SBytes(v) => v.len(),
            Self::SShorts(v) => v.len(),
            Self::SLongs(v) => v.len(),
            Self::SRationals(v) => v.len(),
            Self::Floats(v) => v.len(),
            Self::Doubles(v) => v.len(),
            Self::Long8s(v) | Self::Ifd8s(v) => v.len(),
            Self::SLong8s(v) => v.len(),
        }
    }

    /// Whether there are no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One integer of a numeric type, as libtiff accepts them for integer tags: any integer type, signed ones
/// too where the value is not negative.
#[inline]
pub(crate) fn unsigned(field_type: FieldType, order: ByteOrder, bytes: &[u8]) -> Option<u64> {
    match field_type {
        FieldType::SHORT => order.u16(bytes).map(u64::from),
        FieldType::LONG | FieldType::IFD => order.u32(bytes).map(u64::from),
        FieldType::LONG8 | FieldType::IFD8 => order.u64(bytes),
        FieldType::BYTE | FieldType::UNDEFINED => bytes.first().map(|&b| u64::from(b)),
        FieldType::SBYTE => u64::try_from(*bytes.first()? as i8).ok(),
        FieldType::SSHORT => u64::try_from(order.i16(bytes)?).ok(),
        FieldType::SLONG => u64::try_from(order.i32(bytes)?).ok(),
        FieldType::SLONG8 => u64::try_from(order.i64(bytes)?).ok(),
        _ => None,
    }
}

/// One number of any numeric type as a double; a rational of denominator 0 is 0, as libtiff has it.
pub(crate) fn real(field_type: FieldType, order: ByteOrder, bytes: &[u8]) -> Option<f64> {
    fn ratio(numerator: f64, denominator: f64) -> f64 {
        if denominator == 0.0 { 0.0 } else { numerator / denominator }
    }
    Some(match field_type {
        FieldType::DOUBLE => order.f64(bytes)?,
        FieldType::FLOAT => f64::from(order.f32(bytes)?),
        FieldType::RATIONAL => ratio(f64::from(order.u32(bytes)?), f64::from(order.u32(bytes.get(4..)?)?)),
        FieldType::SRATIONAL => ratio(f64::from(order.i32(bytes)?), f64::from(order.i32(bytes.get(4..)?)?)),
        FieldType::SBYTE => f64::from(*bytes.first()? as i8),
        FieldType::SSHORT => f64::from(order.i16(bytes)?),
        FieldType::SLONG => f64::from(order.i32(bytes)?),
        FieldType::SLONG8 => order.i64(bytes)? as f64,
        _ => unsigned(field_type, order, bytes)? as f64,
    })
}
