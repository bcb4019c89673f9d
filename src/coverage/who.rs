//! Who signs in, where a directory tells: somebody it does not list, or one of those it lists who are alike.

use super::formula::Term;
use super::space::{Space, Trait};
use crate::policy::{Id, UserType};
use crate::tenant::{People, UserIndex};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
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

/// How to take what the files do not say of a user of the directory: groups and roles that they may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubtful {
    /// They may have them.
    Perhaps,
    /// They do not.
    Not,
}

/// Everybody who may sign in.
#[derive(Debug, Default)]
pub(super) struct Everybody {
    /// Somebody whom the directory does not list. Without a directory it is anybody.
    pub(super) unlisted: Rc<Who>,
    /// Those whom it lists, those alike together, in the order of the first of each.
    pub(super) kinds: Vec<Kind>,
    /// What is true of a user without any mark, by terms.
    unmarked: Vec<(Term, Truth)>,
}

/// Users of the directory who are the same in everything that has a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kind {
    /// Terms that are not as in a user without any mark, in their order.
    pub(super) marks: Box<[Mark]>,
    /// Who they are.
    pub(super) users: BTreeSet<UserIndex>,
}

/// A term that sets a user apart, with its truth.
pub(super) type Mark = (Term, Truth);

impl Kind {
    /// The marks that are true of them.
    pub(super) fn has(&self) -> impl Iterator<Item = Term> {
        self.marks.iter().filter(|(_, truth)| *truth == Truth::Known(true)).map(|(term, _)| *term)
    }
}

impl Everybody {
    /// Everybody who may sign in. Every term of the space must be there.
    pub(super) fn of(space: &Space<'_>) -> Self {
        let traits: Vec<(Term, Trait<'_>)> =
            space.terms().filter_map(|term| Some((term, space.trait_of(term)?))).collect();
        let people = &space.view.tenant.people;
        let unlisted = traits.iter().map(|(term, of)| (*term, unlisted(space, of)));
        let unlisted = Rc::new(Who::of(unlisted, BTreeSet::new()));
        // What is true of a user without any mark, and which terms the marks are about.
        let unmarked = traits.iter().map(|(term, of)| (*term, unmarked(people, of))).collect();
        let mut terms: HashMap<Uuid, Term> = HashMap::new();
        let mut types: Vec<(UserType, Term)> = Vec::new();
        for (term, of) in &traits {
            match of {
                Trait::User(id) | Trait::Group(id) | Trait::Role(id) => terms.extend(id.guid().map(|id| (id, *term))),
                Trait::Type(kind) => types.push((*kind, *term)),
                Trait::Listed | Trait::ExternalTenant => {}
            }
        }
        let mut kinds: Vec<Kind> = Vec::new();
        let mut places: HashMap<Box<[Mark]>, usize> = HashMap::new();
        for alike in &people.alike {
            let mut known: BTreeMap<Term, Truth> = BTreeMap::new();
            let marked = |id: &Uuid| terms.get(id).copied();
            known.extend(alike.eligible.iter().filter_map(marked).map(|term| (term, Truth::Free)));
            let held = alike.user.iter().chain(&alike.groups).chain(&alike.roles);
            known.extend(held.filter_map(marked).map(|term| (term, Truth::Known(true))));
            // Who may be of several kinds is looked at as each.
            for kind in alike.kinds.types() {
                let of_type =
                    types.iter().find(|(other, _)| *other == kind).map(|(_, term)| (*term, Truth::Known(true)));
                let mut marks: Vec<Mark> = known.iter().map(|(term, truth)| (*term, *truth)).chain(of_type).collect();
                marks.sort_unstable_by_key(|(term, _)| *term);
                let place = *places.entry(marks.into()).or_insert_with_key(|marks| {
                    kinds.push(Kind { marks: marks.clone(), users: BTreeSet::new() });
                    kinds.len() - 1
                });
                kinds[place].users.extend(&alike.users);
            }
        }
        Self { unlisted, kinds, unmarked }
    }

    /// What is true of a user without any mark.
    pub(super) fn unmarked(&self) -> impl Iterator<Item = Mark> {
        self.unmarked.iter().copied()
    }

    /// What is known of a kind.
    pub(super) fn who(&self, kind: &Kind) -> Rc<Who> {
        Rc::new(Who::of(self.truths(kind), kind.users.clone()))
    }

    /// Terms of which the files do not say whether they are true of a kind.
    pub(super) fn unknown(&self, kind: &Kind) -> impl Iterator<Item = Term> {
        self.truths(kind).filter(|(_, truth)| *truth == Truth::Unknown).map(|(term, _)| term)
    }

    /// Terms that are true of a kind, and are no departures of theirs.
    pub(super) fn fixed(&self, kind: &Kind) -> BTreeSet<Term> {
        self.truths(kind).filter(|(_, truth)| *truth == Truth::Known(true)).map(|(term, _)| term).collect()
    }

    fn truths(&self, kind: &Kind) -> impl Iterator<Item = Mark> {
        let mut marks = kind.marks.iter().peekable();
        self.unmarked.iter().map(move |(term, truth)| {
            let mark = marks.next_if(|(marked, _)| marked == term);
            (*term, mark.map_or(*truth, |(_, truth)| *truth))
        })
    }
}

impl Who {
    fn of(truths: impl Iterator<Item = Mark>, users: BTreeSet<UserIndex>) -> Self {
        let mut who = Self { users, ..Self::default() };
        for (term, truth) in truths {
            match truth {
                Truth::Known(truth) => who.known.push((term, truth)),
                Truth::Unknown => _ = who.unknown.insert(term),
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
pub(super) enum Truth {
    /// It is, or is not.
    Known(bool),
    /// It is up to them.
    Free,
    /// The files do not say.
    Unknown,
}

impl Truth {
    /// Whether it is so, unless that is open.
    pub(super) fn taken(self, doubts: Doubtful) -> Option<bool> {
        match self {
            Self::Known(truth) => Some(truth),
            Self::Free => None,
            Self::Unknown => (doubts == Doubtful::Not).then_some(false),
        }
    }

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
        // What another type is marks it.
        Trait::Type(_) => Truth::Known(false),
        Trait::ExternalTenant => Truth::Free,
    }
}

fn is_in(ids: &BTreeSet<Uuid>, id: &Id) -> bool {
    id.guid().is_some_and(|id| ids.contains(&id))
}
