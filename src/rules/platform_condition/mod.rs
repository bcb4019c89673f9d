//! MFA on some platforms only.

use super::{Rule, declare, described};
use crate::finding::{Draft, Label, Level, PolicyRef};
use crate::policy::{Platform, Policy, Scope};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare!(
    PlatformCondition,
    "platform-condition",
    Warning,
    "0.1.0",
    Gaps,
    "A policy asks for MFA on some platforms only, and a client can claim to run on any."
);

impl Rule for PlatformCondition {
    described!("doc.md");

    fn check_policy(&self, policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Vec<Draft>) {
        let platforms = &policy.conditions.platforms;
        let includes_all = platforms.include.position(|platform| *platform == Platform::All).is_some();
        if platforms.is_empty() || (includes_all && platforms.exclude.is_empty()) || !policy.grant.asks_for_mfa() {
            return;
        }
        if !tenant.leaves_mfa_out(policy, |policy| policy.conditions.platforms = Scope::default()) {
            return;
        }
        let message = format!(
            "{} asks for MFA on some platforms only. The platform is what the client says of itself: whoever claims another one \
             gets in with a password, and no other policy asks them for MFA.",
            PolicyRef::to(policy).label()
        );
        let (place, seen) = match platforms.exclude.known().next() {
            Some((index, _)) => (
                Pointer::new("/conditions/platforms/excludePlatforms").index(index),
                "excluded, and a client can claim to be one",
            ),
            None => (
                Pointer::new("/conditions/platforms/includePlatforms"),
                "any other platform is left out, and a client can claim any",
            ),
        };
        drafts.push(
            Draft::new(Self::ID, Level::Warning, message)
                .help("Remove the platform condition, or ask for MFA on the other platforms in a policy of its own.")
                .policy(policy)
                .label(Label::in_policy(policy, &place, seen)),
        );
    }
}
