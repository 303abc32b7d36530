//! CRSs from what people write: codes, URNs, URIs, well-known text, PROJJSON and PROJ strings.

use crate::crs::Crs;
use crate::error::{Error, Result};
use crate::lookup::{self, Usage};
use crate::{identify, names, proj_string, projjson, wkt};

/// Reads a CRS from text of any supported form.
pub(crate) fn parse(text: &str) -> Result<Crs> {
    let text = text.trim();
    if let Some((authority, code)) = authority_code(text) {
        return from_authority(&authority, &code);
    }
    let definition = if wkt::looks_like_wkt(text) {
        return from_wkt(text);
    } else if text.starts_with('{') {
        let value =
            serde_json::from_str(text).map_err(|error| Error::malformed(format!("PROJJSON: {error}")))?;
        projjson::read(&value)
    } else if text.contains("+proj=") || text.contains("+init=") || text.starts_with("proj=") {
        proj_string::read(text)
    } else {
        Err(Error::unsupported(format!("{text:.80?} is not a CRS in a form that is known here")))
    };
    definition.map(|definition| Crs::from_definition(definition, Usage::default()))
}

/// A definition in well-known text; one of ESRI's that EPSG has as well becomes EPSG's.
pub(crate) fn from_wkt(text: &str) -> Result<Crs> {
    let implicit_axes = !text.contains("AXIS[") && !text.contains("axis[");
    let crs = Crs::from_definition(wkt::read(text)?, Usage { implicit_axes, ..Usage::default() });
    // ESRI's own: WKT 1 without an authority, with `GCS_` and `D_` before the names.
    if crs.authority().is_some() || !text.contains("GCS_") {
        return Ok(crs);
    }
    match crs.epsg().map(|code| (code, Crs::from_epsg(code))) {
        Some((code, Ok(known))) if same_name(&crs, code, &known) => Ok(known),
        _ => identify::esri(crs.definition()).map_or(Ok(crs), from_esri),
    }
}

fn from_esri(code: u32) -> Result<Crs> {
    let (definition, usage) = lookup::esri(code)?;
    Ok(Crs::from_definition(definition, usage))
}

fn same_name(crs: &Crs, code: u32, known: &Crs) -> bool {
    let base = known.geographic().ok().and_then(|base| base.epsg()).unwrap_or(0);
    names::is_projected(crs.name(), code, known.name(), base)
}

/// `EPSG:4326`, `urn:ogc:def:crs:EPSG::4326`, `http(s)://www.opengis.net/def/crs/EPSG/0/4326`, `[EPSG:4326]`, `4326`.
fn authority_code(text: &str) -> Option<(String, String)> {
    let text = text.trim_start_matches('[').trim_end_matches(']');
    let owned =
        |a: &str, c: &str| (!a.is_empty() && !c.is_empty()).then(|| (a.to_uppercase(), c.to_uppercase()));
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return owned("EPSG", text);
    }
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("urn:") {
        let mut parts = text.split(':').skip(4);
        let (authority, _version, code) = (parts.next()?, parts.next()?, parts.next()?);
        return owned(authority, code);
    }
    if let Some(at) = lower.find("opengis.net/def/crs/") {
        let mut parts = text.get(at..)?.split('/').skip(3);
        let (authority, _version, code) = (parts.next()?, parts.next()?, parts.next()?);
        return owned(authority, code);
    }
    let (authority, code) = text.split_once(':')?;
    let plain = |s: &str| s.bytes().all(|b| b.is_ascii_alphanumeric());
    if plain(authority) && plain(code) { owned(authority, code) } else { None }
}

fn from_authority(authority: &str, code: &str) -> Result<Crs> {
    let number = code.parse::<u32>().ok();
    match (authority, number) {
        ("EPSG", Some(code)) => Crs::from_epsg(code),
        ("ESRI", Some(code)) => from_esri(code),
        ("OGC" | "CRS", _) => ogc(code),
        _ => Err(Error::unknown_code(authority, code)),
    }
}

/// OGC's CRSs with longitude first.
fn ogc(code: &str) -> Result<Crs> {
    match code.trim_start_matches("CRS") {
        "84" => Crs::crs84(),
        _ => Err(Error::unknown_code("OGC", code)),
    }
}
