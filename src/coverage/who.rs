//! Who signs in, where a directory tells: somebody it does not list, or one of those it lists who are alike.

use super::formula::Term;
use super::space::{Space, Trait};
use crate::policy::{Id, UserType};
use crate::tenant::{Alike, People, UserIndex};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What is known of who signs in: which terms are true or false. Others may be either.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Who {
    /// Terms with their truths.
    pub(super) known: BTreeMap<Term, bool>,
    /// Terms of which the files do not say whether they are true. What is in neither is up to who signs in: a role that can
    /// be activated.
    pub(super) unknown: BTreeSet<Term>,
    /// Those of the directory of whom this is true; nobody for somebody it does not list.
    pub(super) users: BTreeSet<UserIndex>,
}

impl Who {
    /// Everybody who may sign in, those alike together, somebody whom the directory does not list first. Every term of the
    /// space must be there.
    pub(super) fn all(space: &Space<'_>) -> Vec<Self> {
        let traits: Vec<(Term, Trait<'_>)> =
            space.terms().filter_map(|term| Some((term, space.trait_of(term)?))).collect();
        let who = |truth: &dyn Fn(&Trait<'_>) -> Truth| -> Self {
            let mut who = Self::default();
            for (term, of) in &traits {
                match truth(of) {
                    Truth::Known(truth) => _ = who.known.insert(*term, truth),
                    Truth::Unknown => _ = who.unknown.insert(*term),
                    Truth::Free => {}
                }
            }
            who
        };
        let mut all = vec![who(&|of| unlisted(space, of))];
        let mut places: BTreeMap<(BTreeMap<Term, bool>, BTreeSet<Term>), usize> = BTreeMap::new();
        let people = &space.view.tenant.people;
        for alike in &people.alike {
            // Who may be of several kinds is looked at as each.
            for kind in alike.kinds.types() {
                let one = who(&|of| listed(people, alike, kind, of));
                let place = *places.entry((one.known.clone(), one.unknown.clone())).or_insert(all.len());
                if place == all.len() {
                    all.push(one);
                }
                all[place].users.extend(&alike.users);
            }
        }
        all
    }

    /// Terms that are true of them, and are no departures of theirs.
    pub(super) fn fixed(&self) -> BTreeSet<Term> {
        self.known.iter().filter(|(_, truth)| **truth).map(|(term, _)| *term).collect()
    }
}

/// Whether something is true of who signs in.
enum Truth {
    Known(bool),
    /// It is up to them.
    Free,
    /// The files do not say.
    Unknown,
}

impl Truth {
    fn false_if(known: bool) -> Self {
        if known { Self::Known(false) } else { Self::Unknown }
    }
}

/// Whether something is true of somebody whom the directory does not list: a user to come, or one whom a list leaves out.
fn unlisted(space: &Space<'_>, of: &Trait<'_>) -> Truth {
    let tenant = space.view.tenant;
    match of {
        Trait::Listed => Truth::Known(false),
        Trait::User(id) if id.guid().is_some_and(|id| tenant.directory.find(id).is_some()) => Truth::Known(false),
        // Whoever is in a group that is known is listed.
        Trait::Group(id) if is_in(&tenant.people.whole.groups, id) => Truth::Known(false),
        // They can be anybody else, and roles change hands.
        Trait::User(_) | Trait::Group(_) | Trait::Role(_) | Trait::Type(_) | Trait::ExternalTenant => Truth::Free,
    }
}

/// The same of these users of the directory, taken for this kind.
fn listed(people: &People, alike: &Alike, kind: UserType, of: &Trait<'_>) -> Truth {
    match of {
        Trait::Listed => Truth::Known(true),
        Trait::User(id) if is_in(&people.by.users, id) => Truth::Known(id.guid() == alike.user),
        // Whom a name stands for is not known.
        Trait::User(_) => Truth::Unknown,
        Trait::Group(id) if is_in(&alike.groups, id) => Truth::Known(true),
        Trait::Group(id) => Truth::false_if(is_in(&people.whole.groups, id)),
        Trait::Role(id) if is_in(&alike.roles, id) => Truth::Known(true),
        Trait::Role(id) if is_in(&alike.eligible, id) => Truth::Free,
        Trait::Role(id) => Truth::false_if(is_in(&people.whole.roles, id)),
        Trait::Type(other) => Truth::Known(*other == kind),
        Trait::ExternalTenant => Truth::Free,
    }
}

fn is_in(ids: &BTreeSet<Uuid>, id: &Id) -> bool {
    id.guid().is_some_and(|id| ids.contains(&id))
}
