//! Links `geotiff-core` without std.
//!
//! Were std anywhere in the graph, its panic handler and the one here would clash and the build fail. The
//! exported function uses the whole way from bytes to a page, so that nothing is left unlinked.
#![no_std]

extern crate alloc;

use core::alloc::{GlobalAlloc, Layout};
use core::sync::atomic::{AtomicUsize, Ordering};

use geotiff_core::{Bytes, Limits, MetadataDecoder, Step};

const HEAP: usize = 1 << 20;

/// A heap that only grows, as a small device may have for one file.
struct Bump {
    heap: core::cell::UnsafeCell<[u8; HEAP]>,
    used: AtomicUsize,
}

// SAFETY: parts of the heap are handed out once each, by an atomic counter.
unsafe impl Sync for Bump {}

// SAFETY: every block lies in the heap, is aligned as asked and overlaps no other.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let base = self.heap.get() as usize;
        let mut start = 0;
        let claimed = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            start = (base + used).next_multiple_of(layout.align()) - base;
            start.checked_add(layout.size()).filter(|&end| end <= HEAP)
        });
        match claimed {
            Ok(_) => (base + start) as *mut u8,
            Err(_) => core::ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: Bump = Bump { heap: core::cell::UnsafeCell::new([0; HEAP]), used: AtomicUsize::new(0) };

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

/// Width of the image in a whole TIFF file; 0 where it cannot be read.
///
/// # Safety
///
/// `file` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tiff_width(file: *const u8, len: usize) -> u32 {
    // SAFETY: by the contract of this function.
    let file = unsafe { core::slice::from_raw_parts(file, len) };
    let mut decoder = MetadataDecoder::new(Limits::default());
    decoder.set_file_size(len as u64);
    decoder.feed(0, Bytes::copy_from_slice(file));
    match decoder.decode() {
        Ok(Step::Finished(tiff)) => tiff.pages().first().map_or(0, |page| {
            let placed = page.georeferencing().transform().is_some();
            let said = page.metadata().domains().names().count();
            if placed || said > 0 { page.image().width() } else { 0 }
        }),
        _ => 0,
    }
}
