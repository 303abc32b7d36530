//! Reads into memory of the caller's.

use std::ops::Range;
use std::pin::pin;

use futures::{StreamExt, stream};
use geotiff_core::Nodata;
use geotiff_crs::Crs;
use ndarray::{Array3, ArrayViewMut3, Axis, Slice, s};

use crate::executor::{run, yield_now};
use crate::geotiff::Inner;
use crate::read;
use crate::window::{Edge, PixelWindow};
use crate::{Error, GeoTiff, Level, MaskKind, Raster, ReadOptions, Sample};

/// Samples of a part that is read before it is copied: about this many bytes, unless a row of chunks is larger.
const PART_BYTES: u64 = 8 << 20;

/// Parts that are fetched and decoded while one is copied.
const AHEAD: usize = 2;

/// Bytes copied before others get a turn on the thread: well below a millisecond's worth.
const COPY_BYTES: usize = 256 << 10;

/// What a read into the caller's memory tells beside the pixels.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReadInfo {
    /// The masks, as [`Raster::masks`] gives them: `None` where every pixel is valid, or no mask was to be read.
    pub masks: Option<Array3<u8>>,
    /// `[a, b, c, d, e, f]` of the window, as [`Raster::transform`].
    pub transform: Option<[f64; 6]>,
    /// The CRS of the transform's coordinates.
    pub crs: Option<Crs>,
    /// The value of pixels without one.
    pub nodata: Option<Nodata>,
}

impl GeoTiff {
    /// As [`GeoTiff::read`], into `target`: an array or a part of one, of type `T`, into which the samples are
    /// converted as [`ReadOptions::data_type`] says. Its axes are (band, row, column), or (row, column, band) when the
    /// read is [interleaved](ReadOptions::interleaved); its strides are free.
    ///
    /// The pixels come by parts of whole rows, so that beside `target` no more than a few parts are held. After an
    /// error, and when the future was dropped, `target` may hold some of them.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// # use std::sync::Arc;
    /// use geotiff_read::{GeoTiff, ReadOptions, Window};
    /// use ndarray::{ArrayViewMut3, s};
    ///
    /// # let store = geotiff_io::MemoryStore::new();
    /// # store.put("scene.tif", std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scene.tif"))?);
    /// let tiff = GeoTiff::open(Arc::new(store), "scene.tif").await?;
    /// let mut memory = vec![0_f32; 3 * 32 * 64];
    /// let target = ArrayViewMut3::from_shape((3, 32, 64), &mut memory)?;
    /// tiff.read_into(&ReadOptions::new().window(Window::new(0, 0, 64, 32)), target).await?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// As [`GeoTiff::read`], and [`ErrorKind::Usage`](crate::ErrorKind::Usage) where the shape of `target` is not that
    /// of the result.
    pub async fn read_into<T: Sample>(
        &self,
        options: &ReadOptions,
        target: ArrayViewMut3<'_, T>,
    ) -> Result<ReadInfo, Error> {
        read_into(self.inner(), None, options, target).await.map_err(|error| error.at(self.path()))
    }
}

impl Level {
    /// As [`GeoTiff::read_into`], for this level; the window counts in its pixels.
    ///
    /// # Errors
    ///
    /// As [`GeoTiff::read_into`].
    pub async fn read_into<T: Sample>(
        &self,
        options: &ReadOptions,
        target: ArrayViewMut3<'_, T>,
    ) -> Result<ReadInfo, Error> {
        let read = read_into(self.inner(), Some(self.number()), options, target);
        read.await.map_err(|error| error.at(self.path()))
    }
}

async fn read_into<T: Sample>(
    inner: &Inner,
    level: Option<usize>,
    options: &ReadOptions,
    mut target: ArrayViewMut3<'_, T>,
) -> Result<ReadInfo, Error> {
    let options = options.clone().data_type(T::DATA_TYPE);
    let bands = read::bands(inner, level.unwrap_or(0), &options)?.len();
    let rows_axis = Axis(if options.interleaved { 0 } else { 1 });
    let windows = match options.size {
        Some(_) => None,
        None => Some(parts(inner, level.unwrap_or(0), &options, bands)?),
    };
    let (width, height) = match (options.size, &windows) {
        (Some((width, height)), _) => (width as usize, height as usize),
        (None, Some((window, _))) => (window.width as usize, window.height as usize),
        (None, None) => (0, 0),
    };
    let shape = if options.interleaved { [height, width, bands] } else { [bands, height, width] };
    // A clipped resampled read has the size that it turns out to have.
    if target.shape() != shape && !(options.size.is_some() && options.edge == Edge::Clip) {
        let message = format!("the array is {:?}, the result {shape:?}", target.shape());
        return Err(Error::usage(message));
    }
    let reads: Vec<ReadOptions> = match windows {
        None => vec![options.clone()],
        Some((_, parts)) => parts.into_iter().map(|part| options.clone().window(part)).collect(),
    };
    let mut rasters = pin!(
        stream::iter(reads).map(|options| async move { inner.read(level, &options).await }).buffered(AHEAD)
    );
    let mut info = None;
    let mut first = 0;
    while let Some(raster) = rasters.next().await {
        let raster = raster?;
        let rows = first..first + raster.height();
        first = rows.end;
        let info = info.get_or_insert_with(|| ReadInfo {
            masks: has_masks(&raster, &options).then(|| Array3::zeros((bands, height, width))),
            transform: raster.transform,
            crs: raster.crs.clone(),
            nodata: raster.nodata,
        });
        let target = target.slice_axis_mut(rows_axis, Slice::from(rows.clone()));
        place(inner, raster, target, rows_axis, info.masks.as_mut(), rows).await?;
    }
    info.ok_or_else(|| Error::usage("the window has no rows"))
}

fn has_masks(raster: &Raster, options: &ReadOptions) -> bool {
    options.mask && raster.mask_kinds().iter().any(|kind| *kind != MaskKind::AllValid)
}

/// Copies a part into its place, and its masks.
async fn place<T: Sample>(
    inner: &Inner,
    raster: Raster,
    mut target: ArrayViewMut3<'_, T>,
    rows_axis: Axis,
    masks: Option<&mut Array3<u8>>,
    rows: Range<usize>,
) -> Result<(), Error> {
    let data = match masks {
        None => raster.data,
        Some(all) => {
            let (data, masks) = run(inner.executor(), move || {
                let masks = raster.masks();
                (raster.data, masks)
            })
            .await?;
            copy(&masks, all.slice_mut(s![.., rows, ..]), Axis(1)).await?;
            data
        }
    };
    let data = data.into_typed::<T>()?;
    copy(&data, target.view_mut(), rows_axis).await
}

/// Copies by a few rows at a time, and lets others run in between.
async fn copy<T: Sample>(
    from: &Array3<T>,
    mut to: ArrayViewMut3<'_, T>,
    rows_axis: Axis,
) -> Result<(), Error> {
    if from.dim() != to.dim() {
        return Err(Error::usage(format!("the array is {:?}, the result {:?}", to.shape(), from.shape())));
    }
    let rows = from.len_of(rows_axis);
    let row_bytes = (from.len() / rows.max(1)).saturating_mul(size_of::<T>()).max(1);
    let step = (COPY_BYTES / row_bytes).max(1);
    for start in (0..rows).step_by(step) {
        let some = Slice::from(start..(start + step).min(rows));
        to.slice_axis_mut(rows_axis, some).assign(&from.slice_axis(rows_axis, some));
        yield_now().await;
    }
    Ok(())
}

/// The window of a read, and the windows of whole rows, along the chunks, that it is read in.
fn parts(
    inner: &Inner,
    level: usize,
    options: &ReadOptions,
    bands: usize,
) -> Result<(PixelWindow, Vec<PixelWindow>), Error> {
    let (window, _) = read::window(inner, level, options)?;
    let sample_size = options.data_type.map_or(1, |data_type| data_type.size()) as u64;
    let row_bytes = u64::from(window.width).saturating_mul(bands as u64 * sample_size).max(1);
    let chunk_height = i64::from(inner.level(level).image().chunks().chunk_height().max(1));
    let chunk_rows = i64::try_from(PART_BYTES / row_bytes).unwrap_or(i64::MAX) / chunk_height;
    let step = chunk_rows.max(1) * chunk_height;
    let mut parts = Vec::new();
    let mut row = window.row;
    while row < window.row_end() {
        // Up to a row of chunks, wherever the window begins.
        let end = ((row.div_euclid(step) + 1) * step).min(window.row_end());
        parts.push(PixelWindow { row, height: (end - row) as u32, ..window });
        row = end;
    }
    Ok((window, parts))
}
