//! Why a resampled read was refused.

use std::fmt;

/// What kind of mistake a [`ResampleError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResampleErrorKind {
    /// The method is unknown, or reads do not take it.
    Method,
    /// The window or the output is empty, not finite, or outside the level.
    Window,
    /// The pixels or their validity do not cover what is needed, or the output array has another size.
    Pixels,
    /// The output is larger than memory can address.
    Limit,
}

/// A resampled read that cannot be done as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResampleError {
    kind: ResampleErrorKind,
    message: String,
}

impl ResampleError {
    pub(super) fn new(kind: ResampleErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// What kind of mistake it is.
    #[must_use]
    pub fn kind(&self) -> ResampleErrorKind {
        self.kind
    }
}

impl fmt::Display for ResampleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ResampleError {}
