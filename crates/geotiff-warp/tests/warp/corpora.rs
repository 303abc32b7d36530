//! Tiles of real files against rio-tiler's.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use geotiff_read::GeoTiff;
use geotiff_read::resample::Resampling;
use geotiff_tms::{Tile, well_known};
use geotiff_warp::{TileOptions, WarpOptions, tile};

use crate::{open, pixels};

const FILES: [(&str, &str, &[&str]); 4] = [
    (
        "everest",
        "GlacioHack+geoutils-data/data/Everest_Landsat/LE71400412000304SGS00_B4_cropped.tif",
        &["14/12147/6863", "13/6073/3431"],
    ),
    (
        "sentinel",
        "cogeotiff+rio-tiler-pds/tests/fixtures/sentinel-cogs/sentinel-s2-l2a-cogs/29/R/KH/2020/2/\
         S2A_29RKH_20200219_0_L2A/TCI.tif",
        &["12/1917/1756", "10/479/439"],
    ),
    ("rgba", "mapbox+rio-color/tests/rgba8.tif", &["13/2691/3818"]),
    (
        "cropland",
        "stactools-packages+usda-cdl/tests/data-files/tiles/2021_30m_cdls_-106095_1807575_15000.tif",
        &["14/3770/6248"],
    ),
];

fn corpora() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    let folder = std::env::var_os("GEOTIFF_CORPORA").map_or(root, PathBuf::from);
    if folder.join("catalog.tsv").is_file() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "the corpora are missing: set GEOTIFF_CORPORA");
    eprintln!("\n*** NOT TESTED: no corpora at {} (set GEOTIFF_CORPORA) ***\n", folder.display());
    None
}

/// What is wrong with a tile, if anything.
fn check(tiff: &GeoTiff, name: &str, text: &str, method: Resampling) -> Option<String> {
    let expected = pixels(&open(&format!("{name}_{}_{method}.tif", text.replace('/', "_"))));
    let (count, rows, columns) = expected.dim();
    let options =
        TileOptions::new().warp(WarpOptions::new().resampling(method)).size(columns as u32, rows as u32);
    let set = well_known("WebMercatorQuad").unwrap();
    let wanted: Tile = text.parse().unwrap();
    let raster = futures::executor::block_on(tile(tiff, wanted, &set, &options)).unwrap();
    let (values, masks) = (raster.data.to_f64(), raster.masks());
    assert_eq!(values.dim(), (count - 1, rows, columns), "{name} {text}");
    let (mut same, mut differences) = (0, Vec::new());
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    for ((band, row, column), value) in values.indexed_iter() {
        // An alpha band is a mask only where it is full, to rio-tiler.
        let is_valid = masks[[band, row, column]] == 255;
        let is_expected = expected[[count - 1, row, column]] != 0.0;
        same += usize::from(is_valid == is_expected);
        if is_valid && is_expected {
            let there = expected[[band, row, column]];
            (least, most) = (least.min(there), most.max(there));
            differences.push((value - there).abs());
        }
    }
    differences.sort_by(f64::total_cmp);
    let (share, range) = (same as f64 / values.len() as f64, (most - least).max(1.0));
    let mean = differences.iter().sum::<f64>() / differences.len().max(1) as f64 / range;
    let p99 =
        differences.get(differences.len().saturating_sub(1) * 99 / 100).map_or(0.0, |most| most / range);
    let report =
        format!("{name} {text} {method}: masks {share:.4}, mean {mean:.4}, p99 {p99:.4} of the range");
    eprintln!("{report}");
    (share < 0.995 || mean > 0.01 || p99 > 0.05).then_some(report)
}

#[test]
fn tiles_of_real_files_are_those_of_rio_tiler() {
    let Some(corpora) = corpora() else { return };
    let mut wrong = Vec::new();
    for (name, path, tiles) in FILES {
        let store = geotiff_io::MemoryStore::new();
        let bytes = std::fs::read(corpora.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        store.put(path, bytes);
        let tiff = futures::executor::block_on(GeoTiff::open(Arc::new(store), path)).unwrap();
        for text in tiles {
            for method in [Resampling::Nearest, Resampling::Bilinear] {
                wrong.extend(check(&tiff, name, text, method));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
