//! Policies on an authentication context that no app can use, and protected actions that no policy protects.

use super::{Rule, declare};
use crate::finding::{Draft, Drafts, Label, PolicyRef, joined, quoted};
use crate::policy::{Fact, Id, List, Policy, Property, State, is_authentication_context};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;
use crate::tenant::{Context, Contexts};

declare! {
    rule: IneffectiveAuthenticationContext,
    id: "ineffective-authentication-context",
    levels: [Warning],
    since: "0.1.0",
    category: Correctness,
    summary: "A policy targets an authentication context that apps cannot use, or a protected action needs one without a policy.",
    doc: "doc.md",
}

/// Actions that a message names.
const NAMED: usize = 2;

impl Rule for IneffectiveAuthenticationContext {
    fn check_policy(&self, policy: &Policy, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        if policy.state == Fact::Known(State::Disabled) {
            return;
        }
        let contexts = &facts.tenant.companions.contexts;
        for (index, id) in policy.conditions.applications.authentication_contexts.known() {
            let context = quoted(&id.to_string());
            let name = PolicyRef::to(policy).label();
            let (message, label, help) = match contexts.told(id) {
                Context::Unpublished => (
                    format!("{name} targets the authentication context {context}, which is not published to apps."),
                    "not published",
                    "Select \"Publish to apps\" for the context (`isAvailable`), or remove it from the policy.",
                ),
                Context::Undefined if is_authentication_context(&id.to_string()) => (
                    format!(
                        "{name} targets the authentication context {context}, which is not among the contexts in the files."
                    ),
                    "not defined",
                    "Define the context, export all of them, or remove it from the policy.",
                ),
                // What the name stands for is not known.
                Context::Undefined | Context::Published | Context::Unknown => continue,
            };
            let place = Pointer::new(Property::IncludeAuthenticationContextClassReferences).index(index);
            drafts.push(
                Self::draft(format!("{message}{}", needed_by(contexts, id)))
                    .help(help)
                    .policy(policy)
                    .about(id.to_string())
                    .label(Label::in_policy(policy, &place, label)),
            );
        }
    }

    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        if !facts.is_whole {
            return;
        }
        let contexts = &facts.tenant.companions.contexts;
        drafts.extend(contexts.needed().filter_map(|id| unprotected(facts, contexts, id)));
    }
}

/// A context that protected actions need, and no policy that is on targets.
fn unprotected(facts: &TenantFacts<'_>, contexts: &Contexts, id: &Id) -> Option<Draft> {
    let targets = |list: &List<Id>| list.position(|one| one == id).is_some() || list.first_unknown().is_some();
    let targeting: Vec<&Policy> = facts
        .tenant
        .policies
        .iter()
        .filter(|policy| !policy.deleted)
        .filter(|policy| {
            let applications = &policy.conditions.applications;
            targets(&applications.authentication_contexts)
                || applications.doubt.is_some()
                || policy.conditions.doubt.is_some()
        })
        .collect();
    let is_off = |policy: &&Policy| match policy.judged_state() {
        Fact::Known(State::Disabled | State::ReportOnly) => true,
        Fact::Known(State::Enabled) | Fact::Unknown(_) => false,
    };
    if !targeting.iter().all(is_off) {
        return None;
    }
    let actions: Vec<String> = contexts.actions(id).map(quoted).collect();
    let (are, need) = if actions.len() == 1 { ("a protected action", "needs") } else { ("protected actions", "need") };
    let message = format!(
        "{} {need} the authentication context {} as {are}, and no enabled policy targets it, so no policy asks for \
         anything more.",
        joined(&actions, NAMED),
        quoted(&id.to_string()),
    );
    let draft = IneffectiveAuthenticationContext::draft(message)
        .help("Enable a policy for the context, for example one that requires phishing-resistant MFA.")
        .about(format!("actions {id}"));
    let draft = targeting.iter().take(1).fold(draft, |draft, policy| {
        let place = Pointer::new(Property::State);
        draft.policy(policy).label(Label::in_policy(policy, &place, "not enforced"))
    });
    Some(Draft { is_of_tenant: true, ..draft })
}

/// The protected actions that a policy is there for.
fn needed_by(contexts: &Contexts, id: &Id) -> String {
    let actions: Vec<String> = contexts.actions(id).map(quoted).collect();
    match actions.len() {
        0 => String::new(),
        1 => format!(" The protected action {} needs it.", actions[0]),
        _ => format!(" The protected actions {} need it.", joined(&actions, NAMED)),
    }
}
