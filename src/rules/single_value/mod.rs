//! A list of one that was unrolled.

use super::{Rule, declare};
use crate::finding::{Draft, Label};
use crate::policy::Policy;
use crate::schema::Violation;

declare! {
    rule: SingleValue,
    id: "single-value",
    levels: [Info],
    since: "0.1.0",
    category: Files,
    summary: "One value stands where Microsoft Graph has a list; it was read as a list of one.",
    doc: "doc.md",
}

impl Rule for SingleValue {}

/// Reports one such value.
pub(super) fn report(policy: &Policy, violation: &Violation) -> Draft {
    let place = violation.pointer.dotted();
    let message =
        format!("`{place}` is one value where Microsoft Graph has a list; caplint reads it as a list of one.");
    SingleValue::draft(message)
        .help("Put it into brackets, or export again with a greater `-Depth`.")
        .policy(policy)
        .about(place)
        .label(Label::as_written(policy, violation.pointer.clone(), "a list belongs here"))
}
