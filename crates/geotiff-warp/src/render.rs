//! From values to pictures: ranges and colours.

use geotiff_read::{Array, Raster};
use ndarray::{Array3, Axis, concatenate};

use crate::{Error, ErrorKind};

/// Every band as 8 bits: `min` becomes 0, `max` 255, what lies between is cut to an integer, as rio-tiler does; what
/// lies beyond is clamped.
///
/// # Errors
///
/// [`ErrorKind::Usage`] where `min` is not below `max`.
pub fn rescale(raster: &Raster, (min, max): (f64, f64)) -> Result<Raster, Error> {
    let is_range = min.is_finite() && max.is_finite() && min < max;
    if !is_range {
        return Err(Error::new(ErrorKind::Usage, format!("a range from {min} to {max}")));
    }
    let data = raster.data.to_f64().mapv(|value| ((value.clamp(min, max) - min) / (max - min) * 255.0) as u8);
    rendered(raster, data, &raster.masks(), raster.bands.clone())
}

/// Colours for the values 0 to 255 of one band.
#[derive(Clone, PartialEq)]
pub struct Colormap {
    colors: [[u8; 3]; 256],
}

impl std::fmt::Debug for Colormap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Colormap").field("first", &self.colors[0]).field("last", &self.colors[255]).finish()
    }
}

/// ColorBrewer's and matplotlib's gradients, by the names that rio-tiler has for them.
const GRADIENTS: [(&str, colorous::Gradient); 34] = [
    ("blues", colorous::BLUES),
    ("brbg", colorous::BROWN_GREEN),
    ("bugn", colorous::BLUE_GREEN),
    ("bupu", colorous::BLUE_PURPLE),
    ("cividis", colorous::CIVIDIS),
    ("cubehelix", colorous::CUBEHELIX),
    ("gnbu", colorous::GREEN_BLUE),
    ("greens", colorous::GREENS),
    ("greys", colorous::GREYS),
    ("inferno", colorous::INFERNO),
    ("magma", colorous::MAGMA),
    ("oranges", colorous::ORANGES),
    ("orrd", colorous::ORANGE_RED),
    ("piyg", colorous::PINK_GREEN),
    ("plasma", colorous::PLASMA),
    ("prgn", colorous::PURPLE_GREEN),
    ("pubu", colorous::PURPLE_BLUE),
    ("pubugn", colorous::PURPLE_BLUE_GREEN),
    ("puor", colorous::PURPLE_ORANGE),
    ("purd", colorous::PURPLE_RED),
    ("purples", colorous::PURPLES),
    ("rdbu", colorous::RED_BLUE),
    ("rdgy", colorous::RED_GREY),
    ("rdpu", colorous::RED_PURPLE),
    ("rdylbu", colorous::RED_YELLOW_BLUE),
    ("rdylgn", colorous::RED_YELLOW_GREEN),
    ("reds", colorous::REDS),
    ("spectral", colorous::SPECTRAL),
    ("turbo", colorous::TURBO),
    ("viridis", colorous::VIRIDIS),
    ("ylgn", colorous::YELLOW_GREEN),
    ("ylgnbu", colorous::YELLOW_GREEN_BLUE),
    ("ylorbr", colorous::YELLOW_ORANGE_BROWN),
    ("ylorrd", colorous::YELLOW_ORANGE_RED),
];

impl Colormap {
    /// A map from red, green and blue of each value.
    #[must_use]
    pub fn new(colors: [[u8; 3]; 256]) -> Self {
        Self { colors }
    }

    /// A well-known map: `viridis`, `magma`, `turbo`, `rdylgn` …; `gray` too. Capitals do not matter.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`] for another name; the message has those that there are.
    pub fn named(name: &str) -> Result<Self, Error> {
        let name = name.to_ascii_lowercase();
        if name == "gray" {
            return Ok(Self::new(std::array::from_fn(|value| [value as u8; 3])));
        }
        let known = GRADIENTS.iter().find(|(known, _)| *known == name);
        let (_, gradient) = known.ok_or_else(|| {
            let names: Vec<&str> = Self::names().collect();
            Error::new(ErrorKind::Usage, format!("no colour map {name:?}; there are {}", names.join(", ")))
        })?;
        Ok(Self::new(std::array::from_fn(|value| gradient.eval_rational(value, 256).as_array())))
    }

    /// The names that [`Colormap::named`] knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        std::iter::once("gray").chain(GRADIENTS.iter().map(|(name, _)| *name))
    }

    /// Red, green and blue of each value.
    #[must_use]
    pub fn colors(&self) -> &[[u8; 3]; 256] {
        &self.colors
    }

    /// Three bands, red, green and blue, of the first and only one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`] for more bands or another type than 8-bit unsigned.
    pub fn apply(&self, raster: &Raster) -> Result<Raster, Error> {
        let values = raster.data.view::<u8>().filter(|values| values.dim().0 == 1).ok_or_else(|| {
            let (count, name) = (raster.count(), raster.data.data_type().name());
            let message =
                format!("a colour map takes one band of uint8, not {count} of {name}: rescale first");
            Error::new(ErrorKind::Usage, message)
        })?;
        let (_, height, width) = values.dim();
        let colors = Array3::from_shape_fn((3, height, width), |(channel, row, column)| {
            self.colors[usize::from(values[[0, row, column]])][channel]
        });
        let mask = raster.masks();
        let masks = concatenate(Axis(0), &[mask.view(), mask.view(), mask.view()])
            .map_err(|error| Error::new(ErrorKind::Usage, error.to_string()))?;
        let band = raster.bands.first().copied().unwrap_or(1);
        rendered(raster, colors, &masks, vec![band; 3])
    }
}

/// Pixels in the place of those of `raster`; nodata is left to the mask.
fn rendered(raster: &Raster, data: Array3<u8>, masks: &Array3<u8>, bands: Vec<u16>) -> Result<Raster, Error> {
    let kinds = vec![geotiff_read::MaskKind::PerDataset; bands.len()];
    let mut made = Raster::from_parts(Array::from(data), masks, bands, kinds)?;
    made.transform = raster.transform;
    made.crs = raster.crs.clone();
    Ok(made)
}
