//! Kernels against GDAL's, on noise with holes.

use geotiff_read::resample::Resampling;
use geotiff_warp::{TargetGrid, WarpOptions};

use crate::{open, pixels, warped};

const METHODS: [Resampling; 6] = [
    Resampling::Nearest,
    Resampling::Bilinear,
    Resampling::Cubic,
    Resampling::Lanczos,
    Resampling::Average,
    Resampling::Mode,
];

/// Shares of pixels whose mask is that of GDAL, and of valid ones whose value is to 1: of `source` by a method, against
/// a pair of bands of `expected`.
fn agreement(source: &str, expected: &str, method: Resampling, pair: usize) -> (f64, f64) {
    let (tiff, file) = (open(source), open(expected));
    let expected = pixels(&file);
    let (bounds, width, height) = (file.bounds().unwrap(), file.width(), file.height());
    let grid = TargetGrid::new(file.crs().unwrap().unwrap().clone(), bounds, width, height).unwrap();
    let options = WarpOptions::new().resampling(method).exact(true);
    let raster = warped(&tiff, &grid, &options).unwrap();
    let (values, masks) = (raster.data.to_f64(), raster.masks());
    let (mut same_masks, mut same, mut valid) = (0, 0, 0);
    for ((band, row, column), value) in values.indexed_iter() {
        let is_valid = expected[[2 * pair + 1, row, column]] != 0.0;
        let is_same_mask = (masks[[band, row, column]] != 0) == is_valid;
        same_masks += usize::from(is_same_mask);
        if is_same_mask && is_valid {
            valid += 1;
            same += usize::from((value - expected[[2 * pair, row, column]]).abs() <= 1.0);
        }
    }
    (f64::from(same_masks as u32) / values.len() as f64, f64::from(same as u32) / f64::from(valid.max(1)))
}

#[test]
fn kernels_are_those_of_gdal() {
    let mut wrong = Vec::new();
    for size in [20, 60, 96] {
        for (index, method) in METHODS.into_iter().enumerate() {
            let (masks, values) = agreement("noise.tif", &format!("noise_{size}.tif"), method, index);
            if masks < 0.995 || values < 0.99 {
                wrong.push(format!("{method} to {size}: masks {masks:.4}, values {values:.4}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_grid_covered_in_part_has_the_kernels_of_gdal() {
    // With nodata the kernel is one for the whole grid, without it one for each 128 rows.
    for name in ["noise", "plain"] {
        let (source, expected) = (format!("{name}.tif"), format!("{name}_part.tif"));
        let (masks, values) = agreement(&source, &expected, Resampling::Bilinear, 0);
        assert!(masks >= 0.995 && values >= 0.99, "{name}: masks {masks:.4}, values {values:.4}");
    }
}
