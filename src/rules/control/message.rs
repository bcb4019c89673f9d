//! The finding's message and help.

use super::{cause, edit, names, remedy, who};
use crate::coverage::{Decision, Reason, Verdict, Ways};
use crate::finding::{PolicyRef, capitalised, joined};
use crate::policy::{ClientAppType, Fact, Policy, State};
use crate::requirement::{Grant, Identities, Resource};
use crate::rules::{Judgement, TenantFacts};
use crate::signin::{Cause, Why};
use crate::tenant::{MissingPolicies, PolicyIndex, UserIndex};

/// How long a message may become by describing further ways in.
const LENGTH: usize = 300;

/// Policies of which it is asked whether one would be enough if it were enabled.
const TRIED: usize = 10;

/// Policies of which it is asked whether a change of them is enough.
const CHANGED: usize = 5;

const THE_SAME: &str = " The same applies to ";
const OTHERS: &str = "others (listed in the JSON report)";

/// What is open, or what is unknown and why.
pub(super) fn text(
    facts: &TenantFacts<'_>,
    judgement: &Judgement,
    nearest: Option<&(PolicyIndex, Vec<Cause>)>,
) -> String {
    let decision = &judgement.decision;
    let control = judgement.control;
    let who = decision.holes.first().map_or_else(|| "somebody".to_owned(), |hole| who::who(facts, judgement, hole));
    let through = format!("{who} {}", control.gap);
    let unknown = format!("It is unknown whether {}", uncapitalised(&control.title));
    match &decision.reason {
        Reason::NoPolicies => format!("This tenant has no policies: {through}."),
        Reason::Witness => {
            let off = if is_all_off(facts, nearest) {
                " No policy is enabled, and report-only policies are never enforced."
            } else {
                ""
            };
            let people = people(facts, judgement, "can do this");
            let room = LENGTH.saturating_sub(through.len() + people.len() + off.len());
            let all = others(facts, judgement, room);
            format!("{}.{all}{people}{off}", capitalised(&through))
        }
        Reason::MissingPolicies(MissingPolicies::NextPage) => {
            format!("{unknown}, because the export is incomplete. According to the policies in it, {through}.")
        }
        Reason::MissingPolicies(MissingPolicies::PartialPlan) => {
            format!("{unknown}, because the plan is incomplete. According to the policies in it, {through}.")
        }
        Reason::MissingPolicies(MissingPolicies::FailedRequest) => {
            format!(
                "{unknown}, because a request to Microsoft Graph failed. According to the available policies, \
                {through}."
            )
        }
        Reason::MissingPolicies(MissingPolicies::Unreadable) => {
            format!("{unknown}, because a file could not be read. According to the other files, {through}.")
        }
        Reason::MissingPolicies(MissingPolicies::RemoteModule) => format!(
            "{unknown}, because the configuration calls a module from elsewhere, which may contain policies. \
             According to the available policies, {through}."
        ),
        Reason::MissingPolicies(MissingPolicies::Unread) => {
            format!(
                "{unknown}, because a file contains policies in a format that caplint does not read. According to the \
                 other files, {through}."
            )
        }
        Reason::Unknown(index, cause) => {
            let policy = &facts.tenant[*index];
            let name = PolicyRef::to(policy).label();
            let doubt = cause::unknown(facts, policy, cause);
            format!(
                "{unknown}. The answer depends on {name}, where {doubt}. Unless that policy stops the sign-in, \
                {through}."
            )
        }
        Reason::Membership(policies) => {
            let groups = who::groups(facts, policies);
            let people = people(facts, judgement, "may get through");
            format!("{unknown}. This is the case only if {groups} every user whom no other policy stops.{people}")
        }
        Reason::TooIntricate(hardest) => {
            let names: Vec<String> = hardest.iter().map(|index| PolicyRef::to(&facts.tenant[*index]).label()).collect();
            let verb = if hardest.len() == 1 { "makes" } else { "make" };
            let which = if names.is_empty() {
                String::new()
            } else {
                format!(" {} {verb} it hard.", capitalised(&joined(&names, names.len())))
            };
            format!(
                "{unknown}: the policies are so complex that caplint stopped the search for a sign-in that gets \
                 through.{which}"
            )
        }
        Reason::ContradictedDefaults => {
            format!(
                "{unknown}: a file says that security defaults are on, and Entra does not allow that while policies \
                 are enabled. According to the policies alone, {through}."
            )
        }
        Reason::Policies(_) | Reason::SecurityDefaults(_) => format!("{unknown}."),
    }
}

/// Whether the witness is a user of the directory, and nobody gets through whom it does not list.
fn is_of_the_directory(facts: &TenantFacts<'_>, judgement: &Judgement) -> bool {
    let user = judgement.decision.holes.first().and_then(|hole| hole.sign_in.user.as_ref()?.guid());
    user.is_some_and(|user| facts.tenant.directory.find(user).is_some())
}

/// Who of the directory gets through, if it has users.
fn people(facts: &TenantFacts<'_>, judgement: &Judgement, what: &str) -> String {
    let people = &judgement.decision.people;
    let shown = judgement.decision.holes.first().and_then(|hole| hole.sign_in.user.as_ref()?.guid());
    let is_shown = |user: &UserIndex| Some(facts.tenant.directory.user(*user).id) == shown;
    let able = facts.tenant.people.alike.iter().map(|alike| alike.users.len()).sum::<usize>();
    match people.len() {
        0 => String::new(),
        1 if people.iter().all(is_shown) => format!(" Nobody else of the {able} users in the files {what}."),
        all if all == able => format!(" All {all} users in the files {what}."),
        all => format!(" Of the {able} users in the files, {all} {what}: {}.", names::people(facts, people)),
    }
}

/// The ways in after the first, as far as they fit in so many characters.
fn others(facts: &TenantFacts<'_>, judgement: &Judgement, room: usize) -> String {
    let Decision { holes, more_holes, .. } = &judgement.decision;
    let Some((first, others)) = holes.split_first().filter(|(_, others)| !others.is_empty()) else {
        return String::new();
    };
    let first = who::who(facts, judgement, first);
    let mut described: Vec<String> = Vec::new();
    let mut are_left = *more_holes || holes.len() > Ways::Mentioned.most();
    let mut length = THE_SAME.len() + OTHERS.len();
    for hole in others.iter().take(Ways::Mentioned.most() - 1) {
        let who = who::who(facts, judgement, hole);
        let is_new = who != first && !described.contains(&who);
        length += who.len();
        if is_new && length <= room {
            described.push(who);
        } else {
            are_left = true;
        }
    }
    described.extend(are_left.then(|| OTHERS.to_owned()));
    if described.is_empty() { String::new() } else { format!("{THE_SAME}{}.", names::listed(&described)) }
}

/// Whether a policy would stop the sign-in, and nothing in the tenant is enabled.
fn is_all_off(facts: &TenantFacts<'_>, nearest: Option<&(PolicyIndex, Vec<Cause>)>) -> bool {
    let only_off = |causes: &[Cause]| matches!(causes, [Cause { why: Why::ReportOnly | Why::Disabled, .. }]);
    let is_off = |policy: &Policy| !facts.is_on(policy);
    facts.tenant.policies.iter().all(is_off) && nearest.is_some_and(|(_, causes)| only_off(causes))
}

/// The smallest change that closes the gap.
pub(super) fn help(facts: &TenantFacts<'_>, judgement: &Judgement, near: &[(PolicyIndex, Vec<Cause>)]) -> String {
    let nearest = near.first();
    let explain = match &judgement.control.text {
        Some(_) => format!(" `caplint explain {}` lists the steps.{}", judgement.control.id, mandatory(judgement)),
        None => String::new(),
    };
    let requirement = &judgement.requirement;
    let is_about_some = !(requirement.identities == Identities::Users
        && requirement.users.is_empty()
        && requirement.platforms.is_empty()
        && requirement.flows.is_empty()
        && requirement.sign_in_risk.is_empty()
        && requirement.user_risk.is_empty()
        && requirement.insider_risk.is_empty()
        && !requirement.outside_trusted_locations
        && !requirement.outside_compliant_network
        && requirement.clients.contains(&ClientAppType::Browser));
    // Where policies may be missing, none can be proved to be the one that is needed.
    let can_be_made = facts.tenant.missing.is_empty() && !facts.tenant.policies.is_empty();
    let explain_new = if can_be_made {
        let id = judgement.control.id;
        let steps = judgement
            .control
            .text
            .as_ref()
            .map_or(String::new(), |_| format!(", and `caplint explain {id}` lists the steps"));
        format!(" `caplint new {id}` writes it{steps}.{}", mandatory(judgement))
    } else {
        explain.clone()
    };
    let create = if is_about_some {
        format!("Create a policy that covers this.{explain_new}")
    } else {
        format!("Create a policy that requires it for all users, without conditions.{explain_new}")
    };
    let (mut hinge, mut by_groups) = (None, true);
    match &judgement.decision.reason {
        Reason::TooIntricate(hardest) => return format!("{}{explain}", remedy::of_intricacy(facts, hardest)),
        Reason::Witness if is_all_off(facts, nearest) => {
            return format!("{}{explain}", what_to_enable(facts, judgement));
        }
        Reason::Unknown(index, cause) => hinge = Some((*index, *cause)),
        // A policy for some users is not the one to change for all, unless it is for groups that are meant to hold all.
        Reason::Membership(policies) => by_groups = policies.len() > 1,
        Reason::Witness => by_groups = !is_of_the_directory(facts, judgement),
        Reason::NoPolicies
        | Reason::MissingPolicies(_)
        | Reason::ContradictedDefaults
        | Reason::Policies(_)
        | Reason::SecurityDefaults(_) => {}
    }
    let advice = |index: PolicyIndex, causes: &[Cause]| {
        let policy = &facts.tenant[index];
        let is_for_roles = !requirement.users.is_empty() && !policy.conditions.users.include_roles.is_empty();
        let is_for_others = |cause: &Cause| match cause.why {
            Why::UserNotIncluded => !is_for_roles,
            Why::OnlyIncludedGroups => by_groups,
            _ => false,
        };
        if causes.iter().any(is_for_others) {
            return None;
        }
        let remedies: Vec<String> =
            causes.iter().take(3).filter_map(|cause| remedy::remedy(judgement, policy, cause)).collect();
        let label = PolicyRef::to(policy).label();
        (!remedies.is_empty()).then(|| format!("In {label}, {}.{explain}", remedies.join(", and ")))
    };
    let advice = match hinge {
        // What makes it known need not close a gap.
        Some((index, cause)) => advice(index, &[cause]),
        None => near.iter().take(CHANGED).find_map(|(index, causes)| {
            advice(*index, causes).filter(|_| edit::is_advice(facts, judgement, *index, causes))
        }),
    };
    advice.unwrap_or(create)
}

/// Which policy to enable in a tenant where none is.
fn what_to_enable(facts: &TenantFacts<'_>, judgement: &Judgement) -> String {
    let near = super::nearest(facts, judgement).iter().map(|(policy, _)| *policy);
    let may_block = judgement.requirement.grant.contains(&Grant::Block);
    // A policy that blocks everybody does keep people without MFA out, and is no advice.
    let is_advice = |policy: &PolicyIndex| may_block || !facts.tenant[*policy].grant.blocks();
    let enough_alone = |policy: PolicyIndex| {
        let enabled = Policy { state: Fact::Known(State::Enabled), ..facts.tenant[policy].clone() };
        match facts.held_with(&judgement.requirement, policy, enabled)?.verdict {
            Verdict::Enforced => Some((policy, "")),
            Verdict::EnforcedExcept => Some((policy, ", except for whoever it excludes")),
            Verdict::NotEnforced | Verdict::Undecided => None,
        }
    };
    let Some((policy, rest)) = near.filter(is_advice).take(TRIED).find_map(enough_alone) else {
        return "Check in the sign-in logs whom the policies would stop, and then set `state` to \"enabled\". \
                `--assume-enabled all` shows what the tenant would then enforce."
            .to_owned();
    };
    let policy = &facts.tenant[policy];
    let then = match policy.state {
        Fact::Known(State::Disabled) => "Set its `state` to \"enabledForReportingButNotEnforced\", and to \"enabled\"",
        Fact::Known(State::ReportOnly | State::Enabled) | Fact::Unknown(_) => "Set its `state` to \"enabled\"",
    };
    format!(
        "{} is enough alone{rest}. {then} after a check in the sign-in logs of whom it stops.",
        capitalised(&PolicyRef::to(policy).label()),
    )
}

/// A note about the MFA that Microsoft itself requires and that caplint does not count.
fn mandatory(judgement: &Judgement) -> &'static str {
    let management = judgement.requirement.resources.iter().any(|resource| match resource {
        Resource::App(id) => crate::catalog::is_management_api(id),
        Resource::Every
        | Resource::OfSuite(_)
        | Resource::Other
        | Resource::UserAction(_)
        | Resource::AuthenticationContext(_) => false,
    });
    if management {
        " Microsoft's mandatory MFA is not counted: in the public cloud, it applies to changes but not to reading."
    } else {
        ""
    }
}

/// The form within a sentence. "MFA" keeps its letter case.
fn uncapitalised(text: &str) -> String {
    match text.as_bytes() {
        [b'A', b' ', ..] | [b'A'..=b'Z', b'a'..=b'z', ..] => text[..1].to_lowercase() + &text[1..],
        _ => text.to_owned(),
    }
}
