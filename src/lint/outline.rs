//! What an editor shows beside the policies of a tenant: where each stands, what it says, and what rests on it.

use super::TenantReader;
use crate::coverage::{self, Ways};
use crate::discover::Candidate;
use crate::finding::{Label, PolicyRef};
use crate::outcome::{Carried, Named, Outline, Part, PolicyCard, PolicyOutline};
use crate::policy::{FileIndex, Id, Policy};
use crate::rules::{self, Judgement, TenantFacts};
use crate::tenant::PolicyIndex;
use std::collections::BTreeMap;

impl TenantReader<'_> {
    /// The outline of a tenant.
    pub(super) fn outline(&self, facts: &TenantFacts<'_>, paths: &BTreeMap<FileIndex, Candidate>) -> Outline {
        let tenant = facts.tenant;
        let labels: Vec<Label> = tenant.policies.iter().map(|policy| Label::naming(policy, "")).collect();
        let mut places = self.places(paths, labels.iter().enumerate().map(|(index, label)| (index, label, true)));
        let mut all_parts = parts(facts);
        let policies = tenant.indexed().filter_map(|(index, policy)| {
            let place = places.remove(&index.0)?;
            let PolicyCard { policy, state, summary, .. } = PolicyCard::of(tenant, policy, None);
            let carries = all_parts.remove(&index).unwrap_or_default();
            Some(PolicyOutline { policy, place, state, summary, carries })
        });
        let companions = &tenant.companions;
        let kind = |id: &Id| match (companions.people.contains(id), companions.named_locations.contains_key(id)) {
            (true, _) => Named::User,
            (false, true) => Named::Location,
            (false, false) => Named::Group,
        };
        let names = companions.names.iter();
        Outline {
            policies: policies.collect(),
            names: names.map(|(id, name)| (id.to_string().to_lowercase(), (kind(id), name.to_string()))).collect(),
        }
    }
}

/// What each policy is to the controls that hold.
fn parts(facts: &TenantFacts<'_>) -> BTreeMap<PolicyIndex, Vec<Carried>> {
    let label = |index: PolicyIndex| PolicyRef::to(&facts.tenant[index]).label();
    let mut parts: BTreeMap<PolicyIndex, Vec<Carried>> = BTreeMap::new();
    for judgement in facts.judgements {
        let (carriers, _) = judgement.decision.reason.carriers();
        let control = judgement.control.id;
        for index in carriers {
            let off = facts.tenant[*index].switched_off();
            let Some(decision) = facts.held_with(&judgement.requirement, *index, off.clone()) else {
                let part = Part::Needed(opened(facts, judgement, *index, off));
                parts.entry(*index).or_default().push(Carried { control, part });
                continue;
            };
            let (others, _) = decision.reason.carriers();
            for other in others.iter().filter(|other| !carriers.contains(other)) {
                let part = Part::Reserve(label(*index));
                parts.entry(*other).or_default().push(Carried { control, part });
            }
            let part = Part::Replaceable(others.iter().copied().map(label).collect());
            parts.entry(*index).or_default().push(Carried { control, part });
        }
    }
    parts
}

/// What would be open of a control without a policy, in a sentence.
fn opened(facts: &TenantFacts<'_>, judgement: &Judgement, index: PolicyIndex, off: Policy) -> String {
    let mut without = facts.tenant.clone();
    without.policies[index.0] = off;
    let Judgement { control, requirement, .. } = judgement;
    let options = coverage::Options { ways: Ways::Mentioned, ..facts.options() };
    let decision = coverage::decide(requirement, &without, options);
    let judgement = Judgement::of(control, requirement.clone(), decision);
    let facts = TenantFacts { today: facts.today, cloud: facts.cloud, ..TenantFacts::of(&without, facts.config) };
    rules::control::reason(&facts, &judgement)
}
