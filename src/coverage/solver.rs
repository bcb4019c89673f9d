//! The SAT solver: clauses over terms, and answers within a bounded effort.

use super::formula::{Formula, Term};
use super::work::{Watch, Work, index};
use batsat::{Callbacks, ClauseKind, SolverInterface, SolverOpts, lbool};
use std::collections::BTreeSet;

pub(crate) use batsat::Lit;

/// More effort than a query may take. Counted, never timed: it is the same on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooIntricate;

/// Solves under assumptions; clauses can be added between queries.
pub(crate) struct Solver {
    sat: batsat::Solver<Effort>,
    variables: Vec<Lit>,
    work: Work,
    /// For each literal, the clauses that were demanded with it.
    clauses: Vec<u32>,
    /// The literals of all of them.
    literals: u64,
}

struct Effort {
    conflicts: u64,
    limit: u64,
    work: Work,
    /// For each variable, the clauses that were learnt with it.
    learnt: Vec<u32>,
}

impl Callbacks for Effort {
    fn on_new_clause(&mut self, clause: &[Lit], kind: ClauseKind) {
        if kind != ClauseKind::Learnt {
            return;
        }
        self.conflicts += 1;
        self.work.spend(CONFLICT + clause.len() * LEARNT);
        for literal in clause {
            let variable = literal.var().idx() as usize;
            if variable >= self.learnt.len() {
                self.learnt.resize(variable + 1, 0);
            }
            self.learnt[variable] += 1;
        }
    }

    fn stop(&self) -> bool {
        self.conflicts >= self.limit || self.work.is_spent()
    }
}

/// Units of work that a conflict takes.
const CONFLICT: usize = 400;

/// Units of work that each literal of a learnt clause takes.
const LEARNT: usize = 8;

impl Solver {
    /// A solver over so many terms, each false unless something makes it true.
    pub(crate) fn new(terms: usize, work: &Work) -> Self {
        let effort = Effort { conflicts: 0, limit: 0, work: work.clone(), learnt: Vec::new() };
        let mut sat = batsat::Solver::new(SolverOpts::default(), effort);
        let variables = (0..terms).map(|_| Lit::new(sat.new_var(lbool::FALSE, true), true)).collect();
        Self { sat, variables, work: work.clone(), clauses: Vec::new(), literals: 0 }
    }

    /// Sets the effort that is left.
    pub(crate) fn allow(&mut self, conflicts: u64) {
        let effort = self.sat.cb_mut();
        effort.limit = effort.conflicts + conflicts;
    }

    /// A new variable, for the encoding's own use; false unless something makes it true, as terms are.
    pub(crate) fn variable(&mut self) -> Lit {
        Lit::new(self.sat.new_var(lbool::FALSE, true), true)
    }

    /// A new variable that is true only where others make it so: each clause that asks for it asks for nothing else, or for
    /// terms, which are chosen. The solver never has to choose it, which saves most of its time.
    pub(crate) fn implied(&mut self) -> Lit {
        Lit::new(self.sat.new_var(lbool::FALSE, false), true)
    }

    pub(crate) fn literal(&self, term: Term) -> Lit {
        self.variables[term.0]
    }

    pub(crate) fn clause(&mut self, literals: impl IntoIterator<Item = Lit>) {
        let mut literals: Vec<Lit> = literals.into_iter().collect();
        self.work.spend(1 + literals.len());
        for literal in &literals {
            let at = index(*literal);
            if at >= self.clauses.len() {
                self.clauses.resize(at + 1, 0);
            }
            self.clauses[at] = self.clauses[at].saturating_add(1);
            self.literals += 1;
        }
        self.sat.add_clause_reuse(&mut literals);
    }

    /// Demands that a formula holds where `gate` is true.
    pub(crate) fn demand(&mut self, gate: Lit, formula: &Formula) {
        self.demand_truth(gate, formula, true);
    }

    /// Demands that a formula does not hold where `gate` is true.
    pub(crate) fn demand_not(&mut self, gate: Lit, formula: &Formula) {
        self.demand_truth(gate, formula, false);
    }

    fn demand_truth(&mut self, gate: Lit, formula: &Formula, truth: bool) {
        match (formula, truth) {
            (Formula::Always, true) | (Formula::Never, false) => {}
            (Formula::All(parts), true) | (Formula::Any(parts), false) => {
                for part in parts {
                    self.demand_truth(gate, part, truth);
                }
            }
            (Formula::Always | Formula::All(_), false)
            | (Formula::Never | Formula::Any(_), true)
            | (Formula::Is(_) | Formula::IsNot(_), _) => {
                let mut clause = vec![!gate];
                self.alternatives(formula, truth, &mut clause);
                self.clause(clause);
            }
        }
    }

    /// Demands that `either` is true or a formula holds, where `gate` is true.
    pub(crate) fn demand_either(&mut self, gate: Lit, either: Lit, formula: &Formula) {
        if *formula != Formula::Always {
            let mut clause = vec![!gate, either];
            self.alternatives(formula, true, &mut clause);
            self.clause(clause);
        }
    }

    /// Adds literals to `clause`, one of which makes the formula true, or false. One direction is enough: nothing asks for
    /// the opposite.
    fn alternatives(&mut self, formula: &Formula, truth: bool, clause: &mut Vec<Lit>) {
        match (formula, truth) {
            (Formula::Never, true) | (Formula::Always, false) => {}
            (Formula::Is(term), truth) => clause.push(self.literal(*term).apply_sign(truth)),
            (Formula::IsNot(term), truth) => clause.push(self.literal(*term).apply_sign(!truth)),
            (Formula::Any(parts), true) | (Formula::All(parts), false) => {
                for part in parts {
                    self.alternatives(part, truth, clause);
                }
            }
            (Formula::Always | Formula::All(_), true) | (Formula::Never | Formula::Any(_), false) => {
                let holds = self.variable();
                clause.push(holds);
                self.demand_truth(holds, formula, truth);
            }
        }
    }

    /// At most one of these. Few are held against each other one by one, many by a chain.
    pub(crate) fn at_most_one(&mut self, literals: &[Lit]) {
        if literals.len() <= 6 {
            for (index, one) in literals.iter().enumerate() {
                for other in &literals[index + 1..] {
                    self.clause([!*one, !*other]);
                }
            }
            return;
        }
        let mut before: Option<Lit> = None;
        for literal in literals {
            let so_far = self.implied();
            self.clause([!*literal, so_far]);
            if let Some(before) = before {
                self.clause([!before, so_far]);
                self.clause([!before, !*literal]);
            }
            before = Some(so_far);
        }
    }

    /// Whether everything that was demanded can hold under these assumptions.
    pub(crate) fn solve(&mut self, assumptions: &[Lit]) -> Result<bool, TooIntricate> {
        let mut watch = Watch::new(&self.work, &self.clauses);
        match self.sat.solve_limited_th(&mut watch, assumptions) {
            outcome if outcome == lbool::TRUE => Ok(true),
            outcome if outcome == lbool::FALSE => Ok(false),
            _ => Err(TooIntricate),
        }
    }

    /// The terms that are true in the model of the last query.
    pub(crate) fn model(&self) -> BTreeSet<Term> {
        self.work.spend(self.variables.len());
        let is_true = |term: &Term| self.sat.value_lit(self.literal(*term)) == lbool::TRUE;
        (0..self.variables.len()).map(Term).filter(is_true).collect()
    }

    /// Units of work that an answer takes which needs no search: each variable gets a value, and each clause is looked at.
    pub(crate) fn work_of_a_look(&self) -> u64 {
        2 * (self.literals + 2 * u64::from(self.sat.num_vars()))
    }

    /// How often a literal was part of a dead end: the clauses that were learnt with it.
    pub(crate) fn dead_ends(&self, literal: Lit) -> u32 {
        self.sat.cb().learnt.get(literal.var().idx() as usize).copied().unwrap_or(0)
    }

    /// Those of the assumptions that made the last query fail.
    pub(crate) fn core(&self, assumptions: &[Lit]) -> Vec<Lit> {
        assumptions.iter().copied().filter(|literal| self.sat.unsat_core_contains_var(literal.var())).collect()
    }
}

/// Counts how many literals are true. More can be counted at any time.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    literals: Vec<Lit>,
    /// `rows[n][i]` says that more than n of the first i + 1 literals are true.
    rows: Vec<Vec<Lit>>,
}

impl Counter {
    /// Counts one more.
    pub(crate) fn count(&mut self, literal: Lit) {
        self.literals.push(literal);
    }

    /// What is true if no more than so many are; none where no more are counted.
    pub(crate) fn at_most(&mut self, solver: &mut Solver, count: usize) -> Option<Lit> {
        while self.rows.len() <= count {
            self.rows.push(Vec::new());
        }
        for n in 0..=count {
            for at in self.rows[n].len()..self.literals.len() {
                let (literal, more) = (self.literals[at], solver.implied());
                if let Some(before) = self.rows[n].last() {
                    solver.clause([!*before, more]);
                }
                match (n.checked_sub(1), at.checked_sub(1)) {
                    (None, _) => solver.clause([!literal, more]),
                    (Some(fewer), Some(before)) => solver.clause([!literal, !self.rows[fewer][before], more]),
                    (Some(_), None) => {}
                }
                self.rows[n].push(more);
            }
        }
        self.rows[count].last().map(|more| !*more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::work::Share;

    fn subsets(terms: usize, demand: impl Fn(&mut Solver)) -> Vec<usize> {
        let mut solver = Solver::new(terms, &Work::of(u64::MAX));
        solver.allow(1_000);
        demand(&mut solver);
        let assumed = |solver: &Solver, bits: usize| -> Vec<Lit> {
            (0..terms).map(|term| solver.literal(Term(term)).apply_sign(bits >> term & 1 == 1)).collect()
        };
        (0..1 << terms)
            .filter(|bits| {
                let assumptions = assumed(&solver, *bits);
                solver.solve(&assumptions).unwrap()
            })
            .collect()
    }

    #[test]
    fn at_most_one_of_many_is_at_most_one() {
        for terms in [3, 9] {
            let allowed = subsets(terms, |solver| {
                let all: Vec<Lit> = (0..terms).map(|term| solver.literal(Term(term))).collect();
                solver.at_most_one(&all);
            });
            let one: Vec<usize> = (0_usize..1 << terms).filter(|bits| bits.count_ones() <= 1).collect();
            assert_eq!(allowed, one);
        }
    }

    #[test]
    fn a_counter_counts() {
        for most in 0..3 {
            let allowed = subsets(5, |solver| {
                let mut counter = Counter::default();
                // What is counted later counts, too.
                for terms in [0..2, 2..5] {
                    terms.for_each(|term| counter.count(solver.literal(Term(term))));
                    assert!(counter.at_most(solver, most).is_some());
                }
                let few = counter.at_most(solver, most);
                solver.clause(few);
            });
            let few: Vec<usize> = (0_usize..32).filter(|bits| bits.count_ones() as usize <= most).collect();
            assert_eq!(allowed, few);
        }
    }

    #[test]
    fn a_demanded_formula_holds_in_every_model() {
        use Formula::{All, Any, Is, IsNot};
        let [zero, one, two] = [0, 1, 2].map(Term);
        let formula = Any(vec![All(vec![Is(zero), Any(vec![IsNot(one), Is(two)])]), All(vec![IsNot(zero), Is(one)])]);
        let allowed = subsets(3, |solver| {
            let gate = solver.variable();
            solver.demand(gate, &formula);
            solver.clause([gate]);
        });
        let holds: Vec<usize> = (0..8).filter(|bits| formula.holds(&|term| bits >> term.0 & 1 == 1)).collect();
        assert_eq!(allowed, holds);
        let refused = subsets(3, |solver| {
            let gate = solver.variable();
            solver.demand_not(gate, &formula);
            solver.clause([gate]);
        });
        assert_eq!(refused, (0..8).filter(|bits| !holds.contains(bits)).collect::<Vec<_>>());
    }

    #[test]
    fn a_puzzle_ends_after_a_bounded_effort() {
        let mut solver = Solver::new(0, &Work::of(u64::MAX));
        let holes = 9;
        let pigeons: Vec<Vec<Lit>> = (0..=holes).map(|_| (0..holes).map(|_| solver.variable()).collect()).collect();
        for pigeon in &pigeons {
            solver.clause(pigeon.iter().copied());
        }
        for hole in 0..holes {
            let column: Vec<Lit> = pigeons.iter().map(|pigeon| pigeon[hole]).collect();
            solver.at_most_one(&column);
        }
        solver.allow(1_000);
        assert_eq!(solver.solve(&[]), Err(TooIntricate));
        assert!(pigeons.iter().flatten().any(|literal| solver.dead_ends(*literal) > 0));
    }

    /// Each of these asks for one literal of each of many clauses, which is no puzzle, but work.
    #[test]
    fn questions_share_their_work() {
        let work = Work::of(100_000);
        let ask = || {
            let mut solver = Solver::new(1_000, &work);
            solver.allow(u64::MAX);
            solver.solve(&[])
        };
        let answers: Vec<Result<bool, TooIntricate>> = (0..200).map(|_| ask()).collect();
        let given_up = answers.iter().position(Result::is_err).unwrap();
        assert!(given_up > 20 && answers[given_up..].iter().all(Result::is_err), "{given_up}");
        work.renew();
        assert_eq!(ask(), Ok(true));
    }

    #[test]
    fn what_comes_later_has_work_left() {
        let work = Work::of(1_000);
        work.allow(Share::Open);
        work.spend(500);
        assert!(work.is_spent());
        work.allow(Share::Held);
        assert!(!work.is_spent());
        work.spend(400);
        assert!(work.is_spent());
        work.allow(Share::Lists);
        assert!(!work.is_spent());
    }
}
