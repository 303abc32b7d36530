//! Gradients: the value of a pixel is the position that it was taken from.

use geotiff_read::resample::Resampling;
use geotiff_tms::{Tile, well_known};
use geotiff_warp::{TileOptions, WarpOptions, tile};

use crate::{open, pixels};

const TILES: [(&str, &[&str]); 5] = [
    ("utm", &["9/267/178", "11/1068/713", "13/4272/2855"]),
    ("albers", &["4/3/6", "6/14/24", "9/119/196"]),
    ("laea", &["4/8/5", "6/33/21", "9/266/175"]),
    ("global", &["0/0/0", "2/2/0", "5/18/7"]),
    ("polar", &["1/0/0", "3/1/1", "6/14/11"]),
];

/// A tile of a gradient beside what is expected: for each pixel and axis its value, the truth and rio-tiler's, in
/// pixels of the source, and both masks.
struct Compared {
    name: String,
    pixels: Vec<Pixel>,
}

struct Pixel {
    value: [f64; 2],
    truth: [f64; 2],
    rio: [f64; 2],
    is_valid: bool,
    is_valid_in_rio: bool,
    /// Source pixels to the edge of the image, in units of the pixels of the tile.
    to_edge: f64,
    /// Pixels of the level read to those of the image.
    factor: f64,
}

fn compare(name: &str, text: &str, method: Resampling, exact: bool) -> Compared {
    let tiff = open(&format!("{name}.tif"));
    let label = format!("{name}_{}_{method}", text.replace('/', "_"));
    let expected_file = open(&format!("{label}.tif"));
    let expected = pixels(&expected_file);
    let truth = pixels(&open(&format!("{name}_{}_bilinear.tif", text.replace('/', "_"))));
    let (_, rows, columns) = expected.dim();
    let wanted: Tile = text.parse().unwrap();
    let warp = WarpOptions::new().resampling(method).exact(exact);
    let options = TileOptions::new().warp(warp).size(columns as u32, rows as u32);
    let set = well_known("WebMercatorQuad").unwrap();
    let raster = futures::executor::block_on(tile(&tiff, wanted, &set, &options)).unwrap();
    let (values, masks) = (raster.data.to_f64(), raster.masks());
    assert_eq!(raster.transform.unwrap()[0], expected_file.transform().unwrap()[0], "{label}");
    let inverse = geotiff_read::transform::invert(tiff.transform().unwrap()).unwrap();
    let [width, height] = [f64::from(tiff.width()), f64::from(tiff.height())];
    let position = |band: &dyn Fn(usize) -> f64| -> [f64; 2] {
        geotiff_read::transform::apply(inverse, band(0), band(1)).into()
    };
    let truths = |row: usize, column: usize| position(&|band| truth[[3 + band, row, column]]);
    let factors = tiff.overviews().into_iter().rev().map(|level| width / f64::from(level.width()));
    let factors: Vec<f64> = factors.collect();
    let mut pixels = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            let truth = truths(row, column);
            let next = truths(row, if column + 1 < columns { column + 1 } else { column - 1 });
            let ratio = (truth[0] - next[0]).hypot(truth[1] - next[1]).max(1.0);
            let to_edge = truth[0].min(truth[1]).min(width - truth[0]).min(height - truth[1]) / ratio;
            pixels.push(Pixel {
                value: position(&|band| values[[band, row, column]]),
                truth,
                rio: position(&|band| expected[[band, row, column]]),
                is_valid: masks[[0, row, column]] != 0,
                is_valid_in_rio: expected[[2, row, column]] > 0.0,
                to_edge,
                factor: factors.iter().copied().find(|factor| *factor <= 1.2 * ratio).unwrap_or(1.0),
            });
        }
    }
    Compared { name: label, pixels }
}

fn all(method: Resampling, exact: bool) -> impl Iterator<Item = Compared> {
    TILES
        .into_iter()
        .flat_map(move |(name, tiles)| tiles.iter().map(move |text| compare(name, text, method, exact)))
}

fn distance(one: [f64; 2], other: [f64; 2]) -> f64 {
    (one[0] - other[0]).abs().max((one[1] - other[1]).abs())
}

#[test]
fn bilinear_positions_are_right_to_an_eighth_of_a_pixel() {
    for exact in [false, true] {
        for compared in all(Resampling::Bilinear, exact) {
            // At the very edge a kernel has nothing to lean on, and the value is that of the outer pixels.
            let inner = compared.pixels.iter().filter(|pixel| pixel.is_valid && pixel.to_edge >= 1.5);
            let errors = inner.map(|pixel| distance(pixel.value, pixel.truth) / pixel.factor);
            let worst = errors.fold(0.0, f64::max);
            assert!(worst < 0.125, "{}: {worst} pixels of the level", compared.name);
        }
    }
}

#[test]
fn nearest_takes_the_pixel_under_the_centre() {
    for compared in all(Resampling::Nearest, false) {
        for pixel in compared.pixels.iter().filter(|pixel| pixel.is_valid) {
            let error = distance(pixel.value, pixel.truth) / pixel.factor;
            assert!(error < 0.625, "{}: {error} pixels of the level", compared.name);
        }
    }
}

#[test]
fn rio_tiler_finds_the_same_pixels_valid() {
    for method in [Resampling::Nearest, Resampling::Bilinear] {
        for compared in all(method, false) {
            let same = compared.pixels.iter().filter(|pixel| pixel.is_valid == pixel.is_valid_in_rio).count();
            let share = same as f64 / compared.pixels.len() as f64;
            assert!(share >= 0.995, "{}: masks agree on {share}", compared.name);
        }
    }
}

#[test]
fn rio_tiler_gives_the_same_values() {
    for method in [Resampling::Nearest, Resampling::Bilinear] {
        for compared in all(method, false) {
            let both = compared.pixels.iter().filter(|pixel| pixel.is_valid && pixel.is_valid_in_rio);
            let mut differences: Vec<f64> =
                both.clone().map(|pixel| distance(pixel.value, pixel.rio)).collect();
            differences.sort_by(f64::total_cmp);
            let values =
                || compared.pixels.iter().filter(|pixel| pixel.is_valid).flat_map(|pixel| pixel.value);
            let range = values().fold(0.0, f64::max) - values().fold(f64::INFINITY, f64::min);
            let mean = differences.iter().sum::<f64>() / differences.len() as f64;
            let p99 = differences[(differences.len() - 1) * 99 / 100];
            assert!(
                mean <= 0.01 * range && p99 <= 0.05 * range,
                "{}: {mean} {p99} of {range}",
                compared.name
            );
        }
    }
}
