//! Which files belong to a tenant.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use walkdir::{DirEntry, WalkDir};

/// How standard input is called in reports.
pub const STDIN: &str = "<stdin>";

/// What the user names on the command line.
#[derive(Debug, Clone)]
pub enum Input {
    /// A file or folder.
    Path(PathBuf),
    /// Standard input, read to its end.
    Stdin(Vec<u8>),
    /// Files that are not on disk, such as those of a commit.
    Stored(Stored),
}

/// Files that are not on disk.
#[derive(Debug, Clone, Default)]
pub struct Stored {
    /// How the user calls them together.
    pub name: String,
    /// What reports put in front of their paths.
    pub prefix: String,
    /// The folder that was named, in which they lie.
    pub base: PathBuf,
    /// Their paths and what is in them.
    pub files: Vec<(PathBuf, Vec<u8>)>,
    /// The paths of files beside them that caplint does not look at.
    pub others: Vec<PathBuf>,
    /// The paths of symbolic links beside them, which are not followed.
    pub links: Vec<PathBuf>,
}

impl Stored {
    /// Whether a file that is met in a folder is one that caplint looks at.
    #[must_use]
    pub fn is_wanted(path: &Path) -> bool {
        let is_hidden = |part: Component<'_>| match part {
            Component::Normal(name) => {
                let name = name.to_string_lossy();
                (name.starts_with('.') && name.len() > 1) || name == "node_modules"
            }
            Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => false,
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        !folder.components().any(is_hidden) && (may_hold_policies(path) || may_be_recognised(path))
    }

    fn candidates(&self) -> impl Iterator<Item = Candidate> + Send + '_ {
        let mut files: Vec<&(PathBuf, Vec<u8>)> = self.files.iter().collect();
        files.sort_by(|(one, _), (other, _)| one.as_os_str().cmp(other.as_os_str()));
        // One that is named by itself is read whatever its name.
        let is_only = files.len() == 1;
        files.into_iter().map(move |(path, bytes)| Candidate::Stored {
            path: path.clone(),
            prefix: self.prefix.clone(),
            bytes: bytes.clone(),
            is_glanced_at: !is_only && !may_hold_policies(path),
        })
    }
}

/// A file to read.
#[derive(Debug)]
pub enum Candidate {
    /// A file on disk.
    File(PathBuf),
    /// A file that matters only if it holds policies, which most files of its kind do not.
    Other(PathBuf),
    /// A file that is not on disk.
    Stored {
        /// Its path among the others.
        path: PathBuf,
        /// What reports put in front of the path.
        prefix: String,
        /// What is in it.
        bytes: Vec<u8>,
        /// It matters only if it holds policies, which most files of its kind do not.
        is_glanced_at: bool,
    },
    /// What can be read but once, standard input or a pipe: how it is called, and what was in it.
    Held(String, Vec<u8>),
    /// A file or folder that could not be looked at, and why.
    Unreadable(PathBuf, io::Error),
}

/// Texts that are read in the place of what is on disk, by the paths of their files as reports show them: what a fix would write, or
/// what an editor has not saved.
#[derive(Debug, Clone, Default)]
pub struct Overlay(BTreeMap<String, Arc<[u8]>>);

impl Overlay {
    /// Puts bytes in the place of a file.
    pub fn insert(&mut self, shown: String, bytes: Vec<u8>) {
        self.0.insert(shown, bytes.into());
    }

    /// What is read in the place of a file.
    #[must_use]
    pub fn get(&self, shown: &str) -> Option<&[u8]> {
        self.0.get(shown).map(AsRef::as_ref)
    }

    /// The files, in the order of their paths.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(shown, bytes)| (shown.as_str(), bytes.as_ref()))
    }

    /// The file as it is read.
    #[must_use]
    pub fn over(&self, candidate: Candidate) -> Candidate {
        if self.0.is_empty() {
            return candidate;
        }
        let bytes = self.get(&candidate.shown()).map(<[u8]>::to_vec);
        match (bytes, candidate) {
            (Some(bytes), Candidate::File(path)) => {
                Candidate::Stored { path, prefix: String::new(), bytes, is_glanced_at: false }
            }
            (Some(bytes), Candidate::Other(path)) => {
                Candidate::Stored { path, prefix: String::new(), bytes, is_glanced_at: true }
            }
            (
                _,
                other @ (Candidate::File(_)
                | Candidate::Other(_)
                | Candidate::Stored { .. }
                | Candidate::Held(..)
                | Candidate::Unreadable(..)),
            ) => other,
        }
    }
}

impl Input {
    /// How the user calls it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => path.to_string_lossy().into_owned(),
            Self::Stdin(_) => "-".to_owned(),
            Self::Stored(stored) => stored.name.clone(),
        }
    }

    /// The folder that the user names, or that the named file lies in.
    #[must_use]
    pub fn base(&self) -> &Path {
        match self {
            Self::Path(path) if path.is_dir() => path,
            Self::Path(path) => path.parent().unwrap_or(path),
            Self::Stored(stored) => &stored.base,
            Self::Stdin(_) => Path::new(""),
        }
    }

    /// Its files: a file itself whatever its name, a folder's `.json`, `.tf` and `.tfstate` files in the order of their names, and scripts
    /// and manifests to be glanced at. Hidden folders
    /// and `node_modules` are left out, `.gitignore` is not consulted (exports are often ignored by git), and symbolic
    /// links inside of a folder are not followed: what they lead to inside of it is met anyway.
    pub fn files(&self) -> Box<dyn Iterator<Item = Candidate> + Send + '_> {
        match self {
            Self::Stdin(bytes) => Box::new(std::iter::once_with(|| Candidate::Held(STDIN.to_owned(), bytes.clone()))),
            Self::Stored(stored) => Box::new(stored.candidates()),
            Self::Path(path) => {
                // Entries of one folder: by their whole paths is by their names, and needs no taking apart.
                let walk = WalkDir::new(path).sort_by(|one, two| one.path().as_os_str().cmp(two.path().as_os_str()));
                let walk = walk.into_iter().filter_entry(is_wanted);
                Box::new(walk.filter_map(move |entry| match entry {
                    // What is named is read, be it a pipe; what is met must look like an export.
                    Ok(entry) if entry.depth() == 0 && !entry.path().is_dir() => {
                        Some(Candidate::named(entry.into_path()))
                    }
                    Ok(entry) if entry.file_type().is_file() && may_hold_policies(entry.path()) => {
                        Some(Candidate::File(entry.into_path()))
                    }
                    Ok(entry) if entry.file_type().is_file() && may_be_recognised(entry.path()) => {
                        Some(Candidate::Other(entry.into_path()))
                    }
                    Ok(_) => None,
                    Err(error) => {
                        let at = error.path().unwrap_or(path).to_owned();
                        Some(Candidate::Unreadable(at, error.into()))
                    }
                }))
            }
        }
    }
}

impl Candidate {
    /// What somebody names that is no folder. A pipe is read at once, because it can be read but once.
    fn named(path: PathBuf) -> Self {
        if path.metadata().map_or(true, |metadata| metadata.is_file()) {
            return Self::File(path);
        }
        match read_file(&path) {
            Ok(bytes) => Self::Held(shown(&path), bytes),
            Err(error) => Self::Unreadable(path, error),
        }
    }

    /// Its path, if others can lie beside it.
    #[must_use]
    pub fn on_disk(&self) -> Option<&Path> {
        match self {
            Self::File(path) | Self::Other(path) | Self::Stored { path, .. } => Some(path),
            Self::Held(..) | Self::Unreadable(..) => None,
        }
    }

    /// The name of its file; empty for what is no file.
    #[must_use]
    pub fn name(&self) -> String {
        let name = self.on_disk().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        name.unwrap_or_default()
    }

    /// Its path as reports show it.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::File(path) | Self::Other(path) | Self::Unreadable(path, _) => shown(path),
            Self::Held(name, _) => name.clone(),
            Self::Stored { path, prefix, .. } => format!("{prefix}{}", shown(path)),
        }
    }

    /// Whether it matters only if it holds policies, which most files of its kind do not.
    #[must_use]
    pub fn is_glanced_at(&self) -> bool {
        match self {
            Self::Other(_) => true,
            Self::Stored { is_glanced_at, .. } => *is_glanced_at,
            Self::File(_) | Self::Held(..) | Self::Unreadable(..) => false,
        }
    }

    /// What a tenant is called that it leads to: by the file, or by the folder of Terraform configuration.
    #[must_use]
    pub fn tenant(&self) -> String {
        match self.on_disk() {
            Some(path) if ends_with(path, &[b".tf", b".tf.json", b".tofu", b".tofu.json"]) => {
                let folder = path.parent().map(shown).filter(|folder| !folder.is_empty());
                folder.unwrap_or_else(|| ".".to_owned())
            }
            _ => self.shown(),
        }
    }

    /// Whether it is called a database and does not begin like one. Such files may be large.
    #[must_use]
    pub fn is_no_database(&self, beginning: &[u8]) -> bool {
        match self {
            Self::Other(path) if ends_with(path, &DATABASES) => {
                self::beginning(path, beginning.len()).map_or(true, |bytes| bytes != beginning)
            }
            Self::File(_) | Self::Other(_) | Self::Held(..) | Self::Stored { .. } | Self::Unreadable(..) => false,
        }
    }

    /// What is in it.
    ///
    /// # Errors
    /// Those of the system.
    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        match self {
            Self::File(path) | Self::Other(path) => read_file(path),
            Self::Held(_, bytes) | Self::Stored { bytes, .. } => Ok(bytes.clone()),
            Self::Unreadable(_, error) => Err(io::Error::new(error.kind(), error.to_string())),
        }
    }
}

/// The first bytes of a file.
fn beginning(path: &Path, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length);
    File::open(path)?.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// `std::fs::read`, without asking for the size of what fits into one read: a fifth of the calls for a small file.
fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    const SMALL: usize = 16 << 10;
    let mut file = File::open(path)?;
    let mut bytes = Vec::with_capacity(SMALL);
    if file.by_ref().take(SMALL as u64).read_to_end(&mut bytes)? == SMALL {
        let rest = file.metadata()?.len().saturating_sub(SMALL as u64);
        bytes.reserve_exact(usize::try_from(rest).unwrap_or_default());
        file.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn is_wanted(entry: &DirEntry) -> bool {
    if entry.depth() == 0 || !entry.file_type().is_dir() {
        return true;
    }
    let name = entry.file_name().to_string_lossy();
    !(name.starts_with('.') || name == "node_modules")
}

const DATABASES: [&[u8]; 3] = [b".db", b".sqlite", b".sqlite3"];

/// By the end of the name: `.json` alone is a name that exists.
fn may_hold_policies(path: &Path) -> bool {
    ends_with(path, &[b".json", b".tf", b".tofu", b".tfstate", b".tfvars"])
}

/// Scripts, manifests, programs, plans and databases, but none that a package manager has put there.
fn may_be_recognised(path: &Path) -> bool {
    const ENDS: [&[u8]; 30] = [
        b".ps1",
        b".psd1",
        b".psm1",
        b".mof",
        b".yaml",
        b".yml",
        b".bicep",
        b".jsonc",
        b".json5",
        b".jsonl",
        b".ndjson",
        b".ts",
        b".tsx",
        b".mts",
        b".js",
        b".mjs",
        b".cjs",
        b".py",
        b".cs",
        b".fs",
        b".go",
        b".java",
        b".kt",
        b".clixml",
        b".sh",
        b".csv",
        b"tfplan",
        b"plan.out",
        b"plan.bin",
        b"/plan",
    ];
    let is_foreign = |component: Component<'_>| {
        ["site-packages", "dist-packages", "vendor", "__pycache__"].iter().any(|name| component.as_os_str() == *name)
    };
    (ends_with(path, &ENDS) || ends_with(path, &DATABASES)) && !path.components().any(is_foreign)
}

fn ends_with(path: &Path, ends: &[&[u8]]) -> bool {
    let name = path.as_os_str().as_encoded_bytes();
    ends.iter().any(|end| name.len() >= end.len() && name[name.len() - end.len()..].eq_ignore_ascii_case(end))
}

/// A path without `.` and `..`, as far as that goes without asking the system.
#[must_use]
pub fn tidy(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut tidy, component| {
        match component {
            Component::CurDir => {}
            Component::ParentDir => _ = tidy.pop(),
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => tidy.push(component),
        }
        tidy
    })
}

/// A path as reports show it: as the user gave it, with `/` between folders.
#[must_use]
pub fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() };
    match text.strip_prefix("./") {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn names(folder: &Path) -> Vec<String> {
        Input::Path(folder.to_owned())
            .files()
            .map(|candidate| match candidate {
                Candidate::File(path) | Candidate::Other(path) => shown(path.strip_prefix(folder).unwrap_or(&path)),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn json_in_any_case_is_met_and_hidden_folders_are_not() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "b.JSON",
            "a.json",
            ".json",
            "notes.md",
            "c/policy (1).json",
            ".git/x.json",
            ".terraform/x.json",
            "node_modules/x/package.json",
        ] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "{}").unwrap();
        }
        assert_eq!(names(folder.path()), [".json", "a.json", "b.JSON", "c/policy (1).json"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed_but_a_named_link_is() {
        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(outside.path().join("x.json"), "{}").unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("out")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("x.json"), folder.path().join("out.json")).unwrap();
        assert!(names(folder.path()).is_empty());
        assert_eq!(names(&folder.path().join("out")), ["x.json"]);
    }

    #[test]
    fn a_named_file_is_read_whatever_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("export.txt");
        fs::write(&file, "{}").unwrap();
        assert_eq!(Input::Path(file).files().count(), 1);
    }
}
