//! GDAL's metadata in a GeoTIFF: its XML, and the items that stand for tags.

use std::fmt::Write;

use geotiff_kit::GeoTiff;
use geotiff_kit::core::{BandMetadata, ColorInterpretation as Color, Domains};

/// Items of the default domain that are tags of text.
const TEXTS: [(&str, u16); 9] = [
    ("TIFFTAG_DOCUMENTNAME", 269),
    ("TIFFTAG_IMAGEDESCRIPTION", 270),
    ("TIFFTAG_SOFTWARE", 305),
    ("TIFFTAG_DATETIME", 306),
    ("TIFFTAG_ARTIST", 315),
    ("TIFFTAG_HOSTCOMPUTER", 316),
    ("TIFFTAG_COPYRIGHT", 33432),
    ("TIFF_RSID", 50908),
    ("GEO_METADATA", 50909),
];
const SHORTS: [(&str, u16); 3] =
    [("TIFFTAG_MINSAMPLEVALUE", 280), ("TIFFTAG_MAXSAMPLEVALUE", 281), ("TIFFTAG_RESOLUTIONUNIT", 296)];
const RATIOS: [(&str, u16); 2] = [("TIFFTAG_XRESOLUTION", 282), ("TIFFTAG_YRESOLUTION", 283)];
/// Domains that follow from the layout or have tags of their own.
const DERIVED: [&str; 6] =
    ["IMAGE_STRUCTURE", "RPC", "SUBDATASETS", "DERIVED_SUBDATASETS", "COLOR_PROFILE", "xml:XMP"];

/// The tags of text.
pub(super) fn texts(domains: &Domains) -> Vec<(u16, String)> {
    let text = |(key, tag): (&str, u16)| Some((tag, domains.get("", key)?.to_owned()));
    TEXTS.into_iter().filter_map(text).collect()
}

/// The tags of small numbers; the resolution's unit is followed by its name.
pub(super) fn shorts(domains: &Domains) -> Vec<(u16, u16)> {
    let short =
        |(key, tag): (&str, u16)| Some((tag, domains.get("", key)?.split_whitespace().next()?.parse().ok()?));
    SHORTS.into_iter().filter_map(short).collect()
}

/// The tags of fractions.
pub(super) fn ratios(domains: &Domains) -> Vec<(u16, f64)> {
    let ratio = |(key, tag): (&str, u16)| Some((tag, domains.get("", key)?.trim().parse().ok()?));
    RATIOS.into_iter().filter_map(ratio).collect()
}

/// GDAL's XML (tag 42112) of the file and its `bands` as far as no tag says it, `implied` being what the photometric
/// interpretation makes of the first bands; `None` where there is nothing to say. Statistics are kept of whole images.
pub(super) fn xml(
    tiff: &GeoTiff,
    bands: &[u16],
    colors: &[Color],
    implied: &[Color],
    is_whole: bool,
) -> Option<String> {
    let metadata = tiff.page().metadata();
    let mut items = Items::default();
    items.domains(metadata.domains(), None, is_whole);
    for (sample, (&band, &color)) in bands.iter().zip(colors).enumerate() {
        let by_tags = match implied.get(sample) {
            Some(&implied) => implied,
            None if color == Color::Alpha && sample > 0 => Color::Alpha,
            None => Color::Undefined,
        };
        if color != by_tags {
            items.role("COLORINTERP", sample, "colorinterp", color.gdal_name());
        }
        if let Some(unit) = tiff.unit(band) {
            items.role("UNITTYPE", sample, "unittype", &unit);
        }
        if let Some(band) = metadata.band(band.saturating_sub(1)) {
            items.band(band, sample, is_whole);
        }
    }
    let Items(xml) = items;
    (!xml.is_empty()).then(|| format!("<GDALMetadata>\n{xml}</GDALMetadata>"))
}

/// Items under construction.
#[derive(Default)]
struct Items(String);

impl Items {
    fn band(&mut self, band: BandMetadata<'_>, sample: usize, is_whole: bool) {
        if (band.offset(), band.scale()) != (0.0, 1.0) {
            self.role("OFFSET", sample, "offset", &format!("{:?}", band.offset()));
            self.role("SCALE", sample, "scale", &format!("{:?}", band.scale()));
        }
        if let Some(description) = band.description() {
            self.role("DESCRIPTION", sample, "description", description);
        }
        self.domains(&band.tags(), Some(sample), is_whole);
    }

    fn domains(&mut self, domains: &Domains, sample: Option<usize>, is_whole: bool) {
        let is_kept = |name: &&str| !DERIVED.iter().any(|derived| derived.eq_ignore_ascii_case(name));
        for domain in domains.names().filter(is_kept) {
            for (key, value) in domains.items(domain) {
                if !(domain.is_empty() && is_derived(key, is_whole)) {
                    self.item(key, sample, domain, value);
                }
            }
        }
    }

    fn item(&mut self, key: &str, sample: Option<usize>, domain: &str, value: &str) {
        // The one item of a domain of XML has no name of its own.
        let is_xml = domain.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xml:"));
        let mut attributes = format!("name=\"{}\"", quoted(if is_xml { "doc" } else { key }));
        if let Some(sample) = sample {
            attributes.push_str(&format!(" sample=\"{sample}\""));
        }
        if !domain.is_empty() {
            attributes.push_str(&format!(" domain=\"{}\"", quoted(domain)));
        }
        self.push(&attributes, value);
    }

    fn role(&mut self, name: &str, sample: usize, role: &str, value: &str) {
        self.push(&format!("name=\"{name}\" sample=\"{sample}\" role=\"{role}\""), value);
    }

    /// GDAL's reader resolves the entities of XML's and then its own: text is escaped twice.
    fn push(&mut self, attributes: &str, value: &str) {
        let value = escaped(&escaped(value));
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "  <Item {attributes}>{value}</Item>");
    }
}

/// Whether an item of the default domain stands for a tag, or for statistics of other pixels.
fn is_derived(key: &str, is_whole: bool) -> bool {
    let tags = TEXTS.iter().chain(&SHORTS).chain(&RATIOS).map(|(key, _)| *key);
    let is_tag = tags.chain(["AREA_OR_POINT"]).any(|tag| tag.eq_ignore_ascii_case(key));
    is_tag || (!is_whole && key.get(..11).is_some_and(|start| start.eq_ignore_ascii_case("STATISTICS_")))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn quoted(text: &str) -> String {
    escaped(text).replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_twice_and_statistics_of_parts_are_left_out() {
        let mut items = Items::default();
        items.item("A", None, "", "a < b & c");
        items.item("doc", Some(1), "xml:ISO", "<x/>");
        assert_eq!(
            items.0,
            "  <Item name=\"A\">a &amp;lt; b &amp;amp; c</Item>\n  <Item name=\"doc\" sample=\"1\" domain=\"xml:ISO\">\
             &amp;lt;x/&amp;gt;</Item>\n"
        );
        assert!(is_derived("STATISTICS_MEAN", false) && !is_derived("STATISTICS_MEAN", true));
        assert!(is_derived("TIFFTAG_SOFTWARE", true) && !is_derived("OTHER", false));
    }
}
