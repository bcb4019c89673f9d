//! Properties outside of the schema.

use super::{Rule, declare};
use crate::finding::{Draft, DraftFix, Label, Level, Part, Safety, quoted};
use crate::policy::{Policy, Property};
use crate::schema::Violation;
use crate::syntax::{Pointer, Rewrite};

declare! {
    rule: UnknownProperty,
    id: "unknown-property",
    levels: [Warning, Info],
    since: "0.1.0",
    category: Correctness,
    fix: Unsafe,
    summary: "A policy has a property that caplint does not know, and no verdict relies on conditions or grant controls with such a property.",
    doc: "doc.md",
}

impl Rule for UnknownProperty {}

/// Reports one such property. A condition may narrow the policy; `unknown-condition` reports those.
pub(super) fn report(policy: &Policy, violation: &Violation, name: &str, meant: Option<&str>) -> Option<Draft> {
    let parent = violation.pointer.parent();
    if Property::at(&parent) == Some(Property::Conditions) {
        return None;
    }
    let in_graph = policy.origin.wording.to_graph(&parent);
    let parts = [Property::Conditions, Property::GrantControls];
    let is_decisive = parts.into_iter().any(|part| in_graph.is_within(&Pointer::new(part)));
    let (level, message) = if is_decisive {
        let message = format!(
            "caplint does not know the property {} here. It may exclude somebody, so `{}` is unknown, and no verdict \
             relies on this policy.",
            quoted(name),
            parent.dotted()
        );
        (Level::Warning, message)
    } else {
        (Level::Info, format!("caplint does not know the property {} and ignores it.", quoted(name)))
    };
    let help = match (meant, is_decisive) {
        (Some(meant), _) => format!("Did you mean `{meant}`?"),
        (None, true) => {
            "Remove it if one of your tools added it. If Microsoft has added it, check for a newer version of \
             caplint."
                .to_owned()
        }
        (None, false) => "No action is needed if one of your tools added it.".to_owned(),
    };
    Some(
        UnknownProperty::draft_at(level, message)
            .help(help)
            .policy(policy)
            .about(violation.pointer.dotted())
            .label(Label::as_written(policy, violation.pointer.clone(), "not known").part(Part::Key))
            .fix(meant.and_then(|meant| fix(policy, violation, name, meant))),
    )
}

/// Writes what was probably meant. Nobody knows that it was.
fn fix(policy: &Policy, violation: &Violation, name: &str, meant: &str) -> Option<DraftFix> {
    let what = (Safety::Unsafe, format!("Rename {} to `{meant}`", quoted(name)));
    let rewrite = Rewrite::Key { from: name.to_owned(), to: meant.to_owned() };
    DraftFix::as_written(policy, &violation.pointer, what, rewrite)
}
