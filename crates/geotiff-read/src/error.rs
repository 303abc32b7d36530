//! One error for everything between a path and its pixels.

use std::error::Error as StdError;
use std::fmt;
use std::ops::Range;

/// What went wrong, told apart so that a caller can decide what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file breaks the rules of TIFF, GeoTIFF or of a codec.
    Malformed,
    /// The file is legal, but uses something that this build cannot read.
    Unsupported,
    /// A limit that guards memory or work was reached; see [`Limits`](crate::Limits).
    Limit,
    /// The object was replaced while it was open.
    Changed,
    /// There is no such object.
    NotFound,
    /// The store refused access.
    Permission,
    /// The store asks for fewer requests.
    RateLimited,
    /// The store could not be reached, or broke off.
    Network,
    /// A request took too long.
    Timeout,
    /// The call itself is wrong: never caused by the data.
    Usage,
    /// Anything else that the store reports.
    Store,
}

impl ErrorKind {
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Malformed => "malformed file",
            Self::Unsupported => "unsupported",
            Self::Limit => "limit reached",
            Self::Changed => "the object changed while it was open",
            Self::NotFound => "not found",
            Self::Permission => "permission denied",
            Self::RateLimited => "rate limited",
            Self::Network => "network failure",
            Self::Timeout => "timed out",
            Self::Usage => "usage",
            Self::Store => "store failure",
        }
    }
}

/// An error with its kind, the object, what was being read of it, and the cause.
///
/// `Display` is one line that names all of them, the causes included.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    path: Option<String>,
    part: Option<String>,
    range: Option<Range<u64>>,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of `kind`, described by `message`.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            path: None,
            part: None,
            range: None,
            message: message.into(),
            source: None,
        }))
    }

    /// The kind, to decide by.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The object's path in its store, secrets removed.
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// The range of bytes that was being read, when it was one.
    pub fn range(&self) -> Option<Range<u64>> {
        self.0.range.clone()
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Box::new(source));
        self
    }

    /// Names the object; the first name given stays.
    pub(crate) fn at(mut self, path: &str) -> Self {
        if self.0.path.is_none() {
            self.0.path = Some(geotiff_io::redact(path));
        }
        self
    }

    pub(crate) fn in_part(mut self, part: impl fmt::Display) -> Self {
        if self.0.part.is_none() {
            self.0.part = Some(part.to_string());
        }
        self
    }

    pub(crate) fn in_range(mut self, range: Range<u64>) -> Self {
        self.0.range.get_or_insert(range);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(path) = &inner.path {
            write!(f, "{path}: ")?;
        }
        if let Some(part) = &inner.part {
            write!(f, "{part}: ")?;
        }
        if let Some(range) = &inner.range {
            write!(f, "bytes {}..{}: ", range.start, range.end)?;
        }
        if inner.message.is_empty() {
            f.write_str(inner.kind.describe())?;
        } else {
            f.write_str(&inner.message)?;
        }
        let mut cause = inner.source.as_deref().map(|source| source as &dyn StdError);
        while let Some(source) = cause {
            write!(f, ": {source}")?;
            cause = source.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
