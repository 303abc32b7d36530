//! What stands behind another library's error.

use std::error::Error as StdError;

use crate::redact::redact_text;

/// What an error gives as its cause, and what that gives.
pub(crate) fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

/// An error's message with those of its causes that it does not hold itself, redacted.
pub(crate) fn message_with_causes(error: &(dyn StdError + 'static)) -> String {
    let mut message = error.to_string();
    for cause in causes(error) {
        let text = cause.to_string();
        if !message.contains(&text) {
            message = format!("{message}: {text}");
        }
    }
    redact_text(&message)
}
