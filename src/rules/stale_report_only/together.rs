//! One finding for many report-only policies of a tenant.
//!
//! Each policy is a finding of its own until ignores and the baseline have been applied: each of them is about one policy, and must hide
//! no other.

use super::{SEVERAL, SHOWN, StaleReportOnly, TRIAL};
use crate::finding::{Draft, Extent, Finding, Location, PolicyRef, joined};
use crate::rules::Declared;
use std::collections::BTreeSet;

/// Findings that are reported one by one.
const FEW: usize = 5;

/// Puts one finding in the place of all findings about single policies, if there are many.
pub(crate) fn together(findings: &mut Vec<Finding>) {
    let is_one = |finding: &Finding| finding.rule == StaleReportOnly.meta().id && finding.policy.is_some();
    if findings.iter().filter(|finding| is_one(finding)).count() <= FEW {
        return;
    }
    let Some(at) = findings.iter().position(is_one) else { return };
    let several: Vec<Finding> = findings.extract_if(.., |finding| is_one(finding)).collect();
    // The first place of them all comes where it stood: findings stay in their order.
    if let Some(one) = one(&several) {
        findings.insert(at, one);
    }
}

fn one(several: &[Finding]) -> Option<Finding> {
    let first = several.first()?;
    let names: Vec<String> =
        several.iter().filter_map(|finding| finding.policy.as_ref()).map(PolicyRef::label).collect();
    let identities: BTreeSet<String> = several.iter().map(|finding| finding.identity.clone()).collect();
    let message = format!(
        "{} policies are in report-only mode and have not been changed for more than {TRIAL} days: {}. \
         They record their results and enforce nothing.",
        several.len(),
        joined(&names, SHOWN),
    );
    let draft = Draft {
        level: several.iter().map(|finding| finding.level).max()?,
        is_of_tenant: true,
        extent: Extent::new(0, identities),
        ..StaleReportOnly::draft(message).help(SEVERAL).about("together")
    };
    let mut finding = draft.at(&first.tenant, first.primary().clone());
    let places = several.iter().skip(1).map(Finding::primary).take(SHOWN - 1);
    finding.locations.extend(places.map(|place| Location { primary: false, ..place.clone() }));
    Some(finding)
}
