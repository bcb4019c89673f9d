//! MFA on some devices only.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, PolicyRef};
use crate::policy::{Fact, FilterMode, Policy, Property};
use crate::rules::TenantFacts;
use crate::signin::{Device, Undefined};
use crate::syntax::Pointer;

declare! {
    rule: DeviceFilterBypass,
    id: "device-filter-bypass",
    levels: [Warning],
    since: "0.1.0",
    category: Gaps,
    summary: "A policy requires MFA on some devices only, so a password is enough on all others.",
    doc: "doc.md",
}

impl Rule for DeviceFilterBypass {
    fn check_policy(&self, policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Drafts) {
        let Fact::Known(Some(filter)) = &policy.conditions.device_filter else { return };
        let Fact::Known(mode) = filter.mode else { return };
        if !policy.grant.asks_for_mfa()
            || !tenant.leaves_mfa_out(policy, |policy| policy.conditions.device_filter = Fact::Known(None))
        {
            return;
        }
        // Of an attacker's device Entra knows nothing.
        let matches_unregistered = Device::default().matches(filter.device_rule(), Undefined::Unknown);
        let (asks, seen) = match mode {
            FilterMode::Include => ("requires MFA only on devices that", "devices that do not match are not covered"),
            FilterMode::Exclude => ("does not require MFA on devices that", "devices that match are not covered"),
        };
        let (whom, help) = match (mode, matches_unregistered) {
            (FilterMode::Include, Some(false)) => (
                "An unregistered device has no attributes, so the filter does not match an attacker's device, and no \
                 other policy requires MFA on all other devices",
                "require MFA on the other devices in a separate policy",
            ),
            (FilterMode::Exclude, Some(true)) => (
                "Negative operators match an unregistered device, so the filter matches an attacker's device, and no \
                 other policy requires MFA on all of them",
                "use positive operators to name the devices to exclude",
            ),
            (FilterMode::Include, _) => (
                "On any other device a password is enough: no other policy requires MFA on all of them",
                "require MFA on the other devices in a separate policy",
            ),
            (FilterMode::Exclude, _) => (
                "On such a device a password is enough: no other policy requires MFA on all of them",
                "require MFA on these devices in a separate policy",
            ),
        };
        let message = format!("{} {asks} its filter matches. {whom}.", PolicyRef::to(policy).label());
        drafts.push(
            Self::draft(message)
                .help(format!("Remove the device filter, or {help}."))
                .policy(policy)
                .label(Label::in_policy(policy, &Pointer::new(Property::DeviceFilterRule), seen)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::policy::{FileIndex, Origin, lower};
    use crate::syntax::parse;
    use crate::tenant::Tenant;

    fn found(mode: &str, rule: &str) -> Option<String> {
        let text = format!(
            r#"{{"displayName": "p", "state": "enabled", "grantControls": {{"builtInControls": ["mfa"]}}, "conditions":
                {{"users": {{"includeUsers": ["All"]}}, "applications": {{"includeApplications": ["All"]}},
                  "clientAppTypes": ["all"], "devices": {{"deviceFilter": {{"mode": "{mode}", "rule": "{rule}"}}}}}}}}"#
        );
        let policies = vec![lower(&parse(&text).unwrap(), Origin::document(FileIndex(0))).policy];
        let (tenant, config) = (Tenant { policies, ..Tenant::default() }, Config::default());
        let facts = TenantFacts { is_whole: true, ..TenantFacts::of(&tenant, &config) };
        let mut drafts = Drafts::written(|drafts| RULE.check_policy(&tenant.policies[0], &facts, drafts));
        drafts.pop().map(|draft| draft.message)
    }

    #[test]
    fn an_attackers_own_device_is_named_where_it_is_left_out() {
        for (mode, rule, is_named) in [
            ("include", "device.isCompliant -eq True", true),
            ("include", "device.isCompliant -ne True", false),
            ("exclude", "device.isCompliant -eq True", false),
            ("exclude", "device.isCompliant -ne True", true),
        ] {
            let message = found(mode, rule).unwrap();
            assert_eq!(message.contains("unregistered"), is_named, "{mode} {rule}: {message}");
        }
    }

    #[test]
    fn what_cannot_be_interpreted_leaves_nobody_out() {
        for mode in ["include", "exclude"] {
            assert_eq!(found(mode, "device.colour -eq 1"), None);
        }
    }
}
