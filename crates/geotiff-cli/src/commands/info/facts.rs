//! The facts, in the words and order of the JSON answer.

use std::collections::BTreeMap;

use geotiff_kit::core::{
    BandMetadata, ByteOrder, Domains, Image, Page, PlanarConfiguration, Rpc, Statistics,
};
use geotiff_kit::{Crs, GeoTiff, Nodata};
use serde::Serialize;
use serde_json::{Value, json};

use crate::cog;
use crate::error::Failure;
use crate::output::Number;

/// Everything that `geotiff info --json` prints.
#[derive(Debug, Serialize)]
pub(super) struct Facts {
    pub(super) driver: &'static str,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) count: u16,
    pub(super) dtype: &'static str,
    pub(super) nodata: Option<NodataValue>,
    pub(super) crs: Option<CrsFacts>,
    pub(super) transform: [Number; 6],
    pub(super) bounds: [Number; 4],
    pub(super) res: [Number; 2],
    pub(super) block_shape: [u32; 2],
    pub(super) tiled: bool,
    pub(super) interleave: &'static str,
    pub(super) compression: String,
    pub(super) predictor: u16,
    pub(super) photometric: String,
    pub(super) colorinterp: Vec<&'static str>,
    pub(super) overviews: Vec<OverviewFacts>,
    pub(super) mask_flags: Vec<&'static [&'static str]>,
    pub(super) scales: Vec<Number>,
    pub(super) offsets: Vec<Number>,
    pub(super) units: Vec<Option<String>>,
    pub(super) descriptions: Vec<Option<String>>,
    pub(super) tags: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) band_tags: Vec<BTreeMap<String, String>>,
    pub(super) stats: Vec<Option<StatisticsFacts>>,
    pub(super) gcps: Vec<GcpFacts>,
    pub(super) rpcs: Option<Value>,
    pub(super) bigtiff: bool,
    pub(super) byte_order: &'static str,
    pub(super) cog: bool,
}

/// A nodata value: integers exact.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub(super) enum NodataValue {
    Float(Number),
    Int(i64),
    UInt(u64),
}

#[derive(Debug, Serialize)]
pub(super) struct CrsFacts {
    pub(super) epsg: Option<u32>,
    pub(super) name: String,
    pub(super) wkt: String,
    pub(super) projjson: Value,
}

#[derive(Debug, Serialize)]
pub(super) struct OverviewFacts {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) block_shape: [u32; 2],
}

#[derive(Debug, Serialize)]
pub(super) struct StatisticsFacts {
    pub(super) min: Number,
    pub(super) max: Number,
    pub(super) mean: Number,
    pub(super) std: Number,
}

#[derive(Debug, Serialize)]
pub(super) struct GcpFacts {
    row: Number,
    col: Number,
    x: Number,
    y: Number,
    z: Number,
}

/// Collects the facts of an open page; `details` are further tags of it.
///
/// # Errors
/// For a sample layout that has no type; and what the store reports, where telling a COG may read `depth`.
pub(super) async fn of(tiff: &GeoTiff, depth: cog::Depth, details: &Domains) -> Result<Facts, Failure> {
    let page = tiff.page();
    let image = page.image();
    let metadata = page.metadata();
    let georeferencing = page.georeferencing();
    let transform = tiff.nominal_transform();
    let bounds = geotiff_kit::read::transform::bounds(transform, tiff.width(), tiff.height());
    let bands: Vec<BandMetadata<'_>> = metadata.bands().collect();
    let band_tags = |band: &BandMetadata<'_>| items(&band.tags(), "");
    Ok(Facts {
        driver: "GTiff",
        width: tiff.width(),
        height: tiff.height(),
        count: tiff.count(),
        dtype: tiff.data_type()?.name(),
        nodata: tiff.nodata().map(nodata),
        crs: crs(tiff),
        transform: transform.map(Number),
        bounds: bounds.map(Number),
        res: resolution(transform).map(Number),
        block_shape: block_shape(image),
        tiled: image.chunks().is_tiled() && image.chunks().chunk_width() != image.width(),
        interleave: interleave(image),
        compression: compression(image),
        predictor: image.predictor().0,
        photometric: named(image.photometric().gdal_name(), image.photometric().0),
        colorinterp: bands.iter().map(|band| band.color_interpretation().name()).collect(),
        overviews: overviews(page),
        mask_flags: tiff.mask_kinds().iter().map(|kind| kind.flag_names()).collect(),
        scales: bands.iter().map(|band| Number(band.scale())).collect(),
        offsets: bands.iter().map(|band| Number(band.offset())).collect(),
        units: bands.iter().map(|band| tiff.unit(band.index() + 1)).collect(),
        descriptions: bands.iter().map(|band| band.description().map(str::to_owned)).collect(),
        tags: tags(metadata.domains(), details),
        band_tags: bands.iter().map(band_tags).collect(),
        stats: bands.iter().map(|band| band.statistics().map(statistics)).collect(),
        gcps: georeferencing.gcps().iter().map(gcp).collect(),
        rpcs: metadata.rpc().map(rpcs),
        bigtiff: tiff.tiff().is_big_tiff(),
        byte_order: match tiff.tiff().byte_order() {
            ByteOrder::LittleEndian => "little",
            ByteOrder::BigEndian => "big",
        },
        cog: cog::examine(tiff, depth).await?.is_cog(),
    })
}

fn nodata(nodata: Nodata) -> NodataValue {
    match nodata {
        Nodata::Float(value) => NodataValue::Float(Number(value)),
        Nodata::Int(value) => NodataValue::Int(value),
        Nodata::UInt(value) => NodataValue::UInt(value),
    }
}

/// The CRS of the transform: with ground control points there is none, as in rasterio. The other facts are not lost
/// with a CRS that cannot be understood: standard error says so.
fn crs(tiff: &GeoTiff) -> Option<CrsFacts> {
    if !tiff.page().georeferencing().gcps().is_empty() {
        return None;
    }
    let facts = |crs: &Crs| CrsFacts {
        epsg: crs.epsg(),
        name: crs.name().to_owned(),
        wkt: crs.to_wkt2(),
        projjson: crs.to_projjson(),
    };
    match tiff.crs() {
        Ok(crs) => crs.map(facts),
        Err(error) => {
            if let Some(line) = Failure::from(error).line() {
                eprintln!("geotiff: warning: {line}");
            }
            None
        }
    }
}

/// The size of a pixel along its own axes, which may be rotated; never negative.
fn resolution([a, b, _, d, e, _]: [f64; 6]) -> [f64; 2] {
    [(a * a + d * d).sqrt(), (b * b + e * e).sqrt()]
}

/// Height and width of a tile or strip. A plane of one high strip of 8-bit samples, or of a bitmap, counts as
/// rows, since GDAL reads it row by row.
fn block_shape(image: &Image) -> [u32; 2] {
    const HIGH: u32 = 2000;
    let grid = image.chunks();
    let is_byte = match image.bits_per_sample() {
        [1] => true,
        bits => bits.first() == Some(&8),
    };
    let is_one_strip = !grid.is_tiled() && grid.chunk_height() >= image.height();
    let height = if is_byte && is_one_strip && image.height() > HIGH { 1 } else { grid.chunk_height() };
    [height, grid.chunk_width()]
}

/// One band is "band", as GDAL has it.
fn interleave(image: &Image) -> &'static str {
    let planar = image.planar() == PlanarConfiguration::PLANAR || image.samples_per_pixel() == 1;
    if planar { "band" } else { "pixel" }
}

/// GDAL's spelling, without the colour space that `photometric` tells.
fn compression(image: &Image) -> String {
    match image.gdal_compression() {
        Some("YCbCr JPEG") => "JPEG".into(),
        name => named(name, image.compression().0),
    }
}

fn named(name: Option<&str>, code: u16) -> String {
    name.map_or_else(|| code.to_string(), str::to_owned)
}

fn overviews(page: &Page) -> Vec<OverviewFacts> {
    let facts = |image: &Image| OverviewFacts {
        width: image.width(),
        height: image.height(),
        block_shape: block_shape(image),
    };
    page.overviews().iter().map(facts).collect()
}

/// The tags by domain; what `domains` says wins over `details`.
fn tags(domains: &Domains, details: &Domains) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut tags = BTreeMap::from([(String::new(), BTreeMap::new())]);
    for source in [details, domains] {
        for name in source.names() {
            tags.entry(name.to_owned()).or_default().extend(items(source, name));
        }
    }
    tags
}

fn items(domains: &Domains, domain: &str) -> BTreeMap<String, String> {
    domains.items(domain).iter().cloned().collect()
}

fn statistics(of_band: Statistics) -> StatisticsFacts {
    StatisticsFacts {
        min: Number(of_band.min),
        max: Number(of_band.max),
        mean: Number(of_band.mean),
        std: Number(of_band.std),
    }
}

fn gcp(point: &geotiff_kit::core::GroundControlPoint) -> GcpFacts {
    GcpFacts {
        row: Number(point.row),
        col: Number(point.col),
        x: Number(point.x),
        y: Number(point.y),
        z: Number(point.z),
    }
}

/// In the words of rasterio's `RPC.to_dict()`.
fn rpcs(rpc: &Rpc) -> Value {
    json!({
        "height_off": rpc.height_off,
        "height_scale": rpc.height_scale,
        "lat_off": rpc.lat_off,
        "lat_scale": rpc.lat_scale,
        "line_den_coeff": rpc.line_den_coeff,
        "line_num_coeff": rpc.line_num_coeff,
        "line_off": rpc.line_off,
        "line_scale": rpc.line_scale,
        "long_off": rpc.long_off,
        "long_scale": rpc.long_scale,
        "samp_den_coeff": rpc.samp_den_coeff,
        "samp_num_coeff": rpc.samp_num_coeff,
        "samp_off": rpc.samp_off,
        "samp_scale": rpc.samp_scale,
        "err_bias": rpc.err_bias,
        "err_rand": rpc.err_rand,
    })
}
