//! What every store and every layer promises, as checks that anybody can run on theirs.
//!
//! ```
//! use geotiff_io::conformance::{self, Objects};
//! use geotiff_io::MemoryStore;
//!
//! struct InMemory<'a>(&'a MemoryStore);
//!
//! #[async_trait::async_trait]
//! impl Objects for InMemory<'_> {
//!     async fn put(&self, name: &str, bytes: Vec<u8>) -> String {
//!         self.0.put(name, bytes);
//!         name.to_owned()
//!     }
//!
//!     async fn remove(&self, name: &str) {
//!         self.0.remove(name);
//!     }
//! }
//!
//! # futures::executor::block_on(async {
//! let store = MemoryStore::new();
//! conformance::check(&store, &InMemory(&store)).await.unwrap();
//! # });
//! ```

use std::fmt;
use std::ops::Range;
use std::slice::from_ref;

use async_trait::async_trait;
use futures::FutureExt;
use futures::future::join_all;

use crate::{ErrorKind, GetOptions, RangeResponse, RangeStore, RangeStoreExt};

/// Puts objects where the store under test reads them.
#[async_trait]
pub trait Objects: Send + Sync {
    /// Adds or replaces an object, and says by which path the store names it. A replaced object must be told from the one
    /// before: where the source tells time in seconds, this waits for the next.
    async fn put(&self, name: &str, bytes: Vec<u8>) -> String;

    /// Removes an object.
    async fn remove(&self, name: &str);

    /// Whether the store tells versions; without them replaced objects are not checked.
    fn has_versions(&self) -> bool {
        true
    }

    /// Whether names may hold spaces, signs and letters beyond ASCII; else only plain ones are tried.
    fn takes_any_name(&self) -> bool {
        true
    }
}

/// The promises that were not kept, one line each.
#[derive(Clone, Debug)]
pub struct Failures(Vec<String>);

impl Failures {
    /// The lines.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Failures {}

/// Checks the promises of [`RangeStore`] on `store`, with objects that `objects` puts there and removes.
///
/// # Errors
///
/// The promises that were not kept.
pub async fn check(store: &dyn RangeStore, objects: &dyn Objects) -> Result<(), Failures> {
    let mut suite = Suite { store, objects, failures: Vec::new() };
    suite.single_ranges().await;
    suite.several_ranges().await;
    suite.unusual_objects().await;
    suite.concurrency().await;
    suite.cancelling().await;
    suite.missing_objects().await;
    if objects.has_versions() {
        suite.versions().await;
    }
    if suite.failures.is_empty() { Ok(()) } else { Err(Failures(suite.failures)) }
}

struct Suite<'a> {
    store: &'a dyn RangeStore,
    objects: &'a dyn Objects,
    failures: Vec<String>,
}

/// Bytes that tell where they are.
fn pattern(length: usize, seed: u8) -> Vec<u8> {
    let byte = |i: usize| (i as u8).wrapping_mul(31) ^ (i >> 8) as u8 ^ (i >> 16) as u8 ^ seed;
    (0..length).map(byte).collect()
}

/// What the promise says a range of `data` is.
fn part<'a>(data: &'a [u8], range: &Range<u64>) -> &'a [u8] {
    let clamp = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(data.len());
    &data[clamp(range.start)..clamp(range.end)]
}

impl Suite<'_> {
    fn expect(&mut self, kept: bool, promise: impl FnOnce() -> String) {
        if !kept {
            self.failures.push(promise());
        }
    }

    async fn expect_bytes(&mut self, path: &str, data: &[u8], range: Range<u64>) {
        let result = self.store.get_range(path, range.clone(), &GetOptions::new()).await;
        let kept = matches!(&result, Ok(response) if response.bytes == part(data, &range));
        self.expect(kept, || format!("bytes {range:?} of {} came as {}", data.len(), brief(&result)));
        if let Ok(RangeResponse { object, .. }) = result {
            let size = object.size.unwrap_or(data.len() as u64);
            self.expect(size == data.len() as u64, || format!("{} bytes were said to be {size}", data.len()));
        }
    }

    async fn expect_error(&mut self, path: &str, range: Range<u64>, options: &GetOptions, kind: ErrorKind) {
        let result = self.store.get_range(path, range.clone(), options).await;
        let kept = matches!(&result, Err(error) if error.kind() == kind);
        self.expect(kept, || {
            format!("bytes {range:?} should have failed as {kind:?}, were {}", brief(&result))
        });
    }

    async fn single_ranges(&mut self) {
        let data = pattern(100_000, 1);
        let path = self.objects.put("single.bin", data.clone()).await;
        let ranges = [
            0..1,
            0..100_000,
            32_767..32_769,
            99_999..100_000,
            99_990..100_010,
            0..200_000,
            100_000..100_001,
        ];
        for range in ranges {
            self.expect_bytes(&path, &data, range).await;
        }
        for range in [5..5, 100_000..100_000, 500_000..500_001, 1 << 40..(1 << 40) + 10] {
            self.expect_bytes(&path, &data, range).await;
        }
        self.expect_error(&path, Range { start: 42, end: 41 }, &GetOptions::new(), ErrorKind::Usage).await;
        let all = self.store.get_all(&path, 100_000, &GetOptions::new()).await;
        let kept = matches!(&all, Ok(response) if response.bytes == data);
        self.expect(kept, || format!("a whole object came as {}", brief(&all)));
    }

    async fn several_ranges(&mut self) {
        let data = pattern(300_000, 2);
        let path = self.objects.put("several.bin", data.clone()).await;
        let ranges = [
            200_000..210_000,
            0..10,
            10..20,
            200_000..210_000,
            15..25,
            7..7,
            299_990..300_010,
            300_000..300_001,
            90_000..90_001,
        ];
        self.expect_several(&path, &data, &ranges).await;
        self.expect_several(&path, &data, &[]).await;
        self.expect_several(&path, &data, &[3..3, 4..4]).await;
        let many: Vec<_> = (0..200).rev().map(|i| i * 1_500..i * 1_500 + 100).collect();
        self.expect_several(&path, &data, &many).await;
        let reversed = [0..1, Range { start: 2, end: 1 }];
        let result = self.store.get_ranges(&path, &reversed, &GetOptions::new()).await;
        let kept = matches!(&result, Err(error) if error.kind() == ErrorKind::Usage);
        self.expect(kept, || "a range that ends before it starts was accepted among several".into());
    }

    async fn expect_several(&mut self, path: &str, data: &[u8], ranges: &[Range<u64>]) {
        match self.store.get_ranges(path, ranges, &GetOptions::new()).await {
            Ok(responses) => {
                let expected: Vec<_> = ranges.iter().map(|range| part(data, range)).collect();
                let kept = responses.iter().map(|response| &response.bytes[..]).eq(expected);
                self.expect(kept, || format!("{} ranges did not come as asked, in order", ranges.len()));
            }
            Err(error) => self.failures.push(format!("{} ranges failed: {error}", ranges.len())),
        }
    }

    async fn unusual_objects(&mut self) {
        let path = self.objects.put("empty.bin", Vec::new()).await;
        self.expect_bytes(&path, &[], 0..10).await;
        let data = pattern(3_000_000, 3);
        let name = if self.objects.takes_any_name() { "dir/sub dir/größe+1.bin" } else { "dir/sub/a.bin" };
        let path = self.objects.put(name, data.clone()).await;
        self.expect_bytes(&path, &data, 0..3_000_000).await;
        self.expect_bytes(&path, &data, 1_234_567..2_345_678).await;
    }

    async fn concurrency(&mut self) {
        let data = pattern(500_000, 4);
        let path = self.objects.put("concurrent.bin", data.clone()).await;
        let options = GetOptions::new();
        let ranges: Vec<_> = (0..64_u64).map(|i| (i * 7_919) % 490_000).map(|at| at..at + 9_000).collect();
        let reads = ranges.iter().map(|range| self.store.get_range(&path, range.clone(), &options));
        for (range, result) in ranges.iter().zip(join_all(reads).await) {
            let kept = matches!(&result, Ok(response) if response.bytes == part(&data, range));
            self.expect(kept, || format!("bytes {range:?}, read with others, came as {}", brief(&result)));
        }
    }

    async fn cancelling(&mut self) {
        let data = pattern(200_000, 5);
        let path = self.objects.put("cancel.bin", data.clone()).await;
        for i in 0..20 {
            let start = i * 10_000;
            let options = GetOptions::new();
            // Polled once, so that it begins, and dropped.
            let _ = self.store.get_range(&path, start..start + 10_000, &options).now_or_never();
        }
        for i in 0..20 {
            self.expect_bytes(&path, &data, i * 10_000..i * 10_000 + 10_000).await;
        }
    }

    async fn missing_objects(&mut self) {
        let path = self.objects.put("missing.bin", vec![1]).await;
        self.objects.remove("missing.bin").await;
        self.expect_error(&path, 0..10, &GetOptions::new(), ErrorKind::NotFound).await;
        let result = self.store.get_ranges(&path, &[0..1, 5..6], &GetOptions::new()).await;
        let kept = matches!(&result, Err(error) if error.kind() == ErrorKind::NotFound);
        self.expect(kept, || "several ranges of a missing object did not fail as NotFound".into());
    }

    async fn versions(&mut self) {
        let first = pattern(100_000, 6);
        let path = self.objects.put("version.bin", first.clone()).await;
        let Some(pinned) = self.pin(&path).await else { return };
        self.expect_pinned(&path, &pinned, &first, 50_000..50_010).await;

        // Replaced by one of the same size, then by a shorter one, then removed.
        let second = pattern(100_000, 7);
        self.objects.put("version.bin", second.clone()).await;
        self.expect_changed(&path, &pinned, &first, from_ref(&(70_000..70_010))).await;
        self.expect_changed(&path, &pinned, &first, &[80_000..80_001, 1..2, 70_000..70_001]).await;
        self.expect_bytes(&path, &second, 70_000..70_010).await;

        let Some(pinned) = self.pin(&path).await else { return };
        self.objects.put("version.bin", second[..500].to_vec()).await;
        self.expect_changed(&path, &pinned, &second, from_ref(&(40_000..40_010))).await;
        self.expect_changed(&path, &pinned, &second, &[99_000..99_010, 300..310]).await;

        let Some(pinned) = self.pin(&path).await else { return };
        self.objects.remove("version.bin").await;
        let result = self.store.get_range(&path, 400..410, &pinned).await;
        // A cache may have the bytes: they are of the version asked for.
        let kept = match &result {
            Ok(response) => response.bytes == part(&second, &(400..410)),
            // S3 answers a condition on an object that is gone as failed.
            Err(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Changed),
        };
        self.expect(kept, || format!("a removed object was read as {}", brief(&result)));
    }

    /// Options that ask for the version that is there now.
    async fn pin(&mut self, path: &str) -> Option<GetOptions> {
        let result = self.store.get_range(path, 0..10, &GetOptions::new()).await;
        let version = match &result {
            Ok(response) => response.object.version.clone(),
            Err(_) => None,
        };
        self.expect(version.is_some(), || format!("no version was told: {}", brief(&result)));
        Some(GetOptions::new().with_version(version?))
    }

    /// Ranges of a version that is no more. A cache may have them, but then of that version.
    async fn expect_changed(&mut self, path: &str, pinned: &GetOptions, data: &[u8], ranges: &[Range<u64>]) {
        let result = match ranges {
            [range] => self.store.get_range(path, range.clone(), pinned).await.map(|response| vec![response]),
            ranges => self.store.get_ranges(path, ranges, pinned).await,
        };
        let (kept, came) = match result {
            Ok(parts) => {
                let expected = ranges.iter().map(|range| part(data, range));
                (parts.iter().map(|part| &part.bytes[..]).eq(expected), "bytes of another version".to_owned())
            }
            Err(error) => (error.kind() == ErrorKind::Changed, error.to_string()),
        };
        self.expect(kept, || format!("bytes {ranges:?} of a replaced object gave no Changed, but {came}"));
    }

    async fn expect_pinned(&mut self, path: &str, pinned: &GetOptions, data: &[u8], range: Range<u64>) {
        let result = self.store.get_range(path, range.clone(), pinned).await;
        let kept = matches!(&result, Ok(response) if response.bytes == part(data, &range));
        self.expect(kept, || format!("bytes {range:?} of the pinned version came as {}", brief(&result)));
    }
}

/// An answer in a few words.
fn brief(result: &Result<RangeResponse, crate::Error>) -> String {
    match result {
        Ok(response) => format!("{} bytes of {:?}", response.bytes.len(), response.object),
        Err(error) => format!("an error: {error}"),
    }
}
