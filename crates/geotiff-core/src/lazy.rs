//! A value computed when first asked for.

use alloc::boxed::Box;
use core::fmt;

use once_cell::race::OnceBox;

/// A lazily computed value. Threads may compute it at the same time; one result is kept.
pub(crate) struct Lazy<T>(OnceBox<T>);

impl<T> Lazy<T> {
    pub(crate) const fn new() -> Self {
        Self(OnceBox::new())
    }

    pub(crate) fn of(value: T) -> Self {
        Self(OnceBox::with_value(Box::new(value)))
    }

    pub(crate) fn get_or(&self, compute: impl FnOnce() -> T) -> &T {
        self.0.get_or_init(|| Box::new(compute()))
    }
}

impl<T: Clone> Clone for Lazy<T> {
    fn clone(&self) -> Self {
        self.0.get().map_or_else(Self::new, |value| Self::of(value.clone()))
    }
}

impl<T: fmt::Debug> fmt::Debug for Lazy<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.get() {
            Some(value) => value.fmt(f),
            None => f.write_str("(not yet read)"),
        }
    }
}
