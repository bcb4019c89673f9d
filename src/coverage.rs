//! Requirement and tenant to verdict: is there a sign-in that no policy stops?
//!
//! A policy stops a sign-in if it applies and cannot be satisfied without what is required. Because every other control
//! is the attacker's to satisfy, policies stop a sign-in together only if one of them does alone. So the question is
//! whether the regions of all policies cover the space of sign-ins, and a SAT solver answers it: it looks for a sign-in
//! that is in none of them. `docs/how-it-decides.md` has the whole of it.

mod addresses;
mod carriers;
mod cells;
mod classes;
mod compare;
mod decide;
mod departures;
mod device;
mod doubt;
mod each;
mod exceptions;
mod formula;
mod hardest;
mod hole;
mod holes;
mod listed;
mod nearest;
mod obvious;
mod options;
mod region;
mod regions;
mod search;
mod solver;
mod space;
mod verdict;
mod who;
mod work;

pub(crate) use addresses::is_any_outside;
pub use compare::{Comparison, Redundant};
pub use decide::{Decider, decide, decide_if_held, view};
pub use doubt::Side;
pub use each::{OfUsers, UserOutcome, each_user};
pub(crate) use nearest::is_about;
pub use nearest::nearest_policies;
pub use options::{Options, Ways};
pub use region::Facet;
pub use verdict::{Coordinate, Decision, Exception, Hole, PrincipalKind, Reason, Verdict};

/// What others ask the same solver with: the space of sign-ins, and what policies say of them.
pub(crate) mod prover {
    pub(crate) use super::formula::{Formula, Term};
    pub(crate) use super::region::{defaults_ask_of, defaults_block, device_rule, facets};
    pub(crate) use super::solver::{Counter, Lit, Solver, TooIntricate};
    pub(crate) use super::space::{Meaning, Space, Trait};
    pub(crate) use super::work::{OF_A_CONTROL, Work};
}
