//! Groups that let people through, and that more people can change than administrators.

use super::excluded::labelled;
use super::{Rule, declare};
use crate::coverage::{Exception, PrincipalKind};
use crate::finding::{Drafts, joined};
use crate::policy::Id;
use crate::rules::TenantFacts;
use crate::rules::control::named;
use crate::tenant::GroupKeepers;
use std::collections::BTreeMap;

declare! {
    rule: UnprotectedExclusion,
    id: "unprotected-exclusion",
    levels: [Warning],
    since: "0.1.0",
    category: Exclusions,
    summary: "A group that lets its members off from a control is not role-assignable.",
    doc: "doc.md",
}

/// Policies that a finding points at, and owners that it names.
const SHOWN: usize = 3;

impl Rule for UnprotectedExclusion {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        let mut excepted: BTreeMap<&Id, (&Exception, Vec<&str>)> = BTreeMap::new();
        for judgement in facts.judgements {
            let groups =
                judgement.decision.exceptions.iter().filter(|exception| exception.kind == PrincipalKind::Group);
            for exception in groups {
                let (_, controls) = excepted.entry(&exception.id).or_insert((exception, Vec::new()));
                controls.push(judgement.control.id);
            }
        }
        for (group, (exception, controls)) in excepted {
            let Some(keepers) = group.guid().and_then(|id| facts.tenant.directory.keepers(id)) else { continue };
            if keepers.is_role_assignable != Some(false) {
                continue;
            }
            let message = format!(
                "Members of {} are outside of {}, and the group is not role-assignable: {} can put anybody into it.",
                named(facts, group),
                joined(&controls, SHOWN),
                who(facts, keepers)
            );
            let draft = Self::draft(message)
                .help("Use a role-assignable group instead. Only its owners, Global Administrators and Privileged Role Administrators can change its members.")
                .about(format!("group {group}"));
            let places = exception.policies.iter().take(SHOWN).map(|(policy, index)| (&facts.tenant[*policy], *index));
            drafts.push(labelled(draft, exception.kind, places, "excluded here"));
        }
    }
}

fn who(facts: &TenantFacts<'_>, keepers: &GroupKeepers) -> String {
    let name = |id| named(facts, &facts.tenant.listed(id));
    let owners: Vec<String> = keepers.owners.iter().map(|id| name(*id)).collect();
    let administrators = "every Groups Administrator and User Administrator";
    match owners.len() {
        0 => administrators.to_owned(),
        1 => format!("{administrators}, and its owner {}", owners[0]),
        _ => format!("{administrators}, and its owners {}", joined(&owners, SHOWN)),
    }
}
