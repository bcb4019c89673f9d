//! What `ConvertTo-Json` leaves at its depth.

use super::{Rule, declare};
use crate::finding::{Draft, Label, quoted};
use crate::policy::Policy;
use crate::schema::Violation;

declare! {
    rule: TruncatedExport,
    id: "truncated-export",
    levels: [Error],
    since: "0.1.0",
    category: Files,
    summary: "An export is truncated: PowerShell reached its depth limit and wrote type names instead of values.",
    doc: "doc.md",
}

impl Rule for TruncatedExport {}

/// Reports one such value.
pub(super) fn report(policy: &Policy, violation: &Violation, value: &str) -> Draft {
    let place = violation.pointer.described();
    let what = if value.trim().is_empty() {
        "an empty string where a list is expected".to_owned()
    } else {
        format!("{}, which PowerShell writes at its depth limit", quoted(value))
    };
    let message =
        format!("This export is truncated: {place} is {what}. The value is lost, and caplint does not guess it.");
    TruncatedExport::draft(message)
        .help("Export it again with `ConvertTo-Json -Depth 10`.")
        .policy(policy)
        .about(place)
        .label(Label::as_written(policy, violation.pointer.clone(), "lost here"))
}
