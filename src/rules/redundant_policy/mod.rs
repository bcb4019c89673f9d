//! MFA that others ask for already.

use super::{Rule, declare};
use crate::catalog;
use crate::coverage::{Comparison, Redundant};
use crate::finding::{Draft, Drafts, Label, PolicyRef, joined};
use crate::policy::{ClientAppType, Fact, GrantControl, Id, Policy, State};
use crate::requirement::{Grant, Requirement};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;
use crate::tenant::PolicyIndex;
use std::sync::OnceLock;

declare! {
    rule: RedundantPolicy,
    id: "redundant-policy",
    levels: [Info],
    since: "0.1.0",
    category: Rollout,
    summary: "A policy requires MFA only for sign-ins for which other policies already require it.",
    doc: "doc.md",
}

/// Policies that the finding names.
const SHOWN: usize = 3;

impl Rule for RedundantPolicy {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        static MFA: OnceLock<Requirement> = OnceLock::new();
        let candidates = facts.tenant.indexed().filter(|(_, policy)| asks_for_mfa_only(policy) && !is_template(policy));
        // Without another that is for everybody there is hardly one that others make needless, and the proof is not asked.
        let broad: Vec<(PolicyIndex, &Policy)> =
            facts.tenant.indexed().filter(|(_, policy)| facts.is_on(policy) && is_for_everybody(policy)).collect();
        let is_overshadowed = |(index, policy): &(PolicyIndex, &Policy)| {
            broad.iter().any(|(other, broad)| other != index && targets_as_much(broad, policy))
        };
        let candidates: Vec<PolicyIndex> = candidates.filter(is_overshadowed).map(|(index, _)| index).collect();
        if !facts.is_whole || candidates.is_empty() || facts.tenant.policies.len() < 2 {
            return;
        }
        // A policy for all client apps keeps out clients that can do no MFA.
        let requirement = MFA.get_or_init(|| Requirement {
            clients: vec![
                ClientAppType::MobileAppsAndDesktopClients,
                ClientAppType::Browser,
                ClientAppType::ExchangeActiveSync,
                ClientAppType::Other,
            ],
            ..Requirement::everywhere(Grant::Mfa)
        });
        let mut redundant = Comparison::new(requirement, facts.tenant, facts.options()).redundant(&candidates);
        redundant.sort_by_key(|one| one.policy);
        drafts.extend(redundant.iter().map(|one| draft(facts, one)));
    }
}

/// Whether a policy requires MFA from all users, apart from exclusions, from everywhere and on every device.
fn is_for_everybody(policy: &Policy) -> bool {
    let conditions = &policy.conditions;
    policy.grant.asks_for_mfa()
        && conditions.users.include_users.position(|id| id.is("All")).is_some()
        && conditions.ask_for_no_context()
}

fn targets_as_much(broad: &Policy, policy: &Policy) -> bool {
    let (broad, narrow) = (&broad.conditions.applications.include, &policy.conditions.applications.include);
    let all = broad.position(|id| id.is("All")).is_some();
    !narrow.is_empty() && (all || narrow.known().all(|(_, id)| broad.position(|other| other == id).is_some()))
}

fn draft(facts: &TenantFacts<'_>, redundant: &Redundant) -> Draft {
    let policy = &facts.tenant[redundant.policy];
    let others = redundant.by.iter().map(|index| &facts.tenant[*index]);
    let names: Vec<String> = others.clone().map(|other| PolicyRef::to(other).label()).collect();
    let message = format!(
        "{} adds nothing: wherever it requires MFA, {} already {} it.",
        PolicyRef::to(policy).label(),
        joined(&names, SHOWN),
        if names.len() == 1 { "requires" } else { "require" },
    );
    let name = Pointer::root().key("displayName");
    let draft = RedundantPolicy::draft(message)
        .help(
            "Delete it. If you keep it on purpose, add an ignore. The policy has no effect as long as the other \
            policies stay as they are.",
        )
        .policy(policy)
        .label(Label::in_policy(policy, &name, "adds nothing"));
    others.take(SHOWN).fold(draft, |draft, other| draft.label(Label::in_policy(other, &name, "already requires MFA")))
}

/// Templates are there to choose from.
fn is_template(policy: &Policy) -> bool {
    policy.id.as_ref().and_then(Id::guid).is_none() && policy.address().is_none()
}

/// Whether a policy is on, and MFA is all that it is for.
fn asks_for_mfa_only(policy: &Policy) -> bool {
    let grant = &policy.grant;
    let is_mfa = |control: &Fact<GrantControl>| *control == Fact::Known(GrantControl::Mfa);
    let by_control = !grant.built_in.is_empty()
        && grant.built_in.doubt().is_none()
        && grant.built_in.items().iter().all(is_mfa)
        && grant.strength == Fact::Known(None);
    // A stronger strength asks for more than the others may.
    let by_strength = || {
        let Fact::Known(Some(strength)) = &grant.strength else { return false };
        let plain = catalog::strengths().first().map(|plain| &plain.id);
        grant.built_in.is_empty() && strength.id.is_some() && strength.id.as_ref() == plain
    };
    policy.state == Fact::Known(State::Enabled)
        && !policy.deleted
        && !policy.has_session_controls
        && grant.doubt.is_none()
        && grant.custom.is_empty()
        && grant.terms_of_use.is_empty()
        && (by_control || by_strength())
}
