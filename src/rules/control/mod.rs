//! One rule for every control: the verdict that is not `enforced`, in words, with the places that open the gap.

mod doc;
mod words;

use crate::controls::Requirement;
use crate::coverage::{Reason, Verdict, nearest_policies};
use crate::finding::{Draft, Label, Level, PolicyRef};
use crate::policy::Policy;
use crate::rules::{FileFacts, Judgement, Meta, Reading, Rule, TenantFacts};
use crate::signin::{Cause, SignIn, Why, demand};
use crate::syntax::Pointer;
use crate::tenant::MissingPolicies;

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
                (Reading::StoredQuery, _) => continue,
                (Reading::Effective, Verdict::NotEnforced | Verdict::Undecided) => self.open(facts, judgement),
                (Reading::Effective, Verdict::Enforced | Verdict::EnforcedExcept) => continue,
            };
            drafts.push(draft.about(self.0.id));
        }
    }
}

impl Control {
    fn open(&self, facts: &TenantFacts<'_>, judgement: &Judgement) -> Draft {
        let decision = &judgement.decision;
        let view = facts.view(judgement);
        let near: Vec<(usize, Vec<Cause>)> = decision.holes.first().map_or_else(Vec::new, |hole| {
            let could = |policy: &Policy| {
                demand(&view, policy, hole.sign_in.device).iter().any(|demand| demand.without_mfa != Ok(true))
            };
            let mut near = nearest_policies(&view, &hole.sign_in);
            near.retain(|(index, _)| could(&facts.tenant.policies[*index]));
            near
        });
        let message = self.message(facts, judgement, near.first());
        let mut draft = Draft::new(self.0.id, Level::Error, message).help(help(facts, judgement, near.first()));
        let single: Vec<(usize, Vec<Cause>)> = match &decision.reason {
            Reason::Unknown(index, cause) => vec![(*index, vec![*cause])],
            Reason::Membership(policies) => near.iter().filter(|(index, _)| policies.contains(index)).cloned().collect(),
            _ => near,
        };
        for (index, causes) in single.iter().take(SHOWN) {
            let policy = &facts.tenant.policies[*index];
            if draft.policy.is_none() {
                draft.policy = Some(PolicyRef::to(policy));
            }
            for cause in causes.iter().take(if draft.labels.is_empty() { 3 } else { 1 }) {
                draft = draft.label(Label::in_policy(policy, cause.pointer(policy), words::seen(facts, policy, cause)));
            }
        }
        if draft.labels.is_empty() {
            if let Some(missing) = facts.tenant.missing.first() {
                let from = crate::policy::Origin { file: missing.file, pointer: Pointer::root(), offset: 0, base: 0 };
                let spot = crate::finding::Spot::Pointer {
                    from,
                    pointer: missing.pointer.clone(),
                    part: crate::finding::Part::Key,
                };
                let message = "policies may be missing here".to_owned();
                let spot = if missing.why == MissingPolicies::Unreadable { crate::finding::Spot::File } else { spot };
                draft = draft.label(Label { file: missing.file, spot, message });
            }
        }
        draft
    }

    fn message(&self, facts: &TenantFacts<'_>, judgement: &Judgement, nearest: Option<&(usize, Vec<Cause>)>) -> String {
        let decision = &judgement.decision;
        let title = &self.0.text.title;
        let who = decision.holes.first().map_or_else(
            || "somebody".to_owned(),
            |hole| words::who(facts, &hole.sign_in, nearest.map_or(&[], |(_, causes)| causes.as_slice())),
        );
        match &decision.reason {
            Reason::NoPolicies => format!("{title}, but this tenant has no policy at all: {who} gets in with a password alone."),
            Reason::Witness => {
                let others = decision.holes.len().saturating_sub(1);
                let more = match others {
                    0 => String::new(),
                    1 => " There is one more way in.".to_owned(),
                    _ => format!(" There are {others} more ways in."),
                };
                format!("{title}, but {who} gets in with a password alone.{more}")
            }
            Reason::MissingPolicies(MissingPolicies::NextPage) => format!(
                "{title}; whether it is cannot be told, because the export is incomplete. By the policies that are here, {who} \
                 gets in with a password alone."
            ),
            Reason::MissingPolicies(MissingPolicies::Unreadable) => format!(
                "{title}; whether it is cannot be told, because a file could not be read. By the policies that could, {who} \
                 gets in with a password alone."
            ),
            Reason::Unknown(index, cause) => {
                let policy = &facts.tenant.policies[*index];
                format!(
                    "{title}; whether it is cannot be told. It hinges on {}, where {}. If that does not stop it, {who} gets in with a password alone.",
                    PolicyRef::to(policy).label(),
                    words::unknown(facts, policy, cause)
                )
            }
            Reason::Membership(policies) => format!(
                "{title}; whether it is cannot be told from the files. It holds only if {} every user.",
                words::groups(facts, policies)
            ),
            Reason::Together | Reason::Policy(_) | Reason::SecurityDefaults => format!(
                "{title}; whether it is cannot be told. No policy covers every sign-in by itself, and caplint does not yet prove what several \
                 cover together."
            ),
        }
    }
}

/// The smallest change that closes the gap.
fn help(facts: &TenantFacts<'_>, judgement: &Judgement, nearest: Option<&(usize, Vec<Cause>)>) -> String {
    let explain = format!("`caplint explain {}` has every step.", judgement.requirement.id);
    let Some((index, causes)) = nearest else {
        return format!("Create a policy that requires MFA of all users for this API. {explain}");
    };
    let policy = &facts.tenant.policies[*index];
    let name = PolicyRef::to(policy).label();
    match causes.as_slice() {
        [cause] => match words::remedy(policy, cause) {
            Some(remedy) => format!("In {name}, {remedy}. {explain}"),
            None => explain,
        },
        causes => {
            let remedies: Vec<String> = causes.iter().take(3).filter_map(|cause| words::remedy(policy, cause)).collect();
            if remedies.is_empty() { explain } else { format!("Nearest is {name}: {}. {explain}", remedies.join("; ")) }
        }
    }
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
        _ => {
            let control = Control(judgement.requirement);
            let view = facts.view(judgement);
            let near = judgement.decision.holes.first().map(|hole| nearest_policies(&view, &hole.sign_in)).unwrap_or_default();
            control.message(facts, judgement, near.first())
        }
    }
}

/// Coordinates of a witness that decide: where it departs, and what the nearest policy asks for in vain.
#[must_use]
pub fn relevant(facts: &TenantFacts<'_>, judgement: &Judgement, sign_in: &SignIn, departs: &[crate::coverage::Coordinate]) -> Vec<crate::coverage::Coordinate> {
    let view = facts.view(judgement);
    let near = nearest_policies(&view, sign_in);
    let asked = near.first().into_iter().flat_map(|(_, causes)| causes.iter().filter_map(|cause| words::coordinate(cause.why)));
    let mut all: Vec<_> = departs.iter().copied().chain(asked).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether a reason means that the policy is not on.
fn is_off(why: Why) -> bool {
    matches!(why, Why::Disabled | Why::ReportOnly)
}
