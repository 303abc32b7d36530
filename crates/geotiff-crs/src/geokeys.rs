//! CRSs from GeoKeys, by GDAL's rules (libgeotiff's `GTIFGetDefn`, GDAL's `GTIFGetOGISDefn`).

use geotiff_core::GeoKeys;

use crate::crs::Crs;
use crate::error::{Error, Result};

/// The CRS that the keys describe, `None` where they describe none.
pub(crate) fn read(keys: &GeoKeys) -> Result<Option<Crs>> {
    match keys.epsg() {
        Some(code) => Crs::from_epsg(code).map(Some),
        None => Err(Error::unsupported("user-defined CRS")),
    }
}
