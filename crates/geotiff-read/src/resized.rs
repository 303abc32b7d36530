//! Reads at another size: which level, which pixels, and what surrounds them.

use std::sync::{Arc, Mutex, PoisonError};

use futures::future::try_join_all;
use geotiff_core::{ColorTable, DataType};
use ndarray::{Array2, Array3, Axis, s};

use crate::executor::run;
use crate::geotiff::Inner;
use crate::level_choice::choose_level;
use crate::raster::{MaskKind, Validity};
use crate::resample::{Band, Chunk, Pixel, PixelRect, ReadWindow, Resampler, Resampling};
use crate::window::{Edge, PixelWindow, Window};
use crate::{Array, Error, ErrorKind, Raster, ReadOptions, Sample, read, transform};

/// Source pixels are fetched in parts of about this many bytes where an output needs more.
const PART_BYTES: u64 = 64 << 20;

/// The part of the output that the image covers, and the window of the image that it shows.
struct Covered {
    window: ReadWindow,
    /// First column and row in the output.
    offset: (u32, u32),
    /// Columns and rows.
    size: (u32, u32),
}

/// A read of one level at one size.
struct Job<'a> {
    inner: &'a Inner,
    level: usize,
    resampler: Resampler,
    bands: Vec<u16>,
    method: Resampling,
    /// Whether pixels without a value must be left out, and so are to be known.
    masked: bool,
}

/// Reads pixels at `options.size`, from `level` or the one that GDAL would choose.
pub(crate) async fn read_resized(
    inner: &Inner,
    level: Option<usize>,
    size: (u32, u32),
    options: &ReadOptions,
) -> Result<Raster, Error> {
    let base = inner.level(level.unwrap_or(0));
    let full = base.size();
    let window = options.window.unwrap_or_else(|| PixelWindow::whole(full.0, full.1).into());
    let (window, size) = clip(window, full, size, options.edge)?;
    let bands = read::bands(inner, level.unwrap_or(0), options)?;
    let data_type = base.data_type()?;
    let shape = [bands.len(), size.1 as usize, size.0 as usize];
    read::check_output_size(inner, shape, data_type)?;

    let kinds = inner.mask_kinds(level.unwrap_or(0));
    let kinds: Vec<MaskKind> = bands.iter().map(|band| kinds[usize::from(*band) - 1]).collect();
    let covered = cover(window, full, size)?;
    let has_palette = inner.page().metadata().color_table().is_some();
    let method = options.resampling.for_band(data_type.is_complex(), has_palette);
    let mut data = Array::zeros(data_type, shape)?;
    let mut masks = Array3::from_elem(shape, 0);
    if covered.as_ref().is_none_or(|covered| covered.size != size) {
        let fill = read::outside_sample(inner, data_type, options.edge)?;
        data = run(inner.executor(), move || filled(data, &fill)).await?;
    }
    if let Some(covered) = &covered {
        let masked = kinds.iter().any(|kind| *kind != MaskKind::AllValid);
        let job = Job::new(inner, level, covered, &bands, method, masked && method != Resampling::Nearest)?;
        let out = Arc::new(Mutex::new(Outputs { data, masks: None }));
        job.carry_out(&out, covered.offset).await?;
        data = take(out)?.data;
        if options.mask && masked {
            // Masks are never interpolated, and so may come from another level.
            let job = Job::new(inner, level, covered, &bands, Resampling::Nearest, true)?;
            let scratch = Array::zeros(DataType::UInt8, [0, 0, 0])?;
            let out = Arc::new(Mutex::new(Outputs { data: scratch, masks: Some(masks) }));
            job.carry_out(&out, covered.offset).await?;
            masks = take(out)?.masks.unwrap_or_default();
        }
    }
    let inside = covered.map(|covered| {
        let ((col, row), (width, height)) = (covered.offset, covered.size);
        [col as usize..(col + width) as usize, row as usize..(row + height) as usize]
    });
    let validity = kinds.iter().zip(masks.outer_iter()).map(|(kind, mask)| match kind {
        MaskKind::AllValid => Validity::All,
        _ if options.mask => Validity::Shared(mask.to_owned()),
        _ => Validity::All,
    });
    let validity = validity.collect();
    if options.interleaved {
        data = run(inner.executor(), move || read::interleave(data)).await?;
    }
    let scale = (window.width / f64::from(size.0), window.height / f64::from(size.1));
    let base = inner.transform(level.unwrap_or(0));
    Ok(Raster {
        data,
        bands,
        transform: base.map(|base| transform::rebase(base, (window.col_off, window.row_off), scale)),
        crs: None,
        nodata: inner.page().nodata(),
        interleaved: options.interleaved,
        mask_kinds: kinds,
        validity,
        inside,
    })
}

/// The window by `edge`; a clipped one is given its share of the size.
fn clip(
    window: Window,
    (width, height): (u32, u32),
    size: (u32, u32),
    edge: Edge,
) -> Result<(Window, (u32, u32)), Error> {
    window.check()?;
    if size.0 == 0 || size.1 == 0 {
        return Err(Error::usage(format!("an output of {} x {} pixels is empty", size.0, size.1)));
    }
    let cut = |first: f64, count: f64, most: u32| {
        let (start, end) = (first.max(0.0), (first + count).min(f64::from(most)));
        (start, end - start)
    };
    let (col, columns) = cut(window.col_off, window.width, width);
    let (row, rows) = cut(window.row_off, window.height, height);
    let is_inside =
        (col, columns, row, rows) == (window.col_off, window.width, window.row_off, window.height);
    match edge {
        Edge::Fill(_) => Ok((window, size)),
        _ if is_inside => Ok((window, size)),
        Edge::Clip if columns > 0.0 && rows > 0.0 => {
            let share = |part: f64, of: f64, size: u32| ((part / of * f64::from(size)).round() as u32).max(1);
            let size = (share(columns, window.width, size.0), share(rows, window.height, size.1));
            Ok((Window::new(col, row, columns, rows), size))
        }
        _ => Err(Error::usage(format!(
            "window {window} (column, row, width, height) is not inside the image of {width} x {height} pixels"
        ))),
    }
}

/// What of the output the image covers, in whole pixels of the output.
fn cover(window: Window, full: (u32, u32), size: (u32, u32)) -> Result<Option<Covered>, Error> {
    let axis = |first: f64, count: f64, most: u32, size: u32| {
        let scale = f64::from(size) / count;
        let (start, end) = (first.max(0.0), (first + count).min(f64::from(most)));
        let from = ((start - first) * scale).round() as u32;
        let to = (((end - first) * scale).round() as u32).min(size);
        (end > start && to > from).then(|| (start, end - start, from, to - from))
    };
    let columns = axis(window.col_off, window.width, full.0, size.0);
    let rows = axis(window.row_off, window.height, full.1, size.1);
    let (Some((x, width, left, across)), Some((y, height, top, down))) = (columns, rows) else {
        return Ok(None);
    };
    let window = ReadWindow::new(x, y, width, height)?;
    Ok(Some(Covered { window, offset: (left, top), size: (across, down) }))
}

fn filled(mut data: Array, sample: &[u8]) -> Array {
    for place in data.as_bytes_mut().unwrap_or_default().chunks_exact_mut(sample.len()) {
        place.copy_from_slice(sample);
    }
    data
}

/// What the parts of a read are gathered in.
struct Outputs {
    data: Array,
    /// When the read is of masks rather than data.
    masks: Option<Array3<u8>>,
}

fn take(outputs: Arc<Mutex<Outputs>>) -> Result<Outputs, Error> {
    let outputs = Arc::into_inner(outputs).ok_or_else(|| Error::usage("a worker still holds the output"))?;
    Ok(outputs.into_inner().unwrap_or_else(PoisonError::into_inner))
}

impl<'a> Job<'a> {
    fn new(
        inner: &'a Inner,
        level: Option<usize>,
        covered: &Covered,
        bands: &[u16],
        method: Resampling,
        masked: bool,
    ) -> Result<Self, Error> {
        let full = inner.level(level.unwrap_or(0)).size();
        let overviews: Vec<(u32, u32)> = match level {
            Some(_) => Vec::new(),
            None => (1..inner.level_count()).map(|level| inner.level(level).size()).collect(),
        };
        let chosen = choose_level(full, &overviews, &covered.window, covered.size, method);
        let (level, window) = match chosen {
            Some(overview) => (overview + 1, covered.window.on_overview(full, overviews[overview])),
            None => (level.unwrap_or(0), covered.window),
        };
        let state = inner.level(level);
        let mut resampler = Resampler::new(window, covered.size, state.size(), method)?
            .with_block_width(state.image().chunks().chunk_width());
        if bands.len() > 1 {
            resampler = resampler.with_several_bands();
        }
        Ok(Self { inner, level, resampler, bands: bands.to_vec(), method, masked })
    }

    /// Fetches the source part by part, and resamples each on the executor.
    async fn carry_out(&self, out: &Arc<Mutex<Outputs>>, offset: (u32, u32)) -> Result<(), Error> {
        for part in self.parts()? {
            let source = part.iter().map(|chunk| chunk.source).reduce(union);
            let Some(source) = source else { continue };
            let options = ReadOptions::new()
                .window(Window::new(source.x, source.y, source.width, source.height))
                .bands(self.bands.iter().copied())
                .mask(self.masked);
            let raster = read::read(self.inner, self.level, &options).await?;
            self.resample(raster, source, &part, out, offset).await?;
        }
        Ok(())
    }

    /// The chunks of the work, gathered while their common source stays small.
    fn parts(&self) -> Result<Vec<Vec<Chunk>>, Error> {
        let sample_size = self.inner.level(self.level).data_type()?.size() as u64;
        let bytes = |source: PixelRect| {
            u64::from(source.width) * u64::from(source.height) * sample_size * self.bands.len() as u64
        };
        let mut parts: Vec<(PixelRect, Vec<Chunk>)> = Vec::new();
        for chunk in self.resampler.chunks() {
            match parts.last_mut().map(|(source, chunks)| (union(*source, chunk.source), source, chunks)) {
                Some((both, source, chunks)) if bytes(both) <= PART_BYTES => {
                    *source = both;
                    chunks.push(chunk);
                }
                _ => parts.push((chunk.source, vec![chunk])),
            }
        }
        Ok(parts.into_iter().map(|(_, chunks)| chunks).collect())
    }

    async fn resample(
        &self,
        raster: Raster,
        source: PixelRect,
        chunks: &[Chunk],
        out: &Arc<Mutex<Outputs>>,
        offset: (u32, u32),
    ) -> Result<(), Error> {
        let is_mask = out.lock().unwrap_or_else(PoisonError::into_inner).masks.is_some();
        let page = self.inner.page();
        let bits = self.inner.level(self.level).image().bits_per_sample().first().copied().unwrap_or(0);
        let shared = Arc::new(Shared {
            nodata: page.nodata().map(|nodata| nodata.as_f64()),
            palette: page.metadata().color_table().cloned().filter(|_| self.method != Resampling::Nearest),
            masks: (self.masked || is_mask).then(|| raster.masks()),
            raster,
            source,
            bits,
            resampler: self.resampler.clone(),
        });
        let pairs = (0..self.bands.len()).flat_map(|band| chunks.iter().map(move |chunk| (band, *chunk)));
        let jobs = pairs.map(|(band, chunk)| {
            let (shared, out) = (Arc::clone(&shared), Arc::clone(out));
            run(self.inner.executor(), move || match is_mask {
                true => shared.mask(band, &chunk, &out, offset),
                false => shared.pixels(band, &chunk, &out, offset),
            })
        });
        for result in try_join_all(jobs).await? {
            result?;
        }
        Ok(())
    }
}

/// The source of one part, for the jobs that resample it.
struct Shared {
    raster: Raster,
    masks: Option<Array3<u8>>,
    nodata: Option<f64>,
    palette: Option<ColorTable>,
    bits: u16,
    source: PixelRect,
    resampler: Resampler,
}

impl Shared {
    fn pixels(
        &self,
        index: usize,
        chunk: &Chunk,
        out: &Mutex<Outputs>,
        offset: (u32, u32),
    ) -> Result<(), Error> {
        with_array!(&self.raster.data, array => self.pixels_of(array, index, chunk, out, offset))
    }

    fn pixels_of<T: Sample + Pixel>(
        &self,
        array: &Array3<T>,
        index: usize,
        chunk: &Chunk,
        out: &Mutex<Outputs>,
        offset: (u32, u32),
    ) -> Result<(), Error> {
        let is_masked = self.raster.mask_kinds[index] != MaskKind::AllValid;
        let pixels = array.index_axis(Axis(0), index);
        let mut band = Band::new(pixels, (self.source.x, self.source.y)).with_bits(self.bits);
        if let Some(masks) = self.masks.as_ref().filter(|_| is_masked) {
            band = band.with_validity(masks.index_axis(Axis(0), index));
        }
        if let Some(nodata) = self.nodata {
            band = band.with_nodata(nodata);
        }
        if let Some(palette) = &self.palette {
            band = band.with_palette(palette.entries());
        }
        let mut part = Array2::default((chunk.out.height as usize, chunk.out.width as usize));
        self.resampler.resample_chunk(chunk, &band, part.view_mut())?;
        let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
        let all = out.data.view_mut::<T>().ok_or_else(|| Error::usage("the output is of another type"))?;
        place(all.index_axis_move(Axis(0), index), &part, chunk, offset);
        Ok(())
    }

    fn mask(
        &self,
        index: usize,
        chunk: &Chunk,
        out: &Mutex<Outputs>,
        offset: (u32, u32),
    ) -> Result<(), Error> {
        let Some(masks) = &self.masks else { return Ok(()) };
        let mut part = Array2::default((chunk.out.height as usize, chunk.out.width as usize));
        let band = Band::new(masks.index_axis(Axis(0), index), (self.source.x, self.source.y));
        self.resampler.resample_chunk(chunk, &band, part.view_mut())?;
        let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(all) = &mut out.masks {
            place(all.index_axis_mut(Axis(0), index), &part, chunk, offset);
        }
        Ok(())
    }
}

fn place<T: Clone>(
    mut all: ndarray::ArrayViewMut2<'_, T>,
    part: &Array2<T>,
    chunk: &Chunk,
    (left, top): (u32, u32),
) {
    let (x, y) = ((left + chunk.out.x) as usize, (top + chunk.out.y) as usize);
    let (height, width) = part.dim();
    all.slice_mut(s![y..y + height, x..x + width]).assign(part);
}

fn union(a: PixelRect, b: PixelRect) -> PixelRect {
    let (x, y) = (a.x.min(b.x), a.y.min(b.y));
    let (right, bottom) = ((a.x + a.width).max(b.x + b.width), (a.y + a.height).max(b.y + b.height));
    PixelRect { x, y, width: right - x, height: bottom - y }
}

impl From<crate::resample::ResampleError> for Error {
    fn from(error: crate::resample::ResampleError) -> Self {
        use crate::resample::ResampleErrorKind as Kind;
        let kind = match error.kind() {
            Kind::Limit => ErrorKind::Limit,
            _ => ErrorKind::Usage,
        };
        Self::new(kind, "the image cannot be resampled so").with_source(error)
    }
}
