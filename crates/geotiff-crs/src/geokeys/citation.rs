//! What GDAL, ESRI and Imagine keep in citations: names, and whole definitions.

use geotiff_core::GeoKey;

use super::Reader;
use crate::units::UnitKind;

/// The definition after `ESRI PE String = `.
pub(super) fn esri_pe(text: &str) -> Option<&str> {
    text.split_once("ESRI PE String = ").map(|(_, wkt)| wkt.trim())
}

/// `value` of `KEY = value|` in GDAL's citations, such as `GCS Name = WGS 84|Primem = Greenwich||`.
pub(super) fn field<'a>(citation: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = citation.split_once(&format!("{key} = "))?;
    let value = rest.split('|').next().unwrap_or(rest).trim();
    (!value.is_empty()).then_some(value)
}

/// Imagine writes copyright and version, up to a last `$`, before what it has to say.
pub(super) fn without_imagine(text: &str) -> String {
    if !text.contains("IMAGINE GeoTIFF") {
        return text.to_owned();
    }
    text.rsplit('$').next().unwrap_or(text).trim().replace('\n', " ")
}

pub(super) fn projected_name(reader: &Reader<'_>) -> String {
    let pcs = reader.text(GeoKey::PCS_CITATION);
    let general = reader.text(GeoKey::CITATION);
    let name = pcs
        .and_then(|text| field(text, "PCS Name"))
        .or(general.and_then(|text| field(text, "PCS Name")))
        .or(pcs.filter(|text| !text.contains("LUnits = ")))
        .or(general)
        .unwrap_or("unnamed");
    without_imagine(name.trim_end_matches('|'))
}

/// The name of a user-defined unit, from the citations.
pub(super) fn unit_name(reader: &Reader<'_>, kind: UnitKind) -> String {
    let (citation, key) = match kind {
        UnitKind::Angular => (reader.text(GeoKey::GEOG_CITATION), "AUnits"),
        _ => (reader.text(GeoKey::PCS_CITATION), "LUnits"),
    };
    citation.and_then(|text| field(text, key)).unwrap_or("unknown").to_owned()
}
