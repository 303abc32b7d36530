//! `geotiff read` gives rasterio's pixels and masks, of every fixture.

mod support;

use std::path::Path;

use serde_json::Value;
use support::{Npy, fixture, fixtures, follows_schema, geotiff, manifest};

/// What a read must give.
struct Expected<'a> {
    dtype: &'a str,
    pixels: &'a str,
    mask: Option<&'a str>,
    /// The array that the pixels come close to, where they are not the same.
    near: Option<&'a str>,
    tolerance: &'a Value,
}

/// Reads into arrays; says what differs.
fn difference(path: &str, arguments: &[String], expected: &Expected<'_>, folder: &Path) -> Option<String> {
    let (out, mask) = (folder.join("out.npy"), folder.join("mask.npy"));
    let fixed =
        ["read", &fixture(path), "-o", out.to_str()?, "--mask-out", mask.to_str()?].map(str::to_owned);
    let run = geotiff(&[&fixed, arguments].concat());
    if run.code != 0 || !run.stderr.is_empty() {
        return Some(format!("exit {}: {}", run.code, run.stderr.trim_end()));
    }
    let (pixels, mask) = (Npy::read(&out), Npy::read(&mask));
    if pixels.dtype() != expected.dtype {
        return Some(format!("dtype {} instead of {}", pixels.dtype(), expected.dtype));
    }
    if expected.mask.is_some_and(|expected| mask.sha256() != expected) {
        return Some("another mask".into());
    }
    if pixels.sha256() == expected.pixels {
        return None;
    }
    match expected.near {
        Some(reference) => too_far(&pixels, &Npy::read(&fixtures().join(reference)), expected.tolerance),
        // Of some lossy images the manifest keeps the arrays of windows only.
        None if expected.tolerance.is_object() => None,
        None => Some("other pixels".into()),
    }
}

/// Whether pixels exceed a tolerance; resampled ones may differ by 0.2 % of the range of values on average.
fn too_far(pixels: &Npy, reference: &Npy, tolerance: &Value) -> Option<String> {
    if pixels.shape != reference.shape {
        return Some(format!("shape {:?} instead of {:?}", pixels.shape, reference.shape));
    }
    let (ours, theirs) = (pixels.values(), reference.values());
    let finite = || theirs.iter().copied().filter(|value| value.is_finite());
    let range = finite().fold(f64::NEG_INFINITY, f64::max) - finite().fold(f64::INFINITY, f64::min);
    let differences: Vec<f64> =
        ours.iter().zip(&theirs).map(|(ours, theirs)| (ours - theirs).abs()).collect();
    let known = || differences.iter().copied().filter(|difference| !difference.is_nan());
    let (most, mean) = (known().fold(0.0, f64::max), known().sum::<f64>() / differences.len().max(1) as f64);
    let allowed = |key: &str, otherwise: f64| tolerance[key].as_f64().unwrap_or(otherwise);
    let is_too_far = most > allowed("max", f64::INFINITY) || mean > allowed("mean", 0.002 * range);
    is_too_far.then(|| format!("off by {most} at most, {mean} on average"))
}

/// What is read as it is stored, where GDAL converts colours while reading.
fn is_converted_by_gdal(record: &Value) -> bool {
    match record["photometric"].as_str() {
        Some("CIELAB") => true,
        Some("YCBCR") => record["compression"] != "JPEG",
        _ => false,
    }
}

#[test]
fn every_fixture_is_read_as_rasterio_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut wrong, mut done) = (Vec::new(), 0);
    for record in manifest() {
        let path = record["path"].as_str().expect("a path");
        let mut check = |arguments: &[String], record: &Value| {
            let text = |key: &str| record[key].as_str();
            // Without: huge images and refused ones.
            let (Some(dtype), Some(pixels)) = (text("pixels_dtype"), text("pixels_sha256")) else { return };
            if is_converted_by_gdal(record) {
                return;
            }
            // The alpha band of a lossy image is as lossy as the rest.
            let is_lossy = record["tolerance"].is_object();
            let expected = Expected {
                dtype,
                pixels,
                // None of files that GDAL's wheel cannot read.
                mask: text("mask_sha256").filter(|_| !is_lossy),
                near: text("pixels_npy"),
                tolerance: &record["tolerance"],
            };
            done += 1;
            if let Some(difference) = difference(path, arguments, &expected, folder.path()) {
                wrong.push(format!("{path} {arguments:?}: {difference}"));
            }
        };
        check(&[], &record);
        for (page, record) in record["pages"].as_array().into_iter().flatten().enumerate() {
            check(&["--page".into(), page.to_string()], record);
        }
    }
    assert!(wrong.is_empty(), "{} of {done} fixtures differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(done > 1000, "the manifest lists {done} only");
}

#[test]
fn every_window_is_read_as_rasterio_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut wrong, mut done) = (Vec::new(), 0);
    for record in manifest() {
        let path = record["path"].as_str().expect("a path");
        for read in record["reads"].as_array().into_iter().flatten() {
            let text = |key: &str| read[key].as_str();
            let arguments = arguments(read);
            // rasterio interpolates masks with the pixels; here a mask is a mask.
            let is_nearest = text("resampling").is_none_or(|name| name == "nearest");
            let expected = Expected {
                dtype: text("dtype").expect("dtype"),
                pixels: text("sha256").expect("hash"),
                mask: text("mask_sha256").filter(|_| is_nearest),
                near: text("npy"),
                tolerance: if is_nearest { &record["tolerance"] } else { &Value::Null },
            };
            done += 1;
            if let Some(difference) = difference(path, &arguments, &expected, folder.path()) {
                wrong.push(format!("{path} {arguments:?}: {difference}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {done} reads differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(done > 300, "the manifest lists {done} only");
}

/// Damaged files give an error where GDAL gives one, and GDAL's pixels where it reads them.
#[test]
fn damaged_files_are_refused_where_gdal_refuses_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out.npy");
    for record in manifest().iter().filter(|record| record["gdal"].is_string()) {
        let path = record["path"].as_str().expect("a path");
        let run = geotiff(&["read", &fixture(path), "-o", out.to_str().expect("UTF-8")]);
        if record["gdal"] == "reads" {
            run.succeeds();
            assert_eq!(Npy::read(&out).sha256(), record["pixels_sha256"].as_str().expect("a hash"), "{path}");
        } else {
            run.fails_with(&[path]);
        }
    }
}

/// The options that ask what a record of the manifest asks.
fn arguments(read: &Value) -> Vec<String> {
    let list = |key: &str, separator: &str| {
        let values = read[key].as_array()?.iter().map(ToString::to_string).collect::<Vec<_>>();
        Some(values.join(separator))
    };
    let mut arguments = Vec::new();
    let mut option = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            arguments.extend([name.to_owned(), value]);
        }
    };
    option("--window", list("window", ","));
    option("--bands", list("bands", ","));
    option("--overview", read["overview"].as_u64().map(|overview| overview.to_string()));
    option("--resampling", read["resampling"].as_str().map(str::to_owned));
    let size = read["size"].as_array().map(|size| format!("{}x{}", size[1], size[0]));
    option("--size", size);
    if read["boundless"] == true {
        arguments.push("--boundless".into());
        if !read["fill"].is_null() {
            arguments.extend(["--fill".into(), read["fill"].to_string()]);
        }
    }
    arguments
}

#[test]
fn a_plan_says_what_a_read_would_fetch() {
    let plan = geotiff(&["read", &fixture("scene.tif"), "--window", "0,0,10,10", "--plan"]).json();
    follows_schema(&plan, "plan.json");
    assert_eq!(plan["window"].to_string(), "[0,0,10,10]");
    // The first tile, and that of the mask.
    assert_eq!(plan["chunks"].as_array().map(Vec::len), Some(2), "{plan}");
    let length = |request: &Value| {
        let [start, end] = [0, 1].map(|index| request["range"][index].as_u64().expect("a byte"));
        end - start
    };
    let bytes: u64 = plan["requests"].as_array().expect("requests").iter().map(length).sum();
    assert_eq!(plan["bytes"], bytes);
}

#[test]
fn a_trace_is_a_line_a_request() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out.npy");
    let run = geotiff(&["read", &fixture("scene.tif"), "-o", out.to_str().expect("UTF-8"), "--trace"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:?}");
    let lines: Vec<Value> =
        run.stderr.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(lines.len() >= 2, "{run:?}");
    assert_eq!(lines[0]["range"].to_string(), "[0,32768]");
    lines.iter().for_each(|line| follows_schema(line, "trace.json"));
}

/// Bounds that lie on pixels give the window of those pixels, in the file's CRS and in another.
#[test]
fn a_box_is_the_window_that_it_covers() {
    let folder = tempfile::tempdir().expect("a folder");
    let src = fixture("scene.tif");
    let info = geotiff(&["info", "--json", &src]).json();
    let number = |index: usize| info["transform"][index].as_f64().expect("a number");
    let (a, c, e, f) = (number(0), number(2), number(4), number(5));
    let bounds = format!("{},{},{},{}", c + 5.0 * a, f + 40.0 * e, c + 25.0 * a, f + 10.0 * e);
    let read = |name: &str, arguments: &[&str]| {
        let out = folder.path().join(name);
        geotiff(&[&["read", &src, "-o", out.to_str().expect("UTF-8")], arguments].concat()).succeeds();
        Npy::read(&out)
    };
    let window = read("window.npy", &["--window", "5,10,20,30"]);
    assert_eq!(read("bbox.npy", &["--bbox", &bounds]), window);
    let crs = format!("EPSG:{}", info["crs"]["epsg"]);
    assert_eq!(read("crs.npy", &["--bbox", &bounds, "--bbox-crs", &crs]), window);
}

#[test]
fn a_picture_has_the_size_of_its_window() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("window.png");
    let out_text = out.to_str().expect("UTF-8");
    geotiff(&["read", &fixture("scene.tif"), "-o", out_text, "--window", "10,20,64,48"]).succeeds();
    let file = std::io::BufReader::new(std::fs::File::open(&out).expect("written"));
    let reader = png::Decoder::new(file).read_info().expect("a picture");
    assert_eq!((reader.info().width, reader.info().height), (64, 48));
}

/// The GeoTIFF written is read back by this command, and by GDAL where the fixtures' generator ran.
#[test]
fn a_geotiff_keeps_pixels_place_and_nodata() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("window.tif");
    let out = out.to_str().expect("UTF-8");
    let src = fixture("scene.tif");
    geotiff(&["read", &src, "-o", out, "--window", "16,32,50,40"]).succeeds();
    let (before, after) =
        (geotiff(&["info", "--json", &src]).json(), geotiff(&["info", "--json", out]).json());
    for key in ["count", "dtype", "nodata", "crs", "res", "colorinterp"] {
        assert_eq!(after[key], before[key], "{key}");
    }
    let number = |info: &Value, index: usize| info["transform"][index].as_f64().expect("a number");
    assert_eq!(number(&after, 2), number(&before, 2) + 16.0 * number(&before, 0));
    assert_eq!(number(&after, 5), number(&before, 5) + 32.0 * number(&before, 4));

    let (direct, again) = (folder.path().join("direct.npy"), folder.path().join("again.npy"));
    geotiff(&["read", &src, "-o", direct.to_str().expect("UTF-8"), "--window", "16,32,50,40"]).succeeds();
    geotiff(&["read", out, "-o", again.to_str().expect("UTF-8")]).succeeds();
    assert_eq!(Npy::read(&direct), Npy::read(&again));
}
