//! The built-in decoders.

use alloc::sync::Arc;

use crate::compression;
use crate::decoder::Decoder;

#[cfg(feature = "deflate")]
pub(crate) mod deflate;
#[cfg(feature = "jpeg")]
mod jpeg;
#[cfg(feature = "lzw")]
pub(crate) mod lzw;
mod none;
#[cfg(feature = "packbits")]
mod packbits;
#[cfg(feature = "zstd")]
pub(crate) mod zstd;

/// Calls `add` with every decoder that is compiled in.
pub(crate) fn for_each_builtin(add: &mut dyn FnMut(u16, Arc<dyn Decoder>)) {
    add(compression::NONE, Arc::new(none::Uncompressed));
    #[cfg(feature = "lzw")]
    add(compression::LZW, Arc::new(lzw::Lzw));
    #[cfg(feature = "jpeg")]
    add(compression::JPEG, Arc::new(jpeg::Jpeg));
    #[cfg(feature = "deflate")]
    {
        add(compression::DEFLATE, Arc::new(deflate::Deflate));
        add(compression::DEFLATE_OLD, Arc::new(deflate::Deflate));
    }
    #[cfg(feature = "packbits")]
    add(compression::PACKBITS, Arc::new(packbits::PackBits));
    #[cfg(feature = "zstd")]
    add(compression::ZSTD, Arc::new(zstd::Zstd));
}

/// Whether a decoder for the code is compiled in.
pub(crate) fn is_builtin(code: u16) -> bool {
    let mut found = false;
    for_each_builtin(&mut |builtin, _| found |= builtin == code);
    found
}
