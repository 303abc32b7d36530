//! Nodata in the spellings that files have; expected values are rasterio 1.4.4's (GDAL 3.10.3), but for
//! 64-bit integers, which rasterio rounds.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail")]

mod common;

use common::*;
use geotiff_core::{DataType, Nodata};

fn float(text: &str, data_type: DataType) -> Option<f64> {
    match Nodata::parse(text, data_type)? {
        Nodata::Float(value) => Some(value),
        other => panic!("{other:?} for {data_type}"),
    }
}

#[test]
fn doubles_in_every_spelling() {
    let cases: &[(&str, f64)] = &[
        (" ", 0.0),
        ("-9999", -9999.0),
        ("  7 ", 7.0),
        ("\t7", 7.0),
        ("\n5", 5.0),
        ("abc", 0.0),
        ("1e5x", 1e5),
        ("1,5", 1.5),
        ("1,5,6", 1.5),
        ("1.5,6", 1.5),
        ("1,234.5", 1.234),
        ("0x10", 0.0),
        ("3.5", 3.5),
        (".5", 0.5),
        ("5.", 5.0),
        (".", 0.0),
        ("1e", 1.0),
        ("1e+", 1.0),
        ("1e-2", 0.01),
        ("1E3", 1000.0),
        ("+5", 5.0),
        ("+-5", -5.0),
        ("--5", 0.0),
        ("- 5", 0.0),
        ("1d5", 1.0),
        ("1.5.6", 1.5),
        ("1_000", 1.0),
        ("1 000", 1.0),
        ("infinity", 0.0),
        ("inf ", 0.0),
        ("-infx", 0.0),
        ("nanx", 0.0),
        ("nan ", 0.0),
        ("-nan", 0.0),
        ("1.#IND", 1.0),
        ("inf", f64::INFINITY),
        ("+INF", f64::INFINITY),
        ("-Inf", f64::NEG_INFINITY),
        ("1.#INF0", f64::INFINITY),
        ("-1.#INFx", f64::NEG_INFINITY),
        ("1e400", f64::INFINITY),
        ("18446744073709551615", 18_446_744_073_709_551_615.0),
    ];
    for &(text, value) in cases {
        assert_eq!(float(text, DataType::Float64), Some(value), "{text:?}");
    }
    for text in ["nan", "NaN", "+nan", " nan", "-1.#IND", "-1.#IND00", "-1.#QNAN", "1.#QNANx", "1.#SNAN"] {
        assert!(float(text, DataType::Float64).unwrap().is_nan(), "{text:?}");
    }
    assert_eq!(Nodata::parse("", DataType::Float64), None);
}

#[test]
fn floats_are_rounded_to_single_precision() {
    assert_eq!(float("0.1", DataType::Float32), Some(0.10000000149011612));
    assert_eq!(float("-3.40282346638529e+38", DataType::Float32), Some(f64::from(f32::MIN)));
    assert_eq!(float("3.4028234663852886e+38", DataType::Float32), Some(f64::from(f32::MAX)));
    assert_eq!(float("3.4028234663852886e+40", DataType::Float32), Some(f64::INFINITY));
}

#[test]
fn values_that_the_type_cannot_hold_are_none() {
    assert_eq!(float("-9999", DataType::UInt16), None);
    assert_eq!(float("256", DataType::UInt8), None);
    assert_eq!(float("256", DataType::UInt16), Some(256.0));
    assert_eq!(float("nan", DataType::Int32), None);
    assert_eq!(float("-1", DataType::Int8), Some(-1.0));
    assert_eq!(float("3.5", DataType::UInt8), Some(3.5));
}

#[test]
fn integers_of_64_bits_are_exact() {
    let int = |text| Nodata::parse(text, DataType::Int64);
    let uint = |text| Nodata::parse(text, DataType::UInt64);
    assert_eq!(int("9223372036854775807"), Some(Nodata::Int(i64::MAX)));
    assert_eq!(int("-9223372036854775808"), Some(Nodata::Int(i64::MIN)));
    assert_eq!(int("99999999999999999999"), Some(Nodata::Int(i64::MAX)));
    assert_eq!(int("9007199254740993"), Some(Nodata::Int(9_007_199_254_740_993)));
    assert_eq!(
        (int("nan"), int("3.5"), int(" 7 ")),
        (Some(Nodata::Int(0)), Some(Nodata::Int(3)), Some(Nodata::Int(7)))
    );
    assert_eq!(uint("18446744073709551615"), Some(Nodata::UInt(u64::MAX)));
    assert_eq!(uint("99999999999999999999"), Some(Nodata::UInt(u64::MAX)));
    assert_eq!(uint("-9999"), Some(Nodata::UInt(18_446_744_073_709_541_617)));
}

#[test]
fn the_tag_of_a_file() {
    let nodata = |bits: u16, format: u16, entry: Entry| {
        let entries = with(BE.gray(3, 2, 100), [BE.short(258, &[bits]), BE.short(339, &[format]), entry]);
        open_ifd(BE, entries).unwrap().pages()[0].nodata()
    };
    assert_eq!(nodata(8, 1, BE.ascii(42113, "255")), Some(Nodata::Float(255.0)));
    assert_eq!(nodata(64, 2, BE.ascii(42113, "-5")), Some(Nodata::Int(-5)));
    // 16-bit floats keep the double, 32-bit ones do not.
    assert_eq!(nodata(16, 3, BE.ascii(42113, "0.1")), Some(Nodata::Float(0.1)));
    assert_eq!(nodata(32, 3, BE.ascii(42113, "0.1")), Some(Nodata::Float(0.10000000149011612)));
    assert_eq!(nodata(8, 1, Entry(42113, 2, 3, vec![b'5', 0xff, 0])), Some(Nodata::Float(5.0)));
    assert_eq!(nodata(8, 1, Entry(42113, 2, 2, vec![0xff, 0])), Some(Nodata::Float(0.0)));
    assert_eq!(nodata(8, 1, Entry(42113, 2, 1, vec![0])), None);
    assert_eq!(nodata(8, 1, Entry(42113, 1, 2, vec![b'7', 0])), Some(Nodata::Float(7.0)));
}
