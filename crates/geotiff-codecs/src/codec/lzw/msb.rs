//! The decoder for the LZW streams of TIFF 6.0: most significant bit first, codes of 9 to 12 bits whose width
//! grows one code early.
//!
//! A string of the table is not kept as a chain of prefixes but as the place in the output where it was
//! written last: the string that code `n` stands for is the output of the code before plus one byte, and that
//! byte follows it in the output. Expanding a code is one copy within `dst`, done in blocks of 16 bytes.

#![allow(unsafe_code, reason = "block copies within dst; see `copy_blocks`")]
#![allow(
    clippy::arithmetic_side_effects,
    reason = "positions are at most dst.len() or src.len(), widths within 9..=12, codes within 0..=4096"
)]

use alloc::boxed::Box;

use crate::error::Error;

const CLEAR: usize = 256;
const END: usize = 257;
const FIRST_FREE: usize = 258;
const CODES: usize = 4096;
const BLOCK: usize = 16;

/// For each code its string: where it starts in the output, and its length.
pub(crate) struct Table(Box<[(u32, u32); CODES]>);

impl Default for Table {
    fn default() -> Self {
        Self(Box::new([(0, 0); CODES]))
    }
}

/// Bits of the stream, most significant first, at the top of a 64-bit buffer.
struct BitReader<'a> {
    src: &'a [u8],
    at: usize,
    bits: u64,
    filled: u32,
}

impl BitReader<'_> {
    /// Fills the buffer to 56 bits or more, or with what is left.
    #[inline(always)]
    fn refill(&mut self) {
        if let Some(word) = self.src.get(self.at..).and_then(|rest| rest.first_chunk::<8>()) {
            self.bits |= u64::from_be_bytes(*word) >> self.filled;
            self.at += ((63 - self.filled) >> 3) as usize;
            self.filled |= 56;
            return;
        }
        while self.filled <= 56 {
            let Some(byte) = self.src.get(self.at) else { break };
            self.bits |= u64::from(*byte) << (56 - self.filled);
            self.filled += 8;
            self.at += 1;
        }
    }

    #[inline(always)]
    fn take(&mut self, width: u32) -> usize {
        let code = (self.bits >> (64 - width)) as usize;
        self.bits <<= width;
        self.filled -= width;
        code
    }
}

/// Decodes `src` into `dst` until either ends or the stream says so; returns the bytes written.
///
/// Once `dst` is full nothing more is looked at, so that streams with a damaged end still decode.
pub(crate) fn decode(src: &[u8], dst: &mut [u8], table: &mut Table) -> Result<usize, Error> {
    if u32::try_from(dst.len()).is_err() {
        return Err(Error::limit("an LZW chunk of 4 GiB or more"));
    }
    let table = &mut table.0;
    let mut reader = BitReader { src, at: 0, bits: 0, filled: 0 };
    let mut out = 0_usize;
    let mut width = 9_u32;
    let mut next = FIRST_FREE;
    // The string that the code before stood for; its length is 0 after a clear.
    let (mut last_at, mut last_len) = (0_usize, 0_usize);
    while out < dst.len() {
        reader.refill();
        // The buffer holds at least four codes, unless the end is near.
        let codes = if reader.filled >= 56 { 4 } else { 1 };
        if reader.filled < width {
            break;
        }
        for _ in 0..codes {
            let code = reader.take(width);
            let len;
            if code < CLEAR {
                let Some(to) = dst.get_mut(out) else { return Ok(out) };
                *to = code as u8;
                len = 1;
            } else if code >= FIRST_FREE {
                let (from, string_len) = if code < next {
                    let (from, len) = table.get(code & (CODES - 1)).copied().unwrap_or_default();
                    (from as usize, len as usize)
                } else if code == next && last_len != 0 {
                    (last_at, last_len + 1)
                } else if out == dst.len() {
                    return Ok(out);
                } else {
                    return Err(Error::malformed("an LZW code that the stream has not defined"));
                };
                len = string_len.min(dst.len() - out);
                copy_string(dst, from, out, len);
            } else if code == CLEAR {
                width = 9;
                next = FIRST_FREE;
                last_len = 0;
                continue;
            } else {
                debug_assert_eq!(code, END);
                return Ok(out);
            }
            if last_len != 0 && next < CODES {
                if let Some(entry) = table.get_mut(next & (CODES - 1)) {
                    *entry = (last_at as u32, last_len as u32 + 1);
                }
                next += 1;
                if next + 1 >= (1 << width) && width < 12 {
                    width += 1;
                }
            }
            (last_at, last_len) = (out, len);
            out += len;
        }
    }
    Ok(out)
}

/// Appends to the output at `out` the `len` bytes that start at `from`, which may reach one byte into what is
/// appended. `from < out` and `out + len <= dst.len()`.
#[inline(always)]
fn copy_string(dst: &mut [u8], from: usize, out: usize, len: usize) {
    let padded = len.next_multiple_of(BLOCK);
    if from < out && dst.len() - out >= padded {
        // SAFETY: from < out, and out + padded <= dst.len() was just checked.
        unsafe { copy_blocks(dst, from, out, padded) };
        // The one byte of a string that reaches into itself is its own first byte.
        if from + len > out
            && let (Some(first), Some(last)) = (dst.get(from).copied(), dst.get_mut(out + len - 1))
        {
            *last = first;
        }
    } else {
        for i in 0..len {
            if let (Some(byte), Some(to)) = (dst.get(from + i).copied(), dst.get_mut(out + i)) {
                *to = byte;
            }
        }
    }
}

/// Copies `padded` bytes, block by block from the front, within `dst`. Bytes of the source at or past `out`
/// are read as the copy has left them: the caller has no use for what they become.
///
/// # Safety
/// `from <= out`, `padded` is a multiple of `BLOCK`, and `out + padded <= dst.len()`.
#[inline(always)]
unsafe fn copy_blocks(dst: &mut [u8], from: usize, out: usize, padded: usize) {
    debug_assert!(from <= out && padded.is_multiple_of(BLOCK) && out + padded <= dst.len());
    let base = dst.as_mut_ptr();
    let mut done = 0;
    while done < padded {
        // SAFETY: from + done + BLOCK <= out + padded <= dst.len(), and so for out; the read is complete
        // before the write, each through a pointer derived from the one `base`.
        unsafe {
            let block = base.add(from + done).cast::<[u8; BLOCK]>().read_unaligned();
            base.add(out + done).cast::<[u8; BLOCK]>().write_unaligned(block);
        }
        done += BLOCK;
    }
}
