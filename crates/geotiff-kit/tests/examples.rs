//! The examples run to their end; Cargo builds them with the tests.

#![allow(clippy::panic, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::process::Command;

fn output(example: &str) -> std::process::Output {
    // target/<profile>/deps/<this test> → target/<profile>/examples/<example>
    let test = std::env::current_exe().expect("a test knows its path");
    let profile: PathBuf = test.ancestors().nth(2).expect("tests lie in target/<profile>/deps").into();
    let path = profile.join("examples").join(format!("{example}{}", std::env::consts::EXE_SUFFIX));
    let output = Command::new(&path).output().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(output.status.success(), "{example}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

fn run(example: &str) -> String {
    String::from_utf8(output(example).stdout).expect("examples print text")
}

#[test]
#[cfg(all(feature = "file", feature = "codecs"))]
fn read_window_tells_the_bands() {
    let printed = run("read_window");
    assert!(printed.contains("band 1: ") && printed.contains("pixels valid"), "{printed}");
}

#[test]
#[cfg(feature = "codecs")]
fn own_store_counts_one_request_to_open() {
    assert!(run("own_store").starts_with("open: 1 request, 32768 bytes\n"), "{}", run("own_store"));
}

#[test]
#[cfg(feature = "deflate")]
fn single_codec_decodes() {
    assert_eq!(run("single_codec"), "[100, 101, 103, 200, 200, 199]\n");
}

#[test]
#[cfg(all(feature = "file", feature = "codecs", feature = "pictures"))]
fn tile_server_answers_with_a_png() {
    let output = output("tile_server");
    assert_eq!(output.stdout[..8], *b"\x89PNG\r\n\x1a\n");
}
