//! The device of a sign-in, and what a filter for devices makes of it.

use super::{At, Cause, Coordinate, Match, Partly, Undefined, Why};
use crate::policy::{
    COLLECTIONS, Comparison, DeviceRule, Fact, FilterMode, INTUNE, Policy, Property, Test, needs_managed_device,
};
use std::collections::{BTreeMap, BTreeSet};

/// What Entra knows of a device. One without attributes is not registered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// Attributes with their values; all others are null.
    pub attributes: BTreeMap<&'static str, Box<str>>,
    /// Attributes that are collections, with their strings; all others are empty.
    pub collections: BTreeMap<&'static str, BTreeSet<Box<str>>>,
    /// Whether expressions are true that caplint cannot interpret, by their text.
    pub opaque: BTreeMap<Box<str>, bool>,
}

impl Device {
    /// Whether it is marked as compliant.
    #[must_use]
    pub fn is_compliant(&self) -> bool {
        self.attributes.get("isCompliant").is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Whether it is hybrid joined.
    #[must_use]
    pub fn is_hybrid_joined(&self) -> bool {
        self.attributes.get("trustType").is_some_and(|value| value.eq_ignore_ascii_case("ServerAD"))
    }

    /// Gives an attribute a value, or a collection one more.
    pub fn set(&mut self, attribute: &'static str, value: &str) {
        if COLLECTIONS.contains(&attribute) {
            self.collections.entry(attribute).or_default().insert(value.into());
        } else {
            self.attributes.insert(attribute, value.into());
        }
    }

    /// Whether Entra knows nothing of it.
    #[must_use]
    pub fn is_unregistered(&self) -> bool {
        self.attributes.is_empty() && self.collections.is_empty()
    }

    /// Whether Intune manages it.
    #[must_use]
    pub fn is_managed_by_intune(&self) -> bool {
        self.attributes.get("mdmAppId").is_some_and(|value| value.eq_ignore_ascii_case(INTUNE))
    }

    fn fulfils(&self, comparison: &Comparison) -> bool {
        let is_managed = || self.is_compliant() || self.is_hybrid_joined() || self.is_managed_by_intune();
        if needs_managed_device(comparison.attribute) && !is_managed() {
            return false;
        }
        if comparison.test == Test::Holds {
            let held = self.collections.get(comparison.attribute);
            return held
                .is_some_and(|held| held.iter().any(|one| one.to_lowercase() == comparison.value.to_lowercase()));
        }
        let Some(actual) = self.attributes.get(comparison.attribute) else { return false };
        let (actual, value) = (actual.to_lowercase(), comparison.value.to_lowercase());
        match comparison.test {
            Test::Equals => actual == value,
            Test::StartsWith => actual.starts_with(&value),
            Test::EndsWith => actual.ends_with(&value),
            Test::Contains => actual.contains(&value),
            Test::Holds => false,
        }
    }

    /// Whether the rule matches; none if it hangs on what cannot be interpreted.
    #[must_use]
    pub fn matches(&self, rule: &DeviceRule, undefined: Undefined) -> Option<bool> {
        let outcomes = |parts: &[DeviceRule], decisive| {
            let outcomes: Vec<_> = parts.iter().map(|part| self.matches(part, undefined)).collect();
            if outcomes.contains(&Some(decisive)) {
                Some(decisive)
            } else if outcomes.contains(&None) {
                None
            } else {
                Some(!decisive)
            }
        };
        match rule {
            DeviceRule::And(parts) => outcomes(parts, false),
            DeviceRule::Or(parts) => outcomes(parts, true),
            DeviceRule::Not(part) => self.matches(part, undefined).map(|matches| !matches),
            DeviceRule::Is(comparison) => Some(self.fulfils(comparison)),
            DeviceRule::Opaque(text) => match undefined {
                Undefined::Unknown => None,
                Undefined::AsTheSignInSays => Some(self.opaque.get(text) == Some(&true)),
            },
        }
    }
}

/// Whether a policy's filter for devices lets it apply.
pub(super) fn filtered(policy: &Policy, device: &Device, undefined: Undefined) -> Match {
    const FILTER: Property = Property::DeviceFilter;
    const RULE: Property = Property::DeviceFilterRule;
    let filter = match &policy.conditions.device_filter {
        Fact::Known(None) => return Match::Yes,
        Fact::Known(Some(filter)) => filter,
        Fact::Unknown(reason) => return Match::Unknown(Cause { at: At::property(FILTER), why: Why::Doubt(*reason) }),
    };
    let included = match filter.mode {
        Fact::Known(mode) => mode == FilterMode::Include,
        Fact::Unknown(reason) => {
            return Match::Unknown(Cause { at: At::property(FILTER), why: Why::Doubt(reason) });
        }
    };
    match device.matches(filter.device_rule(), undefined) {
        Some(matches) if matches == included => Match::Yes,
        Some(_) => Match::No(Cause { at: At::property(RULE), why: Why::DeviceFilter }),
        None => Match::Unknown(Cause { at: At::property(RULE), why: Why::DeviceFilterOpaque }),
    }
}

/// The same where only these attributes of the device are known: what is said of another one is not.
pub(super) fn filtered_partly(
    policy: &Policy,
    device: &Device,
    undefined: Undefined,
    known: Option<&'static [&'static str]>,
) -> Partly {
    let outcome = filtered(policy, device, undefined);
    let (Some(known), Match::Yes | Match::No(_)) = (known, outcome) else { return outcome.into() };
    let Fact::Known(Some(filter)) = &policy.conditions.device_filter else { return outcome.into() };
    match device.matches(&closed(filter.device_rule().clone(), known), Undefined::Unknown) {
        Some(_) => outcome.into(),
        None => Partly::Open(Coordinate::Device),
    }
}

/// A rule in which every comparison with an attribute that is not known is one that cannot be interpreted.
fn closed(rule: DeviceRule, known: &[&str]) -> DeviceRule {
    let all = |parts: Vec<DeviceRule>| parts.into_iter().map(|part| closed(part, known)).collect();
    match rule {
        DeviceRule::And(parts) => DeviceRule::And(all(parts)),
        DeviceRule::Or(parts) => DeviceRule::Or(all(parts)),
        DeviceRule::Not(part) => DeviceRule::Not(Box::new(closed(*part, known))),
        DeviceRule::Is(comparison) if !known.contains(&comparison.attribute) => {
            DeviceRule::Opaque(comparison.attribute.into())
        }
        DeviceRule::Is(comparison) => DeviceRule::Is(comparison),
        DeviceRule::Opaque(text) => DeviceRule::Opaque(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(attributes: &[(&'static str, &str)], rule: &str) -> Option<bool> {
        let mut device = Device::default();
        for (name, value) in attributes {
            device.set(name, value);
        }
        device.matches(&DeviceRule::read(rule), Undefined::Unknown)
    }

    /// The table of
    /// <https://learn.microsoft.com/entra/identity/conditional-access/concept-condition-filters-for-devices>: "all
    /// attributes of an unregistered device are considered null".
    #[test]
    fn positive_operators_never_match_an_unregistered_device_and_negative_ones_always_do() {
        for rule in ["-eq \"x\"", "-startsWith \"x\"", "-endsWith \"x\"", "-contains \"x\"", "-in [\"x\"]"] {
            assert_eq!(matches(&[], &format!("device.displayName {rule}")), Some(false), "{rule}");
        }
        for rule in ["-ne \"x\"", "-notStartsWith \"x\"", "-notEndsWith \"x\"", "-notContains \"x\"", "-notIn [\"x\"]"]
        {
            assert_eq!(matches(&[], &format!("device.displayName {rule}")), Some(true), "{rule}");
        }
        assert_eq!(matches(&[], "device.isCompliant -eq False"), Some(false));
        assert_eq!(matches(&[], "device.isCompliant -ne True"), Some(true));
    }

    #[test]
    fn values_compare_without_letter_case() {
        let device = [("displayName", "PAW-017"), ("isCompliant", "True")];
        assert_eq!(
            matches(&device, "device.displayName -startsWith \"paw\" -and device.isCompliant -eq true"),
            Some(true)
        );
        assert_eq!(matches(&device, "device.displayName -endsWith \"018\""), Some(false));
    }

    /// The note on string collections of the same page.
    #[test]
    fn a_collection_contains_whole_strings_only() {
        let virtual_machine = [("systemLabels", "AzureResource"), ("systemLabels", "M365Managed")];
        assert_eq!(matches(&virtual_machine, "device.systemLabels -contains \"azureresource\""), Some(true));
        assert_eq!(matches(&virtual_machine, "device.systemLabels -contains \"Azure\""), Some(false));
        assert_eq!(matches(&virtual_machine, "device.systemLabels -notContains \"Azure\""), Some(true));
    }

    #[test]
    fn extension_attributes_have_no_value_on_a_device_that_nobody_manages() {
        let rule = "device.extensionAttribute1 -eq \"SAW\"";
        let labelled = ("extensionAttribute1", "SAW");
        assert_eq!(matches(&[labelled, ("trustType", "Workplace")], rule), Some(false));
        for managed in [("isCompliant", "True"), ("trustType", "ServerAD"), ("mdmAppId", INTUNE)] {
            assert_eq!(matches(&[labelled, managed], rule), Some(true), "{managed:?}");
        }
    }

    #[test]
    fn what_cannot_be_interpreted_leaves_open_only_what_hangs_on_it() {
        assert_eq!(matches(&[], "device.colour -eq \"red\""), None);
        assert_eq!(matches(&[], "device.colour -eq \"red\" -and device.isCompliant -eq True"), Some(false));
    }
}
