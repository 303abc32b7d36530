//! What can go wrong with a tile matrix set.

use std::error::Error as StdError;
use std::fmt;

/// What kind of failure an [`Error`] reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No set is known by the identifier asked for.
    UnknownSet,
    /// A document that is not a valid TileMatrixSet 2.0.
    Malformed,
    /// A TileMatrixSet 1.0 document, which only [`TileMatrixSet::from_v1`](crate::TileMatrixSet::from_v1) reads.
    Version1,
    /// Something the standard allows and this library does not do.
    Unsupported,
    /// The set has no matrix at a zoom level and none can be derived.
    InvalidZoom,
    /// A tile that does not lie in its matrix.
    OutsideMatrix,
    /// A position that the coordinate transform has no answer for.
    OutsideDomain,
    /// The CRS, or the transform between it and the geographic one, is not known.
    UnknownCrs,
    /// Quadkeys asked of a set that is not a quadtree, or a text that is no quadkey.
    Quadkey,
    /// The file has no affine georeferencing.
    NotGeoreferenced,
    /// The grid is rotated, sheared or mirrored; a tile matrix cannot be.
    RotatedGrid,
    /// The grid's cells are not square; a tile matrix's are.
    NonSquareCells,
    /// An argument that no input can make right: NaN, an empty range, an identifier taken.
    Usage,
    /// A directory or file of sets could not be read.
    Io,
}

impl ErrorKind {
    fn text(self) -> &'static str {
        match self {
            Self::UnknownSet => "unknown tile matrix set",
            Self::Malformed => "not a valid tile matrix set",
            Self::Version1 => "a tile matrix set of version 1.0",
            Self::Unsupported => "not supported",
            Self::InvalidZoom => "no matrix at this zoom level",
            Self::OutsideMatrix => "tile outside its matrix",
            Self::OutsideDomain => "position outside the domain of the transform",
            Self::UnknownCrs => "unknown CRS or transform",
            Self::Quadkey => "no quadkey",
            Self::NotGeoreferenced => "not georeferenced",
            Self::RotatedGrid => "rotated or mirrored grid",
            Self::NonSquareCells => "cells are not square",
            Self::Usage => "invalid argument",
            Self::Io => "cannot read",
        }
    }
}

/// A failure: its [kind](ErrorKind), what it concerns, and what caused it.
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

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The kind of failure, for callers that act on it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What the failure concerns: the set, the zoom level, the tile, the key of the document.
    #[must_use]
    pub fn context(&self) -> &str {
        &self.context
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.text(), self.context)?;
        match &self.source {
            Some(source) => write!(f, ": {source}"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
