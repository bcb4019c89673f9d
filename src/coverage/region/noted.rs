//! What a reading of a policy is told, and whether it made a difference.

use crate::coverage::doubt::{Doubts, Side};
use std::cell::Cell;

/// How to read something. Whoever looks at it is noted, because a reading that never looks is the same for every value.
pub(super) struct Noted<T> {
    value: T,
    is_asked: Cell<bool>,
}

impl<T: Copy> Noted<T> {
    pub(super) fn new(value: T) -> Self {
        Self { value, is_asked: Cell::new(false) }
    }

    pub(super) fn get(&self) -> T {
        self.is_asked.set(true);
        self.value
    }

    /// What was seen, if anything looked at it.
    pub(super) fn answer(&self) -> Option<T> {
        self.is_asked.get().then_some(self.value)
    }
}

impl Noted<Doubts> {
    /// The tenant that is read, which is the same at every leniency.
    pub(super) fn side(&self) -> Side {
        self.value.side()
    }
}
