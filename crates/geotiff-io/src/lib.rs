//! Stores that serve byte ranges of objects asynchronously, and the middleware that wraps them.
//!
//! For everyone who reads a few pieces of many large objects (tiles of images, chunks of arrays) and wants to see and
//! choose what lies between them and the bytes. It knows nothing of TIFF.
//!
//! - [`RangeStore`] is the whole contract: one range of one object, or several. Anything that implements it can serve.
//! - Stores: [`MemoryStore`], `FileStore`, `HttpStore` and `ObjectStoreAdapter` (S3, GCS, Azure and whatever else
//!   `object_store` reaches). [`UrlStore`] and [`resolve`] find the one for a URL.
//! - Layers wrap a store and are stores: `BlockCache`, [`CoalesceLayer`], `RetryLayer`, `Limit`, `Trace`,
//!   `TimeoutLayer`. What they hold (blocks, budgets, logs) is a value to share and to look into. [`StoreBuilder`] stacks
//!   them; `default_stack` is the order that fits most.
//! - [`Pinned`] stays with the version of an object that it first saw.
//! - [`coalesce()`] merges ranges into fewer requests, as a pure function.
//!
//! ```
//! use geotiff_io::{GetOptions, MemoryStore, RangeStore};
//!
//! # futures::executor::block_on(async {
//! let store = MemoryStore::new();
//! store.put("scene.tif", &b"II*\0 and so on"[..]);
//!
//! // A range past the end answers what there is; responses say what object they are of.
//! let head = store.get_range("scene.tif", 0..32 * 1024, &GetOptions::new()).await?;
//! assert_eq!(&head.bytes[..4], b"II*\0");
//! assert_eq!(head.object.size, Some(14));
//!
//! // Pinned to the version first seen, an object that was replaced is an error, never a mixture.
//! let pinned = GetOptions::new().with_version(head.object.version.unwrap());
//! store.put("scene.tif", &b"another file"[..]);
//! let error = store.get_range("scene.tif", 4..8, &pinned).await.unwrap_err();
//! assert_eq!(error.kind(), geotiff_io::ErrorKind::Changed);
//! # Ok::<(), geotiff_io::Error>(()) }).unwrap();
//! ```
//!
//! What an application takes is a [`UrlStore`] in `default_stack`: retries, limits, a cache, and a log of what was sent.
//!
//! ```no_run
//! # #[cfg(feature = "stack")]
//! # async fn example() -> Result<(), geotiff_io::Error> {
//! use geotiff_io::{Pinned, UrlStore, default_stack};
//!
//! // Made once, and kept: it holds the connections, the credentials and the blocks.
//! let stack = default_stack(UrlStore::from_env());
//! let (scene, head) = Pinned::open(stack.store.clone(), "s3://bucket/scene.tif", 32 * 1024).await?;
//! let tiles = scene.get_ranges(&[500_000..520_000, 520_000..530_000]).await?;
//! println!("{} and {} bytes in {} requests", head.len(), tiles.len(), stack.trace.counters().requests);
//! # Ok(()) }
//! ```
//!
//! # Layers, from the outside in
//!
//! | layer | does | when a read's future is dropped |
//! |---|---|---|
//! | `BlockCache` | answers what it holds; one request for many readers of a block | the request stops with its last reader |
//! | [`CoalesceLayer`] | merges the ranges of one call | all its requests stop |
//! | `RetryLayer` | another attempt after a passing failure | the attempt or the wait stops |
//! | `Limit` | requests in flight, requests and bytes per second | its place goes to the next |
//! | `Trace` | a record, a `tracing` span and counters | it is recorded as cancelled |
//! | `TimeoutLayer` | bounds an attempt's time | the attempt stops |
//!
//! That is the order of the default stack, and why is said at `default_stack`; any other order works too.
//!
//! # Features
//!
//! Features only add. Without any there are the trait, memory, merging, stacking and pinning, which need no runtime.
//!
//! | feature | default | brings | needs a tokio runtime |
//! |---|---|---|---|
//! | `file` | yes | `FileStore` | yes |
//! | `http` | yes | `HttpStore` (rustls; a C compiler) | yes |
//! | `object_store` | yes | `ObjectStoreAdapter`, cloud URLs (rustls; a C compiler) | for cloud stores |
//! | `bundled-roots` | no | Mozilla's root certificates, where the system has none | |
//! | `cache` | yes | `BlockCache` | no |
//! | `limit` | yes | `Limit` | for rates |
//! | `retry` | yes | `RetryLayer` | yes |
//! | `timeout` | yes | `TimeoutLayer` | yes |
//! | `trace` | yes | `Trace` | no |
//! | `stack` | yes | all layers and `default_stack` | yes |
//! | `testing` | no | `FaultStore` | for delays |
//! | `conformance` | no | the suite that stores and layers must pass | no |
//!
//! # Secrets
//!
//! Paths may be signed URLs. In errors, logs, traces and `Debug` they are [redacted](redact()); a cache keeps only a keyed
//! hash of them. Credentials go to the origin they were given for, never to where it redirects.
//!
//! # WebAssembly
//!
//! Designed for, not tried: nothing without a feature knows threads or a runtime, but the trait asks for `Send` futures
//! everywhere, which a browser's are not; and `trace`, `retry` and `limit` read the system's clock.

#[cfg(any(feature = "http", feature = "object_store"))]
mod causes;
mod coalesce;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
#[cfg(feature = "testing")]
mod fault;
#[cfg(feature = "file")]
mod file;
#[cfg(feature = "http")]
mod http;
mod layer;
mod layers;
mod memory;
#[cfg(feature = "object_store")]
mod object;
mod pinned;
mod redact;
#[cfg(any(feature = "http", feature = "object_store"))]
mod status;
mod store;
mod url;
mod version;

pub use crate::coalesce::{Merged, coalesce};
pub use crate::error::{Error, ErrorKind};
#[cfg(feature = "testing")]
pub use crate::fault::{Fault, FaultStore};
#[cfg(feature = "file")]
pub use crate::file::FileStore;
#[cfg(feature = "http")]
pub use crate::http::{HttpStore, HttpStoreBuilder, RequestHeaders};
pub use crate::layer::{Identity, Layer, Stack, StoreBuilder};
#[cfg(feature = "cache")]
pub use crate::layers::cache::{BlockCache, BlockCacheBuilder, BlockCacheLayer, BlockCacheStore, CacheStats};
pub use crate::layers::coalesce::{CoalesceLayer, CoalesceStore};
#[cfg(feature = "limit")]
pub use crate::layers::limit::{Limit, LimitBuilder, LimitLayer, LimitStore};
#[cfg(feature = "retry")]
pub use crate::layers::retry::{RetryLayer, RetryStore};
#[cfg(feature = "stack")]
pub use crate::layers::stack::{DefaultStack, StackOptions, default_stack};
#[cfg(feature = "timeout")]
pub use crate::layers::timeout::{TimeoutLayer, TimeoutStore};
#[cfg(feature = "trace")]
pub use crate::layers::trace::{Counters, Histogram, Outcome, RequestRecord, Trace, TraceLayer, TraceStore};
pub use crate::memory::MemoryStore;
#[cfg(feature = "object_store")]
pub use crate::object::ObjectStoreAdapter;
pub use crate::pinned::Pinned;
pub use crate::redact::redact;
pub use crate::store::{GetOptions, RangeResponse, RangeStore, RangeStoreExt};
#[cfg(feature = "stack")]
pub use crate::url::shared_stack;
pub use crate::url::{UrlStore, resolve};
pub use crate::version::{ObjectInfo, Version};
