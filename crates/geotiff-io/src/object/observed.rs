//! A client for `object_store` that sees to what it leaves out: how long answers ask to wait, and connections that fall
//! just as they are used again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
    ReqwestConnector,
};

use crate::status::parse_retry_after;

/// Travels with a request, and is told the `Retry-After` of its answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Observed(Arc<Mutex<Option<Duration>>>);

impl Observed {
    pub(super) fn retry_after(&self) -> Option<Duration> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes clients that tell an [`Observed`] what they see. Without it the delay that a cloud asks for is not known.
#[derive(Debug)]
pub(crate) struct ObservingConnector;

impl HttpConnector for ObservingConnector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = ReqwestConnector::default().connect(options)?;
        Ok(HttpClient::new(ObservingClient(client)))
    }
}

#[derive(Debug)]
struct ObservingClient(HttpClient);

impl ObservingClient {
    /// Sends a request, and a GET at once a second time where its connection fell before anything of the answer came
    /// (RFC 9112 §9.3.1, RFC 9110 §9.2.2).
    async fn transmit(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let again = (request.method() == "GET").then(|| request.clone());
        match (self.0.execute(request).await, again) {
            (Err(error), Some(again)) if connection_fell(&error) => self.0.execute(again).await,
            (result, _) => result,
        }
    }
}

/// Whether a request failed because its connection, once made, was closed or reset by the other side.
fn connection_fell(error: &HttpError) -> bool {
    matches!(error.kind(), HttpErrorKind::Request | HttpErrorKind::Interrupted)
}

#[async_trait]
impl HttpService for ObservingClient {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let observed = request.extensions().get::<Observed>().cloned();
        let response = self.transmit(request).await?;
        let delay = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        if let (Some(observed), Some(delay)) = (observed, delay.and_then(parse_retry_after)) {
            *observed.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(delay);
        }
        Ok(response)
    }
}
