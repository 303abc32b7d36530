//! `geotiff read`: a window into an array, a picture or a GeoTIFF.

use std::future::Future;

use geotiff_kit::{Edge, GeoTiff, Level, Raster, ReadOptions, Window};

use super::source::Source;
use super::{bbox, plan};
use crate::args::{Bbox, Fill, ReadArgs};
use crate::error::Failure;
use crate::output::{self, OutFile, Placement};
use crate::progress;

/// Reads what the arguments ask for and writes it, or prints the plan.
pub(super) async fn run(arguments: ReadArgs) -> Result<(), Failure> {
    if !arguments.trace {
        return work(&arguments, Source::plain()).await;
    }
    let source = Source::traced();
    let result = work(&arguments, source.clone()).await;
    source.print_trace();
    result
}

async fn work(arguments: &ReadArgs, source: Source) -> Result<(), Failure> {
    let tiff = source.open(&arguments.src, arguments.page, arguments.sidecars).await?;
    let level = tiff.level(arguments.overview.map_or(0, |overview| overview.saturating_add(1)))?;
    let options = options(arguments, &tiff, &level)?;
    let Some(out) = &arguments.output else {
        if options.size.is_some() {
            return Err(Failure::not_yet("--plan of a resampled read"));
        }
        return plan::print(&level.plan(&options).await?);
    };
    // Before the pixels: a destination that cannot be written should not cost a download.
    let out_file = OutFile::create(&out.path)?;
    let mask_file = arguments.mask_out.as_deref().map(OutFile::create).transpose()?;
    let raster = if arguments.overview.is_some() {
        read(level.read(&options)).await?
    } else {
        read(tiff.read(&options)).await?
    };
    let placement = placement(&options, &tiff, &level, &raster);
    output::write_raster(out_file, out.format, &tiff, &raster, Some(placement))?;
    match mask_file {
        Some(file) => output::write_masks(file, &raster),
        None => Ok(()),
    }
}

async fn read(reading: impl Future<Output = Result<Raster, geotiff_kit::Error>>) -> Result<Raster, Failure> {
    Ok(progress::spin("reading", reading).await?)
}

fn options(arguments: &ReadArgs, tiff: &GeoTiff, level: &Level) -> Result<ReadOptions, Failure> {
    let mut options = ReadOptions::new().edge(edge(arguments)).resampling(arguments.resampling);
    if let Some(bands) = &arguments.bands {
        options = options.bands(bands.numbers()?);
    }
    if let Some(window) = arguments.window {
        options = options.window(Window::new(window.col, window.row, window.width, window.height));
    }
    if let Some(size) = arguments.size {
        options = options.size(size.width, size.height);
    }
    if let Some(Bbox(bounds)) = arguments.bbox {
        let window = bbox::window(bounds, arguments.bbox_crs.as_deref(), tiff, level)?;
        options = at_window(options, window);
    }
    Ok(options)
}

/// A window of whole pixels is copied. Another one without a size is sampled at its rounded size, as rasterio does.
fn at_window(options: ReadOptions, window: Window) -> ReadOptions {
    const TOLERANCE: f64 = 1e-6;
    let rounded = Window::new(
        window.col_off.round(),
        window.row_off.round(),
        window.width.round_ties_even().max(1.0),
        window.height.round_ties_even().max(1.0),
    );
    let is_whole = [
        window.col_off - rounded.col_off,
        window.row_off - rounded.row_off,
        window.width - rounded.width,
        window.height - rounded.height,
    ]
    .iter()
    .all(|difference| difference.abs() < TOLERANCE);
    match options.size {
        _ if is_whole => options.window(rounded),
        Some(_) => options.window(window),
        // A size that no image has is refused where the window is.
        None => options.window(window).size(rounded.width as u32, rounded.height as u32),
    }
}

/// Where the pixels read lie in the full resolution.
fn placement(options: &ReadOptions, tiff: &GeoTiff, level: &Level, raster: &Raster) -> Placement {
    let (across, down) = (f64::from(level.width()), f64::from(level.height()));
    let scale = (f64::from(tiff.width()) / across, f64::from(tiff.height()) / down);
    let window = options.window.unwrap_or(Window::new(0, 0, level.width(), level.height()));
    let axis = |start: f64, length: f64, whole: f64| match options.edge {
        Edge::Clip => (start.max(0.0), (start + length).min(whole)),
        _ => (start, start + length),
    };
    let (left, right) = axis(window.col_off, window.width, across);
    let (top, bottom) = axis(window.row_off, window.height, down);
    let pixels = (raster.width() as f64, raster.height() as f64);
    Placement {
        offset: (left * scale.0, top * scale.1),
        scale: ((right - left) / pixels.0 * scale.0, (bottom - top) / pixels.1 * scale.1),
    }
}

fn edge(arguments: &ReadArgs) -> Edge {
    match (arguments.boundless, arguments.clip) {
        (true, _) => Edge::Fill(arguments.fill.map(|fill| match fill {
            Fill::Integer(value) => value as f64,
            Fill::Float(value) => value,
        })),
        (false, true) => Edge::Clip,
        (false, false) => Edge::Refuse,
    }
}
