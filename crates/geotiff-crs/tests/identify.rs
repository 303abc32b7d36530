//! EPSG codes of definitions without one: what rasterio 1.4.4's `to_epsg` says of them.

#![allow(clippy::unwrap_used, clippy::panic)]

use geotiff_crs::Crs;

const WGS84: &str = "298.257223563";
const GRS80: &str = "298.257222101";
const EAST_NORTH: &str = r#"AXIS["easting",east,ORDER[1],LENGTHUNIT["metre",1]],AXIS["northing",north,ORDER[2],LENGTHUNIT["metre",1]]"#;
const NORTH_EAST: &str = r#"AXIS["northing",north,ORDER[1],LENGTHUNIT["metre",1]],AXIS["easting",east,ORDER[2],LENGTHUNIT["metre",1]]"#;

fn datum(name: &str, axis: &str, flattening: &str) -> String {
    format!(
        r#"DATUM["{name}",ELLIPSOID["x",{axis},{flattening},LENGTHUNIT["metre",1]]],PRIMEM["Greenwich",0,ANGLEUNIT["degree",0.0174532925199433]]"#
    )
}

#[test]
fn geographic() {
    let cases = [
        ("WGS 84", "unknown", WGS84, Some(4326)),
        ("WGS84", "unknown", WGS84, Some(4326)),
        ("WGS 84", "foo", WGS84, None),
        ("WGS 84", "unnamed", WGS84, None),
        ("WGS 84", "Unknown based on WGS 84 ellipsoid", WGS84, None),
        ("WGS 84", "unknown", GRS80, None),
        ("unknown", "unknown", WGS84, None),
        ("ETRS89", "unknown", GRS80, Some(4258)),
        ("ETRS89", "foo", GRS80, None),
        ("SIRGAS 2000", "unknown", GRS80, Some(4674)),
        ("foo", "SIRGAS 2000", GRS80, Some(4674)),
        ("unknown", "SIRGAS 2000", GRS80, Some(4674)),
        ("foo", "D_ETRS_1989", GRS80, Some(4258)),
        ("foo", "World Geodetic System 1984", WGS84, Some(4326)),
        ("WGS 84", "World Geodetic System 1984", GRS80, None),
    ];
    for (name, of, flattening, code) in cases {
        let datum = datum(of, "6378137", flattening);
        let wkt = format!(
            r#"GEOGCRS["{name}",{datum},CS[ellipsoidal,2],AXIS["latitude",north,ORDER[1],ANGLEUNIT["degree",0.0174532925199433]],AXIS["longitude",east,ORDER[2],ANGLEUNIT["degree",0.0174532925199433]]]"#
        );
        assert_eq!(Crs::from_user_input(&wkt).unwrap().epsg(), code, "{name} on {of}, 1/{flattening}");
    }
}

/// A transverse Mercator: name, datum, `(axis, flattening)`, central meridian, scale, false easting, axes.
fn mercator(name: &str, of: &str, shape: (&str, &str), lon: i32, (k, fe): (f64, f64), axes: &str) -> Crs {
    let datum = datum(of, shape.0, shape.1);
    let angle = r#"ANGLEUNIT["degree",0.0174532925199433]"#;
    let wkt = format!(
        r#"PROJCRS["{name}",BASEGEOGCRS["unknown",{datum}],CONVERSION["unnamed",METHOD["Transverse Mercator",ID["EPSG",9807]],PARAMETER["Latitude of natural origin",0,{angle},ID["EPSG",8801]],PARAMETER["Longitude of natural origin",{lon},{angle},ID["EPSG",8802]],PARAMETER["Scale factor at natural origin",{k},SCALEUNIT["unity",1],ID["EPSG",8805]],PARAMETER["False easting",{fe},LENGTHUNIT["metre",1],ID["EPSG",8806]],PARAMETER["False northing",0,LENGTHUNIT["metre",1],ID["EPSG",8807]]],CS[Cartesian,2],{axes}]"#
    );
    Crs::from_user_input(&wkt).unwrap()
}

#[test]
fn projected() {
    let (grs80, wgs84, bessel) = (("6378137", GRS80), ("6378137", WGS84), ("6377397.155", "299.1528128"));
    let utm = |name, of, shape| mercator(name, of, shape, 9, (0.9996, 500_000.0), EAST_NORTH).epsg();
    assert_eq!(utm("foo", "unknown", grs80), Some(25832));
    assert_eq!(utm("unknown", "unknown", wgs84), Some(32632));
    assert_eq!(utm("foo", "European Terrestrial Reference System 1989", grs80), Some(25832));
    assert_eq!(utm("foo", "foo", grs80), None);
    assert_eq!(utm("ETRS89 / UTM zone 32N", "unknown", grs80), Some(25832));
    let gauss = |name, of, axes| mercator(name, of, bessel, 15, (1.0, 5_500_000.0), axes).epsg();
    let dhdn = "Deutsches Hauptdreiecksnetz";
    // The axes tell EPSG:31469 from EPSG:5679, unless the name does.
    assert_eq!(gauss("foo", dhdn, NORTH_EAST), Some(31469));
    assert_eq!(gauss("foo", dhdn, EAST_NORTH), Some(5679));
    assert_eq!(gauss("DHDN / 3-degree Gauss-Kruger zone 5", dhdn, EAST_NORTH), Some(31469));
    assert_eq!(gauss("DHDN / 3-degree Gauss-Kruger zone 5 (E-N)", dhdn, EAST_NORTH), Some(5679));
    // Of several the first by name: DB_REF before DHDN.
    assert_eq!(gauss("foo", "unknown", EAST_NORTH), Some(5685));
}

const ALBERS: &str = r#"PROJCS["USA_Contiguous_Albers_Equal_Area_Conic_USGS_version",GEOGCS["GCS_North_American_1983",
    DATUM["D_North_American_1983",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],
    UNIT["Degree",0.017453292519943295]],PROJECTION["Albers"],PARAMETER["false_easting",0.0],
    PARAMETER["false_northing",0.0],PARAMETER["central_meridian",-96.0],PARAMETER["standard_parallel_1",29.5],
    PARAMETER["standard_parallel_2",45.5],PARAMETER["latitude_of_origin",23.0],UNIT["Meter",1.0]]"#;

#[test]
fn esris_name_is_esris_code() {
    let crs = Crs::from_user_input(ALBERS).unwrap();
    assert_eq!((crs.authority(), crs.epsg()), (Some(("ESRI", "102039")), None));
    // The same under another name is EPSG's, though its axes are not written out.
    let other = Crs::from_user_input(&ALBERS.replace("_USGS_version", "_mine")).unwrap();
    assert_eq!((other.authority(), other.epsg()), (None, Some(5070)));
    for (code, name) in [(54030, "World_Robinson"), (102008, "North_America_Albers_Equal_Area_Conic")] {
        let crs = Crs::from_user_input(&format!("ESRI:{code}")).unwrap();
        assert_eq!((crs.name(), crs.authority()), (name, Some(("ESRI", code.to_string().as_str()))));
    }
}
