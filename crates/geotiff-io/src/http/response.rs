//! What an answer to a range request means.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use reqwest::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, HeaderName, LAST_MODIFIED, RETRY_AFTER,
};
use reqwest::{Response, StatusCode};

use super::transport::transport_error;
use crate::status::{kind_of_status, parse_retry_after};
use crate::store::{changed, check_version};
use crate::{Error, ErrorKind, GetOptions, ObjectInfo, RangeResponse, Version};

/// The most memory set aside for a body before it arrives.
const PREALLOCATE: u64 = 16 << 20;

/// Bytes of a body that count as one step of a task's budget (tokio's, of 128): a server that is near fills sockets as
/// fast as they are emptied, and a task that reads several bodies would copy for milliseconds without a turn for others.
const STEP: usize = 2 << 10;

/// The request that an answer belongs to.
pub(super) struct Asked<'a> {
    pub(super) path: &'a str,
    pub(super) range: Range<u64>,
    pub(super) options: &'a GetOptions,
}

impl Asked<'_> {
    fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::new(kind, self.path, message)
    }

    fn protocol(&self, message: impl Into<String>) -> Error {
        self.error(ErrorKind::Protocol, message)
    }
}

/// Turns an answer into bytes or an error.
pub(super) async fn read(
    asked: &Asked<'_>,
    response: Response,
    max_discard: u64,
) -> Result<RangeResponse, Error> {
    let status = response.status();
    if status == StatusCode::PARTIAL_CONTENT || status == StatusCode::OK {
        let encoding = text(response.headers(), CONTENT_ENCODING).unwrap_or("identity");
        if !encoding.eq_ignore_ascii_case("identity") {
            let message = format!("the body is encoded ({encoding}) although identity was asked for");
            return Err(asked.protocol(message));
        }
    }
    match status {
        StatusCode::PARTIAL_CONTENT => partial(asked, response).await,
        StatusCode::OK => whole(asked, response, max_discard).await,
        StatusCode::RANGE_NOT_SATISFIABLE => past_the_end(asked, response.headers()),
        _ => Err(refused(asked, status, response.headers())),
    }
}

/// 206: one part, checked against what was asked.
async fn partial(asked: &Asked<'_>, response: Response) -> Result<RangeResponse, Error> {
    let header = text(response.headers(), CONTENT_RANGE)
        .ok_or_else(|| asked.protocol("a partial answer without Content-Range"))?;
    let (sent, size) = parse_content_range(header)
        .ok_or_else(|| asked.protocol(format!("cannot understand Content-Range {header:?}")))?;
    let ends_object = size == Some(sent.end);
    let fits = sent.start == asked.range.start
        && sent.end <= asked.range.end
        && (sent.end == asked.range.end || ends_object)
        && size.is_none_or(|size| sent.end <= size);
    if !fits {
        let message =
            format!("asked for bytes {}..{}, was sent {header:?}", asked.range.start, asked.range.end);
        return Err(asked.protocol(message));
    }
    let object = describe(response.headers(), size);
    check_version(asked.path, asked.options, &object)?;
    let bytes = body(asked, response, 0, sent.end - sent.start).await?;
    if (bytes.len() as u64) < sent.end - sent.start {
        let message = format!("the body broke off after {} of {} bytes", bytes.len(), sent.end - sent.start);
        return Err(asked.error(ErrorKind::Network, message));
    }
    Ok(RangeResponse::new(bytes, object))
}

/// 200: the server ignores ranges and sends everything.
async fn whole(asked: &Asked<'_>, response: Response, max_discard: u64) -> Result<RangeResponse, Error> {
    let size = text(response.headers(), CONTENT_LENGTH).and_then(|value| value.parse().ok());
    let object = describe(response.headers(), size);
    check_version(asked.path, asked.options, &object)?;
    if size.is_some_and(|size| size <= asked.range.start) {
        return Ok(RangeResponse::new(Bytes::new(), object));
    }
    if asked.range.start > max_discard {
        let message =
            format!("the server ignores ranges, and this one starts after more than {max_discard} bytes");
        return Err(asked.protocol(message));
    }
    let length = asked.range.end - asked.range.start;
    let bytes = body(asked, response, asked.range.start, length).await?;
    Ok(RangeResponse::new(bytes, object))
}

/// 416: the range starts at or past the end.
fn past_the_end(asked: &Asked<'_>, headers: &HeaderMap) -> Result<RangeResponse, Error> {
    let size =
        text(headers, CONTENT_RANGE).and_then(|value| value.trim().strip_prefix("bytes */")?.parse().ok());
    let wanted = asked.options.version.as_ref();
    match (size, wanted.and_then(Version::size)) {
        (Some(size), Some(expected)) if size != expected => {
            return Err(changed(
                asked.path,
                wanted.unwrap_or(&Version::new()),
                &Version::new().with_size(size),
            ));
        }
        (Some(size), _) if size > asked.range.start => {
            return Err(asked.protocol(format!("the range was refused, though the object has {size} bytes")));
        }
        (None, Some(expected)) if expected > asked.range.start => {
            return Err(asked.error(ErrorKind::Changed, format!("it no longer has {expected} bytes")));
        }
        _ => {}
    }
    let mut object = ObjectInfo::new();
    object.size = size;
    Ok(RangeResponse::new(Bytes::new(), object))
}

/// Any other status.
fn refused(asked: &Asked<'_>, status: StatusCode, headers: &HeaderMap) -> Error {
    let error =
        Error::new(kind_of_status(status.as_u16()), asked.path, format!("HTTP status {}", status.as_u16()))
            .with_status(status.as_u16());
    match text(headers, RETRY_AFTER).and_then(parse_retry_after) {
        Some(delay) => error.with_retry_after(delay),
        None => error,
    }
}

/// `bytes 0-99/1234` as `(0..100, Some(1234))`; the size may be `*` (RFC 9110 §14.4).
fn parse_content_range(value: &str) -> Option<(Range<u64>, Option<u64>)> {
    let (range, size) = value.trim().strip_prefix("bytes ")?.trim().split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last): (u64, u64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    let end = last.checked_add(1).filter(|&end| first < end)?;
    let size = match size.trim() {
        "*" => None,
        size => Some(size.parse().ok()?),
    };
    Some((first..end, size))
}

/// Reads `length` bytes of the body after dropping `skip`; fewer only where the body ends.
async fn body(asked: &Asked<'_>, mut response: Response, skip: u64, length: u64) -> Result<Bytes, Error> {
    let mut skip = skip;
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    let mut missing = length;
    while missing > 0 {
        let chunk = response.chunk().await.map_err(|error| transport_error(asked.path, error))?;
        let Some(mut chunk) = chunk else { break };
        for _ in 0..chunk.len() / STEP {
            tokio::task::coop::consume_budget().await;
        }
        let dropped = skip.min(chunk.len() as u64);
        skip -= dropped;
        chunk = chunk.slice(usize::try_from(dropped).unwrap_or(usize::MAX)..);
        chunk.truncate(usize::try_from(missing).unwrap_or(usize::MAX));
        missing -= chunk.len() as u64;
        if first.is_empty() {
            first = chunk;
            continue;
        }
        if rest.is_empty() {
            rest.reserve(usize::try_from(length.min(PREALLOCATE)).unwrap_or(0));
            rest.extend_from_slice(&first);
        }
        rest.extend_from_slice(&chunk);
    }
    Ok(if rest.is_empty() { first } else { rest.freeze() })
}

/// What the headers say of the object.
fn describe(headers: &HeaderMap, size: Option<u64>) -> ObjectInfo {
    let mut version = Version::new();
    if let Some(etag) = text(headers, ETAG) {
        version = version.with_etag(etag);
    }
    if let Some(time) = text(headers, LAST_MODIFIED) {
        version = version.with_last_modified(time);
    }
    let mut object = ObjectInfo::new();
    if let Some(size) = size {
        version = version.with_size(size);
        object = object.with_size(size);
    }
    let known = version.is_validating() || size.is_some();
    if known { object.with_version(version) } else { object }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges() {
        assert_eq!(parse_content_range("bytes 0-99/1234"), Some((0..100, Some(1234))));
        assert_eq!(parse_content_range("bytes 5-5/*"), Some((5..6, None)));
        for bad in
            ["bytes 5-4/9", "bytes */9", "items 0-1/2", "bytes 0-18446744073709551615/*", "", "bytes a-b/c"]
        {
            assert_eq!(parse_content_range(bad), None, "{bad}");
        }
    }
}
