//! A static library with its own panic handler and allocator: were the standard library linked in by any
//! dependency, there would be two of each and the build would fail.

#![no_std]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering};

use geotiff_codecs::{ChunkSpec, Codecs, SampleOrder, Workspace};

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

const HEAP: usize = 8 << 20;

/// Hands out a fixed region, from front to back, once.
struct Bump {
    heap: UnsafeCell<[u8; HEAP]>,
    used: AtomicUsize,
}

// SAFETY: every part of the heap is handed out once, by the atomic addition to `used`.
unsafe impl Sync for Bump {}

// SAFETY: what is returned is null or an aligned part of the heap that nobody else has.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let wanted = layout.size() + layout.align();
        let start = self.used.fetch_add(wanted, Ordering::Relaxed);
        if start.saturating_add(wanted) > HEAP {
            return null_mut();
        }
        // SAFETY: start + wanted lies within the heap, and the alignment takes less than was added for it.
        unsafe {
            let free = self.heap.get().cast::<u8>().add(start);
            free.add(free.align_offset(layout.align()))
        }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: Bump = Bump { heap: UnsafeCell::new([0; HEAP]), used: AtomicUsize::new(0) };

/// Decodes a chunk of 8-bit samples. Returns 0, or -1 where it cannot.
///
/// # Safety
/// `src` and `dst` are valid for the lengths given with them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn decode_chunk(
    compression: u16,
    width: u32,
    height: u32,
    src: *const u8,
    src_len: usize,
    dst: *mut u8,
    dst_len: usize,
) -> i32 {
    // SAFETY: the caller vouches for both.
    let (src, dst) =
        unsafe { (core::slice::from_raw_parts(src, src_len), core::slice::from_raw_parts_mut(dst, dst_len)) };
    let spec = ChunkSpec::new(compression, width, height);
    match Codecs::builtin().decode(src, &spec, SampleOrder::Planar, dst, &mut Workspace::new()) {
        Ok(()) => 0,
        Err(_) => -1,
    }
}
