//! Sending a request, and what its failures mean.

use std::io;

use reqwest::{RequestBuilder, Response};

use crate::causes::{causes, message_with_causes};
use crate::{Error, ErrorKind};

/// Sends a request, and at once a second time where the connection fell before anything of the answer came.
///
/// A server may close a kept connection just as it is used again, which no client can foresee (RFC 9112 §9.3.1); a GET may
/// be repeated then, but only once (RFC 9110 §9.2.2). `reqwest` repeats by itself only what HTTP/2 servers refused, and
/// would no longer with a policy of ours.
pub(super) async fn transmit(request: RequestBuilder) -> Result<Response, reqwest::Error> {
    let again = request.try_clone();
    match (request.send().await, again) {
        (Err(error), Some(again)) if connection_fell(&error) => again.send().await,
        (result, _) => result,
    }
}

/// Whether a request failed because its connection, once made, was closed or reset by the other side.
fn connection_fell(error: &reqwest::Error) -> bool {
    if error.is_connect() || error.is_timeout() {
        return false;
    }
    causes(error).any(|cause| match cause.downcast_ref::<io::Error>() {
        Some(error) => matches!(
            error.kind(),
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof
        ),
        None => cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_incomplete_message),
    })
}

/// A failure of the transport, without the URL that `reqwest` adds.
pub(super) fn transport_error(path: &str, error: reqwest::Error) -> Error {
    let kind = if error.is_timeout() { ErrorKind::Timeout } else { ErrorKind::Network };
    Error::new(kind, path, message_with_causes(&error.without_url()))
}
