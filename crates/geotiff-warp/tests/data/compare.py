"""Compares map tiles of the command with rio-tiler's, over georeferenced files of the corpora.

    python compare.py --geotiff ../../../../target/release/geotiff --every 10

For each file: WebMercator tiles at the native zoom, one coarser and one finer, at the file's centre and at a corner, by
nearest and bilinear. A tile passes where the masks agree on 99.5 % of pixels and the values are within 1 % of the tile's
range on average and 5 % at the 99th percentile. Every other tile is printed, then a summary: of the tiles that lie
wholly in the image, and of those that it covers in part.

What is left differs for three reasons, as shows when rio-tiler is given the `vrt_options` in brackets: GDAL's
approximate transformer is up to 0.125 source pixels off where a widened kernel has less here (`tolerance=1e-9`); some of
the bands of a file are resampled twice (the transform and size of the tile); a CRS that GDAL transforms otherwise.

Needs rasterio 1.4.4 (GDAL 3.10.3) and rio-tiler 9.4.12. Files are in the folder GEOTIFF_CORPORA, with their catalog.tsv.
"""

import argparse
import collections
import csv
import os
import subprocess
import sys
import tempfile
import warnings

import morecantile
import numpy as np
import rasterio
from rasterio.warp import transform as transform_points
from rio_tiler.errors import RioTilerError
from rio_tiler.io import Reader

TMS = morecantile.tms.get("WebMercatorQuad")
# The edges of Web Mercator.
MOST_LATITUDE = 85.05
MASKS, MEAN, P99 = 0.995, 0.01, 0.05


def files(corpora, every, most_bytes):
    with open(os.path.join(corpora, "catalog.tsv"), newline="") as catalog:
        rows = list(csv.DictReader(catalog, delimiter="\t"))
    good = [
        row for row in rows
        if row["status"] == row["gdal_open"] == row["gdal_read"] == "ok" and row["epsg"]
        and row["georef_kind"] not in ("", "none") and not int(row["gcps"] or 0)
        and not row["dtype"].startswith(("complex", "cint")) and int(row["size"]) <= most_bytes
    ]
    return [row["path"] for row in good[::every]]


def wanted(src):
    """The tiles at the centre and at the upper left corner, at three zooms."""
    data = src.dataset
    zoom = src.maxzoom
    for column, row in ((data.width / 2, data.height / 2), (0.5, 0.5)):
        x, y = data.transform * (column, row)
        (lon,), (lat,) = transform_points(data.crs, "EPSG:4326", [x], [y])
        if not (-180 <= lon <= 180 and abs(lat) <= MOST_LATITUDE):
            continue
        for z in {max(zoom - 1, 0), zoom, min(zoom + 1, 24)}:
            yield TMS.tile(lon, lat, z)


def ours(command, path, tile, method, bands):
    """Values and validity (band, row, column), or what the command says."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "tile.tif")
        name = f"{tile.z}/{tile.x}/{tile.y}"
        options = ["--resampling", method, "--bands", ",".join(map(str, bands))]
        run = subprocess.run([command, "tile", path, name, "-o", out, *options], capture_output=True, text=True)
        if run.returncode:
            return run.stderr.strip()
        with rasterio.open(out) as src:
            return src.read(), src.read_masks() == 255


def compare(found, image):
    """Share of pixels whose masks agree; mean and 99th percentile of differences, as parts of the range."""
    (values, valid), expected = found, image.array
    there = ~np.ma.getmaskarray(expected)
    same = float((valid == there).mean())
    both = valid & there
    if not both.any():
        return same, 0.0, 0.0
    want, got = expected.data[both].astype("float64"), values[both].astype("float64")
    finite = np.isfinite(want) & np.isfinite(got)
    want, got = want[finite], got[finite]
    if not want.size:
        return same, 0.0, 0.0
    span = float(want.max() - want.min())
    span = max(span, 1.0) if np.issubdtype(values.dtype, np.integer) else span or 1.0
    difference = np.abs(want - got) / span
    return same, float(difference.mean()), float(np.percentile(difference, 99))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--geotiff", required=True)
    parser.add_argument("--corpora", default=os.environ.get("GEOTIFF_CORPORA"))
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--most-bytes", type=int, default=50_000_000)
    arguments = parser.parse_args()
    counts = collections.Counter()
    figures = collections.defaultdict(list)
    for path in files(arguments.corpora, arguments.every, arguments.most_bytes):
        full = os.path.join(arguments.corpora, path)
        try:
            with Reader(full) as src:
                bands = [i for i in src.dataset.indexes if src.dataset.colorinterp[i - 1].name != "alpha"][:3]
                if src.dataset.crs is None or not bands:
                    continue
                tiles = list(wanted(src))
                for tile in tiles:
                    for method in ("nearest", "bilinear"):
                        try:
                            image = src.tile(
                                tile.x, tile.y, tile.z, indexes=bands, resampling_method=method,
                                reproject_method=method,
                            )
                        except (RioTilerError, rasterio.errors.RasterioError) as error:
                            image = error
                        found = ours(arguments.geotiff, full, tile, method, bands)
                        label = f"{path} {tile.z}/{tile.x}/{tile.y} {method}"
                        if isinstance(found, str) or isinstance(image, Exception):
                            both = isinstance(found, str) and isinstance(image, Exception)
                            counts["both refuse" if both else "one refuses"] += 1
                            if not both:
                                print("REFUSED", label, found if isinstance(found, str) else repr(image), flush=True)
                            continue
                        same, mean, p99 = compare(found, image)
                        good = same >= MASKS and mean <= MEAN and p99 <= P99
                        covered = "part" if np.ma.getmaskarray(image.array).any() else "whole"
                        counts[f"{covered} {method} {'pass' if good else 'fail'}"] += 1
                        figures[f"{covered} {method}"].append((same, mean, p99))
                        if not good:
                            print("DIFFERS", covered, label, f"masks {same:.4f} mean {mean:.4f} p99 {p99:.4f}", flush=True)
        except Exception as error:
            print("SKIPPED", path, repr(error)[:120], flush=True)
    for name, count in sorted(counts.items()):
        print(name, count)
    for name, values in sorted(figures.items()):
        print(name, "average share of masks, mean, p99:", np.mean(values, axis=0).round(5))
    return any(name.endswith(("fail", "one refuses")) for name in counts)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.exit(main())
