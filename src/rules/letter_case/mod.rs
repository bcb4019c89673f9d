//! Letter case.

mod together;

use super::{Rule, declare};
use crate::finding::{Draft, Label, quoted};
use crate::policy::Policy;
use crate::schema::Violation;

declare! {
    rule: LetterCase,
    id: "letter-case",
    levels: [Warning],
    since: "0.1.0",
    category: Correctness,
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
}
