//! Builds small TIFF files, and feeds files to the decoder.
#![allow(dead_code, unreachable_pub, reason = "shared by test crates that use parts of it")]

use std::ops::Range;

use geotiff_core::{ByteOrder, Bytes, Error, Limits, MetadataDecoder, Step, Tiff};

pub const ASCII: u16 = 2;
pub const SHORT: u16 = 3;
pub const LONG: u16 = 4;
pub const RATIONAL: u16 = 5;
pub const DOUBLE: u16 = 12;
pub const LONG8: u16 = 16;

/// An entry: tag, field type, count and the value's bytes in the file's order.
#[derive(Clone)]
pub struct Entry(pub u16, pub u16, pub u64, pub Vec<u8>);

/// A file being built: byte order, BigTIFF or not.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    pub order: ByteOrder,
    pub big: bool,
}

pub const LE: Format = Format { order: ByteOrder::LittleEndian, big: false };
pub const BE: Format = Format { order: ByteOrder::BigEndian, big: false };
pub const BIG_LE: Format = Format { order: ByteOrder::LittleEndian, big: true };
pub const BIG_BE: Format = Format { order: ByteOrder::BigEndian, big: true };
pub const ALL: [Format; 4] = [LE, BE, BIG_LE, BIG_BE];

impl Format {
    pub fn u16(self, v: u16) -> [u8; 2] {
        if self.order == ByteOrder::LittleEndian { v.to_le_bytes() } else { v.to_be_bytes() }
    }

    pub fn u32(self, v: u32) -> [u8; 4] {
        if self.order == ByteOrder::LittleEndian { v.to_le_bytes() } else { v.to_be_bytes() }
    }

    pub fn u64(self, v: u64) -> [u8; 8] {
        if self.order == ByteOrder::LittleEndian { v.to_le_bytes() } else { v.to_be_bytes() }
    }

    /// An offset or count field.
    fn word(self, v: u64) -> Vec<u8> {
        if self.big { self.u64(v).to_vec() } else { self.u32(v as u32).to_vec() }
    }

    pub fn short(self, tag: u16, values: &[u16]) -> Entry {
        Entry(tag, SHORT, values.len() as u64, values.iter().flat_map(|&v| self.u16(v)).collect())
    }

    pub fn long(self, tag: u16, values: &[u32]) -> Entry {
        Entry(tag, LONG, values.len() as u64, values.iter().flat_map(|&v| self.u32(v)).collect())
    }

    pub fn long8(self, tag: u16, values: &[u64]) -> Entry {
        Entry(tag, LONG8, values.len() as u64, values.iter().flat_map(|&v| self.u64(v)).collect())
    }

    pub fn double(self, tag: u16, values: &[f64]) -> Entry {
        Entry(tag, DOUBLE, values.len() as u64, values.iter().flat_map(|&v| self.u64(v.to_bits())).collect())
    }

    pub fn ascii(self, tag: u16, text: &str) -> Entry {
        let bytes = [text.as_bytes(), b"\0"].concat();
        Entry(tag, ASCII, bytes.len() as u64, bytes)
    }

    pub fn rational(self, tag: u16, numerator: u32, denominator: u32) -> Entry {
        Entry(tag, RATIONAL, 1, [self.u32(numerator), self.u32(denominator)].concat())
    }

    /// Baseline entries of a grey 8-bit image in one Deflate strip at `offset`.
    pub fn gray(self, width: u32, height: u32, offset: u32) -> Vec<Entry> {
        vec![
            self.long(256, &[width]),
            self.long(257, &[height]),
            self.short(258, &[8]),
            self.short(259, &[8]),
            self.short(262, &[1]),
            self.long(273, &[offset]),
            self.short(277, &[1]),
            self.long(278, &[height]),
            self.long(279, &[16]),
        ]
    }

    /// A grey 8-bit image in Deflate tiles of 16 × 16, its index filled with `offset`.
    pub fn tiled(self, width: u32, height: u32, offset: u32) -> Vec<Entry> {
        let tiles = (width.div_ceil(16) * height.div_ceil(16)) as usize;
        vec![
            self.long(256, &[width]),
            self.long(257, &[height]),
            self.short(258, &[8]),
            self.short(259, &[8]),
            self.short(262, &[1]),
            self.short(277, &[1]),
            self.short(322, &[16]),
            self.short(323, &[16]),
            self.long(324, &vec![offset; tiles]),
            self.long(325, &vec![16; tiles]),
        ]
    }

    pub fn header(self, first: u64) -> Vec<u8> {
        let mut out = if self.order == ByteOrder::LittleEndian { b"II".to_vec() } else { b"MM".to_vec() };
        if self.big {
            out.extend(self.u16(43));
            out.extend(self.u16(8));
            out.extend(self.u16(0));
        } else {
            out.extend(self.u16(42));
        }
        out.extend(self.word(first));
        out
    }

    /// Bytes of an IFD at `offset` whose values follow it; `next` is the offset of the next one, or `None`
    /// for the place right after.
    pub fn ifd(self, offset: u64, entries: &[Entry], next: Option<u64>) -> Vec<u8> {
        let (count_size, entry_size, room) = if self.big { (8, 20, 8) } else { (2, 12, 4) };
        let word = if self.big { 8 } else { 4 };
        let mut values_at = offset + count_size + entry_size * entries.len() as u64 + word;
        let mut out = if self.big {
            self.u64(entries.len() as u64).to_vec()
        } else {
            self.u16(entries.len() as u16).to_vec()
        };
        let mut values: Vec<u8> = Vec::new();
        for Entry(tag, field_type, count, bytes) in entries {
            out.extend(self.u16(*tag));
            out.extend(self.u16(*field_type));
            out.extend(self.word(*count));
            if bytes.len() <= room {
                out.extend_from_slice(bytes);
                out.extend(vec![0; room - bytes.len()]);
            } else {
                out.extend(self.word(values_at));
                values.extend_from_slice(bytes);
                values_at += bytes.len() as u64;
            }
        }
        out.extend(self.word(next.unwrap_or(values_at)));
        out.extend(values);
        out
    }

    /// A file of IFDs one after another, padded with zeros to `len` at least.
    pub fn file(self, ifds: &[Vec<Entry>]) -> Vec<u8> {
        let mut out = self.header(if self.big { 16 } else { 8 });
        for (i, entries) in ifds.iter().enumerate() {
            let next = if i + 1 == ifds.len() { Some(0) } else { None };
            out.extend(self.ifd(out.len() as u64, entries, next));
        }
        out
    }
}

/// Adds entries and keeps the order of tags.
pub fn with(mut entries: Vec<Entry>, more: impl IntoIterator<Item = Entry>) -> Vec<Entry> {
    for entry in more {
        entries.retain(|e| e.0 != entry.0);
        entries.push(entry);
    }
    entries.sort_by_key(|e| e.0);
    entries
}

/// Decodes a file in memory; the ranges asked for, step by step.
pub fn open_log(file: &[u8], limits: Limits) -> (Result<Tiff, Error>, Vec<Vec<Range<u64>>>) {
    let mut decoder = MetadataDecoder::new(limits);
    let mut log = Vec::new();
    loop {
        match decoder.decode() {
            Ok(Step::Finished(tiff)) => return (Ok(*tiff), log),
            Ok(Step::NeedsData(ranges)) => {
                assert!(log.len() < 100_000, "the decoder does not come to an end");
                for range in &ranges {
                    let end = file.len().min(range.end as usize);
                    let part = file.get(range.start as usize..end).unwrap_or_default();
                    decoder.feed(range.start, Bytes::copy_from_slice(part));
                }
                log.push(ranges);
            }
            Err(error) => return (Err(error), log),
        }
    }
}

/// Decodes a file in memory.
pub fn open(file: &[u8]) -> Result<Tiff, Error> {
    open_log(file, Limits::default()).0
}

/// Decodes a file of one IFD.
pub fn open_ifd(format: Format, entries: Vec<Entry>) -> Result<Tiff, Error> {
    open(&format.file(&[entries]))
}
