//! Is a file a Cloud-Optimized GeoTIFF?

use geotiff_kit::core::{CogReport, CogValidator, ValidationStep};
use geotiff_kit::{Error, GeoTiff, GetOptions};

use crate::error::Failure;

/// What an examination may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Nothing beyond what opening the file has read.
    Metadata,
    /// Parts of the chunk index, and a sample of the bytes around chunks where a ghost header makes claims about them.
    Chunks,
}

/// Examines the layout of the file that `tiff` is a page of.
///
/// An index that cannot be read is an error of the report.
///
/// # Errors
/// What the store reports.
pub(crate) async fn examine(tiff: &GeoTiff, depth: Depth) -> Result<CogReport, Failure> {
    let mut validator =
        CogValidator::new(tiff.tiff()).with_external_overviews(tiff.page().has_external_overviews());
    if depth == Depth::Metadata {
        validator = validator.by_metadata_alone();
    }
    let mut options = GetOptions::new();
    options.version = tiff.object().version;
    loop {
        match validator.validate() {
            Ok(ValidationStep::Finished(report)) => return Ok(report),
            Err(error) => {
                let mut report = CogReport::default();
                report.errors.push(error.to_string());
                return Ok(report);
            }
            Ok(ValidationStep::NeedsData(ranges)) => {
                let responses = tiff.store().get_ranges(tiff.path(), &ranges, &options).await;
                let responses = responses.map_err(Error::from)?;
                for (range, response) in ranges.iter().zip(responses) {
                    validator.feed(range.start, response.bytes);
                }
            }
        }
    }
}

/// The file as it may be shown.
pub(crate) fn source_name(tiff: &GeoTiff) -> String {
    geotiff_kit::io::redact(tiff.path())
}
