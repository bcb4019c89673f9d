//! What a policy demands, and whether that can be had without MFA.
//!
//! Every control but MFA itself is monotone and the attacker's to satisfy, except those that the state of the device
//! decides. So a policy forces MFA on a sign-in iff its demand fails with MFA withheld and everything else granted.

use super::{At, Cause, Device, Match, View, Why};
use crate::policy::{Fact, GrantControl, Operator, Policy};

const BUILT_IN: &str = "/grantControls/builtInControls";
const OPERATOR: &str = "/grantControls/operator";
const STRENGTH: &str = "/grantControls/authenticationStrength";

/// One thing that a policy demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// Where it stands.
    pub at: At,
    /// Whether it can be met without MFA; unknown for the reason given.
    pub without_mfa: Result<bool, Why>,
}

/// Everything that `grantControls` lists, over all four lists.
#[must_use]
pub fn demand(view: &View<'_>, policy: &Policy, device: Device) -> Vec<Demand> {
    let grant = &policy.grant;
    let mut demands = Vec::new();
    let mut push = |at, without_mfa| demands.push(Demand { at, without_mfa });
    for (index, control) in grant.built_in.items().iter().enumerate() {
        let without_mfa = match control {
            Fact::Known(control) => match control {
                GrantControl::Mfa
                | GrantControl::Block
                | GrantControl::PasswordChange
                | GrantControl::RiskRemediation => Ok(false),
                GrantControl::CompliantDevice => Ok(device.compliant),
                GrantControl::DomainJoinedDevice => Ok(device.hybrid_joined),
                GrantControl::ApprovedApplication | GrantControl::CompliantApplication | GrantControl::VerifiedId => {
                    Ok(true)
                }
            },
            Fact::Unknown(reason) => Err(Why::Doubt(*reason)),
        };
        push(At::element(BUILT_IN, index), without_mfa);
    }
    if let Some(reason) = grant.built_in.doubt() {
        push(At::property(BUILT_IN), Err(Why::Doubt(reason)));
    }
    for (list, property) in [
        (&grant.custom, "/grantControls/customAuthenticationFactors"),
        (&grant.terms_of_use, "/grantControls/termsOfUse"),
    ] {
        for (index, item) in list.items().iter().enumerate() {
            let without_mfa = match item {
                Fact::Known(_) => Ok(true),
                Fact::Unknown(reason) => Err(Why::Doubt(*reason)),
            };
            push(At::element(property, index), without_mfa);
        }
        if let Some(reason) = list.doubt() {
            push(At::property(property), Err(Why::Doubt(reason)));
        }
    }
    match &grant.strength {
        Fact::Known(None) => {}
        Fact::Known(Some(strength)) => {
            let without_mfa = match view.tenant.implies_mfa(strength) {
                Fact::Known(Some(implies)) => Ok(!implies),
                Fact::Known(None) => Err(Why::StrengthUndefined),
                Fact::Unknown(reason) => Err(Why::Doubt(reason)),
            };
            push(At::property(STRENGTH), without_mfa);
        }
        Fact::Unknown(reason) => push(At::property(STRENGTH), Err(Why::Doubt(*reason))),
    }
    demands
}

/// Whether the demand cannot be met on this device without MFA.
pub(super) fn forced(view: &View<'_>, policy: &Policy, device: Device) -> Match {
    if let Some(reason) = policy.grant.doubt {
        return Match::Unknown(Cause { at: At::property("/grantControls"), why: Why::Doubt(reason) });
    }
    let demands = demand(view, policy, device);
    if demands.is_empty() {
        return Match::No(Cause { at: At::property("/grantControls"), why: Why::NoGrantControls });
    }
    let alternative = demands.iter().find(|demand| demand.without_mfa == Ok(true));
    let unknown = demands.iter().find_map(|demand| Some((demand.at, demand.without_mfa.err()?)));
    let forcing = demands.iter().any(|demand| demand.without_mfa == Ok(false));
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
