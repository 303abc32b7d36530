//! Chunks decoded row by row, in memory for a few rows: for strips as large as an image.

use alloc::vec::Vec;
use core::ops::Range;

use crate::codec::none::Uncompressed;
use crate::decoder::{ByteStream, Decoder};
use crate::error::Error;
use crate::packing::{self, Packing};
use crate::pipeline::{encoded, in_file_order, resized};
use crate::registry::Codecs;
use crate::spec::{ChunkSpec, SampleOrder};
use crate::workspace::Workspace;

/// Bytes of the rows that are decoded at once, unless one row is larger.
const GROUP_BYTES: usize = 1 << 20;

impl Codecs {
    /// Whether [`decode_rows`](Self::decode_rows) decodes such chunks.
    #[must_use]
    pub fn decodes_by_rows(&self, spec: &ChunkSpec<'_>) -> bool {
        self.get(spec.compression).is_ok_and(|decoder| decoder.stream(&[]).is_some()) && plain_rows(spec)
    }

    /// Decodes `rows` of a chunk, a few at a time, in order: `put` is called with the number of the first and of the
    /// one after the last row, and with their samples as [`decode`](Self::decode) would give them for a chunk of just
    /// these rows. What comes before `rows` is decoded and dropped, what comes after is not looked at. Memory stays
    /// within a few MiB, or a few rows, whatever the size of the chunk.
    ///
    /// # Errors
    /// As [`decode`](Self::decode); [`Unsupported`](crate::ErrorKind::Unsupported) for chunks that are not decoded by
    /// rows; and what `put` returns.
    pub fn decode_rows<E: From<Error>>(
        &self,
        src: &[u8],
        spec: &ChunkSpec<'_>,
        order: SampleOrder,
        rows: Range<u32>,
        workspace: &mut Workspace,
        mut put: impl FnMut(Range<u32>, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let decoder = self.get(spec.compression)?;
        in_file_order(decoder, src, spec, workspace, |src, workspace| {
            let stream = decoder.stream(src).filter(|_| plain_rows(spec));
            let rest = Rest { has_predictor: decoder.has_predictor() };
            let mut rows = Rows { spec, order, rows, rest };
            match stream {
                Some(mut stream) => rows.hand_out(stream.as_mut(), workspace, &mut put),
                None => Err(rows.named(Error::unsupported("chunks decoded by rows"))),
            }
        })
    }
}

/// The rows that are wanted of a chunk.
struct Rows<'a> {
    spec: &'a ChunkSpec<'a>,
    order: SampleOrder,
    rows: Range<u32>,
    rest: Rest,
}

impl Rows<'_> {
    fn named<E: From<Error>>(&self, error: Error) -> E {
        error.with_compression(self.spec.compression).into()
    }

    fn hand_out<E: From<Error>>(
        &mut self,
        stream: &mut (dyn ByteStream + '_),
        workspace: &mut Workspace,
        put: &mut impl FnMut(Range<u32>, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let (spec, rows) = (self.spec, self.rows.clone());
        let row_len = packing::row_len(spec).map_err(|error| self.named(error))?.max(1);
        let group = u32::try_from(GROUP_BYTES.checked_div(row_len).unwrap_or(0)).unwrap_or(u32::MAX).max(1);
        let (mut packed, mut samples) = (Vec::new(), Vec::new());
        let mut first = 0_u32;
        while first < rows.end.min(spec.height) {
            // Groups end where the wanted rows begin.
            let border = if first < rows.start { rows.start } else { rows.end.min(spec.height) };
            let end = first.saturating_add(group).min(border);
            let part = ChunkSpec { height: end.saturating_sub(first), ..*spec };
            let packed = resized(&mut packed, packing::packed_len(&part, Packing::of(&part)?)?)?;
            fill(stream, packed).map_err(|error| self.named(error))?;
            if first >= rows.start {
                let samples = resized(&mut samples, part.decoded_len()?)?;
                encoded(&self.rest, packed, &part, self.order, samples, workspace)
                    .map_err(|error| self.named(error))?;
                put(first..end, samples)?;
            }
            first = end;
        }
        Ok(())
    }
}

/// Whether each row of the decoded bytes is one of the image.
fn plain_rows(spec: &ChunkSpec<'_>) -> bool {
    Packing::of(spec).is_ok_and(|packing| !matches!(packing, Packing::Ycbcr { .. }))
}

/// Reads until `dst` is full.
fn fill(stream: &mut (dyn ByteStream + '_), dst: &mut [u8]) -> Result<(), Error> {
    let needed = dst.len();
    let mut filled = 0_usize;
    while let Some(rest) = dst.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match stream.read(rest)? {
            0 => return Err(Error::malformed(alloc::format!("the rows hold {filled} of {needed} bytes"))),
            read => filled = filled.saturating_add(read),
        }
    }
    Ok(())
}

/// What is left to do with bytes that are decompressed already.
#[derive(Debug)]
struct Rest {
    has_predictor: bool,
}

impl Decoder for Rest {
    fn has_predictor(&self) -> bool {
        self.has_predictor
    }

    fn stored<'a>(&self, src: &'a [u8]) -> Option<&'a [u8]> {
        Some(src)
    }

    fn decode(
        &self,
        src: &[u8],
        spec: &ChunkSpec<'_>,
        dst: &mut [u8],
        workspace: &mut Workspace,
    ) -> Result<usize, Error> {
        Uncompressed.decode(src, spec, dst, workspace)
    }
}
