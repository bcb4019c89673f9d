//! What needs no solver, which is most tenants: one policy for everybody, or none for the first sign-in that an attacker
//! would try. Each answer is exact; where it takes more than a look, there is none.

use super::exceptions::exceptions;
use super::formula::{Formula, Term, Truths};
use super::hole::{Way, hole};
use super::listed::{Alike, excluding};
use super::region::Leniency;
use super::regions::{Carrier, Region, Regions, carried};
use super::space::{Meaning, Space};
use super::verdict::{Coordinate, Decision, Exception, Hole, PrincipalKind, Reason, Verdict};
use crate::policy::{Fact, Id, Policy, State};
use crate::signin::{Lens, Match, Undefined, View};
use crate::tenant::{PolicyIndex, SecurityDefaults};
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

/// Departures that are tried for each exception.
const DEPARTURES: usize = 8;

/// The decision if one policy covers everything, or everything but those whom it excludes one by one.
pub(super) fn held(space: &mut Space<'_>, regions: &mut Regions) -> Option<Decision> {
    let tenant = space.view.tenant;
    let is_off =
        |carrier: &Carrier| carrier.policy().is_some_and(|policy| tenant[policy].state != Fact::Known(State::Enabled));
    if let Some(carrier) = covering(regions.of(space, Leniency::AsWritten)).min_by_key(is_off) {
        return Some(Decision::without_examples(Verdict::Enforced, carried(&[carrier])));
    }
    // Who gets through has a name if users are told apart.
    let is_covered = !space.tells_people_apart()
        && covering(regions.of(space, Leniency::WithoutExceptions)).next().is_some()
        && !space.has_too_many_terms();
    if is_covered { all_but_exceptions(space, regions) } else { None }
}

/// The decision if what an attacker tries first gets through, whatever is unknown.
pub(super) fn open(space: &mut Space<'_>, regions: &mut Regions) -> Option<Decision> {
    let tenant = space.view.tenant;
    if space.tells_people_apart() {
        return None;
    }
    let nothing = BTreeSet::new();
    let is_open = regions.of(space, Leniency::UnknownsHelp).iter().all(|(_, region)| !region.holds(&|_| false));
    space.complete();
    (is_open && space.first_is_possible()).then(|| {
        // Whatever else gets through departs further.
        let covered = regions.of(space, Leniency::UnknownsHelp);
        let holes =
            space.sign_in(&nothing).map(|sign_in| hole(space, covered, &nothing, sign_in)).into_iter().collect();
        let reason = if tenant.policies.is_empty() { Reason::NoPolicies } else { Reason::Witness };
        Decision { holes, ..Decision::without_examples(Verdict::NotEnforced, reason) }
    })
}

/// Whether one policy covers everything if everything unknown helps.
pub(super) fn is_covered_at_best(space: &mut Space<'_>, regions: &mut Regions) -> bool {
    covering(regions.of(space, Leniency::UnknownsHelp)).next().is_some()
}

/// A policy without conditions for all users, and whoever it excludes one by one is stopped by no other: what baselines
/// and large exports mostly come to, without reading every policy as a formula.
pub(super) fn by_one_plain_policy(space: &mut Space<'_>, regions: &mut Regions) -> Option<Decision> {
    let view = space.view;
    let tenant = view.tenant;
    let policies = &tenant.policies;
    let mut carriers: Vec<PolicyIndex> = Vec::new();
    for (index, _) in tenant.indexed().filter(|(_, policy)| is_plain(policy)) {
        let covers_all = *regions.except_users(space, index, Leniency::AsWritten) == Formula::Always
            && regions.users(space, index, Leniency::WithoutExceptions) == Formula::Always;
        carriers.extend(covers_all.then_some(index));
    }
    let is_off = |policy: PolicyIndex| tenant[policy].state != Fact::Known(State::Enabled);
    let carrier = carriers.into_iter().min_by_key(|policy| (is_off(*policy), excluded(space, *policy).len()))?;
    let excluded = excluded(space, carrier);
    let reason = Reason::Policies(vec![carrier]);
    if excluded.is_empty() {
        return Some(Decision::without_examples(Verdict::Enforced, reason));
    }
    if !space.is_there_an_address_outside() || space.tells_people_apart() {
        return None;
    }
    let said = View { undefined: Undefined::AsTheSignInSays, ..view };
    let listed = space.listed();
    // Of those whom every policy treats the same, one is looked at: the policies that would stop him but for an exclusion.
    let mut looked_at: HashMap<Alike, BTreeSet<PolicyIndex>> = HashMap::new();
    let mut exceptions = Vec::new();
    for (kind, id) in excluded {
        let mut sign_in = space.first.clone();
        let coordinate = match kind {
            PrincipalKind::User | PrincipalKind::ServicePrincipal => {
                sign_in.user = Some(id.clone());
                Coordinate::User
            }
            PrincipalKind::Group | PrincipalKind::AgentIdentity => {
                sign_in.groups.insert(id.clone());
                Coordinate::Groups
            }
            PrincipalKind::Role => {
                sign_in.roles.insert(id.clone());
                Coordinate::Roles
            }
        };
        let would_stop = match looked_at.entry(listed.alike(kind, &id)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let by_defaults = tenant.security_defaults() != SecurityDefaults::Off && view.defaults_stop(&sign_in);
                let stops = |policy: &Policy| said.forces(policy, &sign_in, Lens::Plain) == Match::Yes;
                if by_defaults || policies.iter().any(stops) {
                    return None;
                }
                let excluding = excluding(&view, listed, (kind, &id), std::slice::from_ref(&sign_in));
                new.insert(excluding.into_iter().map(|(policy, _)| policy).collect())
            }
        };
        let policies = listed.excluding(kind, &id).iter().copied();
        let policies = policies.filter(|(policy, _)| would_stop.contains(policy)).collect();
        let holes = vec![Hole { sign_in, departs: vec![coordinate], relevant: vec![coordinate] }];
        let people = BTreeSet::new();
        exceptions.push(Exception { kind, id, holes, more_holes: false, people, policies });
    }
    Some(Decision { exceptions, ..Decision::without_examples(Verdict::EnforcedExcept, reason) })
}

/// Whom a policy excludes one by one.
fn excluded(space: &Space<'_>, policy: PolicyIndex) -> BTreeSet<(PrincipalKind, Id)> {
    PrincipalKind::excluded(&space.view.tenant[policy]).map(|(kind, id)| (kind, id.clone())).collect()
}

/// Whether a policy is for all users and has no condition that could leave a sign-in out. Only a hint: its formula decides.
fn is_plain(policy: &Policy) -> bool {
    let conditions = &policy.conditions;
    conditions.users.include_users.position(|id| id.is("All")).is_some()
        && conditions.locations.is_empty()
        && conditions.device_filter == Fact::Known(None)
        && conditions.insider_risk_levels.is_empty()
        && conditions.transfer_methods.is_empty()
}

/// Policies that cover everything alone.
fn covering(regions: &[Region]) -> impl Iterator<Item = Carrier> {
    regions.iter().filter(|(_, region)| **region == Formula::Always).map(|(carrier, _)| *carrier)
}

/// A policy that covers everybody but whom it excludes one by one: if each of these is seen to get through, by that alone
/// or with little more, they are all the exceptions there are.
fn all_but_exceptions(space: &mut Space<'_>, regions: &mut Regions) -> Option<Decision> {
    let tenant = space.view.tenant;
    let terms = |space: &Space<'_>, policy: PolicyIndex| -> Vec<Term> {
        let meanings = excluded(space, policy).into_iter().map(|(kind, id)| match kind {
            PrincipalKind::User | PrincipalKind::ServicePrincipal => Meaning::User(id),
            PrincipalKind::Group | PrincipalKind::AgentIdentity => Meaning::Group(id),
            PrincipalKind::Role => Meaning::Role(id),
        });
        let terms: BTreeSet<Term> = meanings.filter_map(|meaning| space.known(&meaning)).collect();
        terms.into_iter().collect()
    };
    let carriers: Vec<PolicyIndex> =
        covering(regions.of(space, Leniency::WithoutExceptions)).filter_map(Carrier::policy).collect();
    let carriers = carriers.into_iter().map(|policy| (policy, terms(space, policy)));
    let is_off = |policy: PolicyIndex| tenant[policy].state != Fact::Known(State::Enabled);
    let (carrier, terms) = carriers.min_by_key(|(policy, terms)| (is_off(*policy), terms.len()))?;
    if !space.first_is_possible() {
        return None;
    }
    let covered = regions.of(space, Leniency::AsWritten);
    let mut holes = Vec::new();
    for term in terms {
        let terms = nearest_hole(space, covered, term)?;
        let sign_in = space.sign_in(&terms).ok()?;
        holes.push(Way { sign_in, others: terms.clone(), terms, fixed: BTreeSet::new() });
    }
    let reason = Reason::Policies(vec![carrier]);
    Some(Decision {
        exceptions: exceptions(space, &holes),
        ..Decision::without_examples(Verdict::EnforcedExcept, reason)
    })
}

/// A minimal set of departures around one that no policy covers, if a short look finds it: whichever policy covers a
/// sign-in is made to let go of it by the departure that leaves the fewest others.
fn nearest_hole(space: &Space<'_>, covered: &[Region], principal: Term) -> Option<BTreeSet<Term>> {
    let stops = |region: &Formula, truths: &Truths| region.holds(&|term| truths.has(term));
    let covering = |truths: &Truths| covered.iter().filter(|(_, region)| stops(region, truths)).count();
    let mut terms = BTreeSet::from([principal]);
    for _ in 0..DEPARTURES {
        let truths = Truths::of(&terms);
        let Some((_, region)) = covered.iter().find(|(_, region)| stops(region, &truths)) else {
            return Some(without_the_needless(principal, terms, |terms| covering(&Truths::of(terms))));
        };
        let mut best: Option<(usize, u32, BTreeSet<Term>)> = None;
        region.for_each_term(&mut |term| {
            if terms.contains(&term) || space.principal_of(term).is_some() || !space.is_free(term, &terms) {
                return;
            }
            let further: BTreeSet<Term> = terms.iter().copied().chain([term]).collect();
            let truths = Truths::of(&further);
            let worth = (covering(&truths), space.effort(term));
            if !stops(region, &truths) && best.as_ref().is_none_or(|(left, effort, _)| worth < (*left, *effort)) {
                best = Some((worth.0, worth.1, further));
            }
        });
        terms = best?.2;
    }
    None
}

/// Takes back what is not needed for a hole.
fn without_the_needless(
    principal: Term,
    mut terms: BTreeSet<Term>,
    covering: impl Fn(&BTreeSet<Term>) -> usize,
) -> BTreeSet<Term> {
    loop {
        let smaller = terms
            .iter()
            .filter(|term| **term != principal)
            .map(|term| terms.iter().copied().filter(|other| other != term).collect::<BTreeSet<Term>>());
        match { smaller }.find(|smaller| covering(smaller) == 0) {
            Some(smaller) => terms = smaller,
            None => return terms,
        }
    }
}
