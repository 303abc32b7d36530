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

/// Shares of pixels whose mask is that of GDAL, and of valid ones whose value is to 1.
fn agreement(size: u32, index: usize) -> (f64, f64) {
    let tiff = open("noise.tif");
    let file = open(&format!("noise_{size}.tif"));
    let expected = pixels(&file);
    let bounds = file.bounds().unwrap();
    let grid = TargetGrid::new(file.crs().unwrap().unwrap().clone(), bounds, size, size).unwrap();
    let options = WarpOptions::new().resampling(METHODS[index]).exact(true);
    let raster = warped(&tiff, &grid, &options).unwrap();
    let (values, masks) = (raster.data.to_f64(), raster.masks());
    let (mut same_masks, mut same, mut valid) = (0, 0, 0);
    for ((band, row, column), value) in values.indexed_iter() {
        let is_valid = expected[[2 * index + 1, row, column]] != 0.0;
        let is_same_mask = (masks[[band, row, column]] != 0) == is_valid;
        same_masks += usize::from(is_same_mask);
        if is_same_mask && is_valid {
            valid += 1;
            same += usize::from((value - expected[[2 * index, row, column]]).abs() <= 1.0);
        }
    }
    (f64::from(same_masks as u32) / values.len() as f64, f64::from(same as u32) / f64::from(valid.max(1)))
}

#[test]
fn kernels_are_those_of_gdal() {
    let mut wrong = Vec::new();
    for size in [20, 60, 96] {
        for (index, method) in METHODS.into_iter().enumerate() {
            let (masks, values) = agreement(size, index);
            if masks < 0.995 || values < 0.99 {
                wrong.push(format!("{method} to {size}: masks {masks:.4}, values {values:.4}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
