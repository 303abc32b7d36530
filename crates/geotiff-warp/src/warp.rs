//! A warped read, from the level to the pixels.

use std::ops::Range;
use std::sync::Arc;

use futures::future::try_join_all;
use geotiff_core::{DataType, Nodata};
use geotiff_read::resample::Resampling;
use geotiff_read::{Array, GeoTiff, Level, MaskKind, Raster, ReadOptions, Sample, Window, run, transform};
use ndarray::{Array3, s};
use num_complex::Complex;

use crate::mapping::{Mapping, Turn};
use crate::positions::Positions;
use crate::resample::{Blank, Piece, Rule, Source, is_of_areas, resample};
use crate::scanlines::Scanlines;
use crate::{Error, ErrorKind, TargetGrid, WarpOptions, level};

/// Columns and rows of the parts that a large result is made in.
const BLOCK: u32 = 1024;
/// A part that needs more bytes of the source is divided.
const SOURCE_BYTES: u64 = 64 << 20;
/// Rows of a block of GDAL's `WarpedVRT`, each of which has a kernel of its own.
const STRIP_ROWS: usize = 128;
/// How far interpolated positions may be off, in source pixels, what a widened kernel is off included: GDAL's default, so
/// that the same pixels are taken.
const TOLERANCE: f64 = 0.125;
/// Rows that one job of the executor resamples, a part of a strip.
const ROWS_PER_JOB: usize = 64;

/// Reads any bounds, size and CRS out of a file: chooses the level as GDAL would, reads the part of it that the bounds
/// need with its mask, and resamples it by the rules of GDAL's warper, on the executor of `tiff`.
///
/// The pixels have the data type of the file. Those outside of it, and those whose source has no value, are invalid in
/// the masks and hold nodata, or 0. The nearest source pixel must be valid, except for average and mode, which are made
/// of every valid pixel under the output pixel.
///
/// ```
/// # futures::executor::block_on(async {
/// use std::sync::Arc;
/// use geotiff_crs::Crs;
/// use geotiff_read::GeoTiff;
/// use geotiff_warp::{TargetGrid, WarpOptions, warp};
///
/// # let store = geotiff_io::MemoryStore::new();
/// # store.put("scene.tif", std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scene.tif"))?);
/// # let store = Arc::new(store);
/// let tiff = GeoTiff::open(store, "scene.tif").await?;
/// # let own = tiff.crs()?.expect("a CRS").clone();
/// # let bounds = geotiff_tms::transform_bounds(&own, &Crs::from_epsg(3857)?, &{
/// #     let [left, bottom, right, top] = tiff.bounds().expect("bounds");
/// #     geotiff_tms::BoundingBox::new(left, bottom, right, top)
/// # })?.to_array();
/// let grid = TargetGrid::new(Crs::from_epsg(3857)?, bounds, 64, 48)?;
/// let raster = warp(&tiff, &grid, &WarpOptions::new()).await?;
/// assert_eq!(raster.data.shape(), [3, 48, 64]);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
///
/// # Errors
///
/// [`ErrorKind::NotGeoreferenced`] for a file without transform or CRS, [`ErrorKind::UnknownCrs`] where there is no
/// transform between the CRSs, [`ErrorKind::OutsideBounds`] where the image and the grid share no area,
/// [`ErrorKind::Unsupported`] for a method that warping does not do and for complex samples unless by nearest or mode,
/// [`ErrorKind::Read`] as [`GeoTiff::read`], [`ErrorKind::Usage`] for bands that are not there.
pub async fn warp(tiff: &GeoTiff, grid: &TargetGrid, options: &WarpOptions) -> Result<Raster, Error> {
    let job = Job::new(tiff, grid, options)?;
    macro_rules! typed {
        ($($variant:ident $sample:ty),*) => {
            match job.data_type {
                $(DataType::$variant => job.carry_out::<$sample>().await,)*
                other => Err(Error::new(ErrorKind::Unsupported, format!("samples of type {}", other.name()))),
            }
        };
    }
    typed!(
        UInt8 u8, Int8 i8, UInt16 u16, Int16 i16, UInt32 u32, Int32 i32, UInt64 u64, Int64 i64,
        Float32 f32, Float64 f64, ComplexInt16 Complex<i16>, ComplexInt32 Complex<i32>,
        Complex64 Complex<f32>, Complex128 Complex<f64>
    )
}

/// A part of the result, in whole pixels.
#[derive(Clone, Copy, Debug)]
struct Block {
    column: u32,
    row: u32,
    width: u32,
    height: u32,
}

impl Block {
    /// The parts of a result, in the order of its rows.
    fn all(grid: &TargetGrid) -> Vec<Self> {
        let starts = |count: u32| (0..count).step_by(BLOCK as usize);
        let cut = |start: u32, count: u32| BLOCK.min(count - start);
        starts(grid.height)
            .flat_map(|row| {
                let (width, height) = (grid.width, cut(row, grid.height));
                starts(width).map(move |column| Self { column, row, width: cut(column, width), height })
            })
            .collect()
    }

    /// The two halves of its longer side; `None` for a single pixel.
    fn halves(self) -> Option<[Self; 2]> {
        let Self { column, row, width, height } = self;
        if width.max(height) < 2 {
            return None;
        }
        Some(if width >= height {
            let half = width / 2;
            [Self { width: half, ..self }, Self { column: column + half, width: width - half, ..self }]
        } else {
            let half = height / 2;
            [Self { height: half, ..self }, Self { row: row + half, height: height - half, ..self }]
        })
    }

    /// The rows of its pixels' centres or, one more, of their corners.
    fn rows(self, corners: bool) -> Vec<f64> {
        let (more, offset) = lattice(corners);
        (0..self.height + more).map(|row| f64::from(self.row) + f64::from(row) + offset).collect()
    }

    /// The points of its pixels, counted from the first of a row of the result.
    fn points(self, corners: bool) -> Range<usize> {
        self.column as usize..(self.column + self.width + lattice(corners).0) as usize
    }
}

/// How many more corners than pixels a row has and where the first lies, or the same of centres.
fn lattice(corners: bool) -> (u32, f64) {
    if corners { (1, 0.0) } else { (0, 0.5) }
}

/// A rectangle of whole source pixels: first column, first row, columns, rows.
type Part = (usize, usize, usize, usize);

/// How the pixels of a block are made.
struct Rules {
    /// Source pixels to a pixel, along columns and rows.
    step: (f64, f64),
    strips: Vec<Rule>,
    /// Rows of a strip.
    rows: usize,
}

impl Rules {
    /// The rule of a row of the block.
    fn of_row(&self, row: usize) -> Option<Rule> {
        self.strips.get(row / self.rows).copied()
    }

    /// Source pixels needed on either side of a position, whatever its strip.
    fn reach(&self) -> (f64, f64) {
        let reaches = self.strips.iter().map(Rule::reach);
        reaches.fold((1.0, 1.0), |most, reach| (most.0.max(reach.0), most.1.max(reach.1)))
    }
}

struct Job<'a> {
    tiff: &'a GeoTiff,
    grid: &'a TargetGrid,
    level: Level,
    mapping: Arc<Mapping>,
    /// Whether the grid's CRS is that of the file.
    is_same_crs: bool,
    method: Resampling,
    exact: bool,
    bands: Vec<u16>,
    /// Of the bands.
    kinds: Vec<MaskKind>,
    data_type: DataType,
}

impl<'a> Job<'a> {
    fn new(tiff: &'a GeoTiff, grid: &'a TargetGrid, options: &WarpOptions) -> Result<Self, Error> {
        let missing = |what: &str| Error::new(ErrorKind::NotGeoreferenced, format!("the file has no {what}"));
        let crs = tiff.crs().map_err(|error| Error::from(error).of_kind(ErrorKind::UnknownCrs))?;
        let crs = crs.ok_or_else(|| missing("CRS"))?;
        let base = tiff.transform().ok_or_else(|| missing("transform"))?;
        let bounds = tiff.bounds().ok_or_else(|| missing("bounds"))?;
        let to_source = geotiff_crs::transformer(&grid.crs, crs)
            .map_err(|error| Error::from(error).about(format!("{} to {}", grid.crs.name(), crs.name())))?;
        let to_pixels = transform::invert(base).ok_or_else(|| missing("transform that can be inverted"))?;
        let mut mapping =
            Mapping { target: grid.transform(), to_source, to_pixels, turn: Turn::of(crs, bounds) };
        let data_type = tiff.data_type()?;
        let method = options.resampling;
        check_method(method, data_type)?;
        let bands = bands(tiff, options)?;
        check_size(tiff, grid, data_type, bands.len())?;
        let level = tiff.level(level::choose(tiff, &mapping, grid, method))?;
        let (across, down) = (f64::from(tiff.width()), f64::from(tiff.height()));
        let scale = (f64::from(level.width()) / across, f64::from(level.height()) / down);
        let [a, b, c, d, e, f] = mapping.to_pixels;
        mapping.to_pixels = [a * scale.0, b * scale.0, c * scale.0, d * scale.1, e * scale.1, f * scale.1];
        let all_kinds = level.mask_kinds();
        let kinds = bands.iter().map(|band| all_kinds[usize::from(*band) - 1]).collect();
        let (mapping, exact, is_same_crs) = (Arc::new(mapping), options.exact, *crs == grid.crs);
        Ok(Self { tiff, grid, level, mapping, is_same_crs, method, exact, bands, kinds, data_type })
    }

    async fn carry_out<T: Sample>(&self) -> Result<Raster, Error>
    where
        Array: From<Array3<T>>,
    {
        let blanks: Arc<[Blank<T>]> =
            self.bands.iter().map(|band| self.nodata(*band).map_or_else(Blank::zero, blank)).collect();
        let shape = (self.bands.len(), self.grid.height as usize, self.grid.width as usize);
        let mut data = Blank::fill(&blanks, shape);
        let mut masks = Array3::zeros(shape);
        let mut blocks = Block::all(self.grid);
        let mut is_met = false;
        while let Some(block) = blocks.pop() {
            let (positions, rules) = self.positions(block).await?;
            let Some(part) = self.part(&positions, &rules) else { continue };
            is_met = true;
            if self.bytes(part) > SOURCE_BYTES
                && let Some(halves) = block.halves()
            {
                blocks.extend(halves);
                continue;
            }
            let source = Arc::new(self.read(part).await?);
            let (column, row) = (block.column as usize, block.row as usize);
            for (first, piece) in self.resample(&source, positions, block, &rules, &blanks).await? {
                let (_, height, width) = piece.data.dim();
                let (top, columns) = (row + first, column..column + width);
                data.slice_mut(s![.., top..top + height, columns.clone()]).assign(&piece.data);
                masks.slice_mut(s![.., top..top + height, columns]).assign(&piece.masks);
            }
        }
        if !is_met {
            self.check_bounds()?;
        }
        self.raster(data, &masks)
    }

    /// The nodata value of a band, from 1.
    fn nodata(&self, band: u16) -> Option<Nodata> {
        self.tiff.page().band_nodata(band - 1)
    }

    /// Where the block's pixels lie in the level, and how they are made.
    async fn positions(&self, block: Block) -> Result<(Positions, Rules), Error> {
        let rows = block.rows(is_of_areas(self.method)).len();
        let size = (f64::from(self.level.width()), f64::from(self.level.height()));
        // A `WarpedVRT` warps an image with nodata at once, and one that gets an alpha band by its blocks. An image in
        // the CRS of the grid is read without one, at its true scale; and other rules have no kernel to widen.
        let is_read = self.is_same_crs || !Rule::has_kernel(self.method);
        let strip = if is_read || self.tiff.nodata().is_some() { rows } else { STRIP_ROWS };
        let (locate, method, scale) = (self.locator(block), self.method, self.scale());
        let work = move || {
            let positions = locate(TOLERANCE);
            let step = positions.ratios().unwrap_or((1.0, 1.0));
            let ratios = if is_read { vec![step] } else { positions.window_ratios(strip, size, step) };
            let strips =
                ratios.into_iter().map(|ratios| Rule::new(method, ratios)).collect::<Option<Vec<_>>>()?;
            // A bias is in pixels of the level, which are larger.
            let bias = strips.iter().map(Rule::bias).fold(0.0, f64::max);
            let left = (TOLERANCE - bias) * scale.0.min(scale.1);
            let positions = if left < TOLERANCE { locate(left) } else { positions };
            Some((positions, Rules { step, strips, rows: strip }))
        };
        let unknown = || Error::new(ErrorKind::Unsupported, format!("warping by {}", self.method));
        run(self.tiff.executor(), work).await?.ok_or_else(unknown)
    }

    /// Pixels of the full resolution to one of the level, along columns and rows.
    fn scale(&self) -> (f64, f64) {
        let of_full = |full: u32, level: u32| f64::from(full) / f64::from(level);
        let (tiff, level) = (self.tiff, &self.level);
        (of_full(tiff.width(), level.width()), of_full(tiff.height(), level.height()))
    }

    /// What works out the positions of a block to a tolerance.
    fn locator(&self, block: Block) -> impl Fn(f64) -> Positions + Send + use<> {
        let (mapping, exact, grid_width) = (Arc::clone(&self.mapping), self.exact, self.grid.width);
        let corners = is_of_areas(self.method);
        let scale = self.scale();
        move |tolerance| {
            let (wanted, rows) = (block.points(corners), block.rows(corners));
            let (more, first) = lattice(corners);
            if exact {
                let cols: Vec<f64> = wanted.map(|point| first + point as f64).collect();
                return Positions::exact(&mapping, &cols, &rows);
            }
            let count = (grid_width + more) as usize;
            let lines = Scanlines { mapping: &mapping, first, count, wanted, rows: &rows, tolerance, scale };
            lines.positions()
        }
    }

    /// The part of the level that the positions need; `None` where they all lie outside.
    fn part(&self, positions: &Positions, rules: &Rules) -> Option<Part> {
        let (width, height) = (f64::from(self.level.width()), f64::from(self.level.height()));
        // Corners just outside the source may belong to pixels that reach into it.
        let step = rules.step;
        let margin = if is_of_areas(self.method) { (step.0 + 1.0, step.1 + 1.0) } else { (0.0, 0.0) };
        let [left, top, right, bottom] = positions.extent(width, height, margin)?;
        let (reach_x, reach_y) = rules.reach();
        let axis = |from: f64, to: f64, reach: f64, most: f64| {
            let start = (from - reach).floor().clamp(0.0, most - 1.0);
            let end = (to + reach).ceil().clamp(start + 1.0, most);
            (start as usize, (end - start) as usize)
        };
        let (column, columns) = axis(left, right, reach_x, width);
        let (row, rows) = axis(top, bottom, reach_y, height);
        Some((column, row, columns, rows))
    }

    fn bytes(&self, (_, _, columns, rows): Part) -> u64 {
        (columns as u64 * rows as u64).saturating_mul((self.bands.len() * self.data_type.size()) as u64)
    }

    async fn read(&self, (column, row, columns, rows): Part) -> Result<Source, Error> {
        let window = Window::new(column as f64, row as f64, columns as f64, rows as f64);
        let options = ReadOptions::new().window(window).bands(self.bands.iter().copied());
        let raster = self.level.read(&options).await?;
        let level = (self.level.width() as usize, self.level.height() as usize);
        let is_masked = self.kinds.iter().any(|kind| *kind != MaskKind::AllValid);
        let work = move || {
            let masks = is_masked.then(|| raster.masks());
            Source { data: raster.data, masks, origin: (column, row), level }
        };
        Ok(run(self.tiff.executor(), work).await?)
    }

    /// The pixels of a block, in pieces with their first row.
    async fn resample<T: Sample>(
        &self,
        source: &Arc<Source>,
        positions: Positions,
        block: Block,
        rules: &Rules,
        blanks: &Arc<[Blank<T>]>,
    ) -> Result<Vec<(usize, Piece<T>)>, Error> {
        let positions = Arc::new(positions);
        let (width, height) = (block.width as usize, block.height as usize);
        let jobs = (0..height).step_by(ROWS_PER_JOB).map(|first| {
            let (source, positions, blanks) =
                (Arc::clone(source), Arc::clone(&positions), Arc::clone(blanks));
            let rows = first..(first + ROWS_PER_JOB).min(height);
            let rule = rules.of_row(first);
            let work =
                move || rule.and_then(|rule| resample(&source, &positions, width, rows, rule, &blanks));
            async move {
                let piece = run(self.tiff.executor(), work).await?;
                let wrong = || Error::new(ErrorKind::Usage, "the pixels are not of the type of the file");
                Ok::<_, Error>((first, piece.ok_or_else(wrong)?))
            }
        });
        try_join_all(jobs).await
    }

    /// Refuses a grid that the image does not touch. One that it does touch, though no pixel's centre lies in it, has
    /// no valid pixel.
    fn check_bounds(&self) -> Result<(), Error> {
        let outside = || {
            let [left, bottom, right, top] = self.grid.bounds;
            let context = format!("the bounds {left},{bottom},{right},{top} of {}", self.grid.crs.name());
            Error::new(ErrorKind::OutsideBounds, context)
        };
        let (Some(crs), Some([left, bottom, right, top])) = (self.tiff.crs()?, self.tiff.bounds()) else {
            return Err(outside());
        };
        let own =
            geotiff_tms::BoundingBox::new(left.min(right), bottom.min(top), right.max(left), top.max(bottom));
        let [left, bottom, right, top] = self.grid.bounds;
        let wanted = geotiff_tms::BoundingBox::new(left, bottom, right, top);
        match geotiff_tms::transform_bounds(crs, &self.grid.crs, &own) {
            Ok(there) if there.intersects(&wanted) => Ok(()),
            _ => Err(outside()),
        }
    }

    fn raster<T: Sample>(&self, data: Array3<T>, masks: &Array3<u8>) -> Result<Raster, Error>
    where
        Array: From<Array3<T>>,
    {
        // What lies outside is invalid too: a file that knows no mask has one now.
        let kinds = self.kinds.iter().map(|kind| match kind {
            MaskKind::AllValid => MaskKind::PerDataset,
            known => *known,
        });
        let mut raster = Raster::from_parts(Array::from(data), masks, self.bands.clone(), kinds.collect())?;
        raster.transform = Some(self.grid.transform());
        raster.crs = Some(self.grid.crs.clone());
        raster.nodata = self.bands.first().and_then(|band| self.nodata(*band));
        Ok(raster)
    }
}

/// Refuses what warping does not do: methods without a kernel here, and mixing complex samples.
fn check_method(method: Resampling, data_type: DataType) -> Result<(), Error> {
    let mixes = !matches!(method, Resampling::Nearest | Resampling::Mode);
    if Rule::new(method, (1.0, 1.0)).is_none() {
        return Err(Error::new(ErrorKind::Unsupported, format!("warping by {method}")));
    }
    if data_type.is_complex() && mixes {
        return Err(Error::new(ErrorKind::Unsupported, format!("warping complex samples by {method}")));
    }
    Ok(())
}

fn bands(tiff: &GeoTiff, options: &WarpOptions) -> Result<Vec<u16>, Error> {
    let count = tiff.count();
    let bands = options.bands.clone().unwrap_or_else(|| (1..=count).collect());
    let is_there = |band: &u16| (1..=count).contains(band);
    match bands.iter().find(|band| !is_there(band)) {
        Some(band) => {
            let message = format!("there is no band {band}: the image has {count}, counted from 1");
            Err(Error::new(ErrorKind::Usage, message))
        }
        None if bands.is_empty() => Err(Error::new(ErrorKind::Usage, "no band is asked for")),
        None => Ok(bands),
    }
}

fn check_size(tiff: &GeoTiff, grid: &TargetGrid, data_type: DataType, bands: usize) -> Result<(), Error> {
    let pixels = u128::from(grid.width) * u128::from(grid.height);
    let bytes = pixels * (bands * data_type.size()) as u128;
    let most = tiff.limits().max_output_bytes;
    if bytes <= u128::from(most) {
        return Ok(());
    }
    let message = format!("the result takes {bytes} bytes, over the limit of {most}: ask for a smaller size");
    Err(Error::new(ErrorKind::Usage, message))
}

/// The nearest sample to a nodata value; 64-bit integers exactly.
fn blank<T: Sample>(nodata: Nodata) -> Blank<T> {
    let exact = match nodata {
        Nodata::Int(value) if T::DATA_TYPE == DataType::Int64 => Some(value.to_ne_bytes()),
        Nodata::UInt(value) if T::DATA_TYPE == DataType::UInt64 => Some(value.to_ne_bytes()),
        _ => None,
    };
    if let Some(value) = exact.and_then(|bytes| bytemuck::try_pod_read_unaligned(&bytes).ok()) {
        return Blank::nodata(value, true);
    }
    let value = T::from_f64_saturating(nodata.as_f64());
    Blank::nodata(value, value.to_f64() == nodata.as_f64())
}
