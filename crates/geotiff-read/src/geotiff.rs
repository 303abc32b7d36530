//! An open GeoTIFF: its facts, its levels, and the way to its pixels.

use std::sync::{Arc, OnceLock};

use geotiff_core::{ColorInterpretation, DataType, Image, MaskScope, Nodata, Page, Tag, Tiff};
use geotiff_crs::Crs;
use geotiff_io::{ObjectInfo, RangeStore};

use crate::executor::Executor;
use crate::image::ImageState;
use crate::raster::MaskKind;
use crate::read::Area;
use crate::sidecar::{Origin, Sidecars};
use crate::source::Source;
use crate::{
    ChunkCache, Error, Limits, OpenOptions, Raster, ReadOptions, ReadPlan, metadata, read, resized, transform,
};

/// An open GeoTIFF: immutable, cheap to clone, shared freely between threads and tasks.
///
/// The handle is pinned to the version of the object that it first saw: when the object is replaced, reads fail
/// with [`ErrorKind::Changed`](crate::ErrorKind::Changed) rather than mix pixels of two files.
///
/// ```
/// # futures::executor::block_on(async {
/// use std::sync::Arc;
/// use geotiff_read::{GeoTiff, ReadOptions, Window};
///
/// # let store = geotiff_io::MemoryStore::new();
/// # store.put("scene.tif", std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scene.tif"))?);
/// # let store = Arc::new(store);
/// let tiff = GeoTiff::open(store, "scene.tif").await?;
/// let raster = tiff.read(&ReadOptions::new().window(Window::new(0, 0, 64, 32))).await?;
/// assert_eq!(raster.data.shape(), [3, 32, 64]);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct GeoTiff {
    inner: Arc<Inner>,
}

type Masks = Vec<Option<Arc<ImageState>>>;

#[derive(Debug)]
pub(crate) struct Inner {
    tiff: Arc<Tiff>,
    page_number: usize,
    page: Page,
    source: Arc<Source>,
    options: Arc<OpenOptions>,
    executor: Arc<dyn Executor>,
    /// The full resolution, then the overviews, finest first.
    levels: Vec<Arc<ImageState>>,
    /// The mask of each level.
    masks: Masks,
    crs: OnceLock<Result<Option<Crs>, Arc<geotiff_crs::Error>>>,
}

impl GeoTiff {
    /// Opens the first image of the object at `path`, with the default [`OpenOptions`].
    ///
    /// # Errors
    ///
    /// What the store reports; [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) for what is not a TIFF; [`ErrorKind::Limit`](crate::ErrorKind::Limit) where the
    /// header is larger than the limits allow.
    pub async fn open(store: Arc<dyn RangeStore>, path: impl Into<String>) -> Result<Self, Error> {
        Self::open_with(store, path, OpenOptions::default()).await
    }

    /// Opens the first image of the object at `path`.
    ///
    /// # Errors
    ///
    /// As [`GeoTiff::open`].
    pub async fn open_with(
        store: Arc<dyn RangeStore>,
        path: impl Into<String>,
        options: OpenOptions,
    ) -> Result<Self, Error> {
        let source = Arc::new(Source::new(store, path.into()));
        let tiff = metadata::load(&source, &options).await.map_err(|error| error.at(source.path()))?;
        let executor = options.executor.clone().unwrap_or_else(default_executor);
        Self::assemble(Arc::new(tiff), 0, source, Arc::new(options), executor)
    }

    /// Another image of the same file: `page` counts from 0 and leaves overviews and masks out, as GDAL's
    /// subdatasets do.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) where there is no such page.
    pub fn with_page(&self, page: usize) -> Result<Self, Error> {
        let inner = &*self.inner;
        let (source, options) = (Arc::clone(&inner.source), Arc::clone(&inner.options));
        Self::assemble(Arc::clone(&inner.tiff), page, source, options, Arc::clone(&inner.executor))
    }

    fn assemble(
        tiff: Arc<Tiff>,
        page_number: usize,
        source: Arc<Source>,
        options: Arc<OpenOptions>,
        executor: Arc<dyn Executor>,
    ) -> Result<Self, Error> {
        let pages = tiff.pages();
        let page = pages.get(page_number).cloned().ok_or_else(|| {
            let message =
                format!("there is no page {page_number}: the file has {}, counted from 0", pages.len());
            Error::usage(message).at(source.path())
        })?;
        let own = Origin { source: Arc::clone(&source), byte_order: tiff.byte_order() };
        let (levels, masks) = states(&page, [&own; 3], options.cache.as_ref());
        let crs = OnceLock::new();
        let inner = Inner { tiff, page_number, page, source, options, executor, levels, masks, crs };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// This handle with what lies beside the file in the same store: `NAME.aux.xml` (GDAL's metadata), `NAME.ovr`
    /// (overviews), `NAME.msk` (a mask), rational polynomial coefficients (`.RPB`, `_RPC.TXT`), and a world file (`.tfw`,
    /// `.tifw`, `.wld`) where the file has no transform.
    ///
    /// GDAL looks for them at every open; here nothing is requested unless asked. What is not there costs one
    /// request each.
    ///
    /// # Errors
    ///
    /// What the store reports, other than that there is no such object, and [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) for a sidecar
    /// that is damaged.
    pub async fn with_sidecars(&self) -> Result<Self, Error> {
        let inner = &*self.inner;
        let sidecars = Sidecars::find(&inner.source, &inner.page, &inner.options).await?;
        let page = sidecars.apply(inner.page.clone());
        let own = Origin { source: Arc::clone(&inner.source), byte_order: inner.tiff.byte_order() };
        let overviews = sidecars.overviews.as_ref().filter(|_| page.has_external_overviews());
        let mask = sidecars.mask.as_ref().filter(|_| page.has_external_mask());
        let overviews = overviews.map_or_else(|| own.clone(), |(_, origin)| origin.clone());
        let mask = mask.map_or_else(|| overviews.clone(), |(_, origin)| origin.clone());
        let cache = inner.options.cache.as_ref();
        let (mut levels, mut masks) = states(&page, [&own, &overviews, &mask], cache);
        levels[0] = Arc::clone(&inner.levels[0]);
        if !page.has_external_mask() {
            masks[0].clone_from(&inner.masks[0]);
        }
        Ok(Self {
            inner: Arc::new(Inner {
                tiff: Arc::clone(&inner.tiff),
                page_number: inner.page_number,
                page,
                source: Arc::clone(&inner.source),
                options: Arc::clone(&inner.options),
                executor: Arc::clone(&inner.executor),
                levels,
                masks,
                crs: OnceLock::new(),
            }),
        })
    }

    /// Everything read from the file's header.
    pub fn tiff(&self) -> &Tiff {
        &self.inner.tiff
    }

    /// The page that this handle shows: its images, georeferencing and metadata.
    pub fn page(&self) -> &Page {
        self.inner.page()
    }

    /// The number of the page, from 0.
    pub fn page_number(&self) -> usize {
        self.inner.page_number
    }

    /// The path in the store, as it was given.
    pub fn path(&self) -> &str {
        self.inner.source.path()
    }

    /// The store that the bytes come from.
    pub fn store(&self) -> &Arc<dyn RangeStore> {
        self.inner.source.store()
    }

    /// Size and version of the object, as far as its store told.
    pub fn object(&self) -> ObjectInfo {
        self.inner.source.object()
    }

    /// Columns.
    pub fn width(&self) -> u32 {
        self.page().image().width()
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.page().image().height()
    }

    /// Bands.
    pub fn count(&self) -> u16 {
        self.page().image().band_count()
    }

    /// The type of the samples, as rasterio reports it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for a sample layout that has no type.
    pub fn data_type(&self) -> Result<DataType, Error> {
        self.inner.levels[0].data_type().map_err(|error| error.at(self.path()))
    }

    /// The value of pixels without one, in the first band; an `.aux.xml` file may give others their own
    /// ([`Page::band_nodata`]).
    pub fn nodata(&self) -> Option<Nodata> {
        self.page().nodata()
    }

    /// `[a, b, c, d, e, f]`: `x = a·col + b·row + c`, `y = d·col + e·row + f`, from the upper left corner of the
    /// upper left pixel; `None` without georeferencing.
    pub fn transform(&self) -> Option<[f64; 6]> {
        self.page().georeferencing().transform()
    }

    /// The transform; where the file places its image nowhere, rasterio's: one that gives columns and rows, or these
    /// times ModelPixelScale where there is one without a tiepoint.
    pub fn nominal_transform(&self) -> [f64; 6] {
        let scale = || self.page().image().ifd().doubles(Tag::MODEL_PIXEL_SCALE);
        self.transform().unwrap_or_else(|| match scale().as_deref() {
            Some(&[x, y, ..]) if x != 0.0 && y != 0.0 => [x, 0.0, 0.0, 0.0, -y.abs(), 0.0],
            _ => transform::IDENTITY,
        })
    }

    /// `[left, bottom, right, top]` in the units of the CRS; `None` without georeferencing.
    pub fn bounds(&self) -> Option<[f64; 4]> {
        self.transform().map(|transform| transform::bounds(transform, self.width(), self.height()))
    }

    /// The coordinate reference system; `None` where the file names none.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) or [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) where it names one that cannot be understood.
    pub fn crs(&self) -> Result<Option<&Crs>, Error> {
        self.inner.crs()
    }

    /// The unit of the values of a band, from 1: what the metadata say, else that of the heights of which the GeoKeys
    /// speak.
    pub fn unit(&self, band: u16) -> Option<String> {
        let band = self.page().metadata().band(band.checked_sub(1)?)?;
        let georeferencing = self.page().georeferencing();
        // A CRS beside the file takes the place of the keys, and GDAL gives no unit of its heights.
        let keys = georeferencing.geokeys().filter(|_| georeferencing.wkt().is_none());
        let of_heights = || Crs::height_unit_of_geokeys(keys?).map(|unit| unit.name().to_owned());
        band.unit().map(str::to_owned).or_else(of_heights)
    }

    /// The overviews, finest first.
    pub fn overviews(&self) -> Vec<Level> {
        (1..self.inner.levels.len()).map(|level| self.level_unchecked(level)).collect()
    }

    /// A level: 0 is the full resolution, 1 the finest overview.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) where there is no such level.
    pub fn level(&self, level: usize) -> Result<Level, Error> {
        if level < self.inner.levels.len() {
            return Ok(self.level_unchecked(level));
        }
        let overviews = self.inner.levels.len() - 1;
        Err(Error::usage(format!("there is no level {level}: the image has {overviews} overviews"))
            .at(self.path()))
    }

    /// Where decoding and resampling run.
    pub fn executor(&self) -> &Arc<dyn Executor> {
        &self.inner.executor
    }

    /// The bounds on what reads of this file can ask for.
    pub fn limits(&self) -> &Limits {
        &self.inner.options.limits
    }

    pub(crate) fn source(&self) -> &Source {
        &self.inner.source
    }

    pub(crate) async fn read_pixels(
        &self,
        pixels: &[Option<(u32, u32)>],
        options: &ReadOptions,
    ) -> Result<Raster, Error> {
        let raster = read::read_area(&self.inner, 0, Area::Pixels(pixels), options).await;
        raster.map_err(|error| error.at(self.path()))
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    fn level_unchecked(&self, level: usize) -> Level {
        Level { inner: Arc::clone(&self.inner), level }
    }

    /// How the validity of each band's pixels is known, by GDAL's rule: a mask in the file, else nodata, else alpha.
    pub fn mask_kinds(&self) -> Vec<MaskKind> {
        self.inner.mask_kinds(0)
    }

    /// What [`GeoTiff::read`] would fetch: chunks, byte ranges, requests. Only missing parts of the chunk index are
    /// fetched for it.
    ///
    /// # Errors
    ///
    /// As [`GeoTiff::read`], short of what decoding meets.
    pub async fn plan(&self, options: &ReadOptions) -> Result<ReadPlan, Error> {
        self.level_unchecked(0).plan(options).await
    }

    /// Reads pixels: at full resolution, or at [`ReadOptions::size`] from the level that GDAL would choose.
    ///
    /// Dropping the future stops its requests and the chunks that were not begun.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) for a window outside the image or a band that is not there, [`ErrorKind::Limit`](crate::ErrorKind::Limit) where
    /// the result is too large, [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) or [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) where a chunk cannot be
    /// decoded, [`ErrorKind::Changed`](crate::ErrorKind::Changed) where the object was replaced, and what the store reports.
    pub async fn read(&self, options: &ReadOptions) -> Result<Raster, Error> {
        self.inner.read(None, options).await
    }
}

/// One level of a GeoTIFF: the full resolution or an overview.
#[derive(Clone, Debug)]
pub struct Level {
    inner: Arc<Inner>,
    level: usize,
}

impl Level {
    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    pub(crate) fn path(&self) -> &str {
        self.inner.source.path()
    }

    /// The number of the level: 0 is the full resolution, 1 the finest overview.
    pub fn number(&self) -> usize {
        self.level
    }

    /// The image's layout.
    pub fn image(&self) -> &Image {
        self.inner.levels[self.level].image()
    }

    /// Columns.
    pub fn width(&self) -> u32 {
        self.image().width()
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.image().height()
    }

    /// The level's transform: that of the image, scaled by the true ratio of the sizes.
    pub fn transform(&self) -> Option<[f64; 6]> {
        self.inner.transform(self.level)
    }

    /// How the validity of each band's pixels is known on this level.
    pub fn mask_kinds(&self) -> Vec<MaskKind> {
        self.inner.mask_kinds(self.level)
    }

    /// As [`GeoTiff::plan`], for this level.
    ///
    /// # Errors
    ///
    /// As [`GeoTiff::plan`].
    pub async fn plan(&self, options: &ReadOptions) -> Result<ReadPlan, Error> {
        let plan = read::plan(&self.inner, self.level, options).await;
        plan.map_err(|error| error.at(self.inner.source.path()))
    }

    /// As [`GeoTiff::read`], for this level; the window counts in its pixels.
    ///
    /// # Errors
    ///
    /// As [`GeoTiff::read`].
    pub async fn read(&self, options: &ReadOptions) -> Result<Raster, Error> {
        self.inner.read(Some(self.level), options).await
    }
}

impl Inner {
    pub(crate) fn page(&self) -> &Page {
        &self.page
    }

    pub(crate) fn crs(&self) -> Result<Option<&Crs>, Error> {
        let crs = self.crs.get_or_init(|| {
            let georeferencing = self.page.georeferencing();
            let crs = match (georeferencing.wkt(), georeferencing.geokeys()) {
                (Some(wkt), _) => Crs::from_user_input(wkt).map(Some),
                (None, Some(keys)) => Crs::from_geokeys(keys),
                (None, None) => Ok(None),
            };
            crs.map_err(Arc::new)
        });
        match crs {
            Ok(crs) => Ok(crs.as_ref()),
            Err(error) => Err(Error::from(Arc::clone(error)).at(self.source.path())),
        }
    }

    /// Reads a level, or at another size the level that suits it, and names the object in errors.
    pub(crate) async fn read(&self, level: Option<usize>, options: &ReadOptions) -> Result<Raster, Error> {
        let raster = match options.size {
            Some(size) => resized::read_resized(self, level, size, options).await,
            None => read::read(self, level.unwrap_or(0), options).await,
        };
        let crs = self.crs().ok().flatten().cloned();
        raster.map(|raster| Raster { crs, ..raster }).map_err(|error| error.at(self.source.path()))
    }

    /// The full resolution and its overviews.
    pub(crate) fn level_count(&self) -> usize {
        self.levels.len()
    }

    pub(crate) fn level(&self, level: usize) -> &Arc<ImageState> {
        &self.levels[level]
    }

    pub(crate) fn mask(&self, level: usize) -> Option<&Arc<ImageState>> {
        self.masks.get(level).and_then(Option::as_ref)
    }

    pub(crate) fn options(&self) -> &OpenOptions {
        &self.options
    }

    pub(crate) fn executor(&self) -> &Arc<dyn Executor> {
        &self.executor
    }

    pub(crate) fn transform(&self, level: usize) -> Option<[f64; 6]> {
        let (full, size) = (self.levels[0].size(), self.levels[level].size());
        let scale = (f64::from(full.0) / f64::from(size.0), f64::from(full.1) / f64::from(size.1));
        self.page().georeferencing().transform().map(|base| transform::rebase(base, (0.0, 0.0), scale))
    }

    /// GDAL's order: a mask image, then the item `NODATA_VALUES`, then nodata that the type can hold, then alpha as the last
    /// of 2 or 4 bands.
    pub(crate) fn mask_kinds(&self, level: usize) -> Vec<MaskKind> {
        let image = self.levels[level].image();
        let count = image.band_count();
        let data_type = image.data_type().ok();
        let alpha_type = matches!(data_type, Some(DataType::UInt8 | DataType::UInt16));
        let has_alpha = alpha_type
            && matches!(count, 2 | 4)
            && self.page.metadata().band(count - 1).map(|band| band.color_interpretation())
                == Some(ColorInterpretation::Alpha);
        let has_values = self.page.nodata_values().is_some();
        let samples = self.mask(level).map(|mask| mask.image().samples_per_pixel());
        let kind = |band| match samples.and_then(|samples| self.page.mask_scope(band, samples)) {
            Some(MaskScope::Dataset) => MaskKind::PerDataset,
            Some(MaskScope::Band) => MaskKind::PerBand,
            None if has_values => MaskKind::NodataValues,
            None if self.page().masking_nodata(band).is_some() => MaskKind::Nodata,
            None if has_alpha && band + 1 < count => MaskKind::Alpha,
            None => MaskKind::AllValid,
        };
        (0..count).map(kind).collect()
    }
}

/// Levels and masks of a page: the first image of each kind comes from `own`, overviews and masks from where they
/// lie.
fn states(
    page: &Page,
    [own, overviews, masks]: [&Origin; 3],
    cache: Option<&ChunkCache>,
) -> (Vec<Arc<ImageState>>, Masks) {
    let state = |image: &Image, origin: &Origin| {
        let source = Arc::clone(&origin.source);
        Arc::new(ImageState::new(image.clone(), origin.byte_order, source, cache))
    };
    let mut levels = vec![state(page.image(), own)];
    levels.extend(page.overviews().iter().map(|image| state(image, overviews)));
    let mask_origin = if page.has_external_mask() { masks } else { own };
    let mut found = vec![page.mask().map(|image| state(image, mask_origin))];
    let overview_masks = (0..page.overviews().len()).map(|index| page.overview_mask(index));
    found.extend(overview_masks.map(|mask| mask.map(|image| state(image, masks))));
    (levels, found)
}

#[cfg(feature = "rayon")]
fn default_executor() -> Arc<dyn Executor> {
    Arc::new(crate::RayonExecutor::default())
}

#[cfg(not(feature = "rayon"))]
fn default_executor() -> Arc<dyn Executor> {
    Arc::new(crate::InlineExecutor)
}
