//! TileMatrixSet 1.0 documents (OGC 17-083r2) turned into 2.0.

use serde_json::{Map, Value};

use crate::generate::SCREEN_PIXEL_SIZE;
use crate::reference::crs_of;
use crate::set::malformed;
use crate::{CrsReference, Error, TileMatrixSet};

/// 1.0's keys and 2.0's for a set, for bounds and for a matrix; other keys are called the same.
const SET: &[(&str, &str)] = &[("identifier", "id"), ("supportedCRS", "crs"), ("abstract", "description")];
const BOUNDS: &[(&str, &str)] = &[("lowerCorner", "lowerLeft"), ("upperCorner", "upperRight")];
const MATRIX: &[(&str, &str)] =
    &[("identifier", "id"), ("topLeftCorner", "pointOfOrigin"), ("abstract", "description")];

impl TileMatrixSet {
    /// Converts a TileMatrixSet 1.0 JSON document.
    ///
    /// 1.0 has no cell size: it is worked out of the scale denominator and the CRS's unit.
    ///
    /// # Errors
    ///
    /// [`Malformed`](crate::ErrorKind::Malformed) for what is no such document;
    /// [`UnknownCrs`](crate::ErrorKind::UnknownCrs) where the CRS's unit is not known.
    pub fn from_v1(json: &str) -> Result<Self, Error> {
        let value: Value =
            serde_json::from_str(json).map_err(|error| malformed("no JSON").with_source(error))?;
        let Value::Object(mut set) = value else { return Err(malformed("not a JSON object")) };
        let crs = set.get("supportedCRS").and_then(Value::as_str).ok_or_else(|| missing("supportedCRS"))?;
        let unit = crs_of(&CrsReference::Text(crs.to_owned()))?.meters_per_unit();

        let Some(Value::Array(mut matrices)) = set.remove("tileMatrix") else {
            return Err(missing("tileMatrix"));
        };
        for matrix in &mut matrices {
            let matrix = matrix.as_object_mut().ok_or_else(|| malformed("a tileMatrix is not an object"))?;
            rename(matrix, MATRIX);
            let scale = scale_denominator(matrix).ok_or_else(|| missing("scaleDenominator"))?;
            matrix.insert("cellSize".into(), (scale * SCREEN_PIXEL_SIZE / unit).into());
        }
        set.insert("tileMatrices".into(), Value::Array(matrices));
        rename(&mut set, SET);
        if let Some(Value::Object(bounds)) = set.get_mut("boundingBox") {
            rename(bounds, BOUNDS);
        }
        Self::from_value(Value::Object(set))
    }
}

fn scale_denominator(matrix: &Map<String, Value>) -> Option<f64> {
    match matrix.get("scaleDenominator")? {
        Value::String(text) => text.trim().parse().ok(),
        number => number.as_f64(),
    }
}

fn rename(object: &mut Map<String, Value>, keys: &[(&str, &str)]) {
    object.remove("type");
    for (old, new) in keys {
        if let Some(value) = object.remove(*old) {
            object.insert((*new).to_owned(), value);
        }
    }
}

fn missing(key: &str) -> Error {
    malformed(format!("a version 1.0 document without {key}"))
}
