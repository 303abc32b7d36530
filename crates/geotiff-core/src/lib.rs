//! TIFF and GeoTIFF metadata, parsed without I/O.
