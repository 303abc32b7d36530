//! Prints what the library reads from TIFF files, one JSON line a file: `dump FILE…`.
//!
//! The file is read in whole and fed as asked for, in the least ranges, so that the decoder's own requests
//! are exercised.
use std::fmt::Write as _;

use geotiff_core::{
    Bytes, CogReport, CogValidator, Domains, Error, Image, Limits, MetadataDecoder, Page, Step, Tiff,
    ValidationStep,
};

fn main() {
    for path in std::env::args().skip(1) {
        let mut line = format!("{{\"path\": {}", quote(&path));
        match std::fs::read(&path) {
            Ok(file) => match open(&file) {
                Ok((tiff, asked)) => describe(&tiff, &file, asked, &mut line),
                Err(error) => {
                    let _ = write!(line, ", \"error\": {}", quote(&error.to_string()));
                }
            },
            Err(error) => {
                let _ = write!(line, ", \"error\": {}", quote(&error.to_string()));
            }
        }
        println!("{line}}}");
    }
}

/// The metadata, and how many times and bytes were asked for.
fn open(file: &[u8]) -> Result<(Tiff, [u64; 2]), Error> {
    let mut decoder = MetadataDecoder::new(Limits::default());
    decoder.set_file_size(file.len() as u64);
    let mut asked = [0; 2];
    loop {
        match decoder.decode()? {
            Step::Finished(tiff) => return Ok((*tiff, asked)),
            Step::NeedsData(ranges) => {
                asked[0] += 1;
                for range in ranges {
                    asked[1] += range.end - range.start;
                    let end = file.len().min(range.end as usize);
                    let part = file.get(range.start as usize..end).unwrap_or_default();
                    decoder.feed(range.start, Bytes::copy_from_slice(part));
                }
            }
        }
    }
}

fn describe(tiff: &Tiff, file: &[u8], asked: [u64; 2], out: &mut String) {
    let Some(page) = tiff.pages().first() else { return };
    let image = page.image();
    let data_type = image.data_type().map_or_else(|e| format!("ERR {e}"), |t| t.name().to_owned());
    let _ = write!(
        out,
        ", \"width\": {}, \"height\": {}, \"count\": {}, \"dtype\": {}, \"compression\": {}, \"tiled\": {}, \
         \"block_shape\": [{}, {}], \"steps\": {}, \"bytes\": {}, \"pages\": {}, \"ifds\": {}, \"warnings\": [{}]",
        image.width(),
        image.height(),
        image.samples_per_pixel(),
        quote(&data_type),
        quote(image.compression().gdal_name().unwrap_or("?")),
        image.chunks().is_tiled(),
        image.block_shape().0,
        image.block_shape().1,
        asked[0],
        asked[1],
        tiff.pages().len(),
        tiff.ifds().len(),
        tiff.warnings().iter().map(|w| quote(&w.to_string())).collect::<Vec<_>>().join(", "),
    );
    let sizes = |images: Vec<&Image>| images.iter().map(|i| [i.width(), i.height()]).collect::<Vec<_>>();
    let _ = write!(out, ", \"overviews\": {:?}", sizes(page.overviews().iter().collect()));
    let _ = write!(out, ", \"mask\": {}", page.mask().is_some());
    let masks = (0..page.overviews().len()).filter(|&i| page.overview_mask(i).is_some()).count();
    let _ = write!(out, ", \"overview_masks\": {masks}");
    describe_geo(page, out);
    describe_metadata(page, out);
    let cog = validate(tiff, file);
    let texts = |t: &[String]| t.iter().map(|t| quote(t)).collect::<Vec<_>>().join(", ");
    let _ = match cog {
        Ok(report) => write!(
            out,
            ", \"cog\": {{\"errors\": [{}], \"warnings\": [{}]}}",
            texts(&report.errors),
            texts(&report.warnings)
        ),
        Err(error) => write!(out, ", \"cog\": {{\"errors\": [{}]}}", quote(&error.to_string())),
    };
    let _ = write!(
        out,
        ", \"bigtiff\": {}, \"little\": {}, \"sparse\": {}",
        tiff.is_big_tiff(),
        tiff.byte_order() == geotiff_core::ByteOrder::LittleEndian,
        sparse(image, file).map_or_else(|e| quote(&e.to_string()), |n| n.to_string()),
    );
}

fn describe_geo(page: &Page, out: &mut String) {
    let geo = page.georeferencing();
    let nodata = page.nodata().map_or("null".to_owned(), |n| quote(&n.to_string()));
    let transform = geo.transform().map_or("null".to_owned(), |t| format!("{t:?}"));
    let epsg = geo.geokeys().and_then(|k| k.epsg()).map_or("null".to_owned(), |e| e.to_string());
    let gcps: Vec<[f64; 5]> = geo.gcps().iter().map(|g| [g.row, g.col, g.x, g.y, g.z]).collect();
    let _ = write!(
        out,
        ", \"nodata\": {nodata}, \"transform\": {}, \"epsg\": {epsg}, \"gcps\": {}, \"point\": {}",
        finite(&transform),
        finite(&format!("{gcps:?}")),
        geo.pixel_is_point()
    );
}

fn describe_metadata(page: &Page, out: &mut String) {
    let metadata = page.metadata();
    let list = |items: Vec<String>| format!("[{}]", items.join(", "));
    let text = |t: Option<&str>| t.map_or("null".to_owned(), quote);
    let bands: Vec<_> = metadata.bands().collect();
    let field = |out: &mut String, key: &str, items: Vec<String>| {
        let _ = write!(out, ", \"{key}\": {}", list(items));
    };
    field(out, "colorinterp", bands.iter().map(|b| quote(b.color_interpretation().name())).collect());
    field(out, "scales", bands.iter().map(|b| finite(&b.scale().to_string())).collect());
    field(out, "offsets", bands.iter().map(|b| finite(&b.offset().to_string())).collect());
    field(out, "units", bands.iter().map(|b| text(b.unit())).collect());
    field(out, "descriptions", bands.iter().map(|b| text(b.description())).collect());
    field(out, "band_tags", bands.iter().map(|b| domains(&b.tags())).collect());
    let _ = write!(out, ", \"tags\": {}", domains(metadata.domains()));
    if let Some(table) = metadata.color_table() {
        let _ = write!(out, ", \"colormap\": {:?}", table.entries());
    }
}

fn domains(domains: &Domains) -> String {
    let domain = |name| {
        let items = domains.items(name).iter().map(|(k, v)| format!("{}: {}", quote(k), quote(v)));
        format!("{}: {{{}}}", quote(name), items.collect::<Vec<_>>().join(", "))
    };
    format!("{{{}}}", domains.names().map(domain).collect::<Vec<_>>().join(", "))
}

/// JSON has no NaN or infinity; Python's parser takes these names.
fn finite(text: &str) -> String {
    text.replace("inf", "Infinity")
}

fn validate(tiff: &Tiff, file: &[u8]) -> Result<CogReport, Error> {
    let mut validator = CogValidator::new(tiff);
    loop {
        match validator.validate()? {
            ValidationStep::Finished(report) => return Ok(report),
            ValidationStep::NeedsData(ranges) => {
                for range in ranges {
                    let end = file.len().min(range.end as usize);
                    let part = file.get(range.start as usize..end).unwrap_or_default();
                    validator.feed(range.start, Bytes::copy_from_slice(part));
                }
            }
        }
    }
}

/// Sparse chunks among the first 100,000; the index is fed from the file.
fn sparse(image: &Image, file: &[u8]) -> Result<u64, Error> {
    let mut index = image.chunk_index();
    let all: Vec<u64> = (0..index.len().min(100_000)).collect();
    for range in index.missing(&all) {
        let end = file.len().min(range.end as usize);
        index.feed(range.start, file.get(range.start as usize..end).unwrap_or_default())?;
    }
    all.iter().try_fold(0, |n, &chunk| Ok(n + u64::from(index.get(chunk)?.is_none())))
}

fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if (c as u32) < 32 => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
