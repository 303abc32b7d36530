//! The quality of a JPEG stream, from its quantisation tables.

/// The luminance table of ITU-T T.81, annex K.1, in zigzag order.
const LUMINANCE: [u16; 64] = [
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40,
    58, 51, 61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103,
    104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
];

/// The chrominance table of ITU-T T.81, annex K.1, in zigzag order.
const CHROMINANCE: [u16; 64] = [
    17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];

/// The quality, 1 to 100, at which libjpeg writes the quantisation tables of a stream of tables, and whether
/// the stream holds Huffman tables. `None` where no quality gives them.
pub(crate) fn guess(tables: &[u8]) -> Option<(u8, bool)> {
    let mut found: [Option<[u16; 64]>; 2] = [None, None];
    let mut huffman = false;
    let mut rest = tables.strip_prefix(&[0xff, 0xd8])?;
    while let Some((&[0xff, marker, high, low], _)) = rest.split_first_chunk::<4>() {
        let len = usize::from(u16::from_be_bytes([high, low]));
        let end = len.saturating_add(2);
        let Some(segment) = rest.get(4..end) else { break };
        match marker {
            0xdb => read_tables(segment, &mut found)?,
            0xc4 => huffman = true,
            _ => {}
        }
        rest = rest.get(end..).unwrap_or_default();
    }
    let [first, second] = found;
    let first = first?;
    let quality = (1..=100_u8).find(|&q| {
        // libjpeg 9 took 16 for the first entry of the chrominance table.
        let mut newer = CHROMINANCE;
        newer[0] = 16;
        let chrominance = |table| table == scaled(&CHROMINANCE, q) || table == scaled(&newer, q);
        first == scaled(&LUMINANCE, q) && second.is_none_or(chrominance)
    })?;
    Some((quality, huffman))
}

fn read_tables(mut segment: &[u8], found: &mut [Option<[u16; 64]>; 2]) -> Option<()> {
    while let Some((&head, rest)) = segment.split_first() {
        let mut table = [0; 64];
        let wide = head >> 4 != 0;
        let (values, rest) = rest.split_at_checked(if wide { 128 } else { 64 })?;
        if wide {
            for (entry, bytes) in table.iter_mut().zip(values.as_chunks::<2>().0) {
                *entry = u16::from_be_bytes(*bytes);
            }
        } else {
            for (entry, &byte) in table.iter_mut().zip(values) {
                *entry = u16::from(byte);
            }
        }
        if let Some(slot) = found.get_mut(usize::from(head & 15)) {
            *slot = Some(table);
        }
        segment = rest;
    }
    Some(())
}

/// libjpeg's scaling of a table for a quality. GDAL does not ask for baseline values, which end at 255.
fn scaled(table: &[u16; 64], quality: u8) -> [u16; 64] {
    let quality = u32::from(quality.clamp(1, 100));
    let factor = if quality < 50 {
        5000_u32.checked_div(quality).unwrap_or(0)
    } else {
        200_u32.saturating_sub(quality.saturating_mul(2))
    };
    table.map(|entry| {
        let value = u32::from(entry).saturating_mul(factor).saturating_add(50) / 100;
        value.clamp(1, 32_767) as u16
    })
}
