//! Cells of addresses, as a solver is told of them: each address is in one.

use super::addresses::Cells;
use super::formula::Term;
use super::solver::{Lit, Solver};
use std::collections::BTreeMap;

/// Demands that exactly the locations of one cell hold the address. Each location is told apart from each cell, or else each
/// cell only says which locations hold it.
pub(super) fn tell(solver: &mut Solver, locations: &[Term], cells: &Cells<Term>, one_by_one: bool) {
    let mut somewhere = Vec::new();
    let mut holding: BTreeMap<Term, Vec<Lit>> = BTreeMap::new();
    for cell in cells {
        let here = solver.variable();
        somewhere.push(here);
        if one_by_one {
            for location in locations {
                let inside = solver.literal(*location).apply_sign(cell.contains(location));
                solver.clause([!here, inside]);
            }
        } else {
            for location in cell {
                let inside = solver.literal(*location);
                solver.clause([!here, inside]);
                holding.entry(*location).or_default().push(here);
            }
        }
    }
    if !one_by_one {
        solver.at_most_one(&somewhere);
        for location in locations {
            let cells = holding.remove(location).unwrap_or_default();
            let outside = !solver.literal(*location);
            solver.clause(cells.into_iter().chain([outside]));
        }
    }
    solver.clause(somewhere);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::work::Work;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const LOCATIONS: usize = 5;

    proptest! {
        /// Both ways to tell of the same cells leave exactly these.
        #[test]
        fn exactly_the_locations_of_a_cell_hold_an_address(
            bits in proptest::collection::btree_set(0_usize..1 << LOCATIONS, 1..20),
            one_by_one: bool,
        ) {
            let locations: Vec<Term> = (0..LOCATIONS).map(Term).collect();
            let of = |bits: usize| locations.iter().copied().filter(|term| bits >> term.0 & 1 == 1).collect();
            let cells: Cells<Term> = bits.iter().map(|bits| of(*bits)).collect();
            let mut solver = Solver::new(LOCATIONS, &Work::of(u64::MAX));
            solver.allow(1_000);
            tell(&mut solver, &locations, &cells, one_by_one);
            let allowed: BTreeSet<usize> = (0..1 << LOCATIONS)
                .filter(|bits| {
                    let is_inside = |term: &Term| solver.literal(*term).apply_sign(bits >> term.0 & 1 == 1);
                    let assumed: Vec<Lit> = locations.iter().map(is_inside).collect();
                    solver.solve(&assumed).unwrap()
                })
                .collect();
            prop_assert_eq!(allowed, bits);
        }
    }
}
