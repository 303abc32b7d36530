//! The command geotiff.
fn main() {}
