//! What is said of expectations, and of sign-ins that are refused.

use super::TenantFacts;
use super::control::{Determiner, Subject, how, named, resource, user};
use crate::access::{Account, Expectation, Expected, Judged, Met, Shown, Untold, Who};
use crate::coverage::{Hole, PrincipalKind};
use crate::diff::{Access, Atom, Which, words};
use crate::finding::{PolicyRef, capitalised, joined, quoted};
use crate::policy::{Id, UserType, Words};
use crate::replay::{self, Unknown};
use crate::requirement::{Grant, Requirement, Resource};

/// Policies that a sentence names.
const SHOWN: usize = 3;

/// Why an expectation is met, or is not, in one sentence.
#[must_use]
pub fn said(facts: &TenantFacts<'_>, expectation: &Expectation, judged: &Judged) -> String {
    // What is met is so of all sign-ins, not of the example alone.
    let is_by_missing = judged.untold == Some(Untold::MissingPolicies);
    let is_met = judged.met == Met::Yes || (is_by_missing && expectation.outcome == Expected::Can);
    let Some(shown) = judged.shown.as_ref().filter(|_| !is_met) else { return without_sign_in(expectation, judged) };
    let who = whose(facts, expectation, shown);
    let way = way(facts, &expectation.resources, shown);
    let is_unknown = judged.met == Met::Unknown;
    let mut sentence = match &expectation.outcome {
        Expected::Can => return format!("{}.", refused(facts, &who, &expectation.resources, shown, is_unknown)),
        Expected::May if judged.met == Met::No => {
            format!("{who} cannot sign in at all, for example{way}: {}", refusal(facts, shown, false))
        }
        Expected::May | Expected::Cannot => {
            format!("{who} {} in{way}{}: {}", gets(judged), with(expectation), needed(facts, shown))
        }
        Expected::Needs(controls) => {
            let access = Access::needing(vec![controls.clone()]);
            let needs = words::needs(&access, &|id| named(facts, id));
            format!("{who} {} in{way} without {needs}: {}", gets(judged), needed(facts, shown))
        }
    };
    if let Some(doubt) = doubt(facts, shown) {
        sentence.push_str(&format!(", which depends on {doubt}"));
    } else if is_by_missing {
        sentence.push_str(", unless a policy stands against it that is missing from the files");
    }
    sentence.push('.');
    sentence
}

fn without_sign_in(expectation: &Expectation, judged: &Judged) -> String {
    match (judged.untold, &expectation.outcome) {
        (Some(Untold::TooIntricate), _) => "It takes too long to tell.",
        (Some(Untold::MissingPolicies), _) => "Policies may be missing from the files, and could stand against it.",
        (Some(Untold::NoSignIn), _) => "There is no such sign-in: the conditions exclude each other.",
        (None, Expected::Can) => "Every sign-in gets in.",
        (None, Expected::May) => "A sign-in gets in.",
        (None, Expected::Cannot) => "No sign-in gets in.",
        (None, Expected::Needs(_)) => "No sign-in gets in without it.",
    }
    .to_owned()
}

fn gets(judged: &Judged) -> &'static str {
    match judged.met {
        Met::Unknown => "may get",
        Met::Yes | Met::No => "gets",
    }
}

fn whose(facts: &TenantFacts<'_>, expectation: &Expectation, shown: &Shown) -> String {
    match &expectation.who {
        Who::Exactly(own) => capitalised(&account(facts, own)),
        Who::Anybody | Who::Anyone(_) => capitalised(&user(facts, &shown.sign_in, Determiner::Any)),
    }
}

/// What is brought, if that is not everything.
fn with(expectation: &Expectation) -> String {
    let Some(has) = &expectation.has else { return String::new() };
    let all: Vec<String> = has.iter().map(Atom::to_string).collect();
    if all.is_empty() { " with nothing".to_owned() } else { format!(" with {}", joined(&all, usize::MAX)) }
}

/// What the policies ask of a sign-in that gets in.
fn needed(facts: &TenantFacts<'_>, shown: &Shown) -> String {
    let replayed = replay::replay(facts.tenant, &shown.sign_in, facts.options());
    let is_certain = replayed.unknown.iter().all(|one| matches!(one, Unknown::MissingPolicies));
    match replayed.access {
        Access::Granted if is_certain => "nothing is asked for".to_owned(),
        Access::Granted => "nothing is surely asked for".to_owned(),
        Access::Blocked => "it is blocked".to_owned(),
        Access::Needs(_) => format!("it needs {}", words::needs(&replayed.access, &|id| named(facts, id))),
    }
}

/// To what a sign-in is, and how it is made.
fn way(facts: &TenantFacts<'_>, resources: &[Resource], shown: &Shown) -> String {
    let to = match &shown.sign_in.resource {
        Resource::Other | Resource::Every => String::new(),
        other => format!(" to {}", resource(other)),
    };
    let hole = Hole { sign_in: shown.sign_in.clone(), departs: Vec::new(), relevant: shown.relevant.clone() };
    let requirement = Requirement { resources: resources.to_vec(), ..Requirement::everywhere(Grant::Mfa) };
    let how = how(facts, &requirement, &hole, Subject::Exception);
    let how = if how.is_empty() { String::new() } else { format!(" {}", how.join(", ")) };
    format!("{to}{how}")
}

/// Who cannot sign in, where, and because of what.
pub(super) fn refused(
    facts: &TenantFacts<'_>,
    who: &str,
    resources: &[Resource],
    shown: &Shown,
    is_unknown: bool,
) -> String {
    let cannot = if is_unknown { "may not be able to" } else { "cannot" };
    let way = way(facts, resources, shown);
    let sentence = format!("{who} {cannot} sign in{way}: {}", refusal(facts, shown, is_unknown));
    doubt(facts, shown).map_or_else(|| sentence.clone(), |doubt| format!("{sentence}, which depends on {doubt}"))
}

/// What refuses a sign-in, and how.
fn refusal(facts: &TenantFacts<'_>, shown: &Shown, is_unknown: bool) -> String {
    let by: Vec<String> = shown.by.iter().map(|which| label(facts, *which)).collect();
    let policy = |which: &Which| which.policy().and_then(|index| facts.tenant.policies.get(index));
    let is_by_block = shown.by.iter().all(|which| policy(which).is_some_and(|policy| policy.grant.blocks()));
    let (one, several) = match (is_unknown, shown.is_by_device, shown.is_blocked) {
        (true, ..) => ("may refuse it", "may refuse it"),
        (false, true, _) => ("asks for another device", "ask for another device"),
        (false, false, true) if is_by_block => ("blocks it", "block it"),
        (false, false, true) => ("asks for what no such sign-in can have", "ask for what no such sign-in can have"),
        (false, false, false) => ("asks for more than the account has", "ask for more than the account has"),
    };
    let verb = if by.len() == 1 { one } else { several };
    format!("{} {verb}", joined(&by, SHOWN))
}

/// The first of what an answer depends on.
fn doubt(facts: &TenantFacts<'_>, shown: &Shown) -> Option<String> {
    let (policy, pointer, reason) = shown.depends_on.first()?;
    let policy = facts.tenant.policies.get(*policy).map(|policy| PolicyRef::to(policy).label());
    Some(format!("`{}` of {}: {reason}", pointer.dotted(), policy.unwrap_or_default()))
}

fn label(facts: &TenantFacts<'_>, which: Which) -> String {
    let policy = which.policy().and_then(|index| facts.tenant.policies.get(index));
    policy.map_or_else(|| "security defaults".to_owned(), |policy| PolicyRef::to(policy).label())
}

/// An account, as far as a sentence names it.
pub(super) fn account(facts: &TenantFacts<'_>, account: &Account) -> String {
    let name = |kind: PrincipalKind, id: &Id| quoted(&facts.name(kind, id).unwrap_or_else(|| id.to_string()));
    match (&account.id, account.groups.first(), account.roles.first()) {
        (Some(id), ..) => format!("the account {}", name(PrincipalKind::User, id)),
        (None, Some(group), _) => format!("a member of {}", name(PrincipalKind::Group, group)),
        (None, None, Some(role)) => format!("a holder of the role {}", name(PrincipalKind::Role, role)),
        (None, None, None) => match account.kind {
            None | Some(UserType::Member) => "an ordinary user".to_owned(),
            Some(kind) => format!("a user of the type {}", kind.word()),
        },
    }
}
