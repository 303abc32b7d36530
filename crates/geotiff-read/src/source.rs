//! The object behind a dataset: its store, its path, and the version that the handle is pinned to.

use std::ops::Range;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bytes::Bytes;
use geotiff_io::{GetOptions, ObjectInfo, RangeResponse, RangeStore, RangeStoreExt};

use crate::trace::ReadTrace;
use crate::{Error, ErrorKind};

/// One object, pinned to the first version seen of it.
#[derive(Debug)]
pub(crate) struct Source {
    store: Arc<dyn RangeStore>,
    path: String,
    seen: OnceLock<ObjectInfo>,
}

impl Source {
    pub(crate) fn new(store: Arc<dyn RangeStore>, path: String) -> Self {
        Self { store, path, seen: OnceLock::new() }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn store(&self) -> &Arc<dyn RangeStore> {
        &self.store
    }

    /// The object's size and version as the first response told them.
    pub(crate) fn object(&self) -> ObjectInfo {
        self.seen.get().cloned().unwrap_or_default()
    }

    /// Bytes of one range; fewer where the object ends.
    pub(crate) async fn get(&self, range: Range<u64>, trace: Option<&ReadTrace>) -> Result<Bytes, Error> {
        let began = Instant::now();
        let response = self.store.get_range(&self.path, range.clone(), &self.conditions()).await;
        let response = response.map_err(|error| self.error(error))?;
        if let Some(trace) = trace {
            trace.fetched(began, 1, response.bytes.len() as u64);
        }
        self.pin(&response).map_err(|error| error.in_range(range))?;
        Ok(response.bytes)
    }

    /// Bytes of several ranges, in the order asked.
    pub(crate) async fn get_many(
        &self,
        ranges: &[Range<u64>],
        trace: Option<&ReadTrace>,
    ) -> Result<Vec<Bytes>, Error> {
        if let [range] = ranges {
            return Ok(vec![self.get(range.clone(), trace).await?]);
        }
        let began = Instant::now();
        let responses = self.store.get_ranges(&self.path, ranges, &self.conditions()).await;
        let responses = responses.map_err(|error| self.error(error))?;
        if let Some(trace) = trace {
            let bytes = responses.iter().map(|response| response.bytes.len() as u64).sum();
            trace.fetched(began, ranges.len() as u64, bytes);
        }
        for response in &responses {
            self.pin(response)?;
        }
        Ok(responses.into_iter().map(|response| response.bytes).collect())
    }

    /// Whole small object; `None` where there is none.
    pub(crate) async fn get_all(&self, max_size: u64) -> Result<Option<Bytes>, Error> {
        match self.store.get_all(&self.path, max_size, &self.conditions()).await {
            Ok(response) => Ok(Some(response.bytes)),
            Err(error) if error.kind() == geotiff_io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.error(error)),
        }
    }

    fn conditions(&self) -> GetOptions {
        match self.seen.get().and_then(|object| object.version.clone()) {
            Some(version) => GetOptions::new().with_version(version),
            None => GetOptions::new(),
        }
    }

    /// Pins the first version seen, and refuses another: stores without conditional requests are checked here.
    fn pin(&self, response: &RangeResponse) -> Result<(), Error> {
        let first = self.seen.get_or_init(|| response.object.clone());
        let same = match (&first.version, &response.object.version) {
            (Some(first), Some(now)) => first.matches(now),
            _ => true,
        };
        let same_size = match (first.size, response.object.size) {
            (Some(first), Some(now)) => first == now,
            _ => true,
        };
        if same && same_size {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Changed, "the object was replaced while it was open").at(&self.path))
    }

    fn error(&self, error: geotiff_io::Error) -> Error {
        Error::from(error).at(&self.path)
    }
}
