//! Stores of buckets, from settings.

use std::sync::Arc;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::{ClientOptions, ObjectStore, RetryConfig};

use super::environment::Settings;
use crate::object::ObservingConnector;
use crate::redact::redact_text;
use crate::{Error, ErrorKind, ObjectStoreAdapter, RangeStore};

/// Sets up the store of a bucket whose URL `root` is, such as `s3://bucket/`.
pub(super) fn open(root: &str, settings: &Settings) -> Result<Arc<dyn RangeStore>, Error> {
    let scheme = root.split("://").next().unwrap_or_default().to_ascii_lowercase();
    let store: Result<Arc<dyn ObjectStore>, object_store::Error> = match scheme.as_str() {
        "s3" | "s3a" => s3(root, settings).build().map(|store| Arc::new(store) as _),
        "gs" => gcs(root, settings).build().map(|store| Arc::new(store) as _),
        _ => azure(root, settings).build().map(|store| Arc::new(store) as _),
    };
    let store = store.map_err(|error| {
        Error::new(ErrorKind::Configuration, root, redact_text(&error.to_string())).with_operation("set up")
    })?;
    Ok(Arc::new(ObjectStoreAdapter::new(store).with_root(root)))
}

/// Retrying is a layer's work: here it would be unseen, and multiply.
fn no_retries() -> RetryConfig {
    RetryConfig { max_retries: 0, ..RetryConfig::default() }
}

/// Settings of the HTTP client. Limits of time but for connecting are a layer's work too.
fn client(settings: &Settings, allow_http: bool) -> ClientOptions {
    ClientOptions::new()
        .with_connect_timeout(settings.connect_timeout)
        .with_timeout_disabled()
        .with_allow_http(allow_http)
}

fn s3(root: &str, settings: &Settings) -> AmazonS3Builder {
    let mut builder = AmazonS3Builder::new().with_retry(no_retries()).with_http_connector(ObservingConnector);
    builder = builder.with_client_options(client(settings, false));
    for (name, value) in settings.starting("AWS_") {
        if let Ok(key) = name.parse() {
            builder = builder.with_config(key, value);
        }
    }
    if let Some(region) = settings.first(&["AWS_REGION", "AWS_DEFAULT_REGION"]) {
        builder = builder.with_region(region);
    }
    let endpoint =
        settings.first(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT", "AWS_S3_ENDPOINT"]);
    if let Some(endpoint) = endpoint {
        // GDAL's variable holds a host only; AWS_HTTPS says which scheme.
        let plain = settings.first(&["AWS_HTTPS"]).is_some() && !settings.is_on(&["AWS_HTTPS"]);
        let scheme = if plain { "http" } else { "https" };
        let endpoint =
            if endpoint.contains("://") { endpoint.to_owned() } else { format!("{scheme}://{endpoint}") };
        builder =
            builder.with_allow_http(endpoint.starts_with("http://") || settings.is_on(&["AWS_ALLOW_HTTP"]));
        builder = builder.with_endpoint(endpoint);
    }
    if settings.is_on(&["AWS_NO_SIGN_REQUEST", "AWS_SKIP_SIGNATURE"]) {
        builder = builder.with_skip_signature(true);
    }
    // The bucket comes from the URL, whatever AWS_BUCKET says.
    builder.with_url(root)
}

fn gcs(root: &str, settings: &Settings) -> GoogleCloudStorageBuilder {
    let mut builder =
        GoogleCloudStorageBuilder::new().with_retry(no_retries()).with_http_connector(ObservingConnector);
    builder = builder.with_client_options(client(settings, false));
    for (name, value) in settings.starting("GOOGLE_") {
        if let Ok(key) = name.parse() {
            builder = builder.with_config(key, value);
        }
    }
    let mut anonymous = settings.is_on(&["GS_NO_SIGN_REQUEST", "GOOGLE_SKIP_SIGNATURE"]);
    if let Some(host) = settings.first(&["STORAGE_EMULATOR_HOST"]) {
        let url = if host.contains("://") { host.to_owned() } else { format!("http://{host}") };
        let options = client(settings, url.starts_with("http://"));
        builder = builder.with_base_url(&url).with_client_options(options);
        anonymous = true;
    }
    if anonymous {
        builder = builder.with_skip_signature(true);
    }
    builder.with_url(root)
}

fn azure(root: &str, settings: &Settings) -> MicrosoftAzureBuilder {
    let mut builder =
        MicrosoftAzureBuilder::new().with_retry(no_retries()).with_http_connector(ObservingConnector);
    builder = builder.with_client_options(client(settings, false));
    for (name, value) in settings.starting("AZURE_") {
        if let Ok(key) = name.parse() {
            builder = builder.with_config(key, value);
        }
    }
    if let Some(account) = settings.first(&["AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT"]) {
        builder = builder.with_account(account);
    }
    if let Some(key) = settings.first(&["AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_ACCESS_KEY"]) {
        builder = builder.with_access_key(key);
    }
    let endpoint = settings.first(&["AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"]);
    if endpoint.is_some_and(|endpoint| endpoint.starts_with("http://")) {
        builder = builder.with_allow_http(true);
    }
    if settings.is_on(&["AZURE_NO_SIGN_REQUEST", "AZURE_SKIP_SIGNATURE"]) {
        builder = builder.with_skip_signature(true);
    }
    builder.with_url(root)
}
