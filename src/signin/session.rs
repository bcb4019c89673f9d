//! Whether the session controls of a policy limit a session as required.
//!
//! A session control of any policy that applies counts, whatever the others say: of two sign-in frequencies, the shorter
//! one. [Microsoft's page] does not say so; it is the assumption `strictest-session-control-counts`.
//!
//! [Microsoft's page]: https://learn.microsoft.com/entra/identity/conditional-access/concept-session-lifetime

use super::{At, Cause, Match, Why};
use crate::policy::{
    AccessEvaluation, AuthenticationType, BrowserSession, Fact, FrequencyInterval, FrequencyUnit, Policy, Property,
    Reason, SignInFrequency,
};
use crate::requirement::{Frequency, Session};

/// Whether a policy that applies sees to it.
pub(super) fn limited(policy: &Policy, required: Session) -> Match {
    let controls = &policy.session_controls;
    let limited = match required {
        Session::SignInFrequency { at_most, both_factors } => {
            match asked(Property::SignInFrequencyValue, controls.sign_in_frequency) {
                Ok(frequency) => frequent(frequency, at_most, both_factors),
                Err(other) => other,
            }
        }
        Session::NeverPersistent => {
            let never = match asked(Property::PersistentBrowserMode, controls.persistent_browser) {
                Ok(BrowserSession::Never) => Match::Yes,
                Ok(BrowserSession::Always) => weaker(Property::PersistentBrowserMode),
                Err(other) => other,
            };
            match (never, for_all_resources(policy)) {
                (Match::No(_), _) | (Match::Unknown(_), Match::Yes | Match::Unknown(_)) => never,
                (_, for_all) => for_all,
            }
        }
        Session::TokenProtection => switched(Property::SecureSignInSession, controls.token_protection),
        Session::AppEnforcedRestrictions => {
            switched(Property::ApplicationEnforcedRestrictions, controls.app_enforced_restrictions)
        }
        Session::AppControl => switched(Property::CloudAppSecurityType, controls.app_control),
        Session::StrictAccessEvaluation => {
            match asked(Property::ContinuousAccessEvaluationMode, controls.access_evaluation) {
                Ok(AccessEvaluation::StrictEnforcement | AccessEvaluation::StrictLocation) => Match::Yes,
                Ok(AccessEvaluation::Disabled) => weaker(Property::ContinuousAccessEvaluationMode),
                Err(other) => other,
            }
        }
    };
    match (limited, controls.doubt) {
        (Match::No(_), Some(reason)) => doubtful(Property::SessionControls, reason),
        (Match::Yes | Match::No(_) | Match::Unknown(_), _) => limited,
    }
}

/// Whether a policy has the control that is required, whatever it says, or may have it.
pub(super) fn is_asked(policy: &Policy, required: Session) -> bool {
    let controls = &policy.session_controls;
    controls.doubt.is_some()
        || match required {
            Session::SignInFrequency { .. } => controls.sign_in_frequency != Fact::Known(None),
            Session::NeverPersistent => controls.persistent_browser != Fact::Known(None),
            Session::TokenProtection => controls.token_protection != Fact::Known(false),
            Session::AppEnforcedRestrictions => controls.app_enforced_restrictions != Fact::Known(false),
            Session::AppControl => controls.app_control != Fact::Known(false),
            Session::StrictAccessEvaluation => controls.access_evaluation != Fact::Known(None),
        }
}

fn missing() -> Match {
    Match::No(Cause { at: At::property(Property::SessionControls), why: Why::NoSessionControl })
}

fn weaker(property: Property) -> Match {
    Match::No(Cause { at: At::property(property), why: Why::WeakerSessionControl })
}

fn doubtful(property: Property, reason: Reason) -> Match {
    Match::Unknown(Cause { at: At::property(property), why: Why::Doubt(reason) })
}

/// What a control asks for; otherwise, what comes of that.
fn asked<T>(property: Property, control: Fact<Option<T>>) -> Result<T, Match> {
    match control {
        Fact::Known(Some(control)) => Ok(control),
        Fact::Known(None) => Err(missing()),
        Fact::Unknown(reason) => Err(doubtful(property, reason)),
    }
}

fn switched(property: Property, control: Fact<bool>) -> Match {
    match control {
        Fact::Known(true) => Match::Yes,
        Fact::Known(false) => missing(),
        Fact::Unknown(reason) => doubtful(property, reason),
    }
}

/// Whether users sign in again as often as required, and with what is required.
fn frequent(asked: SignInFrequency, at_most: Frequency, both_factors: bool) -> Match {
    let often = match (asked.interval, at_most) {
        (Fact::Known(FrequencyInterval::EveryTime), Frequency::EveryTime | Frequency::Hours(_)) => Match::Yes,
        (Fact::Known(FrequencyInterval::TimeBased), Frequency::EveryTime) => weaker(Property::SignInFrequencyInterval),
        (Fact::Known(FrequencyInterval::TimeBased), Frequency::Hours(most)) => match (asked.value, asked.unit) {
            (Fact::Known(value), Fact::Known(unit)) if in_hours(value, unit) <= most => Match::Yes,
            (Fact::Known(_), Fact::Known(_)) => weaker(Property::SignInFrequencyValue),
            (Fact::Unknown(reason), _) => doubtful(Property::SignInFrequencyValue, reason),
            (_, Fact::Unknown(reason)) => doubtful(Property::SignInFrequencyType, reason),
        },
        (Fact::Unknown(reason), _) => doubtful(Property::SignInFrequencyInterval, reason),
    };
    let factors = match asked.authentication {
        Fact::Known(AuthenticationType::PrimaryAndSecondaryAuthentication) => Match::Yes,
        Fact::Known(AuthenticationType::SecondaryAuthentication) => weaker(Property::SignInFrequencyAuthenticationType),
        Fact::Unknown(reason) => doubtful(Property::SignInFrequencyAuthenticationType, reason),
    };
    match (often, factors) {
        (Match::No(_), _) => often,
        (_, Match::No(_)) | (Match::Yes, Match::Unknown(_)) if both_factors => factors,
        (Match::Yes | Match::Unknown(_), _) => often,
    }
}

fn in_hours(value: u64, unit: FrequencyUnit) -> u64 {
    match unit {
        FrequencyUnit::Hours => value,
        FrequencyUnit::Days => value.saturating_mul(24),
    }
}

/// A persistent browser session works in a policy for all resources only: every tab of a browser shares one session.
///
/// Source: <https://learn.microsoft.com/graph/api/resources/conditionalaccesssessioncontrols>
fn for_all_resources(policy: &Policy) -> Match {
    let included = &policy.conditions.applications.include;
    let why = match policy.conditions.applications.doubt.or(included.first_unknown().map(|(_, reason)| reason)) {
        _ if included.position(|app| app.is("All")).is_some() => return Match::Yes,
        Some(reason) => return doubtful(Property::IncludeApplications, reason),
        None => Why::NotForAllResources,
    };
    Match::No(Cause { at: At::property(Property::IncludeApplications), why })
}
