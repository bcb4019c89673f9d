//! A list of one that was unrolled.

use super::{Rule, declare};
use crate::finding::{Drafts, Label};
use crate::rules::FileFacts;
use crate::schema::ViolationKind;

declare! {
    rule: SingleValue,
    id: "single-value",
    levels: [Info],
    since: "0.1.0",
    category: Files,
    summary: "One value stands where Microsoft Graph has a list; it was read as a list of one.",
    doc: "doc.md",
}

impl Rule for SingleValue {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        for (policy, violation) in file.violations() {
            if violation.kind != ViolationKind::SingleValue {
                continue;
            }
            let place = violation.pointer.dotted();
            let message =
                format!("`{place}` is one value where Microsoft Graph has a list; caplint reads it as a list of one.");
            drafts.push(
                Self::draft(message)
                    .help("Put it into brackets, or export again with a greater `-Depth`.")
                    .policy(policy)
                    .about(place)
                    .label(Label::as_written(policy, violation.pointer.clone(), "a list belongs here")),
            );
        }
    }
}
