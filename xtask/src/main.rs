//! Checks, generators and benchmarks of this workspace: `cargo xtask help`.
fn main() {}
