//! Questions to the solver about two tenants in one space of sign-ins.

use super::atom::{AtomSet, Atoms};
use super::difference::{Options, Which};
use super::grant::Grant;
use crate::catalog;
use crate::coverage::prover::{
    Formula, Lit, Solver, Space, Term, TooIntricate, defaults_ask_of, defaults_block, facets,
};
use crate::coverage::{self, Facet, Side};
use crate::policy::{ClientAppType, Digest, GrantControl, Policy, Property, SessionControl};
use crate::requirement::{Grant as Required, Requirement, Resource};
use crate::signin::View;
use crate::tenant::{SecurityDefaults, Tenant};
use std::collections::{BTreeSet, HashMap};

/// Whatever of a tenant can refuse a sign-in.
pub(super) struct Entry {
    pub(super) which: Which,
    pub(super) facets: Vec<(Facet, Formula)>,
    /// The sign-ins to which it applies.
    pub(super) applies: Formula,
    pub(super) grant: Grant,
    pub(super) session: Vec<Wish>,
}

/// Something that a policy asks of a session.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Wish {
    Control(SessionControl),
    /// What is not known, but is the same wherever the same is written.
    Written(Digest),
    /// What is not known of this policy.
    OfPolicy(Side, usize),
}

impl Wish {
    /// The session control, if it is known.
    pub(super) fn control(&self) -> Option<&SessionControl> {
        match self {
            Self::Control(control) => Some(control),
            Self::Written(_) | Self::OfPolicy(..) => None,
        }
    }

    fn of(policy: &Policy, side: Side, index: usize) -> Vec<Self> {
        if let Some(session) = policy.session.known() {
            return session.iter().cloned().map(Self::Control).collect();
        }
        let written = policy.content_of(Property::SessionControls);
        vec![written.map_or(Self::OfPolicy(side, index), Self::Written)]
    }
}

impl Entry {
    pub(super) fn facet(&self, facet: Facet) -> &Formula {
        let found = self.facets.iter().find(|(known, _)| *known == facet);
        found.map_or(&Formula::Always, |(_, formula)| formula)
    }
}

/// How far an answer must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Mode {
    /// However what is unknown turns out.
    Sure,
    /// For some of it.
    Possible,
}

/// A sign-in that answers a question.
pub(super) type Model = BTreeSet<Term>;

/// Two tenants, ready to be asked about.
pub(super) struct Prover<'t> {
    pub(super) space: Space<'t>,
    pub(super) entries: [Vec<Entry>; 2],
    pub(super) atoms: Atoms,
    solver: Solver,
    /// For a tenant, a way and a mode: what demands that nothing in the tenant refuses the way.
    open: HashMap<(Side, AtomSet, Mode), Lit>,
    /// For an entry and a mode: what demands that it does not apply.
    not_applying: HashMap<(Side, usize, Mode), Lit>,
    /// For an entry and a way: when it refuses.
    refusals: HashMap<(Side, usize, AtomSet), Formula>,
    /// For a tenant, a session control and a mode: what demands that nothing in the tenant asks for the session control.
    without: HashMap<(Side, Wish, Mode), Lit>,
    /// For a user who is named, others who may be the same.
    aliases: HashMap<Term, Vec<Term>>,
}

/// Every sign-in to whatever either tenant tells apart.
pub(super) fn requirement(tenants: [&Tenant; 2]) -> Requirement {
    let mut actions = BTreeSet::new();
    let mut contexts = BTreeSet::new();
    for applications in tenants.iter().flat_map(|tenant| &tenant.policies).map(|policy| &policy.conditions.applications)
    {
        actions.extend(applications.user_actions.known().map(|(_, id)| id.clone()));
        contexts.extend(applications.authentication_contexts.known().map(|(_, id)| id.clone()));
    }
    let mut everything = Requirement::everywhere(Required::Mfa);
    if tenants.iter().any(|tenant| tenant.security_defaults() != SecurityDefaults::Off) {
        // Security defaults ask for MFA there, whether a policy names it or not.
        everything.resources.push(Resource::App(catalog::management_api()));
    }
    everything.resources.extend(actions.into_iter().map(Resource::UserAction));
    everything.resources.extend(contexts.into_iter().map(Resource::AuthenticationContext));
    everything.clients = vec![
        ClientAppType::MobileAppsAndDesktopClients,
        ClientAppType::Browser,
        ClientAppType::ExchangeActiveSync,
        ClientAppType::Other,
    ];
    everything
}

impl<'t> Prover<'t> {
    pub(super) fn new(
        tenants: [&'t Tenant; 2],
        requirement: &'t Requirement,
        options: Options,
    ) -> Result<Self, TooIntricate> {
        let how = coverage::Options { assumptions: options.assumptions, ..coverage::Options::default() };
        let view = coverage::view(requirement, tenants[0], how);
        let mut space = Space::of_both(view, tenants[1]);
        let mut atoms = Atoms::default();
        let entries = Side::ALL.map(|side| entries(&mut space, &mut atoms, side, options));
        // Every term must be there before the solver is.
        for side in Side::ALL {
            for entry in &entries[side.index()] {
                entry.grant.refusal(&AtomSet::new(), &mut space, (side, entry.which));
            }
        }
        space.is_compliant();
        space.is_hybrid_joined();
        space.client(ClientAppType::Browser);
        if space.has_too_many_terms() {
            return Err(TooIntricate);
        }
        let mut solver = space.solver()?;
        solver.allow(options.effort);
        let aliases = space.aliases();
        let (open, refusals, without) = (HashMap::new(), HashMap::new(), HashMap::new());
        let not_applying = HashMap::new();
        Ok(Self { space, entries, atoms, solver, open, not_applying, refusals, without, aliases })
    }

    /// When an entry refuses a way, whatever the sign-in.
    pub(super) fn refusal(&mut self, side: Side, entry: usize, withheld: &AtomSet) -> Formula {
        let key = (side, entry, withheld.clone());
        if let Some(known) = self.refusals.get(&key) {
            return known.clone();
        }
        let of = &self.entries[side.index()][entry];
        let refusal = of.grant.refusal(withheld, &mut self.space, (side, of.which));
        self.refusals.insert(key, refusal.clone());
        refusal
    }

    /// When an entry applies and refuses a way.
    pub(super) fn refuses(&mut self, side: Side, entry: usize, withheld: &AtomSet) -> Formula {
        let refusal = self.refusal(side, entry, withheld);
        Formula::all([self.entries[side.index()][entry].applies.clone(), refusal])
    }

    /// A claim as a mode takes it: what is unknown is not so if the claim must be sure.
    pub(super) fn claim(&self, formula: &Formula, mode: Mode) -> Formula {
        match mode {
            Mode::Sure => self.surely(formula),
            Mode::Possible => formula.clone(),
        }
    }

    /// That something is not so, as a mode takes it.
    pub(super) fn denial(&self, formula: &Formula, mode: Mode) -> Formula {
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
    pub(super) fn denial_unless_always(&self, formula: &Formula, mode: Mode) -> Formula {
        if *formula == Formula::Always { Formula::Always } else { self.denial(formula, mode) }
    }

    /// What demands that nothing in a tenant refuses a way.
    pub(super) fn open(&mut self, side: Side, withheld: &AtomSet, mode: Mode) -> Lit {
        let key = (side, withheld.clone(), mode);
        if let Some(known) = self.open.get(&key) {
            return *known;
        }
        let gate = self.solver.variable();
        for entry in 0..self.entries[side.index()].len() {
            let refusal = self.refusal(side, entry, withheld);
            let satisfied = self.denial(&refusal, mode);
            if satisfied != Formula::Always && self.entries[side.index()][entry].applies != Formula::Never {
                let not_applying = self.not_applying(side, entry, mode);
                self.solver.demand_either(gate, not_applying, &satisfied);
            }
        }
        self.open.insert(key, gate);
        gate
    }

    /// What demands that an entry does not apply.
    fn not_applying(&mut self, side: Side, entry: usize, mode: Mode) -> Lit {
        if let Some(known) = self.not_applying.get(&(side, entry, mode)) {
            return *known;
        }
        let gate = self.solver.variable();
        let not = self.denial(&self.entries[side.index()][entry].applies, mode);
        self.solver.demand(gate, &not);
        self.not_applying.insert((side, entry, mode), gate);
        gate
    }

    /// What demands that nothing in a tenant asks for a session control.
    pub(super) fn without(&mut self, side: Side, wish: &Wish, mode: Mode) -> Lit {
        let key = (side, wish.clone(), mode);
        if let Some(known) = self.without.get(&key) {
            return *known;
        }
        let gate = self.solver.variable();
        for entry in 0..self.entries[side.index()].len() {
            let of = &self.entries[side.index()][entry];
            let may_ask = of.session.iter().any(|asked| asked.control().is_none());
            let asks = of.session.contains(wish) || (may_ask && mode == Mode::Sure);
            if asks && of.applies != Formula::Never {
                let not_applying = self.not_applying(side, entry, mode);
                self.solver.clause([!gate, not_applying]);
            }
        }
        self.without.insert(key, gate);
        gate
    }

    /// A sign-in on which these formulas hold and these demands are met.
    pub(super) fn ask(&mut self, wanted: &[Formula], demands: &[Lit]) -> Result<Option<Model>, TooIntricate> {
        if wanted.contains(&Formula::Never) {
            return Ok(None);
        }
        let gate = self.gate(wanted);
        let mut assumptions = vec![gate];
        assumptions.extend(demands);
        let found = self.solve(&assumptions);
        self.solver.clause([!gate]);
        found
    }

    fn gate(&mut self, wanted: &[Formula]) -> Lit {
        let gate = self.solver.variable();
        for formula in wanted {
            self.solver.demand(gate, formula);
        }
        gate
    }

    fn solve(&mut self, assumptions: &[Lit]) -> Result<Option<Model>, TooIntricate> {
        Ok(self.space.find(&mut self.solver, assumptions)?.map(|(model, _)| model))
    }

    /// The same sign-in with departures taken back as far as the answer allows.
    pub(super) fn smallest(
        &mut self,
        wanted: &[Formula],
        demands: &[Lit],
        mut model: Model,
    ) -> Result<Model, TooIntricate> {
        let gate = self.gate(wanted);
        let terms: Vec<Term> = self.space.terms().filter(|term| self.space.departs(*term)).collect();
        loop {
            let fewer = self.solver.variable();
            let (inside, outside): (Vec<Term>, Vec<Term>) = terms.iter().partition(|term| model.contains(term));
            let mut clause = vec![!fewer];
            clause.extend(inside.iter().map(|term| !self.solver.literal(*term)));
            self.solver.clause(clause);
            let mut assumptions = vec![gate, fewer];
            assumptions.extend(demands);
            assumptions.extend(outside.iter().map(|term| !self.solver.literal(*term)));
            let found = self.solve(&assumptions)?;
            self.solver.clause([!fewer]);
            match found {
                Some(smaller) => model = smaller,
                None => break,
            }
        }
        self.solver.clause([!gate]);
        Ok(model)
    }

    /// Entries of a tenant that may refuse one of these ways on a sign-in on which these formulas hold. Where it need not be
    /// exact, there may be others among them.
    pub(super) fn may_refuse(
        &mut self,
        side: Side,
        ways: &[AtomSet],
        wanted: &[Formula],
        exact: bool,
    ) -> Result<Vec<usize>, TooIntricate> {
        let mut candidates = Vec::new();
        for entry in 0..self.entries[side.index()].len() {
            let refusals: Vec<Formula> = ways.iter().map(|way| self.refuses(side, entry, way)).collect();
            let refuses = Formula::any(refusals);
            if refuses != Formula::Never && !is_plainly_apart(&refuses, wanted) {
                candidates.push((entry, refuses));
            }
        }
        if !exact {
            return Ok(candidates.into_iter().map(|(entry, _)| entry).collect());
        }
        // Where only the region counts, a solver that knows nothing else answers many times as fast.
        let mut solver = self.space.solver()?;
        solver.allow(MASK_EFFORT);
        let region = solver.variable();
        for formula in wanted {
            solver.demand(region, formula);
        }
        let mut found = Vec::new();
        for (entry, refuses) in candidates {
            let gate = solver.variable();
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

/// Whether one formula demands a term that another rules out.
fn is_plainly_apart(one: &Formula, others: &[Formula]) -> bool {
    let literals = |formula: &Formula| -> Vec<(Term, bool)> {
        let parts = match formula {
            Formula::All(parts) => parts.as_slice(),
            formula => std::slice::from_ref(formula),
        };
        parts.iter().filter_map(literal).collect()
    };
    let own = literals(one);
    others.iter().any(|other| literals(other).iter().any(|(term, is_true)| own.contains(&(*term, !is_true))))
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
pub(super) fn policy_of<'t>(tenant: &'t Tenant, entry: &Entry) -> Option<&'t Policy> {
    match entry.which {
        Which::Policy(index) => tenant.policies.get(index),
        Which::DefaultsBlock | Which::DefaultsAsk => None,
    }
}

/// How a tenant's own rules look at a sign-in.
pub(super) fn view<'v>(tenant: &'v Tenant, requirement: &'v Requirement, options: Options) -> View<'v> {
    let how = coverage::Options { assumptions: options.assumptions, ..coverage::Options::default() };
    View { undefined: crate::signin::Undefined::AsTheSignInSays, ..coverage::view(requirement, tenant, how) }
}

impl Prover<'_> {
    /// Everything unknown that these formulas depend on.
    pub(super) fn doubts(&self, formulas: &[&Formula]) -> BTreeSet<Term> {
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
