//! An ignore hides nothing.

use super::{Rule, declare};
use crate::finding::{DraftFix, Drafts};
use crate::rules::IgnoreFacts;

declare! {
    rule: UnusedIgnore,
    id: "unused-ignore",
    levels: [Warning],
    since: "0.1.0",
    category: Configuration,
    fix: Unsafe,
    summary: "An ignore hides no finding.",
    doc: "doc.md",
}

impl Rule for UnusedIgnore {
    fn check_ignore(&self, facts: &IgnoreFacts<'_>, drafts: &mut Drafts) {
        let ignore = facts.ignore;
        if facts.is_used || !facts.is_complete || !ignore.counts(facts.today) {
            return;
        }
        let message = format!("This ignore of {} for {} hides no finding.", ignore.rule, ignore.subject());
        drafts.push(
            Self::draft(message)
                .help("Remove it. An unused ignore hides the next finding of this rule before anybody sees it.")
                .about(format!("{} {}", ignore.rule, ignore.subject()))
                .fix(
                    ignore
                        .entry
                        .as_ref()
                        .map(|entry| DraftFix::without_entry(entry, format!("Remove the ignore of {}", ignore.rule))),
                ),
        );
    }
}
