//! No compression.

use crate::decoder::Decoder;
use crate::error::Error;
use crate::spec::ChunkSpec;
use crate::workspace::Workspace;

/// Compression 1: the bytes as they are.
#[derive(Debug)]
pub(crate) struct Uncompressed;

impl Decoder for Uncompressed {
    fn stored<'a>(&self, src: &'a [u8]) -> Option<&'a [u8]> {
        Some(src)
    }

    fn decode(
        &self,
        src: &[u8],
        _spec: &ChunkSpec<'_>,
        dst: &mut [u8],
        _workspace: &mut Workspace,
    ) -> Result<usize, Error> {
        let len = src.len().min(dst.len());
        if let (Some(to), Some(from)) = (dst.get_mut(..len), src.get(..len)) {
            to.copy_from_slice(from);
        }
        Ok(len)
    }
}
