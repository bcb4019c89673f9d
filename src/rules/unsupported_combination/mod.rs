//! Conditions and controls that do not go together.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, PolicyRef};
use crate::policy::{ClientAppType, Fact, GrantControl, Platform, Policy, Property};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: UnsupportedCombination,
    id: "unsupported-combination",
    levels: [Warning],
    since: "0.1.0",
    category: Correctness,
    summary: "A condition or control does not work with what the policy is for.",
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
        what: "has a device filter of more than 3,072 characters, which Microsoft Graph refuses",
        place: Property::DeviceFilterRule,
        seen: "too long",
        instead: "Shorten it, for example by an extension attribute that marks the devices.",
    })
}

/// Registering a device is looked at before there is one.
fn device_registration(policy: &Policy) -> Option<Problem> {
    let conditions = &policy.conditions;
    conditions.applications.user_actions.position(|action| action.is("urn:user:registerdevice"))?;
    let instead = "Leave client apps and the device filter out, and demand MFA or an authentication strength.";
    let problem = |what, place, seen| Some(Problem { about: "device registration", what, place, seen, instead });
    if matches!(conditions.device_filter, Fact::Known(Some(_))) {
        return problem(
            "filters devices where a device is registered, which does not work",
            Property::DeviceFilter,
            "there is no device yet",
        );
    }
    let is_narrow = conditions.client_app_types.known().any(|(_, client)| *client != ClientAppType::All);
    if is_narrow {
        return problem(
            "lists client apps where a device is registered, which does not work",
            Property::ClientAppTypes,
            "not available for this user action",
        );
    }
    let other = |control: &GrantControl| !matches!(control, GrantControl::Mfa | GrantControl::Block);
    if policy.grant.built_in.position(other).is_some() {
        return problem(
            "demands something else than MFA where a device is registered, which does not work",
            Property::BuiltInControls,
            "only MFA or a strength can be demanded",
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
        what: "demands an approved or protected app on macOS, Linux or Windows Phone, where there is none: it blocks them",
        place: Property::IncludePlatforms,
        seen: "no app can meet it there",
        instead: "Limit it to Android and iOS, or block these platforms explicitly.",
    })
}
