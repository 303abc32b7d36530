//! Coordinate reference systems of GeoTIFF files, and coordinate transforms.

#![allow(dead_code)]

mod crs;
mod datum;
mod engine;
mod error;
mod geokeys;
mod input;
mod lookup;
mod method;
mod model;
mod registry;
mod transform;
mod units;

pub use crs::{Crs, CrsKind};
pub use error::{Error, ErrorKind};
pub use model::{Axis, AxisDirection};
pub use transform::{CoordTransform, transformer};
pub use units::{Unit, UnitKind};
