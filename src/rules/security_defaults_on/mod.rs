//! Security defaults and enabled policies at once.

use super::{Rule, declare};
use crate::finding::{Drafts, Label};
use crate::policy::{Fact, Policy, Property, State};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;
use crate::tenant::SecurityDefaults;

declare! {
    rule: SecurityDefaultsOn,
    id: "security-defaults-on",
    levels: [Warning],
    since: "0.1.0",
    category: Correctness,
    summary: "A file says that security defaults are on while policies are enabled, which Microsoft Entra does not allow.",
    doc: "doc.md",
}

impl Rule for SecurityDefaultsOn {
    fn check_tenant(&self, tenant: &TenantFacts<'_>, drafts: &mut Drafts) {
        match tenant.tenant.security_defaults() {
            SecurityDefaults::Contradicted => {}
            SecurityDefaults::Off | SecurityDefaults::On => return,
        }
        let is_enabled = |policy: &&Policy| policy.state == Fact::Known(State::Enabled) && !policy.deleted;
        let Some(policy) = tenant.tenant.policies.iter().find(is_enabled) else { return };
        let message = "A file says that security defaults are on, and this policy is enabled. Entra does not allow \
            both, so one of the files is out of date. No verdict relies on security defaults here.";
        drafts.push(
            Self::draft(message)
                .help(
                    "Export both again. If security defaults are on, turn them off before you enable policies. If \
                     they are off, remove the file that says otherwise.",
                )
                .policy(policy)
                .label(Label::in_policy(policy, &Pointer::new(Property::State), "enabled here")),
        );
    }
}
