//! `PackBits` (TIFF 6.0 section 9): compression 32773.

use crate::error::Error;
use crate::workspace::Workspace;

/// Runs that reach past the end of `dst` are cut there; a run that `src` cuts short ends the chunk.
pub(super) fn decompress(src: &[u8], dst: &mut [u8], _workspace: &mut Workspace) -> Result<usize, Error> {
    let mut src = src;
    let capacity = dst.len();
    let mut rest = dst;
    while let [header, tail @ ..] = src {
        if rest.is_empty() {
            break;
        }
        let count = usize::from(*header);
        let taken = match (count, tail) {
            // A literal run of count + 1 bytes.
            (0..=127, _) => {
                let len = count.wrapping_add(1).min(tail.len());
                let (literal, after) = tail.split_at(len);
                src = after;
                let len = len.min(rest.len());
                let (to, _) = rest.split_at_mut(len);
                if let Some(literal) = literal.get(..len) {
                    to.copy_from_slice(literal);
                }
                len
            }
            // No operation.
            (128, _) => {
                src = tail;
                0
            }
            // One byte, 257 - count times.
            (_, [value, after @ ..]) => {
                src = after;
                let len = 257_usize.wrapping_sub(count).min(rest.len());
                rest.split_at_mut(len).0.fill(*value);
                len
            }
            (_, []) => break,
        };
        rest = rest.split_at_mut(taken).1;
    }
    Ok(capacity.wrapping_sub(rest.len()))
}
