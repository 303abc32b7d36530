//! The store of local files.
#![cfg(feature = "file")]

use std::fs;
use std::time::Duration;

use geotiff_io::{ErrorKind, FileStore, GetOptions, RangeStore, RangeStoreExt};

fn options() -> GetOptions {
    GetOptions::new()
}

#[tokio::test]
async fn ranges_of_a_file() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.bin"), (0..=255).collect::<Vec<u8>>()).unwrap();
    let store = FileStore::rooted(dir.path());
    let response = store.get_range("a.bin", 250..300, &options()).await.unwrap();
    assert_eq!(&response.bytes[..], [250, 251, 252, 253, 254, 255]);
    assert_eq!(response.object.size, Some(256));
    assert!(store.get_range("a.bin", 256..u64::MAX, &options()).await.unwrap().bytes.is_empty());
    assert!(store.get_range("a.bin", 7..7, &options()).await.unwrap().bytes.is_empty());

    let several = store.get_ranges("a.bin", &[9..11, 0..1, 9..11, 300..400], &options()).await.unwrap();
    let several: Vec<_> = several.iter().map(|r| r.bytes.to_vec()).collect();
    assert_eq!(several, [vec![9, 10], vec![0], vec![9, 10], vec![]]);
}

#[tokio::test]
async fn failures_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a"), "x").unwrap();
    let store = FileStore::rooted(dir.path());
    for (path, kind) in [
        ("missing", ErrorKind::NotFound),
        ("a/b", ErrorKind::NotFound),
        (".", ErrorKind::IsDirectory),
        ("../a", ErrorKind::Usage),
        ("/etc/hostname", ErrorKind::Usage),
        ("a\0b", ErrorKind::Usage),
    ] {
        let error = store.get_range(path, 0..1, &options()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{path}: {error}");
        assert_eq!(error.path(), path);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_does_not_hang() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe");
    if !std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        panic!("mkfifo is needed for this test");
    }
    let error = FileStore::new().get_range(pipe.to_str().unwrap(), 0..1, &options()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a");
    fs::write(&file, "x").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o0)).unwrap();
    if fs::read(&file).is_ok() {
        eprintln!("running as a user whom permissions do not bind: only the mapping is not checked here");
        return;
    }
    let error = FileStore::new().get_range(file.to_str().unwrap(), 0..1, &options()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Permission);
}

#[tokio::test]
async fn a_replaced_truncated_or_removed_file_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a");
    let path = file.to_str().unwrap();
    let store = FileStore::new();

    fs::write(&file, "first").unwrap();
    let first = store.get_range(path, 0..5, &options()).await.unwrap().object.version.unwrap();
    let pinned = options().with_version(first);
    store.get_range(path, 1..2, &pinned).await.unwrap();

    fs::write(dir.path().join("b"), "other").unwrap();
    fs::rename(dir.path().join("b"), &file).unwrap();
    assert_eq!(store.get_range(path, 0..5, &pinned).await.unwrap_err().kind(), ErrorKind::Changed);

    std::thread::sleep(Duration::from_millis(20));
    let second = store.get_range(path, 0..5, &options()).await.unwrap().object.version.unwrap();
    let pinned = options().with_version(second);
    fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(3).unwrap();
    assert_eq!(store.get_range(path, 0..1, &pinned).await.unwrap_err().kind(), ErrorKind::Changed);

    fs::remove_file(&file).unwrap();
    assert_eq!(store.get_range(path, 0..1, &pinned).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_sidecar_is_read_whole_up_to_a_limit() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.xml"), "12345").unwrap();
    let store = FileStore::rooted(dir.path());
    assert_eq!(&store.get_all("a.xml", 5, &options()).await.unwrap().bytes[..], b"12345");
    assert_eq!(store.get_all("a.xml", 4, &options()).await.unwrap_err().kind(), ErrorKind::Limit);
    assert_eq!(&store.get_exact("a.xml", 1..3, &options()).await.unwrap()[..], b"23");
    assert_eq!(store.get_exact("a.xml", 1..9, &options()).await.unwrap_err().kind(), ErrorKind::Limit);
}
