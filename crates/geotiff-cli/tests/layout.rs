//! `geotiff validate` and `geotiff tms`: how a file is cut into tiles.

mod support;

use support::{fixture, follows_schema, geotiff, manifest};

/// rio-cogeo's verdict on fixtures of two subjects.
#[test]
fn a_verdict_says_why() {
    let (mut valid, mut not) = (0, 0);
    let asked = |subject: &str| ["cog", "samples"].contains(&subject);
    for record in manifest().iter().filter(|record| record["subject"].as_str().is_some_and(asked)) {
        let src = fixture(record["path"].as_str().expect("a path"));
        let run = geotiff(&["validate", &src, "--json"]);
        assert_eq!(run.stderr, "");
        let answer: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
        follows_schema(&answer, "validate.json");
        assert_eq!(answer["valid"], record["cog"], "{src}: {answer}");
        assert_eq!(run.code, i32::from(answer["valid"] == false), "{src}");
        assert_eq!(answer["errors"].as_array().expect("errors").is_empty(), answer["valid"] == true);
        let text = geotiff(&["validate", &src]).stdout;
        if answer["valid"] == true {
            valid += 1;
            assert!(text.contains("is a Cloud-Optimized GeoTIFF\n"), "{text}");
        } else {
            not += 1;
            assert!(text.contains("is not a Cloud-Optimized GeoTIFF\nerror: "), "{text}");
        }
    }
    assert!(valid > 0 && not > 0, "{valid} are COGs, {not} are not");
}

#[test]
fn the_set_of_a_file_has_its_levels() {
    let src = fixture("scene.tif");
    let info = geotiff(&["info", "--json", &src]).json();
    let set = geotiff(&["tms", &src]).json();
    let matrices = set["tileMatrices"].as_array().expect("tile matrices");
    assert_eq!(matrices.len(), 1 + info["overviews"].as_array().expect("overviews").len());
    let finest = matrices.last().expect("a level");
    let [height, width] = [0, 1].map(|axis| info["block_shape"][axis].as_u64().expect("a length"));
    assert_eq!((finest["tileHeight"].as_u64(), finest["tileWidth"].as_u64()), (Some(height), Some(width)));
    assert_eq!(finest["matrixWidth"].as_u64(), info["width"].as_u64().map(|columns| columns.div_ceil(width)));
    let code = info["crs"]["epsg"].as_u64().expect("a code");
    assert!(
        set["crs"].to_string().ends_with(&format!("/{code}\""))
            || set["crs"]["uri"].to_string().ends_with(&format!("/{code}\"")),
        "{}",
        set["crs"]
    );
}
