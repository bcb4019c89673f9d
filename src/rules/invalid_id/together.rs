//! One finding for all names of a tenant.

use super::{InvalidId, NAMES};
use crate::finding::{Draft, Finding, PolicyRef, joined, quoted};
use crate::policy::Origin;
use crate::rules::Declared;
use crate::rules::together::Together;
use std::collections::BTreeSet;

/// Names that the message has.
const NAMED: usize = 4;

pub(in crate::rules) const TOGETHER: Together = Together {
    is_one: |finding| finding.rule == InvalidId.meta().id && finding.named.is_some(),
    few: 1,
    shown: 20,
    write,
};

fn write(several: &[Finding]) -> Draft {
    let mut names: Vec<String> = Vec::new();
    let mut policies: Vec<&PolicyRef> = Vec::new();
    // There may be thousands of both.
    let (mut known, mut seen) = (BTreeSet::<&str>::new(), BTreeSet::<&Origin>::new());
    for finding in several {
        if let Some(name) = finding.named.as_deref().filter(|name| known.insert(name)) {
            names.push(quoted(name));
        }
        policies.extend(finding.policy.as_ref().filter(|policy| seen.insert(&policy.origin)));
    }
    let is = if names.len() == 1 { "is not the id of an object" } else { "are not ids of objects" };
    let (place, policy) = match policies.as_slice() {
        [policy] => (policy.label(), Some((*policy).clone())),
        all => (format!("{} policies", all.len()), None),
    };
    let draft = InvalidId::draft(format!("{} {is}, in {place}.", joined(&names, NAMED)))
        .help(format!("Write the ids: Microsoft Graph takes no names. {NAMES}"));
    Draft { policy, ..draft }
}
