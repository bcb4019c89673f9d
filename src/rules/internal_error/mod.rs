//! A mistake of caplint's own.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, Spot};
use crate::rules::FileFacts;

declare! {
    rule: InternalError,
    id: "internal-error",
    levels: [Error],
    since: "0.1.0",
    category: Files,
    summary: "An internal error in caplint prevented it from reading a file, so policies in the file are not judged.",
    doc: "doc.md",
}

impl Rule for InternalError {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        if !file.has_crashed {
            return;
        }
        let label = Label::in_file(file.file, Spot::File, "not read");
        let message = "An internal error in caplint occurred while it read this file. Policies may be missing, so \
            caplint does not assume that the file has none.";
        drafts.push(
            Self::draft(message)
                .help(
                    "Please report it. Include the source location that caplint printed and a file that reproduces \
                     the error, without names and ids.",
                )
                .label(label),
        );
    }
}
