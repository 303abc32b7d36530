//! What identifies one state of an object: [`Version`], and what a response says of it: [`ObjectInfo`].

use std::fmt;
use std::sync::Arc;

/// The validators of one state of an object, for telling whether it was replaced between two requests.
///
/// A store fills in what its source knows. Two versions are compared by strong ETag where both have one
/// (RFC 9110 §8.8.3.2), else by last-modified time and size. A weak ETag promises no byte equality, so it is
/// dropped on construction: it is neither compared nor ever sent in `If-Match` (RFC 9110 §13.1.1).
///
/// Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Version(Arc<Validators>);

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Validators {
    etag: Option<Box<str>>,
    last_modified: Option<Box<str>>,
    size: Option<u64>,
}

impl Version {
    /// A version without any validator; add them with the `with_*` methods.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an ETag as the source spells it, quotes included. A weak one (`W/"…"`) is ignored.
    #[must_use]
    pub fn with_etag(mut self, etag: &str) -> Self {
        let etag = etag.trim();
        let weak = etag.starts_with("W/") || etag.starts_with("w/");
        self.edit().etag = (!weak && !etag.is_empty()).then(|| etag.into());
        self
    }

    /// Adds the time of last modification in any spelling that the source keeps to: it is only compared for equality.
    #[must_use]
    pub fn with_last_modified(mut self, last_modified: &str) -> Self {
        let text = last_modified.trim();
        self.edit().last_modified = (!text.is_empty()).then(|| text.into());
        self
    }

    /// Adds the size of the whole object in bytes.
    #[must_use]
    pub fn with_size(mut self, size: u64) -> Self {
        self.edit().size = Some(size);
        self
    }

    fn edit(&mut self) -> &mut Validators {
        Arc::make_mut(&mut self.0)
    }

    /// The strong ETag, quotes included, fit for `If-Match`.
    #[must_use]
    pub fn etag(&self) -> Option<&str> {
        self.0.etag.as_deref()
    }

    /// The time of last modification as the source spelled it.
    #[must_use]
    pub fn last_modified(&self) -> Option<&str> {
        self.0.last_modified.as_deref()
    }

    /// The size of the whole object in bytes.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.0.size
    }

    /// Whether this version has a validator (strong ETag or last-modified time), so that it can tell a replaced object
    /// of the same size. A cache must not keep bytes under a version that has none.
    #[must_use]
    pub fn is_validating(&self) -> bool {
        self.0.etag.is_some() || self.0.last_modified.is_some()
    }

    /// Whether `seen` is the same state of the object as `self`, as far as their validators tell.
    ///
    /// Sizes that differ always mean another version. Otherwise strong ETags decide where both have one, and
    /// last-modified times where both have those. Where `self` has a validator and `seen` none that compares with
    /// it, the answer is `false`: what cannot be verified is not the same.
    #[must_use]
    pub fn matches(&self, seen: &Version) -> bool {
        if let (Some(a), Some(b)) = (self.size(), seen.size())
            && a != b
        {
            return false;
        }
        match (self.etag(), seen.etag(), self.last_modified(), seen.last_modified()) {
            (Some(a), Some(b), _, _) => a == b,
            (_, _, Some(a), Some(b)) => a == b,
            _ => !self.is_validating(),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if let Some(etag) = self.etag() {
            write!(f, "etag {etag}")?;
            separator = ", ";
        }
        if let Some(time) = self.last_modified() {
            write!(f, "{separator}modified {time}")?;
            separator = ", ";
        }
        if let Some(size) = self.size() {
            write!(f, "{separator}{size} bytes")?;
            separator = ", ";
        }
        if separator.is_empty() { f.write_str("unversioned") } else { Ok(()) }
    }
}

/// What a response says of the object that its bytes come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectInfo {
    /// Size of the whole object in bytes, where the store learnt it.
    pub size: Option<u64>,
    /// The version that the bytes belong to, where the store learnt one.
    pub version: Option<Version>,
}

impl ObjectInfo {
    /// Nothing known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the size of the whole object in bytes.
    #[must_use]
    pub fn with_size(mut self, size: u64) -> Self {
        self.size = Some(size);
        self
    }

    /// Sets the version that the bytes belong to.
    #[must_use]
    pub fn with_version(mut self, version: Version) -> Self {
        self.version = Some(version);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_etags_are_dropped() {
        let version = Version::new().with_etag("W/\"a\"").with_size(3);
        assert_eq!(version.etag(), None);
        assert!(!version.is_validating());
    }

    #[test]
    fn strong_etags_decide_over_times() {
        let a = Version::new().with_etag("\"a\"").with_last_modified("Mon");
        assert!(a.matches(&Version::new().with_etag("\"a\"").with_last_modified("Tue")));
        assert!(!a.matches(&Version::new().with_etag("\"b\"").with_last_modified("Mon")));
        assert!(a.matches(&Version::new().with_last_modified("Mon")));
    }

    #[test]
    fn sizes_that_differ_are_another_version() {
        let a = Version::new().with_etag("\"a\"").with_size(1);
        assert!(!a.matches(&a.clone().with_size(2)));
    }

    #[test]
    fn what_cannot_be_verified_does_not_match() {
        let a = Version::new().with_etag("\"a\"").with_size(1);
        assert!(!a.matches(&Version::new().with_size(1)));
        assert!(Version::new().with_size(1).matches(&Version::new().with_etag("\"x\"").with_size(1)));
    }
}
