//! What is reported of a control's verdict.

use crate::catalog;
use crate::coverage::{self, Coordinate, Exception, Reason};
use crate::finding::PolicyRef;
use crate::policy::{Fact, Policy, State};
use crate::rules::{self, Judgement, TenantFacts};
use crate::signin::SignIn;
use std::collections::BTreeMap;

/// Both verdicts on one control.
#[derive(Debug)]
pub struct ControlReport {
    /// Its id.
    pub id: &'static str,
    /// Its numbers in the benchmarks that ask for it, by the benchmark's id.
    pub benchmarks: &'static BTreeMap<String, Vec<String>>,
    /// The proof's.
    pub verdict: coverage::Verdict,
    /// The stored query's, if the control has one.
    pub stored_query_passes: Option<bool>,
    /// Why, in one sentence.
    pub reason: String,
    /// Sign-ins that get through, with the coordinates that decide.
    pub holes: Vec<(SignIn, Vec<Coordinate>)>,
    /// The same in words.
    pub ways: Vec<String>,
    /// There are more of them.
    pub more_holes: bool,
    /// Principals outside.
    pub exceptions: Vec<ExceptionReport>,
    /// Policies that carry the verdict and are not enabled, where they are judged as if they were.
    pub assumed_enabled: Vec<PolicyRef>,
    /// What the verdict assumes.
    pub assumptions: Vec<&'static str>,
}

/// A principal outside of a control.
#[derive(Debug)]
pub struct ExceptionReport {
    /// `user`, `group` or `role`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// Its name, if the files tell.
    pub name: Option<String>,
    /// When it is outside, if not always.
    pub when: Option<String>,
    /// The configuration approves it.
    pub approved: bool,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Until when.
    pub review_by: Option<String>,
    /// The policies that exclude it.
    pub policies: Vec<PolicyRef>,
}

pub(super) fn control_report(facts: &TenantFacts<'_>, judgement: &Judgement) -> ControlReport {
    let decision = &judgement.decision;
    let exception = |exception: &Exception| ExceptionReport {
        kind: exception.kind.word(),
        id: exception.id.to_string(),
        name: facts.name(exception.kind, &exception.id),
        when: rules::control::when(facts, judgement, exception, usize::MAX),
        approved: facts.approval(judgement, exception).is_some(),
        owner: facts.approval(judgement, exception).map(|approval| approval.owner.clone()),
        review_by: facts.approval(judgement, exception).and_then(|approval| Some(approval.review_by?.to_string())),
        policies: exception.policies.iter().map(|(index, _)| PolicyRef::to(&facts.tenant.policies[*index])).collect(),
    };
    ControlReport {
        id: judgement.control.id,
        benchmarks: &judgement.control.benchmarks,
        verdict: decision.verdict,
        stored_query_passes: judgement.stored_query_passes,
        reason: rules::control::reason(facts, judgement),
        holes: decision.holes.iter().map(|hole| (hole.sign_in.clone(), hole.relevant.clone())).collect(),
        ways: decision.holes.iter().map(|hole| rules::control::way(facts, judgement, hole)).collect(),
        more_holes: decision.more_holes,
        exceptions: decision.exceptions.iter().map(exception).collect(),
        assumed_enabled: match &decision.reason {
            Reason::Policies(policies) | Reason::SecurityDefaults(policies) => {
                let carriers = policies.iter().map(|index| &facts.tenant.policies[*index]);
                carriers.filter(|policy| policy.state != Fact::Known(State::Enabled)).map(PolicyRef::to).collect()
            }
            _ => Vec::new(),
        },
        assumptions: assumptions(facts),
    }
}

/// Ids of what a verdict assumes. Those that are switched off are assumed no more.
fn assumptions(facts: &TenantFacts<'_>) -> Vec<&'static str> {
    let mut switches = facts.config.assumptions_on(facts.today);
    let mut ids: Vec<&str> = catalog::assumptions().map(|(id, _)| id).collect();
    ids.retain(|id| switches.switch(id).is_none_or(|on| *on));
    let says_nothing = |policy: &Policy| {
        policy.conditions.platforms.is_written_empty() || policy.conditions.locations.is_written_empty()
    };
    if !facts.tenant.policies.iter().any(says_nothing) {
        ids.retain(|id| *id != "empty-conditions-are-none");
    }
    ids.extend(switches.approved_app_retired.then_some("approved-app-retired"));
    ids
}
