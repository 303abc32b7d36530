//! Memory that decoding reuses from chunk to chunk.

use alloc::vec::Vec;

/// Scratch memory and codec contexts, reused from chunk to chunk so that decoding allocates nothing in the
/// steady state. One per worker thread; any workspace serves any chunk.
#[derive(Default)]
pub struct Workspace {
    pub(crate) validity: Vec<u8>,
    pub(crate) has_validity: bool,
    /// Decompressed bytes on their way to `dst`.
    pub(crate) encoded: Vec<u8>,
    /// Rows of samples on their way to where they are wanted.
    pub(crate) samples: Vec<u8>,
    /// Compressed bytes with their bits reversed.
    pub(crate) reversed: Vec<u8>,
    /// One row.
    pub(crate) row: Vec<u8>,
    /// A compressed stream put together from its parts.
    #[cfg(feature = "jpeg")]
    pub(crate) stream: Vec<u8>,
    /// An image of which the chunk is a part.
    #[cfg(any(feature = "jpeg", feature = "jxl", feature = "webp-pure"))]
    pub(crate) cropped: Vec<u8>,
    #[cfg(feature = "deflate")]
    pub(crate) inflate: Option<flate2::Decompress>,
    #[cfg(feature = "deflate")]
    pub(crate) codes: Vec<u8>,
    #[cfg(feature = "deflate")]
    pub(crate) pixarlog: Option<alloc::boxed::Box<[f32]>>,
    #[cfg(feature = "libdeflate")]
    pub(crate) libdeflate: Option<libdeflater::Decompressor>,
    #[cfg(feature = "lzw")]
    pub(crate) lzw: Option<crate::codec::lzw::Table>,
    #[cfg(feature = "zstd")]
    pub(crate) zstd: Option<zstd::zstd_safe::DCtx<'static>>,
    #[cfg(all(feature = "zstd-pure", not(feature = "zstd")))]
    pub(crate) ruzstd: Option<ruzstd::decoding::FrameDecoder>,
    /// A LERC blob taken out of its additional compression.
    #[cfg(feature = "lerc")]
    pub(crate) blob: Vec<u8>,
    /// LERC's validity masks, one byte a pixel.
    #[cfg(feature = "lerc")]
    pub(crate) masks: Vec<u8>,
    /// Memory aligned to any sample.
    #[cfg(feature = "lerc")]
    pub(crate) aligned: Vec<u64>,
}

impl core::fmt::Debug for Workspace {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Workspace").field("has_validity", &self.has_validity).finish_non_exhaustive()
    }
}

impl Workspace {
    /// An empty workspace; it grows to what the chunks need.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The validity mask that the last decoded chunk carried, as LERC's may: one byte a pixel, row by row,
    /// 0 where the pixel has no value, 255 where it has. `None` where every pixel is valid.
    #[must_use]
    pub fn validity(&self) -> Option<&[u8]> {
        self.has_validity.then_some(self.validity.as_slice())
    }
}
