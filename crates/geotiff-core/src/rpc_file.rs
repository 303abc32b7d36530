//! Rational polynomial coefficients in a text file beside the image: DigitalGlobe's `.RPB` and GeoEye's `_RPC.TXT`, as
//! GDAL reads them.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::lazy::Lazy;
use crate::{Page, Rpc};

/// GDAL's item, and the key of the group `IMAGE` of an `.RPB` file.
const NUMBERS: [(&str, &str); 12] = [
    ("ERR_BIAS", "errBias"),
    ("ERR_RAND", "errRand"),
    ("LINE_OFF", "lineOffset"),
    ("SAMP_OFF", "sampOffset"),
    ("LAT_OFF", "latOffset"),
    ("LONG_OFF", "longOffset"),
    ("HEIGHT_OFF", "heightOffset"),
    ("LINE_SCALE", "lineScale"),
    ("SAMP_SCALE", "sampScale"),
    ("LAT_SCALE", "latScale"),
    ("LONG_SCALE", "longScale"),
    ("HEIGHT_SCALE", "heightScale"),
];
const COEFFICIENTS: [(&str, &str); 4] = [
    ("LINE_NUM_COEFF", "lineNumCoef"),
    ("LINE_DEN_COEFF", "lineDenCoef"),
    ("SAMP_NUM_COEFF", "sampNumCoef"),
    ("SAMP_DEN_COEFF", "sampDenCoef"),
];
/// How many items of `NUMBERS` may be missing: they come first.
const OPTIONAL: usize = 2;

/// A file of rational polynomial coefficients.
///
/// ```
/// use geotiff_core::RpcFile;
/// let file = RpcFile::parse_rpb(b"BEGIN_GROUP = IMAGE\n\tlineOffset = 100;\nEND_GROUP = IMAGE\nEND;\n");
/// assert_eq!(file.items(), None); // That is too little for a camera model.
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RpcFile {
    /// GDAL's name of the producer.
    kind: &'static str,
    items: Option<Vec<(String, String)>>,
}

impl RpcFile {
    /// Reads the bytes of an `.RPB` file: `key = value;`, lists in parentheses.
    #[must_use]
    pub fn parse_rpb(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let image = text.split_once("= IMAGE").map_or("", |(_, rest)| rest);
        let image = image.split_once("END_GROUP").map_or(image, |(group, _)| group);
        let pairs: Vec<(&str, &str)> = image
            .split(';')
            .filter_map(|entry| entry.split_once('='))
            .map(|(k, v)| (k.trim(), v.trim()))
            .collect();
        let value =
            |key: &str| pairs.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, value)| *value);
        let list = |key: &str| {
            let parts = value(key)?.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ','));
            Some(parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
        };
        let numbers = NUMBERS.map(|(item, key)| (item, value(key).map(ToString::to_string)));
        Self { kind: "DG", items: items(numbers, COEFFICIENTS.map(|(item, key)| (item, list(key)))) }
    }

    /// Reads the bytes of an `_RPC.TXT` file: `KEY: value` a line, with or without a unit, coefficients one by one.
    #[must_use]
    pub fn parse_rpc_txt(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let pairs: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once([':', '='])).collect();
        let value = |key: &str| {
            pairs.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, value)| value.trim())
        };
        let list = |item: &str| {
            let values =
                (1..=20).map(|index| value(&format!("{item}_{index}"))).collect::<Option<Vec<_>>>()?;
            // GDAL ends each coefficient with a blank.
            Some(values.into_iter().flat_map(|value| [value, " "]).collect::<String>())
        };
        let numbers = NUMBERS.map(|(item, _)| (item, value(item).map(ToString::to_string)));
        Self { kind: "GE", items: items(numbers, COEFFICIENTS.map(|(item, _)| (item, list(item)))) }
    }

    /// GDAL's items of the domain `RPC`, with the numbers as they are written; `None` where some are missing.
    #[must_use]
    pub fn items(&self) -> Option<&[(String, String)]> {
        self.items.as_deref()
    }
}

type Item = (&'static str, Option<String>);

/// All items, but for optional ones that are missing.
fn items(numbers: [Item; 12], coefficients: [Item; 4]) -> Option<Vec<(String, String)>> {
    let all = numbers.into_iter().chain(coefficients).enumerate();
    let found = all.filter(|(index, (_, value))| value.is_some() || *index >= OPTIONAL);
    found.map(|(_, (item, value))| Some((item.to_string(), value?))).collect()
}

impl Page {
    /// The page with a file of rational polynomial coefficients applied, which win over those of the file itself and of
    /// an `.aux.xml` file.
    #[must_use]
    pub fn with_rpc_file(mut self, file: &RpcFile) -> Self {
        let mut metadata = self.metadata().clone();
        metadata.domains.set("", "METADATATYPE", file.kind);
        if let Some(items) = file.items() {
            metadata.domains.clear("RPC");
            for (key, value) in items {
                metadata.domains.set("RPC", key, value.as_str());
            }
            metadata.rpc = Rpc::from_items(metadata.domains.items("RPC"));
        }
        self.metadata = Lazy::of(metadata);
        self
    }
}
