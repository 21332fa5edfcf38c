//! The computer's own files: the one place that opens them.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io::{Error, ErrorKind, Result, Seek, SeekFrom, Write as _};
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

use super::{FileId, FileKind, FileLock, Fs, Metadata, ReadFile, WriteFile};

/// The computer's own files.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalFs;

impl WriteFile for File {
    fn set_len(&mut self, bytes: u64) -> Result<()> {
        File::set_len(self, bytes)?;
        // One that was opened for appending writes at its end in any case.
        self.seek(SeekFrom::Start(bytes)).map(drop)
    }

    fn sync(&mut self) -> Result<()> {
        self.sync_all()
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

    #[cfg(unix)]
    #[expect(clippy::disallowed_methods, reason = "the one place that creates files")]
    fn create_private(&self, path: &Path) -> Result<Box<dyn WriteFile>> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let mut options = File::options();
        options.write(true).create(true).truncate(true).mode(0o600);
        Ok(Box::new(options.open(path)?))
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
        let parsed = glob::Pattern::new(pattern).map_err(invalid)?;
        if pattern.contains("**") {
            return matching_in_folders(pattern, &parsed);
        }
        let paths = glob::glob(pattern).map_err(invalid)?;
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

    fn read_link(&self, path: &Path) -> Result<PathBuf> {
        std::fs::read_link(path)
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that creates directories")]
    fn create_dir(&self, path: &Path) -> Result<()> {
        std::fs::create_dir_all(path)
    }

    #[cfg(unix)]
    fn create_private_dir(&self, path: &Path) -> Result<()> {
        use std::os::unix::fs::DirBuilderExt as _;
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true).mode(0o700).create(path)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that looks into directories"
    )]
    fn list(&self, path: &Path) -> Result<Vec<OsString>> {
        std::fs::read_dir(path)?
            .map(|entry| Ok(entry?.file_name()))
            .collect()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that renames files")]
    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        std::fs::rename(from, to)
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that removes files")]
    fn remove(&self, path: &Path) -> Result<()> {
        std::fs::remove_file(path)
    }

    #[cfg(unix)]
    #[expect(clippy::disallowed_methods, reason = "the one place that opens directories")]
    fn sync_dir(&self, path: &Path) -> Result<()> {
        let folder = if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            path
        };
        File::open(folder)?.sync_all()
    }

    /// Other systems cannot open a directory; they write renames through.
    #[cfg(not(unix))]
    fn sync_dir(&self, _path: &Path) -> Result<()> {
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that locks files")]
    fn lock(&self, path: &Path) -> Result<Box<dyn FileLock>> {
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        file.try_lock().map_err(|cause| match cause {
            TryLockError::WouldBlock => ErrorKind::WouldBlock.into(),
            TryLockError::Error(cause) => cause,
        })?;
        Ok(Box::new(LocalLock { file }))
    }
}

/// A file that is locked as long as it is open.
#[derive(Debug)]
struct LocalLock {
    file: File,
}

impl FileLock for LocalLock {
    fn write_holder(&mut self, text: &str) -> Result<()> {
        WriteFile::set_len(&mut self.file, 0)?;
        self.file.write_all(text.as_bytes())
    }
}

fn invalid(error: glob::PatternError) -> Error {
    Error::new(ErrorKind::InvalidInput, error)
}

/// The files in any folders that a pattern names. A link that leads back to a folder that it is in is not followed.
fn matching_in_folders(pattern: &str, parsed: &glob::Pattern) -> Result<Vec<PathBuf>> {
    let is_literal = |part: &Component<'_>| {
        !part
            .as_os_str()
            .as_encoded_bytes()
            .iter()
            .any(|byte| b"*?[".contains(byte))
    };
    let root: PathBuf = Path::new(pattern).components().take_while(is_literal).collect();
    let here = Path::new(".");
    let start = if root.as_os_str().is_empty() { here } else { &root };
    let options = glob::MatchOptions {
        require_literal_separator: true,
        ..glob::MatchOptions::new()
    };
    let mut files = Vec::new();
    for entry in WalkDir::new(start).follow_links(true).sort_by_file_name() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.loop_ancestor().is_some() => continue,
            Err(error) => return Err(error.into()),
        };
        let path = entry.path();
        let path = path.strip_prefix(here).unwrap_or(path);
        if !entry.file_type().is_dir() && parsed.matches_path_with(path, options) {
            files.push(path.to_owned());
        }
    }
    files.sort_unstable();
    Ok(files)
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
