//! What a GeoTIFF of a part of a file says of its pixels.

use geotiff_kit::core::{ColorInterpretation, Image, Nodata, Photometric, Tag};
use geotiff_kit::{GeoTiff, Raster};

use super::geotiff::{Description, GeoKeyTags};

/// The description of `raster`, read from `tiff`.
pub(super) fn of(tiff: &GeoTiff, raster: &Raster) -> Description {
    let page = tiff.page();
    let image = page.image();
    let colors: Vec<ColorInterpretation> = raster.bands.iter().map(|&band| color(tiff, band)).collect();
    let (photometric, colour_bands) = photometric(&colors, image);
    let extra = |color: &ColorInterpretation| match color {
        // Unassociated alpha (TIFF 6.0, ExtraSamples): GDAL multiplies nothing either.
        ColorInterpretation::Alpha => 2,
        _ => 0,
    };
    Description {
        transform: raster.transform,
        geo_keys: geo_keys(image),
        pixel_is_point: page.georeferencing().pixel_is_point(),
        nodata: raster.nodata.map(nodata),
        photometric: photometric.0,
        extra_samples: colors.get(colour_bands..).unwrap_or_default().iter().map(extra).collect(),
        color_map: image.color_map().filter(|_| photometric == Photometric::PALETTE).map(<[u16]>::to_vec),
        metadata: metadata(tiff, raster),
    }
}

fn color(tiff: &GeoTiff, band: u16) -> ColorInterpretation {
    let metadata = tiff.page().metadata();
    metadata
        .band(band.saturating_sub(1))
        .map_or(ColorInterpretation::Undefined, |band| band.color_interpretation())
}

/// The photometric interpretation, and how many bands it takes.
fn photometric(colors: &[ColorInterpretation], image: &Image) -> (Photometric, usize) {
    use ColorInterpretation as Color;
    match colors {
        [Color::Red, Color::Green, Color::Blue, ..] => (Photometric::RGB, 3),
        [Color::Palette] if image.color_map().is_some() => (Photometric::PALETTE, 1),
        [Color::Cyan, Color::Magenta, Color::Yellow, Color::Black, ..] => (Photometric::SEPARATED, 4),
        _ if image.photometric() == Photometric::MIN_IS_WHITE => (Photometric::MIN_IS_WHITE, 1),
        _ => (Photometric::MIN_IS_BLACK, 1),
    }
}

/// The tags as they are: the raster type goes with the place of the tie point.
fn geo_keys(image: &Image) -> Option<GeoKeyTags> {
    let ifd = image.ifd();
    let ascii = ifd.text(Tag::GEO_ASCII_PARAMS).unwrap_or_default();
    Some(GeoKeyTags {
        directory: ifd.shorts(Tag::GEO_KEY_DIRECTORY)?,
        doubles: ifd.doubles(Tag::GEO_DOUBLE_PARAMS).unwrap_or_default(),
        ascii: String::from_utf8_lossy(ascii).into_owned(),
    })
}

fn nodata(nodata: Nodata) -> String {
    match nodata {
        // GDAL writes and reads these spellings.
        Nodata::Float(value) if value.is_nan() => "nan".into(),
        Nodata::Float(value) => format!("{value:?}"),
        Nodata::Int(value) => value.to_string(),
        Nodata::UInt(value) => value.to_string(),
    }
}

/// GDAL's XML (tag 42112) with what it says of the bands read; `None` where there is nothing to say.
fn metadata(tiff: &GeoTiff, raster: &Raster) -> Option<String> {
    let mut items = String::new();
    for (sample, &band) in raster.bands.iter().enumerate() {
        let Some(band) = tiff.page().metadata().band(band.saturating_sub(1)) else { continue };
        let mut item = |name: &str, role: &str, value: &str| {
            items.push_str(&format!(
                "  <Item name=\"{name}\" sample=\"{sample}\" role=\"{role}\">{}</Item>\n",
                escaped(value)
            ));
        };
        if (band.offset(), band.scale()) != (0.0, 1.0) {
            item("OFFSET", "offset", &format!("{:?}", band.offset()));
            item("SCALE", "scale", &format!("{:?}", band.scale()));
        }
        if let Some(unit) = band.unit() {
            item("UNITTYPE", "unittype", unit);
        }
        if let Some(description) = band.description() {
            item("DESCRIPTION", "description", description);
        }
    }
    (!items.is_empty()).then(|| format!("<GDALMetadata>\n{items}</GDALMetadata>"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
