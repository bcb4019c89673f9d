//! From a requirement to a policy: whom it is for, where, when, and what it asks for.
//!
//! What Graph refuses is in Microsoft's descriptions of [conditions] and [grant controls]. A policy that it would refuse is not made.
//!
//! [conditions]: https://learn.microsoft.com/graph/api/resources/conditionalaccessconditionset
//! [grant controls]: https://learn.microsoft.com/graph/api/resources/conditionalaccessgrantcontrols

use super::Refused;
use super::body::{
    Applications, Body, ClientApplications, CloudAppSecurity, Conditions, ContinuousAccessEvaluation, GrantControls,
    Locations, Name, PersistentBrowser, Platforms, SessionControls, SignInFrequency, Strength, Switch, Users,
};
use super::left_out::LeftOut;
use crate::coverage::PrincipalKind;
use crate::policy::{ClientAppType, GrantControl, InsiderRiskLevel, Operator, Platform, State, UserType, Words};
use crate::requirement::{Frequency, Grant, Identities, Principal, Requirement, Resource, Session};
use crate::tenant::{Place, Tenant};
use std::collections::BTreeSet;

/// The policy that a requirement asks for, without a name.
pub(super) fn draft(requirement: &Requirement, tenant: &Tenant, left_out: &[LeftOut]) -> Result<Body, Refused> {
    let (grant_controls, session_controls) = demanded(requirement)?;
    let mut conditions = Conditions {
        client_app_types: clients(requirement)?,
        applications: applications(requirement)?,
        locations: locations(requirement, tenant)?,
        platforms: platforms(&requirement.platforms),
        authentication_flows: requirement.flows.clone(),
        sign_in_risk_levels: requirement.sign_in_risk.clone(),
        insider_risk_levels: insider_risk(requirement)?,
        ..Conditions::default()
    };
    let risk = requirement.user_risk.clone();
    match requirement.identities {
        Identities::Users => {
            conditions.users = users(&requirement.users);
            conditions.user_risk_levels = risk;
        }
        Identities::AgentUsers => {
            conditions.users.include_users = vec![Name::text("AllAgentIdUsers")];
            conditions.agent_id_risk_levels = risk;
        }
        Identities::ServicePrincipals => {
            conditions.users.include_users = vec![Name::text("None")];
            let all = vec![Name::text("ServicePrincipalsInMyTenant")];
            conditions.client_applications =
                Some(ClientApplications { include_service_principals: all, ..ClientApplications::default() });
            conditions.service_principal_risk_levels = risk;
        }
        Identities::AgentIdentities => {
            conditions.users.include_users = vec![Name::text("None")];
            let all = vec![Name::text("All")];
            conditions.client_applications =
                Some(ClientApplications { include_agent_id_service_principals: all, ..ClientApplications::default() });
            conditions.agent_id_risk_levels = risk;
        }
    }
    for one in left_out {
        exclude(&mut conditions, one);
    }
    Ok(Body {
        display_name: String::new(),
        state: State::ReportOnly.word(),
        conditions,
        grant_controls,
        session_controls,
    })
}

fn exclude(conditions: &mut Conditions, left_out: &LeftOut) {
    let identities = conditions.client_applications.get_or_insert_default();
    let list = match left_out.kind {
        PrincipalKind::User => &mut conditions.users.exclude_users,
        PrincipalKind::Group => &mut conditions.users.exclude_groups,
        PrincipalKind::Role => &mut conditions.users.exclude_roles,
        PrincipalKind::ServicePrincipal => &mut identities.exclude_service_principals,
        PrincipalKind::AgentIdentity => &mut identities.exclude_agent_id_service_principals,
    };
    list.push(left_out.name.clone());
    if *identities == ClientApplications::default() {
        conditions.client_applications = None;
    }
}

/// Users of a requirement. Whoever is no guest has no word of their own: they are all users but guests.
fn users(principals: &[Principal]) -> Users {
    let all = || vec![Name::text("All")];
    if principals.is_empty() {
        return Users { include_users: all(), ..Users::default() };
    }
    let mut users = Users::default();
    let mut has_members = false;
    for principal in principals {
        match principal {
            Principal::User(id) => users.include_users.push(Name::text(id)),
            Principal::Group(id) => users.include_groups.push(Name::text(id)),
            Principal::Role(id) => users.include_roles.push(Name::text(id)),
            Principal::Guests(kind) => users.include_guests_or_external_users.push(*kind),
            Principal::Members => has_members = true,
        }
    }
    for list in [&mut users.include_users, &mut users.include_groups, &mut users.include_roles] {
        let mut seen = BTreeSet::new();
        list.retain(|name| seen.insert(name.clone()));
    }
    if !has_members {
        return users;
    }
    let asked = users.include_guests_or_external_users;
    // Somebody who is included otherwise may be a guest, so that no guest is excluded then.
    let has_others =
        !users.include_users.is_empty() || !users.include_groups.is_empty() || !users.include_roles.is_empty();
    let other = |kind: &UserType| !has_others && *kind != UserType::Member && !asked.contains(kind);
    let excluded = UserType::WORDS.iter().map(|(_, kind)| *kind).filter(other).collect();
    Users { include_users: all(), exclude_guests_or_external_users: excluded, ..Users::default() }
}

/// All clients, unless the requirement is about some that are not simply the modern ones: a policy that asks clients for MFA which
/// cannot do it blocks them.
fn clients(requirement: &Requirement) -> Result<Vec<ClientAppType>, Refused> {
    let asked = &requirement.clients;
    let has_modern = ClientAppType::MODERN.iter().all(|client| asked.contains(client));
    let is_of_users = requirement.identities == Identities::Users;
    if has_modern || !is_of_users {
        return Ok(vec![ClientAppType::All]);
    }
    // https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-cloud-apps#user-actions
    if requirement.resources.iter().any(|resource| matches!(resource, Resource::UserAction(_))) {
        return Err(Refused::new(
            "the requirement is about some clients, and a policy for a user action is for all of them",
            "Leave `clients` out of the requirement.",
        ));
    }
    Ok(asked.clone())
}

/// Levels that a policy can name. Graph has no word for users without insider risk, so that only all levels together include them.
fn insider_risk(requirement: &Requirement) -> Result<Vec<InsiderRiskLevel>, Refused> {
    let asked = &requirement.insider_risk;
    if !asked.contains(&InsiderRiskLevel::None) {
        return Ok(asked.clone());
    }
    if InsiderRiskLevel::WORDS.iter().all(|(_, level)| asked.contains(level)) {
        return Ok(Vec::new());
    }
    Err(Refused::new(
        "a policy cannot name users without insider risk",
        "Write the levels minor, moderate or elevated in the requirement, or no `insider-risk` for everybody.",
    ))
}

fn applications(requirement: &Requirement) -> Result<Applications, Refused> {
    let mut found = Applications::default();
    for resource in &requirement.resources {
        match resource {
            Resource::Every => found.include_applications.push(Name::text("All")),
            Resource::App(id) => found.include_applications.push(Name::text(id)),
            Resource::OfSuite(suite) => found.include_applications.push(Name::text(suite.word())),
            Resource::UserAction(action) => found.include_user_actions.push(Name::text(action)),
            Resource::AuthenticationContext(id) => {
                found.include_authentication_context_class_references.push(Name::text(id));
            }
            Resource::Other => {}
        }
    }
    if requirement.resources.contains(&Resource::Every) {
        found.include_applications = vec![Name::text("All")];
    }
    let kinds = [
        found.include_applications.is_empty(),
        found.include_user_actions.is_empty(),
        found.include_authentication_context_class_references.is_empty(),
    ];
    let several = kinds.iter().filter(|is_empty| !**is_empty).count() > 1 || found.include_user_actions.len() > 1;
    if several || kinds.iter().all(|is_empty| *is_empty) {
        return Err(Refused::new(
            "no single policy is for these resources: Microsoft has apps, each user action and authentication contexts in \
             policies of their own",
            "Write a requirement for each of them in `caplint.toml`.",
        ));
    }
    Ok(found)
}

/// Platforms that a policy can name. A user agent that Entra does not recognise is on any platform but these.
fn platforms(asked: &[Platform]) -> Option<Platforms> {
    if asked.is_empty() || asked.contains(&Platform::All) {
        return None;
    }
    if !asked.contains(&Platform::Unknown) {
        return Some(Platforms { include_platforms: asked.to_vec(), exclude_platforms: Vec::new() });
    }
    let named = Platform::WORDS.iter().map(|(_, platform)| *platform).filter(|platform| *platform != Platform::All);
    let exclude_platforms = named.filter(|platform| !asked.contains(platform)).collect();
    Some(Platforms { include_platforms: vec![Platform::All], exclude_platforms })
}

/// From outside of what is trusted. A tenant without a trusted location would be locked out, and one that does not show its locations
/// may be.
fn locations(requirement: &Requirement, tenant: &Tenant) -> Result<Option<Locations>, Refused> {
    let known = &tenant.companions.named_locations;
    let mut exclude = Vec::new();
    if requirement.outside_trusted_locations {
        if !known.values().any(|location| location.trusted == Some(true)) {
            return Err(Refused::new(
                "the policy is for sign-ins from outside of trusted locations, and the files have no trusted location",
                "Mark the named location of your network as trusted, and export the named locations beside the policies \
                 (docs/export.md).",
            ));
        }
        exclude.push(Name::text("AllTrusted"));
    }
    if requirement.outside_compliant_network {
        let network = known.iter().find(|(_, location)| location.place == Place::CompliantNetwork);
        let Some((id, _)) = network.filter(|(id, _)| id.guid().is_some()) else {
            return Err(Refused::new(
                "the policy is for sign-ins from outside of the compliant network, and the files do not have that named location",
                "Turn on the signaling of Global Secure Access, and export the named locations beside the policies \
                 (docs/export.md).",
            ));
        };
        exclude.push(Name::text(id));
    }
    let all = vec![Name::text("All")];
    Ok((!exclude.is_empty()).then_some(Locations { include_locations: all, exclude_locations: exclude }))
}

/// What it asks for. Of several that are enough, all that can stand in one policy, unless the first is to block.
fn demanded(requirement: &Requirement) -> Result<(Option<GrantControls>, SessionControls), Refused> {
    let grants = &requirement.grant;
    if let Some(session) = grants.first().and_then(Grant::session) {
        return limited(requirement, session);
    }
    if grants.first() == Some(&Grant::Block) {
        return Ok((Some(controls(Operator::Or, vec![GrantControl::Block])), SessionControls::default()));
    }
    if grants.first() == Some(&Grant::PasswordChange) {
        return password_change(requirement);
    }
    let asks_mfa = grants.contains(&Grant::Mfa);
    let mut built_in = Vec::new();
    let mut strength = None;
    for grant in grants {
        match grant {
            Grant::Mfa => built_in.push(GrantControl::Mfa),
            Grant::CompliantDevice => built_in.push(GrantControl::CompliantDevice),
            Grant::HybridJoinedDevice => built_in.push(GrantControl::DomainJoinedDevice),
            // Graph does not take a strength beside MFA, which is enough.
            Grant::Strength { id, .. } if !asks_mfa && strength.is_none() => strength.clone_from(id),
            // A password change stands with AND, and to block satisfies nobody.
            Grant::Strength { .. } | Grant::Block | Grant::PasswordChange | Grant::Session(_) => {}
        }
    }
    let authentication_strength = strength.map(|id| Strength { id: id.to_string() });
    if built_in.is_empty() && authentication_strength.is_none() {
        return Err(Refused::new(
            "caplint knows no control of a policy that demands this",
            "Create the policy in the admin center.",
        ));
    }
    let grant = GrantControls { authentication_strength, ..controls(Operator::Or, built_in) };
    Ok((Some(grant), SessionControls::default()))
}

fn controls(operator: Operator, built_in_controls: Vec<GrantControl>) -> GrantControls {
    GrantControls { operator, built_in_controls, authentication_strength: None }
}

/// [A password change](https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-grant#require-password-change)
/// goes with MFA, for all resources, at a risk of the user and without another condition. The admin center sets the sign-in frequency
/// beside it.
fn password_change(requirement: &Requirement) -> Result<(Option<GrantControls>, SessionControls), Refused> {
    if !is_at_user_risk_alone(requirement) {
        return Err(Refused::new(
            "Microsoft accepts a password change only of users at risk, for all resources and without another condition",
            "Write `user-risk` and `resources = [\"All\"]` in the requirement, and no other condition.",
        ));
    }
    let session = SessionControls { sign_in_frequency: Some(every_time()), ..SessionControls::default() };
    Ok((Some(controls(Operator::And, vec![GrantControl::Mfa, GrantControl::PasswordChange])), session))
}

fn is_at_user_risk_alone(requirement: &Requirement) -> bool {
    !requirement.user_risk.is_empty()
        && requirement.resources == [Resource::Every]
        && ClientAppType::MODERN.iter().all(|client| requirement.clients.contains(client))
        && requirement.sign_in_risk.is_empty()
        && requirement.insider_risk.is_empty()
        && requirement.platforms.is_empty()
        && requirement.flows.is_empty()
        && !requirement.outside_trusted_locations
        && !requirement.outside_compliant_network
}

fn every_time() -> SignInFrequency {
    SignInFrequency {
        is_enabled: true,
        frequency_interval: "everyTime",
        value: None,
        unit: None,
        authentication_type: "primaryAndSecondaryAuthentication",
    }
}

/// The hours, or days, that the admin center offers: 1 to 23, and 1 to 365.
fn timely(hours: u64) -> Option<SignInFrequency> {
    let (value, unit) = if hours < 24 { (hours, "hours") } else { ((hours / 24).min(365), "days") };
    (value > 0).then_some(SignInFrequency {
        is_enabled: true,
        frequency_interval: "timeBased",
        value: Some(value),
        unit: Some(unit),
        authentication_type: "primaryAndSecondaryAuthentication",
    })
}

/// What limits the session. A sign-in every time is useful only with something to do then, as in Microsoft's templates, and
/// at a risk of the user Microsoft accepts it only beside a password change.
fn limited(requirement: &Requirement, session: Session) -> Result<(Option<GrantControls>, SessionControls), Refused> {
    let mut limits = SessionControls::default();
    let switch = Some(Switch { is_enabled: true });
    match session {
        Session::SignInFrequency { at_most: Frequency::EveryTime, .. } if !requirement.user_risk.is_empty() => {
            return password_change(requirement);
        }
        Session::SignInFrequency { at_most: Frequency::EveryTime, .. } => {
            limits.sign_in_frequency = Some(every_time());
            return Ok((Some(controls(Operator::Or, vec![GrantControl::Mfa])), limits));
        }
        Session::SignInFrequency { at_most: Frequency::Hours(hours), .. } => {
            limits.sign_in_frequency = timely(hours);
        }
        Session::NeverPersistent if requirement.resources != [Resource::Every] => {
            return Err(Refused::new(
                "Microsoft has persistent browser sessions only in policies for all resources",
                "Write `resources = [\"All\"]` in the requirement.",
            ));
        }
        Session::NeverPersistent => {
            limits.persistent_browser = Some(PersistentBrowser { is_enabled: true, mode: "never" });
        }
        Session::TokenProtection => limits.secure_sign_in_session = switch,
        Session::AppEnforcedRestrictions => limits.application_enforced_restrictions = switch,
        Session::AppControl => {
            limits.cloud_app_security =
                Some(CloudAppSecurity { is_enabled: true, cloud_app_security_type: "mcasConfigured" });
        }
        Session::StrictAccessEvaluation => {
            limits.continuous_access_evaluation = Some(ContinuousAccessEvaluation { mode: "strictLocation" });
        }
    }
    Ok((None, limits))
}
