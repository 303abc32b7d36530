//! Where the chunks of an image lie, loaded in blocks on demand.

use alloc::borrow::Cow;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

use bytes::Bytes;

use crate::ifd::RawEntry;
use crate::segments::Segments;
use crate::values::unsigned;
use crate::{ByteOrder, Error, FieldType, Tag};

/// Bytes of an index array that are loaded at once.
const BLOCK: u64 = 8 << 10;
/// An index array up to this size is loaded whole.
const WHOLE: u64 = 32 << 10;
/// Ranges with a gap up to this size become one: a request costs more than the gap.
const GAP: u64 = 32 << 10;

/// Where a chunk's encoded bytes lie in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkLocation {
    /// File offset of the first byte.
    pub offset: u64,
    /// Number of bytes; never 0.
    pub len: u64,
}

impl ChunkLocation {
    /// The bytes as a range of the file.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.offset..self.offset.saturating_add(self.len)
    }
}

/// One array of the index: TileOffsets or TileByteCounts, or the strips' twins.
#[derive(Clone, Copy, Debug)]
struct Column {
    tag: Tag,
    field_type: FieldType,
    size: u64,
    count: u64,
    position: u64,
}

impl Column {
    fn of(raw: &RawEntry) -> Option<Self> {
        let size = u64::from(raw.field_type.size()?);
        raw.range()?;
        Some(Self {
            tag: raw.tag,
            field_type: raw.field_type,
            size,
            count: raw.count,
            position: raw.position,
        })
    }

    fn len(&self) -> u64 {
        self.count.saturating_mul(self.size)
    }

    fn range(&self) -> Range<u64> {
        self.position..self.position.saturating_add(self.len())
    }

    /// File range of one value; `None` past the end of the array.
    fn value_range(&self, chunk: u64) -> Option<Range<u64>> {
        if chunk >= self.count {
            return None;
        }
        let start = self.position.checked_add(chunk.checked_mul(self.size)?)?;
        Some(start..start.checked_add(self.size)?)
    }

    /// The block that holds a value, as a file range.
    fn block(&self, chunk: u64) -> Option<Range<u64>> {
        if chunk >= self.count {
            return None;
        }
        let all = self.range();
        if self.len() <= WHOLE {
            return Some(all);
        }
        let within = chunk.checked_mul(self.size)?;
        let start = self.position.checked_add(within.checked_sub(within.checked_rem(BLOCK)?)?)?;
        Some(start..start.saturating_add(BLOCK).min(all.end))
    }
}

/// What stands in for byte counts that the file does not give, or gives wrong: libtiff's estimates.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Estimate {
    /// The byte counts are to be believed.
    None,
    /// Uncompressed: libtiff reads as many bytes as the layout asks for, whatever a count says that is not 0.
    Sized(Sizes),
    /// Uncompressed: the size follows from the layout.
    Exact(u64),
    /// Compressed: up to the end of the file.
    ToEnd,
    /// One uncompressed strip, cut into strips of `stride` bytes; `size` in all.
    Cut { stride: u64, size: u64 },
}

/// Bytes of uncompressed chunks: the last strip of a plane may hold fewer rows than the others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    pub(crate) chunk: u64,
    pub(crate) last: u64,
    pub(crate) chunks_per_plane: u64,
}

impl Sizes {
    fn of(self, chunk: u64) -> u64 {
        let next = chunk.saturating_add(1).checked_rem(self.chunks_per_plane);
        if next == Some(0) { self.last } else { self.chunk }
    }
}

/// The index of an image's chunks: TileOffsets and TileByteCounts, or StripOffsets and StripByteCounts
/// (TIFF 6.0, sections 3 and 15).
///
/// It starts with what lay in the header bytes. Ask [`missing`](Self::missing) what must be fetched for
/// some chunks, [`feed`](Self::feed) it, then [`get`](Self::get) each. An index of any size costs only the
/// blocks that were asked for.
#[derive(Clone, Debug)]
pub struct ChunkIndex {
    offsets: Column,
    counts: Option<Column>,
    estimate: Estimate,
    len: u64,
    order: ByteOrder,
    max_chunk_bytes: u64,
    header: Arc<Segments>,
    blocks: Segments,
}

impl ChunkIndex {
    pub(crate) fn new(
        offsets: &RawEntry,
        counts: Option<&RawEntry>,
        estimate: Estimate,
        len: u64,
        order: ByteOrder,
        header: Arc<Segments>,
        max_chunk_bytes: u64,
    ) -> Option<Self> {
        let offsets = Column::of(offsets)?;
        let counts = counts.and_then(Column::of);
        Some(Self {
            offsets,
            counts,
            estimate,
            len,
            order,
            max_chunk_bytes,
            header,
            blocks: Segments::default(),
        })
    }

    /// Number of chunks in the grid.
    #[allow(clippy::len_without_is_empty, reason = "an image has at least one chunk")]
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    fn columns(&self) -> impl Iterator<Item = &Column> {
        core::iter::once(&self.offsets).chain(self.counts.as_ref())
    }

    fn bytes(&self, range: &Range<u64>) -> Option<Cow<'_, [u8]>> {
        let len = range.end.checked_sub(range.start)?;
        self.blocks.read(range.start, len).or_else(|| self.header.read(range.start, len))
    }

    /// File ranges that must be fed before [`get`](Self::get) can answer for `chunks`: whole blocks, sorted,
    /// joined where the gap is small. Empty when all is known. Chunks outside of the grid need nothing.
    #[must_use]
    pub fn missing(&self, chunks: &[u64]) -> Vec<Range<u64>> {
        let mut ranges: Vec<Range<u64>> = Vec::new();
        let cut = matches!(self.estimate, Estimate::Cut { .. });
        for column in self.columns() {
            for &chunk in chunks.iter().filter(|&&chunk| chunk < self.len) {
                let chunk = if cut { 0 } else { chunk };
                let Some(value) = column.value_range(chunk) else { continue };
                if ranges.last().is_some_and(|r| r.start <= value.start && value.end <= r.end)
                    || self.bytes(&value).is_some()
                {
                    continue;
                }
                if let Some(block) = column.block(chunk) {
                    ranges.push(block);
                }
            }
        }
        merge(ranges, GAP)
    }

    /// Adds bytes of the file at `offset`. Only those that belong to the index are kept.
    ///
    /// # Errors
    ///
    /// `Usage` where none of the bytes belong to the index.
    pub fn feed(&mut self, offset: u64, bytes: &[u8]) -> Result<(), Error> {
        let end = offset.saturating_add(bytes.len() as u64);
        let mut used = bytes.is_empty();
        for range in [Some(self.offsets.range()), self.counts.map(|c| c.range())].into_iter().flatten() {
            let from = offset.max(range.start);
            let to = end.min(range.end);
            if from >= to {
                continue;
            }
            let first = usize::try_from(from.saturating_sub(offset)).unwrap_or(usize::MAX);
            let last = usize::try_from(to.saturating_sub(offset)).unwrap_or(usize::MAX);
            if let Some(part) = bytes.get(first..last) {
                self.blocks.insert(from, &Bytes::copy_from_slice(part));
                used = true;
            }
        }
        if used { Ok(()) } else { Err(Error::usage("bytes fed are not of this chunk index").at(offset)) }
    }

    /// Where a chunk lies. `None` for a sparse chunk: one whose byte count is 0, so that it was never written
    /// (GDAL's sparse files), or that lies past the end of byte counts fewer than the grid's chunks.
    ///
    /// # Errors
    ///
    /// `Usage` where the chunk is not in the grid or its block was not fed; `Malformed` where the entry
    /// makes no sense; `Limit` where the chunk is larger than
    /// [`Limits::max_chunk_bytes`](crate::Limits::max_chunk_bytes).
    pub fn get(&self, chunk: u64) -> Result<Option<ChunkLocation>, Error> {
        if chunk >= self.len {
            return Err(Error::usage("chunk outside of the grid"));
        }
        if let Estimate::Cut { stride, size } = self.estimate {
            return self.cut(chunk, stride, size);
        }
        let declared = match &self.counts {
            Some(column) => Some(self.value(column, chunk)?.unwrap_or(0)),
            None => None,
        };
        // GDAL goes by the byte count alone.
        if declared == Some(0) {
            return Ok(None);
        }
        let offset = self.value(&self.offsets, chunk)?.unwrap_or(0);
        let len = match (self.estimate, declared) {
            (Estimate::Exact(len), _) => len,
            (Estimate::Sized(sizes), _) => sizes.of(chunk),
            (Estimate::ToEnd, _) => match self.header.file_size {
                Some(size) => size.saturating_sub(offset),
                None => self.max_chunk_bytes,
            },
            (_, Some(len)) => len,
            _ => return Err(Error::malformed("no byte counts for the strips or tiles")),
        };
        if offset == 0 {
            return match declared {
                Some(_) => Err(Error::malformed("a strip or tile with bytes but without a place")),
                None => Ok(None),
            };
        }
        self.checked(offset, len)
    }

    /// A part of the one strip that there is.
    fn cut(&self, chunk: u64, stride: u64, size: u64) -> Result<Option<ChunkLocation>, Error> {
        let Some(offset) = self.value(&self.offsets, 0)?.filter(|&offset| offset != 0) else {
            return Ok(None);
        };
        let skipped = chunk.saturating_mul(stride);
        self.checked(offset.saturating_add(skipped), size.saturating_sub(skipped).min(stride))
    }

    fn checked(&self, offset: u64, len: u64) -> Result<Option<ChunkLocation>, Error> {
        if len == 0 {
            return Ok(None);
        }
        if len > self.max_chunk_bytes {
            return Err(Error::limit("byte count of a strip or tile is above the limit").at(offset));
        }
        if offset.checked_add(len).is_none() {
            return Err(Error::malformed("a strip or tile reaches past 2^64").at(offset));
        }
        Ok(Some(ChunkLocation { offset, len }))
    }

    fn value(&self, column: &Column, chunk: u64) -> Result<Option<u64>, Error> {
        let Some(range) = column.value_range(chunk) else { return Ok(None) };
        let bytes = self.bytes(&range).ok_or_else(|| {
            Error::usage("the block of the chunk index was not fed").with_tag(column.tag).at(range.start)
        })?;
        match unsigned(column.field_type, self.order, &bytes) {
            Some(value) => Ok(Some(value)),
            None => Err(Error::malformed("negative or not an integer").with_tag(column.tag).at(range.start)),
        }
    }

    /// The index bytes loaded beyond those of the header.
    pub(crate) fn loaded(&self) -> &Segments {
        &self.blocks
    }
}

/// Sorts ranges and joins those that overlap or lie no more than `gap` apart.
pub(crate) fn merge(mut ranges: Vec<Range<u64>>, gap: u64) -> Vec<Range<u64>> {
    ranges.sort_unstable_by_key(|r| r.start);
    let mut merged: Vec<Range<u64>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end.saturating_add(gap) => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}
