//! What stands where a value is unknown: enough to tell that two policies write the same there, and so mean the same.

use super::{Fact, List, Policy, Property};
use crate::syntax::{Node, Object};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// A digest of a value as it is written. Keys are sorted; null, empty and missing are one and the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 16]);

impl Digest {
    /// The digest of a value; none where the file does not state the value, because two values that are not stated may differ.
    #[must_use]
    pub fn of(node: &Node<'_>) -> Option<Self> {
        let mut hash = Sha256::new();
        add(&mut hash, node).then(|| Self::end(hash))
    }

    /// The digest of a text.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        let mut hash = Sha256::new();
        add_text(&mut hash, text);
        Self::end(hash)
    }

    /// The digest of two values together, in this order.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update(other.0);
        Self::end(hash)
    }

    fn end(hash: Sha256) -> Self {
        let mut digest = [0; 16];
        digest.copy_from_slice(&hash.finalize()[..16]);
        Self(digest)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(6).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn add_text(hash: &mut Sha256, text: &str) {
    hash.update(text.len().to_le_bytes());
    hash.update(text.as_bytes());
}

/// Adds a node; false where something in it is not stated.
fn add(hash: &mut Sha256, node: &Node<'_>) -> bool {
    match node {
        Node::Null => hash.update(b"n"),
        Node::Bool(value) => hash.update(if *value { b"t" } else { b"f" }),
        Node::Number(number) => {
            hash.update(b"#");
            add_text(hash, &number.to_string());
        }
        Node::String(text) => {
            hash.update(b"s");
            add_text(hash, text);
        }
        Node::Array(elements) => {
            hash.update(b"[");
            if !elements.iter().all(|element| add(hash, element)) {
                return false;
            }
            hash.update(b"]");
        }
        Node::Object(object) => return add_object(hash, object),
        Node::Reference(name) => {
            hash.update(b"&");
            add_text(hash, name);
        }
        Node::Secret(_) | Node::Raw(_) | Node::Untold(_) => return false,
    }
    true
}

fn add_object(hash: &mut Sha256, object: &Object<'_>) -> bool {
    let mut members: Vec<(String, &Node<'_>)> = object
        .properties()
        .filter(|(_, node)| !node.is_void())
        .map(|(key, node)| (key.to_ascii_lowercase(), node))
        .collect();
    // Stable: of a key that stands twice, the order decides what a reader makes of it.
    members.sort_by(|(one, _), (other, _)| one.cmp(other));
    hash.update(b"{");
    for (key, node) in members {
        add_text(hash, &key);
        if !add(hash, node) {
            return false;
        }
    }
    hash.update(b"}");
    true
}

/// Which part of a property is unknown.
pub(super) enum Unknown {
    Whole,
    Elements(Vec<usize>),
}

impl Unknown {
    fn of_list<T>(list: &List<T>) -> Option<Self> {
        list.first_unknown()?;
        if list.doubt().is_some() {
            return Some(Self::Whole);
        }
        let unknown = list.items().iter().enumerate().filter(|(_, item)| item.known().is_none());
        Some(Self::Elements(unknown.map(|(index, _)| index).collect()))
    }

    fn of_fact<T>(fact: &Fact<T>) -> Option<Self> {
        matches!(fact, Fact::Unknown(_)).then_some(Self::Whole)
    }
}

/// The digests of whatever is unknown in a policy.
pub(super) fn of_unknown(policy: &Policy, node: &Node<'_>) -> Box<[(Property, Digest)]> {
    let found = unknown(policy).into_iter().filter_map(|(property, part)| {
        let node = at(node, property.as_str())?;
        let digest = match (part, node) {
            (Unknown::Elements(indices), Node::Array(elements)) => {
                let mut hash = Sha256::new();
                let mut elements = indices.into_iter().filter_map(|index| elements.get(index));
                elements.all(|element| add(&mut hash, element)).then(|| Digest::end(hash))
            }
            (Unknown::Elements(_) | Unknown::Whole, node) => Digest::of(node),
        };
        Some((property, digest?))
    });
    found.collect()
}

fn at<'n, 'a>(node: &'n Node<'a>, pointer: &str) -> Option<&'n Node<'a>> {
    pointer.split('/').skip(1).try_fold(node, |node, key| node.as_object()?.get(key))
}

pub(super) fn unknown(policy: &Policy) -> Vec<(Property, Unknown)> {
    let conditions = &policy.conditions;
    let (users, applications, grant) = (&conditions.users, &conditions.applications, &policy.grant);
    let whole = |is_unknown: bool| is_unknown.then_some(Unknown::Whole);
    let all = [
        (Property::State, Unknown::of_fact(&policy.state)),
        (Property::Conditions, whole(conditions.doubt.is_some())),
        (Property::Users, whole(users.doubt.is_some())),
        (Property::IncludeUsers, Unknown::of_list(&users.include_users)),
        (Property::ExcludeUsers, Unknown::of_list(&users.exclude_users)),
        (Property::IncludeGroups, Unknown::of_list(&users.include_groups)),
        (Property::ExcludeGroups, Unknown::of_list(&users.exclude_groups)),
        (Property::IncludeRoles, Unknown::of_list(&users.include_roles)),
        (Property::ExcludeRoles, Unknown::of_list(&users.exclude_roles)),
        (Property::IncludeGuestsOrExternalUsers, guests(&users.include_guests)),
        (Property::ExcludeGuestsOrExternalUsers, guests(&users.exclude_guests)),
        (Property::Applications, whole(applications.doubt.is_some())),
        (Property::IncludeApplications, Unknown::of_list(&applications.include)),
        (Property::ExcludeApplications, Unknown::of_list(&applications.exclude)),
        (Property::IncludeUserActions, Unknown::of_list(&applications.user_actions)),
        (
            Property::IncludeAuthenticationContextClassReferences,
            Unknown::of_list(&applications.authentication_contexts),
        ),
        (Property::ApplicationFilter, filter(&applications.filter)),
        (Property::ClientApplications, Unknown::of_fact(&conditions.workload_identities)),
        (Property::ClientAppTypes, Unknown::of_list(&conditions.client_app_types)),
        (Property::SignInRiskLevels, Unknown::of_list(&conditions.sign_in_risk_levels)),
        (Property::UserRiskLevels, Unknown::of_list(&conditions.user_risk_levels)),
        (Property::ServicePrincipalRiskLevels, whole(!conditions.service_principal_risk_levels.is_empty())),
        (Property::InsiderRiskLevels, Unknown::of_list(&conditions.insider_risk_levels)),
        (Property::TransferMethods, Unknown::of_list(&conditions.transfer_methods)),
        (Property::Platforms, whole(conditions.platforms.doubt.is_some())),
        (Property::IncludePlatforms, Unknown::of_list(&conditions.platforms.include)),
        (Property::ExcludePlatforms, Unknown::of_list(&conditions.platforms.exclude)),
        (Property::Locations, whole(conditions.locations.doubt.is_some())),
        (Property::IncludeLocations, Unknown::of_list(&conditions.locations.include)),
        (Property::ExcludeLocations, Unknown::of_list(&conditions.locations.exclude)),
        (Property::DeviceFilter, filter(&conditions.device_filter)),
        (Property::GrantControls, whole(grant.doubt.is_some())),
        (Property::GrantOperator, Unknown::of_fact(&grant.operator)),
        (Property::BuiltInControls, Unknown::of_list(&grant.built_in)),
        (Property::CustomAuthenticationFactors, Unknown::of_list(&grant.custom)),
        (Property::TermsOfUse, Unknown::of_list(&grant.terms_of_use)),
        (Property::AuthenticationStrength, strength(&grant.strength)),
        (Property::SessionControls, Unknown::of_fact(&policy.session)),
    ];
    all.into_iter().filter_map(|(property, part)| Some((property, part?))).collect()
}

fn guests(fact: &Fact<Option<Box<super::Guests>>>) -> Option<Unknown> {
    match fact {
        Fact::Unknown(_) => Some(Unknown::Whole),
        Fact::Known(None) => None,
        Fact::Known(Some(guests)) => guests.first_unknown().map(|_| Unknown::Whole),
    }
}

fn filter(fact: &Fact<Option<Box<super::Filter>>>) -> Option<Unknown> {
    match fact {
        Fact::Unknown(_) => Some(Unknown::Whole),
        Fact::Known(None) => None,
        Fact::Known(Some(filter)) => Unknown::of_fact(&filter.mode),
    }
}

fn strength(fact: &Fact<Option<Box<super::Strength>>>) -> Option<Unknown> {
    match fact {
        Fact::Unknown(_) => Some(Unknown::Whole),
        Fact::Known(None) => None,
        Fact::Known(Some(strength)) => {
            let is_known = strength.requirements_satisfied_mfa.known().is_some()
                && strength.combinations.first_unknown().is_none();
            (!is_known).then_some(Unknown::Whole)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{FileIndex, Origin, lower};
    use crate::syntax::parse;

    fn digest(json: &str) -> Option<Digest> {
        Digest::of(&parse(json).unwrap())
    }

    #[test]
    fn order_of_keys_and_what_says_nothing_do_not_matter() {
        assert_eq!(
            digest(r#"{"a": 1, "b": {"c": [true]}}"#),
            digest(r#"{"b": {"C": [true], "d": null}, "a": 1, "e": []}"#)
        );
        assert_ne!(digest(r#"{"a": 1}"#), digest(r#"{"a": 2}"#));
        assert_ne!(digest(r#"["ab"]"#), digest(r#"["a", "b"]"#));
    }

    #[test]
    fn only_what_is_unknown_is_kept_and_only_its_unknown_elements_count() {
        let contents = |groups: &str| {
            let text = format!(
                r#"{{"state": "enabled", "conditions": {{"users": {{"includeUsers": ["All"], "excludeGroups": {groups}}}}}}}"#
            );
            lower(&parse(&text).unwrap(), Origin::document(FileIndex(0))).policy.contents
        };
        let with = contents(r#"["11111111-1111-4111-8111-111111111111", 5]"#);
        assert_eq!(with.len(), 1);
        assert_eq!(with, contents("[5]"));
        assert_ne!(with, contents("[6]"));
        assert!(contents("[]").is_empty());
    }
}
