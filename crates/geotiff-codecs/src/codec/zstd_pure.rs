//! Zstandard (RFC 8878), in Rust.

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use ruzstd::io::Read;

use crate::decoder::Decoder;
use crate::error::Error;
use crate::spec::ChunkSpec;
use crate::workspace::Workspace;

/// Compression 50000.
#[derive(Debug)]
pub(crate) struct Zstd;

impl Decoder for Zstd {
    fn has_predictor(&self) -> bool {
        true
    }

    fn decode(
        &self,
        src: &[u8],
        _spec: &ChunkSpec<'_>,
        dst: &mut [u8],
        workspace: &mut Workspace,
    ) -> Result<usize, Error> {
        decompress(src, dst, workspace)
    }
}

/// Decompresses as much of `src` as `dst` takes.
pub(crate) fn decompress(src: &[u8], dst: &mut [u8], workspace: &mut Workspace) -> Result<usize, Error> {
    let decoder = workspace.ruzstd.get_or_insert_with(FrameDecoder::new);
    let mut rest = src;
    // Without the standard library ruzstd's errors are no `core::error::Error`s, so that they go in as text.
    let damaged = |error| Error::malformed(alloc::format!("the zstd frame is damaged: {error}"));
    decoder.init(&mut rest).map_err(damaged)?;
    let mut written = 0_usize;
    while let Some(output) = dst.get_mut(written..).filter(|output| !output.is_empty()) {
        if !decoder.is_finished() {
            // Block by block, so that a frame that holds more than dst is not expanded whole.
            decoder.decode_blocks(&mut rest, BlockDecodingStrategy::UptoBlocks(1)).map_err(damaged)?;
        }
        let count = decoder.read(output).map_err(|_| Error::malformed("the zstd frame is damaged"))?;
        written = written.saturating_add(count);
        if decoder.is_finished() && count == 0 {
            break;
        }
    }
    let sums = (decoder.get_checksum_from_data(), decoder.get_calculated_checksum());
    if decoder.is_finished() && decoder.can_collect() == 0 && matches!(sums, (Some(a), Some(b)) if a != b) {
        return Err(Error::malformed("the zstd frame's checksum does not match"));
    }
    Ok(written)
}
