//! CRSs by code; expected values are pyproj 3.7.2's.

use geotiff_crs::{AxisDirection, Crs, CrsKind, ErrorKind, UnitKind};

#[test]
fn names_kinds_and_units() {
    let cases = [
        (4326, "WGS 84", CrsKind::Geographic2D, "degree", 111_319.490_793_273_57),
        (4979, "WGS 84", CrsKind::Geographic3D, "degree", 111_319.490_793_273_57),
        (4978, "WGS 84", CrsKind::Geocentric, "metre", 1.0),
        (3857, "WGS 84 / Pseudo-Mercator", CrsKind::Projected, "metre", 1.0),
        (32632, "WGS 84 / UTM zone 32N", CrsKind::Projected, "metre", 1.0),
        (2263, "NAD83 / New York Long Island (ftUS)", CrsKind::Projected, "US survey foot", 1200.0 / 3937.0),
        (27572, "NTF (Paris) / Lambert zone II", CrsKind::Projected, "metre", 1.0),
        (5703, "NAVD88 height", CrsKind::Vertical, "metre", 1.0),
        (7405, "OSGB36 / British National Grid + ODN height", CrsKind::Compound, "metre", 1.0),
    ];
    for (code, name, kind, unit, metres) in cases {
        let crs = Crs::from_epsg(code).unwrap();
        assert_eq!((crs.name(), crs.kind(), crs.epsg()), (name, kind, Some(code)));
        assert!(
            (crs.meters_per_unit() - metres).abs() <= 1e-13 * metres,
            "{code}: {}",
            crs.meters_per_unit()
        );
        let found = crs.linear_unit().or(crs.angular_unit()).or(crs.vertical_unit()).unwrap();
        assert_eq!(found.name(), unit, "{code}");
    }
}

#[test]
fn axes_keep_the_order_of_epsg() {
    let crs = Crs::from_epsg(4326).unwrap();
    let names: Vec<_> = crs.axes().iter().map(|axis| (axis.abbreviation(), axis.direction())).collect();
    assert_eq!(names, [("Lat", AxisDirection::North), ("Lon", AxisDirection::East)]);
    assert!(crs.is_northing_first());
    assert!(!Crs::from_user_input("OGC:CRS84").unwrap().is_northing_first());
    assert!(Crs::from_epsg(2193).unwrap().is_northing_first());
    assert!(!Crs::from_epsg(32632).unwrap().is_northing_first());
    let ups = Crs::from_epsg(32661).unwrap();
    assert_eq!(ups.axes()[0].meridian(), Some(180.0));
    assert!(ups.is_northing_first());
}

#[test]
fn units_of_angle() {
    let crs = Crs::from_epsg(4807).unwrap();
    let unit = crs.angular_unit().unwrap();
    assert_eq!((unit.name(), unit.kind()), ("grad", UnitKind::Angular));
    assert!((unit.factor() - 0.015_707_963_267_948_9).abs() < 1e-17);
    assert_eq!(Crs::from_epsg(4326).unwrap().linear_unit(), None);
}

#[test]
fn uris() {
    assert_eq!(Crs::from_epsg(32612).unwrap().uri().unwrap(), "http://www.opengis.net/def/crs/EPSG/0/32612");
    let crs84 = Crs::from_user_input("urn:ogc:def:crs:OGC:1.3:CRS84").unwrap();
    assert_eq!(crs84.uri().unwrap(), "http://www.opengis.net/def/crs/OGC/1.3/CRS84");
    for text in [
        "EPSG:4326",
        "epsg:4326",
        "4326",
        "urn:ogc:def:crs:EPSG::4326",
        "https://www.opengis.net/def/crs/EPSG/0/4326",
    ] {
        assert_eq!(Crs::from_user_input(text).unwrap().epsg(), Some(4326), "{text}");
    }
}

#[test]
fn ellipsoid_area_and_deprecation() {
    let crs = Crs::from_epsg(27700).unwrap();
    assert_eq!(crs.semi_major_axis(), Some(6_377_563.396));
    assert_eq!(crs.inverse_flattening(), Some(299.324_964_6));
    assert_eq!(crs.area_of_use(), Some([-9.01, 49.75, 2.01, 61.01]));
    assert!(!crs.is_deprecated());
    assert!(Crs::from_epsg(26591).unwrap().is_deprecated());
    assert_eq!(crs.geographic().unwrap().epsg(), Some(4277));
}

#[test]
fn parts_of_a_compound_crs() {
    let crs = Crs::from_epsg(7405).unwrap();
    assert_eq!(crs.horizontal().unwrap().epsg(), Some(27700));
    assert_eq!(crs.vertical().unwrap().epsg(), Some(5701));
    assert!(crs.is_projected() && !crs.is_geographic());
}

#[test]
fn unknown_codes_are_told_apart() {
    for code in [0, 1, 32767, 999_999] {
        assert_eq!(Crs::from_epsg(code).unwrap_err().kind(), ErrorKind::UnknownCode, "{code}");
    }
}
