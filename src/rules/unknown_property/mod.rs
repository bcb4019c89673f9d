//! Properties outside of the schema.

use super::{Rule, declare, described};
use crate::finding::{Draft, Label, Level, Part, quoted};
use crate::rules::FileFacts;
use crate::schema::ViolationKind;

declare!(
    UnknownProperty,
    "unknown-property",
    Info,
    "0.1.0",
    Correctness,
    "A property is not one that caplint knows; it was not looked at."
);

impl Rule for UnknownProperty {
    described!("doc.md");

    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Vec<Draft>) {
        for (policy, violation) in file.violations() {
            let ViolationKind::UnknownProperty { name, meant } = &violation.kind else { continue };
            // A condition may narrow the policy, which is another rule's concern.
            if violation.pointer.parent().as_str() == "/conditions" {
                continue;
            }
            let message = format!("caplint does not know the property {} and did not look at it.", quoted(name));
            let help = meant.as_ref().map_or_else(
                || "Nothing to do if a tool of yours has added it.".to_owned(),
                |meant| format!("Did you mean `{meant}`?"),
            );
            drafts.push(
                Draft::new(Self::ID, Level::Info, message)
                    .help(help)
                    .policy(policy)
                    .about(violation.pointer.dotted())
                    .label(Label::as_written(policy, violation.pointer.clone(), "not known").part(Part::Key)),
            );
        }
    }
}
