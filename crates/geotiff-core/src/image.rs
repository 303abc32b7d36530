//! One IFD as an image: every fact of its layout, with TIFF 6.0's defaults.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec;

use crate::chunk_index::{Estimate, Sizes};
use crate::lazy::Lazy;
use crate::{
    ChunkGrid, ChunkIndex, Compression, DataType, Entry, Error, ExtraSample, Ifd, Limits, Nodata,
    Photometric, PlanarConfiguration, Predictor, SampleFormat, Tag,
};

/// The layout of one image: a page, an overview or a mask.
#[derive(Clone, Debug)]
pub struct Image {
    ifd: Ifd,
    width: u32,
    height: u32,
    samples: u16,
    bits: Box<[u16]>,
    formats: Box<[SampleFormat]>,
    extra: Box<[ExtraSample]>,
    compression: Compression,
    predictor: Predictor,
    photometric: Photometric,
    planar: PlanarConfiguration,
    subfile_type: u32,
    grid: ChunkGrid,
    index: ChunkIndex,
    lerc: Option<Box<[u32]>>,
    color_map: Lazy<Option<Box<[u16]>>>,
}

impl Image {
    /// Reads an IFD as an image, applying TIFF 6.0's defaults.
    ///
    /// # Errors
    ///
    /// `Malformed` where a tag that an image cannot do without is missing or makes no sense; `Unsupported`
    /// where the image is larger than GDAL's bounds (2³¹ - 1 pixels a side, as many chunks).
    pub fn from_ifd(ifd: &Ifd, limits: &Limits) -> Result<Self, Error> {
        Self::build(ifd, limits).map_err(|error| error.in_ifd(ifd.offset()))
    }

    fn build(ifd: &Ifd, limits: &Limits) -> Result<Self, Error> {
        let width = dimension(ifd, Tag::IMAGE_WIDTH)?;
        let height = dimension(ifd, Tag::IMAGE_LENGTH)?;
        // Some writers give a value for each sample.
        let compression = match ifd.raw(Tag::COMPRESSION) {
            Some(_) => {
                ifd.short(Tag::COMPRESSION).map(Compression).ok_or_else(|| unreadable(Tag::COMPRESSION))?
            }
            None => Compression::NONE,
        };
        let defaults = Defaults::of(ifd, compression);
        let samples = or_default(ifd, Tag::SAMPLES_PER_PIXEL, defaults.samples)?;
        if samples == 0 {
            return Err(Error::malformed("no samples").with_tag(Tag::SAMPLES_PER_PIXEL));
        }
        let bits = per_sample(ifd, Tag::BITS_PER_SAMPLE, samples, defaults.bits, |bits| bits)?;
        let formats = per_sample(ifd, Tag::SAMPLE_FORMAT, samples, 1, SampleFormat)?;
        let photometric = with_or_without_map(ifd, defaults.photometric, samples, &bits)?;
        let planar = match defaults.planar {
            Some(planar) => planar,
            None => PlanarConfiguration(or_default(ifd, Tag::PLANAR_CONFIGURATION, 1)?),
        };
        if !matches!(planar, PlanarConfiguration::CHUNKY | PlanarConfiguration::PLANAR) {
            return Err(Error::malformed("neither chunky nor planar").with_tag(Tag::PLANAR_CONFIGURATION));
        }
        let grid = ChunkGrid::of(ifd, width, height, samples, planar)?;
        let layout = Layout { grid, planar, compression, photometric, bits: &bits };
        let (grid, index) = layout.chunk_index(ifd, limits)?;
        let predictor = match compression.has_predictor() {
            true => Predictor(ifd.single_short(Tag::PREDICTOR).unwrap_or(1)),
            false => Predictor::NONE,
        };
        Ok(Self {
            width,
            height,
            samples,
            bits,
            formats,
            extra: extra_samples(ifd),
            compression,
            predictor,
            photometric,
            planar,
            subfile_type: subfile_type(ifd),
            grid,
            index,
            lerc: ifd.unsigneds(Tag::LERC_PARAMETERS).map(|v| v.iter().map(|&p| p as u32).collect()),
            color_map: Lazy::new(),
            ifd: ifd.clone(),
        })
    }

    /// The IFD.
    #[must_use]
    pub fn ifd(&self) -> &Ifd {
        &self.ifd
    }

    /// Width in pixels (ImageWidth).
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels (ImageLength).
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Samples of a pixel as they are stored (SamplesPerPixel, 1 by default).
    #[must_use]
    pub fn samples_per_pixel(&self) -> u16 {
        self.samples
    }

    /// Bands that reads of the image give: those of its samples, but 4 of [CMYK](Self::is_read_as_rgba).
    #[must_use]
    pub fn band_count(&self) -> u16 {
        if self.is_read_as_rgba() { 4 } else { self.samples }
    }

    /// Whether reads give red, green, blue and an opaque alpha for the samples, as GDAL does: cyan, magenta, yellow
    /// and black of 8 bits each, chunky, with or without further samples, which are left away.
    #[must_use]
    pub fn is_read_as_rgba(&self) -> bool {
        self.photometric == Photometric::SEPARATED
            && self.planar == PlanarConfiguration::CHUNKY
            && self.samples >= 4
            && self.bits.iter().all(|&bits| bits == 8)
            // TIFF 6.0, section 16: 1, the default, is CMYK.
            && self.ifd.single_short(Tag::INK_SET).unwrap_or(1) == 1
    }

    /// Bits of each sample (BitsPerSample, 1 by default), one value a sample.
    #[must_use]
    pub fn bits_per_sample(&self) -> &[u16] {
        &self.bits
    }

    /// Format of each sample (SampleFormat, unsigned integer by default), one value a sample.
    #[must_use]
    pub fn sample_format(&self) -> &[SampleFormat] {
        &self.formats
    }

    /// The type in which samples are given out: rasterio's `dtype`.
    ///
    /// # Errors
    ///
    /// `Unsupported` where GDAL has no type for them, or samples differ in depth or format.
    pub fn data_type(&self) -> Result<DataType, Error> {
        let (Some(&bits), Some(&format)) = (self.bits.first(), self.formats.first()) else {
            return Err(Error::malformed("no samples").in_ifd(self.ifd.offset()));
        };
        if self.bits.iter().any(|&b| b != bits) {
            return Err(Error::unsupported("samples of different depth").with_tag(Tag::BITS_PER_SAMPLE));
        }
        if self.formats.iter().any(|&f| f != format) {
            return Err(Error::unsupported("samples of different format").with_tag(Tag::SAMPLE_FORMAT));
        }
        DataType::of(bits, format, self.is_bitmap()).map_err(|e| e.in_ifd(self.ifd.offset()))
    }

    /// One sample of one bit.
    pub(crate) fn is_bitmap(&self) -> bool {
        self.samples == 1 && self.bits.first() == Some(&1)
    }

    /// Height and width of the blocks in which GDAL gives the image: rasterio's `block_shapes`. They are those
    /// of the chunks but for images in one strip of more than 2000 rows, which GDAL reads row by row where
    /// samples have 8 bits, or one bit alone.
    #[must_use]
    pub fn block_shape(&self) -> (u32, u32) {
        let grid = &self.grid;
        let split = !grid.is_tiled()
            && grid.chunk_height() == self.height
            && self.height > 2000
            && (self.bits.first() == Some(&8) || self.is_bitmap());
        (if split { 1 } else { grid.chunk_height() }, grid.chunk_width())
    }

    /// Compression of the chunks (none by default).
    #[must_use]
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// GDAL's spelling of the compression, as in its `IMAGE_STRUCTURE` domain: `LERC_ZSTD`, `YCbCr JPEG`.
    #[must_use]
    pub fn gdal_compression(&self) -> Option<&'static str> {
        match self.compression {
            Compression::JPEG if self.photometric == Photometric::YCBCR => Some("YCbCr JPEG"),
            Compression::LERC => Some(match self.lerc.as_deref() {
                Some([_, 1, ..]) => "LERC_DEFLATE",
                Some([_, 2, ..]) => "LERC_ZSTD",
                _ => "LERC",
            }),
            other => other.gdal_name(),
        }
    }

    /// The predictor to undo; none where the compression takes no predictor, whatever the tag says.
    #[must_use]
    pub fn predictor(&self) -> Predictor {
        self.predictor
    }

    /// Photometric interpretation; BlackIsZero where the tag is missing, as in GDAL, but YCbCr for old-style JPEG.
    #[must_use]
    pub fn photometric(&self) -> Photometric {
        self.photometric
    }

    /// Chunky (default) or planar.
    #[must_use]
    pub fn planar(&self) -> PlanarConfiguration {
        self.planar
    }

    /// Meaning of the samples beyond those of the photometric interpretation.
    #[must_use]
    pub fn extra_samples(&self) -> &[ExtraSample] {
        &self.extra
    }

    /// 1: the first bit of a byte is its highest (default); 2: its lowest.
    #[must_use]
    pub fn fill_order(&self) -> u16 {
        self.ifd.single_short(Tag::FILL_ORDER).filter(|order| matches!(order, 1 | 2)).unwrap_or(1)
    }

    /// JPEGTables: tables that the JPEG streams of the chunks leave out (TIFF Technical Note 2).
    #[must_use]
    pub fn jpeg_tables(&self) -> Option<&[u8]> {
        self.ifd.get(Tag::JPEG_TABLES)?.bytes()
    }

    /// LercParameters: version and additional compression (0 none, 1 Deflate, 2 Zstandard).
    #[must_use]
    pub fn lerc_parameters(&self) -> Option<&[u32]> {
        self.lerc.as_deref()
    }

    /// T4Options, 0 by default.
    #[must_use]
    pub fn t4_options(&self) -> u32 {
        self.ifd.single(Tag::T4_OPTIONS).unwrap_or(0) as u32
    }

    /// T6Options, 0 by default.
    #[must_use]
    pub fn t6_options(&self) -> u32 {
        self.ifd.single(Tag::T6_OPTIONS).unwrap_or(0) as u32
    }

    /// Horizontal and vertical subsampling of chroma, (2, 2) by default (TIFF 6.0, section 21).
    #[must_use]
    pub fn ycbcr_subsampling(&self) -> (u16, u16) {
        match self.ifd.shorts(Tag::YCBCR_SUB_SAMPLING).as_deref() {
            Some(&[h, v, ..]) => (h, v),
            _ => (2, 2),
        }
    }

    /// Luma coefficients of red, green and blue; those of CCIR 601-1 by default.
    #[must_use]
    pub fn ycbcr_coefficients(&self) -> [f64; 3] {
        match self.ifd.doubles(Tag::YCBCR_COEFFICIENTS).as_deref() {
            Some(&[r, g, b, ..]) => [r, g, b],
            _ => [0.299, 0.587, 0.114],
        }
    }

    /// Reference black and white of three components, where the tag is there.
    #[must_use]
    pub fn reference_black_white(&self) -> Option<[f64; 6]> {
        self.ifd.doubles(Tag::REFERENCE_BLACK_WHITE)?.first_chunk::<6>().copied()
    }

    /// ColorMap: all reds, then all greens, then all blues, 2^bits of each.
    #[must_use]
    pub fn color_map(&self) -> Option<&[u16]> {
        let map = || color_map(&self.ifd, &self.bits)?.shorts();
        self.color_map.get_or(|| map().map(Into::into)).as_deref()
    }

    /// NewSubfileType, or what the old SubfileType means in its terms: bit 0 reduced, bit 1 page, bit 2 mask.
    #[must_use]
    pub fn new_subfile_type(&self) -> u32 {
        self.subfile_type
    }

    /// How the image is cut into strips or tiles.
    #[must_use]
    pub fn chunks(&self) -> &ChunkGrid {
        &self.grid
    }

    /// The index of the chunks, with what the header bytes held of it.
    #[must_use]
    pub fn chunk_index(&self) -> ChunkIndex {
        self.index.clone()
    }

    /// Bytes that the image takes beyond its own size.
    pub(crate) fn memory(&self) -> u64 {
        let lerc = self.lerc.as_ref().map_or(0, |values| values.len());
        let values = self.bits.len().saturating_add(self.formats.len()).saturating_add(self.extra.len());
        (values.saturating_add(lerc) as u64).saturating_mul(4)
    }

    /// The nodata value of this IFD; see [`Page::nodata`](crate::Page::nodata).
    pub(crate) fn own_nodata(&self) -> Option<Nodata> {
        let data_type = self.data_type().ok()?;
        Nodata::of(&self.ifd, *self.bits.first()?, *self.formats.first()?, data_type)
    }
}

/// What holds where a tag is missing.
struct Defaults {
    photometric: Photometric,
    samples: u16,
    bits: u16,
    /// What holds whatever the tag says.
    planar: Option<PlanarConfiguration>,
}

impl Defaults {
    fn of(ifd: &Ifd, compression: Compression) -> Self {
        let photometric = ifd.single_short(Tag::PHOTOMETRIC_INTERPRETATION).map(Photometric);
        if compression != Compression::JPEG_OLD {
            let photometric = photometric.unwrap_or(Photometric::MIN_IS_BLACK);
            return Self { photometric, samples: 1, bits: 1, planar: None };
        }
        // As libtiff has it: writers of old-style JPEG left tags away, called YCbCr RGB, and a single stream planar.
        let photometric = photometric.filter(|p| *p != Photometric::RGB).unwrap_or(Photometric::YCBCR);
        let one = |tag| ifd.raw(tag).is_some_and(|raw| raw.count == 1);
        let single = one(Tag::STRIP_OFFSETS) && one(Tag::STRIP_BYTE_COUNTS);
        Self {
            photometric,
            samples: if photometric == Photometric::YCBCR { 3 } else { 1 },
            bits: 8,
            planar: single.then_some(PlanarConfiguration::CHUNKY),
        }
    }
}

fn dimension(ifd: &Ifd, tag: Tag) -> Result<u32, Error> {
    match ifd.single(tag) {
        Some(0) | None => Err(Error::malformed("missing, zero or unreadable").with_tag(tag)),
        Some(value) => match u32::try_from(value) {
            Ok(value) if value <= i32::MAX as u32 => Ok(value),
            _ => Err(Error::unsupported("more than 2,147,483,647 pixels a side").with_tag(tag)),
        },
    }
}

fn unreadable(tag: Tag) -> Error {
    Error::malformed("unreadable").with_tag(tag)
}

/// A 16-bit tag: the default where it is missing, an error where it is unreadable.
fn or_default(ifd: &Ifd, tag: Tag, default: u16) -> Result<u16, Error> {
    match ifd.raw(tag) {
        None => Ok(default),
        Some(_) => ifd.single_short(tag).ok_or_else(|| unreadable(tag)),
    }
}

/// One value a sample. One value alone stands for all samples, as libtiff has it.
fn per_sample<T: Clone>(
    ifd: &Ifd,
    tag: Tag,
    samples: u16,
    default: u16,
    kind: impl Fn(u16) -> T,
) -> Result<Box<[T]>, Error> {
    let samples = usize::from(samples);
    let one = if ifd.raw(tag).is_none() { Some(default) } else { ifd.single_short(tag) };
    if let Some(one) = one {
        return Ok(vec![kind(one); samples].into());
    }
    match ifd.shorts(tag).unwrap_or_default() {
        values if values.is_empty() => Err(Error::malformed("unreadable").with_tag(tag)),
        values if values.len() < samples => Err(Error::malformed("fewer values than samples").with_tag(tag)),
        values => Ok(values.into_iter().take(samples).map(kind).collect()),
    }
}

/// The ColorMap; libtiff takes none of any other number of values.
fn color_map<'a>(ifd: &'a Ifd, bits: &[u16]) -> Option<Entry<'a>> {
    let colors = 1_u64.checked_shl(u32::from(*bits.first()?))?;
    ifd.get(Tag::COLOR_MAP).filter(|map| Some(map.count()) == colors.checked_mul(3))
}

/// libtiff's guess at what the samples are where a palette is announced that is not there.
fn with_or_without_map(
    ifd: &Ifd,
    photometric: Photometric,
    samples: u16,
    bits: &[u16],
) -> Result<Photometric, Error> {
    if photometric != Photometric::PALETTE || color_map(ifd, bits).is_some() {
        return Ok(photometric);
    }
    match (bits.first(), samples) {
        (Some(..8), _) => Err(Error::malformed("missing").with_tag(Tag::COLOR_MAP)),
        (_, 3) => Ok(Photometric::RGB),
        _ => Ok(Photometric::MIN_IS_BLACK),
    }
}

/// ExtraSamples; 999 is what Corel Draw writes for unassociated alpha.
fn extra_samples(ifd: &Ifd) -> Box<[ExtraSample]> {
    let fix = |&value: &u16| if value == 999 { ExtraSample::UNASSOCIATED_ALPHA } else { ExtraSample(value) };
    ifd.shorts(Tag::EXTRA_SAMPLES).unwrap_or_default().iter().map(fix).collect()
}

/// GDAL does not look at the older SubfileType (255).
fn subfile_type(ifd: &Ifd) -> u32 {
    ifd.single(Tag::NEW_SUBFILE_TYPE).unwrap_or(0) as u32
}

struct Layout<'a> {
    grid: ChunkGrid,
    planar: PlanarConfiguration,
    compression: Compression,
    photometric: Photometric,
    bits: &'a [u16],
}

/// libtiff's size of the strips that it cuts an uncompressed image into.
const CUT_STRIP: u64 = 8192;

impl Layout<'_> {
    /// Bytes of an uncompressed row of a chunk.
    fn row_size(&self) -> Option<u64> {
        let samples = u64::from(self.grid.samples_per_chunk());
        let bits = u64::from(*self.bits.first()?);
        Some(u64::from(self.grid.chunk_width()).checked_mul(samples)?.checked_mul(bits)?.div_ceil(8))
    }

    /// The grid and the index of its chunks.
    fn chunk_index(&self, ifd: &Ifd, limits: &Limits) -> Result<(ChunkGrid, ChunkIndex), Error> {
        let tiled = self.grid.is_tiled();
        // libtiff takes strip tags for tiles, and tile tags for strips.
        let either = |tile, strip| {
            let (first, second) = if tiled { (tile, strip) } else { (strip, tile) };
            ifd.raw(first).or_else(|| ifd.raw(second)).filter(|raw| raw.count > 0)
        };
        let tag = if tiled { Tag::TILE_OFFSETS } else { Tag::STRIP_OFFSETS };
        let offsets = either(Tag::TILE_OFFSETS, Tag::STRIP_OFFSETS)
            .ok_or_else(|| Error::malformed("missing").with_tag(tag))?;
        let counts = either(Tag::TILE_BYTE_COUNTS, Tag::STRIP_BYTE_COUNTS);
        let mut estimate = self.estimate(ifd, counts.is_some())?;
        let mut grid = self.grid;
        if let Some((rows, stride, size)) = self.cut() {
            grid = grid.with_strip_height(rows);
            estimate = Estimate::Cut { stride, size };
        }
        if let (Estimate::None, Some(sizes)) = (estimate, self.sizes()) {
            estimate = Estimate::Sized(sizes);
        }
        let counts = counts.filter(|_| matches!(estimate, Estimate::None | Estimate::Sized(_)));
        let header = Arc::clone(&ifd.data);
        ChunkIndex::new(offsets, counts, estimate, grid.len(), ifd.order, header, limits.max_chunk_bytes)
            .map(|index| (grid, index))
            .ok_or_else(|| Error::malformed("unreadable").with_tag(tag))
    }

    /// Whether the bytes of a chunk follow from its rows: subsampled chroma is not simply a multiple of the width.
    fn is_plain(&self) -> bool {
        self.compression == Compression::NONE && self.photometric != Photometric::YCBCR
    }

    /// The bytes of uncompressed chunks.
    fn sizes(&self) -> Option<Sizes> {
        let row = self.row_size().filter(|&row| row > 0 && self.is_plain())?;
        let rows = self.grid.chunk_height();
        let before = u64::from(self.grid.rows().saturating_sub(1)).checked_mul(u64::from(rows))?;
        let left = u64::from(self.grid.image_height()).checked_sub(before)?;
        let chunk = row.checked_mul(u64::from(rows))?;
        let last = if self.grid.is_tiled() { chunk } else { row.checked_mul(left)? };
        let chunks_per_plane = self.grid.len().checked_div(u64::from(self.grid.planes()))?;
        Some(Sizes { chunk, last, chunks_per_plane })
    }

    /// How libtiff cuts an uncompressed image in one strip: rows and bytes of a part, bytes in all.
    fn cut(&self) -> Option<(u32, u64, u64)> {
        let one = !self.grid.is_tiled() && self.grid.len() == 1;
        if !one || !self.is_plain() || self.planar != PlanarConfiguration::CHUNKY {
            return None;
        }
        let row = self.row_size().filter(|&row| row > 0)?;
        let rows = u32::try_from(CUT_STRIP.checked_div(row)?.max(1)).ok()?;
        let size = row.checked_mul(u64::from(self.grid.image_height()))?;
        (rows < self.grid.chunk_height()).then_some((rows, row.checked_mul(u64::from(rows))?, size))
    }

    /// Whether the byte counts are missing, or wrong by libtiff's tests for an image of a single strip.
    fn estimate(&self, ifd: &Ifd, counts: bool) -> Result<Estimate, Error> {
        let grid = &self.grid;
        let size = self.row_size().and_then(|row| row.checked_mul(u64::from(grid.chunk_height())));
        let exact = size.filter(|_| self.compression == Compression::NONE);
        let estimated = exact.map_or(Estimate::ToEnd, Estimate::Exact);
        if !counts {
            return if grid.len() == u64::from(grid.planes()) {
                Ok(estimated)
            } else {
                Err(Error::malformed("missing").with_tag(Tag::STRIP_BYTE_COUNTS))
            };
        }
        if grid.is_tiled() || grid.len() != 1 {
            return Ok(Estimate::None);
        }
        let count = ifd.unsigned(Tag::STRIP_BYTE_COUNTS);
        let offset = ifd.unsigned(Tag::STRIP_OFFSETS).filter(|&offset| offset != 0);
        let (Some(count), Some(offset)) = (count, offset) else { return Ok(Estimate::None) };
        if count == 0 {
            return Ok(estimated);
        }
        if self.photometric == Photometric::YCBCR {
            return Ok(Estimate::None);
        }
        let left = ifd.data.file_size.and_then(|size| size.checked_sub(offset));
        let past_end = left.is_some_and(|left| count > left);
        Ok(match exact {
            Some(size) if past_end || count < size => Estimate::Exact(size),
            _ => Estimate::None,
        })
    }
}
