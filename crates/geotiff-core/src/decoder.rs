//! The sans-IO decoder: from ranges asked for and fed to a [`Tiff`].

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem;
use core::ops::Range;

use bytes::Bytes;

use crate::ghost;
use crate::ifd::{Ifd, RawEntry};
use crate::requests::Requests;
use crate::segments::Segments;
use crate::tiff::{Parts, Warning};
use crate::{ByteOrder, Error, ErrorKind, FieldType, GhostHeader, Limits, Tag, Tiff};

/// Bytes asked for at the start of a file, where the caller fed none.
const FIRST_READ: u64 = 16 << 10;
/// Bytes asked for at an IFD that lies in no fed bytes, for the first, second and third such jump: the
/// directory's values, and often the next directories, follow it.
const READ_AHEAD: [u64; 3] = [16 << 10, 64 << 10, 128 << 10];
/// The same for later jumps: files with pages strewn among their pixels.
const LATER_READ_AHEAD: u64 = 4 << 10;

/// XMP up to this size is fetched.
const MAX_XMP: u64 = 64 << 10;

/// What [`MetadataDecoder::decode`] came to.
#[derive(Debug)]
pub enum Step {
    /// These ranges of the file are needed: sorted, disjoint. Feed them all, then decode again.
    NeedsData(Vec<Range<u64>>),
    /// All metadata is read.
    Finished(Box<Tiff>),
}

/// Reads the metadata of a TIFF or BigTIFF file from bytes that it asks for.
///
/// Feed what you have, then call [`decode`](Self::decode) until it finishes, feeding each time every range
/// that it asks for. Bytes once fed are never asked for again. A distant IFD is jumped to; strip and tile
/// indexes, and large values that nothing here needs, are not asked for.
///
/// See the [crate's page](crate) for an example.
#[derive(Debug)]
pub struct MetadataDecoder {
    limits: Limits,
    data: Segments,
    header: Option<Header>,
    /// Offset of the chain's next IFD.
    next: Option<u64>,
    ifds: Vec<RawIfd>,
    subs: Vec<SubIfds>,
    visited: BTreeSet<u64>,
    /// Values that must be fetched.
    values: Vec<(Range<u64>, Tag, u64)>,
    ghost: Option<Option<GhostHeader>>,
    warnings: Vec<Warning>,
    requests: Requests,
    asked_bytes: u64,
    jumps: usize,
    finished: bool,
}

#[derive(Clone, Copy, Debug)]
struct Header {
    order: ByteOrder,
    big: bool,
    len: u64,
}

#[derive(Debug)]
pub(crate) struct RawIfd {
    offset: u64,
    table: Range<u64>,
    entries: Vec<RawEntry>,
    sub_ifds: Vec<RawIfd>,
}

/// A SubIFDs tag whose directories are still to be read.
#[derive(Debug)]
struct SubIfds {
    parent: usize,
    value: RawEntry,
    offsets: Option<Vec<u64>>,
}

/// Why a parse could not go on.
enum Stop {
    Needs(Range<u64>),
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl MetadataDecoder {
    /// A decoder that was fed nothing yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            data: Segments::default(),
            header: None,
            next: None,
            ifds: Vec::new(),
            subs: Vec::new(),
            visited: BTreeSet::new(),
            values: Vec::new(),
            ghost: None,
            warnings: Vec::new(),
            requests: Requests::default(),
            asked_bytes: 0,
            jumps: 0,
            finished: false,
        }
    }

    /// Adds bytes of the file at `offset`: any part, in any order; overlaps are fine. At the end of the file
    /// feed what there is; what was asked for and not fed before the next [`decode`](Self::decode) is taken
    /// to lie past the end.
    ///
    /// The bytes are shared, not copied: the [`Tiff`] keeps them alive. Of a slice make
    /// [`Bytes::copy_from_slice`], of one that lives forever (a file in flash memory) [`Bytes::from_static`].
    pub fn feed(&mut self, offset: u64, bytes: impl Into<Bytes>) {
        self.data.insert(offset, &bytes.into());
    }

    /// Starts with bytes that were kept from an earlier decode.
    pub(crate) fn restore(&mut self, data: Segments) {
        self.data = data;
    }

    /// Tells the size of the file, so that nothing past its end is asked for.
    pub fn set_file_size(&mut self, size: u64) {
        self.data.file_size = Some(size);
    }

    /// Goes on as far as the fed bytes allow.
    ///
    /// # Errors
    ///
    /// `Malformed` where this is no TIFF, or its first IFD cannot be read as an image; later IFDs that cannot
    /// be read end the chain with a [`Warning`], as in GDAL. `Limit` where one of [`Limits`] is reached.
    /// `Usage` where nothing of what was asked for was fed, or decoding had already finished.
    pub fn decode(&mut self) -> Result<Step, Error> {
        if self.finished {
            return Err(Error::usage("decoding had already finished"));
        }
        let fed = self.requests.settle(&self.data);
        if !fed && self.data.file_size.is_none() && self.data.is_empty() {
            return Err(Error::usage("nothing of what was asked for was fed"));
        }
        let mut needs = Vec::new();
        match self.walk() {
            Ok(()) => {}
            Err(Stop::Needs(range)) => needs.push(range),
            Err(Stop::Failed(error)) => return Err(error),
        }
        if self.header.is_some() {
            needs.extend(self.find_ghost());
            needs.extend(self.read_sub_ifds()?);
            needs.extend(self.missing_values());
        }
        if !needs.is_empty() {
            return self.ask(needs);
        }
        self.finished = true;
        self.finish().map(|tiff| Step::Finished(Box::new(tiff)))
    }

    fn ask(&mut self, needs: Vec<Range<u64>>) -> Result<Step, Error> {
        let asked = self.requests.ask(needs, &self.data);
        for range in &asked {
            self.asked_bytes = self.asked_bytes.saturating_add(range.end.saturating_sub(range.start));
        }
        if self.asked_bytes > self.limits.max_metadata_bytes {
            return Err(Error::limit("more bytes of metadata than the limit allows"));
        }
        Ok(Step::NeedsData(asked))
    }

    /// Bytes of the file, or what to ask for instead: `ahead` bytes from the start, but `len` at least.
    fn bytes(&self, start: u64, len: u64, ahead: u64) -> Result<Cow<'_, [u8]>, Stop> {
        if let Some(bytes) = self.data.read(start, len) {
            return Ok(bytes);
        }
        let past = || Stop::Failed(Error::malformed("the file ends too early").at(start));
        let end = start.checked_add(len).ok_or_else(past)?;
        if self.requests.is_denied(&(start..end), &self.data) {
            return Err(past());
        }
        let mut wide = start.saturating_add(ahead.max(len));
        if let Some(size) = self.data.file_size {
            wide = wide.min(size).max(end);
        }
        Err(Stop::Needs(start..wide))
    }

    /// Reads the file header and the chain of IFDs.
    fn walk(&mut self) -> Result<(), Stop> {
        if self.header.is_none() {
            let (header, first) = self.read_header()?;
            self.header = Some(header);
            self.next = Some(first);
        }
        while let (Some(header), Some(offset)) = (self.header, self.next) {
            let first = self.ifds.is_empty();
            match self.read_ifd(header, offset) {
                Ok((ifd, next)) => {
                    self.push_ifd(ifd);
                    self.next = (next != 0).then_some(next);
                }
                Err(Stop::Failed(error)) if !first && error.kind() != ErrorKind::Limit => {
                    self.warn("the chain of IFDs ends early", Some(offset), &error);
                    self.next = None;
                }
                Err(stop) => return Err(stop),
            }
        }
        Ok(())
    }

    fn read_header(&self) -> Result<(Header, u64), Stop> {
        let bytes = self.bytes(0, 8, FIRST_READ)?;
        let order = match bytes.first_chunk::<2>() {
            Some(b"II") => ByteOrder::LittleEndian,
            Some(b"MM") => ByteOrder::BigEndian,
            _ => return Err(not_a_tiff().into()),
        };
        match order.u16(bytes.get(2..).unwrap_or_default()) {
            Some(42) => {
                let first = order.u32(bytes.get(4..).unwrap_or_default()).unwrap_or(0);
                Ok((Header { order, big: false, len: 8 }, u64::from(first)))
            }
            Some(43) => {
                let bytes = self.bytes(0, 16, FIRST_READ)?;
                let size = order.u16(bytes.get(4..).unwrap_or_default());
                let zero = order.u16(bytes.get(6..).unwrap_or_default());
                if (size, zero) != (Some(8), Some(0)) {
                    return Err(Error::malformed("BigTIFF with offsets that are not of 8 bytes")
                        .at(4)
                        .into());
                }
                let first = order.u64(bytes.get(8..).unwrap_or_default()).unwrap_or(0);
                Ok((Header { order, big: true, len: 16 }, first))
            }
            _ => Err(not_a_tiff().into()),
        }
    }

    fn push_ifd(&mut self, ifd: RawIfd) {
        if let Some(value) = ifd.entries.iter().find(|e| e.tag == Tag::SUB_IFDS) {
            self.subs.push(SubIfds { parent: self.ifds.len(), value: *value, offsets: None });
        }
        self.want_values(&ifd);
        self.ifds.push(ifd);
    }

    /// Reads one IFD's table: the directory and the offset of the next one.
    fn read_ifd(&mut self, header: Header, offset: u64) -> Result<(RawIfd, u64), Stop> {
        if offset == 0 {
            return Err(Error::malformed("no IFD").into());
        }
        if self.visited.contains(&offset) {
            return Err(Error::malformed("the IFDs form a cycle").in_ifd(offset).into());
        }
        if self.visited.len() >= self.limits.max_ifds {
            return Err(Error::limit("more IFDs than the limit allows").in_ifd(offset).into());
        }
        let result = self.parse_table(header, offset);
        match &result {
            Ok(_) => {
                self.visited.insert(offset);
            }
            Err(Stop::Needs(_)) => self.jumps = self.jumps.saturating_add(1),
            Err(Stop::Failed(_)) => {}
        }
        result
    }

    fn parse_table(&self, header: Header, offset: u64) -> Result<(RawIfd, u64), Stop> {
        let Header { order, big, .. } = header;
        let ahead = READ_AHEAD.get(self.jumps).copied().unwrap_or(LATER_READ_AHEAD);
        let (count_size, entry_size, next_size) = if big { (8, 20, 8) } else { (2, 12, 4) };
        let count = self.bytes(offset, count_size, ahead)?;
        let count = if big { order.u64(&count) } else { order.u16(&count).map(u64::from) }.unwrap_or(0);
        let too_many = |e: Error| Stop::Failed(e.in_ifd(offset));
        if count == 0 {
            return Err(too_many(Error::malformed("an IFD without entries")));
        }
        if count > self.limits.max_tags as u64 {
            return Err(too_many(if count > 4096 {
                Error::malformed("implausible number of entries, probably no IFD")
            } else {
                Error::limit("more entries than the limit allows")
            }));
        }
        let len = count.saturating_mul(entry_size);
        let first = offset.saturating_add(count_size);
        let table = self.bytes(first, len, ahead)?;
        let end = first.saturating_add(len);
        let next = match self.bytes(end, next_size, next_size) {
            Ok(bytes) => if big { order.u64(&bytes) } else { order.u32(&bytes).map(u64::from) }.unwrap_or(0),
            Err(Stop::Failed(_)) => 0,
            Err(needs) => return Err(needs),
        };
        let fields = table.chunks_exact(entry_size as usize);
        let mut entries = Vec::with_capacity(fields.len());
        let places = (first..).step_by(entry_size as usize);
        entries.extend(fields.zip(places).filter_map(|(bytes, at)| entry(order, big, bytes, at)));
        // Of duplicates libtiff keeps the first; the sort is stable.
        if !entries.is_sorted_by(|a, b| a.tag < b.tag) {
            entries.sort_by_key(|e| e.tag);
            entries.dedup_by_key(|e| e.tag);
        }
        let ifd =
            RawIfd { offset, table: offset..end.saturating_add(next_size), entries, sub_ifds: Vec::new() };
        Ok((ifd, next))
    }

    fn find_ghost(&mut self) -> Option<Range<u64>> {
        let header = self.header?;
        if self.ghost.is_some() {
            return None;
        }
        match ghost::find(&self.data, header.len, self.limits.max_tag_bytes) {
            Ok(found) => self.ghost = Some(found),
            Err(len) => {
                let range = header.len..header.len.saturating_add(len);
                if !self.requests.is_denied(&range, &self.data) {
                    return Some(range);
                }
                self.ghost = Some(None);
            }
        }
        None
    }

    /// Reads the directories that SubIFDs tags point to, as far as possible; returns what is missing.
    fn read_sub_ifds(&mut self) -> Result<Vec<Range<u64>>, Error> {
        let Some(header) = self.header else { return Ok(Vec::new()) };
        let mut needs = Vec::new();
        let mut waiting = Vec::new();
        for mut sub in mem::take(&mut self.subs) {
            if sub.offsets.is_none() {
                sub.offsets = self.sub_offsets(header.order, &sub.value);
                if sub.offsets.is_none() {
                    // Its value is among those asked for, or cannot be had.
                    if sub.value.range().is_some_and(|r| self.wanted(&r)) {
                        waiting.push(sub);
                    }
                    continue;
                }
            }
            let offsets = sub.offsets.get_or_insert_default();
            let mut left = Vec::new();
            for offset in mem::take(offsets) {
                match self.read_ifd(header, offset) {
                    Ok((ifd, _)) => {
                        self.want_values(&ifd);
                        if let Some(parent) = self.ifds.get_mut(sub.parent) {
                            parent.sub_ifds.push(ifd);
                        }
                    }
                    Err(Stop::Needs(range)) => {
                        needs.push(range);
                        left.push(offset);
                    }
                    Err(Stop::Failed(error)) if error.kind() == ErrorKind::Limit => return Err(error),
                    Err(Stop::Failed(error)) => self.warn("a SubIFD is unreadable", Some(offset), &error),
                }
            }
            if !left.is_empty() {
                sub.offsets = Some(left);
                waiting.push(sub);
            }
        }
        self.subs = waiting;
        Ok(needs)
    }

    fn sub_offsets(&self, order: ByteOrder, value: &RawEntry) -> Option<Vec<u64>> {
        let size = usize::from(value.field_type.size()?);
        let bytes = self.data.read(value.position, value.len?)?;
        Some(
            bytes
                .chunks_exact(size)
                .take(self.limits.max_ifds)
                .filter_map(|b| crate::values::unsigned(value.field_type, order, b))
                .filter(|&offset| offset != 0)
                .collect(),
        )
    }

    fn wanted(&self, range: &Range<u64>) -> bool {
        self.values.iter().any(|(wanted, ..)| wanted == range)
    }

    /// Notes the values of an IFD that are needed and lie in no fed bytes.
    fn want_values(&mut self, ifd: &RawIfd) {
        for raw in ifd.entries.iter() {
            let Some(range) = raw.range() else { continue };
            let len = range.end.saturating_sub(range.start);
            if !(is_eager(raw.tag) || raw.tag == Tag::XMP && len <= MAX_XMP) {
                continue;
            }
            if self.data.has(range.clone()) {
                continue;
            }
            if len > self.limits.max_tag_bytes {
                let error = Error::limit("the value is larger than the limit").with_tag(raw.tag);
                self.warn("a value was left unread", Some(ifd.offset), &error);
                continue;
            }
            self.values.push((range, raw.tag, ifd.offset));
        }
    }

    /// The wanted values that are still to be fed; what lies past the end of the file is given up.
    fn missing_values(&mut self) -> Vec<Range<u64>> {
        let mut needs = Vec::new();
        let mut left = Vec::new();
        for (range, tag, ifd) in mem::take(&mut self.values) {
            if self.data.has(range.clone()) {
                continue;
            }
            if self.requests.is_denied(&range, &self.data) {
                let error = Error::malformed("the file ends too early").with_tag(tag).at(range.start);
                self.warn("a value is unreadable", Some(ifd), &error);
                continue;
            }
            needs.push(range.clone());
            left.push((range, tag, ifd));
        }
        self.values = left;
        needs
    }

    fn warn(&mut self, what: &'static str, ifd: Option<u64>, error: &Error) {
        self.warnings.push(Warning::new(what, ifd, error.to_string()));
    }

    fn finish(&mut self) -> Result<Tiff, Error> {
        let Some(header) = self.header else { return Err(not_a_tiff()) };
        self.data.join();
        let data = Arc::new(mem::take(&mut self.data));
        let ifds = mem::take(&mut self.ifds).into_iter().map(|raw| build(raw, header.order, &data)).collect();
        Tiff::assemble(Parts {
            order: header.order,
            big: header.big,
            ifds,
            ghost: self.ghost.take().flatten(),
            warnings: mem::take(&mut self.warnings),
            limits: self.limits,
            data,
        })
    }
}

fn build(raw: RawIfd, order: ByteOrder, data: &Arc<Segments>) -> Ifd {
    let sub_ifds: Vec<Ifd> = raw.sub_ifds.into_iter().map(|sub| build(sub, order, data)).collect();
    Ifd {
        offset: raw.offset,
        table: raw.table,
        order,
        entries: raw.entries.into(),
        data: Arc::clone(data),
        sub_ifds: (!sub_ifds.is_empty()).then(|| sub_ifds.into()),
    }
}

fn not_a_tiff() -> Error {
    Error::malformed("not a TIFF file").at(0)
}

/// One entry of the table at file offset `at` (TIFF 6.0, section 2; BigTIFF has wider fields).
pub(crate) fn entry(order: ByteOrder, big: bool, bytes: &[u8], at: u64) -> Option<RawEntry> {
    let tag = Tag(order.u16(bytes)?);
    let field_type = FieldType(order.u16(bytes.get(2..)?)?);
    let (count, field, room) = if big {
        (order.u64(bytes.get(4..)?)?, bytes.get(12..)?, 8)
    } else {
        (u64::from(order.u32(bytes.get(4..)?)?), bytes.get(8..)?, 4)
    };
    let inline = at.checked_add(if big { 12 } else { 8 })?;
    // Of an unknown type the size is unknown too: what is there is the value field.
    let Some(size) = field_type.size() else {
        return Some(RawEntry { tag, field_type, count, position: inline, len: Some(room) });
    };
    let len = count.checked_mul(u64::from(size));
    let position = match len {
        Some(len) if len <= room => inline,
        _ if big => order.u64(field)?,
        _ => u64::from(order.u32(field)?),
    };
    Some(RawEntry { tag, field_type, count, position, len })
}

/// Tags whose values a header index keeps: those that decoding needs, and what was read of the strip and
/// tile indexes.
pub(crate) fn is_kept(tag: Tag) -> bool {
    is_eager(tag) || is_chunk_index(tag) || tag == Tag::XMP
}

fn is_chunk_index(tag: Tag) -> bool {
    matches!(tag, Tag::TILE_OFFSETS | Tag::TILE_BYTE_COUNTS | Tag::STRIP_OFFSETS | Tag::STRIP_BYTE_COUNTS)
}

/// Tags whose values are fetched wherever they lie: those that this library interprets. Strip and tile
/// indexes are not among them, nor are large values of other uses (ICC profile, transfer function, XMP,
/// Photoshop).
fn is_eager(tag: Tag) -> bool {
    let is_bulk = matches!(tag, Tag::FREE_OFFSETS | Tag::FREE_BYTE_COUNTS | Tag::TRANSFER_FUNCTION);
    !is_chunk_index(tag)
        && (tag.0 <= 559 && !is_bulk
            || matches!(
                tag,
                Tag::COPYRIGHT
                    | Tag::MODEL_PIXEL_SCALE
                    | Tag::MODEL_TIEPOINT
                    | Tag::MODEL_TRANSFORMATION
                    | Tag::GEO_KEY_DIRECTORY
                    | Tag::GEO_DOUBLE_PARAMS
                    | Tag::GEO_ASCII_PARAMS
                    | Tag::GDAL_METADATA
                    | Tag::GDAL_NODATA
                    | Tag::LERC_PARAMETERS
                    | Tag::RPC_COEFFICIENT
                    | Tag::TIFF_RSID
                    | Tag::GEO_METADATA
            ))
}
