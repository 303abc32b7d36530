//! Which IFD is a page, an overview, a mask: GDAL's rules (GTiff driver, scanning of directories).

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::tiff::Warning;
use crate::{DataType, Error, Ifd, Image, Limits, Page};

/// Bit 0 of NewSubfileType: a reduced-resolution version of another image.
const REDUCED: u32 = 1;
/// Bit 1: one page of several.
const PAGE: u32 = 2;
/// Bit 2: a transparency mask.
const MASK: u32 = 4;
/// GDAL takes no more overviews than this.
const MAX_OVERVIEWS: usize = 30;

/// What the images of a file may take in memory, so that many small IFDs cannot claim much.
struct Budget<'a> {
    limits: &'a Limits,
    bytes: u64,
    warnings: &'a mut Vec<Warning>,
}

impl Budget<'_> {
    /// An IFD as an image; one that is none, or is too much, is passed over with a warning.
    fn image(&mut self, ifd: &Ifd) -> Option<Image> {
        let image = Image::from_ifd(ifd, self.limits).and_then(|image| {
            let left = self.bytes.checked_sub(image.memory());
            self.bytes = left.ok_or_else(|| Error::limit("the images of the file take too much memory"))?;
            Ok(image)
        });
        match image {
            Ok(image) => Some(image),
            Err(error) => {
                self.warnings.push(Warning::new("an IFD is no image", Some(ifd.offset()), error.to_string()));
                None
            }
        }
    }

    fn with_sub_ifds(&mut self, image: Image) -> Page {
        let sub_ifds = image.ifd().sub_ifds.clone();
        let mut page = Page::new(image, self.limits);
        for ifd in sub_ifds.iter().flat_map(|ifds| ifds.iter()) {
            if let Some(image) = self.image(ifd) {
                attach(&mut page, image);
            }
        }
        page
    }
}

/// Groups the IFDs of a chain into pages. The first IFD is the main image whatever it says of itself; the
/// others are its overviews and masks, or pages. The SubIFDs of a page are its overviews and masks only.
pub(crate) fn pages(ifds: &[Ifd], limits: &Limits, warnings: &mut Vec<Warning>) -> Result<Vec<Page>, Error> {
    let (first, rest) = ifds.split_first().ok_or_else(|| Error::malformed("no IFD"))?;
    let mut budget = Budget { limits, bytes: limits.max_metadata_bytes, warnings };
    let mut main = budget.with_sub_ifds(Image::from_ifd(first, limits)?);
    let mut others = Vec::new();
    for ifd in rest {
        let Some(image) = budget.image(ifd) else { continue };
        let kind = image.new_subfile_type();
        if kind == 0 || kind == PAGE {
            others.push(budget.with_sub_ifds(image));
        } else if ifd.sub_ifds().is_empty() {
            attach(&mut main, image);
        }
    }
    let mut pages = Vec::with_capacity(others.len().saturating_add(1));
    pages.push(main);
    pages.extend(others);
    Ok(pages)
}

/// Takes an image as an overview or a mask, if it fits.
fn attach(page: &mut Page, image: Image) {
    let kind = image.new_subfile_type();
    let bands = page.image.samples_per_pixel();
    if kind & REDUCED != 0 && kind & MASK == 0 {
        let fits = image.data_type().is_ok() && image.samples_per_pixel() == bands;
        if fits && page.overviews.len() < MAX_OVERVIEWS {
            page.overviews.push(image);
            page.overview_masks.push(None);
        }
        return;
    }
    // A mask has one band or as many as the image, of up to 8 bits, and the image's very size.
    let samples = image.samples_per_pixel();
    if kind & MASK == 0
        || (samples != 1 && samples != bands)
        || image.data_type().ok() != Some(DataType::UInt8)
    {
        return;
    }
    if kind & REDUCED == 0 {
        if page.mask.is_none() && same_size(&image, &page.image) {
            page.mask = Some(image);
        }
        return;
    }
    let open = page.overviews.iter().zip(page.overview_masks.iter_mut());
    if let Some((_, slot)) =
        open.into_iter().find(|(overview, slot)| slot.is_none() && same_size(&image, overview))
    {
        *slot = Some(image);
    }
}

fn same_size(a: &Image, b: &Image) -> bool {
    (a.width(), a.height()) == (b.width(), b.height())
}
