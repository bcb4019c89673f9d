//! Asks the prover for a sign-in that is refused.

use super::{Access, Account, Answer, Refused, Verdict};
use crate::catalog::Suite;
use crate::coverage::prover::{Formula, Term, TooIntricate, Trait};
use crate::coverage::{Coordinate, Side};
use crate::diff::ways::{AtomSet, Mode, Prover, actions_and_contexts, requirement};
use crate::diff::{self, Expected, Intent, Region, Resources};
use crate::policy::{Id, UserType};
use crate::requirement::Resource;
use crate::syntax::Pointer;
use crate::tenant::{Assume, AssumeEnabled, Tenant};
use std::collections::BTreeSet;

/// Decides: as the policies are, and as if those in report-only mode were on.
#[must_use]
pub fn decide(tenant: &Tenant, access: &Access, options: diff::Options) -> [Answer; 2] {
    let mut later = tenant.clone();
    later.assume(&AssumeEnabled::new(vec![Assume::ReportOnly]));
    let tenants = [tenant, &later];
    let intent = Intent { expected: vec![scope(access, tenant)] };
    let requirement = requirement(tenants, &intent);
    match Prover::new(tenants, &requirement, &intent, options) {
        Ok(mut prover) => Side::ALL.map(|side| answer(&mut prover, side, access, tenant)),
        Err(TooIntricate) => [intricate(), intricate()],
    }
}

fn intricate() -> Answer {
    Answer { verdict: Verdict::Undecided, refused: None, is_too_intricate: true }
}

/// The sign-ins that are asked about, but for the user.
fn scope(access: &Access, tenant: &Tenant) -> Expected {
    let region = Region {
        users: diff::Scope::default(),
        resources: Some(resources(&access.resources, tenant)),
        ..access.region.clone()
    };
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

fn answer(prover: &mut Prover<'_>, side: Side, access: &Access, tenant: &Tenant) -> Answer {
    let missing = if tenant.missing.is_empty() { Verdict::Can } else { Verdict::Undecided };
    let mut worst = Answer { verdict: missing, refused: None, is_too_intricate: false };
    for account in 0..access.accounts.len() {
        match refused(prover, side, access, account) {
            Ok(Some((verdict, refused))) if verdict > worst.verdict || worst.refused.is_none() => {
                worst = Answer { verdict, refused: Some(refused), is_too_intricate: false };
            }
            Err(TooIntricate) if worst.verdict == Verdict::Can => worst = intricate(),
            Ok(_) | Err(TooIntricate) => {}
        }
    }
    worst
}

fn refused(
    prover: &mut Prover<'_>,
    side: Side,
    access: &Access,
    index: usize,
) -> Result<Option<(Verdict, Refused)>, TooIntricate> {
    let account = &access.accounts[index];
    let withheld = withheld(prover, access);
    let (user, open) = identity(prover, account);
    let scope = Formula::all([user, prover.expected[0].regions[side.index()].clone()]);
    let any = prover.refused(side, &withheld);
    // Whether a group that a policy names is one of the account's is as unknown as anything else.
    let surely = prover.claim(&any.assume(&|term| open.contains(&term), false), Mode::Sure);
    for (verdict, refusing) in [(Verdict::Cannot, surely), (Verdict::Undecided, any)] {
        let wanted = [scope.clone(), refusing];
        let Some(model) = prover.ask(&wanted, &[])? else { continue };
        let model = prover.smallest(&wanted, &[], &model)?;
        let truth = prover.truth(&model);
        let by: Vec<usize> = (0..prover.entries[side.index()].len())
            .filter(|entry| prover.refuses_on(side, *entry, &withheld, &truth))
            .collect();
        let is_blocked = prover.is_refused(side, &AtomSet::new(), &truth);
        let Ok(mut sign_in) = prover.space.sign_in_to(side, &model) else { return Err(TooIntricate) };
        sign_in.user.clone_from(&account.id);
        sign_in.groups = account.groups.iter().cloned().collect();
        sign_in.roles = account.roles.iter().cloned().collect();
        let departs = model.iter().filter(|term| prover.space.departs(**term) && !prover.space.is_doubt(**term));
        let mut relevant: BTreeSet<Coordinate> = departs
            .filter(|term| prover.space.trait_of(**term).is_none())
            .map(|term| prover.space.coordinate(*term))
            .collect();
        // What is asked for is told by itself.
        relevant.remove(&Coordinate::Resource);
        let is_by_device =
            by.iter().all(|entry| prover.entries[side.index()][*entry].grant.accepts_a_device(&withheld));
        relevant.extend(is_by_device.then_some(Coordinate::Device));
        let depends_on = if verdict == Verdict::Undecided { depends_on(prover, side, &by) } else { Vec::new() };
        let by = by.into_iter().map(|entry| prover.entries[side.index()][entry].which).collect();
        let relevant = relevant.into_iter().collect();
        return Ok(Some((
            verdict,
            Refused { account: index, sign_in, relevant, by, is_blocked, is_by_device, depends_on },
        )));
    }
    Ok(None)
}

/// Every atom that the account does not have.
fn withheld(prover: &mut Prover<'_>, access: &Access) -> AtomSet {
    let Some(has) = &access.has else { return AtomSet::new() };
    let has: AtomSet = has.iter().map(|atom| prover.atoms.index(atom.clone())).collect();
    prover.atoms.all_but(&has)
}

/// That the user is this account, and the terms that may be true of it.
fn identity(prover: &Prover<'_>, account: &Account) -> (Formula, BTreeSet<Term>) {
    let mut literals = Vec::new();
    let mut open = BTreeSet::new();
    let kind = account.kind.unwrap_or(UserType::Member);
    let is_external = !matches!(kind, UserType::Member | UserType::InternalGuest);
    for term in prover.space.terms() {
        let Some(one) = prover.space.trait_of(term) else { continue };
        let is_true = match one {
            Trait::User(id) => is_one_of(id, account.id.as_slice()),
            Trait::Group(id) => is_one_of(id, &account.groups),
            Trait::Role(id) => is_one_of(id, &account.roles),
            Trait::Type(own) => Some(own == kind),
            // From which tenant a guest comes is not said.
            Trait::ExternalTenant if is_external => None,
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
