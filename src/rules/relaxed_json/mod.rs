//! JSON that strict readers refuse.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, Spot};
use crate::rules::FileFacts;

declare! {
    rule: RelaxedJson,
    id: "relaxed-json",
    levels: [Warning],
    since: "0.1.0",
    category: Files,
    summary: "A file is JSON with comments, trailing commas or a document a line, which strict JSON readers refuse.",
    doc: "doc.md",
}

impl Rule for RelaxedJson {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        let Some(at) = file.taken.and_then(|taken| taken.relaxed) else { return };
        let label = Label::in_file(file.file, Spot::Bytes(at..at + 1), "a strict reader gives up here");
        drafts.push(
            Self::draft("This file is not strict JSON. caplint reads it, but most tools refuse it.")
                .help(
                    "Remove comments and trailing commas, and put several policies into an array. If this is meant, \
                     let the name of the file say so: `.jsonc`, `.json5` or `.jsonl`.",
                )
                .label(label),
        );
    }
}
