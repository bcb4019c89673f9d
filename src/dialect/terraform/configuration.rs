//! Terraform configuration: `.tf` in HCL, and its twin in JSON, which CDKTF writes. The files of a folder are one
//! module: what one names, the others use. Nothing is evaluated; what an evaluation would tell is [`Untold`].

use super::block::{self, has_bare_strength, wants_old_azuread};
use super::expression::{Scope, blocks, labelled};
use super::modules::{Existence, Setting, existence};
use super::values::{Beside, Pseudonyms, Values, Where};
use super::{Declared, Here, Kind, Reader, kind};
use crate::dialect::{Found, Taken};
use crate::policy::{Block, Detour, Wording};
use crate::syntax::{BLOCKS, Node, Object, Pointer, Untold};
use std::collections::BTreeMap;

/// A file of a module, kept until the whole folder is read.
#[derive(Debug)]
pub struct Part {
    /// Index of the file.
    pub file: usize,
    /// Name of the file, without its folder.
    name: String,
    /// The file gives variables their values.
    values: Option<Assignment>,
    root: Object<'static>,
}

/// When Terraform takes the values of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Assignment {
    /// Always: `terraform.tfvars`.
    Always,
    /// Always, and over the others: `*.auto.tfvars`.
    Over,
    /// If it is told to: `prod.tfvars`.
    IfTold,
}

/// Whether a file gives variables their values. That is the one thing that Terraform itself tells by a name.
#[must_use]
pub fn gives_values(name: &str) -> bool {
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

/// Keeps a file that gives variables their values.
#[must_use]
pub fn read_values(name: &str, root: Node<'_>, file: usize) -> Taken {
    let values = match name.trim_end_matches(".json") {
        "terraform.tfvars" => Assignment::Always,
        name if name.ends_with(".auto.tfvars") => Assignment::Over,
        _ => Assignment::IfTold,
    };
    let Node::Object(root) = root.into_owned() else { return Taken::new(KIND_OF_VALUES) };
    let part = Part { file, name: name.to_owned(), values: Some(values), root };
    Taken { part: Some(part), ..Taken::new(KIND_OF_VALUES) }
}

const NO_POLICIES: &str = "Terraform configuration without policies";

/// Keeps a file in HCL.
#[must_use]
pub fn read_configuration(name: &str, root: Node<'_>, file: usize) -> Taken {
    let Node::Object(root) = root.into_owned() else { return Taken::new(NO_POLICIES) };
    Taken {
        part: Some(Part { file, name: name.to_owned(), values: None, root }),
        root: file,
        ..Taken::new(NO_POLICIES)
    }
}

const KIND_OF_VALUES: &str = "values of Terraform variables";

/// Keeps a configuration in JSON for later. False if the document is none.
pub(super) fn keep(reader: &mut Reader<'_, '_>, root: &Node<'_>) -> bool {
    if !root.as_object().is_some_and(is_json_configuration) {
        return false;
    }
    reader.taken.kind = NO_POLICIES;
    if let Node::Object(root) = root.clone().into_owned() {
        reader.taken.part = Some(Part { file: reader.file, name: String::new(), values: None, root });
    }
    true
}

/// `{"resource": {"azuread_group": {"a": {}}}}`; nothing beside what Terraform knows.
fn is_json_configuration(object: &Object<'_>) -> bool {
    let known = |key: &str| BLOCKS.contains(&key) || key == "//";
    let mut any = false;
    object.properties().all(|(key, node)| {
        any |=
            matches!(key.as_ref(), "resource" | "data" | "module" | "variable" | "locals" | "provider" | "terraform");
        known(key) && matches!(node, Node::Object(_) | Node::Array(_))
    }) && any
}

impl Part {
    pub(super) fn root(&self) -> &Object<'static> {
        &self.root
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Says what its file is called.
    pub fn set_name(&mut self, name: &str) {
        name.clone_into(&mut self.name);
    }

    /// Whether it gives variables their values, and declares nothing.
    #[must_use]
    pub fn gives_values(&self) -> bool {
        self.values.is_some()
    }

    /// Makes unknown what another file changes in a resource, or in the call of a module, which has no type.
    pub(super) fn override_keys(&mut self, type_name: &str, name: &str, keys: &[String]) {
        let blocks = if type_name.is_empty() {
            self.root.members.iter_mut().filter(|(key, _)| key == "module").map(|(_, node)| node).collect()
        } else {
            let types = self.root.members.iter_mut().filter(|(key, _)| key == "resource");
            types.flat_map(|(_, node)| members_mut(node, type_name)).collect::<Vec<_>>()
        };
        for block in blocks.into_iter().flat_map(|labels| members_mut(labels, name)) {
            let several = match block {
                Node::Array(several) => several.as_mut_slice(),
                one => std::slice::from_mut(one),
            };
            for node in several {
                let Node::Object(object) = node else { continue };
                for key in keys {
                    object.members.retain(|(known, _)| known != key);
                    object.members.push((key.clone().into(), Node::Untold(Untold::Overridden)));
                }
            }
        }
    }

    /// Whether the file declares a resource.
    #[must_use]
    pub fn declares(&self, type_name: &str, name: &str) -> bool {
        resources(&self.root).any(|(of_type, of_name, _)| of_type == type_name && of_name == name)
    }
}

fn resources<'n>(root: &'n Object<'static>) -> impl Iterator<Item = (&'n str, &'n str, &'n Object<'static>)> {
    let types = blocks(root.get("resource")).flat_map(|types| types.members.iter());
    types.flat_map(|(type_name, named)| {
        labelled(Some(named)).map(move |(name, block)| (type_name.as_ref(), name, block))
    })
}

/// The values under a label, of blocks that may stand several times.
fn members_mut<'n>(node: &'n mut Node<'static>, label: &str) -> Vec<&'n mut Node<'static>> {
    let several = match node {
        Node::Array(several) => several.as_mut_slice(),
        one => std::slice::from_mut(one),
    };
    let objects = several.iter_mut().filter_map(|node| match node {
        Node::Object(object) => Some(object),
        _ => None,
    });
    objects.flat_map(|object| object.members.iter_mut().filter(|(key, _)| key == label).map(|(_, node)| node)).collect()
}

/// What the files of one folder give names to.
pub(super) fn folder_scope(parts: &[Part]) -> Scope {
    let mut scope = Scope::default();
    // What overrides comes last.
    let mut configuration: Vec<&Part> = parts.iter().filter(|part| part.values.is_none()).collect();
    configuration.sort_by_key(|part| part.overrides());
    for part in configuration {
        scope.add(&part.root);
    }
    let mut values: Vec<(Assignment, &Part)> = parts.iter().filter_map(|part| Some((part.values?, part))).collect();
    values.sort_by_key(|(when, part)| (*when, part.file));
    for (when, part) in values {
        scope.give(&part.root, when != Assignment::IfTold);
    }
    scope
}

/// Reads the files of one folder together, and hands every policy over.
pub fn read_folder(parts: &[Part], setting: Setting, visit: &mut dyn FnMut(Found<'_, '_>)) -> Vec<Taken> {
    let Setting { exists, scope } = setting;
    let tenants = Tenants::of(parts, &scope);
    let module = Module { tenants, takes_bare_strengths: wants_old_azuread(parts), scope, exists };
    let root = parts.first().map_or(0, |part| part.file);
    let read = parts.iter().map(|part| {
        let kind = match (part.gives_values(), exists) {
            (true, _) => KIND_OF_VALUES,
            (false, Existence::No) => "a Terraform module that makes nothing",
            (false, Existence::Yes | Existence::Perhaps(_)) => NO_POLICIES,
        };
        let taken = Taken { root, ..Taken::new(kind) };
        let mut reader = Reader { text: "", file: part.file, visit, taken };
        let is_read = !part.gives_values() && !part.overrides();
        for (type_name, name, block) in resources(&part.root).filter(|_| is_read) {
            resource(&mut reader, &module, (type_name, name, block), root);
        }
        if reader.taken.policies > 0 {
            reader.taken.kind = "Terraform configuration";
        }
        reader.taken
    });
    read.collect()
}

/// What the files of a folder say of all of its resources.
struct Module {
    scope: Scope,
    tenants: Tenants,
    takes_bare_strengths: bool,
    exists: Existence,
}

fn resource(
    reader: &mut Reader<'_, 'static>,
    module: &Module,
    (type_name, name, block): (&str, &str, &Object<'static>),
    root: usize,
) {
    let Some(kind) = kind(type_name, Some(block)) else { return };
    let wording = kind.wording();
    let pointer = Pointer::root().key("resource").key(type_name).key(name);
    let mut node = module.scope.value(&Node::Object(block.clone()));
    let mut detours = Vec::new();
    if let Node::Object(values) = &mut node {
        let own = existence(values);
        let (untold, argument) = match own.and(module.exists) {
            Existence::No => {
                reader.taken.declares_unmade |= matches!(kind, Kind::Policy(_));
                return;
            }
            Existence::Yes => (None, None),
            Existence::Perhaps(untold) => (Some(untold), repeats(untold).filter(|name| values.get(name).is_some())),
        };
        if let Some(untold) = untold {
            // Whether there is such a policy at all is as unknown as whether it is on.
            values.members.retain(|(key, _)| key != "state");
            values.members.push(("state".into(), Node::Untold(untold)));
        }
        if let Some(argument) = argument {
            let to = pointer.key(argument);
            detours.push(Detour { from: Pointer::root().key("state"), to, key_only: false });
        }
    }
    let address = format!("{type_name}.{name}");
    let mut pseudonyms = Pseudonyms::new();
    let mut values = Values {
        wording,
        address: &address,
        references: None,
        pseudonyms: &mut pseudonyms,
        detours,
        unnamed: Vec::new(),
    };
    let at = Where { own: Pointer::root(), value: pointer.clone(), unknown: pointer.clone() };
    let read = values.read(&node, Beside::default(), &at);
    let (detours, unnamed) = (values.detours, values.unnamed);
    let tenant = module.tenants.of_block(block);
    let block = Block {
        has_bare_strength: wording == Wording::Azuread && !module.takes_bare_strengths && has_bare_strength(&read),
        ..block::read(block, wording)
    };
    let declared = Declared { kind, address, tenant, values: read, detours, unnamed, block, replaced: None };
    reader.declare(&declared, &Here { pointer, offset: 0, base: 0 }, root);
}

/// The argument that says how often there is a resource.
fn repeats(untold: Untold) -> Option<&'static str> {
    match untold {
        Untold::ForEach => Some("for_each"),
        Untold::Count => Some("count"),
        Untold::AfterApply
        | Untold::Sensitive
        | Untold::Variable
        | Untold::Dynamic
        | Untold::Uncalled
        | Untold::Overridden
        | Untold::Unreadable
        | Untold::NotSelected
        | Untold::Expression => None,
    }
}

/// The name of a provider's configuration: `azuread.b`.
fn provider(block: &Object<'static>) -> Option<String> {
    let text = block.get("provider")?.as_str()?;
    let text = text.strip_prefix("${").and_then(|text| text.strip_suffix('}')).unwrap_or(text);
    text.split_once('.').map(|(_, alias)| alias.trim().to_owned())
}

/// Which aliases of a provider lead to other tenants; empty if all policies are of one.
struct Tenants(BTreeMap<Option<String>, Option<String>>);

impl Tenants {
    fn of(parts: &[Part], scope: &Scope) -> Self {
        let policies = parts.iter().flat_map(|part| resources(&part.root));
        let policies =
            policies.filter(|(type_name, _, block)| matches!(kind(type_name, Some(block)), Some(Kind::Policy(_))));
        let mut aliases: Vec<Option<String>> = policies.map(|(_, _, block)| provider(block)).collect();
        aliases.sort();
        aliases.dedup();
        let mut ids: BTreeMap<Option<String>, String> = BTreeMap::new();
        for (_, block) in parts.iter().flat_map(|part| labelled(part.root.get("provider"))) {
            let text = |name| match block.get(name).map(|node| scope.value(node)) {
                Some(Node::String(text)) => Some(text.to_ascii_lowercase()),
                _ => None,
            };
            if let Some(id) = text("tenant_id") {
                ids.insert(text("alias"), id);
            }
        }
        let mut by_id: BTreeMap<&str, Option<String>> = BTreeMap::new();
        let mut names = BTreeMap::new();
        for alias in aliases {
            let name = match ids.get(&alias) {
                Some(id) => by_id.entry(id).or_insert_with(|| alias.clone()).clone(),
                None => alias.clone(),
            };
            names.insert(alias, name);
        }
        let mut distinct: Vec<&Option<String>> = names.values().collect();
        distinct.dedup();
        if distinct.len() < 2 { Self(BTreeMap::new()) } else { Self(names) }
    }

    fn of_block(&self, block: &Object<'static>) -> Option<String> {
        self.0.get(&provider(block)).cloned().flatten()
    }
}
