//! Which overview a decimated read is served from.

use crate::resample::{ReadWindow, Resampling};

/// How far above the wanted factor a level's may lie, and how near a factor ends the search.
const TOLERANCE: f64 = 0.1;

/// The overview from which to read `window` (in pixels of the full image) into `out` pixels, as GDAL 3.10
/// chooses it; `None` is the full image. Sizes are (width, height); overviews may come in any order.
///
/// The factor wanted is that of the axis that is reduced least. The overview with the largest factor that is
/// still below it is taken; with [`Resampling::Nearest`] one may be up to 1.2 times too coarse. Overviews larger
/// than the image are skipped; those made with `AVERAGE_BIT2GRAYSCALE` GDAL skips too, so leave them out by
/// giving them a size of (0, 0). A read that makes neither axis smaller takes the full image.
///
/// ```
/// use geotiff_read::level_choice::choose_level;
/// use geotiff_read::resample::{ReadWindow, Resampling};
///
/// let whole = ReadWindow::whole(1000, 1000);
/// let overviews = [(500, 500), (250, 250)];
/// let level = |size, method| choose_level((1000, 1000), &overviews, &whole, (size, size), method);
/// assert_eq!(level(500, Resampling::Bilinear), Some(0));
/// assert_eq!(level(600, Resampling::Bilinear), None);
/// assert_eq!(level(600, Resampling::Nearest), Some(0));
/// ```
#[must_use]
pub fn choose_level(
    full: (u32, u32),
    overviews: &[(u32, u32)],
    window: &ReadWindow,
    out: (u32, u32),
    resampling: Resampling,
) -> Option<usize> {
    if out.0 >= window.columns && out.1 >= window.rows {
        return None;
    }
    let wanted_x = f64::from(window.columns) / f64::from(out.0);
    let wanted_y = f64::from(window.rows) / f64::from(out.1);
    let wanted = if wanted_x < wanted_y || out.1 == 1 { wanted_x } else { wanted_y };
    let oversampling = if resampling == Resampling::Nearest { 1.2 } else { 1.0 };

    let mut best: Option<(usize, f64)> = None;
    for (index, &(width, height)) in overviews.iter().enumerate() {
        if width == 0 || height == 0 || width > full.0 || height > full.1 {
            continue;
        }
        let factor = (f64::from(full.0) / f64::from(width)).min(f64::from(full.1) / f64::from(height));
        let too_coarse = factor >= wanted * oversampling + TOLERANCE;
        if too_coarse || factor <= best.map_or(0.0, |(_, factor)| factor) {
            continue;
        }
        best = Some((index, factor));
        if (wanted - factor).abs() < TOLERANCE {
            break;
        }
    }
    best.map(|(index, _)| index)
}
