//! How to open a file, and what to read of it.

use std::sync::{Arc, LazyLock};

use geotiff_codecs::Codecs;
use geotiff_core::DataType;

use crate::executor::Executor;
use crate::resample::Resampling;
use crate::{ChunkCache, Edge, ReadBudget, ReadTrace, Window};

/// Bounds on what a file can make a reader do; all are on by default.
///
/// ```
/// let limits = geotiff_read::Limits::default().with_max_output_bytes(64 << 20);
/// assert_eq!(limits.max_output_bytes, 64 << 20);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Bounds of the metadata; see [`geotiff_core::Limits`].
    pub metadata: geotiff_core::Limits,
    /// Most bytes of one compressed chunk.
    pub max_chunk_bytes: u64,
    /// Most bytes of one decoded chunk.
    pub max_decoded_chunk_bytes: u64,
    /// Most bytes that one read returns, masks not counted.
    pub max_output_bytes: u64,
    /// Most compressed bytes of one read that are in flight or wait to be decoded; a single larger chunk is
    /// still read, alone.
    pub max_in_flight_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            metadata: geotiff_core::Limits::default(),
            max_chunk_bytes: 1 << 30,
            max_decoded_chunk_bytes: 2 << 30,
            max_output_bytes: 8 << 30,
            max_in_flight_bytes: 32 << 20,
        }
    }
}

impl Limits {
    /// Sets [`Limits::max_output_bytes`].
    #[must_use]
    pub fn with_max_output_bytes(mut self, bytes: u64) -> Self {
        self.max_output_bytes = bytes;
        self
    }

    /// Sets [`Limits::max_chunk_bytes`] and [`Limits::max_decoded_chunk_bytes`].
    #[must_use]
    pub fn with_max_chunk_bytes(mut self, compressed: u64, decoded: u64) -> Self {
        self.max_chunk_bytes = compressed;
        self.max_decoded_chunk_bytes = decoded;
        self
    }

    /// Sets [`Limits::max_in_flight_bytes`].
    #[must_use]
    pub fn with_max_in_flight_bytes(mut self, bytes: u64) -> Self {
        self.max_in_flight_bytes = bytes;
        self
    }

    /// Sets [`Limits::metadata`].
    #[must_use]
    pub fn with_metadata(mut self, limits: geotiff_core::Limits) -> Self {
        self.metadata = limits;
        self
    }
}

/// The codecs of this build, which all handles share that are not given their own.
static BUILTIN: LazyLock<Arc<Codecs>> = LazyLock::new(|| Arc::new(Codecs::builtin()));

/// How a file is opened and read: prefetch, limits, codecs, executor, coalescing.
///
/// ```
/// use geotiff_read::OpenOptions;
///
/// let options = OpenOptions::default().with_prefetch(16 << 10).with_coalesce(0, 8 << 20);
/// assert_eq!(options.prefetch, 16 << 10);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OpenOptions {
    /// Bytes of the first request (32 KiB by default); later header requests grow from it.
    pub prefetch: u64,
    /// Bounds on memory and work.
    pub limits: Limits,
    /// The codecs; by default each that this build has.
    pub codecs: Arc<Codecs>,
    /// Where decoding runs; `None`: rayon's global pool, or inline where the feature `rayon` is off.
    pub executor: Option<Arc<dyn Executor>>,
    /// Chunks less than this many bytes apart are fetched in one request (64 KiB by default).
    pub coalesce_gap: u64,
    /// No request for several chunks is larger than this (4 MiB by default), so that decoding starts early.
    pub coalesce_max: u64,
    /// Most requests of one read under way at once.
    pub max_concurrent_requests: usize,
    /// A budget shared with the reads of other handles, in place of the one that each read has by
    /// [`Limits::max_in_flight_bytes`] and [`OpenOptions::max_concurrent_requests`].
    pub budget: Option<ReadBudget>,
    /// Where decoded chunks are kept; nowhere by default.
    pub cache: Option<ChunkCache>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            prefetch: 32 << 10,
            limits: Limits::default(),
            codecs: Arc::clone(&BUILTIN),
            executor: None,
            coalesce_gap: 64 << 10,
            coalesce_max: 4 << 20,
            max_concurrent_requests: 16,
            budget: None,
            cache: None,
        }
    }
}

impl OpenOptions {
    /// Sets [`OpenOptions::prefetch`]; at least 16 bytes are fetched.
    #[must_use]
    pub fn with_prefetch(mut self, bytes: u64) -> Self {
        self.prefetch = bytes;
        self
    }

    /// Sets [`OpenOptions::limits`].
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets [`OpenOptions::codecs`].
    #[must_use]
    pub fn with_codecs(mut self, codecs: Arc<Codecs>) -> Self {
        self.codecs = codecs;
        self
    }

    /// Sets [`OpenOptions::executor`].
    #[must_use]
    pub fn with_executor(mut self, executor: Arc<dyn Executor>) -> Self {
        self.executor = Some(executor);
        self
    }

    /// Sets [`OpenOptions::coalesce_gap`] and [`OpenOptions::coalesce_max`].
    #[must_use]
    pub fn with_coalesce(mut self, gap: u64, max: u64) -> Self {
        self.coalesce_gap = gap;
        self.coalesce_max = max;
        self
    }

    /// Sets [`OpenOptions::max_concurrent_requests`]; at least one is made.
    #[must_use]
    pub fn with_max_concurrent_requests(mut self, requests: usize) -> Self {
        self.max_concurrent_requests = requests;
        self
    }

    /// Sets [`OpenOptions::budget`].
    #[must_use]
    pub fn with_budget(mut self, budget: ReadBudget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Sets [`OpenOptions::cache`].
    #[must_use]
    pub fn with_cache(mut self, cache: ChunkCache) -> Self {
        self.cache = Some(cache);
        self
    }
}

/// What to read: window, bands, level, and how to return it. By default the whole image, every band.
///
/// ```
/// use geotiff_read::{Edge, ReadOptions, Window};
///
/// let options = ReadOptions::new()
///     .window(Window::new(-8, 0, 64, 64))
///     .bands([3, 2, 1])
///     .edge(Edge::Fill(None));
/// assert_eq!(options.bands, Some(vec![3, 2, 1]));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReadOptions {
    /// The window, in pixels of the level read; the whole level when `None`.
    pub window: Option<Window>,
    /// Band numbers from 1, in any order, repeated or not; every band when `None`.
    pub bands: Option<Vec<u16>>,
    /// Columns and rows of the result, when they are not the window's: see [`ReadOptions::size`].
    pub size: Option<(u32, u32)>,
    /// How pixels are made where `size` is not the window's; nearest by default.
    pub resampling: Resampling,
    /// What happens where the window leaves the image.
    pub edge: Edge,
    /// Axes (row, column, band) rather than (band, row, column).
    pub interleaved: bool,
    /// Whether the mask (internal mask or alpha) is read too; true by default. A nodata mask costs nothing
    /// until it is asked for, unless the samples are converted or scaled.
    pub mask: bool,
    /// The type of the result's samples; the file's when `None`. See [`ReadOptions::data_type`].
    pub data_type: Option<DataType>,
    /// Whether scale and offset are applied. See [`ReadOptions::scaled`].
    pub scaled: bool,
    /// Where to count what the read costs.
    pub trace: Option<ReadTrace>,
    /// The budget of this read in place of the handle's.
    pub budget: Option<ReadBudget>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            window: None,
            bands: None,
            size: None,
            resampling: Resampling::Nearest,
            edge: Edge::Refuse,
            interleaved: false,
            mask: true,
            data_type: None,
            scaled: false,
            trace: None,
            budget: None,
        }
    }
}

impl ReadOptions {
    /// The whole image, every band, with its mask.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`ReadOptions::window`].
    #[must_use]
    pub fn window(mut self, window: impl Into<Window>) -> Self {
        self.window = Some(window.into());
        self
    }

    /// Sets [`ReadOptions::bands`]; they count from 1.
    #[must_use]
    pub fn bands(mut self, bands: impl IntoIterator<Item = u16>) -> Self {
        self.bands = Some(bands.into_iter().collect());
        self
    }

    /// Asks for a result of `width` × `height` pixels, whatever the size of the window, which may then have fractions
    /// of pixels. [`GeoTiff::read`](crate::GeoTiff::read) takes the overview that GDAL would;
    /// [`Level::read`](crate::Level::read) keeps to its level.
    #[must_use]
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.size = Some((width, height));
        self
    }

    /// Sets [`ReadOptions::resampling`].
    #[must_use]
    pub fn resampling(mut self, resampling: Resampling) -> Self {
        self.resampling = resampling;
        self
    }

    /// Sets [`ReadOptions::edge`].
    #[must_use]
    pub fn edge(mut self, edge: Edge) -> Self {
        self.edge = edge;
        self
    }

    /// Sets [`ReadOptions::interleaved`].
    #[must_use]
    pub fn interleaved(mut self, interleaved: bool) -> Self {
        self.interleaved = interleaved;
        self
    }

    /// Sets [`ReadOptions::mask`].
    #[must_use]
    pub fn mask(mut self, mask: bool) -> Self {
        self.mask = mask;
        self
    }

    /// Asks for samples of another type, converted as GDAL's RasterIO converts them: clamped to what the type holds,
    /// rounded to the nearest integer (halves away from zero), NaN as integer being 0; see
    /// [`ConvertTo`](crate::resample::ConvertTo). Resampled reads convert what was resampled in the file's type. Masks
    /// are made of the samples in the file; a fill value is one of the result's type.
    #[must_use]
    pub fn data_type(mut self, data_type: DataType) -> Self {
        self.data_type = Some(data_type);
        self
    }

    /// Applies each band's scale and offset, `value · scale + offset`. The result is float64, or float32 when
    /// [`ReadOptions::data_type`] asks for it. Samples that are nodata keep their value, by which
    /// [`Raster::nodata`](crate::Raster::nodata) still tells them, and stay masked.
    #[must_use]
    pub fn scaled(mut self, scaled: bool) -> Self {
        self.scaled = scaled;
        self
    }

    /// Counts what the read costs in `trace`.
    #[must_use]
    pub fn trace(mut self, trace: &ReadTrace) -> Self {
        self.trace = Some(trace.clone());
        self
    }

    /// Sets [`ReadOptions::budget`].
    #[must_use]
    pub fn budget(mut self, budget: &ReadBudget) -> Self {
        self.budget = Some(budget.clone());
        self
    }
}
