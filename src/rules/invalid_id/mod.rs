//! Names and malformed GUIDs where ids belong.

mod together;

use super::{Rule, declare};
use crate::finding::{Draft, DraftFix, Label, Safety, quoted};
use crate::policy::{Policy, Property};
use crate::rules::FileFacts;
use crate::schema::Violation;
use crate::syntax::{Pointer, Rewrite};
use crate::tenant::{Bearer, Bearers};

declare! {
    rule: InvalidId,
    id: "invalid-id",
    levels: [Warning],
    since: "0.1.0",
    category: Correctness,
    fix: Safe,
    summary: "A name or a malformed GUID is used where Microsoft Graph expects the id of an object.",
    doc: "doc.md",
}

const NAMES: &str = "caplint resolves a name if exactly one object in the files or its tables has it.";

pub(super) use together::TOGETHER;

impl Rule for InvalidId {}

/// Reports one such name, unless the files say which object it stands for.
pub(super) fn report(
    file: &FileFacts<'_>,
    policy: &Policy,
    violation: &Violation,
    value: &str,
    literals: &[String],
) -> Option<Draft> {
    if file.bearers.is_some_and(|bearers| is_resolved(bearers, &violation.pointer, value)) {
        return None;
    }
    let place = violation.pointer.dotted();
    let message = format!("`{place}` is {}, which is not the id of an object.", quoted(value));
    let literals: Vec<_> = literals.iter().map(|literal| format!("\"{literal}\"")).collect();
    let role = crate::catalog::role(value).filter(|_| is_in_roles(policy, &violation.pointer));
    let help = if let Some(role) = role {
        format!("Write {}, the id of the role. caplint resolves the name; Microsoft Graph does not.", role.id)
    } else if literals.is_empty() {
        format!("Microsoft Graph expects a GUID here. {NAMES}")
    } else {
        format!("Microsoft Graph expects a GUID here, or one of {}. {NAMES}", literals.join(", "))
    };
    Some(
        InvalidId::draft(message)
            .help(help)
            .policy(policy)
            .named(value)
            .about(format!("{} {value}", violation.pointer.parent().dotted()))
            .label(Label::as_written(policy, violation.pointer.clone(), "not a GUID"))
            .fix(role.and_then(|role| fix(policy, violation, value, &role.id.to_string()))),
    )
}

/// Writes the id of a role in the place of its name.
fn fix(policy: &Policy, violation: &Violation, name: &str, id: &str) -> Option<DraftFix> {
    let what = (Safety::Safe, format!("Write the role {} as {id}", quoted(name)));
    let rewrite = Rewrite::Word { from: name.to_owned(), to: id.to_owned() };
    DraftFix::as_written(policy, &violation.pointer, what, rewrite)
}

/// Whether a place is an element of a list of roles.
fn is_in_roles(policy: &Policy, pointer: &Pointer) -> bool {
    matches!(
        Property::at(&policy.origin.wording.to_graph(&pointer.parent())),
        Some(Property::IncludeRoles | Property::ExcludeRoles)
    )
}

/// Whether the files tell which object a name stands for.
fn is_resolved(bearers: &Bearers, pointer: &Pointer, name: &str) -> bool {
    let Some(list) = Property::at(&pointer.parent()) else { return false };
    match list {
        Property::IncludeRoles | Property::ExcludeRoles => {
            crate::catalog::role(name).is_some() && bearers.has_role(name)
        }
        Property::IncludeUsers | Property::ExcludeUsers | Property::IncludeGroups | Property::ExcludeGroups => {
            bearers.only(Bearer::Principal, name).is_some()
        }
        Property::IncludeLocations | Property::ExcludeLocations => bearers.only(Bearer::Location, name).is_some(),
        _ => false,
    }
}
