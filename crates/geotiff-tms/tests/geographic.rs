//! morecantile's answers in longitude and latitude.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails here says so")]

mod common;

use common::{assert_degrees, assert_near, assert_xy, expected, int, list, numbers, sets, tile, tiles};
use geotiff_crs::Crs;
use geotiff_tms::{BoundingBox, ErrorKind, FeatureOptions, Tile, TileMatrixSet, well_known};
use serde_json::{Value, json};

/// Degrees within which the table holds. PROJ 9.5.1, which it was made with, inverts Lambert azimuthal equal area to
/// 1.4 mm only: `etrs89_laea_as_proj_9_7_has_it` compares that set to 1e-9 with a later one.
fn tolerance(id: &str) -> f64 {
    if id == "EuropeanETRS89_LAEAQuad" { 2e-8 } else { 1e-9 }
}

fn boxed(value: &Value) -> BoundingBox {
    let [left, bottom, right, top] = numbers(value);
    BoundingBox::new(left, bottom, right, top)
}

#[test]
fn facts_of_each_set() {
    for (id, values) in sets(&expected()) {
        let tms = well_known(id).unwrap();
        assert_near(tms.bbox().unwrap().to_array(), &values["bbox"], tolerance(id), id);
        // morecantile writes every version as 0; OGC registers CRS84 as of 1.3.
        let uri = values["crs_uri"].as_str().unwrap().replace("OGC/0/", "OGC/1.3/");
        assert_eq!(tms.crs_uri().unwrap(), Some(uri), "{id}");
        let unit = tms.meters_per_unit().unwrap();
        let wanted = values["mpu"].as_f64().unwrap();
        assert!((unit - wanted).abs() <= 1e-9 * wanted, "{id}: {unit} is not {wanted}");
        let geographic = values["geographic_crs"].as_str().unwrap();
        if let Some(code) = geographic.strip_prefix("EPSG:") {
            assert_eq!(tms.geographic_crs().unwrap().epsg(), Some(code.parse().unwrap()), "{id}");
        }
    }
}

#[test]
fn bounds_of_tiles() {
    for (id, values) in sets(&expected()) {
        let tms = well_known(id).unwrap();
        for record in list(&values["tiles"]) {
            let what = format!("{id} {}", record["tile"]);
            let at = tile(&record["tile"]);
            let bounds = tms.bounds(at).unwrap();
            assert_near(bounds.to_array(), &record["bounds"], tolerance(id), &what);
            let (ul, lr) = (tms.ul(at).unwrap(), tms.lr(at).unwrap());
            assert_eq!([ul.x, lr.y, lr.x, ul.y], bounds.to_array(), "{what}");
        }
    }
}

#[test]
fn etrs89_laea_as_proj_9_7_has_it() {
    let expected: Value = serde_json::from_str(include_str!("data/etrs89_laea.json")).unwrap();
    let tms = well_known("EuropeanETRS89_LAEAQuad").unwrap();
    assert_degrees(tms.bbox().unwrap().to_array(), &expected["bbox"], "set");
    for pair in list(&expected["bounds"]) {
        let bounds = tms.bounds(tile(&pair[0])).unwrap();
        assert_degrees(bounds.to_array(), &pair[1], &pair[0].to_string());
    }
}

#[test]
fn tiles_of_points() {
    let mut checked = 0;
    for (id, values) in sets(&expected()) {
        let tms = well_known(id).unwrap();
        for record in list(&values["points"]) {
            let [longitude, latitude] = numbers(&record["lnglat"]);
            let what = format!("{id} {longitude} {latitude}");
            let position = tms.xy(longitude, latitude).unwrap();
            assert_xy([position.x, position.y], &record["xy"], &what);
            let found = tms.tile(longitude, latitude, int(&record["z"])).unwrap();
            assert_eq!(found, tile(&record["tile"]), "{what}");
            checked += 1;
        }
    }
    assert_eq!(checked, 1_188);
}

#[test]
fn tiles_of_boxes() {
    let mut checked = 0;
    for (id, values) in sets(&expected()) {
        let tms = well_known(id).unwrap();
        for record in list(&values["tiles_in_bbox"]) {
            let what = format!("{id} {} level {}", record["bbox"], record["z"]);
            let found: Vec<Tile> = tms.tiles(boxed(&record["bbox"]), &[int(&record["z"])]).unwrap().collect();
            assert_eq!(found.len() as u64, record["n"].as_u64().unwrap(), "{what}");
            if record["list"].is_array() {
                assert_eq!(found, tiles(&record["list"]), "{what}");
            }
            assert_eq!(found[..1], tiles(&record["first"]), "{what}");
            assert_eq!(found[found.len() - 1..], tiles(&record["last"]), "{what}");
            checked += 1;
        }
    }
    assert_eq!(checked, 183);
}

fn texts(tiles: impl Iterator<Item = Tile>) -> Vec<String> {
    tiles.map(|tile| tile.to_string()).collect()
}

#[test]
fn a_box_that_is_not_a_number_or_not_there() {
    let tms = well_known("WebMercatorQuad").unwrap();
    let nan = BoundingBox::new(f64::NAN, 0.0, 1.0, 1.0);
    assert_eq!(tms.tiles(nan, &[1]).err().unwrap().kind(), ErrorKind::Usage);
    assert_eq!(tms.covering(nan, &[1]).err().unwrap().kind(), ErrorKind::Usage);
    assert_eq!(tms.tile(f64::NAN, 0.0, 1).unwrap_err().kind(), ErrorKind::Usage);
    let here = BoundingBox::new(0.0, 0.0, 1.0, 1.0);
    assert_eq!(tms.tiles(here, &[-1]).err().unwrap().kind(), ErrorKind::InvalidZoom);
    // North of what Web Mercator holds.
    assert_eq!(tms.covering(BoundingBox::new(0.0, 86.0, 1.0, 89.0), &[3]).unwrap().count(), 0);
}

#[test]
fn several_levels_come_one_after_another() {
    let tms = well_known("WebMercatorQuad").unwrap();
    let bounds = BoundingBox::new(5.9, 45.8, 10.5, 47.8);
    assert_eq!(
        texts(tms.tiles(bounds, &[5, 6, 7]).unwrap()),
        ["5/16/11", "6/33/22", "7/66/44", "7/67/44", "7/66/45", "7/67/45"]
    );
}

#[test]
fn the_bounds_of_a_tile_are_covered_by_that_tile_alone() {
    for id in ["WebMercatorQuad", "WorldCRS84Quad", "GNOSISGlobalGrid"] {
        let tms = well_known(id).unwrap();
        for tile in [Tile::new(3, 2, 3), Tile::new(0, 7, 3), Tile::new(100, 80, 8)] {
            let bounds = tms.bounds(tile).unwrap();
            let wide = tile.x - tile.x % tms.matrix(tile.z).unwrap().coalesce_factor(tile.y);
            assert_eq!(
                texts(tms.covering(bounds, &[tile.z]).unwrap()),
                [Tile { x: wide, ..tile }.to_string()],
                "{id}"
            );
        }
    }
}

#[test]
fn covering_gives_each_tile_once_and_leaves_none_out() {
    // morecantile leaves 3/30/12 out, whose wide tile begins left of the box.
    let gnosis = well_known("GNOSISGlobalGrid").unwrap();
    let pacific = BoundingBox::new(170.0, -50.0, -170.0, -30.0);
    let found = texts(gnosis.covering(pacific, &[3]).unwrap());
    assert_eq!(found, ["3/0/10", "3/0/11", "3/0/12", "3/31/10", "3/31/11", "3/30/12"]);
    // Level 0 has one tile for both halves.
    let mercator = well_known("WebMercatorQuad").unwrap();
    assert_eq!(texts(mercator.covering(pacific, &[0]).unwrap()), ["0/0/0"]);
    assert_eq!(texts(mercator.tiles(pacific, &[0]).unwrap()), ["0/0/0", "0/0/0"]);
}

#[test]
fn covering_follows_curved_edges() {
    // A parallel bends in ETRS89-LAEA: every sample of the box must lie in a tile that covers it.
    let tms = well_known("EuropeanETRS89_LAEAQuad").unwrap();
    let bounds = BoundingBox::new(-5.0, 45.0, 25.0, 60.0);
    let covered: Vec<Tile> = tms.covering(bounds, &[6]).unwrap().collect();
    for step in 0..=300 {
        let along = f64::from(step) / 10.0;
        for (longitude, latitude) in [(-5.0 + along, 60.0), (-5.0 + along, 45.0), (-5.0, 45.0 + along / 2.0)]
        {
            let tile = tms.tile(longitude, latitude, 6).unwrap();
            assert!(covered.contains(&tile), "{tile} at {longitude} {latitude}");
        }
    }
}

#[test]
fn positions_outside_the_domain_are_errors_and_can_be_brought_in() {
    let tms = well_known("WebMercatorQuad").unwrap();
    let error = tms.tile(0.0, 100.0, 3).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutsideDomain);
    let inside = tms.truncate(200.0, 100.0).unwrap();
    assert_degrees([inside.x, inside.y], &json!([180.0, 85.051_128_779_806_59]), "truncated");
    assert_eq!(tms.tile(inside.x, inside.y, 3).unwrap(), Tile::new(7, 0, 3));
}

#[test]
fn an_unknown_crs_spoils_only_what_needs_it() {
    let json = json!({
        "crs": "http://www.opengis.net/def/crs/EPSG/0/999999", "orderedAxes": ["X", "Y"],
        "tileMatrices": [{
            "id": "0", "scaleDenominator": 1.0, "cellSize": 1.0, "pointOfOrigin": [0, 0],
            "tileWidth": 1, "tileHeight": 1, "matrixWidth": 4, "matrixHeight": 4
        }]
    });
    let tms = TileMatrixSet::from_json(&json.to_string()).unwrap();
    assert_eq!(tms.xy_bounds(Tile::new(1, 1, 0)).unwrap().to_array(), [1.0, -2.0, 2.0, -1.0]);
    for error in [
        tms.crs().err().unwrap(),
        tms.bounds(Tile::new(1, 1, 0)).unwrap_err(),
        tms.tile(1.0, 1.0, 0).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::UnknownCrs);
        assert!(error.to_string().contains("999999"), "{error}");
    }
}

#[test]
fn longitudes_of_another_datum() {
    // morecantile 7.1.0: tms.tile(-100, 50, 10, geographic_crs=CRS.from_epsg(4326)) and the default agree here.
    let canada = TileMatrixSet::clone(&well_known("CanadianNAD83_LCC").unwrap());
    assert_eq!(canada.geographic_crs().unwrap().epsg(), Some(4269));
    let tile = canada.tile(-100.0, 50.0, 10).unwrap();
    let on_wgs84 = canada.with_geographic_crs(Crs::from_epsg(4326).unwrap());
    assert_eq!(on_wgs84.geographic_crs().unwrap().epsg(), Some(4326));
    assert_eq!(on_wgs84.tile(-100.0, 50.0, 10).unwrap(), tile);
}

/// morecantile 7.1.0: `tms.feature(Tile(486, 332, 10), fid="a", props={"n": 1}, buffer=…, precision=…)`
#[test]
fn features_of_tiles() {
    let tms = well_known("WebMercatorQuad").unwrap();
    let tile = Tile::new(486, 332, 10);
    let plain = tms.feature(tile, &FeatureOptions::default()).unwrap();
    let (west, south, east, north) = (-9.140625, 53.120_405_283_106_564, -8.789_062_5, 53.330_872_983_017_07);
    let found = plain["bbox"].as_array().unwrap().iter().map(|side| side.as_f64().unwrap());
    for (found, wanted) in found.zip([west, south, east, north]) {
        assert!((found - wanted).abs() < 1e-9, "{found} is not {wanted}");
    }
    assert_eq!(plain["id"], "Tile(x=486, y=332, z=10)");
    assert_eq!(
        plain["properties"],
        json!({
            "title": "XYZ tile Tile(x=486, y=332, z=10)",
            "tms": "WebMercatorQuad",
            "tms_crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
        })
    );
    assert!(plain.get("crs").is_none());

    let mut options =
        FeatureOptions { precision: Some(2), buffer: 1.0, id: Some("a".into()), ..Default::default() };
    options.properties.insert("n".into(), json!(1));
    let grown = tms.feature(tile, &options).unwrap();
    assert_eq!(grown["bbox"], json!([-10.14, 52.12, -7.79, 54.33]));
    assert_eq!(grown["geometry"]["coordinates"][0][1], json!([-10.14, 54.33]));
    assert_eq!((&grown["id"], &grown["properties"]["n"]), (&json!("a"), &json!(1)));

    options.projected = true;
    let projected = tms.feature(tile, &options).unwrap();
    assert_eq!(projected["crs"]["properties"]["name"], "http://www.opengis.net/def/crs/EPSG/0/3857");
}

#[test]
fn every_tile_of_a_level() {
    let gnosis = well_known("GNOSISGlobalGrid").unwrap();
    assert_eq!(gnosis.matrix_tiles(1).unwrap().tile_count(), 4 + 8 + 8 + 4);
    assert_eq!(texts(gnosis.matrix_tiles(1).unwrap().take(5)), ["1/0/0", "1/2/0", "1/4/0", "1/6/0", "1/0/1"]);
}
