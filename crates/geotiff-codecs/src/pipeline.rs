//! From a chunk's compressed bytes to samples.

use alloc::vec::Vec;

use crate::decoder::{Decoder, Output};
use crate::error::Error;
use crate::kernels;
use crate::packing::{self, Packing};
use crate::registry::Codecs;
use crate::spec::{ChunkSpec, SampleFormat, SampleOrder};
use crate::workspace::Workspace;

impl Codecs {
    /// Decodes one strip or tile into `dst`: decompression, fill order, predictor, byte order, unpacking to
    /// whole samples and, for [`SampleOrder::Planar`], separation into one plane a sample.
    ///
    /// `dst` is filled with samples of [`ChunkSpec::sample_type`] in the machine's byte order; it may have any
    /// alignment. A stream that holds more than the chunk is cut at the chunk's end, as libtiff cuts it.
    ///
    /// # Errors
    /// [`Usage`](crate::ErrorKind::Usage) where `dst` is not [`ChunkSpec::decoded_len`] bytes long;
    /// [`Malformed`](crate::ErrorKind::Malformed) where the stream is damaged or holds fewer bytes than the
    /// chunk needs; [`Unsupported`](crate::ErrorKind::Unsupported) and
    /// [`DisabledCodec`](crate::ErrorKind::DisabledCodec) where nothing reads it;
    /// [`Limit`](crate::ErrorKind::Limit) where the chunk cannot be addressed. After an error `dst` holds
    /// unspecified bytes.
    pub fn decode(
        &self,
        src: &[u8],
        spec: &ChunkSpec<'_>,
        order: SampleOrder,
        dst: &mut [u8],
        workspace: &mut Workspace,
    ) -> Result<(), Error> {
        workspace.has_validity = false;
        let decoder = self.get(spec.compression)?;
        let needed = spec.decoded_len()?;
        if dst.len() != needed {
            let message = alloc::format!("dst has {} bytes, the decoded chunk {needed}", dst.len());
            return Err(Error::usage(message));
        }
        if dst.is_empty() {
            return Ok(());
        }
        let result =
            in_file_order(decoder, src, spec, workspace, |src, workspace| match decoder.output(spec) {
                Output::Samples => samples(decoder, src, spec, order, dst, workspace),
                Output::Encoded => encoded(decoder, src, spec, order, dst, workspace),
            });
        result.map_err(|error: Error| error.with_compression(spec.compression))
    }
}

/// Calls `work` with the compressed bytes, their bits turned where the fill order asks for it.
pub(crate) fn in_file_order<E: From<Error>>(
    decoder: &dyn Decoder,
    src: &[u8],
    spec: &ChunkSpec<'_>,
    workspace: &mut Workspace,
    work: impl FnOnce(&[u8], &mut Workspace) -> Result<(), E>,
) -> Result<(), E> {
    if spec.fill_order != 2 || !decoder.reverses_bits() {
        return work(src, workspace);
    }
    let mut reversed = core::mem::take(&mut workspace.reversed);
    let turned = resized(&mut reversed, src.len())?;
    kernels::reverse_bits(src, turned);
    let result = work(turned, workspace);
    workspace.reversed = reversed;
    result
}

/// A buffer's first `len` bytes, of unspecified value. Grows the buffer, never shrinks it, so that chunks of
/// alternating size do not clear it again and again.
pub(crate) fn resized(buffer: &mut Vec<u8>, len: usize) -> Result<&mut [u8], Error> {
    if let Some(more) = len.checked_sub(buffer.len()) {
        buffer
            .try_reserve_exact(more)
            .map_err(|error| Error::limit("no memory for the chunk").with_source(error))?;
        buffer.resize(len, 0);
    }
    buffer.get_mut(..len).ok_or_else(|| Error::usage("the buffer did not grow"))
}

/// Runs the decoder and insists on a full chunk.
pub(crate) fn fill(
    decoder: &dyn Decoder,
    src: &[u8],
    spec: &ChunkSpec<'_>,
    dst: &mut [u8],
    workspace: &mut Workspace,
) -> Result<(), Error> {
    let written = decoder.decode(src, spec, dst, workspace)?;
    if written < dst.len() {
        return Err(short(written, dst.len()));
    }
    Ok(())
}

pub(crate) fn short(found: usize, needed: usize) -> Error {
    Error::malformed(alloc::format!("the chunk holds {found} of {needed} bytes"))
}

/// Calls `work` with a scratch buffer of `len` bytes beside the workspace.
fn with_scratch(
    workspace: &mut Workspace,
    len: usize,
    work: impl FnOnce(&mut [u8], &mut Workspace) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut buffer = core::mem::take(&mut workspace.encoded);
    let result = resized(&mut buffer, len).and_then(|scratch| work(scratch, workspace));
    workspace.encoded = buffer;
    result
}

/// The way of codecs that yield finished, pixel-interleaved samples.
fn samples(
    decoder: &dyn Decoder,
    src: &[u8],
    spec: &ChunkSpec<'_>,
    order: SampleOrder,
    dst: &mut [u8],
    workspace: &mut Workspace,
) -> Result<(), Error> {
    if order == SampleOrder::Interleaved || spec.samples == 1 {
        return fill(decoder, src, spec, dst, workspace);
    }
    let size = spec.sample_type()?.size();
    with_scratch(workspace, dst.len(), |scratch, workspace| {
        fill(decoder, src, spec, scratch, workspace)?;
        let samples = usize::from(spec.samples);
        let plane_len = dst.len().checked_div(samples).unwrap_or(0);
        kernels::deinterleave(scratch, dst, size, samples, plane_len, 0);
        Ok(())
    })
}

/// The way of codecs that yield the bytes of an uncompressed TIFF.
pub(crate) fn encoded(
    decoder: &dyn Decoder,
    src: &[u8],
    spec: &ChunkSpec<'_>,
    order: SampleOrder,
    dst: &mut [u8],
    workspace: &mut Workspace,
) -> Result<(), Error> {
    let predictor = Predictor::of(spec, decoder)?;
    let packing = Packing::of(spec)?;
    if matches!(packing, Packing::Ycbcr { .. }) && predictor != Predictor::None {
        return Err(Error::unsupported("a predictor on subsampled YCbCr"));
    }
    let packed_len = packing::packed_len(spec, packing)?;
    let unit = swap_unit(spec, predictor)?;
    if packing != Packing::Whole {
        return with_scratch(workspace, packed_len, |scratch, workspace| {
            fill(decoder, src, spec, scratch, workspace)?;
            finish_rows(scratch, spec, predictor, unit, workspace)?;
            packing::unpack(scratch, spec, packing, order, dst)
        });
    }
    if order == SampleOrder::Interleaved || spec.samples == 1 {
        fill(decoder, src, spec, dst, workspace)?;
        return finish_rows(dst, spec, predictor, unit, workspace);
    }
    if let Some(stored) = decoder.stored(src) {
        let stored = stored.get(..packed_len).ok_or_else(|| short(stored.len(), packed_len))?;
        return finish_planes(stored, spec, predictor, unit, dst, workspace);
    }
    with_scratch(workspace, packed_len, |scratch, workspace| {
        fill(decoder, src, spec, scratch, workspace)?;
        finish_planes(scratch, spec, predictor, unit, dst, workspace)
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Predictor {
    None,
    /// Horizontal differencing of numbers of so many bytes.
    Horizontal(usize),
    /// The floating-point predictor, on floats of so many bytes.
    FloatingPoint(usize),
}

impl Predictor {
    /// Which predictor a chunk has, by libtiff's rules of what may be combined.
    pub(crate) fn of(spec: &ChunkSpec<'_>, decoder: &dyn Decoder) -> Result<Self, Error> {
        if !decoder.has_predictor() {
            return Ok(Self::None);
        }
        let bits = spec.bits_per_sample;
        match (spec.predictor, bits) {
            (1, _) => Ok(Self::None),
            (2, 8 | 16 | 32 | 64) => Ok(Self::Horizontal(usize::from(bits / 8))),
            (3, 16 | 24 | 32 | 64) if spec.sample_format == SampleFormat::Float => {
                Ok(Self::FloatingPoint(usize::from(bits / 8)))
            }
            (predictor, _) => Err(Error::unsupported(alloc::format!(
                "predictor {predictor} on {bits}-bit samples of format {:?}",
                spec.sample_format
            ))),
        }
    }
}

/// Bytes that make up one number, as far as byte order goes; 1 where it does not matter.
pub(crate) fn swap_unit(spec: &ChunkSpec<'_>, predictor: Predictor) -> Result<usize, Error> {
    if !spec.byte_order.is_foreign() {
        return Ok(1);
    }
    Ok(match (predictor, Packing::of(spec)?) {
        // Its bytes come most significant first in any file.
        (Predictor::FloatingPoint(_), _) => 1,
        // libtiff swaps what it differences, which parts complex numbers as no other file does.
        (Predictor::Horizontal(size), _) => size,
        (Predictor::None, Packing::Whole) => spec.sample_type()?.component_size(),
        (Predictor::None, Packing::Float16) => 2,
        (Predictor::None, Packing::Float24 | Packing::Bits(24)) => 3,
        (Predictor::None, Packing::Bits(_) | Packing::Ycbcr { .. }) => 1,
    })
}

/// Undoes predictor and byte order in place, row by row, pixels staying interleaved; `unit` is the
/// [`swap_unit`].
pub(crate) fn finish_rows(
    rows: &mut [u8],
    spec: &ChunkSpec<'_>,
    predictor: Predictor,
    unit: usize,
    workspace: &mut Workspace,
) -> Result<(), Error> {
    kernels::swap_bytes(rows, unit);
    let row_len = packing::row_len(spec)?.max(1);
    let samples = usize::from(spec.samples);
    match predictor {
        Predictor::None => {}
        Predictor::Horizontal(size) => {
            rows.chunks_exact_mut(row_len).for_each(|row| kernels::accumulate(row, size, samples));
        }
        Predictor::FloatingPoint(size) => {
            let planes = resized(&mut workspace.row, row_len)?;
            for row in rows.chunks_exact_mut(row_len) {
                kernels::accumulate(row, 1, samples);
                planes.copy_from_slice(row);
                kernels::unshuffle(planes, row, size);
            }
        }
    }
    Ok(())
}

/// Separates whole samples into planes and undoes predictor and byte order there, row by row: on planes every
/// predictor is a plain running sum, and a row is still in the cache when its turn comes. `unit` is the [`swap_unit`].
pub(crate) fn finish_planes(
    interleaved: &[u8],
    spec: &ChunkSpec<'_>,
    predictor: Predictor,
    unit: usize,
    dst: &mut [u8],
    workspace: &mut Workspace,
) -> Result<(), Error> {
    let size = spec.sample_type()?.size();
    let samples = usize::from(spec.samples);
    let plane_len = dst.len().checked_div(samples).unwrap_or(0);
    if predictor == Predictor::None {
        kernels::deinterleave(interleaved, dst, size, samples, plane_len, 0);
        kernels::swap_bytes(dst, unit);
        return Ok(());
    }
    let row_len = packing::row_len(spec)?.max(1);
    let plane_row = row_len.checked_div(samples).unwrap_or(0);
    let bytes = resized(&mut workspace.row, row_len)?;
    for (y, row) in interleaved.chunks_exact(row_len).enumerate() {
        let at = y.wrapping_mul(plane_row);
        match predictor {
            Predictor::Horizontal(_) => kernels::deinterleave(row, dst, size, samples, plane_len, at),
            _ => kernels::deinterleave(row, bytes, 1, samples, plane_row, 0),
        }
        for sample in 0..samples {
            let start = sample.wrapping_mul(plane_len).wrapping_add(at);
            let Some(to) = dst.get_mut(start..start.wrapping_add(plane_row)) else { continue };
            match predictor {
                Predictor::FloatingPoint(size) => {
                    let start = sample.wrapping_mul(plane_row);
                    let Some(from) = bytes.get_mut(start..start.wrapping_add(plane_row)) else { continue };
                    kernels::accumulate(from, 1, 1);
                    kernels::unshuffle(from, to, size);
                }
                Predictor::Horizontal(number) => {
                    kernels::swap_bytes(to, unit);
                    kernels::accumulate(to, number, 1);
                }
                Predictor::None => {}
            }
        }
    }
    Ok(())
}
