//! Terraform configuration: `.tf` in HCL, and its twin in JSON, which CDKTF writes. The files of a folder are one
//! module: what one names, the others use. Nothing is evaluated; what an evaluation would tell is [`Untold`].

use super::block::{self, has_bare_strength, wants_old_azuread};
use super::expression::{FolderScope, labelled};
use super::modules::{Existence, Setting, existence};
use super::part::{Part, resources};
use super::surroundings::Surroundings;
use super::values::{Beside, Pseudonyms, Values, Where};
use super::{Declared, DocumentReader, Here, ResourceKind, kind};
use crate::dialect::{DocumentKind, Found, Taken};
use crate::policy::{Block, Detour, FileIndex, Wording};
use crate::syntax::{Node, Object, Pointer, Untold};
use std::collections::BTreeMap;

/// Reads the files of one folder together, and hands every policy over.
pub fn read_folder(
    parts: &[Part],
    setting: Setting,
    surroundings: &Surroundings<'_>,
    visit: &mut dyn FnMut(Found<'_, '_>),
) -> Vec<Taken> {
    let Setting { exists, scope } = setting;
    let tenants = Tenants::of(parts, &scope);
    let module = Module { tenants, takes_bare_strengths: wants_old_azuread(parts), scope, exists, surroundings };
    let root = parts.first().map_or(FileIndex(0), |part| part.file);
    let read = parts.iter().map(|part| {
        let kind = match (part.gives_values(), exists) {
            (true, _) => DocumentKind::TerraformValues,
            (false, Existence::No) => DocumentKind::TerraformModuleUncalled,
            (false, Existence::Yes | Existence::Perhaps(_)) => DocumentKind::TerraformConfigurationWithoutPolicies,
        };
        let taken = Taken { root, ..Taken::new(kind) };
        let mut reader = DocumentReader { text: "", file: part.file, visit, taken };
        let is_read = !part.gives_values() && !part.overrides();
        for (type_name, name, block) in resources(part.root()).filter(|_| is_read) {
            resource(&mut reader, &module, (type_name, name, block), root);
        }
        if reader.taken.policies > 0 {
            reader.taken.kind = DocumentKind::TerraformConfiguration;
        }
        reader.taken
    });
    read.collect()
}

/// What the files of a folder say of all of its resources.
struct Module<'f> {
    surroundings: &'f Surroundings<'f>,
    scope: FolderScope,
    tenants: Tenants,
    takes_bare_strengths: bool,
    exists: Existence,
}

fn resource(
    reader: &mut DocumentReader<'_, 'static>,
    module: &Module<'_>,
    (type_name, name, block): (&str, &str, &Object<'static>),
    root: FileIndex,
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
                reader.taken.declares_unmade |= matches!(kind, ResourceKind::Policy(_));
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
        sources: module.surroundings.sources(block, &read),
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
    fn of(parts: &[Part], scope: &FolderScope) -> Self {
        let policies = parts.iter().flat_map(|part| resources(part.root()));
        let policies = policies
            .filter(|(type_name, _, block)| matches!(kind(type_name, Some(block)), Some(ResourceKind::Policy(_))));
        let mut aliases: Vec<Option<String>> = policies.map(|(_, _, block)| provider(block)).collect();
        aliases.sort();
        aliases.dedup();
        let mut ids: BTreeMap<Option<String>, String> = BTreeMap::new();
        for (_, block) in parts.iter().flat_map(|part| labelled(part.root().get("provider"))) {
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
