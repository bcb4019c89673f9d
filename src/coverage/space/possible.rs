//! Which terms can be true together: the clauses of the space, and what can be told of them without a solver.

use super::{Meaning, Space};
use crate::coverage::doubt::Side;
use crate::coverage::formula::{Formula, Term};
use crate::coverage::solver::{Lit, Solver, TooIntricate};
use crate::coverage::{addresses, cells};
use crate::policy::{Comparison, INTUNE, Test, UserType, needs_managed_device};
use crate::requirement::{Grant, Resource};
use crate::signin::{AppFact, SignIn};
use crate::tenant::{NamedLocation, Place};
use std::collections::{BTreeSet, HashMap};

/// Steps from one sign-in to another that are tried before the solver is asked.
const MOST_STEPS: usize = 16;

/// Pairs of a cell of addresses and a location that the solver is told one by one. It finds its way faster then, but they grow
/// with the square of the locations.
const MOST_ONE_BY_ONE: usize = 20_000;

/// Cells of addresses beyond which a tenant is too intricate.
const MOST_CELLS: usize = 4_096;

impl Space<'_> {
    /// A solver that knows which terms can be true together.
    pub(crate) fn solver(&mut self) -> Result<Solver, TooIntricate> {
        self.complete();
        let users = self.asked_users();
        let compliant = self.known(&Meaning::Device("isCompliant", Test::Equals, "true".into()));
        let hybrid = self.known(&Meaning::Device("trustType", Test::Equals, "serverad".into()));
        let mut solver = Solver::new(self.terms.len(), &self.work);
        let always = solver.variable();
        solver.clause([always]);
        solver.demand(always, &users);
        if self.view.requirement.outside_trusted_locations
            && let Some(trusted) = self.known(&Meaning::Trusted)
        {
            let trusted = solver.literal(trusted);
            solver.clause([!trusted]);
        }
        if self.view.requirement.outside_compliant_network {
            for (term, side, id) in self.locations() {
                if self.named_location(side, id).is_some_and(|location| location.place == Place::CompliantNetwork) {
                    let inside = solver.literal(term);
                    solver.clause([!inside]);
                }
            }
        }
        // Where the device itself is what is required, sign-ins from such a device are no concern.
        for (grant, term) in [(Grant::CompliantDevice, compliant), (Grant::HybridJoinedDevice, hybrid)] {
            if let Some(term) = term.filter(|_| self.view.requirement.grant.contains(&grant)) {
                let term = solver.literal(term);
                solver.clause([!term]);
            }
        }
        // What may not be in the suite is a concern only if it is.
        for (app, suite) in self.perhaps_of_suite() {
            let terms =
                [Meaning::Resource(app), Meaning::App(AppFact::InSuite(suite))].map(|meaning| self.known(&meaning));
            if let [Some(app), Some(in_suite)] = terms {
                let clause = [!solver.literal(app), solver.literal(in_suite)];
                solver.clause(clause);
            }
        }
        // An app that is named, and is one with an id, is asked for by its id.
        for (term, meaning) in self.indexed() {
            let Meaning::App(AppFact::Is(id)) = meaning else { continue };
            for resource in self.resources.iter().filter(|_| id.guid().is_some()) {
                let named = matches!(resource, Resource::App(app) if app.is_unresolved());
                if let Some(resource) = self.known(&Meaning::Resource(resource.clone())).filter(|_| named) {
                    let clause = [!solver.literal(term), !solver.literal(resource)];
                    solver.clause(clause);
                }
            }
        }
        self.one_value_a_coordinate(&mut solver);
        self.where_one_can_be(&mut solver)?;
        self.what_a_device_can_be(&mut solver);
        Ok(solver)
    }

    /// Whether the requirement is about who signs in.
    pub(crate) fn asked_users(&mut self) -> Formula {
        let users = &self.view.requirement.users;
        if users.is_empty() {
            return Formula::Always;
        }
        let users: Vec<Formula> = users.iter().map(|principal| self.principal(principal)).collect();
        Formula::any(users)
    }

    fn one_value_a_coordinate(&self, solver: &mut Solver) {
        let mut coordinates: HashMap<u8, Vec<Lit>> = HashMap::new();
        let mut external = Vec::new();
        for (term, meaning) in self.indexed() {
            let coordinate = match meaning {
                // What stands for an id may be the same object as any other.
                Meaning::User(id) | Meaning::ExternalTenant(id) if id.is_unresolved() => continue,
                Meaning::User(_) => 0,
                Meaning::Type(kind) => {
                    if *kind != UserType::InternalGuest {
                        external.push(solver.literal(term));
                    }
                    1
                }
                Meaning::ExternalTenant(_) => 2,
                Meaning::Resource(_) => 3,
                Meaning::Client(_) => 4,
                Meaning::Platform(_) => 5,
                Meaning::SignInRisk(_) => 6,
                Meaning::UserRisk(_) => 7,
                Meaning::InsiderRisk(_) => 8,
                Meaning::Flow(_) => 9,
                _ => continue,
            };
            coordinates.entry(coordinate).or_default().push(solver.literal(term));
        }
        for coordinate in 0..=9 {
            let values = coordinates.remove(&coordinate).unwrap_or_default();
            solver.at_most_one(&values);
            if coordinate == 2 {
                for tenant in values {
                    solver.clause(external.iter().copied().chain([!tenant]));
                }
            }
        }
    }

    fn where_one_can_be(&self, solver: &mut Solver) -> Result<(), TooIntricate> {
        let mut places: Vec<(Term, &Place)> = Vec::new();
        for (term, side, id) in self.locations() {
            if let (Some(true), Some(trusted), false) =
                (self.is_trusted_location(side, id), self.known(&Meaning::Trusted), self.is_redefined(id))
            {
                let (location, trusted) = (solver.literal(term), solver.literal(trusted));
                solver.clause([!location, trusted]);
            }
            if let Some(location) = self.named_location(side, id) {
                places.push((term, &location.place));
            }
        }
        for (locations, cells) in addresses::partitions(&places) {
            if cells.len() > MOST_CELLS {
                return Err(TooIntricate);
            }
            cells::tell(solver, &locations, &cells, cells.len() * locations.len() <= MOST_ONE_BY_ONE);
        }
        Ok(())
    }

    fn what_a_device_can_be(&self, solver: &mut Solver) {
        let Some(registered) = self.known(&Meaning::Registered) else { return };
        let registered = solver.literal(registered);
        let mut trust_types = vec![!registered];
        for (term, comparison) in &self.comparisons {
            let literal = solver.literal(*term);
            solver.clause([!literal, registered]);
            if comparison.attribute == "trustType" && is_trust_type(comparison) {
                trust_types.push(literal);
            }
        }
        solver.at_most_one(&trust_types[1..]);
        // These three have terms wherever one of them is asked for.
        let managed = [("isCompliant", "true"), ("trustType", "serverad"), ("mdmAppId", INTUNE)];
        let managed = managed.map(|(name, value)| self.known(&Meaning::Device(name, Test::Equals, value.into())));
        let managed: Vec<Lit> = managed.into_iter().flatten().map(|term| solver.literal(term)).collect();
        for (term, _) in self.comparisons.iter().filter(|(_, one)| needs_managed_device(one.attribute)) {
            let unmanaged = !solver.literal(*term);
            solver.clause(managed.iter().copied().chain([unmanaged]));
        }
        if self.view.assumptions.registered_devices_have_a_trust_type {
            solver.clause(trust_types);
        }
    }

    /// Solves until the model is one that a device can have: its terms, and the sign-in.
    pub(crate) fn find(
        &self,
        solver: &mut Solver,
        assumptions: &[Lit],
    ) -> Result<Option<(BTreeSet<Term>, SignIn)>, TooIntricate> {
        while solver.solve(assumptions)? {
            let model = solver.model();
            match self.sign_in(&model) {
                Ok(sign_in) => return Ok(Some((model, sign_in))),
                Err((one, other)) => {
                    let (first, second) = (solver.literal(one), solver.literal(other));
                    solver.clause([!first, second.apply_sign(!model.contains(&other))]);
                }
            }
        }
        Ok(None)
    }

    /// Whether a term can simply be made true beside others: nothing else must be true or false for it, but that one
    /// coordinate has one value.
    pub(crate) fn is_free(&self, term: Term, others: &BTreeSet<Term>) -> bool {
        let free = match self.meaning(term) {
            Meaning::Location(id) => {
                let is_nowhere = |location: &NamedLocation| match location.place {
                    Place::Undefined => true,
                    Place::CompliantNetwork => !self.view.requirement.outside_compliant_network,
                    Place::Ranges(_) | Place::Countries { .. } => false,
                };
                self.named_location(Side::Before, id).is_none_or(is_nowhere)
                    && self.is_trusted_location(Side::Before, id) != Some(true)
                    && !self.is_redefined(id)
            }
            Meaning::Trusted => !self.view.requirement.outside_trusted_locations,
            Meaning::Resource(resource) => self.perhaps_of_suite().iter().all(|(perhaps, _)| perhaps != resource),
            Meaning::Device(..)
            | Meaning::Registered
            | Meaning::ExternalTenant(_)
            | Meaning::User(_)
            | Meaning::Listed
            | Meaning::LocationAfter(_) => false,
            Meaning::Group(_)
            | Meaning::Role(_)
            | Meaning::Type(_)
            | Meaning::App(_)
            | Meaning::Client(_)
            | Meaning::Platform(_)
            | Meaning::Opaque(_)
            | Meaning::SignInRisk(_)
            | Meaning::UserRisk(_)
            | Meaning::InsiderRisk(_)
            | Meaning::Flow(_)
            | Meaning::Doubt(_) => true,
        };
        free && self.alike(term).iter().all(|alike| *alike == term || !others.contains(alike))
    }

    /// A sign-in on which all of these formulas hold, if a few simple steps lead to it from this one.
    pub(crate) fn near(&self, mut model: BTreeSet<Term>, formulas: &[&Formula]) -> Option<BTreeSet<Term>> {
        for _ in 0..MOST_STEPS {
            let Some(failing) = formulas.iter().find(|formula| !formula.holds(&|term| model.contains(&term))) else {
                return Some(model);
            };
            let (term, truth) = failing.step(&|term| model.contains(&term))?;
            if truth {
                for alike in self.alike(term) {
                    if model.remove(&alike) && !self.can_be_taken_back(alike, &model) {
                        return None;
                    }
                }
                if !self.is_free(term, &model) {
                    return None;
                }
                model.insert(term);
            } else {
                model.remove(&term);
                if !self.can_be_taken_back(term, &model) {
                    return None;
                }
            }
        }
        None
    }

    /// The same sign-in without the departures that can be taken back one by one while this still holds.
    pub(crate) fn taken_back(
        &self,
        model: &BTreeSet<Term>,
        mut still_holds: impl FnMut(&BTreeSet<Term>) -> bool,
    ) -> BTreeSet<Term> {
        let mut left = model.clone();
        for term in model {
            if self.can_be_taken_back(*term, &left) {
                left.remove(term);
                if !still_holds(&left) {
                    left.insert(*term);
                }
            }
        }
        left
    }

    /// Whether a term that is true can simply be made false: nothing that is true needs it.
    pub(crate) fn can_be_taken_back(&self, term: Term, others: &BTreeSet<Term>) -> bool {
        let is_place = |other: &Term| matches!(self.meaning(*other), Meaning::Location(_) | Meaning::LocationAfter(_));
        let is_tenant = |other: &Term| matches!(self.meaning(*other), Meaning::ExternalTenant(_));
        match self.meaning(term) {
            Meaning::User(_) | Meaning::Group(_) | Meaning::Role(_) => self.view.requirement.users.is_empty(),
            Meaning::Type(_) => self.view.requirement.users.is_empty() && !others.iter().any(is_tenant),
            Meaning::Trusted => !others.iter().any(is_place),
            Meaning::Location(_) => self.is_free(term, &BTreeSet::new()),
            Meaning::ExternalTenant(_)
            | Meaning::Resource(_)
            | Meaning::Client(_)
            | Meaning::Platform(_)
            | Meaning::SignInRisk(_)
            | Meaning::UserRisk(_)
            | Meaning::InsiderRisk(_)
            | Meaning::Flow(_)
            | Meaning::Opaque(_)
            | Meaning::Doubt(_) => true,
            Meaning::Listed
            | Meaning::App(_)
            | Meaning::LocationAfter(_)
            | Meaning::Registered
            | Meaning::Device(..) => false,
        }
    }

    /// Whether what an attacker tries first is a sign-in that the requirement is about.
    pub(crate) fn first_is_possible(&self) -> bool {
        let named = &self.view.tenant.companions.named_locations;
        let places = self.locations().filter_map(|(term, _, id)| Some((term, &named.get(id)?.place)));
        self.view.requirement.users.is_empty() && addresses::leave_any_outside(&places.collect::<Vec<_>>())
    }

    /// The same before any location has a term: whether an address can be outside of every one.
    pub(crate) fn is_there_an_address_outside(&self) -> bool {
        self.view.requirement.users.is_empty() && addresses::is_any_outside(self.view.tenant)
    }
}

fn is_trust_type(comparison: &Comparison) -> bool {
    comparison.test == Test::Equals
        && ["AzureAD", "ServerAD", "Workplace"].iter().any(|known| comparison.value.eq_ignore_ascii_case(known))
}
