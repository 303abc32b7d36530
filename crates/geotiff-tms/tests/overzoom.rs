//! Levels past the document's last.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails here says so")]

use geotiff_tms::{ErrorKind, Tile, TileMatrix, TileMatrixSet, ZoomStrategy, well_known};
use serde_json::json;

/// Levels whose cells shrink by `base`, 27 units wide at level 0.
fn of_base(base: f64, levels: i32) -> TileMatrixSet {
    let matrices: Vec<TileMatrix> = (0..levels)
        .map(|zoom| {
            let cell = 27.0 / base.powi(zoom);
            let tiles = base.powi(zoom) as u64;
            TileMatrix::new(zoom, cell, cell / 0.28e-3, [0.0, 27.0], [1, 1], [tiles, tiles])
        })
        .collect();
    let document = json!({"crs": "EPSG:3857", "orderedAxes": ["X", "Y"], "tileMatrices": matrices});
    TileMatrixSet::from_json(&document.to_string()).unwrap()
}

#[test]
fn web_mercator_goes_on_as_it_does_in_morecantile() {
    // morecantile 7.1.0: tms.matrix(26), tms.xy_bounds(67108863, 0, 26)
    let tms = well_known("WebMercatorQuad").unwrap();
    let matrix = tms.matrix(26).unwrap();
    assert_eq!(matrix.id, "26");
    assert_eq!(matrix.cell_size, 0.002332672982335701);
    assert_eq!((matrix.matrix_width, matrix.matrix_height), (1 << 26, 1 << 26));
    let tile = Tile::new((1 << 26) - 1, 0, 26);
    assert!(!tms.is_valid(tile) && tms.is_valid_overzoom(tile));
    assert_eq!(tms.quadkey(tile).unwrap(), "1".repeat(26));
    assert_eq!(tms.zoom_for_res_within(0.002, ZoomStrategy::Auto, 0..=30).unwrap(), 26);
}

#[test]
fn a_set_of_base_three_keeps_dividing_by_three() {
    let tms = of_base(3.0, 3);
    let matrix = tms.matrix(3).unwrap();
    assert_eq!((matrix.cell_size, matrix.matrix_width), (1.0, 27));
    let bounds = tms.xy_bounds(Tile::new(26, 26, 3)).unwrap();
    assert_eq!(bounds.to_array(), [26.0, 0.0, 27.0, 1.0]);
}

#[test]
fn what_cannot_go_on_says_so() {
    let kind = |tms: &TileMatrixSet, zoom| tms.matrix(zoom).unwrap_err().kind();
    let gnosis = well_known("GNOSISGlobalGrid").unwrap();
    assert_eq!(kind(&gnosis, 29), ErrorKind::InvalidZoom);
    assert_eq!(kind(&gnosis, -1), ErrorKind::InvalidZoom);
    // Its scales follow no one step.
    assert_eq!(kind(&well_known("CanadianNAD83_LCC").unwrap(), 26), ErrorKind::InvalidZoom);
    let web_mercator = well_known("WebMercatorQuad").unwrap();
    assert_eq!(kind(&web_mercator, 64), ErrorKind::InvalidZoom);
    assert_eq!(kind(&web_mercator, i32::MAX), ErrorKind::InvalidZoom);
    assert_eq!(kind(&of_base(2.0, 1), 1), ErrorKind::InvalidZoom);
    assert_eq!(kind(&of_base(1.0, 3), 3), ErrorKind::InvalidZoom);
    assert_eq!(kind(&of_base(1.3, 2), 9), ErrorKind::InvalidZoom);
}

#[test]
fn quadkeys_need_a_quadtree_from_one_tile() {
    let error = well_known("WorldCRS84Quad").unwrap().quadkey(Tile::new(0, 0, 0)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Quadkey);
    let tms = well_known("WebMercatorQuad").unwrap();
    assert_eq!(tms.quadkey(Tile::new(0, 0, 0)).unwrap(), "");
    assert_eq!(tms.quadkey_to_tile("").unwrap(), Tile::new(0, 0, 0));
    assert_eq!(tms.quadkey_to_tile("0313102310").unwrap(), Tile::new(486, 332, 10));
    assert_eq!(tms.quadkey_to_tile("014").unwrap_err().kind(), ErrorKind::Quadkey);
    assert_eq!(tms.quadkey_to_tile("ü").unwrap_err().kind(), ErrorKind::Quadkey);
    assert_eq!(tms.quadkey_to_tile(&"0".repeat(100)).unwrap_err().kind(), ErrorKind::InvalidZoom);
    assert_eq!(tms.quadkey(Tile::new(1, 0, 0)).unwrap_err().kind(), ErrorKind::OutsideMatrix);
}
