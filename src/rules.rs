//! The rules. Each has a folder with the check, its documentation, and the documentation's examples as tests.
//!
//! A rule sees one file at a time, as it was read, or the tenant as a whole; it writes [`Draft`](crate::finding::Draft)s and
//! knows no report.

pub mod control;
mod excluded;
mod expect;
mod facts;
mod meta;
mod registry;
mod together;
mod violations;

mod access;
mod access_evaluation_disabled;
mod alternative_to_mfa;
mod asks_nothing;
mod bare_strength_id;
mod cannot_register_first_method;
mod class_excluded;
mod contradictory_directory;
mod deprecated_setting;
mod destroyed_policies;
mod device_filter_bypass;
mod disabled_exclusion;
mod duplicate_key;
mod duplicate_name;
mod duplicate_policy;
mod empty_exclusion;
mod everybody_blocked;
mod expired_exception;
mod expired_ignore;
mod failed_request;
mod ignored_changes;
mod incomplete_export;
mod ineffective_authentication_context;
mod ineffective_guest_types;
mod internal_error;
mod invalid_device_filter;
mod invalid_encoding;
mod invalid_grant_controls;
mod invalid_id;
mod invalid_ignore;
mod invalid_syntax;
mod invalid_value;
mod large_exclusion;
mod leaking_exclusion;
mod letter_case;
mod locked_out;
mod management_api_only;
mod mfa_only_at_risk;
mod misplaced_id;
mod never_applies;
mod no_break_glass;
mod other_cloud_app;
mod platform_condition;
mod redundant_policy;
mod rejected_expression;
mod relaxed_json;
mod replaced_policy;
mod resource_exclusion;
mod security_defaults_on;
mod several_tenants;
mod shared_id;
mod single_value;
mod stable_api_export;
mod stale_report_only;
mod stored_query_disagrees;
mod strength_without_mfa;
mod sync_account_not_excluded;
mod template_placeholder;
mod tenant_bound_id;
mod truncated_export;
mod trusted_location_bypass;
mod unapproved_exception;
mod unknown_condition;
mod unknown_property;
mod unknown_value;
mod unprotected_exclusion;
mod unreached_user;
mod unread_format;
mod unreadable_file;
mod unsuitable_break_glass;
mod unsupported_combination;
mod unused_exception;
mod unused_ignore;
mod user_and_sign_in_risk;
mod wide_trusted_location;
mod wrapped_policy;

pub use facts::{Blocked, FileFacts, IgnoreFacts, Inspected, Judgement, Reached, Reading, TenantFacts};
use meta::declare;
pub use meta::{Category, Declared, Meta, Rule};
pub use registry::{all, check_file, check_ignore, check_tenant, find, ids, page, page_url};

pub use access::reason as access_reason;
pub use expect::said as said_of_expectation;
pub(crate) use locked_out::draft as said_of_lock_out;

/// Puts one finding in the place of many that say the same of one tenant, once ignores and the baseline have been applied.
pub(crate) fn together(findings: &mut Vec<crate::finding::Finding>) {
    invalid_id::TOGETHER.put(findings);
    letter_case::TOGETHER.put(findings);
    stale_report_only::TOGETHER.put(findings);
}

/// Whether a finding says that a file, or a text in it, was not read.
pub(crate) fn is_of_unread_file(finding: &crate::finding::Finding) -> bool {
    let rules = [
        internal_error::RULE.meta(),
        invalid_encoding::RULE.meta(),
        invalid_syntax::RULE.meta(),
        unread_format::RULE.meta(),
        unreadable_file::RULE.meta(),
    ];
    rules.iter().any(|meta| meta.id == finding.rule)
}

#[cfg(test)]
mod tests;
