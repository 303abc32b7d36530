//! Stores that serve byte ranges, and the middleware that wraps them.
