//! The finding's message and help.

use super::words;
use crate::coverage::Reason;
use crate::finding::PolicyRef;
use crate::rules::{Judgement, TenantFacts};
use crate::signin::{Cause, Why};
use crate::tenant::MissingPolicies;

/// What is open, or what cannot be told and why.
pub(super) fn of(facts: &TenantFacts<'_>, judgement: &Judgement, nearest: Option<&(usize, Vec<Cause>)>) -> String {
    let decision = &judgement.decision;
    let control = &judgement.requirement.text;
    let causes = nearest.map_or(&[][..], |(_, causes)| causes);
    let who =
        decision.holes.first().map_or_else(|| "somebody".to_owned(), |hole| words::who(facts, &hole.sign_in, causes));
    let through = format!("{who} {}", control.gap);
    let untold = format!("Whether {} cannot be told", control.title);
    match &decision.reason {
        Reason::NoPolicies => format!("This tenant has no policy at all: {through}."),
        Reason::Witness => {
            let more = match decision.holes.len().saturating_sub(1) {
                0 => String::new(),
                1 => " There is one more way in.".to_owned(),
                others => format!(" There are {others} more ways in."),
            };
            format!("{}.{more}", capitalised(&through))
        }
        Reason::MissingPolicies(MissingPolicies::NextPage) => {
            format!("{untold}, because the export is incomplete. By the policies that are here, {through}.")
        }
        Reason::MissingPolicies(MissingPolicies::Unreadable) => {
            format!("{untold}, because a file could not be read. By the policies that could, {through}.")
        }
        Reason::MissingPolicies(MissingPolicies::Unread) => {
            format!(
                "{untold}, because a file holds policies in a form that caplint does not read. By the others, {through}."
            )
        }
        Reason::Unknown(index, cause) => {
            let policy = &facts.tenant.policies[*index];
            let name = PolicyRef::to(policy).label();
            let doubt = words::unknown(facts, policy, cause);
            format!("{untold}. It hinges on {name}, where {doubt}. Unless that stops it, {through}.")
        }
        Reason::Membership(policies) => {
            format!("{untold} from the files. It holds only if {} every user.", words::groups(facts, policies))
        }
        Reason::Together(_) | Reason::Policy(_) | Reason::SecurityDefaults => {
            format!("{untold}. No policy settles it alone, and caplint does not yet prove what several cover together.")
        }
    }
}

/// The smallest change that closes the gap.
pub(super) fn help(facts: &TenantFacts<'_>, judgement: &Judgement, nearest: Option<&(usize, Vec<Cause>)>) -> String {
    let explain = format!("`caplint explain {}` has every step.", judgement.requirement.id);
    let create = format!("Create a policy that requires MFA of all users for this API. {explain}");
    if matches!(judgement.decision.reason, Reason::Together(_)) {
        return format!("One policy for all users, without conditions, settles it. {explain}");
    }
    let hinge = match &judgement.decision.reason {
        Reason::Unknown(index, cause) => Some((*index, vec![*cause])),
        _ => None,
    };
    let Some((index, causes)) = hinge.as_ref().or(nearest) else { return create };
    // A policy for some users is not the one to change for all.
    if causes.iter().any(|cause| cause.why == Why::UserNotIncluded) {
        return create;
    }
    let policy = &facts.tenant.policies[*index];
    let remedies: Vec<String> = causes.iter().take(3).filter_map(|cause| words::remedy(policy, cause)).collect();
    if remedies.is_empty() {
        return explain;
    }
    format!("In {}, {}. {explain}", PolicyRef::to(policy).label(), remedies.join(", and "))
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
