//! Values of tag 262, `PhotometricInterpretation` (TIFF 6.0 section 8 and its supplements).

/// 0: grey, 0 is white.
pub const MIN_IS_WHITE: u16 = 0;
/// 1: grey, 0 is black.
pub const MIN_IS_BLACK: u16 = 1;
/// 2: red, green, blue.
pub const RGB: u16 = 2;
/// 3: indices into the `ColorMap`.
pub const PALETTE: u16 = 3;
/// 4: transparency mask.
pub const MASK: u16 = 4;
/// 5: inks, usually CMYK.
pub const SEPARATED: u16 = 5;
/// 6: luma and two chroma samples.
pub const YCBCR: u16 = 6;
/// 8: CIE L\*a\*b\*, a and b signed.
pub const CIELAB: u16 = 8;
/// 9: ICC L\*a\*b\*, a and b offset.
pub const ICCLAB: u16 = 9;
/// 32844: SGI's log-encoded luminance.
pub const LOGL: u16 = 32844;
/// 32845: SGI's log-encoded luminance with u'v' chroma.
pub const LOGLUV: u16 = 32845;
