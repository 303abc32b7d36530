//! CRSs from what people write: codes, URNs and URIs.

use crate::crs::Crs;
use crate::error::{Error, Result};

/// Reads a CRS from text of any supported form.
pub(crate) fn parse(text: &str) -> Result<Crs> {
    let text = text.trim();
    if let Some((authority, code)) = authority_code(text) {
        return from_authority(&authority, &code);
    }
    Err(Error::unsupported(format!("{text:?} is not a CRS in a form that is known here")))
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
