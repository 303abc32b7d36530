//! Real files: the pixels that GDAL reads, by hash; damaged ones: an answer.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, though clippy cannot tell"
)]

mod common;

use common::{Row, as_rasterio, catalogue, corpora, in_parallel, open, open_with, sha256};
use geotiff_read::{ErrorKind, Limits, OpenOptions, ReadOptions};

/// Golden rows of the catalogue that are read with equal pixels: all but those of JPEG whose DCT differs.
const GOLDEN_EQUAL: usize = 1137;

enum Outcome {
    Equal,
    Different,
    Refused(String),
}

#[test]
fn golden_rows_have_the_pixels_of_gdal() {
    let Some(folder) = corpora() else { return };
    let rows: Vec<Row> = catalogue(&folder)
        .into_iter()
        .filter(|row| row["tifffile_vs_gdal"] == "equal" && row["status"] == "ok")
        .collect();
    assert_eq!(rows.len(), 1147, "the catalogue changed");
    let outcomes = in_parallel(&rows, |row| {
        let read = open(&folder.join(&row["path"]))
            .and_then(|tiff| futures::executor::block_on(tiff.read(&ReadOptions::new().mask(false))));
        match read.map(|raster| sha256(&as_rasterio(raster.data))) {
            Ok(hash) if hash == row["pixels_sha256"] => Outcome::Equal,
            Ok(_) => Outcome::Different,
            Err(error) => Outcome::Refused(error.to_string()),
        }
    });
    let (mut equal, mut lossy, mut different, mut refused) = (0, Vec::new(), Vec::new(), Vec::new());
    for (row, outcome) in rows.iter().zip(outcomes) {
        let name = format!("{} ({} {})", row["path"], row["compression"], row["dtype"]);
        match outcome {
            Outcome::Equal => equal += 1,
            // Another inverse DCT: compared with a tolerance elsewhere, against GDAL's pixels.
            Outcome::Different if row["compression"] == "jpeg" => lossy.push(name),
            Outcome::Different => different.push(name),
            Outcome::Refused(reason) => refused.push(format!("{name}: {reason}")),
        }
    }
    eprintln!("golden rows: {equal} equal, {} JPEG, {} refused", lossy.len(), refused.len());
    for line in &refused {
        eprintln!("refused: {line}");
    }
    assert!(
        different.is_empty(),
        "{} with other pixels than GDAL's:\n{}",
        different.len(),
        different.join("\n")
    );
    assert!(equal >= GOLDEN_EQUAL, "only {equal} equal");
}

#[test]
fn every_file_gives_pixels_or_an_error_that_is_not_the_callers_fault() {
    let Some(folder) = corpora() else { return };
    let rows: Vec<Row> = catalogue(&folder).into_iter().filter(|row| row["class"] == "malformed").collect();
    let limits = Limits::default().with_max_output_bytes(64 << 20).with_max_chunk_bytes(16 << 20, 64 << 20);
    let answers = in_parallel(&rows, |row| {
        let options = OpenOptions::default().with_limits(limits.clone());
        let read = open_with(&folder.join(&row["path"]), options)
            .and_then(|tiff| futures::executor::block_on(tiff.read(&ReadOptions::new())));
        read.map(|_| ()).map_err(|error| (error.kind(), error.to_string()))
    });
    let faults: Vec<String> = rows
        .iter()
        .zip(answers)
        .filter_map(|(row, answer)| match answer {
            Err((ErrorKind::Usage, message)) => Some(format!("{}: {message}", row["path"])),
            _ => None,
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
