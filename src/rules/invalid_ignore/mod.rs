//! An ignore gives no reason, or names no rule, and therefore hides nothing.

use super::{Rule, declare};
use crate::finding::Drafts;
use crate::rules::IgnoreFacts;

declare! {
    rule: InvalidIgnore,
    id: "invalid-ignore",
    levels: [Error],
    since: "0.1.0",
    category: Configuration,
    summary: "An ignore gives no reason or names no rule, so it hides nothing.",
    doc: "doc.md",
}

impl Rule for InvalidIgnore {
    fn check_ignore(&self, facts: &IgnoreFacts<'_>, drafts: &mut Drafts) {
        let Some(problem) = &facts.ignore.problem else { return };
        drafts.push(
            Self::draft(format!("This ignore has no effect: {problem}."))
                .help("Name a rule and a reason and, if possible, an end date.")
                .about(format!("{} {}", facts.ignore.rule, facts.ignore.subject())),
        );
    }
}
