//! Deflate in a zlib wrapper (TIFF supplement 2; RFC 1950).

use alloc::boxed::Box;

use flate2::{Decompress, FlushDecompress, Status};

use crate::decoder::{ByteStream, Decoder};
use crate::error::Error;
use crate::spec::ChunkSpec;
use crate::workspace::Workspace;

/// Compression 8, and 32946, which is the same.
#[derive(Debug)]
pub(crate) struct Deflate;

impl Decoder for Deflate {
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
        inflate(src, dst, workspace)
    }

    fn stream<'a>(&self, src: &'a [u8]) -> Option<Box<dyn ByteStream + 'a>> {
        Some(Box::new(Inflater { stream: Decompress::new(true), src }))
    }
}

/// A zlib stream on its way.
struct Inflater<'a> {
    stream: Decompress,
    /// What is left of it.
    src: &'a [u8],
}

impl ByteStream for Inflater<'_> {
    fn read(&mut self, dst: &mut [u8]) -> Result<usize, Error> {
        let (written, read) = inflate_stream(&mut self.stream, self.src, dst)?;
        self.src = self.src.get(read..).unwrap_or_default();
        Ok(written)
    }
}

/// Inflates as much of `src` as `dst` takes.
///
/// libdeflate reads a whole stream at once, faster, but only one that is sound and just as long as expected;
/// whatever it declines is read again, and judged, by the streaming decoder. So the answer never depends on
/// the feature.
pub(crate) fn inflate(src: &[u8], dst: &mut [u8], workspace: &mut Workspace) -> Result<usize, Error> {
    #[cfg(feature = "libdeflate")]
    {
        let whole = workspace.libdeflate.get_or_insert_with(libdeflater::Decompressor::new);
        if whole.zlib_decompress(src, dst) == Ok(dst.len()) {
            return Ok(dst.len());
        }
    }
    let stream = workspace.inflate.get_or_insert_with(|| Decompress::new(true));
    stream.reset(true);
    inflate_stream(stream, src, dst).map(|(written, _)| written)
}

/// Inflates until `dst` is full or the stream ends: bytes written, and bytes read of `src`.
fn inflate_stream(stream: &mut Decompress, src: &[u8], dst: &mut [u8]) -> Result<(usize, usize), Error> {
    let (mut read, mut written) = (0_usize, 0_usize);
    loop {
        let (Some(input), Some(output)) = (src.get(read..), dst.get_mut(written..)) else {
            return Ok((written, read));
        };
        let before = (stream.total_in(), stream.total_out());
        let status = stream
            .decompress(input, output, FlushDecompress::Finish)
            .map_err(|error| Error::malformed("the zlib stream is damaged").with_source(error))?;
        let consumed = usize::try_from(stream.total_in().wrapping_sub(before.0)).unwrap_or(usize::MAX);
        let produced = usize::try_from(stream.total_out().wrapping_sub(before.1)).unwrap_or(usize::MAX);
        read = read.saturating_add(consumed);
        written = written.saturating_add(produced);
        if status == Status::StreamEnd || (consumed == 0 && produced == 0) || written >= dst.len() {
            return Ok((written, read));
        }
    }
}
