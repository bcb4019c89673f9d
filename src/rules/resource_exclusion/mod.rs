//! All resources, but for some.

use super::{Rule, declare};
use crate::catalog;
use crate::finding::{Drafts, Label, PolicyRef};
use crate::policy::{Fact, Policy, Property};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: ResourceExclusion,
    id: "resource-exclusion",
    levels: [Info],
    since: "0.1.0",
    category: Exclusions,
    summary: "A policy for all resources excludes some of them, which exempts more than these resources.",
    doc: "doc.md",
}

impl Rule for ResourceExclusion {
    fn check_policy(&self, policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Drafts) {
        let applications = &policy.conditions.applications;
        let Some((index, _)) = applications.exclude.known().next() else { return };
        let includes_all = applications.include.position(|id| id.is("All")).is_some();
        // Of workload identities the scopes are another matter.
        let is_of_users = policy.conditions.workload_identities == Fact::Known(false);
        if !includes_all || policy.grant.is_empty() || !tenant.is_on(policy) || !is_of_users {
            return;
        }
        let scopes = "tokens with basic scopes alone, such as openid and User.Read";
        let end = catalog::retirement("resource-exclusions").and_then(|change| change.day);
        let name = PolicyRef::to(policy).label();
        let message = match end {
            Some(day) if tenant.today >= day => format!(
                "{name} targets all resources except some. It is not enforced for {scopes}, unless Microsoft's change of \
                 {day} has reached the tenant and its baseline scopes settings do not keep the earlier behavior."
            ),
            Some(day) => format!(
                "{name} targets all resources except some, and is therefore not enforced for {scopes}. Microsoft \
                 changes that from {day} on."
            ),
            None => format!("{name} targets all resources except some, and is therefore not enforced for {scopes}."),
        };
        let place = Pointer::new(Property::ExcludeApplications).index(index);
        drafts.push(
            Self::draft(message)
                .help("Avoid excluding resources, and test apps that request basic scopes only.")
                .policy(policy)
                .label(Label::in_policy(policy, &place, "the first excluded resource")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, parse_day};
    use crate::policy::{FileIndex, Origin, lower};
    use crate::syntax::parse;
    use crate::tenant::Tenant;

    #[test]
    fn a_change_that_is_to_come_is_told_apart_from_one_that_has_begun() {
        let text = r#"{"displayName": "p", "state": "enabled", "grantControls": {"builtInControls": ["mfa"]}, "conditions":
            {"users": {}, "applications": {"includeApplications": ["All"], "excludeApplications": ["Office365"]}}}"#;
        let policy = lower(&parse(text).unwrap(), Origin::document(FileIndex(0))).policy;
        let (tenant, config) = (Tenant::default(), Config::default());
        for (day, told) in [("2026-06-14", "Microsoft changes that from"), ("2026-06-15", "change of 2026-06-15")] {
            let facts = TenantFacts { today: parse_day(day).unwrap(), ..TenantFacts::of(&tenant, &config) };
            let drafts = Drafts::written(|drafts| RULE.check_policy(&policy, &facts, drafts));
            assert!(drafts.iter().any(|draft| draft.message.contains(told)), "{day}: {drafts:?}");
        }
    }
}
