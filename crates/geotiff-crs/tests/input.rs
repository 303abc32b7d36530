//! CRSs from text: every dialect, and text that is none.

#![allow(clippy::unwrap_used, clippy::panic)]

use geotiff_crs::{Crs, CrsKind, ErrorKind, transformer};

const ESRI: &str = r#"PROJCS["WGS_1984_UTM_Zone_32N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",
    SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],
    PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],
    PARAMETER["Central_Meridian",9.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],
    UNIT["Meter",1.0]]"#;

const GDAL: &str = r#"PROJCS["mine",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],
    PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic_2SP"],
    PARAMETER["latitude_of_origin",40],PARAMETER["central_meridian",10],PARAMETER["standard_parallel_1",30],
    PARAMETER["standard_parallel_2",50],PARAMETER["false_easting",3280.839895],PARAMETER["false_northing",0],
    UNIT["foot",0.3048]]"#;

#[test]
fn esri_definitions_become_epsgs() {
    let crs = Crs::from_user_input(ESRI).unwrap();
    assert_eq!((crs.name(), crs.epsg()), ("WGS 84 / UTM zone 32N", Some(32632)));
}

#[test]
fn a_definition_of_ones_own_keeps_its_name() {
    let crs = Crs::from_user_input(GDAL).unwrap();
    assert_eq!((crs.name(), crs.epsg(), crs.kind()), ("mine", None, CrsKind::Projected));
    assert_eq!(crs.linear_unit().map(|unit| (unit.name(), unit.factor())), Some(("foot", 0.3048)));
    // The false easting is in feet as well: a kilometre.
    let transform = transformer(&Crs::from_epsg(4326).unwrap(), &crs).unwrap();
    let (x, y) = transform.transform_point(10.0, 40.0).unwrap();
    assert!((x - 3_280.839_895).abs() < 1e-6 && y.abs() < 1e-6, "{x} {y}");
}

#[test]
fn proj_strings() {
    let cases = [
        ("+proj=utm +zone=33 +south +datum=WGS84", Some(32733)),
        ("+proj=utm +zone=15 +datum=NAD83 +units=m +no_defs", Some(26915)),
        ("+init=epsg:3035", Some(3035)),
        ("+proj=longlat +datum=WGS84", None),
        ("+proj=lcc +lat_1=38.5 +lat_2=38.5 +lat_0=38.5 +lon_0=-97.5 +R=6371229", None),
    ];
    for (text, code) in cases {
        assert_eq!(Crs::from_user_input(text).unwrap().epsg(), code, "{text}");
    }
}

#[test]
fn angles_in_proj_strings_may_be_sexagesimal() {
    let crs = Crs::from_user_input("+proj=tmerc +lat_0=1d30' +lon_0=9d0'36\"W +ellps=WGS84").unwrap();
    let json = crs.to_projjson();
    let values: Vec<f64> = json["conversion"]["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|p| p["value"].as_f64())
        .collect();
    assert_eq!(values[..2], [1.5, -9.01]);
}

#[test]
fn parameters_to_wgs_84_make_a_bound_crs() {
    let crs = Crs::from_user_input("+proj=longlat +ellps=intl +towgs84=-87,-98,-121").unwrap();
    assert_eq!(crs.kind(), CrsKind::Geographic2D);
    assert!(crs.to_wkt2().starts_with("BOUNDCRS[SOURCECRS[GEOGCRS["));
    assert_eq!(crs.to_projjson()["transformation"]["parameters"][1]["value"], -98);
    // EPSG's operation 1133, ED50 to WGS 84 (1), has the same numbers: 45° N, 10° E as PROJ moves it.
    let transform = transformer(&crs, &Crs::from_epsg(4326).unwrap()).unwrap();
    let (lon, lat) = transform.transform_point(10.0, 45.0).unwrap();
    assert!((lon - 9.998_967_595).abs() < 1e-8 && (lat - 44.999_061_380).abs() < 1e-8, "{lon} {lat}");
}

#[test]
fn text_that_is_no_crs_is_an_error_of_its_kind() {
    let deep = format!("{}1{}", "PROJCS[".repeat(200), "]".repeat(200));
    let cases = [
        ("", ErrorKind::Unsupported),
        ("Atlantis", ErrorKind::Unsupported),
        ("EPSG:999999", ErrorKind::UnknownCode),
        ("ESRI:1", ErrorKind::UnknownCode),
        ("GEOGCS[\"x\"", ErrorKind::Malformed),
        ("GEOGCS[\"x\",DATUM[\"d\",SPHEROID[\"s\",0,0]]]", ErrorKind::Malformed),
        ("{\"type\":\"GeographicCRS\"}", ErrorKind::Malformed),
        ("{", ErrorKind::Malformed),
        ("+proj=nothing", ErrorKind::Unsupported),
        ("+proj=utm +zone=99", ErrorKind::Malformed),
        ("+proj=mill +R_A", ErrorKind::Unsupported),
        (&deep, ErrorKind::Malformed),
    ];
    for (text, kind) in cases {
        assert_eq!(Crs::from_user_input(text).unwrap_err().kind(), kind, "{text:.40}");
    }
}

const ROTATED: &str = r#"GEOGCRS["rotated",BASEGEOGCRS["WGS 84",DATUM["World Geodetic System 1984",
    ELLIPSOID["WGS 84",6378137,298.257223563]]],DERIVINGCONVERSION["pole",METHOD["METHOD_NAME"],PARAMETERS],
    CS[ellipsoidal,2],AXIS["latitude",north,ORDER[1],ANGLEUNIT["degree",0.0174532925199433]],
    AXIS["longitude",east,ORDER[2],ANGLEUNIT["degree",0.0174532925199433]]]"#;

/// Method, its parameters, and where 10° E, 50° N comes out (pyproj 3.7.2).
type Pole = (&'static str, &'static [(&'static str, f64)], (f64, f64));

#[test]
fn rotated_poles() {
    let cases: [Pole; 3] = [
        (
            "PROJ ob_tran o_proj=longlat",
            &[("o_lon_p", -162.0), ("o_lat_p", 39.25), ("lon_0", 180.0)],
            (167.91934779281974, 77.13262375623069),
        ),
        (
            "Pole rotation (GRIB convention)",
            &[
                ("Latitude of the southern pole (GRIB convention)", -30.0),
                ("Longitude of the southern pole (GRIB convention)", -15.0),
                ("Axis rotation (GRIB convention)", 10.0),
            ],
            (5.883432712917786, -6.97824659446192),
        ),
        (
            "Pole rotation (netCDF CF convention)",
            &[
                ("Grid north pole latitude (netCDF CF convention)", 39.25),
                ("Grid north pole longitude (netCDF CF convention)", -162.0),
                ("North pole grid longitude (netCDF CF convention)", 5.0),
            ],
            (-0.1326447995161908, -0.4724280878272969),
        ),
    ];
    for (method, parameters, (want_x, want_y)) in cases {
        let parameters: Vec<String> = parameters
            .iter()
            .map(|(name, value)| {
                format!(r#"PARAMETER["{name}",{value},ANGLEUNIT["degree",0.0174532925199433]]"#)
            })
            .collect();
        let wkt = ROTATED.replace("METHOD_NAME", method).replace("PARAMETERS", &parameters.join(","));
        let crs = Crs::from_user_input(&wkt).unwrap();
        assert_eq!((crs.kind(), crs.epsg()), (CrsKind::Geographic2D, None));
        assert_eq!(crs.geographic().unwrap().name(), "WGS 84");
        for text in [crs.to_wkt2(), crs.to_projjson().to_string()] {
            assert_eq!(Crs::from_user_input(&text).unwrap().to_wkt2(), crs.to_wkt2());
        }
        let wgs84 = Crs::from_epsg(4326).unwrap();
        let (x, y) = transformer(&wgs84, &crs).unwrap().transform_point(10.0, 50.0).unwrap();
        assert!((x - want_x).abs() < 1e-9 && (y - want_y).abs() < 1e-9, "{method}: {x} {y}");
        let (lon, lat) = transformer(&crs, &wgs84).unwrap().transform_point(x, y).unwrap();
        assert!((lon - 10.0).abs() < 1e-9 && (lat - 50.0).abs() < 1e-9, "{method}: back at {lon} {lat}");
    }
}
