//! MFA for Azure management, which does not include related APIs.

use super::{Rule, declare};
use crate::catalog::{self, Cloud};
use crate::controls;
use crate::coverage::{self, Verdict};
use crate::finding::{Draft, Drafts, Label};
use crate::policy::{Id, Policy, Property};
use crate::requirement::{Grant, Requirement, Resource};
use crate::rules::{Judgement, TenantFacts};
use crate::signin::{Lens, Match, SignIn};
use crate::syntax::Pointer;

declare! {
    rule: ManagementApiOnly,
    id: "management-api-only",
    levels: [Info],
    since: "0.1.0",
    category: Gaps,
    summary: "A policy requires MFA for the Windows Azure Service Management API, which does not include Azure DevOps or Microsoft Graph.",
    doc: "doc.md",
}

/// What is not part of it: Azure DevOps, and Microsoft Graph with Graph PowerShell.
const BESIDE: [(&str, &str); 2] = [
    ("499b84ac-1321-427f-aa17-267ca6975798", "Azure DevOps (which no longer uses that API since 2025)"),
    ("00000003-0000-0000-c000-000000000000", "Microsoft Graph"),
];

impl Rule for ManagementApiOnly {
    fn check_tenant(&self, tenant: &TenantFacts<'_>, drafts: &mut Drafts) {
        let names_it = |policy: &&Policy| {
            policy.grant.asks_for_mfa() && tenant.is_on(policy) && !policy.deleted && position(policy).is_some()
        };
        let Some(policy) = tenant.tenant.policies.iter().find(names_it).filter(|_| tenant.is_whole) else { return };
        // First things first.
        let is_open_itself = |judgement: &Judgement| {
            judgement.control.id == controls::DEFAULT
                && matches!(judgement.decision.verdict, Verdict::NotEnforced | Verdict::Undecided)
        };
        if tenant.judgements.iter().any(is_open_itself) {
            return;
        }
        // Azure Government has no Azure DevOps.
        let beside = if tenant.cloud == Cloud::UsGovernment { &BESIDE[1..] } else { &BESIDE[..] };
        let open: Vec<&str> = beside.iter().filter(|(id, _)| is_open(tenant, id)).map(|(_, name)| *name).collect();
        let Some(index) = position(policy).filter(|_| !open.is_empty()) else { return };
        let message = format!(
            "MFA is required for the Windows Azure Service Management API, but not for {}.",
            open.join(" and ")
        );
        let place = Pointer::new(Property::IncludeApplications).index(index);
        let draft = Self::draft(message)
            .help(
                "Include All resources. A policy cannot select Microsoft Graph individually, and a policy for all \
                resources also covers new ones.",
            )
            .policy(policy)
            .label(Label::in_policy(policy, &place, "covers the portal, the CLI, PowerShell and REST of Azure only"));
        drafts.push(Draft { is_of_tenant: true, ..draft });
    }
}

/// Where a policy names the API, in any cloud; none where it includes all resources.
fn position(policy: &Policy) -> Option<usize> {
    let include = &policy.conditions.applications.include;
    let all = include.position(|id| id.is("All"));
    if all.is_some() { None } else { include.position(catalog::is_management_api) }
}

/// Whether an ordinary user on an unregistered device is surely asked by no policy.
fn is_open(tenant: &TenantFacts<'_>, app: &str) -> bool {
    let resource = Resource::App(Id::new(app));
    let requirement = Requirement { resources: vec![resource.clone()], ..Requirement::everywhere(Grant::Mfa) };
    let view = coverage::view(&requirement, tenant.tenant, tenant.options());
    let sign_in = SignIn::attacker(resource);
    let mut policies = tenant.tenant.policies.iter();
    policies.all(|policy| matches!(view.forces(policy, &sign_in, Lens::Plain), Match::No(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::policy::{FileIndex, Origin, lower};
    use crate::syntax::parse;
    use crate::tenant::Tenant;

    #[test]
    fn azure_government_has_no_azure_devops() {
        let text = r#"{"displayName": "p", "state": "enabled", "grantControls": {"builtInControls": ["mfa"]}, "conditions":
            {"users": {"includeUsers": ["All"]}, "clientAppTypes": ["all"],
             "applications": {"includeApplications": ["40a69793-8fe6-4db1-9591-dbc5c57b17d8"]}}}"#;
        let policies = vec![lower(&parse(text).unwrap(), Origin::document(FileIndex(0))).policy];
        let (tenant, config) = (Tenant { policies, ..Tenant::default() }, Config::default());
        for (cloud, told) in [(Cloud::Public, true), (Cloud::UsGovernment, false)] {
            let facts = TenantFacts { cloud, is_whole: true, ..TenantFacts::of(&tenant, &config) };
            let drafts = Drafts::written(|drafts| RULE.check_tenant(&facts, drafts));
            assert_eq!(drafts.len(), 1);
            assert_eq!(drafts[0].message.contains("Azure DevOps"), told, "{drafts:?}");
        }
    }
}
