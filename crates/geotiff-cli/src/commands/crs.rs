//! CRSs on the command line.

use geotiff_kit::Crs;

use crate::error::Failure;

/// The CRS that `text` names.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse(text: &str) -> Result<Crs, Failure> {
    Crs::from_user_input(text).map_err(|error| Failure::about(format_args!("CRS {text:?}"), error))
}
