//! Questions to the solver about two tenants in one space of sign-ins.

use super::atom::{AtomSet, Atoms};
use super::difference::{Options, Which};
use super::grant::Grant;
use crate::coverage::prover::{Formula, Lit, Solver, Space, Term, TooIntricate, defaults_ask, defaults_block, facets};
use crate::coverage::{self, Facet, Side};
use crate::policy::{ClientAppType, GrantControl, Policy, SessionControl};
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
    pub(super) session: Vec<SessionControl>,
    /// What is asked of the session is not known.
    pub(super) has_unknown_session: bool,
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
    without: HashMap<(Side, SessionControl, Mode), Lit>,
}

pub(super) fn at(side: Side) -> usize {
    match side {
        Side::Before => 0,
        Side::After => 1,
    }
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
            for entry in &entries[at(side)] {
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
        let (open, refusals, without) = (HashMap::new(), HashMap::new(), HashMap::new());
        let not_applying = HashMap::new();
        Ok(Self { space, entries, atoms, solver, open, not_applying, refusals, without })
    }

    /// When an entry refuses a way, whatever the sign-in.
    pub(super) fn refusal(&mut self, side: Side, entry: usize, withheld: &AtomSet) -> Formula {
        let key = (side, entry, withheld.clone());
        if let Some(known) = self.refusals.get(&key) {
            return known.clone();
        }
        let of = &self.entries[at(side)][entry];
        let refusal = of.grant.refusal(withheld, &mut self.space, (side, of.which));
        self.refusals.insert(key, refusal.clone());
        refusal
    }

    /// When an entry applies and refuses a way.
    pub(super) fn refuses(&mut self, side: Side, entry: usize, withheld: &AtomSet) -> Formula {
        let refusal = self.refusal(side, entry, withheld);
        Formula::all([self.entries[at(side)][entry].applies.clone(), refusal])
    }

    /// A claim as a mode takes it: what is unknown is not so if the claim must be sure.
    pub(super) fn claim(&self, formula: &Formula, mode: Mode) -> Formula {
        match mode {
            Mode::Sure => formula.assume(&|term| self.space.is_doubt(term), false),
            Mode::Possible => formula.clone(),
        }
    }

    /// That something is not so, as a mode takes it.
    pub(super) fn denial(&self, formula: &Formula, mode: Mode) -> Formula {
        match mode {
            Mode::Sure => formula.assume(&|term| self.space.is_doubt(term), true).not(),
            Mode::Possible => formula.clone().not(),
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
        for entry in 0..self.entries[at(side)].len() {
            let refusal = self.refusal(side, entry, withheld);
            let satisfied = self.denial(&refusal, mode);
            if satisfied != Formula::Always && self.entries[at(side)][entry].applies != Formula::Never {
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
        let not = self.denial(&self.entries[at(side)][entry].applies, mode);
        self.solver.demand(gate, &not);
        self.not_applying.insert((side, entry, mode), gate);
        gate
    }

    /// What demands that nothing in a tenant asks for a session control.
    pub(super) fn without(&mut self, side: Side, control: &SessionControl, mode: Mode) -> Lit {
        let key = (side, control.clone(), mode);
        if let Some(known) = self.without.get(&key) {
            return *known;
        }
        let gate = self.solver.variable();
        for entry in 0..self.entries[at(side)].len() {
            let of = &self.entries[at(side)][entry];
            let asks = of.session.contains(control) || (of.has_unknown_session && mode == Mode::Sure);
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
        solve(&self.space, &mut self.solver, assumptions)
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
        for entry in 0..self.entries[at(side)].len() {
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
            if solve(&self.space, &mut solver, &[region, gate])?.is_some() {
                found.push(entry);
            }
            solver.clause([!gate]);
        }
        Ok(found)
    }
}

/// Conflicts that finding out who still asks in a region may take.
const MASK_EFFORT: u64 = 20_000;

/// Solves until the model is one that a device can have.
fn solve(space: &Space<'_>, solver: &mut Solver, assumptions: &[Lit]) -> Result<Option<Model>, TooIntricate> {
    while solver.solve(assumptions)? {
        let model = solver.model();
        let Err((one, other)) = space.sign_in(&model) else { return Ok(Some(model)) };
        let (first, second) = (solver.literal(one), solver.literal(other));
        solver.clause([!first, second.apply_sign(!model.contains(&other))]);
    }
    Ok(None)
}

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
    let retired = options.assumptions.approved_app_retired;
    let mut entries: Vec<Entry> = Vec::new();
    for (index, policy) in tenant.policies.iter().enumerate() {
        let facets = facets(space, policy, side, index);
        let applies = Formula::all(facets.iter().map(|(_, formula)| formula.clone()).collect::<Vec<_>>());
        let grant = Grant::of(policy, tenant, atoms, retired);
        let session = policy.session.known().map(|session| session.to_vec());
        let has_unknown_session = session.is_none();
        let which = Which::Policy(index);
        entries.push(Entry {
            which,
            facets,
            applies,
            grant,
            session: session.unwrap_or_default(),
            has_unknown_session,
        });
    }
    let defaults = match tenant.security_defaults() {
        SecurityDefaults::Off => return entries,
        SecurityDefaults::On => Formula::Always,
        SecurityDefaults::Contradicted => space.contradicted_defaults(),
    };
    for (which, control) in [(Which::DefaultsBlock, GrantControl::Block), (Which::DefaultsAsk, GrantControl::Mfa)] {
        let stopped = match which {
            Which::DefaultsBlock => defaults_block(space),
            Which::DefaultsAsk | Which::Policy(_) => defaults_ask(space),
        };
        let applies = Formula::all([defaults.clone(), stopped]);
        entries.push(Entry {
            which,
            facets: vec![(Facet::State, applies.clone())],
            applies,
            grant: Grant::single(control, atoms),
            session: Vec::new(),
            has_unknown_session: false,
        });
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
