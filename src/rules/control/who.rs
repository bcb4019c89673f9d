//! Who gets through, as a noun phrase, and in which cases an exception does.

use super::how::{Subject, how};
use super::names::{few, listed, named};
use crate::coverage::{Exception, Hole, PrincipalKind};
use crate::finding::joined_first;
use crate::policy::{Id, UserType};
use crate::requirement::{Identities, Principal, Requirement};
use crate::rules::{Judgement, TenantFacts};
use crate::signin::SignIn;
use crate::tenant::PolicyIndex;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Who gets through, and how, as far as it matters: "any member of "Sales" in a browser".
pub(super) fn who(facts: &TenantFacts<'_>, judgement: &Judgement, hole: &Hole) -> String {
    of(facts, &judgement.requirement, hole)
}

/// The same of any requirement.
pub(super) fn of(facts: &TenantFacts<'_>, requirement: &Requirement, hole: &Hole) -> String {
    let user = user(facts, &hole.sign_in, Determiner::Any);
    let how = how(facts, requirement, hole, Subject::User);
    match how.as_slice() {
        [] => user,
        [one] => format!("{user} {one}"),
        [one, other] => format!("{user} {one} {other}"),
        several => format!("{user} {}", listed(several)),
    }
}

/// Whether one of several users is meant, or each of them.
#[derive(Debug, Clone, Copy)]
pub(in crate::rules) enum Determiner {
    Any,
    Every,
}

impl Determiner {
    fn word(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Every => "every",
        }
    }
}

/// The user of a sign-in: `any member of "Sales"`.
pub(in crate::rules) fn user(facts: &TenantFacts<'_>, sign_in: &SignIn, determiner: Determiner) -> String {
    let determiner = determiner.word();
    let kind = match sign_in.identities {
        Identities::Users => kind_of_user(sign_in.user_type),
        class @ (Identities::AgentUsers | Identities::ServicePrincipals | Identities::AgentIdentities) => class.one(),
    };
    let mut traits: Vec<String> = Vec::new();
    traits.extend(sign_in.also.iter().map(|other| format!("is {} too", named(facts, other))));
    let is_agent = sign_in.identities == Identities::AgentIdentities;
    let belongs = if is_agent { "is, or is of the blueprint," } else { "is in" };
    traits.extend(sign_in.groups.iter().map(|group| format!("{belongs} {}", named(facts, group))));
    traits.extend(sign_in.roles.iter().map(|role| format!("holds the role {}", named(facts, role))));
    if let Some(user) = &sign_in.user {
        let user = named(facts, user);
        let noun = sign_in.identities.one();
        return if traits.is_empty() {
            format!("the {noun} {user}")
        } else {
            format!("the {noun} {user} who {}", few(&traits))
        };
    }
    if is_agent && !traits.is_empty() {
        return format!("{determiner} {kind} that {}", listed(&traits));
    }
    if sign_in.user_type == UserType::Member && traits.len() == 1 {
        if let Some(group) = sign_in.groups.first() {
            return format!("{determiner} member of {}", named(facts, group));
        }
        if let Some(role) = sign_in.roles.first() {
            return format!("{determiner} holder of the role {}", named(facts, role));
        }
    }
    if traits.is_empty() { format!("{determiner} {kind}") } else { format!("{determiner} {kind} who {}", few(&traits)) }
}

fn kind_of_user(kind: UserType) -> &'static str {
    match kind {
        UserType::Member => "ordinary user",
        UserType::InternalGuest => "internal guest",
        UserType::B2bCollaborationGuest => "B2B collaboration guest",
        UserType::B2bCollaborationMember => "B2B collaboration member",
        UserType::B2bDirectConnectUser => "B2B direct connect user",
        UserType::OtherExternalUser => "other external user",
        UserType::ServiceProvider => "service provider's technician",
    }
}

/// The same as "as …", with its article.
fn as_kind_of_user(kind: UserType) -> Option<&'static str> {
    match kind {
        UserType::Member => None,
        UserType::InternalGuest => Some("as an internal guest"),
        UserType::B2bCollaborationGuest => Some("as a B2B collaboration guest"),
        UserType::B2bCollaborationMember => Some("as a B2B collaboration member"),
        UserType::B2bDirectConnectUser => Some("as a B2B direct connect user"),
        UserType::OtherExternalUser => Some("as another external user"),
        UserType::ServiceProvider => Some("as a service provider's technician"),
    }
}

/// In which case an excepted principal gets through, apart from being that principal. Empty if always.
pub(super) fn case(facts: &TenantFacts<'_>, judgement: &Judgement, hole: &Hole, exception: &Exception) -> String {
    let mut rest = hole.clone();
    let sign_in = &mut rest.sign_in;
    match exception.kind {
        PrincipalKind::User | PrincipalKind::ServicePrincipal if sign_in.user.as_ref() == Some(&exception.id) => {
            sign_in.user = None;
        }
        PrincipalKind::User | PrincipalKind::ServicePrincipal => {
            _ = sign_in.also.remove(&exception.id);
        }
        PrincipalKind::Group | PrincipalKind::AgentIdentity => _ = sign_in.groups.remove(&exception.id),
        PrincipalKind::Role => _ = sign_in.roles.remove(&exception.id),
    }
    if exception.kind != PrincipalKind::User {
        forget_the_person(facts, sign_in);
    }
    // The control's title says whose sign-ins the requirement is about.
    for principal in &judgement.requirement.users {
        match principal {
            Principal::Group(id) => _ = sign_in.groups.remove(id),
            Principal::Role(id) => _ = sign_in.roles.remove(id),
            Principal::User(_) | Principal::Guests(_) | Principal::Members => {}
        }
    }
    rest.relevant.clone_from(&rest.departs);
    let sign_in = &rest.sign_in;
    let names = |ids: &mut dyn Iterator<Item = &Id>| listed(&ids.map(|id| named(facts, id)).collect::<Vec<_>>());
    let mut clauses: Vec<String> = Vec::new();
    clauses.extend(
        sign_in.user.as_ref().map(|user| format!("as the {} {}", sign_in.identities.one(), named(facts, user))),
    );
    if !sign_in.also.is_empty() {
        clauses.push(format!("if {} stands for the same account", names(&mut sign_in.also.iter())));
    }
    clauses.extend(as_kind_of_user(sign_in.user_type).map(str::to_owned));
    if !sign_in.groups.is_empty() {
        let also = match sign_in.identities {
            Identities::AgentIdentities => "if it is also",
            Identities::Users | Identities::AgentUsers | Identities::ServicePrincipals => "if also in",
        };
        clauses.push(format!("{also} {}", names(&mut sign_in.groups.iter())));
    }
    if !sign_in.roles.is_empty() {
        clauses.push(format!("holding the role {}", names(&mut sign_in.roles.iter())));
    }
    let how = how(facts, &judgement.requirement, &rest, Subject::Exception);
    if !how.is_empty() {
        clauses.push(how.join(" "));
    }
    clauses.join(", ")
}

/// Leaves out what a user of the directory is anyway: the exception says who is meant.
fn forget_the_person(facts: &TenantFacts<'_>, sign_in: &mut SignIn) {
    let directory = &facts.tenant.directory;
    let Some(person) = sign_in.user.as_ref().and_then(Id::guid).and_then(|id| directory.find(id)) else { return };
    let whole = &facts.tenant.people.whole;
    let is_known = |id: &Id, known: &BTreeSet<Uuid>| id.guid().is_some_and(|id| known.contains(&id));
    sign_in.groups.retain(|id| !is_known(id, &whole.groups));
    sign_in.roles.retain(|id| !is_known(id, &whole.roles));
    sign_in.user = None;
    if directory.user(person).kinds.types().eq([sign_in.user_type]) {
        sign_in.user_type = UserType::Member;
    }
}

/// The groups that coverage depends on, as the subject of "… contains every user".
pub(super) fn groups(facts: &TenantFacts<'_>, policies: &[PolicyIndex]) -> String {
    const SHOWN: usize = 2;
    let mut ids: Vec<&Id> = policies
        .iter()
        .flat_map(|index| facts.tenant[*index].conditions.users.include_groups.known().map(|(_, id)| id))
        .collect();
    ids.sort();
    ids.dedup();
    let names: Vec<String> = ids.iter().take(SHOWN).map(|id| named(facts, id)).collect();
    match names.as_slice() {
        [one] if ids.len() == 1 => format!("the group {one} contains"),
        _ => format!("the groups {} together contain", joined_first(&names, ids.len())),
    }
}
