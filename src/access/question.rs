//! What is asked of the prover: whose sign-ins, to what, and with what.

use super::{Account, Shown};
use crate::catalog::Suite;
use crate::coverage::prover::{Formula, Term, TooIntricate, Trait};
use crate::coverage::{Coordinate, Side};
use crate::diff::ways::{AtomSet, Model, Prover, actions_and_contexts};
use crate::diff::{self, Atom, Expected, Region, Resources};
use crate::policy::{Id, UserType};
use crate::requirement::Resource;
use crate::syntax::Pointer;
use crate::tenant::Tenant;
use std::collections::BTreeSet;

/// The sign-ins that are asked about, but for the user.
pub(super) fn scope(region: &Region, to: &[Resource], tenant: &Tenant) -> Expected {
    let region = Region { users: diff::Scope::default(), resources: Some(resources(to, tenant)), ..region.clone() };
    Expected::about(region)
}

/// Every app is all but actions and contexts. A suite is also its members that policies name.
fn resources(asked: &[Resource], tenant: &Tenant) -> Resources {
    if asked.contains(&Resource::Every) {
        let others = actions_and_contexts([tenant]).into_iter();
        return Resources::AllBut(others.filter(|one| !asked.contains(one)).collect());
    }
    let applications = || tenant.policies.iter().map(|policy| &policy.conditions.applications);
    let mut these: Vec<Resource> = asked.to_vec();
    for resource in asked {
        let Resource::OfSuite(suite) = resource else { continue };
        let named = applications().flat_map(|apps| apps.include.known().chain(apps.exclude.known()));
        let members = named.map(|(_, id)| id).filter(|id| Suite::of(id).is_none() && suite.holds(id) == Some(true));
        these.extend(members.cloned().map(Resource::App));
    }
    these.sort();
    these.dedup();
    Resources::These(these)
}

/// Every atom that the account does not have.
pub(super) fn withheld(prover: &mut Prover<'_>, has: Option<&[Atom]>) -> AtomSet {
    let Some(has) = has else { return AtomSet::new() };
    let has: AtomSet = has.iter().map(|atom| prover.atoms.index(atom.clone())).collect();
    prover.atoms.all_but(&has)
}

/// That the user is this account, and the terms that may be true of it.
pub(super) fn identity(prover: &Prover<'_>, tenant: &Tenant, account: &Account) -> (Formula, BTreeSet<Term>) {
    let mut literals = Vec::new();
    let mut open = BTreeSet::new();
    let listed = account.listed(tenant);
    let kinds: Vec<UserType> = listed.map(|alike| alike.kinds.types().collect()).unwrap_or_default();
    let told = if let [kind] = kinds.as_slice() { Some(*kind) } else { None };
    let kind = account.kind.or(told).unwrap_or(UserType::Member);
    for term in prover.space.terms() {
        let Some(one) = prover.space.trait_of(term) else { continue };
        let is_true = match one {
            Trait::Listed => None,
            Trait::User(id) => is_one_of(id, account.id.as_slice()),
            Trait::Group(id) => match listed {
                Some(alike) => id.guid().and_then(|id| tenant.people.in_group(alike, id)),
                None => is_one_of(id, &account.groups),
            },
            Trait::Role(id) => match listed {
                Some(alike) => id.guid().and_then(|id| tenant.people.has_role(alike, id)),
                None => is_one_of(id, &account.roles),
            },
            Trait::Type(own) => Some(own == kind),
            // From which tenant a guest comes is not said.
            Trait::ExternalTenant if kind.is_external() => None,
            Trait::ExternalTenant => Some(false),
        };
        match is_true {
            Some(true) => literals.push(Formula::Is(term)),
            Some(false) => literals.push(Formula::IsNot(term)),
            None => _ = open.insert(term),
        }
    }
    (Formula::all(literals), open)
}

/// That the user has what this account has, whatever else.
pub(super) fn at_least(prover: &Prover<'_>, account: &Account) -> Formula {
    let has = |is: Option<bool>, term| (is == Some(true)).then_some(Formula::Is(term));
    let literal = |term| match prover.space.trait_of(term)? {
        Trait::User(id) => has(is_one_of(id, account.id.as_slice()), term),
        Trait::Group(id) => has(is_one_of(id, &account.groups), term),
        Trait::Role(id) => has(is_one_of(id, &account.roles), term),
        Trait::Type(kind) => Some(if account.kind? == kind { Formula::Is(term) } else { Formula::IsNot(term) }),
        Trait::Listed | Trait::ExternalTenant => None,
    };
    Formula::all(prover.space.terms().filter_map(literal).collect::<Vec<_>>())
}

/// Whether an object is one of these, where an id that is not resolved may stand for any of them.
fn is_one_of(id: &Id, known: &[Id]) -> Option<bool> {
    if known.iter().any(|one| id.is_written(one)) {
        return Some(true);
    }
    let may_be = id.is_unresolved() || known.iter().any(Id::is_unresolved);
    if may_be && !known.is_empty() { None } else { Some(false) }
}

/// What is not known in these entries, of their own.
fn depends_on(prover: &Prover<'_>, side: Side, entries: &[usize]) -> Vec<(usize, Pointer, &'static str)> {
    let mut found = Vec::new();
    for entry in entries {
        let entry = &prover.entries[side.index()][*entry];
        let places = prover.depends_on(&[&entry.applies]).into_iter();
        let own = places.filter(|(of, policy, ..)| *of == side && entry.which.policy() == Some(*policy));
        found.extend(own.map(|(_, policy, pointer, reason)| (policy, pointer, reason)));
    }
    found.sort();
    found.dedup();
    found
}

/// Where a sign-in departs from what is tried first, apart from the user and from what it is to: those are told by themselves.
fn departures(prover: &Prover<'_>, model: &Model) -> BTreeSet<Coordinate> {
    let departs = model.iter().filter(|term| prover.space.departs(**term) && !prover.space.is_doubt(**term));
    let mut found: BTreeSet<Coordinate> = departs
        .filter(|term| prover.space.trait_of(**term).is_none())
        .map(|term| prover.space.coordinate(*term))
        .collect();
    found.remove(&Coordinate::Resource);
    found
}

/// The smallest sign-in on which these formulas hold, and what a way meets with on it. Where it is not known what refuses it,
/// what that depends on.
pub(super) fn smallest(
    prover: &mut Prover<'_>,
    side: Side,
    wanted: &[Formula],
    (way, open): (&AtomSet, &BTreeSet<Term>),
    is_doubtful: bool,
) -> Result<Option<Shown>, TooIntricate> {
    let Some(model) = prover.ask(wanted, &[])? else { return Ok(None) };
    let model = prover.smallest(wanted, &[], &model)?;
    let truth = prover.truth(&model);
    let entries = 0..prover.entries[side.index()].len();
    let by: Vec<usize> = entries.clone().filter(|entry| prover.refuses_on(side, *entry, way, &truth)).collect();
    let is_blocked = prover.is_refused(side, &AtomSet::new(), &truth);
    let is_by_device = by.iter().all(|entry| prover.entries[side.index()][*entry].grant.accepts_a_device(way));
    let mut doubted = if is_doubtful { by.clone() } else { Vec::new() };
    if is_doubtful && by.is_empty() {
        for entry in entries {
            let refuses = prover.refuses(side, entry, way);
            let may_be =
                |term, is_true| prover.space.is_doubt(term) || open.contains(&term) || truth.is(term) == is_true;
            doubted.extend(refuses.has_truth(true, &may_be).then_some(entry));
        }
    }
    let depends_on = depends_on(prover, side, &doubted);
    let Ok(sign_in) = prover.space.sign_in_to(side, &model) else { return Err(TooIntricate) };
    let mut relevant = departures(prover, &model);
    relevant.extend((is_by_device && !by.is_empty()).then_some(Coordinate::Device));
    let relevant = relevant.into_iter().collect();
    let by = by.into_iter().map(|entry| prover.entries[side.index()][entry].which).collect();
    Ok(Some(Shown { sign_in, relevant, by, is_blocked, is_by_device, depends_on }))
}
