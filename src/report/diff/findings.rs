//! Groups of changes as findings, so that every format shows them as it shows findings of rules.

use super::words;
use crate::coverage::Side;
use crate::diff::{Change, Group, Kind, Which};
use crate::finding::{Extent, Finding, Location, PolicyRef, fingerprint_of, joined};
use crate::outcome::Compared;
use crate::source::Position;
use crate::syntax::Pointer;

/// The id of the pseudo rule of a kind of change.
pub(super) fn rule(kind: Kind) -> &'static str {
    kind.word()
}

/// One finding for each group, the worst first.
pub(super) fn of(compared: &Compared) -> Vec<Finding> {
    compared.difference.groups.iter().map(|group| finding(compared, group)).collect()
}

fn finding(compared: &Compared, group: &Group) -> Finding {
    let index = group.changes[0];
    let change = &compared.difference.changes[index];
    let policies: std::collections::BTreeSet<_> = group
        .changes
        .iter()
        .filter_map(|change| compared.difference.changes[*change].causes.first())
        .map(|cause| (cause.before, cause.after))
        .collect();
    let message = words::headline(compared, change, policies.len().saturating_sub(1));
    let cause = change.causes.first();
    let edited: Vec<String> =
        change.causes.iter().map(|cause| words::edited(compared, cause.before, cause.after, cause.property)).collect();
    let mut help = format!("{}. Example: {}.", joined(&edited, 3), words::example(compared, change));
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
        fingerprint: fingerprint(group, policy, change),
        identity: String::new(),
        extent: Extent::default(),
        named: None,
        locations: locations(compared, index),
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
        let start = Position { line: 1, column: 1, column_utf16: 1 };
        locations.push(Location {
            path: compared.after.name.clone(),
            pointer: Pointer::root(),
            primary: true,
            message: String::new(),
            start,
            end: start,
            excerpt: None,
            is_whole_file: false,
            line_hash: None,
        });
    }
    for (number, location) in locations.iter_mut().enumerate() {
        location.primary = number == 0;
    }
    locations
}

/// The same for the same edit with the same effect, whatever else changes.
fn fingerprint(group: &Group, policy: Option<&PolicyRef>, change: &Change) -> String {
    let name = policy.and_then(|policy| policy.id.as_ref().or(policy.display_name.known()));
    let mut parts: Vec<&str> = vec!["diff", group.kind.word(), group.property.word(), change.certainty.word()];
    parts.extend(name.map(String::as_str));
    parts.extend(group.removed.iter().map(String::as_str));
    parts.push("→");
    parts.extend(group.added.iter().map(String::as_str));
    fingerprint_of(&parts)
}
