//! Letter case.

mod together;

use super::{Rule, declare};
use crate::finding::{Draft, DraftFix, Label, Safety, quoted};
use crate::policy::Policy;
use crate::schema::Violation;
use crate::syntax::Rewrite;

declare! {
    rule: LetterCase,
    id: "letter-case",
    levels: [Warning],
    since: "0.1.0",
    category: Correctness,
    fix: Safe,
    summary: "A value differs from Microsoft Graph's spelling in letter case only.",
    doc: "doc.md",
}

pub(super) use together::TOGETHER;

impl Rule for LetterCase {}

/// Reports one such value.
pub(super) fn report(policy: &Policy, violation: &Violation, value: &str, canonical: &str) -> Draft {
    let place = violation.pointer.dotted();
    let message = format!("`{place}` is {}; Microsoft Graph spells it \"{canonical}\".", quoted(value));
    LetterCase::draft(message)
        .help(format!(
            "Write \"{canonical}\". caplint reads the value as that; other tools may compare \
            case-sensitively."
        ))
        .policy(policy)
        .about(format!("{place} {value}"))
        .label(Label::as_written(policy, violation.pointer.clone(), format!("\"{canonical}\" in Microsoft Graph")))
        .fix(fix(policy, violation, value, canonical))
}

fn fix(policy: &Policy, violation: &Violation, value: &str, canonical: &str) -> Option<DraftFix> {
    let title = format!("Write {} as \"{canonical}\"", quoted(value));
    let rewrite = Rewrite::Word { from: value.to_owned(), to: canonical.to_owned() };
    DraftFix::as_written(policy, &violation.pointer, (Safety::Safe, title), rewrite)
}
