//! OGC TileMatrixSets: the model, the well-known sets, tile arithmetic, and the set of a file.
//!
//! For people who serve or cut map tiles: which tile holds this point, what bounds has this tile, which tiles cover
//! this box, which zoom level suits this resolution, in any tiling scheme of *OGC Two Dimensional Tile Matrix Set and
//! Tile Set Metadata* 2.0 ([OGC 17-083r4](https://docs.ogc.org/is/17-083r4/17-083r4.html)): other projections than Web
//! Mercator, northing-first axes, rows counted from the bottom, levels below zero, and rows of wider tiles towards
//! the poles. Results are those of the Python package morecantile, to the last tile.
//!
//! ```
//! use geotiff_tms::{Tile, ZoomStrategy, well_known};
//!
//! let tms = well_known("WebMercatorQuad")?;
//! let zoom = tms.zoom_for_res(10.0, ZoomStrategy::Auto)?;
//! assert_eq!(zoom, 14);
//! let tile = tms.xy_tile(949_000.0, 6_002_000.0, zoom)?;
//! assert_eq!(tile, Tile::new(8579, 5738, 14));
//! assert_eq!(tms.parent(tile)?.next(), Some(Tile::new(4289, 2869, 13)));
//! # Ok::<(), geotiff_tms::Error>(())
//! ```
//!
//! [`TileMatrixSet`] is where the arithmetic is; [`Document`] is the JSON model; [`TileMatrixSets`] is a registry of
//! the [13 well-known sets](WELL_KNOWN_IDS) and any others.

mod bounds;
mod custom;
mod error;
mod feature;
mod generate;
mod geographic;
mod grid;
mod lenient;
mod model;
mod quadkey;
mod range;
mod reference;
mod set;
mod types;
mod v1;
mod well_known;
mod zoom;

pub use custom::CustomOptions;
pub use error::{Error, ErrorKind};
pub use feature::FeatureOptions;
pub use generate::{GridLevel, generate_tms, generate_tms_from_levels};
pub use model::{CornerOfOrigin, CrsReference, DeclaredBounds, Document, TileMatrix, VariableMatrixWidth};
pub use range::TileRange;
pub use set::TileMatrixSet;
pub use types::{BoundingBox, Coords, Tile};
pub use well_known::{TileMatrixSets, WELL_KNOWN_IDS, well_known};
pub use zoom::ZoomStrategy;
