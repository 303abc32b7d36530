//! Bands whose nodata values or masks differ, as an `.aux.xml` or `.msk` file may say.

use std::sync::Arc;

use geotiff_core::Nodata;
use geotiff_read::resample::Resampling;
use geotiff_read::{GeoTiff, ReadOptions};
use geotiff_warp::WarpOptions;
use ndarray::Axis;

use crate::{grid, open, pixels, warped};

/// 5 pixels more on each side than `utm.tif` has, in its own grid.
const BOUNDS: [f64; 4] = [399_360.0, 5_280_240.0, 423_600.0, 5_300_640.0];

#[test]
fn each_band_has_its_own_nodata() {
    let source = pixels(&open("utm.tif"));
    let value = source[[1, 80, 90]];
    let path = format!("{}/tests/data/utm.tif", env!("CARGO_MANIFEST_DIR"));
    let nodata = |band, value| {
        format!("<PAMRasterBand band=\"{band}\"><NoDataValue>{value:?}</NoDataValue></PAMRasterBand>")
    };
    let xml = format!("<PAMDataset>{}{}</PAMDataset>", nodata(1, -1.0), nodata(2, value));
    let store = geotiff_io::MemoryStore::new();
    store.put("utm.tif", std::fs::read(path).unwrap());
    store.put("utm.tif.aux.xml", xml.into_bytes());
    let tiff = futures::executor::block_on(async {
        GeoTiff::open(Arc::new(store), "utm.tif").await?.with_sidecars().await
    })
    .unwrap();
    let grid = grid(32632, BOUNDS, 202, 170);
    for method in [Resampling::Nearest, Resampling::Bilinear] {
        let raster = warped(&tiff, &grid, &WarpOptions::new().resampling(method)).unwrap();
        let (data, masks) = (raster.data.to_f64(), raster.masks());
        assert_eq!(raster.nodata, Some(Nodata::Float(-1.0)));
        assert_eq!([data[[0, 0, 0]], data[[1, 0, 0]]], [-1.0, value], "outside, by {method}");
        assert_eq!([masks[[0, 0, 0]], masks[[1, 0, 0]]], [0, 0]);
        assert_eq!([data[[0, 85, 95]], data[[1, 85, 95]]], [source[[0, 80, 90]], value], "by {method}");
        assert_eq!([masks[[0, 85, 95]], masks[[1, 85, 95]]], [255, 0]);
        let second = warped(&tiff, &grid, &WarpOptions::new().resampling(method).bands([2])).unwrap();
        assert_eq!(second.nodata.map(Nodata::as_f64), Some(value));
    }
}

#[test]
fn each_band_has_its_own_mask() {
    let folder = format!("{}/../../fixtures/files/masks", env!("CARGO_MANIFEST_DIR"));
    let store = geotiff_io::MemoryStore::new();
    for name in ["beside-fewer.tif", "beside-fewer.tif.msk"] {
        store.put(name, std::fs::read(format!("{folder}/{name}")).unwrap());
    }
    let tiff = futures::executor::block_on(async {
        GeoTiff::open(Arc::new(store), "beside-fewer.tif").await?.with_sidecars().await
    })
    .unwrap();
    let read = futures::executor::block_on(tiff.read(&ReadOptions::new())).unwrap();
    // The image's own grid.
    let grid = grid(32632, [500_000.0, 5_199_760.0, 500_310.0, 5_200_000.0], 31, 24);
    let options = WarpOptions::new().resampling(Resampling::Nearest);
    let raster = warped(&tiff, &grid, &options).unwrap();
    assert_eq!(raster.masks(), read.masks());
    let some = warped(&tiff, &grid, &options.bands([2])).unwrap();
    assert_eq!(some.masks().index_axis(Axis(0), 0), read.masks().index_axis(Axis(0), 1));
}
