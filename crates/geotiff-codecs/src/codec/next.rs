//! NeXT's run-length coding of 2-bit grey, as libtiff reads it.

use crate::decoder::Decoder;
use crate::error::Error;
use crate::packing::row_len;
use crate::spec::ChunkSpec;
use crate::workspace::Workspace;

/// Compression 32766.
#[derive(Debug)]
pub(crate) struct Next;

/// A row of literal bytes follows.
const LITERAL_ROW: u8 = 0x00;
/// A white row with one span of literal bytes follows: offset and count as big-endian 16-bit numbers.
const LITERAL_SPAN: u8 = 0x40;
const WHITE: u8 = 0xff;

impl Decoder for Next {
    fn decode(
        &self,
        src: &[u8],
        spec: &ChunkSpec<'_>,
        dst: &mut [u8],
        _workspace: &mut Workspace,
    ) -> Result<usize, Error> {
        if spec.bits_per_sample != 2 {
            return Err(Error::unsupported("NeXT coding of other than 2-bit samples"));
        }
        let row_len = row_len(spec)?.max(1);
        let pixels = spec.row_samples()?;
        let mut rest = src;
        let mut written = 0_usize;
        for row in dst.chunks_exact_mut(row_len) {
            let Some((code, tail)) = rest.split_first() else { break };
            row.fill(WHITE);
            rest = match *code {
                LITERAL_ROW => literal(row, tail)?,
                LITERAL_SPAN => span(row, tail)?,
                _ => runs(row, rest, pixels)?,
            };
            written = written.saturating_add(row_len);
        }
        Ok(written)
    }
}

fn short() -> Error {
    Error::malformed("a NeXT row ends early")
}

fn literal<'a>(row: &mut [u8], src: &'a [u8]) -> Result<&'a [u8], Error> {
    let (bytes, rest) = src.split_at_checked(row.len()).ok_or_else(short)?;
    row.copy_from_slice(bytes);
    Ok(rest)
}

fn span<'a>(row: &mut [u8], src: &'a [u8]) -> Result<&'a [u8], Error> {
    let (&[a, b, c, d], rest) = src.split_first_chunk().ok_or_else(short)?;
    let offset = usize::from(u16::from_be_bytes([a, b]));
    let count = usize::from(u16::from_be_bytes([c, d]));
    let (bytes, rest) = rest.split_at_checked(count).ok_or_else(short)?;
    let to = row.get_mut(offset..offset.saturating_add(count));
    to.ok_or_else(|| Error::malformed("a NeXT span reaches past its row"))?.copy_from_slice(bytes);
    Ok(rest)
}

/// Runs of one grey each: the value in the upper two bits, the count in the lower six.
fn runs<'a>(row: &mut [u8], src: &'a [u8], pixels: usize) -> Result<&'a [u8], Error> {
    let mut rest = src;
    let mut done = 0_usize;
    while done < pixels {
        let (run, tail) = rest.split_first().ok_or_else(short)?;
        let grey = run >> 6;
        let end = done.saturating_add(usize::from(run & 0x3f)).min(pixels);
        for pixel in done..end {
            if let Some(byte) = row.get_mut(pixel / 4) {
                let shift = 6_usize.wrapping_sub(pixel.wrapping_rem(4).wrapping_mul(2));
                *byte = *byte & !(3 << shift) | grey << shift;
            }
        }
        done = end;
        rest = tail;
    }
    Ok(rest)
}
