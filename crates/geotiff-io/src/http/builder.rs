//! Settings of an HTTP store.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use reqwest::{Certificate, Client, ClientBuilder, Proxy, Url};

use super::{HttpStore, parse_header};
use crate::redact::redact_text;
use crate::{Error, ErrorKind, redact};

/// Gives the headers of each request: for credentials that expire, or that differ between URLs.
#[async_trait]
pub trait RequestHeaders: Send + Sync {
    /// The headers to add to a request for `url` (absolute, query included). Called before every request for the URL
    /// that was asked for; the result is not sent on to another origin when that URL redirects.
    ///
    /// # Errors
    ///
    /// Fails the request with this error.
    async fn headers(&self, url: &str) -> Result<Vec<(String, String)>, Error>;
}

/// Settings of an [`HttpStore`].
#[derive(Clone)]
pub struct HttpStoreBuilder {
    pub(super) base: Option<Url>,
    pub(super) source: Option<Arc<dyn RequestHeaders>>,
    pub(super) max_discard: u64,
    invalid: Option<Error>,
    headers: Vec<(String, String)>,
    proxy: Option<String>,
    use_proxies: bool,
    certificates: Vec<Vec<u8>>,
    connect_timeout: Duration,
    read_timeout: Duration,
    user_agent: String,
    http2_prior_knowledge: bool,
}

impl Default for HttpStoreBuilder {
    fn default() -> Self {
        Self {
            base: None,
            source: None,
            max_discard: 8 << 20,
            invalid: None,
            headers: Vec::new(),
            proxy: None,
            use_proxies: true,
            certificates: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            user_agent: concat!("geotiff-io/", env!("CARGO_PKG_VERSION")).to_owned(),
            http2_prior_knowledge: false,
        }
    }
}

impl HttpStoreBuilder {
    /// The URL that paths are relative to (RFC 3986 §5), and to whose origin the configured headers go.
    #[must_use]
    pub fn base_url(mut self, url: &str) -> Self {
        match Url::parse(url) {
            Ok(base) if matches!(base.scheme(), "http" | "https") => self.base = Some(base),
            _ => self.invalid = Some(Error::new(ErrorKind::Usage, url, "not an http or https URL")),
        }
        self
    }

    /// A header of every request to the origin of the base URL. Its value is treated as a secret.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// `Authorization: Bearer …` for the origin of the base URL.
    #[must_use]
    pub fn bearer_token(self, token: &str) -> Self {
        self.header(AUTHORIZATION.as_str(), &format!("Bearer {token}"))
    }

    /// Asks `source` for headers before each request.
    #[must_use]
    pub fn request_headers(mut self, source: Arc<dyn RequestHeaders>) -> Self {
        self.source = Some(source);
        self
    }

    /// Sends everything through this proxy instead of the ones of the environment (`HTTPS_PROXY`, `NO_PROXY` …).
    #[must_use]
    pub fn proxy(mut self, url: &str) -> Self {
        self.proxy = Some(url.to_owned());
        self
    }

    /// Uses no proxy, whatever the environment says.
    #[must_use]
    pub fn no_proxy(mut self) -> Self {
        self.use_proxies = false;
        self
    }

    /// Trusts these certificates (PEM, one or several) beside the system's.
    #[must_use]
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.certificates.push(pem.into());
        self
    }

    /// How long connecting may take, TLS included; 10 seconds unless told.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// How long the server may send nothing, before the response or in it; 30 seconds unless told.
    #[must_use]
    pub fn read_timeout(mut self, limit: Duration) -> Self {
        self.read_timeout = limit;
        self
    }

    /// The `User-Agent` header.
    #[must_use]
    pub fn user_agent(mut self, name: &str) -> Self {
        self.user_agent = name.to_owned();
        self
    }

    /// Speaks HTTP/2 without negotiation, also without TLS.
    #[must_use]
    pub fn http2_prior_knowledge(mut self) -> Self {
        self.http2_prior_knowledge = true;
        self
    }

    /// How many bytes may be read and dropped to reach a range on a server that ignores ranges; 8 MiB unless told.
    #[must_use]
    pub fn max_discard(mut self, bytes: u64) -> Self {
        self.max_discard = bytes;
        self
    }

    /// The store. Its client is built when first needed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`] for a base that is no HTTP URL, invalid headers, and headers without a base URL, which
    /// would go to any host.
    pub fn build(mut self) -> Result<HttpStore, Error> {
        if let Some(error) = self.invalid {
            return Err(error);
        }
        let mut headers = HeaderMap::new();
        for (name, value) in std::mem::take(&mut self.headers) {
            let Some(base) = &self.base else {
                return Err(Error::new(ErrorKind::Usage, "", "headers need a base URL to be sent to"));
            };
            let (name, value) = parse_header(&name, &value, base.as_str())?;
            headers.append(name, value);
        }
        Ok(HttpStore::from_parts(self, headers))
    }

    /// Whether a request for an `http` URL may go through a proxy that is spoken to by TLS.
    pub(super) fn has_tls_proxy(&self) -> bool {
        let is_tls = |proxy: &str| proxy.trim_start().to_ascii_lowercase().starts_with("https:");
        match &self.proxy {
            Some(proxy) => is_tls(proxy),
            None if self.use_proxies => ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]
                .iter()
                .any(|name| std::env::var(name).is_ok_and(|proxy| is_tls(&proxy))),
            None => false,
        }
    }

    /// Builds the client; `plain` is one that trusts no server by TLS.
    pub(super) fn client(&self, plain: bool) -> Result<Client, Error> {
        if plain {
            return self
                .settings()?
                .tls_certs_only([])
                .build()
                .map_err(|error| self.unusable(&error.to_string()));
        }
        match self.settings()?.build() {
            Ok(client) => Ok(client),
            Err(error) => self.without_system_roots(self.settings()?, &error),
        }
    }

    fn settings(&self) -> Result<ClientBuilder, Error> {
        // Redirects are followed by the store, which knows what must not go along.
        let mut builder = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .user_agent(&self.user_agent)
            .connect_timeout(self.connect_timeout)
            .read_timeout(self.read_timeout);
        if self.http2_prior_knowledge {
            builder = builder.http2_prior_knowledge();
        }
        if !self.use_proxies {
            builder = builder.no_proxy();
        }
        if let Some(proxy) = &self.proxy {
            let proxy = Proxy::all(proxy).map_err(|_| self.unusable("the proxy's URL is invalid"))?;
            builder = builder.proxy(proxy);
        }
        for pem in &self.certificates {
            let parsed = Certificate::from_pem_bundle(pem);
            let parsed = parsed.map_err(|_| self.unusable("a root certificate is not valid PEM"))?;
            builder = builder.tls_certs_merge(parsed);
        }
        Ok(builder)
    }

    fn unusable(&self, message: &str) -> Error {
        let base = self.base.as_ref().map_or("", |base| base.as_str());
        Error::new(ErrorKind::Configuration, base, redact_text(message))
            .with_operation("set up an HTTP client for")
    }

    /// What to do where the system's root certificates cannot be had: take the bundled ones, or say so.
    #[cfg(feature = "bundled-roots")]
    fn without_system_roots(&self, builder: ClientBuilder, _: &reqwest::Error) -> Result<Client, Error> {
        let bundled = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
        let bundled = bundled.filter_map(|der| Certificate::from_der(der).ok());
        builder.tls_certs_only(bundled).build().map_err(|error| self.unusable(&error.to_string()))
    }

    #[cfg(not(feature = "bundled-roots"))]
    fn without_system_roots(&self, _: ClientBuilder, error: &reqwest::Error) -> Result<Client, Error> {
        let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
        Err(self.unusable(&format!(
            "{error}{cause}; if this host has no TLS root certificates, install them, name them in SSL_CERT_FILE, or \
             build with the feature bundled-roots"
        )))
    }
}

impl fmt::Debug for HttpStoreBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpStoreBuilder")
            .field("base", &self.base.as_ref().map(|base| redact(base.as_str())))
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("proxy", &self.proxy.as_deref().map(redact))
            .field("connect_timeout", &self.connect_timeout)
            .field("read_timeout", &self.read_timeout)
            .field("max_discard", &self.max_discard)
            .finish_non_exhaustive()
    }
}
