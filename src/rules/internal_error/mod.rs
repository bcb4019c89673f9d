//! A mistake of caplint's own.

use super::{Rule, declare, described};
use crate::finding::{Draft, Drafts, Label, Level, Spot};
use crate::rules::FileFacts;

declare!(
    InternalError,
    "internal-error",
    Error,
    "0.1.0",
    Files,
    "A mistake of caplint's own kept it from reading a file, so whatever policies it holds are not judged."
);

impl Rule for InternalError {
    described!("doc.md");

    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        if !file.has_crashed {
            return;
        }
        let label = Label { file: file.file, spot: Spot::File, message: "not read".to_owned() };
        let message = "caplint made a mistake of its own while it read this file. Policies may be missing, so no verdict counts \
                       on what is not there.";
        drafts.push(
            Draft::new(Self::ID, Level::Error, message)
                .help(
                    "Please report it, with the place that caplint has printed and a file that shows it, stripped of names and \
                     ids.",
                )
                .label(label),
        );
    }
}
