//! Read GeoTIFF and Cloud-Optimized GeoTIFF from anywhere, asynchronously, without GDAL and with GDAL's semantics.
//!
//! For people who run tile servers, data cubes and pipelines. This crate is the front door: it has no logic of its
//! own, brings the default stores and codecs, and shows the crates behind it as modules.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use geotiff_kit::{ReadOptions, Window};
//!
//! // A path, or an https://, s3://, gs:// or az:// URL: one request of 32 KiB opens most files.
//! let scene = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scene.tif");
//! let tiff = geotiff_kit::open(scene).await?;
//! println!("{} x {} x {} of {}", tiff.count(), tiff.height(), tiff.width(), tiff.data_type()?);
//!
//! // Only the tiles that the window touches are fetched.
//! let window = tiff.read(&ReadOptions::new().window(Window::new(128, 64, 256, 256))).await?;
//! assert_eq!(window.data.shape(), [tiff.count().into(), 256, 256]);
//! # Ok(())
//! # }
//! ```
//!
//! Map tiles come out of any georeferenced file:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use geotiff_kit::TileOptions;
//! use geotiff_kit::tms::well_known;
//! use geotiff_kit::warp::tile;
//!
//! # let scene = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scene.tif");
//! let tiff = geotiff_kit::open(scene).await?;
//! let set = well_known("WebMercatorQuad")?;
//! let picture = tile(&tiff, "12/2170/1432".parse()?, &set, &TileOptions::new().rescale(0.0, 255.0)).await?;
//! assert_eq!(picture.data.shape(), [tiff.count().into(), 256, 256]);
//! # Ok(())
//! # }
//! ```
//!
//! The example `tile_server` makes PNGs of them.
//!
//! # Which crate does what
//!
//! | module | crate | subject |
//! |---|---|---|
//! | [`core`] | `geotiff-core` | TIFF and GeoTIFF metadata, parsed without I/O; `no_std` |
//! | [`codecs`] | `geotiff-codecs` | decompression, predictors, unpacking; one feature each |
//! | [`io`] | `geotiff-io` | stores of byte ranges, and layers that wrap them |
//! | [`crs`] | `geotiff-crs` | coordinate reference systems and transforms |
//! | [`read`] | `geotiff-read` | open, plan, fetch, decode, assemble |
//! | [`tms`] | `geotiff-tms` | OGC TileMatrixSets |
//! | [`warp`] | `geotiff-warp` | any bounds, size and CRS out of a file; map tiles; pictures |
//!
//! What most programs use is at the top level too.
//!
//! # Features
//!
//! Features only add. The default opens what GDAL opens and needs nothing beyond a C compiler.
//!
//! - Stores: `file`, `http`, `object_store`; `bundled-roots` for hosts without certificates.
//! - `stack`: what [`open`] reads from URLs is retried, limited, cached and logged; `trace` is the log alone.
//! - Codecs: `codecs` (the usual ones), `pure-rust` (all, without C), or single ones by the names that
//!   [`geotiff-codecs`](codecs) gives them.
//! - `pictures` writes PNG, JPEG and WebP.
//! - `blocking`: `read::blocking` carries reads out on threads without an async runtime.
//! - `rayon` decodes on rayon's pool unless an [`Executor`] is given.

pub use geotiff_codecs as codecs;
pub use geotiff_core as core;
pub use geotiff_crs as crs;
pub use geotiff_io as io;
pub use geotiff_read as read;
pub use geotiff_tms as tms;
pub use geotiff_warp as warp;

pub use geotiff_codecs::Codecs;
pub use geotiff_core::{DataType, Nodata};
pub use geotiff_crs::Crs;
pub use geotiff_io::{GetOptions, MemoryStore, RangeResponse, RangeStore};
pub use geotiff_read::{
    Array, ChunkCache, Edge, Error, ErrorKind, Executor, GeoTiff, Level, Limits, MaskKind, OpenOptions,
    Raster, ReadBudget, ReadOptions, ReadPlan, ReadTrace, Sample, Window, read_many,
};
pub use geotiff_tms::TileMatrixSet;
#[cfg(feature = "pictures")]
pub use geotiff_warp::PictureFormat;
pub use geotiff_warp::{Colormap, TargetGrid, TileOptions, WarpOptions};

/// Opens a GeoTIFF by its path or URL: `http(s)://`, `s3://`, `gs://`, `az://`, `file://`, or a local path.
///
/// Credentials come from the environment, as the tools of each cloud read them. What a URL needs must be switched on
/// by its feature. All that is opened so shares the process's connections and, for what is not a local file, one
/// stack of retries, limits, cache and log: `io::shared_stack`. For a stack of one's own, give its store to
/// [`GeoTiff::open`].
///
/// # Errors
///
/// [`ErrorKind::Usage`] for a URL that no store here serves, and the errors of [`GeoTiff::open`].
pub async fn open(url_or_path: &str) -> Result<GeoTiff, Error> {
    open_with(url_or_path, OpenOptions::default()).await
}

/// [`open`] with options: prefetch, limits, codecs, executor.
///
/// # Errors
///
/// As [`open`].
pub async fn open_with(url_or_path: &str, options: OpenOptions) -> Result<GeoTiff, Error> {
    let (store, path) = geotiff_io::resolve(url_or_path)?;
    GeoTiff::open_with(store, path, options).await
}
