//! Decompressors, predictors and sample unpacking for TIFF chunks, one feature each.

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
pub mod compression;
mod decoder;
mod error;
pub mod photometric;
mod pipeline;
mod registry;
mod spec;
mod workspace;

pub use decoder::{Decoder, Output};
pub use error::{Error, ErrorKind};
pub use registry::Codecs;
pub use spec::{ByteOrder, ChunkSpec, SampleFormat, SampleOrder, SampleType};
pub use workspace::Workspace;
