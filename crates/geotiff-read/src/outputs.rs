//! The outputs of a read: allocated, given to the jobs, and made a raster of.

use std::sync::Arc;

use geotiff_core::DataType;
use ndarray::{Array2, Axis};

use crate::decode::ImageTask;
use crate::execute::Tasks;
use crate::executor::run;
use crate::image::ImageState;
use crate::output::SharedOutput;
use crate::raster::{MaskKind, Validity};
use crate::read::{Area, Request, check_output_size, nodata_sample};
use crate::sink::{Layout, Route, Sink};
use crate::transfer::Transfer;
use crate::{Array, Error, ErrorKind, Raster, transform};

/// The outputs of a read.
pub(crate) struct Outputs {
    data: Arc<SharedOutput>,
    /// Of one band, for all.
    alpha: Option<Arc<SharedOutput>>,
    /// Of one band, for all, or of each band of the result.
    mask: Option<Arc<SharedOutput>>,
    /// Of each band, where nodata cannot be told from the data afterwards.
    nodata: Option<Arc<SharedOutput>>,
    /// Of each band of the image: whether it differs from its value of `NODATA_VALUES`.
    values: Option<Arc<SharedOutput>>,
}

/// Allocates the outputs and says which bands go where.
pub(crate) async fn prepare(request: &Request<'_>) -> Result<(Outputs, Tasks), Error> {
    let state = request.state();
    let [_, height, width] = request.shape(1);
    let (data, data_sink) = data_sink(request).await?;
    let mut sinks = vec![data_sink];
    let alpha = match request.alpha() {
        Some(band) => {
            let data_type = state.data_type()?;
            let output = SharedOutput::new(Array::zeros(data_type, [1, height, width])?)?;
            let route = Route { band, slot: 0, transfer: Transfer::Copy, sparse: None };
            sinks.push(plain_sink(&output, [1, height, width], data_type, vec![route]));
            Some(output)
        }
        None => None,
    };
    let from = request.conversion.from;
    let nodata = match request.masks_nodata() {
        true => {
            let validity = |band: &u16| Transfer::validity(from, request.masking_nodata(*band));
            let transfers = request.bands.iter().map(validity).collect::<Result<Vec<_>, _>>()?;
            Some(validity_of(request, &request.bands, &transfers, &mut sinks)?)
        }
        false => None,
    };
    let values = match request.nodata_values() {
        Some(values) => {
            let all: Vec<u16> = (1..=state.image().band_count()).collect();
            let transfers = values
                .into_iter()
                .map(|value| Transfer::unlike(from, value))
                .collect::<Result<Vec<_>, _>>()?;
            Some(validity_of(request, &all, &transfers, &mut sinks)?)
        }
        None => None,
    };
    let data_task = task(request, state, sinks);
    let (mask, mask_task) = match request.mask() {
        Some(mask) => {
            let (output, sink) = mask_sink(request, mask)?;
            (Some(output), Some(task(request, mask, vec![sink])))
        }
        None => (None, None),
    };
    Ok((Outputs { data, alpha, mask, nodata, values }, Tasks { data: data_task, mask: mask_task }))
}

/// An output of bytes for the validity of some bands, from 1, and the sink that fills it.
fn validity_of(
    request: &Request<'_>,
    bands: &[u16],
    transfers: &[Transfer],
    sinks: &mut Vec<Sink>,
) -> Result<Arc<SharedOutput>, Error> {
    let shape = request.shape(bands.len());
    check_output_size(request.inner, shape, DataType::UInt8)?;
    let output = SharedOutput::new(Array::zeros(DataType::UInt8, shape)?)?;
    let routes = routes(request, bands, |slot| transfers[slot].clone(), 1, None);
    sinks.push(plain_sink(&output, shape, DataType::UInt8, routes));
    Ok(output)
}

fn task(request: &Request<'_>, state: &Arc<ImageState>, sinks: Vec<Sink>) -> Arc<ImageTask> {
    Arc::new(ImageTask {
        state: Arc::clone(state),
        codecs: Arc::clone(&request.inner.options().codecs),
        sinks,
        max_decoded_bytes: request.inner.options().limits.max_decoded_chunk_bytes,
    })
}

/// A route for each of the bands, from 1. `background` has the sample that each band's output is filled with, where that
/// is not 0.
fn routes(
    request: &Request<'_>,
    bands: &[u16],
    transfer: impl Fn(usize) -> Transfer,
    sample_size: usize,
    background: Option<&[Vec<u8>]>,
) -> Vec<Route> {
    let zero = vec![0; sample_size];
    let route = |(slot, band): (usize, &u16)| {
        let transfer = transfer(slot);
        let sparse = nodata_sample(request.inner, *band, request.conversion.from);
        let sample = transfer.sample(&sparse, sample_size);
        let sparse = (sample != *background.map_or(&zero, |all| &all[slot])).then_some(sample);
        Route { band: band - 1, slot, transfer, sparse }
    };
    bands.iter().enumerate().map(route).collect()
}

async fn data_sink(request: &Request<'_>) -> Result<(Arc<SharedOutput>, Sink), Error> {
    let [bands, height, width] = request.shape(request.bands.len());
    let interleaved = request.interleaves_in_place();
    let shape = if interleaved { [height, width, bands] } else { [bands, height, width] };
    let data_type = request.conversion.to;
    let mut data = Array::zeros(data_type, shape)?;
    let outside = request.outside();
    if let Some(outside) = outside.clone() {
        data = run(request.inner.executor(), move || filled(data, &outside, interleaved)).await?;
    }
    let output = SharedOutput::new(data)?;
    let transfer = |slot| request.conversion.transfer(slot);
    let sink = Sink {
        output: Arc::clone(&output),
        layout: Layout { bands, height, width, sample_size: data_type.size(), interleaved },
        routes: routes(request, &request.bands, transfer, data_type.size(), outside.as_deref()),
    };
    Ok((output, sink))
}

fn plain_sink(
    output: &Arc<SharedOutput>,
    [bands, height, width]: [usize; 3],
    data_type: DataType,
    routes: Vec<Route>,
) -> Sink {
    let layout = Layout { bands, height, width, sample_size: data_type.size(), interleaved: false };
    Sink { output: Arc::clone(output), layout, routes }
}

fn mask_sink(request: &Request<'_>, mask: &ImageState) -> Result<(Arc<SharedOutput>, Sink), Error> {
    let data_type = mask.data_type()?;
    if data_type != DataType::UInt8 {
        let message = format!("a mask of type {}", data_type.name());
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    let bands = request.mask_bands();
    let shape = request.shape(bands.len());
    check_output_size(request.inner, shape, data_type)?;
    let output = SharedOutput::new(Array::zeros(data_type, shape)?)?;
    // One-bit masks become 0 and 255, as GDAL promotes them: those whose chunks hold one band.
    let alone = mask.is_planar() || mask.image().samples_per_pixel() == 1;
    let transfer = match mask.image().bits_per_sample().first() {
        Some(1) if alone => Transfer::map(|bit: u8| if bit == 0 { 0_u8 } else { 255 }),
        _ => Transfer::Copy,
    };
    let route = |(slot, band)| Route { band, slot, transfer: transfer.clone(), sparse: None };
    let routes = bands.into_iter().enumerate().map(route).collect();
    let sink = plain_sink(&output, shape, data_type, routes);
    Ok((output, sink))
}

/// An array whose samples of each band are those of `samples`; (row, column, band) where `interleaved`.
pub(crate) fn filled(mut data: Array, samples: &[Vec<u8>], interleaved: bool) -> Array {
    let bytes = data.as_bytes_mut().unwrap_or_default();
    let band_len = if interleaved { samples[0].len() } else { bytes.len() / samples.len() };
    if band_len == 0 {
        return data;
    }
    for (part, sample) in bytes.chunks_exact_mut(band_len).zip(samples.iter().cycle()) {
        for place in part.chunks_exact_mut(sample.len()) {
            place.copy_from_slice(sample);
        }
    }
    data
}

/// The raster of what the jobs have written.
pub(crate) async fn finish(request: &Request<'_>, outputs: Outputs) -> Result<Raster, Error> {
    let mut data = outputs.data.into_array()?;
    if request.options.interleaved && !request.interleaves_in_place() {
        data = run(request.inner.executor(), move || interleave(data)).await?;
    }
    let validity = validity(request, outputs.mask, outputs.nodata, [outputs.values, outputs.alpha]).await?;
    let base = request.inner.transform(request.level);
    let (transform, inside) = match request.area {
        Area::Window(window, inside) => {
            let origin = (window.col as f64, window.row as f64);
            (
                base.map(|base| transform::rebase(base, origin, (1.0, 1.0))),
                inside.map(|part| part.within(window)),
            )
        }
        _ => {
            let [_, height, width] = request.shape(1);
            (None, Some([0..width, 0..height]))
        }
    };
    Ok(Raster {
        data,
        bands: request.bands.clone(),
        transform,
        crs: None,
        nodata: request.bands.first().and_then(|band| request.inner.page().band_nodata(band - 1)),
        interleaved: request.options.interleaved,
        mask_kinds: request.kinds.clone(),
        validity,
        inside,
    })
}

/// The validity of each band of the result.
async fn validity(
    request: &Request<'_>,
    mask: Option<Arc<SharedOutput>>,
    nodata: Option<Arc<SharedOutput>>,
    [values, alpha]: [Option<Arc<SharedOutput>>; 2],
) -> Result<Vec<Validity>, Error> {
    let masks = |output: Arc<SharedOutput>| output.into_array()?.into_typed::<u8>().map(Arc::new);
    let (mask, nodata) = (mask.map(masks).transpose()?, nodata.map(masks).transpose()?);
    let shared = shared_mask(request, values, alpha).await?.map(Arc::new);
    let known = request.kinds.iter().zip(&request.bands).enumerate();
    let validity = known.map(|(slot, (kind, band))| match kind {
        MaskKind::PerDataset | MaskKind::PerBand => mask.as_ref().map(|masks| {
            let slot = if masks.dim().0 == 1 { 0 } else { slot };
            Validity::Band(Arc::clone(masks), slot)
        }),
        MaskKind::NodataValues | MaskKind::Alpha => {
            shared.as_ref().map(|shared| Validity::Shared(Arc::clone(shared)))
        }
        MaskKind::Nodata if request.conversion.is_none() => {
            request.masking_nodata(*band).map(Validity::Nodata)
        }
        MaskKind::Nodata => nodata.as_ref().map(|masks| Validity::Band(Arc::clone(masks), slot)),
        MaskKind::AllValid => None,
    });
    Ok(validity.map(|known| known.unwrap_or(Validity::All)).collect())
}

/// The mask of all bands by their values, or by alpha.
async fn shared_mask(
    request: &Request<'_>,
    values: Option<Arc<SharedOutput>>,
    alpha: Option<Arc<SharedOutput>>,
) -> Result<Option<Array2<u8>>, Error> {
    let executor = request.inner.executor();
    Ok(match (values, alpha) {
        (Some(values), _) => {
            let values = values.into_array()?.into_typed::<u8>()?;
            let any = move || values.map_axis(Axis(0), |bands| bands.fold(0, |any, band| any | band));
            Some(run(executor, any).await?)
        }
        (None, Some(alpha)) => {
            let alpha = alpha.into_array()?;
            Some(plane(run(executor, move || to_8_bit(alpha)).await?)?)
        }
        (None, None) => None,
    })
}

/// (band, row, column) to (row, column, band).
pub(crate) fn interleave(array: Array) -> Array {
    with_array!(array, array => Array::from(array.permuted_axes([1, 2, 0]).as_standard_layout().into_owned()))
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
    Ok(array.into_typed::<u8>()?.index_axis_move(Axis(0), 0))
}
