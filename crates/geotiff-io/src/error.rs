//! The one error type of this crate.

use std::error::Error as StdError;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use crate::redact;

/// What went wrong, so that a caller can act on it without reading messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no such object (HTTP 404 and 410, a missing file, bucket or container).
    NotFound,
    /// The credentials, or their lack, do not allow the read (HTTP 401, 403 and 407, file permissions).
    Permission,
    /// The source asks to be asked less often (HTTP 429, S3 `SlowDown`).
    RateLimited,
    /// The object is not in the version that was asked for: it was replaced, truncated or extended since.
    Changed,
    /// No answer, or one that broke off: name resolution, connection, TLS, reset, short body.
    Network,
    /// The source answered that it cannot serve now (HTTP 500, 502, 503, 504).
    Unavailable,
    /// A time limit of this side ran out.
    Timeout,
    /// The source answered what no correct source answers: another range, a bad header, an unexpected status.
    Protocol,
    /// A limit of this side was reached, such as the cap of [`get_all`](crate::RangeStoreExt::get_all).
    Limit,
    /// The caller asked for what cannot be: a range that ends before it starts, a path that is no URL. Never caused
    /// by data.
    Usage,
    /// The store cannot be set up: missing certificates, unusable credentials or options, a feature that is off.
    Configuration,
    /// The path names a directory, not an object.
    IsDirectory,
    /// Any other failure of the operating system.
    Io,
}

impl ErrorKind {
    /// Whether the same request may succeed later with nothing changed on this side.
    #[must_use]
    pub fn is_transient(self) -> bool {
        matches!(self, Self::RateLimited | Self::Network | Self::Unavailable | Self::Timeout)
    }

    /// A few words for people.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::NotFound => "not found",
            Self::Permission => "permission denied",
            Self::RateLimited => "rate limited by the source",
            Self::Changed => "the object changed",
            Self::Network => "network failure",
            Self::Unavailable => "the source is unavailable",
            Self::Timeout => "timed out",
            Self::Protocol => "unexpected answer",
            Self::Limit => "limit reached",
            Self::Usage => "invalid request",
            Self::Configuration => "the store cannot be set up",
            Self::IsDirectory => "is a directory",
            Self::Io => "input/output error",
        }
    }
}

/// A failed request: its kind, what was being done to which object, and the cause.
///
/// Paths are [redacted](crate::redact) on construction; messages of other libraries are too. An `Error` is cheap to
/// clone, because one failed request may fail several waiting readers.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    operation: &'static str,
    path: String,
    range: Option<Range<u64>>,
    attempts: u32,
    status: Option<u16>,
    retry_after: Option<Duration>,
    message: String,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of `kind`, met while doing something to the object at `path`, which is redacted here.
    #[must_use]
    pub fn new(kind: ErrorKind, path: &str, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            operation: "read",
            path: redact(path),
            range: None,
            attempts: 1,
            status: None,
            retry_after: None,
            message: message.into(),
            source: None,
        }))
    }

    /// Names the operation, as a verb: "read" unless told.
    #[must_use]
    pub fn with_operation(mut self, operation: &'static str) -> Self {
        self.0.operation = operation;
        self
    }

    /// Adds the byte range that was asked for.
    #[must_use]
    pub fn with_range(mut self, range: Range<u64>) -> Self {
        self.0.range = Some(range);
        self
    }

    /// Sets how many times the request was sent.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Adds the HTTP status that the source answered.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Adds how long the source asks to wait before the next attempt.
    #[must_use]
    pub fn with_retry_after(mut self, delay: Duration) -> Self {
        self.0.retry_after = Some(delay);
        self
    }

    /// Adds the cause. The caller vouches that its text holds no secret.
    #[must_use]
    pub fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What was being done, as a verb.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// The object, redacted.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The byte range that was asked for.
    #[must_use]
    pub fn range(&self) -> Option<Range<u64>> {
        self.0.range.clone()
    }

    /// How many times the request was sent before this error was given up to.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The HTTP status that the source answered, where it is known.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// How long the source asked to wait before the next attempt.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        write!(
            f,
            "cannot {} {}",
            inner.operation,
            if inner.path.is_empty() { "(no path)" } else { &inner.path }
        )?;
        if let Some(range) = &inner.range {
            write!(f, " bytes {}..{}", range.start, range.end)?;
        }
        if inner.attempts > 1 {
            write!(f, " in {} attempts", inner.attempts)?;
        }
        write!(f, ": {}", inner.kind.describe())?;
        if !inner.message.is_empty() {
            write!(f, ": {}", inner.message)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("operation", &self.0.operation)
            .field("path", &self.0.path)
            .field("range", &self.0.range)
            .field("attempts", &self.0.attempts)
            .field("status", &self.0.status)
            .field("message", &self.0.message)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_object_range_and_attempts_but_no_secret() {
        let error = Error::new(ErrorKind::Unavailable, "https://u:pw@host/a.tif?sig=abc", "HTTP status 503")
            .with_range(10..20)
            .with_attempts(3);
        assert_eq!(
            error.to_string(),
            "cannot read https://host/a.tif?[redacted] bytes 10..20 in 3 attempts: \
             the source is unavailable: HTTP status 503"
        );
        assert!(!format!("{error:?}").contains("abc"));
    }
}
