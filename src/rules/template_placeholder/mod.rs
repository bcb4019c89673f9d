//! Templates.

use super::{Rule, declare};
use crate::finding::{Draft, Label, quoted};
use crate::policy::Policy;
use crate::schema::Violation;

declare! {
    rule: TemplatePlaceholder,
    id: "template-placeholder",
    levels: [Info],
    since: "0.1.0",
    category: Files,
    summary: "A policy is a template with placeholders instead of ids.",
    doc: "doc.md",
}

impl Rule for TemplatePlaceholder {}

/// Labels of one finding.
const SHOWN: usize = 5;

/// Reports all placeholders of a policy in one finding, if there are any.
pub(super) fn report(policy: &Policy, placeholders: &[(&Violation, &str)]) -> Option<Draft> {
    let (_, first) = placeholders.first()?;
    let first = quoted(first);
    let message = match placeholders.len() {
        1 => format!("This policy is a template: {first} is a placeholder, not an id."),
        count => format!("This policy is a template: {first} and {} more are placeholders, not ids.", count - 1),
    };
    let draft = TemplatePlaceholder::draft(message)
        .help("Instead, check an export of the tenant to which it is deployed, with the real ids.")
        .policy(policy);
    let labels = placeholders
        .iter()
        .take(SHOWN)
        .map(|(violation, _)| Label::as_written(policy, violation.pointer.clone(), "a placeholder"));
    Some(labels.fold(draft, Draft::label))
}
