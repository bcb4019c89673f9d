//! Why a requirement holds for a user of the directory, or does not.

use super::how::{Subject, how};
use super::{cause, names};
use crate::coverage::{self, Hole, UserOutcome, nearest_policies};
use crate::finding::PolicyRef;
use crate::requirement::Requirement;
use crate::rules::TenantFacts;

/// Why a requirement comes to this for a user, in a few words; nothing if it is about others.
#[must_use]
pub fn why(facts: &TenantFacts<'_>, requirement: &Requirement, outcome: &UserOutcome) -> String {
    match outcome {
        UserOutcome::NotConcerned => String::new(),
        UserOutcome::Enforced { policies, by_defaults: true } if policies.is_empty() => {
            "by security defaults".to_owned()
        }
        UserOutcome::Enforced { policies, by_defaults: true } => {
            format!("by security defaults together with {}", names::policies(facts, policies))
        }
        UserOutcome::Enforced { policies, by_defaults: false } => format!("by {}", names::policies(facts, policies)),
        UserOutcome::Excepted(hole) | UserOutcome::NotEnforced(hole) | UserOutcome::Undecided(hole) => {
            open(facts, requirement, hole)
        }
        UserOutcome::TooIntricate => "the policies are too complex".to_owned(),
    }
}

/// How a sign-in is made that gets through, and what keeps the nearest policy from stopping it.
fn open(facts: &TenantFacts<'_>, requirement: &Requirement, hole: &Hole) -> String {
    let how = how(facts, requirement, hole, Subject::Exception).join(" ");
    let view = coverage::view(requirement, facts.tenant, facts.options());
    let nearest = nearest_policies(&view, &hole.sign_in).into_iter().next();
    let because = nearest.and_then(|(index, causes)| {
        let policy = &facts.tenant[index];
        let cause = causes.first()?;
        let said = cause::because(facts, requirement, policy, cause);
        Some(format!("{}: {said}", PolicyRef::to(policy).label()))
    });
    let parts: Vec<String> = [Some(how).filter(|how| !how.is_empty()), because].into_iter().flatten().collect();
    if parts.is_empty() { "no policy asks for it".to_owned() } else { parts.join("; ") }
}
