//! The folders of a configuration: which of their files count, who calls whom, and with what.
//!
//! A folder is a module. Whether it is in force at all, and what its variables are, its callers say.

use super::part::{Part, blocks, labelled};
use crate::policy::FileIndex;
use crate::syntax::{Node, Object, Untold};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// The files of each folder, by folder.
pub type Folders = BTreeMap<PathBuf, Vec<Part>>;

/// Whether Terraform makes the resources of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existence {
    /// It does.
    Yes,
    /// It may; this decides.
    Perhaps(Untold),
    /// It does not.
    No,
}

impl Existence {
    /// Of what exists only if both do.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Perhaps(untold), _) | (_, Self::Perhaps(untold)) => Self::Perhaps(untold),
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }
}

/// Drops the files that Terraform does not read, and returns them: `OpenTofu` takes `main.tofu` in place of
/// `main.tf`. What an override file changes is not known any more in the file that it overrides.
///
/// <https://opentofu.org/docs/language/files/>, <https://developer.hashicorp.com/terraform/language/files/override>
pub fn assemble(parts: &mut Vec<Part>) -> Vec<FileIndex> {
    // Terraform does not look at files of editors, and hidden ones.
    parts.retain(|part| !part.name().starts_with('.') && !part.name().ends_with('~') && !part.name().starts_with('#'));
    let names: BTreeSet<String> = parts.iter().map(|part| part.name().to_owned()).collect();
    let twin = |name: &str| {
        let tofu = name.strip_suffix(".tf").map(|stem| format!("{stem}.tofu"));
        tofu.or_else(|| name.strip_suffix(".tf.json").map(|stem| format!("{stem}.tofu.json")))
    };
    let is_replaced = |part: &Part| twin(part.name()).is_some_and(|twin| names.contains(&twin));
    let replaced = parts.iter().filter(|part| is_replaced(part)).map(|part| part.file).collect();
    parts.retain(|part| !is_replaced(part));
    let (overrides, bases): (Vec<usize>, Vec<usize>) = (0..parts.len()).partition(|index| parts[*index].overrides());
    for from in overrides {
        for (type_name, name, keys) in parts[from].overridden() {
            for base in &bases {
                parts[*base].override_keys(&type_name, &name, &keys);
            }
        }
    }
    replaced
}

/// Folders that no other folder calls, each with whether Terraform reads it by itself. In `broken` folders a file could
/// not be read.
pub(super) fn roots<'f>(folders: &'f Folders, broken: &BTreeSet<PathBuf>) -> Vec<(&'f Path, Existence)> {
    let mut called: BTreeSet<PathBuf> = BTreeSet::new();
    for (folder, parts) in folders {
        for part in parts.iter().filter(|part| !part.gives_values()) {
            for (_, block) in labelled(part.root().get("module")) {
                let source = block.get("source").and_then(Node::as_str).unwrap_or_default();
                called.extend(local_folder(folder, source).filter(|callee| callee != folder));
            }
        }
    }
    let declares = |parts: &&Vec<Part>| parts.iter().any(|part| !part.gives_values());
    let roots = folders.iter().filter(|(folder, parts)| !called.contains(*folder) && declares(parts));
    let exists = |folder: &Path| match (broken.contains(folder), is_below_another(folder, folders, broken)) {
        (_, true) => Existence::Perhaps(Untold::Uncalled),
        (true, false) => Existence::Perhaps(Untold::Unreadable),
        (false, false) => Existence::Yes,
    };
    roots.map(|(folder, _)| (folder.as_path(), exists(folder))).collect()
}

/// Whether a folder is a module that Terraform does not read by itself: it lies below another one with configuration,
/// or in a folder of modules beside configuration.
fn is_below_another(folder: &Path, folders: &Folders, broken: &BTreeSet<PathBuf>) -> bool {
    let has_configuration = |above: &Path| {
        let parts = folders.get(above);
        broken.contains(above) || parts.is_some_and(|parts| parts.iter().any(|part| !part.gives_values()))
    };
    // Relative paths have no dot where there is a folder to name.
    let here = Path::new(".");
    let is_here = |above: &Path| above == Path::new("") && folder != here && has_configuration(here);
    let is_below = folder.ancestors().skip(1).any(|above| has_configuration(above) || is_here(above));
    let modules = folder.ancestors().find(|above| above.file_name().is_some_and(|name| name == "modules"));
    let beside = |modules: &Path| {
        let mut others = folders.keys().filter(|other| !other.starts_with(modules) && other.as_path() != folder);
        others.any(|other| has_configuration(other))
    };
    is_below || modules.filter(|modules| *modules != folder).is_some_and(beside)
}

/// The folder that a local source leads to.
#[must_use]
pub fn local_folder(from: &Path, source: &str) -> Option<PathBuf> {
    if !source.starts_with("./") && !source.starts_with("../") {
        return None;
    }
    let mut folder = from.to_owned();
    for component in Path::new(source).components() {
        match component {
            Component::ParentDir if folder.file_name().is_some() => _ = folder.pop(),
            Component::ParentDir => folder.push(".."),
            Component::Normal(name) => folder.push(name),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    Some(folder)
}

impl Part {
    /// The resources and calls that an override file changes, and the keys of each that it sets.
    fn overridden(&self) -> Vec<(String, String, Vec<String>)> {
        // A dynamic block stands for the blocks of its label.
        let keys = |block: &Object<'static>| {
            let dynamic = blocks(block.get("dynamic")).flat_map(|dynamic| dynamic.members.iter());
            block.members.iter().chain(dynamic).map(|(key, _)| key.to_string()).filter(|key| key != "dynamic").collect()
        };
        let types = blocks(self.root().get("resource")).flat_map(|types| types.members.iter());
        let resources = types.flat_map(|(type_name, named)| {
            labelled(Some(named)).map(move |(name, block)| (type_name.to_string(), name.to_owned(), block))
        });
        let modules = labelled(self.root().get("module")).map(|(name, block)| (String::new(), name.to_owned(), block));
        resources.chain(modules).map(|(type_name, name, block)| (type_name, name, keys(block))).collect()
    }
}
