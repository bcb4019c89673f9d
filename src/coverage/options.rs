//! How a tenant is to be judged.

use super::work;
use crate::requirement::Assumptions;

/// How the tenant is to be judged.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What Microsoft leaves undocumented.
    pub assumptions: Assumptions,
    /// Conflicts that the solver may meet before it gives up: a few seconds. Tenants as people have them take some
    /// hundred, and puzzles of twice as many policies as Microsoft allows (240) some ten thousand.
    pub effort: u64,
    /// Steps that all questions of a requirement may take together, in units of about one literal of one clause that the
    /// solver looks at. It gives up after that: a second at most.
    pub work: u64,
    /// How many ways in are looked for where there are some.
    pub ways: Ways,
}

impl Default for Options {
    fn default() -> Self {
        Self { assumptions: Assumptions::default(), effort: 50_000, work: work::OF_A_CONTROL, ways: Ways::default() }
    }
}

/// How many ways in are looked for. Those that are found first are the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ways {
    /// As many as reports list.
    #[default]
    Listed,
    /// As many as a message mentions, which takes a fraction of the time.
    Mentioned,
}

impl Ways {
    /// How many there can be.
    #[must_use]
    pub const fn most(self) -> usize {
        match self {
            Self::Listed => 50,
            Self::Mentioned => 2,
        }
    }
}
