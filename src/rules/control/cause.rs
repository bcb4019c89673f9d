//! Why a policy does not stop a sign-in, as a clause.

use super::names::named;
use super::session;
use crate::coverage::PrincipalKind;
use crate::finding::PolicyRef;
use crate::policy::{GrantControl, Policy, Property, Reason};
use crate::requirement::{Grant, Identities, Requirement};
use crate::rules::TenantFacts;
use crate::signin::{Cause, Why};
use crate::syntax::Untold;

/// What a label says where a policy lets the sign-in through.
pub(super) fn seen(facts: &TenantFacts<'_>, requirement: &Requirement, policy: &Policy, cause: &Cause) -> String {
    said_of(&PolicyRef::to(policy).label(), facts, requirement, policy, cause)
}

/// Why a policy that was just named does not stop a sign-in.
#[must_use]
pub fn because(facts: &TenantFacts<'_>, requirement: &Requirement, policy: &Policy, cause: &Cause) -> String {
    said_of("it", facts, requirement, policy, cause)
}

fn said_of(name: &str, facts: &TenantFacts<'_>, requirement: &Requirement, policy: &Policy, cause: &Cause) -> String {
    let element = element_name(facts, policy, cause);
    match cause.why {
        Why::Disabled => format!("{name} is disabled"),
        Why::ReportOnly => format!("{name} is report-only: evaluated, never enforced"),
        Why::Deleted => format!("{name} is deleted"),
        Why::Contradicted => format!("{name} appears twice, with different content"),
        Why::Foreign => format!("{name} may be of another tenant"),
        Why::UserNotIncluded if requirement.identities != Identities::Users => {
            format!("{name} does not include every {}", requirement.identities.one())
        }
        Why::UserNotIncluded if requirement.users.is_empty() => format!("{name} does not include every user"),
        Why::UserNotIncluded => format!("{name} does not include them"),
        Why::OnlyIncludedGroups => format!("{name} includes only members of these groups"),
        Why::UserExcluded => format!("{element} is excluded here"),
        Why::GroupExcluded => format!("members of {element} are excluded here"),
        Why::RoleExcluded => format!("everybody with the role {element} is excluded here"),
        Why::GuestsExcluded => "guests and external users are excluded here".to_owned(),
        Why::ResourceNotIncluded => format!("{name} targets other resources"),
        Why::ResourceExcluded => "this resource is excluded here".to_owned(),
        Why::OtherIdentities => format!("{name} applies to other identities"),
        Why::WorkloadIdentities => format!("{name} applies to workload identities"),
        Why::ClientAppNotIncluded => "other client apps are not covered".to_owned(),
        Why::PlatformNotIncluded => {
            "all other platforms are not covered, and a client can claim any platform".to_owned()
        }
        Why::PlatformExcluded => "excluded here, and a client can claim any platform".to_owned(),
        Why::LocationNotIncluded => "all other locations are not covered".to_owned(),
        Why::LocationExcluded => "sign-ins from here are excluded".to_owned(),
        Why::RiskNotIncluded => "sign-ins without that risk are not covered".to_owned(),
        Why::FlowNotIncluded => "ordinary sign-ins are not covered".to_owned(),
        Why::NoGrantControls => format!("{name} requires nothing"),
        Why::NoSessionControl => format!("{name} {}", session::missing(requirement)),
        Why::WeakerSessionControl => session::weaker(requirement, cause.at.property),
        Why::NotForAllResources => "a persistent browser session works only in a policy for all resources".to_owned(),
        Why::DeviceFilter => "the filter does not cover this device".to_owned(),
        Why::Alternative => alternative(requirement, policy, cause),
        Why::OperatorMissing => "several controls and no operator".to_owned(),
        Why::AdminPortals
        | Why::ApplicationFilter
        | Why::DeviceFilterOpaque
        | Why::EveryRiskLevel
        | Why::PartnersPerhaps
        | Why::IdentitiesPerhaps
        | Why::SuitePerhaps(_)
        | Why::PerhapsTheSame
        | Why::NoClientApps
        | Why::EmptyCondition
        | Why::Opaque
        | Why::LocationUndefined
        | Why::CompliantNetworkPerhaps
        | Why::StrengthUndefined
        | Why::Doubt(_) => unknown(facts, policy, cause),
    }
}

fn alternative(requirement: &Requirement, policy: &Policy, cause: &Cause) -> String {
    let control = cause.at.index.and_then(|index| policy.grant.built_in.items().get(index)?.known());
    let enough = match (cause.at.property, control) {
        (Property::BuiltInControls, Some(GrantControl::CompliantDevice)) => "a compliant device is enough",
        (Property::BuiltInControls, Some(GrantControl::DomainJoinedDevice)) => "a hybrid joined device is enough",
        (Property::BuiltInControls, Some(GrantControl::ApprovedApplication | GrantControl::CompliantApplication)) => {
            "an approved or protected app is enough"
        }
        (Property::BuiltInControls, Some(GrantControl::Mfa)) if asks_for_strength(requirement) => "any MFA is enough",
        (Property::BuiltInControls, Some(GrantControl::Mfa)) => "MFA is enough",
        (Property::TermsOfUse, _) => "accepting the terms of use is enough",
        (Property::CustomAuthenticationFactors, _) => "a custom control is enough",
        (Property::AuthenticationStrength, _) => "a weaker method satisfies this strength",
        _ => "this is enough",
    };
    let mfa = requirement.grant == [Grant::Mfa];
    format!("{enough}{}", if mfa { ", without MFA" } else { "" })
}

pub(super) fn asks_for_strength(requirement: &Requirement) -> bool {
    requirement.grant.iter().any(|grant| matches!(grant, Grant::Strength { .. }))
}

/// What is not known, as a clause.
pub(super) fn unknown(facts: &TenantFacts<'_>, policy: &Policy, cause: &Cause) -> String {
    let place = format!("`{}`", policy.place(&cause.pointer(policy)));
    let element = element_name(facts, policy, cause);
    match cause.why {
        Why::AdminPortals => {
            "Microsoft does not document how the admin portals and the management API overlap".to_owned()
        }
        Why::ApplicationFilter => "a filter for apps depends on attributes that are not in the files".to_owned(),
        Why::DeviceFilterOpaque => "the filter for devices has an expression that caplint cannot interpret".to_owned(),
        Why::EveryRiskLevel => {
            "all risk levels are listed, and Microsoft does not document whether this is the same as no condition"
                .to_owned()
        }
        Why::PartnersPerhaps => {
            "Microsoft does not document whether all users include service providers and B2B direct connect users"
                .to_owned()
        }
        Why::IdentitiesPerhaps => {
            format!("neither Microsoft's documentation nor the files say what {place} means for these identities")
        }
        Why::PerhapsTheSame => format!("{place} has no id in the files, and may be the same object as another one"),
        Why::SuitePerhaps(suite) => format!("it is unknown whether the app belongs to {}", suite.word()),
        Why::NoClientApps => "Microsoft does not document which clients an empty clientAppTypes means".to_owned(),
        Why::EmptyCondition => format!("Microsoft does not document what {place} means without any value"),
        Why::Opaque => format!("caplint does not model the condition {place}"),
        Why::CompliantNetworkPerhaps => "the files do not say which named location is the compliant network".to_owned(),
        Why::LocationUndefined => "the files do not say which named locations are trusted".to_owned(),
        Why::StrengthUndefined => "the files do not define the authentication strength".to_owned(),
        Why::OperatorMissing => "several controls have no operator".to_owned(),
        Why::Contradicted => "two copies of the policy differ".to_owned(),
        Why::Foreign => "the files appear to come from several tenants".to_owned(),
        Why::Doubt(Reason::Unrecognised) if cause.at.index.is_some() && !element.is_empty() => {
            format!("{element} in {place} is not an id that caplint can identify")
        }
        Why::Doubt(Reason::Untold(Untold::ForEach)) if cause.at.property == Property::State => {
            "`for_each` determines whether the policy exists".to_owned()
        }
        Why::Doubt(Reason::Untold(Untold::Uncalled)) if cause.at.property == Property::State => {
            "no `module` block calls the folder of the policy".to_owned()
        }
        Why::Doubt(Reason::Untold(Untold::Count)) if cause.at.property == Property::State => {
            "`count` determines whether the policy exists".to_owned()
        }
        Why::Doubt(reason) => format!("{place} is unknown, because {}", reason.because()),
        Why::Disabled
        | Why::ReportOnly
        | Why::Deleted
        | Why::UserNotIncluded
        | Why::OnlyIncludedGroups
        | Why::UserExcluded
        | Why::GroupExcluded
        | Why::RoleExcluded
        | Why::GuestsExcluded
        | Why::ResourceNotIncluded
        | Why::ResourceExcluded
        | Why::WorkloadIdentities
        | Why::OtherIdentities
        | Why::ClientAppNotIncluded
        | Why::PlatformNotIncluded
        | Why::PlatformExcluded
        | Why::LocationNotIncluded
        | Why::LocationExcluded
        | Why::DeviceFilter
        | Why::RiskNotIncluded
        | Why::FlowNotIncluded
        | Why::NoGrantControls
        | Why::NoSessionControl
        | Why::WeakerSessionControl
        | Why::NotForAllResources
        | Why::Alternative => format!("{place} is unknown"),
    }
}

/// The element that a cause names, by its name where the files tell it.
fn element_name(facts: &TenantFacts<'_>, policy: &Policy, cause: &Cause) -> String {
    let users = &policy.conditions.users;
    let list = match cause.at.property {
        Property::ExcludeUsers => &users.exclude_users,
        Property::ExcludeGroups => &users.exclude_groups,
        Property::ExcludeRoles => &users.exclude_roles,
        Property::ExcludeServicePrincipals => PrincipalKind::ServicePrincipal.excluded_by(policy),
        Property::ExcludeAgentIdServicePrincipals => PrincipalKind::AgentIdentity.excluded_by(policy),
        Property::IncludeApplications => &policy.conditions.applications.include,
        Property::ExcludeApplications => &policy.conditions.applications.exclude,
        _ => return String::new(),
    };
    let id = cause.at.index.and_then(|index| list.items().get(index)?.known());
    id.map(|id| named(facts, id)).unwrap_or_default()
}
