//! MFA on some platforms only.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, PolicyRef, joined};
use crate::policy::{List, Platform, Policy, Property, Scope, Words};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: PlatformCondition,
    id: "platform-condition",
    levels: [Warning],
    since: "0.1.0",
    category: Gaps,
    summary: "A policy requires MFA on some platforms only, but a client can claim to run on any platform.",
    doc: "doc.md",
}

impl Rule for PlatformCondition {
    fn check_policy(&self, policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Drafts) {
        let Scope { include, exclude, .. } = &policy.conditions.platforms;
        let includes_all = include.position(|platform| *platform == Platform::All).is_some();
        let is_condition = !include.is_empty() || !exclude.is_empty();
        if !is_condition || (includes_all && exclude.is_empty()) || !policy.grant.asks_for_mfa() {
            return;
        }
        if !tenant.leaves_mfa_out(policy, |policy| policy.conditions.platforms = Scope::default()) {
            return;
        }
        // Where only some are included, the excluded ones are the smaller part of what is left out.
        let (asks, claimed, place, seen) = if includes_all || include.is_empty() {
            (
                format!("does not require MFA on {}", names(exclude)),
                "one of these platforms",
                Pointer::new(Property::ExcludePlatforms),
                "excluded, and a client can claim any platform",
            )
        } else {
            (
                format!("requires MFA on {} only", names(include)),
                "another platform",
                Pointer::new(Property::IncludePlatforms),
                "all other platforms are not covered, and a client can claim any platform",
            )
        };
        let message = format!(
            "{} {asks}. The client states its own platform: a client that claims {claimed} needs only a password, and no other \
             policy requires MFA.",
            PolicyRef::to(policy).label()
        );
        drafts.push(
            Self::draft(message)
                .help("Remove the platform condition, or require MFA on the other platforms in a separate policy.")
                .policy(policy)
                .label(Label::in_policy(policy, &place, seen)),
        );
    }
}

fn names(platforms: &List<Platform>) -> String {
    let names: Vec<String> = platforms.known().map(|(_, platform)| platform.word().to_owned()).collect();
    joined(&names, names.len())
}
