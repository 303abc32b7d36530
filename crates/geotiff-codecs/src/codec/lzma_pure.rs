//! LZMA2 in an xz stream, compression 34925, in Rust.

use lzma_rust2::XzReader;
use std::io::Read;

use crate::error::Error;
use crate::workspace::Workspace;

/// More than any preset of xz needs (65 MiB), and what a hostile stream may make us allocate.
const MEMORY_LIMIT_KIB: u32 = 256 << 10;

/// Decompresses as much of `src` as `dst` takes.
pub(super) fn decompress(src: &[u8], dst: &mut [u8], _workspace: &mut Workspace) -> Result<usize, Error> {
    let mut reader = XzReader::new_mem_limit(src, false, MEMORY_LIMIT_KIB);
    let mut written = 0_usize;
    while let Some(output) = dst.get_mut(written..).filter(|output| !output.is_empty()) {
        match reader.read(output) {
            Ok(0) => break,
            Ok(count) => written = written.saturating_add(count),
            Err(error) => return Err(Error::malformed("the xz stream is damaged").with_source(error)),
        }
    }
    Ok(written)
}
