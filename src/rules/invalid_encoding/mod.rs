//! Bytes that are no text.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, Spot};
use crate::rules::FileFacts;
use crate::source::DecodeProblem;

declare! {
    rule: InvalidEncoding,
    id: "invalid-encoding",
    levels: [Error],
    since: "0.1.0",
    category: Files,
    summary: "A file is not text in an encoding that caplint reads.",
    doc: "doc.md",
}

impl Rule for InvalidEncoding {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        let Some(error) = file.encoding else { return };
        let (message, seen) = match error.problem {
            DecodeProblem::NotUtf8 => (
                "This file is not UTF-8 and has no byte order mark of another encoding. It may be Windows-1252 or \
                 Latin-1.",
                "the first byte that is not UTF-8",
            ),
            DecodeProblem::BrokenUtf16 => (
                "This file is UTF-16 and contains half a character. It was cut off or edited as bytes.",
                "half a character",
            ),
            DecodeProblem::Utf32 => ("This file is UTF-32.", "a UTF-32 byte order mark"),
        };
        let end = error.at + error.lossy[error.at..].chars().next().map_or(0, char::len_utf8);
        let label = Label::in_file(file.file, Spot::Bytes(error.at..end), seen);
        drafts.push(
            Self::draft(message)
                .help("Export it again as UTF-8 or UTF-16, for example with `Out-File -Encoding utf8`.")
                .label(label),
        );
    }
}
