//! The window of a bounding box.

use geotiff_kit::crs::{DENSIFY, transform_bounds};
use geotiff_kit::{Crs, GeoTiff, Level, Window};

use super::crs;
use crate::cog::source_name;
use crate::error::Failure;

/// The window of `level` over `bounds` (left, bottom, right, top) in the CRS `crs`, or in the file's own.
///
/// # Errors
/// Where the box is none, the image is not georeferenced, or the box cannot be transformed.
pub(super) fn window(
    bounds: [f64; 4],
    crs: Option<&str>,
    tiff: &GeoTiff,
    level: &Level,
) -> Result<Window, Failure> {
    let bounds = match crs {
        Some(crs) => transformed(bounds, &crs::parse(crs)?, tiff)?,
        None => in_order(bounds)?,
    };
    let transform = level
        .transform()
        .ok_or_else(|| Failure::about(source_name(tiff), "--bbox needs an image with a transform"))?;
    Window::from_bounds(bounds, transform).map_err(|error| Failure::about(source_name(tiff), error))
}

/// The box, unless it runs from right to left. In a geographic `--bbox-crs` that means across the antimeridian.
fn in_order(bounds: [f64; 4]) -> Result<[f64; 4], Failure> {
    let [left, bottom, right, top] = bounds;
    if left < right {
        return Ok(bounds);
    }
    Err(Failure::Usage(format!("--bbox {left},{bottom},{right},{top}: LEFT must be less than RIGHT")))
}

/// The box in the file's CRS that holds a box in another one.
fn transformed(bounds: [f64; 4], from: &Crs, tiff: &GeoTiff) -> Result<[f64; 4], Failure> {
    let own =
        tiff.crs()?.ok_or_else(|| Failure::about(source_name(tiff), "--bbox-crs needs a file with a CRS"))?;
    transform_bounds(from, own, bounds, DENSIFY).map_err(|error| Failure::about(source_name(tiff), error))
}
