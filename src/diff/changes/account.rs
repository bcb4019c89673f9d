//! One change, looked at closely: its region, its witness, what it depends on, and how much is lost.

use super::{Draft, Listed, Part, Parts, Search, excepted};
use crate::coverage::prover::{Formula, Meaning};
use crate::coverage::{Coordinate, Facet, Side};
use crate::diff::atom::AtomSet;
use crate::diff::demand::Mode;
use crate::diff::difference::{Certainty, Change, DeviceFact, Kind, Property};
use crate::diff::prover::{Model, Truth, policy_of};
use crate::diff::rank::Loss;
use crate::diff::witness::Asked;
use crate::diff::{rank, region};
use crate::policy::{ClientAppType, Combination, Id};
use crate::requirement::Resource;
use crate::syntax::Pointer;
use std::rc::Rc;

impl Search<'_> {
    pub(super) fn add(&mut self, draft: Draft, model: &Model) {
        let Draft { old, entry, property, kind, certainty, mode, part, facts, ways, session, asking } = draft;
        let except = session.as_ref().map(|wish| self.prover.asking(old.other(), wish, mode)).unwrap_or_default();
        let except: Vec<_> =
            except.into_iter().map(|entry| self.prover.entries[old.other().index()][entry].which).collect();
        let new = old.other();
        let sign_ins = Side::ALL.map(|side| self.prover.space.sign_in_to(side, model).ok());
        let [Some(before), Some(after)] = sign_ins else { return };
        let witness = [before, after];
        let truth = self.prover.truth(model);
        let outcomes = Side::ALL.map(|side| self.prover.outcome(side, self.tenants[side.index()], &truth));
        let counterparts: Vec<Option<usize>> =
            (0..self.prover.entries[old.index()].len()).map(|entry| self.counterpart_entry(old, entry)).collect();
        let asked = Asked {
            tenants: self.tenants,
            requirement: self.requirement,
            options: self.options,
            old,
            counterparts: &counterparts,
            otherwise: if session.is_some() { Property::SessionControls } else { Property::GrantControls },
            sign_ins: Some(witness.clone()),
        };
        let causes = if ways.is_empty() {
            vec![self.prover.cause(&asked, entry, &truth)]
        } else {
            self.prover.causes(&asked, &ways, &truth)
        };
        let own = policy_of(self.tenants[old.index()], &self.prover.entries[old.index()][entry]);
        let other = self.counterpart_entry(old, entry);
        let other =
            other.and_then(|other| policy_of(self.tenants[new.index()], &self.prover.entries[new.index()][other]));
        let which = self.prover.entries[old.index()][entry].which;
        let is_by_role =
            self.prover.entries[old.index()][entry].facets.iter().any(|(facet, _)| *facet == Facet::IncludeUsers);
        let mut shown = match own {
            Some(own) => {
                let is_redefined = |id: &Id| self.is_redefined(id);
                region::shown((own, other), property, &facts, (mode, &is_redefined))
            }
            None => region::of_defaults(which, is_by_role),
        };
        shown.resources = region::resources(&self.prover.space.resources, &part.resources);
        if part.is_outside_browsers {
            region::leave_browsers_out(&mut shown);
        }
        let depends_on = if certainty == Certainty::Certain { Vec::new() } else { self.depends_on(old, entry) };
        let loss = self.loss(kind, &facts, &ways, &truth);
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
            session: session.map(|wish| (old == Side::After, wish.control().cloned().into_iter().collect())),
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

    pub(super) fn depends_on(&self, old: Side, entry: usize) -> Vec<(Side, usize, Pointer, &'static str)> {
        let mut formulas: Vec<&Formula> = vec![&self.prover.entries[old.index()][entry].applies];
        if let Some(other) = self.counterpart_entry(old, entry) {
            formulas.push(&self.prover.entries[old.other().index()][other].applies);
        }
        self.prover.depends_on(&formulas)
    }

    pub(super) fn loss(&mut self, kind: Kind, facts: &[DeviceFact], ways: &[AtomSet], truth: &Truth) -> Loss {
        if !kind.is_loosening() {
            return Loss::Other;
        }
        let atoms = &mut self.prover.atoms;
        let password = atoms.set(Combination::PASSWORD);
        let password = atoms.all_but(&password);
        if !self.prover.is_refused(Side::After, &password, truth) {
            return Loss::Everything;
        }
        if kind == Kind::NewlyUnblocked {
            return Loss::Block;
        }
        let resistant = self.prover.atoms.set(Combination::PHISHING_RESISTANT);
        let is_weaker = self.prover.is_refused(Side::Before, &resistant, truth)
            && !self.prover.is_refused(Side::After, &resistant, truth);
        if is_weaker {
            Loss::PhishingResistance
        } else if !facts.is_empty() || ways.iter().any(AtomSet::is_empty) {
            Loss::Device
        } else {
            Loss::Other
        }
    }

    /// The resources that an entry targets, and its counterpart does not if that is what lets go: surely with every client,
    /// surely outside of browsers, and perhaps. In a browser, a portal may be what asks for an API.
    pub(super) fn parts(&mut self, old: Side, entry: usize, property: Property) -> Parts {
        let other = match property {
            Property::Facet(Facet::Applications) => self.counterpart_entry(old, entry),
            Property::Facet(_) | Property::Policy | Property::GrantControls | Property::SessionControls => None,
        };
        if let Some(known) = self.parts.get(&(old, entry, other)) {
            return Rc::clone(known);
        }
        let parts: Parts = self.parts_without(old, entry, other).into();
        self.parts.insert((old, entry, other), Rc::clone(&parts));
        parts
    }

    fn parts_without(&mut self, old: Side, entry: usize, other: Option<usize>) -> Vec<(Mode, Part)> {
        let surely = self.resources(old, entry, other, Mode::Sure);
        let perhaps = self.resources(old, entry, other, Mode::Possible);
        let is_whole = surely == perhaps && surely.iter().all(|(_, by_client)| by_client[0] == by_client[1]);
        let (anyhow, others): (Vec<_>, Vec<_>) = surely.into_iter().partition(|(_, by_client)| by_client[1]);
        let part = |of: Vec<(Resource, [bool; 2])>, is_outside_browsers, is_whole| Part {
            resources: of.into_iter().map(|(resource, _)| resource).collect(),
            is_outside_browsers,
            is_whole,
        };
        let mut parts = vec![(Mode::Sure, part(anyhow, false, is_whole))];
        if !others.is_empty() {
            parts.push((Mode::Sure, part(others, true, false)));
        }
        parts.push((Mode::Possible, part(perhaps, false, true)));
        parts
    }

    /// The resources that are meant outside of browsers, or in one.
    fn resources(&mut self, old: Side, entry: usize, other: Option<usize>, mode: Mode) -> Vec<(Resource, [bool; 2])> {
        let own = self.prover.entries[old.index()][entry].facet(Facet::Applications).clone();
        let other =
            other.map(|other| self.prover.entries[old.other().index()][other].facet(Facet::Applications).clone());
        let space = &mut self.prover.space;
        let perhaps = mode == Mode::Possible;
        let own = own.assume(&|term| space.is_doubt(term), perhaps);
        let other = other.map(|other| other.assume(&|term| space.is_doubt(term), !perhaps));
        let browser = space.client(ClientAppType::Browser);
        let resources = space.resources.clone();
        let meant = |resource: Resource| {
            let term = space.known(&Meaning::Resource(resource.clone()));
            let by_client = [false, true].map(|in_browser| {
                let is_true = |asked| Some(asked) == term || (in_browser && browser == Formula::Is(asked));
                own.holds(&is_true) && !other.as_ref().is_some_and(|other| other.holds(&is_true))
            });
            by_client.contains(&true).then_some((resource, by_client))
        };
        resources.into_iter().filter_map(meant).collect()
    }
}
