//! The EPSG code of a definition that carries none: what `OSRFindMatches` finds with confidence of 70 and more.

use crate::lookup;
use crate::method::canonical;
use crate::model::{
    AxisDirection, Conversion, CoordinateSystem, Datum, Definition, GeodeticCrs, Parameter, ProjectedCrs,
    epsg_of,
};
use crate::names;
use crate::registry;

/// Relative difference that rounding to 15 digits and conversion of units may leave.
const TOLERANCE: f64 = 1e-9;

/// The geographic CRSs that ellipsoids are mostly used with: WGS 84, NAD83, NAD27, ED50, ETRS89. They decide where
/// nothing but the ellipsoid is known.
const USUAL: [u32; 5] = [4326, 4269, 4267, 4230, 4258];

/// The code of the CRS in the table that is the same; geodetic CRSs, of which many differ in the name alone, have to
/// bear the same name as well.
pub(crate) fn identify(definition: &Definition) -> Option<u32> {
    match definition {
        Definition::Geodetic(crs) => geodetic(crs),
        Definition::Projected(crs) => projected(crs),
        Definition::Compound(crs) => {
            let part = |part: &Definition| epsg_of(part.id()).or_else(|| identify(part));
            lookup::compound_of(part(&crs.horizontal)?, part(&crs.vertical)?)
        }
        _ => None,
    }
}

fn geodetic(crs: &GeodeticCrs) -> Option<u32> {
    let name = plain(&crs.name);
    let named = registry::rows(registry::GEODETIC)
        .filter(|(_, row)| row.split('\t').next().is_some_and(|known| plain(known) == name));
    named.map(|(code, _)| code).find(|code| {
        lookup::geodetic(*code).is_ok_and(|(known, _)| {
            same_datum(&known.datum, &crs.datum) && same_axes(&known.system, &crs.system)
        })
    })
}

/// Without the remark that GDAL adds to names of deprecated CRSs.
fn plain(name: &str) -> String {
    canonical(name.trim_end_matches(" (deprecated)"))
}

fn projected(crs: &ProjectedCrs) -> Option<u32> {
    let method = crs.conversion.method_code?.to_string();
    let conversions: Vec<u32> = registry::rows(registry::CONVERSION)
        .filter(|(_, row)| row.split('\t').nth(1) == Some(&method))
        .map(|(code, _)| code)
        .filter(|code| lookup::conversion(*code).is_ok_and(|known| same_conversion(&known, &crs.conversion)))
        .collect();
    if conversions.is_empty() {
        return None;
    }
    let uses = |row: &str| {
        let code = row.split('\t').nth(2).and_then(|code| code.parse().ok());
        code.is_some_and(|code| conversions.contains(&code))
    };
    // A datum known by its ellipsoid alone fits many.
    let vague = is_vague(&crs.base.datum);
    let mut found = Vec::new();
    for (code, _) in registry::rows(registry::PROJECTED).filter(|(_, row)| uses(row)) {
        let Ok((known, usage)) = lookup::projected(code) else { continue };
        let base = epsg_of(known.base.id.as_ref()).unwrap_or(0);
        if same_datum(&known.base.datum, &crs.base.datum) && same_units(&known.system, &crs.system) {
            // Neither name nor order of axes tells CRSs apart, but the same ones are better.
            let other_name = !names::is_projected(&crs.name, code, &known.name, base);
            found.push((usage.deprecated, other_name, !same_axes(&known.system, &crs.system), code));
        }
    }
    found.sort_unstable();
    if vague && found.len() > 1 {
        let usual = |(.., code): &&(bool, bool, bool, u32)| {
            let base = lookup::projected(*code).ok().and_then(|(crs, _)| epsg_of(crs.base.id.as_ref()));
            base.is_some_and(|base| USUAL.contains(&base))
        };
        return found.iter().find(usual).map(|(.., code)| *code);
    }
    found.first().map(|(.., code)| *code)
}

fn same_conversion(a: &Conversion, b: &Conversion) -> bool {
    let value = |conversion: &Conversion, code: Option<u32>| {
        conversion.parameters.iter().find(|parameter| parameter.code == code).map(Parameter::base_value)
    };
    let equal = |a: f64, b: f64| (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()).max(1e-3);
    let same = |a_code: Option<u32>, b_code: Option<u32>| match (value(a, a_code), value(b, b_code)) {
        (Some(a), Some(b)) => equal(a, b),
        _ => false,
    };
    // Two standard parallels may stand in either order.
    let crossed = same(Some(8823), Some(8824)) && same(Some(8824), Some(8823));
    a.parameters.iter().all(|p| same(p.code, p.code) || (crossed && matches!(p.code, Some(8823 | 8824))))
}

/// A datum of which nothing but the ellipsoid is known, by PROJ's and GDAL's names for such.
fn is_vague(datum: &Datum) -> bool {
    let name = canonical(&datum.name);
    datum.id.is_none() && name.starts_with("unknown") && !name.contains("towgs84")
}

/// Equal codes or names; a datum that is known by its ellipsoid alone fits every datum on that ellipsoid.
fn same_datum(known: &Datum, given: &Datum) -> bool {
    let (a, b) = (&known.ellipsoid, &given.ellipsoid);
    let same_shape = (a.a() - b.a()).abs() < 1e-3 && (a.b() - b.b()).abs() < 1e-3;
    let same_meridian = (known.prime_meridian.radians() - given.prime_meridian.radians()).abs() < 1e-9;
    let (known_code, given_code) = (epsg_of(known.id.as_ref()), epsg_of(given.id.as_ref()));
    let same_datum = match (known_code, given_code) {
        (Some(known), Some(given)) => known == given,
        _ => {
            let name = canonical(&given.name);
            canonical(&known.name) == name
                || (name.starts_with("unknownbasedon") && !name.contains("towgs84"))
        }
    };
    same_shape && same_meridian && same_datum
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
