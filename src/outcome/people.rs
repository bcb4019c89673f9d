//! Users of the directory as reports show them.

use crate::tenant::User;

/// People of the directory.
#[derive(Debug, Clone)]
pub struct PeopleReport {
    /// Each of them.
    pub users: Vec<PersonReport>,
    /// Applications and other members of a group that are no users.
    pub others: usize,
    /// There is nobody else: whoever is meant is in the directory.
    pub is_everybody: bool,
}

/// A user of the directory.
#[derive(Debug, Clone)]
pub struct PersonReport {
    /// `id`
    pub id: String,
    /// `displayName`
    pub name: Option<String>,
    /// `userPrincipalName`
    pub sign_in_name: Option<String>,
}

impl PersonReport {
    /// A user.
    #[must_use]
    pub fn of(user: &User) -> Self {
        let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
        Self { id: user.as_id().to_string(), name: text(&user.name), sign_in_name: text(&user.sign_in_name) }
    }
}
