//! The built-in decoders.

use alloc::sync::Arc;

use crate::compression;
use crate::decoder::Decoder;

mod none;

/// Calls `add` with every decoder that is compiled in.
pub(crate) fn for_each_builtin(add: &mut dyn FnMut(u16, Arc<dyn Decoder>)) {
    add(compression::NONE, Arc::new(none::Uncompressed));
}

/// Whether a decoder for the code is compiled in.
pub(crate) fn is_builtin(code: u16) -> bool {
    let mut found = false;
    for_each_builtin(&mut |builtin, _| found |= builtin == code);
    found
}
