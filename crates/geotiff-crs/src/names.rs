//! Names as EPSG has them, from the spellings of GDAL's and ESRI's WKT 1.

use crate::lookup;
use crate::method::canonical;
use crate::model::{Id, SystemKind};
use crate::registry;
use crate::units::{Unit, UnitKind};

/// Datums that WKT 1 spells otherwise than EPSG: canonical name and EPSG code.
const DATUMS: [(&str, u32); 12] = [
    ("wgs1984", 6326),
    ("wgs84", 6326),
    ("worldgeodeticsystem1984", 6326),
    ("wgs1972", 6322),
    ("northamericandatum1983", 6269),
    ("northamerican1983", 6269),
    ("nad83", 6269),
    ("northamericandatum1927", 6267),
    ("northamerican1927", 6267),
    ("nad27", 6267),
    ("etrs1989", 6258),
    ("europeanterrestrialreferencesystem1989", 6258),
];

/// The EPSG code of a geodetic datum by its name in any dialect.
pub(crate) fn datum_code(name: &str) -> Option<u32> {
    let plain = canonical(name.strip_prefix("D_").unwrap_or(name));
    if plain.is_empty() || plain.starts_with("unknown") || plain.starts_with("unnamed") {
        return None;
    }
    if let Some((_, code)) = DATUMS.iter().find(|(known, _)| *known == plain) {
        return Some(*code);
    }
    let alias = registry::rows(registry::DATUM_ALIAS).find(|(_, row)| {
        row.split('\t').any(|alias| canonical(alias.strip_prefix("D_").unwrap_or(alias)) == plain)
    });
    let named = || {
        registry::rows(registry::DATUM)
            .find(|(_, row)| row.split('\t').next().is_some_and(|known| canonical(known) == plain))
    };
    named().or(alias).map(|(code, _)| code)
}

/// EPSG's name and code of a datum in WKT 1; the name itself, made readable, where EPSG has none.
pub(crate) fn datum(name: &str, id: Option<Id>) -> (String, Option<Id>) {
    let code = id.as_ref().and_then(Id::as_epsg).or_else(|| datum_code(name));
    match code.and_then(|code| lookup::datum(code).ok().map(|datum| (code, datum))) {
        Some((code, datum)) => (plain_datum(&datum.name), Some(Id::epsg(code))),
        None => (name.to_owned(), id),
    }
}

/// A datum's name without the ensemble that EPSG has made of it: what WKT 1 means.
pub(crate) fn plain_datum(name: &str) -> String {
    name.strip_suffix(" ensemble").unwrap_or(name).to_owned()
}

/// The name of a geographic CRS in WKT 1; ESRI's `GCS_…` becomes EPSG's.
pub(crate) fn geographic(name: &str, wkt1: bool) -> String {
    let Some(plain) = name.strip_prefix("GCS_").filter(|_| wkt1) else { return name.to_owned() };
    let mut aliases = registry::rows(registry::GEODETIC_ALIAS);
    let code = aliases.find(|(_, row)| row.split('\t').any(|alias| alias == plain)).map(|(code, _)| code);
    match code.and_then(|code| lookup::geodetic(code).ok()) {
        Some((crs, _)) => crs.name,
        None if plain.eq_ignore_ascii_case("unknown") => "unknown".to_owned(),
        None => name.to_owned(),
    }
}

/// Whether a name is EPSG's or ESRI's for a projected CRS of the table.
pub(crate) fn is_projected(name: &str, code: u32, known: &str, base: u32) -> bool {
    let wanted = canonical(name);
    if canonical(known) == wanted {
        return true;
    }
    let has = |tag, code: u32, matches: &dyn Fn(&str) -> bool| {
        registry::row(tag, code).is_some_and(|row| row.split('\t').any(matches))
    };
    // ESRI's name of the geographic CRS and what follows the slash in EPSG's.
    let tail = known.rsplit(" / ").next().unwrap_or(known);
    has(registry::PROJECTED_ALIAS, code, &|alias| canonical(alias) == wanted)
        || has(registry::GEODETIC_ALIAS, base, &|prefix| canonical(&format!("{prefix}{tail}")) == wanted)
}

pub(crate) fn ellipsoid(name: &str) -> String {
    match name {
        "WGS_1984" => "WGS 84".to_owned(),
        "GRS_1980" => "GRS 1980".to_owned(),
        "Clarke_1866" => "Clarke 1866".to_owned(),
        "International_1924" => "International 1924".to_owned(),
        "Bessel_1841" => "Bessel 1841".to_owned(),
        _ => name.to_owned(),
    }
}

/// A unit by its name and size; the names of the commonest ones are EPSG's whatever the dialect.
pub(crate) fn unit(name: &str, kind: UnitKind, factor: f64) -> Unit {
    let known = match canonical(name).as_str() {
        "metre" | "meter" | "m" | "metres" | "meters" => Some(Unit::metre()),
        "degree" | "degrees" | "decimaldegree" => Some(Unit::degree()),
        "foot" | "footinternational" | "internationalfoot" | "ft" => {
            Some(Unit::new("foot", UnitKind::Linear, 0.3048))
        }
        "footus" | "ussurveyfoot" | "usfoot" | "usft" | "ussurveyfeet" => {
            Some(Unit::new("US survey foot", UnitKind::Linear, 1200.0 / 3937.0))
        }
        "unity" => Some(Unit::unity()),
        _ => None,
    };
    let given = Unit::new(name, kind, factor);
    match known {
        // A name whose size is another one keeps its own.
        Some(known) if known == given => known,
        _ => given,
    }
}

/// `geodetic latitude (Lat)` as name and abbreviation.
pub(crate) fn axis(text: &str, kind: SystemKind) -> (String, String) {
    // The abbreviation may have brackets of its own: `easting (E(X))`.
    let bracket = |text: &str| text.find(" (").map(|at| at + 1).or(text.starts_with('(').then_some(0));
    let split = text.strip_suffix(')').and_then(|text| text.split_at_checked(bracket(text)?));
    let (name, abbreviation) = match split {
        Some((name, abbreviation)) => (name.trim(), abbreviation.get(1..).unwrap_or("")),
        None => (text.trim(), ""),
    };
    let name = match (name, abbreviation) {
        ("", "E") => "Easting".to_owned(),
        ("", "N") => "Northing".to_owned(),
        ("", "X" | "Y" | "Z") if kind == SystemKind::Cartesian => format!("Geocentric {abbreviation}"),
        _ => capitalised(name),
    };
    (name, abbreviation.to_owned())
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
