//! How layers are stacked.

/// Wraps a store in another one.
///
/// Implemented by every layer of this crate and by closures, so that any function from store to store is a layer.
pub trait Layer<S> {
    /// The store that comes out.
    type Store;

    /// Wraps `inner`.
    fn layer(&self, inner: S) -> Self::Store;
}

impl<S, T, F: Fn(S) -> T> Layer<S> for F {
    type Store = T;

    fn layer(&self, inner: S) -> T {
        self(inner)
    }
}

/// No layer: the store itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Identity;

impl<S> Layer<S> for Identity {
    type Store = S;

    fn layer(&self, inner: S) -> S {
        inner
    }
}

/// Two layers as one: `outer` around `inner`.
#[derive(Clone, Copy, Debug)]
pub struct Stack<O, I> {
    outer: O,
    inner: I,
}

impl<S, O, I> Layer<S> for Stack<O, I>
where
    I: Layer<S>,
    O: Layer<I::Store>,
{
    type Store = O::Store;

    fn layer(&self, inner: S) -> O::Store {
        self.outer.layer(self.inner.layer(inner))
    }
}

/// Stacks layers around a store: the layer added first is the outermost, which sees a request first.
///
/// A builder is a layer itself, so that stacks nest, and may wrap several stores; layers that hold shared state
/// (a cache, a limit, a trace) then share it among them.
///
/// ```
/// use geotiff_io::{MemoryStore, StoreBuilder, Trace};
///
/// let trace = Trace::new();
/// let store = StoreBuilder::new().layer(trace.layer()).store(MemoryStore::new());
/// # let _ = store;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct StoreBuilder<L = Identity> {
    layers: L,
}

impl StoreBuilder {
    /// No layers yet.
    #[must_use]
    pub fn new() -> Self {
        Self { layers: Identity }
    }
}

impl<L> StoreBuilder<L> {
    /// Adds a layer inside the ones added before.
    #[must_use]
    pub fn layer<I>(self, inner: I) -> StoreBuilder<Stack<L, I>> {
        StoreBuilder { layers: Stack { outer: self.layers, inner } }
    }

    /// Wraps `store` in the layers.
    pub fn store<S>(&self, store: S) -> L::Store
    where
        L: Layer<S>,
    {
        self.layers.layer(store)
    }
}

impl<S, L: Layer<S>> Layer<S> for StoreBuilder<L> {
    type Store = L::Store;

    fn layer(&self, inner: S) -> L::Store {
        self.layers.layer(inner)
    }
}
