//! Names of objects and policies in a sentence.

use crate::coverage::PrincipalKind;
use crate::finding::{PolicyRef, joined, quoted};
use crate::policy::Id;
use crate::rules::TenantFacts;
use crate::tenant::{PolicyIndex, UserIndex};
use std::collections::BTreeSet;

/// The name of an object where the files have one, or else its id, in quotation marks. What the files only describe has none.
pub(in crate::rules) fn named(facts: &TenantFacts<'_>, id: &Id) -> String {
    match facts.tenant.description(id) {
        Some(description) => description.to_owned(),
        None => quoted(&facts.tenant.name_or_id(id)),
    }
}

/// Who somebody is whom a policy lists one by one: `members of "Pilots"`.
#[must_use]
pub fn principal(facts: &TenantFacts<'_>, kind: PrincipalKind, id: &Id) -> String {
    let name = facts.name(kind, id).map_or_else(|| named(facts, id), |name| quoted(&name));
    match kind {
        PrincipalKind::User => format!("the user {name}"),
        PrincipalKind::Group => format!("members of {name}"),
        PrincipalKind::Role => format!("holders of the role {name}"),
        PrincipalKind::ServicePrincipal => format!("the service principal {name}"),
        PrincipalKind::AgentIdentity => format!("the agent identity or blueprint {name}"),
    }
}

/// The verb after the words for somebody of this kind.
pub(in crate::rules) fn verb(kind: PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::Group | PrincipalKind::Role => "are",
        PrincipalKind::User | PrincipalKind::ServicePrincipal | PrincipalKind::AgentIdentity => "is",
    }
}

/// Users that are named in a sentence.
const NAMED: usize = 3;

/// The first few users of the directory by name: `"Ada", "Grace" and "Linus"`.
pub(in crate::rules) fn people(facts: &TenantFacts<'_>, users: &BTreeSet<UserIndex>) -> String {
    let directory = &facts.tenant.directory;
    let name = |index: &UserIndex| {
        let user = directory.user(*index);
        let shown = user.name.as_deref().or(user.sign_in_name.as_deref());
        shown.map_or_else(|| quoted(&user.as_id().to_string()), quoted)
    };
    let named: Vec<String> = users.iter().take(NAMED + 1).map(name).collect();
    let more = users.len().saturating_sub(NAMED);
    if more > 1 { format!("{} and {more} more", named[..NAMED].join(", ")) } else { listed(&named) }
}

/// "a, b and c".
pub(super) fn listed(items: &[String]) -> String {
    joined(items, usize::MAX)
}

/// The same of a list that can be long: the first of them, and how many more there are.
pub(super) fn few(items: &[String]) -> String {
    const SHOWN: usize = 3;
    joined(items, SHOWN)
}

/// The first of some policies by name, and how many more there are.
pub(super) fn policies(facts: &TenantFacts<'_>, policies: &[PolicyIndex]) -> String {
    const SHOWN: usize = 3;
    let mut names: Vec<String> =
        policies.iter().take(SHOWN).map(|index| PolicyRef::to(&facts.tenant[*index]).label()).collect();
    if policies.len() > SHOWN {
        names.push(format!("{} more", policies.len() - SHOWN));
    }
    listed(&names)
}

/// "A covers", "A and B together cover".
pub(super) fn cover(facts: &TenantFacts<'_>, policies: &[PolicyIndex]) -> String {
    let named = self::policies(facts, policies);
    if policies.len() == 1 { format!("{named} covers") } else { format!("{named} together cover") }
}
