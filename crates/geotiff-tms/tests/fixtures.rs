//! The sets of the files in `fixtures/`, against what GDAL says of those files.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails here says so")]

#[path = "common/decode.rs"]
mod decode;

use std::fs;
use std::path::{Path, PathBuf};

use geotiff_crs::Crs;
use geotiff_tms::{CornerOfOrigin, ErrorKind, TileMatrixSet, generate_tms};
use serde_json::Value;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

/// The records of files that GDAL georeferences in a CRS with a code, out of the file itself.
fn records() -> Vec<Value> {
    let manifest: Value =
        serde_json::from_str(&fs::read_to_string(fixtures().join("manifest.json")).unwrap()).unwrap();
    let usable = |record: &&Value| {
        record["transform"].is_array() && record["crs"]["epsg"].is_u64() && record["sidecars"].is_null()
    };
    manifest["files"].as_array().unwrap().iter().filter(usable).cloned().collect()
}

fn floats(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

#[test]
fn every_georeferenced_fixture_has_the_set_that_gdal_s_numbers_make() {
    let mut made = 0;
    for record in records() {
        let path = record["path"].as_str().unwrap();
        let tiff = decode::decode(&fs::read(fixtures().join(path)).unwrap());
        let crs = Crs::from_epsg(record["crs"]["epsg"].as_u64().unwrap().try_into().unwrap()).unwrap();
        let page = decode::page(&tiff);
        let result = generate_tms(page, &crs);
        let refusal = match page.georeferencing().transform() {
            Some(_) => expected_refusal(&floats(&record["transform"])),
            // Also of a scale without a tiepoint, which rasterio shows though GDAL calls it invalid.
            None => Some(ErrorKind::NotGeoreferenced),
        };
        match refusal {
            Some(kind) => assert_eq!(result.unwrap_err().kind(), kind, "{path}"),
            None => {
                check(&result.unwrap_or_else(|error| panic!("{path}: {error}")), &record, path);
                made += 1;
            }
        }
    }
    assert!(made >= 70, "only {made} files were checked");
}

fn expected_refusal(transform: &[f64]) -> Option<ErrorKind> {
    match *transform {
        [a, b, _, d, e, _] if (a, b, d, e) == (0.0, 0.0, 0.0, 0.0) => Some(ErrorKind::NotGeoreferenced),
        [_, b, _, d, _, _] if b != 0.0 || d != 0.0 => Some(ErrorKind::RotatedGrid),
        [a, _, _, _, e, _] if a != e.abs() => Some(ErrorKind::NonSquareCells),
        _ => None,
    }
}

fn check(tms: &TileMatrixSet, record: &Value, path: &str) {
    let [a, _, c, _, e, f] = floats(&record["transform"])[..] else { panic!("{path}") };
    let mut levels: Vec<&Value> = record["overviews"].as_array().unwrap().iter().collect();
    levels.push(record);
    levels.sort_by_key(|level| level["width"].as_u64());
    assert_eq!(tms.matrices().len(), levels.len(), "{path}");

    let image_width = record["width"].as_f64().unwrap();
    let inverted = tms.inverts_axes().unwrap();
    for (index, (matrix, level)) in tms.matrices().iter().zip(levels).enumerate() {
        let size = |value: &Value| value.as_u64().unwrap();
        let [tile_height, tile_width] = [size(&level["block_shape"][0]), size(&level["block_shape"][1])];
        let (width, height) = (size(&level["width"]), size(&level["height"]));
        assert_eq!(matrix.id, index.to_string(), "{path}");
        assert_eq!((matrix.tile_width, matrix.tile_height), (tile_width, tile_height), "{path}");
        assert_eq!(matrix.matrix_width, width.div_ceil(tile_width), "{path}");
        assert_eq!(matrix.matrix_height, height.div_ceil(tile_height), "{path}");
        assert_eq!(matrix.cell_size, a * (image_width / width as f64), "{path}");
        let bottom_up = matrix.corner() == CornerOfOrigin::BottomLeft;
        assert_eq!(bottom_up, e > 0.0, "{path}");
        let origin = if inverted { [f, c] } else { [c, f] };
        assert_eq!(matrix.point_of_origin, origin, "{path}");
    }
    let [left, bottom, right, top] = floats(&record["bounds"])[..] else { panic!("{path}") };
    let bounds = tms.document().bounding_box.as_ref().unwrap();
    let swap = |[x, y]: [f64; 2]| if inverted { [y, x] } else { [x, y] };
    let south_up = e > 0.0;
    let (low, high) = if south_up { (top.min(bottom), top.max(bottom)) } else { (bottom, top) };
    assert_eq!(bounds.lower_left, swap([left, low]), "{path}");
    assert_eq!(bounds.upper_right, swap([right, high]), "{path}");
}
