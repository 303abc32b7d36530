//! Tiles: buffers, sizes, bands, ranges and colours.

use geotiff_read::Raster;
use geotiff_tms::well_known;
use geotiff_warp::{Colormap, ErrorKind, TileOptions, WarpOptions, tile};

use crate::open;

fn of(options: &TileOptions) -> Result<Raster, geotiff_warp::Error> {
    let set = well_known("WebMercatorQuad").unwrap();
    futures::executor::block_on(tile(&open("utm.tif"), "13/4272/2855".parse().unwrap(), &set, options))
}

#[test]
fn a_buffer_adds_pixels_around_the_same_ones() {
    let options = TileOptions::new().size(32, 32);
    let bare = of(&options).unwrap();
    let wide = of(&options.buffer(2.0)).unwrap();
    assert_eq!(wide.data.shape(), [2, 36, 36]);
    let inner = wide.data.to_f64().slice(ndarray::s![.., 2..34, 2..34]).to_owned();
    assert_eq!(inner, bare.data.to_f64());
    assert_eq!(of(&TileOptions::new().buffer(0.5)).unwrap().data.shape(), [2, 257, 257]);
    assert_eq!(of(&TileOptions::new().buffer(0.3)).unwrap_err().kind(), ErrorKind::Usage);
}

#[test]
fn a_range_becomes_eight_bits_and_a_band_colours() {
    let bands = WarpOptions::new().bands([1]);
    let options = TileOptions::new().size(16, 16).warp(bands);
    let values = of(&options).unwrap().data.to_f64();
    let (min, max) = (values[[0, 0, 0]], values[[0, 0, 15]]);
    let options = options.rescale(min, max);
    let grey = of(&options).unwrap();
    let bytes = grey.data.view::<u8>().unwrap();
    assert_eq!((bytes[[0, 0, 0]], bytes[[0, 0, 15]]), (0, 255));
    let half = ((values[[0, 0, 8]] - min) / (max - min) * 255.0) as u8;
    assert_eq!(bytes[[0, 0, 8]], half);
    let colours = of(&options.colormap(Colormap::named("viridis").unwrap())).unwrap();
    let colours = colours.into_array::<u8>().unwrap();
    // matplotlib's viridis goes from (68, 1, 84) to (253, 231, 37).
    assert_eq!(colours.slice(ndarray::s![.., 0, 0]).to_vec(), [68, 1, 84]);
    assert_eq!(colours.slice(ndarray::s![.., 0, 15]).to_vec(), [253, 231, 37]);
}

#[test]
fn colours_need_one_band_of_bytes() {
    let options = TileOptions::new().colormap(Colormap::named("gray").unwrap());
    assert_eq!(of(&options).unwrap_err().kind(), ErrorKind::Usage);
    assert_eq!(of(&TileOptions::new().rescale(3.0, 3.0)).unwrap_err().kind(), ErrorKind::Usage);
    let error = Colormap::named("virids").unwrap_err();
    assert!(error.to_string().contains("viridis"), "{error}");
}
