//! Apps of another cloud.

use super::{Rule, declare};
use crate::catalog::{self, Cloud};
use crate::finding::{Drafts, Label, PolicyRef, quoted};
use crate::policy::{Id, List, Policy, Property};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: OtherCloudApp,
    id: "other-cloud-app",
    levels: [Warning],
    since: "0.1.0",
    category: Correctness,
    summary: "A policy uses the id that an app has in another cloud, so it does not cover the app in this tenant.",
    doc: "doc.md",
}

impl Rule for OtherCloudApp {
    fn check_policy(&self, policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Drafts) {
        let apps = &policy.conditions.applications;
        for (list, pointer, what) in [
            (&apps.include, Property::IncludeApplications, "applies to"),
            (&apps.exclude, Property::ExcludeApplications, "leaves out"),
        ] {
            let Some((index, named, here)) = of_other_cloud(list, tenant.cloud) else { continue };
            let (cloud, argument) = match tenant.cloud {
                Cloud::UsGovernment => ("the public cloud", Cloud::Public.word()),
                Cloud::Public => ("Azure Government", Cloud::UsGovernment.word()),
            };
            let app = quoted(catalog::name(named).unwrap_or_default());
            let message = format!(
                "{} {what} {app} by its id in {cloud}. In this tenant's cloud, the app has a different id, so the \
                 policy does not apply to it.",
                PolicyRef::to(policy).label()
            );
            drafts.push(
                Self::draft(message)
                    .help(format!(
                        "Use {here} instead. If the tenant is in {cloud}, check it with `--cloud {argument}`."
                    ))
                    .policy(policy)
                    .about(what)
                    .label(Label::in_policy(policy, &Pointer::new(pointer).index(index), format!("in {cloud}"))),
            );
        }
    }
}

/// The first app that a list names as another cloud does, and its id in this one. A list for several clouds names both,
/// and one that names every app needs neither.
fn of_other_cloud(list: &List<Id>, cloud: Cloud) -> Option<(usize, &Id, &'static Id)> {
    let mut foreign = list.known().filter_map(|(index, id)| Some((index, id, catalog::app_elsewhere(id, cloud)?)));
    foreign.find(|(_, _, here)| {
        let makes_up = |id: &Id| id == *here || id.is("All");
        list.first_unknown().is_none() && list.position(makes_up).is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::policy::{FileIndex, Origin, lower};
    use crate::syntax::parse;
    use crate::tenant::Tenant;

    fn found(apps: &str, cloud: Cloud) -> Vec<String> {
        let text = format!(
            r#"{{"displayName": "p", "state": "enabled", "conditions": {{"applications": {{{apps}}}, "users": {{}}}}}}"#
        );
        let policy = lower(&parse(&text).unwrap(), Origin::document(FileIndex(0))).policy;
        let (tenant, config) = (Tenant::default(), Config::default());
        let facts = TenantFacts { cloud, ..TenantFacts::of(&tenant, &config) };
        let drafts = Drafts::written(|drafts| RULE.check_policy(&policy, &facts, drafts));
        drafts.into_iter().map(|draft| draft.message).collect()
    }

    const PUBLIC: &str = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
    const US_GOVERNMENT: &str = "40A69793-8FE6-4DB1-9591-DBC5C57B17D8";

    #[test]
    fn each_cloud_has_its_own_id() {
        for (named, cloud, expected) in [(PUBLIC, Cloud::Public, 0), (PUBLIC, Cloud::UsGovernment, 1)] {
            assert_eq!(found(&format!(r#""includeApplications": ["{named}"]"#), cloud).len(), expected);
        }
        for (named, cloud, expected) in [(US_GOVERNMENT, Cloud::Public, 1), (US_GOVERNMENT, Cloud::UsGovernment, 0)] {
            assert_eq!(found(&format!(r#""excludeApplications": ["{named}"]"#), cloud).len(), expected);
        }
        let both = format!(r#""includeApplications": ["{US_GOVERNMENT}"], "excludeApplications": ["{US_GOVERNMENT}"]"#);
        assert_eq!(found(&both, Cloud::Public).len(), 2);
    }

    #[test]
    fn a_list_that_may_name_both_is_nobodys_mistake() {
        for apps in [
            format!(r#""includeApplications": ["{US_GOVERNMENT}", "{PUBLIC}"]"#),
            format!(r#""includeApplications": ["{US_GOVERNMENT}", "All"]"#),
            format!(r#""includeApplications": ["{US_GOVERNMENT}", 1]"#),
        ] {
            assert!(found(&apps, Cloud::Public).is_empty(), "{apps}");
        }
    }
}
