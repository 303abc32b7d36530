//! The JSON model of *OGC Two Dimensional Tile Matrix Set and Tile Set Metadata* 2.0 (OGC 17-083r4).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::lenient;

/// A TileMatrixSet as the document has it: plain data, not yet validated.
///
/// Take it out of a set with [`TileMatrixSet::into_document`](crate::TileMatrixSet::into_document), change it, and
/// validate it again with `TileMatrixSet::try_from`. Keys that the standard does not name are ignored when read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Document {
    /// Title for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A short description for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Unordered words that describe the set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keywords: Option<Vec<String>>,
    /// Identifier: letters, digits, `_` and `-`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Reference to an official source of the set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// Names of the CRS's axes in their order. Where present it decides the axis order of every point in the
    /// document; where absent the CRS does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered_axes: Option<[String; 2]>,
    /// The CRS of the set.
    pub crs: CrsReference,
    /// Reference to a well-known scale set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub well_known_scale_set: Option<String>,
    /// Declared bounds. Tile arithmetic never uses them: the matrices decide where tiles lie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounding_box: Option<DeclaredBounds>,
    /// The matrices.
    pub tile_matrices: Vec<TileMatrix>,
}

impl Document {
    /// A document of nothing but a CRS and matrices.
    #[must_use]
    pub fn new(crs: CrsReference, tile_matrices: Vec<TileMatrix>) -> Self {
        Self {
            title: None,
            description: None,
            keywords: None,
            id: None,
            uri: None,
            ordered_axes: None,
            crs,
            well_known_scale_set: None,
            bounding_box: None,
            tile_matrices,
        }
    }
}

/// How a document names a CRS (OGC 17-083r4, annex A, `crs`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawCrs", into = "RawCrs")]
#[non_exhaustive]
pub enum CrsReference {
    /// A plain string, most often a URI: `"http://www.opengis.net/def/crs/EPSG/0/3857"`, `"EPSG:3857"`.
    Text(String),
    /// `{"uri": "http://www.opengis.net/def/crs/EPSG/0/3857"}`
    Uri(String),
    /// `{"wkt": {…}}`: a PROJJSON object.
    Wkt(Map<String, Value>),
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum RawCrs {
    Text(String),
    Uri {
        uri: String,
    },
    Wkt {
        wkt: Map<String, Value>,
    },
    ReferenceSystem {
        #[serde(rename = "referenceSystem")]
        reference_system: Value,
    },
}

impl TryFrom<RawCrs> for CrsReference {
    type Error = &'static str;

    fn try_from(raw: RawCrs) -> Result<Self, Self::Error> {
        match raw {
            RawCrs::Text(text) => Ok(Self::Text(text)),
            RawCrs::Uri { uri } => Ok(Self::Uri(uri)),
            RawCrs::Wkt { wkt } => Ok(Self::Wkt(wkt)),
            RawCrs::ReferenceSystem { .. } => {
                Err("a CRS given as an ISO 19115 referenceSystem is not supported; give a uri or PROJJSON")
            }
        }
    }
}

impl From<CrsReference> for RawCrs {
    fn from(crs: CrsReference) -> Self {
        match crs {
            CrsReference::Text(text) => Self::Text(text),
            CrsReference::Uri(uri) => Self::Uri { uri },
            CrsReference::Wkt(wkt) => Self::Wkt { wkt },
        }
    }
}

/// The bounds that a document declares (OGC 17-083r4, `2DBoundingBox`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DeclaredBounds {
    /// Lower left corner, in the axis order of its CRS.
    #[serde(deserialize_with = "lenient::point")]
    pub lower_left: [f64; 2],
    /// Upper right corner, in the axis order of its CRS.
    #[serde(deserialize_with = "lenient::point")]
    pub upper_right: [f64; 2],
    /// CRS of the corners; the set's own where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crs: Option<CrsReference>,
    /// Names of that CRS's axes in their order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered_axes: Option<[String; 2]>,
}

impl DeclaredBounds {
    /// Bounds from two corners, in the axis order of `crs`.
    #[must_use]
    pub fn new(lower_left: [f64; 2], upper_right: [f64; 2], crs: Option<CrsReference>) -> Self {
        Self { lower_left, upper_right, crs, ordered_axes: None }
    }
}

/// The corner from which a matrix counts its rows; columns always count from the left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::exhaustive_enums)]
pub enum CornerOfOrigin {
    /// Row 0 is the northernmost: the standard's default.
    #[default]
    TopLeft,
    /// Row 0 is the southernmost.
    BottomLeft,
}

/// Rows in which several tiles coalesce into one (OGC 17-083r4, `variableMatrixWidth`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::exhaustive_structs)]
pub struct VariableMatrixWidth {
    /// How many tiles in width make one tile in these rows; at least 2.
    #[serde(deserialize_with = "lenient::integer")]
    pub coalesce: u64,
    /// First row of the range.
    #[serde(deserialize_with = "lenient::integer")]
    pub min_tile_row: u64,
    /// Last row of the range, included.
    #[serde(deserialize_with = "lenient::integer")]
    pub max_tile_row: u64,
}

/// One zoom level (OGC 17-083r4, `tileMatrix`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct TileMatrix {
    /// Title for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A short description for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Unordered words that describe the matrix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keywords: Option<Vec<String>>,
    /// The zoom level as text: an integer, possibly negative.
    pub id: String,
    /// Scale denominator for a pixel of 0.28 mm. Informative: geometry follows `cell_size`.
    #[serde(deserialize_with = "lenient::number")]
    pub scale_denominator: f64,
    /// Side of a (square) cell in units of the CRS.
    #[serde(deserialize_with = "lenient::number")]
    pub cell_size: f64,
    /// The corner that `point_of_origin` gives; `None` is the standard's default, the top left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corner_of_origin: Option<CornerOfOrigin>,
    /// The corner's position, in the document's axis order.
    #[serde(deserialize_with = "lenient::point")]
    pub point_of_origin: [f64; 2],
    /// Cells in a tile's width.
    #[serde(deserialize_with = "lenient::integer")]
    pub tile_width: u64,
    /// Cells in a tile's height.
    #[serde(deserialize_with = "lenient::integer")]
    pub tile_height: u64,
    /// Tiles in the matrix's width, before any coalesce.
    #[serde(deserialize_with = "lenient::integer")]
    pub matrix_width: u64,
    /// Tiles in the matrix's height.
    #[serde(deserialize_with = "lenient::integer")]
    pub matrix_height: u64,
    /// Rows whose tiles are wider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable_matrix_widths: Option<Vec<VariableMatrixWidth>>,
}

impl TileMatrix {
    /// The matrix of one zoom level, with `[width, height]` of its tiles in cells and of itself in tiles.
    #[must_use]
    pub fn new(
        zoom: i32,
        cell_size: f64,
        scale_denominator: f64,
        point_of_origin: [f64; 2],
        tile_size: [u64; 2],
        matrix_size: [u64; 2],
    ) -> Self {
        Self {
            title: None,
            description: None,
            keywords: None,
            id: zoom.to_string(),
            scale_denominator,
            cell_size,
            corner_of_origin: None,
            point_of_origin,
            tile_width: tile_size[0],
            tile_height: tile_size[1],
            matrix_width: matrix_size[0],
            matrix_height: matrix_size[1],
            variable_matrix_widths: None,
        }
    }

    /// The corner of origin, with the standard's default applied.
    #[must_use]
    pub fn corner(&self) -> CornerOfOrigin {
        self.corner_of_origin.unwrap_or_default()
    }

    /// The rows with wider tiles; empty for a matrix of one width.
    #[must_use]
    pub fn variable_widths(&self) -> &[VariableMatrixWidth] {
        self.variable_matrix_widths.as_deref().unwrap_or_default()
    }

    /// How many columns make one tile in this row: 1 where the width is not variable.
    #[must_use]
    pub fn coalesce_factor(&self, row: u64) -> u64 {
        self.variable_widths()
            .iter()
            .find(|width| (width.min_tile_row..=width.max_tile_row).contains(&row))
            .map_or(1, |width| width.coalesce)
    }

    /// Whether a tile of this column and row exists.
    #[must_use]
    pub fn contains(&self, x: u64, y: u64) -> bool {
        x < self.matrix_width && y < self.matrix_height
    }
}
