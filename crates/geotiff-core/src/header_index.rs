//! A file's header, kept to open it again without a request.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use bytes::Bytes;

use crate::segments::Segments;
use crate::{ChunkIndex, Error, Ifd, Limits, MetadataDecoder, Step, Tiff};

const MAGIC: &[u8; 4] = b"GTHX";
/// Version of the format: a reader refuses what it does not know.
const FORMAT: u8 = 1;

/// The metadata of a file in a compact form: the bytes of its IFDs, of the values that were read and of the
/// blocks of chunk indexes read so far, and the version of the object that they belong to.
///
/// Opening it reads those bytes as if they came from the file, under the same [`Limits`]: whoever made it
/// up can do no more harm than a file can. The version string is the caller's, kept as it is: compare it with
/// the object's before use. No path, query string or credential is kept.
///
/// The form is the crate's own and versioned, with a checksum against damage (not against forgery).
#[derive(Clone, Debug)]
pub struct HeaderIndex {
    version: String,
    data: Segments,
}

impl HeaderIndex {
    /// Collects the metadata of `tiff` and what was loaded of the chunk indexes given.
    #[must_use]
    pub fn new<'a>(
        tiff: &Tiff,
        version: &str,
        chunk_indexes: impl IntoIterator<Item = &'a ChunkIndex>,
    ) -> Self {
        let mut parts = Vec::new();
        let header = if tiff.is_big_tiff() { 16 } else { 8 };
        let ghost = match tiff.ghost_header() {
            Some(ghost) => ghost.end(),
            // Enough to see that there is none.
            None => crate::ghost::PREFIX.saturating_add(header),
        };
        parts.extend(tiff.data().overlap(0..header.max(ghost)));
        tiff.ifds().iter().for_each(|ifd| collect_ifd(ifd, &mut parts));
        for index in chunk_indexes {
            parts.extend(index.loaded().runs().map(|(offset, bytes)| (offset, &bytes[..])));
        }
        // In their order each is added at the end.
        parts.sort_by_key(|(offset, _)| *offset);
        let mut data = Segments::of_size(tiff.file_size());
        parts.iter().for_each(|(offset, bytes)| data.insert(*offset, &Bytes::copy_from_slice(bytes)));
        data.join();
        Self { version: version.to_owned(), data }
    }

    /// The version given when it was made.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Opens the file's metadata from the kept bytes alone.
    ///
    /// # Errors
    ///
    /// As [`MetadataDecoder::decode`]; a header index made of a [`Tiff`] opens.
    pub fn open(&self, limits: &Limits) -> Result<Tiff, Error> {
        let mut decoder = MetadataDecoder::new(*limits);
        decoder.restore(self.data.clone());
        loop {
            // What is not kept was not read before either, and is not to be had.
            if let Step::Finished(tiff) = decoder.decode()? {
                return Ok(*tiff);
            }
        }
    }

    /// The serialised form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.push(FORMAT);
        put(&mut out, self.version.len() as u64);
        out.extend_from_slice(self.version.as_bytes());
        // 0 is "unknown": no file that was read is empty.
        put(&mut out, self.data.file_size.unwrap_or(0));
        put(&mut out, self.data.runs().len() as u64);
        let mut at = 0;
        for (offset, bytes) in self.data.runs() {
            put(&mut out, offset.saturating_sub(at));
            put(&mut out, bytes.len() as u64);
            out.extend_from_slice(bytes);
            at = offset.saturating_add(bytes.len() as u64);
        }
        let sum = checksum(&out);
        out.extend_from_slice(&sum.to_le_bytes());
        out
    }

    /// Reads the serialised form.
    ///
    /// # Errors
    ///
    /// `Malformed` where the bytes are damaged or no header index; `Unsupported` where they are of another
    /// version of the format.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let damaged = || Error::malformed("damaged header index");
        let (body, sum) = bytes.split_last_chunk::<8>().ok_or_else(damaged)?;
        let rest = body.strip_prefix(MAGIC).ok_or_else(|| Error::malformed("not a header index"))?;
        let (&format, mut rest) = rest.split_first().ok_or_else(damaged)?;
        if format != FORMAT {
            return Err(Error::unsupported("header index of another version of the format"));
        }
        if checksum(body) != u64::from_le_bytes(*sum) {
            return Err(damaged());
        }
        let version = take(&mut rest).ok_or_else(damaged)?;
        let version = core::str::from_utf8(version).map_err(|_| damaged())?.to_owned();
        let size = get(&mut rest).ok_or_else(damaged)?;
        let mut data = Segments::of_size((size != 0).then_some(size));
        let runs = get(&mut rest).ok_or_else(damaged)?;
        let mut at = 0_u64;
        for _ in 0..runs {
            let offset = get(&mut rest).and_then(|delta| at.checked_add(delta)).ok_or_else(damaged)?;
            let run = take(&mut rest).ok_or_else(damaged)?;
            data.insert(offset, &Bytes::copy_from_slice(run));
            at = offset.checked_add(run.len() as u64).ok_or_else(damaged)?;
        }
        if rest.is_empty() { Ok(Self { version, data }) } else { Err(damaged()) }
    }
}

/// What is known of a directory and of the values that are kept: offset and bytes.
fn collect_ifd<'a>(ifd: &'a Ifd, parts: &mut Vec<(u64, &'a [u8])>) {
    parts.extend(ifd.data.overlap(ifd.table.clone()));
    let kept = ifd.entries.iter().filter(|raw| crate::decoder::is_kept(raw.tag));
    kept.filter_map(|raw| raw.range()).for_each(|range| parts.extend(ifd.data.overlap(range)));
    ifd.sub_ifds().iter().for_each(|sub| collect_ifd(sub, parts));
}

/// FNV-1a of 64 bits.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Appends a number, seven bits a byte, lowest first.
fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8 & 0x7f) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn get(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// A length and as many bytes.
fn take<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = usize::try_from(get(bytes)?).ok()?;
    let (part, rest) = bytes.split_at_checked(len)?;
    *bytes = rest;
    Some(part)
}
