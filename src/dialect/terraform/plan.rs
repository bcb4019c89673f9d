//! `terraform show -json` of a plan: the state after apply. [Format](https://developer.hashicorp.com/terraform/internals/json-format).

use super::address::{modules, steps};
use super::references::References;
use super::values::{Beside, Pseudonyms, Values, Where};
use super::{Declared, DocumentReader, Here, ResourceKind, Unread, kind};
use crate::dialect::DocumentKind;
use crate::policy::{Declaration, Replaced, State, Words};
use crate::syntax::{Node, Object, Pointer, Untold, parse};
use std::collections::BTreeMap;

/// Where a plan's modules have their files: the names of the calls that lead to each, and its `source`.
pub type Modules = BTreeMap<Vec<String>, String>;

/// Reads a plan. False if the document is none.
pub(super) fn read<'a>(reader: &mut DocumentReader<'_, 'a>, plan: &Object<'a>, here: &Here) -> bool {
    let Some(Node::Array(changes)) = plan.get("resource_changes") else {
        let has = |name| plan.get(name).is_some();
        // A plan without any change, or one that some tool has cut down.
        if !has("format_version") || !has("planned_values") {
            return false;
        }
        return cut_down(reader, plan);
    };
    reader.taken.is_infrastructure = true;
    let references = References::of(plan);
    let is_cut = is_partial(plan);
    let tenants = Tenants::of(plan, changes, &references);
    let (mut pseudonyms, file, before) = (Pseudonyms::new(), reader.file, reader.taken.policies);
    let here = here.at(here.pointer.key("resource_changes"));
    for (index, entry) in changes.iter().enumerate() {
        let Some(entry) = entry.as_object() else { continue };
        let here = here.at(here.pointer.index(index));
        if entry.get("deposed").is_some() {
            reader.taken.declares_unmade |= holds_policy(&changes[index], 0);
            continue;
        }
        let Some(planned) = planned(entry) else { continue };
        let is_policy = matches!(planned.kind, ResourceKind::Policy(_));
        if planned.is_destroyed {
            reader.taken.destroyed.extend(is_policy.then(|| planned.address.to_owned()));
            continue;
        }
        let wording = planned.kind.wording();
        let pointer = here.pointer.key("change");
        let told = |name| planned.change.and_then(|change| change.get(name));
        // Only of what Terraform forgets.
        let [before, before_sensitive] = [Some(planned.values), told("before_sensitive")].map(|node| match node {
            Some(Node::Raw(raw)) if planned.key == "before" => parse(raw.get()).ok(),
            _ => None,
        });
        let beside = Beside {
            unknown: told("after_unknown"),
            sensitive: match planned.key {
                "after" => told("after_sensitive"),
                _ => before_sensitive.as_ref().or_else(|| told("before_sensitive")),
            },
            expression: references.resource(planned.address).and_then(|resource| resource.get("expressions")),
        };
        let mut values = Values {
            wording,
            address: planned.address,
            file,
            references: Some(&references),
            pseudonyms: &mut pseudonyms,
            detours: Vec::new(),
            unnamed: Vec::new(),
        };
        let mut at =
            Where { own: Pointer::root(), value: pointer.key(planned.key), unknown: pointer.key("after_unknown") };
        let read = values.read(before.unwrap_or_else(|| planned.values.clone()), beside, &mut at);
        let (detours, unnamed) = (values.detours, values.unnamed);
        let read = if is_cut && planned.is_changed { undone(read) } else { read };
        let declared = Declared {
            kind: planned.kind,
            address: planned.address.to_owned(),
            tenant: tenants.of_resource(planned.address),
            values: read,
            unnamed,
            declaration: Declaration {
                detours,
                replaced: planned.change.filter(|_| is_policy).and_then(|change| replaced(change, entry)),
                ..Declaration::default()
            },
        };
        reader.declare(declared, &here.at(at.value), file);
    }
    reader.taken.modules = sources(plan);
    (reader.taken.is_plan, reader.taken.is_partial) = (true, is_cut);
    reader.taken.kind = if reader.taken.policies > before {
        DocumentKind::TerraformPlan
    } else if reader.taken.destroyed.is_empty() {
        DocumentKind::TerraformPlanWithoutPolicies
    } else {
        DocumentKind::TerraformPlanDestroysPolicies
    };
    true
}

/// `planned_values` leave out what is not known yet: alone they say less than they seem to.
fn cut_down(reader: &mut DocumentReader<'_, '_>, plan: &Object<'_>) -> bool {
    reader.taken.is_infrastructure = true;
    reader.taken.kind = DocumentKind::TerraformPlanWithoutPolicies;
    (reader.taken.is_plan, reader.taken.is_partial) = (true, is_partial(plan));
    if plan.get("planned_values").is_some_and(|values| holds_policy(values, 0)) {
        reader.taken.kind = DocumentKind::TerraformPlan;
        reader.taken.unread = Some(Unread {
            form: "a Terraform plan without its `resource_changes`",
            instead: "check the whole output of `terraform show -json`",
        });
    }
    true
}

/// Whether Terraform stopped with an error, was told to leave something out, or has put a policy off to a later plan.
fn is_partial(plan: &Object<'_>) -> bool {
    let deferred = plan.get("deferred_changes").and_then(Node::as_array).unwrap_or_default();
    matches!(plan.get("errored"), Some(Node::Bool(true)))
        || matches!(plan.get("complete"), Some(Node::Bool(false)))
        || deferred.iter().any(|deferred| holds_policy(deferred, 0))
}

/// Modules inside of modules that are looked into.
const MAX_DEPTH: usize = 256;

/// Whether a resource anywhere in a value is a policy, by its `type`.
fn holds_policy(node: &Node<'_>, depth: usize) -> bool {
    let parsed;
    let node = match node {
        Node::Raw(raw) => match parse(raw.get()) {
            Ok(node) => {
                parsed = node;
                &parsed
            }
            Err(_) => return true,
        },
        node => node,
    };
    if depth > MAX_DEPTH {
        return true;
    }
    match node {
        Node::Array(elements) => elements.iter().any(|element| holds_policy(element, depth + 1)),
        Node::Object(object) => {
            let values = object.get("values").and_then(Node::as_object);
            // Whatever a resource has in its values may have a type as well.
            let is_resource = object.get("mode").is_some() || object.get("address").is_some();
            let of_type = object.get("type").and_then(Node::as_str).and_then(|name| kind(name, values));
            (is_resource && matches!(of_type, Some(ResourceKind::Policy(_) | ResourceKind::Unread(_))))
                || object.members.iter().any(|(_, node)| holds_policy(node, depth + 1))
        }
        _ => false,
    }
}

/// One entry of `resource_changes` that matters.
struct Planned<'n, 'a> {
    kind: ResourceKind,
    address: &'n str,
    change: Option<&'n Object<'a>>,
    /// `after`, or `before` of what Terraform forgets and the tenant keeps.
    key: &'static str,
    values: &'n Node<'a>,
    is_destroyed: bool,
    /// Terraform has something to do for it.
    is_changed: bool,
}

/// A policy as it is where Terraform may not come to change it: whether it is on is not known.
fn undone(values: Node<'_>) -> Node<'_> {
    match values {
        Node::Object(mut object) => {
            object.members.retain(|(key, _)| key != "state");
            object.members.push(("state".into(), Node::Untold(Untold::AfterApply)));
            Node::Object(object)
        }
        other => other,
    }
}

fn planned<'n, 'a>(entry: &'n Object<'a>) -> Option<Planned<'n, 'a>> {
    let text = |name| entry.get(name).and_then(Node::as_str);
    let is_managed = match text("mode") {
        Some("data") => return None,
        mode => mode == Some("managed"),
    };
    if entry.get("deposed").is_some() {
        return None;
    }
    let type_name = text("type")?;
    let address = text("address").unwrap_or(type_name);
    let change = entry.get("change").and_then(Node::as_object);
    let actions = change.and_then(|change| change.get("actions")?.as_array()).unwrap_or_default();
    let does = |name: &str| actions.iter().any(|action| action.as_str() == Some(name));
    let forgets = does("forget") && !does("create");
    let key = if forgets || does("delete") && !does("create") { "before" } else { "after" };
    let values = change.and_then(|change| change.get(key));
    let kind = kind(type_name, values.and_then(Node::as_object))?;
    Some(Planned {
        kind,
        address,
        change,
        key,
        // A damaged entry is still a policy, of which nothing is known.
        values: values.filter(|_| is_managed).unwrap_or(&Node::Null),
        is_destroyed: key == "before" && !forgets,
        is_changed: !does("no-op") && !does("read"),
    })
}

/// How a change destroys what it then makes anew; none if it makes the new one first.
fn replaced(change: &Object<'_>, entry: &Object<'_>) -> Option<Replaced> {
    let mut actions = change.get("actions")?.as_array()?.iter().map(Node::as_str);
    if actions.next() != Some(Some("delete")) || !actions.any(|action| action == Some("create")) {
        return None;
    }
    let state = |before: &Node<'_>| before.as_object()?.get("state")?.as_str().map(str::to_owned);
    let state = match change.get("before")? {
        Node::Raw(raw) => parse(raw.get()).ok().as_ref().and_then(state),
        before => state(before),
    };
    let path = |path: &Node<'_>| {
        // Steps by number lead into blocks, of which there is one.
        let steps: Vec<&str> = path.as_array()?.iter().filter_map(Node::as_str).collect();
        Some(steps.join(".").into())
    };
    let paths = change.get("replace_paths").and_then(Node::as_array).unwrap_or_default();
    Some(Replaced {
        was_enabled: state.as_deref() == Some(State::Enabled.word()),
        paths: paths.iter().filter_map(path).collect(),
        reason: entry.get("action_reason").and_then(Node::as_str).map(Into::into),
    })
}

/// Which configuration of a provider each resource uses, and which of them lead to one tenant.
struct Tenants<'x, 'n, 'a> {
    references: &'x References<'n, 'a>,
    /// The name of the tenant by the key of the provider's configuration; empty if all are one.
    names: BTreeMap<String, Option<String>>,
}

impl<'x, 'n, 'a> Tenants<'x, 'n, 'a> {
    fn of(plan: &'n Object<'a>, changes: &'n [Node<'a>], references: &'x References<'n, 'a>) -> Self {
        let configuration = plan.get("configuration").and_then(Node::as_object);
        let providers = configuration.and_then(|configuration| configuration.get("provider_config")?.as_object());
        let mut tenants = Self { references, names: BTreeMap::new() };
        let policies = changes.iter().filter_map(|change| planned(change.as_object()?));
        let policies = policies.filter(|planned| matches!(planned.kind, ResourceKind::Policy(_)));
        let mut keys: Vec<String> = policies.filter_map(|planned| tenants.key(planned.address)).collect();
        keys.sort();
        keys.dedup();
        let tenant_id = |key: &str| {
            let provider = providers?.get(key)?.as_object()?;
            let id = provider.get("expressions")?.as_object()?.get("tenant_id")?.as_object()?;
            Some(id.get("constant_value")?.as_str()?.to_ascii_lowercase())
        };
        let alias = |key: &str| {
            let alias = providers.and_then(|providers| providers.get(key)?.as_object()?.get("alias")?.as_str());
            // A module's own provider is called `module.ca:azuread.b`.
            alias.map(str::to_owned).or_else(|| key.rsplit_once(':').map(|(module, _)| module.to_owned()))
        };
        let mut by_id: BTreeMap<String, Option<String>> = BTreeMap::new();
        for key in keys {
            let name = match tenant_id(&key) {
                Some(id) => by_id.entry(id).or_insert_with(|| alias(&key)).clone(),
                None => alias(&key),
            };
            tenants.names.insert(key, name);
        }
        let mut distinct: Vec<&Option<String>> = tenants.names.values().collect();
        distinct.dedup();
        if distinct.len() < 2 {
            tenants.names.clear();
        }
        tenants
    }

    fn key(&self, address: &str) -> Option<String> {
        self.references.resource(address)?.get("provider_config_key")?.as_str().map(str::to_owned)
    }

    fn of_resource(&self, address: &str) -> Option<String> {
        if self.names.is_empty() { None } else { self.names.get(&self.key(address)?).cloned().flatten() }
    }
}

/// Where each module of the plan's configuration comes from.
fn sources(plan: &Object<'_>) -> Modules {
    fn gather(module: &Object<'_>, path: &[String], found: &mut Modules, depth: usize) {
        let calls = module.get("module_calls").and_then(Node::as_object).filter(|_| depth < 32);
        for (name, call) in calls.map(|calls| calls.members.as_slice()).unwrap_or_default() {
            let Some(call) = call.as_object() else { continue };
            let path: Vec<String> = path.iter().cloned().chain([name.to_string()]).collect();
            if let Some(source) = call.get("source").and_then(Node::as_str) {
                found.insert(path.clone(), source.to_owned());
            }
            if let Some(module) = call.get("module").and_then(Node::as_object) {
                gather(module, &path, found, depth + 1);
            }
        }
    }
    let mut found = Modules::new();
    let configuration = plan.get("configuration").and_then(Node::as_object);
    if let Some(root) = configuration.and_then(|configuration| configuration.get("root_module")?.as_object()) {
        gather(root, &[], &mut found, 0);
    }
    found
}

/// The modules and the block that declare a resource: `module.ca["x"].t.n[0]` is the block `t.n` of the module `ca`.
#[must_use]
pub fn block(address: &str) -> Option<(Vec<String>, String, String)> {
    let steps = steps(address);
    let [.., type_name, name] = steps.as_slice() else { return None };
    Some((modules(address), (*type_name).to_owned(), super::address::without_index(name).to_owned()))
}
