//! Values that Graph would refuse.

use super::{Rule, declare};
use crate::finding::{Draft, DraftFix, Label, Safety, quoted};
use crate::policy::Policy;
use crate::schema::Violation;
use crate::syntax::Rewrite;

declare! {
    rule: InvalidValue,
    id: "invalid-value",
    levels: [Error],
    since: "0.1.0",
    category: Correctness,
    fix: Unsafe,
    summary: "A property has the wrong type, has a misspelled value, or is missing.",
    doc: "doc.md",
}

impl Rule for InvalidValue {}

/// Reports a value of another JSON type.
pub(super) fn wrong_type(policy: &Policy, violation: &Violation, expected: &str, found: &str) -> Draft {
    let message = format!("{} must be {expected}, not {found}.", violation.pointer.described());
    draft(policy, violation, &message, format!("expected {expected}")).help(format!("Write {expected} here."))
}

/// Reports a value that is probably another one, misspelt.
pub(super) fn misspelt(policy: &Policy, violation: &Violation, value: &str, meant: &str) -> Draft {
    draft(policy, violation, &not_in_graph(violation, value), format!("did you mean \"{meant}\"?"))
        .help(format!("Did you mean \"{meant}\"?"))
        .fix(fix(policy, violation, value, meant))
}

/// Writes what was probably meant. Nobody knows that it was.
fn fix(policy: &Policy, violation: &Violation, value: &str, meant: &str) -> Option<DraftFix> {
    let what = (Safety::Unsafe, format!("Write {} as \"{meant}\"", quoted(value)));
    let rewrite = Rewrite::Word { from: value.to_owned(), to: meant.to_owned() };
    DraftFix::as_written(policy, &violation.pointer, what, rewrite)
}

/// Reports a value that the enumeration does not have.
pub(super) fn not_allowed(policy: &Policy, violation: &Violation, value: &str, allowed: &[String]) -> Draft {
    draft(policy, violation, &not_in_graph(violation, value), "not a value in Microsoft Graph".to_owned())
        .help(format!("It must be one of {}.", listed(allowed)))
}

/// Reports a required property that is not there.
pub(super) fn missing(policy: &Policy, violation: &Violation, property: &str) -> Draft {
    let place = violation.pointer.dotted();
    let owner = if place.is_empty() { "This policy".to_owned() } else { format!("`{place}`") };
    let message = format!("{owner} has no `{property}`, which every policy has.");
    draft(policy, violation, &message, format!("`{property}` is missing here"))
        .help(format!("Add `{property}`, or export the policy again."))
}

fn not_in_graph(violation: &Violation, value: &str) -> String {
    format!("`{}` is {}, which is not a value in Microsoft Graph.", violation.pointer.dotted(), quoted(value))
}

fn draft(policy: &Policy, violation: &Violation, message: &str, label: String) -> Draft {
    let consequence = "Until it is fixed, caplint treats this part of the policy as unknown.";
    InvalidValue::draft(format!("{message} {consequence}"))
        .policy(policy)
        .about(format!("{} {}", violation.pointer.dotted(), violation.kind.mark()))
        .label(Label::as_written(policy, violation.pointer.clone(), label))
}

fn listed(words: &[String]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}
