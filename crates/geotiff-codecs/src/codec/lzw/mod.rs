//! LZW (TIFF 6.0 section 13): compression 5.

mod msb;

pub(crate) use msb::Table;

use weezl::{BitOrder, LzwStatus, decode};

use crate::error::Error;
use crate::workspace::Workspace;

/// Decompresses as much of `src` as `dst` takes.
pub(super) fn decompress(src: &[u8], dst: &mut [u8], workspace: &mut Workspace) -> Result<usize, Error> {
    if is_old_style(src) {
        return old_style(src, dst);
    }
    msb::decode(src, dst, workspace.lzw.get_or_insert_default())
}

/// Whether a stream is of the kind that libtiff wrote before its version 3.0: bits from the least significant,
/// code widths growing one code later. Both kinds begin with the 9-bit clear code, 256, which tells them apart.
fn is_old_style(src: &[u8]) -> bool {
    matches!(src, [0, second, ..] if second & 1 == 1)
}

fn old_style(src: &[u8], dst: &mut [u8]) -> Result<usize, Error> {
    let mut decoder = decode::Decoder::new(BitOrder::Lsb, 8);
    let (mut read, mut written) = (0_usize, 0_usize);
    while let (Some(input), Some(output)) = (src.get(read..), dst.get_mut(written..)) {
        if output.is_empty() {
            break;
        }
        let result = decoder.decode_bytes(input, output);
        read = read.saturating_add(result.consumed_in);
        written = written.saturating_add(result.consumed_out);
        match result.status {
            Ok(LzwStatus::Ok) => {}
            Ok(LzwStatus::NoProgress | LzwStatus::Done) => break,
            Err(_) => return Err(Error::malformed("an LZW code that the stream has not defined")),
        }
    }
    Ok(written)
}
