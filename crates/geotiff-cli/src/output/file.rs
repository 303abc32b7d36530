//! An output file that appears whole or not at all.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tempfile::{Builder, NamedTempFile};

use crate::error::Failure;

/// The files being written, for the interrupt handler to remove.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes what an interrupted command was writing.
pub(crate) fn remove_unfinished() {
    let paths = UNFINISHED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for path in paths.iter() {
        // Already gone is as good as removed, and there is nobody left to tell of anything else.
        let _ = std::fs::remove_file(path);
    }
}

/// A file written under a temporary name beside its destination and renamed when it is complete.
#[derive(Debug)]
pub(crate) struct OutFile {
    writer: BufWriter<NamedTempFile>,
    target: PathBuf,
}

impl OutFile {
    /// Creates the temporary file.
    ///
    /// # Errors
    /// When the destination's folder cannot be written, or the destination is a folder.
    pub(crate) fn create(target: &Path) -> Result<Self, Failure> {
        if target.is_dir() {
            return Err(Failure::about(target.display(), "is a directory"));
        }
        let folder =
            target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = builder().tempfile_in(folder).map_err(|error| cannot_write(target, &error))?;
        lock().push(file.path().to_owned());
        Ok(Self { writer: BufWriter::with_capacity(1 << 18, file), target: target.to_owned() })
    }

    /// Renames the file to its destination.
    ///
    /// # Errors
    /// When what was written cannot be flushed or renamed.
    pub(crate) fn commit(mut self) -> Result<(), Failure> {
        self.writer.flush().map_err(|error| cannot_write(&self.target, &error))?;
        let Self { writer, target } = self;
        let (file, _) = writer.into_parts();
        let path = file.path().to_owned();
        file.persist(&target).map_err(|failed| cannot_write(&target, &failed.error))?;
        lock().retain(|unfinished| *unfinished != path);
        Ok(())
    }

    /// A failure to write this file.
    pub(crate) fn failure(&self, cause: &impl std::fmt::Display) -> Failure {
        cannot_write(&self.target, cause)
    }
}

impl Write for OutFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl io::Seek for OutFile {
    fn seek(&mut self, position: io::SeekFrom) -> io::Result<u64> {
        self.writer.seek(position)
    }
}

fn lock() -> std::sync::MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn cannot_write(target: &Path, cause: &impl std::fmt::Display) -> Failure {
    Failure::about(target.display(), format_args!("cannot be written: {cause}"))
}

/// Temporary files are private by default; an output file is as public as the process's umask lets it be.
fn builder() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".geotiff-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_appears_only_when_committed() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out.npy");
        let mut out = OutFile::create(&target).unwrap();
        out.write_all(b"whole").unwrap();
        assert!(!target.exists());
        out.commit().unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"whole");

        let mut out = OutFile::create(&target).unwrap();
        out.write_all(b"half").unwrap();
        drop(out);
        assert_eq!(std::fs::read(&target).unwrap(), b"whole", "an abandoned write must not touch the file");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_folder_cannot_be_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        assert!(OutFile::create(folder.path()).is_err());
        assert!(OutFile::create(&folder.path().join("missing/out.npy")).is_err());
    }
}
