//! What becomes of one sign-in in each tenant, and the lines that say so.

use super::atom::AtomSet;
use super::difference::{Access, Cause, Control, Options, Outcome, Place, Property, Which};
use super::grant::Grant;
use super::prover::{Prover, Truth, policy_of, view};
use crate::coverage::{Facet, Side};
use crate::policy::{self, GrantControl, Policy};
use crate::requirement::Requirement;
use crate::signin::SignIn;
use crate::syntax::Pointer;
use crate::tenant::Tenant;
use std::collections::BTreeSet;

impl Prover<'_> {
    /// Whether an entry applies to a sign-in.
    fn applies_to(&self, side: Side, entry: usize, truth: &Truth) -> bool {
        self.entries[side.index()][entry].applies.holds(&|term| truth.is(term))
    }

    /// Whether an entry refuses a way on a sign-in.
    pub(crate) fn refuses_on(&mut self, side: Side, entry: usize, withheld: &AtomSet, truth: &Truth) -> bool {
        self.applies_to(side, entry, truth) && self.refusals(side, withheld)[entry].holds(&|term| truth.is(term))
    }

    /// Whether anything in a tenant refuses a way on a sign-in.
    pub(crate) fn is_refused(&mut self, side: Side, withheld: &AtomSet, truth: &Truth) -> bool {
        (0..self.entries[side.index()].len()).any(|entry| self.refuses_on(side, entry, withheld, truth))
    }

    /// What becomes of a sign-in.
    pub(crate) fn outcome(&mut self, side: Side, tenant: &Tenant, truth: &Truth) -> Outcome {
        let mut policies = Vec::new();
        let mut requires: Vec<Vec<Control>> = Vec::new();
        for index in 0..self.entries[side.index()].len() {
            if !self.applies_to(side, index, truth) {
                continue;
            }
            let entry = &self.entries[side.index()][index];
            policies.push(entry.which);
            match policy_of(tenant, entry) {
                Some(policy) => requires.extend(Grant::clauses(policy)),
                None => requires.push(vec![Control::BuiltIn(GrantControl::Mfa)]),
            }
        }
        if self.is_refused(side, &AtomSet::new(), truth) {
            return Outcome { access: Access::Blocked, policies };
        }
        Outcome { access: Access::needing(requires), policies }
    }

    /// The edits that bring a change about: everything in the old tenant that refuses one of these ways on the sign-in.
    pub(crate) fn causes(&mut self, asked: &Asked<'_>, ways: &[AtomSet], truth: &Truth) -> Vec<Cause> {
        let old = asked.old;
        let mut causes = Vec::new();
        for entry in 0..self.entries[old.index()].len() {
            if ways.iter().any(|way| self.refuses_on(old, entry, way, truth)) {
                causes.push(self.cause(asked, entry, truth));
            }
        }
        causes
    }

    /// Why the counterpart of an entry lets the sign-in go.
    pub(crate) fn cause(&mut self, asked: &Asked<'_>, entry: usize, truth: &Truth) -> Cause {
        let (old, new) = (asked.old, asked.old.other());
        let which = self.entries[old.index()][entry].which;
        let other = asked.counterparts[entry].map(|other| &self.entries[new.index()][other]);
        let counterpart = other.map(|other| other.which);
        let holds = |term| truth.is(term);
        let property = match other {
            None => Property::Policy,
            Some(other) => {
                let failing = other.facets.iter().find(|(_, formula)| !formula.holds(&holds));
                failing.map_or(asked.otherwise, |(facet, _)| Property::Facet(*facet))
            }
        };
        let parties = match old {
            Side::Before => (Some(which), counterpart),
            Side::After => (counterpart, Some(which)),
        };
        let places = Self::places(asked, which, counterpart, property);
        Cause { before: parties.0, after: parties.1, property, places }
    }

    fn places(asked: &Asked<'_>, which: Which, counterpart: Option<Which>, property: Property) -> Vec<Place> {
        let (old, new) = (asked.old, asked.old.other());
        let mut places = Vec::new();
        let policy = |side: Side, which: Which| {
            let index = which.policy()?;
            asked.tenants[side.index()].policies.get(index).map(|policy| (index, policy))
        };
        if let Some((index, policy)) = counterpart.and_then(|other| policy(new, other)) {
            let pointer = Self::deciding(asked, policy, property).unwrap_or_else(|| section(property, policy));
            let message = match new {
                Side::After => "lets it go now",
                Side::Before => "did not ask for it before",
            };
            places.push(Place { side: new, policy: index, pointer, message });
        }
        if let Some((index, policy)) = policy(old, which) {
            let message = match old {
                Side::Before => "asked for it before",
                Side::After => "asks for it now",
            };
            let pointer = if property == Property::Policy { Pointer::root() } else { section(property, policy) };
            places.push(Place { side: old, policy: index, pointer, message });
        }
        places
    }

    /// The place in a policy of the new tenant that lets the sign-in go.
    fn deciding(asked: &Asked<'_>, policy: &Policy, property: Property) -> Option<Pointer> {
        let Property::Facet(facet) = property else { return None };
        let new = asked.old.other();
        let view = view(asked.tenants[new.index()], asked.requirement, asked.options);
        let section = container(facet);
        let sign_in = &asked.sign_ins.as_ref()?[new.index()];
        let mut causes = view.causes(policy, sign_in);
        let cause = causes.find(|cause| cause.at.property.is_within(section))?;
        Some(cause.pointer(policy))
    }
}

/// What a change is looked at with.
pub(crate) struct Asked<'a> {
    pub(crate) tenants: [&'a Tenant; 2],
    pub(crate) requirement: &'a Requirement,
    pub(crate) options: Options,
    /// The tenant that refuses, or asks for, what the other one does not.
    pub(crate) old: Side,
    /// For each entry of the old tenant, its counterpart.
    pub(crate) counterparts: &'a [Option<usize>],
    /// What lets go where all conditions of the counterpart match.
    pub(crate) otherwise: Property,
    pub(crate) sign_ins: Option<[SignIn; 2]>,
}

/// The property of a policy that a facet is about.
pub(crate) fn container(facet: Facet) -> policy::Property {
    match facet {
        Facet::State => policy::Property::State,
        Facet::Applications => policy::Property::Applications,
        Facet::IncludeUsers | Facet::ExcludeUsers => policy::Property::Users,
        Facet::ClientAppTypes => policy::Property::ClientAppTypes,
        Facet::IncludePlatforms | Facet::ExcludePlatforms => policy::Property::Platforms,
        Facet::IncludeLocations | Facet::ExcludeLocations => policy::Property::Locations,
        Facet::Devices => policy::Property::DeviceFilter,
        Facet::SignInRisk => policy::Property::SignInRiskLevels,
        Facet::UserRisk => policy::Property::UserRiskLevels,
        Facet::InsiderRisk => policy::Property::InsiderRiskLevels,
        Facet::Flows => policy::Property::TransferMethods,
        Facet::Others => policy::Property::Conditions,
    }
}

/// The property of a policy that holds what a change is about.
fn section(property: Property, policy: &Policy) -> Pointer {
    match property {
        Property::Policy => Pointer::root(),
        Property::GrantControls => Pointer::new(policy::Property::GrantControls),
        Property::SessionControls => Pointer::new(policy::Property::SessionControls),
        Property::Facet(Facet::Others) => {
            let opaque = policy.conditions.opaque.first().map(|opaque| opaque.name.clone());
            let conditions = Pointer::new(policy::Property::Conditions);
            opaque.map_or(conditions.clone(), |name| conditions.key(&name))
        }
        Property::Facet(facet) => Pointer::new(container(facet)),
    }
}

/// The policies of some entries.
pub(crate) fn parties(prover: &Prover<'_>, side: Side, entries: &[usize]) -> Vec<Which> {
    let all: BTreeSet<Which> = entries.iter().map(|entry| prover.entries[side.index()][*entry].which).collect();
    all.into_iter().collect()
}
