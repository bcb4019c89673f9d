//! What must be so of a whole tenant.

use super::atom::AtomSet;
use crate::coverage::Side;
use crate::policy::{Digest, Policy, Property, SessionControl};

/// Something that must be so of everything in a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Demand {
    /// Nothing refuses a way.
    Open(Side, AtomSet, Mode),
    /// Nothing asks for a session control.
    Without(Side, Wish, Mode),
}

/// How far an answer must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Mode {
    /// However what is unknown turns out.
    Sure,
    /// For some of it.
    Possible,
}

/// Something that a policy asks of a session.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Wish {
    Control(SessionControl),
    /// What is not known, but is the same wherever the same is written.
    Written(Digest),
    /// What is not known of this policy.
    OfPolicy(Side, usize),
}

impl Wish {
    /// The session control, if it is known.
    pub(crate) fn control(&self) -> Option<&SessionControl> {
        match self {
            Self::Control(control) => Some(control),
            Self::Written(_) | Self::OfPolicy(..) => None,
        }
    }

    pub(crate) fn of(policy: &Policy, side: Side, index: usize) -> Vec<Self> {
        if let Some(session) = policy.session.known() {
            return session.iter().cloned().map(Self::Control).collect();
        }
        let written = policy.content_of(Property::SessionControls);
        vec![written.map_or(Self::OfPolicy(side, index), Self::Written)]
    }
}
