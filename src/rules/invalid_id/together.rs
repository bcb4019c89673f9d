//! One finding for all names of a tenant.
//!
//! Each name is a finding of its own until ignores and the baseline have been applied: each of them is about a name in a policy, and
//! must hide no other.

use super::{InvalidId, NAMES};
use crate::finding::{Draft, Extent, Finding, Location, PolicyRef, joined, quoted};
use crate::rules::Declared;
use std::collections::BTreeSet;

/// Names that the message has.
const NAMED: usize = 4;

/// Places that are shown.
const SHOWN: usize = 20;

/// Puts one finding in the place of all findings about names, if there are several.
pub(crate) fn together(findings: &mut Vec<Finding>) {
    let is_one = |finding: &Finding| finding.rule == InvalidId.meta().id && finding.named.is_some();
    if findings.iter().filter(|finding| is_one(finding)).count() < 2 {
        return;
    }
    let Some(at) = findings.iter().position(is_one) else { return };
    let several: Vec<Finding> = findings.extract_if(.., |finding| is_one(finding)).collect();
    // The first place of them all comes where it stood: findings stay in their order.
    if let Some(one) = one(&several) {
        findings.insert(at, one);
    }
}

fn one(several: &[Finding]) -> Option<Finding> {
    let first = several.first()?;
    let mut names: Vec<String> = Vec::new();
    let mut policies: Vec<&PolicyRef> = Vec::new();
    // There may be thousands of both.
    let (mut known, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for finding in several {
        if let Some(name) = finding.named.as_deref().filter(|name| known.insert(*name)) {
            names.push(quoted(name));
        }
        policies.extend(finding.policy.as_ref().filter(|policy| seen.insert(key(policy))));
    }
    let is = if names.len() == 1 { "is not the id of an object" } else { "are not ids of objects" };
    let place = match policies.as_slice() {
        [policy] => policy.label(),
        all => format!("{} policies", all.len()),
    };
    let identities: BTreeSet<String> = several.iter().map(|finding| finding.identity.clone()).collect();
    let draft = InvalidId::draft(format!("{} {is}, in {place}.", joined(&names, NAMED)))
        .help(format!("Write the ids: Microsoft Graph takes no names. {NAMES}"))
        .about("together");
    let draft = Draft {
        level: several.iter().map(|finding| finding.level).max()?,
        is_of_tenant: true,
        extent: Extent::new(0, identities),
        policy: first.policy.clone().filter(|_| policies.len() == 1),
        ..draft
    };
    let mut finding = draft.at(&first.tenant, first.primary().clone());
    let places = several.iter().skip(1).map(Finding::primary).take(SHOWN - 1);
    finding.locations.extend(places.map(|place| Location { primary: false, ..place.clone() }));
    Some(finding)
}

/// What tells policies apart.
fn key(policy: &PolicyRef) -> [Option<&str>; 3] {
    [policy.id.as_deref(), policy.address.as_deref(), policy.name()]
}
