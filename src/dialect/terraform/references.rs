//! What the configuration in a plan still names where a value is known only after apply.

use super::address::{Attribute, in_module, steps, without_index};
use crate::policy::Id;
use crate::syntax::{Node, Object, parse};
use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;

/// Calls of modules and variables that are followed from one to the next.
const MAX_HOPS: usize = 16;

/// Expressions that are followed in one plan: modules that use one another's outputs multiply.
const MAX_EXPRESSIONS: usize = 100_000;

/// The `configuration` of a plan with what is needed to follow its references.
pub(super) struct References<'n, 'a> {
    root: Option<&'n Object<'a>>,
    variables: Option<&'n Object<'a>>,
    /// Ids of resources by their addresses.
    ids: BTreeMap<String, Cow<'n, str>>,
    /// Where the data sources are; read only if one of them is asked for.
    prior: Option<&'n Node<'a>>,
    parsed_prior: OnceCell<Option<Node<'a>>>,
    followed: Cell<usize>,
}

/// A module of the configuration as one call of it makes it.
#[derive(Clone)]
struct Module<'n, 'a> {
    body: &'n Object<'a>,
    /// The name of the call.
    name: String,
    address: String,
}

/// The module in which something stands, and those around it, outermost first.
type ModulePath<'n, 'a> = Vec<Module<'n, 'a>>;

fn inner<'n, 'a>(object: &'n Object<'a>, name: &str) -> Option<&'n Object<'a>> {
    object.get(name)?.as_object()
}

impl<'n, 'a> References<'n, 'a> {
    pub(super) fn of(plan: &'n Object<'a>) -> Self {
        let root = inner(plan, "configuration").and_then(|configuration| inner(configuration, "root_module"));
        let mut references = Self {
            root,
            variables: inner(plan, "variables"),
            ids: BTreeMap::new(),
            prior: None,
            parsed_prior: OnceCell::new(),
            followed: Cell::new(0),
        };
        let changes = plan.get("resource_changes").and_then(Node::as_array).unwrap_or_default();
        for change in changes.iter().filter_map(Node::as_object) {
            let after = inner(change, "change").and_then(|change| inner(change, "after"));
            references.note(change, after);
        }
        references.prior = plan.get("prior_state");
        references
    }

    /// The id of a resource or data source.
    fn id(&self, address: &str) -> Option<String> {
        let known = self.ids.get(address).map(ToString::to_string);
        known.or_else(|| {
            let prior = match self.prior? {
                Node::Raw(prior) => self.parsed_prior.get_or_init(|| parse(prior.get()).ok()).as_ref()?,
                prior => prior,
            };
            let root = inner(inner(prior.as_object()?, "values")?, "root_module")?;
            in_prior_state(root, address, 0)
        })
    }

    fn note(&mut self, resource: &'n Object<'a>, values: Option<&'n Object<'a>>) {
        let address = resource.get("address").and_then(Node::as_str);
        let id = ["object_id", "id"].iter().find_map(|name| values?.get(name)?.as_str());
        if let (Some(address), Some(id)) = (address, id.filter(|id| !id.is_empty())) {
            self.ids.insert(address.to_owned(), Cow::Borrowed(id));
        }
    }

    /// The resource's part of the configuration.
    pub(super) fn resource(&self, address: &str) -> Option<&'n Object<'a>> {
        let scope = self.scope(address)?;
        let steps = steps(address);
        let [.., type_name, name] = steps.as_slice() else { return None };
        let resources = scope.last()?.body.get("resources")?.as_array()?.iter().filter_map(Node::as_object);
        let is = |resource: &Object<'_>, key, value| resource.get(key).and_then(Node::as_str) == Some(value);
        resources
            .filter(|resource| is(resource, "type", type_name) && is(resource, "name", without_index(name)))
            .find(|resource| is(resource, "mode", "managed"))
    }

    /// The module in which a resource stands.
    fn scope(&self, address: &str) -> Option<ModulePath<'n, 'a>> {
        let mut scope = vec![Module { body: self.root?, name: String::new(), address: String::new() }];
        for pair in steps(address).chunks_exact(2).take_while(|pair| pair[0] == "module") {
            scope = called(&scope, pair[1])?;
        }
        Some(scope)
    }

    /// What an expression in the module of a resource is known to name; none where it says more than that.
    pub(super) fn named(&self, address: &str, expression: &Node<'a>) -> Option<Vec<Node<'static>>> {
        let mut found = Vec::new();
        self.follow(&self.scope(address)?, expression, 0, &mut found)?;
        Some(found)
    }

    fn follow(
        &self,
        scope: &[Module<'n, 'a>],
        expression: &Node<'a>,
        hops: usize,
        found: &mut Vec<Node<'static>>,
    ) -> Option<()> {
        self.followed.set(self.followed.get() + 1);
        let in_reason = hops < MAX_HOPS && self.followed.get() < MAX_EXPRESSIONS;
        let expression = expression.as_object().filter(|_| in_reason)?;
        if let Some(constant) = expression.get("constant_value") {
            return literals(constant, found);
        }
        let references: Vec<&str> = expression.get("references")?.as_array()?.iter().filter_map(Node::as_str).collect();
        // Each is followed by the shorter ones that it contains.
        let contains =
            |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with(['.', '[']));
        for reference in &references {
            if !references.iter().any(|other| contains(other, reference)) {
                self.follow_reference(scope, reference, hops, found)?;
            }
        }
        Some(())
    }

    fn follow_reference(
        &self,
        scope: &[Module<'n, 'a>],
        reference: &str,
        hops: usize,
        found: &mut Vec<Node<'static>>,
    ) -> Option<()> {
        let (here, around) = scope.split_last()?;
        match steps(reference).as_slice() {
            ["var", name] => {
                let Some(caller) = around.last() else { return literals(self.variable(name)?, found) };
                let call = inner(inner(caller.body, "module_calls")?, &here.name)?;
                self.follow(around, inner(call, "expressions")?.get(name)?, hops + 1, found)
            }
            ["module", module, output] if !module.contains('[') => {
                let called = called(scope, module)?;
                let expression = inner(inner(called.last()?.body, "outputs")?, output)?.get("expression")?;
                self.follow(&called, expression, hops + 1, found)
            }
            _ => {
                let attribute = Attribute::read(reference).filter(Attribute::is_id)?;
                if !attribute.is_indexed && is_repeated(here.body, &attribute.resource) {
                    return None;
                }
                let address = in_module(&here.address, &attribute.resource);
                found.push(match self.id(&address) {
                    Some(id) => Node::String(Cow::Owned(id.rsplit('/').next().unwrap_or(&id).to_owned())),
                    None => Node::Reference(Cow::Owned(address)),
                });
                Some(())
            }
        }
    }

    fn variable(&self, name: &str) -> Option<&'n Node<'a>> {
        let declared = inner(self.root?, "variables").and_then(|variables| inner(variables, name));
        if declared.is_some_and(|variable| matches!(variable.get("sensitive"), Some(Node::Bool(true)))) {
            return None;
        }
        inner(self.variables?, name)?.get("value")
    }
}

/// The id of a data source.
fn in_prior_state(module: &Object<'_>, address: &str, depth: usize) -> Option<String> {
    let list = |name| module.get(name).and_then(Node::as_array).unwrap_or_default().iter().filter_map(Node::as_object);
    let is = |resource: &&Object<'_>| resource.get("address").and_then(Node::as_str) == Some(address);
    if let Some(values) = list("resources").find(is).and_then(|resource| inner(resource, "values")) {
        let id = ["object_id", "id"].iter().find_map(|name| values.get(name)?.as_str());
        return id.filter(|id| !id.is_empty()).map(str::to_owned);
    }
    let mut modules = list("child_modules").filter(|_| depth < MAX_HOPS);
    modules.find_map(|module| in_prior_state(module, address, depth + 1))
}

/// A module that the last one calls, by its step in an address.
fn called<'n, 'a>(scope: &[Module<'n, 'a>], step: &str) -> Option<ModulePath<'n, 'a>> {
    let here = scope.last()?;
    let name = without_index(step);
    let body = inner(inner(inner(here.body, "module_calls")?, name)?, "module")?;
    let address = in_module(&here.address, &format!("module.{step}"));
    let mut scope = scope.to_vec();
    scope.push(Module { body, name: name.to_owned(), address });
    Some(scope)
}

/// Whether a resource of a module has `count` or `for_each`.
fn is_repeated(module: &Object<'_>, resource: &str) -> bool {
    let resources = module.get("resources").and_then(Node::as_array).unwrap_or_default();
    let declared = resources.iter().filter_map(Node::as_object);
    declared
        .filter(|declared| declared.get("address").and_then(Node::as_str) == Some(resource))
        .any(|declared| declared.get("count_expression").is_some() || declared.get("for_each_expression").is_some())
}

/// Ids, by themselves or in a list. Any other word may have been in a condition as well as in the list.
fn literals(node: &Node<'_>, found: &mut Vec<Node<'static>>) -> Option<()> {
    let mut id = |node: &Node<'_>| {
        let text = node.as_str().filter(|text| Id::new(text).guid().is_some())?;
        found.push(Node::String(Cow::Owned(text.to_owned())));
        Some(())
    };
    match node {
        Node::Array(elements) => elements.iter().try_for_each(id),
        Node::Null => Some(()),
        node => id(node),
    }
}
