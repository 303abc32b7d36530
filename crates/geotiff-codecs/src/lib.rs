//! Decompressors, predictors and sample unpacking for the strips and tiles of TIFF files.
//!
//! For whoever has a chunk's compressed bytes and wants its samples: readers of TIFF and GeoTIFF on any
//! machine, with or without files, threads, or an async runtime. Nothing here reads a file or parses a tag;
//! a [`ChunkSpec`] carries the handful of TIFF fields that decoding depends on. What comes out is what GDAL
//! gives for the same chunk.
//!
//! ```
//! use geotiff_codecs::{ChunkSpec, Codecs, SampleFormat, SampleOrder, Workspace};
//!
//! // A strip of 4 by 2 pixels, one 16-bit sample each, uncompressed, little-endian.
//! let bytes = [1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0];
//! let spec = ChunkSpec::new(1, 4, 2).with_bits(16, SampleFormat::Uint);
//!
//! let codecs = Codecs::default(); // every codec whose feature is on
//! let mut workspace = Workspace::new(); // one per thread, reused from chunk to chunk
//! let mut samples = vec![0; spec.decoded_len()?];
//! codecs.decode(&bytes, &spec, SampleOrder::Planar, &mut samples, &mut workspace)?;
//!
//! let values: Vec<u16> = samples.chunks(2).map(|b| u16::from_ne_bytes([b[0], b[1]])).collect();
//! assert_eq!(values, [1, 2, 3, 4, 5, 6, 7, 8]);
//! # Ok::<(), geotiff_codecs::Error>(())
//! ```

#![no_std]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::panic
    )
)]

extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

mod codec;
pub mod colour;
pub mod compression;
mod decoder;
mod error;
mod kernels;
mod packing;
pub mod photometric;
mod pipeline;
mod registry;
mod spec;
mod status;
mod workspace;

pub use decoder::{Decoder, Output};
pub use error::{Error, ErrorKind};
pub use registry::Codecs;
pub use spec::{ByteOrder, ChunkSpec, SampleFormat, SampleOrder, SampleType};
pub use workspace::Workspace;
