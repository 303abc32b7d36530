//! The decoder for the LZW streams of TIFF 6.0: most significant bit first, codes of 9 to 12 bits whose width
//! grows one code early.
//!
//! The table keeps a string of up to seven bytes itself, so that what noise is made of (single bytes, pairs,
//! triples) takes one load and one store whatever its length. A longer one is kept as the place in the output where
//! it was written last: the string that code `n` stands for is the output of the code before plus one byte, and
//! that byte follows it in the output. Expanding it is one copy within `dst`, done in blocks of 16 bytes.
//!
//! Nearly all codes go through [`Stream::run`], with their width as a constant, four at a time where they stand for
//! short strings: one test a code then sees to everything, since whatever is no short string has the sign bit in the
//! table. Clears, the ends of both buffers and what is not defined are left to [`Stream::step`].

#![allow(
    unsafe_code,
    reason = "copies within dst whose bounds are checked once for several codes; see `put` and `copy_blocks`"
)]
#![allow(
    clippy::arithmetic_side_effects,
    reason = "positions are at most dst.len() or 8 src.len(), widths within 9..=12, codes within 0..=4096, lengths of strings below 4096"
)]

use alloc::boxed::Box;

use crate::error::Error;

const FIRST_FREE: usize = 258;
const CODES: usize = 4096;
const BLOCK: usize = 16;
/// Codes taken from one word: of 12 bits each, they fit behind the seven bits that may be another code's.
const BATCH: usize = 4;

/// The string that a code stands for, its kind in the highest byte.
///
/// Of up to [`Entry::SHORT`] bytes: the bytes, the first in the lowest, and as kind [`Entry::ONE`] for one of them
/// and one more for each more, so that the sign is set from seven on, which no byte can be added to in place.
/// Longer: its place in the output in the low half, its length above, and [`Entry::LONG`] as kind.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry(u64);

impl Entry {
    const SHORT: usize = 7;
    const ONE: u64 = 0x7a;
    const SEVEN: u64 = 0x80;
    const LONG: u64 = 0x81;
    const CLEAR: Self = Self(0xfd << 56);
    const END: Self = Self(0xfe << 56);
    /// No string: of codes that nothing defined yet, and before the first code after a clear.
    const NONE: Self = Self(0xff << 56);

    fn of(byte: u8) -> Self {
        Self(Self::ONE << 56 | u64::from(byte))
    }

    #[inline(always)]
    fn kind(self) -> u64 {
        self.0 >> 56
    }

    /// Whether it has at most six bytes.
    #[inline(always)]
    fn can_grow(self) -> bool {
        self.0 >> 63 == 0
    }

    /// The length of a string of at most seven bytes.
    #[inline(always)]
    fn short_len(self) -> usize {
        (self.kind() - (Self::ONE - 1)) as usize
    }

    /// Place and length of a long string.
    #[inline(always)]
    fn place(self) -> (usize, usize) {
        (self.0 as u32 as usize, (self.0 >> 32) as usize & 0xff_ffff)
    }

    /// This string, which can grow, plus one byte.
    #[inline(always)]
    fn grown(self, byte: u8) -> Self {
        Self((self.0 + (1 << 56)) | u64::from(byte) << ((8 * self.short_len()) & 63))
    }

    /// This string, which was written at `at`, plus one byte, which follows it there.
    #[inline(always)]
    fn plus(self, byte: u8, at: usize) -> Self {
        if self.can_grow() {
            return self.grown(byte);
        }
        let len = if self.kind() == Self::LONG { self.place().1 } else { Self::SHORT };
        Self(Self::LONG << 56 | (len as u64 + 1) << 32 | at as u64)
    }
}

/// For each code its string.
type Strings = [Entry; CODES];

/// What is kept from one chunk to the next, so that nothing is allocated for each.
pub(crate) struct Table {
    strings: Box<Strings>,
    /// The first code that nothing defined; nor are those behind it.
    next: usize,
}

impl Default for Table {
    fn default() -> Self {
        let mut strings = Box::new([Entry::NONE; CODES]);
        let codes = (0..=u8::MAX).map(Entry::of).chain([Entry::CLEAR, Entry::END]);
        strings.iter_mut().zip(codes).for_each(|(entry, code)| *entry = code);
        Self { strings, next: FIRST_FREE }
    }
}

/// Where decoding stands.
#[derive(Clone, Copy)]
struct Stream<'a> {
    src: &'a [u8],
    /// Bits taken from `src`.
    bit: usize,
    /// Bytes written.
    out: usize,
    width: usize,
    /// The first code that nothing defined; nor are those behind it.
    next: usize,
    /// The string that the code before stood for, and where it was written.
    last: Entry,
    last_at: usize,
}

/// Decodes `src` into `dst` until either ends or the stream says so; returns the bytes written.
///
/// Once `dst` is full nothing more is looked at, so that streams with a damaged end still decode.
pub(crate) fn decode(src: &[u8], dst: &mut [u8], table: &mut Table) -> Result<usize, Error> {
    if u32::try_from(dst.len()).is_err() || src.len().checked_mul(8).is_none() {
        return Err(Error::limit("an LZW chunk of 4 GiB or more"));
    }
    let mut stream =
        Stream { src, bit: 0, out: 0, width: 9, next: table.next, last: Entry::NONE, last_at: 0 };
    stream.clear(&mut table.strings);
    let result = stream.decode(dst, &mut table.strings);
    table.next = stream.next;
    result.map(|()| stream.out)
}

impl Stream<'_> {
    fn decode(&mut self, dst: &mut [u8], strings: &mut Strings) -> Result<(), Error> {
        while self.out < dst.len() {
            *self = match self.width {
                9 => self.run::<9>(dst, strings),
                10 => self.run::<10>(dst, strings),
                11 => self.run::<11>(dst, strings),
                _ => self.run::<12>(dst, strings),
            };
            if !self.step(dst, strings)? {
                break;
            }
        }
        Ok(())
    }

    fn clear(&mut self, strings: &mut Strings) {
        if let Some(defined) = strings.get_mut(FIRST_FREE..self.next) {
            defined.fill(Entry::NONE);
        }
        (self.width, self.next, self.last) = (9, FIRST_FREE, Entry::NONE);
    }

    /// Defines the next code, of which there is one.
    #[inline(always)]
    fn define(&mut self, entry: Entry, strings: &mut Strings) {
        if let Some(to) = strings.get_mut(self.next & (CODES - 1)) {
            *to = entry;
        }
        self.next += 1;
    }

    /// Takes codes of `W` bits while each defines another of that width and neither buffer is near its end.
    #[inline(never)]
    fn run<const W: usize>(mut self, dst: &mut [u8], strings: &mut Strings) -> Self {
        if self.last == Entry::NONE {
            return self;
        }
        // Four strings of at most six bytes, each written as eight, and eight of a fifth.
        let roomy = dst.len().saturating_sub(8 * BATCH);
        let defined = if W < 12 { (1 << W) - 1 } else { CODES };
        while self.out < roomy && self.next + BATCH < defined {
            let Some(word) = self.word() else { break };
            // SAFETY: `out` is that far from the end.
            if self.last.can_grow() && unsafe { self.take_batch::<W>(word, dst, strings) } {
                continue;
            }
            // SAFETY: of those bytes three strings of at most six were written.
            if !unsafe { self.take_any::<W>(dst, strings) } {
                break;
            }
        }
        self
    }

    /// Takes four codes from `word`, or those before the first that is no string which can grow: whether all four
    /// were. The string before can grow.
    ///
    /// # Safety
    /// `out + 8 * BATCH <= dst.len()`.
    #[inline(always)]
    unsafe fn take_batch<const W: usize>(
        &mut self,
        mut word: u64,
        dst: &mut [u8],
        strings: &mut Strings,
    ) -> bool {
        for _ in 0..BATCH {
            let entry = string(strings, (word >> (64 - W)) as usize);
            if !entry.can_grow() {
                return false;
            }
            word <<= W;
            self.define(self.last.grown(entry.0 as u8), strings);
            // SAFETY: at most 3 strings of at most 6 bytes were written since the caller looked.
            unsafe { put(entry, dst, self.out) };
            self.bit += W;
            self.advance(entry, entry.short_len());
        }
        true
    }

    /// Takes a code of any string, also one that it defines itself; false where it is none or the string does not
    /// fit.
    ///
    /// # Safety
    /// `out + 8 <= dst.len()`.
    #[inline(always)]
    unsafe fn take_any<const W: usize>(&mut self, dst: &mut [u8], strings: &mut Strings) -> bool {
        let Some(word) = self.word() else { return false };
        let code = (word >> (64 - W)) as usize;
        let mut entry = string(strings, code);
        if entry == Entry::NONE && code == self.next {
            entry = self.last.plus(byte(dst, self.last_at), self.last_at);
        }
        let (first, len) = if entry.kind() == Entry::LONG {
            let (from, len) = entry.place();
            if dst.len() - self.out < len {
                return false;
            }
            copy_string(dst, from, self.out, len);
            (byte(dst, from), len)
        } else if entry.kind() <= Entry::SEVEN {
            // SAFETY: as the caller promises.
            unsafe { put(entry, dst, self.out) };
            (entry.0 as u8, entry.short_len())
        } else {
            return false;
        };
        self.define(self.last.plus(first, self.last_at), strings);
        self.bit += W;
        self.advance(entry, len);
        true
    }

    #[inline(always)]
    fn advance(&mut self, entry: Entry, len: usize) {
        (self.last, self.last_at) = (entry, self.out);
        self.out += len;
    }

    /// The bits to come, at least 57 of them, at the top of a word. Nothing within eight bytes of the end.
    #[inline(always)]
    fn word(&self) -> Option<u64> {
        let word = self.src.get(self.bit / 8..)?.first_chunk::<8>()?;
        Some(u64::from_be_bytes(*word) << (self.bit % 8))
    }

    /// Takes one code, whatever it is; false at the end.
    fn step(&mut self, dst: &mut [u8], strings: &mut Strings) -> Result<bool, Error> {
        let Some(code) = self.code() else { return Ok(false) };
        self.bit += self.width;
        let mut entry = string(strings, code);
        if entry == Entry::CLEAR {
            self.clear(strings);
            return Ok(true);
        }
        if entry == Entry::END {
            return Ok(false);
        }
        if entry == Entry::NONE {
            if code != self.next || self.last == Entry::NONE {
                return Err(Error::malformed("an LZW code that the stream has not defined"));
            }
            entry = self.last.plus(byte(dst, self.last_at), self.last_at);
        }
        let (first, len) = self.append(entry, dst);
        if self.last != Entry::NONE && self.next < CODES {
            self.define(self.last.plus(first, self.last_at), strings);
            if self.next + 1 >= (1 << self.width) && self.width < 12 {
                self.width += 1;
            }
        }
        self.advance(entry, len);
        Ok(true)
    }

    /// Writes what fits of a string: its first byte, and how many were written.
    fn append(&self, entry: Entry, dst: &mut [u8]) -> (u8, usize) {
        if entry.kind() == Entry::LONG {
            let (from, len) = entry.place();
            let len = len.min(dst.len() - self.out);
            copy_string(dst, from, self.out, len);
            return (byte(dst, from), len);
        }
        let to = dst.get_mut(self.out..).unwrap_or_default();
        let len = entry.short_len().min(to.len());
        to.iter_mut().zip(entry.0.to_le_bytes()).take(len).for_each(|(to, byte)| *to = byte);
        (entry.0 as u8, len)
    }

    /// The next code; none where the stream has fewer bits than one.
    fn code(&self) -> Option<usize> {
        let word = self.word().or_else(|| {
            let rest = self.src.get(self.bit / 8..)?;
            let mut bytes = [0; 8];
            bytes.iter_mut().zip(rest).for_each(|(to, byte)| *to = *byte);
            (self.bit + self.width <= self.src.len() * 8).then(|| u64::from_be_bytes(bytes) << (self.bit % 8))
        })?;
        Some((word >> (64 - self.width)) as usize)
    }
}

/// Writes eight bytes at `out`, of which a string of at most seven is the first.
///
/// # Safety
/// `out + 8 <= dst.len()`.
#[inline(always)]
unsafe fn put(entry: Entry, dst: &mut [u8], out: usize) {
    debug_assert!(entry.kind() <= Entry::SEVEN && out + 8 <= dst.len());
    // SAFETY: as the caller promises.
    unsafe { dst.as_mut_ptr().add(out).cast::<[u8; 8]>().write_unaligned(entry.0.to_le_bytes()) };
}

#[inline(always)]
fn string(strings: &Strings, code: usize) -> Entry {
    strings.get(code).copied().unwrap_or(Entry::NONE)
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
