//! What `ConvertTo-Json` leaves at its depth.

use super::{Rule, declare, described};
use crate::finding::{Draft, Drafts, Label, Level, quoted};
use crate::rules::FileFacts;
use crate::schema::ViolationKind;

declare!(
    TruncatedExport,
    "truncated-export",
    Error,
    "0.1.0",
    Files,
    "PowerShell cut the export off at its depth and wrote names of types instead of values."
);

impl Rule for TruncatedExport {
    described!("doc.md");

    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        for (policy, violation) in file.violations() {
            let ViolationKind::Truncated { value } = &violation.kind else { continue };
            let place = violation.pointer.described();
            let what = if value.trim().is_empty() {
                "an empty string where a list belongs".to_owned()
            } else {
                format!("{}, which is what PowerShell writes when it stops", quoted(value))
            };
            let message = format!(
                "This export is truncated: {place} is {what}. What the policy says there is lost, and caplint does not guess it."
            );
            drafts.push(
                Draft::new(Self::ID, Level::Error, message)
                    .help("Export it again with `ConvertTo-Json -Depth 10`.")
                    .policy(policy)
                    .about(place)
                    .label(Label::as_written(policy, violation.pointer.clone(), "lost here")),
            );
        }
    }
}
