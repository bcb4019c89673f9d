//! Filters for devices that Microsoft Graph refuses.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, Level, PolicyRef, joined, quoted};
use crate::policy::{Fact, Policy, Property, Refusal, refusals};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: InvalidDeviceFilter,
    id: "invalid-device-filter",
    levels: [Warning, Info],
    since: "0.1.0",
    category: Correctness,
    summary: "A device filter rule has quotes, an attribute or an operator that Microsoft Graph rejects.",
    doc: "doc.md",
}

impl Rule for InvalidDeviceFilter {
    fn check_policy(&self, policy: &Policy, _tenant: &TenantFacts<'_>, drafts: &mut Drafts) {
        let Fact::Known(Some(filter)) = &policy.conditions.device_filter else { return };
        let pointer = Pointer::new(Property::DeviceFilterRule);
        for refusal in refusals(&filter.rule) {
            let (is_wrong, help, about) = worded(&refusal);
            let level = match refusal {
                // Seen in what is said to be an export, and refused by others.
                Refusal::SingleQuotes => Level::Info,
                Refusal::Attribute(_) | Refusal::Operator { .. } => Level::Warning,
            };
            let message = format!("The device filter of {} {is_wrong}.", PolicyRef::to(policy).label());
            drafts.push(Self::draft_at(level, message).help(help).policy(policy).about(about).label(Label::in_policy(
                policy,
                &pointer,
                "Microsoft does not document this",
            )));
        }
    }
}

/// What is wrong, what to do, and what distinguishes it from other refusals.
fn worded(refusal: &Refusal) -> (String, String, String) {
    match refusal {
        Refusal::SingleQuotes => (
            "has a value in single quotes".to_owned(),
            "Put values in double quotes. In JSON, write them as \\\".".to_owned(),
            "single quotes".to_owned(),
        ),
        Refusal::Attribute(name) => (
            format!("uses {}, which devices do not have", quoted(name)),
            "Microsoft's page lists the attributes: https://learn.microsoft.com/entra/identity/conditional-access/concept-condition-filters-for-devices"
                .to_owned(),
            format!("attribute {name}"),
        ),
        Refusal::Operator { attribute, operator, allowed } => {
            let allowed: Vec<String> = allowed.iter().map(|operator| format!("`{operator}`")).collect();
            (
                format!("compares {attribute} with {}", quoted(operator)),
                format!("{attribute} supports the operators {}.", joined(&allowed, 10)),
                format!("operator {attribute} {operator}"),
            )
        }
    }
}
