//! Errors of the crates below, as errors of this one.

use std::sync::Arc;

use crate::{Error, ErrorKind};

impl From<geotiff_core::Error> for Error {
    fn from(error: geotiff_core::Error) -> Self {
        let kind = match error.kind() {
            geotiff_core::ErrorKind::Unsupported => ErrorKind::Unsupported,
            geotiff_core::ErrorKind::Limit => ErrorKind::Limit,
            geotiff_core::ErrorKind::Usage => ErrorKind::Usage,
            _ => ErrorKind::Malformed,
        };
        Self::new(kind, kind.describe()).with_source(error)
    }
}

impl From<geotiff_codecs::Error> for Error {
    fn from(error: geotiff_codecs::Error) -> Self {
        let kind = match error.kind() {
            geotiff_codecs::ErrorKind::Unsupported | geotiff_codecs::ErrorKind::DisabledCodec => {
                ErrorKind::Unsupported
            }
            geotiff_codecs::ErrorKind::Limit => ErrorKind::Limit,
            geotiff_codecs::ErrorKind::Usage => ErrorKind::Usage,
            _ => ErrorKind::Malformed,
        };
        Self::new(kind, kind.describe()).with_source(error)
    }
}

impl From<geotiff_io::Error> for Error {
    fn from(error: geotiff_io::Error) -> Self {
        use geotiff_io::ErrorKind as Io;
        let kind = match error.kind() {
            Io::NotFound => ErrorKind::NotFound,
            Io::Permission => ErrorKind::Permission,
            Io::RateLimited => ErrorKind::RateLimited,
            Io::Changed => ErrorKind::Changed,
            Io::Network | Io::Unavailable => ErrorKind::Network,
            Io::Timeout => ErrorKind::Timeout,
            Io::Limit => ErrorKind::Limit,
            Io::Usage => ErrorKind::Usage,
            _ => ErrorKind::Store,
        };
        Self::new(kind, kind.describe()).with_source(error)
    }
}

impl From<Arc<geotiff_crs::Error>> for Error {
    fn from(error: Arc<geotiff_crs::Error>) -> Self {
        let kind = match error.kind() {
            geotiff_crs::ErrorKind::Malformed => ErrorKind::Malformed,
            _ => ErrorKind::Unsupported,
        };
        Self::new(kind, "the coordinate reference system cannot be understood").with_source(error)
    }
}

impl From<crate::resample::ResampleError> for Error {
    fn from(error: crate::resample::ResampleError) -> Self {
        use crate::resample::ResampleErrorKind as Kind;
        let kind = match error.kind() {
            Kind::Limit => ErrorKind::Limit,
            _ => ErrorKind::Usage,
        };
        Self::new(kind, "the image cannot be resampled so").with_source(error)
    }
}
