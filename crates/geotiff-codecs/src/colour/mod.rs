//! From the colours that a TIFF stores to RGB: explicit steps, apart from decoding.
//!
//! [`Codecs::decode`](crate::Codecs::decode) returns samples as they are stored (JPEG's YCbCr excepted, which
//! comes as RGB as GDAL gives it). GDAL turns other 8-bit YCbCr, CMYK and CIE L\*a\*b\* into RGBA unasked;
//! here a converter does it, with GDAL's result: its three colours, without the constant alpha.
//!
//! A converter turns one pixel; [`planes`] and [`pixels`] run it over a chunk or an image in either order.
//!
//! ```
//! use geotiff_codecs::colour;
//!
//! // Two CMYK pixels as planes (C, M, Y, K), to RGB planes.
//! let cmyk = [0, 255, 0, 0, 0, 255, 0, 0];
//! let mut rgb = [0; 6];
//! colour::planes(&cmyk, &mut rgb, colour::cmyk_to_rgb);
//! assert_eq!(rgb, [255, 0, 255, 255, 255, 0]); // white, green
//! ```

mod cielab;
mod ycbcr;

pub use cielab::CielabToRgb;
pub use ycbcr::YcbcrToRgb;

/// The RGB of a pixel of 8-bit cyan, magenta, yellow and black (0 is no ink): black takes its share of what
/// the other inks leave, with no colour management (as libtiff's RGBA interface and so GDAL).
#[must_use]
pub fn cmyk_to_rgb([c, m, y, k]: [u8; 4]) -> [u8; 3] {
    let light = u16::from(u8::MAX.wrapping_sub(k));
    [c, m, y].map(|ink| {
        let left = light.wrapping_mul(u16::from(u8::MAX.wrapping_sub(ink))) / 255;
        u8::try_from(left).unwrap_or(u8::MAX)
    })
}

/// The RGB of a palette index: `color_map` is tag 320, all reds, then all greens, then all blues, of 16 bits
/// each, of which the upper 8 are given. A map whose entries all fit in 8 bits was written without the
/// scaling that TIFF 6.0 asks for and is taken as it is. Indices past the map are black.
#[must_use]
pub fn palette_to_rgb(index: usize, color_map: &[u16]) -> [u8; 3] {
    let scaled = color_map.iter().any(|&value| value > 255);
    let entries = color_map.len() / 3;
    let entry = |colour: usize| {
        let at = colour.saturating_mul(entries).saturating_add(index);
        let value = color_map.get(at).copied().filter(|_| index < entries).unwrap_or(0);
        u8::try_from(if scaled { value >> 8 } else { value }).unwrap_or(u8::MAX)
    };
    [entry(0), entry(1), entry(2)]
}

/// A grey value of `bits` bits (1 to 32) whose 0 is white, turned to one whose 0 is black, or back.
#[must_use]
pub fn invert_grey(value: u32, bits: u16) -> u32 {
    let most = u32::MAX.checked_shr(32_u32.saturating_sub(u32::from(bits))).unwrap_or(0);
    most.wrapping_sub(value) & most
}

/// Converts planes of `N` samples, one behind the other in `src`, to planes of red, green and blue in `dst`.
/// Converts as many pixels as both hold.
pub fn planes<const N: usize>(src: &[u8], dst: &mut [u8], convert: impl Fn([u8; N]) -> [u8; 3]) {
    let from = src.len().checked_div(N).unwrap_or(0);
    let to = dst.len() / 3;
    if from == 0 || to == 0 {
        return;
    }
    let mut pixel = [0; N];
    for at in 0..from.min(to) {
        for (sample, plane) in pixel.iter_mut().zip(src.chunks_exact(from)) {
            *sample = plane.get(at).copied().unwrap_or(0);
        }
        for (plane, colour) in dst.chunks_exact_mut(to).zip(convert(pixel)) {
            if let Some(value) = plane.get_mut(at) {
                *value = colour;
            }
        }
    }
}

/// Converts interleaved pixels of `N` samples to interleaved red, green and blue. Converts as many pixels as
/// both hold.
pub fn pixels<const N: usize>(src: &[u8], dst: &mut [u8], convert: impl Fn([u8; N]) -> [u8; 3]) {
    for (to, from) in dst.as_chunks_mut::<3>().0.iter_mut().zip(src.as_chunks::<N>().0) {
        *to = convert(*from);
    }
}
