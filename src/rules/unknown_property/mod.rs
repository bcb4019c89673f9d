//! Properties outside of the schema.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, Level, Part, quoted};
use crate::policy::Property;
use crate::rules::FileFacts;
use crate::schema::ViolationKind;
use crate::syntax::Pointer;

declare! {
    rule: UnknownProperty,
    id: "unknown-property",
    levels: [Warning, Info],
    since: "0.1.0",
    category: Correctness,
    summary: "A property is not one that caplint knows, and in conditions and grant controls no verdict counts on what it may change.",
    doc: "doc.md",
}

impl Rule for UnknownProperty {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        for (policy, violation) in file.violations() {
            let ViolationKind::UnknownProperty { name, meant } = &violation.kind else { continue };
            // A condition may narrow the policy, which is another rule's concern.
            if Property::at(&violation.pointer.parent()) == Some(Property::Conditions) {
                continue;
            }
            let parent = violation.pointer.parent();
            let in_graph = policy.origin.wording.to_graph(&parent);
            let parts = [Property::Conditions, Property::GrantControls];
            let part = parts.into_iter().any(|part| in_graph.is_within(&Pointer::new(part)));
            let (level, message) = if part {
                let message = format!(
                    "caplint does not know the property {} here. It may leave somebody out, so `{}` is not known, and no verdict \
                     counts on this policy.",
                    quoted(name),
                    parent.dotted()
                );
                (Level::Warning, message)
            } else {
                (Level::Info, format!("caplint does not know the property {} and did not look at it.", quoted(name)))
            };
            let help = match (meant, part) {
                (Some(meant), _) => format!("Did you mean `{meant}`?"),
                (None, true) => {
                    "Remove it if a tool of yours has added it. If it is new at Microsoft, look for a newer caplint."
                        .to_owned()
                }
                (None, false) => "Nothing to do if a tool of yours has added it.".to_owned(),
            };
            drafts.push(
                Self::draft_at(level, message)
                    .help(help)
                    .policy(policy)
                    .about(violation.pointer.dotted())
                    .label(Label::as_written(policy, violation.pointer.clone(), "not known").part(Part::Key)),
            );
        }
    }
}
