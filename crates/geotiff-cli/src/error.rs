//! Why the command could not do what was asked: an exit code and one line.

use std::fmt;
use std::io;

/// A failure, as it is shown to the caller of the command.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command could not do what was asked: exit code 1.
    Failed(String),
    /// The arguments, each well formed, make no sense together whatever the file: exit code 2, as clap's own.
    Usage(String),
    /// The answer, already printed, is "no" (`validate`): exit code 1, nothing more to say.
    Negative,
    /// Whoever read standard output has gone: nothing to say, and no failure.
    BrokenPipe,
}

impl Failure {
    /// A failure about `object` with its cause.
    pub(crate) fn about(object: impl fmt::Display, cause: impl fmt::Display) -> Self {
        Self::Failed(format!("{object}: {cause}"))
    }

    /// An option whose machinery does not exist yet.
    pub(crate) fn not_yet(what: &str) -> Self {
        Self::Failed(format!("{what}: not yet supported"))
    }

    /// A failure to write standard output.
    pub(crate) fn stdout(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::about("standard output", error),
        }
    }

    /// The exit code of the process.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::BrokenPipe => 0,
            Self::Failed(_) | Self::Negative => 1,
            Self::Usage(_) => 2,
        }
    }

    /// The line for standard error, without line breaks or other control characters whatever the data held.
    pub(crate) fn line(&self) -> Option<String> {
        let (Self::Failed(message) | Self::Usage(message)) = self else { return None };
        let clean: String = message.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        Some(clean.trim().to_owned())
    }
}

impl From<geotiff_kit::Error> for Failure {
    /// The message names the object, the range and the cause, secrets removed.
    fn from(error: geotiff_kit::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_one_line() {
        let failure = Failure::about("a.tif", "first\nsecond\u{1b}[0m");
        assert_eq!(failure.line().as_deref(), Some("a.tif: first second [0m"));
    }
}
