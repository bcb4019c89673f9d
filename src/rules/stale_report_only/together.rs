//! One finding for many report-only policies of a tenant.

use super::{SEVERAL, SHOWN, StaleReportOnly, TRIAL};
use crate::finding::{Draft, Finding, PolicyRef, joined};
use crate::rules::Declared;
use crate::rules::together::Together;

pub(in crate::rules) const TOGETHER: Together = Together {
    is_one: |finding| finding.rule == StaleReportOnly.meta().id && finding.policy.is_some(),
    few: 5,
    shown: SHOWN,
    write,
};

fn write(several: &[Finding]) -> Draft {
    let names: Vec<String> =
        several.iter().filter_map(|finding| finding.policy.as_ref()).map(PolicyRef::label).collect();
    let message = format!(
        "{} policies are in report-only mode and have not been changed for more than {TRIAL} days: {}. \
         They record their results and enforce nothing.",
        several.len(),
        joined(&names, SHOWN),
    );
    StaleReportOnly::draft(message).help(SEVERAL)
}
