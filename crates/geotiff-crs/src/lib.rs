//! Coordinate reference systems of GeoTIFF files, and coordinate transforms.
