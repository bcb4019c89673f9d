//! A sign-in that gets through: what it departs in, and what else in it matters.

use super::formula::Term;
use super::regions::Region;
use super::space::Space;
use super::verdict::{Coordinate, Hole};
use crate::policy::{Fact, Id, Policy, Property, State};
use crate::signin::{Lens, Match, SignIn, View, Why};
use std::collections::BTreeSet;

/// A sign-in that gets through, and what it departs in.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub(super) sign_in: SignIn,
    /// What it departs in.
    pub(super) terms: BTreeSet<Term>,
    /// What is true of it beside what is known of who makes it.
    pub(super) others: BTreeSet<Term>,
    /// What is known of who makes it.
    pub(super) fixed: BTreeSet<Term>,
}

/// A hole with what it departs in.
pub(super) fn departures(space: &Space<'_>, terms: &BTreeSet<Term>, sign_in: SignIn) -> Hole {
    let mut departs: Vec<Coordinate> = terms.iter().map(|term| space.coordinate(*term)).collect();
    departs.sort_unstable();
    departs.dedup();
    Hole { sign_in, relevant: departs.clone(), departs }
}

/// A hole with everything that matters in it. `covered` is what policies cover if everything unknown helps: no other could
/// stop it.
pub(super) fn hole(space: &Space<'_>, covered: &[Region], terms: &BTreeSet<Term>, sign_in: SignIn) -> Hole {
    let mut hole = departures(space, terms, sign_in);
    for policy in covered.iter().filter_map(|(carrier, _)| carrier.policy()) {
        let policy = &space.view.tenant[policy];
        if let Some(coordinate) = only_obstacle(&space.view, policy, &hole.sign_in)
            && !hole.relevant.contains(&coordinate)
        {
            hole.relevant.push(coordinate);
        }
    }
    hole.relevant.sort_unstable();
    hole
}

/// The one coordinate that, changed to what the policy asks for, would have the policy stop the sign-in.
fn only_obstacle(view: &View<'_>, policy: &Policy, sign_in: &SignIn) -> Option<Coordinate> {
    if matches!(policy.judged_state(), Fact::Known(State::ReportOnly | State::Disabled)) {
        return None;
    }
    let mut causes = view.causes(policy, sign_in);
    let (first, second) = (causes.next()?, causes.next());
    if second.is_some() {
        return None;
    }
    let conditions = &policy.conditions;
    let mut changed = sign_in.clone();
    let coordinate = match first.why {
        Why::ClientAppNotIncluded => {
            changed.client_app = *super::space::CLIENTS.iter().find(|client| {
                view.requirement.clients.contains(client)
                    && conditions.client_app_types.position(|one| one == *client).is_some()
            })?;
            Coordinate::ClientApp
        }
        Why::PlatformNotIncluded => {
            let asked = &view.requirement.platforms;
            let mut included = conditions.platforms.include.known().map(|(_, platform)| *platform);
            changed.platform = included.find(|platform| asked.is_empty() || asked.contains(platform))?;
            Coordinate::Platform
        }
        Why::LocationNotIncluded => {
            let location = conditions.locations.include.known().next()?.1.clone();
            if view.tenant.is_trusted_location(&location) == Some(true) {
                changed.locations.insert(Id::new("AllTrusted"));
            }
            changed.locations.insert(location);
            Coordinate::Locations
        }
        Why::RiskNotIncluded if first.at.property == Property::SignInRiskLevels => {
            changed.sign_in_risk = *conditions.sign_in_risk_levels.known().next()?.1;
            Coordinate::SignInRisk
        }
        Why::RiskNotIncluded if first.at.property == Property::UserRiskLevels => {
            changed.user_risk = *conditions.user_risk_levels.known().next()?.1;
            Coordinate::UserRisk
        }
        Why::RiskNotIncluded => {
            changed.insider_risk = *conditions.insider_risk_levels.known().next()?.1;
            Coordinate::InsiderRisk
        }
        Why::FlowNotIncluded => {
            changed.flow = *conditions.transfer_methods.known().next()?.1;
            Coordinate::Flow
        }
        Why::DeviceFilter | Why::Alternative => {
            changed.device = crate::signin::Device::default();
            Coordinate::Device
        }
        _ => return None,
    };
    (view.forces(policy, &changed, Lens::Plain) == Match::Yes).then_some(coordinate)
}

/// The principal whose exception a hole is: of several who may be the same, always the same one, and one with an id if
/// there is any.
pub(super) fn principal(space: &Space<'_>, terms: &BTreeSet<Term>) -> Option<Term> {
    let principals = terms.iter().filter_map(|term| {
        let (kind, id) = space.principal_of(*term)?;
        Some(((id.guid().is_none(), kind, id), *term))
    });
    principals.min().map(|(_, term)| term)
}
