//! From URLs to stores.
#![cfg(all(feature = "file", feature = "http", feature = "object_store"))]

mod common;

use std::time::Duration;

use common::{Reply, Server};
use geotiff_io::{ErrorKind, GetOptions, RangeStore, UrlStore, resolve};

#[tokio::test]
async fn files_by_path_and_by_url() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a b.tif");
    std::fs::write(&file, "hello").unwrap();
    let path = file.to_str().unwrap().to_owned();
    for name in [path.clone(), format!("file://{}", path.replace(' ', "%20"))] {
        let (store, name) = resolve(&name).unwrap();
        let response = store.get_range(&name, 1..3, &GetOptions::new()).await.unwrap();
        assert_eq!(&response.bytes[..], b"el");
    }
}

#[tokio::test]
async fn signed_urls_keep_their_query() {
    let server = Server::start(|r| Reply::serve(r, b"0123456789"));
    let (store, path) = resolve(&server.url("/a%20b.tif?X-Sig=a%2Fb+c&n=1")).unwrap();
    store.get_range(&path, 0..4, &GetOptions::new()).await.unwrap();
    assert_eq!(server.requests()[0].target, "/a%20b.tif?X-Sig=a%2Fb+c&n=1");
}

#[cfg(feature = "stack")]
#[tokio::test]
async fn what_is_opened_by_url_alone_is_retried_and_cached() {
    let failed = std::sync::atomic::AtomicBool::new(false);
    let server = Server::start(move |r| match failed.swap(true, std::sync::atomic::Ordering::Relaxed) {
        false => Reply::new(503),
        true => Reply::serve(r, b"0123456789").header("ETag", "\"one\""),
    });
    let (store, path) = resolve(&server.url("/a.tif")).unwrap();
    let head = store.get_range(&path, 0..4, &GetOptions::new()).await.unwrap();
    assert_eq!((&head.bytes[..], server.requests().len()), (&b"0123"[..], 2));
    let pinned = GetOptions::new().with_version(head.object.version.unwrap());
    let (again, path) = resolve(&server.url("/a.tif")).unwrap();
    assert_eq!(&again.get_range(&path, 2..6, &pinned).await.unwrap().bytes[..], b"2345");
    assert_eq!(server.requests().len(), 2);
    assert!(geotiff_io::shared_stack().cache.stats().hits > 0);
}

#[tokio::test]
async fn anonymous_s3_at_an_endpoint() {
    let server = Server::start(|r| {
        Reply::serve(r, b"0123456789")
            .header("ETag", "\"e\"")
            .header("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT")
    });
    let store = UrlStore::without_env()
        .with_setting("AWS_ENDPOINT_URL", &server.url(""))
        .with_setting("AWS_REGION", "eu-central-1")
        .with_setting("AWS_NO_SIGN_REQUEST", "YES");
    let response = store.get_range("s3://bucket/dir/a.tif", 2..5, &GetOptions::new()).await.unwrap();
    assert_eq!(&response.bytes[..], b"234");
    assert_eq!(response.object.size, Some(10));
    let request = &server.requests()[0];
    assert_eq!((request.method.as_str(), request.target.as_str()), ("GET", "/bucket/dir/a.tif"));
    assert_eq!(request.header("authorization"), None);
    assert_eq!(server.requests().len(), 1);

    let past = store.get_range("s3://bucket/dir/a.tif", 10..12, &GetOptions::new()).await.unwrap();
    assert!(past.bytes.is_empty());
}

#[tokio::test]
async fn signed_s3_and_its_failures() {
    let server = Server::start(|r| match r.target.as_str() {
        "/bucket/missing" => Reply::new(404).body(b"<Error><Code>NoSuchKey</Code></Error>"),
        "/bucket/slow" => {
            Reply::new(503).header("Retry-After", 7).body(b"<Error><Code>SlowDown</Code></Error>")
        }
        _ => Reply::new(403).body(b"<Error><Code>AccessDenied</Code><Key>AKIAEXAMPLE</Key></Error>"),
    });
    let store = UrlStore::without_env()
        .with_setting("AWS_ENDPOINT_URL", &server.url(""))
        .with_setting("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .with_setting("AWS_SECRET_ACCESS_KEY", "s3cr3t")
        .with_setting("AWS_REQUEST_PAYER", "requester");
    for (key, kind) in
        [("missing", ErrorKind::NotFound), ("slow", ErrorKind::Unavailable), ("other", ErrorKind::Permission)]
    {
        let url = format!("s3://bucket/{key}");
        let error = store.get_range(&url, 0..4, &GetOptions::new()).await.unwrap_err();
        assert_eq!((error.kind(), error.path()), (kind, url.as_str()), "{error}");
        let text = format!("{error} {error:?} {store:?}");
        assert_eq!(error.retry_after(), (key == "slow").then_some(Duration::from_secs(7)));
        assert!(!text.contains("AKIA") && !text.contains("s3cr3t"), "{text}");
    }
    let first = &server.requests()[0];
    assert!(first.header("authorization").unwrap().contains("AKIAEXAMPLE"));
    assert_eq!(first.header("x-amz-request-payer"), Some("requester"));
    assert_eq!(server.requests().len(), 3, "the store itself must not retry");
}

#[test]
fn what_cannot_be_served() {
    let store = UrlStore::without_env();
    assert_eq!(store.check("ftp://host/a").unwrap_err().kind(), ErrorKind::Usage);
    assert_eq!(store.check("s3://bucket").unwrap_err().kind(), ErrorKind::Usage);
    assert_eq!(store.check("az://container/key").unwrap_err().kind(), ErrorKind::Configuration);
}
