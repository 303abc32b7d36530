//! Transforms of points and boxes; expected values are pyproj 3.7.2's (PROJ 9.5.1, no grids, `always_xy`).

#![allow(clippy::unwrap_used, clippy::panic, clippy::excessive_precision)]

use std::thread;

use geotiff_crs::{Crs, DENSIFY, ErrorKind, transform_bounds, transformer};

type Point = (f64, f64);
type Codes = (u32, u32);

const POINTS: &[(Codes, Point, Point)] = &[
    ((4326, 3857), (0.0, 90.0), (0.0, 242528680.94374272)),
    ((4326, 3857), (190.0, 10.0), (-18924313.434856508, 1118889.9748579594)),
    ((4326, 3857), (180.0, 10.0), (20037508.342789244, 1118889.9748579594)),
    ((4326, 3857), (540.0, 10.0), (-20037508.342789244, 1118889.9748579594)),
    ((3857, 4326), (20038508.342789244, 0.0), (-179.9910168471588, 0.0)),
    ((3857, 4326), (0.0, 300000000.0), (0.0, 90.0)),
    ((4326, 2193), (174.0, -41.0), (1684102.1344457027, 5460761.410740666)),
    ((4326, 2048), (19.5, -30.0), (-48243.44860596935, 3320218.6505056345)),
    ((4326, 5514), (15.0, 50.0), (-703011.8819030909, -1058147.274048979)),
    ((4326, 5513), (15.0, 50.0), (1058147.274048979, 703011.8819030909)),
    ((4326, 32661), (30.0, 85.0), (2277728.6956913387, 1518959.7883427655)),
    ((4326, 4807), (5.0, 45.0), (2.9592702009835783, 50.000011986122644)),
    ((4326, 27572), (3.0, 46.0), (651391.9224918523, 2111302.274505972)),
    ((4326, 27700), (-2.0, 52.0), (400096.82934256934, 233506.47389757365)),
    ((4326, 4267), (-100.0, 40.0), (-99.99958442682077, 40.00000311609789)),
    ((4326, 4230), (10.0, 45.0), (10.001026523399911, 45.00093304731247)),
    ((4326, 2056), (8.0, 47.0), (2642695.4201549254, 1205590.522287224)),
    ((4326, 2263), (-74.0, 40.7), (984250.0000000001, 194305.3389411525)),
    ((4326, 31370), (4.5, 50.5), (159311.75391254446, 132142.33092671167)),
    ((4326, 28992), (5.5, 52.2), (162711.3674215184, 467993.57892803365)),
    ((26713, 3857), (500000.0, 4000000.0), (-11688606.994315643, 4320807.652849368)),
    ((2154, 3035), (652000.0, 6862000.0), (3760301.878062113, 2889494.485790414)),
    ((4326, 6933), (20.0, 30.0), (1929725.60501793, 3658789.324855009)),
    ((4326, 3973), (20.0, 60.0), (1127940.0187352346, -3098989.7319742814)),
    ((4326, 3975), (20.0, 30.0), (1925954.7957631578, 3678302.7110069785)),
    ((4326, 3410), (20.0, 30.0), (1926021.5492985412, 3678430.20086848)),
    ((4326, 22275), (15.2, -29.0), (-19488.39568966913, 3209032.4123143083)),
    ((4326, 4120), (23.0, 38.0), (22.99824931600655, 37.99901849930242)),
];

const BOUNDS: &[(Codes, [f64; 4], [f64; 4])] = &[
    ((3413, 4326), [-1000000.0, -1000000.0, 1000000.0, 1000000.0], [-180.0, 76.99881553168267, 180.0, 90.0]),
    (
        (3031, 4326),
        [-1000000.0, 1000000.0, 2000000.0, 3000000.0],
        [-45.0, -80.80582082549542, 63.43494882292201, -57.667332717707545],
    ),
    (
        (4326, 3857),
        [-180.0, -85.0, 180.0, 85.0],
        [-20037508.342789244, -19971868.880408566, 20037508.342789244, 19971868.880408566],
    ),
    (
        (4326, 3857),
        [170.0, -40.0, -170.0, -10.0],
        [-20037508.342789244, -4865942.279503175, 20037508.342789244, -1118889.9748579594],
    ),
    (
        (4326, 32632),
        [6.0, 40.0, 12.0, 60.0],
        [243900.3520297224, 4427757.218738374, 756099.6479702777, 6655205.483634564],
    ),
    (
        (32601, 4326),
        [200000.0, 1000000.0, 500000.0, 2000000.0],
        [-179.83400839315183, 9.03640810539865, -177.0, 18.088708943127365],
    ),
    (
        (2193, 4326),
        [1000000.0, 4700000.0, 3000000.0, 6200000.0],
        [165.01957224951127, -47.85231293731484, -168.77587665716484, -33.41878306905491],
    ),
    (
        (3832, 4326),
        [-4000000.0, -2000000.0, 4000000.0, 2000000.0],
        [114.06738863521916, -17.790560385794684, -174.06738863521912, 17.790560385794684],
    ),
    (
        (4326, 3413),
        [-180.0, 60.0, 180.0, 90.0],
        [-3314693.23913965, -3314693.23913965, 3314693.23913965, 3314693.23913965],
    ),
    (
        (3035, 4326),
        [2500000.0, 1300000.0, 7000000.0, 5500000.0],
        [-35.11678656253756, 30.30449967168404, 68.13535355040352, 72.66362529472997],
    ),
    (
        (4326, 2263),
        [-74.3, 40.4, -73.6, 41.0],
        [900691.5972707452, 85008.31875161546, 1095661.034246169, 303858.95502003],
    ),
    (
        (4326, 4807),
        [0.0, 40.0, 10.0, 50.0],
        [-2.596140626819648, 44.44430255652075, 8.514653414108086, 55.55565562551952],
    ),
    (
        (6933, 4326),
        [-17000000.0, -7000000.0, 17000000.0, 7000000.0],
        [-176.19085279061778, -72.51124514825639, 176.19085279061778, 72.51124514825639],
    ),
];

fn pair((from, to): Codes) -> (Crs, Crs) {
    (Crs::from_epsg(from).unwrap(), Crs::from_epsg(to).unwrap())
}

/// Two millimetres in the unit of a CRS.
fn limit(crs: &Crs) -> f64 {
    if crs.is_geographic() { 2e-8 } else { 2e-3 }
}

#[test]
fn points_are_projs() {
    for (codes, (x, y), (want_x, want_y)) in POINTS {
        let (from, to) = pair(*codes);
        let (px, py) = transformer(&from, &to).unwrap().transform_point(*x, *y).unwrap();
        let off = (px - want_x).abs().max((py - want_y).abs());
        assert!(off < limit(&to), "{codes:?} {x} {y}: {px} {py}, not {want_x} {want_y}");
    }
}

/// Methods whose PROJ operator has an ellipsoid of its own, whatever the definition's.
#[test]
fn methods_with_their_own_ellipsoid_are_projs() {
    let wgs84 = Crs::from_epsg(4326).unwrap();
    let grinten = "+proj=vandg +lon_0=-90 +x_0=1000 +ellps=WGS84 +type=crs";
    let new_zealand = "+proj=nzmg +lat_0=-41 +lon_0=173 +x_0=2510000 +y_0=6023150 +datum=WGS84 +type=crs";
    let elsewhere = "+proj=nzmg +lat_0=0 +lon_0=170 +x_0=10 +y_0=20 +datum=WGS84 +type=crs";
    for (crs, (lon, lat), (x, y)) in [
        (grinten, (-84.5, 2.0), (612497.333288309, 222419.87334440785)),
        (grinten, (10.0, 50.0), (10188405.049026707, 6563279.462092177)),
        (grinten, (170.0, -70.0), (-8638181.126584562, -10525544.75773909)),
        (new_zealand, (175.0, -39.0), (2683305.90498874, 6243205.70996187)),
        (new_zealand, (170.0, -46.0), (2277478.228990081, 5463466.778165729)),
        (elsewhere, (175.0, -39.0), (2683305.90498874, 6243205.70996187)),
    ] {
        let own = Crs::from_user_input(crs).unwrap();
        let (px, py) = transformer(&wgs84, &own).unwrap().transform_point(lon, lat).unwrap();
        assert!((px - x).abs().max((py - y).abs()) < 2e-3, "{crs}: {px} {py}, not {x} {y}");
        let (blon, blat) = transformer(&own, &wgs84).unwrap().transform_point(x, y).unwrap();
        assert!((blon - lon).abs().max((blat - lat).abs()) < 2e-8, "{crs}: {blon} {blat}, not {lon} {lat}");
    }
}

#[test]
fn points_come_back() {
    for (codes, (x, y), _) in POINTS.iter().filter(|((from, _), (_, y), _)| *from == 4326 && y.abs() < 89.0) {
        let (from, to) = pair(*codes);
        let (px, py) = transformer(&from, &to).unwrap().transform_point(*x, *y).unwrap();
        let (bx, by) = transformer(&to, &from).unwrap().transform_point(px, py).unwrap();
        let turned = (bx - x).rem_euclid(360.0);
        assert!(
            turned.min(360.0 - turned) < 5e-8 && (by - y).abs() < 5e-8,
            "{codes:?}: {bx} {by}, not {x} {y}"
        );
    }
}

#[test]
fn a_point_outside_is_nan_and_the_others_are_not() {
    let (from, to) = pair((4326, 3857));
    let transform = transformer(&from, &to).unwrap();
    let (mut xs, mut ys) = ([0.0, 5.0, f64::NAN, 7.0], [91.0, 10.0, 10.0, f64::INFINITY]);
    transform.transform(&mut xs, &mut ys);
    assert_eq!(xs.map(f64::is_nan), [true, false, true, true]);
    assert_eq!(ys.map(f64::is_nan), [true, false, true, true]);
    // The far side of the Earth cannot be seen from a geostationary satellite.
    let goes = Crs::from_user_input("+proj=geos +h=35786023 +lon_0=-75 +sweep=x +ellps=GRS80").unwrap();
    let transform = transformer(&from, &goes).unwrap();
    assert_eq!(transform.transform_point(105.0, 0.0), None);
    assert!(transform.transform_point(-80.0, 10.0).is_some());
}

#[test]
fn many_points_at_once_are_the_same_as_one_by_one() {
    let (from, to) = pair((3857, 32632));
    let transform = transformer(&from, &to).unwrap();
    let mut xs: Vec<f64> = (0..1300).map(|i| 900_000.0 + 100.0 * f64::from(i)).collect();
    let mut ys: Vec<f64> = (0..1300).map(|i| 6_000_000.0 + 70.0 * f64::from(i)).collect();
    let single: Vec<_> =
        xs.iter().zip(&ys).map(|(x, y)| transform.transform_point(*x, *y).unwrap()).collect();
    transform.transform(&mut xs, &mut ys);
    assert_eq!(xs.into_iter().zip(ys).collect::<Vec<_>>(), single);
}

#[test]
fn bounds_are_projs() {
    for (codes, bounds, want) in BOUNDS {
        let (from, to) = pair(*codes);
        let found = transform_bounds(&from, &to, *bounds, DENSIFY).unwrap();
        let limit = if to.is_geographic() { 1e-7 } else { 1e-2 };
        let off = found.iter().zip(want).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(off < limit, "{codes:?} {bounds:?}: {found:?}, not {want:?}");
    }
}

#[test]
fn bounds_that_are_none_are_refused() {
    let (from, to) = pair((3857, 4326));
    for bounds in [[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0], [f64::NAN, 0.0, 1.0, 1.0]] {
        assert_eq!(transform_bounds(&from, &to, bounds, DENSIFY).unwrap_err().kind(), ErrorKind::Malformed);
    }
}

#[test]
fn what_is_not_exact_says_so() {
    let approximate = |from, to| {
        let (from, to) = pair((from, to));
        transformer(&from, &to).unwrap().is_approximate()
    };
    assert!(!approximate(32632, 3857));
    assert!(!approximate(27700, 4326));
    assert!(!approximate(2263, 4326));
    // PROJ has no operation from China's datum either, and two shifted datums meet through WGS 84.
    assert!(approximate(4490, 4326));
    assert!(approximate(27700, 31370));
    let own = Crs::from_user_input("+proj=longlat +a=6378000 +b=6356000").unwrap();
    assert!(transformer(&own, &Crs::from_epsg(4326).unwrap()).unwrap().is_approximate());
}

#[test]
fn transforms_are_shared_between_threads() {
    let (from, to) = pair((2154, 3857));
    let transform = transformer(&from, &to).unwrap();
    let want = transform.transform_point(652_000.0, 6_862_000.0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(transform.transform_point(652_000.0, 6_862_000.0), want));
        }
    });
}

#[test]
fn crss_without_horizontal_coordinates_are_refused() {
    for code in [5703, 4978] {
        let (from, to) = pair((code, 4326));
        assert_eq!(transformer(&from, &to).err().unwrap().kind(), ErrorKind::Unsupported);
    }
}

/// `data/check_transforms.py` wrote the codes whose points PROJ puts elsewhere, and the shares of those that agree.
#[test]
fn codes_that_are_off_say_so() {
    let wgs84 = Crs::from_epsg(4326).unwrap();
    let approximate =
        |code: u32| transformer(&Crs::from_epsg(code).unwrap(), &wgs84).unwrap().is_approximate();
    let listed = include_str!("../data/approximate.txt");
    assert!(listed.lines().all(|code| approximate(code.parse().unwrap())));
    assert!([3857, 32632, 27700, 2056, 27200].iter().all(|code| !approximate(*code)));
    let figures: serde_json::Value = serde_json::from_str(include_str!("../data/transforms.json")).unwrap();
    let share = |metres: &str| figures["percent_within_metres"][metres].as_f64().unwrap();
    assert!(figures["codes"].as_u64() > Some(6000) && share("0.002") > 97.0 && share("1") > 98.0);
}
