//! CRSs of files that GDAL wrote, against rasterio's reading: `geokeys.json` is made by `data/check_geokeys.py`.

#![allow(clippy::unwrap_used, clippy::panic)]

use geotiff_core::GeoKeys;
use geotiff_crs::{Crs, transformer};
use serde_json::Value;

fn records() -> Vec<Value> {
    serde_json::from_str(include_str!("geokeys.json")).unwrap()
}

fn read(record: &Value) -> Crs {
    let numbers =
        |value: &Value| value.as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect::<Vec<_>>();
    let directory: Vec<u16> = numbers(&record["keys"][0]).into_iter().map(|n| n as u16).collect();
    let ascii = record["keys"][2].as_str().unwrap();
    let keys = GeoKeys::parse(&directory, &numbers(&record["keys"][1]), ascii.as_bytes()).unwrap();
    Crs::from_geokeys(&keys).unwrap_or_else(|error| panic!("{}: {error}", record["case"])).unwrap()
}

#[test]
fn names_and_codes_are_rasterios() {
    let records = records();
    assert!(records.len() > 140);
    for record in &records {
        let crs = read(record);
        let case = record["case"].as_str().unwrap();
        // GDAL takes EPSG's name for a citation that is ESRI's name of the same CRS.
        if case != "ESRI:102110" {
            assert_eq!(crs.name(), record["name"].as_str().unwrap(), "{case}");
        }
        assert_eq!(crs.epsg(), record["epsg"].as_u64().map(|code| code as u32), "{case}");
    }
}

#[test]
fn points_come_out_where_gdal_puts_them_and_lead_back() {
    let wgs84 = Crs::from_epsg(4326).unwrap();
    for record in &records() {
        let Some(points) = record.get("points").and_then(Value::as_array) else { continue };
        let case = record["case"].as_str().unwrap();
        let crs = read(record);
        let transform = transformer(&wgs84, &crs).unwrap();
        let back = transformer(&crs, &wgs84).unwrap();
        let limit = if crs.is_projected() { 2e-3 } else { 2e-8 };
        for point in points {
            let [lon, lat, x, y] = [0, 1, 2, 3].map(|i| point[i].as_f64().unwrap());
            let (px, py) = transform.transform_point(lon, lat).unwrap_or((f64::NAN, f64::NAN));
            assert!((px - x).abs() < limit && (py - y).abs() < limit, "{case}: {px} {py}, not {x} {y}");
            // Shifts of datums, at height 0 on either side, do not lead back exactly.
            let (back_lon, back_lat) = back.transform_point(x, y).unwrap_or((f64::NAN, f64::NAN));
            assert!(
                (back_lon - lon).abs() < 1e-7 && (back_lat - lat).abs() < 1e-7,
                "{case}: back at {back_lon} {back_lat}, not {lon} {lat}"
            );
        }
    }
}

#[test]
fn what_is_read_can_be_written_and_read_again() {
    for record in &records() {
        let crs = read(record);
        for text in [crs.to_wkt2(), crs.to_projjson().to_string()] {
            let again = Crs::from_user_input(&text).unwrap();
            assert_eq!(again.to_wkt2(), crs.to_wkt2(), "{}", record["case"]);
        }
    }
}
