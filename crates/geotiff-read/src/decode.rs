//! From the compressed bytes of one chunk to its pixels in the output.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use geotiff_codecs::{ChunkSpec, Codecs, SampleOrder, Workspace};

use crate::cache::DecodedChunk;
use crate::colour::cmyk_to_rgba;
use crate::image::ImageState;
use crate::plan::PlannedChunk;
use crate::sink::Sink;
use crate::{Error, ErrorKind};

/// Chunks above this are decoded row by row where their codec allows it.
const DECODE_WHOLE: usize = 32 << 20;

/// What a job has of its chunk.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Input<'a> {
    /// Nothing: the chunk is sparse.
    Sparse,
    /// The bytes in the file.
    Encoded(&'a [u8]),
    /// The samples, decoded by an earlier read.
    Decoded(&'a DecodedChunk),
}

/// Everything that decoding the chunks of one image needs; shared by its jobs.
pub(crate) struct ImageTask {
    pub(crate) state: Arc<ImageState>,
    pub(crate) codecs: Arc<Codecs>,
    pub(crate) sinks: Vec<Sink>,
    pub(crate) max_decoded_bytes: u64,
}

thread_local! {
    static SCRATCH: RefCell<Workspace> = RefCell::default();
}

impl ImageTask {
    /// Whether sparse chunks are to be looked at: zeros are in the outputs already.
    pub(crate) fn fills_sparse(&self) -> bool {
        self.state.image().is_read_as_rgba()
            || self.sinks.iter().flat_map(|sink| &sink.routes).any(|route| route.sparse.is_some())
    }

    /// The samples of a chunk that another read has decoded since this one was planned.
    pub(crate) fn decoded_since(&self, chunk: &PlannedChunk) -> Option<Arc<DecodedChunk>> {
        let cache = self.state.cache()?;
        let is_whole = chunk.rows == (0..self.state.chunk_spec(chunk.row).ok()?.height);
        is_whole.then(|| cache.peek(chunk.index))?
    }

    /// Decodes a chunk, or fills a sparse one, and puts the wanted pixels into every sink.
    ///
    /// # Safety
    ///
    /// No other call for the same chunk, or for another chunk that covers the same pixels, may be under way.
    #[allow(unsafe_code, reason = "passes the promise of disjoint chunks on to `SharedOutput::write`")]
    pub(crate) unsafe fn run(&self, chunk: &PlannedChunk, input: Input<'_>) -> Result<(), Error> {
        // A decoder that panics on damaged bytes must not take the caller's thread pool down.
        let result = catch_unwind(AssertUnwindSafe(|| match input {
            // SAFETY: the caller's promise.
            Input::Encoded(bytes) => unsafe { self.decode(chunk, bytes) },
            // SAFETY: the caller's promise.
            Input::Decoded(decoded) => unsafe { self.place(chunk, decoded) },
            // SAFETY: the caller's promise.
            Input::Sparse => unsafe { self.fill(chunk) },
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
        let mut spec = self.state.chunk_spec(chunk.row)?;
        let is_whole = chunk.rows == (0..spec.height);
        spec.height = chunk.rows.end - chunk.rows.start;
        if spec.sample_type()?.size() != self.state.data_type()?.size() {
            let message = "the codec's samples differ from the image's type";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let len = spec.decoded_len()?;
        if len > DECODE_WHOLE && self.codecs.decodes_by_rows(&spec) {
            // SAFETY: the caller's promise.
            return unsafe { self.decode_wanted(chunk, bytes, &spec) };
        }
        if len as u64 > self.max_decoded_bytes {
            let message = format!("it decodes to {len} bytes, over the limit of {}", self.max_decoded_bytes);
            return Err(Error::new(ErrorKind::Limit, message));
        }
        if is_whole && let Some(cache) = self.state.cache().filter(|cache| cache.takes(len)) {
            let decoded = Arc::new(self.decode_for_keeps(bytes, &spec, len)?);
            cache.insert(chunk.index, Arc::clone(&decoded));
            // SAFETY: the caller's promise.
            return unsafe { self.place(chunk, &decoded) };
        }
        // SAFETY: the caller's promise.
        if let Some(result) = unsafe { self.decode_in_place(chunk, bytes, &spec, len) } {
            return result;
        }
        // SAFETY: the caller's promise.
        unsafe { self.decode_wanted(chunk, bytes, &spec) }
    }

    /// Decodes and places a few rows at a time; of chunks too large to be decoded whole not more than those are in
    /// memory.
    #[allow(unsafe_code, reason = "as for `run`")]
    unsafe fn decode_wanted(
        &self,
        chunk: &PlannedChunk,
        bytes: &[u8],
        spec: &ChunkSpec<'_>,
    ) -> Result<(), Error> {
        let order = self.order(spec);
        let is_large = spec.decoded_len()? > DECODE_WHOLE && self.codecs.decodes_by_rows(spec);
        // Of a part of a chunk, rows are counted from its first one.
        let (skipped, wanted) = (chunk.rows.start, chunk.wanted_rows());
        let wanted = wanted.start - skipped..wanted.end - skipped;
        let put = |rows: Range<u32>, samples: &[u8]| {
            let Some(part) = chunk.part(rows.start + skipped..rows.end + skipped) else { return Ok(()) };
            let mut spec = *spec;
            spec.height = rows.end - rows.start;
            let mut samples = Cow::Borrowed(samples);
            if self.state.image().is_read_as_rgba() {
                spec = self.recolour(samples.to_mut(), spec, order);
            }
            for sink in &self.sinks {
                // SAFETY: the caller's promise: the parts of a chunk are disjoint.
                unsafe { sink.place(&part, self.state.is_planar(), &samples, &spec, order) }?;
            }
            Ok::<(), Error>(())
        };
        SCRATCH.with(|scratch| {
            let workspace = &mut *scratch.borrow_mut();
            if is_large {
                self.codecs.decode_rows(bytes, spec, order, wanted, workspace, put)
            } else {
                self.codecs.decode_wanted(bytes, spec, order, wanted, workspace, put)
            }
        })
    }

    /// Decodes into memory of its own.
    fn decode_for_keeps(
        &self,
        bytes: &[u8],
        spec: &ChunkSpec<'_>,
        len: usize,
    ) -> Result<DecodedChunk, Error> {
        let mut pixels = vec![0; len];
        SCRATCH.with(|scratch| {
            let workspace = &mut *scratch.borrow_mut();
            self.codecs.decode(bytes, spec, SampleOrder::Planar, &mut pixels, workspace)
        })?;
        let spec = self.recolour(&mut pixels, *spec, SampleOrder::Planar);
        pixels.truncate(spec.decoded_len()?);
        Ok(DecodedChunk::new(pixels))
    }

    /// Puts the wanted pixels of a whole decoded chunk into every sink.
    #[allow(unsafe_code, reason = "as for `run`")]
    unsafe fn place(&self, chunk: &PlannedChunk, decoded: &DecodedChunk) -> Result<(), Error> {
        let spec = self.as_read(self.state.chunk_spec(chunk.row)?);
        for sink in &self.sinks {
            let planar = self.state.is_planar();
            // SAFETY: the caller's promise.
            unsafe { sink.place(chunk, planar, decoded.pixels(), &spec, SampleOrder::Planar) }?;
        }
        Ok(())
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
        if spec.samples != 1 {
            return None;
        }
        let start = sink.contiguous(chunk, self.state.is_planar(), spec)?;
        let decode = |dst: &mut [u8]| {
            SCRATCH.with(|scratch| {
                let workspace = &mut *scratch.borrow_mut();
                self.codecs.decode(bytes, spec, SampleOrder::Planar, dst, workspace).map_err(Error::from)
            })
        };
        // SAFETY: the caller's promise: these rows are this chunk's alone.
        unsafe { sink.output.write(start..start + len, decode) }
    }

    /// Interleaved only where that saves taking the samples apart and putting them together again.
    fn order(&self, spec: &ChunkSpec<'_>) -> SampleOrder {
        let samples = self.as_read(*spec).samples;
        let as_is = self.sinks.iter().all(|sink| sink.takes_pixels_as_they_are(samples));
        if as_is { SampleOrder::Interleaved } else { SampleOrder::Planar }
    }

    /// Of decoded samples as `spec` has them, those that a read gives: in place, at the front.
    fn recolour<'a>(&self, samples: &mut [u8], spec: ChunkSpec<'a>, order: SampleOrder) -> ChunkSpec<'a> {
        if self.state.image().is_read_as_rgba() {
            cmyk_to_rgba(samples, spec.samples.into(), order);
        }
        self.as_read(spec)
    }

    /// The layout of the samples that a read gives.
    fn as_read<'a>(&self, spec: ChunkSpec<'a>) -> ChunkSpec<'a> {
        if self.state.image().is_read_as_rgba() { spec.with_samples(4) } else { spec }
    }

    #[allow(unsafe_code, reason = "as for `run`")]
    unsafe fn fill(&self, chunk: &PlannedChunk) -> Result<(), Error> {
        if self.state.image().is_read_as_rgba() {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "a sparse chunk of CMYK has no colour, in GDAL either",
            ));
        }
        for sink in &self.sinks {
            // SAFETY: the caller's promise.
            unsafe { sink.fill(chunk, self.state.is_planar()) }?;
        }
        Ok(())
    }
}
