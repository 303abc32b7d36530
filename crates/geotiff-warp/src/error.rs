//! What can go wrong with a warped read.

use std::error::Error as StdError;
use std::fmt;

/// What kind of failure an [`Error`] reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file has no affine georeferencing, or no CRS.
    NotGeoreferenced,
    /// A CRS that is not known, or no transform between the two.
    UnknownCrs,
    /// No tile matrix set is known by the identifier asked for.
    UnknownSet,
    /// A tile that does not lie in its matrix, or a zoom level without one.
    OutsideMatrix,
    /// The bounds asked for and the image share no area.
    OutsideBounds,
    /// A resampling method or data type that warping does not do.
    Unsupported,
    /// The file could not be read; the cause is a [`geotiff_read::Error`].
    Read,
    /// A picture could not be written.
    Write,
    /// The call itself is wrong: never caused by the data.
    Usage,
}

impl ErrorKind {
    fn text(self) -> &'static str {
        match self {
            Self::NotGeoreferenced => "not georeferenced",
            Self::UnknownCrs => "unknown CRS or transform",
            Self::UnknownSet => "unknown tile matrix set",
            Self::OutsideMatrix => "tile outside its matrix",
            Self::OutsideBounds => "outside the image",
            Self::Unsupported => "not supported",
            Self::Read => "cannot read",
            Self::Write => "cannot write",
            Self::Usage => "invalid argument",
        }
    }
}

/// A failure: its [kind](ErrorKind), what it concerns, and what caused it.
///
/// `Display` is one line that names all of them.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    context: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, context: impl Into<String>) -> Self {
        Self { kind, context: context.into(), source: None }
    }

    pub(crate) fn caused(kind: ErrorKind, source: impl StdError + Send + Sync + 'static) -> Self {
        Self { kind, context: String::new(), source: Some(Box::new(source)) }
    }

    pub(crate) fn of_kind(mut self, kind: ErrorKind) -> Self {
        self.kind = kind;
        self
    }

    pub(crate) fn about(mut self, context: impl Into<String>) -> Self {
        self.context = context.into();
        self
    }

    /// The kind of failure, for callers that act on it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        // A read says best itself what it could not do, and a set of tiles names the kind.
        let is_said = self.source.as_ref().is_some_and(|source| source.is::<geotiff_tms::Error>());
        if self.kind != ErrorKind::Read && !is_said {
            f.write_str(self.kind.text())?;
            separator = ": ";
        }
        if !self.context.is_empty() {
            write!(f, "{separator}{}", self.context)?;
            separator = ": ";
        }
        match &self.source {
            Some(source) => write!(f, "{separator}{source}"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<geotiff_read::Error> for Error {
    fn from(error: geotiff_read::Error) -> Self {
        let kind = match error.kind() {
            geotiff_read::ErrorKind::Usage => ErrorKind::Usage,
            _ => ErrorKind::Read,
        };
        Self::caused(kind, error)
    }
}

impl From<geotiff_crs::Error> for Error {
    fn from(error: geotiff_crs::Error) -> Self {
        Self::caused(ErrorKind::UnknownCrs, error)
    }
}

impl From<geotiff_tms::Error> for Error {
    fn from(error: geotiff_tms::Error) -> Self {
        use geotiff_tms::ErrorKind as Tms;
        let kind = match error.kind() {
            Tms::UnknownSet => ErrorKind::UnknownSet,
            Tms::OutsideMatrix | Tms::InvalidZoom => ErrorKind::OutsideMatrix,
            Tms::OutsideDomain => ErrorKind::OutsideBounds,
            Tms::UnknownCrs => ErrorKind::UnknownCrs,
            _ => ErrorKind::Usage,
        };
        Self::caused(kind, error)
    }
}
