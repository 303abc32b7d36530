//! Pages, overviews and masks, as GDAL's driver tells them apart.

mod common;

use common::*;
use geotiff_core::Tag;

fn kind(format: Format, entries: Vec<Entry>, kind: u32) -> Vec<Entry> {
    with(entries, [format.long(254, &[kind])])
}

#[test]
fn pages_of_the_same_size_are_pages() {
    let file = LE.file(&[LE.gray(30, 20, 500), LE.gray(30, 20, 500), kind(LE, LE.gray(30, 20, 500), 2)]);
    let tiff = open(&file).unwrap();
    assert_eq!(tiff.pages().len(), 3);
    assert!(tiff.pages().iter().all(|page| page.overviews().is_empty()));
}

#[test]
fn smaller_pages_without_a_subfile_type_are_no_overviews() {
    let tiff = open(&LE.file(&[LE.gray(30, 20, 500), LE.gray(15, 10, 500)])).unwrap();
    assert_eq!((tiff.pages().len(), tiff.pages()[0].overviews().len()), (2, 0));
}

#[test]
fn overviews_masks_and_masks_of_overviews() {
    for f in ALL {
        let bit = |w, h, k| kind(f, with(f.gray(w, h, 500), [f.short(258, &[1])]), k);
        let file = f.file(&[
            f.gray(40, 40, 500),
            bit(40, 40, 4),
            kind(f, f.gray(20, 20, 500), 1),
            bit(20, 20, 5),
            kind(f, f.gray(10, 10, 500), 1),
            bit(10, 10, 5),
            bit(7, 7, 5),
        ]);
        let tiff = open(&file).unwrap();
        assert_eq!((tiff.ifds().len(), tiff.pages().len()), (7, 1));
        let page = &tiff.pages()[0];
        let widths: Vec<u32> = page.overviews().iter().map(|o| o.width()).collect();
        assert_eq!(widths, [20, 10]);
        assert_eq!(page.mask().unwrap().width(), 40);
        assert_eq!(page.overview_mask(0).unwrap().width(), 20);
        assert_eq!(page.overview_mask(1).unwrap().width(), 10);
        assert!(page.overview_mask(2).is_none());
    }
}

#[test]
fn the_old_subfile_type_does_not_make_an_overview() {
    let overview = with(LE.gray(15, 10, 500), [LE.short(255, &[2])]);
    let tiff = open(&LE.file(&[LE.gray(30, 20, 500), overview])).unwrap();
    // GDAL 3.10 lists two subdatasets and no overview.
    assert_eq!((tiff.pages().len(), tiff.pages()[0].overviews().len()), (2, 0));
}

#[test]
fn what_does_not_fit_is_neither() {
    let rgb = with(LE.gray(15, 10, 500), [LE.short(277, &[3]), LE.short(258, &[8, 8, 8])]);
    let wide_mask = with(LE.gray(30, 20, 500), [LE.short(258, &[16])]);
    let file = LE.file(&[
        LE.gray(30, 20, 500),
        kind(LE, rgb, 1),
        kind(LE, LE.gray(31, 20, 500), 4),
        kind(LE, wide_mask, 4),
    ]);
    let tiff = open(&file).unwrap();
    let page = &tiff.pages()[0];
    assert_eq!((tiff.pages().len(), page.overviews().len(), page.mask().is_some()), (1, 0, false));
}

#[test]
fn no_more_than_thirty_overviews() {
    let mut ifds = vec![LE.gray(100, 100, 500)];
    ifds.extend((1..=40).map(|i| kind(LE, LE.gray(100 - i, 100 - i, 500), 1)));
    assert_eq!(open(&LE.file(&ifds)).unwrap().pages()[0].overviews().len(), 30);
}

#[test]
fn sub_ifds_are_overviews_of_their_page() {
    for f in ALL {
        let first = if f.big { 16 } else { 8 };
        // The main IFD has one SubIFD in its value field; it lies at byte 1000.
        let main = with(f.gray(30, 20, 500), [f.long(330, &[1000])]);
        let mut file = f.header(first);
        file.extend(f.ifd(first, &main, Some(0)));
        file.resize(1000, 0);
        file.extend(f.ifd(1000, &kind(f, f.gray(15, 10, 500), 1), Some(0)));
        let tiff = open(&file).unwrap();
        assert_eq!(tiff.ifds().len(), 1);
        assert_eq!(tiff.ifds()[0].sub_ifds()[0].unsigned(Tag::IMAGE_WIDTH), Some(15));
        assert_eq!(tiff.pages()[0].overviews()[0].height(), 10);
    }
}

#[test]
fn a_damaged_later_page_leaves_the_others() {
    let broken = vec![LE.short(256, &[3])];
    let tiff = open(&LE.file(&[LE.gray(30, 20, 500), broken, LE.gray(5, 5, 500)])).unwrap();
    assert_eq!((tiff.ifds().len(), tiff.pages().len(), tiff.warnings().len()), (3, 2, 1));
}
