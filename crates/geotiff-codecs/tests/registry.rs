//! The registry as its users meet it.

use geotiff_codecs::{ChunkSpec, Codecs, Decoder, Error, ErrorKind, SampleOrder, Workspace};

/// Gives each byte plus one.
#[derive(Debug)]
struct PlusOne;

impl Decoder for PlusOne {
    fn has_predictor(&self) -> bool {
        true
    }

    fn decode(
        &self,
        src: &[u8],
        _spec: &ChunkSpec<'_>,
        dst: &mut [u8],
        _workspace: &mut Workspace,
    ) -> Result<usize, Error> {
        for (to, from) in dst.iter_mut().zip(src) {
            *to = from.wrapping_add(1);
        }
        Ok(src.len().min(dst.len()))
    }
}

const MINE: u16 = 65_000;

#[test]
fn a_users_codec_is_registered_replaced_and_removed() {
    let mut codecs = Codecs::builtin();
    assert_eq!(codecs.get(MINE).unwrap_err().kind(), ErrorKind::Unsupported);
    codecs.register(MINE, PlusOne).unwrap();
    assert_eq!(codecs.register(MINE, PlusOne).unwrap_err().kind(), ErrorKind::Usage);
    assert!(codecs.codes().any(|code| code == MINE));
    // The predictor is undone for it like for any other.
    let spec = ChunkSpec::new(MINE, 4, 1).with_predictor(2);
    let mut dst = [0; 4];
    codecs.decode(&[0, 0, 0, 0], &spec, SampleOrder::Planar, &mut dst, &mut Workspace::new()).unwrap();
    assert_eq!(dst, [1, 2, 3, 4]);
    assert!(codecs.replace(MINE, PlusOne).is_some());
    assert!(codecs.remove(MINE).is_some());
    assert_eq!(codecs.get(MINE).unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn an_unknown_a_removed_and_an_empty_registry_are_told_apart_from_a_disabled_codec() {
    let unknown = Codecs::builtin().get(12_345).unwrap_err();
    assert_eq!((unknown.kind(), unknown.compression()), (ErrorKind::Unsupported, Some(12_345)));
    let mut codecs = Codecs::builtin();
    codecs.remove(1);
    assert_eq!(codecs.get(1).unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(Codecs::new().get(1).unwrap_err().kind(), ErrorKind::Unsupported);
    for (code, feature, on) in [
        (5, "lzw", cfg!(feature = "lzw")),
        (8, "deflate", cfg!(feature = "deflate")),
        (50_000, "zstd", cfg!(any(feature = "zstd", feature = "zstd-pure"))),
        (50_002, "jxl", cfg!(feature = "jxl")),
        (34_712, "jpeg2000", cfg!(feature = "jpeg2000")),
    ] {
        match Codecs::builtin().get(code) {
            Ok(_) => assert!(on, "{feature}"),
            Err(error) => {
                assert!(!on, "{feature}");
                assert_eq!(error.kind(), ErrorKind::DisabledCodec);
                assert_eq!(error.feature(), Some(feature));
            }
        }
    }
}

#[test]
fn a_decoder_that_writes_too_little_is_an_error() {
    let mut codecs = Codecs::new();
    codecs.register(MINE, PlusOne).unwrap();
    let spec = ChunkSpec::new(MINE, 4, 1);
    let error =
        codecs.decode(&[1, 2], &spec, SampleOrder::Planar, &mut [0; 4], &mut Workspace::new()).unwrap_err();
    assert_eq!((error.kind(), error.compression()), (ErrorKind::Malformed, Some(MINE)));
}

#[test]
fn the_status_table_is_the_registrys() {
    assert_eq!(
        Codecs::status_markdown(),
        include_str!("../STATUS.md"),
        "STATUS.md is out of date: cargo xtask status --bless"
    );
    for code in Codecs::builtin().codes() {
        assert!(Codecs::status_markdown().contains(&format!("| {code} |")), "{code} is not in the table");
    }
}
