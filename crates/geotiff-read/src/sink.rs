//! Where decoded pixels go: an output, its layout in memory, and which bands it takes.

use std::sync::Arc;

use geotiff_codecs::{ChunkSpec, SampleOrder};

use crate::output::SharedOutput;
use crate::plan::{Placement, PlannedChunk};
use crate::transfer::Transfer;
use crate::{Error, ErrorKind};

/// How an output's samples lie in memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) bands: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) sample_size: usize,
    /// (row, column, band) rather than (band, row, column); only for images whose chunks hold every band, since
    /// the rows of two bands overlap.
    pub(crate) interleaved: bool,
}

impl Layout {
    /// Bytes from a sample to that of the next column.
    fn step(&self) -> usize {
        if self.interleaved { self.bands * self.sample_size } else { self.sample_size }
    }

    /// Offset in bytes of a sample.
    fn offset(&self, slot: usize, row: usize, col: usize) -> usize {
        let sample = if self.interleaved {
            (row * self.width + col) * self.bands + slot
        } else {
            (slot * self.height + row) * self.width + col
        };
        sample * self.sample_size
    }
}

/// One band of an image to one band of an output.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// The image's band, from 0.
    pub(crate) band: u16,
    /// The output's band, from 0.
    pub(crate) slot: usize,
    /// What becomes of the samples on the way.
    pub(crate) transfer: Transfer,
    /// One sample, in the output's type, of what sparse chunks hold; `None` where the output holds it already.
    pub(crate) sparse: Option<Vec<u8>>,
}

/// An output and the bands that go there.
pub(crate) struct Sink {
    pub(crate) output: Arc<SharedOutput>,
    pub(crate) layout: Layout,
    pub(crate) routes: Vec<Route>,
}

impl Sink {
    /// Whether the pixels of a chunk lie in the output as they lie in the chunk: every band, in order, unchanged.
    pub(crate) fn takes_pixels_as_they_are(&self, samples: u16) -> bool {
        self.layout.interleaved
            && self.layout.bands == usize::from(samples)
            && self.routes.len() == self.layout.bands
            && self.routes.iter().all(|route| usize::from(route.band) == route.slot)
            && self.routes.iter().all(|route| route.transfer.is_copy())
    }

    /// The offset in the output of a chunk of one band that is one contiguous piece of it, unchanged.
    pub(crate) fn contiguous(
        &self,
        chunk: &PlannedChunk,
        planar: bool,
        spec: &ChunkSpec<'_>,
    ) -> Option<usize> {
        let [placement] = chunk.placements.as_slice() else { return None };
        let whole = placement.source == (0, chunk.rows.start) && placement.size == (spec.width, spec.height);
        let in_line =
            self.layout.width == spec.width as usize && (!self.layout.interleaved || self.layout.bands == 1);
        let mut routes = self.routes_of(chunk, planar);
        let (Some((_, route)), None) = (routes.next(), routes.next()) else { return None };
        (whole && in_line && route.transfer.is_copy())
            .then(|| self.layout.offset(route.slot, placement.target.1 as usize, 0))
    }

    /// The samples of `chunk` that this sink takes: position in the chunk, and where it goes.
    fn routes_of(&self, chunk: &PlannedChunk, planar: bool) -> impl Iterator<Item = (usize, &Route)> {
        let plane = chunk.plane;
        self.routes.iter().filter_map(move |route| match planar {
            true => (route.band == plane).then_some((0, route)),
            false => Some((usize::from(route.band), route)),
        })
    }

    /// Copies what is wanted of the decoded rows of a chunk.
    ///
    /// # Safety
    ///
    /// As [`SharedOutput::write`], for all pixels of the chunk.
    #[allow(unsafe_code, reason = "passes the promise of disjoint chunks on to `SharedOutput::write`")]
    pub(crate) unsafe fn place(
        &self,
        chunk: &PlannedChunk,
        planar: bool,
        decoded: &[u8],
        spec: &ChunkSpec<'_>,
        order: SampleOrder,
    ) -> Result<(), Error> {
        let samples = usize::from(spec.samples);
        let source = Source {
            width: spec.width as usize,
            first_row: chunk.rows.start,
            sample_size: spec.sample_type()?.size(),
        };
        let plane_len = source.width * spec.height as usize * source.sample_size;
        for placement in &chunk.placements {
            if order == SampleOrder::Interleaved {
                // SAFETY: the caller's promise.
                unsafe { self.place_pixels(placement, decoded, source) }?;
                continue;
            }
            for (sample, route) in self.routes_of(chunk, planar) {
                if sample >= samples {
                    return Err(Error::new(ErrorKind::Malformed, "the chunk lacks a band"));
                }
                let plane = &decoded[sample * plane_len..][..plane_len];
                // SAFETY: the caller's promise.
                unsafe { self.place_band(placement, route, plane, source) }?;
            }
        }
        Ok(())
    }

    /// Writes what sparse chunks hold.
    ///
    /// # Safety
    ///
    /// As [`Sink::place`].
    #[allow(unsafe_code, reason = "as for `place`")]
    pub(crate) unsafe fn fill(&self, chunk: &PlannedChunk, planar: bool) -> Result<(), Error> {
        for (_, route) in self.routes_of(chunk, planar) {
            let Some(fill) = &route.sparse else { continue };
            for placement in &chunk.placements {
                let put = |_: usize, dst: &mut [u8]| {
                    for sample in dst.chunks_mut(self.layout.step()) {
                        sample[..fill.len()].copy_from_slice(fill);
                    }
                };
                // SAFETY: the caller's promise.
                unsafe { self.for_each_row(placement, route.slot, put) }?;
            }
        }
        Ok(())
    }

    /// Transfers one band's rectangle out of its `plane`.
    #[allow(unsafe_code, reason = "as for `place`")]
    unsafe fn place_band(
        &self,
        placement: &Placement,
        route: &Route,
        plane: &[u8],
        source: Source,
    ) -> Result<(), Error> {
        let (size, step) = (self.layout.sample_size, self.layout.step());
        let columns = placement.size.0 as usize;
        let mut row_buffer = vec![0; if step > size { columns * size } else { 0 }];
        let put = |row: usize, dst: &mut [u8]| {
            let start = source.offset(placement, row, 1);
            let src = &plane[start..][..columns * source.sample_size];
            if step > size {
                route.transfer.row(src, &mut row_buffer);
                for (dst, sample) in dst.chunks_mut(step).zip(row_buffer.chunks_exact(size)) {
                    dst[..size].copy_from_slice(sample);
                }
            } else {
                route.transfer.row(src, dst);
            }
        };
        // SAFETY: the caller's promise.
        unsafe { self.for_each_row(placement, route.slot, put) }
    }

    /// Copies a rectangle with all its bands, which lie in the chunk as they do in the output.
    #[allow(unsafe_code, reason = "as for `place`")]
    unsafe fn place_pixels(
        &self,
        placement: &Placement,
        decoded: &[u8],
        source: Source,
    ) -> Result<(), Error> {
        let (col, first) = (placement.target.0 as usize, placement.target.1 as usize);
        let len = placement.size.0 as usize * self.layout.step();
        for row in 0..placement.size.1 as usize {
            let src = &decoded[source.offset(placement, row, self.layout.bands)..][..len];
            let start = self.layout.offset(0, first + row, col);
            // SAFETY: the caller's promise: these pixels are this chunk's alone.
            unsafe { self.output.write(start..start + len, |dst| dst.copy_from_slice(src)) }
                .ok_or_else(outside)?;
        }
        Ok(())
    }

    /// Calls `put` with each wanted row of one band: its number from 0, and its bytes in the output (from the
    /// first sample to the last; where the output is interleaved, with the other bands' samples between).
    #[allow(unsafe_code, reason = "as for `place`")]
    unsafe fn for_each_row(
        &self,
        placement: &Placement,
        slot: usize,
        mut put: impl FnMut(usize, &mut [u8]),
    ) -> Result<(), Error> {
        let (col, first) = (placement.target.0 as usize, placement.target.1 as usize);
        let size = self.layout.sample_size;
        for row in 0..placement.size.1 as usize {
            let start = self.layout.offset(slot, first + row, col);
            let last = self.layout.offset(slot, first + row, col + placement.size.0 as usize - 1);
            // SAFETY: the caller's promise: these pixels are this chunk's alone.
            unsafe { self.output.write(start..last + size, |dst| put(row, dst)) }.ok_or_else(outside)?;
        }
        Ok(())
    }
}

/// How the decoded rows of a chunk lie in memory.
#[derive(Clone, Copy, Debug)]
struct Source {
    /// Pixels of a row.
    width: usize,
    /// The row of the chunk that is the first of those decoded.
    first_row: u32,
    sample_size: usize,
}

impl Source {
    /// Offset in bytes of the first wanted pixel in a row of a placement, `samples` lying side by side.
    fn offset(&self, placement: &Placement, row: usize, samples: usize) -> usize {
        let row = (placement.source.1 - self.first_row) as usize + row;
        (row * self.width + placement.source.0 as usize) * samples * self.sample_size
    }
}

fn outside() -> Error {
    Error::new(ErrorKind::Malformed, "the chunk's pixels lie outside the window")
}
