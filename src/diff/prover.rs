//! Questions to the solver about two tenants in one space of sign-ins.

use super::atom::{AtomSet, Atoms};
use super::demand::{Demand, Mode, Wish};
use super::difference::{Options, Which};
use super::expected::{ExpectedRegion, named};
use super::grant::Grant;
use super::intent::Intent;
use crate::catalog;
use crate::coverage::prover::{
    Formula, Lit, Solver, Space, Term, TooIntricate, Work, defaults_ask_of, defaults_block, facets,
};
use crate::coverage::{self, Facet, Side};
use crate::policy::{ClientAppType, GrantControl, Policy};
use crate::requirement::{Grant as Required, Requirement, Resource};
use crate::signin::{View, Why};
use crate::syntax::Pointer;
use crate::tenant::{SecurityDefaults, Tenant};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::rc::Rc;

/// Whatever of a tenant can refuse a sign-in.
pub(crate) struct Entry {
    pub(crate) which: Which,
    pub(crate) facets: Vec<(Facet, Formula)>,
    /// The sign-ins to which it applies.
    pub(crate) applies: Formula,
    pub(crate) grant: Grant,
    pub(crate) session: Vec<Wish>,
}

impl Entry {
    pub(crate) fn facet(&self, facet: Facet) -> &Formula {
        let found = self.facets.iter().find(|(known, _)| *known == facet);
        found.map_or(&Formula::Always, |(_, formula)| formula)
    }
}

/// A sign-in that answers a question.
pub(crate) type Model = BTreeSet<Term>;

/// The same, for looking up many terms.
pub(crate) struct Truth(Vec<bool>);

impl Truth {
    /// Whether a term is true of the sign-in.
    pub(crate) fn is(&self, term: Term) -> bool {
        self.0[term.0]
    }
}

/// Two tenants, ready to be asked about.
pub(crate) struct Prover<'t> {
    pub(crate) space: Space<'t>,
    pub(crate) entries: [Vec<Entry>; 2],
    pub(crate) atoms: Atoms,
    pub(crate) expected: Vec<ExpectedRegion>,
    pub(crate) solver: Solver,
    /// The demands that the solver knows.
    pub(crate) demands: HashMap<Demand, Lit>,
    /// For an entry and a mode: what demands that it does not apply.
    pub(crate) not_applying: HashMap<(Side, usize, Mode), Lit>,
    /// For each tenant and a way: when its entries refuse it.
    refusals: [HashMap<AtomSet, Rc<[Formula]>>; 2],
    /// Answers to the last questions.
    pub(crate) last: VecDeque<Model>,
    /// For a user who is named, others who may be the same.
    pub(crate) aliases: HashMap<Term, Vec<Term>>,
}

/// What policies are about beside apps: user actions, then authentication contexts.
pub(crate) fn actions_and_contexts<'t>(tenants: impl IntoIterator<Item = &'t Tenant>) -> BTreeSet<Resource> {
    let policies = tenants.into_iter().flat_map(|tenant| &tenant.policies);
    let named = policies.map(|policy| &policy.conditions.applications).flat_map(|applications| {
        let actions = applications.user_actions.known().map(|(_, id)| Resource::UserAction(id.clone()));
        let contexts = applications.authentication_contexts.known();
        actions.chain(contexts.map(|(_, id)| Resource::AuthenticationContext(id.clone())))
    });
    named.collect()
}

/// Every sign-in to whatever either tenant tells apart.
pub(crate) fn requirement(tenants: [&Tenant; 2], intent: &Intent) -> Requirement {
    let mut no_apps = actions_and_contexts(tenants);
    let mut everything = Requirement::everywhere(Required::Mfa);
    if tenants.iter().any(|tenant| tenant.security_defaults() != SecurityDefaults::Off) {
        // Security defaults ask for MFA there, whether a policy names it or not.
        everything.resources.push(Resource::App(catalog::management_api()));
    }
    for resource in intent.expected.iter().flat_map(|expected| named(&expected.region)) {
        match resource {
            // Without a resource of its own, a suite that no policy names would be no app at all.
            Resource::App(_) | Resource::OfSuite(_) => everything.resources.push(resource.clone()),
            Resource::UserAction(_) | Resource::AuthenticationContext(_) => _ = no_apps.insert(resource.clone()),
            Resource::Other | Resource::Every => {}
        }
    }
    everything.resources.extend(no_apps);
    everything.clients = vec![
        ClientAppType::MobileAppsAndDesktopClients,
        ClientAppType::Browser,
        ClientAppType::ExchangeActiveSync,
        ClientAppType::Other,
    ];
    everything
}

impl<'t> Prover<'t> {
    pub(crate) fn new(
        tenants: [&'t Tenant; 2],
        requirement: &'t Requirement,
        intent: &Intent,
        options: Options,
    ) -> Result<Self, TooIntricate> {
        let how = coverage::Options { assumptions: options.assumptions, ..coverage::Options::default() };
        let view = coverage::view(requirement, tenants[0], how);
        let mut space = Space::of_both(view, tenants[1]);
        space.work = Work::of(options.work);
        let mut atoms = Atoms::default();
        let entries = Side::ALL.map(|side| entries(&mut space, &mut atoms, side, options));
        // Every term must be there before the solver is.
        for side in Side::ALL {
            for entry in &entries[side.index()] {
                entry.grant.refusal(&AtomSet::new(), &mut space, (side, entry.which));
            }
        }
        let expected = ExpectedRegion::all(intent, &mut space, &mut atoms);
        space.is_compliant();
        space.is_hybrid_joined();
        space.client(ClientAppType::Browser);
        if space.has_too_many_terms() {
            return Err(TooIntricate);
        }
        let mut solver = space.solver()?;
        solver.allow(options.effort);
        let aliases = space.aliases();
        let (demands, not_applying, refusals) = (HashMap::new(), HashMap::new(), Default::default());
        let last = VecDeque::new();
        Ok(Self { space, entries, atoms, expected, solver, demands, not_applying, refusals, last, aliases })
    }

    /// The terms that are true of a sign-in, to look up.
    pub(crate) fn truth(&self, model: &Model) -> Truth {
        let mut all = vec![false; self.space.terms().count()];
        for term in model {
            all[term.0] = true;
        }
        Truth(all)
    }

    /// When the entries of a tenant refuse a way, whatever the sign-in.
    pub(crate) fn refusals(&mut self, side: Side, withheld: &AtomSet) -> Rc<[Formula]> {
        let Self { refusals, entries, space, .. } = self;
        if let Some(known) = refusals[side.index()].get(withheld) {
            return Rc::clone(known);
        }
        let of = |entry: &Entry| entry.grant.refusal(withheld, space, (side, entry.which));
        let all: Rc<[Formula]> = entries[side.index()].iter().map(of).collect();
        refusals[side.index()].insert(withheld.clone(), Rc::clone(&all));
        all
    }

    /// When an entry refuses a way, whatever the sign-in.
    pub(crate) fn refusal(&mut self, side: Side, entry: usize, withheld: &AtomSet) -> Formula {
        self.refusals(side, withheld)[entry].clone()
    }

    /// When an entry applies and refuses a way.
    pub(crate) fn refuses(&mut self, side: Side, entry: usize, withheld: &AtomSet) -> Formula {
        let refusal = self.refusal(side, entry, withheld);
        Formula::all([self.entries[side.index()][entry].applies.clone(), refusal])
    }

    /// When anything in a tenant applies and refuses a way.
    pub(crate) fn refused(&mut self, side: Side, withheld: &AtomSet) -> Formula {
        let refusals = self.refusals(side, withheld);
        let entries = self.entries[side.index()].iter().zip(refusals.iter());
        let refuse = entries.map(|(entry, refusal)| Formula::all([entry.applies.clone(), refusal.clone()]));
        Formula::any(refuse.collect::<Vec<_>>())
    }

    /// A claim as a mode takes it: what is unknown is not so if the claim must be sure.
    pub(crate) fn claim(&self, formula: &Formula, mode: Mode) -> Formula {
        match mode {
            Mode::Sure => self.surely(formula),
            Mode::Possible => formula.clone(),
        }
    }

    /// That something is not so, as a mode takes it.
    pub(crate) fn denial(&self, formula: &Formula, mode: Mode) -> Formula {
        match mode {
            Mode::Sure => self.surely(&formula.clone().not()),
            Mode::Possible => formula.clone().not(),
        }
    }

    /// Where a formula holds whatever is unknown, and whoever the names of users stand for. A user who is called by one name
    /// may be whoever is called by another.
    fn surely(&self, formula: &Formula) -> Formula {
        let alone = |term: Term, literal: Formula| {
            let others = self.aliases.get(&term).into_iter().flatten().map(|other| Formula::IsNot(*other));
            Formula::all(std::iter::once(literal).chain(others))
        };
        match formula {
            Formula::Is(term) | Formula::IsNot(term) if self.space.is_doubt(*term) => Formula::Never,
            Formula::Is(term) | Formula::IsNot(term) => alone(*term, formula.clone()),
            Formula::Always | Formula::Never => formula.clone(),
            Formula::All(parts) => Formula::all(parts.iter().map(|part| self.surely(part)).collect::<Vec<_>>()),
            Formula::Any(parts) => Formula::any(parts.iter().map(|part| self.surely(part)).collect::<Vec<_>>()),
        }
    }

    /// The same, where a formula that always holds denies nothing.
    pub(crate) fn denial_unless_always(&self, formula: &Formula, mode: Mode) -> Formula {
        if *formula == Formula::Always { Formula::Always } else { self.denial(formula, mode) }
    }

    /// Entries of a tenant that may refuse one of these ways on a sign-in on which these formulas hold. Where it need not be
    /// exact, there may be others among them.
    pub(crate) fn may_refuse(
        &mut self,
        side: Side,
        ways: &[AtomSet],
        wanted: &[Formula],
        exact: bool,
    ) -> Result<Vec<usize>, TooIntricate> {
        let literals: Vec<(Term, bool)> = wanted.iter().flat_map(literals).collect();
        let refusals: Vec<Rc<[Formula]>> = ways.iter().map(|way| self.refusals(side, way)).collect();
        let is_apart = |formula: &Formula| *formula == Formula::Never || rules_out(formula, &literals);
        let candidates: Vec<usize> = (0..self.entries[side.index()].len())
            .filter(|entry| {
                !is_apart(&self.entries[side.index()][*entry].applies)
                    && !refusals.iter().all(|of_way| is_apart(&of_way[*entry]))
            })
            .collect();
        if !exact {
            return Ok(candidates);
        }
        // Where only the region counts, a solver that knows nothing else answers many times as fast.
        let mut solver = self.space.solver()?;
        solver.allow(MASK_EFFORT);
        let region = solver.variable();
        for formula in wanted {
            solver.demand(region, formula);
        }
        let Some((start, _)) = self.space.find(&mut solver, &[region])? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for entry in candidates {
            let applies = &self.entries[side.index()][entry].applies;
            let refuses = Formula::any(refusals.iter().map(|of_way| of_way[entry].clone()));
            let formulas: Vec<&Formula> = wanted.iter().chain([applies, &refuses]).collect();
            if self.space.near(start.clone(), &formulas).is_some() {
                found.push(entry);
                continue;
            }
            let gate = solver.variable();
            solver.demand(gate, applies);
            solver.demand(gate, &refuses);
            if self.space.find(&mut solver, &[region, gate])?.is_some() {
                found.push(entry);
            }
            solver.clause([!gate]);
        }
        Ok(found)
    }
}

/// Conflicts that finding out who still asks in a region may take.
const MASK_EFFORT: u64 = 20_000;

/// Whether a formula demands a term that one of these rules out, or the reverse.
fn rules_out(formula: &Formula, others: &[(Term, bool)]) -> bool {
    literals(formula).any(|(term, is_true)| others.contains(&(term, !is_true)))
}

/// Terms that must be true for a formula to hold, or false.
fn literals(formula: &Formula) -> impl Iterator<Item = (Term, bool)> {
    let parts = match formula {
        Formula::All(parts) => parts.as_slice(),
        Formula::Always | Formula::Never | Formula::Is(_) | Formula::IsNot(_) | Formula::Any(_) => {
            std::slice::from_ref(formula)
        }
    };
    parts.iter().filter_map(literal)
}

fn literal(formula: &Formula) -> Option<(Term, bool)> {
    match formula {
        Formula::Is(term) => Some((*term, true)),
        Formula::IsNot(term) => Some((*term, false)),
        Formula::Always | Formula::Never | Formula::All(_) | Formula::Any(_) => None,
    }
}

fn entries(space: &mut Space<'_>, atoms: &mut Atoms, side: Side, options: Options) -> Vec<Entry> {
    let tenant = space.tenant(side);
    let other = space.tenant(side.other());
    let retired = options.assumptions.approved_app_retired;
    let mut entries: Vec<Entry> = Vec::new();
    for (index, policy) in tenant.policies.iter().enumerate() {
        let facets = facets(space, policy, side, index);
        let applies = Formula::all(facets.iter().map(|(_, formula)| formula.clone()).collect::<Vec<_>>());
        let grant = Grant::of(policy, [tenant, other], atoms, retired);
        let session = Wish::of(policy, side, index);
        entries.push(Entry { which: Which::Policy(index), facets, applies, grant, session });
    }
    let defaults = match tenant.security_defaults() {
        SecurityDefaults::Off => return entries,
        SecurityDefaults::On => Formula::Always,
        SecurityDefaults::Contradicted => space.contradicted_defaults(),
    };
    let (management, apps, roles) = defaults_ask_of(space);
    let parts = [
        (Which::DefaultsBlock, GrantControl::Block, vec![(Facet::ClientAppTypes, defaults_block(space))]),
        (Which::DefaultsAsk, GrantControl::Mfa, vec![(Facet::Applications, management)]),
        (Which::DefaultsAsk, GrantControl::Mfa, vec![(Facet::IncludeUsers, roles), (Facet::Applications, apps)]),
    ];
    for (which, control, mut facets) in parts {
        facets.insert(0, (Facet::State, defaults.clone()));
        let applies = Formula::all(facets.iter().map(|(_, formula)| formula.clone()).collect::<Vec<_>>());
        entries.push(Entry { which, facets, applies, grant: Grant::single(control, atoms), session: Vec::new() });
    }
    entries
}

/// The policy of an entry.
pub(crate) fn policy_of<'t>(tenant: &'t Tenant, entry: &Entry) -> Option<&'t Policy> {
    tenant.policies.get(entry.which.policy()?)
}

/// How a tenant's own rules look at a sign-in.
pub(crate) fn view<'v>(tenant: &'v Tenant, requirement: &'v Requirement, options: Options) -> View<'v> {
    let how = coverage::Options { assumptions: options.assumptions, ..coverage::Options::default() };
    View { undefined: crate::signin::Undefined::AsTheSignInSays, ..coverage::view(requirement, tenant, how) }
}

impl Prover<'_> {
    /// The places that say what these formulas depend on: tenant, policy, pointer, and why that is not known.
    pub(crate) fn depends_on(&self, formulas: &[&Formula]) -> Vec<(Side, usize, Pointer, &'static str)> {
        let mut found = Vec::new();
        for term in self.doubts(formulas) {
            for ((side, index), cause) in self.space.depending(term) {
                let policy = &self.space.tenant(side).policies[index];
                found.push((side, index, cause.pointer(policy), because(cause.why)));
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// Everything unknown that these formulas depend on.
    fn doubts(&self, formulas: &[&Formula]) -> BTreeSet<Term> {
        let mut found = BTreeSet::new();
        for formula in formulas {
            formula.for_each_term(&mut |term| {
                if self.space.is_doubt(term) {
                    found.insert(term);
                }
            });
        }
        found
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
        Why::AdminPortals
        | Why::ApplicationFilter
        | Why::EveryRiskLevel
        | Why::PartnersPerhaps
        | Why::IdentitiesPerhaps
        | Why::SuitePerhaps(_)
        | Why::NoClientApps
        | Why::EmptyCondition => "Microsoft does not document it",
        Why::PerhapsTheSame | Why::LocationUndefined | Why::CompliantNetworkPerhaps | Why::DeviceFilterOpaque => {
            "the files do not say"
        }
        Why::Disabled
        | Why::ReportOnly
        | Why::Deleted
        | Why::UserNotIncluded
        | Why::OnlyIncludedGroups
        | Why::UserExcluded
        | Why::GroupExcluded
        | Why::RoleExcluded
        | Why::GuestsExcluded
        | Why::ResourceNotIncluded
        | Why::ResourceExcluded
        | Why::WorkloadIdentities
        | Why::OtherIdentities
        | Why::ClientAppNotIncluded
        | Why::PlatformNotIncluded
        | Why::PlatformExcluded
        | Why::LocationNotIncluded
        | Why::LocationExcluded
        | Why::DeviceFilter
        | Why::RiskNotIncluded
        | Why::FlowNotIncluded
        | Why::NoGrantControls
        | Why::NoSessionControl
        | Why::WeakerSessionControl
        | Why::NotForAllResources
        | Why::Alternative => "caplint does not know",
    }
}
