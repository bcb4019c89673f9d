//! A list of one that was unrolled.

use super::{Rule, declare, described};
use crate::finding::{Draft, Drafts, Label, Level};
use crate::rules::FileFacts;
use crate::schema::ViolationKind;

declare!(
    SingleValue,
    "single-value",
    Info,
    "0.1.0",
    Files,
    "One value stands where Microsoft Graph has a list; it was read as a list of one."
);

impl Rule for SingleValue {
    described!("doc.md");

    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        for (policy, violation) in file.violations() {
            if violation.kind != ViolationKind::SingleValue {
                continue;
            }
            let place = violation.pointer.dotted();
            let message =
                format!("`{place}` is one value where Microsoft Graph has a list; caplint reads it as a list of one.");
            drafts.push(
                Draft::new(Self::ID, Level::Info, message)
                    .help("Put it into brackets, or export again with a greater `-Depth`.")
                    .policy(policy)
                    .about(place)
                    .label(Label::as_written(policy, violation.pointer.clone(), "a list belongs here")),
            );
        }
    }
}
