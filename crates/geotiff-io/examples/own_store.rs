//! A store of one's own: members of an uncompressed archive, read as if they were objects.
//!
//! Run it with `cargo run -p geotiff-io --example own_store`.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use geotiff_io::{Error, ErrorKind, GetOptions, MemoryStore, ObjectInfo, RangeResponse, RangeStore};

/// Members of the object `archive` in another store, by name: where each lies.
#[derive(Debug)]
struct ArchiveStore {
    inner: Arc<dyn RangeStore>,
    archive: String,
    members: HashMap<String, Range<u64>>,
}

#[async_trait::async_trait]
impl RangeStore for ArchiveStore {
    async fn get_range(
        &self,
        path: &str,
        range: Range<u64>,
        options: &GetOptions,
    ) -> Result<RangeResponse, Error> {
        let usage = || Error::new(ErrorKind::Usage, path, "the range ends before it starts");
        let length = range.end.checked_sub(range.start).ok_or_else(usage)?;
        let missing = || Error::new(ErrorKind::NotFound, path, "no such member");
        let member = self.members.get(path).ok_or_else(missing)?;
        // A range past the end gives what there is.
        let start = member.start.saturating_add(range.start).min(member.end);
        let end = start.saturating_add(length).min(member.end);
        let response = self.inner.get_range(&self.archive, start..end, options).await?;
        // The version is the archive's but for its size: when the archive is replaced, so is each member.
        let mut object = ObjectInfo::new().with_size(member.end - member.start);
        object.version = response.object.version;
        Ok(RangeResponse::new(response.bytes, object))
    }
}

fn archive() -> ArchiveStore {
    let memory = MemoryStore::new();
    memory.put("scenes.tar", "....first member....second");
    let members = HashMap::from([("first".to_owned(), 4..16), ("second".to_owned(), 20..26)]);
    ArchiveStore { inner: Arc::new(memory), archive: "scenes.tar".to_owned(), members }
}

fn main() -> Result<(), Error> {
    let response = futures::executor::block_on(archive().get_range("second", 0..100, &GetOptions::new()))?;
    println!("{} bytes: {:?}", response.object.size.unwrap_or(0), response.bytes);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_objects() {
        futures::executor::block_on(async {
            let store = archive();
            let options = GetOptions::new();
            let ranges = [6..100, 0..5, 90..95];
            let parts = store.get_ranges("first", &ranges, &options).await.unwrap();
            let parts: Vec<_> = parts.iter().map(|part| &part.bytes[..]).collect();
            assert_eq!(parts, [&b"member"[..], b"first", b""]);
            assert_eq!(
                store.get_range("third", 0..1, &options).await.unwrap_err().kind(),
                ErrorKind::NotFound
            );
        });
    }
}
