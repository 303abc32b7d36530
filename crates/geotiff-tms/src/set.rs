//! A validated set and its matrices.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::model::{CrsReference, Document, TileMatrix, VariableMatrixWidth};
use crate::reference::Reference;
use crate::{Error, ErrorKind};

/// A TileMatrixSet: a validated [`Document`] and the tile arithmetic on it.
///
/// Matrices are sorted by zoom level. Cloning copies the document and shares what was worked out about the CRS.
///
/// # Coordinates
///
/// Every method takes and gives x (easting, longitude) before y (northing, latitude), in units of the CRS or in
/// degrees, whatever axis order the document uses. Methods named `xy…` speak the set's own CRS; the others speak its
/// [geographic CRS](Self::geographic_crs).
///
/// # Examples
///
/// ```
/// use geotiff_tms::{Tile, well_known};
///
/// let tms = well_known("WebMercatorQuad")?;
/// assert_eq!(tms.xy_tile(-8_240_000.0, 4_970_000.0, 12)?, Tile::new(1205, 1540, 12));
/// assert_eq!(tms.quadkey(Tile::new(1205, 1540, 12))?, "032010110301");
/// # Ok::<(), geotiff_tms::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TileMatrixSet {
    document: Document,
    /// Parallel to the document's matrices, strictly increasing.
    zooms: Vec<i32>,
    pub(crate) reference: Arc<Reference>,
}

impl PartialEq for TileMatrixSet {
    fn eq(&self, other: &Self) -> bool {
        self.document == other.document
    }
}

impl TryFrom<Document> for TileMatrixSet {
    type Error = Error;

    fn try_from(mut document: Document) -> Result<Self, Error> {
        if let Some(id) = &document.id {
            check_id(id)?;
        }
        let mut keyed = Vec::with_capacity(document.tile_matrices.len());
        for matrix in document.tile_matrices {
            keyed.push((check_matrix(&matrix)?, matrix));
        }
        keyed.sort_by_key(|(zoom, _)| *zoom);
        if let Some(pair) = keyed.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(malformed(format!("two tile matrices have the id {}", pair[0].0)));
        }
        if keyed.is_empty() {
            return Err(malformed("tileMatrices is empty"));
        }
        let (zooms, matrices) = keyed.into_iter().unzip();
        document.tile_matrices = matrices;
        let reference = Arc::new(Reference::new(document.crs.clone(), document.ordered_axes.as_ref()));
        Ok(Self { document, zooms, reference })
    }
}

impl TileMatrixSet {
    /// Reads a TileMatrixSet 2.0 document.
    ///
    /// Unknown keys are ignored, except in a tile matrix. Integers may be written `256.0` and numbers as strings.
    ///
    /// # Errors
    ///
    /// [`Malformed`](ErrorKind::Malformed) with the key and the reason, or [`Version1`](ErrorKind::Version1) for a
    /// 1.0 document.
    pub fn from_json(json: &str) -> Result<Self, Error> {
        let value = serde_json::from_str(json).map_err(|error| malformed("no JSON").with_source(error))?;
        Self::from_value(value)
    }

    pub(crate) fn from_value(value: Value) -> Result<Self, Error> {
        if let Some(key) =
            ["supportedCRS", "topLeftCorner", "tileMatrix"].iter().find(|key| value.get(key).is_some())
        {
            let message =
                format!("the key {key:?} is of version 1.0; TileMatrixSet::from_v1 converts such documents");
            return Err(Error::new(ErrorKind::Version1, message));
        }
        if value.pointer("/crs/referenceSystem").is_some() {
            let message = "a CRS given as an ISO 19115 referenceSystem; give a uri or PROJJSON";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let document: Document = serde_json::from_value(value)
            .map_err(|error| malformed("TileMatrixSet 2.0").with_source(error))?;
        Self::try_from(document)
    }

    /// The document as compact JSON; `serde_json::to_string_pretty` on the set indents it.
    #[must_use]
    pub fn to_json(&self) -> String {
        // A map with string keys and finite or null numbers: nothing in it can fail to serialise.
        serde_json::to_string(&self.document).unwrap_or_default()
    }

    /// The document as it was read, its matrices sorted.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The document, to be changed and validated again with `TileMatrixSet::try_from`.
    #[must_use]
    pub fn into_document(self) -> Document {
        self.document
    }

    /// The identifier, where the document has one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.document.id.as_deref()
    }

    /// The title for people, where the document has one.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.document.title.as_deref()
    }

    /// The document's own words for its CRS; [`Self::crs`] resolves them.
    #[must_use]
    pub fn crs_reference(&self) -> &CrsReference {
        &self.document.crs
    }

    /// The matrices that the document has, coarsest zoom level first.
    #[must_use]
    pub fn matrices(&self) -> &[TileMatrix] {
        &self.document.tile_matrices
    }

    /// The zoom levels that the document has, ascending, without gaps filled.
    #[must_use]
    pub fn zooms(&self) -> &[i32] {
        &self.zooms
    }

    /// The smallest zoom level.
    #[must_use]
    pub fn minzoom(&self) -> i32 {
        self.zooms.first().copied().unwrap_or_default()
    }

    /// The largest zoom level of the document; [`Self::matrix`] may go deeper.
    #[must_use]
    pub fn maxzoom(&self) -> i32 {
        self.zooms.last().copied().unwrap_or_default()
    }

    /// Whether any matrix has rows of wider tiles.
    #[must_use]
    pub fn is_variable(&self) -> bool {
        self.matrices().iter().any(|matrix| !matrix.variable_widths().is_empty())
    }

    /// The matrix of a zoom level.
    ///
    /// Past [`Self::maxzoom`] it is derived from the last one (*overzoom*) where the set has one width and one step
    /// between its scales, as a quadtree has. The step is taken as exact when it is an integer to two decimals, so
    /// that a set of base 3 keeps dividing by 3.
    ///
    /// # Errors
    ///
    /// [`InvalidZoom`](ErrorKind::InvalidZoom) where the set has no such matrix and none can be derived.
    pub fn matrix(&self, zoom: i32) -> Result<Cow<'_, TileMatrix>, Error> {
        if let Ok(index) = self.zooms.binary_search(&zoom) {
            return Ok(Cow::Borrowed(&self.matrices()[index]));
        }
        if zoom < self.maxzoom() {
            let range = format!("{} to {}", self.minzoom(), self.maxzoom());
            return Err(self.invalid_zoom(zoom, &format!("the set has levels {range}")));
        }
        if self.is_variable() {
            return Err(self.invalid_zoom(zoom, "a set of variable widths has no levels past its last"));
        }
        let step = self.scale_step().ok_or_else(|| {
            self.invalid_zoom(zoom, "a set without one step between its scales has no levels past its last")
        })?;
        self.overzoomed(zoom, step).map(Cow::Owned)
    }

    /// How many times smaller each scale is than the one before, where that is one number to two decimals.
    fn scale_step(&self) -> Option<f64> {
        let matrices = self.matrices();
        let ratio = |pair: &[TileMatrix]| pair[1].scale_denominator / pair[0].scale_denominator;
        let rounded = |ratio: f64| (ratio * 100.0).round();
        let last = matrices.windows(2).last().map(ratio)?;
        if matrices.windows(2).any(|pair| rounded(ratio(pair)) != rounded(last)) {
            return None;
        }
        let nearest = (1.0 / last).round();
        let step = if rounded(1.0 / nearest) == rounded(last) { nearest } else { 1.0 / last };
        (step > 1.0 && step.is_finite()).then_some(step)
    }

    fn overzoomed(&self, zoom: i32, step: f64) -> Result<TileMatrix, Error> {
        let deepest = &self.matrices()[self.matrices().len() - 1];
        let mut matrix = TileMatrix::new(
            zoom,
            deepest.cell_size,
            deepest.scale_denominator,
            deepest.point_of_origin,
            [deepest.tile_width, deepest.tile_height],
            [deepest.matrix_width, deepest.matrix_height],
        );
        matrix.corner_of_origin = deepest.corner_of_origin;
        let scaled = |count: u64| {
            let scaled = count as f64 * step;
            (scaled < u64::MAX as f64).then_some(scaled as u64)
        };
        for _ in i64::from(self.maxzoom())..i64::from(zoom) {
            matrix.cell_size /= step;
            matrix.scale_denominator /= step;
            let (Some(width), Some(height)) = (scaled(matrix.matrix_width), scaled(matrix.matrix_height))
            else {
                return Err(self.invalid_zoom(zoom, "too deep to count its tiles"));
            };
            // A step so close to 1 that counts no longer grow would never end.
            if width == matrix.matrix_width || height == matrix.matrix_height {
                return Err(self.invalid_zoom(zoom, "its matrices do not grow from level to level"));
            }
            (matrix.matrix_width, matrix.matrix_height) = (width, height);
        }
        Ok(matrix)
    }

    pub(crate) fn invalid_zoom(&self, zoom: i32, why: &str) -> Error {
        let set = self.id().unwrap_or("unnamed");
        Error::new(ErrorKind::InvalidZoom, format!("level {zoom} of the set {set}: {why}"))
    }
}

impl Serialize for TileMatrixSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.document.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TileMatrixSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Each row looks its width up among all of them; GNOSISGlobalGrid has 56 at most.
const MOST_WIDTHS: usize = 4096;

pub(crate) fn malformed(context: impl Into<String>) -> Error {
    Error::new(ErrorKind::Malformed, context)
}

fn check_id(id: &str) -> Result<(), Error> {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if id.is_empty() || !id.chars().all(word) {
        return Err(malformed(format!("id {id:?}: an identifier is made of letters, digits, _ and -")));
    }
    Ok(())
}

/// Checks what the JSON Schema of the standard demands and what arithmetic needs; gives the zoom level.
fn check_matrix(matrix: &TileMatrix) -> Result<i32, Error> {
    let id = &matrix.id;
    let wrong = |what: String| malformed(format!("tile matrix {id:?}: {what}"));
    let digits = id.strip_prefix('-').unwrap_or(id);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong("its id is not an integer".into()));
    }
    let zoom = id.parse::<i32>().map_err(|error| wrong("its id".into()).with_source(error))?;
    for (key, value) in [("cellSize", matrix.cell_size), ("scaleDenominator", matrix.scale_denominator)] {
        if !(value.is_finite() && value > 0.0) {
            return Err(wrong(format!("{key} is {value}")));
        }
    }
    if matrix.point_of_origin.iter().any(|value| !value.is_finite()) {
        return Err(wrong("pointOfOrigin is not finite".into()));
    }
    let sizes = [
        ("tileWidth", matrix.tile_width),
        ("tileHeight", matrix.tile_height),
        ("matrixWidth", matrix.matrix_width),
        ("matrixHeight", matrix.matrix_height),
    ];
    if let Some((key, _)) = sizes.iter().find(|(_, size)| *size == 0) {
        return Err(wrong(format!("{key} is 0")));
    }
    if matrix.variable_widths().len() > MOST_WIDTHS {
        return Err(wrong(format!("more than {MOST_WIDTHS} variableMatrixWidths")));
    }
    matrix.variable_widths().iter().try_for_each(|width| check_width(width, &wrong))?;
    Ok(zoom)
}

fn check_width(width: &VariableMatrixWidth, wrong: &dyn Fn(String) -> Error) -> Result<(), Error> {
    let VariableMatrixWidth { coalesce, min_tile_row, max_tile_row } = *width;
    if coalesce < 2 {
        return Err(wrong(format!("a coalesce factor of {coalesce}; the least is 2")));
    }
    if min_tile_row > max_tile_row {
        return Err(wrong(format!("minTileRow {min_tile_row} is past maxTileRow {max_tile_row}")));
    }
    Ok(())
}
