//! Coordinate reference systems of GeoTIFF files, and coordinate transforms.
//!
//! For those who have a raster's GeoKeys and want to know where it lies: its CRS with name, axes and units, the same
//! definition as WKT 2 or PROJJSON for other programs, and the way from its coordinates to those of another CRS. All
//! in Rust: no PROJ, no database beside the program, nothing to install.
//!
//! ```
//! use geotiff_core::GeoKeys;
//! use geotiff_crs::{Crs, transformer};
//!
//! // The key directory of a file in UTM: GTModelType projected, ProjectedCSType 32633.
//! let keys = GeoKeys::parse(&[1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 32633], &[], b"").unwrap();
//! let crs = Crs::from_geokeys(&keys)?.unwrap();
//! assert_eq!((crs.name(), crs.epsg()), ("WGS 84 / UTM zone 33N", Some(32633)));
//!
//! let transform = transformer(&crs, &Crs::from_epsg(4326)?)?;
//! let (lon, lat) = transform.transform_point(500_000.0, 4_649_776.0).unwrap();
//! assert!((lon - 15.0).abs() < 1e-9 && (lat - 42.0).abs() < 1e-4);
//! # Ok::<(), geotiff_crs::Error>(())
//! ```
//!
//! # What is read
//!
//! - every CRS of the EPSG Dataset v12.029 by code, deprecated ones included ([`Crs::from_epsg`]): 7,709 projected,
//!   geographic, geocentric, vertical and compound ones;
//! - GeoKeys as GDAL writes them ([`Crs::from_geokeys`]): codes, user-defined datums, ellipsoids, prime meridians and
//!   units, every conversion method with a number in GeoTIFF, ESRI's definitions in citations, heights;
//! - text ([`Crs::from_user_input`]): codes, OGC's URNs and URIs, WKT 2, WKT 1 of GDAL and of ESRI (`.prj` files),
//!   PROJJSON, PROJ strings.
//!
//! # How exact transforms are
//!
//! Projections are computed by [proj4rs](https://docs.rs/proj4rs), Web Mercator by closed formulas. Datums are shifted
//! by the operations that PROJ would choose from at each point if it had no grids. Where grids or a method missing
//! here make a difference, or a datum is not known at all, [`CoordTransform::is_approximate`] says so. The feature `proj`
//! brings PROJ's own transforms beside these, behind the same trait.
//!
//! # The EPSG Dataset
//!
//! The embedded table is made from the EPSG Dataset, which is owned jointly and severally by the members of the
//! International Association of Oil & Gas Producers (IOGP), by way of PROJ's database. It comes with IOGP's terms of
//! use, which `data/README.md` passes on: data that have been changed must not be attributed to EPSG.

mod area;
mod bounds;
mod crs;
mod datum;
mod engine;
mod error;
mod geokeys;
mod identify;
mod input;
mod lookup;
mod method;
mod model;
mod names;
mod number;
#[cfg(feature = "proj")]
pub mod proj;
mod proj_string;
mod projection;
mod projjson;
mod registry;
mod rotation;
mod shift;
mod transform;
mod units;
mod wkt;

pub use bounds::{DENSIFY, transform_bounds};
pub use crs::{Crs, CrsKind};
pub use error::{Error, ErrorKind};
pub use model::{Axis, AxisDirection};
pub use transform::{CoordTransform, transformer};
pub use units::{Unit, UnitKind};
