//! Policies that say something else than before.

use super::difference::{Edit, Effect, Property, Which};
use super::pairs::{Pairs, sorted};
use crate::coverage::{Facet, Side};
use crate::policy::Policy;
use crate::tenant::Tenant;

/// Every policy that means something else, or has no counterpart, in the order of their files.
pub(super) fn listed([before, after]: [&Tenant; 2], pairs: &Pairs) -> Vec<Edit> {
    let edit = |before: Option<usize>, after: Option<usize>, properties| Edit {
        before: before.map(Which::Policy),
        after: after.map(Which::Policy),
        properties,
        effect: Effect::None,
        masked_by: Vec::new(),
    };
    let mut edits = Vec::new();
    for (index, policy) in before.policies.iter().enumerate() {
        match pairs.counterpart(Side::Before, index) {
            Some(_) if pairs.is_unchanged(index) => {}
            Some(other) => edits.push(edit(Some(index), Some(other), differing(policy, &after.policies[other]))),
            None => edits.push(edit(Some(index), None, vec![Property::Policy])),
        }
    }
    for index in 0..after.policies.len() {
        if pairs.counterpart(Side::After, index).is_none() {
            edits.push(edit(None, Some(index), vec![Property::Policy]));
        }
    }
    edits
}

fn differing(one: &Policy, other: &Policy) -> Vec<Property> {
    let [one, other] = &[one, other].map(sorted);
    let (own, others) = (&one.conditions, &other.conditions);
    let rest = |policy: &Policy| {
        let conditions = &policy.conditions;
        (conditions.opaque.clone(), conditions.workload_identities, conditions.service_principal_risk_levels.clone())
    };
    let all = [
        (
            Property::Facet(Facet::State),
            one.state != other.state
                || one.deleted != other.deleted
                || one.contradicted != other.contradicted
                || one.foreign != other.foreign,
        ),
        (Property::Facet(Facet::IncludeUsers), own.users != others.users),
        (Property::Facet(Facet::Applications), own.applications != others.applications),
        (Property::Facet(Facet::ClientAppTypes), own.client_app_types != others.client_app_types),
        (Property::Facet(Facet::IncludePlatforms), own.platforms != others.platforms),
        (Property::Facet(Facet::IncludeLocations), own.locations != others.locations),
        (Property::Facet(Facet::Devices), own.device_filter != others.device_filter),
        (Property::Facet(Facet::SignInRisk), own.sign_in_risk_levels != others.sign_in_risk_levels),
        (Property::Facet(Facet::UserRisk), own.user_risk_levels != others.user_risk_levels),
        (Property::Facet(Facet::InsiderRisk), own.insider_risk_levels != others.insider_risk_levels),
        (Property::Facet(Facet::Flows), own.transfer_methods != others.transfer_methods),
        (Property::Facet(Facet::Others), own.doubt != others.doubt || rest(one) != rest(other)),
        (Property::GrantControls, one.grant != other.grant),
        (Property::SessionControls, one.session != other.session),
    ];
    let mut differing: Vec<Property> =
        all.into_iter().filter(|(_, differs)| *differs).map(|(property, _)| property).collect();
    if differing.is_empty() {
        // Only what cannot be read differs.
        differing.push(Property::Facet(Facet::Others));
    }
    differing
}
