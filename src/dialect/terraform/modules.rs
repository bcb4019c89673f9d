//! The folders of a configuration: which of their files count, who calls whom, and with what.
//!
//! A folder is a module. Whether it is in force at all, and what its variables are, its callers say. Nothing is evaluated:
//! what an evaluation would tell is [`Untold`].

use super::expression::{FolderScope, blocks, labelled};
use super::part::{Part, folder_scope};
use crate::policy::FileIndex;
use crate::syntax::{Node, Object, Untold};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// The files of each folder, by folder.
pub type Folders = BTreeMap<PathBuf, Vec<Part>>;

/// Whether Terraform makes the resources of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existence {
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

    /// Of what exists if one of them does.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::Perhaps(untold), _) | (_, Self::Perhaps(untold)) => Self::Perhaps(untold),
            (Self::No, Self::No) => Self::No,
        }
    }
}

/// Whether a block with these values stands for anything, as `count`, `for_each` and `lifecycle` say.
pub(super) fn existence(values: &Object<'_>) -> Existence {
    let count = match values.get("count") {
        Some(Node::Number(number)) if number.as_f64() == Some(0.0) => Existence::No,
        Some(Node::Number(_)) | None => Existence::Yes,
        Some(_) => Existence::Perhaps(Untold::Count),
    };
    let for_each = match values.get("for_each") {
        None => Existence::Yes,
        Some(Node::Array(elements)) if elements.is_empty() => Existence::No,
        Some(Node::Object(members)) if members.members.is_empty() => Existence::No,
        Some(_) => Existence::Perhaps(Untold::ForEach),
    };
    let lifecycle = match values.get("lifecycle") {
        Some(Node::Array(several)) => several.iter().find_map(Node::as_object),
        Some(node) => node.as_object(),
        None => None,
    };
    let enabled = match lifecycle.and_then(|lifecycle| lifecycle.get("enabled")) {
        None | Some(Node::Bool(true)) => Existence::Yes,
        Some(Node::Bool(false)) => Existence::No,
        Some(_) => Existence::Perhaps(Untold::Expression),
    };
    count.and(for_each).and(enabled)
}

/// What its callers say of a module.
pub struct Setting {
    /// Whether it is in force.
    pub exists: Existence,
    pub(super) scope: FolderScope,
}

/// A call of a module whose files are elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// The file.
    pub file: FileIndex,
    /// The name of the call.
    pub name: String,
}

/// Drops the files that Terraform does not read, and returns them: `OpenTofu` takes `main.tofu` in place of
/// `main.tf`. What an override file changes is not known any more in the file that it overrides.
///
/// <https://opentofu.org/docs/language/files/>, <https://developer.hashicorp.com/terraform/language/files/override>
pub fn assemble(parts: &mut Vec<Part>) -> Vec<FileIndex> {
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

/// What is known of every folder, and the calls that lead out of the files. In `broken` folders a file could not be read.
#[must_use]
pub fn settings(folders: &Folders, broken: &BTreeSet<PathBuf>) -> (BTreeMap<PathBuf, Setting>, Vec<Remote>) {
    let mut calls: BTreeMap<&Path, Vec<Call<'_>>> = BTreeMap::new();
    let mut elsewhere: Vec<(&Path, Remote, &Object<'static>)> = Vec::new();
    for (folder, parts) in folders {
        for part in parts.iter().filter(|part| !part.gives_values()) {
            for (name, block) in labelled(part.root().get("module")) {
                let source = block.get("source").and_then(Node::as_str).unwrap_or_default();
                let local = local_folder(folder, source).filter(|callee| folders.contains_key(callee));
                match local.and_then(|callee| folders.get_key_value(&callee)) {
                    Some((callee, _)) => calls.entry(callee).or_default().push(Call { caller: folder, block }),
                    None => elsewhere.push((folder, Remote { file: part.file, name: name.to_owned() }, block)),
                }
            }
        }
    }
    let mut resolved = Resolved { folders, broken, calls, done: BTreeMap::new() };
    for folder in folders.keys() {
        resolved.resolve(folder, &mut Vec::new());
    }
    let done = resolved.done;
    let remotes = elsewhere.into_iter().filter(|(caller, _, block)| {
        done.get(*caller)
            .is_some_and(|setting| setting.exists.and(call_existence(&setting.scope, block)) != Existence::No)
    });
    let remotes = remotes.map(|(_, remote, _)| remote).collect();
    (done, remotes)
}

/// A `module` block.
struct Call<'f> {
    caller: &'f Path,
    block: &'f Object<'static>,
}

fn call_existence(scope: &FolderScope, block: &Object<'static>) -> Existence {
    match scope.value(&Node::Object(block.clone())) {
        Node::Object(values) => existence(&values),
        _ => Existence::Perhaps(Untold::Expression),
    }
}

struct Resolved<'f> {
    folders: &'f Folders,
    broken: &'f BTreeSet<PathBuf>,
    calls: BTreeMap<&'f Path, Vec<Call<'f>>>,
    done: BTreeMap<PathBuf, Setting>,
}

impl<'f> Resolved<'f> {
    fn resolve(&mut self, folder: &'f Path, above: &mut Vec<&'f Path>) {
        // Modules that call each other in a circle are an error of Terraform's.
        if self.done.contains_key(folder) || above.contains(&folder) {
            return;
        }
        above.push(folder);
        let callers: Vec<&'f Path> = self.calls.get(folder).into_iter().flatten().map(|call| call.caller).collect();
        for caller in callers {
            self.resolve(caller, above);
        }
        above.pop();
        let mut setting = self.setting(folder);
        if self.broken.contains(folder) {
            setting.exists = setting.exists.and(Existence::Perhaps(Untold::Unreadable));
        }
        self.done.insert(folder.to_owned(), setting);
    }

    fn setting(&self, folder: &Path) -> Setting {
        let parts = self.folders.get(folder).map(Vec::as_slice).unwrap_or_default();
        let mut scope = folder_scope(parts);
        // Somebody may name the values of a folder below.
        let below = self.folders.iter().filter(|(other, _)| *other != folder && other.starts_with(folder));
        for part in below.flat_map(|(_, parts)| parts).filter(|part| part.gives_values()) {
            scope.give(part.root(), false);
        }
        let Some(calls) = self.calls.get(folder) else {
            let exists =
                if self.is_below_another(folder) { Existence::Perhaps(Untold::Uncalled) } else { Existence::Yes };
            return Setting { exists, scope };
        };
        let mut exists = Existence::No;
        let mut arguments: Vec<BTreeMap<String, Node<'static>>> = Vec::new();
        let one_caller = calls.iter().map(|call| call.caller).collect::<BTreeSet<_>>().len() == 1;
        for call in calls {
            let Some(caller) = self.done.get(call.caller) else {
                exists = exists.or(Existence::Perhaps(Untold::Expression));
                continue;
            };
            let Node::Object(values) = caller.scope.value(&Node::Object(call.block.clone())) else { continue };
            let this = caller.exists.and(existence(&values)).and(providers(&values));
            exists = exists.or(this);
            if this != Existence::No {
                let carried = values.members.into_iter().map(|(key, value)| {
                    (key.into_owned(), carried(value, &|name| one_caller && !scope.declares(name)))
                });
                arguments.push(carried.collect());
            }
        }
        scope.call(&arguments);
        Setting { exists, scope }
    }

    /// Whether a folder is a module that Terraform does not read by itself: it lies below another one with configuration,
    /// or in a folder of modules beside configuration.
    fn is_below_another(&self, folder: &Path) -> bool {
        let has_configuration = |above: &Path| {
            let parts = self.folders.get(above);
            self.broken.contains(above) || parts.is_some_and(|parts| parts.iter().any(|part| !part.gives_values()))
        };
        // Relative paths have no dot where there is a folder to name.
        let here = Path::new(".");
        let is_here = |above: &Path| above == Path::new("") && folder != here && has_configuration(here);
        let is_below = folder.ancestors().skip(1).any(|above| has_configuration(above) || is_here(above));
        let modules = folder.ancestors().find(|above| above.file_name().is_some_and(|name| name == "modules"));
        let beside = |modules: &Path| {
            let mut others =
                self.folders.keys().filter(|other| !other.starts_with(modules) && other.as_path() != folder);
            others.any(|other| has_configuration(other))
        };
        is_below || modules.filter(|modules| *modules != folder).is_some_and(beside)
    }
}

/// A module with a provider of another name may be another tenant's.
fn providers(values: &Object<'_>) -> Existence {
    let names = match values.get("providers") {
        Some(Node::Object(names)) => names,
        None => return Existence::Yes,
        Some(_) => return Existence::Perhaps(Untold::Expression),
    };
    let is_plain = |node: &Node<'_>| node.as_str().is_some_and(|text| !text.contains('.'));
    if names.members.iter().all(|(_, node)| is_plain(node)) {
        Existence::Yes
    } else {
        Existence::Perhaps(Untold::Expression)
    }
}

/// A value as the module that is called has it. A name of the caller's stays one where it can be no other's.
fn carried(value: Node<'static>, is_clear: &impl Fn(&str) -> bool) -> Node<'static> {
    match value {
        Node::Reference(name) if !is_clear(&name) => Node::Untold(Untold::Variable),
        // A type may have another value in place of none.
        Node::Null => Node::Untold(Untold::Variable),
        Node::Array(elements) => Node::Array(elements.into_iter().map(|element| carried(element, is_clear)).collect()),
        Node::Object(object) => {
            let members = object.members.into_iter().map(|(key, node)| (key, carried(node, is_clear))).collect();
            Node::Object(Object { members })
        }
        other => other,
    }
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
