//! Templates.

use super::{Rule, declare};
use crate::finding::{Draft, Drafts, Label, quoted};
use crate::rules::FileFacts;
use crate::schema::ViolationKind;

declare! {
    rule: TemplatePlaceholder,
    id: "template-placeholder",
    levels: [Info],
    since: "0.1.0",
    category: Files,
    summary: "A policy is a template: placeholders stand where ids belong.",
    doc: "doc.md",
}

impl Rule for TemplatePlaceholder {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        for inspected in file.policies {
            let placeholders = inspected.violations.iter().filter_map(|violation| match &violation.kind {
                ViolationKind::Placeholder { value } => Some((violation, value)),
                _ => None,
            });
            let mut draft: Option<Draft> = None;
            let (mut count, mut first) = (0_usize, String::new());
            for (violation, value) in placeholders {
                count += 1;
                if count == 1 {
                    first = quoted(value);
                }
                let label = Label::as_written(&inspected.policy, violation.pointer.clone(), "a placeholder");
                let base = draft.take().unwrap_or_else(|| Self::draft(""));
                // Five places are enough to see what is meant.
                draft = Some(if count <= 5 { base.label(label) } else { base });
            }
            let Some(draft) = draft else { continue };
            let message = match count {
                1 => format!("This policy is a template: {first} is a placeholder, not an id."),
                _ => format!("This policy is a template: {first} and {} more are placeholders, not ids.", count - 1),
            };
            drafts.push(
                Draft { message, ..draft }
                    .help("Check what is deployed from it instead: an export of the tenant, with the real ids.")
                    .policy(&inspected.policy),
            );
        }
    }
}
