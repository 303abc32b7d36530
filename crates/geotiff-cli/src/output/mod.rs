//! What the command writes: files, and JSON on standard output.
#![allow(clippy::needless_pass_by_value, reason = "a view is a reference")]

mod describe;
mod file;
mod gdal_metadata;
mod geokeys;
mod geotiff;
mod json;
mod npy;
mod raster;

pub(crate) use describe::Placement;
pub(crate) use file::{OutFile, remove_unfinished};
pub(crate) use json::{Number, print_json, print_text};
pub(crate) use raster::{write_masks, write_raster};
