//! `geotiff info --json` says what rasterio says, of every fixture.

mod support;

use serde_json::Value;
use support::{fixture, follows_schema, geotiff, manifest};

/// The keys that are compared as they are.
const COMPARED: [&str; 27] = [
    "driver",
    "width",
    "height",
    "count",
    "dtype",
    "nodata",
    "transform",
    "bounds",
    "res",
    "block_shape",
    "tiled",
    "interleave",
    "compression",
    "predictor",
    "photometric",
    "colorinterp",
    "overviews",
    "mask_flags",
    "scales",
    "offsets",
    "units",
    "descriptions",
    "band_tags",
    "stats",
    "gcps",
    "bigtiff",
    "byte_order",
];

/// What GDAL turns into RGB or RGBA while reading: here the bands are those of the file.
const CONVERTED: [&str; 9] = [
    "count",
    "colorinterp",
    "mask_flags",
    "scales",
    "offsets",
    "units",
    "descriptions",
    "band_tags",
    "stats",
];

/// Where rasterio's Python, not GDAL, changes the text of tags: it cuts values at an ampersand.
const TAGS_DIFFER: [&str; 2] = ["files/metadata/xml.tif", "files/metadata/xml-entities.tif"];

#[test]
fn every_fixture_is_described_as_rasterio_does() {
    let (mut differences, mut done) = (Vec::new(), 0);
    // Without a driver: files that GDAL cannot open.
    for record in manifest().iter().filter(|record| record["driver"].is_string()) {
        let path = record["path"].as_str().expect("a path");
        let run = geotiff(&["info", "--json", &fixture(path)]);
        if !run.stderr.is_empty() {
            differences.push(format!("{path}: {}", run.stderr.trim_end()));
            continue;
        }
        compare(path, &run.json(), record, &mut differences);
        done += 1;
        for (page, record) in record["pages"].as_array().into_iter().flatten().enumerate() {
            let info = geotiff(&["info", "--json", &fixture(path), "--page", &page.to_string()]).json();
            compare(&format!("{path} page {page}"), &info, record, &mut differences);
        }
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    assert!(done > 1000, "the manifest lists {done} only");
}

fn compare(path: &str, info: &Value, record: &Value, differences: &mut Vec<String>) {
    follows_schema(info, "info.json");
    let mut differ = |key: &str, ours: &Value, theirs: &Value| {
        if !same(ours, theirs) {
            differences.push(format!("{path}: {key}: {ours} instead of {theirs}"));
        }
    };
    let is_converted = match record["photometric"].as_str() {
        Some("CIELAB") => true,
        Some("YCBCR") => record["compression"] != "JPEG",
        _ => false,
    };
    for key in COMPARED.into_iter().filter(|key| !(is_converted && CONVERTED.contains(key))) {
        differ(key, &info[key], &record[key]);
    }
    for key in ["epsg", "name"] {
        differ(key, &info["crs"][key], &record["crs"][key]);
    }
    // The grid's records leave the question of COGs out, and so do those of pages.
    if record["subject"].is_string() && record["subject"] != "grid" {
        differ("cog", &info["cog"], &record["cog"]);
    }
    for (domain, tags) in record["tags"].as_object().expect("domains") {
        // GDAL says there what it converts from.
        let is_changed = domain.is_empty() && TAGS_DIFFER.contains(&path);
        if !(is_changed || is_converted && domain == "IMAGE_STRUCTURE") {
            differ(&format!("tags of {domain:?}"), &info["tags"][domain], tags);
        }
    }
}

/// Equal, where 1 and 1.0 are the same number.
fn same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(ours), Value::Number(theirs)) if ours.is_f64() != theirs.is_f64() => {
            ours.as_f64() == theirs.as_f64()
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same(ours, theirs))
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().all(|(key, ours)| theirs.get(key).is_some_and(|theirs| same(ours, theirs)))
        }
        _ => ours == theirs,
    }
}

#[test]
fn the_table_names_the_main_facts() {
    let run = geotiff(&["info", &fixture("scene.tif")]).succeeds();
    let info = geotiff(&["info", "--json", &fixture("scene.tif")]).json();
    let size = format!("{} x {}", info["width"], info["height"]);
    let crs = format!("EPSG:{}", info["crs"]["epsg"]);
    for fact in [size.as_str(), crs.as_str(), info["dtype"].as_str().expect("text")] {
        assert!(run.stdout.contains(fact), "{fact:?} is not in\n{}", run.stdout);
    }
}
