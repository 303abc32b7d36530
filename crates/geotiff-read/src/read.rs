//! From options to a plan: what was asked for, checked against the image, and which chunks that takes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use geotiff_core::{DataType, Nodata};

use crate::budget::ReadBudget;
use crate::cache::DecodedChunk;
use crate::execute::{self, Context};
use crate::geotiff::Inner;
use crate::image::ImageState;
use crate::outputs::{finish, prepare};
use crate::plan::{self, ImageRole, PlannedChunk};
use crate::raster::MaskKind;
use crate::transfer::Conversion;
use crate::window::{Edge, PixelWindow, place};
use crate::{Error, ErrorKind, Raster, ReadOptions, ReadPlan, Sample, nodata};

/// Uncompressed chunks are read in parts of about this many bytes, so that several threads share a large one.
const UNCOMPRESSED_PART: u64 = 1 << 20;

/// The pixels of a read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Area<'a> {
    /// A window, and the part of it inside the image.
    Window(PixelWindow, Option<PixelWindow>),
    /// Single pixels, as one row; `None` where one is outside the image.
    Pixels(&'a [Option<(u32, u32)>]),
    /// Windows inside the image, each at the top left of an area of `size` (width, height); the areas one below
    /// the other.
    Tiles { windows: &'a [PixelWindow], size: (u32, u32) },
}

impl Area<'_> {
    /// Rows and columns of the result.
    fn size(&self) -> [usize; 2] {
        match self {
            Area::Window(window, _) => [window.height as usize, window.width as usize],
            Area::Pixels(pixels) => [1, pixels.len()],
            Area::Tiles { windows, size } => {
                [(size.1 as usize).saturating_mul(windows.len()), size.0 as usize]
            }
        }
    }

    /// The chunks of an image that the area needs.
    fn chunks(
        &self,
        state: &ImageState,
        role: ImageRole,
        planes: &BTreeSet<u16>,
    ) -> Result<Vec<PlannedChunk>, Error> {
        let grid = state.image().chunks();
        match *self {
            Area::Window(_, None) => Ok(Vec::new()),
            Area::Window(window, Some(inside)) => {
                plan::chunks_in(grid, role, planes, inside, (window.col, window.row))
            }
            Area::Pixels(pixels) => plan::chunks_at(grid, role, planes, pixels),
            Area::Tiles { windows, size } => {
                // Each chunk once, whichever tiles need it.
                let mut chunks: BTreeMap<u64, PlannedChunk> = BTreeMap::new();
                for (window, top) in windows.iter().zip((0_i64..).step_by(size.1 as usize)) {
                    let origin = (window.col, window.row - top);
                    for chunk in plan::chunks_in(grid, role, planes, *window, origin)? {
                        match chunks.get_mut(&chunk.index) {
                            Some(known) => known.placements.extend(chunk.placements),
                            None => drop(chunks.insert(chunk.index, chunk)),
                        }
                    }
                }
                Ok(chunks.into_values().collect())
            }
        }
    }
}

/// A plan, and the decoded chunks of it that a cache had, by position.
type Planned = (ReadPlan, Vec<(usize, Arc<DecodedChunk>)>);

/// What was asked for, checked against the image.
pub(crate) struct Request<'a> {
    pub(crate) inner: &'a Inner,
    pub(crate) level: usize,
    pub(crate) options: &'a ReadOptions,
    pub(crate) area: Area<'a>,
    pub(crate) bands: Vec<u16>,
    pub(crate) kinds: Vec<MaskKind>,
    pub(crate) conversion: Conversion,
}

impl<'a> Request<'a> {
    fn window(inner: &'a Inner, level: usize, options: &'a ReadOptions) -> Result<Self, Error> {
        let (window, inside) = window(inner, level, options)?;
        Self::new(inner, level, options, Area::Window(window, inside))
    }

    fn new(inner: &'a Inner, level: usize, options: &'a ReadOptions, area: Area<'a>) -> Result<Self, Error> {
        let bands = bands(inner, level, options)?;
        let all_kinds = inner.mask_kinds(level);
        let kinds = bands.iter().map(|band| all_kinds[usize::from(*band) - 1]).collect();
        let conversion = Conversion::new(inner, level, &bands, options)?;
        let request = Self { inner, level, options, area, bands, kinds, conversion };
        check_output_size(inner, request.shape(request.bands.len()), request.conversion.to)?;
        Ok(request)
    }

    pub(crate) fn state(&self) -> &Arc<ImageState> {
        self.inner.level(self.level)
    }

    /// The mask image, when one is to be read.
    pub(crate) fn mask(&self) -> Option<&Arc<ImageState>> {
        let wanted = self.options.mask && self.kinds.iter().any(|kind| kind.is_image());
        self.inner.mask(self.level).filter(|_| wanted)
    }

    /// The bands of the mask image to read, from 0: one for all bands of the result, or one for each.
    pub(crate) fn mask_bands(&self) -> Vec<u16> {
        if !self.kinds.contains(&MaskKind::PerBand) {
            return vec![0];
        }
        let own = |(kind, band): (&MaskKind, &u16)| if *kind == MaskKind::PerBand { band - 1 } else { 0 };
        self.kinds.iter().zip(&self.bands).map(own).collect()
    }

    /// The alpha band, from 0, when it is to be read as the mask.
    pub(crate) fn alpha(&self) -> Option<u16> {
        let wanted = self.options.mask && self.kinds.contains(&MaskKind::Alpha);
        wanted.then(|| self.state().image().band_count() - 1)
    }

    /// Whether nodata has to be told while decoding: the result's samples do not show it any more.
    pub(crate) fn masks_nodata(&self) -> bool {
        self.options.mask && !self.conversion.is_none() && self.kinds.contains(&MaskKind::Nodata)
    }

    /// The values of `NODATA_VALUES`, when pixels are to be masked by them.
    pub(crate) fn nodata_values(&self) -> Option<Vec<f64>> {
        let wanted = self.options.mask && self.kinds.contains(&MaskKind::NodataValues);
        self.inner.page().nodata_values().filter(|_| wanted)
    }

    /// The nodata value by which a band, from 1, is masked.
    pub(crate) fn masking_nodata(&self, band: u16) -> Option<Nodata> {
        self.inner.page().masking_nodata(band - 1)
    }

    pub(crate) fn shape(&self, bands: usize) -> [usize; 3] {
        let [height, width] = self.area.size();
        [bands, height, width]
    }

    /// Interleaved output is decoded in place only where chunks hold every band.
    pub(crate) fn interleaves_in_place(&self) -> bool {
        self.options.interleaved && !self.state().is_planar()
    }

    async fn plan(&self) -> Result<Planned, Error> {
        let planes: BTreeSet<u16> = match self.state().is_planar() {
            // Every band tells whether a pixel has a value.
            true if self.nodata_values().is_some() => (0..self.state().image().band_count()).collect(),
            true => self.bands.iter().map(|band| band - 1).chain(self.alpha()).collect(),
            false => BTreeSet::from([0]),
        };
        let (mut chunks, mut decoded) = self.chunks_of(ImageRole::Data, self.state(), &planes).await?;
        if let Some(mask) = self.mask() {
            let planes = if mask.is_planar() { self.mask_bands() } else { vec![0] };
            let planes = planes.into_iter().collect();
            let (mask_chunks, more) = self.chunks_of(ImageRole::Mask, mask, &planes).await?;
            decoded.extend(more.into_iter().map(|(position, chunk)| (chunks.len() + position, chunk)));
            chunks.extend(mask_chunks);
        }
        let (gap, max) = (self.inner.options().coalesce_gap, self.inner.options().coalesce_max);
        let one_object = self.mask().is_none_or(|mask| Arc::ptr_eq(mask.source(), self.state().source()));
        let requests = if one_object {
            plan::requests(&chunks, &[ImageRole::Data, ImageRole::Mask], gap, max)
        } else {
            let data = plan::requests(&chunks, &[ImageRole::Data], gap, max);
            data.into_iter().chain(plan::requests(&chunks, &[ImageRole::Mask], gap, max)).collect()
        };
        let window = match self.area {
            Area::Window(window, _) => window,
            _ => {
                let [height, width] = self.area.size();
                PixelWindow::whole(width as u32, height as u32)
            }
        };
        Ok((ReadPlan { level: self.level, window, bands: self.bands.clone(), chunks, requests }, decoded))
    }

    async fn chunks_of(
        &self,
        role: ImageRole,
        state: &ImageState,
        planes: &BTreeSet<u16>,
    ) -> Result<(Vec<PlannedChunk>, Vec<(usize, Arc<DecodedChunk>)>), Error> {
        let mut wanted = self.area.chunks(state, role, planes)?;
        let mut known = BTreeMap::new();
        if let Some(cache) = state.cache() {
            for chunk in &mut wanted {
                if let Some(decoded) = cache.get(chunk.index) {
                    chunk.cached = true;
                    known.insert(chunk.index, decoded);
                }
            }
        }
        let indices: Vec<u64> =
            wanted.iter().filter(|chunk| !chunk.cached).map(|chunk| chunk.index).collect();
        let locations = state.locate(&indices, self.options.trace.as_ref()).await?;
        let size = state.source().object().size;
        for (chunk, location) in wanted.iter_mut().filter(|chunk| !chunk.cached).zip(locations) {
            plan::locate(chunk, location, size)?;
        }
        let most = self.inner.options().limits.max_chunk_bytes;
        let (mut chunks, mut decoded) = (Vec::with_capacity(wanted.len()), Vec::new());
        for chunk in wanted {
            if let Some(found) = known.remove(&chunk.index) {
                decoded.push((chunks.len(), found));
            }
            let parts = parts(state, chunk);
            parts.iter().try_for_each(|part| plan::check_chunk_size(part, most))?;
            chunks.extend(parts);
        }
        Ok((chunks, decoded))
    }

    /// A sample for each band, in the result's type, of what lies outside the image; `None` where nothing that is not
    /// zeros does.
    pub(crate) fn outside(&self) -> Option<Vec<Vec<u8>>> {
        let edge = match (&self.area, self.options.edge) {
            (Area::Window(window, inside), Edge::Fill(_)) if *inside != Some(*window) => self.options.edge,
            (Area::Tiles { .. }, Edge::Fill(_)) => self.options.edge,
            (Area::Pixels(pixels), _) if pixels.contains(&None) => Edge::Fill(None),
            _ => return None,
        };
        let samples = outside_samples(self.inner, &self.bands, &self.conversion, edge);
        samples.iter().flatten().any(|byte| *byte != 0).then_some(samples)
    }
}

/// What is fetched and decoded of a chunk at once: all of it, or the wanted rows of an uncompressed one.
fn parts(state: &ImageState, chunk: PlannedChunk) -> Vec<PlannedChunk> {
    let decoded_len = || state.chunk_spec(chunk.row).ok()?.decoded_len().ok();
    let is_kept = || state.cache().zip(decoded_len()).is_some_and(|(cache, len)| cache.takes(len));
    match state.uncompressed_row_len() {
        Some(row_len) if !is_kept() => plan::rows_of_uncompressed(&chunk, row_len, UNCOMPRESSED_PART),
        _ => vec![chunk],
    }
}

/// The window of a read by its edge rule, and the part of it inside the image.
pub(crate) fn window(
    inner: &Inner,
    level: usize,
    options: &ReadOptions,
) -> Result<(PixelWindow, Option<PixelWindow>), Error> {
    let (width, height) = inner.level(level).size();
    if width == 0 || height == 0 {
        return Err(Error::new(ErrorKind::Malformed, "the image has no pixels"));
    }
    let window = match options.window {
        Some(window) => window.to_pixels()?,
        None => PixelWindow::whole(width, height),
    };
    place(window, (width, height), options.edge)
}

/// The band numbers of a read, checked.
pub(crate) fn bands(inner: &Inner, level: usize, options: &ReadOptions) -> Result<Vec<u16>, Error> {
    let count = inner.level(level).image().band_count();
    let bands = options.bands.clone().unwrap_or_else(|| (1..=count).collect());
    if bands.is_empty() {
        return Err(Error::usage("no band is asked for"));
    }
    match bands.iter().find(|band| !(1..=count).contains(*band)) {
        Some(band) => {
            Err(Error::usage(format!("there is no band {band}: the image has {count}, counted from 1")))
        }
        None => Ok(bands),
    }
}

/// Refuses a result of `shape` that is larger than the limits allow.
pub(crate) fn check_output_size(inner: &Inner, shape: [usize; 3], data_type: DataType) -> Result<(), Error> {
    let bytes =
        shape.iter().fold(data_type.size() as u128, |bytes, axis| bytes.saturating_mul(*axis as u128));
    let most = inner.options().limits.max_output_bytes;
    if bytes <= u128::from(most) {
        return Ok(());
    }
    let message = format!("the result takes {bytes} bytes, over the limit of {most}: read a smaller window");
    Err(Error::new(ErrorKind::Limit, message))
}

/// One sample of the file's type of what sparse chunks of a band, from 1, hold: nodata, else 0.
pub(crate) fn nodata_sample(inner: &Inner, band: u16, data_type: DataType) -> Vec<u8> {
    let nodata = inner.page().written_nodata(band - 1);
    nodata
        .and_then(|nodata| nodata::sample_bytes(data_type, nodata))
        .unwrap_or_else(|| vec![0; data_type.size()])
}

/// For each of the bands, from 1, one sample of the result's type of what lies outside the image: the value that
/// `edge` names, else nodata, else 0.
pub(crate) fn outside_samples(
    inner: &Inner,
    bands: &[u16],
    conversion: &Conversion,
    edge: Edge,
) -> Vec<Vec<u8>> {
    let size = conversion.to.size();
    if let Edge::Fill(Some(value)) = edge {
        let sample = with_type!(conversion.to, S => {
            bytemuck::bytes_of(&<S as Sample>::from_f64_saturating(value)).to_vec()
        });
        return vec![sample.unwrap_or_else(|| vec![0; size]); bands.len()];
    }
    let sample = |(index, band): (usize, &u16)| match inner.page().band_nodata(band - 1) {
        None => vec![0; size],
        Some(_) => conversion.transfer(index).sample(&nodata_sample(inner, *band, conversion.from), size),
    };
    bands.iter().enumerate().map(sample).collect()
}

/// What [`read`] would fetch.
pub(crate) async fn plan(inner: &Inner, level: usize, options: &ReadOptions) -> Result<ReadPlan, Error> {
    Ok(Request::window(inner, level, options)?.plan().await?.0)
}

/// Reads pixels of one level.
pub(crate) async fn read(inner: &Inner, level: usize, options: &ReadOptions) -> Result<Raster, Error> {
    carry_out(Request::window(inner, level, options)?).await
}

/// Reads single pixels or tiles of one level.
pub(crate) async fn read_area(
    inner: &Inner,
    level: usize,
    area: Area<'_>,
    options: &ReadOptions,
) -> Result<Raster, Error> {
    carry_out(Request::new(inner, level, options, area)?).await
}

async fn carry_out(request: Request<'_>) -> Result<Raster, Error> {
    let inner = request.inner;
    let (plan, decoded) = request.plan().await?;
    let (outputs, tasks) = prepare(&request).await?;
    let options = inner.options();
    let shared = request.options.budget.as_ref().or(options.budget.as_ref());
    let own = || ReadBudget::new(options.limits.max_in_flight_bytes, options.max_concurrent_requests);
    let context = Context {
        executor: inner.executor().as_ref(),
        budget: shared.cloned().unwrap_or_else(own),
        trace: request.options.trace.clone(),
    };
    execute::execute(&plan, decoded, &tasks, &context).await?;
    drop(tasks);
    finish(&request, outputs).await
}
