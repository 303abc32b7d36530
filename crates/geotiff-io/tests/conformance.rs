//! The conformance suite on every store and layer that needs no server.
#![allow(clippy::panic, clippy::unwrap_used)]

use std::sync::Arc;

use geotiff_io::conformance::{self, Objects};
use geotiff_io::{Error, ErrorKind, Fault, FaultStore, GetOptions, MemoryStore, RangeResponse, RangeStore};

struct InMemory(Arc<MemoryStore>);

#[async_trait::async_trait]
impl Objects for InMemory {
    async fn put(&self, name: &str, bytes: Vec<u8>) -> String {
        self.0.put(name, bytes);
        name.to_owned()
    }

    async fn remove(&self, name: &str) {
        self.0.remove(name);
    }
}

/// Checks a store made around one in memory.
async fn check<S: RangeStore>(wrap: impl FnOnce(Arc<MemoryStore>) -> S) {
    let memory = Arc::new(MemoryStore::new());
    let store = wrap(memory.clone());
    if let Err(failures) = conformance::check(&store, &InMemory(memory)).await {
        panic!("{store:?} broke promises:\n{failures}");
    }
}

#[tokio::test]
async fn memory() {
    check(|memory| memory).await;
    check(|memory| Box::new(memory) as Box<dyn RangeStore>).await;
}

#[tokio::test]
async fn a_store_that_injects_nothing() {
    check(|memory| FaultStore::new(memory, 1).rate(0.0)).await;
}

#[cfg(feature = "stack")]
#[tokio::test]
async fn layers() {
    use geotiff_io::{
        BlockCache, CoalesceLayer, Layer, Limit, RetryLayer, TimeoutLayer, Trace, default_stack,
    };
    use std::time::Duration;

    check(|memory| CoalesceLayer::new().layer(memory)).await;
    check(|memory| RetryLayer::new().layer(memory)).await;
    check(|memory| Limit::in_flight(3).layer().layer(memory)).await;
    check(|memory| {
        Limit::builder().requests_per_second(1e6).bytes_per_second(1e12).build().layer().layer(memory)
    })
    .await;
    check(|memory| TimeoutLayer::new().layer(memory)).await;
    check(|memory| Trace::new().layer().layer(memory)).await;
    check(|memory| BlockCache::new(16 << 20).layer().layer(memory)).await;
    check(|memory| BlockCache::builder(1 << 16).block_size(1_000).build().layer().layer(memory)).await;
    check(|memory| BlockCache::builder(16 << 20).bypass_above(5_000).build().layer().layer(memory)).await;
    check(|memory| default_stack(memory).store).await;
    check(|memory| {
        let faulty = FaultStore::new(memory, 11);
        RetryLayer::new().max_attempts(20).base_delay(Duration::from_micros(1)).layer(faulty)
    })
    .await;
}

#[cfg(feature = "file")]
mod file {
    use super::*;
    use geotiff_io::FileStore;
    use std::path::PathBuf;

    struct InDirectory(PathBuf);

    #[async_trait::async_trait]
    impl Objects for InDirectory {
        async fn put(&self, name: &str, bytes: Vec<u8>) -> String {
            let file = self.0.join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            // Beside it and renamed: a new inode, whatever the clock says.
            let beside = self.0.join("new");
            std::fs::write(&beside, bytes).unwrap();
            std::fs::rename(beside, file).unwrap();
            name.to_owned()
        }

        async fn remove(&self, name: &str) {
            std::fs::remove_file(self.0.join(name)).unwrap();
        }
    }

    #[tokio::test]
    async fn files() {
        let dir = tempfile::tempdir().unwrap();
        let store = FileStore::rooted(dir.path());
        conformance::check(&store, &InDirectory(dir.path().to_owned())).await.unwrap();
    }
}

#[cfg(feature = "object_store")]
mod object {
    use super::*;
    use geotiff_io::ObjectStoreAdapter;
    use object_store::memory::InMemory;
    use object_store::path::Path;
    use object_store::{ObjectStore, ObjectStoreExt};

    struct InObjectStore(Arc<dyn ObjectStore>);

    #[async_trait::async_trait]
    impl Objects for InObjectStore {
        async fn put(&self, name: &str, bytes: Vec<u8>) -> String {
            self.0.put(&Path::parse(name).unwrap(), bytes.into()).await.unwrap();
            name.to_owned()
        }

        async fn remove(&self, name: &str) {
            self.0.delete(&Path::parse(name).unwrap()).await.unwrap();
        }
    }

    #[tokio::test]
    async fn object_store_in_memory() {
        let inner = Arc::new(InMemory::new());
        let store = ObjectStoreAdapter::new(inner.clone());
        conformance::check(&store, &InObjectStore(inner)).await.unwrap();
    }
}

/// A suite that passes everything proves nothing: each broken promise must be found.
#[tokio::test]
async fn broken_stores_are_found_out() {
    for fault in [Fault::Truncate, Fault::Extend, Fault::WholeObject, Fault::Fail(ErrorKind::Io)] {
        let memory = Arc::new(MemoryStore::new());
        let store = FaultStore::new(memory.clone(), 1).rate(1.0).faults(&[fault]);
        conformance::check(&store, &InMemory(memory)).await.unwrap_err();
    }
    let memory = Arc::new(MemoryStore::new());
    let failures = conformance::check(&Careless(memory.clone()), &InMemory(memory)).await.unwrap_err();
    assert!(failures.iter().any(|line| line.contains("Changed")), "{failures}");
}

/// A store that does not care for versions.
#[derive(Debug)]
struct Careless(Arc<MemoryStore>);

#[async_trait::async_trait]
impl RangeStore for Careless {
    async fn get_range(
        &self,
        path: &str,
        range: std::ops::Range<u64>,
        _: &GetOptions,
    ) -> Result<RangeResponse, Error> {
        self.0.get_range(path, range, &GetOptions::new()).await
    }
}
