//! What the HTTP store makes of each answer, right and wrong.
#![cfg(feature = "http")]
#![allow(clippy::unwrap_used)]

mod common;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use common::{Reply, Request, Server};
use geotiff_io::{Error, ErrorKind, GetOptions, HttpStore, RangeResponse, RangeStore, Version};

fn data() -> Vec<u8> {
    (0..10_000_u32).map(|i| (i * 7 % 251) as u8).collect()
}

async fn get(server: &Server, range: Range<u64>) -> Result<RangeResponse, Error> {
    HttpStore::new().get_range(&server.url("/a.tif"), range, &GetOptions::new()).await
}

/// The error of one range request that is answered so.
async fn failure(reply: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Error {
    let server = Server::start(reply);
    let error = get(&server, 10..20).await.unwrap_err();
    assert_eq!(error.range(), Some(10..20));
    assert!(error.path().ends_with("/a.tif"), "{error}");
    error
}

#[tokio::test]
async fn a_partial_answer() {
    let server = Server::start(|r| Reply::serve(r, &data()).header("ETag", "\"v1\""));
    let response = get(&server, 100..300).await.unwrap();
    assert_eq!(response.bytes, data()[100..300]);
    assert_eq!(response.object.size, Some(10_000));
    assert_eq!(response.object.version.unwrap().etag(), Some("\"v1\""));
    let request = &server.requests()[0];
    assert_eq!(request.method, "GET");
    assert_eq!(request.header("range"), Some("bytes=100-299"));
    assert_eq!(request.header("accept-encoding"), Some("identity"));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn the_end_of_the_object() {
    let server = Server::start(|r| Reply::serve(r, &data()));
    assert_eq!(get(&server, 9_990..20_000).await.unwrap().bytes, data()[9_990..]);
    let past = get(&server, 10_000..10_010).await.unwrap();
    assert!(past.bytes.is_empty());
    assert_eq!(past.object.size, Some(10_000));
}

#[tokio::test]
async fn an_empty_range_sends_nothing_and_a_reversed_one_is_refused() {
    let server = Server::start(|r| Reply::serve(r, &data()));
    assert!(get(&server, 5..5).await.unwrap().bytes.is_empty());
    let reversed = Range { start: 42, end: 41 };
    assert_eq!(get(&server, reversed).await.unwrap_err().kind(), ErrorKind::Usage);
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn an_empty_object() {
    let server = Server::start(|r| Reply::serve(r, &[]));
    let response = get(&server, 0..100).await.unwrap();
    assert_eq!((response.bytes.len(), response.object.size), (0, Some(0)));
}

#[tokio::test]
async fn a_whole_answer_to_a_range_is_sliced() {
    let server = Server::start(|_| Reply::new(200).body(&data()).header("Last-Modified", "Mon"));
    let response = get(&server, 5_000..5_100).await.unwrap();
    assert_eq!(response.bytes, data()[5_000..5_100]);
    assert_eq!(response.object.size, Some(10_000));
    assert_eq!(get(&server, 9_999..10_005).await.unwrap().bytes, data()[9_999..]);
    assert!(get(&server, 10_000..10_005).await.unwrap().bytes.is_empty());
}

#[tokio::test]
async fn a_whole_answer_is_not_read_forever() {
    // The body never ends: what is asked for near its start must come, what lies far in must be refused.
    let server = Server::start(|_| Reply { length: Some(1 << 40), ..Reply::new(200).body(&data()) });
    let store = HttpStore::builder().max_discard(1_000).build().unwrap();
    let url = server.url("/a.tif");
    let near = store.get_range(&url, 500..600, &GetOptions::new()).await.unwrap();
    assert_eq!(near.bytes, data()[500..600]);
    let far = store.get_range(&url, 1_001..1_002, &GetOptions::new()).await.unwrap_err();
    assert_eq!(far.kind(), ErrorKind::Protocol);
    assert!(far.to_string().contains("ignores ranges"), "{far}");
}

#[tokio::test]
async fn a_whole_answer_that_breaks_off_is_no_short_object() {
    let server = Server::start(|_| Reply { length: Some(10_000), ..Reply::new(200).body(&data()[..100]) });
    assert_eq!(get(&server, 50..150).await.unwrap_err().kind(), ErrorKind::Network);
}

#[tokio::test]
async fn statuses_are_told_apart() {
    for (status, kind) in [
        (401, ErrorKind::Permission),
        (403, ErrorKind::Permission),
        (404, ErrorKind::NotFound),
        (410, ErrorKind::NotFound),
        (412, ErrorKind::Changed),
        (418, ErrorKind::Protocol),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::Unavailable),
        (503, ErrorKind::Unavailable),
    ] {
        let error = failure(move |_| Reply::new(status).body(b"<html>no</html>")).await;
        assert_eq!((error.kind(), error.status()), (kind, Some(status)));
    }
}

#[tokio::test]
async fn retry_after_is_kept() {
    let error = failure(|_| Reply::new(429).header("Retry-After", 7)).await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn a_body_that_breaks_off() {
    let error = failure(|r| {
        let mut reply = Reply::serve(r, &data());
        reply.length = Some(reply.body.len());
        reply.body.truncate(4);
        reply
    })
    .await;
    assert_eq!(error.kind(), ErrorKind::Network);
    let shorter = failure(|r| {
        let mut reply = Reply::serve(r, &data());
        reply.body.truncate(4);
        reply
    });
    assert_eq!(shorter.await.kind(), ErrorKind::Network);
}

#[tokio::test]
async fn wrong_content_ranges() {
    for header in [
        "bytes 0-9/10000",
        "bytes 10-14/10000",
        "bytes 10-14/*",
        "bytes 10-20/10000",
        "bytes 10-19/15",
        "bytes 9-19/10000",
        "nonsense",
    ] {
        let body = [0; 10];
        let error = failure(move |_| Reply::new(206).header("Content-Range", header).body(&body)).await;
        assert_eq!(error.kind(), ErrorKind::Protocol, "{header}");
    }
    let none = failure(|_| Reply::new(206).body(&[0; 10])).await;
    assert_eq!(none.kind(), ErrorKind::Protocol);
}

#[tokio::test]
async fn an_encoded_body_is_refused() {
    let error = failure(|r| Reply::serve(r, &data()).header("Content-Encoding", "gzip")).await;
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert!(error.to_string().contains("gzip"), "{error}");
}

#[tokio::test]
async fn a_refused_range_inside_the_object_is_an_error() {
    let error = failure(|_| Reply::new(416).header("Content-Range", "bytes */10000")).await;
    assert_eq!(error.kind(), ErrorKind::Protocol);
}

#[tokio::test]
async fn the_version_is_asked_for_and_compared() {
    let serve = |r: &Request| Reply::serve(r, &data()).header("ETag", "\"v2\"");
    let server = Server::start(serve);
    let store = HttpStore::new();
    let url = server.url("/a.tif");
    let wanted = |version| GetOptions::new().with_version(version);

    let v2 = wanted(Version::new().with_etag("\"v2\"").with_size(10_000));
    assert_eq!(store.get_range(&url, 0..4, &v2).await.unwrap().bytes.len(), 4);
    assert_eq!(server.requests()[0].header("if-match"), Some("\"v2\""));

    // This server ignores If-Match: the comparison must find out.
    let v1 = wanted(Version::new().with_etag("\"v1\"").with_size(10_000));
    assert_eq!(store.get_range(&url, 0..4, &v1).await.unwrap_err().kind(), ErrorKind::Changed);

    let weak = wanted(Version::new().with_etag("W/\"v2\"").with_size(10_000));
    store.get_range(&url, 0..4, &weak).await.unwrap();
    assert_eq!(server.requests()[2].header("if-match"), None);

    let shrunk = wanted(Version::new().with_etag("\"v2\"").with_size(20_000));
    let error = store.get_range(&url, 15_000..15_010, &shrunk).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Changed);
}

#[tokio::test]
async fn a_redirect_to_another_host_drops_credentials() {
    let target = Server::start(|r| Reply::serve(r, &data()));
    let location = target.url("/b.tif?sig=of-the-target");
    let origin = Server::start(move |_| Reply::new(302).header("Location", &location));
    let store = HttpStore::builder()
        .base_url(&origin.url("/"))
        .bearer_token("s3cr3t")
        .header("X-Api-Key", "k3y")
        .build()
        .unwrap();
    let response = store.get_range("a.tif?q=1", 0..4, &GetOptions::new()).await.unwrap();
    assert_eq!(response.bytes, data()[..4]);

    let first = &origin.requests()[0];
    assert_eq!(first.target, "/a.tif?q=1");
    assert_eq!(first.header("authorization"), Some("Bearer s3cr3t"));
    assert_eq!(first.header("x-api-key"), Some("k3y"));
    let second = &target.requests()[0];
    assert_eq!(second.target, "/b.tif?sig=of-the-target");
    assert_eq!(second.header("range"), Some("bytes=0-3"));
    for name in ["authorization", "x-api-key", "cookie", "referer"] {
        assert_eq!(second.header(name), None, "{name}");
    }
}

#[tokio::test]
async fn a_redirect_on_the_same_host_keeps_credentials() {
    let server = Server::start(|r| match r.target.as_str() {
        "/a.tif" => Reply::new(307).header("Location", "/b.tif"),
        _ => Reply::serve(r, &data()),
    });
    let store = HttpStore::builder().base_url(&server.url("/")).bearer_token("t").build().unwrap();
    store.get_range("a.tif", 0..4, &GetOptions::new()).await.unwrap();
    assert_eq!(server.requests()[1].header("authorization"), Some("Bearer t"));
}

#[tokio::test]
async fn endless_and_bad_redirects() {
    let error = failure(|_| Reply::new(302).header("Location", "/again")).await;
    assert_eq!(error.kind(), ErrorKind::Protocol);
    let scheme = failure(|_| Reply::new(302).header("Location", "file:///etc/passwd")).await;
    assert_eq!(scheme.kind(), ErrorKind::Protocol);
}

#[tokio::test]
async fn headers_go_to_their_origin_only() {
    let other = Server::start(|r| Reply::serve(r, &data()));
    let store = HttpStore::builder().base_url("http://127.0.0.1:1/").bearer_token("t").build().unwrap();
    store.get_range(&other.url("/a.tif"), 0..4, &GetOptions::new()).await.unwrap();
    assert_eq!(other.requests()[0].header("authorization"), None);
    let error = HttpStore::builder().bearer_token("t").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[derive(Debug)]
struct Rotating(std::sync::atomic::AtomicU32);

#[async_trait::async_trait]
impl geotiff_io::RequestHeaders for Rotating {
    async fn headers(&self, _: &str) -> Result<Vec<(String, String)>, Error> {
        let n = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Ok(vec![("Authorization".into(), format!("Bearer {n}"))])
    }
}

#[tokio::test]
async fn headers_may_differ_from_request_to_request() {
    let server = Server::start(|r| Reply::serve(r, &data()));
    let source = Arc::new(Rotating(0.into()));
    let store = HttpStore::builder().request_headers(source).build().unwrap();
    for _ in 0..2 {
        store.get_range(&server.url("/a"), 0..4, &GetOptions::new()).await.unwrap();
    }
    let sent: Vec<_> =
        server.requests().iter().map(|r| r.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(sent, ["Bearer 0", "Bearer 1"]);
}

#[tokio::test]
async fn several_ranges_in_any_order() {
    let server = Server::start(|r| Reply::serve(r, &data()));
    let ranges = [500..600, 0..10, 500..600, 10..20, 7..7, 9_999..10_100];
    let responses =
        HttpStore::new().get_ranges(&server.url("/a.tif"), &ranges, &GetOptions::new()).await.unwrap();
    for (range, response) in ranges.iter().zip(responses) {
        let end = range.end.min(10_000) as usize;
        assert_eq!(response.bytes, data()[range.start as usize..end]);
    }
    let mut asked: Vec<_> = server.requests().iter().map(|r| r.header("range").unwrap().to_owned()).collect();
    asked.sort();
    assert_eq!(asked, ["bytes=0-19", "bytes=500-599", "bytes=9999-10099"]);
}

#[tokio::test]
async fn nobody_listens() {
    let address = Server::start(|_| Reply::new(200)).address;
    std::thread::sleep(Duration::from_millis(20));
    let url = format!("http://user:pa55@{address}/a.tif?token=s3cr3t");
    let error = HttpStore::new().get_range(&url, 0..4, &GetOptions::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    let text = format!("{error} {error:?}");
    assert!(!text.contains("s3cr3t") && !text.contains("pa55"), "{text}");
}

#[tokio::test]
async fn a_server_that_does_not_answer() {
    let server = Server::start(|_| {
        std::thread::sleep(Duration::from_secs(2));
        Reply::new(200)
    });
    let options = GetOptions::new().with_first_byte_timeout(Duration::from_millis(50));
    let error = HttpStore::new().get_range(&server.url("/a"), 0..4, &options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn everything_goes_through_the_proxy() {
    let proxy = Server::start(|r| match r.method.as_str() {
        "CONNECT" => Reply::new(403),
        _ => Reply::serve(r, &data()),
    });
    let url = format!("http://user:pa55@{}", proxy.address);
    let store = HttpStore::builder().proxy(&url).build().unwrap();
    let response = store.get_range("http://host.invalid/a.tif?q=1", 0..4, &GetOptions::new()).await.unwrap();
    assert_eq!(response.bytes, data()[..4]);
    let request = &proxy.requests()[0];
    assert_eq!((request.method.as_str(), request.target.as_str()), ("GET", "http://host.invalid/a.tif?q=1"));
    // RFC 7617: the Base64 of user:pa55.
    assert_eq!(request.header("proxy-authorization"), Some("Basic dXNlcjpwYTU1"));

    // Of what goes over TLS the proxy sees the host only.
    let secret = "https://host.invalid/a.tif?sig=s3cr3t";
    let error = store.get_range(secret, 0..4, &GetOptions::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network, "{error}");
    let request = &proxy.requests()[1];
    assert_eq!((request.method.as_str(), request.target.as_str()), ("CONNECT", "host.invalid:443"));
    let text = format!("{error} {error:?} {store:?} {request:?}");
    assert!(!text.contains("s3cr3t") && !text.contains("pa55"), "{text}");
}

#[tokio::test]
async fn what_is_no_url() {
    for path in ["a.tif", "ftp://h/a", "http://", "/etc/passwd"] {
        let error = HttpStore::new().get_range(path, 0..1, &GetOptions::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{path}");
    }
}
