//! From a verdict to what is reported of it.

use crate::catalog;
use crate::coverage::{Exception, Ways};
use crate::finding::PolicyRef;
use crate::outcome::{ControlReport, ExceptionReport, PeopleReport, PersonReport};
use crate::policy::{Fact, Policy, State};
use crate::rules::{self, Judgement, TenantFacts};
use crate::tenant::{Members, PolicyIndex, UserIndex};
use std::collections::BTreeSet;

/// `assumptions` are those of the tenant.
pub(super) fn control_report(
    facts: &TenantFacts<'_>,
    judgement: &Judgement,
    ways: Ways,
    assumptions: &[&'static str],
) -> ControlReport {
    let decision = &judgement.decision;
    let exception = |exception: &Exception| ExceptionReport {
        kind: exception.kind.word(),
        id: exception.id.to_string(),
        name: facts
            .name(exception.kind, &exception.id)
            .or_else(|| facts.tenant.description(&exception.id).map(str::to_owned)),
        when: rules::control::when(facts, judgement, exception, usize::MAX),
        approved: facts.approval(judgement, exception).is_some(),
        owner: facts.approval(judgement, exception).map(|approval| approval.owner.clone()),
        reason: facts.approval(judgement, exception).map(|approval| approval.reason.clone()),
        review_by: facts.approval(judgement, exception).and_then(|approval| Some(approval.review_by?.to_string())),
        policies: exception.policies.iter().map(|(index, _)| PolicyRef::to(&facts.tenant[*index])).collect(),
        people: people(facts, &exception.people, facts.members_of(exception)),
    };
    let approvals = facts.config.exceptions.iter().enumerate().filter(|(_, entry)| {
        let approves = |exception: &Exception| entry.approves(judgement.control.id, exception.kind, &exception.id);
        decision.exceptions.iter().any(approves)
    });
    let (carriers, _) = decision.reason.carriers();
    let carriers = || carriers.iter().map(|index| &facts.tenant[*index]);
    ControlReport {
        id: judgement.control.id,
        benchmarks: &judgement.control.benchmarks,
        verdict: decision.verdict,
        stored_query_passes: judgement.stored_query_passes,
        reason: rules::control::reason(facts, judgement),
        holes: decision.holes.iter().map(|hole| (hole.sign_in.clone(), hole.relevant.clone())).collect(),
        ways: match ways {
            Ways::Listed => decision.holes.iter().map(|hole| rules::control::way(facts, judgement, hole)).collect(),
            Ways::Mentioned => Vec::new(),
        },
        more_holes: decision.more_holes,
        exceptions: decision.exceptions.iter().map(exception).collect(),
        people: people(facts, &decision.people, None),
        approvals: approvals.map(|(index, _)| index).collect(),
        assumed_enabled: carriers()
            .filter(|policy| policy.state != Fact::Known(State::Enabled))
            .map(PolicyRef::to)
            .collect(),
        carried_by: carriers().map(PolicyRef::to).collect(),
        needs: Vec::new(),
        assumptions: assumptions.to_vec(),
        doubts: Vec::new(),
    }
}

/// The policies that carry a verdict and without which it would be another one.
pub(super) fn needed(facts: &TenantFacts<'_>, judgement: &Judgement) -> Vec<PolicyRef> {
    let (carriers, _) = judgement.decision.reason.carriers();
    let is_needed = |index: &&PolicyIndex| {
        let off = facts.tenant[**index].switched_off();
        facts.held_with(&judgement.requirement, **index, off).is_none()
    };
    carriers.iter().filter(is_needed).map(|index| PolicyRef::to(&facts.tenant[*index])).collect()
}

/// People of the directory, if there is one; `members` are those of the group that they are in.
fn people(facts: &TenantFacts<'_>, users: &BTreeSet<UserIndex>, members: Option<Members>) -> Option<PeopleReport> {
    let directory = &facts.tenant.directory;
    if directory.is_empty() {
        return None;
    }
    Some(PeopleReport {
        users: users.iter().map(|index| PersonReport::of(directory.user(*index))).collect(),
        others: members.as_ref().map_or(0, |members| members.others.len()),
        is_everybody: members.map_or(directory.lists_every_user(), |members| members.is_whole),
    })
}

/// Ids of what a verdict assumes, without the assumptions that are turned off.
pub(super) fn assumptions(facts: &TenantFacts<'_>) -> Vec<&'static str> {
    let mut switches = facts.config.assumptions_on(facts.today);
    let mut ids: Vec<&str> = catalog::assumptions().map(|(id, _)| id).collect();
    ids.retain(|id| switches.switch(id).is_none_or(|on| *on));
    let says_nothing = |policy: &Policy| {
        policy.conditions.platforms.is_written_empty() || policy.conditions.locations.is_written_empty()
    };
    if !facts.tenant.policies.iter().any(says_nothing) {
        ids.retain(|id| *id != "empty-conditions-are-none");
    }
    // Microsoft asks for directory access there, whatever is excluded, but a tenant can keep the earlier behavior:
    // https://learn.microsoft.com/entra/identity/conditional-access/concept-enforcement-resource-exclusions
    let excludes_some_of_all = |policy: &Policy| {
        let applications = &policy.conditions.applications;
        facts.is_on(policy)
            && applications.include.position(|id| id.is("All")).is_some()
            && !applications.exclude.is_empty()
    };
    if !facts.tenant.policies.iter().any(excludes_some_of_all) {
        ids.retain(|id| *id != "baseline-scopes-are-enforced");
    }
    if !facts.tenant.has_variable_defaults {
        ids.retain(|id| *id != "variables-have-their-defaults");
    }
    if !facts.tenant.directory.lists_every_user() {
        ids.retain(|id| *id != "directory-is-complete");
    }
    ids.extend(switches.approved_app_retired.then_some("approved-app-retired"));
    ids
}
