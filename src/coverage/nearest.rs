//! Which policies come nearest to stopping a sign-in, and what keeps them from it.

use crate::policy::{ClientAppType, Policy, Property};
use crate::requirement::Requirement;
use crate::signin::{Cause, SignIn, View, Why};
use crate::tenant::PolicyIndex;

/// Whether a policy has a condition on everything that narrows the requirement: device code flow, a risk, legacy clients.
pub(crate) fn is_about(requirement: &Requirement, policy: &Policy) -> bool {
    let conditions = &policy.conditions;
    let only_legacy = !requirement.clients.contains(&ClientAppType::Browser);
    let any_client = conditions.client_app_types.position(|client| *client == ClientAppType::All).is_some();
    [
        (requirement.platforms.is_empty(), conditions.platforms.include.is_empty()),
        (requirement.flows.is_empty(), conditions.transfer_methods.is_empty()),
        (requirement.sign_in_risk.is_empty(), conditions.sign_in_risk_levels.is_empty()),
        (requirement.user_risk.is_empty(), conditions.user_risk_levels.is_empty()),
        (requirement.insider_risk.is_empty(), conditions.insider_risk_levels.is_empty()),
        (!only_legacy, any_client),
    ]
    .into_iter()
    .all(|(is_not_asked, is_without)| is_not_asked || !is_without)
}

/// Whether a policy could be widened to meet the requirement. One that blocks something else must not be taken for that:
/// it would lock everybody out.
fn is_meant(requirement: &Requirement, policy: &Policy, causes: &[Cause]) -> bool {
    if !policy.grant.blocks() {
        return true;
    }
    let only_legacy = !requirement.clients.contains(&ClientAppType::Browser);
    let narrows = |cause: &Cause| match (cause.why, cause.at.property) {
        (Why::FlowNotIncluded, _) => requirement.flows.is_empty(),
        (Why::RiskNotIncluded, Property::SignInRiskLevels) => requirement.sign_in_risk.is_empty(),
        (Why::RiskNotIncluded, Property::UserRiskLevels) => requirement.user_risk.is_empty(),
        (Why::RiskNotIncluded, Property::InsiderRiskLevels) => requirement.insider_risk.is_empty(),
        (Why::ClientAppNotIncluded, _) => !only_legacy,
        (Why::PlatformNotIncluded, _) => requirement.platforms.is_empty(),
        (
            Why::RiskNotIncluded
            | Why::UserNotIncluded
            | Why::OnlyIncludedGroups
            | Why::LocationNotIncluded
            | Why::DeviceFilter,
            _,
        ) => true,
        _ => false,
    };
    is_about(requirement, policy) && !causes.iter().any(narrows)
}

/// What keeps a policy from stopping a sign-in, if that is only that it asks for less.
fn asking_less(view: &View<'_>, policy: &Policy, sign_in: &SignIn) -> Option<Vec<Cause>> {
    if !is_about(view.requirement, policy) {
        return None;
    }
    let causes: Vec<Cause> = view.causes(policy, sign_in).take(2).collect();
    matches!(causes[..], [Cause { why: Why::Alternative | Why::NoSessionControl, .. }]).then_some(causes)
}

/// The policies that ask for what is required and do not stop `sign_in`, each with what keeps it from doing so: those
/// meant for everybody before those meant for some, and what comes nearest first. If none asks for it, those that apply
/// and ask for less.
#[must_use]
pub fn nearest_policies(view: &View<'_>, sign_in: &SignIn) -> Vec<(PolicyIndex, Vec<Cause>)> {
    let (asking, others): (Vec<_>, Vec<_>) = view.tenant.indexed().partition(|(_, policy)| view.asks(policy));
    // 0: meant for everybody, 1: for groups that may hold everybody, 2: for some.
    let mut near: Vec<(u8, PolicyIndex, Vec<Cause>)> = Vec::new();
    for (index, policy) in asking {
        let mut causes: Vec<Cause> = view.causes(policy, sign_in).collect();
        // A policy for other resources alone is still the one to change where it has to be for all.
        if causes.iter().any(|cause| cause.why == Why::NotForAllResources) {
            causes.retain(|cause| cause.why != Why::ResourceNotIncluded);
        }
        let is_elsewhere = causes.iter().any(|cause| cause.why.is_elsewhere());
        if !causes.is_empty() && !is_elsewhere && is_meant(view.requirement, policy, &causes) {
            let meant_for = causes.iter().map(|cause| match cause.why {
                Why::UserNotIncluded => 2,
                Why::OnlyIncludedGroups => 1,
                _ => 0,
            });
            near.push((meant_for.max().unwrap_or(0), index, causes));
        }
    }
    if near.is_empty() {
        return others
            .into_iter()
            .filter_map(|(index, policy)| Some((index, asking_less(view, policy, sign_in)?)))
            .collect();
    }
    near.sort_by_key(|(meant_for, index, causes)| (*meant_for, causes.len(), *index));
    // Whom a policy for administrators leaves out is no news where one is meant for everybody.
    if near.iter().any(|(meant_for, _, _)| *meant_for < 2) {
        near.retain(|(meant_for, _, _)| *meant_for < 2);
    }
    near.into_iter().map(|(_, index, causes)| (index, causes)).collect()
}
