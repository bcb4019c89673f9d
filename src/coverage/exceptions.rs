//! Who gets through only because of being excluded one by one.

use super::classes::{Classes, Rest};
use super::formula::Term;
use super::hole::{Way, departures, principal};
use super::listed::{Listed, excluding};
use super::region::Leniency;
use super::search::{Asked, LISTING_EFFORT, Search};
use super::solver::TooIntricate;
use super::space::Space;
use super::verdict::{Exception, Hole, PrincipalKind};
use super::who::{Doubtful, Kind};
use super::work::Share;
use crate::policy::Id;
use crate::signin::SignIn;
use crate::tenant::{PolicyIndex, UserIndex};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

/// Exceptions that are listed at most: each wants an owner, so there is no use in leaving some out.
const MOST_EXCEPTIONS: usize = 1_000;

/// Sign-ins that are looked at for each class of users of the directory, before more is asked about those groups of theirs
/// of which none of these tells.
const EXAMPLES: usize = 8;

/// The principals through whom somebody gets out.
#[derive(Default)]
struct Found {
    by_principal: BTreeMap<(PrincipalKind, Id), OfPrincipal>,
}

/// What is known of the exception of one principal.
#[derive(Default)]
struct OfPrincipal {
    /// The departures of the easiest way.
    fewest: Option<usize>,
    holes: Vec<Hole>,
    people: BTreeSet<UserIndex>,
}

impl Found {
    /// Adds a way of a principal.
    fn add_way(&mut self, space: &Space<'_>, term: Term, way: &Way, sign_in: SignIn) {
        let Some(principal) = space.principal_of(term) else { return };
        let of = self.by_principal.entry(principal).or_default();
        let mut terms = way.terms.clone();
        terms.insert(term);
        of.fewest = Some(of.fewest.map_or(terms.len(), |fewest| fewest.min(terms.len())));
        let hole = departures(space, &terms, sign_in);
        // Of users who get through alike, one is enough.
        if !of.holes.iter().any(|known| known.is_like(&hole)) {
            of.holes.push(hole);
        }
    }

    /// Adds those whom a principal lets through.
    fn add_people(&mut self, space: &Space<'_>, term: Term, people: &BTreeSet<UserIndex>) {
        let of = space.principal_of(term).and_then(|principal| self.by_principal.get_mut(&principal));
        if let Some(of) = of {
            of.people.extend(people);
        }
    }

    fn exceptions(self, space: &Space<'_>, listed: &Listed<'_>) -> Vec<Exception> {
        let mut exceptions: Vec<(bool, Exception)> = Vec::new();
        for ((kind, id), OfPrincipal { fewest, holes, people }) in self.by_principal {
            let more_holes = fewest.is_some_and(|fewest| fewest > 1);
            let sign_ins: Vec<SignIn> = holes.iter().map(|hole| hole.sign_in.clone()).collect();
            let policies = excluding(&space.view, listed, (kind, &id), &sign_ins);
            exceptions.push((more_holes, Exception { kind, id, holes, more_holes, people, policies }));
        }
        // Those who are always outside before those who are so only together with something else.
        exceptions.sort_by_key(|(more_holes, _)| *more_holes);
        exceptions.into_iter().map(|(_, exception)| exception).collect()
    }
}

/// The principals who get through only because they are excluded one by one, each with all of its holes.
pub(super) fn exceptions(space: &Space<'_>, ways: &[Way]) -> Vec<Exception> {
    let mut found = Found::default();
    for way in ways {
        if let Some(term) = principal(space, &way.terms) {
            found.add_way(space, term, way, way.sign_in.clone());
        }
    }
    found.exceptions(space, space.listed())
}

/// The same for everybody who may sign in; and whether there are more.
pub(super) fn of_everybody(search: &mut Search<'_, '_>) -> (Vec<Exception>, bool) {
    search.solver.allow(LISTING_EFFORT);
    search.space.work.allow(Share::Lists);
    let listed = search.space.listed();
    let mut found = Found::default();
    let is_cut = list(search, listed, &mut found).unwrap_or(true);
    (found.exceptions(search.space, listed), is_cut)
}

fn list(search: &mut Search<'_, '_>, listed: &Listed<'_>, found: &mut Found) -> Result<bool, TooIntricate> {
    let space = search.space;
    let everybody = Rc::clone(&search.everybody);
    // What users of the directory are known to be comes first, so that their exceptions are told of them.
    if !everybody.kinds.is_empty() {
        let mut known = ByClass::new(search, listed, Doubtful::Not);
        for (index, kind) in everybody.kinds.iter().enumerate() {
            if let Some(class) = known.classes.of[index].number() {
                known.add(search, kind, class, found)?;
            }
        }
    }
    let mut ways = Vec::new();
    search.ask_about(&everybody.unlisted, Doubtful::Perhaps);
    let outcome = search.examples(MOST_EXCEPTIONS, &mut ways);
    for way in &ways {
        if let Some(term) = principal(space, &way.terms) {
            found.add_way(space, term, way, way.sign_in.clone());
        }
    }
    outcome?;
    if !everybody.kinds.is_empty() {
        let mut perhaps = ByClass::new(search, listed, Doubtful::Perhaps);
        for (index, kind) in everybody.kinds.iter().enumerate() {
            if let Some(class) = perhaps.classes.of[index].number()
                && everybody.unknown(kind).next().is_some()
            {
                perhaps.add(search, kind, class, found)?;
            }
        }
    }
    Ok(ways.len() >= MOST_EXCEPTIONS)
}

/// Ways of each class of users of the directory, and through whom of theirs they lead.
struct ByClass {
    doubts: Doubtful,
    classes: Rc<Classes>,
    ways: HashMap<usize, Ways>,
    /// For each user, group and role that somebody may be, the regions of policies that exclude it.
    excluding: HashMap<Term, Vec<usize>>,
}

/// The ways of a class.
#[derive(Default)]
struct Ways {
    all: Vec<Way>,
    /// There may be more.
    is_cut: bool,
    asked: Asked,
    /// Whether a policy of which this is left would stop a way, but for its exclusions.
    stops: HashMap<(usize, Rest), bool>,
    /// The policies that more ways were looked for with, by what is left of them.
    tried: HashSet<Rest>,
    /// Ways of which is told that they lead through a principal.
    told: HashSet<(usize, Term)>,
}

impl ByClass {
    fn new(search: &mut Search<'_, '_>, listed: &Listed<'_>, doubts: Doubtful) -> Self {
        let regions = search.regions(Leniency::WithoutExceptions).iter().enumerate();
        let places: HashMap<PolicyIndex, usize> =
            regions.filter_map(|(at, (carrier, _))| Some((carrier.policy()?, at))).collect();
        let excluding = |term: Term| {
            let (kind, id) = search.space.principal_of(term)?;
            let policies = listed.excluding(kind, &id).iter();
            let places: Vec<usize> = policies.filter_map(|(policy, _)| places.get(policy).copied()).collect();
            (!places.is_empty()).then_some((term, places))
        };
        let excluding = search.space.terms().filter_map(excluding).collect();
        let classes = search.classes(Some(Leniency::AsWritten), doubts);
        Self { doubts, classes, ways: HashMap::new(), excluding }
    }

    /// Adds what is open to a kind of users.
    fn add(
        &mut self,
        search: &mut Search<'_, '_>,
        kind: &Kind,
        class: usize,
        found: &mut Found,
    ) -> Result<(), TooIntricate> {
        let Self { doubts, ways, excluding, .. } = self;
        let mut outcome = Ok(());
        let ways = ways.entry(class).or_insert_with(|| {
            let mut all = Vec::new();
            let everybody = Rc::clone(&search.everybody);
            search.ask_about(&everybody.who(kind), *doubts);
            outcome = search.examples(EXAMPLES, &mut all);
            let is_cut = all.len() == EXAMPLES;
            Ways { all, is_cut, asked: search.asked().clone(), ..Ways::default() }
        });
        if ways.all.is_empty() {
            return outcome;
        }
        let unknown: BTreeSet<Term> = match doubts {
            Doubtful::Perhaps => search.everybody.unknown(kind).collect(),
            Doubtful::Not => BTreeSet::new(),
        };
        let left = search.left(Leniency::WithoutExceptions, *doubts, kind);
        let person = Person { kind, unknown, left, excluding };
        let mut through: BTreeSet<Term> = BTreeSet::new();
        for index in 0..ways.all.len() {
            through.extend(ways.tell(search, index, &person, found));
        }
        outcome?;
        if !ways.is_cut {
            return Ok(());
        }
        // One of these is excluded by a policy that stops none of the ways. Another way may lead there.
        for (term, places) in kind.has().filter_map(|term| Some((term, excluding.get(&term)?))) {
            for rest in places.iter().map(|place| person.left[*place]) {
                if through.contains(&term) || rest == Rest::NEVER || !ways.tried.insert(rest) {
                    continue;
                }
                search.ask_again(ways.asked.clone());
                let holds = search.formula(rest).clone();
                if let Some(way) = search.example_of(Leniency::AsWritten, &holds)? {
                    ways.all.push(way);
                    through.extend(ways.tell(search, ways.all.len() - 1, &person, found));
                }
            }
        }
        Ok(())
    }
}

/// Users of a kind, as their exceptions are told of.
struct Person<'k> {
    kind: &'k Kind,
    /// What may be true of them.
    unknown: BTreeSet<Term>,
    /// What is left for them of each region, but for exclusions.
    left: Vec<Rest>,
    excluding: &'k HashMap<Term, Vec<usize>>,
}

impl Ways {
    /// Tells that a way is open to a kind of users, and through which principals, which it returns.
    fn tell(&mut self, search: &Search<'_, '_>, index: usize, person: &Person<'_>, found: &mut Found) -> Vec<Term> {
        let through = self.through(search, index, person);
        let way = &self.all[index];
        for term in &through {
            if self.told.insert((index, *term)) {
                found.add_way(search.space, *term, way, search.made_by(way, person.kind));
            }
            if way.terms.is_disjoint(&person.unknown) {
                found.add_people(search.space, *term, &person.kind.users);
            }
        }
        through
    }

    /// The principals whose exclusion lets a kind of users through: all that are excluded where they would be stopped.
    fn through(&mut self, search: &Search<'_, '_>, index: usize, person: &Person<'_>) -> Vec<Term> {
        let Self { all, stops, .. } = self;
        let Person { kind, left, excluding, .. } = person;
        let way = &all[index];
        if let Some(departure) = principal(search.space, &way.terms) {
            return vec![departure];
        }
        let mut stops = |rest: Rest| {
            let is_true = |term: Term| way.others.contains(&term);
            *stops.entry((index, rest)).or_insert_with(|| search.formula(rest).holds(&is_true))
        };
        let excluded = kind.has().filter_map(|term| Some((term, excluding.get(&term)?)));
        excluded.filter(|(_, places)| places.iter().any(|place| stops(left[*place]))).map(|(term, _)| term).collect()
    }
}
