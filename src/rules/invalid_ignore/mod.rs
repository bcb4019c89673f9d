//! An ignore gives no reason, or names no rule, and therefore hides nothing.

use super::{Rule, declare, described};
use crate::finding::{Draft, Drafts, Level};
use crate::rules::IgnoreFacts;

declare!(
    InvalidIgnore,
    "invalid-ignore",
    Error,
    "0.1.0",
    Configuration,
    "An ignore gives no reason, or names no rule, and therefore hides nothing."
);

impl Rule for InvalidIgnore {
    described!("doc.md");

    fn check_ignore(&self, facts: &IgnoreFacts<'_>, drafts: &mut Drafts) {
        let Some(problem) = &facts.ignore.problem else { return };
        drafts.push(
            Draft::new(Self::ID, Level::Error, format!("This ignore does not count: {problem}."))
                .help("Name a rule, say why, and if you can until when.")
                .about(format!("{} {}", facts.ignore.rule, facts.ignore.subject())),
        );
    }
}
