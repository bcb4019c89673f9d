//! What Terraform refuses.

use super::source::Source;

/// An expression that Terraform refuses. `try` and `can` catch it.
#[derive(Debug, Clone)]
pub struct Error {
    /// Why, as a sentence without its full stop.
    pub message: String,
    /// Where.
    pub source: Source,
    /// `try` and `can` do not catch it: it is one of what they refer to.
    pub is_elsewhere: bool,
}

/// The outcome of an evaluation.
pub type Evaluated<T> = Result<T, Box<Error>>;

/// An error at a place.
pub fn error(message: impl Into<String>, source: &Source) -> Box<Error> {
    Box::new(Error { message: message.into(), source: source.clone(), is_elsewhere: false })
}

impl Error {
    /// The same, for what refers to it.
    #[must_use]
    pub fn elsewhere(mut self: Box<Self>) -> Box<Self> {
        self.is_elsewhere = true;
        self
    }

    /// The same, at a place if it has none yet.
    #[must_use]
    pub fn or_at(mut self: Box<Self>, source: &Source) -> Box<Self> {
        if self.source == Source::None {
            self.source = source.clone();
        }
        self
    }
}
