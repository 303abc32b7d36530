//! The antimeridian and the poles.

use geotiff_read::resample::Resampling;
use geotiff_warp::WarpOptions;

use crate::{grid, open, warped};

#[test]
fn longitudes_past_the_antimeridian_are_those_on_the_other_side() {
    let tiff = open("global.tif");
    let raster = warped(&tiff, &grid(4326, [170.0, -10.0, 190.0, 10.0], 8, 8), &WarpOptions::new()).unwrap();
    let longitudes: Vec<f64> = raster.data.to_f64().slice(ndarray::s![0, 3, ..]).to_vec();
    assert_eq!(longitudes, [171.25, 173.75, 176.25, 178.75, -178.75, -176.25, -173.75, -171.25]);
    assert!(raster.masks().iter().all(|mask| *mask == 255));
}

#[test]
fn a_grid_around_the_pole_is_complete() {
    let tiff = open("global.tif");
    let side = 2_000_000.0;
    for exact in [false, true] {
        let options = WarpOptions::new().resampling(Resampling::Nearest).exact(exact);
        let raster = warped(&tiff, &grid(3413, [-side, -side, side, side], 65, 65), &options).unwrap();
        assert!(raster.masks().iter().all(|mask| *mask == 255));
        let values = raster.data.to_f64();
        // Nearest to the pole, and a place 45 degrees west of the meridian that runs downwards (45° W).
        assert_eq!(values[[1, 32, 32]], 88.75);
        // Straight down from the pole lies 45° W, straight up 135° E, right 45° E, left 135° W.
        let longitude = |row: usize, column: usize| values[[0, row, column]];
        assert!((longitude(60, 32) + 45.0).abs() <= 1.25 && (longitude(4, 32) - 135.0).abs() <= 1.25);
        assert!((longitude(32, 60) - 45.0).abs() <= 1.25 && (longitude(32, 4) + 135.0).abs() <= 1.25);
    }
}

#[test]
fn approximate_and_exact_positions_agree_across_seams() {
    let tiff = open("global.tif");
    let side = 5_000_000.0;
    let target = grid(3031, [-side, -side, side, side], 200, 200);
    let exact = warped(&tiff, &target, &WarpOptions::new().exact(true)).unwrap();
    let approximate = warped(&tiff, &target, &WarpOptions::new()).unwrap();
    assert_eq!(exact.masks(), approximate.masks());
    let (exact, approximate) = (exact.data.to_f64(), approximate.data.to_f64());
    let far = exact.iter().zip(&approximate).filter(|(exact, found)| {
        let apart = (*exact - *found).abs();
        apart.min(360.0 - apart) > 2.5
    });
    assert_eq!(far.count(), 0);
}
