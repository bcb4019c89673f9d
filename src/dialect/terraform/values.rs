//! A resource's attributes from a plan or state: blocks as objects, what is not told as such, and no secret.

use super::references::References;
use crate::catalog;
use crate::policy::{Detour, FileIndex, Id, Place, Property, Wording, is_public_word};
use crate::syntax::{Node, Object, Pointer, Untold};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Attributes that are blocks in azuread's schema, and hence arrays of at most one object.
const BLOCKS: [&str; 16] = [
    "applications",
    "client_applications",
    "conditions",
    "country",
    "devices",
    "excluded_guests_or_external_users",
    "external_tenants",
    "filter",
    "grant_controls",
    "included_guests_or_external_users",
    "ip",
    "locations",
    "platforms",
    "session_controls",
    "users",
    "timeouts",
];

/// The members of a group, which is no policy.
const MEMBERS: &str = "/members";

/// Properties that hold ids of objects.
const IDS: [Property; 18] = [
    Property::IncludeUsers,
    Property::ExcludeUsers,
    Property::IncludeGroups,
    Property::ExcludeGroups,
    Property::IncludeRoles,
    Property::ExcludeRoles,
    Property::IncludeGuestsTenantsMembers,
    Property::ExcludeGuestsTenantsMembers,
    Property::IncludeApplications,
    Property::ExcludeApplications,
    Property::IncludeLocations,
    Property::ExcludeLocations,
    Property::IncludeServicePrincipals,
    Property::ExcludeServicePrincipals,
    Property::IncludeAgentIdServicePrincipals,
    Property::ExcludeAgentIdServicePrincipals,
    Property::TermsOfUse,
    Property::AuthenticationStrengthId,
];

/// Attributes that the provider computes where the configuration leaves them out.
const COMPUTED: [&str; 16] = [
    "id",
    "object_id",
    "insider_risk_levels",
    "sign_in_frequency_authentication_type",
    "sign_in_frequency_interval",
    "created_date_time",
    "modified_date_time",
    "deleted_date_time",
    "template_id",
    "partial_enablement_strategy",
    "display_name",
    "description",
    "policy_type",
    "requirements_satisfied",
    "allowed_combinations",
    "combination_configurations",
];

/// Names that represent sensitive values, the same for the same value.
pub(super) type Pseudonyms = BTreeMap<String, String>;

/// What the plan says about a value.
#[derive(Clone, Copy, Default)]
pub(super) struct Beside<'n, 'a> {
    /// `after_unknown`
    pub(super) unknown: Option<&'n Node<'a>>,
    /// `after_sensitive`, `sensitive_values`
    pub(super) sensitive: Option<&'n Node<'a>>,
    /// `expressions` of the configuration
    pub(super) expression: Option<&'n Node<'a>>,
}

impl<'n, 'a> Beside<'n, 'a> {
    fn says_nothing(self) -> bool {
        !self.unknown.is_some_and(has_true) && !self.sensitive.is_some_and(has_true)
    }

    fn member(self, key: &str) -> Self {
        let of = |node: Option<&'n Node<'a>>| match node? {
            Node::Object(object) => object.get(key),
            Node::Bool(true) => node,
            _ => None,
        };
        Self { unknown: of(self.unknown), sensitive: of(self.sensitive), expression: of(self.expression) }
    }

    fn element(self, index: usize) -> Self {
        let of = |node: Option<&'n Node<'a>>| match node? {
            Node::Array(elements) => elements.get(index),
            Node::Object(object) => object.get(&index.to_string()),
            Node::Bool(true) => node,
            _ => None,
        };
        Self { unknown: of(self.unknown), sensitive: of(self.sensitive), expression: of(self.expression) }
    }
}

/// Whether a value is used as written unless the plan says otherwise. Most are.
fn is_plain(node: &Node<'_>) -> bool {
    let is_scalar = |node: &Node<'_>| matches!(node, Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_));
    match node {
        Node::Array(elements) => !elements.is_empty() && elements.iter().all(is_scalar),
        node => is_scalar(node),
    }
}

fn is_true(node: Option<&Node<'_>>) -> bool {
    matches!(node, Some(Node::Bool(true)))
}

fn has_true(node: &Node<'_>) -> bool {
    match node {
        Node::Bool(value) => *value,
        Node::Array(elements) => elements.iter().any(has_true),
        Node::Object(object) => object.members.iter().any(|(_, node)| has_true(node)),
        _ => false,
    }
}

/// Reads the attributes of one resource.
pub(super) struct Values<'x, 'n, 'a> {
    pub(super) wording: Wording,
    pub(super) address: &'x str,
    /// The file that it stands in.
    pub(super) file: FileIndex,
    pub(super) references: Option<&'x References<'n, 'a>>,
    pub(super) pseudonyms: &'x mut Pseudonyms,
    pub(super) detours: Vec<Detour>,
    pub(super) unnamed: Vec<(String, &'static str)>,
}

/// Where a value stands: for the policy, in the document, and beside it where it is said to be unknown.
pub(super) struct Where {
    pub(super) own: Pointer,
    pub(super) value: Pointer,
    pub(super) unknown: Pointer,
}

impl Where {
    /// Goes on to a member. Returns what [`Self::back`] takes.
    fn enter(&mut self, key: &str) -> [usize; 3] {
        [&mut self.own, &mut self.value, &mut self.unknown].map(|pointer| pointer.enter(key))
    }

    /// Goes on to the only element of a block's array, which has no step of its own in the policy.
    fn enter_block(&mut self) -> [usize; 3] {
        [self.own.as_str().len(), self.value.enter_element(0), self.unknown.enter_element(0)]
    }

    /// Goes on to an element.
    fn enter_element(&mut self, index: usize) -> [usize; 3] {
        [&mut self.own, &mut self.value, &mut self.unknown].map(|pointer| pointer.enter_element(index))
    }

    /// Goes back to where it was entered.
    fn back(&mut self, [own, value, unknown]: [usize; 3]) {
        self.own.back(own);
        self.value.back(value);
        self.unknown.back(unknown);
    }
}

impl<'n, 'a> Values<'_, 'n, 'a> {
    pub(super) fn read(&mut self, node: Node<'a>, beside: Beside<'n, 'a>, at: &mut Where) -> Node<'a> {
        let read = self.as_told(node, beside, at);
        let is_untold = |node: &Node<'_>| matches!(node, Node::Untold(_));
        let has_untold = match &read {
            Node::Array(elements) => elements.iter().any(is_untold),
            one => is_untold(one),
        };
        // Most values are told, and a look is cheaper than a name.
        let excludes_groups = has_untold && self.wording.to_graph(&at.own).as_str() == Property::ExcludeGroups.as_str();
        if excludes_groups { self.named_groups(read, at) } else { read }
    }

    fn as_told(&mut self, node: Node<'a>, beside: Beside<'n, 'a>, at: &mut Where) -> Node<'a> {
        // Where there is no value at all, one unknown part makes the whole unknown.
        if is_true(beside.unknown) || (matches!(node, Node::Null) && beside.unknown.is_some_and(has_true)) {
            return self.unknown(beside, at);
        }
        match node {
            Node::Object(object) => Node::Object(self.object(object, beside, at)),
            Node::Array(mut elements) if elements.len() < 2 && self.is_block(&at.own) => {
                let Some(one) = elements.pop() else { return Node::Null };
                let outer = at.enter_block();
                let read = self.read(one, beside.element(0), at);
                at.back(outer);
                read
            }
            Node::Array(elements) => self.array(elements, beside, at),
            Node::String(text) if is_true(beside.sensitive) => self.secret(&text, at),
            other => other,
        }
    }

    /// Excluded groups that are not told: whatever they are, they are groups, whose members are left out one by one.
    fn named_groups(&mut self, list: Node<'a>, at: &Where) -> Node<'a> {
        let elements = match list {
            Node::Array(elements) => elements,
            untold @ Node::Untold(_) => vec![untold],
            other => return other,
        };
        let alone = elements.len() == 1;
        let named = elements.into_iter().enumerate().map(|(index, element)| match element {
            Node::Untold(untold) => {
                let index = if alone { String::new() } else { format!("[{index}]") };
                let name = format!("{}.{}{index}", self.address, at.own.dotted());
                let [own, others] = match untold {
                    Untold::AfterApply => [
                        "groups whose ids are known only after apply",
                        "other groups whose ids are known only after apply",
                    ],
                    Untold::Sensitive
                    | Untold::Variable
                    | Untold::ForEach
                    | Untold::Count
                    | Untold::Dynamic
                    | Untold::Uncalled
                    | Untold::Overridden
                    | Untold::Unreadable
                    | Untold::Expression
                    | Untold::NotSelected => {
                        ["groups whose ids the files do not say", "other groups whose ids the files do not say"]
                    }
                };
                let description = if alone { own } else { others };
                self.unnamed.push((name.clone(), description));
                Node::Reference(Cow::Owned(name))
            }
            other => other,
        });
        Node::Array(named.collect())
    }

    fn is_block(&self, own: &Pointer) -> bool {
        let name = own.as_str().rsplit('/').next().unwrap_or_default();
        self.wording == Wording::Azuread && BLOCKS.contains(&name)
    }

    fn array(&mut self, elements: Vec<Node<'a>>, beside: Beside<'n, 'a>, at: &mut Where) -> Node<'a> {
        let read = |(index, element)| {
            let outer = at.enter_element(index);
            let read = self.read(element, beside.element(index), at);
            at.back(outer);
            read
        };
        Node::Array(elements.into_iter().enumerate().map(read).collect())
    }

    fn member(&mut self, key: &str, node: Node<'a>, beside: Beside<'n, 'a>, at: &mut Where) -> Node<'a> {
        let outer = at.enter(key);
        let read = self.read(node, beside, at);
        at.back(outer);
        read
    }

    fn object(&mut self, object: Object<'a>, beside: Beside<'n, 'a>, at: &mut Where) -> Object<'a> {
        // What is known only after apply is missing from the values.
        let unknown = beside.unknown.and_then(Node::as_object).map(|unknown| unknown.members.as_slice());
        let unknown = unknown.unwrap_or_default().iter().map(|(key, _)| key);
        let missing: Vec<&Cow<'a, str>> = unknown.filter(|key| object.get(key).is_none()).collect();
        let read = object.members.into_iter().filter_map(|(key, node)| {
            let beside = beside.member(&key);
            if is_plain(&node) && beside.says_nothing() {
                return Some((key, node));
            }
            let is_told = !(is_true(beside.unknown) && is_computed(&key, beside));
            is_told.then(|| {
                let node = self.member(&key, node, beside, at);
                (key, node)
            })
        });
        let mut read = Object { members: read.collect() };
        for key in missing {
            let beside = beside.member(key);
            if beside.unknown.is_some_and(has_true) && !is_computed(key, beside) {
                // Whatever stands there, it is not looked at.
                read.members.push((key.clone(), self.member(key, Node::Null, beside, at)));
            }
        }
        read
    }

    /// A value that is known only after apply: what the configuration still names of it, and that there may be more.
    fn unknown(&mut self, beside: Beside<'n, 'a>, at: &Where) -> Node<'a> {
        let graph = self.wording.to_graph(&at.own);
        let to = Place::pointer(self.file, at.unknown.clone());
        self.detours.push(Detour { from: at.own.clone(), to, key_only: false });
        let expression = beside.expression;
        let mut named = self
            .references
            .zip(expression)
            .and_then(|(references, expression)| references.named(self.address, expression))
            .unwrap_or_default();
        if graph.as_str() == Property::AuthenticationStrengthId.as_str() {
            match named.as_slice() {
                [one @ Node::Reference(_)] => one.clone(),
                _ => Node::Untold(Untold::AfterApply),
            }
        } else if holds_ids(graph.as_str()) && !is_element(graph.as_str()) {
            named.push(Node::Untold(Untold::AfterApply));
            Node::Array(named)
        } else {
            Node::Untold(Untold::AfterApply)
        }
    }

    /// A sensitive value: as it is if it is one of Microsoft's own words, else by a name that stands for it.
    fn secret(&mut self, text: &str, at: &Where) -> Node<'a> {
        let mut path: Vec<Cow<'_, str>> = at.value.steps().collect();
        let is_element = path.last().is_some_and(|step| step.bytes().all(|byte| byte.is_ascii_digit()));
        if is_element {
            path.pop();
        }
        let to = path.iter().fold(Pointer::root(), |pointer, step| pointer.key(step));
        let to = Place::pointer(self.file, to);
        self.detours.push(Detour { from: at.own.clone(), to, key_only: true });
        if text.is_empty() || is_public_word(text) || catalog::name(&Id::new(text)).is_some() {
            return Node::String(Cow::Owned(text.to_owned()));
        }
        if !holds_ids(self.wording.to_graph(&at.own).as_str()) {
            return Node::Untold(Untold::Sensitive);
        }
        let own = at.own.dotted();
        let last = own.rsplit('.').next().unwrap_or(&own);
        let name = self.pseudonyms.entry(text.to_owned()).or_insert_with(|| format!("{last} of {}", self.address));
        Node::Secret(Box::new((text.to_owned(), name.clone())))
    }
}

/// Whether a property that is known only after apply was left to the provider, which then says nothing of its own.
fn is_computed(key: &str, beside: Beside<'_, '_>) -> bool {
    COMPUTED.contains(&key) && beside.expression.is_none()
}

/// Whether a pointer leads to an element of a list.
fn is_element(pointer: &str) -> bool {
    pointer.rsplit_once('/').is_some_and(|(_, last)| last.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a property, or the list that an element is in, holds ids of objects.
fn holds_ids(graph: &str) -> bool {
    let whole = graph.rsplit_once('/').filter(|_| is_element(graph)).map_or(graph, |(whole, _)| whole);
    whole == MEMBERS || Property::of(whole).is_some_and(|property| IDS.contains(&property))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{AZUREAD_SCHEMA, MICROSOFT365_SCHEMA};
    use serde_json::Value;

    /// Every name that a schema has for a property.
    fn names(schema: &Value, found: &mut Vec<String>) {
        found.extend(schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
        schema.as_object().into_iter().flatten().for_each(|(_, inner)| names(inner, found));
        schema.as_array().into_iter().flatten().for_each(|inner| names(inner, found));
    }

    #[test]
    fn the_providers_have_every_attribute_that_is_told_apart() {
        let (mut azuread, mut all) = (Vec::new(), Vec::new());
        names(&serde_json::from_str(AZUREAD_SCHEMA).unwrap(), &mut azuread);
        names(&serde_json::from_str(MICROSOFT365_SCHEMA).unwrap(), &mut all);
        all.extend(azuread.iter().cloned());
        // Named locations have no schema here.
        for name in BLOCKS.iter().filter(|name| !["country", "ip"].contains(name)) {
            assert!(azuread.iter().any(|known| known == name), "{name}");
        }
        for name in COMPUTED {
            assert!(all.iter().any(|known| known == name), "{name}");
        }
    }

    #[test]
    fn every_list_of_objects_holds_ids() {
        let ends = ["Users", "Groups", "Roles", "Applications", "Locations", "ServicePrincipals"];
        for property in Property::ALL {
            let key = property.key();
            let lists = ["include", "exclude"].iter().any(|start| key.starts_with(start))
                && ends.iter().any(|end| key.ends_with(end))
                && !key.ends_with("ExternalUsers");
            let is_strength = *property == Property::AuthenticationStrengthId;
            let expected = lists || ["members", "termsOfUse"].contains(&key);
            assert_eq!(holds_ids(property.as_str()), expected || is_strength, "{property:?}");
            assert_eq!(holds_ids(&format!("{property}/0")), expected || is_strength, "{property:?}");
        }
    }
}
