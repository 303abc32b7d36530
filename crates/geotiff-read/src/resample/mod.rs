//! Decimated and enlarged reads as GDAL 3.10's RasterIO does them, as pure functions of pixels.
//!
//! A [`Resampler`] knows a window of one level, the size of the output and the method. It says which pixels it
//! needs ([`source`](Resampler::source)), and computes the output from them ([`resample`](Resampler::resample)),
//! at once or chunk by chunk. Which level to read is [`choose_level`](crate::level_choice::choose_level)'s
//! business.
//!
//! ```
//! use geotiff_read::resample::{Band, ReadWindow, Resampler, Resampling};
//! use ndarray::Array2;
//!
//! let pixels = Array2::from_shape_fn((4, 6), |(row, column)| (10 * row + column) as u8);
//! let resampler = Resampler::new(ReadWindow::whole(6, 4), (3, 2), (6, 4), Resampling::Average)?;
//! let smaller = resampler.resample(&Band::new(pixels.view(), (0, 0)))?;
//! assert_eq!(smaller, ndarray::array![[6, 8, 10], [26, 28, 30]]);
//! # Ok::<(), geotiff_read::resample::ResampleError>(())
//! ```
//!
//! # What the answer is
//!
//! The pixels that `rasterio.DatasetReader.read(window=…, out_shape=…, resampling=…)` returns, with the same
//! working type, weights and rounding:
//!
//! - [`Nearest`](Resampling::Nearest) takes the pixel under the centre of the output pixel, a centre within
//!   10⁻¹⁰ below a pixel's edge counting as on it.
//! - The four kernels are convolutions in float64, along rows and then along columns. Where an image is made
//!   smaller the kernel is widened by the ratio. At the image's edge it is cut off and its weights are scaled to
//!   add up to 1. It is cut off too where GDAL did not read far enough: at the edge of a window or chunk, whose
//!   margin is the kernel's radius times the *rounded* ratio. Sums of 8- and 16-bit integers and of float32 are
//!   rounded to float32, others stay float64, and are then [converted](convert_slice) to the band's type.
//! - [`Average`](Resampling::Average) and [`Rms`](Resampling::Rms) weight the pixels at the edge of an output pixel by
//!   the part that it covers; a fraction below 10⁻⁸ is none. [`Mode`](Resampling::Mode) counts each pixel that is
//!   touched as one.
//! - `Max`, `Min`, `Med`, `Q1`, `Q3` and `Sum`, which rasterio refuses for reads, are those of GDAL's warper: of every
//!   valid pixel that is touched; a sum weights them by the part that is covered.
//! - [`Gauss`](Resampling::Gauss) ignores the fraction of a pixel by which a window is shifted.
//! - A window of whole pixels read at its own size is copied, whatever the method.
//! - With a mask, invalid pixels have no weight, and an output pixel without a valid one is nodata, or 0. The
//!   cubic and lanczos kernels also want an unbroken run of valid pixels under half of the kernel. A mask of
//!   partial validity (an alpha band) weights the kernels' pixels by its value; elsewhere all above 0 is valid.
//!   An invalid NaN still spoils every kernel that touches it, for 0 × NaN is NaN; averages and modes skip it.
//! - A computed pixel that would come out as nodata becomes the next value up, so that it stays valid; not so
//!   with gauss and mode.
//! - A `uint8` band's mode leaves out nodata but knows no mask.
//! - Complex samples go through the warper in GDAL; here their parts are resampled each on its own, which is the
//!   same for most reads. See below for where it is not.
//!
//! Masks are always resampled by nearest: read the mask with a resampler of its own. (rasterio passes the
//! method on to the mask when `masked=True`, and `read_masks` takes one; it defaults to nearest.) Since the level
//! is chosen by method, GDAL may take a mask from another level than the pixels.
//!
//! # What differs
//!
//! - Complex samples: GDAL's warper enlarges with `cubic` as if it were `bilinear` near the image's edge, has
//!   other `cubic_spline` weights in the fourth decimal, and loses pixels of `lanczos` where the centre of an output
//!   pixel falls on that of a source pixel.
//! - GDAL can decode a JPEG-compressed image at 1/2, 1/4 and 1/8 of its size, and does so for decimated nearest
//!   reads; there are no such levels here.
//! - Reading several bands at once into another data type with one of the four kernels, rasterio skips the rounding
//!   to the band's type; here a band always keeps its type until it is [converted](convert_slice).
//!
//! # Boundless reads
//!
//! With `boundless=True` rasterio 1.4 does not read the dataset but a VRT that it builds around it: the image as
//! the only source, placed at the window's negated offset, in a raster one pixel larger than the larger of image
//! and window; the method becomes the `resampling` attribute of the VRT's sources; the fill value becomes the
//! VRT's nodata. The window (at the VRT's origin) is then read into `out_shape` by *nearest*, from the VRT; the
//! method comes into play inside the VRT, which asks the image for the part of the output that the image covers.
//! Consequences: max, min, med, q1, q3 and sum are not refused but read as nearest, and the kernels never see the
//! fill value. A reader that wants the same answer splits the output: the part that the image covers is an ordinary
//! resampled read, the rest is fill. (Nothing here does that.)

mod average;
mod complex;
mod convert;
mod convolution;
mod error;
mod gauss;
mod geometry;
mod kernels;
mod method;
mod mode;
mod order;
mod palette;
mod pixel;
mod window;

use ndarray::{Array2, ArrayView2, ArrayViewMut2, CowArray, Ix2, s};
use num_complex::Complex;

pub use convert::{ConvertTo, convert_slice};
pub use error::{ResampleError, ResampleErrorKind};
pub use geometry::Chunk;
pub use method::Resampling;
pub use window::{PixelRect, ReadWindow};

use crate::Sample;
use geometry::Axis;
use pixel::{Counted, Real};

/// The pixels of one band of a level, or as many as are needed, and what makes some of them invalid.
#[derive(Clone, Debug)]
pub struct Band<'a, T> {
    pixels: ArrayView2<'a, T>,
    origin: (u32, u32),
    validity: Option<ArrayView2<'a, u8>>,
    nodata: Option<f64>,
    bits: u16,
    palette: Option<&'a [[u8; 4]]>,
}

#[allow(clippy::needless_pass_by_value, reason = "a view is a reference")]
impl<'a, T> Band<'a, T> {
    /// A band from its pixels (row, column), the first of which is at `origin` (column, row) of the level.
    pub fn new(pixels: ArrayView2<'a, T>, origin: (u32, u32)) -> Self {
        Self { pixels, origin, validity: None, nodata: None, bits: 0, palette: None }
    }

    /// Which pixels are valid: an array of the same shape, 0 for invalid, 255 for valid; between them for an
    /// alpha band. GDAL's mask of the band, made from its nodata, a mask or an alpha band.
    #[must_use]
    pub fn with_validity(mut self, validity: ArrayView2<'a, u8>) -> Self {
        self.validity = Some(validity);
        self
    }

    /// The band's nodata value: what an output pixel without a valid source pixel becomes, and what a computed
    /// one must not be. Which source pixels are invalid is for [`with_validity`](Self::with_validity) to say. It
    /// may lie outside of the sample type's range, as it may in a file.
    #[must_use]
    pub fn with_nodata(mut self, nodata: f64) -> Self {
        self.nodata = Some(nodata);
        self
    }

    /// The bits that a sample has in the file, where they are fewer than those of its type: cubic, cubic
    /// spline and lanczos do not exceed what they can hold.
    #[must_use]
    pub fn with_bits(mut self, bits: u16) -> Self {
        self.bits = bits;
        self
    }

    /// The band's colour table, as red, green, blue and alpha. Average, rms and gauss then work on colours and
    /// return the index of the nearest one.
    #[must_use]
    pub fn with_palette(mut self, palette: &'a [[u8; 4]]) -> Self {
        self.palette = Some(palette);
        self
    }

    fn rect(&self) -> PixelRect {
        let (height, width) = self.pixels.dim();
        let fit = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
        PixelRect { x: self.origin.0, y: self.origin.1, width: fit(width), height: fit(height) }
    }

    /// The part of the band, and of its validity, that is `rect`.
    fn cut(&self, rect: &PixelRect) -> (ArrayView2<'_, T>, Option<ArrayView2<'_, u8>>) {
        let x = (rect.x - self.origin.0) as usize;
        let y = (rect.y - self.origin.1) as usize;
        let part = s![y..y + rect.height as usize, x..x + rect.width as usize];
        (self.pixels.slice(part), self.validity.as_ref().map(|validity| validity.slice_move(part)))
    }
}

/// A resampled read of a window of one level: geometry and method, without pixels.
#[derive(Clone, Debug)]
pub struct Resampler {
    window: ReadWindow,
    out: (u32, u32),
    level: (u32, u32),
    method: Resampling,
    block_width: u32,
    several_bands: bool,
    x: Axis,
    y: Axis,
}

impl Resampler {
    /// For `window` of a level of `level` pixels, into `out` pixels, both (width, height).
    ///
    /// # Errors
    ///
    /// [`ResampleErrorKind::Window`] where the window does not lie in the level or the output is empty or beyond
    /// 2³¹ − 1 pixels wide or high.
    pub fn new(
        window: ReadWindow,
        out: (u32, u32),
        level: (u32, u32),
        method: Resampling,
    ) -> Result<Self, ResampleError> {
        window.check_inside(level)?;
        let addressable = 1..=i32::MAX as u32;
        if !(addressable.contains(&out.0) && addressable.contains(&out.1)) {
            return Err(ResampleError::new(
                ResampleErrorKind::Window,
                format!("an output of {} x {} pixels is empty or too large", out.0, out.1),
            ));
        }
        let x = Axis::new(window.x, window.width, window.column, out.0, level.0);
        let y = Axis::new(window.y, window.height, window.row, out.1, level.1);
        let method = if window.is_whole() && (window.columns, window.rows) == out {
            Resampling::Nearest
        } else {
            method
        };
        Ok(Self { window, out, level, method, block_width: 0, several_bands: false, x, y })
    }

    /// The width of the level's tiles, or the level's for strips. It decides how GDAL cuts large reads into
    /// chunks, which shows in pixels at the chunks' edges.
    #[must_use]
    pub fn with_block_width(mut self, width: u32) -> Self {
        self.block_width = width;
        self
    }

    /// Read as GDAL reads several bands at once: with the four kernels, bands of one type that share their mask,
    /// or have none, and have no nodata value, get the margin of the axis with the larger ratio on both. It
    /// shows only at the edges of windows and chunks, where the ratios differ.
    #[must_use]
    pub fn with_several_bands(mut self) -> Self {
        self.several_bands = self.method.is_convolution();
        self
    }

    /// The size of the output, (width, height).
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        self.out
    }

    /// The parts into which GDAL cuts the work: each has up to 2²⁰ source pixels and its margins. They tile the
    /// output and can be computed in any order; their sources overlap.
    #[must_use]
    pub fn chunks(&self) -> Vec<Chunk> {
        geometry::chunks(&self.window, &self.x, &self.y, self.method, self.block_width, self.several_bands)
    }

    /// The pixels of the level that are needed.
    #[must_use]
    pub fn source(&self) -> PixelRect {
        let chunks = self.chunks().into_iter().map(|chunk| chunk.source);
        chunks.reduce(PixelRect::union).unwrap_or(PixelRect { x: 0, y: 0, width: 0, height: 0 })
    }

    /// The output, as (row, column).
    ///
    /// # Errors
    ///
    /// [`ResampleErrorKind::Pixels`] where the band does not cover the [`source`](Self::source);
    /// [`ResampleErrorKind::Limit`] where the output is larger than memory can address.
    pub fn resample<T: Sample>(&self, band: &Band<'_, T>) -> Result<Array2<T>, ResampleError> {
        let (width, height) = (self.out.0 as usize, self.out.1 as usize);
        let bytes = width.checked_mul(height).and_then(|pixels| pixels.checked_mul(size_of::<T>()));
        if bytes.is_none_or(|bytes| isize::try_from(bytes).is_err()) {
            return Err(ResampleError::new(
                ResampleErrorKind::Limit,
                format!("an output of {width} x {height} pixels does not fit in memory"),
            ));
        }
        let mut out = Array2::default((height, width));
        self.resample_into(band, out.view_mut())?;
        Ok(out)
    }

    /// The output, into an array of its size (row, column).
    ///
    /// # Errors
    ///
    /// [`ResampleErrorKind::Pixels`] where the band does not cover the [`source`](Self::source) or `out` has
    /// another size.
    pub fn resample_into<T: Sample>(
        &self,
        band: &Band<'_, T>,
        mut out: ArrayViewMut2<'_, T>,
    ) -> Result<(), ResampleError> {
        check_size(out.dim(), self.out)?;
        for chunk in self.chunks() {
            let (x, y) = (chunk.out.x as usize, chunk.out.y as usize);
            let part = s![y..y + chunk.out.height as usize, x..x + chunk.out.width as usize];
            self.resample_chunk(&chunk, band, out.slice_mut(part))?;
        }
        Ok(())
    }

    /// One chunk of the output, into an array of the chunk's size (row, column).
    ///
    /// # Errors
    ///
    /// [`ResampleErrorKind::Pixels`] where the band does not cover the chunk's source or `out` has another size;
    /// [`ResampleErrorKind::Window`] where the chunk does not lie in output and level.
    pub fn resample_chunk<T: Sample>(
        &self,
        chunk: &Chunk,
        band: &Band<'_, T>,
        out: ArrayViewMut2<'_, T>,
    ) -> Result<(), ResampleError> {
        check_size(out.dim(), (chunk.out.width, chunk.out.height))?;
        let whole = |(width, height)| PixelRect { x: 0, y: 0, width, height };
        if !(whole(self.out).contains(&chunk.out) && whole(self.level).contains(&chunk.source)) {
            return Err(ResampleError::new(ResampleErrorKind::Window, "the chunk is not one of this read"));
        }
        let covered = band.rect().contains(&chunk.source)
            && band.validity.as_ref().is_none_or(|validity| validity.dim() == band.pixels.dim());
        if !covered {
            let PixelRect { x, y, width, height } = chunk.source;
            return Err(ResampleError::new(
                ResampleErrorKind::Pixels,
                format!("the pixels and their validity do not cover {width} x {height} pixels at {x},{y}"),
            ));
        }
        if self.method == Resampling::Nearest {
            return self.copy_nearest(chunk, band, out);
        }
        T::resample_chunk(self, chunk, band, out);
        Ok(())
    }

    fn copy_nearest<T: Sample>(
        &self,
        chunk: &Chunk,
        band: &Band<'_, T>,
        mut out: ArrayViewMut2<'_, T>,
    ) -> Result<(), ResampleError> {
        let (pixels, _) = band.cut(&chunk.source);
        let outside = || ResampleError::new(ResampleErrorKind::Window, "the chunk is not one of this read");
        let places = |axis: &Axis, accumulated, first: u32, count: u32, source: u32| -> Vec<usize> {
            let all = axis.nearest(accumulated).into_iter().skip(first as usize).take(count as usize);
            all.map(|place| (place - i64::from(source)) as usize).collect()
        };
        let columns = places(&self.x, true, chunk.out.x, chunk.out.width, chunk.source.x);
        let rows = places(&self.y, false, chunk.out.y, chunk.out.height, chunk.source.y);
        if columns.iter().any(|c| *c >= pixels.ncols()) || rows.iter().any(|r| *r >= pixels.nrows()) {
            return Err(outside());
        }
        let neighbours = columns.windows(2).all(|pair| pair[1] == pair[0] + 1);
        for (mut target, row) in out.rows_mut().into_iter().zip(rows) {
            let source = pixels.row(row);
            match (neighbours, columns.first()) {
                (true, Some(first)) => target.assign(&source.slice(s![*first..*first + columns.len()])),
                _ => target.iter_mut().zip(&columns).for_each(|(pixel, column)| *pixel = source[*column]),
            }
        }
        Ok(())
    }

    /// The source of a chunk as the kernels take it; none where no pixel of it is valid.
    fn kernel_source<'b, T: Copy>(&self, chunk: &Chunk, band: &'b Band<'_, T>) -> Option<Source<'b, T>> {
        let (pixels, mut validity) = band.cut(&chunk.source);
        if let Some(mask) = &validity {
            let first = mask.first().copied().unwrap_or(0);
            if mask.iter().all(|value| *value == first) {
                if first == 0 {
                    return None;
                }
                validity = None;
            }
        }
        let x = i64::from(chunk.source.x) - self.x.origin;
        let y = i64::from(chunk.source.y) - self.y.origin;
        Some(Source { pixels: with_whole_rows(pixels), validity: validity.map(with_whole_rows), x, y })
    }

    /// One chunk of a band of real samples, by any method but nearest.
    pub(crate) fn resample_real<T: Real>(
        &self,
        chunk: &Chunk,
        band: &Band<'_, T>,
        mut out: ArrayViewMut2<'_, T>,
    ) {
        let Some(source) = self.kernel_source(chunk, band) else {
            out.fill(T::from_f64(band.nodata.unwrap_or(0.0)));
            return;
        };
        match (self.method, band.palette) {
            (Resampling::Average | Resampling::Rms, Some(palette)) => {
                palette::average(self, chunk, band, &source, palette, out);
            }
            (Resampling::Average | Resampling::Rms, None) => {
                average::resample(self, chunk, band, &source, out);
            }
            (Resampling::Mode, _) => mode::resample(self, chunk, band, &source, out),
            (Resampling::Gauss, _) => gauss::resample(self, chunk, band, &source, out),
            (method, _) if method.is_of_order() || method == Resampling::Sum => {
                order::resample(self, chunk, band, &source, out);
            }
            _ => convolution::resample(self, chunk, band, &source, out),
        }
    }

    /// As [`Resampler::resample_real`], for complex samples.
    pub(crate) fn resample_complex<P>(
        &self,
        chunk: &Chunk,
        band: &Band<'_, Complex<P>>,
        out: ArrayViewMut2<'_, Complex<P>>,
    ) where
        P: Copy + ConvertTo<f64>,
        f64: ConvertTo<P> + ConvertTo<Complex<P>>,
        Complex<P>: Counted,
    {
        complex::resample(self, chunk, band, out);
    }
}

/// The source of a chunk, in the kernels' coordinates; its rows are without gaps.
struct Source<'a, T> {
    pixels: CowArray<'a, T, Ix2>,
    /// None where every pixel is valid.
    validity: Option<CowArray<'a, u8, Ix2>>,
    /// The kernels' coordinate of the first column.
    x: i64,
    /// The kernels' coordinate of the first row.
    y: i64,
}

impl<T> Source<'_, T> {
    /// A row of pixels.
    fn row(&self, row: usize) -> &[T] {
        self.pixels.row(row).to_slice().unwrap_or_default()
    }

    /// A row of the validity, where some pixels are invalid.
    fn validity_row(&self, row: usize) -> Option<&[u8]> {
        self.validity.as_ref().and_then(|validity| validity.row(row).to_slice())
    }
}

/// The same pixels; copied where the pixels of a row are not next to each other.
#[allow(clippy::needless_pass_by_value, reason = "a view is a reference")]
fn with_whole_rows<T: Copy>(pixels: ArrayView2<'_, T>) -> CowArray<'_, T, Ix2> {
    if pixels.ncols() < 2 || pixels.strides()[1] == 1 {
        CowArray::from(pixels)
    } else {
        CowArray::from(pixels.as_standard_layout().into_owned())
    }
}

fn check_size(given: (usize, usize), (width, height): (u32, u32)) -> Result<(), ResampleError> {
    if given == (height as usize, width as usize) {
        return Ok(());
    }
    Err(ResampleError::new(
        ResampleErrorKind::Pixels,
        format!("an output of {} x {} pixels does not take {width} x {height}", given.1, given.0),
    ))
}
