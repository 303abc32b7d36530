//! From options to a raster: which chunks, where they go, and what surrounds them.

use std::collections::BTreeSet;
use std::sync::Arc;

use geotiff_core::DataType;
use ndarray::Array2;

use crate::decode::{ImageTask, Layout, Route, Sink};
use crate::execute::{self, Budget, Tasks};
use crate::executor::run;
use crate::geotiff::Inner;
use crate::image::ImageState;
use crate::output::SharedOutput;
use crate::plan::{self, ImageRole, PlannedChunk};
use crate::raster::{MaskKind, Validity};
use crate::window::{Edge, PixelWindow, place};
use crate::{Array, Error, ErrorKind, Raster, ReadOptions, ReadPlan, nodata, transform};

/// The pixels of a read.
enum Area<'a> {
    /// A window, and the part of it inside the image.
    Window(PixelWindow, Option<PixelWindow>),
    /// Single pixels, as one row; `None` where one is outside the image.
    Pixels(&'a [Option<(u32, u32)>]),
}

/// What was asked for, checked against the image.
struct Request<'a> {
    inner: &'a Inner,
    level: usize,
    options: &'a ReadOptions,
    area: Area<'a>,
    bands: Vec<u16>,
    kinds: Vec<MaskKind>,
}

impl<'a> Request<'a> {
    fn window(inner: &'a Inner, level: usize, options: &'a ReadOptions) -> Result<Self, Error> {
        let (width, height) = inner.level(level).size();
        if width == 0 || height == 0 {
            return Err(Error::new(ErrorKind::Malformed, "the image has no pixels"));
        }
        let window = match options.window {
            Some(window) => window.to_pixels()?,
            None => PixelWindow::whole(width, height),
        };
        let (window, inside) = place(window, (width, height), options.edge)?;
        Self::new(inner, level, options, Area::Window(window, inside))
    }

    fn new(inner: &'a Inner, level: usize, options: &'a ReadOptions, area: Area<'a>) -> Result<Self, Error> {
        let state = inner.level(level);
        let bands = bands(inner, level, options)?;
        let all_kinds = inner.mask_kinds(level);
        let kinds = bands.iter().map(|band| all_kinds[usize::from(*band) - 1]).collect();
        let request = Self { inner, level, options, area, bands, kinds };
        check_output_size(inner, request.shape(request.bands.len()), state.data_type()?)?;
        Ok(request)
    }

    fn state(&self) -> &Arc<ImageState> {
        self.inner.level(self.level)
    }

    /// The mask image, when one is to be read.
    fn mask(&self) -> Option<&Arc<ImageState>> {
        self.inner.mask(self.level).filter(|_| self.options.mask)
    }

    /// The alpha band, from 0, when it is to be read as the mask.
    fn alpha(&self) -> Option<u16> {
        let wanted = self.options.mask && self.kinds.contains(&MaskKind::Alpha);
        wanted.then(|| self.state().image().samples_per_pixel() - 1)
    }

    fn shape(&self, bands: usize) -> [usize; 3] {
        match self.area {
            Area::Window(window, _) => [bands, window.height as usize, window.width as usize],
            Area::Pixels(pixels) => [bands, 1, pixels.len()],
        }
    }

    /// Interleaved output is decoded in place only where chunks hold every band.
    fn interleaves_in_place(&self) -> bool {
        self.options.interleaved && !self.state().is_planar()
    }

    async fn plan(&self) -> Result<ReadPlan, Error> {
        let planes: BTreeSet<u16> = match self.state().is_planar() {
            true => self.bands.iter().map(|band| band - 1).chain(self.alpha()).collect(),
            false => BTreeSet::from([0]),
        };
        let mut chunks = self.chunks_of(ImageRole::Data, self.state(), &planes).await?;
        if let Some(mask) = self.mask() {
            chunks.append(&mut self.chunks_of(ImageRole::Mask, mask, &BTreeSet::from([0])).await?);
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
            Area::Pixels(pixels) => PixelWindow::whole(pixels.len() as u32, 1),
        };
        Ok(ReadPlan { level: self.level, window, bands: self.bands.clone(), chunks, requests })
    }

    async fn chunks_of(
        &self,
        role: ImageRole,
        state: &ImageState,
        planes: &BTreeSet<u16>,
    ) -> Result<Vec<PlannedChunk>, Error> {
        let grid = state.image().chunks();
        let mut chunks = match self.area {
            Area::Window(_, None) => Vec::new(),
            Area::Window(window, Some(inside)) => {
                plan::chunks_in(grid, role, planes, inside, (window.col, window.row))?
            }
            Area::Pixels(pixels) => plan::chunks_at(grid, role, planes, pixels)?,
        };
        let indices: Vec<u64> = chunks.iter().map(|chunk| chunk.index).collect();
        let (size, most) = (state.source().object().size, self.inner.options().limits.max_chunk_bytes);
        for (chunk, location) in chunks.iter_mut().zip(state.locate(&indices).await?) {
            plan::locate(chunk, location, size, most)?;
        }
        Ok(chunks)
    }

    /// What lies outside the image: a value, nodata, or nothing that does.
    fn outside(&self, data_type: DataType) -> Result<Option<Vec<u8>>, Error> {
        let value = match (&self.area, self.options.edge) {
            (Area::Window(window, inside), Edge::Fill(value)) if *inside != Some(*window) => value,
            (Area::Pixels(pixels), _) if pixels.contains(&None) => None,
            _ => return Ok(None),
        };
        outside_sample(self.inner, data_type, Edge::Fill(value)).map(Some)
    }

    /// The value around and in place of missing pixels, and whether memory of zeros holds it already.
    fn fill(&self, data_type: DataType) -> Result<Fill, Error> {
        let sparse = outside_sample(self.inner, data_type, Edge::Fill(None))?;
        let outside = self.outside(data_type)?;
        let outside = outside.filter(|sample| sample.iter().any(|byte| *byte != 0));
        let is_there = match &outside {
            Some(outside) => *outside == sparse,
            None => sparse.iter().all(|byte| *byte == 0),
        };
        Ok(Fill { outside, sparse: (!is_there).then_some(sparse) })
    }
}

/// One sample each of what lies outside the image, and of what sparse chunks hold; `None` where the output holds
/// it already.
struct Fill {
    outside: Option<Vec<u8>>,
    sparse: Option<Vec<u8>>,
}

/// The outputs of a read.
struct Outputs {
    data: Arc<SharedOutput>,
    alpha: Option<Arc<SharedOutput>>,
    mask: Option<Arc<SharedOutput>>,
}

/// The band numbers of a read, checked.
pub(crate) fn bands(inner: &Inner, level: usize, options: &ReadOptions) -> Result<Vec<u16>, Error> {
    let count = inner.level(level).image().samples_per_pixel();
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

/// One sample of what lies outside the image: the value that `edge` names, else nodata, else 0.
pub(crate) fn outside_sample(inner: &Inner, data_type: DataType, edge: Edge) -> Result<Vec<u8>, Error> {
    let nodata = || inner.page().nodata().and_then(|nodata| nodata::sample_bytes(data_type, nodata));
    let Edge::Fill(Some(value)) = edge else {
        return Ok(nodata().unwrap_or_else(|| vec![0; data_type.size()]));
    };
    let mut sample = Array::zeros(data_type, [1, 1, 1])?;
    sample.fill(value);
    Ok(sample.as_bytes().unwrap_or_default().to_vec())
}

/// What [`read`] would fetch.
pub(crate) async fn plan(inner: &Inner, level: usize, options: &ReadOptions) -> Result<ReadPlan, Error> {
    Request::window(inner, level, options)?.plan().await
}

/// Reads pixels of one level.
pub(crate) async fn read(inner: &Inner, level: usize, options: &ReadOptions) -> Result<Raster, Error> {
    carry_out(Request::window(inner, level, options)?).await
}

/// Reads single pixels of one level, as one row in the order given: outside the image they hold nodata, or 0.
pub(crate) async fn read_pixels(
    inner: &Inner,
    level: usize,
    pixels: &[Option<(u32, u32)>],
    options: &ReadOptions,
) -> Result<Raster, Error> {
    carry_out(Request::new(inner, level, options, Area::Pixels(pixels))?).await
}

async fn carry_out(request: Request<'_>) -> Result<Raster, Error> {
    let inner = request.inner;
    let plan = request.plan().await?;
    let (outputs, tasks) = prepare(&request).await?;
    let limits = &inner.options().limits;
    let budget =
        Budget { bytes: limits.max_in_flight_bytes, requests: inner.options().max_concurrent_requests };
    execute::execute(&plan, &tasks, inner.executor().as_ref(), budget).await?;
    drop(tasks);
    finish(&request, outputs).await
}

/// Allocates the outputs and says which bands go where.
async fn prepare(request: &Request<'_>) -> Result<(Outputs, Tasks), Error> {
    let state = request.state();
    let data_type = state.data_type()?;
    let fill = request.fill(data_type)?;
    let [bands, height, width] = request.shape(request.bands.len());
    let interleaved = request.interleaves_in_place();
    let shape = if interleaved { [height, width, bands] } else { [bands, height, width] };
    let mut data = Array::zeros(data_type, shape)?;
    if let Some(outside) = fill.outside {
        data = run(request.inner.executor(), move || {
            for sample in data.as_bytes_mut().unwrap_or_default().chunks_exact_mut(outside.len()) {
                sample.copy_from_slice(&outside);
            }
            data
        })
        .await?;
    }
    let data = SharedOutput::new(data)?;
    let layout = Layout { bands, height, width, sample_size: data_type.size(), interleaved };
    let routes = request.bands.iter().enumerate();
    let routes = routes.map(|(slot, band)| Route { band: band - 1, slot }).collect();
    let mut sinks = vec![Sink { output: Arc::clone(&data), layout, routes, promote_bits: false }];
    let alpha = match request.alpha() {
        Some(band) => {
            let output = SharedOutput::new(Array::zeros(data_type, [1, height, width])?)?;
            let layout = Layout { bands: 1, interleaved: false, ..layout };
            let routes = vec![Route { band, slot: 0 }];
            sinks.push(Sink { output: Arc::clone(&output), layout, routes, promote_bits: false });
            Some(output)
        }
        None => None,
    };
    let task = |state: &Arc<ImageState>, sinks, fill| {
        Arc::new(ImageTask {
            state: Arc::clone(state),
            codecs: Arc::clone(&request.inner.options().codecs),
            sinks,
            fill,
            max_decoded_bytes: request.inner.options().limits.max_decoded_chunk_bytes,
        })
    };
    let data_task = task(state, sinks, fill.sparse);
    let (mask, mask_task) = match request.mask() {
        Some(mask) => {
            let (output, sink) = mask_sink(mask, height, width)?;
            (Some(output), Some(task(mask, vec![sink], None)))
        }
        None => (None, None),
    };
    Ok((Outputs { data, alpha, mask }, Tasks { data: data_task, mask: mask_task }))
}

fn mask_sink(mask: &ImageState, height: usize, width: usize) -> Result<(Arc<SharedOutput>, Sink), Error> {
    let data_type = mask.data_type()?;
    if data_type != DataType::UInt8 {
        let message = format!("a mask of type {}", data_type.name());
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    let output = SharedOutput::new(Array::zeros(data_type, [1, height, width])?)?;
    let sink = Sink {
        output: Arc::clone(&output),
        layout: Layout { bands: 1, height, width, sample_size: 1, interleaved: false },
        routes: vec![Route { band: 0, slot: 0 }],
        promote_bits: mask.image().bits_per_sample().first() == Some(&1),
    };
    Ok((output, sink))
}

async fn finish(request: &Request<'_>, outputs: Outputs) -> Result<Raster, Error> {
    let mut data = outputs.data.into_array()?;
    if request.options.interleaved && !request.interleaves_in_place() {
        data = run(request.inner.executor(), move || interleave(data)).await?;
    }
    let shared = match (outputs.mask, outputs.alpha) {
        (Some(mask), _) => Some(mask.into_array()?),
        (None, Some(alpha)) => {
            let alpha = alpha.into_array()?;
            Some(run(request.inner.executor(), move || to_8_bit(alpha)).await?)
        }
        (None, None) => None,
    };
    let shared = match shared {
        Some(array) => Some(plane(array)?),
        None => None,
    };
    let page_nodata = request.inner.page().nodata();
    let validity = request.kinds.iter().map(|kind| match (kind, page_nodata, &shared) {
        (MaskKind::PerDataset | MaskKind::Alpha, _, Some(shared)) => Validity::Shared(shared.clone()),
        (MaskKind::Nodata, Some(nodata), _) => Validity::Nodata(nodata),
        _ => Validity::All,
    });
    let base = request.inner.transform(request.level);
    let (transform, inside) = match request.area {
        Area::Window(window, inside) => {
            let origin = (window.col as f64, window.row as f64);
            (
                base.map(|base| transform::rebase(base, origin, (1.0, 1.0))),
                inside.map(|part| part.within(window)),
            )
        }
        Area::Pixels(pixels) => (None, Some([0..pixels.len(), 0..1])),
    };
    Ok(Raster {
        data,
        bands: request.bands.clone(),
        transform,
        crs: None,
        nodata: page_nodata,
        interleaved: request.options.interleaved,
        mask_kinds: request.kinds.clone(),
        validity: validity.collect(),
        inside,
    })
}

/// (band, row, column) to (row, column, band).
pub(crate) fn interleave(array: Array) -> Array {
    macro_rules! each {
        ($($variant:ident)*) => {
            match array {
                $(Array::$variant(array) => {
                    Array::$variant(array.permuted_axes([1, 2, 0]).as_standard_layout().into_owned())
                })*
            }
        };
    }
    each!(UInt8 Int8 UInt16 Int16 UInt32 Int32 UInt64 Int64 Float32 Float64
        ComplexInt16 ComplexInt32 Complex64 Complex128)
}

/// Alpha as GDAL gives it in a mask: 16-bit values scaled to 8, none but 0 to 0.
fn to_8_bit(alpha: Array) -> Array {
    match alpha {
        Array::UInt16(alpha) => Array::UInt8(alpha.mapv(|value| {
            let scaled = u32::from(value) * 255 / 65_535;
            if value > 0 { scaled.max(1) as u8 } else { 0 }
        })),
        other => other,
    }
}

fn plane(array: Array) -> Result<Array2<u8>, Error> {
    Ok(array.into_typed::<u8>()?.index_axis_move(ndarray::Axis(0), 0))
}
