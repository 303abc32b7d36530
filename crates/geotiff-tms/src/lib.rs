//! OGC TileMatrixSets: the model, the well-known sets, tile arithmetic, and the set of a file.
//!
//! For people who serve or cut map tiles: which tile holds this point, what bounds has this tile, which tiles cover
//! this box, which zoom level suits this resolution, in any tiling scheme of *OGC Two Dimensional Tile Matrix Set and
//! Tile Set Metadata* 2.0 ([OGC 17-083r4](https://docs.ogc.org/is/17-083r4/17-083r4.html)): other projections than Web
//! Mercator, northing-first axes, rows counted from the bottom, levels below zero, and rows of wider tiles towards
//! the poles. Results are those of the Python package morecantile, to the last tile.
//!
//! ```
//! use geotiff_crs::Crs;
//! use geotiff_tms::{BoundingBox, GridLevel, Tile, ZoomStrategy, generate_tms_from_levels, well_known};
//!
//! // The map tile of a place, its bounds, and the tiles that cover a box.
//! let tms = well_known("WebMercatorQuad")?;
//! let zoom = tms.zoom_for_res(10.0, ZoomStrategy::Auto)?;
//! let tile = tms.tile(8.54, 47.37, zoom)?;
//! assert_eq!(tile, Tile::new(8580, 5737, 14));
//! assert_eq!(tms.xy_bounds(tile)?.left, 949_042.143_188_748_5);
//! assert_eq!(tms.covering(BoundingBox::new(5.9, 45.8, 10.5, 47.8), &[8])?.count(), 12);
//!
//! // The tiles of a file are such a set too: `generate_tms` makes it of a page of a file, this of its numbers.
//! let band = GridLevel {
//!     transform: [10.0, 0.0, 300_000.0, 0.0, -10.0, 4_100_040.0],
//!     width: 10_980,
//!     height: 10_980,
//!     tile_width: 1024,
//!     tile_height: 1024,
//! };
//! let own = generate_tms_from_levels(&[band], &Crs::from_epsg(32612)?)?;
//! assert_eq!(own.matrices()[0].scale_denominator, 35_714.285_714_285_72);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`TileMatrixSet`] is where the arithmetic is; [`Document`] is the JSON model; [`TileMatrixSets`] is a registry of
//! the [13 well-known sets](WELL_KNOWN_IDS) and any others; [`generate_tms`] makes the set of a file and
//! [`TileMatrixSet::custom`] one of your own. Coordinates are always x before y, whatever order a document uses.
//!
//! # Where it differs from morecantile
//!
//! - A tile outside its matrix, a level that a set has not, and a position without coordinates are errors, not
//!   extrapolations or warnings.
//! - [`TileMatrixSet::tiles`], [`parent`](TileMatrixSet::parent) and [`children`](TileMatrixSet::children) give the
//!   same tiles; [`covering`](TileMatrixSet::covering) and [`overlapping`](TileMatrixSet::overlapping) also give those
//!   that its corner rules leave out, and each once.
//! - Ranges are iterators that step over coalesced columns: the poles of GNOSISGlobalGrid cost nothing.
//! - Overzoom of a set of base 3 divides by 3, not by 1/0.33; the box of a set with rows from the bottom is that of
//!   all its rows; quadkeys are refused where they would name two tiles alike.

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

pub use bounds::transform_bounds;
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
