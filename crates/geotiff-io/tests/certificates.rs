//! A host without TLS root certificates: one typed error for `https`, and `http` as ever.
#![cfg(all(feature = "http", feature = "object_store"))]
#![allow(clippy::unwrap_used)]

mod common;

use std::process::Command;

use common::{Reply, Server};
use geotiff_io::{GetOptions, HttpStore, RangeStore, UrlStore};

/// Set for the process that plays such a host.
const PLAYS: &str = "GEOTIFF_IO_TEST_WITHOUT_CERTIFICATES";

#[test]
fn a_host_without_certificates() {
    let empty = tempfile::tempdir().unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "as_such_a_host", "--nocapture"])
        .env(PLAYS, "yes")
        .env("SSL_CERT_DIR", empty.path())
        .env("SSL_CERT_FILE", empty.path().join("none.pem"))
        .status()
        .unwrap();
    assert!(status.success());
}

/// Does something only in the process that the test above starts.
#[tokio::test]
async fn as_such_a_host() {
    if std::env::var_os(PLAYS).is_none() {
        return;
    }
    let store = HttpStore::new();
    let error =
        store.get_range("https://127.0.0.1:1/a.tif?sig=x", 0..4, &GetOptions::new()).await.unwrap_err();
    if cfg!(feature = "bundled-roots") {
        assert_eq!(error.kind(), geotiff_io::ErrorKind::Network, "{error}");
    } else {
        assert_eq!(error.kind(), geotiff_io::ErrorKind::Configuration, "{error}");
        assert!(error.to_string().contains("certificates"), "{error}");
        let cloud = UrlStore::without_env().with_setting("AWS_SKIP_SIGNATURE", "true");
        let error = cloud.check("s3://bucket/key").unwrap_err();
        assert_eq!(error.kind(), geotiff_io::ErrorKind::Configuration, "{error}");
    }
    let server = Server::start(|request| Reply::serve(request, b"0123456789"));
    let response = store.get_range(&server.url("/a.tif"), 2..4, &GetOptions::new()).await.unwrap();
    assert_eq!(&response.bytes[..], b"23");
}
