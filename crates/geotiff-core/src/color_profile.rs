//! GDAL's domain `COLOR_PROFILE`: an ICC profile, or colorimetry from tags (TIFF 6.0, section 20).

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::metadata::Domains;
use crate::{Entry, FieldType, Ifd, Image, Tag, Values};

pub(crate) const DOMAIN: &str = "COLOR_PROFILE";

const PRIMARIES: [&str; 3] = ["SOURCE_PRIMARIES_RED", "SOURCE_PRIMARIES_GREEN", "SOURCE_PRIMARIES_BLUE"];
const TABLES: [&str; 3] =
    ["TIFFTAG_TRANSFERFUNCTION_RED", "TIFFTAG_TRANSFERFUNCTION_GREEN", "TIFFTAG_TRANSFERFUNCTION_BLUE"];
const RANGES: [&str; 2] = ["TIFFTAG_TRANSFERRANGE_BLACK", "TIFFTAG_TRANSFERRANGE_WHITE"];

/// Transfer functions have an entry for each value of a sample: beyond this depth none are made up.
const MAX_BITS: u16 = 16;
/// TIFF's default transfer function is a power of this exponent.
const GAMMA: f64 = 2.2;

/// The item of an ICC profile.
pub(crate) fn icc(profile: &[u8], domains: &mut Domains) {
    domains.set(DOMAIN, "SOURCE_ICC_PROFILE", STANDARD.encode(profile));
}

/// PrimaryChromaticities and WhitePoint of an image with transfer functions of red, green and blue.
pub(crate) struct Colorimetry {
    /// Pairs of x and y.
    primaries: [f32; 6],
    white: [f32; 2],
    /// Entries of each transfer function: one for each value of a sample.
    table_len: usize,
}

impl Colorimetry {
    /// As GDAL: `None` where one of the two is not given, or the image has no more than one colour channel.
    pub(crate) fn of(image: &Image) -> Option<Self> {
        let primaries = singles(image.ifd(), Tag::PRIMARY_CHROMATICITIES)?;
        let white = singles(image.ifd(), Tag::WHITE_POINT)?;
        let extra = u16::try_from(image.extra_samples().len()).unwrap_or(u16::MAX);
        let colors = image.samples_per_pixel().saturating_sub(extra);
        let bits = image.bits_per_sample().first().filter(|&&bits| colors > 1 && bits <= MAX_BITS)?;
        Some(Self { primaries, white, table_len: 1_usize.checked_shl(u32::from(*bits))? })
    }

    /// Whether TransferFunction has as many values as it must have, for one channel or for each.
    pub(crate) fn takes(&self, transfer_function: &Entry<'_>) -> bool {
        let (count, len) = (transfer_function.count(), self.table_len as u64);
        transfer_function.field_type() == FieldType::SHORT && (count == len || count == len.saturating_mul(3))
    }

    /// Sets the items; `tables` is TransferFunction, empty for TIFF's default.
    pub(crate) fn set(&self, image: &Image, tables: &[u16], domains: &mut Domains) {
        for (key, pair) in PRIMARIES.iter().zip(self.primaries.chunks_exact(2)) {
            domains.set(DOMAIN, key, chromaticity(pair));
        }
        domains.set(DOMAIN, "SOURCE_WHITEPOINT", chromaticity(&self.white));
        let default = if tables.is_empty() { self.default_table() } else { Vec::new() };
        let tables = if tables.is_empty() { &default } else { tables };
        // A single table is that of every channel.
        for (key, table) in TABLES.iter().zip(tables.chunks_exact(self.table_len).cycle()) {
            domains.set(DOMAIN, key, list(table));
        }
        // Black and white of each channel in turn.
        let range = image.ifd().shorts(Tag::TRANSFER_RANGE).filter(|range| range.len() == 6);
        for (first, key) in RANGES.iter().enumerate().filter(|_| range.is_some()) {
            let ends: Vec<u16> = range.iter().flatten().skip(first).step_by(2).copied().collect();
            domains.set(DOMAIN, key, list(&ends));
        }
    }

    fn default_table(&self) -> Vec<u16> {
        let last = self.table_len.saturating_sub(1) as f64;
        let value = |i: usize| libm::floor(65_535.0 * libm::pow(i as f64 / last, GAMMA) + 0.5) as u16;
        (0..self.table_len).map(value).collect()
    }
}

/// Numbers that libtiff keeps in single precision; `None` where there are not as many as there must be.
fn singles<const N: usize>(ifd: &Ifd, tag: Tag) -> Option<[f32; N]> {
    let quotient = |n: f32, d: f32| if d == 0.0 { 0.0 } else { n / d };
    let entry = ifd.get(tag)?;
    let numbers: Vec<f32> = match entry.values().ok()? {
        Values::Rationals(v) => v.into_iter().map(|(n, d)| quotient(n as f32, d as f32)).collect(),
        Values::SRationals(v) => v.into_iter().map(|(n, d)| quotient(n as f32, d as f32)).collect(),
        _ if entry.field_type() == FieldType::ASCII => return None,
        _ => entry.doubles()?.into_iter().map(|v| v as f32).collect(),
    };
    numbers.try_into().ok()
}

/// x and y, in GDAL's words of xyY.
fn chromaticity(pair: &[f32]) -> String {
    let texts: Vec<String> = pair.iter().map(|value| format!("{value:.9}")).collect();
    format!("{}, 1.0", texts.join(", "))
}

fn list(values: &[u16]) -> String {
    let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
    texts.join(", ")
}
