//! What a read fetches, and where each chunk's pixels go: a value, made without I/O.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

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
    /// Where its compressed bytes are; `None` for a sparse chunk, which is filled with nodata or 0.
    pub location: Option<Range<u64>>,
    /// What is wanted of it: one rectangle of a window, or single pixels.
    pub placements: Vec<Placement>,
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
                let index = grid.index(plane, row, column).ok_or_else(|| {
                    Error::new(ErrorKind::Malformed, format!("no chunk at column {column}, row {row}"))
                })?;
                chunks.push(PlannedChunk {
                    role,
                    index,
                    plane,
                    column,
                    row,
                    location: None,
                    placements: vec![Placement {
                        source: ((first.0 - left) as u32, (first.1 - top) as u32),
                        target: ((first.0 - origin.0) as u32, (first.1 - origin.1) as u32),
                        size: ((end.0 - first.0) as u32, (end.1 - first.1) as u32),
                    }],
                });
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
            let index = grid.index(plane, row, column).ok_or_else(|| {
                Error::new(ErrorKind::Malformed, format!("no chunk at column {column}, row {row}"))
            })?;
            let placements = placements.clone();
            chunks.push(PlannedChunk { role, index, plane, column, row, location: None, placements });
        }
    }
    Ok(chunks)
}

/// Sets where a chunk's bytes are, refusing what cannot be in the object.
pub(crate) fn locate(
    chunk: &mut PlannedChunk,
    location: Option<ChunkLocation>,
    object_size: Option<u64>,
    max_chunk_bytes: u64,
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
    if location.len > max_chunk_bytes {
        let message = format!("its {} bytes exceed the limit of {max_chunk_bytes}", location.len);
        return Err(Error::new(ErrorKind::Limit, message).in_part(part()).in_range(range));
    }
    chunk.location = Some(range);
    Ok(())
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
