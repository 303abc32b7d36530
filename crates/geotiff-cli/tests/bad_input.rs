//! What cannot be done fails with one line that names the object and the cause, and leaves no file behind.

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use support::{Server, fixture, fixtures, geotiff};

const SCENE: &str = "scene.tif";

fn scene() -> Vec<u8> {
    std::fs::read(fixtures().join(SCENE)).expect("the scene is committed")
}

fn read(src: &str, folder: &Path, more: &[&str]) -> support::Run {
    let out = folder.join("out.npy");
    geotiff(&[&["read", src, "-o", out.to_str().expect("UTF-8")], more].concat())
}

#[test]
fn a_missing_file() {
    geotiff(&["info", "/nowhere/missing.tif"]).fails_with(&["/nowhere/missing.tif", "not found"]);
}

#[test]
fn a_folder() {
    geotiff(&["info", &fixture("")]).fails_with(&["fixtures", "directory"]);
}

#[test]
fn a_text_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notes.tif");
    std::fs::write(&path, "not a TIFF at all, though its name says so\n").expect("written");
    geotiff(&["info", path.to_str().expect("UTF-8")]).fails_with(&["notes.tif"]);
}

#[test]
fn http_statuses_name_the_url_without_its_secrets() {
    let server = Server::start(BTreeMap::new(), BTreeMap::from([("private.tif", 403)]));
    geotiff(&["info", &server.url("gone.tif")]).fails_with(&["gone.tif", "not found"]);
    let run = geotiff(&["info", &server.url("private.tif?sig=topsecret")]);
    let run = run.fails_with(&["private.tif", "permission denied"]);
    assert!(!run.stderr.contains("topsecret"), "{}", run.stderr);
}

#[test]
fn a_file_over_http() {
    let server = Server::start(BTreeMap::from([(SCENE, scene())]), BTreeMap::new());
    let remote = geotiff(&["info", "--json", &server.url(SCENE)]).json();
    assert_eq!(remote, geotiff(&["info", "--json", &fixture(SCENE)]).json());
}

#[test]
fn a_truncated_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("short.tif");
    let mut bytes = scene();
    bytes.truncate(bytes.len() * 2 / 3);
    std::fs::write(&path, bytes).expect("written");
    read(path.to_str().expect("UTF-8"), folder.path(), &[]).fails_with(&["short.tif", "truncated"]);
    assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1, "only the input is there");
}

#[test]
fn a_window_outside_the_image() {
    let folder = tempfile::tempdir().expect("a folder");
    for window in ["-1,0,10,10", "100000,0,10,10", "0,0,100000,1"] {
        read(&fixture(SCENE), folder.path(), &["--window", window]).fails_with(&[SCENE, "window", window]);
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 0, "no file is left");
}

#[test]
fn bands_overviews_and_pages_that_are_not_there() {
    let folder = tempfile::tempdir().expect("a folder");
    read(&fixture(SCENE), folder.path(), &["--bands", "1,99"]).fails_with(&[SCENE, "99"]);
    read(&fixture(SCENE), folder.path(), &["--bands", "70000"]).fails_with(&["70000"]);
    read(&fixture(SCENE), folder.path(), &["--overview", "77"]).fails_with(&[SCENE]);
    read(&fixture(SCENE), folder.path(), &["--page", "5"]).fails_with(&[SCENE, "page 5"]);
    geotiff(&["info", &fixture(SCENE), "--page", "5"]).fails_with(&[SCENE, "page 5"]);
}

#[test]
fn an_unsupported_codec() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("codec.tif");
    // One strip with compression code 60001, which nobody has.
    let mut file = b"II*\0\x08\0\0\0\x06\0".to_vec();
    for (tag, value) in [(256_u16, 2_u32), (257, 2), (258, 8), (259, 60001), (273, 86), (279, 4)] {
        file.extend(tag.to_le_bytes());
        file.extend(4_u16.to_le_bytes());
        file.extend(1_u32.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 8]);
    std::fs::write(&path, file).expect("written");
    read(path.to_str().expect("UTF-8"), folder.path(), &[]).fails_with(&["codec.tif", "60001"]);
}

#[test]
fn an_output_that_cannot_be_written() {
    let missing = "/nowhere/at/all/out.npy";
    geotiff(&["read", &fixture(SCENE), "-o", missing]).fails_with(&[missing]);
}

#[test]
fn wrong_usage_exits_with_2() {
    geotiff(&["read", &fixture(SCENE), "-o", "out.jp2"]).refused_as_usage();
    geotiff(&["read", &fixture(SCENE)]).refused_as_usage();
    geotiff(&["read", &fixture(SCENE), "-o", "out.npy", "--window", "1,2"]).refused_as_usage();
    geotiff(&["info"]).refused_as_usage();
    geotiff(&["frobnicate"]).refused_as_usage();
    geotiff(&["info", &fixture(SCENE), "ftp://host/a.tif"]).refused_as_usage();
}

#[test]
fn an_old_output_survives_a_failed_read() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("out.npy"), "old").expect("written");
    read(&fixture(SCENE), folder.path(), &["--bands", "99"]).fails_with(&["99"]);
    assert_eq!(std::fs::read(folder.path().join("out.npy")).expect("there"), b"old");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::{Command, Stdio};
    let command = Command::new(env!("CARGO_BIN_EXE_geotiff"))
        .args(["info", "--json", &fixture(SCENE)])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = command.expect("the command starts");
    drop(child.stdout.take());
    let stderr = child.stderr.take().expect("piped");
    assert!(child.wait().expect("it ends").success());
    assert_eq!(support::drain(stderr), b"");
}

/// Ctrl-C while pixels are on their way: exit 130, no half-written file.
#[test]
#[cfg(unix)]
fn an_interrupt_leaves_nothing() {
    use std::process::{Command, Stdio};
    let server =
        Server::start(BTreeMap::from([(SCENE, scene())]), BTreeMap::from([(SCENE, support::STALLED)]));
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out.npy");
    let command = Command::new(env!("CARGO_BIN_EXE_geotiff"))
        .args(["read", &server.url(SCENE), "-o"])
        .arg(&out)
        .stderr(Stdio::piped())
        .spawn();
    let mut child = command.expect("the command starts");
    // The temporary file appears when the header has been read.
    let files = || std::fs::read_dir(folder.path()).expect("listed").count();
    let began = std::time::Instant::now();
    while files() == 0 {
        assert!(began.elapsed().as_secs() < 60, "the read does not begin");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("kill runs").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert_eq!(files(), 0, "nothing is left");
}
