//! What a policy demands, and whether that can be had without what is required.
//!
//! Every control is monotone and, but for those that are required themselves and those that the state of the device
//! decides, the attacker's to satisfy. So a policy forces the requirement on a sign-in iff its demand fails with the
//! required grant withheld and everything else granted.

use super::{At, Cause, Device, Match, View, Why};
use crate::policy::{Fact, GrantControl, Operator, Policy, Property, Strength};
use crate::requirement::Grant;

const BUILT_IN: Property = Property::BuiltInControls;
const OPERATOR: Property = Property::GrantOperator;
const STRENGTH: Property = Property::AuthenticationStrength;

/// One thing that a policy demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// Where it stands.
    pub at: At,
    /// Whether it can be met without what is required; unknown for the reason given.
    pub without: Result<bool, Why>,
}

/// Everything that `grantControls` lists, over all four lists.
#[must_use]
pub fn demand(view: &View<'_>, policy: &Policy, device: &Device) -> Vec<Demand> {
    let grant = &policy.grant;
    let mut demands = Vec::new();
    let mut push = |at, without| demands.push(Demand { at, without });
    let retired =
        |control: &GrantControl| *control == GrantControl::ApprovedApplication && view.assumptions.approved_app_retired;
    for (index, control) in grant.built_in.items().iter().enumerate() {
        let without = match control {
            Fact::Known(control) if retired(control) => continue,
            Fact::Known(control) => Ok(is_met_without(view, *control, device)),
            Fact::Unknown(reason) => Err(Why::Doubt(*reason)),
        };
        push(At::element(BUILT_IN, index), without);
    }
    if let Some(reason) = grant.built_in.doubt() {
        push(At::property(BUILT_IN), Err(Why::Doubt(reason)));
    }
    for (list, property) in
        [(&grant.custom, Property::CustomAuthenticationFactors), (&grant.terms_of_use, Property::TermsOfUse)]
    {
        for (index, item) in list.items().iter().enumerate() {
            let without = match item {
                Fact::Known(_) => Ok(true),
                Fact::Unknown(reason) => Err(Why::Doubt(*reason)),
            };
            push(At::element(property, index), without);
        }
        if let Some(reason) = list.doubt() {
            push(At::property(property), Err(Why::Doubt(reason)));
        }
    }
    match &grant.strength {
        Fact::Known(None) => {}
        Fact::Known(Some(strength)) => push(At::property(STRENGTH), is_strength_met_without(view, strength)),
        Fact::Unknown(reason) => push(At::property(STRENGTH), Err(Why::Doubt(*reason))),
    }
    demands
}

/// Whether a control can be satisfied without anything that is required.
fn is_met_without(view: &View<'_>, control: GrantControl, device: &Device) -> bool {
    let required = |grant| view.requirement.grant.contains(&grant);
    match control {
        GrantControl::Block => false,
        GrantControl::Mfa => !required(Grant::Mfa),
        // Changing the password and remediating a risk begin with MFA.
        GrantControl::PasswordChange | GrantControl::RiskRemediation => {
            !required(Grant::Mfa) && !required(Grant::PasswordChange)
        }
        GrantControl::CompliantDevice => !required(Grant::CompliantDevice) && device.is_compliant(),
        GrantControl::DomainJoinedDevice => !required(Grant::HybridJoinedDevice) && device.is_hybrid_joined(),
        GrantControl::ApprovedApplication | GrantControl::CompliantApplication | GrantControl::VerifiedId => true,
    }
}

fn is_strength_met_without(view: &View<'_>, strength: &Strength) -> Result<bool, Why> {
    let allowed = view.tenant.allowed(strength);
    let mut without = Ok(true);
    for grant in &view.requirement.grant {
        let implies = match grant {
            Grant::Mfa => allowed.implies_mfa(),
            Grant::Strength { id, combinations, .. } => allowed.is_within(id.as_ref(), combinations),
            Grant::Block
            | Grant::CompliantDevice
            | Grant::HybridJoinedDevice
            | Grant::PasswordChange
            | Grant::Session(_) => Fact::Known(Some(false)),
        };
        match implies {
            Fact::Known(Some(true)) => return Ok(false),
            Fact::Known(Some(false)) => {}
            Fact::Known(None) => without = Err(Why::StrengthUndefined),
            Fact::Unknown(reason) => without = Err(Why::Doubt(reason)),
        }
    }
    without
}

/// Whether a sign-in to which the policy applies is not made on this device without what is required: a session control
/// limits what comes of it, or the demand cannot be met.
pub(super) fn forced(view: &View<'_>, policy: &Policy, device: &Device) -> Match {
    let mut outcome = demanded(view, policy, device);
    // Where a session control is required, its absence is what is wrong, not the grant.
    for limited in view.session_limits(policy) {
        outcome = match (limited, outcome) {
            (Match::Yes, _) | (_, Match::Yes) => Match::Yes,
            (unknown @ Match::Unknown(_), _) | (_, unknown @ Match::Unknown(_)) => unknown,
            (no @ Match::No(_), Match::No(_)) => no,
        };
    }
    outcome
}

/// Whether the demand cannot be met on this device without what is required.
fn demanded(view: &View<'_>, policy: &Policy, device: &Device) -> Match {
    if let Some(reason) = policy.grant.doubt {
        return Match::Unknown(Cause { at: At::property(Property::GrantControls), why: Why::Doubt(reason) });
    }
    let demands = demand(view, policy, device);
    if demands.is_empty() {
        return Match::No(Cause { at: At::property(Property::GrantControls), why: Why::NoGrantControls });
    }
    let alternative = demands.iter().find(|demand| demand.without == Ok(true));
    let unknown = demands.iter().find_map(|demand| Some((demand.at, demand.without.err()?)));
    let forcing = demands.iter().any(|demand| demand.without == Ok(false));
    let open = |at| Match::No(Cause { at, why: Why::Alternative });
    let in_doubt = |(at, why)| Match::Unknown(Cause { at, why });
    // A list that could not be read may hold any number of controls.
    let single = demands.len() == 1 && demands[0].at.index.is_some() || (demands[0].at.property == STRENGTH);
    match policy.grant.operator {
        // One demand alone needs no operator; the service itself rewrites it.
        _ if single => match (alternative, unknown) {
            (Some(alternative), _) => open(alternative.at),
            (None, Some(unknown)) => in_doubt(unknown),
            (None, None) => Match::Yes,
        },
        Fact::Known(Some(Operator::And)) => match (forcing, unknown, alternative) {
            (false, Some(unknown), _) => in_doubt(unknown),
            (false, None, Some(alternative)) => open(alternative.at),
            _ => Match::Yes,
        },
        Fact::Known(Some(Operator::Or)) => match (alternative, unknown) {
            (Some(alternative), _) => open(alternative.at),
            (None, Some(unknown)) => in_doubt(unknown),
            (None, None) => Match::Yes,
        },
        // Without an operator the answer is certain only where both agree.
        operator => match (forcing, unknown, alternative) {
            (true, None, None) => Match::Yes,
            (false, None, Some(alternative)) => open(alternative.at),
            _ => {
                let why = match operator {
                    Fact::Unknown(reason) => Why::Doubt(reason),
                    Fact::Known(_) => Why::OperatorMissing,
                };
                Match::Unknown(Cause { at: At::property(OPERATOR), why })
            }
        },
    }
}
