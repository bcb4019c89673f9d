//! Policies that cannot all be of one state of one tenant.

use super::{PolicyIndex, Tenant};
use crate::policy::{FileIndex, Id, Policy};
use std::collections::hash_map::{Entry, HashMap};
use std::collections::{BTreeMap, BTreeSet};

/// What does not fit together in a tenant; policies by their indices.
#[derive(Debug, Default)]
pub struct Clashes {
    /// Groups of policies that carry one id and differ.
    pub contradictions: Vec<Vec<PolicyIndex>>,
    /// Groups of policies of different names that carry one id, which is thus a placeholder.
    pub shared_ids: Vec<Vec<PolicyIndex>>,
    /// Parts of the files that look like those of two tenants.
    pub strangers: Vec<Strangers>,
}

/// Nothing of the kind.
pub static NO_CLASHES: Clashes = Clashes { contradictions: Vec::new(), shared_ids: Vec::new(), strangers: Vec::new() };

/// Two parts of the files that look like those of two tenants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strangers {
    /// What they are called: their folders or files, or the ids of their tenants.
    pub names: [String; 2],
    /// Why.
    pub evidence: Evidence,
    /// A policy of each, if it has one.
    pub policies: Vec<PolicyIndex>,
}

/// Why two parts of the files look like those of two tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// As many policies have the same names and other ids.
    Names(usize),
    /// So many policies without ids have the same names in each, and not all of them say the same.
    Repeated(usize),
    /// They are called like the stages that a change goes through.
    Stages,
    /// Each has a whole list of policies, and no policy is in both.
    Listings,
    /// Each has the security defaults, of which a tenant has one.
    SecurityDefaults,
    /// Each has a file of this path with objects, and no policy is in both.
    Companions,
    /// They say so.
    TenantIds,
}

impl Tenant {
    /// Drops copies of a policy that say the same, and marks those that carry one id and differ: dated dumps, two
    /// tenants in one folder. An id that policies of different names carry is a placeholder, if it looks like one or if
    /// they lie in one folder; each of them counts. `folder` tells a file's folder.
    pub fn settle_duplicates<F: Ord>(&mut self, folder: impl Fn(FileIndex) -> F) -> Clashes {
        let mut clashes = Clashes::default();
        let mut first: HashMap<Id, PolicyIndex> = HashMap::with_capacity(self.policies.len());
        let mut copy = vec![false; self.policies.len()];
        for (index, policy) in self.indexed() {
            let Some(id) = policy.id.clone().filter(|id| id.guid().is_some()) else { continue };
            match first.entry(id) {
                Entry::Vacant(entry) => _ = entry.insert(index),
                Entry::Occupied(entry) => copy[index.0] = self[*entry.get()].says_the_same(policy),
            }
        }
        let mut copies = copy.into_iter();
        self.policies.retain(|_| copies.next() != Some(true));
        if first.len() == self.policies.len() {
            return clashes;
        }
        let mut groups: BTreeMap<Id, Vec<PolicyIndex>> = BTreeMap::new();
        for (index, policy) in self.indexed() {
            if let Some(id) = policy.id.as_ref().filter(|id| id.guid().is_some()) {
                groups.entry(id.clone()).or_default().push(index);
            }
        }
        groups.retain(|_, group| group.len() > 1);
        for (id, group) in groups {
            let mut named: BTreeMap<Option<String>, Vec<PolicyIndex>> = BTreeMap::new();
            for index in &group {
                named.entry(name(&self[*index])).or_default().push(*index);
            }
            let folders: BTreeSet<F> = group.iter().map(|index| folder(self[*index].origin.file)).collect();
            // A name that cannot be told may be one of the others.
            let told = named.keys().flatten().count();
            if told > 1 && (folders.len() == 1 || is_made_up(&id)) {
                clashes.contradictions.extend(named.into_values().filter(|group| group.len() > 1));
                clashes.shared_ids.push(group);
            } else {
                clashes.contradictions.push(group);
            }
        }
        for index in clashes.contradictions.iter().flatten() {
            self[*index].contradicted = true;
        }
        clashes
    }
}

/// What a policy is called, which may be nothing at all; none if the file does not tell.
fn name(policy: &Policy) -> Option<String> {
    Some(policy.told_name()?.trim().to_lowercase())
}

/// Whether an id is one that somebody has typed: a few digits over and over.
fn is_made_up(id: &Id) -> bool {
    let guid = id.guid().map(|guid| guid.simple().to_string()).unwrap_or_default();
    guid.bytes().collect::<BTreeSet<_>>().len() <= 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Origin, lower};
    use crate::syntax::parse;

    const REAL: &str = "5d1f3c7a-9b2e-4c68-8a10-e7f4d2b6c935";
    const MADE_UP: &str = "00000000-0000-0000-0000-000000000000";

    /// How many groups contradict one another and share an id, of policies with these ids, names, states and folders. A
    /// name that is "?" cannot be told.
    fn settle(policies: &[(&str, &str, &str, usize)]) -> (usize, usize, usize) {
        let policy = |(id, name, state, folder): &(&str, &str, &str, usize)| {
            let name = if *name == "?" { "true".to_owned() } else { format!("\"{name}\"") };
            let text = format!(r#"{{"id": "{id}", "displayName": {name}, "state": "{state}", "conditions": {{}}}}"#);
            lower(&parse(&text).unwrap(), Origin::document(FileIndex(*folder))).policy
        };
        let mut tenant = Tenant { policies: policies.iter().map(policy).collect(), ..Tenant::default() };
        let clashes = tenant.settle_duplicates(|file| file);
        let marked = tenant.policies.iter().filter(|policy| policy.contradicted).count();
        (clashes.contradictions.len(), clashes.shared_ids.len(), marked)
    }

    #[test]
    fn an_id_of_several_names_is_a_placeholder_unless_it_may_be_one_policy_of_two_days() {
        assert_eq!(settle(&[(REAL, "a", "enabled", 1), (REAL, "a", "enabled", 2)]), (0, 0, 0));
        assert_eq!(settle(&[(REAL, "a", "enabled", 1), (REAL, "a", "disabled", 2)]), (1, 0, 2));
        assert_eq!(settle(&[(REAL, "a", "enabled", 1), (REAL, "b", "enabled", 1)]), (0, 1, 0));
        assert_eq!(settle(&[(REAL, "a", "enabled", 1), (REAL, "b", "disabled", 2)]), (1, 0, 2));
        assert_eq!(settle(&[(MADE_UP, "a", "enabled", 1), (MADE_UP, "b", "enabled", 2)]), (0, 1, 0));
        let mixed = [(MADE_UP, "a", "enabled", 1), (MADE_UP, "b", "enabled", 1), (MADE_UP, "a", "disabled", 2)];
        assert_eq!(settle(&mixed), (1, 1, 2));
    }

    #[test]
    fn a_name_that_cannot_be_told_is_no_other_name() {
        assert_eq!(settle(&[(REAL, "a", "enabled", 1), (REAL, "?", "enabled", 2)]), (0, 0, 0));
        assert_eq!(settle(&[(REAL, "a", "enabled", 1), (REAL, "?", "disabled", 1)]), (1, 0, 2));
        let several = [(MADE_UP, "a", "enabled", 1), (MADE_UP, "b", "disabled", 1), (MADE_UP, "?", "disabled", 1)];
        assert_eq!(settle(&several), (0, 1, 0));
    }
}
