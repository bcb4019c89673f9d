//! Which policy of one tenant became which of the other, and which of them mean something else than before.

use super::grant::allowed;
use crate::coverage::Side;
use crate::policy::{Fact, FileIndex, Id, Policy, Reason};
use crate::tenant::Tenant;
use std::collections::HashMap;

/// The policies of two tenants, matched.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// For each policy before, its index after; and the reverse.
    counterparts: [Vec<Option<usize>>; 2],
    /// Whether a policy of the same meaning is on the other side, in whatever place.
    has_twin: [Vec<bool>; 2],
    /// Whether a policy before means the same as its counterpart.
    unchanged: Vec<bool>,
}

impl Pairs {
    pub(super) fn of(before: &Tenant, after: &Tenant) -> Self {
        let tenants = [before, after];
        let mut pairs = Self {
            counterparts: tenants.map(|tenant| vec![None; tenant.policies.len()]),
            has_twin: tenants.map(|tenant| vec![false; tenant.policies.len()]),
            unchanged: Vec::new(),
        };
        pairs.find_twins(tenants);
        pairs.match_by(tenants, |policy| policy.id.as_ref().filter(|id| id.guid().is_some()).map(ToString::to_string));
        pairs.match_by(tenants, |policy| policy.address().map(str::to_owned));
        pairs.match_by(tenants, |policy| policy.display_name.known().map(ToString::to_string));
        pairs.match_twins(tenants);
        pairs.match_alike(tenants);
        let is_unchanged = |(index, policy): (usize, &Policy)| {
            let other = pairs.counterpart(Side::Before, index).filter(|_| pairs.has_twin[0][index]);
            other.is_some_and(|other| means_the_same((before, policy), (after, &after.policies[other])))
        };
        pairs.unchanged = before.policies.iter().enumerate().map(is_unchanged).collect();
        pairs
    }

    /// Of a tenant and the same with further policies behind its own, which are the same ones, whatever is not known of them.
    pub(super) fn of_more(before: &Tenant, after: &Tenant) -> Self {
        let (own, all) = (before.policies.len(), after.policies.len());
        let counterpart = |index: usize| (index < own).then_some(index);
        Self {
            counterparts: [own, all].map(|count| (0..count).map(counterpart).collect()),
            has_twin: [own, all].map(|count| (0..count).map(|index| index < own).collect()),
            unchanged: vec![true; own],
        }
    }

    /// Of two tenants whose policies are in the same order. Where `untouched` says so, a policy is the same one, whatever is not known of
    /// it. None if one has more policies than the other.
    pub(super) fn in_order(
        before: &Tenant,
        after: &Tenant,
        untouched: impl Fn(&Policy, &Policy) -> bool,
    ) -> Option<Self> {
        if before.policies.len() != after.policies.len() {
            return None;
        }
        let policies = before.policies.iter().zip(&after.policies);
        let unchanged: Vec<bool> = policies
            .map(|(one, other)| untouched(one, other) || means_the_same((before, one), (after, other)))
            .collect();
        let mut pairs = Self {
            counterparts: [(); 2].map(|()| (0..unchanged.len()).map(Some).collect()),
            has_twin: [(); 2].map(|()| unchanged.clone()),
            unchanged,
        };
        pairs.find_twins([before, after]);
        Some(pairs)
    }

    pub(super) fn counterpart(&self, side: Side, policy: usize) -> Option<usize> {
        self.counterparts[side.index()][policy]
    }

    /// Whether a policy of the same meaning is on the other side. Such a policy cannot cause a change.
    pub(super) fn has_twin(&self, side: Side, policy: usize) -> bool {
        self.has_twin[side.index()][policy]
    }

    /// Whether a policy before means the same as its counterpart.
    pub(super) fn is_unchanged(&self, before: usize) -> bool {
        self.unchanged[before]
    }

    fn join(&mut self, before: usize, after: usize) {
        self.counterparts[0][before] = Some(after);
        self.counterparts[1][after] = Some(before);
    }

    fn free(&self, side: Side) -> Vec<usize> {
        let counterparts = self.counterparts[side.index()].iter().enumerate();
        counterparts.filter(|(_, counterpart)| counterpart.is_none()).map(|(index, _)| index).collect()
    }

    /// Joins policies that alone on their side have the same key.
    fn match_by(&mut self, [before, after]: [&Tenant; 2], key: impl Fn(&Policy) -> Option<String>) {
        let by_key = |tenant: &Tenant, free: Vec<usize>| {
            let mut found: HashMap<String, Option<usize>> = HashMap::new();
            for index in free {
                if let Some(key) = key(&tenant.policies[index]) {
                    found.entry(key).and_modify(|known| *known = None).or_insert(Some(index));
                }
            }
            found
        };
        let after_by_key = by_key(after, self.free(Side::After));
        let mut joined: Vec<(usize, usize)> = Vec::new();
        let before_by_key = by_key(before, self.free(Side::Before));
        for index in self.free(Side::Before) {
            let Some(key) = key(&before.policies[index]) else { continue };
            if let (Some(Some(_)), Some(Some(other))) = (before_by_key.get(&key), after_by_key.get(&key)) {
                joined.push((index, *other));
            }
        }
        for (before, after) in joined {
            self.join(before, after);
        }
    }

    fn find_twins(&mut self, [before, after]: [&Tenant; 2]) {
        let mut buckets: HashMap<u64, Vec<usize>> = HashMap::new();
        for (index, policy) in after.policies.iter().enumerate() {
            buckets.entry(outline(policy)).or_default().push(index);
        }
        for (index, policy) in before.policies.iter().enumerate() {
            for other in buckets.get(&outline(policy)).into_iter().flatten() {
                if means_the_same((before, policy), (after, &after.policies[*other])) {
                    self.has_twin[0][index] = true;
                    self.has_twin[1][*other] = true;
                }
            }
        }
    }

    fn match_twins(&mut self, [before, after]: [&Tenant; 2]) {
        for index in self.free(Side::Before) {
            if !self.has_twin[0][index] {
                continue;
            }
            let policy = (before, &before.policies[index]);
            let twin = self
                .free(Side::After)
                .into_iter()
                .find(|other| means_the_same(policy, (after, &after.policies[*other])));
            if let Some(other) = twin {
                self.join(index, other);
            }
        }
    }

    /// Joins what is left by what is most alike, if it is alike at all.
    fn match_alike(&mut self, [before, after]: [&Tenant; 2]) {
        let (ours, theirs) = (self.free(Side::Before), self.free(Side::After));
        if ours.len() * theirs.len() > MOST_COMPARED {
            return;
        }
        let mut scores: Vec<(usize, usize, usize)> = Vec::new();
        for one in &ours {
            for other in &theirs {
                let score = alike(&before.policies[*one], &after.policies[*other]);
                if score >= ALIKE {
                    scores.push((score, *one, *other));
                }
            }
        }
        scores.sort_by_key(|(score, one, other)| (std::cmp::Reverse(*score), *one, *other));
        for (_, one, other) in scores {
            if self.counterparts[0][one].is_none() && self.counterparts[1][other].is_none() {
                self.join(one, other);
            }
        }
    }
}

/// Policies that are compared with each other to find which became which.
const MOST_COMPARED: usize = 60_000;

/// Properties that two policies must have in common for one to be taken as the successor of the other.
const ALIKE: usize = 8;

/// In how many properties two policies agree that have nothing else in common. A name that begins alike counts more.
fn alike(one: &Policy, other: &Policy) -> usize {
    let (conditions, others) = (&one.conditions, &other.conditions);
    let same = [
        one.state == other.state,
        conditions.users == others.users,
        conditions.applications == others.applications,
        conditions.client_app_types == others.client_app_types,
        conditions.platforms == others.platforms,
        conditions.locations == others.locations,
        conditions.device_filter == others.device_filter,
        conditions.sign_in_risk_levels == others.sign_in_risk_levels
            && conditions.user_risk_levels == others.user_risk_levels,
        one.grant == other.grant,
    ];
    let names =
        [one, other].map(|policy| policy.display_name.known().map(|name| name.to_lowercase()).unwrap_or_default());
    let common = names[0].chars().zip(names[1].chars()).take_while(|(one, other)| one == other).count();
    same.iter().filter(|same| **same).count() + usize::from(common >= 8)
}

/// The same for policies of the same meaning.
fn outline(policy: &Policy) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    let users = &policy.conditions.users;
    policy.state.known().hash(&mut hasher);
    let lists = [
        &users.include_users,
        &users.exclude_users,
        &users.include_groups,
        &users.exclude_groups,
        &policy.conditions.applications.include,
        &policy.conditions.applications.exclude,
    ];
    for list in lists {
        let mut ids: Vec<&Id> = list.known().map(|(_, id)| id).collect();
        ids.sort();
        ids.hash(&mut hasher);
    }
    hasher.finish()
}

/// Whether two policies surely apply to the same sign-ins and demand the same. Lists are sets, and what is unknown is the
/// same where both files write the same.
fn means_the_same((tenant, one): (&Tenant, &Policy), (other_tenant, other): (&Tenant, &Policy)) -> bool {
    let sources = |policy: &'_ Policy| policy.block().map(|block| block.sources.clone()).unwrap_or_default();
    let is_same = sources(one) == sources(other)
        && one.state == other.state
        && one.deleted == other.deleted
        && one.contradicted == other.contradicted
        && one.foreign == other.foreign
        && sorted(one) == sorted(other)
        && one.contents == other.contents;
    is_same
        && is_understood(one)
        && strengths_agree((tenant, one), (other_tenant, other))
        && one.conditions.locations.is_written == other.conditions.locations.is_written
        && one.conditions.platforms.is_written == other.conditions.platforms.is_written
}

/// Whether everything unknown in a policy has a content by which it can be compared.
fn is_understood(policy: &Policy) -> bool {
    policy.unknown_properties().iter().all(|property| policy.content_of(*property).is_some())
        && policy.conditions.opaque.iter().all(|opaque| opaque.content.is_some())
}

fn strengths_agree((tenant, one): (&Tenant, &Policy), (other_tenant, other): (&Tenant, &Policy)) -> bool {
    match (&one.grant.strength, &other.grant.strength) {
        (Fact::Known(Some(one)), Fact::Known(Some(other))) => {
            allowed(one, [tenant, other_tenant]) == allowed(other, [other_tenant, tenant])
        }
        (Fact::Known(_) | Fact::Unknown(_), Fact::Known(_) | Fact::Unknown(_)) => true,
    }
}

/// What a policy says, with its lists in one order.
pub(super) fn sorted(policy: &Policy) -> Policy {
    let mut policy = Policy {
        id: None,
        display_name: Fact::Unknown(Reason::Missing),
        declaration: None,
        modified: None,
        respelt: false,
        origin: crate::policy::Origin::document(FileIndex(0)),
        ..policy.clone()
    };
    for list in policy.id_lists_mut() {
        list.sort();
    }
    let conditions = &mut policy.conditions;
    conditions.client_app_types.sort();
    conditions.platforms.include.sort();
    conditions.platforms.exclude.sort();
    conditions.sign_in_risk_levels.sort();
    conditions.user_risk_levels.sort();
    conditions.insider_risk_levels.sort();
    conditions.transfer_methods.sort();
    policy.grant.built_in.sort();
    if let Fact::Known(Some(strength)) = &mut policy.grant.strength {
        strength.combinations.sort();
    }
    policy
}
