//! A key that appears twice.

use super::{Rule, declare};
use crate::finding::{Draft, DraftFix, Label, Level, Part, Safety, quoted};
use crate::policy::Policy;
use crate::schema::Violation;
use crate::syntax::Rewrite;

declare! {
    rule: DuplicateKey,
    id: "duplicate-key",
    levels: [Error, Warning],
    since: "0.1.0",
    category: Files,
    fix: Safe,
    summary: "A key appears twice in one object, and JSON readers disagree on which value counts.",
    doc: "doc.md",
}

impl Rule for DuplicateKey {}

/// Reports one such key. `equal` says whether all its values are.
pub(super) fn report(policy: &Policy, violation: &Violation, key: &str, equal: bool) -> Draft {
    let place = violation.pointer.dotted();
    let (level, message) = if equal {
        (Level::Warning, format!("The key {} appears twice here, with the same value.", quoted(key)))
    } else {
        (
            Level::Error,
            format!(
                "The key {} appears twice here, with different values. Some readers use the first value, others \
                 the last; caplint uses neither and treats this part of the policy as unknown.",
                quoted(key)
            ),
        )
    };
    let second = Label::as_written(policy, violation.pointer.clone(), "here again").part(Part::NthKey(1));
    let first = Label::as_written(policy, violation.pointer.clone(), "first here").part(Part::NthKey(0));
    DuplicateKey::draft_at(level, message)
        .help("Keep the value that the tenant has, and delete the other.")
        .policy(policy)
        .about(place)
        .label(second)
        .label(first)
        .fix(equal.then(|| fix(policy, violation, key)).flatten())
}

/// Readers that take the first value and readers that take the last read the same with one of them.
fn fix(policy: &Policy, violation: &Violation, key: &str) -> Option<DraftFix> {
    let what = (Safety::Safe, format!("Remove the repeated {}", quoted(key)));
    DraftFix::as_written(policy, &violation.pointer, what, Rewrite::RepeatedMembers)
}
