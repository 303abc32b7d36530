//! Field types of IFD entries.

use core::fmt;

/// The type of an entry's values (TIFF 6.0, section 2; BigTIFF adds 16 to 18).
///
/// A newtype over the number in the file, so that unknown types stay visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldType(pub u16);

impl FieldType {
    /// 8-bit unsigned integer.
    pub const BYTE: Self = Self(1);
    /// 7-bit ASCII, NUL-terminated strings.
    pub const ASCII: Self = Self(2);
    /// 16-bit unsigned integer.
    pub const SHORT: Self = Self(3);
    /// 32-bit unsigned integer.
    pub const LONG: Self = Self(4);
    /// Two LONGs: numerator, denominator.
    pub const RATIONAL: Self = Self(5);
    /// 8-bit signed integer.
    pub const SBYTE: Self = Self(6);
    /// Bytes of any meaning.
    pub const UNDEFINED: Self = Self(7);
    /// 16-bit signed integer.
    pub const SSHORT: Self = Self(8);
    /// 32-bit signed integer.
    pub const SLONG: Self = Self(9);
    /// Two SLONGs: numerator, denominator.
    pub const SRATIONAL: Self = Self(10);
    /// IEEE single precision.
    pub const FLOAT: Self = Self(11);
    /// IEEE double precision.
    pub const DOUBLE: Self = Self(12);
    /// 32-bit offset of an IFD (TIFF Technical Note 1).
    pub const IFD: Self = Self(13);
    /// 64-bit unsigned integer (BigTIFF).
    pub const LONG8: Self = Self(16);
    /// 64-bit signed integer (BigTIFF).
    pub const SLONG8: Self = Self(17);
    /// 64-bit offset of an IFD (BigTIFF).
    pub const IFD8: Self = Self(18);

    /// Bytes of one value; `None` for a type that TIFF does not define.
    #[must_use]
    pub const fn size(self) -> Option<u8> {
        match self.0 {
            1 | 2 | 6 | 7 => Some(1),
            3 | 8 => Some(2),
            4 | 9 | 11 | 13 => Some(4),
            5 | 10 | 12 | 16 | 17 | 18 => Some(8),
            _ => None,
        }
    }

    /// TIFF's name of the type; `None` for one that it does not define.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            1 => "BYTE",
            2 => "ASCII",
            3 => "SHORT",
            4 => "LONG",
            5 => "RATIONAL",
            6 => "SBYTE",
            7 => "UNDEFINED",
            8 => "SSHORT",
            9 => "SLONG",
            10 => "SRATIONAL",
            11 => "FLOAT",
            12 => "DOUBLE",
            13 => "IFD",
            16 => "LONG8",
            17 => "SLONG8",
            18 => "IFD8",
            _ => return None,
        })
    }
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{}", self.0),
        }
    }
}
