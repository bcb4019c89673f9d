//! A list of one that was unrolled.

use super::{Rule, declare};
use crate::finding::{Draft, DraftFix, Label, Safety};
use crate::policy::Policy;
use crate::schema::Violation;
use crate::syntax::Rewrite;

declare! {
    rule: SingleValue,
    id: "single-value",
    levels: [Info],
    since: "0.1.0",
    category: Files,
    fix: Safe,
    summary: "A single value is used where Microsoft Graph expects a list, and caplint reads it as a list of one.",
    doc: "doc.md",
}

impl Rule for SingleValue {}

/// Reports one such value.
pub(super) fn report(policy: &Policy, violation: &Violation) -> Draft {
    let place = violation.pointer.dotted();
    let message =
        format!("`{place}` is a single value where Microsoft Graph expects a list. caplint reads it as a list of one.");
    SingleValue::draft(message)
        .help("Put the value in brackets, or export again with a greater `-Depth`.")
        .policy(policy)
        .about(place)
        .label(Label::as_written(policy, violation.pointer.clone(), "a list is expected here"))
        .fix(DraftFix::as_written(
            policy,
            &violation.pointer,
            (Safety::Safe, "Put the value in brackets"),
            Rewrite::List,
        ))
}
