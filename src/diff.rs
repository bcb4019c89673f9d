//! Two tenants compared by what they do: which sign-ins are granted for less, asked for more, blocked or let in.
//!
//! A *way* is what somebody brings to a sign-in: authentication methods, an approved app, accepted terms of use. A policy
//! refuses a way if it applies and the way does not satisfy its grant controls. Grant controls are monotone, so it is enough
//! to look at the largest ways that a policy refuses. A change is a sign-in and a way that one tenant refuses and the other
//! does not. It is looked for with the solver of [`crate::coverage`].

mod aim;
mod ask;
mod atom;
mod changes;
mod demand;
mod difference;
mod edits;
mod expected;
mod grant;
mod intent;
mod pairs;
mod people;
mod prover;
mod rank;
mod region;
mod values;
mod witness;
pub mod words;

pub use atom::Atom;
pub use changes::{compare, compare_beyond, compare_in_order, compare_with_more};
pub use difference::{
    Access, Cause, Certainty, Change, Class, Classes, Control, DeviceFact, Difference, Dimension, Edit, Effect, Except,
    Group, Kind, Masked, Options, Outcome, Party, Place, Principal, Property, Region, Resources, Scope, Verdict, Which,
};
pub use intent::{Expected, Intent};
pub use people::{Among, Listed};

/// What others ask the same prover with: ways, and what policies refuse.
pub(crate) mod ways {
    pub(crate) use super::ask::Common;
    pub(crate) use super::atom::{AtomSet, Atoms};
    pub(crate) use super::demand::{Demand, Mode};
    pub(crate) use super::grant::{DeviceState, Grant};
    pub(crate) use super::prover::{Model, Prover, actions_and_contexts, requirement};
}
