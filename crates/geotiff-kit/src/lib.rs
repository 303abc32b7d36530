//! Read GeoTIFF and Cloud-Optimized GeoTIFF from anywhere: the facade.
