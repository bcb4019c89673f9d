//! Users of the directory as reports show them.

use crate::tenant::{Directory, User};
use time::Date;

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

/// What the files hold of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryReport {
    /// Users.
    pub users: usize,
    /// Groups.
    pub groups: usize,
    /// All users are among them.
    pub is_complete: bool,
    /// The last day that something in it tells of.
    pub last_day: Option<Date>,
}

impl DirectoryReport {
    /// What a directory holds; none if it is empty.
    #[must_use]
    pub fn of(directory: &Directory) -> Option<Self> {
        (!directory.is_empty()).then(|| Self {
            users: directory.users().count(),
            groups: directory.groups(),
            is_complete: directory.lists_every_user(),
            last_day: directory.last_day(),
        })
    }

    /// In words: `the directory has 5 users and 3 groups, exported on 2026-10-04 or later`.
    #[must_use]
    pub fn text(&self) -> String {
        let count = |number: usize, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
        let whole = if self.is_complete { "" } else { " (the files may leave users out)" };
        let day = self.last_day.map_or(String::new(), |day| format!(", exported on {day} or later"));
        format!("the directory has {}{whole} and {}{day}", count(self.users, "user"), count(self.groups, "group"))
    }
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
