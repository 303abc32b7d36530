//! Metadata items that follow from tags and layout.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::ifd::until_nul;
use crate::metadata::Domains;
use crate::nodata::atof;
use crate::{
    Compression, FieldType, GeoKey, Georeferencing, Ifd, Image, Photometric, PlanarConfiguration, Tag,
    jpeg_quality, printf,
};

const STRUCTURE: &str = "IMAGE_STRUCTURE";

/// Tags that GDAL shows as text in the default domain.
const TEXTS: [(Tag, &str); 8] = [
    (Tag::DOCUMENT_NAME, "TIFFTAG_DOCUMENTNAME"),
    (Tag::IMAGE_DESCRIPTION, "TIFFTAG_IMAGEDESCRIPTION"),
    (Tag::SOFTWARE, "TIFFTAG_SOFTWARE"),
    (Tag::DATE_TIME, "TIFFTAG_DATETIME"),
    (Tag::ARTIST, "TIFFTAG_ARTIST"),
    (Tag::HOST_COMPUTER, "TIFFTAG_HOSTCOMPUTER"),
    (Tag::COPYRIGHT, "TIFFTAG_COPYRIGHT"),
    (Tag::TIFF_RSID, "TIFF_RSID"),
];

/// The items of the default domain that stand for tags, and `AREA_OR_POINT`.
pub(crate) fn tag_items(image: &Image, geo: &Georeferencing, domains: &mut Domains) {
    let ifd = image.ifd();
    let text = |tag| text(ifd, tag);
    for (tag, key) in TEXTS {
        if let Some(value) = text(tag) {
            domains.set("", key, value);
        }
    }
    let resolution = (single(ifd, Tag::X_RESOLUTION), single(ifd, Tag::Y_RESOLUTION));
    if resolution != (None, None) {
        // libtiff keeps the two together: where one is given, the other is 0.
        domains.set("", "TIFFTAG_XRESOLUTION", printf::g(resolution.0.unwrap_or(0.0), 8));
        domains.set("", "TIFFTAG_YRESOLUTION", printf::g(resolution.1.unwrap_or(0.0), 8));
    }
    for (tag, key) in
        [(Tag::MIN_SAMPLE_VALUE, "TIFFTAG_MINSAMPLEVALUE"), (Tag::MAX_SAMPLE_VALUE, "TIFFTAG_MAXSAMPLEVALUE")]
    {
        if let Some(value) = ifd.short(tag) {
            domains.set("", key, value.to_string());
        }
    }
    if let Some(value) = text(Tag::GEO_METADATA) {
        domains.set("", "GEO_METADATA", value);
    }
    if let Some(unit) = ifd.single_short(Tag::RESOLUTION_UNIT).filter(|unit| (1..=3).contains(unit)) {
        let name = ["unitless", "pixels/inch", "pixels/cm"].get(usize::from(unit.saturating_sub(1)));
        domains.set("", "TIFFTAG_RESOLUTIONUNIT", alloc::format!("{unit} ({})", name.unwrap_or(&"")));
    }
    if let Some(kind) = geo.geokeys().and_then(|keys| keys.short(GeoKey::RASTER_TYPE)) {
        domains.set("", "AREA_OR_POINT", if kind == 2 { "Point" } else { "Area" });
    }
    if let Some(bytes) = ifd.get(Tag::XMP).and_then(|entry| entry.bytes()) {
        let text = core::str::from_utf8(until_nul(bytes));
        domains.set("xml:XMP", "xml:XMP", text.unwrap_or_default());
    }
}

/// The text of a tag. libtiff takes integers of other types for characters; rasterio leaves out what is not UTF-8.
fn text(ifd: &Ifd, tag: Tag) -> Option<String> {
    let letters =
        || ifd.shorts(tag)?.into_iter().map(|letter| u8::try_from(letter).ok()).collect::<Option<Vec<u8>>>();
    let letters = match ifd.text(tag) {
        Some(text) => text.to_vec(),
        None => letters()?,
    };
    Some(core::str::from_utf8(until_nul(&letters)).ok()?.to_owned())
}

/// A number that libtiff keeps in single precision.
fn single(ifd: &Ifd, tag: Tag) -> Option<f64> {
    let entry = ifd.get(tag).filter(|entry| entry.count() == 1)?;
    let value = ifd.double(tag)?;
    (entry.field_type() != FieldType::ASCII).then_some(f64::from(value as f32))
}

/// The items of the domain `IMAGE_STRUCTURE`.
pub(crate) fn image_structure(image: &Image, cog: bool, domains: &mut Domains) {
    let jpeg = image.compression() == Compression::JPEG;
    if cog {
        domains.set(STRUCTURE, "LAYOUT", "COG");
    }
    let old_jpeg = image.compression() == Compression::JPEG_OLD;
    if (jpeg || old_jpeg) && image.photometric() == Photometric::YCBCR {
        domains.set(STRUCTURE, "SOURCE_COLOR_SPACE", "YCbCr");
    }
    if image.is_read_as_rgba() {
        domains.set(STRUCTURE, "SOURCE_COLOR_SPACE", "CMYK");
    }
    if image.compression() != Compression::NONE {
        match image.gdal_compression() {
            Some(name) => domains.set(STRUCTURE, "COMPRESSION", name),
            None => domains.set("", "COMPRESSION", image.compression().0.to_string()),
        }
    }
    if image.compression() == Compression::LERC && matches!(image.lerc_parameters(), None | Some([4, ..])) {
        domains.set(STRUCTURE, "LERC_VERSION", "2.4");
    }
    let pixel = image.planar() == PlanarConfiguration::CHUNKY && image.samples_per_pixel() != 1;
    domains.set(STRUCTURE, "INTERLEAVE", if pixel { "PIXEL" } else { "BAND" });
    if image.photometric() == Photometric::MIN_IS_WHITE {
        domains.set(STRUCTURE, "MINISWHITE", "YES");
    }
    if jpeg && let Some((quality, huffman)) = image.jpeg_tables().and_then(jpeg_quality::guess) {
        domains.set(STRUCTURE, "JPEG_QUALITY", quality.to_string());
        domains.set(STRUCTURE, "JPEGTABLESMODE", if huffman { "3" } else { "1" });
    }
    let shown = matches!(image.compression(), Compression::LZW | Compression::DEFLATE | Compression::ZSTD);
    if shown && image.predictor().0 > 1 {
        domains.set(STRUCTURE, "PREDICTOR", image.predictor().0.to_string());
    }
}

/// Whether GDAL takes an item of `IMAGE_STRUCTURE` from its XML: only those that the compression explains.
pub(crate) fn allows(image: &Image, key: &str, value: &str) -> bool {
    let is = |name: &str| key.eq_ignore_ascii_case(name);
    let number = atof(value);
    match image.compression() {
        Compression::WEBP => is("COMPRESSION_REVERSIBILITY") || is("WEBP_LEVEL"),
        Compression::LERC => is("MAX_Z_ERROR") || is("MAX_Z_ERROR_OVERVIEW"),
        Compression::JXL | Compression::JXL_DNG => {
            is("COMPRESSION_REVERSIBILITY")
                || is("JXL_DISTANCE")
                || is("JXL_ALPHA_DISTANCE")
                || (is("JXL_EFFORT") && number.is_finite())
        }
        _ => false,
    }
}

/// Whether an item says that the compression lost something.
pub(crate) fn means_lossy(key: &str) -> bool {
    ["WEBP_LEVEL", "JXL_DISTANCE", "JXL_ALPHA_DISTANCE"].iter().any(|name| name.eq_ignore_ascii_case(key))
}
