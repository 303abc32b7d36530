//! No secret is in anything that a person or a log may read.
#![cfg(all(feature = "http", feature = "object_store", feature = "stack"))]
#![allow(clippy::unwrap_used)]

mod common;

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use common::{Reply, Server};
use geotiff_io::{GetOptions, HttpStore, RangeStore, RetryLayer, StackOptions, UrlStore, default_stack};

const SECRETS: [&str; 6] = ["s1gnature", "t0ken", "pa55word", "4ccesskey", "k3y", "he4der"];

/// Writes all spans and events of `tracing` into a string.
struct Recorder(Arc<Mutex<String>>);

struct Fields<'a>(&'a mut String);

impl tracing::field::Visit for Fields<'_> {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        let _ = write!(self.0, "{}={value:?} ", field.name());
    }
}

impl tracing::Subscriber for Recorder {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        // What other crates log at levels for their own debugging is not ours to answer for.
        metadata.target().starts_with("geotiff_io") || *metadata.level() <= tracing::Level::INFO
    }

    fn new_span(&self, attributes: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        attributes.record(&mut Fields(&mut self.0.lock().unwrap()));
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        values.record(&mut Fields(&mut self.0.lock().unwrap()));
    }

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Fields(&mut self.0.lock().unwrap()));
    }

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

/// Reads that succeed and that fail in every way, and all that can be read of them.
async fn everything(server: &Server, seen: &mut String) {
    let base = format!("http://user:pa55word@{}/", server.address);
    let http = HttpStore::builder()
        .base_url(&server.url("/"))
        .bearer_token("t0ken")
        .header("X-Api-Key", "he4der")
        .build()
        .unwrap();
    let retry = RetryLayer::new().max_attempts(2).base_delay(std::time::Duration::ZERO);
    let stack = StackOptions::new().with_retry(retry).store(http);
    for target in ["ok.tif", "missing", "forbidden", "broken", "wrong", "redirect", "busy"] {
        for url in [format!("{base}{target}?sig=s1gnature"), format!("{target}?sig=s1gnature")] {
            let result = stack.store.get_range(&url, 0..10, &GetOptions::new()).await;
            let _ = match &result {
                Ok(response) => writeln!(seen, "{response:?}"),
                Err(error) => writeln!(seen, "{error} {error:?} {error:#?} {}", error.path()),
            };
        }
    }
    let _ = writeln!(seen, "{stack:?} {:?}", stack.trace.requests());
    for record in stack.trace.requests() {
        let _ = writeln!(seen, "{record}");
    }

    let urls = UrlStore::without_env()
        .with_setting("AWS_ENDPOINT_URL", &server.url(""))
        .with_setting("AWS_ACCESS_KEY_ID", "4ccesskey")
        .with_setting("AWS_SECRET_ACCESS_KEY", "k3y")
        .with_setting("AWS_SESSION_TOKEN", "t0ken")
        .with_setting("AZURE_STORAGE_ACCOUNT_NAME", "account")
        .with_setting("AZURE_STORAGE_ENDPOINT", &server.url("/account"))
        .with_setting("AZURE_STORAGE_SAS_TOKEN", "sv=1&sig=s1gnature");
    let stack = default_stack(urls);
    for url in
        ["s3://bucket/forbidden", "az://container/forbidden", "s3://bucket/broken", "az://container/broken"]
    {
        let error = stack.store.get_range(url, 0..10, &GetOptions::new()).await.unwrap_err();
        let _ = writeln!(seen, "{error} {error:?}");
    }
    let _ = writeln!(seen, "{stack:?} {:?}", stack.trace.requests());
}

#[tokio::test]
async fn no_secret_is_shown() {
    let log = Arc::new(Mutex::new(String::new()));
    let _guard = tracing::subscriber::set_default(Recorder(log.clone()));
    let server = Server::start(|request| {
        // A server that echoes what it was sent.
        let echo = format!("<Code>Denied</Code> {} {:?}", request.target, request.headers);
        let target = request.target.split('?').next().unwrap_or_default();
        match target.rsplit('/').next().unwrap_or_default() {
            "ok.tif" => Reply::serve(request, b"0123456789abcdef").header("ETag", "\"e\""),
            "missing" => Reply::new(404).body(echo.as_bytes()),
            "broken" => Reply { length: Some(10), ..Reply::new(206) }
                .header("Content-Range", "bytes 0-9/16")
                .header("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT")
                .body(b"012"),
            "wrong" => Reply::new(206).header("Content-Range", "bytes 5-9/16").body(b"56789"),
            "redirect" => Reply::new(302).header("Location", "http://127.0.0.1:1/?sig=s1gnature"),
            "busy" => Reply::new(429).body(echo.as_bytes()),
            _ => Reply::new(403).body(echo.as_bytes()),
        }
    });
    let mut seen = String::new();
    everything(&server, &mut seen).await;
    let logged = log.lock().unwrap().clone();
    // The secrets were in use, and the logs were on: else this would prove nothing.
    let sent = format!("{:?}", server.requests());
    for secret in ["s1gnature", "t0ken", "4ccesskey", "he4der"] {
        assert!(sent.contains(secret), "{secret} was never sent");
    }
    assert!(logged.contains("ok.tif") && seen.contains("ok.tif"), "{logged}");
    for secret in SECRETS {
        assert!(!seen.contains(secret), "{secret} in {seen}");
        assert!(!logged.contains(secret), "{secret} in the log {logged}");
    }
}
