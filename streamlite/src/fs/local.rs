//! The computer's own files: the one place that opens them.

use std::fs::File;
use std::io::{Error, ErrorKind, Result, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::{FileId, FileKind, Fs, Metadata, ReadFile, WriteFile};

/// The computer's own files.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalFs;

impl WriteFile for File {
    fn sync(&mut self) -> Result<()> {
        self.sync_all()
    }

    fn set_len(&mut self, bytes: u64) -> Result<()> {
        File::set_len(self, bytes)?;
        // One that was opened for appending writes at its end in any case.
        self.seek(SeekFrom::Start(bytes)).map(drop)
    }
}

impl Fs for LocalFs {
    #[expect(clippy::disallowed_methods, reason = "the one place that opens files")]
    fn open(&self, path: &Path) -> Result<Box<dyn ReadFile>> {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(Error::new(ErrorKind::IsADirectory, "it is a directory"));
        }
        Ok(Box::new(file))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that creates files")]
    fn create(&self, path: &Path) -> Result<Box<dyn WriteFile>> {
        Ok(Box::new(File::create(path)?))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that creates files")]
    fn create_new(&self, path: &Path) -> Result<Box<dyn WriteFile>> {
        let file = File::options().write(true).create_new(true).open(path)?;
        Ok(Box::new(file))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that creates files")]
    fn append(&self, path: &Path) -> Result<(Box<dyn WriteFile>, u64)> {
        let file = File::options().append(true).create(true).open(path)?;
        let bytes = file.metadata()?.len();
        Ok((Box::new(file), bytes))
    }

    fn matching(&self, pattern: &str) -> Result<Vec<PathBuf>> {
        let paths = glob::glob(pattern).map_err(|error| Error::new(ErrorKind::InvalidInput, error))?;
        let files = paths.filter(|path| !path.as_ref().is_ok_and(|path| path.is_dir()));
        files.map(|path| path.map_err(Error::from)).collect()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that looks at files")]
    fn metadata(&self, path: &Path) -> Result<Metadata> {
        let metadata = std::fs::metadata(path)?;
        let kind = match metadata.file_type() {
            kind if kind.is_dir() => FileKind::Directory,
            kind if kind.is_file() => FileKind::File,
            _ => FileKind::Pipe,
        };
        Ok(Metadata {
            kind,
            len: metadata.len(),
            id: id_of(&metadata),
        })
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems do not say")]
fn id_of(metadata: &std::fs::Metadata) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt as _;

    Some(FileId {
        device: metadata.dev(),
        inode: metadata.ino(),
    })
}

#[cfg(not(unix))]
fn id_of(_metadata: &std::fs::Metadata) -> Option<FileId> {
    None
}
