//! An ignore hides nothing.

use super::{Rule, declare, described};
use crate::finding::{Draft, Drafts, Level};
use crate::rules::IgnoreFacts;

declare!(UnusedIgnore, "unused-ignore", Warning, "0.1.0", Configuration, "An ignore hides nothing.");

impl Rule for UnusedIgnore {
    described!("doc.md");

    fn check_ignore(&self, facts: &IgnoreFacts<'_>, drafts: &mut Drafts) {
        let ignore = facts.ignore;
        if facts.is_used || !facts.is_complete || !ignore.counts(facts.today) {
            return;
        }
        let message = format!("This ignore of {} for {} hides nothing.", ignore.rule, ignore.subject());
        drafts.push(
            Draft::new(Self::ID, Level::Warning, message)
                .help("Remove it: one that waits for a finding hides the next one before anybody has seen it.")
                .about(format!("{} {}", ignore.rule, ignore.subject())),
        );
    }
}
