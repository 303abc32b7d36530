//! HTTP and HTTPS.

mod builder;
mod response;
mod transport;

use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use async_trait::async_trait;
use bytes::Bytes;
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue, IF_MATCH, LOCATION, RANGE};
use reqwest::{Client, Response, Url};

pub use self::builder::{HttpStoreBuilder, RequestHeaders};
use self::response::Asked;
use self::transport::{transmit, transport_error};
use crate::store::check_range;
use crate::{Error, ErrorKind, GetOptions, ObjectInfo, RangeResponse, RangeStore};

/// How many redirects one request follows (the number that browsers' fetch standard allows).
const MAX_REDIRECTS: usize = 20;

/// A store of what HTTP and HTTPS URLs name, read with range requests (RFC 9110 §14) through `reqwest`.
///
/// A path is an absolute URL, its query string kept (signed URLs work), or, with a
/// [base URL](HttpStoreBuilder::base_url), a reference relative to it.
///
/// What it checks and does:
/// - 206 must answer the range that was asked for (`Content-Range`), shorter only at the end of the object, with a body
///   of just that length.
/// - 200 means that the server ignores ranges: the asked slice is taken while the body streams by, no more than
///   [`max_discard`](HttpStoreBuilder::max_discard) bytes are read and dropped before it, and the rest is not read.
/// - 416 means that the range starts past the end, which gives no bytes and the size.
/// - A strong ETag of the wanted version is sent as `If-Match`; every response's validators are compared besides.
/// - `Accept-Encoding: identity` is asked for, and an encoded body is an error: its ranges would be of other bytes.
/// - No HEAD is ever sent.
/// - A request whose connection falls before anything of its answer came is sent once more at once: servers close kept
///   connections when they like. Any other failure is the caller's, or a `RetryLayer`'s, to repeat.
/// - Headers and credentials go to the origin (scheme, host, port) they were given for, never to the target of a
///   redirect to another; a redirect from HTTPS to HTTP is refused.
///
/// Connections are pooled and reused; HTTP/2 is used where the server offers it over TLS. The client is built at the
/// first request: on a host without TLS root certificates `https` URLs give [`ErrorKind::Configuration`] (unless the
/// feature `bundled-roots` is on), while `http` works.
///
/// Needs a tokio runtime. Dropping a request's future closes or resets its stream.
///
/// ```no_run
/// use geotiff_io::{GetOptions, HttpStore, RangeStore};
/// # async fn example() -> Result<(), geotiff_io::Error> {
/// let store = HttpStore::new();
/// let head = store.get_range("https://example.com/scene.tif", 0..32 * 1024, &GetOptions::new()).await?;
/// println!("{} bytes of {:?}", head.bytes.len(), head.object.size);
/// # Ok(()) }
/// ```
pub struct HttpStore {
    config: HttpStoreBuilder,
    headers: HeaderMap,
    client: OnceLock<Result<Client, Error>>,
    plain: OnceLock<Result<Client, Error>>,
}

impl Default for HttpStore {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpStore {
    /// A store of any URL, with default settings and no credentials.
    #[must_use]
    pub fn new() -> Self {
        Self::from_parts(HttpStoreBuilder::default(), HeaderMap::new())
    }

    /// Settings: base URL, headers, proxies, certificates, time limits.
    #[must_use]
    pub fn builder() -> HttpStoreBuilder {
        HttpStoreBuilder::default()
    }

    fn from_parts(config: HttpStoreBuilder, headers: HeaderMap) -> Self {
        Self { config, headers, client: OnceLock::new(), plain: OnceLock::new() }
    }

    /// The URL of a path.
    fn url(&self, path: &str) -> Result<Url, Error> {
        let parsed = match &self.config.base {
            Some(base) => base.join(path),
            None => Url::parse(path),
        };
        // The parser's message holds no part of its input.
        let url =
            parsed.map_err(|error| Error::new(ErrorKind::Usage, path, format!("not a URL: {error}")))?;
        if matches!(url.scheme(), "http" | "https") && url.host().is_some() {
            return Ok(url);
        }
        Err(Error::new(ErrorKind::Usage, path, "not an http or https URL"))
    }

    /// The client for a URL: one for `http` needs no root certificates, which some hosts lack, and which take longer
    /// to load than a request.
    fn client(&self, url: &Url) -> Result<&Client, Error> {
        let is_plain = url.scheme() == "http" && !self.config.has_tls_proxy();
        let client = if is_plain { &self.plain } else { &self.client };
        client.get_or_init(|| self.config.client(is_plain)).as_ref().map_err(Error::clone)
    }

    /// Whether this store's own headers may go to `url`.
    fn is_home(&self, url: &Url) -> bool {
        self.config.base.as_ref().is_some_and(|base| base.origin() == url.origin())
    }

    async fn headers_for(&self, url: &Url, path: &str) -> Result<HeaderMap, Error> {
        let mut headers = if self.is_home(url) { self.headers.clone() } else { HeaderMap::new() };
        if let Some(source) = &self.config.source {
            for (name, value) in source.headers(url.as_str()).await? {
                let (name, value) = parse_header(&name, &value, path)?;
                headers.insert(name, value);
            }
        }
        Ok(headers)
    }

    /// Sends one request and follows its redirects.
    async fn send(&self, path: &str, range: &Range<u64>, options: &GetOptions) -> Result<Response, Error> {
        let mut url = self.url(path)?;
        let home = url.origin();
        let mut credentials = self.headers_for(&url, path).await?;
        for _ in 0..=MAX_REDIRECTS {
            let mut request = self
                .client(&url)?
                .get(url.clone())
                .headers(credentials.clone())
                .header(RANGE, format!("bytes={}-{}", range.start, range.end - 1))
                .header(ACCEPT_ENCODING, "identity");
            if let Some(etag) = options.version.as_ref().and_then(|version| version.etag()) {
                request = request.header(IF_MATCH, etag);
            }
            let response = transmit(request).await.map_err(|error| transport_error(path, error))?;
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok(response);
            }
            url = redirect_target(&url, &response, path)?;
            if url.origin() != home {
                credentials.clear();
            }
        }
        Err(Error::new(ErrorKind::Protocol, path, format!("more than {MAX_REDIRECTS} redirects")))
    }

    async fn fetch(&self, asked: &Asked<'_>) -> Result<RangeResponse, Error> {
        let sent = self.send(asked.path, &asked.range, asked.options);
        let response = match asked.options.first_byte_timeout {
            None => sent.await?,
            Some(limit) => tokio::time::timeout(limit, sent).await.map_err(|_| {
                Error::new(ErrorKind::Timeout, asked.path, format!("no answer within {limit:?}"))
            })??,
        };
        response::read(asked, response, self.config.max_discard).await
    }
}

/// Where a redirect leads.
fn redirect_target(from: &Url, response: &Response, path: &str) -> Result<Url, Error> {
    let fail = |message: &str| Error::new(ErrorKind::Protocol, path, message);
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let location = location.ok_or_else(|| fail("a redirect without a location"))?;
    let to = from.join(location).map_err(|_| fail("a redirect to what is no URL"))?;
    match (from.scheme(), to.scheme()) {
        ("https", "http") => Err(fail("a redirect from https to http was refused")),
        (_, "http" | "https") => Ok(to),
        _ => Err(fail("a redirect to another scheme than http and https was refused")),
    }
}

fn parse_header(name: &str, value: &str, path: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let fail = |what: &str| Error::new(ErrorKind::Usage, path, format!("invalid header {what}"));
    let parsed_name = HeaderName::try_from(name).map_err(|_| fail("name"))?;
    let mut value = HeaderValue::try_from(value).map_err(|_| fail(&format!("value for {parsed_name}")))?;
    value.set_sensitive(true);
    Ok((parsed_name, value))
}

#[async_trait]
impl RangeStore for HttpStore {
    async fn get_range(
        &self,
        path: &str,
        range: Range<u64>,
        options: &GetOptions,
    ) -> Result<RangeResponse, Error> {
        check_range(path, &range)?;
        if range.is_empty() {
            // `bytes=42-41` is no request that HTTP knows.
            self.url(path)?;
            return Ok(RangeResponse::new(Bytes::new(), ObjectInfo::new()));
        }
        let asked = Asked { path, range, options };
        self.fetch(&asked).await.map_err(|error| error.with_range(asked.range.clone()))
    }
}

impl fmt::Debug for HttpStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpStore").field("config", &self.config).finish_non_exhaustive()
    }
}
