//! The table of expected values and how to compare with it.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::io::Read;

use geotiff_tms::Tile;
use serde_json::Value;

/// `tests/data/README.md` says what is in it.
pub(crate) fn expected() -> Value {
    let compressed = include_bytes!("../data/morecantile-7.1.0.json.gz");
    let mut json = String::new();
    flate2::read::GzDecoder::new(compressed.as_slice()).read_to_string(&mut json).unwrap();
    serde_json::from_str(&json).unwrap()
}

/// Each set's identifier and expected values.
pub(crate) fn sets(expected: &Value) -> impl Iterator<Item = (&str, &Value)> {
    expected["tms"].as_object().unwrap().iter().map(|(id, values)| (id.as_str(), values))
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

pub(crate) fn int(value: &Value) -> i32 {
    value.as_i64().unwrap().try_into().unwrap()
}

pub(crate) fn tile(value: &Value) -> Tile {
    let part = |index: usize| value[index].as_u64().unwrap();
    Tile::new(part(0), part(1), int(&value[2]))
}

pub(crate) fn tiles(value: &Value) -> Vec<Tile> {
    list(value).iter().map(tile).collect()
}

pub(crate) fn numbers<const N: usize>(value: &Value) -> [f64; N] {
    let numbers: Vec<f64> = list(value).iter().map(|number| number.as_f64().unwrap()).collect();
    numbers.try_into().unwrap()
}

/// Coordinates of a CRS: within 1e-9 of the larger magnitude of the two.
pub(crate) fn assert_xy<const N: usize>(found: [f64; N], expected: &Value, what: &str) {
    let wanted = numbers::<N>(expected);
    let scale = wanted.iter().fold(1.0_f64, |scale, number| scale.max(number.abs()));
    for (found, wanted) in found.iter().zip(wanted) {
        assert!((found - wanted).abs() <= 1e-9 * scale, "{what}: {found} is not {wanted}");
    }
}

/// Degrees: within 1e-9.
pub(crate) fn assert_degrees<const N: usize>(found: [f64; N], expected: &Value, what: &str) {
    assert_near(found, expected, 1e-9, what);
}

pub(crate) fn assert_near<const N: usize>(found: [f64; N], expected: &Value, tolerance: f64, what: &str) {
    for (found, wanted) in found.iter().zip(numbers::<N>(expected)) {
        assert!((found - wanted).abs() <= tolerance, "{what}: {found} is not {wanted}");
    }
}
