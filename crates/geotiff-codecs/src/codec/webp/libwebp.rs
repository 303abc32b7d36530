//! WebP, through libwebp.

#![allow(unsafe_code, reason = "libwebp is C; each call below says why it is sound")]

use core::ffi::c_int;

use libwebp_sys as ffi;

use crate::error::Error;
use crate::spec::ChunkSpec;
use crate::workspace::Workspace;

/// Decodes an image of three or four 8-bit samples to `dst`.
pub(super) fn decode(
    src: &[u8],
    spec: &ChunkSpec<'_>,
    dst: &mut [u8],
    _workspace: &mut Workspace,
) -> Result<(), Error> {
    let (mut width, mut height) = (0, 0);
    // SAFETY: libwebp reads src.len() bytes at src, and writes the two numbers.
    let found = unsafe { ffi::WebPGetInfo(src.as_ptr(), src.len(), &raw mut width, &raw mut height) };
    if found == 0 {
        return Err(Error::malformed("not a WebP image"));
    }
    crate::codec::image::check_size(
        "WebP",
        spec,
        width.try_into().unwrap_or(0),
        height.try_into().unwrap_or(0),
    )?;
    let stride = (spec.width as usize).saturating_mul(usize::from(spec.samples));
    if stride.checked_mul(spec.height as usize).is_none_or(|needed| needed != dst.len()) {
        return Err(Error::usage("dst is not as long as the decoded chunk"));
    }
    let stride = c_int::try_from(stride).map_err(|_| Error::limit("a WebP row too long for libwebp"))?;
    let decode = if spec.samples == 4 { ffi::WebPDecodeRGBAInto } else { ffi::WebPDecodeRGBInto };
    // SAFETY: libwebp reads src.len() bytes at src and writes at most dst.len() bytes at dst, which it
    // checks against the image's size and the stride itself.
    let written = unsafe { decode(src.as_ptr(), src.len(), dst.as_mut_ptr(), dst.len(), stride) };
    if written.is_null() {
        return Err(Error::malformed("the WebP image is damaged"));
    }
    Ok(())
}
