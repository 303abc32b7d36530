"""Writes the expected values of the conversion tests: hashes of what rasterio reads into another type.

    python generate_conversions.py    # rewrites conversions.json

Needs rasterio 1.4.4 (GDAL 3.10.3) and numpy.
"""

import hashlib
import json
import os
import warnings

import numpy as np
import rasterio
from rasterio.windows import Window

assert rasterio.__version__ == "1.4.4" and rasterio.__gdal_version__ == "3.10.3"
warnings.filterwarnings("ignore")

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.join(HERE, "../../../../fixtures/files")
# Without NaN, of which GDAL makes one thing or another by its place in the row.
FILES = [
    "nodata/float32-9999.tif",
    "nodata/float32-min.tif",
    "nodata/float64-tenth.tif",
    "nodata/int16-9999.tif",
    "nodata/uint16-max.tif",
    "nodata/int8-min.tif",
    "sparse/nodata-pixel-tile.tif",
    "sparse/int16-band-strip.tif",
    "metadata/all.tif",
]
TYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"]


def sha256(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def cases():
    for path in FILES:
        with rasterio.open(os.path.join(FIXTURES, path)) as dataset:
            for window in (None, Window(1, 1, dataset.width - 1, dataset.height - 1)):
                mask = sha256(dataset.read_masks(window=window))
                for dtype in TYPES:
                    data = dataset.read(window=window, out_dtype=dtype)
                    yield {
                        "path": path,
                        "window": None if window is None else list(window.flatten()),
                        "dtype": dtype,
                        "sha256": sha256(data),
                        "mask_sha256": mask,
                    }


with open(os.path.join(HERE, "conversions.json"), "w") as file:
    lines = ",\n".join(json.dumps(case) for case in cases())
    file.write(f"[\n{lines}\n]\n")
