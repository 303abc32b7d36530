//! Transforms by PROJ itself; expected values are pyproj 3.7.2's (no grids, `always_xy`).

#![cfg(feature = "proj")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::excessive_precision)]

use std::thread;

use geotiff_crs::{Crs, ErrorKind, proj};

type Point = (f64, f64);

const POINTS: &[(&str, &str, Point, Point)] = &[
    ("EPSG:4326", "EPSG:2193", (174.0, -41.0), (1684102.1344457027, 5460761.410740666)),
    ("EPSG:4326", "EPSG:5514", (15.0, 50.0), (-703011.8819030909, -1058147.274048979)),
    ("EPSG:4326", "EPSG:2263", (-74.0, 40.7), (984250.0000000001, 194305.3389411525)),
    ("EPSG:26713", "EPSG:3857", (500000.0, 4000000.0), (-11688606.994315643, 4320807.652849368)),
    ("+proj=utm +zone=32 +datum=WGS84", "EPSG:4326", (500000.0, 0.0), (9.0, 0.0)),
];

fn check() {
    for (from, to, (x, y), (want_x, want_y)) in POINTS {
        let crs = |text| Crs::from_user_input(text).unwrap();
        let transform = proj::transformer(&crs(from), &crs(to)).unwrap();
        let (got_x, got_y) = transform.transform_point(*x, *y).unwrap();
        assert!((got_x - want_x).abs() < 1e-3 && (got_y - want_y).abs() < 1e-3, "{to}: {got_x} {got_y}");
    }
}

#[test]
fn points_come_out_where_pyproj_puts_them() {
    check();
}

#[test]
fn a_transform_serves_many_threads() {
    let from = Crs::from_epsg(4326).unwrap();
    let transform = proj::transformer(&from, &Crs::from_epsg(32632).unwrap()).unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let (x, y) = transform.transform_point(9.0, 0.0).unwrap();
                assert!((x - 500_000.0).abs() < 1e-6 && y.abs() < 1e-6);
                check();
            });
        }
    });
}

#[test]
fn methods_without_formulas_here_are_projs() {
    let from = Crs::from_epsg(4326).unwrap();
    let times = Crs::from_user_input("+proj=times +datum=WGS84").unwrap();
    assert_eq!(geotiff_crs::transformer(&from, &times).err().unwrap().kind(), ErrorKind::Unsupported);
    assert!(proj::transformer(&from, &times).unwrap().transform_point(20.0, 10.0).is_some());
}

#[test]
fn points_outside_become_nan_and_the_rest_goes_on() {
    let transform =
        proj::transformer(&Crs::from_epsg(4326).unwrap(), &Crs::from_epsg(32632).unwrap()).unwrap();
    let (mut xs, mut ys) = ([f64::NAN, 9.0], [0.0, 0.0]);
    transform.transform(&mut xs, &mut ys);
    assert!(xs[0].is_nan() && ys[0].is_nan());
    assert!((xs[1] - 500_000.0).abs() < 1e-6);
}
