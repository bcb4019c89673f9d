//! The files that Terraform configuration reads: those within the paths that are checked, and no others.

use crate::dialect::Data;
use crate::discover::{Candidate, Input};
use crate::evaluate::{Ahead, Contents, Files, Listing};
use crate::policy::{Digest, FileIndex};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use walkdir::WalkDir;

/// Larger files are no data of policies.
const MAX_SIZE: u64 = 16 << 20;

/// Bytes of a file that is read ahead, and of all that ever are. Their values take many times the space.
const MAX_AHEAD: u64 = 64 << 10;
const MAX_ALL_AHEAD: u64 = 4 << 20;

/// Files below one folder that are looked through.
const MAX_FILES: usize = 100_000;

/// The files within the paths.
pub(super) struct Tree<'t> {
    /// What was named, without steps that lead nowhere, and each also without links.
    bases: Vec<(PathBuf, PathBuf)>,
    stored: BTreeMap<&'t Path, &'t [u8]>,
    /// Files and links of a revision that are not at hand.
    others: Vec<&'t Path>,
    links: Vec<&'t Path>,
    prefix: &'t str,
    /// Files that have a number.
    known: HashMap<PathBuf, FileIndex>,
    next: Cell<usize>,
    read: RefCell<HashMap<PathBuf, Contents>>,
    /// What is probably read next.
    ahead: RefCell<HashMap<PathBuf, (FileIndex, Arc<str>)>>,
    /// Bytes that were read ahead. A configuration may list the same files over and over.
    ahead_so_far: Cell<u64>,
    /// What files that were read ahead are as YAML.
    decoded: RefCell<HashMap<FileIndex, Ahead>>,
    /// Folders that were looked at, and whether they lie within what was named.
    within: RefCell<HashMap<PathBuf, bool>>,
    /// Paths of files that are data of the configuration.
    taken: RefCell<HashSet<PathBuf>>,
    /// Folders whose files were listed, with their names.
    listed: RefCell<BTreeMap<PathBuf, Vec<String>>>,
}

impl<'t> Tree<'t> {
    /// The files within these paths, of which some have a number.
    pub(super) fn of<'c>(
        inputs: &'t [Input],
        known: impl Iterator<Item = (FileIndex, &'c Candidate)>,
        next: usize,
    ) -> Self {
        let mut tree = Self {
            bases: Vec::new(),
            stored: BTreeMap::new(),
            others: Vec::new(),
            links: Vec::new(),
            prefix: "",
            known: HashMap::new(),
            next: Cell::new(next),
            read: RefCell::default(),
            ahead: RefCell::default(),
            ahead_so_far: Cell::new(0),
            decoded: RefCell::default(),
            within: RefCell::default(),
            taken: RefCell::default(),
            listed: RefCell::default(),
        };
        for input in inputs {
            match input {
                Input::Path(path) => {
                    tree.bases.extend(fs::canonicalize(path).ok().map(|canonical| (clean(path.clone()), canonical)));
                }
                Input::Stored(stored) => {
                    tree.prefix = &stored.prefix;
                    tree.stored.extend(stored.files.iter().map(|(path, bytes)| (path.as_path(), bytes.as_slice())));
                    tree.others.extend(stored.others.iter().map(PathBuf::as_path));
                    tree.links.extend(stored.links.iter().map(PathBuf::as_path));
                }
                Input::Stdin(_) => {}
            }
        }
        let on_disk = known.filter_map(|(file, candidate)| Some((clean(candidate.on_disk()?.to_owned()), file)));
        tree.known.extend(on_disk);
        tree
    }

    /// What has been read, by its numbers.
    pub(super) fn into_read(self) -> BTreeMap<FileIndex, Candidate> {
        let candidate = |path: PathBuf| match self.stored.get(path.as_path()) {
            Some(bytes) => {
                Candidate::Stored { path, prefix: self.prefix.to_owned(), bytes: bytes.to_vec(), is_glanced_at: false }
            }
            None => Candidate::File(path),
        };
        let read = self.read.into_inner();
        let number = |path: &PathBuf| match read.get(path) {
            Some(Contents::Text(file, _)) => Some(*file),
            Some(Contents::Binary | Contents::Missing | Contents::Folder | Contents::Outside) | None => {
                self.known.get(path).copied()
            }
        };
        self.taken.into_inner().into_iter().filter_map(|path| Some((number(&path)?, candidate(path)))).collect()
    }

    /// Notes what was listed, in order.
    fn list(&self, folder: PathBuf, mut listing: Listing) -> Listing {
        listing.names.sort();
        let mut all: Vec<String> = listing.names.iter().chain(&listing.others).cloned().collect();
        all.sort();
        self.listed.borrow_mut().insert(folder, all);
        listing
    }

    /// A number that no file has.
    pub(super) fn number(&self) -> FileIndex {
        let next = self.next.get();
        self.next.set(next + 1);
        FileIndex(next)
    }

    /// A path as the files of the run are spelt: one that leads out of what was named may lead back into it, and names a file that
    /// has a number.
    fn spelt(&self, path: PathBuf) -> PathBuf {
        let leads_out = path.is_absolute() || path.starts_with("..");
        if !leads_out || self.known.contains_key(&path) {
            return path;
        }
        let Ok(canonical) = fs::canonicalize(&path) else { return path };
        let spelt = self.bases.iter().find_map(|(given, base)| {
            let spelt = clean(given.join(canonical.strip_prefix(base).ok()?));
            self.known.contains_key(&spelt).then_some(spelt)
        });
        spelt.unwrap_or(path)
    }

    fn at(&self, path: &Path) -> Contents {
        if let Some(known) = self.read.borrow().get(path) {
            return known.clone();
        }
        let contents = self.look(path);
        self.read.borrow_mut().insert(path.to_owned(), contents.clone());
        contents
    }

    fn look(&self, path: &Path) -> Contents {
        if let Some((file, text)) = self.ahead.borrow_mut().remove(path) {
            return Contents::Text(file, text);
        }
        if let Err(contents) = self.size(path) {
            return contents;
        }
        let Some(bytes) = bytes(&self.stored, path) else { return Contents::Outside };
        let Ok(text) = String::from_utf8(bytes) else { return Contents::Binary };
        let file = self.known.get(path).copied().unwrap_or_else(|| self.number());
        Contents::Text(file, Arc::from(text))
    }

    /// The size of a file that may be read, or what there is in its place.
    fn size(&self, path: &Path) -> Result<u64, Contents> {
        if let Some(bytes) = self.stored.get(path) {
            return Ok(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        }
        if !self.is_within(path) {
            return Err(Contents::Outside);
        }
        match fs::symlink_metadata(path) {
            Err(_) => Err(Contents::Missing),
            // A link may lead anywhere, and what it leads to within the paths has a path of its own.
            Ok(metadata) if metadata.is_symlink() => Err(Contents::Outside),
            Ok(metadata) if metadata.is_dir() => Err(Contents::Folder),
            Ok(metadata) if !metadata.is_file() || metadata.len() > MAX_SIZE => Err(Contents::Outside),
            Ok(metadata) => Ok(metadata.len()),
        }
    }

    /// Reads and decodes YAML files on all threads. One that has no number yet is given it when it is read, and waits for
    /// that.
    fn read_ahead(&self, paths: impl Iterator<Item = PathBuf>) {
        let next = |path: PathBuf| {
            let file = *self.known.get(&path)?;
            let is_yaml = path.extension().is_some_and(|end| end == "yaml" || end == "yml");
            let is_read = || self.read.borrow().contains_key(&path) || self.ahead.borrow().contains_key(&path);
            if !is_yaml || self.ahead_so_far.get() >= MAX_ALL_AHEAD || is_read() {
                return None;
            }
            let size = self.size(&path).ok().filter(|size| *size <= MAX_AHEAD)?;
            self.ahead_so_far.set(self.ahead_so_far.get() + size);
            Some((path, file))
        };
        let next: Vec<(PathBuf, FileIndex)> = paths.filter_map(next).collect();
        let stored = &self.stored;
        let read = next.into_par_iter().filter_map(|(path, file)| {
            let text: Arc<str> = String::from_utf8(bytes(stored, &path)?).ok()?.into();
            let decoded = Ahead::of(&text, file);
            Some((path, text, file, decoded))
        });
        let read: Vec<_> = read.collect();
        let (mut ahead, mut decoded) = (self.ahead.borrow_mut(), self.decoded.borrow_mut());
        ahead.reserve(read.len());
        decoded.reserve(read.len());
        self.read.borrow_mut().reserve(read.len());
        for (path, text, file, value) in read {
            ahead.insert(path, (file, text));
            decoded.extend(value.map(|value| (file, value)));
        }
    }

    /// Whether a path lies within what was named, also where the links on the way to its folder lead.
    fn is_within(&self, path: &Path) -> bool {
        let folder = path.parent().unwrap_or(path);
        if self.bases.iter().any(|(given, _)| given == path) {
            return true;
        }
        if let Some(known) = self.within.borrow().get(folder) {
            return *known;
        }
        let is_within = self.looks_within(folder);
        self.within.borrow_mut().insert(folder.to_owned(), is_within);
        is_within
    }

    fn looks_within(&self, path: &Path) -> bool {
        // Of what does not exist, the nearest folder that does.
        let existing = path.ancestors().find_map(|above| {
            let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
            fs::canonicalize(above).ok()
        });
        let is_named = |given: &Path| given.as_os_str().is_empty() || path.starts_with(given);
        self.bases.iter().any(|(given, canonical)| {
            is_named(given) && existing.as_ref().is_some_and(|existing| existing.starts_with(canonical))
        })
    }
}

impl Data for Tree<'_> {
    fn of_root<'d>(&'d self, root: &Path) -> Box<dyn Files + 'd> {
        Box::new(Rooted { tree: self, root: root.to_owned() })
    }

    fn digest(&self) -> Digest {
        let mut digest = Digest::of_text("");
        let read = self.read.borrow();
        let mut read: Vec<(&PathBuf, &Contents)> = read.iter().collect();
        read.sort_by_key(|(path, _)| *path);
        for (path, contents) in read {
            let (tag, text) = match contents {
                Contents::Text(_, text) => ("text", text.as_ref()),
                Contents::Binary => ("binary", ""),
                Contents::Missing => ("missing", ""),
                Contents::Folder => ("folder", ""),
                Contents::Outside => ("outside", ""),
            };
            // Where the whole lies does not matter, and the name of the file tells which it is.
            let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            digest = digest.and(Digest::of_text(&name)).and(Digest::of_text(tag)).and(Digest::of_text(text));
        }
        for names in self.listed.borrow().values() {
            digest = digest.and(Digest::of_text(&names.join("\n")));
        }
        digest
    }
}

/// The files as a root sees them.
struct Rooted<'t> {
    tree: &'t Tree<'t>,
    root: PathBuf,
}

impl Rooted<'_> {
    /// The path of what an expression names.
    fn path(&self, named: &Path) -> PathBuf {
        self.tree.spelt(clean(self.root.join(named.strip_prefix(".").unwrap_or(named))))
    }
}

impl Files for Rooted<'_> {
    fn read(&self, path: &Path) -> Contents {
        self.tree.at(&self.path(path))
    }

    fn take(&self, path: &Path) {
        self.tree.taken.borrow_mut().insert(self.path(path));
    }

    fn read_ahead(&self, paths: &[PathBuf]) {
        self.tree.read_ahead(paths.iter().map(|path| self.path(path)));
    }

    fn decoded(&self, file: FileIndex) -> Option<Ahead> {
        self.tree.decoded.borrow_mut().remove(&file)
    }

    fn below(&self, folder: &Path) -> Option<Listing> {
        let folder = self.path(folder);
        let relative = |path: &Path| {
            let relative = path.strip_prefix(&folder).ok()?.to_str()?;
            Some(if cfg!(windows) { relative.replace('\\', "/") } else { relative.to_owned() })
        };
        if self.tree.bases.is_empty() {
            // Terraform follows links, and where they lead may be elsewhere.
            if self.tree.links.iter().any(|link| link.starts_with(&folder)) {
                return None;
            }
            let names = self.tree.stored.keys().filter_map(|path| relative(path)).collect();
            let others = self.tree.others.iter().filter_map(|path| relative(path)).collect();
            return Some(self.tree.list(folder, Listing { names, others }));
        }
        if !self.tree.looks_within(&folder) {
            return None;
        }
        let start = if folder.as_os_str().is_empty() { Path::new(".") } else { &folder };
        let mut names = Vec::new();
        for entry in WalkDir::new(start) {
            let entry = match entry {
                Ok(entry) => entry,
                // A folder that is not there holds nothing.
                Err(_) if !start.exists() => break,
                Err(_) => return None,
            };
            if entry.file_type().is_symlink() || names.len() > MAX_FILES {
                return None;
            }
            if entry.file_type().is_file() && entry.depth() > 0 {
                names.push(relative(&clean(entry.into_path()))?);
            }
        }
        Some(self.tree.list(folder, Listing { names, others: Vec::new() }))
    }
}

fn bytes(stored: &BTreeMap<&Path, &[u8]>, path: &Path) -> Option<Vec<u8>> {
    match stored.get(path) {
        Some(bytes) => Some(bytes.to_vec()),
        None => fs::read(path).ok(),
    }
}

/// A path without steps that lead nowhere.
fn clean(path: PathBuf) -> PathBuf {
    // Most paths are as they should be, and there are many.
    let leads_somewhere = |(at, step): (usize, &str)| !matches!(step, "." | "..") && (at == 0 || !step.is_empty());
    if !cfg!(windows) && path.to_str().is_some_and(|text| text.split('/').enumerate().all(leads_somewhere)) {
        return path;
    }
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if clean.file_name().is_some_and(|name| name != "..") => _ = clean.pop(),
            Component::ParentDir | Component::Normal(_) | Component::RootDir | Component::Prefix(_) => {
                clean.push(component);
            }
        }
    }
    clean
}
