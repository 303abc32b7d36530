//! Memory that decoding reuses from chunk to chunk.

use alloc::vec::Vec;

/// Scratch memory and codec contexts, reused from chunk to chunk so that decoding allocates nothing in the
/// steady state. One per worker thread; any workspace serves any chunk.
#[derive(Default)]
pub struct Workspace {
    pub(crate) validity: Vec<u8>,
    pub(crate) has_validity: bool,
    pub(crate) encoded: Vec<u8>,
    pub(crate) reversed: Vec<u8>,
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
