//! Open a GeoTIFF, plan, fetch, decode and assemble windows of pixels.
