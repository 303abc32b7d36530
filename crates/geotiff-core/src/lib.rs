//! TIFF and GeoTIFF metadata, parsed without I/O.
//!
//! For those who read GeoTIFF and Cloud-Optimized GeoTIFF from somewhere of their own: a network, an
//! archive, flash memory. The crate never fetches: a [`MetadataDecoder`] says which byte ranges it needs,
//! is fed them in any order, and answers with a [`Tiff`]: every IFD, the image layout with TIFF 6.0's
//! defaults, overviews and masks grouped as GDAL groups them, georeferencing, nodata and GDAL's metadata.
//! Large strip and tile indexes are not read at all until a chunk is asked for ([`ChunkIndex`]).
//!
//! It is `#![no_std]` with `alloc`, panics on no input and bounds what it allocates by what it is fed
//! ([`Limits`]).
//!
//! ```
//! use geotiff_core::{Bytes, Limits, MetadataDecoder, Step};
//!
//! # fn tiny() -> Vec<u8> {
//! #     let mut f = b"II*\0\x08\0\0\0\x04\0".to_vec();
//! #     for (tag, value) in [(256u16, 3u32), (257, 2), (273, 62), (279, 6)] {
//! #         f.extend(tag.to_le_bytes());
//! #         f.extend(4u16.to_le_bytes());
//! #         f.extend(1u32.to_le_bytes());
//! #         f.extend(value.to_le_bytes());
//! #     }
//! #     f.extend([0; 4]);
//! #     f.extend([0; 6]);
//! #     f
//! # }
//! let file: Bytes = tiny().into();
//! let mut decoder = MetadataDecoder::new(Limits::default());
//! let tiff = loop {
//!     match decoder.decode()? {
//!         Step::Finished(tiff) => break tiff,
//!         Step::NeedsData(ranges) => {
//!             for range in ranges {
//!                 let end = (range.end as usize).min(file.len());
//!                 let start = (range.start as usize).min(end);
//!                 decoder.feed(range.start, file.slice(start..end));
//!             }
//!         }
//!     }
//! };
//! let image = tiff.pages()[0].image();
//! assert_eq!((image.width(), image.height()), (3, 2));
//! # Ok::<(), geotiff_core::Error>(())
//! ```
#![no_std]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;

mod byte_order;
mod chunk_grid;
mod chunk_index;
mod classify;
mod codes;
mod color;
mod color_profile;
mod data_type;
mod decoder;
mod details;
mod error;
mod exif;
mod field_type;
mod geo;
mod geokeys;
mod ghost;
mod header_index;
mod ifd;
mod image;
mod jpeg_quality;
mod lazy;
mod limits;
mod metadata;
mod nodata;
mod page;
mod pam;
mod printf;
mod rat;
mod requests;
mod rpc;
mod rpc_file;
mod segments;
mod sidecar;
mod structure;
mod tag;
mod tiff;
mod validate;
mod values;
mod xml;

pub use byte_order::ByteOrder;
pub use bytes::Bytes;
pub use chunk_grid::ChunkGrid;
pub use chunk_index::{ChunkIndex, ChunkLocation};
pub use codes::{Compression, ExtraSample, Photometric, PlanarConfiguration, Predictor, SampleFormat};
pub use color::{ColorInterpretation, ColorTable};
pub use data_type::DataType;
pub use decoder::{MetadataDecoder, Step};
pub use details::{DetailsReader, DetailsStep};
pub use error::{Error, ErrorKind};
pub use field_type::FieldType;
pub use geo::{Georeferencing, GroundControlPoint};
pub use geokeys::{GeoKey, GeoKeyValue, GeoKeys};
pub use ghost::GhostHeader;
pub use header_index::HeaderIndex;
pub use ifd::{Entry, Ifd};
pub use image::Image;
pub use limits::Limits;
pub use metadata::{BandMetadata, Domains, GdalMetadata, Statistics};
pub use nodata::Nodata;
pub use page::{MaskScope, Page};
pub use pam::Pam;
pub use rat::{AttributeColumn, AttributeType, RasterAttributeTable};
pub use rpc::Rpc;
pub use rpc_file::RpcFile;
pub use sidecar::WorldFile;
pub use tag::Tag;
pub use tiff::{Tiff, Warning};
pub use validate::{CogLevel, CogReport, CogValidator, ValidationStep};
pub use values::Values;
