//! The WKT 2 and PROJJSON of every EPSG code, frozen once pyproj had found all of them equal to PROJ's own.

use geotiff_crs::Crs;
use sha2::{Digest, Sha256};

#[test]
fn all_codes_are_written_as_checked_against_proj() {
    let expected = include_str!("definitions.sha256");
    let mut codes = 0;
    for line in expected.lines() {
        let (first, hash) = line.split_once(' ').unwrap();
        let first: u32 = first.parse().unwrap();
        let mut digest = Sha256::new();
        for code in first..first + 500 {
            let Ok(crs) = Crs::from_epsg(code) else { continue };
            codes += 1;
            digest.update(format!("{code}\t{}\t{}\n", crs.to_wkt2(), crs.to_projjson()));
        }
        let found: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found, hash, "codes from {first}");
    }
    assert_eq!(codes, 7709);
}

#[test]
fn all_codes_are_read_again_as_they_were_written() {
    for code in (2000..33000).step_by(7) {
        let Ok(crs) = Crs::from_epsg(code) else { continue };
        let json = Crs::from_user_input(&crs.to_projjson().to_string()).unwrap();
        assert_eq!(json.to_projjson(), crs.to_projjson(), "{code}");
        let wkt = Crs::from_user_input(&crs.to_wkt2()).unwrap();
        assert_eq!(wkt.to_wkt2(), crs.to_wkt2(), "{code}");
        assert_eq!(wkt.epsg(), Some(code));
    }
}
