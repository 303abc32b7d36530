//! What a read fetches, and where each chunk's pixels go: a value, made without I/O.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use bytes::Bytes;
use geotiff_core::{ChunkGrid, ChunkLocation};
use geotiff_io::{Merged, coalesce};

use crate::{Error, ErrorKind, PixelWindow};

/// Which image of the dataset a chunk belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ImageRole {
    /// The pixels.
    Data,
    /// The mask that goes with them.
    Mask,
}

impl ImageRole {
    /// `data` or `mask`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Mask => "mask",
        }
    }
}

/// A rectangle of a chunk and where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Placement {
    /// The first wanted column and row inside the chunk.
    pub source: (u32, u32),
    /// Where that pixel goes in the result: column and row.
    pub target: (u32, u32),
    /// The columns and rows that are wanted.
    pub size: (u32, u32),
}

/// One chunk (strip or tile) that a read needs, and what is wanted of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedChunk {
    /// The image that the chunk is of.
    pub role: ImageRole,
    /// The chunk's index in its image's grid.
    pub index: u64,
    /// The plane: the band from 0 in a band-interleaved image, else 0.
    pub plane: u16,
    /// The chunk's column in the grid.
    pub column: u32,
    /// The chunk's row in the grid.
    pub row: u32,
    /// The rows of the chunk that are decoded: all of them but for an uncompressed chunk, of which only the rows
    /// that are wanted are fetched, a large one in parts.
    pub rows: Range<u32>,
    /// Where its compressed bytes are; `None` for a sparse chunk, which is filled with nodata or 0, and for one that
    /// a cache holds.
    pub location: Option<Range<u64>>,
    /// Whether its samples come out of a [`ChunkCache`](crate::ChunkCache).
    pub cached: bool,
    /// What is wanted of it: one rectangle of a window, or single pixels.
    pub placements: Vec<Placement>,
}

impl PlannedChunk {
    pub(crate) fn new(
        role: ImageRole,
        grid: &ChunkGrid,
        plane: u16,
        (column, row): (u32, u32),
        placements: Vec<Placement>,
    ) -> Result<Self, Error> {
        let index = grid.index(plane, row, column).ok_or_else(|| {
            Error::new(ErrorKind::Malformed, format!("no chunk at column {column}, row {row}"))
        })?;
        let rows = 0..grid.encoded_height(row);
        Ok(Self { role, index, plane, column, row, rows, location: None, cached: false, placements })
    }

    /// Whether the file has no bytes for it.
    pub fn is_sparse(&self) -> bool {
        self.location.is_none() && !self.cached
    }

    /// The rows that are wanted, from the first to the last.
    pub(crate) fn wanted_rows(&self) -> Range<u32> {
        let first = self.placements.iter().map(|placement| placement.source.1).min().unwrap_or(0);
        let end = self.placements.iter().map(|placement| placement.source.1 + placement.size.1).max();
        first..end.unwrap_or(first)
    }

    /// The part of it that is `rows`; `None` where none of them is wanted.
    pub(crate) fn part(&self, rows: Range<u32>) -> Option<Self> {
        let cut = |placement: &Placement| {
            let (from, to) = (placement.source.1, placement.source.1 + placement.size.1);
            let (first, end) = (from.max(rows.start), to.min(rows.end));
            (first < end).then(|| Placement {
                source: (placement.source.0, first),
                target: (placement.target.0, placement.target.1 + (first - from)),
                size: (placement.size.0, end - first),
            })
        };
        let placements: Vec<_> = self.placements.iter().filter_map(cut).collect();
        (!placements.is_empty()).then(|| Self { rows, placements, ..self.clone() })
    }
}

/// One request to the store: a range of bytes and the chunks that lie in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedRequest {
    /// The image whose object is asked; the chunks of a mask in the same object come with those of the pixels.
    pub role: ImageRole,
    /// The bytes.
    pub range: Range<u64>,
    /// The chunks in it, as positions in [`ReadPlan::chunks`].
    pub chunks: Vec<usize>,
}

/// What a read fetches, and where each chunk's pixels go.
///
/// A plan is a value: made without I/O once the chunk index is known, and the only place that decides what is
/// fetched. [`GeoTiff::plan`](crate::GeoTiff::plan) makes the one that [`GeoTiff::read`](crate::GeoTiff::read)
/// carries out.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReadPlan {
    /// The level read: 0 is the full resolution, 1 the finest overview.
    pub level: usize,
    /// The pixels returned, in the level's columns and rows; it may reach outside the image.
    pub window: PixelWindow,
    /// The band numbers, from 1, in the order returned.
    pub bands: Vec<u16>,
    /// Every chunk needed.
    pub chunks: Vec<PlannedChunk>,
    /// The requests that bring them, in the order of the file.
    pub requests: Vec<PlannedRequest>,
}

impl ReadPlan {
    /// Bytes that will be requested, gaps between chunks included.
    pub fn bytes(&self) -> u64 {
        self.requests.iter().map(|request| request.range.end - request.range.start).sum()
    }
}

/// The chunks of `grid` that hold any of `planes` (bands from 0, or 0 alone when chunky) within `inside`.
///
/// `inside` must lie in the image; `origin` is the returned window's first column and row.
pub(crate) fn chunks_in(
    grid: &ChunkGrid,
    role: ImageRole,
    planes: &BTreeSet<u16>,
    inside: PixelWindow,
    origin: (i64, i64),
) -> Result<Vec<PlannedChunk>, Error> {
    let (chunk_width, chunk_height) = (i64::from(grid.chunk_width()), i64::from(grid.chunk_height()));
    if chunk_width == 0 || chunk_height == 0 {
        return Err(Error::new(ErrorKind::Malformed, "the image has chunks without pixels"));
    }
    let columns = inside.col / chunk_width..=(inside.col_end() - 1) / chunk_width;
    let rows = inside.row / chunk_height..=(inside.row_end() - 1) / chunk_height;
    let mut chunks = Vec::new();
    for &plane in planes {
        for row in rows.clone() {
            for column in columns.clone() {
                let (left, top) = (column * chunk_width, row * chunk_height);
                let first = (inside.col.max(left), inside.row.max(top));
                let end =
                    (inside.col_end().min(left + chunk_width), inside.row_end().min(top + chunk_height));
                // All of these fit in u32: they lie inside the image or the window.
                let (column, row) = (column as u32, row as u32);
                let placement = Placement {
                    source: ((first.0 - left) as u32, (first.1 - top) as u32),
                    target: ((first.0 - origin.0) as u32, (first.1 - origin.1) as u32),
                    size: ((end.0 - first.0) as u32, (end.1 - first.1) as u32),
                };
                chunks.push(PlannedChunk::new(role, grid, plane, (column, row), vec![placement])?);
            }
        }
    }
    Ok(chunks)
}

/// The chunks of `grid` that hold `pixels` (columns and rows inside the image, or `None`), each chunk once; pixel
/// number n goes to column n of row 0.
pub(crate) fn chunks_at(
    grid: &ChunkGrid,
    role: ImageRole,
    planes: &BTreeSet<u16>,
    pixels: &[Option<(u32, u32)>],
) -> Result<Vec<PlannedChunk>, Error> {
    let (chunk_width, chunk_height) = (grid.chunk_width(), grid.chunk_height());
    if chunk_width == 0 || chunk_height == 0 {
        return Err(Error::new(ErrorKind::Malformed, "the image has chunks without pixels"));
    }
    let mut by_chunk: BTreeMap<(u32, u32), Vec<Placement>> = BTreeMap::new();
    for (target, pixel) in pixels.iter().enumerate() {
        let Some((col, row)) = pixel else { continue };
        let source = (col % chunk_width, row % chunk_height);
        let placement = Placement { source, target: (target as u32, 0), size: (1, 1) };
        by_chunk.entry((row / chunk_height, col / chunk_width)).or_default().push(placement);
    }
    let mut chunks = Vec::new();
    for &plane in planes {
        for (&(row, column), placements) in &by_chunk {
            chunks.push(PlannedChunk::new(role, grid, plane, (column, row), placements.clone())?);
        }
    }
    Ok(chunks)
}

/// Sets where a chunk's bytes are, refusing what cannot be in the object.
pub(crate) fn locate(
    chunk: &mut PlannedChunk,
    location: Option<ChunkLocation>,
    object_size: Option<u64>,
) -> Result<(), Error> {
    let Some(location) = location else {
        chunk.location = None;
        return Ok(());
    };
    let part = || format!("{} chunk {}", chunk.role.name(), chunk.index);
    let end = location
        .offset
        .checked_add(location.len)
        .ok_or_else(|| Error::new(ErrorKind::Malformed, "its byte range overflows").in_part(part()))?;
    let range = location.offset..end;
    if let Some(size) = object_size.filter(|size| end > *size) {
        let message = format!("the object is truncated: it has {size} bytes");
        return Err(Error::new(ErrorKind::Malformed, message).in_part(part()).in_range(range));
    }
    chunk.location = Some(range);
    Ok(())
}

/// The bytes of a chunk at `range`; an error where they are not all there.
pub(crate) fn check_complete(chunk: &PlannedChunk, range: &Range<u64>, bytes: Bytes) -> Result<Bytes, Error> {
    let end = range.start + bytes.len() as u64;
    if end == range.end {
        return Ok(bytes);
    }
    let message = format!("the object is truncated: it has {end} bytes");
    let part = format!("{} chunk {}", chunk.role.name(), chunk.index);
    Err(Error::new(ErrorKind::Malformed, message).in_part(part).in_range(range.clone()))
}

/// Refuses a chunk, or what is fetched of it, that is larger than the limits allow.
pub(crate) fn check_chunk_size(chunk: &PlannedChunk, max_chunk_bytes: u64) -> Result<(), Error> {
    let Some(range) = chunk.location.clone() else { return Ok(()) };
    let len = range.end - range.start;
    if len <= max_chunk_bytes {
        return Ok(());
    }
    let message = format!("its {len} bytes exceed the limit of {max_chunk_bytes}");
    let part = format!("{} chunk {}", chunk.role.name(), chunk.index);
    Err(Error::new(ErrorKind::Limit, message).in_part(part).in_range(range))
}

/// The parts of an uncompressed chunk, rows of `row_len` bytes, that are to be fetched: its wanted rows, in pieces of
/// about `max_size` bytes.
pub(crate) fn rows_of_uncompressed(chunk: &PlannedChunk, row_len: u64, max_size: u64) -> Vec<PlannedChunk> {
    let Some(range) = chunk.location.clone() else { return vec![chunk.clone()] };
    let wanted = chunk.wanted_rows();
    // What is shorter than its rows is damaged: the decoder says so.
    if row_len == 0 || range.end - range.start < row_len.saturating_mul(chunk.rows.end.into()) {
        return vec![chunk.clone()];
    }
    let step = u32::try_from((max_size / row_len).max(1)).unwrap_or(u32::MAX);
    let starts = wanted.clone().step_by(step as usize);
    let parts = starts.filter_map(|start| {
        let rows = start..start.saturating_add(step).min(wanted.end);
        let mut part = chunk.part(rows.clone())?;
        let byte = |row: u32| range.start + u64::from(row) * row_len;
        part.location = Some(byte(rows.start)..byte(rows.end));
        Some(part)
    });
    parts.collect()
}

/// Groups the located chunks of `roles`, all of one object, into requests: those of a COG's mask lie between those
/// of its pixels.
pub(crate) fn requests(
    chunks: &[PlannedChunk],
    roles: &[ImageRole],
    gap: u64,
    max_size: u64,
) -> Vec<PlannedRequest> {
    let Some(&role) = roles.first() else { return Vec::new() };
    let mut positions = Vec::new();
    let mut ranges = Vec::new();
    for (position, chunk) in chunks.iter().enumerate() {
        if let Some(range) = chunk.location.clone().filter(|_| roles.contains(&chunk.role)) {
            positions.push(position);
            ranges.push(range);
        }
    }
    coalesce(&ranges, gap, max_size)
        .into_iter()
        .map(|Merged { range, inputs, .. }| PlannedRequest {
            role,
            range,
            chunks: inputs.into_iter().filter_map(|input| positions.get(input).copied()).collect(),
        })
        .collect()
}
