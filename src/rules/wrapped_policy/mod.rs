//! A policy one level deeper than usual.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, Part, Spot};
use crate::policy::Origin;
use crate::rules::FileFacts;

declare! {
    rule: WrappedPolicy,
    id: "wrapped-policy",
    levels: [Info],
    since: "0.1.0",
    category: Files,
    summary: "A policy is inside an object that no known exporter writes, and caplint read it from there.",
    doc: "doc.md",
}

impl Rule for WrappedPolicy {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        for pointer in file.taken.iter().flat_map(|taken| &taken.wrappers) {
            let from = Origin::document(file.file);
            let spot = Spot::Pointer { from, pointer: pointer.clone(), part: Part::Key };
            let label = Label::in_file(file.file, spot, "read as a policy or a list of policies");
            let message = format!(
                "The policies in this file are inside `{}`, and caplint read them from there.",
                pointer.dotted()
            );
            drafts.push(Self::draft(message).about(pointer.as_str()).label(label));
        }
    }
}
