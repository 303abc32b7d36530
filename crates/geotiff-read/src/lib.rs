//! Open a GeoTIFF, plan, fetch, decode and assemble windows of pixels.
//!
//! For people who write tile servers and data pipelines; they meet it through `geotiff-kit`, which adds the
//! stores of URLs and the default stack. This crate joins `geotiff-core` (metadata), `geotiff-codecs`
//! (decompression), `geotiff-io` (bytes) and `geotiff-crs` (coordinates), and adds the one way through:
//!
//! ```text
//! window, bands, level ──► ReadPlan (pure: chunks, byte ranges, placements) ──► fetch (coalesced, bounded)
//!    ──► decode on the executor as each range lands ──► Raster { data, masks, transform, crs, nodata }
//! ```
//!
//! ```
//! # futures::executor::block_on(async {
//! use std::sync::Arc;
//! use geotiff_read::{GeoTiff, ReadOptions, Window};
//!
//! // Any `RangeStore` will do: a bucket, a server, a folder; here, memory.
//! let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scene.tif"))?;
//! let store = geotiff_io::MemoryStore::new();
//! store.put("scene.tif", bytes);
//!
//! let tiff = GeoTiff::open(Arc::new(store), "scene.tif").await?;
//! let options = ReadOptions::new().window(Window::new(256, 256, 128, 64)).bands([1]);
//! let red = tiff.read(&options).await?.into_array::<u8>()?;
//! assert_eq!(red.dim(), (1, 64, 128));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! # Where things run
//!
//! Requests are made by the task that awaits a read; decoding runs on the [`Executor`]: rayon's pool unless told
//! otherwise, never the threads that drive requests. A read is bounded by its output and
//! [`Limits::max_in_flight_bytes`], or by a [`ReadBudget`] that it shares with others; dropping its future stops it.
//! With the feature `blocking`, `blocking::wait` carries any of it out on a thread without a runtime.
//!
//! # Ways to read
//!
//! - [`GeoTiff::read`]: a window, at full resolution or at another size; in [another type](ReadOptions::data_type),
//!   [scaled](ReadOptions::scaled); [into memory of the caller's](GeoTiff::read_into).
//! - [`Level::tile`] and [`Level::tiles`]: tiles by number; [`Level::encoded_tile`]: their bytes.
//! - [`Level::read_chunks`]: an image of any size as a stream; [`read_many`]: windows of many files under one budget.
//! - [`GeoTiff::sample`]: values at points; [`GeoTiff::statistics`].
//!
//! A [`ChunkCache`] makes repeated reads cheap, a [`ReadTrace`] tells what a read cost.

#[macro_use]
mod array;
#[cfg(feature = "blocking")]
pub mod blocking;
mod budget;
mod cache;
mod chunks;
mod colour;
mod decode;
mod details;
mod error;
mod execute;
mod executor;
mod from;
mod geotiff;
mod image;
mod into;
pub mod level_choice;
mod many;
mod metadata;
mod nodata;
mod options;
mod output;
mod outputs;
mod pages;
mod plan;
mod raster;
mod read;
pub mod resample;
mod resized;
mod sample;
mod sidecar;
mod sink;
mod source;
mod statistics;
mod tile;
mod trace;
mod transfer;
pub mod transform;
mod window;

pub use array::{Array, Sample};
pub use budget::ReadBudget;
pub use cache::{ChunkCache, ChunkCacheStats};
pub use error::{Error, ErrorKind};
#[cfg(feature = "rayon")]
pub use executor::RayonExecutor;
pub use executor::{Executor, InlineExecutor, Job, run};
pub use geotiff::{GeoTiff, Level};
pub use into::ReadInfo;
pub use many::read_many;
pub use options::{Limits, OpenOptions, ReadOptions};
pub use plan::{ImageRole, Placement, PlannedChunk, PlannedRequest, ReadPlan};
pub use raster::{MaskKind, Raster};
pub use sample::PointSamples;
pub use statistics::{Statistics, StatisticsOptions};
pub use tile::EncodedTile;
pub use trace::{ReadCost, ReadTrace};
pub use window::{Edge, PixelWindow, Window};
