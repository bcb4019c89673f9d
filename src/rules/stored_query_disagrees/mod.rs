//! The control's stored query gives another answer than the proof.

use super::{Rule, declare};
use crate::coverage::{Reason, Verdict};
use crate::finding::{Drafts, Label};
use crate::policy::Property;
use crate::rules::{Judgement, TenantFacts};
use crate::syntax::Pointer;
use crate::tenant::PolicyIndex;

declare! {
    rule: StoredQueryDisagrees,
    id: "stored-query-disagrees",
    levels: [Info],
    since: "0.1.0",
    category: Controls,
    summary: "A control's stored query and the proof give different answers.",
    doc: "doc.md",
}

impl Rule for StoredQueryDisagrees {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        for judgement in facts.judgements {
            let Some(why) = disagreement(judgement) else { continue };
            let (query, proof) = (judgement.stored_query_passes == Some(true), judgement.decision.verdict.word());
            let passes = if query { "passes" } else { "fails" };
            let message =
                format!("The stored query of {} {passes}, while the proof says {proof}: {why}.", judgement.control.id);
            let mut draft = Self::draft(message).about(judgement.control.id);
            draft = draft.help("Rely on the proof. With `--reading stored-query`, the query decides instead.");
            let policy = if query { matching(facts, judgement) } else { proving(judgement) };
            if let Some(policy) = policy.map(|index| &facts.tenant[index]) {
                let seen = if query { "this policy satisfies the query" } else { "the proof relies on this policy" };
                draft =
                    draft.policy(policy).label(Label::in_policy(policy, &Pointer::new(Property::DisplayName), seen));
            }
            drafts.push(draft);
        }
    }
}

/// Why the two differ, as a clause; none where they agree or the proof is open.
fn disagreement(judgement: &Judgement) -> Option<&'static str> {
    match (judgement.stored_query_passes, judgement.decision.verdict) {
        (Some(true), Verdict::NotEnforced) => Some(
            "the query checks one policy's users, apps, clients and controls, but not its state, operator, other \
             conditions or guests",
        ),
        (Some(false), Verdict::Enforced | Verdict::EnforcedExcept) => Some(match &judgement.decision.reason {
            Reason::Policies(policies) if policies.len() > 1 => {
                "the query checks one policy at a time, and only several policies together cover every sign-in"
            }
            Reason::SecurityDefaults(_) => "the query does not include security defaults",
            _ => {
                "the query compares lists exactly, requires at least one exclusion, and accepts neither all \
                 resources nor strengths"
            }
        }),
        (Some(true), Verdict::Enforced | Verdict::EnforcedExcept | Verdict::Undecided)
        | (Some(false), Verdict::NotEnforced | Verdict::Undecided)
        | (None, _) => None,
    }
}

fn matching(facts: &TenantFacts<'_>, judgement: &Judgement) -> Option<PolicyIndex> {
    let query = judgement.control.stored_query.as_ref()?;
    facts.tenant.indexed().find(|(_, policy)| query.passes(std::slice::from_ref(policy))).map(|(index, _)| index)
}

fn proving(judgement: &Judgement) -> Option<PolicyIndex> {
    match &judgement.decision.reason {
        Reason::Policies(policies) => policies.first().copied(),
        _ => None,
    }
}
