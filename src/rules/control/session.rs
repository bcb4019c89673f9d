//! Session controls in words: what is not there, what is not enough, and what to set instead.

use crate::policy::{Policy, Property};
use crate::requirement::{Frequency, Grant, Requirement, Session};
use crate::syntax::Pointer;

/// The session control that a policy is expected to have.
fn first(requirement: &Requirement) -> Option<Session> {
    requirement.grant.iter().find_map(Grant::session)
}

/// What a policy does not do, as the rest of a clause.
pub(super) fn missing(requirement: &Requirement) -> &'static str {
    match first(requirement) {
        Some(Session::SignInFrequency { .. }) => "sets no sign-in frequency",
        Some(Session::NeverPersistent) => "does not control persistent browser sessions",
        Some(Session::TokenProtection) => "does not require token protection",
        Some(Session::AppEnforcedRestrictions) => "does not use app enforced restrictions",
        Some(Session::AppControl) => "does not use Conditional Access App Control",
        Some(Session::StrictAccessEvaluation) => "does not customize continuous access evaluation",
        None => "has no such session control",
    }
}

/// What a policy has in its place, as a clause.
pub(super) fn weaker(requirement: &Requirement, property: Property) -> String {
    match first(requirement) {
        Some(Session::SignInFrequency { .. }) if property == Property::SignInFrequencyAuthenticationType => {
            "only the second factor is asked for again".to_owned()
        }
        Some(Session::SignInFrequency { at_most: Frequency::EveryTime, .. }) => {
            "the sign-in frequency is a time, not every time".to_owned()
        }
        Some(Session::SignInFrequency { at_most, .. }) => {
            format!("users sign in again after more than {at_most}")
        }
        Some(Session::NeverPersistent) => "browser sessions always persist".to_owned(),
        Some(Session::StrictAccessEvaluation) => "continuous access evaluation is disabled".to_owned(),
        Some(Session::TokenProtection | Session::AppEnforcedRestrictions | Session::AppControl) | None => {
            "this is not enough".to_owned()
        }
    }
}

/// What to set in a policy, as a clause in the imperative.
pub(super) fn remedy(requirement: &Requirement, policy: &Policy) -> String {
    let place = |property| policy.place(&Pointer::new(property));
    let enable = |property| format!("set `{}` to true", place(property));
    match first(requirement) {
        Some(Session::SignInFrequency { at_most: Frequency::EveryTime, .. }) => {
            format!("set `{}` to \"everyTime\"", place(Property::SignInFrequencyInterval))
        }
        Some(Session::SignInFrequency { at_most, .. }) => {
            format!("set the sign-in frequency (`{}`) to {at_most} or less", place(Property::SignInFrequencyValue))
        }
        Some(Session::NeverPersistent) => {
            format!("set `{}` to \"never\"", place(Property::PersistentBrowserMode))
        }
        Some(Session::TokenProtection) => enable(Property::SecureSignInSession),
        Some(Session::AppEnforcedRestrictions) => enable(Property::ApplicationEnforcedRestrictions),
        Some(Session::AppControl) => {
            format!("use Conditional Access App Control (`{}`)", place(Property::CloudAppSecurityType))
        }
        Some(Session::StrictAccessEvaluation) => {
            format!("set `{}` to \"strictLocation\"", place(Property::ContinuousAccessEvaluationMode))
        }
        None => "add the required session control".to_owned(),
    }
}
