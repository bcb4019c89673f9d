//! What a comparison of two tenants leads to.

use super::PersonReport;
use crate::coverage::Side;
use crate::diff::{Difference, Intent, Which};
use crate::finding::{Finding, Location, PolicyRef};
use crate::policy::Id;
use std::collections::BTreeMap;

/// Two tenants compared, with the lines that explain it.
#[derive(Debug)]
pub struct Compared {
    /// The tenant before.
    pub before: SideReport,
    /// The tenant after.
    pub after: SideReport,
    /// How they differ.
    pub difference: Difference,
    /// For each change, the places of its causes: the tenant, and the place.
    pub places: Vec<Vec<Vec<(Side, Location)>>>,
    /// What is wrong with the files of either.
    pub findings: Vec<Finding>,
    /// Names of objects by their ids, as far as the files tell.
    pub names: BTreeMap<Id, String>,
    /// What ids stand for whose objects the files do not tell, as nouns.
    pub descriptions: BTreeMap<Id, String>,
    /// For each change, the users of the directory whom it is about; none without a directory, or if it is about everybody.
    pub people: Vec<Option<ChangedPeople>>,
    /// What was expected to change, if that was said.
    pub intent: Option<Intent>,
}

/// The users of the directory whom a change is about.
#[derive(Debug)]
pub struct ChangedPeople {
    /// They surely are.
    pub users: Vec<PersonReport>,
    /// Of others the files do not say.
    pub perhaps_others: bool,
}

/// One of the tenants.
#[derive(Debug)]
pub struct SideReport {
    /// Its name.
    pub name: String,
    /// Files that were read.
    pub files: usize,
    /// Its policies.
    pub policies: Vec<PolicyRef>,
    /// Why policies may be missing.
    pub missing: usize,
    /// A file of it, for what no line explains.
    pub anchor: Option<Location>,
}

impl Compared {
    /// The tenant of a side.
    #[must_use]
    pub fn side(&self, side: Side) -> &SideReport {
        match side {
            Side::Before => &self.before,
            Side::After => &self.after,
        }
    }

    /// How messages call what refuses sign-ins.
    #[must_use]
    pub fn label(&self, side: Side, which: Which) -> String {
        match which {
            Which::Policy(index) => self.side(side).policies.get(index).map(PolicyRef::label).unwrap_or_default(),
            Which::DefaultsBlock | Which::DefaultsAsk => "security defaults".to_owned(),
        }
    }
}
