//! Letter case.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, quoted};
use crate::rules::FileFacts;
use crate::schema::ViolationKind;

declare! {
    rule: LetterCase,
    id: "letter-case",
    levels: [Warning],
    since: "0.1.0",
    category: Correctness,
    summary: "A value is spelt in another letter case than Microsoft Graph has it.",
    doc: "doc.md",
}

impl Rule for LetterCase {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        for (policy, violation) in file.violations() {
            let ViolationKind::LetterCase { value, canonical } = &violation.kind else { continue };
            let place = violation.pointer.dotted();
            let message = format!("`{place}` is {}; Microsoft Graph spells it \"{canonical}\".", quoted(value));
            drafts.push(
                Self::draft(message)
                    .help(format!(
                        "Write \"{canonical}\". caplint reads it as that; other tools compare letter by letter."
                    ))
                    .policy(policy)
                    .about(format!("{place} {value}"))
                    .label(Label::as_written(
                        policy,
                        violation.pointer.clone(),
                        format!("spelt \"{canonical}\" by Graph"),
                    )),
            );
        }
    }
}
