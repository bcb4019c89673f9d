//! The files that expressions may read.

use super::decode::Ahead;
use crate::id::FileIndex;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files within the paths that are checked, and no others.
pub trait Files {
    /// A file by its path.
    fn read(&self, path: &Path) -> Contents;

    /// Notes that a file is data of the configuration.
    fn take(&self, path: &Path);

    /// The paths of the files below a folder, relative to it, with `/`, in the order of their bytes; none if the folder
    /// is not within the paths, or not known as a whole.
    fn below(&self, folder: &Path) -> Option<Listing>;

    /// Notes that these files are probably read next. Those that are not are no data of the configuration.
    fn read_ahead(&self, _paths: &[PathBuf]) {}

    /// What a file is as YAML, if it was decoded ahead; once.
    fn decoded(&self, _file: FileIndex) -> Option<Ahead> {
        None
    }
}

/// The files below a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The paths of those that can be read, relative to the folder.
    pub names: Vec<String>,
    /// The paths of those that are there but not at hand.
    pub others: Vec<String>,
}

/// What is at a path.
#[derive(Debug, Clone)]
pub enum Contents {
    /// A text.
    Text(FileIndex, Arc<str>),
    /// Bytes that are no text in UTF-8.
    Binary,
    /// Nothing.
    Missing,
    /// A folder.
    Folder,
    /// It is not within the paths that are checked, or cannot be read.
    Outside,
}

/// Where there are no files.
#[derive(Debug)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &Path) -> Contents {
        Contents::Outside
    }

    fn take(&self, _: &Path) {}

    fn below(&self, _: &Path) -> Option<Listing> {
        None
    }
}
