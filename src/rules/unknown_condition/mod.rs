//! Conditions without a model, and what they do to the verdicts.

use super::{Rule, declare};
use crate::coverage::{Decider, Options, Verdict, Ways};
use crate::finding::{Draft, Drafts, Label, Part, PolicyRef, joined, quoted};
use crate::policy::{Fact, Opaque, Policy, Property};
use crate::rules::{Judgement, TenantFacts};
use crate::syntax::Pointer;
use crate::tenant::Tenant;
use std::collections::BTreeMap;

declare! {
    rule: UnknownCondition,
    id: "unknown-condition",
    levels: [Warning],
    since: "0.1.0",
    category: Correctness,
    summary: "A policy has a condition that caplint does not model, so its scope is unknown.",
    doc: "doc.md",
}

/// Policies and controls that a message names.
const NAMED: usize = 2;

const NO_CHANGE: &str = " It changes no verdict.";

/// Policies that a finding points at.
const SHOWN: usize = 12;

impl Rule for UnknownCondition {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        let mut having: BTreeMap<&str, Vec<&Policy>> = BTreeMap::new();
        for policy in facts.tenant.policies.iter().filter(|policy| !policy.deleted) {
            // The risk of agents is modelled where a policy is for them.
            let is_known = |opaque: &&Opaque| opaque.is_agent_risk && is_for_agents(policy);
            for opaque in policy.conditions.opaque.iter().filter(|opaque| !is_known(opaque)) {
                let policies = having.entry(&opaque.name).or_default();
                // A condition that is written twice is one.
                if policies.last().is_none_or(|last| !std::ptr::eq(*last, policy)) {
                    policies.push(policy);
                }
            }
        }
        let mut without = Without { facts, tenant: None };
        drafts.extend(having.iter().filter_map(|(name, policies)| draft(name, policies, &mut without)));
    }
}

/// Whether a policy is for agents and nobody else.
fn is_for_agents(policy: &Policy) -> bool {
    let conditions = &policy.conditions;
    let agents = conditions.identities.as_ref().is_some_and(|identities| !identities.agents.include.is_empty());
    let users = &conditions.users;
    let has_others = !users.include_groups.is_empty()
        || !users.include_roles.is_empty()
        || users.include_guests != Fact::Known(None)
        || users.include_users.first_unknown().is_some()
        || users.include_users.known().any(|(_, id)| !id.is("AllAgentIdUsers") && !id.is("None"));
    let agent_users = users.include_users.position(|id| id.is("AllAgentIdUsers")).is_some();
    !has_others && (agents || agent_users)
}

fn draft(name: &str, policies: &[&Policy], without: &mut Without<'_, '_>) -> Option<Draft> {
    let first = policies.first()?;
    let named: Vec<String> = policies.iter().map(|policy| PolicyRef::to(policy).label()).collect();
    let consequence = match policies {
        [_] => "It may narrow the policy, so the policy never counts as cover.",
        _ => "It may narrow these policies, so they never count as cover.",
    };
    let message = format!(
        "caplint does not model the condition {} of {}. {consequence}{}",
        quoted(name),
        joined(&named, NAMED),
        without.effect(name, policies),
    );
    let mut draft = UnknownCondition::draft(message)
        .help(
            "Remove it if the tenant does not need it. Otherwise, determine yourself what the policies with it cover.",
        )
        .policy(first)
        .about(name);
    draft.is_of_tenant = policies.len() > 1;
    let pointer = Pointer::new(Property::Conditions).key(name);
    for policy in policies.iter().take(SHOWN) {
        draft = draft.label(Label::in_policy(policy, &pointer, "may narrow the policy").part(Part::Key));
    }
    Some(draft)
}

/// What the verdicts were if no policy had a condition.
struct Without<'f, 't> {
    facts: &'f TenantFacts<'t>,
    /// A copy of the tenant, once somebody needs one.
    tenant: Option<Tenant>,
}

impl Without<'_, '_> {
    /// What a condition does to the verdicts, as sentences. Empty where no verdict was asked for.
    fn effect(&mut self, name: &str, policies: &[&Policy]) -> String {
        let facts = self.facts;
        if facts.judgements.is_empty() {
            return String::new();
        }
        // What is enforced is enforced without these policies, and what is not enforced is not enforced by them either.
        let may_change = |judgement: &&Judgement| match judgement.decision.verdict {
            Verdict::Enforced | Verdict::NotEnforced => false,
            Verdict::EnforcedExcept | Verdict::Undecided => {
                policies.iter().any(|policy| facts.is_on(policy) && may_force(facts, judgement, policy))
            }
        };
        let affected: Vec<&Judgement> = facts.judgements.iter().filter(may_change).collect();
        if affected.is_empty() {
            return NO_CHANGE.to_owned();
        }
        let tenant = self.tenant(name);
        let options = Options { ways: Ways::Mentioned, ..facts.options() };
        let of_tenant = Decider::of(tenant, options);
        let (mut decided, mut open, mut stricter) = (Vec::new(), Vec::new(), Vec::new());
        for judgement in affected {
            let id = judgement.control.id.to_owned();
            let verdict = of_tenant.decide(&judgement.requirement).verdict;
            match (judgement.decision.verdict, verdict) {
                (Verdict::Undecided, Verdict::Undecided) => open.push(id),
                (Verdict::Undecided, Verdict::Enforced | Verdict::EnforcedExcept | Verdict::NotEnforced) => {
                    decided.push(id);
                }
                (Verdict::EnforcedExcept, Verdict::Enforced) => stricter.push(id),
                (Verdict::EnforcedExcept, Verdict::EnforcedExcept | Verdict::NotEnforced | Verdict::Undecided)
                | (Verdict::Enforced | Verdict::NotEnforced, _) => {}
            }
        }
        if decided.is_empty() && open.is_empty() && stricter.is_empty() {
            return NO_CHANGE.to_owned();
        }
        let are = if decided.len() == 1 { "is" } else { "are" };
        let sentence = |start: &str, ids: &[String], end: &str| match ids {
            [] => String::new(),
            ids => format!(" {start} it, {} {end}.", joined(ids, NAMED)),
        };
        [
            sentence("Because of", &decided, &format!("{are} undecided")),
            sentence("Without", &open, "would still be undecided"),
            sentence("Without", &stricter, "would be enforced without exceptions"),
        ]
        .concat()
    }

    /// The tenant with policies that do not have the condition.
    fn tenant(&mut self, name: &str) -> &Tenant {
        let tenant = self.tenant.get_or_insert_with(|| self.facts.tenant.clone());
        tenant.policies.clone_from(&self.facts.tenant.policies);
        for policy in &mut tenant.policies {
            policy.conditions.opaque.retain(|opaque| &*opaque.name != name);
        }
        tenant
    }
}

/// Whether a policy asks for what a control requires, or blocks.
fn may_force(facts: &TenantFacts<'_>, judgement: &Judgement, policy: &Policy) -> bool {
    facts.view(judgement).asks(policy) || policy.grant.blocks()
}
