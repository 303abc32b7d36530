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

/// In and around the areas of operations, where the choice among them makes metres of a difference. It depends on the
/// other CRS's area of use, and on the coordinates that points come from: boxes around the areas as projected.
const PLACES: &[(Codes, Point, Point)] = &[
    ((28403, 4326), (3500000.0, 5500000.0), (14.999999999999998, 49.631885097274285)),
    ((4326, 28403), (14.5, 50.0), (3464151.6047982536, 5541064.29223917)),
    ((21037, 4326), (-583699.7052260318, 9601070.794366261), (29.2900000013046, -3.5600000048256435)),
    ((4326, 21037), (29.29, -3.56), (-583699.7052260318, 9601070.794366261)),
    ((4326, 21037), (9.449902783693261, 38.8830466655329), (-2083372.8247609804, 14744017.581520705)),
    ((4326, 26713), (-141.06, 61.585), (-1339710.6672860344, 7362386.659102189)),
    ((26713, 4326), (-1277262.233845484, 4272108.274395964), (-124.8410927448018, 36.89488569751306)),
    ((26713, 3857), (-1277262.233845484, 4272108.274395964), (-13897246.874427175, 4424465.319156593)),
    ((27700, 4326), (-35052.49569206964, 629394.8173857222), (-8.870674637619727, 55.364951927100535)),
    ((31467, 4326), (3559509.831336104, 5672014.923291), (9.85000231289921, 51.18000669130171)),
    ((4326, 31467), (9.85, 51.18), (3559509.8313361043, 5672014.923291)),
    // By way of ETRS89.
    ((4326, 4745), (13.0, 51.0), (13.001657191349206, 51.00123357392382)),
    ((20255, 4326), (2109185.5303124944, 6789183.756770907), (163.25088842966963, -28.038339283267533)),
    ((5514, 4326), (-924156.1524143949, -1093035.6259402048), (12.039963715202886, 49.39486537475344)),
];

/// In every lobe of Goode's interrupted homolosine, on the meridians between lobes and on both sides of the parallel
/// where its two projections meet.
const INTERRUPTED: &[(&str, Point, Point)] = &[
    ("ESRI:54052", (-120.0, 70.0), (-12148330.593618652, 7437681.476252508)),
    ("ESRI:54052", (20.0, 65.0), (2757178.7258411394, 7003942.534893625)),
    ("ESRI:54052", (-150.0, 10.0), (-16613363.959056703, 1113194.9079327357)),
    ("ESRI:54052", (100.0, 20.0), (10662012.00716409, 2226389.8158654715)),
    ("ESRI:54052", (-170.0, -20.0), (-18857179.567404613, -2226389.8158654715)),
    ("ESRI:54052", (-70.0, -30.0), (-7643224.517229642, -3339584.723798207)),
    ("ESRI:54052", (0.0, -10.0), (33823.86397373287, -1113194.9079327357)),
    ("ESRI:54052", (150.0, -35.0), (16496604.595583497, -3896182.1777645745)),
    ("ESRI:54052", (-130.0, -60.0), (-15865426.735377654, -6539970.861689825)),
    ("ESRI:54052", (-40.0, -75.0), (-5830965.90573303, -7835874.5862785345)),
    ("ESRI:54052", (60.0, -50.0), (5268922.560707514, -5536683.82457167)),
    ("ESRI:54052", (120.0, -85.0), (15170118.29217709, -8488190.720617821)),
    ("ESRI:54052", (-40.0, 50.0), (-6568149.96206429, 5536683.82457167)),
    ("ESRI:54052", (-40.000001, 30.0), (-5347618.757933493, 3339584.723798207)),
    ("ESRI:54052", (-39.999999, 30.0), (-3408800.6672288845, 3339584.723798207)),
    ("ESRI:54052", (80.0, -20.0), (8502756.058750514, -2226389.8158654715)),
    ("ESRI:54052", (80.000001, -60.0), (11693345.19282246, -6539970.861689825)),
    ("ESRI:54052", (10.0, 40.736611), (1652610.1940646283, 4534778.793163667)),
    ("ESRI:54052", (10.0, 40.7367), (1652612.0923613673, 4534788.700598718)),
    ("ESRI:54053", (-60.0, 70.0), (12946961.531688621, 7437681.476252508)),
    ("ESRI:54053", (150.0, 60.0), (-3707450.629994221, 6539970.861689825)),
    ("ESRI:54053", (20.0, 75.0), (16592042.657784022, 7835874.5862785345)),
    ("ESRI:54053", (30.0, 20.0), (-18722911.832500823, 2226389.8158654715)),
    ("ESRI:54053", (-70.0, 10.0), (10086401.899342086, 1113194.9079327357)),
    ("ESRI:54053", (-150.0, -30.0), (1262334.7462322416, -3339584.723798207)),
    ("ESRI:54053", (150.0, -10.0), (-5447591.015755607, -1113194.9079327357)),
    ("ESRI:54053", (-30.0, -50.0), (15176657.246570013, -5536683.82457167)),
    ("ESRI:54053", (-30.0, 30.0), (14471533.803125564, 3339584.723798207)),
    ("ESRI:54053", (70.0, -60.0), (-13542271.848290836, -6539970.861689825)),
    ("ESRI:54053", (-60.0, -70.0), (14156969.8332628, -7437681.476252508)),
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
    for (codes, (x, y), (want_x, want_y)) in POINTS.iter().chain(PLACES) {
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

/// A projected CRS of nobody's has no area of use: outside of its datum's operations no shift is applied.
#[test]
fn crss_without_a_code_are_used_anywhere() {
    let laborde = r#"PROJCS["Laborde AFG (Afgooye)",GEOGCS["Afgooye",DATUM["Afgooye",SPHEROID["Krassowsky 1940",
        6378245,298.3,AUTHORITY["EPSG","7024"]],AUTHORITY["EPSG","6205"]],PRIMEM["Greenwich",0],
        UNIT["degree",0.0174532925199433]],PROJECTION["Laborde_Oblique_Mercator"],
        PARAMETER["latitude_of_center",-18.9],PARAMETER["longitude_of_center",46.4372083333333],
        PARAMETER["azimuth",18.9],PARAMETER["scale_factor",0.9995],PARAMETER["false_easting",400000],
        PARAMETER["false_northing",800000],UNIT["metre",1],AXIS["Easting",EAST],AXIS["Northing",NORTH]]"#;
    let utm = "+proj=utm +zone=13 +datum=NAD27 +type=crs";
    let wgs84 = Crs::from_epsg(4326).unwrap();
    for (crs, (x, y), (lon, lat)) in [
        (laborde, (613855.956, 217325.68), (48.54263486973082, -24.1475551944081)),
        (laborde, (624010.15, 227479.9), (48.64074347438514, -24.05454566925367)),
        (utm, (-1161997.7389425314, 1143780.5338627312), (-120.0, 10.0)),
        (utm, (500048.85983249126, 4982740.240994541), (-105.0, 45.0)),
    ] {
        let crs = Crs::from_user_input(crs).unwrap();
        let (px, py) = transformer(&crs, &wgs84).unwrap().transform_point(x, y).unwrap();
        assert!((px - lon).abs().max((py - lat).abs()) < 2e-8, "{px} {py}, not {lon} {lat}");
    }
}

#[test]
fn interrupted_maps_are_projs() {
    let wgs84 = Crs::from_epsg(4326).unwrap();
    for (name, (lon, lat), (x, y)) in INTERRUPTED {
        let crs = Crs::from_user_input(name).unwrap();
        let (px, py) = transformer(&wgs84, &crs).unwrap().transform_point(*lon, *lat).unwrap();
        assert!((px - x).abs().max((py - y).abs()) < 1e-3, "{name} {lon} {lat}: {px} {py}, not {x} {y}");
        let (blon, blat) = transformer(&crs, &wgs84).unwrap().transform_point(*x, *y).unwrap();
        let off = (blon - lon).abs().max((blat - lat).abs());
        assert!(off < 1e-8, "{name} {x} {y}: {blon} {blat}, not {lon} {lat}");
    }
    // Between the lobes, beyond the poles and beyond the sides.
    let between = [(8.5e6, -7e6), (0.0, 8.7e6), (1.8e7, 8e6), (-4.8e6, 8.5e6)];
    for (name, own) in [("ESRI:54052", (-4e6, 7e6)), ("ESRI:54053", (-8e6, -8e6))] {
        let inverse = transformer(&Crs::from_user_input(name).unwrap(), &wgs84).unwrap();
        for (x, y) in between.into_iter().chain([own]) {
            assert_eq!(inverse.transform_point(x, y), None, "{name} {x} {y}");
        }
    }
    // What GDAL writes of it, without any parameter.
    let gdal = r#"PROJCS["x",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],
        PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Interrupted_Goode_Homolosine"],
        UNIT["metre",1]]"#;
    let crs = Crs::from_user_input(gdal).unwrap();
    let (x, y) = transformer(&wgs84, &crs).unwrap().transform_point(20.0, 65.0).unwrap();
    assert!((x - 2757178.7258411394).abs().max((y - 7003942.534893625).abs()) < 1e-3);
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
    // Germany's old datum to its new one: PROJ chooses among other operations than to WGS 84.
    assert!(approximate(31467, 25832));
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
    assert!(figures["codes"].as_u64() > Some(6000) && share("0.002") > 99.5 && share("1") > 99.5);
}
