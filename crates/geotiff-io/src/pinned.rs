//! One object in one version.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::{Error, GetOptions, RangeResponse, RangeStore, Version};

/// A handle on one object that stays with the version it first saw.
///
/// Where the object is replaced, truncated or removed later, reads give [`ErrorKind::Changed`](crate::ErrorKind) or
/// [`ErrorKind::NotFound`](crate::ErrorKind), never bytes of another state. A source that tells no version cannot be
/// pinned: [`version`](Self::version) is `None` then, and only the size is held to where it is known.
///
/// Cheap to clone; clones are the same handle.
#[derive(Clone, Debug)]
pub struct Pinned {
    store: Arc<dyn RangeStore>,
    path: Arc<str>,
    options: GetOptions,
    size: Option<u64>,
}

impl Pinned {
    /// Reads the first `prefetch` bytes of an object, in one request, and pins the version they came with.
    ///
    /// # Errors
    ///
    /// Those of [`RangeStore::get_range`].
    pub async fn open(store: Arc<dyn RangeStore>, path: &str, prefetch: u64) -> Result<(Self, Bytes), Error> {
        let RangeResponse { bytes, object } = store.get_range(path, 0..prefetch, &GetOptions::new()).await?;
        let mut options = GetOptions::new();
        options.version = object.version;
        Ok((Self { store, path: path.into(), options, size: object.size }, bytes))
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn RangeStore> {
        &self.store
    }

    /// The path in the store. It may hold secrets: [`redact`](crate::redact()) it before showing it.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The version that every read asks for.
    #[must_use]
    pub fn version(&self) -> Option<&Version> {
        self.options.version.as_ref()
    }

    /// The size of the object in bytes, where the source told it.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Reads one range of the pinned version.
    ///
    /// # Errors
    ///
    /// Those of [`RangeStore::get_range`].
    pub async fn get_range(&self, range: Range<u64>) -> Result<Bytes, Error> {
        Ok(self.store.get_range(&self.path, range, &self.options).await?.bytes)
    }

    /// Reads several ranges of the pinned version.
    ///
    /// # Errors
    ///
    /// Those of [`RangeStore::get_ranges`].
    pub async fn get_ranges(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, Error> {
        let responses = self.store.get_ranges(&self.path, ranges, &self.options).await?;
        Ok(responses.into_iter().map(|response| response.bytes).collect())
    }
}
