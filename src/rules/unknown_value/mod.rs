//! Members that Microsoft has added since, or never had.

use super::{Rule, declare};
use crate::finding::{Draft, Label, quoted};
use crate::policy::Policy;
use crate::schema::Violation;

declare! {
    rule: UnknownValue,
    id: "unknown-value",
    levels: [Warning],
    since: "0.1.0",
    category: Correctness,
    summary: "A value is not a known member of its enumeration, so its effect is unknown.",
    doc: "doc.md",
}

impl Rule for UnknownValue {}

/// Reports a value that the enumeration does not list.
pub(super) fn unrecognised(policy: &Policy, violation: &Violation, value: &str) -> Draft {
    let message =
        format!("`{}` is {}. caplint does not know what this value means.", violation.pointer.dotted(), quoted(value));
    draft(policy, violation, message).help(
        "Check the spelling in Microsoft Graph's documentation. If the value is new, a later version of \
            caplint may know it.",
    )
}

/// Reports the value that Graph writes in place of one that the client did not ask for.
pub(super) fn hidden(policy: &Policy, violation: &Violation) -> Draft {
    let message = format!(
        "`{}` is \"unknownFutureValue\": the export hides the real value, which is unknown.",
        violation.pointer.dotted()
    );
    draft(policy, violation, message)
        .help("Export again with the request header `Prefer: include-unknown-enum-members`.")
}

fn draft(policy: &Policy, violation: &Violation, message: String) -> Draft {
    UnknownValue::draft(message)
        .policy(policy)
        .about(format!("{} {}", violation.pointer.dotted(), violation.kind.mark()))
        .label(Label::as_written(policy, violation.pointer.clone(), "not known"))
}
