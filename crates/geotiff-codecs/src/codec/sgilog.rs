//! SGI's logarithmic encodings of high-dynamic-range pixels (G. Ward Larson, "The LogLuv encoding for full
//! gamut, high dynamic range images", Journal of Graphics Tools 3(1), 1998).
//!
//! GDAL reads them as 16-bit integers: the log luminance as stored, and u' and v' scaled by 2^15. So does this.

use crate::compression;
use crate::decoder::{Decoder, Output};
use crate::error::Error;
use crate::photometric;
use crate::spec::{ChunkSpec, SampleFormat};
use crate::workspace::Workspace;

use super::luv24;

/// Compressions 34676 and 34677.
#[derive(Debug)]
pub(crate) struct SgiLog;

impl Decoder for SgiLog {
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
        let samples = if spec.photometric == photometric::LOGL { 1 } else { 3 };
        if (spec.bits_per_sample, spec.samples) != (16, samples) || spec.sample_format == SampleFormat::Float
        {
            return Err(Error::unsupported("SGI log encoding of other than 16-bit integer samples"));
        }
        let row = (spec.width as usize).saturating_mul(usize::from(samples)).saturating_mul(2).max(1);
        let mut rest = src;
        let mut written = 0_usize;
        for row in dst.chunks_exact_mut(row) {
            let done = match (spec.compression, spec.photometric) {
                (compression::SGILOG24, photometric::LOGLUV) => packed_row(&mut rest, row),
                (compression::SGILOG, photometric::LOGLUV) => luv32_row(&mut rest, row, &mut workspace.row)?,
                (compression::SGILOG, photometric::LOGL) => {
                    row.fill(0);
                    runs::<2>(&mut rest, row)
                }
                _ => {
                    return Err(Error::unsupported("SGI log encoding of another photometric interpretation"));
                }
            };
            if !done {
                break;
            }
            written = written.saturating_add(row.len());
        }
        Ok(written)
    }
}

/// One row of 24-bit pixels: 10 bits of log luminance, 14 that number a chromaticity.
fn packed_row(src: &mut &[u8], row: &mut [u8]) -> bool {
    let (pixels, _) = row.as_chunks_mut::<6>();
    let Some((packed, rest)) = src.split_at_checked(pixels.len().saturating_mul(3)) else { return false };
    *src = rest;
    for (to, [a, b, c]) in pixels.iter_mut().zip(packed.as_chunks().0) {
        let luv = u32::from_be_bytes([0, *a, *b, *c]);
        let (u, v) = luv24::chromaticity(luv & 0x3fff);
        // The 10-bit scale has a quarter of the 16-bit scale's steps per octave and begins 13314 of them up.
        let luminance = ((luv >> 12 & 0xffd) as u16).wrapping_add(13314);
        put_pixel(to, [luminance, u, v]);
    }
    true
}

/// One row of 32-bit pixels: 16 bits of log luminance, 8 each of u' and v' in steps of 1/410.
fn luv32_row(src: &mut &[u8], row: &mut [u8], scratch: &mut alloc::vec::Vec<u8>) -> Result<bool, Error> {
    let (pixels, _) = row.as_chunks_mut::<6>();
    let packed = crate::pipeline::resized(scratch, pixels.len().saturating_mul(4))?;
    packed.fill(0);
    if !runs::<4>(src, packed) {
        return Ok(false);
    }
    for (to, bytes) in pixels.iter_mut().zip(packed.as_chunks().0) {
        let luv = u32::from_ne_bytes(*bytes);
        let [high, low, u, v] = luv.to_be_bytes();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most 255.5 / 410 * 2^15"
        )]
        let chroma = |step: u8| (1.0 / 410.0 * (f64::from(step) + 0.5) * 32768.0) as u16;
        put_pixel(to, [u16::from_be_bytes([high, low]), chroma(u), chroma(v)]);
    }
    Ok(true)
}

fn put_pixel(to: &mut [u8; 6], samples: [u16; 3]) {
    for (to, sample) in to.as_chunks_mut::<2>().0.iter_mut().zip(samples) {
        *to = sample.to_ne_bytes();
    }
}

/// Run-length coded numbers of `N` bytes: all most significant bytes of a row first, then the next ones.
/// Adds to `row`, which must be zero, in the machine's byte order. False where `src` ends early.
fn runs<const N: usize>(src: &mut &[u8], row: &mut [u8]) -> bool {
    let (numbers, _) = row.as_chunks_mut::<N>();
    for significance in 0..N {
        let byte = if cfg!(target_endian = "big") {
            significance
        } else {
            N.wrapping_sub(significance).wrapping_sub(1)
        };
        let mut targets = numbers.iter_mut().filter_map(|number| number.get_mut(byte));
        let mut left = targets.size_hint().1.unwrap_or(0);
        while left > 0 {
            let Some((&code, rest)) = src.split_first() else { return false };
            let taken = if code >= 128 {
                // The next byte, code - 126 times.
                let Some((&value, rest)) = rest.split_first() else { return false };
                *src = rest;
                let count = usize::from(code).wrapping_sub(126).min(left);
                targets.by_ref().take(count).for_each(|to| *to = value);
                count
            } else {
                let count = usize::from(code).min(left);
                let Some((literal, rest)) = rest.split_at_checked(count) else { return false };
                *src = rest;
                // The bytes lead, lest one target more is taken than there are bytes.
                literal.iter().zip(targets.by_ref()).for_each(|(value, to)| *to = *value);
                count
            };
            left = left.wrapping_sub(taken);
        }
    }
    true
}
