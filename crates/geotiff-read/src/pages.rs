//! Huge pages under large outputs.
#![allow(unsafe_code, reason = "advice to the kernel about memory of ours")]

/// Asks the kernel for huge pages under memory that is about to be filled, where it is large enough to gain.
///
/// Touching fresh memory costs a fault a page: with pages of 4 KiB, several times what filling them takes. numpy asks
/// the same for its arrays. It is advice: where the kernel does not take it, nothing changes.
#[cfg(target_os = "linux")]
pub(crate) fn advise_huge<T>(memory: &mut [T]) {
    /// As numpy's; a huge page is 2 MiB on most machines.
    const WORTH_IT: usize = 4 << 20;
    let len = size_of_val(memory);
    let page = rustix::param::page_size();
    let start = memory.as_mut_ptr().cast::<u8>();
    let skipped = start.align_offset(page);
    if len < WORTH_IT || skipped >= len {
        return;
    }
    let whole = (len - skipped) / page * page;
    // SAFETY: skipped + whole <= len, so that the range lies inside `memory`, which is borrowed mutably; this advice
    // changes neither what the memory holds nor who may access it.
    let _ =
        unsafe { rustix::mm::madvise(start.add(skipped).cast(), whole, rustix::mm::Advice::LinuxHugepage) };
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn advise_huge<T>(_memory: &mut [T]) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_leaves_the_memory_as_it_was() {
        for len in [0, 1, 100, 1 << 20, (3 << 20) + 1] {
            let mut memory: Vec<u16> = (0..len).map(|i| i as u16).collect();
            let skipped = len.min(1);
            advise_huge(&mut memory[skipped..]);
            assert!(memory.iter().enumerate().all(|(i, value)| *value == i as u16), "{len}");
        }
    }
}
