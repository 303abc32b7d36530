use core::fmt;

/// What kind of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The definition breaks its format: GeoKeys, WKT, PROJJSON or a PROJ string that cannot be read.
    Malformed,
    /// A well-formed definition that this crate does not support, such as a projection method without formulas here.
    Unsupported,
    /// A code that the embedded EPSG table does not hold.
    UnknownCode,
}

/// A coordinate reference system that could not be read, or a transform that could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    context: Vec<String>,
}

impl Error {
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Malformed, message: message.into(), context: Vec::new() }
    }

    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Unsupported, message: message.into(), context: Vec::new() }
    }

    pub(crate) fn unknown_code(authority: &str, code: impl fmt::Display) -> Self {
        Self {
            kind: ErrorKind::UnknownCode,
            message: format!("{authority}:{code} is not in the embedded table"),
            context: Vec::new(),
        }
    }

    /// Adds what was being done when the error came up.
    pub(crate) fn context(mut self, context: impl Into<String>) -> Self {
        self.context.push(context.into());
        self
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for context in self.context.iter().rev() {
            write!(f, "{context}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

pub(crate) type Result<T> = std::result::Result<T, Error>;
