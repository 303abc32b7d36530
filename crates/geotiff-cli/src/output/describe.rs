//! What a GeoTIFF of pixels of a file says of them.

use geotiff_kit::core::{
    ColorInterpretation as Color, ExtraSample, GeoKeys, Image, Nodata, Photometric, Rpc, Tag,
};
use geotiff_kit::{Crs, DataType, GeoTiff, Raster};

use super::geotiff::{Description, GeoKeyTags};
use super::{gdal_metadata, geokeys};

/// Where pixels of a raster lie in the full resolution of the file that it was read from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Placement {
    /// Columns and rows from the corner of the file to that of the raster.
    pub(crate) offset: (f64, f64),
    /// Columns and rows of the file under a pixel of the raster.
    pub(crate) scale: (f64, f64),
}

impl Placement {
    /// Whether the raster has the file's own pixels, all of them.
    fn is_whole(self, tiff: &GeoTiff, raster: &Raster) -> bool {
        let size = (u64::from(tiff.width()), u64::from(tiff.height()));
        let same = Self { offset: (0.0, 0.0), scale: (1.0, 1.0) };
        self == same && (raster.width() as u64, raster.height() as u64) == size
    }

    fn column(self, of_file: f64) -> f64 {
        (of_file - self.offset.0) / self.scale.0
    }

    fn row(self, of_file: f64) -> f64 {
        (of_file - self.offset.1) / self.scale.1
    }
}

/// The description of `raster`, which was made of `tiff`; a warped one has no placement.
pub(super) fn of(tiff: &GeoTiff, raster: &Raster, placement: Option<Placement>) -> Description {
    let image = tiff.page().image();
    let colors = colors(tiff, raster);
    let color_map = color_map(tiff, raster, &colors);
    let (photometric, implied) = photometric(&colors, image, color_map.is_some());
    let is_whole = placement.is_some_and(|placement| placement.is_whole(tiff, raster));
    let (geo_keys, pixel_is_point) = geo_keys(tiff, raster, placement);
    let extra = implied.len().max(1)..;
    let extra_samples =
        raster.bands.iter().zip(&colors).map(|(&band, &color)| extra_sample(image, band, color));
    let metadata = tiff.page().metadata();
    Description {
        transform: raster.transform,
        gcps: placement.map(|placement| gcps(tiff, placement)).unwrap_or_default(),
        geo_keys,
        pixel_is_point,
        rpc: placement.and_then(|placement| Some(rpc(metadata.rpc()?, placement))),
        nodata: raster.nodata.map(nodata),
        photometric: photometric.0,
        extra_samples: extra_samples.collect::<Vec<_>>().get(extra).unwrap_or_default().to_vec(),
        color_map,
        texts: gdal_metadata::texts(metadata.domains()),
        shorts: gdal_metadata::shorts(metadata.domains()),
        ratios: gdal_metadata::ratios(metadata.domains()),
        xmp: metadata.domains().get("xml:XMP", "xml:XMP").map(str::to_owned),
        metadata: gdal_metadata::xml(tiff, &raster.bands, &colors, implied, is_whole),
    }
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

/// ExtraSamples of a band beyond the photometric ones: alpha is associated where the file's is.
fn extra_sample(image: &Image, band: u16, color: Color) -> u16 {
    if color != Color::Alpha {
        return ExtraSample::UNSPECIFIED.0;
    }
    let extra = image.extra_samples();
    let first = usize::from(image.samples_per_pixel()).saturating_sub(extra.len());
    let own = usize::from(band).checked_sub(first + 1).and_then(|index| extra.get(index));
    match own {
        Some(&ExtraSample::ASSOCIATED_ALPHA) => ExtraSample::ASSOCIATED_ALPHA.0,
        _ => ExtraSample::UNASSOCIATED_ALPHA.0,
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
/// that say the same. Standard error tells where there are none.
fn geo_keys(tiff: &GeoTiff, raster: &Raster, placement: Option<Placement>) -> (Option<GeoKeyTags>, bool) {
    let ifd = tiff.page().image().ifd();
    let georeferencing = tiff.page().georeferencing();
    let keys = georeferencing.geokeys();
    let own = keys.and_then(|keys| Crs::from_geokeys(keys).ok().flatten());
    if keys.is_some() && own == raster.crs && (placement.is_none() || georeferencing.wkt().is_none()) {
        let tags = ifd.shorts(Tag::GEO_KEY_DIRECTORY).map(|directory| GeoKeyTags {
            directory,
            doubles: ifd.doubles(Tag::GEO_DOUBLE_PARAMS).unwrap_or_default(),
            ascii: ifd.text(Tag::GEO_ASCII_PARAMS).unwrap_or_default().to_vec(),
        });
        return (tags, keys.is_some_and(GeoKeys::pixel_is_point));
    }
    let Some(crs) = &raster.crs else {
        if let Err(error) = tiff.crs() {
            eprintln!("geotiff: warning: the GeoTIFF has no CRS: {error}");
        }
        return (None, false);
    };
    let is_point = placement.is_some() && georeferencing.pixel_is_point();
    let tags = geokeys::of(crs, is_point);
    if tags.is_none() {
        eprintln!("geotiff: warning: the GeoTIFF has no CRS: GeoKeys cannot say {:?}", crs.name());
    }
    let is_point = is_point && tags.is_some();
    (tags, is_point)
}

fn gcps(tiff: &GeoTiff, placement: Placement) -> Vec<[f64; 6]> {
    let points = tiff.page().georeferencing().gcps().iter();
    points.map(|p| [placement.column(p.col), placement.row(p.row), 0.0, p.x, p.y, p.z]).collect()
}

/// The numbers of the RPCCoefficientTag. Offsets of rows and columns count from the centre of the first pixel.
fn rpc(rpc: &Rpc, placement: Placement) -> Vec<f64> {
    let head = [
        rpc.err_bias.unwrap_or(-1.0),
        rpc.err_rand.unwrap_or(-1.0),
        placement.row(rpc.line_off + 0.5) - 0.5,
        placement.column(rpc.samp_off + 0.5) - 0.5,
        rpc.lat_off,
        rpc.long_off,
        rpc.height_off,
        rpc.line_scale / placement.scale.1,
        rpc.samp_scale / placement.scale.0,
        rpc.lat_scale,
        rpc.long_scale,
        rpc.height_scale,
    ];
    let coefficients = [rpc.line_num_coeff, rpc.line_den_coeff, rpc.samp_num_coeff, rpc.samp_den_coeff]
        .into_iter()
        .flatten();
    head.into_iter().chain(coefficients).collect()
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
