//! Local files.

mod buffers;

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use async_trait::async_trait;
use bytes::Bytes;

use crate::store::{check_range, check_version};
use crate::{Error, ErrorKind, GetOptions, ObjectInfo, RangeResponse, RangeStore, Version};

/// A store of local files, read at positions on tokio's blocking threads, never on the runtime's workers.
///
/// Paths are file names as the operating system takes them, relative to the current directory or to a root. The
/// version is made of modification time, size and (on Unix) inode, so that a file replaced or rewritten in between is
/// noticed; one rewritten in place to the same size within a tick of the file system's clock is not.
///
/// Files are not mapped into memory: a mapped file that is truncated by another process kills the reader.
/// Of the memory that large reads go into, up to 32 MiB in the process are kept for the next ones.
///
/// Needs a tokio runtime. Dropping a read's future leaves the system call that has begun to finish on its thread;
/// its bytes are dropped.
#[derive(Clone, Debug, Default)]
pub struct FileStore {
    root: Option<PathBuf>,
}

impl FileStore {
    /// A store of all files, by absolute path or relative to the current directory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A store of the files under `root`: paths are relative to it, and none may lead out of it by `..` or by being
    /// absolute. Symbolic links are followed.
    #[must_use]
    pub fn rooted(root: impl Into<PathBuf>) -> Self {
        Self { root: Some(root.into()) }
    }

    fn locate(&self, path: &str) -> Result<PathBuf, Error> {
        use std::path::Component;
        let Some(root) = &self.root else { return Ok(PathBuf::from(path)) };
        let relative = Path::new(path);
        let inside = relative.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
        if inside {
            return Ok(root.join(relative));
        }
        Err(Error::new(ErrorKind::Usage, path, "the path leads out of the store's root"))
    }

    /// Runs blocking work for the object at `path` on a thread that may block.
    async fn blocking<T: Send + 'static>(
        path: &str,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        match tokio::task::spawn_blocking(work).await {
            Ok(result) => result,
            Err(error) => {
                Err(Error::new(ErrorKind::Io, path, "the reading task was stopped").with_source(error))
            }
        }
    }
}

#[async_trait]
impl RangeStore for FileStore {
    async fn get_range(
        &self,
        path: &str,
        range: Range<u64>,
        options: &GetOptions,
    ) -> Result<RangeResponse, Error> {
        check_range(path, &range)?;
        let (file, name, options) = (self.locate(path)?, path.to_owned(), options.clone());
        Self::blocking(path, move || {
            let (file, object) = open(&file, &name, &options).map_err(|e| e.with_range(range.clone()))?;
            let bytes = read_at(&file, &name, &range, &object)?;
            Ok(RangeResponse::new(bytes, object))
        })
        .await
    }

    /// Reads all ranges through one open file, one after another: they are of one version by construction.
    async fn get_ranges(
        &self,
        path: &str,
        ranges: &[Range<u64>],
        options: &GetOptions,
    ) -> Result<Vec<RangeResponse>, Error> {
        for range in ranges {
            check_range(path, range)?;
        }
        let (file, name, options) = (self.locate(path)?, path.to_owned(), options.clone());
        let ranges = ranges.to_vec();
        Self::blocking(path, move || {
            let (file, object) = open(&file, &name, &options)?;
            let read = |range| Ok(RangeResponse::new(read_at(&file, &name, range, &object)?, object.clone()));
            ranges.iter().map(read).collect()
        })
        .await
    }
}

/// Opens a regular file in the version asked for.
fn open(file: &Path, name: &str, options: &GetOptions) -> Result<(File, ObjectInfo), Error> {
    // Asked before opening: opening a pipe would block until somebody writes to it.
    let kind = std::fs::metadata(file).map_err(|error| io_error(name, error))?.file_type();
    if kind.is_dir() {
        return Err(Error::new(ErrorKind::IsDirectory, name, ""));
    }
    if !kind.is_file() {
        return Err(Error::new(ErrorKind::Io, name, "not a regular file"));
    }
    let opened = File::open(file).map_err(|error| io_error(name, error))?;
    let object = describe(&opened.metadata().map_err(|error| io_error(name, error))?);
    check_version(name, options, &object)?;
    Ok((opened, object))
}

fn describe(metadata: &Metadata) -> ObjectInfo {
    let size = metadata.len();
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let etag = format!("\"{:x}-{:x}-{size:x}\"", inode(metadata), modified.unwrap_or_default().as_nanos());
    ObjectInfo::new().with_size(size).with_version(Version::new().with_etag(&etag).with_size(size))
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

/// Reads what of `range` lies in the file.
fn read_at(file: &File, name: &str, range: &Range<u64>, object: &ObjectInfo) -> Result<Bytes, Error> {
    // Bounded by the file's size before anything is allocated.
    let end = range.end.min(object.size.unwrap_or(0));
    let length = end.saturating_sub(range.start);
    let length = usize::try_from(length).map_err(|_| {
        Error::new(ErrorKind::Limit, name, "the range does not fit into memory").with_range(range.clone())
    })?;
    let mut buffer = buffers::take(length)
        .map_err(|error| Error::new(ErrorKind::Limit, name, error.to_string()).with_range(range.clone()))?;
    // The file was opened for this read alone, so that its position is nobody else's; and a vector that is read into
    // to its end need not be zeroed before.
    let mut from = file;
    from.seek(SeekFrom::Start(range.start))
        .and_then(|_| from.take(length as u64).read_to_end(&mut buffer))
        .map_err(|error| io_error(name, error).with_range(range.clone()))?;
    if buffer.len() < length {
        let message = format!("the file was truncated to {} bytes", range.start + buffer.len() as u64);
        return Err(Error::new(ErrorKind::Changed, name, message).with_range(range.clone()));
    }
    Ok(buffers::share(buffer))
}

fn io_error(name: &str, error: io::Error) -> Error {
    let kind = match error.kind() {
        // A path through a file that is no directory names nothing.
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ErrorKind::NotFound,
        io::ErrorKind::PermissionDenied => ErrorKind::Permission,
        io::ErrorKind::IsADirectory => ErrorKind::IsDirectory,
        io::ErrorKind::InvalidInput => ErrorKind::Usage,
        _ => ErrorKind::Io,
    };
    Error::new(kind, name, error.to_string()).with_source(error)
}
