//! Where the output pixels lie in the level, and how GDAL cuts the work into chunks.

use super::{PixelRect, ReadWindow, Resampling};

/// How close an output grid must be to one that starts at the image's origin to be taken for it.
const ON_GRID: f64 = 1e-8;

/// GDAL halves its chunks until their source has no more pixels than this.
const MOST_CHUNK_PIXELS: i64 = 1024 * 1024;

/// One axis of a resampled read: GDAL's numbers, in its order of computing them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    /// Source pixels to an output pixel.
    pub(super) ratio: f64,
    /// Where the first output pixel lies on a grid that starts at the image's origin; 0 when it lies on none.
    pub(super) out_offset: i64,
    /// The source pixel that is 0 to the kernels: the image's origin on such a grid, else the window's first.
    pub(super) origin: i64,
    /// What the kernels add to a position.
    pub(super) delta: f64,
    /// The first whole pixel of the window.
    first: i64,
    /// Output pixels.
    pub(super) out: i64,
    /// Pixels of the level.
    pub(super) level: i64,
    /// The window as asked for.
    exact_offset: f64,
}

impl Axis {
    pub(super) fn new(offset: f64, size: f64, first: u32, out: u32, level: u32) -> Self {
        let ratio = size / f64::from(out);
        let first = i64::from(first);
        let position = offset / ratio;
        let nearest = (position + 0.5) as i64;
        let (out_offset, origin, delta) = if (position - nearest as f64).abs() < ON_GRID {
            (nearest, 0, 0.0)
        } else {
            (0, first, offset - first as f64)
        };
        Self {
            ratio,
            out_offset,
            origin,
            delta,
            first,
            out: i64::from(out),
            level: i64::from(level),
            exact_offset: offset,
        }
    }

    /// The ratio as the whole number by which GDAL widens a kernel's radius.
    pub(super) fn factor(&self) -> i64 {
        ((0.5 + self.ratio) as i64).max(1)
    }

    /// The source pixels that `count` output pixels take, no more than the level has.
    fn source_count(&self, count: i64) -> i64 {
        ((count as f64 * self.ratio) as i64).saturating_add(3).min(self.level)
    }

    /// The source pixels, with `margin` on both sides, of `count` output pixels from `start` on.
    fn source(&self, start: i64, count: i64, margin: i64) -> (i64, i64) {
        let last = self.level - 1;
        let begin = self.first.saturating_add((start as f64 * self.ratio) as i64).min(last);
        let end = ((start + count) as f64 * self.ratio).ceil() as i64;
        let end = self.first.saturating_add(end).saturating_add(1).clamp(begin + 1, self.level);
        let begin = begin.saturating_sub(margin).max(0);
        (begin, end.saturating_add(margin).min(self.level) - begin)
    }

    /// The source pixel under the centre of each output pixel, by the formula for columns (`accumulated`: GDAL
    /// adds up the steps) or for rows.
    pub(super) fn nearest(&self, accumulated: bool) -> Vec<i64> {
        const EPSILON: f64 = 1e-10;
        let last = (self.level - 1) as f64;
        let start = 0.5 * self.ratio + self.exact_offset + EPSILON;
        let mut sum = start;
        (0..self.out)
            .map(|index| {
                let position = if accumulated {
                    let position = sum;
                    sum += self.ratio;
                    position
                } else {
                    (index as f64 + 0.5) * self.ratio + self.exact_offset + EPSILON
                };
                position.max(0.0).min(last) as i64
            })
            .collect()
    }
}

/// A part of the output and the source pixels that it is computed from; the parts of a
/// [`Resampler`](super::Resampler) tile its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Pixels of the output.
    pub out: PixelRect,
    /// Pixels of the level, the kernel's radius included.
    pub source: PixelRect,
}

/// The chunks of a read, row by row of chunks.
pub(super) fn chunks(
    window: &ReadWindow,
    x: &Axis,
    y: &Axis,
    method: Resampling,
    block_width: u32,
    several_bands: bool,
) -> Vec<Chunk> {
    let (width, height) = chunk_size(window, x, y, block_width);
    let radius = i64::from(method.radius());
    let (mut margin_x, mut margin_y) = (radius.saturating_mul(x.factor()), radius.saturating_mul(y.factor()));
    if several_bands {
        (margin_x, margin_y) = (margin_x.max(margin_y), margin_x.max(margin_y));
    }
    let columns = parts(x, width, margin_x, method, true);
    let rows = parts(y, height, margin_y, method, false);
    rows.iter()
        .flat_map(|row| {
            columns.iter().map(move |column| Chunk {
                out: PixelRect::from_spans(column.out, row.out),
                source: PixelRect::from_spans(column.source, row.source),
            })
        })
        .collect()
}

/// One axis of a chunk: (first, count).
struct Part {
    out: (i64, i64),
    source: (i64, i64),
}

fn parts(axis: &Axis, size: i64, margin: i64, method: Resampling, columns: bool) -> Vec<Part> {
    let nearest = if method == Resampling::Nearest { axis.nearest(columns) } else { Vec::new() };
    let mut parts = Vec::new();
    let mut start = 0;
    while start < axis.out {
        let count = size.min(axis.out - start);
        let source = match (nearest.get(start as usize), nearest.get((start + count - 1) as usize)) {
            (Some(first), Some(last)) => (*first, last - first + 1),
            _ => axis.source(start, count, margin),
        };
        parts.push(Part { out: (start, count), source });
        start += count;
    }
    parts
}

/// The output pixels of a chunk: all of them, halved until their source is small enough.
///
/// The cut shows in the result, for a kernel reaches only as far beyond a chunk as the rounded ratio lets it.
fn chunk_size(window: &ReadWindow, x: &Axis, y: &Axis, block_width: u32) -> (i64, i64) {
    let (mut width, mut height) = (x.out, y.out);
    loop {
        let (source_width, source_height) = (x.source_count(width), y.source_count(height));
        let small = source_width.saturating_mul(source_height) <= MOST_CHUNK_PIXELS;
        if small || (width == 1 && height == 1) {
            return (width, height);
        }
        let whole_rows = source_width >= i64::from(window.columns) && window.columns == block_width;
        if whole_rows && height > 1 {
            height /= 2;
        } else if width > 1 && (source_width > source_height || height == 1) {
            width /= 2;
        } else {
            height /= 2;
        }
    }
}
