//! OGC TileMatrixSets and tile arithmetic.
