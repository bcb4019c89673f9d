//! The policies that make a tenant hard to decide.
//!
//! The solver learns a clause from each dead end, and a policy is part of it if the clause names what demands that the
//! policy does not cover the sign-in. The policies that are part of most dead ends come first. Where no search began, or it
//! met no dead end, those do that tell most apart.

use super::formula::Term;
use super::regions::Regions;
use super::search::Search;
use crate::tenant::PolicyIndex;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Policies that are named.
const NAMED: usize = 3;

/// Those that the search met most.
pub(super) fn met(search: &Search<'_, '_>) -> Vec<PolicyIndex> {
    let mut weights: BTreeMap<PolicyIndex, u64> = BTreeMap::new();
    for (carrier, demand) in search.demands() {
        if let Some(policy) = carrier.policy() {
            *weights.entry(policy).or_default() += u64::from(search.solver.dead_ends(demand));
        }
    }
    let met = heaviest(weights);
    if met.is_empty() { telling_most_apart(search.all_regions()) } else { met }
}

/// Those whose formulas have most terms.
pub(super) fn telling_most_apart(regions: &Regions) -> Vec<PolicyIndex> {
    let mut terms: BTreeMap<PolicyIndex, BTreeSet<Term>> = BTreeMap::new();
    for (carrier, region) in regions.by_leniency.iter().flatten().flatten() {
        if let Some(policy) = carrier.policy() {
            let terms = terms.entry(policy).or_default();
            region.for_each_term(&mut |term| _ = terms.insert(term));
        }
    }
    heaviest(terms.into_iter().map(|(policy, terms)| (policy, terms.len() as u64)))
}

fn heaviest(weights: impl IntoIterator<Item = (PolicyIndex, u64)>) -> Vec<PolicyIndex> {
    let mut weights: Vec<(Reverse<u64>, PolicyIndex)> = weights
        .into_iter()
        .filter(|(_, weight)| *weight > 0)
        .map(|(policy, weight)| (Reverse(weight), policy))
        .collect();
    weights.sort_unstable();
    weights.into_iter().take(NAMED).map(|(_, policy)| policy).collect()
}
