//! Report-only for months.

mod together;

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

const SEVERAL: &str =
    "Review their results in the sign-in logs, then set `state` to \"enabled\", one policy after the other.";

pub(super) use together::TOGETHER;

impl Rule for StaleReportOnly {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        let present = || facts.tenant.policies.iter().filter(|policy| !policy.deleted);
        let stale: Vec<(&Policy, i64)> = present().filter_map(|policy| Some((policy, age(facts, policy)?))).collect();
        let is_any_on =
            present().any(|policy| !matches!(policy.judged_state(), Fact::Known(State::ReportOnly | State::Disabled)));
        match stale.iter().min_by_key(|(_, days)| *days) {
            // Nobody has begun to enforce, so the single policy is not the point.
            Some((latest, days)) if facts.is_whole && !is_any_on && stale.len() > 1 => {
                drafts.push(none_is_on(&stale, present().count(), &since(latest, *days)));
            }
            _ => drafts.extend(stale.iter().map(|(policy, days)| one(facts, policy, *days))),
        }
    }
}

/// For how many days a report-only policy has not been touched, if that is too long. One that is judged as if it were on is none.
fn age(facts: &TenantFacts<'_>, policy: &Policy) -> Option<i64> {
    let is_report_only = policy.judged_state() == Fact::Known(State::ReportOnly);
    let days = (facts.today - policy.modified.filter(|_| is_report_only)?).whole_days();
    (days > TRIAL).then_some(days)
}

fn one(facts: &TenantFacts<'_>, policy: &Policy, days: i64) -> Draft {
    let meanwhile = match asks(policy) {
        Some(asks) if facts.leaves_mfa_out(policy, |policy| policy.state = Fact::Known(State::Enabled)) => {
            format!(" If it were enabled, it would {asks} where no policy requires MFA today.")
        }
        Some(_) | None => String::new(),
    };
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

/// What a policy would do to sign-ins that need no MFA today, if that can be said in few words.
fn asks(policy: &Policy) -> Option<&'static str> {
    let grant = &policy.grant;
    if grant.blocks() {
        Some("block sign-ins")
    } else if grant.asks_for_mfa() {
        Some("require MFA")
    } else {
        None
    }
}

fn none_is_on(stale: &[(&Policy, i64)], policies: usize, since: &str) -> Draft {
    let who = if stale.len() == policies {
        format!("All {policies} policies are")
    } else {
        format!("No policy is enabled. {} of {policies} are", stale.len())
    };
    let message = format!(
        "{who} in report-only mode and have not been changed for {since} or longer. \
         They record their results and enforce nothing."
    );
    let draft = StaleReportOnly::draft(message).help(SEVERAL).about("none is on");
    let draft = stale.iter().take(SHOWN).fold(draft, |draft, (policy, _)| {
        draft.label(Label::in_policy(policy, &Pointer::new(Property::State), "enforces nothing"))
    });
    Draft { is_of_tenant: true, ..draft }
}

fn since(policy: &Policy, days: i64) -> String {
    policy.modified.map_or_else(|| format!("{days} days"), |day| format!("{days} days (since {day})"))
}
