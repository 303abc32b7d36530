//! Values of tag 259, `Compression`, and what this crate knows of each.

/// 1: no compression.
pub const NONE: u16 = 1;
/// 2: CCITT modified Huffman run-length encoding (TIFF 6.0 section 10).
pub const CCITT_RLE: u16 = 2;
/// 3: CCITT T.4, Group 3 fax (TIFF 6.0 section 11).
pub const CCITT_G3: u16 = 3;
/// 4: CCITT T.6, Group 4 fax (TIFF 6.0 section 11).
pub const CCITT_G4: u16 = 4;
/// 5: LZW (TIFF 6.0 section 13).
pub const LZW: u16 = 5;
/// 6: JPEG as TIFF 6.0 section 22 had it, withdrawn since.
pub const JPEG_OLD: u16 = 6;
/// 7: JPEG (TIFF Technical Note 2).
pub const JPEG: u16 = 7;
/// 8: Deflate in a zlib wrapper (TIFF supplement 2).
pub const DEFLATE: u16 = 8;
/// 32766: NeXT 2-bit run-length encoding.
pub const NEXT: u16 = 32766;
/// 32773: `PackBits` (TIFF 6.0 section 9).
pub const PACKBITS: u16 = 32773;
/// 32809: ThunderScan 4-bit delta encoding.
pub const THUNDERSCAN: u16 = 32809;
/// 32909: Pixar's 11-bit companded Deflate.
pub const PIXARLOG: u16 = 32909;
/// 32946: Deflate, the code used before 8 was registered.
pub const DEFLATE_OLD: u16 = 32946;
/// 33003: JPEG 2000 of YCbCr samples, as Aperio writes it.
pub const JPEG2000_APERIO_YCBCR: u16 = 33003;
/// 33004: JPEG 2000, lossy, as Leica writes it.
pub const JPEG2000_LOSSY: u16 = 33004;
/// 33005: JPEG 2000 of RGB samples, as Aperio writes it.
pub const JPEG2000_APERIO_RGB: u16 = 33005;
/// 34676: SGI log luminance, run-length encoded.
pub const SGILOG: u16 = 34676;
/// 34677: SGI log luminance, packed in 24 bits.
pub const SGILOG24: u16 = 34677;
/// 34712: JPEG 2000.
pub const JPEG2000: u16 = 34712;
/// 34887: Esri's Limited Error Raster Compression.
pub const LERC: u16 = 34887;
/// 34925: LZMA2 in an xz stream.
pub const LZMA: u16 = 34925;
/// 50000: Zstandard.
pub const ZSTD: u16 = 50000;
/// 50001: WebP.
pub const WEBP: u16 = 50001;
/// 50002: JPEG XL, as GDAL and libtiff number it.
pub const JPEGXL: u16 = 50002;
/// 52546: JPEG XL, as the DNG 1.7 specification numbers it.
pub const JPEGXL_DNG: u16 = 52546;

/// One compression code that this crate knows of, compiled in or not.
pub(crate) struct Known {
    pub(crate) code: u16,
    pub(crate) name: &'static str,
    /// The feature that brings its decoder; `None` where it is always there.
    pub(crate) feature: Option<&'static str>,
    /// What decodes it, for the status table.
    pub(crate) by: &'static str,
    /// What to know of it, for the status table.
    pub(crate) note: &'static str,
}

/// The name of a compression code, as GDAL spells it where GDAL knows it; `None` for an unknown code.
#[must_use]
pub fn name(code: u16) -> Option<&'static str> {
    known(code).map(|known| known.name)
}

pub(crate) fn known(code: u16) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.code == code)
}

const fn row(
    code: u16,
    name: &'static str,
    feature: Option<&'static str>,
    by: &'static str,
    note: &'static str,
) -> Known {
    Known { code, name, feature, by, note }
}

/// Every code that this crate has heard of, by code.
#[rustfmt::skip]
pub(crate) static KNOWN: &[Known] = &[
    row(NONE, "NONE", None, "this crate", ""),
    row(CCITT_RLE, "CCITTRLE", Some("ccitt"), "hayro-ccitt", ""),
    row(CCITT_G3, "CCITTFAX3", Some("ccitt"), "hayro-ccitt", "one- and two-dimensional"),
    row(CCITT_G4, "CCITTFAX4", Some("ccitt"), "hayro-ccitt", ""),
    row(LZW, "LZW", Some("lzw"), "this crate; weezl for old-style streams", "predictors 1, 2, 3"),
    row(JPEG_OLD, "OJPEG", Some("jpeg"), "zune-jpeg", "only chunks that are whole JPEG streams"),
    row(JPEG, "JPEG", Some("jpeg"), "zune-jpeg", "8 bits, up to 4 samples; baseline and progressive; YCbCr comes as RGB"),
    row(DEFLATE, "DEFLATE", Some("deflate"), "libdeflate (feature `libdeflate`), zlib-rs", "predictors 1, 2, 3"),
    row(NEXT, "NEXT", None, "this crate", "2 bits"),
    row(PACKBITS, "PACKBITS", Some("packbits"), "this crate", ""),
    row(THUNDERSCAN, "THUNDERSCAN", None, "this crate", "4 bits"),
    row(PIXARLOG, "PIXARLOG", Some("deflate"), "this crate on the Deflate decoder", "8- and 16-bit integers, 32-bit floats"),
    row(DEFLATE_OLD, "DEFLATE", Some("deflate"), "as 8", "predictors 1, 2, 3"),
    row(JPEG2000_APERIO_YCBCR, "JPEG2000", Some("jpeg2000"), "hayro-jpeg2000", "Aperio's; YCbCr comes as RGB"),
    row(JPEG2000_LOSSY, "JPEG2000", Some("jpeg2000"), "hayro-jpeg2000", ""),
    row(JPEG2000_APERIO_RGB, "JPEG2000", Some("jpeg2000"), "hayro-jpeg2000", "Aperio's"),
    row(SGILOG, "SGILOG", None, "this crate", "as 16-bit integers, like GDAL"),
    row(SGILOG24, "SGILOG24", None, "this crate", "as 16-bit integers, like GDAL"),
    row(JPEG2000, "JPEG2000", Some("jpeg2000"), "hayro-jpeg2000", "integers of up to 24 bits"),
    row(LERC, "LERC", Some("lerc"), "lerc-rs; Esri's library (feature `lerc-sys`)", "Deflate and ZSTD inside need their features; masks become NaN, alpha or `Workspace::validity`"),
    row(LZMA, "LZMA", Some("lzma"), "liblzma, lzma-rust2 (feature `lzma-pure`)", "predictors 1, 2, 3"),
    row(ZSTD, "ZSTD", Some("zstd"), "libzstd, ruzstd (feature `zstd-pure`)", "predictors 1, 2, 3"),
    row(WEBP, "WEBP", Some("webp"), "libwebp, image-webp (feature `webp-pure`)", "three or four 8-bit samples"),
    row(JPEGXL, "JXL", Some("jxl"), "jxl", "8 and 16 bits, 32-bit floats"),
    row(JPEGXL_DNG, "JXL", Some("jxl"), "jxl", "8 and 16 bits, 32-bit floats"),
];
