//! What a document's CRS and axes mean.

use crate::model::CrsReference;
use crate::{Error, ErrorKind};

#[derive(Debug)]
pub(crate) struct Reference {
    crs: CrsReference,
    northing_first: Option<bool>,
}

impl Reference {
    pub(crate) fn new(crs: CrsReference, axes: Option<&[String; 2]>) -> Self {
        Self { crs, northing_first: axes.map(|axes| first_axis_says_northing(&axes[0])) }
    }

    pub(crate) fn northing_first(&self) -> Result<bool, Error> {
        self.northing_first
            .ok_or_else(|| Error::new(ErrorKind::UnknownCrs, format!("the axes of {:?}", self.crs)))
    }
}

/// Whether a first axis of this name or abbreviation puts northing before easting: morecantile's rule.
pub(crate) fn first_axis_says_northing(name: &str) -> bool {
    ["Y", "LAT", "N"].iter().any(|first| name.eq_ignore_ascii_case(first))
}
