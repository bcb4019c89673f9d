//! Users who cannot sign in to something at all, whatever they bring and from wherever: policies that are harmless one by
//! one leave no way in together.
//!
//! A user and a resource are guessed, and the prover looks for a sign-in that lets them through. What it finds rules out
//! every guess that the same sign-in lets through, so that few rounds are enough.

use super::facts::{Facts, Necessity, Way, sets};
use super::let_in::{self, Suspects};
use crate::coverage::Side;
use crate::coverage::prover::{Counter, Formula, Lit, Meaning, OF_A_CONTROL, Solver, Term, TooIntricate, Trait};
use crate::diff::ways::{Common, Demand, Mode, Prover, requirement};
use crate::diff::{self, Expected, Intent};
use crate::policy::{Fact, GrantControl, Policy, State, UserType};
use crate::requirement::Resource;
use crate::signin::SignIn;
use crate::tenant::{Companions, Tenant};
use std::collections::{BTreeMap, BTreeSet};

/// Users who are locked out of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedOut {
    /// Who, as far as it is not everybody: the user of a sign-in.
    pub who: SignIn,
    /// Other types of external users to whom the same happens.
    pub also: Vec<UserType>,
    /// Of what; none for every app.
    pub resource: Option<Resource>,
    /// The policies that do it together, by their indices: none of them can be left out.
    pub policies: Vec<usize>,
    /// What is true of all sign-ins, and needed for this.
    pub needs: Vec<Necessity>,
}

impl LockedOut {
    /// Whether it is about users who are in no group, hold no role and are named by no policy.
    #[must_use]
    pub fn is_of_ordinary_users(&self) -> bool {
        let who = &self.who;
        who.user.is_none() && who.groups.is_empty() && who.roles.is_empty() && who.user_type == UserType::Member
    }
}

/// Guesses beyond which a tenant is too intricate.
const MOST_ROUNDS: usize = 400;

/// Lock-outs that are told of one tenant.
const MOST_TOLD: usize = 5;

/// Every class of users and resource for which each sign-in is refused. What is not known is taken to let them in.
#[must_use]
pub fn locked_out(tenant: &Tenant, options: diff::Options) -> Vec<LockedOut> {
    all_locked_out(tenant, options).0
}

/// The same, and whether these are all: the search ends if there are many, or if it takes too much effort.
#[must_use]
pub fn all_locked_out(tenant: &Tenant, options: diff::Options) -> (Vec<LockedOut>, bool) {
    let hard: Vec<usize> =
        tenant.policies.iter().enumerate().filter(|(_, policy)| is_hard(policy)).map(|(index, _)| index).collect();
    if hard.is_empty() {
        return (Vec::new(), true);
    }
    // Only these can refuse somebody who brings everything.
    let companions = Companions {
        named_locations: tenant.companions.named_locations.clone(),
        strengths: tenant.companions.strengths.clone(),
        trust: tenant.companions.trust.clone(),
        ..Companions::default()
    };
    let policies = hard.iter().map(|index| tenant.policies[*index].clone()).collect();
    let hard_ones = Tenant { policies, companions, ..Tenant::default() };
    let Some(suspects) = let_in::suspects(&hard_ones, options.assumptions) else { return (Vec::new(), true) };
    // Mostly, few policies refuse what the others let in, and they are enough to say who is locked out.
    let all = &suspects.all;
    let few: Vec<usize> = all.iter().copied().filter(|index| suspects.may_refuse_or_is_meant(*index)).collect();
    let told = (few.len() < all.len()).then(|| told_of(&hard_ones, &few, Some(&suspects), options)).flatten();
    let (mut found, are_all) = told.unwrap_or_else(|| told_of(&hard_ones, all, None, options).unwrap_or_default());
    for one in &mut found {
        one.policies = one.policies.iter().map(|index| hard[*index]).collect();
    }
    (found, are_all)
}

/// Why a search ends before everything is told.
enum Stop {
    /// It takes too much effort.
    TooIntricate,
    /// Policies that are not looked at may lock somebody out, too.
    OthersMatter,
}

impl From<TooIntricate> for Stop {
    fn from(_: TooIntricate) -> Self {
        Self::TooIntricate
    }
}

/// Who is locked out by some policies of a tenant, if they are all that matter, and whether these are all. With suspects, other
/// policies may matter, but let in whoever no suspect is for.
fn told_of(
    tenant: &Tenant,
    some: &[usize],
    suspects: Option<&Suspects>,
    options: diff::Options,
) -> Option<(Vec<LockedOut>, bool)> {
    let policies = some.iter().map(|index| tenant.policies[*index].clone()).collect();
    let reduced = Tenant { policies, companions: tenant.companions.clone(), ..Tenant::default() };
    let intent = Intent { expected: sets().map(Expected::about).to_vec() };
    // One tenant is looked at, and the other side is left empty.
    let tenants = [&reduced, &Tenant::default()];
    let requirement = requirement(tenants, &intent);
    let options = diff::Options { work: OF_A_CONTROL, ..options };
    let prover = Prover::new(tenants, &requirement, &intent, options).ok()?;
    let mut search = Search::new(prover, options).ok()?;
    if let Some(Suspects { refusing_members, refusing_guests, .. }) = suspects {
        search
            .others_let_in_but(|own| refusing_members.contains(&some[own]), |own| refusing_guests.contains(&some[own]));
    }
    let mut found = Vec::new();
    let is_done = match (search.run(&mut found), suspects) {
        (Ok(()), _) => true,
        // What was found until the effort ran out is told.
        (Err(Stop::TooIntricate), None) => false,
        (Err(Stop::OthersMatter), _) | (Err(Stop::TooIntricate), Some(_)) => return None,
    };
    let are_all = is_done && found.len() < MOST_TOLD;
    for one in &mut found {
        one.policies = one.policies.iter().map(|index| some[*index]).collect();
    }
    Some((found, are_all))
}

/// Whether a policy may refuse somebody who brings everything that can be brought, on some device or platform or as a guest.
fn is_hard(policy: &Policy) -> bool {
    let on = match policy.judged_state() {
        Fact::Known(State::Enabled) => !policy.deleted,
        Fact::Known(State::Disabled | State::ReportOnly) | Fact::Unknown(_) => false,
    };
    let is_hard = |control: &GrantControl| match control {
        GrantControl::Block
        | GrantControl::CompliantDevice
        | GrantControl::DomainJoinedDevice
        | GrantControl::ApprovedApplication
        | GrantControl::CompliantApplication
        | GrantControl::PasswordChange => true,
        GrantControl::Mfa | GrantControl::RiskRemediation | GrantControl::VerifiedId => false,
    };
    let has_strength = matches!(policy.grant.strength, Fact::Known(Some(_)));
    let is_for_users = policy.conditions.workload_identities != Fact::Known(true);
    on && is_for_users && (has_strength || policy.grant.built_in.position(is_hard).is_some())
}

struct Search<'t> {
    prover: Prover<'t>,
    facts: Facts,
    /// The terms that tell users and resources apart.
    users: Vec<Term>,
    resources: Vec<Term>,
    /// Those of the resources that are no app.
    actions: Vec<Term>,
    /// Users and resources of which one policy says by itself that they are blocked: that is meant so.
    stated: Vec<Formula>,
    guess: Solver,
    /// Whom the policies that are looked at may refuse, if there are others: they let in everybody else.
    refusable: Option<Formula>,
    /// What can be brought to which sign-ins, with all facts.
    ways: Vec<Possible>,
    /// Asked which policies leave no way in together.
    cores: Option<Cores>,
}

/// A way, and the sign-ins that can be.
struct Possible {
    way: Way,
    can_be: Formula,
    common: Common,
}

/// A solver that knows when each policy lets somebody in.
struct Cores {
    solver: Solver,
    /// Demands that a policy counts.
    counted: BTreeMap<usize, Lit>,
    /// Demands the sign-ins of each way.
    cases: Vec<Lit>,
}

impl<'t> Search<'t> {
    /// The prover has been asked about the sets of the facts.
    fn new(mut prover: Prover<'t>, options: diff::Options) -> Result<Self, TooIntricate> {
        let facts = Facts::of(&mut prover, &options.assumptions);
        let users = prover.space.terms().filter(|term| prover.space.trait_of(*term).is_some()).collect();
        let (mut resources, mut actions) = (Vec::new(), Vec::new());
        for resource in &prover.space.resources {
            let Some(term) = prover.space.known(&Meaning::Resource(resource.clone())) else { continue };
            let is_action = matches!(resource, Resource::UserAction(_) | Resource::AuthenticationContext(_));
            actions.extend(is_action.then_some(term));
            resources.push(term);
        }
        let mut guess = prover.space.solver()?;
        guess.allow(GUESSING);
        let (feasible, ways) = facts.feasible(None);
        let possible = |way: Way| {
            let can_be = Formula::all([feasible.clone(), way.sign_ins.clone()]);
            let common = prover.common(can_be.clone());
            Possible { way, can_be, common }
        };
        let ways = ways.into_iter().map(possible).collect();
        let stated = Vec::new();
        let mut search =
            Self { prover, facts, users, resources, actions, stated, guess, refusable: None, ways, cores: None };
        search.stated = search.stated()?;
        Ok(search)
    }

    /// Leaves it open what other policies do with whomever these are for. They let in everybody else.
    fn others_let_in_but(&mut self, refuses_members: impl Fn(usize) -> bool, refuses_guests: impl Fn(usize) -> bool) {
        let entries = &self.prover.entries[Side::Before.index()];
        let for_whom = |refuses: &dyn Fn(usize) -> bool| {
            let refusing = entries.iter().filter(|entry| entry.which.policy().is_some_and(refuses));
            let for_whom = refusing.map(|entry| {
                let facets = entry.facets.iter().map(|(_, formula)| formula);
                Formula::all(facets.filter(|formula| self.is_guessed(formula)).cloned().collect::<Vec<_>>())
            });
            Formula::any(for_whom.collect::<Vec<_>>())
        };
        let externals = self.users.iter().filter(|term| self.external(**term).is_some());
        let is_external = Formula::any(externals.map(|term| Formula::Is(*term)).collect::<Vec<_>>());
        let (members, guests) = (for_whom(&refuses_members), for_whom(&refuses_guests));
        self.refusable = Some(Formula::any([
            Formula::all([is_external.clone().not(), members]),
            Formula::all([is_external, guests]),
        ]));
    }

    /// Whether a formula is about nothing but users and resources.
    fn is_guessed(&self, formula: &Formula) -> bool {
        let mut all = true;
        formula.for_each_term(&mut |term| all &= self.users.contains(&term) || self.resources.contains(&term));
        all
    }

    /// Whether another policy may refuse what those that are looked at let in.
    fn may_be_refused(&self, guessed: &BTreeSet<Term>) -> bool {
        self.refusable.as_ref().is_some_and(|refusable| refusable.holds(&|term| guessed.contains(&term)))
    }

    /// The same of every app, whichever was guessed.
    fn may_be_refused_every_app(&self, guessed: &BTreeSet<Term>) -> bool {
        let users: BTreeSet<Term> = { self.users.iter().copied() }.filter(|term| guessed.contains(term)).collect();
        let apps = self.resources.iter().copied().filter(|term| !self.actions.contains(term));
        // The app that a policy would have to name is a term, and any other is none.
        std::iter::once(None)
            .chain(apps.map(Some))
            .all(|app| self.may_be_refused(&users.iter().copied().chain(app).collect()))
    }

    /// What each policy that blocks says of users and resources, if it says nothing else that matters.
    fn stated(&mut self) -> Result<Vec<Formula>, TooIntricate> {
        let feasible = self.facts.feasible(None).0;
        let feasible = self.prover.common(feasible);
        let mut found = Vec::new();
        for entry in 0..self.prover.entries[Side::Before.index()].len() {
            let own = &self.prover.entries[Side::Before.index()][entry];
            if own.which.policy().is_none() || !own.grant.blocks() {
                continue;
            }
            let facets = own.facets.iter().map(|(_, formula)| formula.clone());
            let (guessed, others): (Vec<Formula>, Vec<Formula>) = facets.partition(|facet| self.is_guessed(facet));
            let others = self.prover.claim(&Formula::all(others), Mode::Sure);
            if self.prover.ask_among(Some(&feasible), &[others.not()], &[])?.is_none() {
                found.push(self.prover.claim(&Formula::all(guessed), Mode::Sure));
            }
        }
        Ok(found)
    }

    fn is_stated(&self, guessed: &BTreeSet<Term>) -> bool {
        self.stated.iter().any(|stated| stated.holds(&|term| guessed.contains(&term)))
    }

    fn run(&mut self, found: &mut Vec<LockedOut>) -> Result<(), Stop> {
        let always = self.guess.variable();
        self.guess.clause([always]);
        if let Some(refusable) = &self.refusable {
            self.guess.demand(always, refusable);
        }
        for stated in self.stated.clone() {
            self.guess.demand(always, &stated.not());
        }
        // External users are looked at as such: in most tenants, nobody of them is in a group that a policy names.
        let external: Vec<Term> = self.users.iter().copied().filter(|term| self.external(*term).is_some()).collect();
        for own in &external {
            for other in self.users.iter().filter(|other| !external.contains(other)) {
                let pair = Formula::any([Formula::IsNot(*own), Formula::IsNot(*other)]);
                self.guess.demand(always, &pair);
            }
        }
        // Whoever is told apart by one trait comes first: nobody may be in two groups at once.
        let mut traits = Counter::default();
        for term in &self.users {
            traits.count(self.guess.literal(*term));
        }
        let mut assumed: Vec<Lit> = traits.at_most(&mut self.guess, 1).into_iter().collect();
        for _ in 0..MOST_ROUNDS {
            let Some((model, _)) = self.prover.space.find(&mut self.guess, &assumed)? else {
                if assumed.is_empty() {
                    return Ok(());
                }
                assumed.clear();
                continue;
            };
            let is_guessed = |term: &&Term| self.users.contains(term) || self.resources.contains(term);
            let guessed: BTreeSet<Term> = model.iter().filter(is_guessed).copied().collect();
            if let Some(lets_in) = self.way_in(&guessed, true)? {
                self.guess.demand(always, &lets_in.not());
                continue;
            }
            let one = self.locked(&guessed, always)?;
            found.extend(one.filter(|one| !is_meant(&self.prover, one)));
            if found.len() == MOST_TOLD {
                return Ok(());
            }
        }
        Err(Stop::TooIntricate)
    }

    /// That the user is who was guessed, and the resource, if that matters.
    fn fixed(&self, guessed: &BTreeSet<Term>, of_resource: bool) -> Formula {
        let resources: &[Term] = if of_resource { &self.resources } else { &[] };
        let literal = |term: &Term| if guessed.contains(term) { Formula::Is(*term) } else { Formula::IsNot(*term) };
        let others = self.actions.iter().filter(|_| !of_resource).map(|term| Formula::IsNot(*term));
        Formula::all(self.users.iter().chain(resources).map(literal).chain(others).collect::<Vec<_>>())
    }

    /// A sign-in that lets a guess through, to some app if not `of_resource`, as the guesses that it lets through.
    fn way_in(&mut self, guessed: &BTreeSet<Term>, of_resource: bool) -> Result<Option<Formula>, Stop> {
        let fixed = self.fixed(guessed, of_resource);
        for Possible { way, can_be, common } in &self.ways {
            let open = Demand::Open(Side::Before, way.withheld.clone(), Mode::Possible);
            let found = self.prover.ask_among(Some(common), std::slice::from_ref(&fixed), &[open])?;
            let Some(model) = found else { continue };
            let may_be_refused =
                if of_resource { self.may_be_refused(guessed) } else { self.may_be_refused_every_app(guessed) };
            if may_be_refused {
                return Err(Stop::OthersMatter);
            }
            let lets_in = Formula::all([can_be.clone(), self.prover.refused(Side::Before, &way.withheld).not()]);
            let is_open = |term: Term| self.users.contains(&term) || self.resources.contains(&term);
            return Ok(Some(lets_in.put_in(&|term| (!is_open(term)).then(|| model.contains(&term)))));
        }
        Ok(None)
    }

    /// Whether there would be a way in if a fact were none.
    fn is_let_in_without(&mut self, fact: Necessity, fixed: &Formula) -> Result<bool, TooIntricate> {
        let (feasible, ways) = self.facts.feasible(Some(fact));
        for Way { withheld, sign_ins } in ways {
            let open = Demand::Open(Side::Before, withheld, Mode::Possible);
            if self.prover.ask(&[fixed.clone(), feasible.clone(), sign_ins], &[open])?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Who is locked out with somebody who is, and of what.
    fn locked(&mut self, guessed: &BTreeSet<Term>, always: Lit) -> Result<Option<LockedOut>, Stop> {
        let mut guessed = guessed.clone();
        // Whoever needs less to be locked out is told instead.
        for term in self.users.clone() {
            if guessed.remove(&term) {
                let fixed = self.fixed(&guessed, true);
                // A home tenant, for example, goes with a type of guest.
                let is_possible = self.prover.ask(std::slice::from_ref(&fixed), &[])?.is_some();
                if !is_possible || self.is_stated(&guessed) || self.way_in(&guessed, true)?.is_some() {
                    guessed.insert(term);
                }
            }
        }
        let is_action = self.actions.iter().any(|term| guessed.contains(term));
        let of_all = !is_action && self.way_in(&guessed, false)?.is_none();
        let fixed = self.fixed(&guessed, !of_all);
        let all: Vec<usize> =
            self.prover.entries[Side::Before.index()].iter().filter_map(|entry| entry.which.policy()).collect();
        let Some(policies) = self.core(&fixed, &all)? else { return Ok(None) };
        let also = self.others_of_kind(&guessed, !of_all, &policies)?;
        // The same is not told again.
        let own = self.users.iter().filter(|term| guessed.contains(term)).map(|term| Formula::IsNot(*term));
        let resource = self.resources.iter().find(|term| guessed.contains(term));
        let is_combination = self.users.iter().filter(|term| guessed.contains(term)).count() > 1;
        let elsewhere = match (of_all, resource) {
            // One example is enough of those who may be nobody.
            _ if is_combination => Formula::Never,
            (true, _) => Formula::any(self.actions.iter().map(|term| Formula::Is(*term)).collect::<Vec<_>>()),
            (false, Some(resource)) => Formula::IsNot(*resource),
            (false, None) => Formula::any(self.resources.iter().map(|term| Formula::Is(*term)).collect::<Vec<_>>()),
        };
        self.guess.demand(always, &Formula::any(own.chain([elsewhere.clone()]).collect::<Vec<_>>()));
        for (term, _) in &also {
            self.guess.demand(always, &Formula::any([Formula::IsNot(*term), elsewhere.clone()]));
        }
        let mut needs = Vec::new();
        for fact in self.facts.assumed().to_vec() {
            if self.is_let_in_without(fact, &fixed)? {
                needs.push(fact);
            }
        }
        let Ok(who) = self.prover.space.sign_in_to(Side::Before, &guessed) else { return Ok(None) };
        let resource = (!of_all).then(|| who.resource.clone());
        let also = also.into_iter().map(|(_, kind)| kind).collect();
        Ok(Some(LockedOut { who, also, resource, policies, needs }))
    }

    /// The type of external user that a term stands for.
    fn external(&self, term: Term) -> Option<UserType> {
        match self.prover.space.trait_of(term)? {
            Trait::Type(kind) => Some(kind).filter(|kind| kind.is_external()),
            Trait::Listed | Trait::User(_) | Trait::Group(_) | Trait::Role(_) | Trait::ExternalTenant => None,
        }
    }

    /// Other types of external users to whom the same policies do the same, if it is about one type and nothing else.
    fn others_of_kind(
        &mut self,
        guessed: &BTreeSet<Term>,
        of_resource: bool,
        policies: &[usize],
    ) -> Result<Vec<(Term, UserType)>, TooIntricate> {
        let traits: Vec<Term> = self.users.iter().copied().filter(|term| guessed.contains(term)).collect();
        let [own] = traits[..] else { return Ok(Vec::new()) };
        if self.external(own).is_none() {
            return Ok(Vec::new());
        }
        let others: Vec<(Term, UserType)> = self
            .users
            .iter()
            .filter(|term| **term != own)
            .filter_map(|term| Some((*term, self.external(*term)?)))
            .collect();
        let mut found = Vec::new();
        for (term, kind) in others {
            let mut guess = guessed.clone();
            guess.remove(&own);
            guess.insert(term);
            let fixed = self.fixed(&guess, of_resource);
            if !self.is_stated(&guess) && self.core(&fixed, policies)?.as_deref() == Some(policies) {
                found.push((term, kind));
            }
        }
        Ok(found)
    }

    /// Policies among these that leave no way in together, none of which can be left out; none if all of them leave one.
    fn core(&mut self, fixed: &Formula, among: &[usize]) -> Result<Option<Vec<usize>>, TooIntricate> {
        let mut cores = match self.cores.take() {
            Some(cores) => cores,
            None => self.cores()?,
        };
        let found = self.core_of(&mut cores, fixed, among);
        self.cores = Some(cores);
        found
    }

    fn cores(&mut self) -> Result<Cores, TooIntricate> {
        let mut solver = self.prover.space.solver()?;
        let mut counted: BTreeMap<usize, Lit> = BTreeMap::new();
        let mut cases = Vec::new();
        for Possible { way, can_be, .. } in &self.ways {
            let case = solver.variable();
            solver.demand(case, can_be);
            let refusals = self.prover.refusals(Side::Before, &way.withheld);
            let entries = self.prover.entries[Side::Before.index()].iter().zip(refusals.iter());
            for (entry, refusal) in entries {
                let Some(policy) = entry.which.policy() else { continue };
                let counted = *counted.entry(policy).or_insert_with(|| solver.variable());
                let both = solver.variable();
                solver.clause([both, !case, !counted]);
                let passes = Formula::any([entry.applies.clone().not(), refusal.clone().not()]);
                solver.demand(both, &passes);
            }
            cases.push(case);
        }
        Ok(Cores { solver, counted, cases })
    }

    fn core_of(&self, cores: &mut Cores, fixed: &Formula, among: &[usize]) -> Result<Option<Vec<usize>>, TooIntricate> {
        let Cores { solver, counted, cases } = cores;
        solver.allow(GUESSING);
        let gate = solver.variable();
        solver.demand(gate, fixed);
        let mut is_enough = |policies: &[usize]| -> Result<bool, TooIntricate> {
            let counted = policies.iter().filter_map(|policy| counted.get(policy).copied());
            let assumed: Vec<Lit> = counted.chain([gate]).collect();
            for case in cases.iter() {
                let assumed: Vec<Lit> = assumed.iter().copied().chain([*case]).collect();
                if self.prover.space.find(solver, &assumed)?.is_some() {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        if !is_enough(among)? {
            return Ok(None);
        }
        let mut kept = among.to_vec();
        for policy in among {
            let fewer: Vec<usize> = kept.iter().copied().filter(|one| one != policy).collect();
            if is_enough(&fewer)? {
                kept = fewer;
            }
        }
        Ok(Some(kept))
    }
}

/// Conflicts that guessing, and finding the policies, may take.
const GUESSING: u64 = 50_000;

/// Whether one policy says by itself that these users are blocked: that is meant so.
fn is_meant(prover: &Prover<'_>, one: &LockedOut) -> bool {
    let [policy] = one.policies[..] else { return false };
    let entries = &prover.entries[Side::Before.index()];
    let entry = entries.iter().find(|entry| entry.which.policy() == Some(policy));
    entry.is_some_and(|entry| entry.grant.blocks()) && one.needs.is_empty()
}
