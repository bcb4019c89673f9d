//! Kinds of users whom policies cannot tell apart any further, so that the solver is asked about each class of them once.
//!
//! A policy may reach somebody through one group or another. What counts is what is left of it when all that is known of
//! them is put into its formula. The same formulas leave the same open.

use super::formula::{Formula, Term};
use super::region::Leniency;
use super::regions::Regions;
use super::space::{Space, Trait};
use super::who::{Doubtful, Everybody, Kind, Mark, Truth};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// A formula that is left for some kind, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Rest(usize);

impl Rest {
    /// Nothing that somebody does is covered.
    pub(super) const NEVER: Self = Self(0);
    /// Everything is.
    pub(super) const ALWAYS: Self = Self(1);
}

/// Where a kind of users belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Class {
    /// The requirement is about others.
    NotAsked,
    /// One region covers all that they do.
    Covered,
    /// With others to whom the same is open, if anything is.
    Number(usize),
}

impl Class {
    /// The class, if something may be open to it.
    pub(super) fn number(self) -> Option<usize> {
        match self {
            Self::NotAsked | Self::Covered => None,
            Self::Number(number) => Some(number),
        }
    }
}

/// Kinds of users by class.
#[derive(Debug, Default)]
pub(super) struct Classes {
    /// The class of each kind.
    pub(super) of: Vec<Class>,
    /// The first kind of each class, by number.
    pub(super) first: Vec<usize>,
}

/// What makes a class: nothing else decides what is open to somebody.
#[derive(PartialEq, Eq, Hash)]
struct Traits {
    /// What is left of whom the requirement is about.
    asked: Rest,
    /// What is left of what policies cover. How many of them cover the same, and which, does not matter.
    covered: Vec<Rest>,
    /// The type of user, which decides about home tenants.
    of_type: Option<Term>,
    /// Policies name the user, who is nobody else whom they name.
    is_named: bool,
}

/// What is left of formulas for kinds of users.
pub(super) struct Left {
    /// Whom the requirement is about.
    asked: Formula,
    numbers: HashMap<Formula, Rest>,
    formulas: Vec<Formula>,
    /// What is true of a user without any mark.
    unmarked: HashMap<Term, Truth>,
    types: HashSet<Term>,
    users: HashSet<Term>,
    /// By leniency, or none for nothing but whom the requirement is about; and by doubts.
    tables: [[Option<Table>; 2]; 5],
    classes: [[Option<Rc<Classes>>; 2]; 5],
}

/// What is left of the formulas of one reading, the last of which says whom the requirement is about.
struct Table {
    formulas: Vec<Formula>,
    /// The formulas that name a term.
    naming: HashMap<Term, Vec<usize>>,
    /// What is left for a user without any mark.
    unmarked: Vec<Rest>,
    /// What is left of each formula for those with some of the marks that it names.
    marked: Vec<HashMap<Box<[Mark]>, Rest>>,
}

impl Left {
    pub(super) fn of(space: &Space<'_>, everybody: &Everybody, asked: Formula) -> Self {
        let (mut types, mut users) = (HashSet::new(), HashSet::new());
        for (term, _) in everybody.unmarked() {
            match space.trait_of(term) {
                Some(Trait::Type(_)) => _ = types.insert(term),
                Some(Trait::User(_)) => _ = users.insert(term),
                Some(Trait::Listed | Trait::Group(_) | Trait::Role(_) | Trait::ExternalTenant) | None => {}
            }
        }
        Self {
            asked,
            numbers: HashMap::from([(Formula::Never, Rest::NEVER), (Formula::Always, Rest::ALWAYS)]),
            formulas: vec![Formula::Never, Formula::Always],
            unmarked: everybody.unmarked().collect(),
            types,
            users,
            tables: Default::default(),
            classes: Default::default(),
        }
    }

    /// A formula that is left.
    pub(super) fn formula(&self, rest: Rest) -> &Formula {
        &self.formulas[rest.0]
    }

    /// What is left of each region for a kind, in the order of the regions.
    pub(super) fn regions(
        &mut self,
        regions: &Regions,
        (leniency, doubts): (Leniency, Doubtful),
        kind: &Kind,
    ) -> Vec<Rest> {
        let mut rests = Vec::new();
        self.put_in(regions, (Some(leniency), doubts), kind, &mut rests);
        rests.pop();
        rests
    }

    /// The classes of everybody whom the directory lists, by what is open at a leniency; or only by whether the requirement
    /// is about them.
    pub(super) fn classes(
        &mut self,
        regions: &Regions,
        everybody: &Everybody,
        (leniency, doubts): (Option<Leniency>, Doubtful),
    ) -> Rc<Classes> {
        let place = (leniency.map_or(4, Leniency::index), usize::from(doubts == Doubtful::Not));
        if let Some(known) = &self.classes[place.0][place.1] {
            return Rc::clone(known);
        }
        let mut classes = Classes::default();
        let mut numbers: HashMap<Traits, usize> = HashMap::new();
        let mut rests = Vec::new();
        for (index, kind) in everybody.kinds.iter().enumerate() {
            self.put_in(regions, (leniency, doubts), kind, &mut rests);
            let (asked, covered) =
                rests.split_last().map_or((Rest::NEVER, &[][..]), |(asked, covered)| (*asked, covered));
            let class = if asked == Rest::NEVER {
                Class::NotAsked
            } else if covered.contains(&Rest::ALWAYS) {
                Class::Covered
            } else {
                Class::Number(*numbers.entry(self.traits(kind, asked, covered)).or_insert_with(|| {
                    classes.first.push(index);
                    classes.first.len() - 1
                }))
            };
            classes.of.push(class);
        }
        let classes = Rc::new(classes);
        self.classes[place.0][place.1] = Some(Rc::clone(&classes));
        classes
    }

    fn traits(&self, kind: &Kind, asked: Rest, covered: &[Rest]) -> Traits {
        let mut covered: Vec<Rest> = covered.iter().copied().filter(|rest| *rest != Rest::NEVER).collect();
        covered.sort_unstable();
        covered.dedup();
        Traits {
            asked,
            covered,
            of_type: kind.has().find(|term| self.types.contains(term)),
            is_named: kind.has().any(|term| self.users.contains(&term)),
        }
    }

    /// What is left of each formula of a reading.
    fn put_in(
        &mut self,
        regions: &Regions,
        (leniency, doubts): (Option<Leniency>, Doubtful),
        kind: &Kind,
        rests: &mut Vec<Rest>,
    ) {
        let Self { asked, numbers, formulas, unmarked, tables, .. } = self;
        let mut number = |formula: Formula| {
            *numbers.entry(formula.simplified()).or_insert_with_key(|formula| {
                formulas.push(formula.clone());
                Rest(formulas.len() - 1)
            })
        };
        let taken = |term: Term, marks: &[Mark]| {
            let mark = marks.iter().find(|(marked, _)| *marked == term).map(|(_, truth)| truth);
            mark.or_else(|| unmarked.get(&term))?.taken(doubts)
        };
        let place = (leniency.map_or(4, Leniency::index), usize::from(doubts == Doubtful::Not));
        let table = tables[place.0][place.1].get_or_insert_with(|| {
            let of_policies = leniency.and_then(|leniency| regions.by_leniency[leniency.index()].as_ref());
            let of_policies = of_policies.into_iter().flatten().map(|(_, region)| Formula::clone(region));
            let formulas: Vec<Formula> = of_policies.chain([asked.clone()]).collect();
            let mut naming: HashMap<Term, Vec<usize>> = HashMap::new();
            for (index, formula) in formulas.iter().enumerate() {
                formula.for_each_term(&mut |term| {
                    let naming = naming.entry(term).or_default();
                    if naming.last() != Some(&index) {
                        naming.push(index);
                    }
                });
            }
            let unmarked = formulas.iter().map(|formula| number(formula.put_in(&|term| taken(term, &[])))).collect();
            let marked = formulas.iter().map(|_| HashMap::new()).collect();
            Table { formulas, naming, unmarked, marked }
        });
        rests.clone_from(&table.unmarked);
        let mut named: Vec<(usize, Mark)> = Vec::new();
        for mark in &kind.marks {
            named.extend(table.naming.get(&mark.0).into_iter().flatten().map(|index| (*index, *mark)));
        }
        named.sort_by_key(|(index, _)| *index);
        for of_one in named.chunk_by(|(one, _), (other, _)| one == other) {
            let index = of_one[0].0;
            let marks: Box<[Mark]> = of_one.iter().map(|(_, mark)| *mark).collect();
            rests[index] = match table.marked[index].entry(marks) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(new) => {
                    let left = table.formulas[index].put_in(&|term| taken(term, new.key()));
                    *new.insert(number(left))
                }
            };
        }
    }
}
