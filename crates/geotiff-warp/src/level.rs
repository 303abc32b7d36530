//! Which overview a warped read is served from.

use geotiff_read::level_choice::choose_level;
use geotiff_read::resample::{ReadWindow, Resampling};
use geotiff_read::{GeoTiff, transform};

use crate::TargetGrid;
use crate::mapping::Mapping;
use crate::positions::Positions;

/// Latitude at which Web Mercator is a square: degrees beyond it have no finite place there.
const MERCATOR_EDGE: f64 = 85.06;

/// The level for `target`, as GDAL chooses it where a `WarpedVRT` of the file's own resolution is read decimated: 0 is
/// the full resolution.
pub(crate) fn choose(tiff: &GeoTiff, mapping: &Mapping, target: &TargetGrid, method: Resampling) -> usize {
    let overviews = tiff.overviews();
    let out = (target.width, target.height);
    let (x, y) = target.resolution();
    let Some((own_x, own_y)) =
        (!overviews.is_empty()).then(|| own_resolution(tiff, mapping, target)).flatten()
    else {
        return 0;
    };
    // Never coarser than the result: enlarging does not need a level.
    let virtual_size = |count: u32, step: f64, own: f64| {
        let size = (f64::from(count) * step / own.min(step)).round();
        size.clamp(1.0, f64::from(u32::MAX)) as u32
    };
    let full = (virtual_size(out.0, x, own_x), virtual_size(out.1, y, own_y));
    let image = (f64::from(tiff.width()), f64::from(tiff.height()));
    let scaled = |count: u32, of: f64, level: u32| {
        let size = (f64::from(count) / (of / f64::from(level)) + 0.5).floor();
        size.clamp(1.0, f64::from(u32::MAX)) as u32
    };
    let sizes: Vec<(u32, u32)> = overviews
        .iter()
        .map(|level| (scaled(full.0, image.0, level.width()), scaled(full.1, image.1, level.height())))
        .collect();
    choose_level(full, &sizes, &ReadWindow::whole(full.0, full.1), out, method).map_or(0, |index| index + 1)
}

/// Width and height of the file's pixels in the target's CRS.
fn own_resolution(tiff: &GeoTiff, mapping: &Mapping, target: &TargetGrid) -> Option<(f64, f64)> {
    let of_file = diagonal_resolution(tiff, target).map(|pixel| (pixel, pixel));
    of_file.or_else(|| local_resolution(mapping, target))
}

/// The diagonal of the image in the target's CRS over that in pixels, as GDAL's `GDALSuggestedWarpOutput2` has it.
fn diagonal_resolution(tiff: &GeoTiff, target: &TargetGrid) -> Option<f64> {
    let (crs, base) = (tiff.crs().ok()??, tiff.transform()?);
    let (width, height) = (f64::from(tiff.width()), f64::from(tiff.height()));
    let to_target = geotiff_crs::transformer(crs, &target.crs).ok()?;
    let mut rows = (0.0, height);
    let is_north_up = base[1] == 0.0 && base[3] == 0.0;
    if is_north_up && crs.is_geographic() && target.crs.epsg() == Some(3857) {
        let row_of = |latitude: f64| (latitude - base[5]) / base[4];
        let (one, other) = (row_of(MERCATOR_EDGE), row_of(-MERCATOR_EDGE));
        rows = (one.min(other).max(0.0), one.max(other).min(height));
    }
    let (first, last) = (transform::apply(base, 0.0, rows.0), transform::apply(base, width, rows.1));
    let (x0, y0) = to_target.transform_point(first.0, first.1)?;
    let (x1, y1) = to_target.transform_point(last.0, last.1)?;
    let pixel = (x1 - x0).hypot(y1 - y0) / width.hypot(rows.1 - rows.0);
    // Where two opposite corners meet in a line, as around a pole, the diagonal says nothing.
    let is_diagonal = x1 != x0 && y1 != y0;
    (is_diagonal && pixel.is_finite() && pixel > 0.0).then_some(pixel)
}

/// From a sample of the target's positions, where the whole image has no size there.
fn local_resolution(mapping: &Mapping, target: &TargetGrid) -> Option<(f64, f64)> {
    const SAMPLES: u32 = 16;
    let steps = |count: u32| -> Vec<f64> {
        (0..=SAMPLES).map(|step| f64::from(count) * f64::from(step) / f64::from(SAMPLES)).collect()
    };
    let positions = Positions::exact(mapping, &steps(target.width), &steps(target.height));
    let (x, y) = positions.ratios()?;
    let samples = f64::from(SAMPLES);
    let ((step_x, step_y), (width, height)) =
        (target.resolution(), (f64::from(target.width), f64::from(target.height)));
    Some((step_x * width / samples / x, step_y * height / samples / y))
}
