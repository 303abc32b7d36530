//! What several tests need: the corpora's catalogue, fixtures, hashes.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests, though not in a test function")]

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use geotiff_io::{GetOptions, MemoryStore, RangeResponse, RangeStore};
use geotiff_read::{Array, Error, GeoTiff, InlineExecutor, OpenOptions, Sample};
use num_complex::Complex;
use sha2::{Digest, Sha256};

/// One row of the catalogue, by column name.
pub(crate) type Row = HashMap<String, String>;

/// The folder of real files, where it is present. Absent, a test says so, and fails where it must not be skipped.
pub(crate) fn corpora() -> Option<PathBuf> {
    let root = workspace().join("../shared/corpora");
    let folder = std::env::var_os("GEOTIFF_CORPORA").map_or(root, PathBuf::from);
    if folder.join("catalog.tsv").is_file() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "the corpora are missing: set GEOTIFF_CORPORA");
    eprintln!("\n*** NOT TESTED: no corpora at {} (set GEOTIFF_CORPORA) ***\n", folder.display());
    None
}

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn fixture(name: &str) -> PathBuf {
    workspace().join("fixtures").join(name)
}

pub(crate) fn catalogue(folder: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(folder.join("catalog.tsv")).unwrap();
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let row = |line: &str| {
        columns.iter().zip(line.split('\t')).map(|(c, v)| ((*c).to_owned(), v.to_owned())).collect()
    };
    lines.map(row).collect()
}

/// rasterio has no complex integers: it reads them as complex floats.
pub(crate) fn as_rasterio(array: Array) -> Array {
    match array {
        Array::ComplexInt16(array) => {
            Array::Complex64(array.mapv(|v| Complex::new(f32::from(v.re), f32::from(v.im))))
        }
        Array::ComplexInt32(array) => {
            Array::Complex64(array.mapv(|v| Complex::new(v.re as f32, v.im as f32)))
        }
        other => other,
    }
}

pub(crate) fn sha256(array: &Array) -> String {
    const { assert!(cfg!(target_endian = "little"), "the hashes are of little-endian samples") };
    hex(&Sha256::digest(array.as_bytes().unwrap()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Opens a file out of memory, decoding on the calling thread.
pub(crate) fn open(path: &Path) -> Result<GeoTiff, Error> {
    open_with(path, OpenOptions::default())
}

pub(crate) fn open_with(path: &Path, options: OpenOptions) -> Result<GeoTiff, Error> {
    let store = MemoryStore::new();
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    store.put(&name, std::fs::read(path).unwrap());
    let options = options.with_executor(Arc::new(InlineExecutor));
    futures::executor::block_on(GeoTiff::open_with(Arc::new(store), name, options))
}

/// As [`open`], with files beside it.
pub(crate) fn open_with_sidecars(path: &Path, sidecars: &[PathBuf]) -> Result<GeoTiff, Error> {
    let store = MemoryStore::new();
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    for file in sidecars.iter().map(PathBuf::as_path).chain([path]) {
        store.put(name(file), std::fs::read(file).unwrap());
    }
    let options = OpenOptions::default().with_executor(Arc::new(InlineExecutor));
    futures::executor::block_on(async {
        GeoTiff::open_with(Arc::new(store), name(path), options).await?.with_sidecars().await
    })
}

/// Runs `work` for every item on as many threads as there are cores; results in the order of the items.
pub(crate) fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = Mutex::new(0..items.len());
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some(index) = next.lock().unwrap().next() else { break };
                    let result = work(&items[index]);
                    results.lock().unwrap().push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// The samples of a `.npy` file (version 1, C order, little-endian real numbers) as floats.
pub(crate) fn read_npy(path: &Path) -> Vec<f64> {
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(&bytes[..6], b"\x93NUMPY");
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let text = std::str::from_utf8(&bytes[10..10 + header]).unwrap();
    assert!(text.contains("'fortran_order': False"), "{text}");
    let body = &bytes[10 + header..];
    let kind = text.split('\'').nth(3).unwrap();
    macro_rules! samples {
        ($type:ty) => {
            body.chunks_exact(size_of::<$type>())
                .map(|sample| Sample::to_f64(<$type>::from_le_bytes(sample.try_into().unwrap())))
                .collect()
        };
    }
    match kind {
        "|u1" => samples!(u8),
        "|i1" => samples!(i8),
        "<u2" => samples!(u16),
        "<i2" => samples!(i16),
        "<u4" => samples!(u32),
        "<i4" => samples!(i32),
        "<f4" => samples!(f32),
        "<f8" => samples!(f64),
        other => panic!("a .npy of type {other}"),
    }
}

/// Notes every request, each range of a multi-range call for itself.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) store: MemoryStore,
    requests: Mutex<Vec<Range<u64>>>,
}

impl Log {
    pub(crate) fn of(path: &str) -> Arc<Self> {
        let log = Self::default();
        log.put(path);
        Arc::new(log)
    }

    /// Puts a fixture in the place of the object.
    pub(crate) fn put(&self, path: &str) {
        self.store.put("image.tif", std::fs::read(fixture(path)).unwrap());
    }

    pub(crate) fn take(&self) -> Vec<Range<u64>> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

#[async_trait]
impl RangeStore for Log {
    async fn get_range(
        &self,
        path: &str,
        range: Range<u64>,
        options: &GetOptions,
    ) -> Result<RangeResponse, geotiff_io::Error> {
        self.requests.lock().unwrap().push(range.clone());
        self.store.get_range(path, range, options).await
    }
}
