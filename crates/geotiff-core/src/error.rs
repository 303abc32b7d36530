//! What can go wrong, and where in the file.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::fmt;

use crate::Tag;

/// The class of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes contradict TIFF 6.0, BigTIFF or GeoTIFF, or the file ends too early.
    Malformed,
    /// The bytes may be legal, but say something that this library does not read.
    Unsupported,
    /// A bound of [`Limits`](crate::Limits) was reached.
    Limit,
    /// The caller broke the contract of a function. Never caused by data.
    Usage,
}

/// An error with its kind and the place it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    ifd: Option<u64>,
    tag: Option<Tag>,
    offset: Option<u64>,
}

impl Error {
    fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), ifd: None, tag: None, offset: None }))
    }

    pub(crate) fn malformed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Malformed, message)
    }

    pub(crate) fn unsupported(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    pub(crate) fn limit(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Limit, message)
    }

    pub(crate) fn usage(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    pub(crate) fn in_ifd(mut self, offset: u64) -> Self {
        self.0.ifd.get_or_insert(offset);
        self
    }

    pub(crate) fn with_tag(mut self, tag: Tag) -> Self {
        self.0.tag.get_or_insert(tag);
        self
    }

    pub(crate) fn at(mut self, offset: u64) -> Self {
        self.0.offset.get_or_insert(offset);
        self
    }

    /// The class of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What is wrong, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// File offset of the IFD concerned.
    #[must_use]
    pub fn ifd(&self) -> Option<u64> {
        self.0.ifd
    }

    /// The tag concerned.
    #[must_use]
    pub fn tag(&self) -> Option<Tag> {
        self.0.tag
    }

    /// File offset of the bytes concerned.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        self.0.offset
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if let Some(tag) = self.0.tag {
            write!(f, ", tag {tag}")?;
        }
        if let Some(ifd) = self.0.ifd {
            write!(f, ", IFD at byte {ifd}")?;
        }
        if let Some(offset) = self.0.offset {
            write!(f, ", at byte {offset}")?;
        }
        Ok(())
    }
}

impl core::error::Error for Error {}
