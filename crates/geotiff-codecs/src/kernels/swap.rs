//! Byte order and bit order.

/// Reverses the bytes of every `size`-byte number, in place.
pub(crate) fn swap_bytes(bytes: &mut [u8], size: usize) {
    match size {
        2 => bytes
            .as_chunks_mut::<2>()
            .0
            .iter_mut()
            .for_each(|b| *b = u16::from_ne_bytes(*b).swap_bytes().to_ne_bytes()),
        3 => bytes.as_chunks_mut::<3>().0.iter_mut().for_each(|b| b.reverse()),
        4 => bytes
            .as_chunks_mut::<4>()
            .0
            .iter_mut()
            .for_each(|b| *b = u32::from_ne_bytes(*b).swap_bytes().to_ne_bytes()),
        8 => bytes
            .as_chunks_mut::<8>()
            .0
            .iter_mut()
            .for_each(|b| *b = u64::from_ne_bytes(*b).swap_bytes().to_ne_bytes()),
        _ => {}
    }
}

/// Writes `src` to `dst` with the bits of each byte reversed (`FillOrder` 2), as far as both reach.
pub(crate) fn reverse_bits(src: &[u8], dst: &mut [u8]) {
    for (to, from) in dst.iter_mut().zip(src) {
        *to = from.reverse_bits();
    }
}
