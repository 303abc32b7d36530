//! GeoTIFF files that the command writes say what GDAL says of the files that they were read from.

mod support;

use serde_json::{Value, json};
use support::{fixture, geotiff, manifest};

/// Fixtures of every subject that a file has something to say of, and what does not survive.
const FILES: [(&str, &[&str]); 17] = [
    ("scene.tif", &["tags"]),
    ("files/colour/palette-4.tif", &[]),
    ("files/colour/palette-nodata.tif", &[]),
    ("files/colour/interp-all.tif", &[]),
    ("files/colour/rgb-and-extra-pixel.tif", &[]),
    ("files/colour/rgba-premultiplied-pixel.tif", &[]),
    ("files/colour/rgba-uint16-band.tif", &[]),
    ("files/crs/lcc-2sp.tif", &[]),
    ("files/georef/gcps-point.tif", &[]),
    ("files/georef/north-up-point.tif", &[]),
    ("files/georef/rotated-area.tif", &[]),
    ("files/georef/rpc.tif", &[]),
    ("files/masks/internal-8-bit.tif", &[]),
    ("files/masks/alpha-graded.tif", &[]),
    ("files/metadata/all.tif", &[]),
    ("files/metadata/baseline.tif", &[]),
    ("files/nodata/float32-9999.tif", &[]),
];
/// What rasterio reports of a file beside its layout. (RPCs are compared as text in their domain.)
const KEYS: [&str; 16] = [
    "width",
    "height",
    "count",
    "dtype",
    "nodata",
    "transform",
    "bounds",
    "colorinterp",
    "mask_flags",
    "scales",
    "offsets",
    "units",
    "descriptions",
    "band_tags",
    "stats",
    "gcps",
];

fn written(src: &str, more: &[&str]) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out.tif");
    let out = out.to_str().expect("UTF-8");
    geotiff(&[&["read", &fixture(src), "-o", out], more].concat()).succeeds();
    geotiff(&["info", "--json", out]).json()
}

#[test]
fn a_copy_says_what_gdal_says_of_the_file() {
    let facts = manifest();
    for (path, lost) in FILES {
        let expected = facts.iter().find(|facts| facts["path"] == path).expect("in the manifest");
        let found = written(path, &[]);
        for key in KEYS {
            assert_eq!(found[key], expected[key], "{path}: {key}");
        }
        assert_eq!(found["crs"]["epsg"], expected["crs"]["epsg"], "{path}");
        for (domain, items) in expected["tags"].as_object().expect("domains") {
            if domain != "IMAGE_STRUCTURE" && !lost.contains(&"tags") {
                assert_eq!(&found["tags"][domain], items, "{path}: {domain}");
            }
        }
        assert_eq!((&found["compression"], &found["tiled"]), (&json!("DEFLATE"), &json!(true)), "{path}");
    }
}

#[test]
fn parts_keep_their_place_and_lose_the_statistics() {
    let rpc = |info: &Value, key: &str| info["rpcs"][key].as_f64().expect("a number");
    let whole = written("files/georef/rpc.tif", &[]);
    let part = written("files/georef/rpc.tif", &["--window", "2,1,4,4", "--size", "2x2"]);
    // Half as many pixels, the first centre of which lies at 3, 2 of the file (0.5, 0.5 of the part).
    assert_eq!(rpc(&part, "samp_off"), (rpc(&whole, "samp_off") + 0.5 - 2.0) / 2.0 - 0.5);
    assert_eq!(rpc(&part, "line_off"), (rpc(&whole, "line_off") + 0.5 - 1.0) / 2.0 - 0.5);
    assert_eq!(rpc(&part, "samp_scale"), rpc(&whole, "samp_scale") / 2.0);
    let gcp = |info: &Value, key: &str| info["gcps"][0][key].as_f64().expect("a number");
    let (whole, part) =
        (written("files/georef/gcps.tif", &[]), written("files/georef/gcps.tif", &["--window", "2,1,4,4"]));
    assert_eq!((gcp(&part, "col"), gcp(&part, "row")), (gcp(&whole, "col") - 2.0, gcp(&whole, "row") - 1.0));
    let part = written("files/metadata/all.tif", &["--window", "0,0,2,2"]);
    assert_eq!((&part["stats"][0], &part["band_tags"][0]["BAND_KEY"]), (&Value::Null, &json!("one")));
}

#[test]
fn masks_that_differ_between_bands_are_not_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out.tif");
    let out = out.to_str().expect("UTF-8");
    let src = fixture("files/masks/beside-own.tif");
    geotiff(&["read", &src, "-o", out]).fails_with(&["masks differ", "--bands"]);
    let band = written("files/masks/beside-own.tif", &["--bands", "2"]);
    assert_eq!(band["mask_flags"], json!([["per_dataset"]]));
    let alike = written("files/masks/beside-shared.tif", &[]);
    assert_eq!(alike["mask_flags"], json!([["per_dataset"], ["per_dataset"], ["per_dataset"]]));
}

/// Warping to a CRS without a code writes GeoKeys that define it.
#[test]
fn a_crs_without_a_code_is_defined() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out.tif");
    let out = out.to_str().expect("UTF-8");
    let src = fixture("scene.tif");
    let parameters = |crs: &Value| -> Vec<(u64, f64)> {
        let parameters = crs["projjson"]["conversion"]["parameters"].as_array().expect("parameters");
        let number = |of: &Value| {
            (of["id"]["code"].as_u64().expect("a code"), of["value"].as_f64().expect("a number"))
        };
        parameters.iter().map(number).collect()
    };
    for (crs, bbox, expected) in [
        (
            "+proj=laea +lat_0=47.5 +lon_0=10.7 +x_0=5000 +y_0=0 +ellps=GRS80 +units=m",
            "0,-5000,10000,5000",
            vec![(8801, 47.5), (8802, 10.7), (8806, 5000.0), (8807, 0.0)],
        ),
        (
            "+proj=lcc +lat_0=47 +lon_0=10 +lat_1=46 +lat_2=49 +x_0=0 +y_0=-50000 +a=6370000 +b=6370000",
            "45000,-5000,65000,15000",
            vec![(8821, 47.0), (8822, 10.0), (8823, 46.0), (8824, 49.0), (8826, 0.0), (8827, -50000.0)],
        ),
    ] {
        geotiff(&["warp", &src, "-o", out, "--crs", crs, "--bbox", bbox, "--size", "20x20"]).succeeds();
        let found = geotiff(&["info", "--json", out]).json();
        let mut found = parameters(&found["crs"]);
        found.sort_by_key(|(code, _)| *code);
        assert_eq!(found, expected, "{crs}");
    }
    // There is no number for Mollweide: the pixels are written, and a warning.
    let run = geotiff(&[
        "warp",
        &src,
        "-o",
        out,
        "--crs",
        "+proj=moll +lon_0=10",
        "--bbox",
        "0,5000000,100000,6000000",
        "--size",
        "9x9",
    ]);
    assert_eq!((run.code, run.stderr.lines().count()), (0, 1), "{run:?}");
    assert!(run.stderr.contains("warning") && run.stderr.contains("no CRS"), "{run:?}");
}
