//! Real files against the facts of their catalogue, which GDAL 3.10.3 wrote down.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail")]

mod common;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use common::*;
use geotiff_core::{ByteOrder, Bytes, CogValidator, Limits, Page, Pam, Tiff, ValidationStep};

/// The folder of the corpora; `None`, loudly, where there is none.
fn corpora() -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    let folder = std::env::var_os("GEOTIFF_CORPORA").map_or(default, PathBuf::from);
    if folder.join("catalog.tsv").is_file() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "no corpora at {}", folder.display());
    eprintln!("NOT TESTED: there are no corpora at {}; set GEOTIFF_CORPORA", folder.display());
    None
}

type Row = HashMap<String, String>;

fn rows(folder: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(folder.join("catalog.tsv")).unwrap();
    let mut lines = text.lines().map(|line| line.split('\t').map(str::to_owned));
    let header: Vec<String> = lines.next().unwrap().collect();
    lines.map(|line| header.iter().cloned().zip(line).collect()).collect()
}

/// The main page with the files beside it, which GDAL reads too.
fn page(tiff: &Tiff, path: &Path) -> Page {
    let beside = |extension: &str| std::fs::read(format!("{}.{extension}", path.display())).ok();
    let mut page = tiff.pages()[0].clone();
    if let Some(bytes) = beside("aux.xml") {
        page = page.with_pam(&Pam::parse(&bytes, &Limits::default()).unwrap());
    }
    if let Some(bytes) = beside("ovr") {
        page = page.with_external_overviews(&open(&bytes).unwrap());
    }
    page
}

fn facts(tiff: &Tiff, page: &Page, file: &[u8]) -> Vec<(&'static str, String)> {
    let image = page.image();
    let masks = tiff
        .ifds()
        .iter()
        .filter(|ifd| ifd.unsigned(geotiff_core::Tag::NEW_SUBFILE_TYPE).unwrap_or(0) & 4 != 0);
    let mut index = image.chunk_index();
    let all: Vec<u64> = (0..index.len()).collect();
    for range in index.missing(&all) {
        index.feed(range.start, &file[range.start as usize..file.len().min(range.end as usize)]).unwrap();
    }
    let sparse = all.iter().filter(|&&chunk| matches!(index.get(chunk), Ok(None))).count();
    vec![
        ("width", image.width().to_string()),
        ("height", image.height().to_string()),
        ("bands", image.samples_per_pixel().to_string()),
        ("dtype", image.data_type().unwrap().name().to_owned()),
        ("tiled", u8::from(image.chunks().is_tiled()).to_string()),
        ("overviews", page.overviews().len().to_string()),
        ("masks", masks.count().to_string()),
        ("n_ifds", tiff.ifds().len().to_string()),
        ("byte_order", if tiff.byte_order() == ByteOrder::LittleEndian { "LE" } else { "BE" }.to_owned()),
        ("bigtiff", u8::from(tiff.is_big_tiff()).to_string()),
        ("sparse_chunks", sparse.to_string()),
        ("gcps", page.georeferencing().gcps().len().to_string()),
        ("rpc", u8::from(page.metadata().rpc().is_some()).to_string()),
        ("nodata", page.nodata().map_or(String::new(), |nodata| nodata.to_string())),
    ]
}

fn equal(key: &str, a: &str, b: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    a == b || (key == "nodata" && number(a).is_some() && number(a) == number(b))
}

#[test]
fn facts_of_every_file_that_gdal_reads() {
    let Some(folder) = corpora() else { return };
    let (mut files, mut differing) = (0, Vec::new());
    for row in rows(&folder).iter().filter(|row| row["status"] == "ok" && row["class"] == "main") {
        let file = std::fs::read(folder.join(&row["path"])).unwrap();
        files += 1;
        let tiff = match open(&file) {
            Ok(tiff) => tiff,
            Err(error) => {
                differing.push(format!("{}: {error}", row["path"]));
                continue;
            }
        };
        for (key, found) in facts(&tiff, &page(&tiff, &folder.join(&row["path"])), &file) {
            let expected = &row[key];
            // Blank: the catalogue does not say. 9999 on a type that does not hold it is no nodata to rasterio.
            let unknown = key == "sparse_chunks" && expected.is_empty();
            let out_of_range = key == "nodata" && expected == "9999" && row["dtype"] == "uint8";
            // The catalogue has TIFF's default; rasterio says 3 as we do.
            let old_jpeg = key == "bands" && row["compression"] == "jpeg_old" && found == "3";
            if !(equal(key, expected, &found) || unknown || out_of_range || old_jpeg) {
                differing.push(format!("{}: {key} {found}, not {expected}", row["path"]));
            }
        }
    }
    assert!(files > 1000, "only {files} files");
    assert!(differing.is_empty(), "{} of {files} differ:\n{}", differing.len(), differing.join("\n"));
}

#[test]
fn cog_or_not_as_rio_cogeo_has_it() {
    let Some(folder) = corpora() else { return };
    let (mut files, mut differing) = (0, Vec::new());
    for row in rows(&folder).iter().filter(|row| row["class"] == "main" && !row["cog"].is_empty()) {
        // rio-cogeo takes an .ovr file for its own external overviews.
        if row["path"].ends_with(".ovr") {
            continue;
        }
        let file = std::fs::read(folder.join(&row["path"])).unwrap();
        let Ok(tiff) = open(&file) else { continue };
        let beside = folder.join(format!("{}.ovr", row["path"])).is_file();
        let mut validator = CogValidator::new(&tiff).with_external_overviews(beside);
        let report = loop {
            match validator.validate().unwrap() {
                ValidationStep::Finished(report) => break report,
                ValidationStep::NeedsData(ranges) => {
                    for range in ranges {
                        let end = file.len().min(range.end as usize);
                        let part = file.get(range.start as usize..end).unwrap_or_default();
                        validator.feed(range.start, Bytes::copy_from_slice(part));
                    }
                }
            }
        };
        files += 1;
        if report.is_cog() != (row["cog"] == "yes") {
            differing.push(format!("{}: {}, {:?}", row["path"], row["cog"], report.errors));
        }
    }
    assert!(files > 1000, "only {files} files");
    assert!(differing.is_empty(), "{} of {files} differ:\n{}", differing.len(), differing.join("\n"));
}

#[test]
fn every_malformed_file_answers_quickly() {
    let Some(folder) = corpora() else { return };
    let mut files = 0;
    for row in rows(&folder).iter().filter(|row| row["class"] == "malformed") {
        let file = std::fs::read(folder.join(&row["path"])).unwrap();
        let start = Instant::now();
        if let (Ok(tiff), log) = open_log(&file, Limits::default()) {
            assert!(log.len() < 1000);
            for page in tiff.pages() {
                let _ = (page.georeferencing(), page.metadata(), page.image().chunk_index().get(0));
            }
        }
        files += 1;
        // The machine may be busy; alone each takes milliseconds.
        assert!(start.elapsed() < Duration::from_secs(1), "{} took {:?}", row["path"], start.elapsed());
    }
    assert!(files > 400, "only {files} files");
}
