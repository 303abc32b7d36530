//! What a document's CRS and axes mean: the one place that speaks to geotiff-crs.

use std::sync::OnceLock;

use geotiff_crs::Crs;
use serde_json::Value;

use crate::model::CrsReference;
use crate::{Error, ErrorKind};

/// A document's CRS, resolved when first needed: arithmetic in the CRS's own units never needs it where the document
/// names its axes.
#[derive(Debug)]
pub(crate) struct Reference {
    named: CrsReference,
    named_northing_first: Option<bool>,
    crs: OnceLock<Crs>,
}

impl Reference {
    pub(crate) fn new(named: CrsReference, axes: Option<&[String; 2]>) -> Self {
        Self {
            named,
            named_northing_first: axes.map(|axes| first_axis_says_northing(&axes[0])),
            crs: OnceLock::new(),
        }
    }

    pub(crate) fn crs(&self) -> Result<&Crs, Error> {
        if let Some(crs) = self.crs.get() {
            return Ok(crs);
        }
        let crs = crs_of(&self.named)?;
        Ok(self.crs.get_or_init(|| crs))
    }

    pub(crate) fn northing_first(&self) -> Result<bool, Error> {
        match self.named_northing_first {
            Some(answer) => Ok(answer),
            None => Ok(abbreviates_northing_first(self.crs()?)),
        }
    }
}

fn unknown(what: &str) -> Error {
    Error::new(ErrorKind::UnknownCrs, what)
}

/// Whether a first axis of this name or abbreviation puts northing before easting: morecantile's rule.
pub(crate) fn first_axis_says_northing(name: &str) -> bool {
    ["Y", "LAT", "N"].iter().any(|first| name.eq_ignore_ascii_case(first))
}

/// The same of a CRS: how documents without `orderedAxes` are read.
pub(crate) fn abbreviates_northing_first(crs: &Crs) -> bool {
    crs.axes().first().is_some_and(|axis| first_axis_says_northing(axis.abbreviation()))
}

/// Whether the CRS's definition has northing or latitude first: how documents are written.
pub(crate) fn northing_first(crs: &Crs) -> bool {
    crs.is_northing_first() || abbreviates_northing_first(crs)
}

/// The CRS that a document names.
pub(crate) fn crs_of(named: &CrsReference) -> Result<Crs, Error> {
    let text = match named {
        CrsReference::Text(text) | CrsReference::Uri(text) => text.clone(),
        CrsReference::Wkt(projjson) => Value::Object(projjson.clone()).to_string(),
    };
    Crs::from_user_input(&text).map_err(|error| unknown(&format!("{text:.100}")).with_source(error))
}

/// How a document names a CRS: by URI where it has a code, else in full.
pub(crate) fn reference_of(crs: &Crs) -> Result<CrsReference, Error> {
    if let Some(uri) = crs.uri() {
        return Ok(CrsReference::Uri(uri));
    }
    Err(unknown(crs.name()))
}
