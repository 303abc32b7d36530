//! Whatever the `object_store` crate reaches.

mod observed;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use object_store::client::{HttpError, HttpErrorKind};
use object_store::path::Path;
use object_store::{GetRange, ObjectMeta, ObjectStore};

use self::observed::Observed;
pub(crate) use self::observed::ObservingConnector;
use crate::causes::{causes, message_with_causes};
use crate::status::kind_of_status;
use crate::store::{check_range, check_version};
use crate::{Error, ErrorKind, GetOptions, ObjectInfo, RangeResponse, RangeStore, Version};

/// Any [`ObjectStore`] as a store of ranges: S3, GCS, Azure, HTTP, local, memory, or somebody's own.
///
/// Paths are keys in the store, without a leading slash. A strong ETag of the wanted version is sent as `If-Match`; the
/// metadata of every response is compared besides. A range past the end gives no bytes, though several of these stores
/// call it an error. Nothing is asked beside the range: no HEAD, no listing.
///
/// Most object stores retry on their own. Under a `RetryLayer`, set their `RetryConfig::max_retries` to 0, as `resolve`
/// does, or the two multiply.
///
/// Dropping a request's future stops it. Cloud stores need a tokio runtime.
///
/// ```
/// use std::sync::Arc;
/// use geotiff_io::{GetOptions, ObjectStoreAdapter, RangeStore};
/// use object_store::{ObjectStoreExt, memory::InMemory};
/// # futures::executor::block_on(async {
/// let memory = Arc::new(InMemory::new());
/// memory.put(&"a.tif".into(), "0123456789".into()).await.unwrap();
/// let store = ObjectStoreAdapter::new(memory);
/// let response = store.get_range("a.tif", 8..100, &GetOptions::new()).await?;
/// assert_eq!(&response.bytes[..], b"89");
/// # Ok::<(), geotiff_io::Error>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct ObjectStoreAdapter {
    inner: Arc<dyn ObjectStore>,
    root: String,
}

impl ObjectStoreAdapter {
    /// Wraps an object store.
    #[must_use]
    pub fn new(inner: Arc<dyn ObjectStore>) -> Self {
        Self { inner, root: String::new() }
    }

    /// Names the store in errors: `root` (such as `s3://bucket/`) is put before the key.
    #[must_use]
    pub fn with_root(mut self, root: impl Into<String>) -> Self {
        self.root = root.into();
        self
    }

    fn name(&self, path: &str) -> String {
        format!("{}{path}", self.root)
    }

    async fn fetch(
        &self,
        path: &str,
        range: &Range<u64>,
        options: &GetOptions,
    ) -> Result<RangeResponse, Error> {
        let name = self.name(path);
        let key =
            Path::parse(path).map_err(|error| Error::new(ErrorKind::Usage, &name, error.to_string()))?;
        let etag = options.version.as_ref().and_then(|version| version.etag()).map(str::to_owned);
        let observed = Observed::default();
        let mut extensions = object_store::Extensions::new();
        extensions.insert(observed.clone());
        let request = object_store::GetOptions {
            extensions,
            range: Some(GetRange::Bounded(range.clone())),
            if_match: etag,
            ..Default::default()
        };
        let sent = self.inner.get_opts(&key, request);
        let result = match options.first_byte_timeout {
            None => sent.await,
            Some(limit) => tokio::time::timeout(limit, sent)
                .await
                .map_err(|_| Error::new(ErrorKind::Timeout, &name, format!("no answer within {limit:?}")))?,
        };
        let result = match result {
            Ok(result) => result,
            Err(error) if is_past_the_end(&error) => return past_the_end(&name, range, options),
            Err(error) => {
                let error = map_error(&name, &error);
                return Err(match observed.retry_after() {
                    Some(delay) => error.with_retry_after(delay),
                    None => error,
                });
            }
        };
        let object = describe(&result.meta);
        check_version(&name, options, &object)?;
        let expected = range.start..range.end.min(result.meta.size);
        if result.range != expected {
            let message = format!("asked for bytes {expected:?}, was sent {:?}", result.range);
            return Err(Error::new(ErrorKind::Protocol, &name, message));
        }
        let bytes = result.bytes().await.map_err(|error| map_error(&name, &error))?;
        let length = expected.end - expected.start;
        if bytes.len() as u64 != length {
            let message = format!("the body broke off after {} of {length} bytes", bytes.len());
            return Err(Error::new(ErrorKind::Network, &name, message));
        }
        Ok(RangeResponse::new(bytes, object))
    }
}

#[async_trait]
impl RangeStore for ObjectStoreAdapter {
    async fn get_range(
        &self,
        path: &str,
        range: Range<u64>,
        options: &GetOptions,
    ) -> Result<RangeResponse, Error> {
        check_range(path, &range)?;
        if range.is_empty() {
            return Ok(RangeResponse::new(Bytes::new(), ObjectInfo::new()));
        }
        self.fetch(path, &range, options).await.map_err(|error| error.with_range(range))
    }
}

impl fmt::Debug for ObjectStoreAdapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The inner store's own Debug may hold credentials.
        f.debug_struct("ObjectStoreAdapter").field("root", &self.root).finish_non_exhaustive()
    }
}

fn describe(meta: &ObjectMeta) -> ObjectInfo {
    let mut version =
        Version::new().with_size(meta.size).with_last_modified(&meta.last_modified.to_rfc3339());
    if let Some(etag) = &meta.e_tag {
        version = version.with_etag(etag);
    }
    ObjectInfo::new().with_size(meta.size).with_version(version)
}

/// Whether the failure only says that the range starts past the end of the object.
fn is_past_the_end(error: &object_store::Error) -> bool {
    let object_store::Error::Generic { source, .. } = error else { return false };
    let text = source.to_string();
    status_in(&text) == Some(416) || text.contains("but object was only")
}

/// The answer to a range that starts past the end.
fn past_the_end(name: &str, range: &Range<u64>, options: &GetOptions) -> Result<RangeResponse, Error> {
    let expected = options.version.as_ref().and_then(Version::size);
    if let Some(expected) = expected.filter(|&expected| expected > range.start) {
        let message = format!("it no longer has {expected} bytes");
        return Err(Error::new(ErrorKind::Changed, name, message));
    }
    Ok(RangeResponse::new(Bytes::new(), ObjectInfo::new()))
}

/// The status in the message of a failed request: the type that holds it is not public.
fn status_in(text: &str) -> Option<u16> {
    let (_, tail) = text.split_once("status code: ")?;
    tail.get(..3)?.parse().ok()
}

fn map_error(name: &str, error: &object_store::Error) -> Error {
    use object_store::Error as E;
    let text = error.to_string();
    let status = status_in(&text);
    let kind = match error {
        E::NotFound { .. } => ErrorKind::NotFound,
        E::PermissionDenied { .. } | E::Unauthenticated { .. } => ErrorKind::Permission,
        E::Precondition { .. } | E::NotModified { .. } => ErrorKind::Changed,
        E::InvalidPath { .. } => ErrorKind::Usage,
        E::UnknownConfigurationKey { .. } => ErrorKind::Configuration,
        E::JoinError { .. } => ErrorKind::Io,
        _ => status.map(kind_of_status).unwrap_or_else(|| kind_of_cause(error)),
    };
    match status {
        Some(status) => Error::new(kind, name, explain(&text, status)).with_status(status),
        None => {
            let message = message_with_causes(error);
            Error::new(kind, name, message.chars().take(500).collect::<String>())
        }
    }
}

/// The kind that the chain of causes tells of.
fn kind_of_cause(error: &object_store::Error) -> ErrorKind {
    for error in causes(error) {
        if let Some(http) = error.downcast_ref::<HttpError>() {
            return match http.kind() {
                HttpErrorKind::Timeout => ErrorKind::Timeout,
                _ => ErrorKind::Network,
            };
        }
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            return match io.kind() {
                std::io::ErrorKind::IsADirectory => ErrorKind::IsDirectory,
                std::io::ErrorKind::PermissionDenied => ErrorKind::Permission,
                _ => ErrorKind::Io,
            };
        }
    }
    ErrorKind::Protocol
}

/// What a person needs of the message of an answer: bodies are left out but for their error code, because S3 echoes keys
/// and signatures in them.
fn explain(text: &str, status: u16) -> String {
    let code =
        text.split_once("<Code>").and_then(|(_, tail)| tail.split_once("</Code>")).map(|(code, _)| code);
    match code.filter(|code| code.len() < 80 && code.chars().all(|c| c.is_ascii_alphanumeric())) {
        Some(code) => format!("HTTP status {status} ({code})"),
        None => format!("HTTP status {status}"),
    }
}
