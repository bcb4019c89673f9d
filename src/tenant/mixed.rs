//! Files of two tenants in one run.

use super::Tenant;
use crate::policy::{Id, Policy};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Two places whose policies look like those of two tenants: indices of two policies with one name, one in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mixed {
    /// The first of them.
    pub one: usize,
    /// Its namesake.
    pub other: usize,
}

/// What tells a policy from another copy of it: templates have nothing of the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    /// Its id.
    Id(Uuid),
    /// That it is declared in the module that the files of this index belong to.
    Declared(usize),
}

impl Identity {
    fn of(policy: &Policy) -> Option<Self> {
        let by_id = policy.id.as_ref().and_then(Id::guid).map(Self::Id);
        by_id.or_else(|| policy.address().map(|_| Self::Declared(policy.origin.root)))
    }
}

impl Tenant {
    /// Whether the policies of two places are those of two tenants: dev beside prod, or two customers. They bear the same
    /// names, are different objects, and have no object in common. `place_of` says where a file belongs.
    #[must_use]
    pub fn mixed(&self, place_of: impl Fn(usize) -> Option<String>) -> Option<Mixed> {
        let mut places: BTreeMap<String, BTreeMap<String, Vec<(Identity, usize)>>> = BTreeMap::new();
        for (index, policy) in self.policies.iter().enumerate().filter(|(_, policy)| !policy.deleted) {
            let name = policy.display_name.as_deref().map_or("", str::trim).to_lowercase();
            let (Some(identity), Some(place), false) =
                (Identity::of(policy), place_of(policy.origin.file), name.is_empty())
            else {
                continue;
            };
            places.entry(place).or_default().entry(name).or_default().push((identity, index));
        }
        let places: Vec<_> = places.into_values().collect();
        places.iter().enumerate().find_map(|(at, one)| places[at + 1..].iter().find_map(|other| namesakes(one, other)))
    }
}

/// The first pair of namesakes, if half of the smaller place has one in the other.
fn namesakes(
    one: &BTreeMap<String, Vec<(Identity, usize)>>,
    other: &BTreeMap<String, Vec<(Identity, usize)>>,
) -> Option<Mixed> {
    let identities = |place: &BTreeMap<String, Vec<(Identity, usize)>>| -> BTreeSet<Identity> {
        place.values().flatten().map(|(identity, _)| *identity).collect()
    };
    if !identities(one).is_disjoint(&identities(other)) {
        return None;
    }
    let mut shared = one.iter().filter_map(|(name, policies)| Some((policies.first()?.1, other.get(name)?.first()?.1)));
    let first = shared.next()?;
    let count = 1 + shared.count();
    (count * 2 >= one.len().min(other.len())).then_some(Mixed { one: first.0, other: first.1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Origin, lower};
    use crate::syntax::parse;

    fn mixed(policies: &[(&str, &str, usize)]) -> Option<(usize, usize)> {
        let policy = |(name, id, file): &(&str, &str, usize)| {
            let text = format!(r#"{{"displayName": "{name}", "id": "{id}", "state": "enabled"}}"#);
            lower(&parse(&text).unwrap(), Origin::document(*file)).policy
        };
        let tenant = Tenant { policies: policies.iter().map(policy).collect(), ..Tenant::default() };
        tenant.mixed(|file| Some(file.to_string())).map(|mixed| (mixed.one, mixed.other))
    }

    const A: &str = "a0000000-0000-4000-8000-000000000001";
    const B: &str = "b0000000-0000-4000-8000-000000000001";
    const C: &str = "c0000000-0000-4000-8000-000000000001";

    #[test]
    fn namesakes_with_other_ids_in_another_place_are_another_tenants() {
        assert_eq!(mixed(&[("CA001", A, 0), ("ca001 ", B, 1)]), Some((0, 1)));
        assert_eq!(mixed(&[("CA001", A, 0), ("CA002", C, 0), ("CA001", B, 1)]), Some((0, 2)));
    }

    #[test]
    fn copies_parts_and_templates_of_one_tenant_are_not() {
        assert_eq!(mixed(&[("CA001", A, 0), ("CA001", A, 1)]), None, "a copy");
        assert_eq!(mixed(&[("CA001", A, 0), ("CA002", B, 1)]), None, "other names");
        assert_eq!(mixed(&[("CA001", A, 0), ("CA001", B, 0)]), None, "one place");
        assert_eq!(mixed(&[("CA001", A, 0), ("CA001", "", 1)]), None, "a template");
        assert_eq!(
            mixed(&[("CA001", A, 0), ("CA001", B, 1), ("CA002", C, 0), ("CA002", C, 1)]),
            None,
            "a common object"
        );
    }
}
