//! What the questions about one space of sign-ins may cost, all together.
//!
//! Work is counted and never timed, so that an answer is the same on every machine and on any number of threads. A unit is
//! about what it takes to look at one literal of one clause.

use batsat::Lit;
use batsat::theory::{Theory, TheoryArg};
use std::cell::Cell;
use std::rc::Rc;

/// Units that the questions of one control may take, all together. A unit takes 5 to 12 ns, so they end within a second.
pub(crate) const OF_A_CONTROL: u64 = 80_000_000;

/// The work that is left, shared by the solvers of a space.
#[derive(Clone)]
pub(crate) struct Work(Rc<Counts>);

struct Counts {
    spent: Cell<u64>,
    /// What may be spent until the questions that come now are answered.
    limit: Cell<u64>,
    /// What may be spent beyond that.
    granted: Cell<u64>,
    most: u64,
}

/// Which questions may spend how much. What comes later has something left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Share {
    /// Whether something is open whatever is unknown.
    Open,
    /// Whether the requirement holds, and what is open otherwise.
    Held,
    /// Lists of ways in, of exceptions and of what a proof rests on.
    Lists,
}

impl Work {
    /// So much work.
    pub(crate) fn of(most: u64) -> Self {
        Self(Rc::new(Counts { spent: Cell::new(0), limit: Cell::new(most), granted: Cell::new(0), most }))
    }

    /// Another requirement begins: nothing is spent.
    pub(crate) fn renew(&self) {
        self.0.spent.set(0);
        self.0.granted.set(0);
    }

    /// Lets more be spent, because of one more question about users of a directory. It takes time that grows with its users,
    /// which is no puzzle.
    pub(super) fn grant(&self, units: u64) {
        self.0.granted.set(self.0.granted.get().saturating_add(units));
    }

    /// Lets the questions that come now spend so much of the whole.
    pub(crate) fn allow(&self, share: Share) {
        let most = self.0.most;
        self.0.limit.set(match share {
            Share::Open => most / 8 * 3,
            Share::Held => most / 8 * 7,
            Share::Lists => most,
        });
    }

    /// Counts work that was done.
    pub(super) fn spend(&self, units: usize) {
        let units = u64::try_from(units).unwrap_or(u64::MAX);
        self.0.spent.set(self.0.spent.get().saturating_add(units));
    }

    /// Whether nothing is left.
    pub(super) fn is_spent(&self) -> bool {
        self.0.spent.get() >= self.0.limit.get().saturating_add(self.0.granted.get())
    }
}

/// Watches a solver without telling it anything: each literal that it gives a truth costs as much as there are clauses that
/// it has to be looked up in.
pub(super) struct Watch<'w> {
    work: &'w Work,
    /// For each literal, the clauses that have it.
    clauses: &'w [u32],
    /// The literals with a truth at the beginning of each level.
    levels: Vec<usize>,
    seen: usize,
}

impl<'w> Watch<'w> {
    pub(super) fn new(work: &'w Work, clauses: &'w [u32]) -> Self {
        Self { work, clauses, levels: Vec::new(), seen: 0 }
    }

    fn look(&mut self, truths: &[Lit]) {
        let new = truths.get(self.seen..).unwrap_or_default();
        let of = |literal: &Lit| 1 + self.clauses.get(index(!*literal)).map_or(0, |clauses| *clauses as usize);
        self.work.spend(1 + new.iter().map(of).sum::<usize>());
        self.seen = truths.len();
    }
}

impl Theory for Watch<'_> {
    fn final_check(&mut self, found: &mut TheoryArg<'_>) {
        self.look(found.model());
    }

    fn create_level(&mut self) {
        self.levels.push(self.seen);
    }

    fn pop_levels(&mut self, count: usize) {
        let left = self.levels.len().saturating_sub(count);
        if let Some(seen) = self.levels.get(left) {
            self.seen = *seen;
        }
        self.levels.truncate(left);
    }

    fn n_levels(&self) -> usize {
        self.levels.len()
    }

    fn partial_check(&mut self, found: &mut TheoryArg<'_>) {
        self.look(found.model());
    }

    fn explain_propagation(&mut self, _: Lit) -> &[Lit] {
        // Nothing is ever propagated.
        &[]
    }
}

/// The place of a literal in a table of literals.
pub(super) fn index(literal: Lit) -> usize {
    literal.var().idx() as usize * 2 + usize::from(literal.sign())
}
