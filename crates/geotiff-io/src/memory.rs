//! Objects in memory.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

use async_trait::async_trait;
use bytes::Bytes;

use crate::store::{check_range, check_version, slice};
use crate::{Error, ErrorKind, GetOptions, ObjectInfo, RangeResponse, RangeStore, Version};

/// A store of objects in memory: for tests, embedded data and bytes that came another way.
///
/// Every [`put`](Self::put) gives the object a new version. Answers share the object's memory and need no runtime.
///
/// ```
/// use geotiff_io::{GetOptions, MemoryStore, RangeStore};
/// # futures::executor::block_on(async {
/// let store = MemoryStore::new();
/// store.put("a.tif", vec![1, 2, 3, 4]);
/// let response = store.get_range("a.tif", 1..3, &GetOptions::new()).await?;
/// assert_eq!(&response.bytes[..], [2, 3]);
/// assert_eq!(response.object.size, Some(4));
/// # Ok::<(), geotiff_io::Error>(()) }).unwrap();
/// ```
#[derive(Default)]
pub struct MemoryStore {
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    objects: HashMap<String, (Bytes, ObjectInfo)>,
    puts: u64,
}

impl MemoryStore {
    /// A store without objects.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces an object.
    pub fn put(&self, path: impl Into<String>, bytes: impl Into<Bytes>) {
        let bytes = bytes.into();
        let size = bytes.len() as u64;
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.puts += 1;
        let version = Version::new().with_etag(&format!("\"{}\"", state.puts)).with_size(size);
        let object = ObjectInfo::new().with_size(size).with_version(version);
        state.objects.insert(path.into(), (bytes, object));
    }

    /// Removes an object; says whether there was one.
    pub fn remove(&self, path: &str) -> bool {
        self.state.write().unwrap_or_else(PoisonError::into_inner).objects.remove(path).is_some()
    }
}

#[async_trait]
impl RangeStore for MemoryStore {
    async fn get_range(
        &self,
        path: &str,
        range: Range<u64>,
        options: &GetOptions,
    ) -> Result<RangeResponse, Error> {
        check_range(path, &range)?;
        let found = {
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            state.objects.get(path).cloned()
        };
        let (bytes, object) = found.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, path, "no such object in memory").with_range(range.clone())
        })?;
        check_version(path, options, &object)?;
        Ok(RangeResponse::new(slice(&bytes, 0, &range), object))
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("MemoryStore").field("objects", &state.objects.len()).finish()
    }
}
