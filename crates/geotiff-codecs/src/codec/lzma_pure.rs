//! LZMA2 in an xz stream, in Rust.

use lzma_rust2::XzReader;
use std::io::Read;

use crate::decoder::Decoder;
use crate::error::Error;
use crate::spec::ChunkSpec;
use crate::workspace::Workspace;

/// Compression 34925.
#[derive(Debug)]
pub(crate) struct Lzma;

/// More than any preset of xz needs (65 MiB), and what a hostile stream may make us allocate.
const MEMORY_LIMIT_KIB: u32 = 256 << 10;

impl Decoder for Lzma {
    fn has_predictor(&self) -> bool {
        true
    }

    fn decode(
        &self,
        src: &[u8],
        _spec: &ChunkSpec<'_>,
        dst: &mut [u8],
        _workspace: &mut Workspace,
    ) -> Result<usize, Error> {
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
}
