//! From the compressed bytes of one chunk to its pixels in the output.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use geotiff_codecs::{ChunkSpec, Codecs, SampleOrder, Workspace};

use crate::image::ImageState;
use crate::output::SharedOutput;
use crate::plan::{Placement, PlannedChunk};
use crate::{Error, ErrorKind};

/// Scratch above this is given back after each chunk, so that one giant strip does not stay in every worker.
const KEEP_SCRATCH: usize = 16 << 20;

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
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    /// The image's band, from 0.
    pub(crate) band: u16,
    /// The output's band, from 0.
    pub(crate) slot: usize,
}

/// An output and the bands that go there.
pub(crate) struct Sink {
    pub(crate) output: Arc<SharedOutput>,
    pub(crate) layout: Layout,
    pub(crate) routes: Vec<Route>,
    /// One-bit masks become 0 and 255, as GDAL promotes them.
    pub(crate) promote_bits: bool,
}

/// Everything that decoding the chunks of one image needs; shared by its jobs.
pub(crate) struct ImageTask {
    pub(crate) state: Arc<ImageState>,
    pub(crate) codecs: Arc<Codecs>,
    pub(crate) sinks: Vec<Sink>,
    /// One sample of what sparse chunks hold; `None` where the outputs hold it already.
    pub(crate) fill: Option<Vec<u8>>,
    pub(crate) max_decoded_bytes: u64,
}

thread_local! {
    static SCRATCH: RefCell<(Workspace, Vec<u8>)> = RefCell::default();
}

impl ImageTask {
    /// Decodes `bytes`, or fills a sparse chunk, and puts the wanted pixels into every sink.
    ///
    /// # Safety
    ///
    /// No other call for the same chunk, or for another chunk that covers the same pixels, may be under way.
    #[allow(unsafe_code, reason = "passes the promise of disjoint chunks on to `SharedOutput::write`")]
    pub(crate) unsafe fn run(&self, chunk: &PlannedChunk, bytes: Option<&[u8]>) -> Result<(), Error> {
        // A decoder that panics on damaged bytes must not take the caller's thread pool down.
        let result = catch_unwind(AssertUnwindSafe(|| match bytes {
            // SAFETY: the caller's promise.
            Some(bytes) => unsafe { self.decode(chunk, bytes) },
            // SAFETY: the caller's promise.
            None => unsafe { self.fill(chunk) },
        }));
        let result = result.unwrap_or_else(|_| {
            SCRATCH.with(|scratch| scratch.take());
            Err(Error::new(ErrorKind::Malformed, "the decoder failed on these bytes"))
        });
        result.map_err(|error| {
            let error = error.in_part(format_args!(
                "{} chunk {} (column {}, row {})",
                chunk.role.name(),
                chunk.index,
                chunk.column,
                chunk.row
            ));
            match chunk.location.clone() {
                Some(range) => error.in_range(range),
                None => error,
            }
        })
    }

    #[allow(unsafe_code, reason = "as for `run`")]
    unsafe fn decode(&self, chunk: &PlannedChunk, bytes: &[u8]) -> Result<(), Error> {
        let spec = self.state.chunk_spec(chunk.row)?;
        let len = spec.decoded_len()?;
        if len as u64 > self.max_decoded_bytes {
            let message = format!("it decodes to {len} bytes, over the limit of {}", self.max_decoded_bytes);
            return Err(Error::new(ErrorKind::Limit, message));
        }
        // SAFETY: the caller's promise.
        if let Some(result) = unsafe { self.decode_in_place(chunk, bytes, &spec, len) } {
            return result;
        }
        let order = self.order(&spec);
        SCRATCH.with(|scratch| {
            let (workspace, pixels) = &mut *scratch.borrow_mut();
            if pixels.len() < len {
                // Not resized: that would copy the old pixels.
                *pixels = vec![0; len];
            }
            let decoded = &mut pixels[..len];
            self.codecs.decode(bytes, &spec, order, decoded, workspace)?;
            for sink in &self.sinks {
                // SAFETY: the caller's promise.
                unsafe { sink.place(chunk, self.state.is_planar(), decoded, &spec, order) }?;
            }
            if pixels.len() > KEEP_SCRATCH {
                *pixels = Vec::new();
            }
            Ok(())
        })
    }

    /// Decodes straight into the output when a whole chunk of one band is one contiguous piece of it: a strip, or
    /// a tile as wide as the window. `None` when it is not.
    #[allow(unsafe_code, reason = "as for `run`")]
    unsafe fn decode_in_place(
        &self,
        chunk: &PlannedChunk,
        bytes: &[u8],
        spec: &ChunkSpec<'_>,
        len: usize,
    ) -> Option<Result<(), Error>> {
        let [sink] = self.sinks.as_slice() else { return None };
        let [placement] = chunk.placements.as_slice() else { return None };
        let whole = placement.source == (0, 0) && placement.size == (spec.width, spec.height);
        let contiguous = sink.layout.width == spec.width as usize
            && (!sink.layout.interleaved || sink.layout.bands == 1)
            && spec.samples == 1
            && !sink.promote_bits;
        let mut routes = sink.routes_of(chunk, self.state.is_planar());
        let (Some((_, slot)), None) = (routes.next(), routes.next()) else { return None };
        let same_size = spec.sample_type().ok()?.size() == sink.layout.sample_size;
        if !(whole && contiguous && same_size) {
            return None;
        }
        let start = sink.layout.offset(slot, placement.target.1 as usize, 0);
        let decode = |dst: &mut [u8]| {
            SCRATCH.with(|scratch| {
                let (workspace, _) = &mut *scratch.borrow_mut();
                self.codecs.decode(bytes, spec, SampleOrder::Planar, dst, workspace).map_err(Error::from)
            })
        };
        // SAFETY: the caller's promise: these rows are this chunk's alone.
        unsafe { sink.output.write(start..start + len, decode) }
    }

    /// Interleaved only where that saves taking the samples apart and putting them together again.
    fn order(&self, spec: &ChunkSpec<'_>) -> SampleOrder {
        let as_is = |sink: &Sink| {
            sink.layout.interleaved
                && sink.layout.bands == usize::from(spec.samples)
                && sink.routes.len() == sink.layout.bands
                && sink.routes.iter().all(|route| usize::from(route.band) == route.slot)
        };
        if self.sinks.iter().all(as_is) { SampleOrder::Interleaved } else { SampleOrder::Planar }
    }

    #[allow(unsafe_code, reason = "as for `run`")]
    unsafe fn fill(&self, chunk: &PlannedChunk) -> Result<(), Error> {
        let Some(fill) = &self.fill else { return Ok(()) };
        for sink in &self.sinks {
            for (_, slot) in sink.routes_of(chunk, self.state.is_planar()) {
                for placement in &chunk.placements {
                    let put = |_: usize, dst: &mut [u8]| {
                        for sample in dst.chunks_mut(sink.layout.step()) {
                            sample[..fill.len()].copy_from_slice(fill);
                        }
                    };
                    // SAFETY: the caller's promise.
                    unsafe { sink.for_each_row(placement, slot, put) }?;
                }
            }
        }
        Ok(())
    }
}

impl Sink {
    /// The samples of `chunk` that this sink takes: position in the chunk, and band of the output.
    fn routes_of(&self, chunk: &PlannedChunk, planar: bool) -> impl Iterator<Item = (usize, usize)> {
        let plane = chunk.plane;
        self.routes.iter().filter_map(move |route| match planar {
            true => (route.band == plane).then_some((0, route.slot)),
            false => Some((usize::from(route.band), route.slot)),
        })
    }

    /// Copies what is wanted of a decoded chunk.
    #[allow(unsafe_code, reason = "as for `ImageTask::run`")]
    unsafe fn place(
        &self,
        chunk: &PlannedChunk,
        planar: bool,
        decoded: &[u8],
        spec: &ChunkSpec<'_>,
        order: SampleOrder,
    ) -> Result<(), Error> {
        let size = self.layout.sample_size;
        if spec.sample_type()?.size() != size {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "the codec's samples differ from the image's type",
            ));
        }
        let samples = usize::from(spec.samples);
        let plane_len = spec.width as usize * spec.height as usize * size;
        for placement in &chunk.placements {
            if order == SampleOrder::Interleaved {
                // SAFETY: the caller's promise.
                unsafe { self.place_pixels(placement, decoded, spec) }?;
                continue;
            }
            for (sample, slot) in self.routes_of(chunk, planar) {
                if sample >= samples {
                    return Err(Error::new(ErrorKind::Malformed, "the chunk lacks a band"));
                }
                let plane = &decoded[sample * plane_len..][..plane_len];
                // SAFETY: the caller's promise.
                unsafe { self.place_band(placement, slot, plane, spec.width as usize) }?;
            }
        }
        Ok(())
    }

    /// Copies one band's rectangle out of its `plane`.
    #[allow(unsafe_code, reason = "as for `ImageTask::run`")]
    unsafe fn place_band(
        &self,
        placement: &Placement,
        slot: usize,
        plane: &[u8],
        width: usize,
    ) -> Result<(), Error> {
        let (size, step) = (self.layout.sample_size, self.layout.step());
        let (left, top) = (placement.source.0 as usize, placement.source.1 as usize);
        let copy = |row: usize, dst: &mut [u8]| {
            let src = &plane[((top + row) * width + left) * size..];
            if step > size {
                for (dst, src) in dst.chunks_mut(step).zip(src.chunks_exact(size)) {
                    dst[..size].copy_from_slice(src);
                }
            } else {
                dst.copy_from_slice(&src[..dst.len()]);
                if self.promote_bits {
                    dst.iter_mut().for_each(|value| *value = if *value == 0 { 0 } else { 255 });
                }
            }
        };
        // SAFETY: the caller's promise.
        unsafe { self.for_each_row(placement, slot, copy) }
    }

    /// Copies a rectangle with all its bands, which lie in the chunk as they do in the output.
    #[allow(unsafe_code, reason = "as for `ImageTask::run`")]
    unsafe fn place_pixels(
        &self,
        placement: &Placement,
        decoded: &[u8],
        spec: &ChunkSpec<'_>,
    ) -> Result<(), Error> {
        let pixel = self.layout.step();
        let (left, top) = (placement.source.0 as usize, placement.source.1 as usize);
        let (col, first) = (placement.target.0 as usize, placement.target.1 as usize);
        let len = placement.size.0 as usize * pixel;
        for row in 0..placement.size.1 as usize {
            let src = &decoded[((top + row) * spec.width as usize + left) * pixel..][..len];
            let start = self.layout.offset(0, first + row, col);
            // SAFETY: the caller's promise: these pixels are this chunk's alone.
            unsafe { self.output.write(start..start + len, |dst| dst.copy_from_slice(src)) }
                .ok_or_else(outside)?;
        }
        Ok(())
    }

    /// Calls `put` with each wanted row of one band: its number from 0, and its bytes in the output (from the
    /// first sample to the last; where the output is interleaved, with the other bands' samples between).
    #[allow(unsafe_code, reason = "as for `ImageTask::run`")]
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

fn outside() -> Error {
    Error::new(ErrorKind::Malformed, "the chunk's pixels lie outside the window")
}
