//! Geographic CRSs from the Geog keys: by code, or datum, ellipsoid, prime meridian and units one by one.

use std::sync::Arc;

use geotiff_core::GeoKey;

use super::{Reader, USER_DEFINED, citation};
use crate::error::Result;
use crate::lookup;
use crate::model::{CoordinateSystem, Datum, Ellipsoid, Flattening, Frame, GeodeticCrs, PrimeMeridian};
use crate::names;
use crate::units::{DEGREE, Unit, UnitKind};

/// The CRS and its parameters to WGS 84, if the file has them.
pub(super) fn read(reader: &Reader<'_>) -> Result<(GeodeticCrs, Option<[f64; 7]>)> {
    let shift = to_wgs84(reader);
    // What a code that is not in the table stands for may be written out.
    if let Some(Ok((known, _))) = reader.code(GeoKey::GEOGRAPHIC_TYPE).map(lookup::geodetic) {
        return Ok((known, shift));
    }
    let citation = reader.text(GeoKey::GEOG_CITATION).unwrap_or("");
    let angular =
        reader.unit(GeoKey::GEOG_ANGULAR_UNITS, GeoKey::GEOG_ANGULAR_UNIT_SIZE, UnitKind::Angular)?;
    let known = reader.code(GeoKey::GEOG_GEODETIC_DATUM).and_then(|code| lookup::datum(code).ok());
    let prime_meridian = prime_meridian(reader, citation, known.as_ref(), &angular)?;
    let ellipsoid = ellipsoid(reader, citation, known.as_ref())?;
    let datum_name = known.as_ref().map(|datum| datum.name.clone());
    let mut datum = known.unwrap_or_else(|| Datum {
        name: citation::field(citation, "Datum").unwrap_or("unnamed").to_owned(),
        ellipsoid: ellipsoid.clone(),
        prime_meridian: prime_meridian.clone(),
        frame: Frame::Static,
        anchor_epoch: None,
        id: None,
    });
    datum.name = names::plain_datum(&datum.name);
    datum.frame = Frame::Static;
    datum.ellipsoid = ellipsoid;
    datum.prime_meridian = prime_meridian;
    let plain = (!citation.is_empty() && !citation.contains(" = ")).then_some(citation);
    let name = citation::field(citation, "GCS Name").or(plain).or(datum_name.as_deref()).unwrap_or("unknown");
    // GDAL marks names of deprecated CRSs when it writes them, and takes the mark away when it reads.
    let name = name.trim_end_matches('|').trim_end_matches(" (deprecated)");
    let name = citation::without_imagine(name);
    let system = CoordinateSystem::lat_lon(&angular);
    Ok((GeodeticCrs { name, datum: Arc::new(datum), system, derivation: None, id: None }, shift))
}

/// Key 2062, which GDAL writes beside the standard's: three or seven parameters, position vector.
fn to_wgs84(reader: &Reader<'_>) -> Option<[f64; 7]> {
    let given = reader.keys.doubles(GeoKey::GEOG_TOWGS84)?;
    if !matches!(given.len(), 3 | 7) || given.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let mut values = [0.0; 7];
    values.iter_mut().zip(given).for_each(|(slot, value)| *slot = *value);
    Some(values)
}

/// The ellipsoid with a code or of the datum, with the axes that are given instead of its own.
fn ellipsoid(reader: &Reader<'_>, citation: &str, datum: Option<&Datum>) -> Result<Ellipsoid> {
    let known = match reader.code(GeoKey::GEOG_ELLIPSOID) {
        Some(code) => lookup::ellipsoid(code).ok(),
        None => datum.map(|datum| datum.ellipsoid.clone()),
    };
    let a = reader.double(GeoKey::GEOG_SEMI_MAJOR_AXIS).filter(|a| *a > 0.0);
    let b = reader.double(GeoKey::GEOG_SEMI_MINOR_AXIS).filter(|b| *b > 0.0);
    let inverse = reader.double(GeoKey::GEOG_INV_FLATTENING);
    let name = citation::field(citation, "Ellipsoid");
    let Some(semi_major) = a else {
        if reader.keys.short(GeoKey::GEOG_ELLIPSOID) == Some(USER_DEFINED) {
            return unretrievable();
        }
        // GDAL goes on with WGS 84's where the code is unknown or there is none.
        return known.map_or_else(unretrievable, Ok);
    };
    let flattening = match (inverse, b) {
        (Some(rf), _) if rf > 1.0 => Flattening::Inverse(rf),
        (_, Some(b)) if b < semi_major => Flattening::Inverse(semi_major / (semi_major - b)),
        (None, None) => known.as_ref().map_or(Flattening::Sphere, |known| known.flattening),
        _ => Flattening::Sphere,
    };
    let given = Ellipsoid {
        name: name.unwrap_or("unknown").to_owned(),
        semi_major,
        flattening,
        unit: Unit::metre(),
        id: None,
    };
    Ok(match known {
        Some(known) if same_shape(&known, &given) => known,
        Some(known) if name.is_none() => Ellipsoid { name: known.name, ..given },
        _ => given,
    })
}

fn unretrievable() -> Result<Ellipsoid> {
    let wgs84 = lookup::ellipsoid(7030)?;
    Ok(Ellipsoid { name: "unretrievable - using WGS84".to_owned(), id: None, ..wgs84 })
}

fn same_shape(a: &Ellipsoid, b: &Ellipsoid) -> bool {
    (a.a() - b.a()).abs() < 1e-3 && (a.b() - b.b()).abs() < 1e-3
}

fn prime_meridian(
    reader: &Reader<'_>,
    citation: &str,
    datum: Option<&Datum>,
    angular: &Unit,
) -> Result<PrimeMeridian> {
    if let Some(code) = reader.code(GeoKey::GEOG_PRIME_MERIDIAN) {
        return lookup::prime_meridian(code).map_err(|error| error.context("GeogPrimeMeridianGeoKey"));
    }
    let name = citation::field(citation, "Primem");
    let Some(longitude) = reader.double(GeoKey::GEOG_PRIME_MERIDIAN_LONG) else {
        return Ok(datum.map_or_else(PrimeMeridian::greenwich, |datum| datum.prime_meridian.clone()));
    };
    if longitude == 0.0 && name.is_none_or(|name| name == "Greenwich") {
        return Ok(PrimeMeridian::greenwich());
    }
    // Where GDAL's citation names the angular unit, GDAL reads this key in degrees of the unit once more.
    let twice = if citation::field(citation, "AUnits").is_some() { angular.factor() / DEGREE } else { 1.0 };
    Ok(PrimeMeridian {
        name: name.unwrap_or("unknown").to_owned(),
        longitude: longitude * twice,
        unit: angular.clone(),
        id: None,
    })
}
