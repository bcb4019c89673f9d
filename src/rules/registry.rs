//! Every rule, and running them.

use super::control;
use super::control::ControlRule;
use super::facts::{FileFacts, IgnoreFacts, TenantFacts};
use super::meta::{Category, Rule};
use super::violations;
use crate::controls;
use crate::finding::{Draft, Drafts, Label};
use std::sync::OnceLock;

/// The rules that are written in Rust.
static WRITTEN: &[&dyn Rule] = &[
    &super::access::RULE,
    &super::access_evaluation_disabled::RULE,
    &super::alternative_to_mfa::RULE,
    &super::asks_nothing::RULE,
    &super::bare_strength_id::RULE,
    &super::cannot_register_first_method::RULE,
    &super::class_excluded::RULE,
    &super::contradictory_directory::RULE,
    &super::deprecated_setting::RULE,
    &super::destroyed_policies::RULE,
    &super::device_filter_bypass::RULE,
    &super::disabled_exclusion::RULE,
    &super::duplicate_key::RULE,
    &super::duplicate_name::RULE,
    &super::duplicate_policy::RULE,
    &super::empty_exclusion::RULE,
    &super::everybody_blocked::RULE,
    &super::expired_exception::RULE,
    &super::expired_ignore::RULE,
    &super::failed_request::RULE,
    &super::ignored_changes::RULE,
    &super::incomplete_export::RULE,
    &super::ineffective_authentication_context::RULE,
    &super::ineffective_guest_types::RULE,
    &super::internal_error::RULE,
    &super::invalid_device_filter::RULE,
    &super::invalid_encoding::RULE,
    &super::invalid_grant_controls::RULE,
    &super::invalid_id::RULE,
    &super::invalid_ignore::RULE,
    &super::invalid_syntax::RULE,
    &super::invalid_value::RULE,
    &super::large_exclusion::RULE,
    &super::leaking_exclusion::RULE,
    &super::letter_case::RULE,
    &super::locked_out::RULE,
    &super::management_api_only::RULE,
    &super::mfa_only_at_risk::RULE,
    &super::misplaced_id::RULE,
    &super::never_applies::RULE,
    &super::no_break_glass::RULE,
    &super::other_cloud_app::RULE,
    &super::platform_condition::RULE,
    &super::redundant_policy::RULE,
    &super::rejected_expression::RULE,
    &super::relaxed_json::RULE,
    &super::replaced_policy::RULE,
    &super::resource_exclusion::RULE,
    &super::security_defaults_on::RULE,
    &super::several_tenants::RULE,
    &super::shared_id::RULE,
    &super::single_value::RULE,
    &super::stable_api_export::RULE,
    &super::stale_report_only::RULE,
    &super::stored_query_disagrees::RULE,
    &super::strength_without_mfa::RULE,
    &super::sync_account_not_excluded::RULE,
    &super::template_placeholder::RULE,
    &super::tenant_bound_id::RULE,
    &super::truncated_export::RULE,
    &super::trusted_location_bypass::RULE,
    &super::unapproved_exception::RULE,
    &super::unknown_condition::RULE,
    &super::unknown_property::RULE,
    &super::unknown_value::RULE,
    &super::unprotected_exclusion::RULE,
    &super::unreached_user::RULE,
    &super::unread_format::RULE,
    &super::unreadable_file::RULE,
    &super::unsuitable_break_glass::RULE,
    &super::unsupported_combination::RULE,
    &super::unused_exception::RULE,
    &super::unused_ignore::RULE,
    &super::user_and_sign_in_risk::RULE,
    &super::wide_trusted_location::RULE,
    &super::wrapped_policy::RULE,
];

/// Every rule, controls among them, in the order of their ids.
#[must_use]
pub fn all() -> &'static [&'static dyn Rule] {
    static ALL: OnceLock<Vec<&'static dyn Rule>> = OnceLock::new();
    ALL.get_or_init(|| {
        let controls = controls::all().map(|shipped| {
            let rule: &'static dyn Rule = Box::leak(Box::new(ControlRule(shipped)));
            rule
        });
        let mut all: Vec<&'static dyn Rule> = WRITTEN.iter().copied().chain(controls).collect();
        all.sort_by_key(|rule| rule.meta().id);
        all
    })
}

/// The ids of all rules, in order.
#[must_use]
pub fn ids() -> &'static [&'static str] {
    static IDS: OnceLock<Vec<&'static str>> = OnceLock::new();
    IDS.get_or_init(|| all().iter().map(|rule| rule.meta().id).collect())
}

/// Where the page of a rule is on the web.
#[must_use]
pub fn page_url(id: &str) -> String {
    format!("{}/blob/v{}/docs/rules/{id}.md", env!("CARGO_PKG_REPOSITORY"), env!("CARGO_PKG_VERSION"))
}

/// The rule of that id.
#[must_use]
pub fn find(id: &str) -> Option<&'static dyn Rule> {
    all().iter().copied().find(|rule| rule.meta().id == id)
}

/// A rule's documentation as people read it, without the annotations for tests in the examples.
#[must_use]
pub fn page(rule: &dyn Rule) -> String {
    let lines = rule.doc();
    let lines = lines.lines().map(|line| match line.split_once(' ') {
        Some((fence @ ("```json" | "```hcl"), _)) => fence,
        _ => line,
    });
    lines.fold(String::new(), |page, line| page + line + "\n")
}

/// Runs every rule over a file.
#[must_use]
pub fn check_file(file: &FileFacts<'_>) -> Vec<Draft> {
    let mut drafts = violations::report(file);
    drafts.extend(Drafts::written(|drafts| WRITTEN.iter().for_each(|rule| rule.check_file(file, drafts))));
    drafts
}

/// Runs every rule over an ignore.
#[must_use]
pub fn check_ignore(ignore: &IgnoreFacts<'_>) -> Vec<Draft> {
    Drafts::written(|drafts| WRITTEN.iter().for_each(|rule| rule.check_ignore(ignore, drafts)))
}

/// Runs every rule over a tenant.
#[must_use]
pub fn check_tenant(tenant: &TenantFacts<'_>) -> Vec<Draft> {
    let mut drafts: Vec<Draft> =
        tenant.judgements.iter().filter_map(|judgement| control::check(tenant, judgement)).collect();
    let shown: Vec<Label> = drafts.iter().flat_map(|draft| draft.labels.iter().cloned()).collect();
    for rule in WRITTEN {
        let mut found = Drafts::written(|drafts| {
            for policy in tenant.tenant.policies.iter().filter(|policy| !policy.deleted) {
                rule.check_policy(policy, tenant, drafts);
            }
            rule.check_tenant(tenant, drafts);
        });
        // A gap that a control has shown, line by line, is not shown again.
        let is_shown =
            |draft: &Draft| draft.labels.first().is_some_and(|label| shown.iter().any(|shown| shown.overlaps(label)));
        if rule.meta().category == Category::Gaps {
            found.retain(|draft| !is_shown(draft));
        }
        drafts.extend(found);
    }
    drafts
}
