//! What Microsoft has retired, or will.

use super::{Rule, declare};
use crate::catalog::{self, Retirement};
use crate::finding::{Draft, DraftFix, Drafts, Label, Level, PolicyRef, Safety, joined};
use crate::policy::{ClientAppType, Fact, GrantControl, Id, Platform, Policy, Property, State};
use crate::rules::TenantFacts;
use crate::syntax::{Pointer, Rewrite};
use std::collections::BTreeMap;
use time::Date;

declare! {
    rule: DeprecatedSetting,
    id: "deprecated-setting",
    levels: [Warning, Info],
    since: "0.1.0",
    category: Correctness,
    fix: Unsafe,
    summary: "A policy relies on a setting that Microsoft has retired or has announced a retirement date for.",
    doc: "doc.md",
}

/// Elements that a fix names.
const NAMED: usize = 4;

impl Rule for DeprecatedSetting {
    fn check_policy(&self, policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Drafts) {
        if policy.state == Fact::Known(State::Disabled) {
            return;
        }
        for (name, place, instead) in settings(policy) {
            let Some(retirement) = catalog::retirement(name) else { continue };
            let message =
                format!("{} uses {name}, which {}.", PolicyRef::to(policy).label(), when(retirement, tenant.today));
            drafts.push(
                Self::draft(message)
                    .help(format!("{instead} {}", retirement.source))
                    .policy(policy)
                    .about(name)
                    .label(Label::in_policy(policy, &place, "retired"))
                    .fix(without_phone(policy, name)),
            );
        }
        drafts.extend(roles(policy));
    }
}

/// Roles that nobody can be given: they do no harm, and do not help either.
fn roles(policy: &Policy) -> Option<Draft> {
    let retired = |(index, role)| {
        let name = catalog::name(role)?;
        catalog::retirement(name).map(|retirement| (index, name, retirement))
    };
    let roles: Vec<(usize, &str, &Retirement)> =
        policy.conditions.users.include_roles.known().filter_map(retired).collect();
    let (_, _, first) = roles.first()?;
    let names: Vec<&str> = roles.iter().map(|(_, name, _)| *name).collect();
    let message = format!(
        "{} includes roles that Microsoft has deprecated and that can no longer be assigned: {}.",
        PolicyRef::to(policy).label(),
        names.join(", ")
    );
    let ids: BTreeMap<usize, &Id> = policy.conditions.users.include_roles.known().collect();
    let removed: Vec<(usize, String, &str)> =
        roles.iter().filter_map(|(index, name, _)| Some((*index, ids.get(index)?.to_string(), *name))).collect();
    let draft = DeprecatedSetting::draft_at(Level::Info, message)
        .help(format!("Remove them. {}", first.source))
        .policy(policy)
        .about("roles")
        .fix(without(policy, Property::IncludeRoles, &removed));
    Some(roles.iter().take(3).fold(draft, |draft, (index, _, _)| {
        let place = Pointer::new(Property::IncludeRoles).index(*index);
        draft.label(Label::in_policy(policy, &place, "deprecated"))
    }))
}

/// Takes elements out of a list: each by its index, as it is written, and as it is called. Those whose value comes from elsewhere stay.
fn without(policy: &Policy, list: Property, elements: &[(usize, String, &str)]) -> Option<DraftFix> {
    let list = Pointer::new(list);
    let is_written = |index: usize| policy.detour(&policy.origin.wording.of_graph(&list.index(index))).is_none();
    let written: Vec<_> = elements.iter().filter(|(index, ..)| is_written(*index)).collect();
    let mut names: Vec<&str> = Vec::new();
    for (.., name) in &written {
        if !names.contains(name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return None;
    }
    let title = format!("Remove {} from {}", joined(&names, NAMED), PolicyRef::to(policy).label());
    let elements = written.into_iter().map(|(index, element, _)| (*index, element.clone())).collect();
    DraftFix::in_policy(policy, &list, (Safety::Unsafe, title), Rewrite::Elements(elements))
}

/// Takes Windows Phone out of the platforms, if others are left: without any, the policy would be about all of them.
fn without_phone(policy: &Policy, name: &'static str) -> Option<DraftFix> {
    let (phones, others): (Vec<_>, Vec<_>) =
        policy.conditions.platforms.include.known().partition(|(_, platform)| **platform == Platform::WindowsPhone);
    if name != "windowsPhone" || others.is_empty() {
        return None;
    }
    let phones: Vec<_> = phones.into_iter().map(|(index, _)| (index, name.to_owned(), name)).collect();
    without(policy, Property::IncludePlatforms, &phones)
}

fn when(retirement: &Retirement, today: Date) -> String {
    match retirement.day {
        Some(day) if today < day => {
            format!("Microsoft retires on {day}: from then on, it has no effect")
        }
        Some(day) => format!("Microsoft retired on {day}: it has no effect in tenants that the change has reached"),
        None => "Microsoft has deprecated".to_owned(),
    }
}

/// What is retired in a policy: its name, where it stands, and what to do.
fn settings(policy: &Policy) -> Vec<(&'static str, Pointer, &'static str)> {
    let (conditions, grant) = (&policy.conditions, &policy.grant);
    let mut settings = Vec::new();
    let mut found = |name, place: Pointer, instead| settings.push((name, place, instead));
    if let Some(index) = grant.built_in.position(|control| *control == GrantControl::ApprovedApplication) {
        let place = Pointer::new(Property::BuiltInControls).index(index);
        found("approvedApplication", place, "Require an app protection policy (`compliantApplication`) instead.");
    }
    if let Some((index, _)) = grant.custom.known().next() {
        let place = Pointer::new(Property::CustomAuthenticationFactors).index(index);
        found("customAuthenticationFactors", place, "Use an external authentication method, which counts as MFA.");
    }
    if let Some(index) = conditions.platforms.include.position(|platform| *platform == Platform::WindowsPhone) {
        let place = Pointer::new(Property::IncludePlatforms).index(index);
        found("windowsPhone", place, "Take it out.");
    }
    if let Some(index) = conditions.client_app_types.position(|client| *client == ClientAppType::EasSupported) {
        let place = Pointer::new(Property::ClientAppTypes).index(index);
        found("easSupported", place, "Use `exchangeActiveSync`.");
    }
    settings
}
