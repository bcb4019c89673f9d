//! Names and malformed GUIDs where ids belong.

mod together;

use super::{Rule, declare};
use crate::finding::{Draft, Label, quoted};
use crate::policy::{Policy, Property};
use crate::rules::FileFacts;
use crate::schema::Violation;
use crate::syntax::Pointer;
use crate::tenant::{Bearer, Bearers};

declare! {
    rule: InvalidId,
    id: "invalid-id",
    levels: [Warning],
    since: "0.1.0",
    category: Correctness,
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
    let role = crate::catalog::role(value).filter(|_| is_in_roles(&violation.pointer));
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
            .label(Label::as_written(policy, violation.pointer.clone(), "not a GUID")),
    )
}

/// Whether a place is an element of a list of roles.
fn is_in_roles(pointer: &Pointer) -> bool {
    matches!(Property::at(&pointer.parent()), Some(Property::IncludeRoles | Property::ExcludeRoles))
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
