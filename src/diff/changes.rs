//! Looks for changes: for each policy that was edited, what it refused and its successor lets go, unless others ask for it.

mod account;
mod order;
mod session;

use super::atom::AtomSet;
use super::demand::{Demand, Mode, Wish};
use super::difference::{
    Certainty, Change, Class, Classes, DeviceFact, Difference, Except, Kind, Options, Property, Verdict, Which,
};
use super::expected::{Aim, Beyond};
use super::grant::DeviceState;
use super::intent::Intent;
use super::pairs::Pairs;
use super::prover::{Model, Prover, requirement};
use super::rank::Loss;
use super::witness::parties;
use super::{edits, region};
use crate::catalog;
use crate::coverage::Side;
use crate::coverage::prover::{Formula, TooIntricate};
use crate::policy::{ClientAppType, Fact, GrantControl, Id, Policy};
use crate::requirement::{Requirement, Resource};
use crate::tenant::Tenant;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// Policies that are asked about whether they still ask in a part of a region. Beyond that, and for changes that a report does
/// not show first, every policy is named that is not plainly about other sign-ins.
const MOST_MASKS: usize = 2_000;

/// Changes that one run lists at most. What is not listed is still told by the classes.
const MOST_CHANGES: usize = 2_000;

/// Compares two tenants.
#[must_use]
pub fn compare(before: &Tenant, after: &Tenant, options: Options) -> Difference {
    compare_beyond(before, after, options, &Intent::default())
}

/// Compares two tenants. Only sign-ins that change otherwise than is expected are changes, and what does not happen of that
/// which is expected is told.
#[must_use]
pub fn compare_beyond(before: &Tenant, after: &Tenant, options: Options, intent: &Intent) -> Difference {
    compare_paired(&Pairs::of(before, after), before, after, options, intent)
}

/// Compares a tenant with a copy of it that has further policies behind its own. What is not known of a policy is the same in the
/// copy, where two files could differ in it.
#[must_use]
pub fn compare_with_more(before: &Tenant, after: &Tenant, options: Options) -> Difference {
    compare_paired(&Pairs::of_more(before, after), before, after, options, &Intent::default())
}

/// Compares a tenant with a copy of it whose files were edited, and whose policies are in the same order. Where `untouched` says that the
/// edits left a policy alone, what is not known of it is the same in the copy. None if one has more policies than the other.
#[must_use]
pub fn compare_in_order(
    before: &Tenant,
    after: &Tenant,
    untouched: impl Fn(&Policy, &Policy) -> bool,
    options: Options,
) -> Option<Difference> {
    let pairs = Pairs::in_order(before, after, untouched)?;
    Some(compare_paired(&pairs, before, after, options, &Intent::default()))
}

fn compare_paired(pairs: &Pairs, before: &Tenant, after: &Tenant, options: Options, intent: &Intent) -> Difference {
    let tenants = [before, after];
    let requirement = requirement(tenants, intent);
    let mut difference = Difference {
        edits: edits::listed(tenants, pairs),
        assumptions: assumptions(tenants),
        expected: vec![Class::No; intent.expected.len()],
        ..Difference::default()
    };
    let locations = redefined(before, after);
    let defaults_differ = before.security_defaults() != after.security_defaults();
    if !difference.edits.is_empty() || locations || defaults_differ {
        let prover = Prover::new(tenants, &requirement, intent, options);
        let mut search = prover.map(|prover| Search::new(tenants, pairs, &requirement, options, locations, prover));
        let outcome = match &mut search {
            Ok(search) => search.run(&mut difference),
            Err(TooIntricate) => Err(TooIntricate),
        };
        if let Err(TooIntricate) = outcome {
            difference.complete = false;
            difference.classes.replace_no(Class::Undecided);
        }
        if !intent.expected.is_empty() {
            // An edit has an effect, whether it is expected or not.
            difference.edits = compare(before, after, options).edits;
        }
        for (index, class) in difference.expected.iter_mut().enumerate() {
            let happens = search.as_mut().map(|search| search.happens(index));
            *class = happens.ok().and_then(Result::ok).unwrap_or(Class::Undecided);
        }
    }
    if tenants.iter().any(|tenant| !tenant.missing.is_empty()) {
        difference.complete = false;
        difference.classes.replace_no(Class::Possibly);
    }
    difference.verdict = verdict(difference.classes);
    difference
}

fn verdict(classes: Classes) -> Verdict {
    let all = classes.all();
    if all.contains(&Class::Yes) {
        Verdict::Changed
    } else if all.contains(&Class::Undecided) {
        Verdict::Undecided
    } else if all.contains(&Class::Possibly) {
        Verdict::PossiblyChanged
    } else {
        Verdict::Equal
    }
}

/// Whether a named location is defined differently.
fn redefined(before: &Tenant, after: &Tenant) -> bool {
    let known = &after.companions.named_locations;
    let mut locations = before.companions.named_locations.iter();
    locations.any(|(id, location)| known.get(id).is_some_and(|other| other != location))
}

fn assumptions(tenants: [&Tenant; 2]) -> Vec<&'static str> {
    let policies = || tenants.into_iter().flat_map(|tenant| &tenant.policies);
    let by_strength = |policy: &Policy| match &policy.grant.strength {
        Fact::Known(Some(strength)) => strength.id.as_ref().is_some_and(catalog::is_mfa_strength),
        Fact::Known(None) | Fact::Unknown(_) => false,
    };
    let by_control = |policy: &Policy| policy.grant.built_in.position(|one| *one == GrantControl::Mfa).is_some();
    let mut all = Vec::new();
    if policies().any(by_strength) && policies().any(by_control) {
        all.push("mfa-is-the-mfa-strength");
    }
    let of_directory = |policy: &Policy| {
        let users = &policy.conditions.users;
        [&users.include_groups, &users.exclude_groups, &users.include_roles, &users.exclude_roles]
            .into_iter()
            .any(|list| !list.is_empty())
    };
    if policies().any(of_directory) {
        all.push("same-directory");
    }
    all
}

struct Search<'a> {
    tenants: [&'a Tenant; 2],
    pairs: &'a Pairs,
    requirement: &'a Requirement,
    options: Options,
    prover: Prover<'a>,
    /// A named location is defined differently, so that a policy may mean something else without being edited.
    locations: bool,
    masks: usize,
    /// The one expected change that is looked for; none for what is not expected.
    within: Option<usize>,
    /// For an entry, and the one whose apps are left out of its own: the resources that it is about.
    parts: HashMap<(Side, usize, Option<usize>), Parts>,
    found: Vec<Listed>,
}

/// A change, and what its place in the report depends on.
struct Listed {
    change: Change,
    loss: Loss,
    departures: (usize, u32),
    region: Asking,
}

/// Who may still ask in a part of a region.
struct Asking {
    new: Side,
    ways: Vec<AtomSet>,
    wanted: Vec<Formula>,
    counterpart: Option<usize>,
}

/// What was found for one policy and one property, on devices in certain states: the ways, and a sign-in.
type Found = BTreeMap<(Mode, Kind, Vec<DeviceFact>, Part, Beyond), (Vec<AtomSet>, Model)>;

/// What a policy is about, surely and perhaps.
type Parts = Rc<[(Mode, Part)]>;

/// Resources of a region, and whether it is about them outside of browsers only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    resources: Vec<Resource>,
    is_outside_browsers: bool,
    /// Whether the policies say no more than that of the resources.
    is_whole: bool,
}

impl<'a> Search<'a> {
    fn new(
        tenants: [&'a Tenant; 2],
        pairs: &'a Pairs,
        requirement: &'a Requirement,
        options: Options,
        locations: bool,
        prover: Prover<'a>,
    ) -> Self {
        let (parts, found) = (HashMap::new(), Vec::new());
        Self { tenants, pairs, requirement, options, prover, locations, masks: 0, within: None, parts, found }
    }

    /// Whether an expected change happens.
    fn happens(&mut self, expected: usize) -> Result<Class, TooIntricate> {
        self.within = Some(expected);
        self.prover.solver.allow(self.options.effort);
        self.prover.space.work.renew();
        let mut difference = Difference::default();
        self.search(&mut difference)?;
        let all = difference.classes.all();
        let found = [Class::Yes, Class::Possibly].into_iter().find(|class| all.contains(class));
        Ok(found.unwrap_or(Class::No))
    }

    fn run(&mut self, difference: &mut Difference) -> Result<(), TooIntricate> {
        let outcome = self.search(difference);
        // What was found until the effort ran out is told.
        self.finish(difference);
        outcome
    }

    fn search(&mut self, difference: &mut Difference) -> Result<(), TooIntricate> {
        for old in Side::ALL {
            for entry in 0..self.prover.entries[old.index()].len() {
                let is_answered = self.within.is_some() && difference.classes.all().contains(&Class::Yes);
                if self.is_edited(old, entry) && !is_answered {
                    self.grants(old, entry, difference)?;
                    self.sessions(old, entry, difference)?;
                }
            }
        }
        Ok(())
    }

    fn is_edited(&self, side: Side, entry: usize) -> bool {
        match self.prover.entries[side.index()][entry].which {
            Which::Policy(index) => {
                let has_locations = !self.tenants[side.index()].policies[index].conditions.locations.is_empty();
                !self.pairs.has_twin(side, index) || (self.locations && has_locations)
            }
            Which::DefaultsBlock | Which::DefaultsAsk => {
                self.tenants[0].security_defaults() != self.tenants[1].security_defaults()
            }
        }
    }

    fn index_of(&self, side: Side, which: Which) -> Option<usize> {
        match which {
            // Policies are the first entries, in their order.
            Which::Policy(index) => Some(index),
            Which::DefaultsBlock | Which::DefaultsAsk => {
                self.prover.entries[side.index()].iter().position(|entry| entry.which == which)
            }
        }
    }

    /// What of an entry's counterpart can let a sign-in go, with the formula on which it does.
    fn letting_go(&self, old: Side, entry: usize, other: Option<usize>) -> Vec<(Property, Formula)> {
        let Some(other) = other else { return vec![(Property::Policy, Formula::Never)] };
        let (own, other) = (&self.prover.entries[old.index()][entry], &self.prover.entries[old.other().index()][other]);
        let facets = other.facets.iter().filter(|(facet, formula)| own.facet(*facet) != formula);
        facets.map(|(facet, formula)| (Property::Facet(*facet), formula.clone())).collect()
    }

    fn grants(&mut self, old: Side, entry: usize, difference: &mut Difference) -> Result<(), TooIntricate> {
        let new = old.other();
        let own = &self.prover.entries[old.index()][entry];
        if own.applies == Formula::Never {
            return Ok(());
        }
        let mut aims = Vec::new();
        for way in own.grant.refused()? {
            aims.extend(self.prover.aims(old, kind(old, &way), &way, self.within)?);
        }
        let other = self.counterpart_entry(old, entry);
        for (property, matches) in self.letting_go(old, entry, other) {
            let mut found = Found::new();
            let parts = self.parts(old, entry, property);
            for aim in &aims {
                let states = self.states(old, entry, &aim.way, None);
                self.look((old, entry), aim, (&matches, &parts), &states, &mut found)?;
            }
            self.keep(old, entry, property, &matches, found, difference)?;
        }
        let Some(other) = other else { return Ok(()) };
        let mut found = Found::new();
        let parts = self.parts(old, entry, Property::GrantControls);
        for aim in &aims {
            let refusal = self.prover.refusal(new, other, &aim.way);
            if refusal == self.prover.refusal(old, entry, &aim.way) {
                continue;
            }
            let states = self.states(old, entry, &aim.way, Some(other));
            self.look((old, entry), aim, (&refusal, &parts), &states, &mut found)?;
        }
        self.keep(old, entry, Property::GrantControls, &Formula::Always, found, difference)
    }

    /// The device states in which an entry may refuse a way, and its counterpart may not.
    fn states(&self, old: Side, entry: usize, way: &AtomSet, other: Option<usize>) -> Vec<DeviceState> {
        let own = &self.prover.entries[old.index()][entry].grant;
        let other = other.map(|other| &self.prover.entries[old.other().index()][other].grant);
        let refuses = |state: &DeviceState| !own.is_satisfied(way, *state, false);
        let lets_go = |state: &DeviceState| other.is_none_or(|other| other.is_satisfied(way, *state, true));
        DeviceState::ALL.into_iter().filter(|state| refuses(state) && lets_go(state)).collect()
    }

    /// Looks for a sign-in on which an entry refuses a way, its counterpart does not because this formula does not hold, and
    /// nothing else does. What is certain and what is possible beyond that are looked for apart, because they have regions of
    /// their own.
    fn look(
        &mut self,
        (old, entry): (Side, usize),
        aim: &Aim,
        (matches, parts): (&Formula, &[(Mode, Part)]),
        states: &[DeviceState],
        found: &mut Found,
    ) -> Result<(), TooIntricate> {
        if *matches == Formula::Always {
            return Ok(());
        }
        let refuses = Formula::all([self.prover.refuses(old, entry, &aim.way), self.prover.sign_ins_of(old, aim)]);
        for facts in region::cubes(states) {
            let mut certain = Formula::Never;
            for (mode, part) in parts {
                let mode = *mode;
                let changes = self.changes(&refuses, matches, (mode, part));
                let mut wanted = vec![changes.clone(), certain.clone().not()];
                wanted.extend(self.device(&facts));
                if wanted.contains(&Formula::Never) || changes == certain {
                    continue;
                }
                let open = Demand::Open(old.other(), aim.way.clone(), mode);
                let Some(model) = self.prover.ask(&wanted, &[open])? else { continue };
                if mode == Mode::Sure {
                    certain = Formula::any([certain, changes]);
                }
                let key = (mode, aim.kind, facts.clone(), part.clone(), aim.beyond);
                let (ways, _) = found.entry(key).or_insert_with(|| (Vec::new(), model));
                if !ways.contains(&aim.way) {
                    ways.push(aim.way.clone());
                }
            }
        }
        Ok(())
    }

    /// Where something applies in a part of the resources, and what lets go does.
    fn changes(&mut self, applies: &Formula, matches: &Formula, (mode, part): (Mode, &Part)) -> Formula {
        let changes = Formula::all([self.prover.claim(applies, mode), self.prover.denial_unless_always(matches, mode)]);
        let space = &mut self.prover.space;
        if part.is_whole {
            return changes;
        }
        let resources: Vec<Formula> = part.resources.iter().map(|resource| space.resource(resource)).collect();
        let browser = space.client(ClientAppType::Browser);
        let client = if part.is_outside_browsers { browser.not() } else { Formula::Always };
        Formula::all([changes, Formula::any(resources), client])
    }

    fn device(&mut self, facts: &[DeviceFact]) -> Vec<Formula> {
        let space = &mut self.prover.space;
        let formula = |fact: &DeviceFact| match fact {
            DeviceFact::Compliant(true) => space.is_compliant(),
            DeviceFact::Compliant(false) => space.is_compliant().not(),
            DeviceFact::HybridJoined(true) => space.is_hybrid_joined(),
            DeviceFact::HybridJoined(false) => space.is_hybrid_joined().not(),
            DeviceFact::Rule(..) => Formula::Always,
        };
        facts.iter().map(formula).collect()
    }

    /// Policies that may be missing could still ask.
    fn certainty(&self, new: Side, mode: Mode) -> Certainty {
        match mode {
            Mode::Sure if self.tenants[new.index()].missing.is_empty() => Certainty::Certain,
            Mode::Sure | Mode::Possible => Certainty::Possible,
        }
    }

    fn keep(
        &mut self,
        old: Side,
        entry: usize,
        property: Property,
        matches: &Formula,
        found: Found,
        difference: &mut Difference,
    ) -> Result<(), TooIntricate> {
        for ((mode, kind, facts, part, beyond), (ways, model)) in found {
            let certainty = self.certainty(old.other(), mode);
            let classes = &mut difference.classes;
            match kind {
                Kind::Loosened => classes.loosened.raise(certainty),
                Kind::NewlyUnblocked => {
                    classes.loosened.raise(certainty);
                    classes.newly_unblocked.raise(certainty);
                }
                Kind::Tightened => classes.tightened.raise(certainty),
                Kind::NewlyBlocked => {
                    classes.tightened.raise(certainty);
                    classes.newly_blocked.raise(certainty);
                }
                Kind::SessionChanged => classes.session_changed.raise(certainty),
            }
            if self.within.is_some() {
                continue;
            }
            if self.found.len() == MOST_CHANGES {
                difference.complete = false;
                continue;
            }
            let mut left = ways;
            while !left.is_empty() {
                let (ways, wanted, model) =
                    self.together((old, entry), &mut left, (matches, &facts), &model, (mode, &part), (kind, beyond))?;
                let counterpart = self.counterpart_entry(old, entry);
                let asking = Asking { new: old.other(), ways: ways.clone(), wanted, counterpart };
                let (facts, part, session) = (facts.clone(), part.clone(), None);
                self.add(
                    Draft { old, entry, property, kind, certainty, mode, part, facts, ways, session, asking },
                    &model,
                );
            }
        }
        Ok(())
    }

    /// Takes as many of these ways as one sign-in is lost, or gained, in. With it comes what may be a sign-in of the region.
    fn together(
        &mut self,
        (old, entry): (Side, usize),
        left: &mut Vec<AtomSet>,
        (matches, facts): (&Formula, &[DeviceFact]),
        known: &Model,
        (mode, part): (Mode, &Part),
        (kind, beyond): (Kind, Beyond),
    ) -> Result<(Vec<AtomSet>, Vec<Formula>, Model), TooIntricate> {
        let mut try_all = |ways: &[AtomSet]| -> Result<_, TooIntricate> {
            let own = self.prover.entries[old.index()][entry].applies.clone();
            let mut refusals: Vec<Formula> = ways.iter().map(|way| self.prover.refusal(old, entry, way)).collect();
            for way in ways {
                refusals.push(self.prover.sign_ins_of(old, &Aim { kind, beyond, way: way.clone() }));
            }
            let all = Formula::all([own, Formula::all(refusals)]);
            let mut wanted = vec![self.changes(&all, matches, (mode, part))];
            wanted.extend(self.device(facts));
            let mut region = vec![all, self.prover.denial_unless_always(matches, Mode::Possible)];
            region.extend(self.device(facts));
            let open = |way: &AtomSet| Demand::Open(old.other(), way.clone(), mode);
            let demands: Vec<Demand> = ways.iter().map(open).collect();
            let model = match self.prover.ask(&wanted, &demands)? {
                Some(model) => Some(self.prover.smallest(&wanted, &demands, &model)?),
                None => None,
            };
            Ok((region, model))
        };
        let mut taken = std::mem::take(left);
        let (mut region, mut model) = try_all(&taken)?;
        if model.is_none() {
            let candidates = taken.split_off(1);
            (region, model) = try_all(&taken)?;
            for way in candidates {
                taken.push(way);
                match try_all(&taken)? {
                    (of_all, Some(found)) => (region, model) = (of_all, Some(found)),
                    (_, None) => left.extend(taken.pop()),
                }
            }
        }
        Ok((taken, region, model.unwrap_or_else(|| known.clone())))
    }

    fn counterpart_entry(&self, old: Side, entry: usize) -> Option<usize> {
        match self.prover.entries[old.index()][entry].which {
            Which::Policy(index) => {
                let other = self.pairs.counterpart(old, index)?;
                self.index_of(old.other(), Which::Policy(other))
            }
            // The parts of the security defaults are the last entries, in one order.
            Which::DefaultsBlock | Which::DefaultsAsk => {
                let [own, others] = [old, old.other()].map(|side| self.tenants[side.index()].policies.len());
                let other = others + (entry - own);
                (other < self.prover.entries[old.other().index()].len()).then_some(other)
            }
        }
    }

    /// Policies of the new tenant that still ask in parts of a region.
    fn masks(&mut self, asking: &Asking, exact: bool) -> Vec<Which> {
        let Asking { new, ways, wanted, counterpart } = asking;
        let exact = exact && self.masks < MOST_MASKS;
        self.masks += if exact { self.prover.entries[new.index()].len() } else { 0 };
        let found = match self.prover.may_refuse(*new, ways, wanted, exact) {
            Ok(found) => found,
            Err(TooIntricate) => self.prover.may_refuse(*new, ways, wanted, false).unwrap_or_default(),
        };
        let found: Vec<usize> = found.into_iter().filter(|entry| Some(*entry) != *counterpart).collect();
        parties(&self.prover, *new, &found)
    }

    /// Whether the tenants may say otherwise of an address that it is in this location.
    fn is_redefined(&self, id: &Id) -> bool {
        let space = &self.prover.space;
        let makes_trusted = |id: &Id| self.tenants.iter().any(|tenant| tenant.is_trusted_location(id) == Some(true));
        space.is_redefined(id) || (id.is("AllTrusted") && space.redefined_locations().any(makes_trusted))
    }
}

/// A change before it is looked at closely.
struct Draft {
    old: Side,
    entry: usize,
    property: Property,
    kind: Kind,
    certainty: Certainty,
    /// How the region is read. Where policies may be missing, what is sure of those that are there is but possible.
    mode: Mode,
    part: Part,
    facts: Vec<DeviceFact>,
    ways: Vec<AtomSet>,
    session: Option<Wish>,
    asking: Asking,
}

fn excepted(side: Side, all: Vec<Which>) -> Except {
    match side {
        Side::Before => Except { before: all, after: Vec::new() },
        Side::After => Except { before: Vec::new(), after: all },
    }
}

fn kind(old: Side, way: &AtomSet) -> Kind {
    match (old, way.is_empty()) {
        (Side::Before, true) => Kind::NewlyUnblocked,
        (Side::Before, false) => Kind::Loosened,
        (Side::After, true) => Kind::NewlyBlocked,
        (Side::After, false) => Kind::Tightened,
    }
}
