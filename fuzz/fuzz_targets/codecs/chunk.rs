//! What the codec targets share: a chunk's description and bytes from the fuzzer, decoded twice.

use std::ops::Range;

use arbitrary::Arbitrary;
use geotiff_codecs::{ByteOrder, ChunkSpec, Codecs, Error, SampleFormat, SampleOrder, Workspace};

#[derive(Arbitrary, Debug)]
pub struct Input<'a> {
    width: u8,
    height: u8,
    samples: u8,
    bits: u8,
    format: u8,
    predictor: u8,
    photometric: u8,
    fill_order: bool,
    big_endian: bool,
    planar: bool,
    t4_options: u8,
    lerc: Option<[u8; 2]>,
    subsampling: [u8; 2],
    tables: Option<Vec<u8>>,
    rows: [u8; 2],
    /// Whether the fields that a codec insists on are set to what it takes.
    usual: bool,
    /// Borrowed, so that it is the rest of the fuzzer's bytes as they are: of a `Vec` every other byte would say that
    /// it goes on.
    src: &'a [u8],
}

impl Input<'_> {
    fn spec<'a>(&'a self, code: u16, lerc: Option<&'a [u32]>) -> ChunkSpec<'a> {
        const BITS: [u16; 10] = [8, 16, 32, 64, 1, 2, 4, 12, 24, 128];
        let photometric = [1, 2, 6, 5, 0, 3, 8, 32844, 32845][usize::from(self.photometric) % 9];
        let mut spec = ChunkSpec::new(code, u32::from(self.width), u32::from(self.height))
            .with_samples(u16::from(self.samples % 6))
            .with_bits(BITS[usize::from(self.bits) % 10], SampleFormat::from_tag(u16::from(self.format % 7)))
            .with_predictor(u16::from(self.predictor % 4))
            .with_photometric(photometric)
            .with_fill_order(1 + u16::from(self.fill_order))
            .with_byte_order(if self.big_endian { ByteOrder::BigEndian } else { ByteOrder::LittleEndian })
            .with_fax_options(u32::from(self.t4_options % 8), 0)
            .with_ycbcr_subsampling(u16::from(self.subsampling[0] % 5), u16::from(self.subsampling[1] % 5))
            .with_lerc_parameters(lerc)
            .with_jpeg_tables(self.tables.as_deref());
        if self.usual {
            let (samples, bits, format, photometric) = match code {
                2..=4 => (1, 1, 1, 0),
                32766 => (1, 2, 1, 1),
                32809 => (1, 4, 1, 1),
                34676 | 34677 => (3, 16, 2, 32845),
                50001 => (3 + u16::from(self.samples % 2), 8, 1, 2),
                6 | 7 => (1 + 2 * u16::from(self.samples % 2), 8, 1, photometric),
                _ => (spec.samples, spec.bits_per_sample, u16::from(self.format % 7), photometric),
            };
            spec = spec
                .with_samples(samples)
                .with_bits(bits, SampleFormat::from_tag(format))
                .with_photometric(photometric);
        }
        spec
    }
}

/// Decodes into memory of two different contents, with a workspace that other chunks have used: both must give
/// the same answer, and the same samples where there are any.
pub fn decode(code: u16, input: &Input<'_>) {
    thread_local! {
        static CODECS: Codecs = Codecs::builtin();
        static USED: std::cell::RefCell<Workspace> = std::cell::RefCell::default();
    }
    let lerc = input.lerc.map(|[version, inside]| [u32::from(version % 5), u32::from(inside % 3)]);
    let spec = input.spec(code, lerc.as_ref().map(<[u32; 2]>::as_slice));
    let Ok(len) = spec.decoded_len() else { return };
    let order = if input.planar { SampleOrder::Planar } else { SampleOrder::Interleaved };
    let (mut first, mut second) = (vec![0x00; len], vec![0xff; len]);
    CODECS.with(|codecs| {
        let a = codecs.decode(input.src, &spec, order, &mut first, &mut Workspace::new());
        let b = USED.with_borrow_mut(|used| codecs.decode(input.src, &spec, order, &mut second, used));
        assert_eq!(a.is_ok(), b.is_ok(), "{a:?} {b:?}");
        if a.is_ok() {
            assert!(first == second, "not all of dst was written");
            let rows = u32::from(input.rows[0])..u32::from(input.rows[1]);
            USED.with_borrow_mut(|used| wanted(codecs, input.src, &spec, order, rows, &first, used));
        }
    });
}

/// The wanted rows are those of the whole chunk.
fn wanted(
    codecs: &Codecs,
    src: &[u8],
    spec: &ChunkSpec<'_>,
    order: SampleOrder,
    rows: Range<u32>,
    whole: &[u8],
    workspace: &mut Workspace,
) {
    let planes = if order == SampleOrder::Planar { usize::from(spec.samples) } else { 1 };
    let row_len = whole.len().checked_div(planes * spec.height as usize).unwrap_or(0);
    let mut next = rows.start;
    let put = |found: Range<u32>, samples: &[u8]| {
        let expected = whole
            .chunks(row_len * spec.height as usize)
            .flat_map(|plane| &plane[found.start as usize * row_len..found.end as usize * row_len]);
        assert!(samples.iter().eq(expected), "rows {found:?} are not those of the chunk");
        assert!(found.start <= next, "rows are missing before {found:?}");
        next = found.end;
        Ok::<(), Error>(())
    };
    codecs.decode_wanted(src, spec, order, rows.clone(), workspace, put).expect("a chunk that was decoded");
    assert!(next >= rows.end.min(spec.height) || whole.is_empty() || rows.is_empty(), "rows are missing");
}
