//! An error where an answer with policies should be.

use super::{Rule, declare};
use crate::dialect::Failure;
use crate::finding::{Drafts, Label, Part, Spot, quoted};
use crate::policy::Origin;
use crate::rules::FileFacts;

declare! {
    rule: FailedRequest,
    id: "failed-request",
    levels: [Error],
    since: "0.1.0",
    category: Files,
    summary: "A file contains the response to a failed request, so the requested data is missing.",
    doc: "doc.md",
}

impl Rule for FailedRequest {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        for Failure { pointer, code, status } in file.taken.iter().flat_map(|taken| &taken.failures) {
            let from = Origin::document(file.file);
            let spot = Spot::Pointer { from, pointer: pointer.clone(), part: Part::Value };
            let label = Label::in_file(file.file, spot, "an error instead of policies");
            let code = code.as_deref().map(quoted);
            let what = match (code, status) {
                (Some(code), Some(status)) => format!("the error {code} (status {status})"),
                (Some(code), None) => format!("the error {code}"),
                (None, Some(status)) => format!("an error (status {status})"),
                (None, None) => "an error".to_owned(),
            };
            let message = format!(
                "A request to Microsoft Graph failed, and {what} was saved instead of a response. The requested \
                 objects are missing, and policies may be among them."
            );
            drafts.push(
                Self::draft(message)
                    .help(
                        "Export again with the permission `Policy.Read.All`, and make the script stop when a \
                        request fails.",
                    )
                    .about(pointer.as_str())
                    .label(label),
            );
        }
    }
}
