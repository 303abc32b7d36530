//! What a GeoTIFF of pixels of a file says of them.

use geotiff_kit::core::{ColorInterpretation as Color, GeoKeys, Image, Nodata, Photometric, Tag};
use geotiff_kit::{Crs, DataType, GeoTiff, Raster};

use super::geotiff::{Description, GeoKeyTags};
use crate::error::Failure;

/// The description of `raster`, which was made of `tiff`.
///
/// # Errors
/// For a CRS that is not the file's own and has no EPSG code.
pub(super) fn of(tiff: &GeoTiff, raster: &Raster) -> Result<Description, Failure> {
    let image = tiff.page().image();
    let colors = colors(tiff, raster);
    let color_map = color_map(tiff, raster, &colors);
    let (photometric, implied) = photometric(&colors, image, color_map.is_some());
    let (geo_keys, pixel_is_point) = match raster.transform {
        Some(_) => geo_keys(tiff, raster)?,
        None => (None, false),
    };
    let extra = |color: &Color| match color {
        // Unassociated alpha (TIFF 6.0, ExtraSamples): GDAL multiplies nothing either.
        Color::Alpha => 2,
        _ => 0,
    };
    Ok(Description {
        transform: raster.transform,
        geo_keys,
        pixel_is_point,
        nodata: raster.nodata.map(nodata),
        photometric: photometric.0,
        extra_samples: colors.get(implied.len().max(1)..).unwrap_or_default().iter().map(extra).collect(),
        color_map,
        metadata: metadata(tiff, raster, &colors, implied),
    })
}

/// What each band shows. One band three times is a colour map's red, green and blue.
fn colors(tiff: &GeoTiff, raster: &Raster) -> Vec<Color> {
    if let &[red, green, blue] = raster.bands.as_slice()
        && red == green
        && green == blue
    {
        return vec![Color::Red, Color::Green, Color::Blue];
    }
    let metadata = tiff.page().metadata();
    let color = |&band: &u16| {
        metadata.band(band.saturating_sub(1)).map_or(Color::Undefined, |band| band.color_interpretation())
    };
    raster.bands.iter().map(color).collect()
}

/// The photometric interpretation, and what it makes of the first bands.
fn photometric(colors: &[Color], image: &Image, has_color_map: bool) -> (Photometric, &'static [Color]) {
    const RGB: &[Color] = &[Color::Red, Color::Green, Color::Blue];
    const CMYK: &[Color] = &[Color::Cyan, Color::Magenta, Color::Yellow, Color::Black];
    match colors {
        _ if has_color_map => (Photometric::PALETTE, &[Color::Palette]),
        _ if colors.starts_with(RGB) => (Photometric::RGB, RGB),
        _ if colors.starts_with(CMYK) => (Photometric::SEPARATED, CMYK),
        [_] if image.photometric() == Photometric::MIN_IS_WHITE => (Photometric::MIN_IS_WHITE, &[]),
        _ => (Photometric::MIN_IS_BLACK, &[Color::Gray]),
    }
}

/// The ColorMap tag for a band of indexes: as many entries as its type has values (TIFF 6.0, section 5).
fn color_map(tiff: &GeoTiff, raster: &Raster, colors: &[Color]) -> Option<Vec<u16>> {
    let values = match raster.data.data_type() {
        DataType::UInt8 => 1 << 8,
        DataType::UInt16 => 1 << 16,
        _ => return None,
    };
    let table = tiff.page().metadata().color_table().filter(|_| colors == [Color::Palette])?;
    let component = |index: usize, channel: usize| {
        table.entries().get(index).map_or(0, |entry| u16::from(entry[channel]) * 257)
    };
    Some((0..3).flat_map(|channel| (0..values).map(move |index| component(index, channel))).collect())
}

/// The GeoKeys of the raster's CRS, and whether they say that pixels are points: the file's own as they are, else those
/// of an EPSG code.
fn geo_keys(tiff: &GeoTiff, raster: &Raster) -> Result<(Option<GeoKeyTags>, bool), Failure> {
    let ifd = tiff.page().image().ifd();
    let keys = GeoKeys::from_ifd(ifd);
    let own = keys.as_ref().and_then(|keys| Crs::from_geokeys(keys).ok().flatten());
    if own == raster.crs {
        let ascii = ifd.text(Tag::GEO_ASCII_PARAMS).unwrap_or_default();
        let tags = ifd.shorts(Tag::GEO_KEY_DIRECTORY).map(|directory| GeoKeyTags {
            directory,
            doubles: ifd.doubles(Tag::GEO_DOUBLE_PARAMS).unwrap_or_default(),
            ascii: String::from_utf8_lossy(ascii).into_owned(),
        });
        return Ok((tags, keys.is_some_and(|keys| keys.pixel_is_point())));
    }
    let Some(crs) = &raster.crs else { return Ok((None, false)) };
    let code = crs.epsg().and_then(|code| u16::try_from(code).ok());
    let code = code.ok_or_else(|| {
        Failure::not_yet(&format!("GeoTIFF output in {}, which has no EPSG code", crs.name()))
    })?;
    // GTModelType and the key of its CRS (OGC GeoTIFF 1.1, 7.2): projected or geographic, pixels are areas.
    let (model, key) = if crs.is_geographic() { (2, 2048) } else { (1, 3072) };
    let directory = vec![1, 1, 0, 3, 1024, 0, 1, model, 1025, 0, 1, 1, key, 0, 1, code];
    Ok((Some(GeoKeyTags { directory, ..GeoKeyTags::default() }), false))
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

/// GDAL's XML (tag 42112) with what the tags do not say of the bands; `None` where there is nothing to say.
fn metadata(tiff: &GeoTiff, raster: &Raster, colors: &[Color], implied: &[Color]) -> Option<String> {
    let mut items = String::new();
    for (sample, (&band, &color)) in raster.bands.iter().zip(colors).enumerate() {
        let mut item = |name: &str, role: &str, value: &str| {
            items.push_str(&format!(
                "  <Item name=\"{name}\" sample=\"{sample}\" role=\"{role}\">{}</Item>\n",
                escaped(value)
            ));
        };
        let by_tags = match implied.get(sample) {
            Some(&implied) => implied,
            None if color == Color::Alpha && sample > 0 => Color::Alpha,
            None => Color::Undefined,
        };
        if color != by_tags {
            item("COLORINTERP", "colorinterp", color.gdal_name());
        }
        let Some(band) = tiff.page().metadata().band(band.saturating_sub(1)) else { continue };
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
