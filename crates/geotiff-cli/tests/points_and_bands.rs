//! `geotiff sample` and `geotiff stats` agree with the pixels that `geotiff read` gives, which other tests compare with
//! GDAL's.

mod support;

use serde_json::Value;
use support::{Npy, fixture, follows_schema, geotiff};

const SCENE: &str = "scene.tif";

/// The scene's pixels as (band, row, column).
fn pixels() -> Npy {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("all.npy");
    geotiff(&["read", &fixture(SCENE), "-o", out.to_str().expect("UTF-8")]).succeeds();
    Npy::read(&out)
}

fn lines(stdout: &str) -> Vec<Value> {
    stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The centre of a pixel in the scene's CRS.
fn centre(col: usize, row: usize) -> [f64; 2] {
    let info = geotiff(&["info", "--json", &fixture(SCENE)]).json();
    let number = |index: usize| info["transform"][index].as_f64().expect("a number");
    let at = |of: usize, position: f64| number(of) * position;
    [number(2) + at(0, col as f64 + 0.5), number(5) + at(4, row as f64 + 0.5)]
}

#[test]
fn a_point_has_the_values_of_its_pixel() {
    let all = pixels();
    let (values, [bands, height, width]) = (all.values(), [all.shape[0], all.shape[1], all.shape[2]]);
    let (col, row) = (width / 3, height / 2);
    let [x, y] = centre(col, row);
    let point = format!("{x},{y}");
    let run = geotiff(&["sample", &fixture(SCENE), "--points", &point, "-1e7,-1e7"]).succeeds();
    let lines = lines(&run.stdout);
    assert_eq!(lines.len(), 2);
    lines.iter().for_each(|line| follows_schema(line, "sample.json"));
    assert_eq!((lines[0]["x"].as_f64(), lines[0]["y"].as_f64()), (Some(x), Some(y)));
    let expected: Vec<f64> = (0..bands).map(|band| values[(band * height + row) * width + col]).collect();
    let found: Vec<f64> =
        lines[0]["values"].as_array().expect("values").iter().filter_map(Value::as_f64).collect();
    assert_eq!(found, expected);
    assert_eq!(lines[1]["valid"].as_array().expect("flags"), &vec![Value::Bool(false); bands]);
}

#[test]
fn where_a_file_places_nothing_points_are_pixels() {
    // As rasterio answers.
    let src = fixture("files/grid/none/uint8-chunky-tile-le.tif");
    let run = geotiff(&["sample", &src, "--points", "2.5,1.5", "36.9,28.2", "37,2"]).succeeds();
    let found: Vec<Value> = lines(&run.stdout).iter_mut().map(|line| line["values"].take()).collect();
    assert_eq!(found[..2], [serde_json::json!([16, 60, 94]), serde_json::json!([8, 54, 255])]);
    assert_eq!(lines(&run.stdout)[2]["valid"], serde_json::json!([false, false, false]));
    let scaled =
        geotiff(&["sample", &fixture("files/georef/scale-only.tif"), "--points", "15,-25", "65,-45"])
            .succeeds();
    let found: Vec<Value> = lines(&scaled.stdout).iter_mut().map(|line| line["values"].take()).collect();
    assert_eq!(found, [serde_json::json!([11]), serde_json::json!([255])]);
    geotiff(&["sample", &fixture("files/georef/gcps.tif"), "--points", "2,1"])
        .fails_with(&["gcps.tif", "no transform"]);
}

#[test]
fn files_and_bands_follow_each_other() {
    let src = fixture(SCENE);
    let [x, y] = centre(3, 4);
    let folder = tempfile::tempdir().expect("a folder");
    let csv = folder.path().join("points.csv");
    std::fs::write(&csv, format!("name,y,x\na,{y},{x}\n")).expect("written");
    let csv = csv.to_str().expect("UTF-8");
    let run = geotiff(&["sample", &src, &src, "--points-from", csv, "--bands", "2,1"]).succeeds();
    let line = lines(&run.stdout).remove(0);
    let values = line["values"].as_array().expect("values");
    assert_eq!(values.len(), 4);
    assert_eq!(values[..2], values[2..]);
    let swapped = geotiff(&["sample", &src, "--points", &format!("{x},{y}"), "--bands", "1,2"]).succeeds();
    let swapped = lines(&swapped.stdout).remove(0);
    assert_eq!((&swapped["values"][0], &swapped["values"][1]), (&values[1], &values[0]));
}

#[test]
fn statistics_are_those_of_the_pixels() {
    let folder = tempfile::tempdir().expect("a folder");
    let (out, mask) = (folder.path().join("band.npy"), folder.path().join("mask.npy"));
    let (out_text, mask_text) = (out.to_str().expect("UTF-8"), mask.to_str().expect("UTF-8"));
    geotiff(&["read", &fixture(SCENE), "-o", out_text, "--mask-out", mask_text, "--bands", "1"]).succeeds();
    let (pixels, mask) = (Npy::read(&out).values(), Npy::read(&mask).values());
    let valid: Vec<f64> =
        pixels.iter().zip(&mask).filter(|(_, mask)| **mask != 0.0).map(|(value, _)| *value).collect();
    let mean = valid.iter().sum::<f64>() / valid.len() as f64;
    let std = (valid.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / valid.len() as f64).sqrt();

    let run = geotiff(&["stats", &fixture(SCENE), "--bands", "1", "--histogram", "10"]).succeeds();
    let stats = lines(&run.stdout).remove(0);
    follows_schema(&stats, "stats.json");
    let close = |key: &str, expected: f64| {
        let found = stats[key].as_f64().expect("a number");
        assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{key}: {found}, not {expected}");
    };
    close("min", valid.iter().copied().fold(f64::INFINITY, f64::min));
    close("max", valid.iter().copied().fold(f64::NEG_INFINITY, f64::max));
    close("mean", mean);
    close("std", std);
    close("valid_percent", valid.len() as f64 / pixels.len() as f64 * 100.0);
    let counts = stats["histogram"].as_array().expect("counts").iter().filter_map(Value::as_u64);
    assert_eq!((counts.clone().count(), counts.sum::<u64>()), (10, valid.len() as u64));
}
