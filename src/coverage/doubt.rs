//! What the files do not state, or Microsoft does not document, and what is made of it.

use crate::policy::{Digest, Policy, Property};

/// Which of two tenants that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The tenant as it was.
    Before,
    /// The tenant as it is to be.
    After,
}

impl Side {
    /// Both, in their order.
    pub const ALL: [Self; 2] = [Self::Before, Self::After];

    /// Its position in lists of both.
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Before => 0,
            Self::After => 1,
        }
    }

    /// The one that this is compared with.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Before => Self::After,
            Self::After => Self::Before,
        }
    }

    /// The word of the JSON report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

/// How a formula takes what is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubts {
    /// As if the policy did not apply: only what is certain counts.
    NoCover,
    /// As if the policy did apply.
    Cover,
    /// As a term of its own, the same wherever the same is unknown. The policy is known by its tenant and its index.
    Terms(Side, usize),
}

impl Doubts {
    /// The tenant that a policy belongs to. A tenant that is compared with none is the first.
    pub(super) fn side(self) -> Side {
        match self {
            Self::Terms(side, _) => side,
            Self::NoCover | Self::Cover => Side::Before,
        }
    }
}

/// Something that is true or false, the same for every policy that depends on it, and is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Doubt {
    /// That a policy applies which has this at this place.
    Written(Property, Digest),
    /// That a policy applies which has this condition, by its name.
    Condition(Box<str>, Digest),
    /// That this policy applies, as far as this property decides. Nothing else is known to be the same.
    OfPolicy(Side, usize, Property),
    /// What Microsoft does not document.
    Undocumented(&'static str),
}

impl Doubt {
    /// The doubt about a property that is written in a way that is not understood.
    pub(super) fn of(policy: &Policy, property: Property) -> Option<Self> {
        policy.content_of(property).map(|digest| Self::Written(property, digest))
    }
}
