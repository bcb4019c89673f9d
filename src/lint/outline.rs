//! What an editor shows beside the policies of a tenant: where each stands, what it says, and what rests on it.

use super::TenantReader;
use crate::coverage::{self, Ways};
use crate::discover::Candidate;
use crate::finding::Label;
use crate::outcome::{Carried, Outline, PolicyCard, PolicyOutline};
use crate::policy::{Fact, FileIndex, Policy, State};
use crate::rules::{self, Judgement, TenantFacts};
use crate::tenant::PolicyIndex;
use std::cell::OnceCell;
use std::collections::BTreeMap;

impl TenantReader<'_> {
    /// The outline of a tenant.
    pub(super) fn outline(&self, facts: &TenantFacts<'_>, paths: &BTreeMap<FileIndex, Candidate>) -> Outline {
        let tenant = facts.tenant;
        let labels: Vec<Label> = tenant.policies.iter().map(|policy| Label::naming(policy, "")).collect();
        let mut places = self.places(paths, labels.iter().enumerate().map(|(index, label)| (index, label, true)));
        let policies = tenant.indexed().filter_map(|(index, policy)| {
            let place = places.remove(&index.0)?;
            let PolicyCard { policy, state, summary, .. } = PolicyCard::of(tenant, policy, None);
            let carries =
                { facts.judgements.iter() }.filter_map(|judgement| carried(facts, judgement, index)).collect();
            Some(PolicyOutline { policy, place, state, summary, carries })
        });
        let names = tenant.companions.names.iter();
        Outline {
            policies: policies.collect(),
            names: names.map(|(id, name)| (id.to_string().to_lowercase(), name.to_string())).collect(),
        }
    }
}

/// The control, if the policy carries it.
fn carried(facts: &TenantFacts<'_>, judgement: &Judgement, index: PolicyIndex) -> Option<Carried> {
    let (carriers, _) = judgement.decision.reason.carriers();
    if !carriers.contains(&index) {
        return None;
    }
    let off = Policy { state: Fact::Known(State::Disabled), assumed_on: false, ..facts.tenant[index].clone() };
    if facts.held_with(&judgement.requirement, index, off.clone()).is_some() {
        return Some(Carried { control: judgement.control.id, opens: None });
    }
    let mut without = facts.tenant.clone();
    without.policies[index.0] = off;
    let options = coverage::Options {
        assumptions: facts.config.assumptions_on(facts.today),
        ways: Ways::Mentioned,
        ..coverage::Options::default()
    };
    let judgement = Judgement {
        control: judgement.control,
        requirement: judgement.requirement.clone(),
        decision: coverage::decide(&judgement.requirement, &without, options),
        stored_query_passes: None,
        nearest: OnceCell::new(),
        message: OnceCell::new(),
    };
    let facts = TenantFacts { today: facts.today, cloud: facts.cloud, ..TenantFacts::of(&without, facts.config) };
    let opens = rules::control::reason(&facts, &judgement);
    Some(Carried { control: judgement.control.id, opens: Some(opens) })
}
