//! A file that the system refuses to read.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, Spot};
use crate::rules::FileFacts;

declare! {
    rule: UnreadableFile,
    id: "unreadable-file",
    levels: [Error],
    since: "0.1.0",
    category: Files,
    summary: "A file could not be read, so policies in the file are not judged.",
    doc: "doc.md",
}

impl Rule for UnreadableFile {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        let Some(error) = file.unreadable else { return };
        let label = Label::in_file(file.file, Spot::File, "could not be read");
        drafts.push(
            Self::draft(format!("This file could not be read: {error}."))
                .help("Fix its permissions, or leave it out of the paths.")
                .label(label),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::FileIndex;

    #[test]
    fn the_systems_words_are_passed_on() {
        let facts = FileFacts {
            file: FileIndex(0),
            has_crashed: false,
            unreadable: Some("permission denied"),
            encoding: None,
            syntax: &[],
            taken: None,
            policies: &[],
            bearers: None,
        };
        let drafts = Drafts::written(|drafts| RULE.check_file(&facts, drafts));
        assert_eq!(drafts.len(), 1);
        assert_eq!(drafts[0].message, "This file could not be read: permission denied.");
        let facts = FileFacts { unreadable: None, ..facts };
        assert!(Drafts::written(|drafts| RULE.check_file(&facts, drafts)).is_empty());
    }
}
