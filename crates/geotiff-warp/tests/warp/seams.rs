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

/// Along the equator a transverse Mercator bends away on both sides of its central meridian, so that the middle of a row
/// lies on the line between its ends.
#[test]
fn rows_that_bend_both_ways_are_not_taken_for_straight() {
    let tiff = open("global.tif");
    let target = grid(32631, [-3_500_000.0, -50.0, 4_500_000.0, 50.0], 400, 2);
    let warped = |exact| {
        let options = WarpOptions::new().resampling(Resampling::Bilinear).exact(exact);
        warped(&tiff, &target, &options).unwrap().data.to_f64()
    };
    let (exact, approximate) = (warped(true), warped(false));
    // 2000 km east of the meridian of 3° E: the line between the ends would put 20° there.
    assert!((exact[[0, 0, 300]] - 20.7).abs() < 0.1);
    let pixel = 2.5;
    assert!(exact.iter().zip(&approximate).all(|(exact, found)| (exact - found).abs() <= 0.125 * pixel));
}
