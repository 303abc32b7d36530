//! Byte order, and numbers read by it.

/// The byte order of a file, from its first two bytes (TIFF 6.0, section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// `II`.
    LittleEndian,
    /// `MM`.
    BigEndian,
}

macro_rules! readers {
    ($($name:ident $ty:ty;)*) => {
        impl ByteOrder {
            $(
                /// The number in the first bytes of `bytes`, if there are enough.
                #[inline]
                pub(crate) fn $name(self, bytes: &[u8]) -> Option<$ty> {
                    let array = *bytes.first_chunk::<{ core::mem::size_of::<$ty>() }>()?;
                    Some(match self {
                        Self::LittleEndian => <$ty>::from_le_bytes(array),
                        Self::BigEndian => <$ty>::from_be_bytes(array),
                    })
                }
            )*
        }
    };
}

readers! {
    u16 u16; u32 u32; u64 u64;
    i16 i16; i32 i32; i64 i64;
    f32 f32; f64 f64;
}
