//! Schemes that know nothing of samples: bytes in, bytes out.

use core::fmt;

use crate::compression;
use crate::decoder::Decoder;
use crate::error::Error;
use crate::spec::ChunkSpec;
use crate::workspace::Workspace;

/// Decompresses as much of the first argument as the second takes, and returns how many bytes that were.
pub(super) type Decompress = fn(&[u8], &mut [u8], &mut Workspace) -> Result<usize, Error>;

/// The decoder of such a scheme.
#[derive(Clone, Copy)]
pub(super) struct Bytes {
    pub(super) code: u16,
    pub(super) has_predictor: bool,
    /// Whether the end of a stream tells damage that the bytes before do not.
    pub(super) has_checksum: bool,
    pub(super) decompress: Decompress,
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(compression::name(self.code).unwrap_or_default())
    }
}

impl Decoder for Bytes {
    fn has_predictor(&self) -> bool {
        self.has_predictor
    }

    fn stops_early(&self) -> bool {
        !self.has_checksum
    }

    fn decode(
        &self,
        src: &[u8],
        _spec: &ChunkSpec<'_>,
        dst: &mut [u8],
        workspace: &mut Workspace,
    ) -> Result<usize, Error> {
        (self.decompress)(src, dst, workspace)
    }
}
