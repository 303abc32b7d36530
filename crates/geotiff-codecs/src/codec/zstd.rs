//! Zstandard (RFC 8878), through the reference library.

use alloc::boxed::Box;

use zstd::zstd_safe::{DCtx, InBuffer, OutBuffer, ResetDirective};

use crate::decoder::{ByteStream, Decoder};
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

    fn stream<'a>(&self, src: &'a [u8]) -> Option<Box<dyn ByteStream + 'a>> {
        Some(Box::new(Frames { context: DCtx::try_create()?, src }))
    }
}

/// A zstd stream on its way.
struct Frames<'a> {
    context: DCtx<'static>,
    /// What is left of it.
    src: &'a [u8],
}

impl ByteStream for Frames<'_> {
    fn read(&mut self, dst: &mut [u8]) -> Result<usize, Error> {
        let (written, read) = decompress_stream(&mut self.context, self.src, dst)?;
        self.src = self.src.get(read..).unwrap_or_default();
        Ok(written)
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
    context.reset(ResetDirective::SessionOnly).map_err(damaged)?;
    decompress_stream(context, src, dst).map(|(written, _)| written)
}

fn damaged(code: usize) -> Error {
    Error::malformed(zstd::zstd_safe::get_error_name(code))
}

/// Decompresses until `dst` is full or the frame ends: bytes written, and bytes read of `src`.
fn decompress_stream(
    context: &mut DCtx<'static>,
    src: &[u8],
    dst: &mut [u8],
) -> Result<(usize, usize), Error> {
    let mut input = InBuffer::around(src);
    let mut output = OutBuffer::around(dst);
    loop {
        let before = (input.pos(), output.pos());
        let left = context.decompress_stream(&mut output, &mut input).map_err(damaged)?;
        if left == 0 || output.pos() == output.capacity() || before == (input.pos(), output.pos()) {
            return Ok((output.pos(), input.pos()));
        }
    }
}
