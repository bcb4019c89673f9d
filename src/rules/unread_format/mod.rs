//! Policies in a form that is recognised but not read.

use super::{Rule, declare, described};
use crate::finding::{Draft, Drafts, Label, Level, Spot};
use crate::rules::FileFacts;

declare!(
    UnreadFormat,
    "unread-format",
    Error,
    "0.1.0",
    Files,
    "A file holds policies in a form that caplint recognises but does not read."
);

impl Rule for UnreadFormat {
    described!("doc.md");

    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        let Some(unread) = file.taken.and_then(|taken| taken.unread) else { return };
        let label = Label { file: file.file, spot: Spot::File, message: "not read".to_owned() };
        drafts.push(
            Draft::new(
                Self::ID,
                Level::Error,
                format!("This is {}. caplint does not read it yet: its policies are not judged.", unread.form),
            )
            .help(format!("To have them judged, {}.", unread.instead))
            .label(label),
        );
    }
}
