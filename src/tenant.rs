//! Everything of one tenant that is in force together, whatever files it came from.

use crate::policy::{Fact, Id, Policy, Strength};
use crate::syntax::Pointer;
use std::collections::BTreeMap;
use std::collections::hash_map::{Entry, HashMap};

/// One tenant.
#[derive(Debug, Default)]
pub struct Tenant {
    /// Its policies, in the order of their files.
    pub policies: Vec<Policy>,
    /// What else its files tell.
    pub companions: Companions,
    /// Why policies may exist that the files do not show.
    pub missing: Vec<Missing>,
}

/// A sign that the files do not hold every policy of the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Index of the file.
    pub file: usize,
    /// Where in it.
    pub pointer: Pointer,
    /// What it is.
    pub why: MissingPolicies,
}

/// Why policies may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingPolicies {
    /// `@odata.nextLink`: the list goes on in a page that was not fetched.
    NextPage,
    /// A file that could not be read may hold policies.
    Unreadable,
    /// A file holds policies in a form that caplint does not read.
    Unread,
}

/// Objects that are exported beside the policies.
#[derive(Debug, Clone, Default)]
pub struct Companions {
    /// Named locations by id.
    pub named_locations: BTreeMap<Id, NamedLocation>,
    /// Whether satisfying a strength means MFA, by the strength's id; the weaker where copies disagree.
    pub strengths: BTreeMap<Id, Fact<Option<bool>>>,
    /// Display names of groups, users and locations by id.
    pub names: BTreeMap<Id, Box<str>>,
    /// `isEnabled` of the security defaults, if the files tell.
    pub security_defaults: Option<bool>,
}

/// A named location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedLocation {
    /// `isTrusted`; a location by country cannot be.
    pub trusted: Option<bool>,
}

impl Companions {
    /// Adds what another file tells.
    pub fn absorb(&mut self, other: Self) {
        for (id, location) in other.named_locations {
            let known = self.named_locations.entry(id).or_insert_with(|| location.clone());
            if *known != location {
                known.trusted = None;
            }
        }
        for (id, name) in other.names {
            let known = self.names.entry(id).or_insert_with(|| name.clone());
            // Of two names either would do; the choice must not depend on the order of reading.
            if name < *known {
                *known = name;
            }
        }
        for (id, implies) in other.strengths {
            self.add_strength(id, implies);
        }
        // Of two copies that disagree, the one that protects less counts.
        self.security_defaults = match (self.security_defaults, other.security_defaults) {
            (Some(one), Some(two)) => Some(one && two),
            (one, two) => one.or(two),
        };
    }

    /// Adds a copy of a strength.
    pub fn add_strength(&mut self, id: Id, implies_mfa: Fact<Option<bool>>) {
        let known = self.strengths.entry(id).or_insert(implies_mfa);
        *known = Strength::weaker(*known, implies_mfa);
    }
}

impl Tenant {
    /// Drops copies of a policy that say the same, and marks those that carry one id and differ: dated dumps, two
    /// tenants in one folder. Returns these groups.
    pub fn settle_duplicates(&mut self) -> Vec<Vec<usize>> {
        let mut first: HashMap<Id, usize> = HashMap::with_capacity(self.policies.len());
        let mut copy = vec![false; self.policies.len()];
        for (index, policy) in self.policies.iter().enumerate() {
            let Some(id) = policy.id.clone().filter(|id| id.guid().is_some()) else { continue };
            match first.entry(id) {
                Entry::Vacant(entry) => _ = entry.insert(index),
                Entry::Occupied(entry) => copy[index] = self.policies[*entry.get()].says_the_same(policy),
            }
        }
        let mut copies = copy.into_iter();
        self.policies.retain(|_| copies.next() != Some(true));
        if first.len() == self.policies.len() {
            return Vec::new();
        }
        let mut groups: BTreeMap<Id, Vec<usize>> = BTreeMap::new();
        for (index, policy) in self.policies.iter().enumerate() {
            if let Some(id) = policy.id.as_ref().filter(|id| id.guid().is_some()) {
                groups.entry(id.clone()).or_default().push(index);
            }
        }
        let groups: Vec<Vec<usize>> = groups.into_values().filter(|group| group.len() > 1).collect();
        for index in groups.iter().flatten() {
            self.policies[*index].contradicted = true;
        }
        groups
    }

    /// Takes note of the strengths that policies carry with them, so that every reference counts as the weakest copy.
    pub fn collect_strengths(&mut self) {
        for strength in self.policies.iter().filter_map(|policy| policy.grant.strength.known()?.as_ref()) {
            if let Some(id) = &strength.id {
                let implies = strength.implies_mfa();
                if implies != Fact::Known(None) {
                    self.companions.add_strength(id.clone(), implies);
                }
            }
        }
    }

    /// Whether satisfying this strength means that MFA was done.
    #[must_use]
    pub fn implies_mfa(&self, strength: &Strength) -> Fact<Option<bool>> {
        let elsewhere = strength.id.as_ref().and_then(|id| self.companions.strengths.get(id));
        elsewhere.map_or(strength.implies_mfa(), |copy| Strength::weaker(*copy, strength.implies_mfa()))
    }

    /// Whether a named location is trusted, as far as the files tell.
    #[must_use]
    pub fn is_trusted_location(&self, id: &Id) -> Option<bool> {
        // The addresses of the per-user MFA settings have this id and always count as trusted.
        if *id == Id::new("00000000-0000-0000-0000-000000000000") {
            return Some(true);
        }
        self.companions.named_locations.get(id)?.trusted
    }

    /// The display name of an object, if the files or caplint's tables tell it.
    #[must_use]
    pub fn name(&self, id: &Id) -> Option<&str> {
        self.companions.names.get(id).map(AsRef::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_copies_the_weaker_strength_and_security_defaults_count() {
        let id = Id::new("11111111-1111-1111-1111-111111111111");
        let mut companions = Companions { security_defaults: Some(true), ..Companions::default() };
        companions.add_strength(id.clone(), Fact::Known(Some(true)));
        let mut other = Companions { security_defaults: Some(false), ..Companions::default() };
        other.add_strength(id.clone(), Fact::Known(Some(false)));
        companions.absorb(other);
        assert_eq!(companions.strengths[&id], Fact::Known(Some(false)));
        assert_eq!(companions.security_defaults, Some(false));
    }
}
