//! An ignore hides nothing.

use super::{Rule, declare};
use crate::finding::{DraftFix, Drafts};
use crate::ignore::Ignore;
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
                .fix(fix(ignore)),
        );
    }
}

/// Takes it out of the configuration, or out of the file that it is a comment in.
fn fix(ignore: &Ignore) -> Option<DraftFix> {
    let title = format!("Remove the ignore of {}", ignore.rule);
    match (&ignore.entry, &ignore.comment) {
        (Some(entry), _) => Some(DraftFix::without_entry(entry, title)),
        (None, Some(comment)) => Some(DraftFix::without_comment(comment.clone(), title)),
        (None, None) => None,
    }
}
