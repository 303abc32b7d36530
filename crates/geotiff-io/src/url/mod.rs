//! From a URL or path to the store that serves it.

#[cfg(feature = "object_store")]
mod cloud;
mod environment;

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use self::environment::Settings;
use crate::{Error, ErrorKind, GetOptions, RangeResponse, RangeStore};

/// A store whose paths are URLs and file names: it finds, and keeps, the store that serves each.
///
/// | path | served by | feature |
/// |---|---|---|
/// | `s3://bucket/key`, `s3a://…` | S3 and what speaks its API | `object_store` |
/// | `gs://bucket/key` | Google Cloud Storage | `object_store` |
/// | `az://container/key`, `abfs[s]://container[@account…]/key`, `adl://…`, `azure://…` | Azure Blob Storage | `object_store` |
/// | `http://…`, `https://…` (query kept) | [`HttpStore`](crate::HttpStore) | `http` |
/// | `file:///path` (percent-encoded), any other text | [`FileStore`](crate::FileStore) | `file` |
///
/// Keys of S3, GCS and Azure are taken as they are written, without percent-decoding.
///
/// # Environment
///
/// [`from_env`](Self::from_env) takes what these services' tools and GDAL take; [`with_setting`](Self::with_setting)
/// sets the same names by hand, and wins.
///
/// - S3: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_REGION` or `AWS_DEFAULT_REGION`,
///   `AWS_ENDPOINT_URL` (or `AWS_ENDPOINT`, or GDAL's `AWS_S3_ENDPOINT`, which may lack the scheme), `AWS_ALLOW_HTTP`,
///   `AWS_VIRTUAL_HOSTED_STYLE_REQUEST`; web identity, container and instance credentials. Anonymous with
///   `AWS_NO_SIGN_REQUEST=YES` or `AWS_SKIP_SIGNATURE=true`; requester pays with `AWS_REQUEST_PAYER=requester`. Profiles
///   of `~/.aws` (`AWS_PROFILE`, single sign-on) are not read, as they may need a login or a program to be run:
///   `aws configure export-credentials --format env` turns one into these variables.
/// - GCS: `GOOGLE_APPLICATION_CREDENTIALS`, `GOOGLE_SERVICE_ACCOUNT`, `GOOGLE_SERVICE_ACCOUNT_KEY`;
///   `STORAGE_EMULATOR_HOST`. Anonymous with `GS_NO_SIGN_REQUEST=YES` or `GOOGLE_SKIP_SIGNATURE=true`.
/// - Azure: `AZURE_STORAGE_ACCOUNT_NAME` (or `AZURE_STORAGE_ACCOUNT`), `AZURE_STORAGE_ACCOUNT_KEY` (or
///   `AZURE_STORAGE_ACCESS_KEY`), `AZURE_STORAGE_SAS_TOKEN`, `AZURE_STORAGE_ENDPOINT`, service principals and managed
///   identities. Anonymous with `AZURE_NO_SIGN_REQUEST=YES` or `AZURE_SKIP_SIGNATURE=true`.
///
/// An endpoint that begins with `http://` is taken to allow plain HTTP. The variables are read once, when the store is
/// made. Credentials that expire are renewed when a request needs them.
///
/// The stores of buckets are kept for the life of this one, so keep it: it holds connections and credentials.
///
/// ```
/// use geotiff_io::{ErrorKind, GetOptions, RangeStore, UrlStore};
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(async {
/// let store = UrlStore::from_env();
/// let error = store.get_range("no/such/file.tif", 0..10, &GetOptions::new()).await.unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::NotFound);
/// # });
/// ```
pub struct UrlStore {
    settings: Settings,
    #[cfg(feature = "file")]
    files: crate::FileStore,
    #[cfg(feature = "http")]
    http: crate::HttpStore,
    buckets: Mutex<HashMap<String, Arc<dyn RangeStore>>>,
}

impl Default for UrlStore {
    fn default() -> Self {
        Self::from_env()
    }
}

impl UrlStore {
    /// A store with the settings of the process's environment.
    #[must_use]
    pub fn from_env() -> Self {
        Self::with_settings(Settings::from_env())
    }

    /// A store that does not look at the environment.
    #[must_use]
    pub fn without_env() -> Self {
        Self::with_settings(Settings::default())
    }

    fn with_settings(settings: Settings) -> Self {
        Self {
            settings,
            #[cfg(feature = "file")]
            files: crate::FileStore::new(),
            #[cfg(feature = "http")]
            http: crate::HttpStore::new(),
            buckets: Mutex::default(),
        }
    }

    /// Sets a variable of the list above, such as `AWS_REGION`, instead of what the environment says.
    #[must_use]
    pub fn with_setting(mut self, name: &str, value: &str) -> Self {
        self.settings.set(name, value);
        self
    }

    /// Serves `http` and `https` URLs from this store, for its headers, proxies, certificates and time limits.
    #[cfg(feature = "http")]
    #[must_use]
    pub fn with_http(mut self, http: crate::HttpStore) -> Self {
        self.http = http;
        self
    }

    /// How long connecting to a cloud store may take; 10 seconds unless told. (For `http` and `https` URLs, set it on the
    /// store given to `with_http`.)
    #[must_use]
    pub fn with_connect_timeout(mut self, limit: Duration) -> Self {
        self.settings.connect_timeout = limit;
        self
    }

    /// Checks that `url` names something this store can serve, and sets up the store for it, without a request.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`] for a malformed URL, [`ErrorKind::Configuration`] where the settings make no usable store
    /// or the feature for the scheme is off.
    pub fn check(&self, url: &str) -> Result<(), Error> {
        self.route(url).map(|_| ())
    }

    /// The store for a path, and the path in it.
    fn route(&self, path: &str) -> Result<(Routed<'_>, String), Error> {
        match Location::parse(path)? {
            Location::Http => self.http_route(path),
            Location::File(file) => self.file_route(path, file),
            Location::Bucket { root, key } => Ok((Routed::Shared(self.bucket(&root)?), key)),
        }
    }

    #[cfg(feature = "http")]
    fn http_route(&self, path: &str) -> Result<(Routed<'_>, String), Error> {
        Ok((Routed::Own(&self.http), path.to_owned()))
    }

    #[cfg(not(feature = "http"))]
    fn http_route(&self, path: &str) -> Result<(Routed<'_>, String), Error> {
        Err(feature_is_off(path, "http"))
    }

    #[cfg(feature = "file")]
    fn file_route(&self, _: &str, file: String) -> Result<(Routed<'_>, String), Error> {
        Ok((Routed::Own(&self.files), file))
    }

    #[cfg(not(feature = "file"))]
    fn file_route(&self, path: &str, _: String) -> Result<(Routed<'_>, String), Error> {
        Err(feature_is_off(path, "file"))
    }

    /// The store of a bucket, made when first asked for.
    fn bucket(&self, root: &str) -> Result<Arc<dyn RangeStore>, Error> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = buckets.get(root) {
            return Ok(store.clone());
        }
        let store = self.make_bucket(root)?;
        buckets.insert(root.to_owned(), store.clone());
        Ok(store)
    }

    #[cfg(feature = "object_store")]
    fn make_bucket(&self, root: &str) -> Result<Arc<dyn RangeStore>, Error> {
        cloud::open(root, &self.settings)
    }

    #[cfg(not(feature = "object_store"))]
    fn make_bucket(&self, root: &str) -> Result<Arc<dyn RangeStore>, Error> {
        Err(feature_is_off(root, "object_store"))
    }
}

#[cfg(not(all(feature = "http", feature = "file", feature = "object_store")))]
fn feature_is_off(path: &str, feature: &str) -> Error {
    let message = format!("geotiff-io was built without the feature {feature}");
    Error::new(ErrorKind::Configuration, path, message)
}

/// A store found for a path.
enum Routed<'a> {
    #[cfg_attr(not(any(feature = "file", feature = "http")), allow(dead_code))]
    Own(&'a dyn RangeStore),
    Shared(Arc<dyn RangeStore>),
}

impl Routed<'_> {
    fn get(&self) -> &dyn RangeStore {
        match self {
            Self::Own(store) => *store,
            Self::Shared(store) => &**store,
        }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl RangeStore for UrlStore {
    async fn get_range(
        &self,
        path: &str,
        range: Range<u64>,
        options: &GetOptions,
    ) -> Result<RangeResponse, Error> {
        let (store, path) = self.route(path).map_err(|error| error.with_range(range.clone()))?;
        store.get().get_range(&path, range, options).await
    }

    async fn get_ranges(
        &self,
        path: &str,
        ranges: &[Range<u64>],
        options: &GetOptions,
    ) -> Result<Vec<RangeResponse>, Error> {
        let (store, path) = self.route(path)?;
        store.get().get_ranges(&path, ranges, options).await
    }
}

impl fmt::Debug for UrlStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("UrlStore").field("buckets", &buckets.keys()).finish_non_exhaustive()
    }
}

/// The store of a path or URL with the settings of the environment, and the path to ask it for.
///
/// What is not a local file is read through [`shared_stack`], where the feature `stack` is on: it is retried, limited
/// and cached. To choose otherwise, put a [`UrlStore`] into layers of one's own.
///
/// # Errors
///
/// [`ErrorKind::Usage`] for a malformed URL, [`ErrorKind::Configuration`] where the environment's settings make no
/// usable store or the feature for the scheme is off. Nothing is requested yet.
pub fn resolve(url_or_path: &str) -> Result<(Arc<dyn RangeStore>, String), Error> {
    let store = shared_store();
    store.check(url_or_path)?;
    let is_file = matches!(Location::parse(url_or_path)?, Location::File(_));
    let store = if is_file { Arc::clone(store) as Arc<dyn RangeStore> } else { shared_remote(store) };
    Ok((store, url_or_path.to_owned()))
}

/// The store of all that the process opens by URL or path alone.
fn shared_store() -> &'static Arc<UrlStore> {
    static STORE: OnceLock<Arc<UrlStore>> = OnceLock::new();
    STORE.get_or_init(|| Arc::new(UrlStore::from_env()))
}

#[cfg(feature = "stack")]
fn shared_remote(_: &Arc<UrlStore>) -> Arc<dyn RangeStore> {
    Arc::clone(&shared_stack().store)
}

#[cfg(not(feature = "stack"))]
fn shared_remote(store: &Arc<UrlStore>) -> Arc<dyn RangeStore> {
    Arc::clone(store) as Arc<dyn RangeStore>
}

/// The [default stack](crate::default_stack) over a [`UrlStore`] of the environment, through which [`resolve`] reads
/// what is not a local file.
///
/// The process has one, made when it is first used, so that all that is opened by URL alone shares connections,
/// credentials, one limit of requests and one cache of at most 256 MiB. Look into it, or clear it, through its parts:
///
/// ```
/// let stack = geotiff_io::shared_stack();
/// println!("{} bytes in {} blocks", stack.cache.stats().bytes, stack.cache.stats().entries);
/// println!("{} requests so far", stack.trace.counters().requests);
/// stack.cache.clear();
/// ```
#[cfg(feature = "stack")]
pub fn shared_stack() -> &'static crate::DefaultStack {
    static STACK: OnceLock<crate::DefaultStack> = OnceLock::new();
    STACK.get_or_init(|| crate::default_stack(Arc::clone(shared_store())))
}

/// What a path names.
#[derive(Debug, PartialEq, Eq)]
enum Location {
    Http,
    File(String),
    /// `root` is scheme and authority, such as `s3://bucket/`.
    Bucket {
        root: String,
        key: String,
    },
}

impl Location {
    fn parse(path: &str) -> Result<Self, Error> {
        let Some((scheme, rest)) = path.split_once("://") else {
            return Ok(Self::File(path.to_owned()));
        };
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => Ok(Self::Http),
            "file" => Self::file(path, rest),
            "s3" | "s3a" | "gs" | "az" | "azure" | "adl" | "abfs" | "abfss" => {
                Self::bucket(path, scheme, rest)
            }
            // A file name may hold `://` only after something that is no scheme (RFC 3986 §3.1).
            scheme if scheme.contains(['/', '\\']) => Ok(Self::File(path.to_owned())),
            scheme => {
                let message = format!("no store for the scheme {scheme:?} is known");
                Err(Error::new(ErrorKind::Usage, path, message))
            }
        }
    }

    fn file(path: &str, rest: &str) -> Result<Self, Error> {
        // RFC 8089: the host is empty or localhost.
        let file = rest.strip_prefix("localhost").unwrap_or(rest);
        if !file.starts_with('/') {
            return Err(Error::new(
                ErrorKind::Usage,
                path,
                "a file URL holds an absolute path and no other host",
            ));
        }
        let decoded = percent_decode(file).ok_or_else(|| {
            Error::new(ErrorKind::Usage, path, "the file URL is not valid percent-encoded UTF-8")
        })?;
        // `file:///C:/a.tif` names `C:/a.tif`.
        let drive = decoded.as_bytes().get(2) == Some(&b':') && cfg!(windows);
        Ok(Self::File(if drive { decoded[1..].to_owned() } else { decoded }))
    }

    fn bucket(path: &str, scheme: &str, rest: &str) -> Result<Self, Error> {
        match rest.split_once('/') {
            Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => {
                Ok(Self::Bucket { root: format!("{scheme}://{bucket}/"), key: key.to_owned() })
            }
            _ => Err(Error::new(ErrorKind::Usage, path, "expected a bucket and a key")),
        }
    }
}

/// RFC 3986 §2.1; `None` where it is malformed or no UTF-8.
fn percent_decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let high = char::from(bytes.next()?).to_digit(16)?;
        let low = char::from(bytes.next()?).to_digit(16)?;
        out.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(root: &str, key: &str) -> Location {
        Location::Bucket { root: root.to_owned(), key: key.to_owned() }
    }

    #[test]
    fn locations() {
        let file = |path: &str| Location::File(path.to_owned());
        for (path, expected) in [
            ("a/b.tif", file("a/b.tif")),
            ("/a/x://b.tif", file("/a/x://b.tif")),
            ("file:///a/b%20c.tif", file("/a/b c.tif")),
            ("file://localhost/a.tif", file("/a.tif")),
            ("https://h/a.tif?x=1", Location::Http),
            ("HTTP://h/a.tif", Location::Http),
            ("s3://bucket/dir/a%20b.tif", bucket("s3://bucket/", "dir/a%20b.tif")),
            ("gs://bucket/a", bucket("gs://bucket/", "a")),
            ("abfss://c@acc.dfs.core.windows.net/k", bucket("abfss://c@acc.dfs.core.windows.net/", "k")),
        ] {
            assert_eq!(Location::parse(path).unwrap(), expected, "{path}");
        }
    }

    #[test]
    fn malformed_locations() {
        for path in ["s3://bucket", "s3:///key", "s3://bucket/", "ftp://h/a", "file://host/a", "file:///%zz"]
        {
            assert_eq!(Location::parse(path).unwrap_err().kind(), ErrorKind::Usage, "{path}");
        }
    }
}
