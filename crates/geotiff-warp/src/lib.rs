//! Pixels of a GeoTIFF in any bounds, size and CRS, and map tiles.
//!
//! For people who serve maps or bring files of many CRSs onto one grid. [`warp`] makes a [`TargetGrid`] out of a
//! [`GeoTiff`](geotiff_read::GeoTiff), [`tile`] a tile of a [`TileMatrixSet`](geotiff_tms::TileMatrixSet):
//!
//! ```
//! # futures::executor::block_on(async {
//! use std::sync::Arc;
//! use geotiff_read::GeoTiff;
//! use geotiff_read::resample::Resampling;
//! use geotiff_tms::well_known;
//! use geotiff_warp::{TileOptions, WarpOptions, tile};
//!
//! # let store = geotiff_io::MemoryStore::new();
//! # store.put("scene.tif", std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scene.tif"))?);
//! # let store = Arc::new(store);
//! let tiff = GeoTiff::open(store, "scene.tif").await?;
//! let options = TileOptions::new().warp(WarpOptions::new().resampling(Resampling::Bilinear));
//! let picture = tile(&tiff, "0/0/0".parse()?, &*well_known("WebMercatorQuad")?, &options).await?;
//! assert_eq!(picture.masks().dim(), (3, 256, 256));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! # How
//!
//! ```text
//! grid, method ──► level (GDAL's choice) ──► positions of pixels in the level (interpolated, or exact)
//!    ──► the window that they need, read with its mask ──► GDAL's warp kernels on the executor ──► Raster
//! ```
//!
//! Of each row of the result the ends and the middle are transformed exactly. Where the middle lies within 0.125 source
//! pixels of the line between the ends (less where a widened kernel is off too), the row is interpolated; else its
//! halves are looked at in turn, down to five pixels, as GDAL's approximate transformer does. Unlike it, rows are also
//! halved that bend one way before their middle and the other way behind it. Large results are made in blocks, each of
//! a bounded part of the source, whose rows are parts of the whole ones.
//!
//! # Where it differs from GDAL
//!
//! - Which kernels GDAL takes depends on how a `WarpedVRT` is read; here they are those of all its bands read at once,
//!   however many are asked for. Reading some of them decimated resamples twice, the second time from the virtual
//!   pixels of the first.
//! - The outermost pixels at the edge of an image are valid here that rio-tiler, which interpolates the mask too, may
//!   leave out.
//! - Nodata masks each band for itself; rasterio warps with `UNIFIED_SRC_NODATA=YES`.
//! - A kernel is widened by the size of the source window as in GDAL, but by no more than 1.4 times the true scale of
//!   the image along its columns and rows.

mod error;
mod kernel;
mod level;
mod mapping;
mod options;
#[cfg(feature = "pictures")]
mod picture;
mod positions;
mod render;
mod resample;
mod scanlines;
mod tile;
mod warp;

pub use error::{Error, ErrorKind};
pub use options::{TargetGrid, WarpOptions};
#[cfg(feature = "pictures")]
pub use picture::{PictureFormat, write_picture};
pub use render::{Colormap, rescale};
pub use tile::{TileOptions, tile};
pub use warp::warp;
