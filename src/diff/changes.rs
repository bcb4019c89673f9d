//! Looks for changes: for each policy that was edited, what it refused and its successor lets go, unless others ask for it.

use super::atom::AtomSet;
use super::difference::{
    Certainty, Change, Class, Classes, DeviceFact, Difference, Edit, Effect, Except, Group, Kind, Masked, Options,
    Property, Verdict, Which,
};
use super::grant::DeviceState;
use super::pairs::Pairs;
use super::prover::{Mode, Model, Prover, at, policy_of, requirement};
use super::rank::{self, Loss};
use super::witness::{Asked, parties};
use super::{edits, region, values};
use crate::catalog;
use crate::coverage::prover::{Formula, Meaning, TooIntricate};
use crate::coverage::{Coordinate, Facet, Side};
use crate::policy::{Fact, GrantControl, Policy, SessionControl};
use crate::requirement::{Requirement, Resource};
use crate::signin::Why;
use crate::syntax::Pointer;
use crate::tenant::Tenant;
use std::collections::BTreeMap;

/// Policies that are asked about whether they still ask in a part of a region. Beyond that, and for changes that a report does
/// not show first, every policy is named that is not plainly about other sign-ins.
const MOST_MASKS: usize = 2_000;

/// Changes that one run lists at most. What is not listed is still told by the classes.
const MOST_CHANGES: usize = 2_000;

/// Compares two tenants.
#[must_use]
pub fn compare(before: &Tenant, after: &Tenant, options: Options) -> Difference {
    let tenants = [before, after];
    let pairs = Pairs::of(before, after);
    let requirement = requirement(tenants);
    let mut difference = Difference {
        verdict: Verdict::Equal,
        classes: Classes::default(),
        complete: true,
        changes: Vec::new(),
        groups: Vec::new(),
        edits: edits::listed(tenants, &pairs),
        assumptions: assumptions(tenants),
    };
    let locations = redefined(before, after);
    let defaults_differ = before.security_defaults() != after.security_defaults();
    if !difference.edits.is_empty() || locations || defaults_differ {
        let search = Search::new(tenants, &pairs, &requirement, options, locations);
        if let Err(TooIntricate) = search.and_then(|search| search.run(&mut difference)) {
            difference.complete = false;
            difference.classes.replace_no(Class::Undecided);
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
    let mfa_strength = &catalog::strengths()[0].id;
    let by_strength = |policy: &Policy| match &policy.grant.strength {
        Fact::Known(Some(strength)) => strength.id.as_ref() == Some(mfa_strength),
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
type Found = BTreeMap<(Certainty, Kind, Vec<DeviceFact>), (Vec<AtomSet>, Model)>;

impl<'a> Search<'a> {
    fn new(
        tenants: [&'a Tenant; 2],
        pairs: &'a Pairs,
        requirement: &'a Requirement,
        options: Options,
        locations: bool,
    ) -> Result<Self, TooIntricate> {
        let prover = Prover::new(tenants, requirement, options)?;
        Ok(Self { tenants, pairs, requirement, options, prover, locations, masks: 0, found: Vec::new() })
    }

    fn run(mut self, difference: &mut Difference) -> Result<(), TooIntricate> {
        let mut outcome = Ok(());
        for old in Side::ALL {
            for entry in 0..self.prover.entries[at(old)].len() {
                if outcome.is_ok() && self.is_edited(old, entry) {
                    outcome = self.grants(old, entry, difference);
                }
                if outcome.is_ok() && self.is_edited(old, entry) {
                    outcome = self.sessions(old, entry, difference);
                }
            }
        }
        self.finish(difference);
        outcome
    }

    fn is_edited(&self, side: Side, entry: usize) -> bool {
        match self.prover.entries[at(side)][entry].which {
            Which::Policy(index) => {
                let has_locations = !self.tenants[at(side)].policies[index].conditions.locations.is_empty();
                !self.pairs.has_twin(side, index) || (self.locations && has_locations)
            }
            Which::DefaultsBlock | Which::DefaultsAsk => {
                self.tenants[0].security_defaults() != self.tenants[1].security_defaults()
            }
        }
    }

    fn counterpart_of(&self, side: Side, which: Which) -> Option<Which> {
        counterpart(self.pairs, &self.prover, side, which)
    }

    fn index_of(&self, side: Side, which: Which) -> Option<usize> {
        self.prover.entries[at(side)].iter().position(|entry| entry.which == which)
    }

    /// What of an entry's counterpart can let a sign-in go, with the formula on which it does.
    fn letting_go(&self, old: Side, entry: usize, other: Option<usize>) -> Vec<(Property, Formula)> {
        let Some(other) = other else { return vec![(Property::Policy, Formula::Never)] };
        let (own, other) = (&self.prover.entries[at(old)][entry], &self.prover.entries[at(old.other())][other]);
        let facets = other.facets.iter().filter(|(facet, formula)| own.facet(*facet) != formula);
        facets.map(|(facet, formula)| (Property::Facet(*facet), formula.clone())).collect()
    }

    fn grants(&mut self, old: Side, entry: usize, difference: &mut Difference) -> Result<(), TooIntricate> {
        let new = old.other();
        let own = &self.prover.entries[at(old)][entry];
        if own.applies == Formula::Never {
            return Ok(());
        }
        let ways = own.grant.refused().map_err(|_| TooIntricate)?;
        let other = self.counterpart_of(old, own.which).and_then(|other| self.index_of(new, other));
        for (property, matches) in self.letting_go(old, entry, other) {
            let mut found = Found::new();
            for way in &ways {
                let states = self.states(old, entry, way, None);
                self.look(old, entry, way, &matches, &states, &mut found)?;
            }
            self.keep(old, entry, property, &matches, found, difference)?;
        }
        let Some(other) = other else { return Ok(()) };
        let mut found = Found::new();
        for way in &ways {
            let refusal = self.prover.refusal(new, other, way);
            if refusal == self.prover.refusal(old, entry, way) {
                continue;
            }
            let states = self.states(old, entry, way, Some(other));
            self.look(old, entry, way, &refusal, &states, &mut found)?;
        }
        self.keep(old, entry, Property::GrantControls, &Formula::Always, found, difference)
    }

    /// The device states in which an entry may refuse a way, and its counterpart may not.
    fn states(&self, old: Side, entry: usize, way: &AtomSet, other: Option<usize>) -> Vec<DeviceState> {
        let own = &self.prover.entries[at(old)][entry].grant;
        let other = other.map(|other| &self.prover.entries[at(old.other())][other].grant);
        let refuses = |state: &DeviceState| !own.is_satisfied(way, *state, false);
        let lets_go = |state: &DeviceState| other.is_none_or(|other| other.is_satisfied(way, *state, true));
        DeviceState::ALL.into_iter().filter(|state| refuses(state) && lets_go(state)).collect()
    }

    /// Looks for a sign-in on which an entry refuses a way, its counterpart does not because this formula does not hold, and
    /// nothing else does.
    fn look(
        &mut self,
        old: Side,
        entry: usize,
        way: &AtomSet,
        matches: &Formula,
        states: &[DeviceState],
        found: &mut Found,
    ) -> Result<(), TooIntricate> {
        let refuses = self.prover.refuses(old, entry, way);
        for facts in region::cubes(states) {
            for mode in [Mode::Sure, Mode::Possible] {
                let mut wanted = vec![self.prover.claim(&refuses, mode), self.prover.denial(matches, mode)];
                wanted.extend(self.device(&facts));
                if wanted.contains(&Formula::Never) {
                    continue;
                }
                let open = self.prover.open(old.other(), way, mode);
                let Some(model) = self.prover.ask(&wanted, &[open])? else { continue };
                let key = (self.certainty(old.other(), mode), kind(old, way), facts.clone());
                let (ways, _) = found.entry(key).or_insert_with(|| (Vec::new(), model));
                ways.push(way.clone());
                break;
            }
        }
        Ok(())
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
            Mode::Sure if self.tenants[at(new)].missing.is_empty() => Certainty::Certain,
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
        for ((certainty, kind, facts), (ways, model)) in found {
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
            if self.found.len() == MOST_CHANGES {
                difference.complete = false;
                continue;
            }
            let mode = match certainty {
                Certainty::Certain => Mode::Sure,
                Certainty::Possible => Mode::Possible,
            };
            let own = self.prover.entries[at(old)][entry].applies.clone();
            let refusals: Vec<Formula> = ways.iter().map(|way| self.prover.refusal(old, entry, way)).collect();
            let all = Formula::all([own, Formula::all(refusals)]);
            let mut wanted = vec![self.prover.claim(&all, mode), self.prover.denial_unless_always(matches, mode)];
            wanted.extend(self.device(&facts));
            let asking = Asking {
                new: old.other(),
                ways: ways.clone(),
                wanted: wanted.clone(),
                counterpart: self.counterpart_entry(old, entry),
            };
            let demands: Vec<_> = ways.iter().map(|way| self.prover.open(old.other(), way, mode)).collect();
            // One sign-in for all of the ways, where there is one.
            let together = if ways.len() > 1 { self.prover.ask(&wanted, &demands)? } else { Some(model.clone()) };
            let model = match together {
                Some(model) => self.prover.smallest(&wanted, &demands, model)?,
                None => model,
            };
            let change = Draft { old, entry, property, kind, certainty, facts, ways, session: None, asking };
            self.add(change, &model);
        }
        Ok(())
    }

    fn counterpart_entry(&self, old: Side, entry: usize) -> Option<usize> {
        let which = self.prover.entries[at(old)][entry].which;
        self.counterpart_of(old, which).and_then(|other| self.index_of(old.other(), other))
    }

    /// Policies of the new tenant that still ask in parts of a region.
    fn masks(&mut self, asking: &Asking, exact: bool) -> Vec<Which> {
        let Asking { new, ways, wanted, counterpart } = asking;
        let exact = exact && self.masks < MOST_MASKS;
        self.masks += if exact { self.prover.entries[at(*new)].len() } else { 0 };
        let found = match self.prover.may_refuse(*new, ways, wanted, exact) {
            Ok(found) => found,
            Err(TooIntricate) => self.prover.may_refuse(*new, ways, wanted, false).unwrap_or_default(),
        };
        let found: Vec<usize> = found.into_iter().filter(|entry| Some(*entry) != *counterpart).collect();
        parties(&self.prover, *new, &found)
    }

    fn sessions(&mut self, old: Side, entry: usize, difference: &mut Difference) -> Result<(), TooIntricate> {
        let new = old.other();
        let own = &self.prover.entries[at(old)][entry];
        if own.applies == Formula::Never {
            return Ok(());
        }
        if own.has_unknown_session {
            difference.classes.session_changed.raise(Certainty::Possible);
        }
        let (applies, controls) = (own.applies.clone(), own.session.clone());
        let other = self.counterpart_entry(old, entry);
        for control in controls {
            let keeps = other.is_some_and(|other| self.prover.entries[at(new)][other].session.contains(&control));
            let mut letting_go = self.letting_go(old, entry, other);
            if other.is_some() && !keeps {
                letting_go = vec![(Property::SessionControls, Formula::Never)];
            }
            for (property, matches) in letting_go {
                for mode in [Mode::Sure, Mode::Possible] {
                    let wanted = [self.prover.claim(&applies, mode), self.prover.denial(&matches, mode)];
                    if wanted.contains(&Formula::Never) {
                        continue;
                    }
                    let everything = AtomSet::new();
                    let demands = [
                        self.prover.without(new, &control, mode),
                        self.prover.open(old, &everything, mode),
                        self.prover.open(new, &everything, mode),
                    ];
                    let Some(model) = self.prover.ask(&wanted, &demands)? else { continue };
                    let certainty = self.certainty(new, mode);
                    difference.classes.session_changed.raise(certainty);
                    let model = self.prover.smallest(&wanted, &demands, model)?;
                    let asking = Asking { new, ways: Vec::new(), wanted: Vec::new(), counterpart: None };
                    let change = Draft {
                        old,
                        entry,
                        property,
                        kind: Kind::SessionChanged,
                        certainty,
                        facts: Vec::new(),
                        ways: Vec::new(),
                        session: Some(control.clone()),
                        asking,
                    };
                    self.add(change, &model);
                    break;
                }
            }
        }
        Ok(())
    }

    /// Policies of a tenant that ask for a session control.
    fn asking(&self, side: Side, control: &SessionControl) -> Vec<Which> {
        let entries = self.prover.entries[at(side)].iter();
        let asking = entries.filter(|entry| entry.applies != Formula::Never && entry.session.contains(control));
        asking.map(|entry| entry.which).collect()
    }

    fn add(&mut self, draft: Draft, model: &Model) {
        let Draft { old, entry, property, kind, certainty, facts, ways, session, asking } = draft;
        let except = session.as_ref().map(|control| self.asking(old.other(), control)).unwrap_or_default();
        let new = old.other();
        let sign_ins = Side::ALL.map(|side| self.prover.space.sign_in_to(side, model).ok());
        let [Some(before), Some(after)] = sign_ins else { return };
        let witness = [before, after];
        let outcomes = Side::ALL.map(|side| self.prover.outcome(side, self.tenants[at(side)], model));
        let pairs = self.pairs;
        // Which entries there are does not change while causes are looked for.
        let present: [Vec<Which>; 2] =
            Side::ALL.map(|side| self.prover.entries[at(side)].iter().map(|entry| entry.which).collect());
        let counterpart = move |side: Side, which: Which| match which {
            Which::Policy(index) => pairs.counterpart(side, index).map(Which::Policy),
            other => Some(other).filter(|other| present[at(side.other())].contains(other)),
        };
        let asked = Asked {
            tenants: self.tenants,
            requirement: self.requirement,
            options: self.options,
            old,
            counterpart: &counterpart,
            otherwise: if session.is_some() { Property::SessionControls } else { Property::GrantControls },
            sign_ins: Some(witness.clone()),
        };
        let causes = if ways.is_empty() {
            vec![self.prover.cause(&asked, entry, model)]
        } else {
            self.prover.causes(&asked, &ways, model)
        };
        let own = policy_of(self.tenants[at(old)], &self.prover.entries[at(old)][entry]);
        let other = self.counterpart_entry(old, entry);
        let other = other.and_then(|other| policy_of(self.tenants[at(new)], &self.prover.entries[at(new)][other]));
        let mut shown = own.map(|own| region::shown(own, other, property, &facts)).unwrap_or_default();
        let resources = self.resources(old, entry, property);
        shown.resources = region::resources(&self.prover.space.resources, &resources);
        let depends_on = if certainty == Certainty::Certain { Vec::new() } else { self.depends_on(old, entry) };
        let loss = self.loss(kind, &facts, &ways, model);
        let departs: Vec<_> = model.iter().copied().filter(|term| self.prover.space.departs(*term)).collect();
        let departs: Vec<_> = departs.into_iter().filter(|term| !self.prover.space.is_doubt(*term)).collect();
        let effort = departs.iter().map(|term| self.prover.space.effort(*term)).sum();
        let mut relevant: Vec<Coordinate> = departs.iter().map(|term| self.prover.space.coordinate(*term)).collect();
        relevant.sort_unstable();
        relevant.dedup();
        let mut named: Vec<_> = ways.iter().map(|way| self.prover.atoms.named(way)).collect();
        named.sort();
        let change = Change {
            kind,
            certainty,
            group: 0,
            level: rank::level(kind, certainty, loss),
            property,
            ways: named,
            session: session.map(|control| (old == Side::After, vec![control])),
            region: shown,
            except: excepted(new, except),
            depends_on,
            witness,
            relevant,
            outcomes,
            causes,
        };
        self.found.push(Listed { change, loss, departures: (departs.len(), effort), region: asking });
    }

    /// The resources that an entry targets, and its counterpart does not if that is what lets go.
    fn resources(&mut self, old: Side, entry: usize, property: Property) -> Vec<Resource> {
        let own = self.prover.entries[at(old)][entry].facet(Facet::Applications).clone();
        let other = match property {
            Property::Facet(Facet::Applications) => self.counterpart_entry(old, entry),
            Property::Facet(_) | Property::Policy | Property::GrantControls | Property::SessionControls => None,
        };
        let other = other.map(|other| self.prover.entries[at(old.other())][other].facet(Facet::Applications).clone());
        let space = &mut self.prover.space;
        let own = own.assume(&|term| space.is_doubt(term), true);
        let other = other.map(|other| other.assume(&|term| space.is_doubt(term), false));
        let browser = space.client(crate::policy::ClientAppType::Browser);
        let resources = space.resources.clone();
        let is_meant = |resource: &&Resource| {
            let term = space.known(&Meaning::Resource((*resource).clone()));
            [false, true].into_iter().any(|in_browser| {
                let is_true = |asked| Some(asked) == term || (in_browser && browser == Formula::Is(asked));
                own.holds(&is_true) && !other.as_ref().is_some_and(|other| other.holds(&is_true))
            })
        };
        resources.iter().filter(is_meant).cloned().collect()
    }

    fn depends_on(&self, old: Side, entry: usize) -> Vec<(Side, usize, Pointer, &'static str)> {
        let mut formulas: Vec<&Formula> = vec![&self.prover.entries[at(old)][entry].applies];
        if let Some(other) = self.counterpart_entry(old, entry) {
            formulas.push(&self.prover.entries[at(old.other())][other].applies);
        }
        let mut found = Vec::new();
        for term in self.prover.doubts(&formulas) {
            for ((side, index), cause) in self.prover.space.depending(term) {
                let policy = &self.tenants[at(side)].policies[index];
                found.push((side, index, cause.pointer(policy), because(cause.why)));
            }
        }
        found.sort();
        found.dedup();
        found
    }

    fn loss(&mut self, kind: Kind, facts: &[DeviceFact], ways: &[AtomSet], model: &Model) -> Loss {
        if !kind.is_loosening() {
            return Loss::Other;
        }
        let password = self.prover.all_but(&["password"]);
        if !self.prover.is_refused(Side::After, &password, model) {
            return Loss::Everything;
        }
        if kind == Kind::NewlyUnblocked {
            return Loss::Block;
        }
        let resistant = self.prover.only(&["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"]);
        let is_weaker = self.prover.is_refused(Side::Before, &resistant, model)
            && !self.prover.is_refused(Side::After, &resistant, model);
        if is_weaker {
            Loss::PhishingResistance
        } else if !facts.is_empty() || ways.iter().any(AtomSet::is_empty) {
            Loss::Device
        } else {
            Loss::Other
        }
    }

    /// Puts the changes into order and groups them by what was edited.
    fn finish(mut self, difference: &mut Difference) {
        let mut found = std::mem::take(&mut self.found);
        found.sort_by_cached_key(|listed| rank::order(&listed.change, listed.loss, listed.departures));
        let mut groups: Vec<Group> = Vec::new();
        for (index, Listed { mut change, region, .. }) in found.into_iter().enumerate() {
            let (removed, added) = values::of(self.tenants, &change);
            let is_same = |group: &Group| {
                group.kind == change.kind
                    && group.property == change.property
                    && group.removed == removed
                    && group.added == added
            };
            change.group = groups.iter().position(is_same).unwrap_or(groups.len());
            if change.group == groups.len() {
                let (kind, property) = (change.kind, change.property);
                groups.push(Group { kind, property, removed, added, changes: Vec::new() });
            }
            if change.session.is_none() {
                let is_shown = groups[change.group].changes.is_empty();
                change.except = excepted(region.new, self.masks(&region, is_shown));
            }
            groups[change.group].changes.push(index);
            difference.changes.push(change);
        }
        difference.groups = groups;
        let mut listed = std::mem::take(&mut difference.edits);
        for edit in &mut listed {
            edit.effect = effect(edit, &difference.changes);
            if edit.effect == Effect::None {
                edit.masked_by = self.masked(edit);
            }
        }
        difference.edits = listed;
    }

    /// What keeps an edit without effect. Where that takes too long to tell, nothing is said.
    fn masked(&mut self, edit: &Edit) -> Vec<Masked> {
        let mut found = Vec::new();
        let mut is_in_force = false;
        for (old, which) in [(Side::Before, edit.before), (Side::After, edit.after)] {
            let Some(entry) = which.and_then(|which| self.index_of(old, which)) else { continue };
            let own = &self.prover.entries[at(old)][entry];
            if own.facet(Facet::State) == &Formula::Never {
                continue;
            }
            is_in_force = true;
            let Ok(ways) = own.grant.refused() else { continue };
            let applies = own.applies.clone();
            let other = self.counterpart_entry(old, entry);
            for (_, matches) in self.letting_go(old, entry, other) {
                let wanted = [applies.clone(), self.prover.denial(&matches, Mode::Possible)];
                let wanted = wanted.to_vec();
                let asking = Asking { new: old.other(), ways: ways.clone(), wanted, counterpart: other };
                let masks = self.masks(&asking, true);
                found.extend(masks.into_iter().map(|which| Masked::By(old.other(), which)));
            }
        }
        if !is_in_force {
            return vec![Masked::NotInForce];
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// A change before it is looked at closely.
struct Draft {
    old: Side,
    entry: usize,
    property: Property,
    kind: Kind,
    certainty: Certainty,
    facts: Vec<DeviceFact>,
    ways: Vec<AtomSet>,
    session: Option<SessionControl>,
    asking: Asking,
}

fn excepted(side: Side, all: Vec<Which>) -> Except {
    match side {
        Side::Before => Except { before: all, after: Vec::new() },
        Side::After => Except { before: Vec::new(), after: all },
    }
}

/// Why something is not known.
fn because(why: Why) -> &'static str {
    match why {
        Why::Doubt(reason) => reason.because(),
        Why::Opaque => "caplint has no model for this condition",
        Why::Contradicted => "another policy with this id says something else",
        Why::Foreign => "it may be of another tenant",
        Why::StrengthUndefined => "the files do not define the authentication strength",
        Why::OperatorMissing => "several controls stand without an operator",
        _ => "Microsoft does not document it",
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

fn counterpart(pairs: &Pairs, prover: &Prover<'_>, side: Side, which: Which) -> Option<Which> {
    match which {
        Which::Policy(index) => pairs.counterpart(side, index).map(Which::Policy),
        Which::DefaultsBlock | Which::DefaultsAsk => {
            prover.entries[at(side.other())].iter().any(|entry| entry.which == which).then_some(which)
        }
    }
}

fn effect(edit: &Edit, changes: &[Change]) -> Effect {
    let is_cause =
        |change: &&Change| change.causes.iter().any(|cause| (cause.before, cause.after) == (edit.before, edit.after));
    let (mut loosens, mut tightens, mut session) = (false, false, false);
    for change in changes.iter().filter(is_cause) {
        match change.kind {
            Kind::Loosened | Kind::NewlyUnblocked => loosens = true,
            Kind::Tightened | Kind::NewlyBlocked => tightens = true,
            Kind::SessionChanged => session = true,
        }
    }
    match (loosens, tightens, session) {
        (true, true, _) => Effect::Both,
        (true, false, _) => Effect::Loosens,
        (false, true, _) => Effect::Tightens,
        (false, false, true) => Effect::Session,
        (false, false, false) => Effect::None,
    }
}
