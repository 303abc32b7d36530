//! Esri's Limited Error Raster Compression, with Deflate or ZSTD around it where `LercParameters` says so.

#[cfg(feature = "lerc-sys")]
mod esri;
#[cfg(not(feature = "lerc-sys"))]
mod rust;

#[cfg(feature = "lerc-sys")]
use esri as backend;
#[cfg(not(feature = "lerc-sys"))]
use rust as backend;

use alloc::vec::Vec;

use crate::decoder::{Decoder, Output};
use crate::error::Error;
use crate::kernels;
use crate::pipeline::resized;
use crate::spec::{ChunkSpec, SampleType};
use crate::workspace::Workspace;

/// Compression 34887.
#[derive(Debug)]
pub(crate) struct Lerc;

impl Decoder for Lerc {
    fn output(&self, _spec: &ChunkSpec<'_>) -> Output {
        Output::Samples
    }

    fn decode(
        &self,
        src: &[u8],
        spec: &ChunkSpec<'_>,
        dst: &mut [u8],
        workspace: &mut Workspace,
    ) -> Result<usize, Error> {
        let mut buffer = core::mem::take(&mut workspace.blob);
        let result = blob(src, spec, &mut buffer, workspace).and_then(|len| {
            decode(len.map_or(src, |len| buffer.get(..len).unwrap_or_default()), spec, dst, workspace)
        });
        workspace.blob = buffer;
        result.map(|()| dst.len())
    }
}

/// Takes the additional compression off, if there is one, into `buffer`: the length of the blob found there.
fn blob(
    src: &[u8],
    spec: &ChunkSpec<'_>,
    buffer: &mut Vec<u8>,
    workspace: &mut Workspace,
) -> Result<Option<usize>, Error> {
    let additional = spec.lerc_parameters.and_then(|parameters| parameters.get(1)).copied().unwrap_or(0);
    if additional == 0 {
        return Ok(None);
    }
    // A blob is not longer than its samples, but for its header, masks and the ranges of its bands.
    let bound = spec.decoded_len()?.saturating_mul(2).saturating_add(4096);
    let buffer = resized(buffer, bound)?;
    #[cfg(not(any(feature = "deflate", feature = "zstd", feature = "zstd-pure")))]
    let _ = (src, buffer, workspace);
    match additional {
        #[cfg(feature = "deflate")]
        1 => crate::codec::deflate::inflate(src, buffer, workspace).map(Some),
        #[cfg(not(feature = "deflate"))]
        1 => Err(Error::disabled(spec.compression, "deflate")),
        #[cfg(any(feature = "zstd", feature = "zstd-pure"))]
        2 => crate::codec::zstd::decompress(src, buffer, workspace).map(Some),
        #[cfg(not(any(feature = "zstd", feature = "zstd-pure")))]
        2 => Err(Error::disabled(spec.compression, "zstd")),
        other => Err(Error::unsupported(alloc::format!("LERC inside additional compression {other}"))),
    }
}

/// What a blob's header says.
#[derive(Clone, Copy, Debug)]
struct Info {
    width: u32,
    height: u32,
    /// Values of a pixel.
    depth: u32,
    /// Images one behind the other.
    bands: u32,
    sample_type: SampleType,
}

impl Info {
    fn pixels(self) -> usize {
        (self.width as usize).saturating_mul(self.height as usize)
    }
}

fn decode(blob: &[u8], spec: &ChunkSpec<'_>, dst: &mut [u8], workspace: &mut Workspace) -> Result<(), Error> {
    let info = backend::info(blob)?;
    crate::codec::image::check_size("LERC", spec, info.width, info.height)?;
    let sample_type = spec.sample_type()?;
    let whole = usize::from(spec.bits_per_sample) == sample_type.size().saturating_mul(8);
    if info.sample_type != sample_type || !whole {
        let message = alloc::format!("a LERC blob of {:?} samples for {sample_type:?}", info.sample_type);
        return Err(Error::malformed(message));
    }
    let found = info.depth.saturating_mul(info.bands);
    let wanted = u32::from(spec.samples);
    // GDAL stores the alpha of 8-bit pixels as the validity of a blob of the other samples.
    let alpha_is_mask = found.saturating_add(1) == wanted && info.bands == 1 && sample_type == SampleType::U8;
    if found != wanted && !alpha_is_mask {
        return Err(Error::malformed(alloc::format!("{found} LERC values for {wanted} samples")));
    }
    let mut masks = core::mem::take(&mut workspace.masks);
    masks.clear();
    let result = if info.bands == 1 && !alpha_is_mask && backend::takes(dst, sample_type) {
        backend::decode(blob, info, dst, &mut masks)
    } else {
        through_scratch(blob, info, spec, dst, workspace, &mut masks)
    };
    if result.is_ok() {
        if alpha_is_mask {
            put_alpha(&masks, usize::from(spec.samples), dst);
        } else if !masks.is_empty() {
            put_nan(&masks, info, sample_type, dst);
            keep_validity(&masks, info, workspace);
        }
        // libtiff swaps the samples of a file of the other byte order around LERC like around any codec, so
        // such a file's blobs hold swapped numbers.
        if spec.byte_order.is_foreign() {
            kernels::swap_bytes(dst, sample_type.size());
        }
    }
    workspace.masks = masks;
    result
}

/// Decodes to aligned memory and joins from there what makes up a pixel.
fn through_scratch(
    blob: &[u8],
    info: Info,
    spec: &ChunkSpec<'_>,
    dst: &mut [u8],
    workspace: &mut Workspace,
    masks: &mut Vec<u8>,
) -> Result<(), Error> {
    let size = info.sample_type.size();
    let part = (info.depth as usize).saturating_mul(size);
    let band_len = info.pixels().saturating_mul(part);
    let len = band_len.saturating_mul(info.bands as usize);
    let words = len.div_ceil(8);
    if let Some(more) = words.checked_sub(workspace.aligned.len()) {
        let no_memory = |error| Error::limit("no memory for the LERC samples").with_source(error);
        workspace.aligned.try_reserve_exact(more).map_err(no_memory)?;
        workspace.aligned.resize(words, 0);
    }
    let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut workspace.aligned);
    let Some(scratch) = bytes.get_mut(..len) else { return Err(Error::usage("the buffer did not grow")) };
    backend::decode(blob, info, scratch, masks)?;
    let pixel = usize::from(spec.samples).saturating_mul(size);
    for (band, values) in scratch.chunks_exact(band_len.max(1)).enumerate() {
        let at = band.saturating_mul(part);
        for (to, from) in dst.chunks_exact_mut(pixel.max(1)).zip(values.chunks_exact(part.max(1))) {
            if let Some(to) = to.get_mut(at..at.saturating_add(part)) {
                to.copy_from_slice(from);
            }
        }
    }
    Ok(())
}

/// Writes the last of each pixel's samples: opaque where the pixel is valid.
fn put_alpha(mask: &[u8], samples: usize, dst: &mut [u8]) {
    for (i, pixel) in dst.chunks_exact_mut(samples.max(1)).enumerate() {
        if let Some(alpha) = pixel.last_mut() {
            *alpha = if mask.get(i).is_none_or(|&valid| valid != 0) { u8::MAX } else { 0 };
        }
    }
}

/// Gives the floats that have no value what GDAL gives them, not a number.
fn put_nan(masks: &[u8], info: Info, sample_type: SampleType, dst: &mut [u8]) {
    let depth = info.depth as usize;
    let part = depth.saturating_mul(sample_type.size());
    let pixel = part.saturating_mul(info.bands as usize);
    for (band, mask) in masks.chunks_exact(info.pixels().max(1)).enumerate() {
        let at = band.saturating_mul(part);
        for (pixel, _) in dst.chunks_exact_mut(pixel.max(1)).zip(mask).filter(|(_, valid)| **valid == 0) {
            let Some(values) = pixel.get_mut(at..at.saturating_add(part)) else { continue };
            match sample_type {
                SampleType::F32 => values.as_chunks_mut().0.fill(f32::NAN.to_ne_bytes()),
                SampleType::F64 => values.as_chunks_mut().0.fill(f64::NAN.to_ne_bytes()),
                _ => {}
            }
        }
    }
}

/// Keeps for the caller which pixels have a value, in any band.
fn keep_validity(masks: &[u8], info: Info, workspace: &mut Workspace) {
    let validity = &mut workspace.validity;
    validity.clear();
    validity.resize(info.pixels(), 0);
    for mask in masks.chunks_exact(info.pixels().max(1)) {
        for (to, valid) in validity.iter_mut().zip(mask) {
            *to |= if *valid == 0 { 0 } else { u8::MAX };
        }
    }
    workspace.has_validity = true;
}
