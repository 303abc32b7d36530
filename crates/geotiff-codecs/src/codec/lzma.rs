//! LZMA2 in an xz stream, compression 34925, through liblzma.

use liblzma::stream::{Action, Status, Stream};

use crate::error::Error;
use crate::workspace::Workspace;

/// More than any preset of xz needs (65 MiB), and what a hostile stream may make us allocate.
const MEMORY_LIMIT: u64 = 256 << 20;

/// Decompresses as much of `src` as `dst` takes.
pub(super) fn decompress(src: &[u8], dst: &mut [u8], _workspace: &mut Workspace) -> Result<usize, Error> {
    let damaged = |error: liblzma::stream::Error| match error {
        liblzma::stream::Error::Mem | liblzma::stream::Error::MemLimit => {
            Error::limit("the xz stream needs too much memory").with_source(error)
        }
        _ => Error::malformed("the xz stream is damaged").with_source(error),
    };
    let mut stream = Stream::new_stream_decoder(MEMORY_LIMIT, 0).map_err(damaged)?;
    loop {
        let before = (stream.total_in(), stream.total_out());
        let read = usize::try_from(before.0).unwrap_or(usize::MAX);
        let written = usize::try_from(before.1).unwrap_or(usize::MAX);
        let (Some(input), Some(output)) = (src.get(read..), dst.get_mut(written..)) else {
            return Ok(written);
        };
        if output.is_empty() {
            return Ok(written);
        }
        let status = stream.process(input, output, Action::Run).map_err(damaged)?;
        let after = (stream.total_in(), stream.total_out());
        if after == before || matches!(status, Status::StreamEnd | Status::MemNeeded) {
            return Ok(usize::try_from(after.1).unwrap_or(usize::MAX));
        }
    }
}
