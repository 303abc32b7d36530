//! Strips and tiles, chunky and planar, as one grid of chunks.

use crate::{Error, Ifd, PlanarConfiguration, Tag};

/// Most chunks in one image: GDAL's bound too.
const MAX_CHUNKS: u64 = i32::MAX as u64;

/// How an image is cut into chunks (TIFF 6.0, sections 3 and 15).
///
/// A chunk is a tile, or a strip; a strip is as wide as the image. An uncompressed image in one strip counts
/// as cut into strips of about 8 KiB, as libtiff cuts it, so that a window needs only its rows. Chunks are numbered row by row, and
/// plane by plane where samples are stored in separate planes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkGrid {
    image_width: u32,
    image_height: u32,
    chunk_width: u32,
    chunk_height: u32,
    tiled: bool,
    planes: u16,
    samples_per_chunk: u16,
}

impl ChunkGrid {
    pub(crate) fn of(
        ifd: &Ifd,
        width: u32,
        height: u32,
        samples: u16,
        planar: PlanarConfiguration,
    ) -> Result<Self, Error> {
        let tiled = ifd.raw(Tag::TILE_WIDTH).is_some() || ifd.raw(Tag::TILE_LENGTH).is_some();
        let (chunk_width, chunk_height) = if tiled {
            (dimension(ifd, Tag::TILE_WIDTH)?, dimension(ifd, Tag::TILE_LENGTH)?)
        } else {
            // RowsPerStrip is 2^32 - 1 by default: all in one strip.
            let rows = match ifd.raw(Tag::ROWS_PER_STRIP) {
                Some(_) => dimension(ifd, Tag::ROWS_PER_STRIP)?,
                None => u32::MAX,
            };
            (width, rows.min(height))
        };
        let separate = planar == PlanarConfiguration::PLANAR && samples > 1;
        let grid = Self {
            image_width: width,
            image_height: height,
            chunk_width,
            chunk_height,
            tiled,
            planes: if separate { samples } else { 1 },
            samples_per_chunk: if separate { 1 } else { samples },
        };
        match grid.checked_len() {
            Some(len) if len <= MAX_CHUNKS => Ok(grid),
            _ => Err(Error::unsupported("more than 2,147,483,647 strips or tiles")),
        }
    }

    /// The grid with strips of fewer rows.
    pub(crate) fn with_strip_height(self, rows: u32) -> Self {
        Self { chunk_height: rows, ..self }
    }

    fn checked_len(&self) -> Option<u64> {
        self.chunks_per_plane().checked_mul(u64::from(self.planes))
    }

    fn chunks_per_plane(&self) -> u64 {
        // Two 32-bit factors: no overflow.
        u64::from(self.columns()).wrapping_mul(u64::from(self.rows()))
    }

    /// Whether chunks are tiles; otherwise they are strips.
    #[must_use]
    pub fn is_tiled(&self) -> bool {
        self.tiled
    }

    /// Width of the image in pixels.
    #[must_use]
    pub fn image_width(&self) -> u32 {
        self.image_width
    }

    /// Height of the image in pixels.
    #[must_use]
    pub fn image_height(&self) -> u32 {
        self.image_height
    }

    /// Width of a chunk in pixels, padding included.
    #[must_use]
    pub fn chunk_width(&self) -> u32 {
        self.chunk_width
    }

    /// Height of a chunk in pixels, padding included. For strips: RowsPerStrip, at most the image height;
    /// fewer for an uncompressed image in one strip.
    #[must_use]
    pub fn chunk_height(&self) -> u32 {
        self.chunk_height
    }

    /// Chunks across.
    #[must_use]
    pub fn columns(&self) -> u32 {
        self.image_width.div_ceil(self.chunk_width.max(1))
    }

    /// Chunks down, in one plane.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.image_height.div_ceil(self.chunk_height.max(1))
    }

    /// Planes: the number of samples where they are stored apart (planar), else 1 (chunky).
    #[must_use]
    pub fn planes(&self) -> u16 {
        self.planes
    }

    /// Samples of a pixel in one chunk: 1 where planar.
    #[must_use]
    pub fn samples_per_chunk(&self) -> u16 {
        self.samples_per_chunk
    }

    /// Chunks in all planes.
    #[allow(clippy::len_without_is_empty, reason = "an image has at least one chunk")]
    #[must_use]
    pub fn len(&self) -> u64 {
        self.checked_len().unwrap_or(0)
    }

    /// Number of the chunk in a plane at a row and column of the grid; `None` outside of the grid.
    #[must_use]
    pub fn index(&self, plane: u16, row: u32, column: u32) -> Option<u64> {
        if plane >= self.planes || row >= self.rows() || column >= self.columns() {
            return None;
        }
        let in_plane =
            u64::from(row).checked_mul(u64::from(self.columns()))?.checked_add(u64::from(column))?;
        u64::from(plane).checked_mul(self.chunks_per_plane())?.checked_add(in_plane)
    }

    /// Plane, row and column of a chunk: the inverse of [`index`](Self::index).
    #[must_use]
    pub fn position(&self, chunk: u64) -> Option<(u16, u32, u32)> {
        if chunk >= self.len() {
            return None;
        }
        let per_plane = self.chunks_per_plane();
        let in_plane = chunk.checked_rem(per_plane)?;
        let columns = u64::from(self.columns());
        Some((
            u16::try_from(chunk.checked_div(per_plane)?).ok()?,
            u32::try_from(in_plane.checked_div(columns)?).ok()?,
            u32::try_from(in_plane.checked_rem(columns)?).ok()?,
        ))
    }

    /// Rows that are encoded in the chunks of a grid row: a tile's height always, fewer in the last strip.
    #[must_use]
    pub fn encoded_height(&self, row: u32) -> u32 {
        if self.tiled { self.chunk_height } else { self.extent(row, 0).3 }
    }

    /// The part of the image that a chunk covers, in pixels: left, top, width, height. Width and height are
    /// 0 outside of the grid.
    #[must_use]
    pub fn extent(&self, row: u32, column: u32) -> (u32, u32, u32, u32) {
        let x = column.saturating_mul(self.chunk_width);
        let y = row.saturating_mul(self.chunk_height);
        let width = self.image_width.saturating_sub(x).min(self.chunk_width);
        let height = self.image_height.saturating_sub(y).min(self.chunk_height);
        (x, y, width, height)
    }
}

fn dimension(ifd: &Ifd, tag: Tag) -> Result<u32, Error> {
    match ifd.single(tag) {
        // libtiff takes the low 32 bits of -1 and of 2^32 - 1 alike: "all rows".
        Some(value) if value > 0 => Ok(u32::try_from(value).unwrap_or(u32::MAX)),
        _ => Err(Error::malformed("missing, zero or unreadable").with_tag(tag)),
    }
}
