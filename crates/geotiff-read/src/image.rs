//! One image of a dataset (a level or a mask), ready to be read.

use std::sync::{Arc, Mutex, PoisonError};

use geotiff_codecs::{ByteOrder, ChunkSpec, SampleFormat};
use geotiff_core::{
    ChunkIndex, ChunkLocation, Compression, DataType, Image, Photometric, PlanarConfiguration,
};

use crate::cache::{ChunkCache, ImageCache};
use crate::source::Source;
use crate::trace::ReadTrace;
use crate::{Error, ErrorKind};

/// An image, the object that holds it, and what is known of its chunk index.
#[derive(Debug)]
pub(crate) struct ImageState {
    image: Image,
    source: Arc<Source>,
    byte_order: ByteOrder,
    extra_samples: Vec<u16>,
    index: Mutex<ChunkIndex>,
    cache: Option<ImageCache>,
}

impl ImageState {
    pub(crate) fn new(
        image: Image,
        byte_order: geotiff_core::ByteOrder,
        source: Arc<Source>,
        cache: Option<&ChunkCache>,
    ) -> Self {
        let byte_order = match byte_order {
            geotiff_core::ByteOrder::LittleEndian => ByteOrder::LittleEndian,
            geotiff_core::ByteOrder::BigEndian => ByteOrder::BigEndian,
        };
        let extra_samples = image.extra_samples().iter().map(|sample| sample.0).collect();
        let index = Mutex::new(image.chunk_index());
        let cache = cache.and_then(|cache| ImageCache::new(cache, &source, image.ifd().offset()));
        Self { image, source, byte_order, extra_samples, index, cache }
    }

    pub(crate) fn image(&self) -> &Image {
        &self.image
    }

    pub(crate) fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The decoded chunks that are kept of this image.
    pub(crate) fn cache(&self) -> Option<&ImageCache> {
        self.cache.as_ref()
    }

    pub(crate) fn size(&self) -> (u32, u32) {
        (self.image.width(), self.image.height())
    }

    pub(crate) fn data_type(&self) -> Result<DataType, Error> {
        Ok(self.image.data_type()?)
    }

    /// Whether each band has planes of its own.
    pub(crate) fn is_planar(&self) -> bool {
        self.image.planar() == PlanarConfiguration::PLANAR && self.image.samples_per_pixel() > 1
    }

    /// What a codec has to know of the chunks in `row` of the grid.
    pub(crate) fn chunk_spec(&self, row: u32) -> Result<ChunkSpec<'_>, Error> {
        let (image, grid) = (&self.image, self.image.chunks());
        let bits = image.bits_per_sample();
        let format = image.sample_format().first().map_or(1, |format| format.0);
        let (horizontal, vertical) = image.ycbcr_subsampling();
        let first_bits = bits.first().copied().unwrap_or(1);
        if bits.iter().any(|bits| *bits != first_bits) {
            return Err(Error::new(ErrorKind::Unsupported, "bands of different bit depths"));
        }
        Ok(ChunkSpec::new(image.compression().0, grid.chunk_width(), grid.encoded_height(row))
            .with_samples(grid.samples_per_chunk())
            .with_bits(first_bits, SampleFormat::from_tag(format))
            .with_predictor(image.predictor().0)
            .with_byte_order(self.byte_order)
            .with_photometric(image.photometric().0)
            .with_fill_order(image.fill_order())
            .with_jpeg_tables(image.jpeg_tables())
            .with_lerc_parameters(image.lerc_parameters())
            .with_fax_options(image.t4_options(), image.t6_options())
            .with_ycbcr_subsampling(horizontal, vertical)
            .with_extra_samples(&self.extra_samples))
    }

    /// Bytes of a row of an uncompressed chunk whose rows can be read each on its own; `None` for other chunks.
    pub(crate) fn uncompressed_row_len(&self) -> Option<u64> {
        let image = &self.image;
        let is_plain = image.compression() == Compression::NONE && image.photometric() != Photometric::YCBCR;
        let bits = u64::from(*image.bits_per_sample().first()?);
        let samples = u64::from(image.chunks().chunk_width()) * u64::from(image.chunks().samples_per_chunk());
        is_plain.then(|| samples.saturating_mul(bits).div_ceil(8))
    }

    /// Where the bytes of `chunks` are, fetching the parts of the chunk index that are not known yet.
    pub(crate) async fn locate(
        &self,
        chunks: &[u64],
        trace: Option<&ReadTrace>,
    ) -> Result<Vec<Option<ChunkLocation>>, Error> {
        loop {
            let missing = self.with_index(|index| index.missing(chunks));
            if missing.is_empty() {
                break;
            }
            let blocks = self.source.get_many(&missing, trace).await?;
            self.with_index(|index| -> Result<(), Error> {
                for (range, bytes) in missing.iter().zip(&blocks) {
                    if bytes.is_empty() {
                        let message = "the object ends before its chunk index";
                        return Err(Error::new(ErrorKind::Malformed, message).in_range(range.clone()));
                    }
                    index.feed(range.start, bytes)?;
                }
                // A short answer must not be asked for again and again.
                if index.missing(chunks) == missing {
                    return Err(Error::new(ErrorKind::Malformed, "the object ends inside its chunk index"));
                }
                Ok(())
            })?;
        }
        self.with_index(|index| chunks.iter().map(|chunk| Ok(index.get(*chunk)?)).collect())
    }

    fn with_index<R>(&self, f: impl FnOnce(&mut ChunkIndex) -> R) -> R {
        // The index is only ever extended, so a panic elsewhere cannot have left it half changed.
        f(&mut self.index.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
