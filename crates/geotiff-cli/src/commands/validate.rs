//! `geotiff validate`: is the file a COG?

use std::fmt::Write;

use geotiff_kit::core::CogReport;
use serde::Serialize;

use super::source;
use crate::args::ValidateArgs;
use crate::cog;
use crate::error::Failure;
use crate::output;

#[derive(Serialize)]
struct Answer<'a> {
    valid: bool,
    errors: &'a [String],
    warnings: &'a [String],
}

/// Prints the verdict with its reasons; a file that is no COG is a failure.
pub(super) async fn run(arguments: ValidateArgs) -> Result<(), Failure> {
    let report = cog::examine(&source::open(&arguments.src, 0, false).await?, cog::Depth::Chunks).await?;
    if arguments.json {
        output::print_json(&Answer {
            valid: report.is_cog(),
            errors: &report.errors,
            warnings: &report.warnings,
        })?;
    } else {
        output::print_text(&text(&arguments.src, &report))?;
    }
    if report.is_cog() { Ok(()) } else { Err(Failure::Negative) }
}

fn text(src: &str, report: &CogReport) -> String {
    let verdict = if report.is_cog() { "is" } else { "is not" };
    let mut text = format!("{} {verdict} a Cloud-Optimized GeoTIFF\n", geotiff_kit::io::redact(src));
    let reasons = [("error", &report.errors), ("warning", &report.warnings)];
    for (kind, reason) in
        reasons.into_iter().flat_map(|(kind, reasons)| reasons.iter().map(move |of| (kind, of)))
    {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{kind}: {reason}");
    }
    text
}
