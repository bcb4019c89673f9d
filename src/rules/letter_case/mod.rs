//! Letter case.

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
    summary: "A value is spelt in another letter case than Microsoft Graph has it.",
    doc: "doc.md",
}

impl Rule for LetterCase {}

/// Reports one such value.
pub(super) fn report(policy: &Policy, violation: &Violation, value: &str, canonical: &str) -> Draft {
    let place = violation.pointer.dotted();
    let message = format!("`{place}` is {}; Microsoft Graph spells it \"{canonical}\".", quoted(value));
    LetterCase::draft(message)
        .help(format!("Write \"{canonical}\". caplint reads it as that; other tools compare letter by letter."))
        .policy(policy)
        .about(format!("{place} {value}"))
        .label(Label::as_written(policy, violation.pointer.clone(), format!("spelt \"{canonical}\" by Graph")))
}
