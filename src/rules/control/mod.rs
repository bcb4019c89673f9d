//! One rule for every control: the verdict that is not `enforced`, in words, with the places that open the gap.

mod cause;
mod doc;
mod edit;
mod how;
mod mark;
mod message;
mod names;
mod remedy;
mod session;
mod user;
mod who;

use crate::controls::Control;
use crate::coverage::{Exception, Hole, Reason, Verdict, nearest_policies};
use crate::finding::{Draft, Extent, Label, Level, Part, PolicyRef, Spot};
use crate::policy::{Origin, Policy, Property};
use crate::requirement::Requirement;
use crate::rules::{Blocked, Category, Declared, Judgement, Meta, Reading, Rule, TenantFacts};
use crate::signin::Cause;
use crate::syntax::Pointer;
use crate::tenant::{Missing, MissingPolicies, PolicyIndex};

pub use cause::because;
pub use how::resource;
pub(super) use how::{Subject, how};
pub(super) use mark::is_always_outside;
pub use names::principal;
pub(super) use names::{named, people, verb};
pub use user::why;
pub(super) use who::{Determiner, user};

/// A control as a rule.
pub struct ControlRule(pub &'static Control);

/// Policies that a finding points into.
const SHOWN: usize = 5;

impl Rule for ControlRule {}

impl Declared for ControlRule {
    fn meta(&self) -> Meta {
        Meta {
            id: self.0.id,
            levels: &[Level::Error],
            summary: &self.0.summary,
            since: "0.1.0",
            category: Category::Controls,
            fix: None,
        }
    }

    fn doc(&self) -> String {
        doc::markdown(self.0)
    }

    fn benchmarks(&self) -> Vec<(&str, &str)> {
        let benchmarks = self.0.benchmarks.iter();
        benchmarks.flat_map(|(id, numbers)| numbers.iter().map(|number| (id.as_str(), number.as_str()))).collect()
    }
}

/// The finding about a verdict.
pub(super) fn check(facts: &TenantFacts<'_>, judgement: &Judgement) -> Option<Draft> {
    let control = judgement.control;
    let is_open = match judgement.decision.verdict {
        Verdict::NotEnforced | Verdict::Undecided => true,
        Verdict::Enforced | Verdict::EnforcedExcept => false,
    };
    let draft = match (facts.reading, judgement.stored_query_passes) {
        (Reading::StoredQuery, Some(false)) => {
            let message = format!("{} is not met: no policy matches its stored query.", control.title);
            Draft::new(control.id, Level::Error, message).help(
                "The query requires one policy with exactly these values: All users and at least one \
                    exclusion, the one app, all client apps, and MFA alone.",
            )
        }
        (Reading::Effective, _) | (Reading::StoredQuery, None) if is_open => report(facts, judgement),
        (Reading::Effective, _) | (Reading::StoredQuery, Some(true) | None) => return None,
    };
    Some(Draft { is_of_tenant: true, extent: extent(judgement), ..draft.about(control.id) })
}

/// How bad a verdict is, and every way in.
fn extent(judgement: &Judgement) -> Extent {
    let decision = &judgement.decision;
    let grade = match decision.verdict {
        Verdict::Enforced | Verdict::EnforcedExcept => 0,
        Verdict::Undecided => 1,
        Verdict::NotEnforced => 2,
    };
    let ways = decision.holes.iter().map(mark::mark);
    // If the files do not say, one example represents all.
    let others = (decision.more_holes && decision.verdict == Verdict::NotEnforced).then(|| "others".to_owned());
    Extent::new(grade, ways.chain(others))
}

fn report(facts: &TenantFacts<'_>, judgement: &Judgement) -> Draft {
    fn all<'c>(
        near: impl IntoIterator<Item = &'c (PolicyIndex, Vec<Cause>)>,
    ) -> impl Iterator<Item = (PolicyIndex, &'c [Cause])> {
        near.into_iter().map(|(index, causes)| (*index, &causes[..]))
    }
    let near = nearest(facts, judgement);
    let draft = Draft::new(judgement.control.id, Level::Error, message(facts, judgement));
    // Advice is proved before it is given.
    let draft = if facts.shows_help {
        draft.help(format!("{}{}", message::help(facts, judgement, near), cited(facts, judgement.control)))
    } else {
        draft
    };
    let draft = match &judgement.decision.reason {
        Reason::Unknown(index, cause) => {
            let draft = label_causes(facts, judgement, draft, [(*index, &[*cause][..])]);
            label_causes(facts, judgement, draft, all(near))
        }
        Reason::Membership(policies) => {
            let (first, others): (Vec<_>, Vec<_>) = near.iter().partition(|(index, _)| policies.contains(index));
            let draft = label_causes(facts, judgement, draft, all(first));
            label_causes(facts, judgement, draft, all(others))
        }
        Reason::TooIntricate(hardest) => hardest.iter().fold(draft, |draft, index| {
            let name = Pointer::root().key("displayName");
            draft.label(Label::in_policy(&facts.tenant[*index], &name, "makes it hard to decide"))
        }),
        Reason::Witness
        | Reason::NoPolicies
        | Reason::MissingPolicies(_)
        | Reason::ContradictedDefaults
        | Reason::Policies(_)
        | Reason::SecurityDefaults(_) => label_causes(facts, judgement, draft, all(near)),
    };
    // Anchored on a file rather than on nothing.
    match facts.tenant.missing.first() {
        Some(missing) if draft.labels.is_empty() => draft.label(missing_label(missing)),
        _ => draft,
    }
}
/// The benchmarks that were asked for and ask for this.
fn cited(facts: &TenantFacts<'_>, control: &Control) -> String {
    let citations: Vec<String> = facts.selection.citations(control).collect();
    if citations.is_empty() { String::new() } else { format!(" Required by {}.", citations.join("; ")) }
}

/// Labels the values that keep policies from stopping the witness.
fn label_causes<'c>(
    facts: &TenantFacts<'_>,
    judgement: &Judgement,
    mut draft: Draft,
    near: impl IntoIterator<Item = (PolicyIndex, &'c [Cause])>,
) -> Draft {
    for (index, causes) in near.into_iter().take(SHOWN.saturating_sub(draft.labels.len())) {
        let policy = &facts.tenant[index];
        if draft.policy.is_none() {
            draft.policy = Some(PolicyRef::to(policy));
        }
        // All causes of the nearest policy, and the first one of each other policy.
        for cause in causes.iter().take(if draft.labels.is_empty() { 3 } else { 1 }) {
            let label = Label::in_policy(
                policy,
                &cause.pointer(policy),
                cause::seen(facts, &judgement.requirement, policy, cause),
            );
            if !draft.labels.iter().any(|known| known.is_at(&label)) {
                draft = draft.label(label);
            }
        }
    }
    draft
}

fn missing_label(missing: &Missing) -> Label {
    let from = Origin::document(missing.file);
    let spot = match missing.why {
        MissingPolicies::Unreadable | MissingPolicies::Unread | MissingPolicies::PartialPlan => Spot::File,
        MissingPolicies::NextPage | MissingPolicies::RemoteModule => {
            Spot::Pointer { from, pointer: missing.pointer.clone(), part: Part::Key }
        }
        MissingPolicies::FailedRequest => Spot::Pointer { from, pointer: missing.pointer.clone(), part: Part::Value },
    };
    Label::in_file(missing.file, spot, "policies may be missing here")
}

fn nearest<'j>(facts: &TenantFacts<'_>, judgement: &'j Judgement) -> &'j [(PolicyIndex, Vec<Cause>)] {
    judgement.nearest.get_or_init(|| {
        let hole = judgement.decision.holes.first();
        hole.map(|hole| nearest_policies(&facts.view(judgement), &hole.sign_in)).unwrap_or_default()
    })
}

/// Who makes a sign-in that does not meet a requirement, and how.
#[must_use]
pub fn sign_in(facts: &TenantFacts<'_>, requirement: &Requirement, hole: &Hole) -> String {
    who::of(facts, requirement, hole)
}

/// Who gets through a hole, and how.
#[must_use]
pub fn way(facts: &TenantFacts<'_>, judgement: &Judgement, hole: &Hole) -> String {
    who::who(facts, judgement, hole)
}

/// One sentence for the JSON report.
#[must_use]
pub fn reason(facts: &TenantFacts<'_>, judgement: &Judgement) -> String {
    let holds = matches!(judgement.decision.verdict, Verdict::Enforced | Verdict::EnforcedExcept);
    let mut said = sentence(facts, judgement);
    let (carriers, _) = judgement.decision.reason.carriers();
    if let Some(empty) = carriers.iter().find_map(|policy| empty_condition(&facts.tenant[*policy])) {
        said.push_str(&format!(" This assumes that the empty {empty} is no condition."));
    }
    let carry = |(_, blocking): &Blocked| carriers.iter().any(|policy| blocking.contains(policy));
    if holds && facts.everybody_blocked().is_some_and(carry) {
        return format!("{said} The reason is that everybody is blocked.");
    }
    said
}

/// A condition of a policy that is there and lists nothing.
fn empty_condition(policy: &Policy) -> Option<String> {
    let conditions = &policy.conditions;
    let property = if conditions.locations.is_written_empty() {
        Property::Locations
    } else if conditions.platforms.is_written_empty() {
        Property::Platforms
    } else {
        return None;
    };
    Some(format!("`{}` of {}", policy.place(&Pointer::new(property)), PolicyRef::to(policy).label()))
}

fn sentence(facts: &TenantFacts<'_>, judgement: &Judgement) -> String {
    let decision = &judgement.decision;
    match (&decision.verdict, &decision.reason) {
        (Verdict::Enforced, Reason::Policies(policies)) => {
            format!("{} every sign-in.", names::cover(facts, policies))
        }
        (Verdict::Enforced, Reason::SecurityDefaults(policies)) if policies.is_empty() => {
            "Security defaults cover every sign-in.".to_owned()
        }
        (Verdict::Enforced, Reason::SecurityDefaults(policies)) => {
            format!("Security defaults cover every sign-in, together with {}.", names::policies(facts, policies))
        }
        (Verdict::EnforcedExcept, Reason::SecurityDefaults(policies)) => format!(
            "Security defaults cover every sign-in except those of the exceptions, together with {}.",
            names::policies(facts, policies)
        ),
        (Verdict::EnforcedExcept, Reason::Policies(policies)) => {
            format!("{} every sign-in except those of the exceptions.", names::cover(facts, policies))
        }
        _ => message(facts, judgement).to_owned(),
    }
}

/// What is open, or what is unknown and why.
fn message<'j>(facts: &TenantFacts<'_>, judgement: &'j Judgement) -> &'j str {
    judgement.message.get_or_init(|| message::text(facts, judgement, nearest(facts, judgement).first()))
}

/// When an excepted principal is outside, if not always: at most so many cases, in words.
#[must_use]
pub fn when(facts: &TenantFacts<'_>, judgement: &Judgement, exception: &Exception, shown: usize) -> Option<String> {
    let mut times: Vec<String> =
        exception.holes.iter().map(|hole| who::case(facts, judgement, hole, exception)).collect();
    if times.iter().any(String::is_empty) {
        return None;
    }
    times.dedup();
    let example = if times.len() > shown || exception.more_holes { "for example " } else { "" };
    times.truncate(shown);
    (!times.is_empty()).then(|| format!("{example}{}", times.join("; or ")))
}
