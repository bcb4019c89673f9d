//! An ignore is past its last day and hides nothing any more.

use super::{Rule, declare, described};
use crate::finding::{Draft, Drafts, Level};
use crate::rules::IgnoreFacts;

declare!(
    ExpiredIgnore,
    "expired-ignore",
    Warning,
    "0.1.0",
    Configuration,
    "An ignore is past its last day and hides nothing any more."
);

impl Rule for ExpiredIgnore {
    described!("doc.md");

    fn check_ignore(&self, facts: &IgnoreFacts<'_>, drafts: &mut Drafts) {
        let Some(until) = facts.ignore.until.filter(|_| facts.ignore.has_expired(facts.today)) else { return };
        let message = format!("This ignore of {} for {} ended on {until}.", facts.ignore.rule, facts.ignore.subject());
        drafts.push(
            Draft::new(Self::ID, Level::Warning, message)
                .help("Look at what it hid; then mend it and remove the ignore, or set a new day.")
                .about(format!("{} {}", facts.ignore.rule, facts.ignore.subject())),
        );
    }
}
