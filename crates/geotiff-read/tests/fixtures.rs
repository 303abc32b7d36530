//! Every fixture against what GDAL, through rasterio, reads of it: pixels, masks, windows, bands, overviews.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, though clippy cannot tell"
)]

mod common;

use common::{as_rasterio, fixture, hex, in_parallel, open, open_with_sidecars, sha256};
use geotiff_read::{Array, Edge, Error, ErrorKind, GeoTiff, MaskKind, Raster, ReadOptions, Window};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn records() -> Vec<Value> {
    let text = std::fs::read_to_string(fixture("manifest.json")).unwrap();
    let mut manifest: Value = serde_json::from_str(&text).unwrap();
    let Value::Array(records) = manifest["files"].take() else { panic!("the manifest lists no files") };
    assert!(records.len() > 400, "the manifest lists {} files only", records.len());
    records
}

/// Runs `check` over every record and fails with the list of complaints.
fn check_all(check: impl Fn(&Value) -> Result<(), String> + Sync) {
    let records = records();
    let complaints: Vec<String> = in_parallel(&records, |record| {
        check(record).err().map(|complaint| format!("{}: {complaint}", record["path"].as_str().unwrap()))
    })
    .into_iter()
    .flatten()
    .collect();
    let shown = complaints.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(complaints.is_empty(), "{} of {} fixtures differ:\n{shown}", complaints.len(), records.len());
}

/// rasterio looks for sidecars by itself; here they are asked for.
fn open_record(record: &Value) -> Result<GeoTiff, String> {
    let path = fixture(record["path"].as_str().unwrap());
    let opened = match record["sidecars"].as_array() {
        None => open(&path),
        Some(sidecars) => {
            let sidecars: Vec<_> = sidecars.iter().map(|name| fixture(name.as_str().unwrap())).collect();
            open_with_sidecars(&path, &sidecars)
        }
    };
    opened.map_err(|error| error.to_string())
}

fn read(tiff: &GeoTiff, options: &ReadOptions) -> Result<Raster, Error> {
    futures::executor::block_on(tiff.read(options))
}

fn mask_sha256(raster: &Raster) -> String {
    hex(&Sha256::digest(raster.masks().as_slice().unwrap()))
}

/// Equal to the hash in `expected`, or within the record's tolerance for a lossy codec of the array it names under
/// `npy_key`.
fn compare_pixels(record: &Value, expected: &Value, npy_key: &str, array: &Array) -> Result<(), String> {
    let hash = ["pixels_sha256", "sha256"].iter().find_map(|key| expected[*key].as_str());
    let Some(hash) = hash else { return Ok(()) };
    if sha256(array) == hash {
        return Ok(());
    }
    let Some(tolerance) = record.get("tolerance") else { return Err("other pixels than GDAL's".into()) };
    // Where the array is not kept, the windows of the same file are.
    let Some(path) = expected[npy_key].as_str() else { return Ok(()) };
    let expected = common::read_npy(&fixture(path));
    let values = array.to_f64();
    if values.len() != expected.len() {
        return Err(format!("{} samples, not {}", values.len(), expected.len()));
    }
    let differences: Vec<f64> = values.iter().zip(&expected).map(|(a, b)| (a - b).abs()).collect();
    let most = differences.iter().copied().fold(0.0, f64::max);
    let mean = differences.iter().sum::<f64>() / differences.len() as f64;
    let allowed = |key: &str| tolerance[key].as_f64().unwrap_or(f64::INFINITY);
    let (may, may_mean) = (allowed("max"), allowed("mean"));
    if most <= may && mean <= may_mean {
        return Ok(());
    }
    Err(format!("pixels differ by {most} at most and {mean} on average; {may} and {may_mean} are allowed"))
}

/// What GDAL turns into RGBA while reading, and this reads as it is stored: colour conversion is a step of its own.
fn is_converted_by_gdal(record: &Value) -> bool {
    match record["photometric"].as_str() {
        Some("CIELAB") => true,
        Some("YCBCR") => record["compression"] != "JPEG",
        _ => false,
    }
}

/// The record's image as GDAL reads it; `None` where the manifest keeps no pixels (huge ones, and refused files).
fn read_all(record: &Value) -> Result<Option<Raster>, String> {
    if record.get("mask_sha256").is_none() || is_converted_by_gdal(record) {
        return Ok(None);
    }
    read(&open_record(record)?, &ReadOptions::new()).map(Some).map_err(|error| error.to_string())
}

#[test]
fn pixels_equal_gdal() {
    check_all(|record| {
        let Some(raster) = read_all(record)? else { return Ok(()) };
        let array = as_rasterio(raster.data);
        let data_type = array.data_type().name();
        if data_type != record["pixels_dtype"] {
            return Err(format!("dtype {data_type}, not {}", record["pixels_dtype"]));
        }
        compare_pixels(record, record, "pixels_npy", &array)
    });
}

#[test]
fn masks_equal_gdal() {
    check_all(|record| {
        let Some(raster) = read_all(record)? else { return Ok(()) };
        let flags: Vec<&[&str]> = raster.mask_kinds().iter().map(|kind| kind.flag_names()).collect();
        let flags = serde_json::to_value(flags).unwrap();
        if flags != record["mask_flags"] {
            return Err(format!("mask flags {flags}, not {}", record["mask_flags"]));
        }
        // The alpha band of a lossy image is as lossy as the rest.
        let lossy_alpha = record.get("tolerance").is_some() && raster.mask_kinds().contains(&MaskKind::Alpha);
        if !lossy_alpha && mask_sha256(&raster) != record["mask_sha256"].as_str().unwrap() {
            return Err("another mask than GDAL's".into());
        }
        Ok(())
    });
}

#[test]
fn malformed_files_are_refused_where_gdal_refuses_them() {
    check_all(|record| {
        let Some(gdal) = record["gdal"].as_str() else { return Ok(()) };
        let answer = open(&fixture(record["path"].as_str().unwrap()))
            .and_then(|tiff| read(&tiff, &ReadOptions::new()));
        match (gdal, answer) {
            ("reads", Ok(raster)) if sha256(&raster.data) == record["pixels_sha256"].as_str().unwrap() => {
                Ok(())
            }
            ("reads", Ok(_)) => Err("other pixels than GDAL's".into()),
            ("reads", Err(error)) => Err(error.to_string()),
            (_, Ok(_)) => Err(format!("GDAL {gdal}, this reads pixels")),
            (_, Err(error)) if error.kind() == ErrorKind::Usage => Err(format!("blames the caller: {error}")),
            (_, Err(_)) => Ok(()),
        }
    });
}

#[test]
fn pages_equal_gdal() {
    check_all(|record| {
        let Some(pages) = record["pages"].as_array() else { return Ok(()) };
        let tiff = open_record(record)?;
        if tiff.tiff().pages().len() != pages.len() {
            return Err(format!("{} pages, not {}", tiff.tiff().pages().len(), pages.len()));
        }
        for (number, page) in pages.iter().enumerate() {
            let tiff = tiff.with_page(number).map_err(|error| error.to_string())?;
            let raster =
                read(&tiff, &ReadOptions::new()).map_err(|error| format!("page {number}: {error}"))?;
            compare_pixels(page, page, "pixels_npy", &as_rasterio(raster.data))
                .map_err(|error| format!("page {number}: {error}"))?;
        }
        Ok(())
    });
}

#[test]
fn windows_bands_overviews_and_sizes_equal_gdal() {
    let done = std::sync::atomic::AtomicUsize::new(0);
    check_all(|record| {
        let Some(requests) = record["reads"].as_array() else { return Ok(()) };
        let tiff = open_record(record)?;
        // Methods that rasterio's reads refuse have the answer of its warper, for the whole image.
        for request in requests {
            check_read(record, &tiff, request).map_err(|error| format!("{}: {error}", request["id"]))?;
            done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
        Ok(())
    });
    assert!(done.into_inner() > 300);
}

fn check_read(record: &Value, tiff: &GeoTiff, request: &Value) -> Result<(), String> {
    let mut options = ReadOptions::new();
    if let Some(window) = request["window"].as_array() {
        let [col, row, width, height] = [0, 1, 2, 3].map(|index| window[index].as_f64().unwrap());
        options = options.window(Window::new(col, row, width, height));
    }
    if let Some(bands) = request["bands"].as_array() {
        options = options.bands(bands.iter().map(|band| u16::try_from(band.as_u64().unwrap()).unwrap()));
    }
    if request["boundless"] == true {
        options = options.edge(Edge::Fill(request["fill"].as_f64()));
    }
    if let Some(size) = request["size"].as_array() {
        let [height, width] = [0, 1].map(|index| u32::try_from(size[index].as_u64().unwrap()).unwrap());
        let name = request["resampling"].as_str().unwrap_or("nearest");
        options = options.size(width, height).resampling(name.parse().unwrap());
    }
    let raster = match request["overview"].as_u64() {
        None => read(tiff, &options),
        Some(overview) => {
            let level = tiff.level(overview as usize + 1).map_err(|error| error.to_string())?;
            futures::executor::block_on(level.read(&options))
        }
    };
    let raster = raster.map_err(|error| error.to_string())?;
    check_answer(record, request, raster)
}

fn check_answer(record: &Value, request: &Value, raster: Raster) -> Result<(), String> {
    let shape = serde_json::to_value(raster.data.shape()).unwrap();
    if shape != request["shape"] {
        return Err(format!("shape {shape}"));
    }
    if let (Some(transform), Some(expected)) = (raster.transform, request["transform"].as_array()) {
        let expected: Vec<f64> = expected.iter().map(|value| value.as_f64().unwrap()).collect();
        let close = transform.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= 1e-9 * b.abs().max(1.0));
        if !close {
            return Err(format!("transform {transform:?}"));
        }
    }
    let nearest = request["resampling"].as_str().is_none_or(|name| name == "nearest");
    // rasterio interpolates masks with the pixels; here a mask is a mask.
    if nearest && mask_sha256(&raster) != request["mask_sha256"].as_str().unwrap() {
        return Err("another mask".into());
    }
    let data = as_rasterio(raster.data);
    if data.data_type().name() != request["dtype"] {
        return Err(format!("dtype {}", data.data_type().name()));
    }
    if nearest {
        return compare_pixels(record, request, "npy", &data);
    }
    compare_resampled(record, request, &data)
}

/// Within 0.2 % of the range of values on average, and 2 % at the 99th percentile; lossy codecs add their tolerance.
fn compare_resampled(record: &Value, request: &Value, array: &Array) -> Result<(), String> {
    if sha256(array) == request["sha256"].as_str().unwrap() {
        return Ok(());
    }
    let path = request["npy"].as_str().ok_or("other pixels, and no array to compare with")?;
    let expected = common::read_npy(&fixture(path));
    let values = array.to_f64();
    let finite = || expected.iter().copied().filter(|value| value.is_finite());
    let range = finite().fold(f64::NEG_INFINITY, f64::max) - finite().fold(f64::INFINITY, f64::min);
    let mut differences: Vec<f64> = values
        .iter()
        .zip(&expected)
        .map(|(a, b)| if a == b || (a.is_nan() && b.is_nan()) { 0.0 } else { (a - b).abs() })
        .collect();
    if differences.iter().any(|difference| difference.is_nan()) {
        return Err("NaN in other places".into());
    }
    differences.sort_by(f64::total_cmp);
    let mean = differences.iter().sum::<f64>() / differences.len() as f64;
    let most = differences[differences.len() * 99 / 100];
    let lossy = |key: &str| record["tolerance"][key].as_f64().unwrap_or(0.0);
    if mean <= 0.002 * range + lossy("mean") && most <= 0.02 * range + lossy("max") {
        return Ok(());
    }
    Err(format!("differs by {mean} on average and {most} at the 99th percentile, of a range of {range}"))
}

/// What rasterio's `sample` masks of the first six pixels of row 2.
#[test]
fn samples_are_masked_band_by_band() {
    let (image, mask) = (fixture("files/masks/beside-own.tif"), fixture("files/masks/beside-own.tif.msk"));
    let tiff = open_with_sidecars(&image, &[mask]).unwrap();
    let points: Vec<(f64, f64)> =
        (0..6).map(|column| (500_005.0 + 10.0 * f64::from(column), 5_199_975.0)).collect();
    let valid = |bands: Option<&[u16]>| {
        let samples = futures::executor::block_on(tiff.sample(&points, bands)).unwrap();
        samples
            .valid
            .outer_iter()
            .map(|band| band.iter().map(|v| u8::from(*v)).collect())
            .collect::<Vec<Vec<u8>>>()
    };
    let expected = [vec![0, 0, 1, 1, 0, 1], vec![1, 1, 0, 1, 1, 1], vec![1, 1, 1, 1, 0, 1]];
    assert_eq!(valid(None), expected);
    assert_eq!(valid(Some(&[3, 1])), [expected[2].clone(), expected[0].clone()]);
}
