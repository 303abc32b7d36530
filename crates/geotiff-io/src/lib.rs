//! Stores that serve byte ranges of objects asynchronously, and the middleware that wraps them.
//!
//! For everyone who reads a few pieces of many large objects (tiles of images, chunks of arrays) and wants to see and
//! choose what lies between them and the bytes. It knows nothing of TIFF.
//!
//! - [`RangeStore`] is the whole contract: one range of one object, or several. Anything that implements it can serve.
//! - Stores: [`MemoryStore`], `FileStore`, `ObjectStoreAdapter` (S3, GCS, Azure and whatever else `object_store`
//!   reaches) and `HttpStore`. `resolve` finds the store of a path or URL.
//! - [`coalesce`] merges ranges into fewer requests, as a pure function.
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

mod coalesce;
mod error;
#[cfg(feature = "file")]
mod file;
#[cfg(feature = "http")]
mod http;
mod layer;
mod layers;
mod memory;
#[cfg(feature = "object_store")]
mod object;
mod redact;
#[cfg(any(feature = "http", feature = "object_store"))]
mod status;
mod store;
mod url;
mod version;

pub use crate::coalesce::{Merged, coalesce};
pub use crate::error::{Error, ErrorKind};
#[cfg(feature = "file")]
pub use crate::file::FileStore;
#[cfg(feature = "http")]
pub use crate::http::{HttpStore, HttpStoreBuilder, RequestHeaders};
pub use crate::layer::{Identity, Layer, Stack, StoreBuilder};
#[cfg(feature = "trace")]
pub use crate::layers::trace::{Counters, Histogram, Outcome, RequestRecord, Trace, TraceLayer, TraceStore};
pub use crate::memory::MemoryStore;
#[cfg(feature = "object_store")]
pub use crate::object::ObjectStoreAdapter;
pub use crate::redact::redact;
pub use crate::store::{GetOptions, RangeResponse, RangeStore, RangeStoreExt};
pub use crate::url::{UrlStore, resolve};
pub use crate::version::{ObjectInfo, Version};
