//! One finding for many values of a tenant.

use super::LetterCase;
use crate::finding::{Draft, Finding, PolicyRef, joined};
use crate::policy::Origin;
use crate::rules::Declared;
use crate::rules::together::Together;
use std::collections::BTreeSet;

/// Policies that the message names: its places show more.
const NAMED: usize = 2;

pub(in crate::rules) const TOGETHER: Together =
    Together { is_one: |finding| finding.rule == LetterCase.meta().id, few: 5, shown: 10, write };

fn write(several: &[Finding]) -> Draft {
    let mut seen: BTreeSet<&Origin> = BTreeSet::new();
    let policies: Vec<&PolicyRef> = several
        .iter()
        .filter_map(|finding| finding.policy.as_ref())
        .filter(|policy| seen.insert(&policy.origin))
        .collect();
    let (place, policy) = match policies.as_slice() {
        [policy] => (policy.label(), Some((*policy).clone())),
        all => {
            let names: Vec<String> = all.iter().map(|policy| policy.label()).collect();
            (format!("{} policies: {}", all.len(), joined(&names, NAMED)), None)
        }
    };
    let message =
        format!("{} values differ from Microsoft Graph's spelling in letter case only, in {place}.", several.len());
    let draft = LetterCase::draft(message).help(
        "Write them as Microsoft Graph does, or import the policies and export them again. caplint reads them as that; other tools may \
         compare case-sensitively.",
    );
    Draft { policy, ..draft }
}
