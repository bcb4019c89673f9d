//! Exclusions that have grown.

use super::excluded::labelled;
use super::{Rule, declare};
use crate::coverage::{Exception, PrincipalKind};
use crate::finding::{Drafts, joined};
use crate::policy::Id;
use crate::rules::TenantFacts;
use crate::rules::control::{named, people};
use crate::tenant::UserIndex;
use std::collections::{BTreeMap, BTreeSet};

declare! {
    rule: LargeExclusion,
    id: "large-exclusion",
    levels: [Warning],
    since: "0.1.0",
    category: Exclusions,
    summary: "A group that is excluded lets many people off from a control.",
    doc: "doc.md",
}

/// Policies that a finding points at.
const SHOWN: usize = 3;

impl Rule for LargeExclusion {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        let mut excepted: BTreeMap<&Id, (&Exception, Vec<&str>, BTreeSet<UserIndex>)> = BTreeMap::new();
        for judgement in facts.judgements {
            for exception in judgement.decision.exceptions.iter().filter(|one| one.kind == PrincipalKind::Group) {
                let (_, controls, users) =
                    excepted.entry(&exception.id).or_insert((exception, Vec::new(), BTreeSet::new()));
                controls.push(judgement.control.id);
                users.extend(&exception.people);
            }
        }
        let most = facts.config.most_excluded();
        for (group, (exception, controls, users)) in excepted.into_iter().filter(|(.., (.., users))| users.len() > most)
        {
            let message = format!(
                "{} people are outside of {} as members of {}: {}.",
                users.len(),
                joined(&controls, SHOWN),
                named(facts, group),
                people(facts, &users)
            );
            let help = format!(
                "Take out whoever does not need it. `caplint who` lists all of them. `most-excluded` in `caplint.toml` says how many are fine; it is {most}."
            );
            let draft = Self::draft(message).help(help).about(format!("group {group}"));
            let places = exception.policies.iter().take(SHOWN).map(|(policy, index)| (&facts.tenant[*policy], *index));
            drafts.push(labelled(draft, exception.kind, places, "excluded here"));
        }
    }
}
