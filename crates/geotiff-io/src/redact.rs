//! Keeping secrets out of whatever a person or a log may read.

/// The text that stands for what was left out.
const MARK: &str = "[redacted]";

/// A path or URL without what may be secret: the user part, the query and the fragment of a URL.
///
/// Text without `://` is a path in a store or file system; of it, what follows a `?` is left out too, because an HTTP
/// store's relative path may end in a signed query.
///
/// ```
/// use geotiff_io::redact;
/// assert_eq!(redact("https://me:pw@host/a.tif?sig=1"), "https://host/a.tif?[redacted]");
/// assert_eq!(redact("s3://bucket/a.tif"), "s3://bucket/a.tif");
/// ```
#[must_use]
pub fn redact(path: &str) -> String {
    let (head, tail) = match path.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), path),
    };
    let is_end = |c| c == '?' || (c == '#' && !head.is_empty());
    let cut = tail.find(is_end).unwrap_or(tail.len());
    let (body, query) = tail.split_at(cut);
    let body = if head.is_empty() { body } else { without_user(body) };
    let mark = if query.is_empty() { String::new() } else { format!("?{MARK}") };
    format!("{head}{body}{mark}")
}

/// `user:password@host/path` without the user part. Only an `@` before the first `/` is one.
fn without_user(rest: &str) -> &str {
    let authority = rest.find('/').unwrap_or(rest.len());
    match rest[..authority].rfind('@') {
        Some(at) => &rest[at + 1..],
        None => rest,
    }
}

/// [`redact`] applied to every URL, header and query inside a message of another library.
#[cfg(any(test, feature = "http", feature = "object_store"))]
pub(crate) fn redact_text(text: &str) -> String {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '(' | ')' | '`');
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for c in text.chars().chain(std::iter::once('\n')) {
        if is_end(c) {
            let is_url = word.contains("://") || word.contains('?');
            out.push_str(&if is_url { redact(&word) } else { std::mem::take(&mut word) });
            word.clear();
            out.push(c);
        } else {
            word.push(c);
        }
    }
    out.pop();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_at_sign_in_the_path_stays() {
        assert_eq!(redact("https://host/a@b.tif"), "https://host/a@b.tif");
        assert_eq!(redact("https://u:p%40@host"), "https://host");
    }

    #[test]
    fn relative_paths_lose_their_query() {
        assert_eq!(redact("dir/a.tif?X-Amz-Signature=abc#x"), "dir/a.tif?[redacted]");
    }

    #[test]
    fn urls_inside_text() {
        assert_eq!(
            redact_text("error sending request for url (https://h/a?sig=s3cr3t) because: no"),
            "error sending request for url (https://h/a?[redacted]) because: no"
        );
    }
}
