//! A state: `terraform show -json`, or the raw `terraform.tfstate` of version 4.

use super::values::{Beside, Pseudonyms, Values, Where};
use super::{Declared, DocumentReader, Here, ResourceKind, kind};
use crate::dialect::DocumentKind;
use crate::policy::Declaration;
use crate::syntax::{Node, Object, Pointer};
use std::borrow::Cow;

/// Modules inside of modules that are followed.
const MAX_DEPTH: usize = 64;

/// Reads a state. False if the document is none.
pub(super) fn read<'a>(reader: &mut DocumentReader<'_, 'a>, document: &Object<'a>, here: &Here) -> bool {
    if document.get("lineage").is_some() && matches!(document.get("version"), Some(Node::Number(_))) {
        raw(reader, document, here);
        return true;
    }
    if document.get("format_version").is_some() && document.get("values").is_some() {
        reader.taken.kind = DocumentKind::TerraformStateWithoutPolicies;
        values(reader, document, here);
        return true;
    }
    // The state of an empty workspace, as `terraform show -json` prints it.
    let is_empty = document.get("format_version").is_some()
        && document.properties().all(|(key, _)| matches!(key.as_ref(), "format_version" | "terraform_version"));
    if is_empty {
        reader.taken.kind = DocumentKind::TerraformStateWithoutPolicies;
        reader.taken.is_infrastructure = true;
    }
    is_empty
}

fn values<'a>(reader: &mut DocumentReader<'_, 'a>, document: &Object<'a>, here: &Here) {
    reader.taken.is_infrastructure = true;
    let root = document.get("values").and_then(|values| values.as_object()?.get("root_module")?.as_object());
    let Some(root) = root else { return };
    let before = reader.taken.policies;
    let here = here.at(here.pointer.key("values").key("root_module"));
    module(reader, root, &here, &mut Pseudonyms::new(), 0);
    if reader.taken.policies > before {
        reader.taken.kind = DocumentKind::TerraformState;
    }
}

fn module<'a>(
    reader: &mut DocumentReader<'_, 'a>,
    module: &Object<'a>,
    here: &Here,
    pseudonyms: &mut Pseudonyms,
    depth: usize,
) {
    let list = |name| module.get(name).and_then(Node::as_array).unwrap_or_default();
    let at = here.at(here.pointer.key("resources"));
    for (index, resource) in list("resources").iter().enumerate() {
        let Some(resource) = resource.as_object() else { continue };
        let text = |name| resource.get(name).and_then(Node::as_str);
        let (Some("managed"), Some(type_name), Some(address)) = (text("mode"), text("type"), text("address")) else {
            continue;
        };
        // What is deposed is on its way out: another object has taken its place.
        if resource.get("deposed_key").is_some_and(|key| !key.is_void()) {
            let values = resource.get("values").and_then(Node::as_object);
            reader.taken.declares_unmade |= matches!(kind(type_name, values), Some(ResourceKind::Policy(_)));
            continue;
        }
        // A damaged entry is still a policy.
        let node = resource.get("values").unwrap_or(&Node::Null);
        let instance = Instance {
            type_name,
            address: address.to_owned(),
            tenant: None,
            node,
            sensitive: resource.get("sensitive_values"),
        };
        declare(reader, &instance, &at.at(at.pointer.index(index).key("values")), pseudonyms);
    }
    let at = here.at(here.pointer.key("child_modules"));
    for (index, child) in list("child_modules").iter().enumerate().filter(|_| depth < MAX_DEPTH) {
        if let Some(child) = child.as_object() {
            self::module(reader, child, &at.at(at.pointer.index(index)), pseudonyms, depth + 1);
        }
    }
}

struct Instance<'n, 'a> {
    type_name: &'n str,
    address: String,
    tenant: Option<String>,
    node: &'n Node<'a>,
    sensitive: Option<&'n Node<'a>>,
}

fn declare<'a>(
    reader: &mut DocumentReader<'_, 'a>,
    instance: &Instance<'_, 'a>,
    here: &Here,
    pseudonyms: &mut Pseudonyms,
) {
    let Some(kind) = kind(instance.type_name, instance.node.as_object()) else { return };
    let wording = kind.wording();
    let beside = Beside { sensitive: instance.sensitive, ..Beside::default() };
    let mut values = Values {
        wording,
        address: &instance.address,
        file: reader.file,
        references: None,
        pseudonyms,
        detours: Vec::new(),
        unnamed: Vec::new(),
    };
    let mut at = Where { own: Pointer::root(), value: here.pointer.clone(), unknown: here.pointer.clone() };
    let read = values.read(instance.node.clone(), beside, &mut at);
    let (detours, unnamed) = (values.detours, values.unnamed);
    let (address, tenant) = (instance.address.clone(), instance.tenant.clone());
    let file = reader.file;
    let declaration = Declaration { detours, ..Declaration::default() };
    let declared = Declared { kind, address, tenant, values: read, unnamed, declaration };
    reader.declare(declared, here, file);
}

/// Version 4 of the raw state, which is no documented format.
fn raw<'a>(reader: &mut DocumentReader<'_, 'a>, document: &Object<'a>, here: &Here) {
    reader.taken.is_infrastructure = true;
    reader.taken.kind = DocumentKind::TerraformStateWithoutPolicies;
    let before = reader.taken.policies;
    let resources = document.get("resources").and_then(Node::as_array).unwrap_or_default();
    let aliases = aliases(resources);
    let here = here.at(here.pointer.key("resources"));
    let mut pseudonyms = Pseudonyms::new();
    for (index, resource) in resources.iter().enumerate() {
        let Some(resource) = resource.as_object() else { continue };
        let text = |name| resource.get(name).and_then(Node::as_str);
        let (Some("managed"), Some(type_name), Some(name)) = (text("mode"), text("type"), text("name")) else {
            continue;
        };
        let address = super::address::in_module(text("module").unwrap_or_default(), &format!("{type_name}.{name}"));
        let here = here.at(here.pointer.index(index).key("instances"));
        let instances = resource.get("instances").and_then(Node::as_array).unwrap_or_default();
        for (index, instance) in instances.iter().enumerate() {
            let Some(instance) = instance.as_object().filter(|instance| instance.get("deposed").is_none()) else {
                continue;
            };
            let node = instance.get("attributes").unwrap_or(&Node::Null);
            let key = match instance.get("index_key") {
                Some(Node::Number(number)) => format!("[{number}]"),
                Some(Node::String(key)) => format!("[{}]", serde_json::Value::from(key.as_ref())),
                _ => String::new(),
            };
            let sensitive = sensitive(instance.get("sensitive_attributes"));
            let instance = Instance {
                type_name,
                address: format!("{address}{key}"),
                tenant: alias(resource).filter(|_| aliases > 1).map(str::to_owned),
                node,
                sensitive: sensitive.as_ref(),
            };
            declare(reader, &instance, &here.at(here.pointer.index(index).key("attributes")), &mut pseudonyms);
        }
    }
    if reader.taken.policies > before {
        reader.taken.kind = DocumentKind::TerraformState;
    }
}

/// `b` of `provider["registry.terraform.io/hashicorp/azuread"].b`
fn alias<'n>(resource: &'n Object<'_>) -> Option<&'n str> {
    let provider = resource.get("provider")?.as_str()?;
    provider.rsplit_once("].").map(|(_, alias)| alias)
}

/// How many configurations of providers the policies have.
fn aliases(resources: &[Node<'_>]) -> usize {
    let resources = resources.iter().filter_map(Node::as_object);
    let policies = resources.filter(|resource| {
        let type_name = resource.get("type").and_then(Node::as_str).unwrap_or_default();
        matches!(kind(type_name, None), Some(ResourceKind::Policy(_)))
    });
    let mut aliases: Vec<Option<&str>> = policies.map(|resource| alias(resource)).collect();
    aliases.sort_unstable();
    aliases.dedup();
    aliases.len()
}

/// Paths of sensitive attributes as the tree that newer documents have.
fn sensitive<'a>(paths: Option<&Node<'a>>) -> Option<Node<'a>> {
    let mut root = Object::default();
    for path in paths?.as_array()?.iter().filter_map(Node::as_array) {
        let steps: Vec<Cow<'a, str>> = path.iter().filter_map(step).collect();
        mark(&mut root, &steps);
    }
    Some(Node::Object(root))
}

/// `{"type": "get_attr", "value": "users"}`, `{"type": "index", "value": {"value": 0, "type": "number"}}`
fn step<'a>(step: &Node<'a>) -> Option<Cow<'a, str>> {
    match step.as_object()?.get("value")? {
        Node::String(name) => Some(name.clone()),
        Node::Object(index) => match index.get("value")? {
            Node::Number(number) => Some(Cow::Owned(number.to_string())),
            Node::String(key) => Some(key.clone()),
            _ => None,
        },
        _ => None,
    }
}

fn mark<'a>(object: &mut Object<'a>, steps: &[Cow<'a, str>]) {
    let Some((first, rest)) = steps.split_first() else { return };
    let index = object.members.iter().position(|(key, _)| key == first).unwrap_or_else(|| {
        object.members.push((first.clone(), Node::Object(Object::default())));
        object.members.len() - 1
    });
    let node = &mut object.members[index].1;
    if rest.is_empty() {
        *node = Node::Bool(true);
    } else if let Node::Object(inner) = node {
        mark(inner, rest);
    }
}
