//! What would become of a verdict without some of what it assumes.

use crate::coverage::Verdict;

/// The verdict without some assumptions, where it is another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Keys of the assumptions: one, or several that make a difference only together.
    pub without: Vec<&'static str>,
    /// The other verdict.
    pub verdict: Verdict,
}
