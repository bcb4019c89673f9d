//! Report-only for months.

use super::{Rule, declare};
use crate::finding::{Draft, Drafts, Label, PolicyRef};
use crate::policy::{Fact, Policy, Property, State};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: StaleReportOnly,
    id: "stale-report-only",
    levels: [Warning],
    since: "0.1.0",
    category: Rollout,
    summary: "A policy has been in report-only mode for more than 90 days and enforces nothing.",
    doc: "doc.md",
}

/// Days that a trial may take.
const TRIAL: i64 = 90;
/// Policies that a finding about all of them points at.
const SHOWN: usize = 4;

impl Rule for StaleReportOnly {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        let present = || facts.tenant.policies.iter().filter(|policy| !policy.deleted);
        let stale: Vec<(&Policy, i64)> = present().filter_map(|policy| Some((policy, age(facts, policy)?))).collect();
        let is_any_on =
            present().any(|policy| !matches!(policy.state, Fact::Known(State::ReportOnly | State::Disabled)));
        match stale.iter().min_by_key(|(_, days)| *days) {
            // Nobody has begun to enforce, so the single policy is not the point.
            Some((latest, days)) if facts.is_whole && !is_any_on && stale.len() > 1 => {
                drafts.push(none_is_on(&stale, latest, *days));
            }
            _ => drafts.extend(stale.iter().map(|(policy, days)| one(facts, policy, *days))),
        }
    }
}

/// For how many days a report-only policy has not been touched, if that is too long.
fn age(facts: &TenantFacts<'_>, policy: &Policy) -> Option<i64> {
    let is_report_only = policy.state == Fact::Known(State::ReportOnly);
    let days = (facts.today - policy.modified.filter(|_| is_report_only)?).whole_days();
    (days > TRIAL).then_some(days)
}

fn one(facts: &TenantFacts<'_>, policy: &Policy, days: i64) -> Draft {
    let closes_gap = facts.leaves_mfa_out(policy, |policy| policy.state = Fact::Known(State::Enabled));
    let meanwhile =
        if closes_gap { " If it were enabled, it would require MFA where no policy does today." } else { "" };
    let message = format!(
        "{} is in report-only mode and has not been changed for {}. It records its results and enforces \
         nothing.{meanwhile}",
        PolicyRef::to(policy).label(),
        since(policy, days),
    );
    StaleReportOnly::draft(message)
        .help("Review its results in the sign-in logs and set `state` to \"enabled\", or delete the policy.")
        .policy(policy)
        .label(Label::in_policy(policy, &Pointer::new(Property::State), "enforces nothing"))
}

fn none_is_on(stale: &[(&Policy, i64)], latest: &Policy, days: i64) -> Draft {
    let message = format!(
        "No policy is enabled, and {} of them are in report-only mode and have not been changed for {} or longer. \
         They record their results and enforce nothing.",
        stale.len(),
        since(latest, days),
    );
    let draft = StaleReportOnly::draft(message)
        .help("Review their results in the sign-in logs, then set `state` to \"enabled\", one policy after the other.")
        .about("none is on");
    let draft = stale.iter().take(SHOWN).fold(draft, |draft, (policy, _)| {
        draft.label(Label::in_policy(policy, &Pointer::new(Property::State), "enforces nothing"))
    });
    Draft { is_of_tenant: true, ..draft }
}

fn since(policy: &Policy, days: i64) -> String {
    policy.modified.map_or_else(|| format!("{days} days"), |day| format!("{days} days (since {day})"))
}
