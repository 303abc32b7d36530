//! The one error type of the crate.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::fmt;

use crate::compression;

/// What kind of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The chunk's bytes are damaged, truncated, or disagree with the [`ChunkSpec`](crate::ChunkSpec).
    Malformed,
    /// The bytes may be sound, but nothing here reads them: an unknown compression code, a sample
    /// layout that no reader defines, a variant of a codec that is not implemented.
    Unsupported,
    /// The codec is known but was compiled out; [`Error::feature`] names the feature that brings it.
    DisabledCodec,
    /// Decoding would exceed what can be addressed or allocated.
    Limit,
    /// The caller broke the interface's contract, such as a `dst` of the wrong length. Never caused by data.
    Usage,
}

/// Why a chunk could not be decoded: a kind, the codec at work, what went wrong, and the cause.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    compression: Option<u16>,
    feature: Option<&'static str>,
    message: Cow<'static, str>,
    source: Option<Box<dyn core::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of `kind` that says `message`. Codecs outside this crate make theirs with this.
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            compression: None,
            feature: None,
            message: message.into(),
            source: None,
        }))
    }

    /// The same error with its cause attached.
    #[must_use]
    pub fn with_source(mut self, source: impl core::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Box::new(source));
        self
    }

    /// The same error, naming the TIFF compression code that was being decoded, unless one is named already.
    #[must_use]
    pub fn with_compression(mut self, code: u16) -> Self {
        self.0.compression.get_or_insert(code);
        self
    }

    /// What kind of failure this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The TIFF compression code that was being decoded, where one was.
    #[must_use]
    pub fn compression(&self) -> Option<u16> {
        self.0.compression
    }

    /// The Cargo feature of this crate that would bring the missing codec
    /// ([`ErrorKind::DisabledCodec`] only).
    #[must_use]
    pub fn feature(&self) -> Option<&'static str> {
        self.0.feature
    }

    pub(crate) fn disabled(code: u16, feature: &'static str) -> Self {
        let mut error =
            Self::new(ErrorKind::DisabledCodec, "the codec is not compiled in").with_compression(code);
        error.0.feature = Some(feature);
        error
    }

    pub(crate) fn malformed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Malformed, message)
    }

    pub(crate) fn unsupported(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    pub(crate) fn usage(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    pub(crate) fn limit(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Limit, message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("compression", &self.0.compression)
            .field("feature", &self.0.feature)
            .field("message", &self.0.message)
            .field("source", &self.0.source)
            .finish()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(code) = self.0.compression {
            match compression::name(code) {
                Some(name) => write!(f, "{name} (compression {code}): ")?,
                None => write!(f, "compression {code}: ")?,
            }
        }
        f.write_str(&self.0.message)?;
        match self.0.feature {
            Some(feature) => write!(f, "; enable the feature `{feature}` of geotiff-codecs"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match &self.0.source {
            Some(source) => Some(source.as_ref()),
            None => None,
        }
    }
}
