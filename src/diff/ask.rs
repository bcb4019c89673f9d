//! Asks for a sign-in on which formulas hold and demands are met, and for the smallest one.

use super::demand::{Demand, Mode, Wish};
use super::prover::{Model, Prover, Truth};
use crate::coverage::Side;
use crate::coverage::prover::{Formula, Lit, Term, TooIntricate};
use std::rc::Rc;

/// Answers that are tried first on the next question.
const MOST_REMEMBERED: usize = 8;

/// Departures of which every choice is tried, one by one. Beyond that, the solver is asked.
const MOST_TRIED: usize = 6;

/// A formula that many questions have in common. The solver knows it.
pub(crate) struct Common {
    formula: Formula,
    gate: Lit,
}

impl Prover<'_> {
    /// Tells the solver a formula that many questions will have in common.
    pub(crate) fn common(&mut self, formula: Formula) -> Common {
        let gate = self.gate(std::slice::from_ref(&formula));
        Common { formula, gate }
    }

    /// A sign-in on which these formulas hold and these demands are met.
    pub(crate) fn ask(&mut self, wanted: &[Formula], demands: &[Demand]) -> Result<Option<Model>, TooIntricate> {
        self.ask_among(None, wanted, demands)
    }

    /// The same among the sign-ins on which a common formula holds.
    pub(crate) fn ask_among(
        &mut self,
        among: Option<&Common>,
        wanted: &[Formula],
        demands: &[Demand],
    ) -> Result<Option<Model>, TooIntricate> {
        let common = among.map(|common| &common.formula);
        if wanted.contains(&Formula::Never) || common == Some(&Formula::Never) {
            return Ok(None);
        }
        // What answered one question often answers the next.
        let refusals = self.refusals_of(demands);
        let conditions = self.conditions(demands, &refusals);
        let holds = |model: &Model| {
            let truth = self.truth(model);
            common.is_none_or(|common| common.holds(&|term| truth.is(term)))
        };
        if let Some(known) = self.last.iter().find(|model| self.answers(wanted, &conditions, model) && holds(model)) {
            return Ok(Some(known.clone()));
        }
        let gate = self.gate(wanted);
        let mut assumptions = vec![gate];
        assumptions.extend(among.map(|common| common.gate));
        assumptions.extend(demands.iter().map(|demand| self.literal(demand)));
        let found = self.solve(&assumptions);
        self.solver.clause([!gate]);
        if let Ok(Some(model)) = &found {
            self.remember(model);
        }
        found
    }

    pub(crate) fn remember(&mut self, model: &Model) {
        self.last.truncate(MOST_REMEMBERED - 1);
        self.last.push_front(model.clone());
    }

    pub(crate) fn gate(&mut self, wanted: &[Formula]) -> Lit {
        let gate = self.solver.variable();
        for formula in wanted {
            self.solver.demand(gate, formula);
        }
        gate
    }

    pub(crate) fn solve(&mut self, assumptions: &[Lit]) -> Result<Option<Model>, TooIntricate> {
        Ok(self.space.find(&mut self.solver, assumptions)?.map(|(model, _)| model))
    }

    /// The literal that makes the solver meet a demand.
    pub(crate) fn literal(&mut self, demand: &Demand) -> Lit {
        if let Some(known) = self.demands.get(demand) {
            return *known;
        }
        let gate = self.solver.variable();
        match demand {
            Demand::Open(side, withheld, mode) => {
                let refusals = self.refusals(*side, withheld);
                for (entry, refusal) in refusals.iter().enumerate() {
                    let satisfied = self.denial(refusal, *mode);
                    if satisfied != Formula::Always && self.entries[side.index()][entry].applies != Formula::Never {
                        let not_applying = self.not_applying(*side, entry, *mode);
                        self.solver.demand_either(gate, not_applying, &satisfied);
                    }
                }
            }
            Demand::Without(side, wish, mode) => {
                for entry in self.asking(*side, wish, *mode) {
                    let not_applying = self.not_applying(*side, entry, *mode);
                    self.solver.clause([!gate, not_applying]);
                }
            }
        }
        self.demands.insert(demand.clone(), gate);
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

    /// Entries of a tenant that ask for a session control, and those that may if that must be ruled out.
    pub(crate) fn asking(&self, side: Side, wish: &Wish, mode: Mode) -> Vec<usize> {
        let asks = |asked: &Wish| asked == wish || (asked.control().is_none() && mode == Mode::Sure);
        let entries = self.entries[side.index()].iter().enumerate();
        let asking = entries.filter(|(_, entry)| entry.applies != Formula::Never && entry.session.iter().any(asks));
        asking.map(|(index, _)| index).collect()
    }

    /// For each demand that is about a way, when the entries of the tenant refuse it.
    pub(crate) fn refusals_of(&mut self, demands: &[Demand]) -> Vec<Option<Rc<[Formula]>>> {
        let of = |demand: &Demand| match demand {
            Demand::Open(side, withheld, _) => Some(self.refusals(*side, withheld)),
            Demand::Without(..) => None,
        };
        demands.iter().map(of).collect()
    }

    /// What these demands come to.
    pub(crate) fn conditions<'a>(
        &'a self,
        demands: &[Demand],
        refusals: &'a [Option<Rc<[Formula]>>],
    ) -> Vec<Condition<'a>> {
        let mut all = Vec::new();
        for (demand, refusals) in demands.iter().zip(refusals) {
            let (side, mode) = match demand {
                Demand::Open(side, _, mode) | Demand::Without(side, _, mode) => (*side, *mode),
            };
            let entries = &self.entries[side.index()];
            let condition = |entry: usize, refuses| Condition { applies: &entries[entry].applies, refuses, mode };
            match demand {
                Demand::Open(..) => {
                    let refusals = refusals.iter().flat_map(|refusals| refusals.iter()).enumerate();
                    all.extend(refusals.map(|(entry, refuses)| condition(entry, refuses)));
                }
                Demand::Without(side, wish, mode) => {
                    let asking = self.asking(*side, wish, *mode).into_iter();
                    all.extend(asking.map(|entry| condition(entry, &Formula::Always)));
                }
            }
        }
        all.retain(|condition| *condition.applies != Formula::Never && *condition.refuses != Formula::Never);
        all
    }

    /// Whether these formulas hold on a sign-in, and these conditions are met.
    pub(crate) fn answers(&self, wanted: &[Formula], conditions: &[Condition<'_>], model: &Model) -> bool {
        let looked_up = self.truth(model);
        let is_met = |condition: &Condition| {
            let is_false = |term, truth| looked_up.is(term) == truth && self.is_known(term, condition.mode, &looked_up);
            condition.applies.has_truth(false, &is_false) || condition.refuses.has_truth(false, &is_false)
        };
        wanted.iter().all(|formula| formula.holds(&|term| looked_up.is(term))) && conditions.iter().all(is_met)
    }

    /// Whether a mode takes for known what a sign-in says of a term. A user who is called by one name may be whoever is
    /// called by another.
    fn is_known(&self, term: Term, mode: Mode, truth: &Truth) -> bool {
        let others = || self.aliases.get(&term).into_iter().flatten();
        match mode {
            Mode::Sure => !self.space.is_doubt(term) && !others().any(|other| truth.is(*other)),
            Mode::Possible => true,
        }
    }

    /// The same sign-in with departures taken back as far as the answer allows.
    pub(crate) fn smallest(
        &mut self,
        wanted: &[Formula],
        demands: &[Demand],
        model: &Model,
    ) -> Result<Model, TooIntricate> {
        let refusals = self.refusals_of(demands);
        let mut conditions = self.conditions(demands, &refusals);
        let truth = self.truth(model);
        // What is met whatever is taken back need not be looked at again.
        conditions.retain(|condition| {
            let stays_false =
                |term, is_true: bool| !is_true && !truth.is(term) && self.is_known(term, condition.mode, &truth);
            !condition.applies.has_truth(false, &stays_false) && !condition.refuses.has_truth(false, &stays_false)
        });
        let answers = |model: &Model| self.answers(wanted, &conditions, model);
        let fewer = self.space.taken_back(model, answers);
        let smallest = match self.smallest_of_few(&fewer, answers) {
            Some(smallest) => smallest,
            None => self.smallest_by_solver(wanted, demands, fewer)?,
        };
        self.remember(&smallest);
        Ok(smallest)
    }

    /// The smallest of few departures, or nothing if only the solver can tell.
    fn smallest_of_few(&self, model: &Model, answers: impl Fn(&Model) -> bool) -> Option<Model> {
        let (departures, others): (Vec<Term>, Vec<Term>) = model.iter().partition(|term| self.space.departs(**term));
        if departures.len() > MOST_TRIED {
            return None;
        }
        let choice = |bits: u32| -> Model {
            let chosen = departures.iter().enumerate().filter(|(index, _)| bits >> index & 1 == 1);
            chosen.map(|(_, term)| *term).chain(others.iter().copied()).collect()
        };
        let mut choices: Vec<u32> = (0..1 << departures.len()).collect();
        choices.sort_by_key(|bits| bits.count_ones());
        for bits in choices {
            let chosen = choice(bits);
            let mut taken_back = departures.iter().filter(|term| !chosen.contains(term));
            if !taken_back.all(|term| self.space.can_be_taken_back(*term, &chosen)) {
                return None;
            }
            if answers(&chosen) {
                return Some(chosen);
            }
        }
        None
    }

    fn smallest_by_solver(
        &mut self,
        wanted: &[Formula],
        demands: &[Demand],
        mut model: Model,
    ) -> Result<Model, TooIntricate> {
        let demands: Vec<Lit> = demands.iter().map(|demand| self.literal(demand)).collect();
        let gate = self.gate(wanted);
        let terms: Vec<Term> = self.space.terms().filter(|term| self.space.departs(*term)).collect();
        loop {
            let fewer = self.solver.variable();
            let (inside, outside): (Vec<Term>, Vec<Term>) = terms.iter().partition(|term| model.contains(term));
            let mut clause = vec![!fewer];
            clause.extend(inside.iter().map(|term| !self.solver.literal(*term)));
            self.solver.clause(clause);
            let mut assumptions = vec![gate, fewer];
            assumptions.extend(&demands);
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
}

/// A policy does not apply, or does not refuse.
pub(crate) struct Condition<'a> {
    applies: &'a Formula,
    refuses: &'a Formula,
    mode: Mode,
}
