//! WebP.

#[cfg(feature = "webp")]
mod libwebp;
#[cfg(not(feature = "webp"))]
mod rust;

#[cfg(feature = "webp")]
use libwebp as backend;
#[cfg(not(feature = "webp"))]
use rust as backend;

use crate::decoder::{Decoder, Output};
use crate::error::Error;
use crate::spec::{ChunkSpec, SampleType};
use crate::workspace::Workspace;

/// Compression 50001.
#[derive(Debug)]
pub(crate) struct WebP;

impl Decoder for WebP {
    fn output(&self, _spec: &ChunkSpec<'_>) -> Output {
        Output::Samples
    }

    fn decode(
        &self,
        src: &[u8],
        spec: &ChunkSpec<'_>,
        dst: &mut [u8],
        workspace: &mut Workspace,
    ) -> Result<usize, Error> {
        let whole_bytes = spec.bits_per_sample == 8 && spec.sample_type()? == SampleType::U8;
        if !whole_bytes || !matches!(spec.samples, 3 | 4) {
            return Err(Error::unsupported("WebP of other than three or four 8-bit samples"));
        }
        backend::decode(src, spec, dst, workspace)?;
        Ok(dst.len())
    }
}
