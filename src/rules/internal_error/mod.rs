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
    summary: "A mistake of caplint's own kept it from reading a file, so whatever policies it holds are not judged.",
    doc: "doc.md",
}

impl Rule for InternalError {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        if !file.has_crashed {
            return;
        }
        let label = Label::in_file(file.file, Spot::File, "not read");
        let message = "caplint made a mistake of its own while it read this file. Policies may be missing, so no verdict counts \
                       on what is not there.";
        drafts.push(
            Self::draft(message)
                .help(
                    "Please report it, with the place that caplint has printed and a file that shows it, stripped of names and \
                     ids.",
                )
                .label(label),
        );
    }
}
