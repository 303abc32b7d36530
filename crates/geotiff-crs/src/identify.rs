//! The EPSG code of a definition that carries none: what PROJ's `proj_identify` finds with a confidence of 70 or more,
//! which is what rasterio's `to_epsg` takes.

use std::cmp::Ordering;

use crate::datum;
use crate::lookup;
use crate::method::canonical;
use crate::model::{
    AxisDirection, Conversion, CoordinateSystem, Datum, Definition, GeodeticCrs, Id, Parameter, ProjectedCrs,
    epsg_of,
};
use crate::names;
use crate::registry;
use crate::wkt;

/// Relative difference that rounding to 15 digits and conversion of units may leave.
const TOLERANCE: f64 = 1e-9;

/// Metres by which semi-axes may differ: WGS 84's and GRS 1980's differ by a tenth of a millimetre.
const SHAPE: f64 = 1e-5;

/// The code of the CRS in the table that is the same. `implicit_axes`: nothing was said of the axes' order.
pub(crate) fn identify(definition: &Definition, implicit_axes: bool) -> Option<u32> {
    match definition {
        Definition::Geodetic(crs) => geodetic(crs).first().copied(),
        Definition::Projected(crs) => projected(crs, implicit_axes).first().copied(),
        Definition::Compound(crs) => {
            let part = |part: &Definition| epsg_of(part.id()).or_else(|| identify(part, implicit_axes));
            lookup::compound_of(part(&crs.horizontal)?, part(&crs.vertical)?)
        }
        Definition::Bound(crs) => {
            let found = match &*crs.source {
                Definition::Geodetic(crs) => geodetic(crs),
                Definition::Projected(crs) => projected(crs, implicit_axes),
                _ => return None,
            };
            // A shift of nothing stands for the datums that PROJ takes for WGS 84's.
            let at_rest = |code: &&u32| lookup::crs(**code).is_ok_and(|(known, _)| datum::is_wgs84(&known));
            let nothing = crs.to_wgs84 == [0.0; 7];
            found.iter().find(|code| nothing && at_rest(code)).or(found.first()).copied()
        }
        Definition::Vertical(_) | Definition::Engineering(_) => None,
    }
}

/// ESRI's code of a definition that is ESRI's own by name as well.
pub(crate) fn esri(definition: &Definition) -> Option<u32> {
    let (code, row) =
        registry::rows(registry::ESRI).find(|(_, row)| row.split('\t').next() == Some(definition.name()))?;
    let known = wkt::read(row.split_once('\t')?.1).ok()?;
    let same = match (&known, definition) {
        (Definition::Projected(known), Definition::Projected(given)) => {
            same_datum(&known.base.datum, &given.base.datum)
                && same_conversion(&known.conversion, &given.conversion)
                && same_units(&known.system, &given.system)
        }
        (Definition::Geodetic(known), Definition::Geodetic(given)) if given.derivation.is_none() => {
            same_datum(&known.datum, &given.datum) && same_units(&known.system, &given.system)
        }
        _ => false,
    };
    same.then_some(code)
}

/// By name, else by the datum.
fn geodetic(crs: &GeodeticCrs) -> Vec<u32> {
    if crs.derivation.is_some() {
        return Vec::new();
    }
    let name = plain(&crs.name);
    let datum = with_code(&crs.datum);
    // PROJ goes by the name of the CRS where the datum is called unknown, but not by other names for that.
    if is_unknown(&datum) && canonical(&datum.name) != "unknown" {
        return Vec::new();
    }
    let fits = |code: u32| {
        lookup::geodetic(code)
            .is_ok_and(|(known, _)| same_datum(&known.datum, &datum) && same_axes(&known.system, &crs.system))
    };
    let named: Vec<u32> = registry::rows(registry::GEODETIC)
        .filter(|(_, row)| row.split('\t').next().is_some_and(|known| plain(known) == name))
        .map(|(code, _)| code)
        .filter(|code| fits(*code))
        .collect();
    let known = epsg_of(datum.id.as_ref()).map(|code| code.to_string());
    let (true, Some(datum)) = (named.is_empty(), known) else { return named };
    let mut found: Vec<(&str, u32)> = registry::rows(registry::GEODETIC)
        .filter(|(_, row)| {
            let mut fields = row.split('\t').skip(3);
            fields.next() == Some(&datum) && fields.nth(1) != Some("d")
        })
        .filter(|(code, _)| fits(*code))
        .map(|(code, row)| (row.split('\t').next().unwrap_or(""), code))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, code)| code).collect()
}

/// Without the remark that GDAL adds to names of deprecated CRSs.
fn plain(name: &str) -> String {
    canonical(name.trim_end_matches(" (deprecated)"))
}

/// How well a CRS of the table agrees with the one given, best first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Match {
    name: NameMatch,
    deprecated: bool,
    other_axes: bool,
    known: String,
    code: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum NameMatch {
    Exact,
    /// But for case and punctuation, or ESRI's name.
    Equivalent,
    Other,
}

fn projected(crs: &ProjectedCrs, implicit_axes: bool) -> Vec<u32> {
    let Some(method) = crs.conversion.method_code.map(|code| code.to_string()) else { return Vec::new() };
    let conversions: Vec<u32> = registry::rows(registry::CONVERSION)
        .filter(|(_, row)| row.split('\t').nth(1) == Some(&method))
        .map(|(code, _)| code)
        .filter(|code| lookup::conversion(*code).is_ok_and(|known| same_conversion(&known, &crs.conversion)))
        .collect();
    let datum = with_code(&crs.base.datum);
    let uses = |row: &str| {
        let code = row.split('\t').nth(2).and_then(|code| code.parse().ok());
        code.is_some_and(|code| conversions.contains(&code))
    };
    let mut found: Vec<Match> = registry::rows(registry::PROJECTED)
        .filter(|(_, row)| !conversions.is_empty() && uses(row))
        .filter_map(|(code, _)| compare(code, crs, &datum, implicit_axes))
        .collect();
    found.sort_unstable();
    let esris = || esri(&Definition::Projected(Box::new(crs.clone()))).is_some();
    match found.first().map(|best| best.name.cmp(&NameMatch::Exact)) {
        // ESRI's CRS of exactly this name is a better match than another name of EPSG's.
        Some(Ordering::Greater) if esris() => Vec::new(),
        _ => found.into_iter().map(|found| found.code).collect(),
    }
}

/// A CRS of the table, if it is the same as the one given; under another name it has to have the same axes as well.
fn compare(code: u32, crs: &ProjectedCrs, datum: &Datum, implicit_axes: bool) -> Option<Match> {
    let (known, usage) = lookup::projected(code).ok()?;
    if !same_datum(&known.base.datum, datum) || !same_units(&known.system, &crs.system) {
        return None;
    }
    let base = epsg_of(known.base.id.as_ref()).unwrap_or(0);
    let name = match crs.name == known.name {
        true => NameMatch::Exact,
        false if names::is_projected(&crs.name, code, &known.name, base) => NameMatch::Equivalent,
        false => NameMatch::Other,
    };
    let other_axes = !same_axes(&known.system, &crs.system) && !implicit_axes;
    let accepted = name != NameMatch::Other || !(usage.deprecated || other_axes);
    accepted.then_some(Match { name, deprecated: usage.deprecated, other_axes, known: known.name, code })
}

fn same_conversion(a: &Conversion, b: &Conversion) -> bool {
    if a.method_code != b.method_code
        || (a.method_code.is_none() && canonical(&a.method) != canonical(&b.method))
    {
        return false;
    }
    let matching = |conversion: &Conversion, parameter: &Parameter| {
        let same = |other: &&Parameter| match parameter.code {
            Some(code) => other.code == Some(code),
            None => canonical(&other.name) == canonical(&parameter.name),
        };
        conversion.parameters.iter().find(same).map(Parameter::base_value)
    };
    let equal = |a: f64, b: f64| (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()).max(1e-3);
    let value = |conversion: &Conversion, code: u32| {
        conversion.parameters.iter().find(|p| p.code == Some(code)).map(Parameter::base_value)
    };
    let same = |a_code: u32, b_code: u32| match (value(a, a_code), value(b, b_code)) {
        (Some(a), Some(b)) => equal(a, b),
        _ => false,
    };
    // Two standard parallels may stand in either order.
    let crossed = same(8823, 8824) && same(8824, 8823);
    a.parameters.iter().all(|p| {
        matching(b, p).is_some_and(|other| equal(p.base_value(), other))
            || (crossed && matches!(p.code, Some(8823 | 8824)))
    })
}

/// The datum with the code that its name stands for, in any dialect.
fn with_code(datum: &Datum) -> Datum {
    let code = epsg_of(datum.id.as_ref()).or_else(|| names::datum_code(&datum.name));
    Datum { id: code.map(Id::epsg).or_else(|| datum.id.clone()), ..datum.clone() }
}

/// Equal codes or names on the same ellipsoid; a datum of which nothing else is known fits every one on it.
fn same_datum(known: &Datum, given: &Datum) -> bool {
    let (a, b) = (&known.ellipsoid, &given.ellipsoid);
    let same_shape = (a.a() - b.a()).abs() < SHAPE && (a.b() - b.b()).abs() < SHAPE;
    let same_meridian = (known.prime_meridian.radians() - given.prime_meridian.radians()).abs() < 1e-9;
    let (known_code, given_code) = (epsg_of(known.id.as_ref()), epsg_of(given.id.as_ref()));
    let same_datum = match (known_code, given_code) {
        (Some(known), Some(given)) => known == given,
        _ => canonical(&known.name) == canonical(&given.name) || is_unknown(given),
    };
    same_shape && same_meridian && same_datum
}

/// A datum of which nothing but the ellipsoid is known, by PROJ's and GDAL's names for such.
fn is_unknown(datum: &Datum) -> bool {
    let name = canonical(&datum.name);
    datum.id.is_none() && (name.starts_with("unknown") || name == "unnamed") && !name.contains("towgs84")
}

/// Equal units, and axes that point the same ways: those of a polar CRS may be given as easting and northing.
fn same_units(a: &CoordinateSystem, b: &CoordinateSystem) -> bool {
    use AxisDirection::{North, South, West};
    let reversed = |system: &CoordinateSystem| {
        let (mut reversed, mut polar) = (0, system.axes.len() == 2);
        for axis in &system.axes {
            reversed += usize::from(matches!(axis.direction, South | West));
            polar &= matches!(axis.direction, North | South);
        }
        if polar { 0 } else { reversed }
    };
    let units = a.axes.iter().zip(&b.axes).all(|(a, b)| a.unit == b.unit);
    a.axes.len() == b.axes.len() && units && reversed(a) == reversed(b)
}

fn same_axes(a: &CoordinateSystem, b: &CoordinateSystem) -> bool {
    a.axes.len() == b.axes.len()
        && a.axes.iter().zip(&b.axes).all(|(a, b)| a.direction == b.direction && a.unit == b.unit)
}
