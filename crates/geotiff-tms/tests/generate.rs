//! The set of a file.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails here says so")]

#[path = "common/decode.rs"]
mod decode;
#[path = "common/tiff.rs"]
mod tiff;

use decode::page;
use geotiff_crs::Crs;
use geotiff_tms::{
    CornerOfOrigin, ErrorKind, GridLevel, Tile, TileMatrixSet, generate_tms, generate_tms_from_levels,
};
use serde_json::{Value, json};
use tiff::{File, Georeference};

fn crs(code: u32) -> Crs {
    Crs::from_epsg(code).unwrap()
}

fn generated(file: &File<'_>) -> Result<TileMatrixSet, geotiff_tms::Error> {
    generate_tms(page(&file.tiff()), &crs(file.epsg.into()))
}

fn value(tms: &TileMatrixSet) -> Value {
    serde_json::from_str(&tms.to_json()).unwrap()
}

/// A Sentinel-2 band as Earth Search's COGs have them.
const SENTINEL_2: File<'static> = File {
    levels: &[[10980, 10980], [5490, 5490], [2745, 2745], [1373, 1373], [687, 687]],
    block: [1024, 1024],
    georeference: Georeference::ScaleAndTiepoint([10.0, 10.0], [300_000.0, 4_100_040.0]),
    epsg: 32612,
};

/// Numbers from async-geotiff's `generate_tms` and the formulas behind it, evaluated in Python.
#[test]
fn sentinel_2_has_the_numbers_of_its_python_twin() {
    let tms = generated(&SENTINEL_2).unwrap();
    let uri = json!({"uri": "http://www.opengis.net/def/crs/EPSG/0/32612"});
    let matrix = |id: &str, scale: f64, cell: f64, tiles: u32| {
        json!({
            "id": id, "scaleDenominator": scale, "cellSize": cell,
            "cornerOfOrigin": "topLeft", "pointOfOrigin": [300_000.0, 4_100_040.0],
            "tileWidth": 1024, "tileHeight": 1024, "matrixWidth": tiles, "matrixHeight": tiles,
        })
    };
    let expected = json!({
        "id": tms.id(),
        "crs": uri,
        "boundingBox": {
            "lowerLeft": [300_000.0, 3_990_240.0],
            "upperRight": [409_800.0, 4_100_040.0],
            "crs": uri,
        },
        "tileMatrices": [
            matrix("0", 570_804.741_110_418, 159.825_327_510_917_02, 1),
            matrix("1", 285_610.238_268_650_54, 79.970_866_715_222_14, 2),
            matrix("2", 142_857.142_857_142_87, 40.0, 3),
            matrix("3", 71_428.571_428_571_43, 20.0, 6),
            matrix("4", 35_714.285_714_285_72, 10.0, 11),
        ],
    });
    assert_eq!(value(&tms), expected);
    assert_eq!(TileMatrixSet::from_json(&tms.to_json()).unwrap(), tms);
}

#[test]
fn each_call_gives_a_fresh_id() {
    let ids =
        [generated(&SENTINEL_2).unwrap(), generated(&SENTINEL_2).unwrap()].map(|tms| tms.into_document().id);
    assert_ne!(ids[0], ids[1]);
    assert!(ids.iter().flatten().all(|id| id.len() == 36));
}

#[test]
fn tiles_are_the_files_own() {
    let tms = generated(&SENTINEL_2).unwrap();
    let last = tms.xy_bounds(Tile::new(10, 10, 4)).unwrap();
    assert_eq!(last.to_array(), [402_400.0, 3_987_400.0, 412_640.0, 3_997_640.0]);
    assert_eq!(tms.xy_tile(409_799.0, 3_990_241.0, 4).unwrap(), Tile::new(10, 10, 4));
}

#[test]
fn latitude_comes_first_where_the_crs_says_so() {
    let file = File {
        levels: &[[3600, 3600], [1800, 1800]],
        block: [512, 512],
        georeference: Georeference::ScaleAndTiepoint([1.0 / 3600.0, 1.0 / 3600.0], [7.0, 51.0]),
        epsg: 4326,
    };
    let tms = generated(&file).unwrap();
    let document = value(&tms);
    assert_eq!(document["orderedAxes"], json!(["Lat", "Lon"]));
    assert_eq!(document["tileMatrices"][0]["pointOfOrigin"], json!([51.0, 7.0]));
    assert_eq!(document["boundingBox"]["lowerLeft"], json!([50.0, 7.0]));
    assert_eq!(document["boundingBox"]["upperRight"], json!([51.0, 8.0]));
    // Degrees on the equator of an ellipsoid of 6378137 m.
    let scale = tms.matrices()[1].scale_denominator;
    assert!((scale - 111_319.490_793_273_58 / 3600.0 / 0.28e-3).abs() < 1e-9 * scale, "{scale}");
    assert_eq!(tms.xy_tile(7.99, 50.01, 1).unwrap(), Tile::new(6, 6, 1));
}

#[test]
fn northing_first_projections_are_written_so_that_every_reader_sees_it() {
    // EPSG:31467 abbreviates its northing to X, which readers that go by abbreviations take for an easting.
    for (code, axes) in [(31467, Some(["N", "E"])), (3035, Some(["N", "E"])), (3857, None), (3031, None)] {
        let level = GridLevel {
            transform: [1.0, 0.0, 3e6, 0.0, -1.0, 5e6],
            width: 100,
            height: 50,
            tile_width: 64,
            tile_height: 64,
        };
        let tms = generate_tms_from_levels(&[level], &crs(code)).unwrap();
        let origin = tms.matrices()[0].point_of_origin;
        match axes {
            Some(_) => assert_eq!(origin, [5e6, 3e6], "{code}"),
            None => assert_eq!(origin, [3e6, 5e6], "{code}"),
        }
        let written = tms.document().ordered_axes.clone();
        assert_eq!(written, axes.map(|axes| axes.map(String::from)), "{code}");
        assert_eq!(tms.xy_bbox().unwrap().to_array(), [3e6, 5e6 - 64.0, 3e6 + 128.0, 5e6], "{code}");
    }
}

#[test]
fn rows_that_run_upwards_start_at_the_bottom_left() {
    let file = File {
        levels: &[[100, 60]],
        block: [32, 32],
        georeference: Georeference::Matrix([2.0, 0.0, 1000.0, 0.0, 2.0, 500.0]),
        epsg: 32612,
    };
    let tms = generated(&file).unwrap();
    let matrix = &tms.matrices()[0];
    assert_eq!(matrix.corner(), CornerOfOrigin::BottomLeft);
    assert_eq!(matrix.point_of_origin, [1000.0, 500.0]);
    assert_eq!(value(&tms)["boundingBox"]["upperRight"], json!([1200.0, 620.0]));
    // Tile 0/0 of the file is the southern one.
    assert_eq!(tms.xy_bounds(Tile::new(0, 0, 0)).unwrap().to_array(), [1000.0, 500.0, 1064.0, 564.0]);
    assert_eq!(tms.xy_tile(1001.0, 501.0, 0).unwrap(), Tile::new(0, 0, 0));
    assert_eq!(tms.xy_bbox().unwrap().to_array(), [1000.0, 500.0, 1256.0, 628.0]);
}

#[test]
fn strips_are_tiles_as_wide_as_the_image() {
    let file = File {
        levels: &[[300, 250]],
        block: [0, 100],
        georeference: Georeference::ScaleAndTiepoint([10.0, 10.0], [0.0, 2500.0]),
        epsg: 32612,
    };
    let tms = generated(&file).unwrap();
    let matrix = &tms.matrices()[0];
    assert_eq!((matrix.tile_width, matrix.tile_height), (300, 100));
    assert_eq!((matrix.matrix_width, matrix.matrix_height), (1, 3));
}

#[test]
fn overviews_of_rounded_size_keep_one_cell_size() {
    // 1001 by 301 halves to 501 by 151: 1.998 by 1.9934.
    let wide = File {
        levels: &[[1001, 301], [501, 151]],
        block: [256, 256],
        georeference: Georeference::ScaleAndTiepoint([1.0, 1.0], [0.0, 0.0]),
        epsg: 32612,
    };
    assert_eq!(generated(&wide).unwrap().matrices()[0].cell_size, 1001.0 / 501.0);
    // 33 by 5003 in eighths is 5 by 626: 6.6 by 7.99, and the width's cells would be 100 short at the bottom.
    let tall = File { levels: &[[33, 5003], [5, 626]], ..wide };
    let tms = generated(&tall).unwrap();
    assert_eq!(tms.matrices()[0].cell_size, 5003.0 / 626.0);
    assert_eq!(tms.matrices()[1].cell_size, 1.0);
}

#[test]
fn grids_that_a_tile_matrix_cannot_be_are_refused() {
    let matrix = |transform| File {
        levels: &[[100, 100]],
        block: [32, 32],
        georeference: Georeference::Matrix(transform),
        epsg: 32612,
    };
    let kind = |file: &File<'_>| generated(file).unwrap_err().kind();
    assert_eq!(kind(&matrix([7.0, 7.0, 0.0, 7.0, -7.0, 0.0])), ErrorKind::RotatedGrid);
    assert_eq!(kind(&matrix([-10.0, 0.0, 0.0, 0.0, -10.0, 0.0])), ErrorKind::RotatedGrid);
    assert_eq!(kind(&matrix([0.0, 10.0, 0.0, 10.0, 0.0, 0.0])), ErrorKind::RotatedGrid);
    assert_eq!(kind(&matrix([10.0, 0.0, 0.0, 0.0, -20.0, 0.0])), ErrorKind::NonSquareCells);
    assert_eq!(kind(&matrix([10.0, 0.0, 0.0, 0.0, -10.01, 0.0])), ErrorKind::NonSquareCells);
    let error = generated(&matrix([0.25, 0.0, 0.0, 0.0, -0.5, 0.0])).unwrap_err();
    assert!(error.to_string().contains("0.25 by 0.5"), "{error}");
    let bare = File { georeference: Georeference::None, ..matrix([0.0; 6]) };
    assert_eq!(kind(&bare), ErrorKind::NotGeoreferenced);
    // Rounding in the last digits of a pixel size is not a difference.
    generated(&matrix([0.008_333_333_3, 0.0, 0.0, 0.0, -0.008_333_333_333, 0.0])).unwrap();
}

#[test]
fn grids_without_cells_are_refused() {
    let level = GridLevel {
        transform: [1.0, 0.0, 0.0, 0.0, -1.0, 0.0],
        width: 1,
        height: 1,
        tile_width: 1,
        tile_height: 1,
    };
    let kind = |levels: &[GridLevel]| generate_tms_from_levels(levels, &crs(3857)).unwrap_err().kind();
    assert_eq!(kind(&[]), ErrorKind::Usage);
    assert_eq!(kind(&[GridLevel { tile_width: 0, ..level }]), ErrorKind::Usage);
    assert_eq!(kind(&[GridLevel { transform: [0.0; 6], ..level }]), ErrorKind::NotGeoreferenced);
    let nan = GridLevel { transform: [f64::NAN, 0.0, 0.0, 0.0, -1.0, 0.0], ..level };
    assert_eq!(kind(&[nan]), ErrorKind::NotGeoreferenced);
}

/// The standard's `wkt` member holds PROJJSON; the document reads back as the same set.
#[test]
fn a_crs_without_a_code_is_given_in_full() {
    let level = GridLevel {
        transform: [100.0, 0.0, 0.0, 0.0, -100.0, 0.0],
        width: 9,
        height: 9,
        tile_width: 9,
        tile_height: 9,
    };
    let own = Crs::from_user_input("+proj=laea +lat_0=52 +lon_0=10 +ellps=GRS80 +units=m").unwrap();
    let tms = generate_tms_from_levels(&[level], &own).unwrap();
    let document = value(&tms);
    assert_eq!(document["crs"]["wkt"]["type"], "ProjectedCRS");
    assert_eq!(document["crs"]["wkt"]["conversion"]["method"]["name"], "Lambert Azimuthal Equal Area");
    let again = TileMatrixSet::from_json(&tms.to_json()).unwrap();
    assert_eq!(again, tms);
    assert_eq!(again.crs().unwrap(), &own);
}

#[test]
fn feet_count_as_feet() {
    let level = GridLevel {
        transform: [2.0, 0.0, 0.0, 0.0, -2.0, 0.0],
        width: 9,
        height: 9,
        tile_width: 9,
        tile_height: 9,
    };
    let tms = generate_tms_from_levels(&[level], &crs(2263)).unwrap();
    let scale = tms.matrices()[0].scale_denominator;
    assert!((scale - 2.0 * 0.304_800_609_601_219_24 / 0.28e-3).abs() < 1e-9 * scale, "{scale}");
}
