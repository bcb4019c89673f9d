//! A value of a row, known or unknown for a reason.

/// A value of a row, or why it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Logged<T> {
    /// The value.
    Known(T),
    /// Never to be guessed.
    Unknown(Gap),
}

/// Why a value of a row is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gap {
    /// The row does not have it, or it is empty there.
    Missing,
    /// `hidden`: the tenant has no licence to see it.
    Hidden,
    /// A word or a type that caplint does not know.
    NotUnderstood,
}

impl<T> Logged<T> {
    /// The value, if it is known.
    #[must_use]
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }
}
