//! Members that Microsoft has added since, or never had.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, quoted};
use crate::rules::FileFacts;
use crate::schema::ViolationKind;

declare! {
    rule: UnknownValue,
    id: "unknown-value",
    levels: [Warning],
    since: "0.1.0",
    category: Correctness,
    summary: "A value is no known member of its enumeration, so nobody can tell what the policy does with it.",
    doc: "doc.md",
}

impl Rule for UnknownValue {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        for (policy, violation) in file.violations() {
            let place = violation.pointer.dotted();
            let (message, help) = match &violation.kind {
                ViolationKind::Unrecognised { value } => (
                    format!("`{place}` is {}. caplint cannot tell what it means.", quoted(value)),
                    "Check the spelling against Microsoft Graph's documentation. If it is new, a later caplint may know it.",
                ),
                ViolationKind::Hidden => (
                    format!(
                        "`{place}` is \"unknownFutureValue\": the export hides what the tenant has. caplint cannot tell what it means."
                    ),
                    "Export again with the request header `Prefer: include-unknown-enum-members`.",
                ),
                _ => continue,
            };
            drafts.push(
                Self::draft(message)
                    .help(help)
                    .policy(policy)
                    .about(format!("{place} {}", violation.kind.mark()))
                    .label(Label::as_written(policy, violation.pointer.clone(), "not known")),
            );
        }
    }
}
