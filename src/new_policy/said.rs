//! What is said of a new policy, or of why there is no need for one: plain lines, each for one thing.

use super::left_out::Approved;
use super::proof::{self, Proved};
use super::{Format, Order};
use crate::catalog::Cloud;
use crate::coverage::Decision;
use crate::diff::{Class, Classes};
use crate::finding::{PolicyRef, joined, quoted, quoted_whole, visible};
use crate::outcome::PolicyCard;
use crate::policy::Policy;
use crate::requirement::{Grant, Identities, Session};
use crate::rules::{Judgement, TenantFacts};
use std::fmt;

/// Names in a sentence.
const NAMED: usize = 5;

/// Findings that are said.
const NOTED: usize = 3;

/// What is said of a new policy, line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    lines: Vec<String>,
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines.join("\n"))
    }
}

impl Said {
    pub(super) fn of(order: &Order<'_>, policy: &Policy, approved: &Approved, proved: &Proved) -> Self {
        let mut lines = Vec::new();
        let card = PolicyCard::of(order.tenant, policy, None);
        lines.push(format!("{}: {}", quoted_whole(policy.name().unwrap_or_default()), card.summary));
        let id = order.control.id;
        let but = match proved.exceptions.len() {
            0 => String::new(),
            1 => " but for 1 approved exception".to_owned(),
            many => format!(" but for {many} approved exceptions"),
        };
        lines.push(format!("Proved, once it is on: {id} holds{but}."));
        let closed = match &proved.closed {
            Some(way) => format!("It closes the way in of {way}."),
            None => "Whether somebody gets through now is not known.".to_owned(),
        };
        lines.push(format!("Proved: {}. {closed}", changed(order, proved.changes)));
        lines.push(format!("Proved: {}.", lets_in(order, proved)));
        if !proved.access.fail.is_empty() {
            let ids: Vec<String> = proved.access.fail.iter().map(|id| quoted(id)).collect();
            let what = if let [one] = ids.as_slice() {
                format!("the access requirement {one} does not hold now")
            } else {
                format!("the access requirements {} do not hold now", joined(&ids, NAMED))
            };
            lines.push(format!("Note: {what}, for another reason than this policy."));
        }
        let facts = order.facts(order.tenant);
        let names: Vec<String> = approved.left_out.iter().map(|one| order.called(&facts, one.kind, &one.id)).collect();
        lines.push(if names.is_empty() {
            nobody(order)
        } else {
            format!("Left out, as `caplint.toml` approves: {}.", joined(&names, NAMED))
        });
        lines.extend(approved.notes.iter().map(|note| format!("Note: {note}.")));
        let findings = proved.findings.iter().take(NOTED);
        lines.extend(findings.map(|(rule, message)| format!("Note: `caplint check` will report {rule}: {message}")));
        lines.push(next(order));
        Self { lines }
    }
}

fn lets_in(order: &Order<'_>, proved: &Proved) -> String {
    let nobody = match order.requirement.grant.first() {
        Some(Grant::Block) => "beside what it blocks, nobody is locked out by it",
        Some(
            Grant::Mfa
            | Grant::CompliantDevice
            | Grant::HybridJoinedDevice
            | Grant::Strength { .. }
            | Grant::PasswordChange
            | Grant::Session(_),
        )
        | None => "nobody is locked out by it",
    };
    let access = if proved.access.hold > 0 { ", and whoever must be able to sign in still can" } else { "" };
    format!("{nobody}{access}")
}

/// Nobody is left out, which may be a mistake.
fn nobody(order: &Order<'_>) -> String {
    let has_emergency = order.config.exceptions.iter().any(|exception| exception.break_glass);
    match order.requirement.identities {
        Identities::Users if !has_emergency => {
            "Left out: nobody. No account for emergencies is approved; add one with `caplint exception add`.".to_owned()
        }
        Identities::Users | Identities::AgentUsers | Identities::ServicePrincipals | Identities::AgentIdentities => {
            "Left out: nobody.".to_owned()
        }
    }
}

fn changed(order: &Order<'_>, changes: Classes) -> String {
    match order.requirement.identities {
        Identities::Users => {}
        Identities::AgentUsers | Identities::ServicePrincipals | Identities::AgentIdentities => {
            return "no sign-in of a user changes".to_owned();
        }
    }
    let Classes { tightened, newly_blocked, session_changed, loosened: _, newly_unblocked: _ } = changes;
    let kinds = [
        ("some are asked for more", tightened),
        ("some are blocked", newly_blocked),
        ("some have other session controls", session_changed),
    ];
    let happening = kinds.into_iter().filter(|(_, class)| *class == Class::Yes).map(|(what, _)| what);
    let all: Vec<&str> = std::iter::once("no sign-in is asked for less").chain(happening).collect();
    joined(&all, NAMED)
}

/// What to do with the text.
fn next(order: &Order<'_>) -> String {
    // https://learn.microsoft.com/graph/api/resources/continuousaccessevaluationsessioncontrol
    let has_access_evaluation = order.requirement.grant.contains(&Grant::Session(Session::StrictAccessEvaluation));
    let version = match order.requirement.identities {
        Identities::Users | Identities::ServicePrincipals if !has_access_evaluation => "v1.0",
        // Agents and continuous access evaluation are in the beta version alone.
        Identities::Users | Identities::ServicePrincipals | Identities::AgentUsers | Identities::AgentIdentities => {
            "beta"
        }
    };
    // https://learn.microsoft.com/graph/deployments
    let host = match order.cloud {
        Cloud::Public => "graph.microsoft.com",
        Cloud::UsGovernment => "graph.microsoft.us",
    };
    let create = match order.format {
        Format::Graph => format!("create it (POST https://{host}/{version}/identity/conditionalAccess/policies)"),
        Format::Terraform => "apply it".to_owned(),
    };
    format!("Next: {create}, look at its report-only results for at least a week, and then set it to on.")
}

/// That a control holds, for whom, and by which policies.
pub(super) fn holds(order: &Order<'_>, facts: &TenantFacts<'_>, judgement: &Judgement) -> Vec<String> {
    let decision: &Decision = &judgement.decision;
    let [approved, others] = proof::left_out(order, facts, decision);
    let all: Vec<String> = approved.into_iter().chain(others.iter().cloned()).collect();
    let but = if all.is_empty() { String::new() } else { format!(" but for {}", joined(&all, NAMED)) };
    let (carriers, has_defaults) = decision.reason.carriers();
    let policies = carriers.iter().map(|index| PolicyRef::to(&facts.tenant[*index]).label());
    let by: Vec<String> = has_defaults.then(|| "security defaults".to_owned()).into_iter().chain(policies).collect();
    let by = if by.is_empty() { String::new() } else { format!(", by {}", joined(&by, NAMED)) };
    let mut lines = vec![format!("{} holds already{but}{by}. No policy is written.", order.control.id)];
    if !others.is_empty() {
        lines.push(format!(
            "`caplint.toml` does not approve {}. Approve it with `caplint exception add`, or remove the exclusion.",
            joined(&others, NAMED)
        ));
    }
    lines.iter().map(|line| visible(line)).collect()
}
