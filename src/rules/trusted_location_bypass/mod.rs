//! MFA from some places only.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, PolicyRef, joined, quoted};
use crate::policy::{Id, List, Policy, Property, Scope};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: TrustedLocationBypass,
    id: "trusted-location-bypass",
    levels: [Warning],
    since: "0.1.0",
    category: Gaps,
    summary: "A policy requires MFA from some locations only, so a password is enough from all others.",
    doc: "doc.md",
}

/// Places that a message names and that are marked.
const SHOWN: usize = 3;

impl Rule for TrustedLocationBypass {
    fn check_policy(&self, policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Drafts) {
        let Scope { include, exclude, .. } = &policy.conditions.locations;
        let includes_all = include.position(|id| id.is("All")).is_some();
        let is_condition = !include.is_empty() || !exclude.is_empty();
        if !is_condition || (includes_all && exclude.is_empty()) || !policy.grant.asks_for_mfa() {
            return;
        }
        if !tenant.leaves_mfa_out(policy, |policy| policy.conditions.locations = Scope::default()) {
            return;
        }
        // Where only some places are included, the excluded ones are the smaller part of what is left out.
        let is_spared = includes_all || include.is_empty();
        let (asks, place, listed, seen) = if is_spared {
            let asks = format!("does not require MFA from {}: there", names(tenant, exclude));
            (asks, Pointer::new(Property::ExcludeLocations), exclude, "no MFA from here")
        } else {
            let asks = format!("requires MFA only from {}: anywhere else", names(tenant, include));
            (asks, Pointer::new(Property::IncludeLocations), include, "MFA from here only")
        };
        let message =
            format!("{} {asks} a password is enough, and no other policy requires MFA.", PolicyRef::to(policy).label());
        let help = if is_spared {
            "Remove the location condition. To reduce prompts, use a longer sign-in frequency instead."
        } else {
            "Remove the location condition, or require MFA from everywhere else in a separate policy."
        };
        let draft = Self::draft(message).help(help).policy(policy);
        drafts.push(
            listed
                .known()
                .take(SHOWN)
                .fold(draft, |draft, (index, _)| draft.label(Label::in_policy(policy, &place.index(index), seen))),
        );
    }
}

fn names(tenant: &TenantFacts<'_>, locations: &List<Id>) -> String {
    let is_trusted = |id: &Id| id.is("AllTrusted");
    let name = |id: &Id| quoted(&tenant.tenant.name_or_id(id));
    let names: Vec<String> = locations.known().filter(|(_, id)| !is_trusted(id)).map(|(_, id)| name(id)).collect();
    let trusted = locations.position(is_trusted).map(|_| "trusted networks".to_owned());
    let others = match names.len() {
        0 => None,
        1 => Some(format!("the location {}", names.concat())),
        _ => Some(format!("the locations {}", joined(&names, SHOWN))),
    };
    trusted.into_iter().chain(others).collect::<Vec<_>>().join(" or ")
}
