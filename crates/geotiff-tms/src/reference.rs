//! What a document's CRS and axes mean: the one place that speaks to geotiff-crs.

use std::fmt;
use std::sync::{Arc, OnceLock};

use geotiff_crs::{CoordTransform, Crs, transformer};
use serde_json::Value;

use crate::bounds::transform_bounds;
use crate::model::CrsReference;
use crate::{BoundingBox, Coords, Error, ErrorKind};

/// A document's CRS, resolved when first needed: arithmetic in the CRS's own units never needs it where the document
/// names its axes.
#[derive(Debug)]
pub(crate) struct Reference {
    named: CrsReference,
    named_northing_first: Option<bool>,
    chosen_geographic: Option<Crs>,
    crs: OnceLock<Crs>,
    geographic: OnceLock<Geographic>,
}

impl Reference {
    pub(crate) fn new(named: CrsReference, axes: Option<&[String; 2]>) -> Self {
        Self {
            named,
            named_northing_first: axes.map(|axes| first_axis_says_northing(&axes[0])),
            chosen_geographic: None,
            crs: OnceLock::new(),
            geographic: OnceLock::new(),
        }
    }

    pub(crate) fn with_geographic(&self, crs: Crs) -> Self {
        Self {
            named: self.named.clone(),
            named_northing_first: self.named_northing_first,
            chosen_geographic: Some(crs),
            crs: self.crs.clone(),
            geographic: OnceLock::new(),
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

    pub(crate) fn geographic(&self) -> Result<&Geographic, Error> {
        if let Some(geographic) = self.geographic.get() {
            return Ok(geographic);
        }
        let geographic = Geographic::new(self.crs()?, self.chosen_geographic.as_ref())?;
        Ok(self.geographic.get_or_init(|| geographic))
    }
}

/// A geographic CRS and the ways between it and the set's own.
pub(crate) struct Geographic {
    pub(crate) crs: Crs,
    own: Crs,
    to: Arc<dyn CoordTransform>,
    from: Arc<dyn CoordTransform>,
    bbox: OnceLock<BoundingBox>,
}

impl fmt::Debug for Geographic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Geographic").field("crs", &self.crs).finish_non_exhaustive()
    }
}

impl Geographic {
    fn new(own: &Crs, chosen: Option<&Crs>) -> Result<Self, Error> {
        let crs = match chosen {
            Some(crs) => crs.clone(),
            None => own.geographic().map_err(|error| unknown(own.name()).with_source(error))?,
        };
        let (to, from) = (between(own, &crs)?, between(&crs, own)?);
        Ok(Self { crs, own: own.clone(), to, from, bbox: OnceLock::new() })
    }

    pub(crate) fn forward(&self, x: f64, y: f64) -> Result<Coords, Error> {
        point(&*self.to, x, y, &self.own)
    }

    pub(crate) fn inverse(&self, longitude: f64, latitude: f64) -> Result<Coords, Error> {
        point(&*self.from, longitude, latitude, &self.crs)
    }

    pub(crate) fn forward_bounds(&self, bounds: &BoundingBox) -> Result<BoundingBox, Error> {
        transform_bounds(&self.own, &self.crs, bounds)
    }

    pub(crate) fn inverse_bounds(&self, bounds: &BoundingBox) -> Result<BoundingBox, Error> {
        transform_bounds(&self.crs, &self.own, bounds)
    }

    /// The set's bounds, worked out once.
    pub(crate) fn bbox(&self, own: &BoundingBox) -> Result<BoundingBox, Error> {
        if let Some(bounds) = self.bbox.get() {
            return Ok(*bounds);
        }
        let bounds = self.forward_bounds(own)?;
        Ok(*self.bbox.get_or_init(|| bounds))
    }
}

pub(crate) fn between(from: &Crs, to: &Crs) -> Result<Arc<dyn CoordTransform>, Error> {
    transformer(from, to)
        .map_err(|error| unknown(&format!("{} to {}", from.name(), to.name())).with_source(error))
}

fn point(transform: &dyn CoordTransform, x: f64, y: f64, crs: &Crs) -> Result<Coords, Error> {
    match transform.transform_point(x, y) {
        Some((x, y)) => Ok(Coords { x, y }),
        None => Err(Error::new(ErrorKind::OutsideDomain, format!("({x}, {y}) of {}", crs.name()))),
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

/// How a document names a CRS: by URI where it has a code, else in full, in the PROJJSON that the standard's member
/// `wkt` has (OGC 17-083r4, annex D).
pub(crate) fn reference_of(crs: &Crs) -> Result<CrsReference, Error> {
    if let Some(uri) = crs.uri() {
        return Ok(CrsReference::Uri(uri));
    }
    match crs.to_projjson() {
        Value::Object(projjson) => Ok(CrsReference::Wkt(projjson)),
        _ => Err(unknown(crs.name())),
    }
}
