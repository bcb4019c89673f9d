//! Values that Graph would refuse.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, quoted};
use crate::rules::FileFacts;
use crate::schema::ViolationKind;

declare! {
    rule: InvalidValue,
    id: "invalid-value",
    levels: [Error],
    since: "0.1.0",
    category: Correctness,
    summary: "A property has the wrong type, a misspelt value, or is missing.",
    doc: "doc.md",
}

impl Rule for InvalidValue {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        for (policy, violation) in file.violations() {
            let place = violation.pointer.dotted();
            let (message, help, seen) = match &violation.kind {
                ViolationKind::WrongType { expected, found } => (
                    format!("{} must be {expected}, not {found}.", violation.pointer.described()),
                    format!("Write {expected} here, as Microsoft Graph does."),
                    format!("expected {expected}"),
                ),
                ViolationKind::Misspelt { value, meant } => (
                    format!("`{place}` is {}, which Microsoft Graph does not know.", quoted(value)),
                    format!("Did you mean \"{meant}\"?"),
                    format!("did you mean \"{meant}\"?"),
                ),
                ViolationKind::NotAllowed { value, allowed } => (
                    format!("`{place}` is {}, which Microsoft Graph does not know.", quoted(value)),
                    format!("It must be one of {}.", listed(allowed)),
                    "not a value that Graph has".to_owned(),
                ),
                ViolationKind::Missing { property } => (
                    format!("{} has no `{property}`, which every policy has.", owner(&place)),
                    format!("Add `{property}`, or export the policy again."),
                    format!("`{property}` is missing here"),
                ),
                _ => continue,
            };
            let consequence = " Until it is fixed, caplint does not count on this part of the policy.";
            drafts.push(
                Self::draft(format!("{message}{consequence}"))
                    .help(help)
                    .policy(policy)
                    .about(format!("{place} {}", violation.kind.mark()))
                    .label(Label::as_written(policy, violation.pointer.clone(), seen)),
            );
        }
    }
}

fn owner(place: &str) -> String {
    if place.is_empty() { "This policy".to_owned() } else { format!("`{place}`") }
}

fn listed(words: &[String]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}
