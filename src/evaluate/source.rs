//! Where a value comes from.

use crate::id::FileIndex;
use crate::syntax::Pointer;
use std::ops::Range;
use std::sync::Arc;

/// The place in a file that carries a value; none for what an expression makes anew.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Source {
    /// An expression makes it.
    #[default]
    None,
    /// Bytes of a text: HCL, YAML or CSV.
    Bytes(FileIndex, Range<usize>),
    /// A place in a JSON document.
    Pointer(Arc<(FileIndex, Pointer)>),
}

impl Source {
    /// A place in a JSON document.
    #[must_use]
    pub fn pointer(file: FileIndex, pointer: Pointer) -> Self {
        Self::Pointer(Arc::new((file, pointer)))
    }

    /// Its file.
    #[must_use]
    pub fn file(&self) -> Option<FileIndex> {
        match self {
            Self::None => None,
            Self::Bytes(file, _) => Some(*file),
            Self::Pointer(place) => Some(place.0),
        }
    }
}
