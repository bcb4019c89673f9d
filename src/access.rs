//! Requirements that somebody can sign in: an emergency access account from anywhere, a developer with a key.
//!
//! What an account has is one *way* of [`crate::diff`]. It can sign in if no policy refuses this way on any of the sign-ins
//! that are asked about.

mod decide;
mod expect;
mod facts;
mod let_in;
mod locked;
mod question;

pub use decide::decide;
pub use expect::{Expectation, Expected, Judged, Met, Who, judge};
pub use facts::Necessity;
pub(crate) use let_in::{one_is_past_blocks, one_surely};
pub use locked::{LockedOut, all_locked_out, locked_out};

use crate::diff::{Atom, Region, Which};
use crate::policy::{Id, UserType};
use crate::requirement::Resource;
use crate::signin::SignIn;
use crate::syntax::Pointer;
use crate::tenant::{Alike, Tenant};
use std::ops::Range;

/// A requirement that accounts can sign in.
#[derive(Debug, Clone)]
pub struct Access {
    /// Its id.
    pub id: String,
    /// The accounts. Each of them must be able to.
    pub accounts: Vec<Account>,
    /// To what.
    pub resources: Vec<Resource>,
    /// The same in the cloud of the US government, where an app that is given by name may have another id.
    pub resources_in_us_government: Vec<Resource>,
    /// What each account has; none for everything that anybody can bring.
    pub has: Option<Vec<Atom>>,
    /// From where, with what and at which risk. Users and resources of it are not used.
    pub region: Region,
    /// Bytes of the configuration that name it.
    pub span: Range<usize>,
}

/// An account: exactly these groups and roles. If it has an id and none of either, the directory says which, if it lists the user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Its id; none for somebody whom no policy names.
    pub id: Option<Id>,
    /// All groups that it is a member of.
    pub groups: Vec<Id>,
    /// All directory roles that it holds.
    pub roles: Vec<Id>,
    /// What kind of user; members unless it says otherwise.
    pub kind: Option<UserType>,
}

impl Account {
    /// What the directory says of it.
    fn listed<'t>(&self, tenant: &'t Tenant) -> Option<&'t Alike> {
        let id = self.id.as_ref()?.guid().filter(|_| self.groups.is_empty() && self.roles.is_empty())?;
        tenant.alike(id)
    }

    /// Makes a sign-in one of this account.
    fn make(&self, sign_in: &mut SignIn, tenant: &Tenant) {
        sign_in.user.clone_from(&self.id);
        if self.listed(tenant).is_some() {
            return;
        }
        sign_in.groups = self.groups.iter().cloned().collect();
        sign_in.roles = self.roles.iter().cloned().collect();
    }
}

/// Whether accounts can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Every one of the sign-ins is let in.
    Can,
    /// One may be refused: that depends on something that is not known.
    Undecided,
    /// One is refused.
    Cannot,
}

impl Verdict {
    /// The word of the JSON report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Can => "can",
            Self::Undecided => "undecided",
            Self::Cannot => "cannot",
        }
    }
}

/// A sign-in that shows why the answer is as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The sign-in.
    pub sign_in: SignIn,
    /// Where it differs from what is tried first.
    pub relevant: Vec<crate::coverage::Coordinate>,
    /// What refuses it, or may.
    pub by: Vec<Which>,
    /// Nothing that anybody can bring is enough.
    pub is_blocked: bool,
    /// Another device would be enough for what refuses it.
    pub is_by_device: bool,
    /// What that depends on: a policy, a place in it, and why that is not known.
    pub depends_on: Vec<(usize, Pointer, &'static str)>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether they can.
    pub verdict: Verdict,
    /// If not: a sign-in that is refused, or may be, and the account that it is of, by its index.
    pub refused: Option<(usize, Shown)>,
    /// If not, and no sign-in shows it: why.
    pub untold: Option<Untold>,
}

/// Why it is not known whether accounts can sign in, where no sign-in shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untold {
    /// Policies may be missing from the files.
    MissingPolicies,
    /// It took too long to tell.
    TooIntricate,
    /// There is no such sign-in: the conditions exclude each other.
    NoSignIn,
}
