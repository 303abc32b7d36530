"""Write etrs89_laea.json: longitude and latitude of EuropeanETRS89_LAEAQuad's tiles by PROJ 9.7 or later.

PROJ before 9.7 inverts Lambert azimuthal equal area to 1.4 mm only, and morecantile-7.1.0.json.gz was made with 9.5.1.
Needs rasterio 1.4.4, whose wheel brings PROJ 9.7.1.
"""

import gzip
import json
from pathlib import Path

import rasterio
from rasterio.warp import transform, transform_bounds

here = Path(__file__).parent
table = json.loads(gzip.decompress((here / "morecantile-7.1.0.json.gz").read_bytes()))
values = table["tms"]["EuropeanETRS89_LAEAQuad"]
bounds = []
for record in values["tiles"]:
    left, bottom, right, top = record["xy_bounds"]
    (west, east), (north, south) = transform("EPSG:3035", "EPSG:4258", [left, right], [top, bottom])
    bounds.append([record["tile"], [west, south, east, north]])
result = {
    "proj": rasterio.__proj_version__,
    "bbox": transform_bounds("EPSG:3035", "EPSG:4258", *values["xy_bbox"], densify_pts=21),
    "bounds": bounds,
}
(here / "etrs89_laea.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
