//! WebP, in Rust.

use image_webp::WebPDecoder;
use std::io::Cursor;

use crate::error::Error;
use crate::pipeline::resized;
use crate::spec::ChunkSpec;
use crate::workspace::Workspace;

/// Decodes an image of three or four 8-bit samples to `dst`.
pub(super) fn decode(
    src: &[u8],
    spec: &ChunkSpec<'_>,
    dst: &mut [u8],
    workspace: &mut Workspace,
) -> Result<(), Error> {
    let damaged = |error| Error::malformed("the WebP image is damaged").with_source(error);
    let mut decoder = WebPDecoder::new(Cursor::new(src)).map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    crate::codec::image::check_size("WebP", spec, width, height)?;
    if decoder.is_animated() {
        return Err(Error::unsupported("an animated WebP image"));
    }
    decoder.set_memory_limit(dst.len().saturating_mul(4));
    let samples = usize::from(spec.samples);
    if decoder.has_alpha() == (samples == 4) {
        decoder.read_image(dst).map_err(damaged)?;
        return Ok(());
    }
    // Alpha that the TIFF does not have is dropped; alpha that the image does not have is opaque.
    let found = if decoder.has_alpha() { 4 } else { 3 };
    let len = decoder.output_buffer_size().ok_or_else(|| Error::limit("a WebP image too large"))?;
    let image = resized(&mut workspace.cropped, len)?;
    decoder.read_image(image).map_err(damaged)?;
    for (to, from) in dst.chunks_exact_mut(samples).zip(image.chunks_exact(found)) {
        for (i, to) in to.iter_mut().enumerate() {
            *to = from.get(i).copied().unwrap_or(u8::MAX);
        }
    }
    Ok(())
}
