//! The built-in decoders.

use alloc::sync::Arc;

use crate::compression;
use crate::decoder::Decoder;

mod bytes;
#[cfg(feature = "ccitt")]
mod ccitt;
#[cfg(feature = "deflate")]
pub(crate) mod deflate;
#[cfg(feature = "jpeg")]
mod jpeg;
#[cfg(feature = "jpeg2000")]
mod jpeg2000;
#[cfg(feature = "jxl")]
mod jxl;
#[cfg(feature = "lerc")]
mod lerc;
mod luv24;
#[cfg(feature = "lzma")]
mod lzma;
#[cfg(all(feature = "lzma-pure", not(feature = "lzma")))]
#[path = "lzma_pure.rs"]
mod lzma;
#[cfg(feature = "lzw")]
pub(crate) mod lzw;
mod next;
pub(crate) mod none;
#[cfg(feature = "packbits")]
mod packbits;
#[cfg(feature = "deflate")]
mod pixarlog;
mod sgilog;
mod thunderscan;
#[cfg(any(feature = "webp", feature = "webp-pure"))]
mod webp;
#[cfg(feature = "zstd")]
pub(crate) mod zstd;
#[cfg(all(feature = "zstd-pure", not(feature = "zstd")))]
#[path = "zstd_pure.rs"]
pub(crate) mod zstd;

/// Calls `add` with every decoder that is compiled in.
pub(crate) fn for_each_builtin(add: &mut dyn FnMut(u16, Arc<dyn Decoder>)) {
    add(compression::NONE, Arc::new(none::Uncompressed));
    for scheme in OF_BYTES {
        add(scheme.code, Arc::new(*scheme));
    }
    add(compression::NEXT, Arc::new(next::Next));
    add(compression::THUNDERSCAN, Arc::new(thunderscan::ThunderScan));
    add(compression::SGILOG, Arc::new(sgilog::SgiLog));
    add(compression::SGILOG24, Arc::new(sgilog::SgiLog));
    #[cfg(feature = "ccitt")]
    for code in [compression::CCITT_RLE, compression::CCITT_G3, compression::CCITT_G4] {
        add(code, Arc::new(ccitt::Fax));
    }
    #[cfg(feature = "jpeg")]
    for code in [compression::JPEG, compression::JPEG_OLD] {
        add(code, Arc::new(jpeg::Jpeg));
    }
    #[cfg(feature = "deflate")]
    add(compression::PIXARLOG, Arc::new(pixarlog::PixarLog));
    #[cfg(feature = "deflate")]
    for code in [compression::DEFLATE, compression::DEFLATE_OLD] {
        add(code, Arc::new(deflate::Deflate));
    }
    #[cfg(any(feature = "zstd", feature = "zstd-pure"))]
    add(compression::ZSTD, Arc::new(zstd::Zstd));
    #[cfg(any(feature = "webp", feature = "webp-pure"))]
    add(compression::WEBP, Arc::new(webp::WebP));
    #[cfg(feature = "lerc")]
    add(compression::LERC, Arc::new(lerc::Lerc));
    #[cfg(feature = "jxl")]
    for code in [compression::JPEGXL, compression::JPEGXL_DNG] {
        add(code, Arc::new(jxl::JpegXl));
    }
    #[cfg(feature = "jpeg2000")]
    for code in [
        compression::JPEG2000,
        compression::JPEG2000_LOSSY,
        compression::JPEG2000_APERIO_RGB,
        compression::JPEG2000_APERIO_YCBCR,
    ] {
        add(code, Arc::new(jpeg2000::Jpeg2000));
    }
}

/// Schemes that know nothing of samples.
const OF_BYTES: &[bytes::Bytes] = &[
    #[cfg(feature = "packbits")]
    bytes::Bytes {
        code: compression::PACKBITS,
        has_predictor: false,
        has_checksum: false,
        decompress: packbits::decompress,
    },
    #[cfg(feature = "lzw")]
    bytes::Bytes {
        code: compression::LZW,
        has_predictor: true,
        has_checksum: false,
        decompress: lzw::decompress,
    },
    #[cfg(any(feature = "lzma", feature = "lzma-pure"))]
    bytes::Bytes {
        code: compression::LZMA,
        has_predictor: true,
        has_checksum: true,
        decompress: lzma::decompress,
    },
];

/// Whether a decoder for the code is compiled in.
pub(crate) fn is_builtin(code: u16) -> bool {
    let mut found = false;
    for_each_builtin(&mut |builtin, _| found |= builtin == code);
    found
}

#[cfg(any(feature = "webp", feature = "webp-pure", feature = "lerc", feature = "jxl", feature = "jpeg2000"))]
mod image {
    //! Checks that codecs with image headers of their own share.

    use crate::error::Error;
    use crate::spec::ChunkSpec;

    /// Insists that an image in a chunk is as large as the chunk.
    pub(super) fn check_size(name: &str, spec: &ChunkSpec<'_>, width: u32, height: u32) -> Result<(), Error> {
        if (width, height) == (spec.width, spec.height) {
            return Ok(());
        }
        Err(Error::malformed(alloc::format!(
            "a {name} image of {width} by {height} pixels for a chunk of {} by {}",
            spec.width,
            spec.height
        )))
    }
}
