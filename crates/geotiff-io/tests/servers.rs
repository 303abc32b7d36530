//! Stores against real servers: conformance, and objects that are replaced under a reader.
#![cfg(all(feature = "http", feature = "object_store", feature = "stack"))]
#![allow(clippy::panic, clippy::unwrap_used)]

mod common {
    #[allow(unreachable_pub)]
    pub mod servers;
}

use std::sync::Arc;
use std::time::Duration;

use common::servers::{Azurite, FakeGcs, Moto, Nginx};
use geotiff_io::conformance::{self, Objects};
use geotiff_io::{
    ErrorKind, GetOptions, HttpStore, Layer, Pinned, RangeStore, RetryLayer, UrlStore, default_stack,
};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

/// The suite on the store and on the default stack over it, and a race with a writer.
async fn check(store: impl RangeStore + 'static, objects: Arc<dyn Objects>) {
    let store = Arc::new(store);
    // The servers reset connections now and then, which is no promise that the store broke.
    let patient = RetryLayer::new().layer(store.clone());
    if let Err(failures) = conformance::check(&patient, &*objects).await {
        panic!("the store broke promises:\n{failures}");
    }
    let stack = default_stack(store.clone());
    if let Err(failures) = conformance::check(&stack.store, &*objects).await {
        panic!("the default stack broke promises:\n{failures}");
    }
    replaced_between_open_and_read(store.clone(), &*objects).await;
    replaced_during_a_read(store, objects).await;
}

async fn replaced_between_open_and_read(store: Arc<dyn RangeStore>, objects: &dyn Objects) {
    let stack = default_stack(store);
    let path = objects.put("replaced.bin", vec![1; 500_000]).await;
    let (pinned, head) = Pinned::open(stack.store.clone(), &path, 32 << 10).await.unwrap();
    assert_eq!((head.len(), pinned.size()), (32 << 10, Some(500_000)));
    objects.put("replaced.bin", vec![2; 500_000]).await;
    let error = pinned.get_range(300_000..300_100).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Changed, "{error}");
    let again = stack.store.get_range(&path, 0..10, &GetOptions::new()).await.unwrap();
    assert_eq!(&again.bytes[..], [2; 10]);
}

/// Reads go on while the object is replaced: each gives the first state or `Changed`, and `Changed` comes.
async fn replaced_during_a_read(store: Arc<dyn RangeStore>, objects: Arc<dyn Objects>) {
    let path = objects.put("during.bin", vec![1; 2_000_000]).await;
    // A server that stumbles over its writer (moto answers 500) has said nothing of the object.
    let store = Arc::new(RetryLayer::new().layer(store));
    let (pinned, _) = Pinned::open(store, &path, 16).await.unwrap();
    let writer = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        objects.put("during.bin", vec![2; 2_000_000]).await;
    });
    let ranges: Vec<_> = (0..20).map(|i| i * 100_000..i * 100_000 + 50_000).collect();
    let mut correct = 0;
    let error = loop {
        match pinned.get_ranges(&ranges).await {
            Ok(parts) => {
                assert!(parts.iter().flatten().all(|&byte| byte == 1), "bytes of another version");
                correct += 1;
            }
            Err(error) => break error,
        }
        assert!(correct < 10_000, "the replaced object was never noticed");
    };
    assert_eq!(error.kind(), ErrorKind::Changed, "{error}");
    writer.await.unwrap();
}

/// Objects of a cloud store, put there through `object_store`.
struct Cloud {
    inner: Arc<dyn ObjectStore>,
    root: &'static str,
    any_name: bool,
}

#[async_trait::async_trait]
impl Objects for Cloud {
    async fn put(&self, name: &str, bytes: Vec<u8>) -> String {
        self.inner.put(&Path::parse(name).unwrap(), bytes.into()).await.unwrap();
        format!("{}{name}", self.root)
    }

    async fn remove(&self, name: &str) {
        self.inner.delete(&Path::parse(name).unwrap()).await.unwrap();
    }

    fn takes_any_name(&self) -> bool {
        self.any_name
    }
}

#[async_trait::async_trait]
impl Objects for Nginx {
    async fn put(&self, name: &str, bytes: Vec<u8>) -> String {
        Nginx::put(self, name, &bytes);
        self.url(name)
    }

    async fn remove(&self, name: &str) {
        Nginx::remove(self, name);
    }
}

#[async_trait::async_trait]
impl Objects for FakeGcs {
    async fn put(&self, name: &str, bytes: Vec<u8>) -> String {
        FakeGcs::put(self, name, &bytes);
        format!("gs://bucket/{name}")
    }

    async fn remove(&self, name: &str) {
        FakeGcs::remove(self, name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nginx() {
    let Some(nginx) = Nginx::start() else { return };
    let nginx = Arc::new(nginx);
    check(HttpStore::new(), nginx.clone()).await;
    assert!(nginx.log().iter().all(|line| line.starts_with("GET ")), "only GET is ever sent");
}

#[tokio::test]
async fn nginx_counts_one_request_to_open_and_one_per_group() {
    let Some(nginx) = Nginx::start() else { return };
    nginx.put("a.tif", &[7; 1_000_000]);
    let stack = default_stack(UrlStore::without_env());
    let (pinned, _) = Pinned::open(stack.store.clone(), &nginx.url("a.tif"), 32 << 10).await.unwrap();
    // The log is written when the answer has been sent, which may be a moment after it came.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(nginx.log().len(), 1);
    pinned.get_ranges(&[500_000..510_000, 510_000..520_000, 900_000..900_010]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(nginx.log().len(), 3);
    assert!(nginx.log().iter().all(|line| line == "GET /a.tif HTTP/1.1"));
}

#[tokio::test]
async fn nginx_over_http2() {
    let Some(nginx) = Nginx::start() else { return };
    nginx.put("a.tif", &[7; 100_000]);
    let store = HttpStore::builder().http2_prior_knowledge().build().unwrap();
    let url = nginx.http2_url("a.tif");
    let response = store.get_range(&url, 99_990..100_010, &GetOptions::new()).await.unwrap();
    assert_eq!(&response.bytes[..], [7; 10]);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(nginx.log(), ["GET /a.tif HTTP/2.0"]);
}

#[tokio::test]
async fn nginx_over_tls_with_a_certificate_that_only_the_builder_trusts() {
    let Some(nginx) = Nginx::start() else { return };
    nginx.put("a.tif", &[7; 100_000]);
    let url = nginx.tls_url("a.tif");
    let error = HttpStore::new().get_range(&url, 0..10, &GetOptions::new()).await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
    let store = HttpStore::builder().root_certificates(nginx.authority()).build().unwrap();
    let response = store.get_range(&url, 99_990..100_010, &GetOptions::new()).await.unwrap();
    assert_eq!(&response.bytes[..], [7; 10]);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(nginx.log(), ["GET /a.tif HTTP/2.0"], "HTTP/2 is taken where it is offered");
    let no_pem = HttpStore::builder().root_certificates("-----BEGIN CERTIFICATE-----").build().unwrap();
    let error = no_pem.get_range(&url, 0..10, &GetOptions::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s3_takes_any_name() {
    let Some(moto) = Moto::start(false) else { return };
    let store = UrlStore::without_env()
        .with_setting("AWS_ENDPOINT_URL", &moto.endpoint())
        .with_setting("AWS_ACCESS_KEY_ID", &moto.key)
        .with_setting("AWS_SECRET_ACCESS_KEY", &moto.secret);
    let objects = Cloud { inner: Arc::new(s3_writer(&moto)), root: "s3://bucket/", any_name: true };
    if let Err(failures) = conformance::check(&store, &objects).await {
        panic!("the store broke promises:\n{failures}");
    }
}

fn s3_writer(moto: &Moto) -> object_store::aws::AmazonS3 {
    object_store::aws::AmazonS3Builder::new()
        .with_endpoint(moto.endpoint())
        .with_allow_http(true)
        .with_bucket_name("bucket")
        .with_access_key_id(&moto.key)
        .with_secret_access_key(&moto.secret)
        .build()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s3() {
    let Some(moto) = Moto::start(true) else { return };
    let endpoint = moto.endpoint();
    let reader = |secret: &str| {
        UrlStore::without_env()
            .with_setting("AWS_ENDPOINT_URL", &endpoint)
            .with_setting("AWS_REGION", "us-east-1")
            .with_setting("AWS_ACCESS_KEY_ID", &moto.key)
            .with_setting("AWS_SECRET_ACCESS_KEY", secret)
    };
    // moto computes another signature for names that need escaping: those are tried without signatures.
    let writer = Arc::new(s3_writer(&moto));
    let objects = Arc::new(Cloud { inner: writer, root: "s3://bucket/", any_name: false });
    check(reader(&moto.secret), objects.clone()).await;

    // Signatures are looked at: a wrong key and none are refused.
    let path = objects.put("signed.bin", vec![1; 10]).await;
    let anonymous = UrlStore::without_env()
        .with_setting("AWS_ENDPOINT_URL", &endpoint)
        .with_setting("AWS_NO_SIGN_REQUEST", "YES");
    for store in [reader("not the key"), anonymous] {
        let error = store.get_range(&path, 0..10, &GetOptions::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Permission, "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn azure() {
    let Some(azurite) = Azurite::start() else { return };
    let endpoint = format!("http://127.0.0.1:{}/{}", azurite.port, Azurite::ACCOUNT);
    let writer = object_store::azure::MicrosoftAzureBuilder::new()
        .with_endpoint(endpoint.clone())
        .with_allow_http(true)
        .with_account(Azurite::ACCOUNT)
        .with_access_key(Azurite::KEY)
        .with_container_name("container")
        .build()
        .unwrap();
    let reader = UrlStore::without_env()
        .with_setting("AZURE_STORAGE_ENDPOINT", &endpoint)
        .with_setting("AZURE_STORAGE_ACCOUNT", Azurite::ACCOUNT)
        .with_setting("AZURE_STORAGE_ACCESS_KEY", Azurite::KEY);
    check(reader, Arc::new(Cloud { inner: Arc::new(writer), root: "az://container/", any_name: true })).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gcs() {
    let Some(server) = FakeGcs::start() else { return };
    let host = format!("127.0.0.1:{}", server.port);
    let reader = UrlStore::without_env().with_setting("STORAGE_EMULATOR_HOST", &host);
    // Kept here: the server stops when it is dropped, and the last writer drops what it is given.
    let server = Arc::new(server);
    check(reader, server.clone()).await;
}
