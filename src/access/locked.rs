//! Users who cannot sign in to something at all, whatever they bring and from wherever: policies that are harmless one by
//! one leave no way in together.
//!
//! A user and a resource are guessed, and the prover looks for a sign-in that lets them through. What it finds rules out
//! every guess that the same sign-in lets through, so that few rounds are enough.

use crate::coverage::Side;
use crate::coverage::prover::{Formula, Lit, Meaning, Solver, Term, TooIntricate};
use crate::diff::ways::{AtomSet, Demand, Mode, Prover, requirement};
use crate::diff::{self, Atom, Dimension, Expected, Intent, Region, Resources};
use crate::policy::{ClientAppType, Fact, GrantControl, Id, Platform, Policy, State, TransferMethod, UserType, Words};
use crate::requirement::Resource;
use crate::signin::SignIn;
use crate::tenant::{Companions, Tenant};
use std::collections::BTreeSet;

/// Users who are locked out of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedOut {
    /// Who, as far as it is not everybody: the user of a sign-in.
    pub who: SignIn,
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

/// What cannot be, whatever the policies say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Necessity {
    /// Entra knows devices of Windows, macOS, iOS, Android and Linux only.
    KnownDevicesHaveAPlatform,
    /// Only a device of Windows is hybrid joined.
    HybridJoinIsForWindows,
    /// A device that is being registered is not known yet.
    ARegisteringDeviceIsUnknown,
    /// By device code flow, the device that asks is not known.
    DeviceCodeHidesTheDevice,
    /// There are approved apps for iOS and Android only, and apps with a protection policy for Windows, too.
    ProtectedAppsAreForPhones,
}

impl Necessity {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::KnownDevicesHaveAPlatform,
        Self::HybridJoinIsForWindows,
        Self::ARegisteringDeviceIsUnknown,
        Self::DeviceCodeHidesTheDevice,
        Self::ProtectedAppsAreForPhones,
    ];

    /// The same as a sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::KnownDevicesHaveAPlatform => {
                "only devices with Windows, macOS, iOS, Android or Linux can be compliant or joined"
            }
            Self::HybridJoinIsForWindows => "only devices with Windows can be hybrid joined",
            Self::ARegisteringDeviceIsUnknown => {
                "a device that is being registered can be neither compliant nor joined"
            }
            Self::DeviceCodeHidesTheDevice => "in the device code flow, no device is known",
            Self::ProtectedAppsAreForPhones => {
                "approved apps exist for iOS and Android only, and apps with a protection policy for Windows, too"
            }
        }
    }
}

/// Guesses beyond which a tenant is too intricate.
const MOST_ROUNDS: usize = 400;

/// Lock-outs that are told of one tenant.
const MOST_TOLD: usize = 5;

const REGISTER_DEVICE: &str = "urn:user:registerdevice";

/// Every class of users and resource for which each sign-in is refused. What is not known is taken to let them in.
#[must_use]
pub fn locked_out(tenant: &Tenant, options: diff::Options) -> Vec<LockedOut> {
    let hard: Vec<usize> =
        tenant.policies.iter().enumerate().filter(|(_, policy)| is_hard(policy)).map(|(index, _)| index).collect();
    if hard.is_empty() {
        return Vec::new();
    }
    // Only these can refuse somebody who brings everything.
    let companions = Companions { named_locations: tenant.companions.named_locations.clone(), ..Companions::default() };
    let policies = hard.iter().map(|index| tenant.policies[*index].clone()).collect();
    let reduced = Tenant { policies, companions, missing: Vec::new() };
    let intent = Intent { expected: sets().map(Expected::about).to_vec() };
    let requirement = requirement([&reduced, &reduced], &intent);
    let Ok(prover) = Prover::new([&reduced, &reduced], &requirement, &intent, options) else { return Vec::new() };
    let Ok(mut search) = Search::new(prover) else { return Vec::new() };
    // What was found until the effort ran out is told.
    let mut found = Vec::new();
    let _ = search.run(&mut found);
    for one in &mut found {
        one.policies = one.policies.iter().map(|index| hard[*index]).collect();
    }
    found
}

/// Whether a policy may refuse somebody who brings everything, on some device or platform.
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
        | GrantControl::CompliantApplication => true,
        GrantControl::Mfa | GrantControl::PasswordChange | GrantControl::RiskRemediation | GrantControl::VerifiedId => {
            false
        }
    };
    on && policy.grant.built_in.position(is_hard).is_some()
}

/// Sets of sign-ins that the facts are about: modern clients, platforms of devices that Entra knows, Windows, phones, the
/// registration of a device, the device code flow.
fn sets() -> [Region; 6] {
    fn with<W: Words>(dimension: Dimension, values: &[W]) -> Region {
        let words = values.iter().map(|value| value.word()).collect();
        Region { values: vec![(dimension, words)], ..Region::default() }
    }
    let known = [Platform::Windows, Platform::MacOs, Platform::Ios, Platform::Android, Platform::Linux];
    let register = Resource::UserAction(Id::new(REGISTER_DEVICE));
    [
        with(Dimension::ClientAppTypes, &ClientAppType::MODERN),
        with(Dimension::DevicePlatforms, &known),
        with(Dimension::DevicePlatforms, &[Platform::Windows]),
        with(Dimension::DevicePlatforms, &[Platform::Ios, Platform::Android]),
        Region { resources: Some(Resources::These(vec![register])), ..Region::default() },
        with(Dimension::AuthenticationFlows, &[TransferMethod::DeviceCodeFlow]),
    ]
}

/// What may be brought on some platforms.
#[derive(Clone)]
struct Way {
    withheld: AtomSet,
    platforms: Formula,
}

struct Search<'t> {
    prover: Prover<'t>,
    modern_clients: Formula,
    /// Where each fact holds. What of them is about apps is in the ways.
    facts: Vec<(Necessity, Formula)>,
    ways: Vec<Way>,
    /// The terms that tell users and resources apart.
    users: Vec<Term>,
    resources: Vec<Term>,
    /// Those of the resources that are no app.
    actions: Vec<Term>,
    guess: Solver,
}

impl<'t> Search<'t> {
    /// The prover has been asked about these sets.
    fn new(mut prover: Prover<'t>) -> Result<Self, TooIntricate> {
        let [modern_clients, known_platforms, windows, phones, registering, device_code] =
            std::array::from_fn(|set| prover.expected[set].regions[Side::Before.index()].clone());
        let is_known = prover.space.known(&Meaning::Registered).map_or(Formula::Never, Formula::Is);
        let implies = |one: &Formula, other: &Formula| Formula::any([one.clone().not(), other.clone()]);
        let fact = |fact| match fact {
            Necessity::KnownDevicesHaveAPlatform => implies(&is_known, &known_platforms),
            Necessity::HybridJoinIsForWindows => implies(&prover.space.is_hybrid_joined(), &windows),
            Necessity::ARegisteringDeviceIsUnknown => implies(&registering, &is_known.clone().not()),
            Necessity::DeviceCodeHidesTheDevice => implies(&device_code, &is_known.clone().not()),
            Necessity::ProtectedAppsAreForPhones => Formula::Always,
        };
        let facts = Necessity::ALL.into_iter().zip(Necessity::ALL.map(fact)).collect();
        let [approved, protected] = [GrantControl::ApprovedApplication, GrantControl::CompliantApplication]
            .map(|control| prover.atoms.index(Atom::Control(control)));
        let others = Formula::all([phones.clone().not(), windows.clone().not()]);
        let ways = vec![
            Way { withheld: AtomSet::new(), platforms: phones },
            Way { withheld: AtomSet::from([approved]), platforms: windows },
            Way { withheld: AtomSet::from([approved, protected]), platforms: others },
        ];
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
        Ok(Self { prover, modern_clients, facts, ways, users, resources, actions, guess })
    }

    /// The sign-ins that can be, but for one fact, and the ways that can be brought.
    fn feasible(&self, without: Option<Necessity>) -> (Formula, Vec<Way>) {
        let facts = self.facts.iter().filter(|(fact, _)| Some(*fact) != without).map(|(_, holds)| holds.clone());
        let all = Formula::all(facts.chain([self.modern_clients.clone()]));
        let anything = || vec![Way { withheld: AtomSet::new(), platforms: Formula::Always }];
        let is_free = without == Some(Necessity::ProtectedAppsAreForPhones);
        (all, if is_free { anything() } else { self.ways.clone() })
    }

    fn run(&mut self, found: &mut Vec<LockedOut>) -> Result<(), TooIntricate> {
        let always = self.guess.variable();
        self.guess.clause([always]);
        // Whoever is told apart by one trait comes first: nobody may be in two groups at once.
        let users: Vec<Lit> = self.users.iter().map(|term| self.guess.literal(*term)).collect();
        let one = self.guess.more_than(&users, None);
        let two = self.guess.more_than(&users, Some(&one));
        let mut assumed: Vec<Lit> = two.last().map(|several| !*several).into_iter().collect();
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
            let fixed = self.fixed(&guessed, true);
            if let Some(lets_in) = self.way_in(&fixed, None)? {
                self.guess.demand(always, &lets_in.not());
                continue;
            }
            let one = self.locked(&guessed, always)?;
            found.extend(one.filter(|one| !is_stated(&self.prover, one)));
            if found.len() == MOST_TOLD {
                return Ok(());
            }
        }
        Err(TooIntricate)
    }

    /// That the user is who was guessed, and the resource, if that matters.
    fn fixed(&self, guessed: &BTreeSet<Term>, of_resource: bool) -> Formula {
        let resources: &[Term] = if of_resource { &self.resources } else { &[] };
        let literal = |term: &Term| if guessed.contains(term) { Formula::Is(*term) } else { Formula::IsNot(*term) };
        let others = self.actions.iter().filter(|_| !of_resource).map(|term| Formula::IsNot(*term));
        Formula::all(self.users.iter().chain(resources).map(literal).chain(others).collect::<Vec<_>>())
    }

    /// A sign-in that lets a guess through, as the guesses that it lets through.
    fn way_in(&mut self, fixed: &Formula, without: Option<Necessity>) -> Result<Option<Formula>, TooIntricate> {
        let (feasible, ways) = self.feasible(without);
        for Way { withheld, platforms } in ways {
            let can_be = Formula::all([feasible.clone(), platforms]);
            let open = Demand::Open(Side::Before, withheld.clone(), Mode::Possible);
            let Some(model) = self.prover.ask(&[fixed.clone(), can_be.clone()], &[open])? else { continue };
            let lets_in = Formula::all([can_be, self.prover.refused(Side::Before, &withheld).not()]);
            let is_open = |term: Term| self.users.contains(&term) || self.resources.contains(&term);
            return Ok(Some(lets_in.put_in(&|term| (!is_open(term)).then(|| model.contains(&term)))));
        }
        Ok(None)
    }

    /// Who is locked out with somebody who is, and of what.
    fn locked(&mut self, guessed: &BTreeSet<Term>, always: Lit) -> Result<Option<LockedOut>, TooIntricate> {
        let mut guessed = guessed.clone();
        // Whoever needs less to be locked out is told instead.
        for term in self.users.clone() {
            if guessed.remove(&term) {
                let fixed = self.fixed(&guessed, true);
                // A home tenant, for example, goes with a type of guest.
                let is_possible = self.prover.ask(std::slice::from_ref(&fixed), &[])?.is_some();
                if !is_possible || self.way_in(&fixed, None)?.is_some() {
                    guessed.insert(term);
                }
            }
        }
        let is_action = self.actions.iter().any(|term| guessed.contains(term));
        let of_all = !is_action && self.way_in(&self.fixed(&guessed, false), None)?.is_none();
        let fixed = self.fixed(&guessed, !of_all);
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
        self.guess.demand(always, &Formula::any(own.chain([elsewhere]).collect::<Vec<_>>()));
        let policies = self.core(&fixed)?;
        let mut needs = Vec::new();
        for fact in Necessity::ALL {
            if self.way_in(&fixed, Some(fact))?.is_some() {
                needs.push(fact);
            }
        }
        let Ok(who) = self.prover.space.sign_in_to(Side::Before, &guessed) else { return Ok(None) };
        let resource = (!of_all).then(|| who.resource.clone());
        Ok(Some(LockedOut { who, resource, policies, needs }))
    }

    /// Entries that leave no way in together, none of which can be left out.
    fn core(&mut self, fixed: &Formula) -> Result<Vec<usize>, TooIntricate> {
        let (feasible, ways) = self.feasible(None);
        let mut solver = self.prover.space.solver()?;
        solver.allow(GUESSING);
        let count = self.prover.entries[Side::Before.index()].len();
        let counted: Vec<Lit> = (0..count).map(|_| solver.variable()).collect();
        let mut cases = Vec::new();
        for Way { withheld, platforms } in ways {
            let case = solver.variable();
            for formula in [fixed, &feasible, &platforms] {
                solver.demand(case, formula);
            }
            let refusals = self.prover.refusals(Side::Before, &withheld);
            let entries = self.prover.entries[Side::Before.index()].iter().zip(refusals.iter());
            for ((entry, refusal), counted) in entries.zip(&counted) {
                let both = solver.variable();
                solver.clause([both, !case, !*counted]);
                let passes = Formula::any([entry.applies.clone().not(), refusal.clone().not()]);
                solver.demand(both, &passes);
            }
            cases.push(case);
        }
        let mut kept: Vec<usize> = (0..count).collect();
        for entry in 0..count {
            let fewer: Vec<usize> = kept.iter().copied().filter(|one| *one != entry).collect();
            let mut is_enough = true;
            for case in &cases {
                let assumed: Vec<Lit> = fewer.iter().map(|one| counted[*one]).chain([*case]).collect();
                is_enough &= self.prover.space.find(&mut solver, &assumed)?.is_none();
            }
            if is_enough {
                kept = fewer;
            }
        }
        let entries = &self.prover.entries[Side::Before.index()];
        Ok(kept.into_iter().filter_map(|entry| entries[entry].which.policy()).collect())
    }
}

/// Conflicts that guessing, and finding the policies, may take.
const GUESSING: u64 = 50_000;

/// Whether one policy says by itself that these users are blocked: that is meant so.
fn is_stated(prover: &Prover<'_>, one: &LockedOut) -> bool {
    let [policy] = one.policies[..] else { return false };
    let policies = &prover.space.tenant(Side::Before).policies;
    let blocks = policies[policy].grant.built_in.position(|control| *control == GrantControl::Block).is_some();
    blocks && one.needs.is_empty()
}
