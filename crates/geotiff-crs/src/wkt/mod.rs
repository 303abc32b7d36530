//! Well-known text: written as WKT 2:2019 (OGC 18-010r7), read in every dialect that rasters carry.

mod dialect;
mod reader;
mod tree;
mod writer;

pub(crate) use reader::{looks_like_wkt, read};
pub(crate) use writer::write;
