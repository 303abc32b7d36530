//! morecantile's answers in the sets' own CRSs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails here says so")]

mod common;

use common::{assert_xy, expected, int, list, sets, tile, tiles};
use geotiff_tms::{ErrorKind, Tile, TileMatrixSet, WELL_KNOWN_IDS, ZoomStrategy, well_known};
use serde_json::Value;

#[test]
fn the_table_covers_the_well_known_sets() {
    let expected = expected();
    let ids: Vec<&str> = sets(&expected).map(|(id, _)| id).collect();
    assert_eq!(ids.len(), 13);
    for id in ids {
        assert!(WELL_KNOWN_IDS.contains(&id), "{id}");
    }
}

#[test]
fn facts_of_each_set() {
    for (id, values) in sets(&expected()) {
        let tms = well_known(id).unwrap();
        assert_eq!(tms.minzoom(), int(&values["minzoom"]), "{id}");
        assert_eq!(tms.maxzoom(), int(&values["maxzoom"]), "{id}");
        assert_eq!(tms.is_quadtree(), values["is_quadtree"].as_bool().unwrap(), "{id}");
        assert_eq!(tms.is_variable(), values["is_variable"].as_bool().unwrap(), "{id}");
        assert_eq!(tms.inverts_axes().unwrap(), values["invert_axis"].as_bool().unwrap(), "{id}");
        assert_xy(tms.xy_bbox().unwrap().to_array(), &values["xy_bbox"], id);
    }
}

#[test]
fn tiles_and_their_relatives() {
    let mut checked = 0;
    for (id, values) in sets(&expected()) {
        let tms = well_known(id).unwrap();
        for record in list(&values["tiles"]) {
            check_tile(&tms, record, &format!("{id} {}", record["tile"]));
            checked += 1;
        }
    }
    assert_eq!(checked, 599);
}

fn check_tile(tms: &TileMatrixSet, record: &Value, what: &str) {
    let at = tile(&record["tile"]);
    let bounds = tms.xy_bounds(at).unwrap();
    assert_xy(bounds.to_array(), &record["xy_bounds"], what);
    let (ul, lr) = (tms.xy_ul(at).unwrap(), tms.xy_lr(at).unwrap());
    assert_xy([ul.x, ul.y], &record["ul"], what);
    assert_xy([lr.x, lr.y], &record["lr"], what);
    assert_eq!(tms.is_valid(at), record["valid"].as_bool().unwrap(), "{what}");
    let mut neighbors: Vec<Tile> = tms.neighbors(at).unwrap().collect();
    neighbors.sort_unstable();
    assert_eq!(neighbors, tiles(&record["neighbors"]), "{what}");
    assert_eq!(tms.parent(at).unwrap().collect::<Vec<_>>(), tiles(&record["parent"]), "{what}");
    if let Some(children) = record.get("children") {
        assert_eq!(tms.children(at).unwrap().collect::<Vec<_>>(), tiles(children), "{what}");
    }
    if let Some(quadkey) = record.get("quadkey") {
        assert_eq!(tms.quadkey(at).unwrap(), quadkey.as_str().unwrap(), "{what}");
        assert_eq!(tms.quadkey_to_tile(quadkey.as_str().unwrap()).unwrap(), at, "{what}");
    }
    let (x, y) = (f64::midpoint(bounds.left, bounds.right), f64::midpoint(bounds.bottom, bounds.top));
    assert_eq!(tms.xy_tile(x, y, at.z).unwrap(), tile(&record["centre_xy_tile"]), "{what}");
    assert_eq!(tms.xy_column_row(x, y, at.z).unwrap(), tile(&record["centre_xy_tile_nocoalesce"]), "{what}");
}

#[test]
fn zoom_levels_for_resolutions() {
    let mut checked = 0;
    for (id, values) in sets(&expected()) {
        let tms = well_known(id).unwrap();
        for record in list(&values["zoom_for_res"]) {
            let strategy: ZoomStrategy = record[1].as_str().unwrap().parse().unwrap();
            let zoom = tms.zoom_for_res(record[0].as_f64().unwrap(), strategy).unwrap();
            assert_eq!(zoom, int(&record[2]), "{id} {record}");
            checked += 1;
        }
    }
    assert_eq!(checked, 7_464);
}

#[test]
fn tiles_that_do_not_exist_are_told_apart() {
    let tms = well_known("WebMercatorQuad").unwrap();
    let outside = tms.xy_bounds(Tile::new(4, 0, 2)).unwrap_err();
    assert_eq!(outside.kind(), ErrorKind::OutsideMatrix);
    assert!(outside.to_string().contains("2/4/0"), "{outside}");
    assert_eq!(tms.xy_bounds(Tile::new(0, 0, -1)).unwrap_err().kind(), ErrorKind::InvalidZoom);
    assert_eq!(tms.xy_tile(f64::NAN, 0.0, 3).unwrap_err().kind(), ErrorKind::Usage);
    assert!(!tms.is_valid(Tile::new(0, 4, 2)) && !tms.is_valid(Tile::new(0, 0, 25)));
    let utm = well_known("UTM31WGS84Quad").unwrap();
    assert_eq!(utm.matrix(0).unwrap_err().kind(), ErrorKind::InvalidZoom);
}
