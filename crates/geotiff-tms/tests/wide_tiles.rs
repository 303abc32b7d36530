//! Variable widths: GNOSISGlobalGrid doubles its tiles' width towards the poles.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails here says so")]

use std::time::{Duration, Instant};

use geotiff_tms::{Tile, TileMatrixSet, well_known};
use serde_json::json;

fn walked(tiles: impl Iterator<Item = Tile>) -> Vec<String> {
    tiles.map(|tile| tile.to_string()).collect()
}

#[test]
fn the_poles_of_the_deepest_level_take_no_time() {
    let gnosis = well_known("GNOSISGlobalGrid").unwrap();
    let matrix = gnosis.matrix(28).unwrap();
    // Four tiles around each pole, each a quarter of the level's 2^30 columns.
    assert_eq!((matrix.matrix_width, matrix.coalesce_factor(0)), (1 << 30, 1 << 28));
    let start = Instant::now();
    let polar = Tile::new(0, 0, 28);
    assert_eq!(walked(gnosis.neighbors(polar).unwrap()).len(), 4);
    // The document's cell size of level 28 is rounded: its quarter is a little wider than level 27's.
    assert_eq!(walked(gnosis.parent(polar).unwrap()), ["27/0/0", "27/134217728/0"]);
    let down = gnosis.children_at(Tile::new(0, 0, 0), 28).unwrap();
    assert!(down.tile_count() > 1 << 55);
    assert_eq!(walked(down.take(4)), ["28/0/0", "28/0/1", "28/134217728/1", "28/0/2"]);
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

#[test]
fn a_quarter_of_a_level_counts_as_the_scheme_says() {
    // One wide tile at the pole, then bands twice as high of tiles half as wide: 1·1 + 1·2 + 2·4 + 4·8 …
    let gnosis = well_known("GNOSISGlobalGrid").unwrap();
    for zoom in 1..=8_u32 {
        let children = gnosis.children_at(Tile::new(0, 0, 0), zoom as i32).unwrap();
        let scheme: u128 = 1 + (1..=zoom).map(|band| (1 << (band - 1)) * (1 << band)).sum::<u128>();
        assert_eq!(children.tile_count(), scheme, "level {zoom}");
    }
}

#[test]
fn a_range_counts_and_finds_what_it_gives() {
    let gnosis = well_known("GNOSISGlobalGrid").unwrap();
    for tile in [Tile::new(0, 0, 0), Tile::new(6, 1, 1), Tile::new(13, 3, 2)] {
        for range in [gnosis.children_at(tile, 5).unwrap(), gnosis.overlapping(tile, 4).unwrap()] {
            let tiles: Vec<Tile> = range.clone().collect();
            assert_eq!(range.tile_count(), tiles.len() as u128, "{tile}");
            let zoom = range.zoom();
            let all = (0..128).flat_map(|x| (0..64).map(move |y| Tile::new(x, y, zoom)));
            assert_eq!(all.filter(|tile| range.contains(*tile)).count(), tiles.len(), "{tile}");
            assert!(tiles.iter().all(|tile| range.contains(*tile)), "{tile}");
        }
    }
}

#[test]
fn overlapping_finds_the_wide_parent_that_begins_further_left() {
    // Level 2's row 1 has tiles two columns wide; columns 14 and 15 are one tile.
    let gnosis = well_known("GNOSISGlobalGrid").unwrap();
    let tile = Tile::new(29, 3, 3);
    assert_eq!(gnosis.xy_bounds(tile).unwrap().to_array(), [135.0, 45.0, 157.5, 56.25]);
    assert_eq!(walked(gnosis.overlapping(tile, 2).unwrap()), ["2/14/1"]);
    assert_eq!(gnosis.xy_bounds(Tile::new(14, 1, 2)).unwrap().to_array(), [135.0, 45.0, 180.0, 67.5]);
    // morecantile 7.1.0: parent(29, 3, 3) is [(14, 1, 2)], parent(31, 3, 3) and parent(15, 1, 2) are empty.
    assert_eq!(walked(gnosis.parent(tile).unwrap()), ["2/14/1"]);
    for (child, parent) in [(Tile::new(31, 3, 3), "2/14/1"), (Tile::new(15, 1, 2), "1/6/0")] {
        assert_eq!(gnosis.parent(child).unwrap().tile_count(), 0, "{child}");
        assert_eq!(walked(gnosis.overlapping(child, child.z - 1).unwrap()), [parent]);
    }
}

/// Widths that overlap: the first that holds the row decides, as in morecantile.
#[test]
fn overlapping_widths_and_misaligned_ranges_end() {
    let document = json!({
        "crs": "EPSG:4326", "orderedAxes": ["Lat", "Lon"],
        "tileMatrices": [{
            "id": "0", "scaleDenominator": 1.0, "cellSize": 1.0, "pointOfOrigin": [90, -180],
            "tileWidth": 1, "tileHeight": 1, "matrixWidth": 8, "matrixHeight": 1_u64 << 60,
            "variableMatrixWidths": [
                {"coalesce": 4, "minTileRow": 2, "maxTileRow": 3},
                {"coalesce": 8, "minTileRow": 0, "maxTileRow": 9}
            ]
        }]
    });
    let tms = TileMatrixSet::from_json(&document.to_string()).unwrap();
    let factors: Vec<u64> = (0..11).map(|row| tms.matrices()[0].coalesce_factor(row)).collect();
    assert_eq!(factors, [8, 8, 4, 4, 8, 8, 8, 8, 8, 8, 1]);
    let around = tms.neighbors(Tile::new(5, 3, 0)).unwrap();
    assert_eq!(walked(around), ["0/0/2", "0/4/2", "0/0/3", "0/0/4"]);
}
