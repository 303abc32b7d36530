//! Sets of one's own and documents of version 1.0.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails here says so")]

mod common;

use common::{assert_xy, expected, list, numbers, tile};
use geotiff_crs::Crs;
use geotiff_tms::{BoundingBox, CornerOfOrigin, CustomOptions, ErrorKind, Tile, TileMatrixSet, well_known};
use serde_json::{Value, json};

const WORLD: BoundingBox = BoundingBox::new(
    -20_037_508.342789244,
    -20_037_508.342789244,
    20_037_508.342789244,
    20_037_508.342789244,
);

fn crs(code: u64) -> Crs {
    Crs::from_epsg(code.try_into().unwrap()).unwrap()
}

/// The arguments of morecantile's `TileMatrixSet.custom`.
fn made(args: &Value) -> TileMatrixSet {
    let [left, bottom, right, top] = numbers(&args["extent"]);
    let mut options = CustomOptions { id: Some("c".into()), ..Default::default() };
    for (name, value) in args.as_object().unwrap() {
        let number = || value.as_u64().unwrap();
        match name.as_str() {
            "extent" | "crs" => {}
            "extent_crs" => options.extent_crs = Some(crs(number())),
            "matrix_scale" => options.matrix_scale = [value[0].as_u64().unwrap(), value[1].as_u64().unwrap()],
            "tile_width" => options.tile_size[0] = number(),
            "tile_height" => options.tile_size[1] = number(),
            "maxzoom" => options.maxzoom = number().try_into().unwrap(),
            "decimation_base" => options.decimation_base = number(),
            "corner_of_origin" => options.corner_of_origin = serde_json::from_value(value.clone()).unwrap(),
            other => panic!("{other}"),
        }
    }
    let extent = BoundingBox::new(left, bottom, right, top);
    TileMatrixSet::custom(extent, &crs(args["crs"].as_u64().unwrap()), &options).unwrap()
}

#[test]
fn custom_sets_are_morecantiles() {
    let expected = expected();
    for record in list(&expected["custom"]) {
        let tms = made(&record["args"]);
        let what = record["args"].to_string();
        let document: Value = serde_json::from_str(&tms.to_json()).unwrap();
        assert_same(&document, &record["json"], &what);
        assert_xy(tms.xy_bbox().unwrap().to_array(), &record["xy_bbox"], &what);
        for pair in list(&record["tile_xy_bounds"]) {
            assert_xy(tms.xy_bounds(tile(&pair[0])).unwrap().to_array(), &pair[1], &what);
        }
    }
    assert_eq!(list(&expected["custom"]).len(), 7);
}

/// Same members; numbers within 1e-12 of each other.
fn assert_same(found: &Value, wanted: &Value, what: &str) {
    match (found, wanted) {
        (Value::Number(one), Value::Number(other)) => {
            let (one, other) = (one.as_f64().unwrap(), other.as_f64().unwrap());
            assert!((one - other).abs() <= 1e-12 * other.abs(), "{what}: {one} is not {other}");
        }
        (Value::Array(ones), Value::Array(others)) => {
            assert_eq!(ones.len(), others.len(), "{what}");
            ones.iter().zip(others).for_each(|(one, other)| assert_same(one, other, what));
        }
        (Value::Object(ones), Value::Object(others)) => {
            assert!(ones.keys().eq(others.keys()), "{what}: {ones:?} has other members than {others:?}");
            ones.values().zip(others.values()).for_each(|(one, other)| assert_same(one, other, what));
        }
        _ => assert_eq!(found, wanted, "{what}"),
    }
}

#[test]
fn rows_from_the_bottom_number_the_same_tiles_upwards() {
    let options = CustomOptions { corner_of_origin: CornerOfOrigin::BottomLeft, ..Default::default() };
    let upwards = TileMatrixSet::custom(WORLD, &crs(3857), &options).unwrap();
    let downwards = well_known("WebMercatorQuad").unwrap();
    for (x, y) in [(1e6, 2e6), (-1.9e7, -3e6), (0.5, 1.9e7)] {
        let up = upwards.xy_tile(x, y, 7).unwrap();
        let down = downwards.xy_tile(x, y, 7).unwrap();
        assert_eq!((up.x, up.y), (down.x, 127 - down.y));
        let (up, down) = (upwards.xy_bounds(up).unwrap(), downwards.xy_bounds(down).unwrap());
        assert_xy(up.to_array(), &json!(down.to_array()), "bounds");
    }
    let up: Vec<Tile> = upwards.parent(Tile::new(5, 6, 3)).unwrap().collect();
    assert_eq!(up, [Tile::new(2, 3, 2)]);
    assert_eq!(upwards.children(Tile::new(2, 3, 2)).unwrap().count(), 4);
}

#[test]
fn axes_can_be_named() {
    let extent = BoundingBox::new(0.0, 50.0, 10.0, 60.0);
    let axes = |names: [&str; 2]| Some(names.map(String::from));
    let options = CustomOptions { ordered_axes: axes(["Lon", "Lat"]), ..Default::default() };
    let tms = TileMatrixSet::custom(extent, &crs(4326), &options).unwrap();
    assert_eq!(tms.matrices()[0].point_of_origin, [0.0, 60.0]);
    assert_eq!(tms.document().ordered_axes, axes(["Lon", "Lat"]));
    assert_eq!(tms.xy_bbox().unwrap(), extent);
    // Northing first, but abbreviated to X: written so that every reader sees it.
    let gauss_krueger = TileMatrixSet::custom(WORLD, &crs(31467), &CustomOptions::default()).unwrap();
    assert_eq!(gauss_krueger.document().ordered_axes, axes(["N", "E"]));
    assert_eq!(gauss_krueger.xy_bbox().unwrap(), WORLD);
}

#[test]
fn options_that_make_no_set_are_refused() {
    let kind =
        |options: CustomOptions| TileMatrixSet::custom(WORLD, &crs(3857), &options).unwrap_err().kind();
    let default = CustomOptions::default;
    assert_eq!(kind(CustomOptions { decimation_base: 1, ..default() }), ErrorKind::Usage);
    assert_eq!(kind(CustomOptions { minzoom: 3, maxzoom: 2, ..default() }), ErrorKind::Usage);
    assert_eq!(kind(CustomOptions { minzoom: -1, ..default() }), ErrorKind::Usage);
    assert_eq!(kind(CustomOptions { tile_size: [0, 256], ..default() }), ErrorKind::Usage);
    assert_eq!(kind(CustomOptions { maxzoom: i32::MAX, ..default() }), ErrorKind::InvalidZoom);
    let empty = BoundingBox::new(1.0, 1.0, 1.0, 1.0);
    let error = TileMatrixSet::custom(empty, &crs(3857), &default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
}

/// The example of OGC 17-083r2, shortened.
fn version_1() -> Value {
    json!({
        "type": "TileMatrixSetType",
        "title": "Google Maps Compatible for the World",
        "abstract": "As version 1.0 had it",
        "identifier": "WebMercatorQuad",
        "supportedCRS": "http://www.opengis.net/def/crs/EPSG/0/3857",
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "boundingBox": {
            "type": "BoundingBoxType",
            "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
            "lowerCorner": [-20_037_508.342_789_2, -20_037_508.342_789_2],
            "upperCorner": [20_037_508.342_789_2, 20_037_508.342_789_2],
        },
        "tileMatrix": [{
            "type": "TileMatrixType", "identifier": "0", "scaleDenominator": 559_082_264.028_717,
            "topLeftCorner": [-20_037_508.342_789_2, 20_037_508.342_789_2],
            "tileWidth": 256, "tileHeight": 256, "matrixWidth": 1, "matrixHeight": 1,
        }],
    })
}

#[test]
fn version_1_is_converted_on_request() {
    let json = version_1().to_string();
    assert_eq!(TileMatrixSet::from_json(&json).unwrap_err().kind(), ErrorKind::Version1);
    let tms = TileMatrixSet::from_v1(&json).unwrap();
    assert_eq!(tms.id(), Some("WebMercatorQuad"));
    assert_eq!(tms.document().description.as_deref(), Some("As version 1.0 had it"));
    assert_eq!(tms.document().bounding_box.as_ref().unwrap().upper_right, [20_037_508.342_789_2; 2]);
    // 559082264.028717 · 0.28 mm
    assert_eq!(tms.matrices()[0].cell_size, 156_543.033_928_040_76);
    assert_eq!(tms.xy_tile(1.0, 1.0, 0).unwrap(), Tile::new(0, 0, 0));
}

#[test]
fn version_1_without_what_it_needs_is_refused() {
    for key in ["supportedCRS", "tileMatrix"] {
        let mut document = version_1();
        document.as_object_mut().unwrap().remove(key);
        let error = TileMatrixSet::from_v1(&document.to_string()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed);
        assert!(error.to_string().contains(key), "{error}");
    }
    let mut document = version_1();
    document["tileMatrix"][0].as_object_mut().unwrap().remove("scaleDenominator");
    assert!(
        TileMatrixSet::from_v1(&document.to_string()).unwrap_err().to_string().contains("scaleDenominator")
    );
    let mut document = version_1();
    document["supportedCRS"] = json!("http://www.opengis.net/def/crs/EPSG/0/999999");
    assert_eq!(TileMatrixSet::from_v1(&document.to_string()).unwrap_err().kind(), ErrorKind::UnknownCrs);
    assert_eq!(TileMatrixSet::from_v1("7").unwrap_err().kind(), ErrorKind::Malformed);
}
