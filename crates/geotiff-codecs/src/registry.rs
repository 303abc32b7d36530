//! The registry: which decoder serves which compression code.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;

use crate::compression;
use crate::decoder::Decoder;
use crate::error::Error;

/// The decoders at hand, by compression code: a plain value that a user may add to and take from.
///
/// Cloning is cheap and shares the decoders.
#[derive(Clone, Debug)]
pub struct Codecs {
    decoders: BTreeMap<u16, Arc<dyn Decoder>>,
}

impl Default for Codecs {
    /// [`Codecs::builtin`].
    fn default() -> Self {
        Self::builtin()
    }
}

impl Codecs {
    /// A registry with no decoder in it, not even for uncompressed chunks.
    #[must_use]
    pub fn new() -> Self {
        Self { decoders: BTreeMap::new() }
    }

    /// A registry with every decoder whose feature is on.
    #[must_use]
    pub fn builtin() -> Self {
        let mut codecs = Self::new();
        crate::codec::for_each_builtin(&mut |code, decoder| {
            codecs.decoders.insert(code, decoder);
        });
        codecs
    }

    /// Adds a decoder for a compression code that has none yet.
    ///
    /// # Errors
    /// [`Usage`](crate::ErrorKind::Usage) where the code is taken; [`replace`](Self::replace) overrides.
    pub fn register(&mut self, code: u16, decoder: impl Decoder + 'static) -> Result<(), Error> {
        if self.decoders.contains_key(&code) {
            return Err(Error::usage("a decoder is registered for this code already").with_compression(code));
        }
        self.decoders.insert(code, Arc::new(decoder));
        Ok(())
    }

    /// Makes `decoder` the one for a compression code and returns the one that was.
    pub fn replace(&mut self, code: u16, decoder: impl Decoder + 'static) -> Option<Arc<dyn Decoder>> {
        self.decoders.insert(code, Arc::new(decoder))
    }

    /// Takes the decoder for a compression code away and returns it.
    pub fn remove(&mut self, code: u16) -> Option<Arc<dyn Decoder>> {
        self.decoders.remove(&code)
    }

    /// The compression codes that have a decoder, ascending.
    pub fn codes(&self) -> impl Iterator<Item = u16> + '_ {
        self.decoders.keys().copied()
    }

    /// The decoder for a compression code.
    ///
    /// # Errors
    /// [`DisabledCodec`](crate::ErrorKind::DisabledCodec), with the [feature](Error::feature) that brings it,
    /// where this build lacks the codec; [`Unsupported`](crate::ErrorKind::Unsupported) where nobody here
    /// reads the code, or where it was [removed](Self::remove).
    pub fn get(&self, code: u16) -> Result<&dyn Decoder, Error> {
        if let Some(decoder) = self.decoders.get(&code) {
            return Ok(decoder.as_ref());
        }
        let Some(known) = compression::known(code) else {
            return Err(Error::unsupported("an unknown compression scheme").with_compression(code));
        };
        Err(match known.feature {
            Some(feature) if !crate::codec::is_builtin(code) => Error::disabled(code, feature),
            _ => Error::unsupported("no decoder is registered for it").with_compression(code),
        })
    }
}
