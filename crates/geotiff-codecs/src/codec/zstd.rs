//! Zstandard (RFC 8878), through the reference library.

use zstd::zstd_safe::{DCtx, InBuffer, OutBuffer, ResetDirective};

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

/// Decompresses as much of `src` as `dst` takes: in one go where the frame is just as long as expected, else
/// as a stream that is cut where `dst` ends.
pub(crate) fn decompress(src: &[u8], dst: &mut [u8], workspace: &mut Workspace) -> Result<usize, Error> {
    if workspace.zstd.is_none() {
        workspace.zstd = DCtx::try_create();
    }
    let Some(context) = &mut workspace.zstd else { return Err(Error::limit("no memory for a zstd context")) };
    if context.decompress(dst, src) == Ok(dst.len()) {
        return Ok(dst.len());
    }
    let damaged = |code| Error::malformed(zstd::zstd_safe::get_error_name(code));
    context.reset(ResetDirective::SessionOnly).map_err(damaged)?;
    let mut input = InBuffer::around(src);
    let mut output = OutBuffer::around(dst);
    loop {
        let before = (input.pos(), output.pos());
        let left = context.decompress_stream(&mut output, &mut input).map_err(damaged)?;
        if left == 0 || output.pos() == output.capacity() || before == (input.pos(), output.pos()) {
            return Ok(output.pos());
        }
    }
}
