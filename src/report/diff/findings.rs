//! Groups of changes as findings, so that every format shows them as it shows findings of rules.

use super::{named, words};
use crate::coverage::Side;
use crate::diff::{Group, Kind, Which};
use crate::finding::{Extent, Finding, Location, PolicyRef, fingerprint_of, joined};
use crate::outcome::Compared;
use std::collections::BTreeSet;

/// The id of the pseudo rule of a kind of change.
pub(super) fn rule(kind: Kind) -> &'static str {
    kind.word()
}

/// Edited policies that a finding names. All of them are named below the findings.
const EDITED: usize = 10;

/// Others with the same edit that a message names.
const OTHERS: usize = 3;

/// One finding for each group, loosenings first, and of these the worst.
pub(super) fn of(compared: &Compared) -> Vec<Finding> {
    let all = compared.difference.groups.iter().flat_map(|group| {
        let together = together(compared, group);
        together.into_iter().map(move |changes| (group, changes))
    });
    let mut all: Vec<(&Group, Vec<usize>)> = all.collect();
    all.sort_by_key(|(group, _)| !group.kind.is_loosening());
    all.iter().map(|(group, changes)| finding(compared, group, changes)).collect()
}

/// The changes of a group that one finding tells. Where edits are told apart, it is about those that it takes together.
fn together(compared: &Compared, group: &Group) -> Vec<Vec<usize>> {
    if !group.is_told_apart() {
        return vec![group.changes.clone()];
    }
    let mut apart: Vec<(BTreeSet<named::Parties>, Vec<usize>)> = Vec::new();
    for index in &group.changes {
        let parties = named::parties([&compared.difference.changes[*index]]);
        match apart.iter_mut().find(|(known, _)| *known == parties) {
            Some((_, changes)) => changes.push(*index),
            None => apart.push((parties, vec![*index])),
        }
    }
    apart.into_iter().map(|(_, changes)| changes).collect()
}

fn finding(compared: &Compared, group: &Group, changes: &[usize]) -> Finding {
    let index = changes[0];
    let change = &compared.difference.changes[index];
    let others = named::parties(changes.iter().map(|index| &compared.difference.changes[*index]));
    let others: BTreeSet<_> = others.difference(&named::parties([change])).copied().collect();
    let others = named::names(compared, &others);
    let all = changes.iter().map(|index| &compared.difference.changes[*index]);
    let mut message = words::headline(compared, change, &all.collect::<Vec<_>>());
    if !others.is_empty() {
        message.push_str(&format!(" The same edit of {} changes sign-ins, too.", joined(&others, OTHERS)));
    }
    let cause = change.causes.first();
    let edited: Vec<String> =
        change.causes.iter().map(|cause| words::edited(compared, cause.before, cause.after, cause.property)).collect();
    let mut help = format!("{}. Example: {}.", joined(&edited, EDITED), words::example(compared, change));
    help.push_str(&words::people(compared, index));
    for (side, policy, pointer, reason) in change.depends_on.iter().take(2) {
        let label = compared.label(*side, Which::Policy(*policy));
        help.push_str(&format!(" It depends on `{}` of {label} {}: {reason}.", pointer.dotted(), side.word()));
    }
    let policy = cause.and_then(|cause| match (cause.after, cause.before) {
        (Some(Which::Policy(index)), _) => compared.after.policies.get(index),
        (_, Some(Which::Policy(index))) => compared.before.policies.get(index),
        (_, _) => None,
    });
    Finding {
        rule: rule(group.kind),
        level: change.level,
        message,
        help: Some(help),
        tenant: compared.after.name.clone(),
        policy: policy.cloned(),
        fingerprint: fingerprint(compared, group, policy, index),
        identity: String::new(),
        extent: Extent::default(),
        named: None,
        locations: locations(compared, index),
        fix: None,
    }
}

/// The places of the causes, with one of the tenant after first: it is the one that can be edited.
fn locations(compared: &Compared, index: usize) -> Vec<Location> {
    let mut all: Vec<(Side, Location)> = compared.places[index].iter().flatten().cloned().collect();
    all.sort_by_key(|(side, _)| std::cmp::Reverse(*side));
    let mut locations: Vec<Location> = all.into_iter().map(|(_, location)| location).collect();
    if locations.is_empty() {
        locations.extend(compared.after.anchor.clone());
    }
    if locations.is_empty() {
        locations.push(Location::beginning(compared.after.name.clone()));
    }
    for (number, location) in locations.iter_mut().enumerate() {
        location.primary = number == 0;
    }
    locations
}

/// The same for the same edit with the same effect, whatever else changes.
fn fingerprint(compared: &Compared, group: &Group, policy: Option<&PolicyRef>, index: usize) -> String {
    let change = &compared.difference.changes[index];
    let name = policy.and_then(|policy| policy.id.as_ref().or(policy.display_name.known()));
    let mut parts: Vec<&str> = vec!["diff", group.kind.word(), group.property.word(), change.certainty.word()];
    parts.extend(name.map(String::as_str));
    parts.extend(group.removed.iter().map(String::as_str));
    parts.push("→");
    parts.extend(group.added.iter().map(String::as_str));
    // Policies that are turned off are told apart by those that it takes beside the first.
    let others = if group.is_told_apart() { change.causes.get(1..).unwrap_or_default() } else { &[] };
    let others = others.iter().map(|cause| (cause.before, cause.after)).collect();
    let others = named::names(compared, &others);
    parts.extend(others.iter().map(String::as_str));
    fingerprint_of(&parts)
}
