//! An ignore is past its last day and hides nothing any more.

use super::{Rule, declare};
use crate::finding::Drafts;
use crate::rules::IgnoreFacts;

declare! {
    rule: ExpiredIgnore,
    id: "expired-ignore",
    levels: [Warning],
    since: "0.1.0",
    category: Configuration,
    summary: "An ignore is past its end date and no longer hides findings.",
    doc: "doc.md",
}

impl Rule for ExpiredIgnore {
    fn check_ignore(&self, facts: &IgnoreFacts<'_>, drafts: &mut Drafts) {
        let Some(until) = facts.ignore.until.filter(|_| facts.ignore.has_expired(facts.today)) else { return };
        let message = format!("This ignore of {} for {} ended on {until}.", facts.ignore.rule, facts.ignore.subject());
        drafts.push(
            Self::draft(message)
                .help("Review the finding that it hid. Then fix it and remove the ignore, or set a new date.")
                .about(format!("{} {}", facts.ignore.rule, facts.ignore.subject())),
        );
    }
}
