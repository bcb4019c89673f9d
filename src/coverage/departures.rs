//! Departures of the sign-ins that are looked for: few of them, and easy ones, before more and harder ones.

use super::solver::{Counter, Lit, Solver};
use super::space::Space;
use std::collections::HashMap;

/// What sign-ins may depart in. Nothing is allowed at first; what turns out to stand in the way is.
pub(super) struct Departures {
    all: Vec<Departure>,
    by_literal: HashMap<Lit, usize>,
    /// Counts those that are allowed.
    counter: Counter,
}

struct Departure {
    literal: Lit,
    effort: u32,
    is_allowed: bool,
}

impl Departures {
    /// Those of a space whose terms a solver knows.
    pub(super) fn of(space: &Space<'_>, solver: &Solver) -> Self {
        let departing = space.terms().filter(|term| space.departs(*term));
        let all = departing.map(|term| Departure {
            literal: solver.literal(term),
            effort: space.effort(term),
            is_allowed: false,
        });
        let all: Vec<Departure> = all.collect();
        let by_literal = all.iter().enumerate().map(|(at, departure)| (departure.literal, at)).collect();
        Self { all, by_literal, counter: Counter::default() }
    }

    /// Assumptions that refuse what is not allowed, and what takes more effort.
    pub(super) fn refused(&self, effort: u32) -> impl Iterator<Item = Lit> {
        let refused = self.all.iter().filter(move |departure| !departure.is_allowed || departure.effort > effort);
        refused.map(|departure| !departure.literal)
    }

    /// An assumption that refuses more than so many departures; none if no more are allowed.
    pub(super) fn at_most(&mut self, solver: &mut Solver, count: usize) -> Option<Lit> {
        self.counter.at_most(solver, count)
    }

    /// Allows what was refused and stood in the way. Whether there is anything.
    pub(super) fn allow(&mut self, core: &[Lit]) -> bool {
        let mut any = false;
        for at in core.iter().filter_map(|refused| self.by_literal.get(&!*refused)) {
            let departure = &mut self.all[*at];
            if !departure.is_allowed {
                departure.is_allowed = true;
                self.counter.count(departure.literal);
                any = true;
            }
        }
        any
    }

    /// The least effort, beyond one, of what stood in the way.
    pub(super) fn next_effort(&self, core: &[Lit], effort: u32) -> Option<u32> {
        let efforts = core.iter().filter_map(|refused| Some(self.all[*self.by_literal.get(&!*refused)?].effort));
        efforts.filter(|harder| *harder > effort).min()
    }
}
