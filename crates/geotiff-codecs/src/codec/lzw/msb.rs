//! The decoder for the LZW streams of TIFF 6.0: most significant bit first, codes of 9 to 12 bits whose width
//! grows one code early.
//!
//! The table keeps a string of up to seven bytes itself, so that what noise is made of (single bytes, pairs,
//! triples) takes one load and one store whatever its length. A longer one is kept as the place in the output where
//! it was written last: the string that code `n` stands for is the output of the code before plus one byte, and
//! that byte follows it in the output. Expanding it is one copy within `dst`, done in blocks of 16 bytes.

#![allow(unsafe_code, reason = "block copies within dst; see `copy_blocks`")]
#![allow(
    clippy::arithmetic_side_effects,
    reason = "positions are at most dst.len() or src.len(), widths within 9..=12, codes within 0..=4096, lengths of strings below 4096"
)]

use alloc::boxed::Box;

use crate::error::Error;

const FIRST_FREE: usize = 258;
const CODES: usize = 4096;
const BLOCK: usize = 16;

/// The string that a code stands for. Of up to [`Entry::SHORT`] bytes: the bytes, the first in the lowest, and their
/// number in the highest byte. Longer: its place in the output in the low half, its length above, and
/// [`Entry::LONG`] in the highest byte. The two codes that are no strings have 0 there.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry(u64);

impl Entry {
    const SHORT: u64 = 7;
    const LONG: u64 = 0xff;
    const CLEAR: Self = Self(0);
    const END: Self = Self(1);
    /// What stands for no string after a clear.
    const NONE: Self = Self(0);

    #[inline(always)]
    fn kind(self) -> u64 {
        self.0 >> 56
    }

    #[inline(always)]
    fn is_short(self) -> bool {
        self.kind().wrapping_sub(1) < Self::SHORT
    }

    /// Place and length of a long string.
    #[inline(always)]
    fn place(self) -> (usize, usize) {
        (self.0 as u32 as usize, (self.0 >> 32) as usize & 0xff_ffff)
    }

    /// This string, which was written at `at`, plus one byte, which follows it there.
    #[inline(always)]
    fn plus(self, byte: u8, at: usize) -> Self {
        let kind = self.kind();
        if kind < Self::SHORT {
            return Self(self.0 + (1 << 56) + (u64::from(byte) << (8 * kind)));
        }
        let len = if kind == Self::LONG { self.place().1 } else { Self::SHORT as usize };
        Self(Self::LONG << 56 | (len as u64 + 1) << 32 | at as u64)
    }
}

/// For each code its string.
pub(crate) struct Table(Box<[Entry; CODES]>);

impl Default for Table {
    fn default() -> Self {
        let mut entries = Box::new([Entry::NONE; CODES]);
        let codes = (0..=u8::MAX).map(|byte| Entry::NONE.plus(byte, 0)).chain([Entry::CLEAR, Entry::END]);
        entries.iter_mut().zip(codes).for_each(|(entry, code)| *entry = code);
        Self(entries)
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
    // Up to there eight bytes can be written.
    let roomy = dst.len().saturating_sub(8);
    let mut out = 0_usize;
    let mut width = 9_u32;
    let mut next = FIRST_FREE;
    // The string that the code before stood for, and where it was written.
    let (mut last, mut last_at) = (Entry::NONE, 0_usize);
    while out < dst.len() {
        reader.refill();
        // The buffer holds at least four codes, unless the end is near.
        let codes = if reader.filled >= 56 { 4 } else { 1 };
        if reader.filled < width {
            break;
        }
        for _ in 0..codes {
            let code = reader.take(width);
            let entry = if code < next {
                table.get(code & (CODES - 1)).copied().unwrap_or(Entry::NONE)
            } else if out == dst.len() {
                return Ok(out);
            } else if code == next && last != Entry::NONE {
                last.plus(byte(dst, last_at), last_at)
            } else {
                return Err(Error::malformed("an LZW code that the stream has not defined"));
            };
            let (first, len) = if entry.is_short() && out < roomy {
                put_short(dst, out, entry);
                (entry.0 as u8, entry.kind() as usize)
            } else if entry.kind() == Entry::LONG {
                let (from, len) = entry.place();
                let len = len.min(dst.len() - out);
                copy_string(dst, from, out, len);
                (byte(dst, from), len)
            } else if entry == Entry::CLEAR {
                (width, next, last) = (9, FIRST_FREE, Entry::NONE);
                continue;
            } else if entry == Entry::END {
                return Ok(out);
            } else {
                put_last(dst, out, entry)
            };
            if last != Entry::NONE && next < CODES {
                if let Some(entry) = table.get_mut(next & (CODES - 1)) {
                    *entry = last.plus(first, last_at);
                }
                next += 1;
                if next + 1 >= (1 << width) && width < 12 {
                    width += 1;
                }
            }
            (last, last_at) = (entry, out);
            out += len;
        }
    }
    Ok(out)
}

/// Writes eight bytes at `out`, of which the string is the first.
#[inline(always)]
fn put_short(dst: &mut [u8], out: usize, entry: Entry) {
    if let Some(to) = dst.get_mut(out..).and_then(|rest| rest.first_chunk_mut::<8>()) {
        *to = entry.0.to_le_bytes();
    }
}

/// Appends what fits of a short string: its first byte, and how many were written.
#[cold]
fn put_last(dst: &mut [u8], out: usize, entry: Entry) -> (u8, usize) {
    let len = (entry.kind() as usize).min(dst.len() - out);
    dst.iter_mut().skip(out).zip(entry.0.to_le_bytes()).take(len).for_each(|(to, byte)| *to = byte);
    (entry.0 as u8, len)
}

#[inline(always)]
fn byte(dst: &[u8], at: usize) -> u8 {
    dst.get(at).copied().unwrap_or_default()
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
