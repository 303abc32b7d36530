//! Documents in and out: the official ones, lenient ones, wrong ones.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails here says so")]

use std::fs;
use std::path::Path;

use geotiff_tms::{CrsReference, ErrorKind, TileMatrixSet, TileMatrixSets, WELL_KNOWN_IDS, well_known};
use serde_json::{Value, json};

/// JSON has one kind of number: 90 and 90.0 are the same.
fn numbers_as_floats(value: &mut Value) {
    match value {
        Value::Number(number) => *value = json!(number.as_f64().unwrap()),
        Value::Array(values) => values.iter_mut().for_each(numbers_as_floats),
        Value::Object(members) => members.values_mut().for_each(numbers_as_floats),
        _ => {}
    }
}

fn normalised(json: &str) -> Value {
    let mut value = serde_json::from_str(json).unwrap();
    numbers_as_floats(&mut value);
    value
}

/// A smallest valid document.
fn small() -> Value {
    json!({
        "id": "small",
        "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
        "orderedAxes": ["E", "N"],
        "tileMatrices": [{
            "id": "0", "scaleDenominator": 1.0, "cellSize": 2.0, "pointOfOrigin": [-256.0, 256.0],
            "tileWidth": 256, "tileHeight": 256, "matrixWidth": 1, "matrixHeight": 1
        }]
    })
}

fn read(value: &Value) -> Result<TileMatrixSet, geotiff_tms::Error> {
    TileMatrixSet::from_json(&value.to_string())
}

fn refused(value: &Value) -> geotiff_tms::Error {
    read(value).unwrap_err()
}

#[test]
fn the_official_documents_round_trip() {
    for id in WELL_KNOWN_IDS {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(id).with_extension("json");
        let official = fs::read_to_string(path).unwrap();
        let tms = well_known(id).unwrap();
        assert_eq!(tms.id(), Some(*id));
        assert_eq!(normalised(&tms.to_json()), normalised(&official), "{id}");
        assert_eq!(TileMatrixSet::from_json(&tms.to_json()).unwrap(), *tms, "{id}");
        assert_eq!(serde_json::to_string(&*tms).unwrap(), tms.to_json(), "{id}");
        assert_eq!(serde_json::from_str::<TileMatrixSet>(&official).unwrap(), *tms, "{id}");
    }
}

#[test]
fn every_way_to_name_a_crs_round_trips() {
    let projjson = json!({"type": "ProjectedCRS", "name": "x"});
    for crs in [json!("EPSG:3857"), json!({"uri": "urn:ogc:def:crs:EPSG::3857"}), json!({ "wkt": projjson })]
    {
        let mut document = small();
        document["crs"] = crs.clone();
        let tms = read(&document).unwrap();
        assert_eq!(normalised(&tms.to_json()), normalised(&document.to_string()));
        match tms.crs_reference() {
            CrsReference::Text(text) => assert_eq!(json!(text), crs),
            CrsReference::Uri(uri) => assert_eq!(json!(uri), crs["uri"]),
            CrsReference::Wkt(wkt) => assert_eq!(json!(wkt), crs["wkt"]),
            other => panic!("{other:?}"),
        }
    }
    let mut document = small();
    document["crs"] = json!({"referenceSystem": {"code": "3857"}});
    assert_eq!(refused(&document).kind(), ErrorKind::Unsupported);
}

#[test]
fn reading_is_lenient_where_documents_differ() {
    let mut document = small();
    document["links"] = json!([{"href": "https://example.com"}]);
    document["boundingBox"] = json!({"lowerLeft": [-256, "-256"], "upperRight": [256, 256.0], "crs": null});
    let matrix = &mut document["tileMatrices"][0];
    matrix["tileWidth"] = json!(256.0);
    matrix["matrixHeight"] = json!("1");
    matrix["cellSize"] = json!("2");
    matrix["keywords"] = Value::Null;
    let tms = read(&document).unwrap();
    let matrix = &tms.matrices()[0];
    assert_eq!((matrix.tile_width, matrix.matrix_height, matrix.cell_size), (256, 1, 2.0));
    assert_eq!(tms.document().bounding_box.as_ref().unwrap().lower_left, [-256.0, -256.0]);
}

#[test]
fn matrices_are_sorted_by_level_and_may_be_negative() {
    let mut document = small();
    let matrices = document["tileMatrices"].as_array_mut().unwrap();
    for id in ["10", "-3", "9"] {
        let mut matrix = matrices[0].clone();
        matrix["id"] = json!(id);
        matrices.push(matrix);
    }
    let tms = read(&document).unwrap();
    assert_eq!(tms.zooms(), [-3, 0, 9, 10]);
    assert_eq!(tms.matrix(4).unwrap_err().kind(), ErrorKind::InvalidZoom);
}

#[test]
fn wrong_documents_are_refused_with_the_reason() {
    let wrong = [
        ("/tileMatrices/0/id", json!("1a"), "1a"),
        ("/tileMatrices/0/id", json!("+1"), "+1"),
        ("/tileMatrices/0/id", json!("99999999999"), "99999999999"),
        ("/tileMatrices/0/cellSize", json!(0), "cellSize"),
        ("/tileMatrices/0/cellSize", json!("inf"), "finite"),
        ("/tileMatrices/0/scaleDenominator", json!(-1.0), "scaleDenominator"),
        ("/tileMatrices/0/tileWidth", json!(0), "tileWidth"),
        ("/tileMatrices/0/matrixHeight", json!(1.5), "1.5"),
        ("/tileMatrices/0/matrixWidth", json!(-1), "-1"),
        ("/tileMatrices/0/pointOfOrigin", json!([1.0]), "length"),
        ("/tileMatrices", json!([]), "empty"),
        ("/id", json!("a b"), "a b"),
        ("/orderedAxes", json!(["X"]), "length"),
        ("/crs", json!(3857), "RawCrs"),
    ];
    for (pointer, value, reason) in wrong {
        let mut document = small();
        *document.pointer_mut(pointer).unwrap() = value;
        let error = refused(&document);
        assert_eq!(error.kind(), ErrorKind::Malformed, "{pointer}");
        assert!(error.to_string().contains(reason), "{pointer}: {error}");
    }
    assert_eq!(TileMatrixSet::from_json("{").unwrap_err().kind(), ErrorKind::Malformed);
    assert_eq!(TileMatrixSet::from_json("[]").unwrap_err().kind(), ErrorKind::Malformed);
}

#[test]
fn unknown_and_wrong_members_of_a_matrix_are_refused() {
    let wrong = [
        ("topLeftCorner", json!([0, 0]), "topLeftCorner"),
        ("cornerOfOrigin", json!("middle"), "middle"),
        ("variableMatrixWidths", json!([{"coalesce": 1, "minTileRow": 0, "maxTileRow": 0}]), "coalesce"),
        ("variableMatrixWidths", json!([{"coalesce": 2, "minTileRow": 1, "maxTileRow": 0}]), "minTileRow"),
    ];
    for (key, value, reason) in wrong {
        let mut document = small();
        document["tileMatrices"][0][key] = value;
        let error = refused(&document);
        assert_eq!(error.kind(), ErrorKind::Malformed, "{key}");
        assert!(error.to_string().contains(reason), "{key}: {error}");
    }
    let mut document = small();
    let width = json!({"coalesce": 2, "minTileRow": 0, "maxTileRow": 0});
    document["tileMatrices"][0]["variableMatrixWidths"] = json!(vec![width; 4097]);
    assert!(refused(&document).to_string().contains("4096"));
    let mut document = small();
    let again = document["tileMatrices"][0].clone();
    document["tileMatrices"].as_array_mut().unwrap().push(again);
    assert!(refused(&document).to_string().contains("two tile matrices"));
}

#[test]
fn version_1_is_named() {
    let error = refused(&json!({"supportedCRS": "EPSG:3857", "tileMatrix": []}));
    assert_eq!(error.kind(), ErrorKind::Version1);
    assert!(error.to_string().contains("from_v1"), "{error}");
}

#[test]
fn a_document_can_be_changed_and_validated_again() {
    let mut document = TileMatrixSet::clone(&well_known("WebMercatorQuad").unwrap()).into_document();
    document.id = Some("mine".into());
    document.tile_matrices.truncate(3);
    let tms = TileMatrixSet::try_from(document).unwrap();
    assert_eq!((tms.id(), tms.maxzoom()), (Some("mine"), 2));
    let mut document = tms.into_document();
    document.tile_matrices.clear();
    assert_eq!(TileMatrixSet::try_from(document).unwrap_err().kind(), ErrorKind::Malformed);
}

#[test]
fn registries_know_added_sets() {
    let mut sets = TileMatrixSets::new();
    let error = sets.get("Nowhere").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownSet);
    assert!(error.to_string().contains("Nowhere") && error.to_string().contains("WebMercatorQuad"));
    let small = read(&small()).unwrap();
    sets.register("small", small.clone(), false).unwrap();
    assert_eq!(*sets.get("small").unwrap(), small);
    assert_eq!(sets.ids().count(), 14);
    assert_eq!(sets.register("small", small.clone(), false).unwrap_err().kind(), ErrorKind::Usage);
    assert_eq!(sets.register("WebMercatorQuad", small.clone(), false).unwrap_err().kind(), ErrorKind::Usage);
    sets.register("WebMercatorQuad", small.clone(), true).unwrap();
    assert_eq!(*sets.get("WebMercatorQuad").unwrap(), small);
    assert_eq!(sets.ids().count(), 14);
    assert_eq!(sets.get("Nowhere").unwrap_err().kind(), ErrorKind::UnknownSet);
}

#[test]
fn directories_add_sets_by_file_name() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("mine.json"), small().to_string()).unwrap();
    fs::write(directory.path().join("notes.txt"), "not a set").unwrap();
    let mut sets = TileMatrixSets::new();
    sets.load_directory(directory.path()).unwrap();
    assert_eq!(sets.get("mine").unwrap().id(), Some("small"));

    fs::write(directory.path().join("broken.json"), "{}").unwrap();
    let error = TileMatrixSets::new().load_directory(directory.path()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.to_string().contains("broken.json"), "{error}");
    let missing = sets.load_directory(directory.path().join("missing")).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Io);
    assert!(missing.to_string().contains("missing"), "{missing}");
}
