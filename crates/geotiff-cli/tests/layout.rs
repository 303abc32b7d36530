//! `geotiff validate`, `tms`, `tile` and `warp`: how a file is cut into tiles, and tiles of maps.

mod support;

use support::{Npy, fixture, follows_schema, geotiff, manifest};

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

/// The world of Web Mercator, in metres from its centre.
const HALF: f64 = 20_037_508.342_789_244;

#[test]
fn a_tile_is_the_warp_of_its_bounds() {
    let src = fixture("scene.tif");
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let info = geotiff(&["info", "--json", &src]).json();
    let transform = |index: usize| info["transform"][index].as_f64().expect("a number");
    // A tile at zoom 8 that holds the scene's corner: 11.1 degrees east and 47.5 degrees north are at about 135, 89.
    assert_eq!(
        info["crs"]["epsg"],
        32632,
        "the tile below is where the scene is: {} {}",
        transform(2),
        transform(5)
    );
    let (zoom, x, y) = (8, 135, 89);
    let side = 2.0 * HALF / f64::from(1 << zoom);
    let [left, top] = [f64::from(x) * side - HALF, HALF - f64::from(y) * side];
    geotiff(&["tile", &src, &format!("{zoom}/{x}/{y}"), "-o", &path("tile.npy")]).succeeds();
    let bbox = format!("{left},{},{},{top}", top - side, left + side);
    let size = ["--crs", "EPSG:3857", "--bbox", &bbox, "--size", "256x256"];
    geotiff(&[&["warp", &src, "-o", &path("warp.npy")], size.as_slice()].concat()).succeeds();
    let (tile, warp) = (Npy::read(path("tile.npy").as_ref()), Npy::read(path("warp.npy").as_ref()));
    assert_eq!(tile.shape, [3, 256, 256]);
    assert!(tile.data.iter().any(|value| *value != 0), "the tile is empty");
    assert_eq!(tile, warp);

    geotiff(&["tile", &src, &format!("{zoom}/{x}/{y}"), "-o", &path("tile.png")]).succeeds();
    geotiff(&[&["warp", &src, "-o", &path("warp.tif")], size.as_slice()].concat()).succeeds();
    let warped = geotiff(&["info", "--json", &path("warp.tif")]).json();
    assert_eq!((&warped["crs"]["epsg"], &warped["width"]), (&3857.into(), &256.into()));
}

#[test]
fn tiles_that_cannot_be_are_told() {
    let src = fixture("scene.tif");
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("tile.png");
    let out = out.to_str().expect("UTF-8");
    let run = geotiff(&["tile", &src, "1/5/0", "-o", out]).fails_with(&["scene.tif", "1/5/0"]);
    assert_eq!(run.stderr.matches("tile outside its matrix").count(), 1, "{}", run.stderr);
    geotiff(&["tile", &src, "0/0/0", "-o", out, "--tms", "Nowhere"]).fails_with(&["Nowhere"]);
    geotiff(&["tile", &src, "8/0/0", "-o", out]).fails_with(&["scene.tif"]);
    geotiff(&["tile", &src, "0/0/0", "-o", out, "--bands", "1", "--colormap", "nothing"])
        .fails_with(&["nothing"]);
    geotiff(&["warp", &src, "-o", out, "--crs", "EPSG:1", "--bbox", "0,0,1,1", "--size", "8x8"])
        .fails_with(&["EPSG:1"]);
    let warp = |crs: &str, bbox: &str| {
        geotiff(&["warp", &src, "-o", out, "--crs", crs, "--bbox", bbox, "--size", "8x8"])
    };
    warp("EPSG:4326", "20,10,21,11").fails_with(&["scene.tif", "outside the image", "20,10,21,11"]);
    warp("EPSG:4326", "21,10,20,11").refused_as_usage();
    warp("EPSG:4326", "20,11,21,10").refused_as_usage();
    geotiff(&["read", &src, "-o", out, "--bbox", "21,10,20,11"]).refused_as_usage();
    geotiff(&["tile", &src, "8/135/89", "-o", out, "--bands", "99"]).fails_with(&["scene.tif", "band 99"]);
    let local = "LOCAL_CS[\"a building\",UNIT[\"metre\",1]]";
    warp(local, "0,0,1,1").fails_with(&["a building"]);
    geotiff(&["tile", &src, "8", "-o", out]).refused_as_usage();
    geotiff(&["tile", &src, "0/0/0", "-o", &out.replace("png", "gif")]).refused_as_usage();
    assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 0, "no file is left");
}

#[test]
fn pictures_of_tiles_are_what_their_names_say() {
    let src = fixture("scene.tif");
    let folder = tempfile::tempdir().expect("a folder");
    // The scene covers a part of the tile.
    for (name, start) in [
        ("tile.png", b"\x89PNG\r\n\x1a\n".as_slice()),
        ("tile.jpg", b"\xff\xd8\xff"),
        ("tile.jpeg", b"\xff\xd8\xff"),
        ("tile.webp", b"RIFF"),
    ] {
        let out = folder.path().join(name);
        geotiff(&["tile", &src, "8/135/89", "-o", out.to_str().expect("UTF-8")]).succeeds();
        assert!(std::fs::read(&out).expect("written").starts_with(start), "{name}");
    }
    let png = std::fs::File::open(folder.path().join("tile.png")).expect("written");
    let reader = png::Decoder::new(std::io::BufReader::new(png)).read_info().expect("a PNG");
    assert_eq!((reader.info().width, reader.info().color_type), (256, png::ColorType::Rgba));
    geotiff(&["read", &src, "-o", folder.path().join("a.jpg").to_str().expect("UTF-8")]).refused_as_usage();
}

#[test]
fn ranges_and_colours_make_tiles_of_bytes() {
    let src = fixture("scene.tif");
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("tile.npy");
    let options = ["--bands", "2", "--rescale", "0,255", "--colormap", "viridis", "--tms", "WebMercatorQuad"];
    let out_text = out.to_str().expect("UTF-8");
    geotiff(&[&["tile", &src, "12/2170/1432", "-o", out_text], options.as_slice()].concat()).succeeds();
    let tile = Npy::read(&out);
    assert_eq!((tile.shape.as_slice(), tile.dtype()), ([3, 256, 256].as_slice(), "uint8"));
}
