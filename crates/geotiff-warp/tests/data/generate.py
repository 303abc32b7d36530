"""Writes the files that the tests warp, and what rio-tiler and rasterio make of them.

Tiles of files of the corpora (in GEOTIFF_CORPORA) have rio-tiler's values and its mask.

Needs rasterio 1.4.4 (GDAL 3.10.3), rio-tiler 9.4.12, pyproj 3.7.2 and numpy; run it in this directory.

Gradients hold the easting of each pixel's centre in band 1 and the northing in band 2, so that a warped value is a
position. Expected tiles have the values that rio-tiler gives, its mask, and (those by bilinear) the true easting and
northing of each pixel's centre in the CRS of the file (pyproj).
"""

import os

import morecantile
import numpy as np
import pyproj
import rasterio
from rasterio.enums import Resampling
from rasterio.transform import from_bounds, from_origin
from rasterio.vrt import WarpedVRT
from rio_tiler.io import Reader

SIZE = 48
TMS = morecantile.tms.get("WebMercatorQuad")
GRADIENTS = {
    # name: (EPSG code, left, top, resolution, columns, rows, overviews)
    "utm": (32632, 399960, 5300040, 120, 192, 160, [2, 4]),
    "albers": (5070, -400000, 2100000, 5000, 150, 120, []),
    "laea": (3035, 3900000, 3400000, 9000, 120, 120, [2]),
    "global": (4326, -180, 90, 2.5, 144, 72, []),
    "polar": (3413, -3850000, 5850000, 50000, 152, 224, []),
}
# Longitude, latitude and the zoom levels of the tiles at it.
TILES = {
    "utm": (7.75, 47.78, [9, 11, 13]),
    "albers": (-96.0, 38.5, [4, 6, 9]),
    "laea": (7.5, 49.0, [4, 6, 9]),
    "global": (25.0, 70.0, [0, 2, 5]),
    "polar": (-100.0, 75.0, [1, 3, 6]),
}


def write(path, data, crs, transform, **options):
    count, height, width = data.shape
    with rasterio.open(
        path, "w", driver="GTiff", count=count, height=height, width=width, dtype=data.dtype, crs=crs,
        transform=transform, compress="deflate", zlevel=9, tiled=True, blockxsize=64, blockysize=64, **options,
    ) as dst:
        dst.write(data)


def gradient(name):
    epsg, left, top, step, columns, rows, overviews = GRADIENTS[name]
    x = left + (np.arange(columns) + 0.5) * step
    y = top - (np.arange(rows) + 0.5) * step
    data = np.stack(np.broadcast_arrays(x[None, :], y[:, None])).astype("float32")
    write(f"{name}.tif", data, f"EPSG:{epsg}", from_origin(left, top, step, step), predictor=3)
    if overviews:
        with rasterio.open(f"{name}.tif", "r+") as dst:
            dst.build_overviews(overviews, Resampling.average)


def expected_tile(name, tile, method):
    x, y, z = tile
    bounds = TMS.xy_bounds(tile)
    transform = from_bounds(*bounds, SIZE, SIZE)
    epsg = GRADIENTS[name][0]
    xs = bounds.left + (np.arange(SIZE) + 0.5) * transform.a
    ys = bounds.top + (np.arange(SIZE) + 0.5) * transform.e
    to_source = pyproj.Transformer.from_crs(3857, epsg, always_xy=True)
    truth = np.stack(to_source.transform(*np.meshgrid(xs, ys)))
    with Reader(f"{name}.tif") as src:
        image = src.tile(x, y, z, tilesize=SIZE, resampling_method=method, reproject_method=method)
    parts = [image.array.data, image.mask[None].astype("float64")]
    # The positions are the same whatever the method.
    data = np.concatenate((parts if method == "nearest" else [*parts, truth])).astype("float32")
    path = f"{name}_{z}_{x}_{y}_{method}.tif"
    write(path, data, "EPSG:3857", transform, predictor=3)


CORPORA = {
    # name: (path, levels above that of the file's own resolution)
    "everest": ("GlacioHack+geoutils-data/data/Everest_Landsat/LE71400412000304SGS00_B4_cropped.tif", [0, 1]),
    "sentinel": (
        "cogeotiff+rio-tiler-pds/tests/fixtures/sentinel-cogs/sentinel-s2-l2a-cogs/29/R/KH/2020/2/"
        "S2A_29RKH_20200219_0_L2A/TCI.tif",
        [0, 2],
    ),
    "rgba": ("mapbox+rio-color/tests/rgba8.tif", [0]),
    "cropland": ("stactools-packages+usda-cdl/tests/data-files/tiles/2021_30m_cdls_-106095_1807575_15000.tif", [0]),
}


def expected_corpora(name):
    path, ups = CORPORA[name]
    with Reader(os.path.join(os.environ["GEOTIFF_CORPORA"], path)) as src:
        west, south, east, north = src.get_geographic_bounds("EPSG:4326")
        longitude, latitude = (west + east) / 2, (south + north) / 2
        for up in ups:
            # Tiles of SIZE pixels have the resolution of larger ones further up.
            zoom = src.maxzoom - up + (256 // SIZE).bit_length() - 1
            tile = TMS.tile(longitude, latitude, zoom)
            x, y, z = tile
            for method in ("nearest", "bilinear"):
                image = src.tile(x, y, z, tilesize=SIZE, resampling_method=method, reproject_method=method)
                data = np.concatenate([image.array.data, image.mask[None].astype(image.array.dtype)])
                transform = from_bounds(*TMS.xy_bounds(tile), SIZE, SIZE)
                write(f"{name}_{z}_{x}_{y}_{method}.tif", data, "EPSG:3857", transform)


def noise():
    """Random bytes with a hole of nodata, and floats without."""
    rng = np.random.default_rng(7)
    data = rng.integers(1, 255, (1, 60, 60)).astype("uint8")
    data[0, 20:31, 25:40] = 0
    data[0, 45, 10] = 0
    write("noise.tif", data, "EPSG:32632", from_origin(500000, 5300000, 100, 100), nodata=0)


METHODS = ["nearest", "bilinear", "cubic", "lanczos", "average", "mode"]


def expected_kernels():
    """One file a size: for each method the values, then the mask."""
    with rasterio.open("noise.tif") as src:
        to_target = pyproj.Transformer.from_crs(32632, 3857, always_xy=True)
        left, bottom, right, top = to_target.transform_bounds(*src.bounds)
        for size in (20, 60, 96):
            transform = from_bounds(left, bottom, right, top, size, size)
            bands = []
            for method in METHODS:
                with WarpedVRT(
                    src, crs="EPSG:3857", transform=transform, width=size, height=size,
                    resampling=Resampling[method], tolerance=1e-6,
                ) as vrt:
                    bands += [vrt.read(1), vrt.read_masks(1)]
            write(f"noise_{size}.tif", np.stack(bands), "EPSG:3857", transform)


def expected_parts():
    """Grids of which the image covers a part, and lies across the rows of two blocks: the values, then the mask."""
    with rasterio.open("noise.tif") as src:
        bytes_ = np.random.default_rng(8).integers(0, 255, (1, 60, 60)).astype("uint8")
        write("plain.tif", bytes_, src.crs, src.transform)
        to_target = pyproj.Transformer.from_crs(32632, 3857, always_xy=True)
        left, bottom, right, top = to_target.transform_bounds(*src.bounds)
    step = (right - left) / 27
    for name, options in (("noise", {}), ("plain", {"add_alpha": True})):
        with rasterio.open(f"{name}.tif") as src:
            transform = from_origin(left - 7.3 * step, top + 126.6 * step, step, step)
            with WarpedVRT(
                src, crs="EPSG:3857", transform=transform, width=40, height=160, resampling=Resampling.bilinear,
                tolerance=1e-6, **options,
            ) as vrt:
                # All at once, as rio-tiler does: the alpha band is the mask.
                bands = vrt.read()
                mask = bands[1] if options else vrt.read_masks(1)
                write(f"{name}_part.tif", np.stack([bands[0], mask]), "EPSG:3857", transform)


for name in GRADIENTS:
    gradient(name)
    longitude, latitude, zooms = TILES[name]
    for zoom in zooms:
        for method in ("nearest", "bilinear"):
            expected_tile(name, TMS.tile(longitude, latitude, zoom), method)
noise()
expected_kernels()
expected_parts()
for name in CORPORA:
    expected_corpora(name)
