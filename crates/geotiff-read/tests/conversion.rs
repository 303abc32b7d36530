//! Reads into other types, scaled, and into the caller's memory.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, though clippy cannot tell"
)]

mod common;

use std::sync::Arc;

use common::{fixture, hex, open, sha256};
use futures::executor::block_on;
use geotiff_core::DataType;
use geotiff_io::MemoryStore;
use geotiff_read::{Array, Edge, ErrorKind, GeoTiff, ReadOptions, Sample, Window};
use ndarray::{Array3, ArrayViewMut3, s};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What `data/generate_conversions.py` has written.
fn cases() -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/conversions.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn data_type(name: &str) -> DataType {
    let all = [
        DataType::UInt8,
        DataType::Int8,
        DataType::UInt16,
        DataType::Int16,
        DataType::UInt32,
        DataType::Int32,
        DataType::Float32,
        DataType::Float64,
    ];
    all.into_iter().find(|data_type| data_type.name() == name).unwrap()
}

fn options(case: &Value) -> ReadOptions {
    let options = ReadOptions::new().data_type(data_type(case["dtype"].as_str().unwrap()));
    match case["window"].as_array() {
        None => options,
        Some(window) => {
            let [col, row, width, height] = [0, 1, 2, 3].map(|index| window[index].as_f64().unwrap());
            options.window(Window::new(col, row, width, height))
        }
    }
}

fn open_fixture(path: &str) -> GeoTiff {
    open(&fixture(&format!("files/{path}"))).unwrap()
}

#[test]
fn conversions_and_their_masks_are_those_of_rasterio() {
    let cases = cases();
    assert!(cases.len() > 100);
    for case in cases {
        let tiff = open_fixture(case["path"].as_str().unwrap());
        for interleaved in [false, true] {
            let mut raster = block_on(tiff.read(&options(&case).interleaved(interleaved))).unwrap();
            assert_eq!(
                hex(&Sha256::digest(raster.masks().as_slice().unwrap())),
                case["mask_sha256"],
                "{case}"
            );
            if interleaved {
                raster.data = planar(&raster.data);
            }
            assert_eq!(sha256(&raster.data), case["sha256"], "interleaved: {interleaved}, {case}");
        }
    }
}

/// (row, column, band) to (band, row, column).
fn planar(array: &Array) -> Array {
    fn turned<T: Sample>(array: &Array) -> Option<Array3<T>> {
        Some(array.view::<T>()?.permuted_axes([2, 0, 1]).as_standard_layout().into_owned())
    }
    None.or_else(|| turned::<u8>(array).map(Array::from))
        .or_else(|| turned::<i8>(array).map(Array::from))
        .or_else(|| turned::<u16>(array).map(Array::from))
        .or_else(|| turned::<i16>(array).map(Array::from))
        .or_else(|| turned::<u32>(array).map(Array::from))
        .or_else(|| turned::<i32>(array).map(Array::from))
        .or_else(|| turned::<f32>(array).map(Array::from))
        .or_else(|| turned::<f64>(array).map(Array::from))
        .unwrap()
}

#[test]
fn scale_and_offset_are_applied_band_by_band() {
    let tiff = open_fixture("metadata/all.tif");
    let raw = block_on(tiff.read(&ReadOptions::new())).unwrap().into_array::<u16>().unwrap();
    let raster = block_on(tiff.read(&ReadOptions::new().scaled(true).bands([2, 1]))).unwrap();
    let scaled = raster.into_array::<f64>().unwrap();
    let sample = |band: usize| f64::from(raw[[band, 3, 4]]);
    assert_eq!(scaled[[0, 3, 4]], sample(1) * 2.5 + 100.0);
    assert_eq!(scaled[[1, 3, 4]], sample(0) * 0.0001 - 0.1);
    let single = ReadOptions::new().scaled(true).data_type(DataType::Float32);
    let single = block_on(tiff.read(&single)).unwrap().into_array::<f32>().unwrap();
    assert_eq!(single[[0, 3, 4]], (sample(0) * 0.0001 - 0.1) as f32);
    let error = block_on(tiff.read(&ReadOptions::new().scaled(true).data_type(DataType::UInt8))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[test]
fn nodata_is_neither_scaled_nor_unmasked() {
    let store = MemoryStore::new();
    store.put("a.tif", std::fs::read(fixture("files/nodata/int16-9999.tif")).unwrap());
    let scale = r#"<PAMDataset><PAMRasterBand band="1"><Offset>100</Offset><Scale>0.5</Scale></PAMRasterBand></PAMDataset>"#;
    store.put("a.tif.aux.xml", scale);
    let tiff =
        block_on(async { GeoTiff::open(Arc::new(store), "a.tif").await?.with_sidecars().await }).unwrap();
    let raw = block_on(tiff.read(&ReadOptions::new())).unwrap();
    let scaled = block_on(tiff.read(&ReadOptions::new().scaled(true))).unwrap();
    assert!(raw.masks().iter().any(|valid| *valid == 0) && raw.masks().iter().any(|valid| *valid == 255));
    assert_eq!(scaled.masks(), raw.masks());
    let expected = raw.data.to_f64().mapv(|value| if value == -9999.0 { value } else { value * 0.5 + 100.0 });
    assert_eq!(scaled.into_array::<f64>().unwrap(), expected);
}

#[test]
fn resampled_reads_convert_what_was_resampled_and_fill_in_the_results_type() {
    let tiff = open(&fixture("scene.tif")).unwrap();
    let read =
        ReadOptions::new().window(Window::new(-64, 0, 256, 128)).size(64, 32).edge(Edge::Fill(Some(-1.5)));
    let plain = block_on(tiff.read(&read.clone().edge(Edge::Fill(Some(0.0))))).unwrap();
    let converted = block_on(tiff.read(&read.data_type(DataType::Float32))).unwrap();
    assert_eq!(converted.masks(), plain.masks());
    let expected = Array3::from_shape_fn((3, 32, 64), |index| match index.2 {
        0..16 => -1.5,
        _ => f32::from(plain.data.view::<u8>().unwrap()[index]),
    });
    assert_eq!(converted.into_array::<f32>().unwrap(), expected);
}

#[test]
fn memory_of_the_callers_receives_what_read_returns() {
    let tiff = open_fixture("sparse/nodata-pixel-tile.tif");
    for (interleaved, window) in [(false, Window::new(-3, 5, 40, 30)), (true, Window::new(2, 3, 50, 41))] {
        let read =
            ReadOptions::new().window(window).edge(Edge::Fill(None)).bands([3, 1]).interleaved(interleaved);
        let expected = block_on(tiff.read(&read)).unwrap();
        let [a, b, c] = expected.data.shape();
        // A part of a larger array, with gaps.
        let mut memory = Array3::<i16>::from_elem((a + 2, b + 1, c + 3), -7);
        let target = memory.slice_mut(s![1..=a, ..b, 3..]);
        let info = block_on(tiff.read_into(&read, target)).unwrap();
        let written = memory.slice(s![1..=a, ..b, 3..]).mapv(f64::from);
        assert_eq!(written, expected.data.to_f64());
        assert_eq!(info.masks.unwrap(), expected.masks());
        assert_eq!(info.transform, expected.transform);
        assert!(memory.slice(s![0, .., ..]).iter().all(|value| *value == -7), "beside the target");
    }
}

#[test]
fn large_reads_into_memory_come_in_parts_and_resampled_ones_at_once() {
    let tiff = open(&fixture("scene.tif")).unwrap();
    for read in [ReadOptions::new().window(Window::new(5, 7, 1400, 1300)), ReadOptions::new().size(100, 90)] {
        let expected = block_on(tiff.read(&read)).unwrap();
        let mut memory = vec![0.0_f64; expected.data.shape().iter().product()];
        let target = ArrayViewMut3::from_shape(expected.data.shape(), &mut memory).unwrap();
        let info = block_on(tiff.read_into(&read, target)).unwrap();
        assert_eq!(memory, expected.data.to_f64().into_raw_vec_and_offset().0);
        assert_eq!(info.masks.unwrap(), expected.masks());
    }
    let mut small = Array3::<u8>::zeros((3, 8, 8));
    let error = block_on(tiff.read_into(&ReadOptions::new(), small.view_mut())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("1536"), "{error}");
}
