//! Warped reads against rio-tiler, rasterio and pyproj; `data/generate.py` wrote what is compared.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

mod bad_input;
mod corpora;
mod kernels;
mod nodata;
mod positions;
mod seams;
mod tiles;

use std::sync::Arc;

use geotiff_crs::Crs;
use geotiff_read::{GeoTiff, Raster, ReadOptions};
use geotiff_warp::{Error, TargetGrid, WarpOptions, warp};

/// A file of `data/`.
fn open(name: &str) -> GeoTiff {
    let path = format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    let store = geotiff_io::MemoryStore::new();
    store.put(name, std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}")));
    futures::executor::block_on(GeoTiff::open(Arc::new(store), name)).unwrap()
}

/// All of a file as floats.
fn pixels(tiff: &GeoTiff) -> ndarray::Array3<f64> {
    futures::executor::block_on(tiff.read(&ReadOptions::new())).unwrap().data.to_f64()
}

fn warped(tiff: &GeoTiff, grid: &TargetGrid, options: &WarpOptions) -> Result<Raster, Error> {
    futures::executor::block_on(warp(tiff, grid, options))
}

fn grid(epsg: u32, bounds: [f64; 4], width: u32, height: u32) -> TargetGrid {
    TargetGrid::new(Crs::from_epsg(epsg).unwrap(), bounds, width, height).unwrap()
}
