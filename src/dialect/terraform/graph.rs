//! From the provider's words to Graph's shape.

use crate::dialect::translate;
use crate::policy::{Property, Wording};
use crate::syntax::{Node, Object, Pointer};
use std::borrow::Cow;

/// A policy in Graph's shape.
pub(super) fn policy<'a>(values: &Node<'a>, wording: Wording) -> Node<'a> {
    let mut graph = Object::default();
    if let Node::Object(values) = values {
        let mut own = Pointer::root();
        for (key, node) in &values.members {
            if is_meta_argument(key) || (wording == Wording::Azuread && key == "id") {
                continue;
            }
            let outer = own.enter(key);
            place(&mut graph, node, &mut own, wording);
            own.back(outer);
        }
        // State of before version 1 of the resource's schema has no other id.
        if wording == Wording::Azuread && graph.get("id").is_none_or(Node::is_void) {
            graph.members.retain(|(key, _)| key != "id");
            let id = values.get("id").map(last_segment);
            graph.members.extend(id.map(|id| (Cow::Borrowed("id"), id)));
        }
    }
    Node::Object(graph)
}

/// Arguments that Terraform itself understands.
fn is_meta_argument(key: &str) -> bool {
    let arguments =
        ["provider", "count", "for_each", "depends_on", "lifecycle", "provisioner", "connection", "timeouts", "//"];
    arguments.contains(&key)
}

/// Puts a value where Graph has it, and its members where Graph has those.
fn place<'a>(graph: &mut Object<'a>, node: &Node<'a>, own: &mut Pointer, wording: Wording) {
    match node {
        Node::Object(object) if !object.members.is_empty() => {
            for (key, node) in object.members.iter().filter(|(key, _)| key != "//") {
                let outer = own.enter(key);
                place(graph, node, own, wording);
                own.back(outer);
            }
        }
        node => {
            if let Some(property) = wording.property(own) {
                let is_path = PATHS.iter().any(|path| path.starts(property.as_str()));
                translate::insert_property(graph, property, leaf(node, is_path));
                return;
            }
            let pointer = wording.to_graph(own);
            // microsoft365wp nests what each kind of membership has.
            let pointer = match pointer.as_str().strip_suffix("/externalTenants/enumerated/members") {
                Some(guests) => Pointer::new(format!("{guests}/externalTenants/members")),
                None => pointer,
            };
            let is_path = PATHS.iter().any(|path| path.holds(&pointer));
            translate::insert(graph, &pointer, leaf(node, is_path));
        }
    }
}

/// Properties whose values may be paths that end with the id.
const PATHS: [Property; 2] = [Property::Locations, Property::AuthenticationStrengthId];

/// A value as Graph has it.
fn leaf<'a>(node: &Node<'a>, is_path: bool) -> Node<'a> {
    match node {
        // A string that is not set.
        Node::String(text) if text.is_empty() => Node::Null,
        node if is_path => last_segment(node),
        node => node.clone(),
    }
}

/// `/identity/conditionalAccess/namedLocations/<guid>` as the id at its end, in lists, too.
fn last_segment<'a>(node: &Node<'a>) -> Node<'a> {
    match node {
        Node::String(text) if text.starts_with('/') => {
            Node::String(Cow::Owned(text.rsplit('/').next().unwrap_or(text).to_owned()))
        }
        Node::Secret(secret) => {
            let last = secret.0.rsplit('/').next().unwrap_or(&secret.0);
            Node::Secret(Box::new((last.to_owned(), secret.1.clone())))
        }
        Node::Array(elements) => Node::Array(elements.iter().map(last_segment).collect()),
        other => other.clone(),
    }
}

/// The id of a resource, or its address until it has one.
fn id<'a>(values: &Object<'a>, address: &str) -> Node<'a> {
    let known = ["object_id", "id"]
        .iter()
        .filter_map(|name| values.get(name))
        .find(|node| matches!(node, Node::String(text) if !text.is_empty()));
    known.map_or_else(|| Node::Reference(Cow::Owned(address.to_owned())), last_segment)
}

fn member<'a>(values: &Object<'a>, name: &str) -> Node<'a> {
    values.get(name).cloned().unwrap_or(Node::Null)
}

fn object<'a>(members: impl IntoIterator<Item = (&'static str, Node<'a>)>) -> Object<'a> {
    Object { members: members.into_iter().map(|(key, node)| (Cow::Borrowed(key), node)).collect() }
}

fn empty<'a>() -> Object<'a> {
    Object::default()
}

/// A `namedLocation`.
pub(super) fn named_location<'a>(values: &Node<'a>, wording: Wording, address: &str) -> Object<'a> {
    let values = values.as_object().cloned().unwrap_or_else(empty);
    let inner = |name: &str| values.get(name).and_then(Node::as_object).cloned();
    let (ip, country) = match wording {
        Wording::Azuread => (inner("ip"), inner("country")),
        Wording::Graph | Wording::Microsoft365 | Wording::Microsoft365Dsc | Wording::Pulumi => (None, None),
    };
    let addresses = ip.as_ref().unwrap_or(&values);
    let ranges = ["ip_ranges", "ipv4_ranges", "ipv6_ranges"].iter().filter_map(|name| addresses.get(name)?.as_array());
    let range = |range: &Node<'a>| Node::Object(object([("cidrAddress", range.clone())]));
    let ranges: Vec<Node<'a>> = ranges.flatten().map(range).collect();
    let trusted = ["trusted", "is_trusted"].iter().find_map(|name| addresses.get(name).cloned());
    // What a provider leaves out is its default, unless the whole block is not told.
    let told = wording != Wording::Azuread || !matches!(values.get("ip"), Some(Node::Untold(_)));
    let trusted =
        trusted.filter(|node| !matches!(node, Node::Null)).unwrap_or(if told { Node::Bool(false) } else { Node::Null });
    let countries = country.as_ref().unwrap_or(&values);
    let mut location = object([
        ("@odata.type", Node::String(Cow::Borrowed("#microsoft.graph.namedLocation"))),
        ("id", id(&values, address)),
        ("displayName", member(&values, "display_name")),
        ("isTrusted", trusted),
    ]);
    if countries.get("countries_and_regions").is_some_and(|node| !node.is_void()) {
        location.members.extend(
            object([
                ("countriesAndRegions", member(countries, "countries_and_regions")),
                ("countryLookupMethod", member(countries, "country_lookup_method")),
                ("includeUnknownCountriesAndRegions", member(countries, "include_unknown_countries_and_regions")),
            ])
            .members,
        );
    } else {
        location.members.push((Cow::Borrowed("ipRanges"), Node::Array(ranges)));
    }
    location
}

/// An `authenticationStrengthPolicy`.
pub(super) fn strength<'a>(values: &Node<'a>, address: &str) -> Object<'a> {
    let values = values.as_object().cloned().unwrap_or_else(empty);
    let requirements = values.get("requirements_satisfied").filter(|node| matches!(node, Node::String(_))).cloned();
    object([
        ("id", id(&values, address)),
        ("displayName", member(&values, "display_name")),
        ("policyType", Node::String(Cow::Borrowed("custom"))),
        ("requirementsSatisfied", requirements.unwrap_or(Node::Null)),
        ("allowedCombinations", member(&values, "allowed_combinations")),
    ])
}

/// An object that is only good for its name.
pub(super) fn named<'a>(values: &Node<'a>, address: &str) -> Object<'a> {
    let values = values.as_object().cloned().unwrap_or_else(empty);
    let mut name = member(&values, "display_name");
    if name.is_void() {
        name = member(&values, "user_principal_name");
    }
    object([
        ("@odata.type", Node::String(Cow::Borrowed("#microsoft.graph.group"))),
        ("id", id(&values, address)),
        ("displayName", name),
    ])
}
