//! Who signs in, where a directory tells: somebody it does not list, or one of those it lists who are alike.

use super::formula::Term;
use super::space::{Space, Trait};
use crate::policy::{Id, UserType};
use crate::tenant::{People, UserIndex};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// What is known of who signs in: which terms are true or false. Others may be either.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Who {
    /// Terms with their truths.
    pub(super) known: Vec<(Term, bool)>,
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
        let terms: Vec<Term> = traits.iter().map(|(term, _)| *term).collect();
        let first: Vec<Truth> = traits.iter().map(|(_, of)| unlisted(space, of)).collect();
        let mut all = vec![Self::of(&terms, &first, BTreeSet::new())];
        let people = &space.view.tenant.people;
        // What is true of a user without any mark, and which traits the marks are about.
        let nobody: Vec<Truth> = traits.iter().map(|(_, of)| unmarked(people, of)).collect();
        let mut marks: HashMap<Uuid, usize> = HashMap::new();
        for (place, (_, of)) in traits.iter().enumerate() {
            match of {
                Trait::User(id) | Trait::Group(id) | Trait::Role(id) => marks.extend(id.guid().map(|id| (id, place))),
                Trait::Listed | Trait::Type(_) | Trait::ExternalTenant => {}
            }
        }
        let types: Vec<(usize, UserType)> = traits
            .iter()
            .enumerate()
            .filter_map(|(place, (_, of))| match of {
                Trait::Type(kind) => Some((place, *kind)),
                Trait::Listed | Trait::User(_) | Trait::Group(_) | Trait::Role(_) | Trait::ExternalTenant => None,
            })
            .collect();
        let mut users: HashMap<Vec<Truth>, BTreeSet<UserIndex>> = HashMap::new();
        let mut order: Vec<Vec<Truth>> = Vec::new();
        for alike in &people.alike {
            // Who may be of several kinds is looked at as each.
            for kind in alike.kinds.types() {
                let mut truths = nobody.clone();
                let mut mark = |id: &Uuid, truth| {
                    if let Some(place) = marks.get(id) {
                        truths[*place] = truth;
                    }
                };
                alike.eligible.iter().for_each(|id| mark(id, Truth::Free));
                let held = alike.user.iter().chain(&alike.groups).chain(&alike.roles);
                held.for_each(|id| mark(id, Truth::Known(true)));
                for (place, other) in &types {
                    truths[*place] = Truth::Known(*other == kind);
                }
                let known = users.entry(truths).or_insert_with_key(|truths| {
                    order.push(truths.clone());
                    BTreeSet::new()
                });
                known.extend(&alike.users);
            }
        }
        all.extend(order.iter().map(|truths| Self::of(&terms, truths, users.remove(truths).unwrap_or_default())));
        all
    }

    fn of(terms: &[Term], truths: &[Truth], users: BTreeSet<UserIndex>) -> Self {
        let mut who = Self { users, ..Self::default() };
        for (term, truth) in terms.iter().zip(truths) {
            match truth {
                Truth::Known(truth) => who.known.push((*term, *truth)),
                Truth::Unknown => _ = who.unknown.insert(*term),
                Truth::Free => {}
            }
        }
        who
    }

    /// Terms that are true of them, and are no departures of theirs.
    pub(super) fn fixed(&self) -> BTreeSet<Term> {
        self.known.iter().filter(|(_, truth)| *truth).map(|(term, _)| *term).collect()
    }
}

/// Whether something is true of who signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// The same of a user of the directory whom nothing sets apart.
fn unmarked(people: &People, of: &Trait<'_>) -> Truth {
    match of {
        Trait::Listed => Truth::Known(true),
        // Whom a name stands for is not known.
        Trait::User(id) => Truth::false_if(is_in(&people.by.users, id)),
        Trait::Group(id) => Truth::false_if(is_in(&people.whole.groups, id)),
        Trait::Role(id) => Truth::false_if(is_in(&people.whole.roles, id)),
        // The kind is set later.
        Trait::Type(_) | Trait::ExternalTenant => Truth::Free,
    }
}

fn is_in(ids: &BTreeSet<Uuid>, id: &Id) -> bool {
    id.guid().is_some_and(|id| ids.contains(&id))
}
