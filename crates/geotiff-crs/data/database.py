"""PROJ as the scripts of this folder ask it: through pyproj, on the database of the GDAL that is the reference.

rasterio 1.4.4 brings PROJ 9.7.1's database (EPSG v12.029, ArcGIS Pro 3.5), newer than pyproj 3.7.2's own. Neither
wheel has grids. Import this module before any other use of pyproj.
"""

import importlib.util
import os
import warnings
from pathlib import Path

os.environ["PROJ_NETWORK"] = "OFF"

import pyproj

DATA = Path(importlib.util.find_spec("rasterio").origin).parent / "proj_data"
pyproj.datadir.set_data_dir(str(DATA))
warnings.filterwarnings("ignore", message="Best transformation is not available")
