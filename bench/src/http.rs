//! The server of the benchmarks: files from memory, by ranges, each answer delayed by a timer.
//!
//! Only the last segment of a URL's path names a file, so that any other path is the same file to the server and a new
//! one to a client's caches. A line on standard input sets the delay in milliseconds and is answered by the requests
//! and bytes served since the last one.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::BufRead;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, LAST_MODIFIED, RANGE};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::Failure;

/// What was served since the last question.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Served {
    pub(crate) requests: u64,
    pub(crate) bytes: u64,
}

struct State {
    files: HashMap<String, Bytes>,
    delay_ms: AtomicU64,
    delays: Delays,
    requests: AtomicU64,
    bytes: AtomicU64,
}

impl State {
    fn load(folder: &str) -> Result<Self, Failure> {
        let mut files = HashMap::new();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // What the suites read over HTTP: the others would only take memory.
            if ["cog", "mosaic"].iter().any(|prefix| name.starts_with(prefix)) || name == IMAGE {
                files.insert(name, Bytes::from(std::fs::read(&path)?));
            }
        }
        Ok(Self {
            files,
            delay_ms: AtomicU64::new(0),
            delays: Delays::start(),
            requests: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        })
    }

    fn served(&self) -> Served {
        Served {
            requests: self.requests.swap(0, Ordering::Relaxed),
            bytes: self.bytes.swap(0, Ordering::Relaxed),
        }
    }
}

/// Timers of a fraction of a millisecond's accuracy: the runtime's own round up to the next millisecond, which would add
/// to the latency and answer requests in bursts.
struct Delays(mpsc::Sender<(Instant, oneshot::Sender<()>)>);

impl Delays {
    fn start() -> Self {
        let (sender, receiver) = mpsc::channel::<(Instant, oneshot::Sender<()>)>();
        // All delays are equal, so that they end in the order in which they began.
        std::thread::spawn(move || {
            for (end, over) in receiver {
                std::thread::sleep(end.saturating_duration_since(Instant::now()));
                // A client that went away no longer waits.
                let _ = over.send(());
            }
        });
        Self(sender)
    }

    async fn wait(&self, delay: Duration) {
        let (sender, over) = oneshot::channel();
        if self.0.send((Instant::now() + delay, sender)).is_ok() {
            let _ = over.await;
        }
    }
}

/// The one image that is served besides the COGs.
pub(crate) const IMAGE: &str = "uint16-deflate-p2.tif";

/// Serves the files of a folder on a port of its choice, which is the first line that it prints.
pub(crate) fn serve(folder: &str) -> Result<(), Failure> {
    let state = Arc::new(State::load(folder)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async move {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?.port());
        let control = Arc::clone(&state);
        std::thread::spawn(move || obey(&control));
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let state = Arc::clone(&state);
            tokio::spawn(async move {
                let service = service_fn(|request| respond(Arc::clone(&state), request));
                let connection = hyper::server::conn::http1::Builder::new()
                    .timer(TokioTimer::new())
                    .serve_connection(TokioIo::new(stream), service);
                // A client that goes away is no fault of the server's.
                let _ = connection.await;
            });
        }
    })
}

fn obey(state: &State) {
    for line in std::io::stdin().lock().lines() {
        let Some(delay) = line.ok().and_then(|line| line.trim().parse().ok()) else { break };
        state.delay_ms.store(delay, Ordering::Relaxed);
        println!("{}", serde_json::to_string(&state.served()).unwrap_or_default());
    }
    // The benchmark is over.
    std::process::exit(0);
}

async fn respond(state: Arc<State>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    state.delays.wait(Duration::from_millis(state.delay_ms.load(Ordering::Relaxed))).await;
    state.requests.fetch_add(1, Ordering::Relaxed);
    let name = request.uri().path().rsplit('/').next().unwrap_or_default();
    let Some(file) = state.files.get(name) else {
        return Ok(response(StatusCode::NOT_FOUND).body(Full::default()).unwrap_or_default());
    };
    let range = request.headers().get(RANGE).and_then(|value| value.to_str().ok());
    let (status, range) = match range.map(|text| parse_range(text, file.len())) {
        None => (StatusCode::OK, 0..file.len()),
        Some(Some(range)) => (StatusCode::PARTIAL_CONTENT, range),
        Some(None) => (StatusCode::RANGE_NOT_SATISFIABLE, 0..0),
    };
    // Said also where a HEAD request has no body.
    let mut answer = response(status).header(ETAG, format!("\"{name}\"")).header(CONTENT_LENGTH, range.len());
    match status {
        StatusCode::PARTIAL_CONTENT => {
            let text = format!("bytes {}-{}/{}", range.start, range.end - 1, file.len());
            answer = answer.header(CONTENT_RANGE, text);
        }
        StatusCode::RANGE_NOT_SATISFIABLE => {
            answer = answer.header(CONTENT_RANGE, format!("bytes */{}", file.len()));
        }
        _ => {}
    }
    let body = if request.method() == Method::HEAD { Bytes::new() } else { file.slice(range) };
    state.bytes.fetch_add(body.len() as u64, Ordering::Relaxed);
    Ok(answer.body(Full::new(body)).unwrap_or_default())
}

fn response(status: StatusCode) -> hyper::http::response::Builder {
    Response::builder()
        .status(status)
        .header(ACCEPT_RANGES, "bytes")
        .header(CONTENT_TYPE, "image/tiff")
        .header(LAST_MODIFIED, "Thu, 01 Jan 2026 00:00:00 GMT")
}

/// One range of RFC 9110 section 14.1.2, cut to the file; `None` where it starts behind its end.
fn parse_range(text: &str, size: usize) -> Option<std::ops::Range<usize>> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    if first.is_empty() {
        return Some(size.saturating_sub(last.parse().ok()?)..size);
    }
    let first: usize = first.parse().ok()?;
    let end = last.parse::<usize>().map_or(size, |last| last.saturating_add(1).min(size));
    (first < end).then_some(first..end)
}
