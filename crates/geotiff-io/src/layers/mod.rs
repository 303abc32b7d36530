//! The layers of this crate, each a store around a store.

#[cfg(feature = "trace")]
pub(crate) mod trace;
