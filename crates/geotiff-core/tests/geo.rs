//! Transforms, ground control points and GeoKeys.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail")]

mod common;

use common::*;
use geotiff_core::{GeoKey, GeoKeyValue, Georeferencing};

const POINT: [u16; 12] = [1, 1, 0, 2, 1024, 0, 1, 1, 1025, 0, 1, 2];

fn geo(format: Format, entries: impl IntoIterator<Item = Entry>) -> Georeferencing {
    let tiff = open_ifd(format, with(format.gray(100, 100, 900), entries)).unwrap();
    tiff.pages()[0].georeferencing().clone()
}

#[test]
fn scale_and_tiepoint_wherever_it_lies() {
    for f in ALL {
        let scale = f.double(33550, &[10.0, 20.0, 0.0]);
        let at = |col, row| geo(f, [scale.clone(), f.double(33922, &[col, row, 0.0, 5000.0, 9000.0, 0.0])]);
        assert_eq!(at(0.0, 0.0).transform(), Some([10.0, 0.0, 5000.0, 0.0, -20.0, 9000.0]));
        assert_eq!(at(64.0, 64.0).transform(), Some([10.0, 0.0, 4360.0, 0.0, -20.0, 10280.0]));
        assert!(at(64.0, 64.0).gcps().is_empty());
    }
}

#[test]
fn pixel_is_point_is_shifted_by_half_a_pixel() {
    let entries =
        || [LE.double(33550, &[10.0, 20.0, 0.0]), LE.double(33922, &[0.0, 0.0, 0.0, 5000.0, 9000.0, 0.0])];
    let point = geo(LE, entries().into_iter().chain([LE.short(34735, &POINT)]));
    assert!(point.pixel_is_point());
    assert_eq!(point.transform(), Some([10.0, 0.0, 4995.0, 0.0, -20.0, 9010.0]));
    let mut area = POINT;
    area[11] = 1;
    let area = geo(LE, entries().into_iter().chain([LE.short(34735, &area)]));
    assert_eq!(area.transform(), Some([10.0, 0.0, 5000.0, 0.0, -20.0, 9000.0]));
}

#[test]
fn a_matrix_may_rotate_and_flip() {
    let m = [2.0, 3.0, 0.0, 100.0, 4.0, 5.0, 0.0, 200.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0];
    let rotated = geo(BE, [BE.double(34264, &m)]);
    assert_eq!(rotated.transform(), Some([2.0, 3.0, 100.0, 4.0, 5.0, 200.0]));
    let point = geo(BE, [BE.double(34264, &m), BE.short(34735, &POINT)]);
    assert_eq!(point.transform(), Some([2.0, 3.0, 97.5, 4.0, 5.0, 195.5]));
    assert_eq!(geo(BE, [BE.double(34264, &m[..15])]).transform(), None);
}

#[test]
fn scale_comes_before_the_matrix() {
    let m = [2.0, 3.0, 0.0, 100.0, 4.0, 5.0, 0.0, 200.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0];
    let tiepoint = LE.double(33922, &[0.0, 0.0, 0.0, 7.0, 8.0, 0.0]);
    let both = geo(LE, [LE.double(33550, &[1.0, 1.0]), tiepoint.clone(), LE.double(34264, &m)]);
    assert_eq!(both.transform(), Some([1.0, 0.0, 7.0, 0.0, -1.0, 8.0]));
    let zero = geo(LE, [LE.double(33550, &[0.0, 1.0]), tiepoint, LE.double(34264, &m)]);
    assert_eq!(zero.transform(), Some([2.0, 3.0, 100.0, 4.0, 5.0, 200.0]));
}

#[test]
fn a_negative_scale_is_taken_for_north_up() {
    let found =
        geo(LE, [LE.double(33550, &[1.0, -2.0, 0.0]), LE.double(33922, &[0.0, 0.0, 0.0, 7.0, 8.0, 0.0])]);
    assert_eq!(found.transform(), Some([1.0, 0.0, 7.0, 0.0, -2.0, 8.0]));
}

#[test]
fn tiepoints_without_a_scale_are_ground_control_points() {
    let points = [1.0, 2.0, 0.0, 10.0, 20.0, 30.0, 4.0, 5.0, 0.0, 40.0, 50.0, 60.0];
    let found = geo(LE, [LE.double(33922, &points)]);
    assert_eq!(found.transform(), None);
    let g = found.gcps()[1];
    assert_eq!((found.gcps().len(), g.row, g.col, g.x, g.y, g.z), (2, 5.0, 4.0, 40.0, 50.0, 60.0));
    let point = geo(LE, [LE.double(33922, &points[..6]), LE.short(34735, &POINT)]);
    assert_eq!((point.gcps()[0].row, point.gcps()[0].col), (2.5, 1.5));
}

#[test]
fn no_georeference_at_all() {
    let found = geo(LE, []);
    assert!(found.transform().is_none() && found.gcps().is_empty() && found.geokeys().is_none());
    let scale_only = geo(LE, [LE.double(33550, &[1.0, 1.0, 0.0])]);
    assert!(scale_only.transform().is_none());
}

#[test]
fn geokeys_of_every_location() {
    for f in ALL {
        let directory = [
            1, 1, 1, 6, 1024, 0, 1, 1, 1026, 34737, 6, 0, 2057, 34736, 1, 1, 2062, 34736, 3, 0, 3072, 0, 1,
            32613, 3073, 34737, 4, 6,
        ];
        let found = geo(
            f,
            [
                f.short(34735, &directory),
                f.double(34736, &[1.5, 6378137.0, 3.5]),
                f.ascii(34737, "hello|abc|"),
            ],
        );
        let keys = found.geokeys().unwrap();
        assert_eq!((keys.version(), keys.revision(), keys.iter().len()), (1, (1, 1), 6));
        assert_eq!(keys.ascii(GeoKey::CITATION), Some("hello"));
        assert_eq!(keys.ascii(GeoKey::PCS_CITATION), Some("abc"));
        assert_eq!(keys.double(GeoKey::GEOG_SEMI_MAJOR_AXIS), Some(6378137.0));
        assert_eq!(keys.get(GeoKey::GEOG_TOWGS84), Some(&GeoKeyValue::Double(vec![1.5, 6378137.0, 3.5])));
        assert_eq!(keys.epsg(), Some(32613));
    }
}

#[test]
fn epsg_codes_go_by_the_model() {
    let code = |keys: &[(u16, u16)]| {
        let mut directory = vec![1, 1, 0, keys.len() as u16];
        directory.extend(keys.iter().flat_map(|&(key, value)| [key, 0, 1, value]));
        geo(LE, [LE.short(34735, &directory)]).geokeys().unwrap().epsg()
    };
    assert_eq!(code(&[(1024, 2), (2048, 4326)]), Some(4326));
    assert_eq!(code(&[(1024, 1), (2048, 4326), (3072, 32767)]), None);
    assert_eq!(code(&[(1024, 1), (2048, 4326), (3072, 3857)]), Some(3857));
    assert_eq!(code(&[(2048, 4326)]), Some(4326));
    assert_eq!(code(&[(1024, 3), (2048, 4978)]), Some(4978));
    assert_eq!(code(&[(1024, 2), (2048, 0)]), None);
}
