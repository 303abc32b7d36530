//! PROJJSON (schema v0.7), written and read.

mod reader;
mod writer;

pub(crate) use reader::read;
pub(crate) use writer::write;
