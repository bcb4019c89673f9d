//! Conditions and controls that do not go together.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, PolicyRef};
use crate::policy::{ClientAppType, Fact, GrantControl, Platform, Policy, Property, REGISTER_DEVICE};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: UnsupportedCombination,
    id: "unsupported-combination",
    levels: [Warning],
    since: "0.1.0",
    category: Correctness,
    summary: "A policy has a condition or control that does not work with its target.",
    doc: "doc.md",
}

/// Characters of a device filter: <https://learn.microsoft.com/entra/identity/conditional-access/concept-condition-filters-for-devices>.
const LONGEST_FILTER: usize = 3_072;

impl Rule for UnsupportedCombination {
    fn check_policy(&self, policy: &Policy, _: &TenantFacts<'_>, drafts: &mut Drafts) {
        let found = [long_filter(policy), device_registration(policy), app_protection(policy)];
        for problem in found.into_iter().flatten() {
            drafts.push(
                Self::draft(format!("{} {}.", PolicyRef::to(policy).label(), problem.what))
                    .help(problem.instead)
                    .policy(policy)
                    .about(problem.about)
                    .label(Label::in_policy(policy, &Pointer::new(problem.place), problem.seen)),
            );
        }
    }
}

struct Problem {
    about: &'static str,
    what: &'static str,
    place: Property,
    seen: &'static str,
    instead: &'static str,
}

fn long_filter(policy: &Policy) -> Option<Problem> {
    let Fact::Known(Some(filter)) = &policy.conditions.device_filter else { return None };
    (filter.rule.chars().count() > LONGEST_FILTER).then_some(Problem {
        about: "long filter",
        what: "has a device filter of more than 3,072 characters, which Microsoft Graph rejects",
        place: Property::DeviceFilterRule,
        seen: "too long",
        instead: "Shorten it, for example with an extension attribute that marks the devices.",
    })
}

/// Registering a device is looked at before there is one.
fn device_registration(policy: &Policy) -> Option<Problem> {
    let conditions = &policy.conditions;
    conditions.applications.user_actions.position(|action| action.is(REGISTER_DEVICE))?;
    let instead = "Remove client apps and the device filter, and require MFA or an authentication strength.";
    let problem = |what, place, seen| Some(Problem { about: "device registration", what, place, seen, instead });
    if matches!(conditions.device_filter, Fact::Known(Some(_))) {
        return problem(
            "has a device filter for device registration, which does not work",
            Property::DeviceFilter,
            "the device does not exist yet",
        );
    }
    let is_narrow = conditions.client_app_types.known().any(|(_, client)| *client != ClientAppType::All);
    if is_narrow {
        return problem(
            "lists client apps for device registration, which does not work",
            Property::ClientAppTypes,
            "not available for this user action",
        );
    }
    let other = |control: &GrantControl| !matches!(control, GrantControl::Mfa | GrantControl::Block);
    if policy.grant.built_in.position(other).is_some() {
        return problem(
            "requires a control other than MFA for device registration, which does not work",
            Property::BuiltInControls,
            "only MFA or a strength is supported",
        );
    }
    None
}

/// Approved and protected apps exist for phones and tablets.
fn app_protection(policy: &Policy) -> Option<Problem> {
    let grant = &policy.grant;
    let by_app = |control: &GrantControl| {
        matches!(control, GrantControl::ApprovedApplication | GrantControl::CompliantApplication)
    };
    let only_by_app = !grant.built_in.is_empty()
        && grant.built_in.first_unknown().is_none()
        && grant.built_in.known().all(|(_, control)| by_app(control))
        && grant.strength == Fact::Known(None)
        && grant.custom.is_empty()
        && grant.terms_of_use.is_empty();
    let platforms = &policy.conditions.platforms;
    let without = |platform: &Platform| matches!(platform, Platform::MacOs | Platform::Linux | Platform::WindowsPhone);
    let named = platforms.include.known().any(|(_, platform)| without(platform));
    (only_by_app && named).then_some(Problem {
        about: "app protection",
        what: "requires an approved or protected app on macOS, Linux or Windows Phone, where none exists, and \
            therefore blocks these platforms",
        place: Property::IncludePlatforms,
        seen: "no app can satisfy it there",
        instead: "Limit it to Android and iOS, or block these platforms explicitly.",
    })
}
