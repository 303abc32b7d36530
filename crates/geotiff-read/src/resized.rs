//! Reads at another size: which level, which pixels, and what surrounds them.

use std::sync::{Arc, Mutex, PoisonError};

use futures::future::try_join_all;
use geotiff_core::ColorTable;
use ndarray::{Array2, Array3, Axis, s};

use crate::executor::run;
use crate::geotiff::Inner;
use crate::level_choice::choose_level;
use crate::outputs::{filled, interleave};
use crate::raster::{MaskKind, Validity};
use crate::resample::{Band, Chunk, PixelRect, ReadWindow, Resampler, Resampling};
use crate::transfer::Conversion;
use crate::window::{Edge, PixelWindow, Window};
use crate::{Array, Error, ErrorKind, Raster, ReadOptions, Sample, read, transform};

/// Source pixels are fetched in parts of about this many bytes where an output needs more.
const PART_BYTES: u64 = 32 << 20;

/// The band that a colour table is of, as in GDAL; one beside it is alpha.
const PALETTE_BAND: u16 = 1;

/// The part of the output that the image covers, and the window of the image that it shows.
struct Covered {
    window: ReadWindow,
    /// First column and row in the output.
    offset: (u32, u32),
    /// Columns and rows.
    size: (u32, u32),
}

/// A read of one level at one size: of pixels, of masks, or of both.
struct Job<'a> {
    inner: &'a Inner,
    options: &'a ReadOptions,
    level: usize,
    bands: &'a [u16],
    conversion: &'a Conversion,
    pixels: Option<Resampler>,
    /// For the band of palette indices, where there is one.
    indices: Option<Resampler>,
    masks: Option<Resampler>,
    /// Whether pixels without a value must be left out, and so are to be known.
    masked: bool,
}

/// A resampled read, checked against the image.
struct Request<'a> {
    inner: &'a Inner,
    /// As asked for; `None` for the one that GDAL would choose.
    level: Option<usize>,
    options: &'a ReadOptions,
    window: Window,
    size: (u32, u32),
    bands: Vec<u16>,
    kinds: Vec<MaskKind>,
    conversion: Conversion,
    covered: Option<Covered>,
}

/// Reads pixels at `options.size`, from `level` or the one that GDAL would choose.
pub(crate) async fn read_resized(
    inner: &Inner,
    level: Option<usize>,
    size: (u32, u32),
    options: &ReadOptions,
) -> Result<Raster, Error> {
    let request = Request::new(inner, level, size, options)?;
    let outputs = request.outputs().await?;
    let outputs = match &request.covered {
        Some(covered) => request.fill(covered, outputs).await?,
        None => outputs,
    };
    request.finish(outputs).await
}

impl<'a> Request<'a> {
    fn new(
        inner: &'a Inner,
        level: Option<usize>,
        size: (u32, u32),
        options: &'a ReadOptions,
    ) -> Result<Self, Error> {
        let base = level.unwrap_or(0);
        let full = inner.level(base).size();
        let window = options.window.unwrap_or_else(|| PixelWindow::whole(full.0, full.1).into());
        let (window, size) = clip(window, full, size, options.edge)?;
        let bands = read::bands(inner, base, options)?;
        let conversion = Conversion::new(inner, base, &bands, options)?;
        if conversion.from.is_complex() && options.resampling.is_of_order() {
            let message = format!("{} of complex samples", options.resampling);
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        read::check_output_size(inner, [bands.len(), size.1 as usize, size.0 as usize], conversion.to)?;
        let kinds = inner.mask_kinds(base);
        let kinds = bands.iter().map(|band| kinds[usize::from(*band) - 1]).collect();
        let covered = cover(window, full, size)?;
        Ok(Self { inner, level, options, window, size, bands, kinds, conversion, covered })
    }

    fn is_masked(&self) -> bool {
        self.kinds.iter().any(|kind| *kind != MaskKind::AllValid)
    }

    fn shape(&self) -> [usize; 3] {
        [self.bands.len(), self.size.1 as usize, self.size.0 as usize]
    }

    async fn outputs(&self) -> Result<Outputs, Error> {
        let mut data = Array::zeros(self.conversion.to, self.shape())?;
        if self.covered.as_ref().is_none_or(|covered| covered.size != self.size) {
            let fill = read::outside_samples(self.inner, &self.bands, &self.conversion, self.options.edge);
            data = run(self.inner.executor(), move || filled(data, &fill, false)).await?;
        }
        let with_masks = self.options.mask && self.is_masked();
        Ok(Outputs { data, masks: with_masks.then(|| Array3::zeros(self.shape())) })
    }

    /// Pixels and masks. Masks are never interpolated, and so may come from another level.
    async fn fill(&self, covered: &Covered, outputs: Outputs) -> Result<Outputs, Error> {
        let is_complex = self.conversion.from.is_complex();
        let has_palette = self.inner.page().metadata().color_table().is_some();
        let is_indices = |band: &u16| has_palette && *band == PALETTE_BAND;
        let only_indices = self.bands.iter().all(is_indices);
        let method = self.options.resampling.for_band(is_complex, only_indices);
        let (level, pixels) = self.resampler(covered, method)?;
        let indices = match !only_indices && self.bands.iter().any(is_indices) {
            true => Some(self.resampler_of(covered, level, method.for_band(is_complex, true))?),
            false => None,
        };
        let mask = match outputs.masks {
            Some(_) => Some(self.mask_resampler(covered)?),
            None => None,
        };
        let (here, elsewhere) = match mask {
            Some((mask_level, masks)) if mask_level == level => (Some(masks), None),
            elsewhere => (None, elsewhere),
        };
        let masked = self.is_masked() && method != Resampling::Nearest;
        let out = Arc::new(Mutex::new(outputs));
        let conversion = &self.conversion_from(level)?;
        let Self { inner, options, bands, .. } = self;
        let job = |level, masks| Job {
            inner,
            options,
            level,
            bands,
            conversion,
            pixels: None,
            indices: None,
            masks,
            masked: false,
        };
        let of_pixels = Job { pixels: Some(pixels), indices, masked, ..job(level, here) };
        of_pixels.carry_out(&out, covered.offset).await?;
        if let Some((level, masks)) = elsewhere {
            job(level, Some(masks)).carry_out(&out, covered.offset).await?;
        }
        take(out)
    }

    /// The conversion of the samples of a level, which may have a data type of its own.
    fn conversion_from(&self, level: usize) -> Result<Conversion, Error> {
        if self.inner.level(level).data_type()? == self.conversion.from {
            return Ok(self.conversion.clone());
        }
        let options = self.options.clone().data_type(self.conversion.to);
        Conversion::new(self.inner, level, &self.bands, &options)
    }

    /// The level to read for a method, and what to do with its pixels.
    fn resampler(&self, covered: &Covered, method: Resampling) -> Result<(usize, Resampler), Error> {
        self.resampler_of_levels(covered, method, |_| true)
    }

    /// The level to read masks of. Where the image has a mask, overviews without one of theirs know of none; masks by
    /// `NODATA_VALUES` are those of the image.
    fn mask_resampler(&self, covered: &Covered) -> Result<(usize, Resampler), Error> {
        let needs_mask = self.kinds.iter().any(|kind| kind.is_image());
        let by_values = self.kinds.contains(&MaskKind::NodataValues);
        let has_mask = |level| !by_values && (!needs_mask || self.inner.mask(level).is_some());
        self.resampler_of_levels(covered, Resampling::Nearest, has_mask)
    }

    fn resampler_of_levels(
        &self,
        covered: &Covered,
        method: Resampling,
        is_fit: impl Fn(usize) -> bool,
    ) -> Result<(usize, Resampler), Error> {
        let inner = self.inner;
        let base = self.level.unwrap_or(0);
        let levels: Vec<usize> = match self.level {
            Some(_) => Vec::new(),
            None => (1..inner.level_count()).filter(|level| is_fit(*level)).collect(),
        };
        let sizes: Vec<(u32, u32)> = levels.iter().map(|level| inner.level(*level).size()).collect();
        let chosen = choose_level(inner.level(base).size(), &sizes, &covered.window, covered.size, method);
        let level = chosen.map_or(base, |overview| levels[overview]);
        Ok((level, self.resampler_of(covered, level, method)?))
    }

    /// What to do with the pixels of a level, which is an overview only where none was asked for.
    fn resampler_of(&self, covered: &Covered, level: usize, method: Resampling) -> Result<Resampler, Error> {
        let state = self.inner.level(level);
        let window = match self.level {
            None if level > 0 => covered.window.on_overview(self.inner.level(0).size(), state.size()),
            _ => covered.window,
        };
        let mut resampler = Resampler::new(window, covered.size, state.size(), method)?
            .with_block_width(state.image().chunks().chunk_width());
        if self.bands.len() > 1 {
            resampler = resampler.with_several_bands();
        }
        Ok(resampler)
    }

    async fn finish(self, outputs: Outputs) -> Result<Raster, Error> {
        let mut data = outputs.data;
        if self.options.interleaved {
            data = run(self.inner.executor(), move || interleave(data)).await?;
        }
        let inside = self.covered.as_ref().map(|covered| {
            let ((col, row), (width, height)) = (covered.offset, covered.size);
            [col as usize..(col + width) as usize, row as usize..(row + height) as usize]
        });
        let masks = outputs.masks.map(Arc::new);
        let validity = self.kinds.iter().enumerate().map(|(band, kind)| match (kind, &masks) {
            (MaskKind::AllValid, _) | (_, None) => Validity::All,
            (_, Some(masks)) => Validity::Band(Arc::clone(masks), band),
        });
        let validity = validity.collect();
        let (window, size) = (self.window, self.size);
        let scale = (window.width / f64::from(size.0), window.height / f64::from(size.1));
        let base = self.inner.transform(self.level.unwrap_or(0));
        Ok(Raster {
            data,
            transform: base.map(|base| transform::rebase(base, (window.col_off, window.row_off), scale)),
            crs: None,
            nodata: self.bands.first().and_then(|band| self.inner.page().band_nodata(band - 1)),
            interleaved: self.options.interleaved,
            validity,
            inside,
            bands: self.bands,
            mask_kinds: self.kinds,
        })
    }
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

/// What the parts of a read are gathered in.
struct Outputs {
    data: Array,
    /// Where they are wanted.
    masks: Option<Array3<u8>>,
}

fn take(outputs: Arc<Mutex<Outputs>>) -> Result<Outputs, Error> {
    let outputs = Arc::into_inner(outputs).ok_or_else(|| Error::usage("a worker still holds the output"))?;
    Ok(outputs.into_inner().unwrap_or_else(PoisonError::into_inner))
}

impl Job<'_> {
    /// Fetches the source part by part, and resamples each on the executor.
    async fn carry_out(&self, out: &Arc<Mutex<Outputs>>, offset: (u32, u32)) -> Result<(), Error> {
        for (source, part) in self.parts()? {
            let mut options = ReadOptions::new()
                .window(Window::new(source.x, source.y, source.width, source.height))
                .bands(self.bands.iter().copied())
                .mask(self.masked || self.masks.is_some());
            options.trace.clone_from(&self.options.trace);
            options.budget.clone_from(&self.options.budget);
            let raster = read::read(self.inner, self.level, &options).await?;
            self.resample(raster, source, &part, out, offset).await?;
        }
        Ok(())
    }

    /// For each band, the nodata value that takes part. By a kernel GDAL resamples the first of several bands, and those
    /// after it that have the same mask, at once, and looks at none then.
    fn nodata(&self, raster: &Raster) -> Vec<Option<f64>> {
        use Resampling::{Bilinear, Cubic, CubicSpline, Lanczos};
        let page = self.inner.page();
        let at_once = self.bands.len() > 1
            && matches!(self.options.resampling, Bilinear | Cubic | CubicSpline | Lanczos);
        let mask = |(band, kind): (&u16, &MaskKind)| match kind {
            // The first band of the mask image.
            MaskKind::PerDataset => Some((MaskKind::PerBand, 1)),
            MaskKind::PerBand => Some((MaskKind::PerBand, *band)),
            MaskKind::Alpha => Some((MaskKind::Alpha, 0)),
            _ => None,
        };
        let masks: Vec<_> = raster.bands.iter().zip(&raster.mask_kinds).map(mask).collect();
        let shared = masks.iter().take_while(|mask| at_once && mask.is_some() && **mask == masks[0]).count();
        let of = |(index, band): (usize, &u16)| {
            page.written_nodata(band - 1).filter(|_| index >= shared).map(|nodata| nodata.as_f64())
        };
        raster.bands.iter().enumerate().map(of).collect()
    }

    /// The chunks of the work and their common source, gathered while that stays small.
    fn parts(&self) -> Result<Vec<(PixelRect, Vec<Chunk>)>, Error> {
        let sample_size = self.inner.level(self.level).data_type()?.size() as u64;
        let bytes = |source: PixelRect| {
            u64::from(source.width) * u64::from(source.height) * sample_size * self.bands.len() as u64
        };
        let chunks = self.pixels.as_ref().or(self.masks.as_ref()).map(Resampler::chunks).unwrap_or_default();
        let mut parts: Vec<(PixelRect, Vec<Chunk>)> = Vec::new();
        for chunk in chunks {
            match parts.last_mut().map(|(source, chunks)| (source.union(chunk.source), source, chunks)) {
                Some((both, source, chunks)) if bytes(both) <= PART_BYTES => {
                    *source = both;
                    chunks.push(chunk);
                }
                _ => parts.push((chunk.source, vec![chunk])),
            }
        }
        Ok(parts)
    }

    async fn resample(
        &self,
        raster: Raster,
        source: PixelRect,
        chunks: &[Chunk],
        out: &Arc<Mutex<Outputs>>,
        offset: (u32, u32),
    ) -> Result<(), Error> {
        let page = self.inner.page();
        let executor = self.inner.executor();
        let bits = self.inner.level(self.level).image().bits_per_sample().first().copied().unwrap_or(0);
        let with_masks = self.masked || self.masks.is_some();
        let (raster, masks) = run(executor, move || {
            let masks = with_masks.then(|| raster.masks());
            (raster, masks)
        })
        .await?;
        let shared = Arc::new(Shared {
            nodata: self.nodata(&raster),
            palette: page.metadata().color_table().cloned(),
            masks,
            raster,
            source,
            bits,
            masked: self.masked,
            pixel_resampler: self.pixels.clone(),
            index_resampler: self.indices.clone(),
            mask_resampler: self.masks.clone(),
            conversion: self.conversion.clone(),
        });
        let pairs = (0..self.bands.len()).flat_map(|band| chunks.iter().map(move |chunk| (band, *chunk)));
        let jobs = pairs.map(|(band, chunk)| {
            let (shared, out) = (Arc::clone(&shared), Arc::clone(out));
            run(executor, move || shared.resample(band, &chunk, &out, offset))
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
    /// For each band.
    nodata: Vec<Option<f64>>,
    palette: Option<ColorTable>,
    bits: u16,
    masked: bool,
    source: PixelRect,
    pixel_resampler: Option<Resampler>,
    index_resampler: Option<Resampler>,
    mask_resampler: Option<Resampler>,
    conversion: Conversion,
}

impl Shared {
    fn resample(
        &self,
        index: usize,
        chunk: &Chunk,
        out: &Mutex<Outputs>,
        offset: (u32, u32),
    ) -> Result<(), Error> {
        let is_indices = self.raster.bands[index] == PALETTE_BAND;
        let of_indices = self.index_resampler.as_ref().filter(|_| is_indices);
        if let Some(resampler) = of_indices.or(self.pixel_resampler.as_ref()) {
            with_array!(&self.raster.data, array => self.pixels(resampler, array, index, chunk, out, offset))?;
        }
        match (&self.mask_resampler, &self.masks) {
            (Some(resampler), Some(masks)) => self.mask(resampler, masks, index, chunk, out, offset),
            _ => Ok(()),
        }
    }

    fn pixels<T: Sample>(
        &self,
        resampler: &Resampler,
        array: &Array3<T>,
        index: usize,
        chunk: &Chunk,
        out: &Mutex<Outputs>,
        offset: (u32, u32),
    ) -> Result<(), Error> {
        let is_masked = self.masked && self.raster.mask_kinds[index] != MaskKind::AllValid;
        let pixels = array.index_axis(Axis(0), index);
        let mut band = Band::new(pixels, (self.source.x, self.source.y)).with_bits(self.bits);
        if let Some(masks) = self.masks.as_ref().filter(|_| is_masked) {
            band = band.with_validity(masks.index_axis(Axis(0), index));
        }
        if let Some(nodata) = self.nodata[index] {
            band = band.with_nodata(nodata);
        }
        if let Some(palette) = self.palette.as_ref().filter(|_| self.raster.bands[index] == PALETTE_BAND) {
            band = band.with_palette(palette.entries());
        }
        let mut part: Array2<T> = Array2::default((chunk.out.height as usize, chunk.out.width as usize));
        resampler.resample_chunk(chunk, &band, part.view_mut())?;
        let transfer = self.conversion.transfer(index);
        let size = self.conversion.to.size();
        let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
        let [_, height, width] = out.data.shape();
        let all = out.data.as_bytes_mut().ok_or_else(|| Error::usage("the output is not contiguous"))?;
        let (left, top) = ((offset.0 + chunk.out.x) as usize, (offset.1 + chunk.out.y) as usize);
        for (row, samples) in part.rows().into_iter().enumerate() {
            let start = ((index * height + top + row) * width + left) * size;
            let samples = samples.to_slice().unwrap_or_default();
            transfer.row(bytemuck::cast_slice(samples), &mut all[start..start + samples.len() * size]);
        }
        Ok(())
    }

    fn mask(
        &self,
        resampler: &Resampler,
        masks: &Array3<u8>,
        index: usize,
        chunk: &Chunk,
        out: &Mutex<Outputs>,
        (left, top): (u32, u32),
    ) -> Result<(), Error> {
        let mut part = Array2::default((chunk.out.height as usize, chunk.out.width as usize));
        let band = Band::new(masks.index_axis(Axis(0), index), (self.source.x, self.source.y));
        resampler.resample_chunk(chunk, &band, part.view_mut())?;
        let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(all) = &mut out.masks {
            let (x, y) = ((left + chunk.out.x) as usize, (top + chunk.out.y) as usize);
            let (height, width) = part.dim();
            all.slice_mut(s![index, y..y + height, x..x + width]).assign(&part);
        }
        Ok(())
    }
}
