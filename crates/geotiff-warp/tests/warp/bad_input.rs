//! What cannot be done is a typed error.

use geotiff_crs::Crs;
use geotiff_read::resample::Resampling;
use geotiff_tms::well_known;
use geotiff_warp::{Error, ErrorKind, TargetGrid, TileOptions, WarpOptions, tile};

use crate::{grid, open, warped};

fn tile_error(text: &str) -> Error {
    let set = well_known("WebMercatorQuad").unwrap();
    let (tiff, options) = (open("utm.tif"), TileOptions::new());
    futures::executor::block_on(tile(&tiff, text.parse().unwrap(), &set, &options)).unwrap_err()
}

#[test]
fn an_unknown_set() {
    let error: Error = well_known("NoSuchSet").unwrap_err().into();
    assert_eq!(error.kind(), ErrorKind::UnknownSet);
    assert!(error.to_string().contains("NoSuchSet"), "{error}");
}

#[test]
fn a_tile_outside_the_matrix() {
    assert_eq!(tile_error("3/8/0").kind(), ErrorKind::OutsideMatrix);
    assert_eq!(tile_error("-1/0/0").kind(), ErrorKind::OutsideMatrix);
}

#[test]
fn bounds_that_the_image_does_not_touch() {
    let error = tile_error("13/0/0");
    assert_eq!(error.kind(), ErrorKind::OutsideBounds);
    assert!(!error.to_string().contains('\n'), "{error}");
    let far = grid(32632, [0.0, 0.0, 1000.0, 1000.0], 4, 4);
    assert_eq!(
        warped(&open("utm.tif"), &far, &WarpOptions::new()).unwrap_err().kind(),
        ErrorKind::OutsideBounds
    );
}

#[test]
fn a_crs_without_a_transform() {
    // Heights alone.
    let heights = grid(5773, [0.0, 0.0, 1.0, 1.0], 4, 4);
    let error = warped(&open("utm.tif"), &heights, &WarpOptions::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownCrs);
}

#[test]
fn grids_bands_and_methods_that_cannot_be() {
    let crs = || Crs::from_epsg(3857).unwrap();
    for bounds in [[1.0, 0.0, 0.0, 1.0], [0.0, 0.0, f64::NAN, 1.0], [0.0, 0.0, f64::INFINITY, 1.0]] {
        assert_eq!(TargetGrid::new(crs(), bounds, 4, 4).unwrap_err().kind(), ErrorKind::Usage);
    }
    assert_eq!(TargetGrid::new(crs(), [0.0, 0.0, 1.0, 1.0], 0, 4).unwrap_err().kind(), ErrorKind::Usage);
    let (tiff, whole) = (open("global.tif"), grid(4326, [-180.0, -90.0, 180.0, 90.0], 8, 4));
    let error = |options: WarpOptions| warped(&tiff, &whole, &options).unwrap_err().kind();
    assert_eq!(error(WarpOptions::new().bands([3])), ErrorKind::Usage);
    assert_eq!(error(WarpOptions::new().bands([])), ErrorKind::Usage);
    assert_eq!(error(WarpOptions::new().resampling(Resampling::Gauss)), ErrorKind::Unsupported);
    let huge = grid(4326, [-180.0, -90.0, 180.0, 90.0], u32::MAX, u32::MAX);
    assert_eq!(warped(&tiff, &huge, &WarpOptions::new()).unwrap_err().kind(), ErrorKind::Usage);
}
