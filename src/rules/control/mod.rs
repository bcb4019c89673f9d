//! One rule for every control: the verdict that is not `enforced`, in words, with the places that open the gap.

mod doc;
mod message;
mod words;

use crate::controls::Requirement;
use crate::coverage::{Coordinate, Hole, Reason, Verdict, nearest_policies};
use crate::finding::{Draft, Label, Level, Part, PolicyRef, Spot};
use crate::policy::Origin;
use crate::rules::{FileFacts, Judgement, Meta, Reading, Rule, TenantFacts};
use crate::signin::Cause;
use crate::syntax::Pointer;
use crate::tenant::{Missing, MissingPolicies};

/// A control as a rule.
pub struct Control(pub &'static Requirement);

/// Policies that a finding points into.
const SHOWN: usize = 4;

impl Rule for Control {
    fn meta(&self) -> Meta {
        Meta {
            id: self.0.id,
            level: Level::Error,
            summary: &self.0.text.summary,
            since: "0.1.0",
            tags: &["security", "mfa", "external/cis-azure"],
        }
    }

    fn doc(&self) -> String {
        doc::markdown(&self.0.text)
    }

    fn check_file(&self, _: &FileFacts<'_>, _: &mut Vec<Draft>) {}

    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Vec<Draft>) {
        for judgement in facts.judgements.iter().filter(|judgement| judgement.requirement.id == self.0.id) {
            let draft = match (facts.reading, judgement.decision.verdict) {
                (Reading::StoredQuery, _) if !judgement.stored_query_passes => {
                    let message = format!("{} is not met: no policy matches its stored query.", self.0.text.title);
                    Draft::new(self.0.id, Level::Error, message)
                        .help("The query asks for one policy with exactly: All users and at least one exclusion; the one app; all client apps; MFA alone.")
                }
                (Reading::Effective, Verdict::NotEnforced | Verdict::Undecided) => self.open(facts, judgement),
                (Reading::StoredQuery, _) | (Reading::Effective, Verdict::Enforced | Verdict::EnforcedExcept) => {
                    continue;
                }
            };
            drafts.push(draft.about(self.0.id));
        }
    }
}

impl Control {
    fn open(&self, facts: &TenantFacts<'_>, judgement: &Judgement) -> Draft {
        let near = nearest(facts, judgement);
        let message = message::of(facts, judgement, near.first());
        let draft = Draft::new(self.0.id, Level::Error, message).help(message::help(facts, judgement, near.first()));
        let draft = match &judgement.decision.reason {
            Reason::Unknown(index, cause) => label_causes(facts, draft, &[(*index, vec![*cause])]),
            Reason::Membership(policies) => {
                let near: Vec<_> = near.into_iter().filter(|(index, _)| policies.contains(index)).collect();
                label_causes(facts, draft, &near)
            }
            Reason::Together(policies) => policies.iter().take(SHOWN).fold(draft, |draft, index| {
                let policy = &facts.tenant.policies[*index];
                let name = Pointer::root().key("displayName");
                draft.label(Label::in_policy(policy, name, "may cover part of the sign-ins"))
            }),
            _ => label_causes(facts, draft, &near),
        };
        // Anchored on a file rather than on nothing.
        match facts.tenant.missing.first() {
            Some(missing) if draft.labels.is_empty() => draft.label(missing_label(missing)),
            _ => draft,
        }
    }
}

/// Policies with what keeps them from stopping the witness, on the very tokens that say so.
fn label_causes(facts: &TenantFacts<'_>, mut draft: Draft, near: &[(usize, Vec<Cause>)]) -> Draft {
    for (index, causes) in near.iter().take(SHOWN) {
        let policy = &facts.tenant.policies[*index];
        if draft.policy.is_none() {
            draft.policy = Some(PolicyRef::to(policy));
        }
        // The nearest policy in full, the others by what stands out.
        for cause in causes.iter().take(if draft.labels.is_empty() { 3 } else { 1 }) {
            draft = draft.label(Label::in_policy(policy, cause.pointer(policy), words::seen(facts, policy, cause)));
        }
    }
    draft
}

fn missing_label(missing: &Missing) -> Label {
    let from = Origin { file: missing.file, pointer: Pointer::root(), offset: 0, base: 0 };
    let spot = match missing.why {
        MissingPolicies::Unreadable | MissingPolicies::Unread => Spot::File,
        MissingPolicies::NextPage => Spot::Pointer { from, pointer: missing.pointer.clone(), part: Part::Key },
    };
    Label { file: missing.file, spot, message: "policies may be missing here".to_owned() }
}

fn nearest(facts: &TenantFacts<'_>, judgement: &Judgement) -> Vec<(usize, Vec<Cause>)> {
    let hole = judgement.decision.holes.first();
    hole.map(|hole| nearest_policies(&facts.view(judgement), &hole.sign_in)).unwrap_or_default()
}

/// One sentence for the JSON report.
#[must_use]
pub fn reason(facts: &TenantFacts<'_>, judgement: &Judgement) -> String {
    let policy = |index: usize| PolicyRef::to(&facts.tenant.policies[index]).label();
    match (&judgement.decision.verdict, &judgement.decision.reason) {
        (Verdict::Enforced, Reason::Policy(index)) => format!("{} covers every sign-in.", policy(*index)),
        (Verdict::Enforced, _) => "Security defaults require MFA of every user.".to_owned(),
        (Verdict::EnforcedExcept, Reason::Policy(index)) => {
            format!("{} covers every sign-in but those of whom it excludes one by one.", policy(*index))
        }
        _ => message::of(facts, judgement, nearest(facts, judgement).first()),
    }
}

/// Coordinates of a hole that decide: where it departs from what an attacker tries first or, where it is just that, what
/// the nearest policy asks for in vain.
#[must_use]
pub fn relevant(facts: &TenantFacts<'_>, judgement: &Judgement, hole: &Hole) -> Vec<Coordinate> {
    if !hole.departs.is_empty() {
        return hole.departs.clone();
    }
    let near = nearest_policies(&facts.view(judgement), &hole.sign_in);
    let causes = near.first().into_iter().flat_map(|(_, causes)| causes);
    let mut asked: Vec<Coordinate> = causes.filter_map(|cause| words::coordinate(cause.why)).collect();
    asked.sort_unstable();
    asked.dedup();
    asked
}
