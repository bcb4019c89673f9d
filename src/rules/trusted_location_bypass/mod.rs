//! MFA from some places only.

use super::{Rule, declare, described};
use crate::finding::{Draft, Label, Level, PolicyRef, quoted};
use crate::policy::{Policy, Scope};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare!(
    TrustedLocationBypass,
    "trusted-location-bypass",
    Warning,
    "0.1.0",
    Gaps,
    "A policy asks for MFA from some places only, so elsewhere a password is enough."
);

impl Rule for TrustedLocationBypass {
    described!("doc.md");

    fn check_policy(&self, policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Vec<Draft>) {
        let locations = &policy.conditions.locations;
        let includes_all = locations.include.position(|id| id.is("All")).is_some();
        if locations.is_empty() || (includes_all && locations.exclude.is_empty()) || !policy.grant.asks_for_mfa() {
            return;
        }
        if !tenant.leaves_mfa_out(policy, |policy| policy.conditions.locations = Scope::default()) {
            return;
        }
        let (place, whence) = if let Some((index, id)) = locations.exclude.known().next() {
            let name = || tenant.tenant.name(id).map_or_else(|| quoted(&id.to_string()), quoted);
            let whence =
                if id.is("AllTrusted") { "from a trusted network".to_owned() } else { format!("from the location {}", name()) };
            (Pointer::new("/conditions/locations/excludeLocations").index(index), whence)
        } else {
            let whence = "from any other place than those that it includes".to_owned();
            (Pointer::new("/conditions/locations/includeLocations"), whence)
        };
        let message = format!(
            "{} does not ask for MFA {whence}: there a password is enough, and no other policy asks for MFA.",
            PolicyRef::to(policy).label()
        );
        drafts.push(
            Draft::new(Self::ID, Level::Warning, message)
                .help("Remove the location condition. Where fewer prompts are the aim, use a longer sign-in frequency instead.")
                .policy(policy)
                .label(Label::in_policy(policy, &place, format!("sign-ins {whence} are left out"))),
        );
    }
}
