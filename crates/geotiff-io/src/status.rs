//! What HTTP statuses and headers mean to a reader.

use std::time::{Duration, SystemTime};

use crate::ErrorKind;

/// The kind of error that an HTTP status means (RFC 9110 §15).
pub(crate) fn kind_of_status(status: u16) -> ErrorKind {
    match status {
        401 | 403 | 407 => ErrorKind::Permission,
        404 | 410 => ErrorKind::NotFound,
        412 => ErrorKind::Changed,
        429 => ErrorKind::RateLimited,
        408 | 425 | 500 | 502..=504 | 507 | 509 | 520..=529 => ErrorKind::Unavailable,
        _ => ErrorKind::Protocol,
    }
}

/// `Retry-After` in either form (RFC 9110 §10.2.3).
pub(crate) fn parse_retry_after(value: &str) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let time = httpdate::parse_http_date(value).ok()?;
    Some(time.duration_since(SystemTime::now()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_in_seconds_and_as_a_date() {
        assert_eq!(parse_retry_after("7"), Some(Duration::from_secs(7)));
        assert_eq!(parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert_eq!(parse_retry_after("soon"), None);
    }
}
