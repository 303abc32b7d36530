//! What HTTP stores make of the connections that they keep.
#![cfg(all(feature = "http", feature = "object_store"))]
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use geotiff_io::{ErrorKind, GetOptions, HttpStore, RangeStore, UrlStore};

/// How a connection ends when another request comes on it.
#[derive(Clone, Copy, Debug)]
enum End {
    /// The request is read, and the connection closed.
    Closed,
    /// The connection is closed with the request unread, which resets it.
    Reset,
    /// The head of an answer is sent before the connection is closed.
    AfterHead,
}

/// A server that answers one request on each connection, keeps it open, and ends it at the next.
struct Server {
    address: SocketAddr,
    /// Requests that came, the unanswered ones included.
    requests: Arc<AtomicUsize>,
}

impl Server {
    /// Answers the first request of each of the first `good` connections; later ones end at once.
    fn start(end: End, good: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let count = requests.clone();
        std::thread::spawn(move || {
            for (i, stream) in listener.incoming().enumerate() {
                let count = count.clone();
                std::thread::spawn(move || serve(stream.ok()?, end, i < good, &count));
            }
        });
        Self { address, requests }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

const HEAD: &str = "HTTP/1.1 206 X\r\nETag: \"e\"\r\nLast-Modified: Wed, 21 Oct 2015 07:28:00 GMT\r\n\
                    Content-Range: bytes 0-3/10\r\nContent-Length: 4\r\n\r\n";

fn serve(mut stream: TcpStream, end: End, answers: bool, requests: &AtomicUsize) -> Option<()> {
    if answers {
        requests.fetch_add(1, Ordering::Relaxed);
        read_request(&mut stream)?;
        stream.write_all(HEAD.as_bytes()).ok()?;
        stream.write_all(b"0123").ok()?;
    }
    // Waits for the next request.
    stream.peek(&mut [0]).ok().filter(|&n| n > 0)?;
    requests.fetch_add(1, Ordering::Relaxed);
    match end {
        End::Reset => return None,
        End::Closed => read_request(&mut stream)?,
        End::AfterHead => {
            read_request(&mut stream)?;
            stream.write_all(HEAD.as_bytes()).ok()?;
        }
    }
    Some(())
}

fn read_request(stream: &mut TcpStream) -> Option<()> {
    let mut seen = Vec::new();
    while !seen.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        seen.extend(byte);
    }
    Some(())
}

fn s3(server: &Server) -> UrlStore {
    UrlStore::without_env()
        .with_setting("AWS_ENDPOINT_URL", &server.url(""))
        .with_setting("AWS_NO_SIGN_REQUEST", "YES")
}

#[tokio::test]
async fn a_kept_connection_that_fell_is_replaced_by_another() {
    for end in [End::Closed, End::Reset] {
        let server = Server::start(end, usize::MAX);
        let store = HttpStore::new();
        for _ in 0..3 {
            let response = store.get_range(&server.url("/a"), 0..4, &GetOptions::new()).await.unwrap();
            assert_eq!(&response.bytes[..], b"0123", "{end:?}");
        }
        // One, then twice one that was not answered and one that was.
        assert_eq!(server.requests.load(Ordering::Relaxed), 5, "{end:?}");

        let server = Server::start(end, usize::MAX);
        let store = s3(&server);
        for _ in 0..3 {
            let response = store.get_range("s3://b/a", 0..4, &GetOptions::new()).await.unwrap();
            assert_eq!(&response.bytes[..], b"0123", "{end:?}");
        }
        assert_eq!(server.requests.load(Ordering::Relaxed), 5, "{end:?}");
    }
}

#[tokio::test]
async fn a_request_is_sent_once_more_and_no_more() {
    for end in [End::Closed, End::Reset] {
        let server = Server::start(end, 0);
        let error =
            HttpStore::new().get_range(&server.url("/a"), 0..4, &GetOptions::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Network, "{end:?}: {error}");
        assert_eq!(server.requests.load(Ordering::Relaxed), 2, "{end:?}");
        let error = s3(&server).get_range("s3://b/a", 0..4, &GetOptions::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Network, "{end:?}: {error}");
        assert_eq!(server.requests.load(Ordering::Relaxed), 4, "{end:?}");
    }
}

#[tokio::test]
async fn an_answer_that_has_begun_is_not_asked_for_again() {
    let server = Server::start(End::AfterHead, 0);
    let error = HttpStore::new().get_range(&server.url("/a"), 0..4, &GetOptions::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network, "{error}");
    assert_eq!(server.requests.load(Ordering::Relaxed), 1);
    let error = s3(&server).get_range("s3://b/a", 0..4, &GetOptions::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network, "{error}");
    assert_eq!(server.requests.load(Ordering::Relaxed), 2);
}
