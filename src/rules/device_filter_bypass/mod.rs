//! MFA on some devices only.

use super::{Rule, declare, described};
use crate::finding::{Draft, Label, Level, PolicyRef};
use crate::policy::{Fact, FilterMode, Policy};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare!(
    DeviceFilterBypass,
    "device-filter-bypass",
    Warning,
    "0.1.0",
    Gaps,
    "A policy asks for MFA on some devices only, and unregistered ones have no attribute that a filter could match."
);

impl Rule for DeviceFilterBypass {
    described!("doc.md");

    fn check_policy(&self, policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Vec<Draft>) {
        let Fact::Known(Some(filter)) = &policy.conditions.device_filter else { return };
        let is_open = policy.grant.asks_for_mfa()
            && tenant.leaves_mfa_out(policy, |policy| policy.conditions.device_filter = Fact::Known(None));
        let (what, seen) = match filter.mode {
            _ if !is_open => return,
            Fact::Known(FilterMode::Include) => (
                "asks for MFA only on devices that its filter matches. An unregistered device has no attributes, so no positive                  operator matches it, and no other policy asks for MFA on the devices that are left out",
                "devices that do not match are left out",
            ),
            Fact::Known(FilterMode::Exclude) => (
                "does not ask for MFA on devices that its filter matches: whoever has one gets in with a password, and no other                  policy asks for MFA there",
                "devices that match are left out",
            ),
            Fact::Unknown(_) => return,
        };
        let message = format!("{} {what}.", PolicyRef::to(policy).label());
        drafts.push(
            Draft::new(Self::ID, Level::Warning, message)
                .help("Remove the device filter, or ask for MFA on the other devices in a policy of its own.")
                .policy(policy)
                .label(Label::in_policy(policy, &Pointer::new("/conditions/devices/deviceFilter/rule"), seen)),
        );
    }
}
