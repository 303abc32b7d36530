//! Open a GeoTIFF, plan, fetch, decode and assemble windows of pixels.

pub mod level_choice;
pub mod resample;
