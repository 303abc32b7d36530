//! GDAL's auxiliary metadata beside a file: `.aux.xml` (persistent auxiliary metadata, PAM).

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::metadata::{BandItems, Domains};
use crate::nodata::atof;
use crate::xml::{self, Element, Node};
use crate::{
    ColorInterpretation, ColorTable, DataType, Error, GroundControlPoint, Limits, Nodata,
    RasterAttributeTable,
};

/// The contents of an `.aux.xml` file. Applied to a page with
/// [`Page::with_pam`](crate::Page::with_pam), it overrides what the file itself says, as in GDAL.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pam {
    pub(crate) srs: Option<String>,
    pub(crate) transform: Option<[f64; 6]>,
    pub(crate) gcps: Vec<GroundControlPoint>,
    pub(crate) gcp_srs: Option<String>,
    pub(crate) domains: Domains,
    pub(crate) bands: BTreeMap<u16, PamBand>,
}

/// What an `.aux.xml` file says of one band.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PamBand {
    pub(crate) items: BandItems,
    pub(crate) nodata: Option<PamNodata>,
    pub(crate) color_table: Option<ColorTable>,
}

/// A band's nodata value as PAM writes it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PamNodata {
    text: String,
    /// The bytes of the double, where its text rounds it.
    exact: Option<f64>,
}

impl PamNodata {
    fn read(element: &Element<'_>) -> Option<Self> {
        let text = element.text().filter(|text| !text.is_empty())?.to_owned();
        Some(Self { text, exact: element.attribute("le_hex_equiv").and_then(double_of_hex) })
    }

    pub(crate) fn value(&self, data_type: DataType) -> Option<Nodata> {
        match (data_type, self.exact) {
            (DataType::Int64 | DataType::UInt64, _) | (_, None) => Nodata::exact(&self.text, data_type),
            (_, Some(exact)) => Some(Nodata::Float(exact)),
        }
    }
}

/// A double whose bytes are written in hexadecimal digits, little-endian.
fn double_of_hex(text: &str) -> Option<f64> {
    let bits = u64::from_str_radix(text, 16).ok().filter(|_| text.len() == 16)?;
    Some(f64::from_bits(bits.swap_bytes()))
}

impl Pam {
    /// Reads the bytes of an `.aux.xml` file.
    ///
    /// # Errors
    ///
    /// `Malformed` where they are not XML with a root `PAMDataset`, or are above
    /// [`Limits::max_xml_nodes`] and a nesting of 64.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        let text = String::from_utf8_lossy(bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let root = xml::parse(text, limits.max_xml_nodes)
            .filter(|root| root.is("PAMDataset"))
            .ok_or_else(|| Error::malformed("not a PAM dataset in XML"))?;
        let mut pam = Self {
            srs: root.child_text("SRS").map(ToOwned::to_owned),
            transform: root.child_text("GeoTransform").and_then(transform),
            ..Self::default()
        };
        if let Some(list) = root.child("GCPList") {
            pam.gcps = list.elements().filter(|e| e.is("GCP")).filter_map(gcp).collect();
            let srs = list.child_text("SRS").or_else(|| list.attribute("Projection"));
            pam.gcp_srs = srs.filter(|wkt| !wkt.is_empty()).map(ToOwned::to_owned);
        }
        read_domains(&root, &mut pam.domains);
        for element in root.elements().filter(|e| e.is("PAMRasterBand")) {
            // Bands count from 1 there.
            let number = element.attribute("band").and_then(|n| n.trim().parse::<u16>().ok());
            if let Some(band) = number.and_then(|n| n.checked_sub(1)) {
                pam.bands.insert(band, PamBand::read(element));
            }
        }
        Ok(pam)
    }

    /// Whether the CRS, or the control points and theirs, are given here.
    pub(crate) fn places(&self) -> bool {
        self.srs.is_some() || !self.gcps.is_empty()
    }

    /// The CRS, as WKT.
    #[must_use]
    pub fn srs(&self) -> Option<&str> {
        self.srs.as_deref()
    }

    /// The transform, in the order of [`Georeferencing::transform`](crate::Georeferencing::transform).
    #[must_use]
    pub fn transform(&self) -> Option<[f64; 6]> {
        self.transform
    }

    /// Ground control points.
    #[must_use]
    pub fn gcps(&self) -> &[GroundControlPoint] {
        &self.gcps
    }

    /// Key and value pairs of the dataset.
    #[must_use]
    pub fn domains(&self) -> &Domains {
        &self.domains
    }
}

impl PamBand {
    fn read(element: &Element<'_>) -> Self {
        let text = |name: &str| element.child_text(name).filter(|t| !t.is_empty()).map(ToOwned::to_owned);
        let mut domains = Domains::default();
        read_domains(element, &mut domains);
        let categories = element.child("CategoryNames").map(|list| {
            let name = |e: &Element<'_>| e.text().unwrap_or_default().to_owned();
            list.elements().filter(|e| e.is("Category")).map(name).collect()
        });
        Self {
            items: BandItems {
                domains,
                scale: element.child_text("Scale").map(atof),
                offset: element.child_text("Offset").map(atof),
                unit: text("UnitType"),
                description: text("Description"),
                color: element.child_text("ColorInterp").and_then(ColorInterpretation::from_gdal_name),
                categories: categories.unwrap_or_default(),
                table: element.child("GDALRasterAttributeTable").map(RasterAttributeTable::read),
            },
            nodata: element.child("NoDataValue").and_then(PamNodata::read),
            color_table: element.child("ColorTable").map(color_table),
        }
    }
}

fn read_domains(parent: &Element<'_>, domains: &mut Domains) {
    for metadata in parent.elements().filter(|e| e.is("Metadata")) {
        let domain = metadata.attribute("domain").unwrap_or_default();
        if metadata.attribute("format").is_some_and(|format| format.eq_ignore_ascii_case("xml")) {
            let content = metadata.children.first().map(|node| match node {
                Node::Element(element) => element.source,
                Node::Text(text) => text.as_ref(),
            });
            domains.set(domain, domain, content.unwrap_or_default());
            continue;
        }
        for item in metadata.elements().filter(|e| e.is("MDI")) {
            // GDAL skips an item without text.
            if let (Some(key), Some(text)) = (item.attribute("key"), item.text()) {
                domains.set(domain, key, text);
            }
        }
    }
}

/// GDAL's order there is c, a, b, f, d, e.
fn transform(text: &str) -> Option<[f64; 6]> {
    let numbers: Vec<f64> = text.split(',').map(atof).collect();
    match *numbers {
        [c, a, b, f, d, e] => Some([a, b, c, d, e, f]),
        _ => None,
    }
}

fn gcp(element: &Element<'_>) -> Option<GroundControlPoint> {
    let number = |name| element.attribute(name).map(atof);
    Some(GroundControlPoint {
        row: number("Line")?,
        col: number("Pixel")?,
        x: number("X")?,
        y: number("Y")?,
        z: number("Z").unwrap_or(0.0),
    })
}

fn color_table(element: &Element<'_>) -> ColorTable {
    let entry = |e: &Element<'_>| {
        let component = |name, default| {
            let value = e.attribute(name).and_then(|n| n.trim().parse::<i64>().ok()).unwrap_or(default);
            value.clamp(0, 255) as u8
        };
        [component("c1", 0), component("c2", 0), component("c3", 0), component("c4", 255)]
    };
    ColorTable::from_entries(element.elements().filter(|e| e.is("Entry")).map(entry).collect())
}
