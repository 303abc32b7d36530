//! The layers of this crate, each a store around a store.

#[cfg(feature = "cache")]
pub(crate) mod cache;
pub(crate) mod coalesce;
#[cfg(feature = "limit")]
pub(crate) mod limit;
#[cfg(feature = "retry")]
pub(crate) mod retry;
#[cfg(feature = "stack")]
pub(crate) mod stack;
#[cfg(feature = "timeout")]
pub(crate) mod timeout;
#[cfg(feature = "trace")]
pub(crate) mod trace;
