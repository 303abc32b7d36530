//! Buffers that are used again: memory fresh from the system costs more than copying a file's pages into it.

use std::collections::TryReserveError;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

/// Buffers of fewer bytes come from the allocator, which keeps such memory itself.
const SMALLEST: usize = 256 << 10;
/// Larger ones are given back.
const LARGEST: usize = 8 << 20;
/// Bytes that are kept of buffers that nobody uses: what a read has in flight by default, so that the next one finds
/// all of them.
const KEPT: usize = 32 << 20;

/// Buffers that nobody uses, of all stores of this process.
static IDLE: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// An empty buffer with room for `length` bytes.
pub(super) fn take(length: usize) -> Result<Vec<u8>, TryReserveError> {
    if (SMALLEST..=LARGEST).contains(&length) {
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        // Not one that is much too large: what becomes of the bytes may live long.
        let fits = |buffer: &Vec<u8>| (length..=2 * length).contains(&buffer.capacity());
        if let Some(found) = idle.iter().position(fits) {
            return Ok(idle.remove(found));
        }
    }
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(length)?;
    Ok(buffer)
}

/// The bytes in a buffer, which is kept when the last reference to them goes.
pub(super) fn share(buffer: Vec<u8>) -> Bytes {
    if (SMALLEST..=LARGEST).contains(&buffer.capacity()) {
        Bytes::from_owner(Returned(buffer))
    } else {
        buffer.into()
    }
}

struct Returned(Vec<u8>);

impl AsRef<[u8]> for Returned {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Returned {
    fn drop(&mut self) {
        let mut buffer = std::mem::take(&mut self.0);
        buffer.clear();
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(buffer);
        let mut bytes: usize = idle.iter().map(Vec::capacity).sum();
        while bytes > KEPT {
            // The one that lay there longest.
            bytes -= idle.remove(0).capacity();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_come_back_and_no_more_than_some_are_kept() {
        let mut buffer = take(1 << 20).unwrap();
        buffer.extend_from_slice(b"bytes");
        let place = buffer.as_ptr();
        let bytes = share(buffer);
        let part = bytes.slice(1..3);
        drop(bytes);
        assert_eq!(&part[..], b"yt");
        drop(part);
        // Other tests may have taken it meanwhile, but none asks for as much.
        let again = take(1 << 20).unwrap();
        assert_eq!((again.as_ptr(), again.len()), (place, 0));
        let many: Vec<Bytes> = (0..20).map(|_| share(take(4 << 20).unwrap())).collect();
        drop(many);
        let kept: usize = IDLE.lock().unwrap().iter().map(Vec::capacity).sum();
        assert!(kept <= KEPT);
    }
}
