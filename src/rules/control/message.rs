//! The finding's message and help.

use super::{cause, names, remedy, who};
use crate::coverage::{Reason, SHOWN_HOLES};
use crate::finding::PolicyRef;
use crate::policy::{ClientAppType, Fact, State};
use crate::requirement::Resource;
use crate::rules::{Judgement, TenantFacts};
use crate::signin::{AssumeEnabled, Cause, Why};
use crate::tenant::MissingPolicies;

/// Other ways in that are described beside the first.
const OTHERS: usize = 3;

/// What is open, or what cannot be told and why.
pub(super) fn of(facts: &TenantFacts<'_>, judgement: &Judgement, nearest: Option<&(usize, Vec<Cause>)>) -> String {
    let decision = &judgement.decision;
    let control = judgement.control;
    let who = decision.holes.first().map_or_else(|| "somebody".to_owned(), |hole| who::who(facts, judgement, hole));
    let through = format!("{who} {}", control.gap);
    let untold = format!("Whether {} cannot be told", uncapitalised(&control.title));
    match &decision.reason {
        Reason::NoPolicies => format!("This tenant has no policy at all: {through}."),
        Reason::Witness => {
            let off = if is_all_off(facts, nearest) {
                " No policy is enabled; report-only ones are evaluated and never enforced."
            } else {
                ""
            };
            format!("{}.{}{off}", capitalised(&through), others(facts, judgement))
        }
        Reason::MissingPolicies(MissingPolicies::NextPage) => {
            format!("{untold}, because the export is incomplete. By the policies that are here, {through}.")
        }
        Reason::MissingPolicies(MissingPolicies::PartialPlan) => {
            format!("{untold}, because the plan is not complete. By the policies that it has, {through}.")
        }
        Reason::MissingPolicies(MissingPolicies::FailedRequest) => {
            format!("{untold}, because a request to Microsoft Graph failed. By the policies that are here, {through}.")
        }
        Reason::MissingPolicies(MissingPolicies::Unreadable) => {
            format!("{untold}, because a file could not be read. By the policies that could, {through}.")
        }
        Reason::MissingPolicies(MissingPolicies::RemoteModule) => format!(
            "{untold}, because a module is called whose files are elsewhere and may hold policies. By the policies that are \
             here, {through}."
        ),
        Reason::MissingPolicies(MissingPolicies::Unread) => {
            format!(
                "{untold}, because a file holds policies in a form that caplint does not read. By the others, {through}."
            )
        }
        Reason::Unknown(index, cause) => {
            let policy = &facts.tenant.policies[*index];
            let name = PolicyRef::to(policy).label();
            let doubt = cause::unknown(facts, policy, cause);
            format!("{untold}. It hinges on {name}, where {doubt}. Unless that stops it, {through}.")
        }
        Reason::Membership(policies) => {
            format!("{untold} from the files. It holds only if {} every user.", who::groups(facts, policies))
        }
        Reason::TooIntricate => {
            format!(
                "{untold}: its policies exclude and include one another so intricately that the search for a way in was given up."
            )
        }
        Reason::ContradictedDefaults => {
            format!(
                "{untold}: a file says that security defaults are on, and Entra does not allow that while policies are \
                 enabled. By the policies alone, {through}."
            )
        }
        Reason::Policies(_) | Reason::SecurityDefaults(_) => format!("{untold}."),
    }
}

/// The ways in beside the first.
fn others(facts: &TenantFacts<'_>, judgement: &Judgement) -> String {
    let holes = &judgement.decision.holes;
    let Some(others) = holes.get(1..).filter(|others| !others.is_empty()) else { return String::new() };
    let mut described: Vec<String> = Vec::new();
    for hole in others {
        let who = who::who(facts, judgement, hole);
        if described.len() < OTHERS && !described.contains(&who) {
            described.push(who);
        }
    }
    let rest = others.len().saturating_sub(described.len());
    let at_least = if judgement.decision.more_holes { "at least " } else { "" };
    if rest > 0 {
        let ways = if rest == 1 { "way" } else { "ways" };
        described.push(format!("{at_least}{rest} more {ways}, which the JSON report lists up to {SHOWN_HOLES}"));
    }
    format!(" So does {}.", names::listed(&described))
}

/// Whether a policy would stop the sign-in, and nothing in the tenant is enabled.
fn is_all_off(facts: &TenantFacts<'_>, nearest: Option<&(usize, Vec<Cause>)>) -> bool {
    let only_off = |causes: &[Cause]| matches!(causes, [Cause { why: Why::ReportOnly | Why::Disabled, .. }]);
    let enabled = facts.tenant.policies.iter().any(|policy| policy.state == Fact::Known(State::Enabled));
    facts.assume_enabled == AssumeEnabled::Neither && !enabled && nearest.is_some_and(|(_, causes)| only_off(causes))
}

/// The smallest change that closes the gap.
pub(super) fn help(facts: &TenantFacts<'_>, judgement: &Judgement, nearest: Option<&(usize, Vec<Cause>)>) -> String {
    let explain = match &judgement.control.text {
        Some(_) => format!(" `caplint explain {}` has every step.{}", judgement.control.id, mandatory(judgement)),
        None => String::new(),
    };
    let requirement = &judgement.requirement;
    let is_about_some = !(requirement.users.is_empty()
        && requirement.flows.is_empty()
        && requirement.sign_in_risk.is_empty()
        && requirement.user_risk.is_empty()
        && requirement.clients.contains(&ClientAppType::Browser));
    let create = if is_about_some {
        format!("Create a policy that covers this.{explain}")
    } else {
        format!("Create a policy that requires it of all users, without conditions.{explain}")
    };
    let policies = &facts.tenant.policies;
    let (mut hinge, mut by_groups) = (None, true);
    match &judgement.decision.reason {
        Reason::TooIntricate => return format!("One policy for all users, without conditions, settles it.{explain}"),
        Reason::Witness if is_all_off(facts, nearest) => {
            return format!(
                "Set `state` to \"enabled\" once the sign-in logs show whom it would stop; `--assume-enabled all` tells what the tenant would then enforce.{explain}"
            );
        }
        Reason::Unknown(index, cause) => hinge = Some((*index, vec![*cause])),
        // A policy for some users is not the one to change for all.
        Reason::Membership(_) => by_groups = false,
        Reason::Witness
        | Reason::NoPolicies
        | Reason::MissingPolicies(_)
        | Reason::ContradictedDefaults
        | Reason::Policies(_)
        | Reason::SecurityDefaults(_) => {}
    }
    let Some((index, causes)) = hinge.as_ref().or(nearest) else { return create };
    let policy = &policies[*index];
    let is_for_roles = !requirement.users.is_empty() && !policy.conditions.users.include_roles.is_empty();
    let is_for_others = |cause: &Cause| match cause.why {
        Why::UserNotIncluded => !is_for_roles,
        Why::OnlyIncludedGroups => by_groups,
        _ => false,
    };
    if causes.iter().any(is_for_others) {
        return create;
    }
    let remedies: Vec<String> =
        causes.iter().take(3).filter_map(|cause| remedy::remedy(judgement, policy, cause)).collect();
    if remedies.is_empty() {
        return create;
    }
    format!("In {}, {}.{explain}", PolicyRef::to(policy).label(), remedies.join(", and "))
}

/// What Microsoft demands by itself: said, never counted.
fn mandatory(judgement: &Judgement) -> &'static str {
    let management = judgement.requirement.resources.iter().any(|resource| match resource {
        Resource::App(id) => crate::catalog::is_management_api(id),
        Resource::Every | Resource::OfSuite(_) | Resource::Other | Resource::UserAction(_) => false,
    });
    if management {
        " Microsoft's own mandatory MFA, which in the public cloud stops changes but no reading, is not counted."
    } else {
        ""
    }
}

/// As it stands within a sentence: "MFA" stays what it is.
fn uncapitalised(text: &str) -> String {
    match text.as_bytes() {
        [b'A', b' ', ..] | [b'A'..=b'Z', b'a'..=b'z', ..] => text[..1].to_lowercase() + &text[1..],
        _ => text.to_owned(),
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
