//! Users for whom policies leave no way in together.

mod people;

use super::control::{self, Determiner, resource, user};
use super::{Rule, declare};
use crate::access::{LockedOut as Found, Necessity};
use crate::finding::{Draft, Drafts, Label, Level, PolicyRef, capitalised, joined, quoted};
use crate::policy::{Policy, Property, UserType, Words};
use crate::requirement::Resource;
use crate::rules::TenantFacts;
use crate::syntax::Pointer;
use crate::tenant::{Claim, InboundTrust};
use std::collections::BTreeSet;

declare! {
    rule: LockedOut,
    id: "locked-out",
    levels: [Error, Warning, Info],
    since: "0.1.0",
    category: Exclusions,
    summary: "Policies together refuse every sign-in of some users, whatever they bring and from wherever.",
    doc: "doc.md",
}

/// Policies that a message names and a finding points at.
const SHOWN: usize = 4;

impl Rule for LockedOut {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        for found in facts.locked_out {
            drafts.push(draft(facts, found));
        }
    }
}

/// Administrators are among ordinary users. Nobody may be in two groups at once, or it may be meant so.
fn level(found: &Found, trust: &InboundTrust) -> Level {
    let who = &found.who;
    // Settings that the files do not tell may let them in.
    if found.needs.iter().any(|need| need.is_an_unknown_setting(trust)) {
        return Level::Info;
    }
    let is_guest = who.user_type != UserType::Member;
    let named = usize::from(who.user.is_some()) + who.groups.len() + who.roles.len();
    match (named, is_guest) {
        (_, _) if found.is_of_ordinary_users() => Level::Error,
        (1, false) | (0, true) => Level::Warning,
        (_, _) => Level::Info,
    }
}

/// Who is locked out and why, and what to do.
pub(crate) fn draft(facts: &TenantFacts<'_>, found: &Found) -> Draft {
    let policies: Vec<&Policy> = found.policies.iter().filter_map(|index| facts.tenant.policies.get(*index)).collect();
    let names: Vec<String> = policies.iter().map(|policy| PolicyRef::to(policy).label()).collect();
    let who = match found.also.len() {
        0 => capitalised(&user(facts, &found.who, Determiner::Every)),
        4 => "Every external user".to_owned(),
        _ => {
            let kinds = std::iter::once(&found.who.user_type).chain(&found.also);
            let kinds: Vec<&str> = kinds.map(|kind| kind.word()).collect();
            format!("Every external user of the types {}", kinds.join(", "))
        }
    };
    let to = match &found.resource {
        None => "any app".to_owned(),
        Some(Resource::Other | Resource::Every) => "apps that no policy names".to_owned(),
        Some(other) => resource(other),
    };
    let leave = if names.len() == 1 { "leaves" } else { "together leave" };
    let mut message = format!("{who} is locked out of {to}: {} {leave} no way in", joined(&names, SHOWN));
    let trust = &facts.tenant.companions.trust;
    let needs: Vec<String> = found.needs.iter().map(|need| why(*need, trust)).collect();
    if !needs.is_empty() {
        message.push_str(&format!(", because {}", joined(&needs, usize::MAX)));
    }
    message.push('.');
    match people::people(facts, found, &policies) {
        None => {}
        Some(people) if people.is_empty() => message.push_str(" Nobody in the directory surely is."),
        Some(people) => message.push_str(&format!(" In the directory, this is {}.", control::people(facts, &people))),
    }
    let (which, none, refuses) = match policies.len() {
        1 => ("this policy", "it", "refuses every sign-in"),
        _ => ("one of these policies", "none of them", "refuses the rest"),
    };
    let them = if policies.len() == 1 { "does not refuse" } else { "refuses" };
    let is_by_trust = found.needs.iter().any(|need| !need.claims().is_empty());
    let unknown = found.needs.iter().filter(|need| need.is_an_unknown_setting(trust));
    let unknown: Vec<String> = unknown.map(|need| format!("`{} = false`", need.key())).collect();
    let help = if is_by_trust {
        let already = if unknown.is_empty() {
            String::new()
        } else {
            format!(
                " If the settings do so already, export them with the policies, or write {} below `[assumptions]` in \
                 caplint.toml.",
                joined(&unknown, SHOWN)
            )
        };
        format!(
            "If these users should get in, trust MFA and devices of their home tenants in the cross-tenant access settings, \
             or exclude them here.{already}"
        )
    } else {
        format!(
            "Set {which} to report-only now, from an account that is excluded. Then leave a way in: a platform, a \
             location or a kind of device that {none} {them}."
        )
    };
    let mut draft = LockedOut::draft(message).about(format!("{who} {to}")).help(help);
    for policy in policies.iter().take(SHOWN) {
        let pointer = Pointer::new(Property::GrantControls);
        draft = draft.policy(policy).label(Label::in_policy(policy, &pointer, refuses));
    }
    Draft { level: level(found, trust), is_of_tenant: true, ..draft }
}

/// Why they cannot bring something. Partners whose claims count all the same are no part of it.
fn why(need: Necessity, trust: &InboundTrust) -> String {
    let trusted = need.claims().iter().flat_map(|claim| trust.partners_trusted(*claim));
    let partners: BTreeSet<String> = trusted.map(|partner| quoted(&partner.to_string())).collect();
    let partners: Vec<String> = partners.into_iter().collect();
    let but = if partners.is_empty() {
        String::new()
    } else {
        let tenants = if partners.len() == 1 { "tenant" } else { "tenants" };
        format!(" (the settings trust the {tenants} {})", joined(&partners, SHOWN))
    };
    if need.claims().is_empty() || need.is_an_unknown_setting(trust) {
        return format!("{}{but}", need.sentence());
    }
    let refused: Vec<&str> =
        need.claims().iter().filter(|claim| trust.accepts(**claim) == Some(false)).map(|claim| name(*claim)).collect();
    let of_methods = match need {
        Necessity::GuestsUseMethodsOfThisTenant => {
            ", and external users can use only text messages, voice calls, push notifications and software tokens here"
        }
        Necessity::KnownDevicesHaveAPlatform
        | Necessity::HybridJoinIsForWindows
        | Necessity::ARegisteringDeviceIsUnknown
        | Necessity::DeviceCodeHidesTheDevice
        | Necessity::ProtectedAppsAreForPhones
        | Necessity::GuestsHaveNoAppControls
        | Necessity::GuestsHaveNoManagedDevice => "",
    };
    format!(
        "the cross-tenant access settings do not trust {} of other tenants by default{but}{of_methods}",
        joined(&refused, SHOWN)
    )
}

fn name(claim: Claim) -> &'static str {
    match claim {
        Claim::Mfa => "MFA",
        Claim::CompliantDevice => "compliant devices",
        Claim::HybridJoinedDevice => "hybrid joined devices",
    }
}
