//! What each control demands of each person.

use super::{DirectoryReport, PersonReport};

/// What the controls demand of the people of a tenant.
#[derive(Debug)]
pub struct WhoReport {
    /// The tenant's name.
    pub tenant: String,
    /// People who can sign in.
    pub people: usize,
    /// What the files hold of the directory; none if it is empty.
    pub directory: Option<DirectoryReport>,
    /// Each control, in the order in which they are judged.
    pub controls: Vec<WhoControl>,
}

/// What a control demands of whom.
#[derive(Debug)]
pub struct WhoControl {
    /// Its id.
    pub id: &'static str,
    /// What it demands.
    pub title: String,
    /// People of whom it demands the same for the same reason, those who get through first.
    pub rows: Vec<WhoRow>,
}

/// People of whom a control demands the same.
#[derive(Debug)]
pub struct WhoRow {
    /// What it comes to.
    pub demand: Demanded,
    /// Why, in a few words.
    pub why: String,
    /// Who they are, by name.
    pub people: Vec<PersonReport>,
}

/// What a control comes to for a person, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Demanded {
    /// They get through.
    NotEnforced,
    /// The files do not say.
    Undecided,
    /// They get through because they are excluded one by one.
    Excepted,
    /// It holds for every sign-in of theirs.
    Enforced,
    /// It is about others.
    NotConcerned,
}

impl Demanded {
    /// The word of reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NotEnforced => "not-enforced",
            Self::Undecided => "undecided",
            Self::Excepted => "excepted",
            Self::Enforced => "enforced",
            Self::NotConcerned => "not-concerned",
        }
    }
}
