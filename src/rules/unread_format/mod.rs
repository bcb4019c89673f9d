//! Policies in a form that is recognised but not read.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, Spot};
use crate::rules::FileFacts;

declare! {
    rule: UnreadFormat,
    id: "unread-format",
    levels: [Error],
    since: "0.1.0",
    category: Files,
    summary: "A file contains policies in a format that caplint recognizes but does not read.",
    doc: "doc.md",
}

impl Rule for UnreadFormat {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        let Some(unread) = file.taken.and_then(|taken| taken.unread) else { return };
        let label = Label::in_file(file.file, Spot::File, "not read");
        drafts.push(
            Self::draft(format!(
                "This is {}. caplint does not read this format, so its policies are not judged.",
                unread.form
            ))
            .help(format!("To judge them, {}.", unread.instead))
            .label(label),
        );
    }
}
