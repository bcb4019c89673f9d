//! The answer: a verdict, why it is that, the counterexamples and the exceptions.

use crate::policy::{Id, List, Policy, Property};
use crate::requirement::Identities;
use crate::signin::{Cause, SignIn};
use crate::tenant::{MissingPolicies, PolicyIndex, UserIndex};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Whether a requirement holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// For every sign-in.
    Enforced,
    /// For all but individually excluded users and groups and the Directory Synchronization Accounts role.
    EnforcedExcept,
    /// A sign-in gets through.
    NotEnforced,
    /// The files do not say.
    Undecided,
}

impl Verdict {
    /// The word of the JSON report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Enforced => "enforced",
            Self::EnforcedExcept => "enforced-except",
            Self::NotEnforced => "not-enforced",
            Self::Undecided => "undecided",
        }
    }
}

/// Why a verdict is what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// These policies cover every sign-in, or every one but those of the exceptions; without any of them it is open
    /// whether the others do.
    Policies(Vec<PolicyIndex>),
    /// The same of security defaults and these policies together.
    SecurityDefaults(Vec<PolicyIndex>),
    /// The witness is stopped only if security defaults are on, as a file says, while policies are enabled.
    ContradictedDefaults,
    /// No policy is in force at all.
    NoPolicies,
    /// The witness gets through.
    Witness,
    /// The witness gets through the policies at hand, but the files are not all of them.
    MissingPolicies(MissingPolicies),
    /// The witness is stopped only if this cannot-be-told turns out well.
    Unknown(PolicyIndex, Cause),
    /// The witness is stopped only if these policies' included groups contain every user.
    Membership(Vec<PolicyIndex>),
    /// The policies encode a puzzle that takes too long to solve. These make it so hard: at most three, those first that
    /// the search met in most of its dead ends.
    TooIntricate(Vec<PolicyIndex>),
}

impl Reason {
    /// The policies that carry a verdict that holds, and whether security defaults do, too.
    #[must_use]
    pub fn carriers(&self) -> (&[PolicyIndex], bool) {
        match self {
            Self::Policies(policies) => (policies, false),
            Self::SecurityDefaults(policies) => (policies, true),
            Self::ContradictedDefaults
            | Self::NoPolicies
            | Self::Witness
            | Self::MissingPolicies(_)
            | Self::Unknown(..)
            | Self::Membership(_)
            | Self::TooIntricate(_) => (&[], false),
        }
    }
}

/// A principal whom the requirement does not reach, and the policies that exclude it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// User, group or role.
    pub kind: PrincipalKind,
    /// Its id.
    pub id: Id,
    /// The sign-ins of its that get through, the easiest first: what else they depart in, if anything.
    pub holes: Vec<Hole>,
    /// There may be more of them than are listed.
    pub more_holes: bool,
    /// Users of the directory who get through by it.
    pub people: BTreeSet<UserIndex>,
    /// The policies that exclude it and the index in their list.
    pub policies: Vec<(PolicyIndex, usize)>,
}

/// What an exception is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// A user.
    User,
    /// A group.
    Group,
    /// A directory role.
    Role,
    /// A service principal of this tenant.
    ServicePrincipal,
    /// An agent that signs in as itself, or the blueprint of such agents.
    AgentIdentity,
}

/// The list of a policy that says nothing of service principals.
static NOBODY: LazyLock<List<Id>> = LazyLock::new(List::default);

impl PrincipalKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::User, Self::Group, Self::Role, Self::ServicePrincipal, Self::AgentIdentity];

    /// What one identity of a class is.
    #[must_use]
    pub fn of_one(class: Identities) -> Self {
        match class {
            Identities::Users | Identities::AgentUsers => Self::User,
            Identities::ServicePrincipals => Self::ServicePrincipal,
            Identities::AgentIdentities => Self::AgentIdentity,
        }
    }

    /// The word of the JSON report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::ServicePrincipal => "servicePrincipal",
            Self::AgentIdentity => "agentIdentity",
        }
    }

    /// A policy's list of whom it includes, of this kind.
    pub(super) fn included_by(self, policy: &Policy) -> &List<Id> {
        let users = &policy.conditions.users;
        let identities = policy.conditions.identities.as_ref();
        match self {
            Self::User => &users.include_users,
            Self::Group => &users.include_groups,
            Self::Role => &users.include_roles,
            Self::ServicePrincipal => identities.map_or(&NOBODY, |one| &one.service_principals.include),
            Self::AgentIdentity => identities.map_or(&NOBODY, |one| &one.agents.include),
        }
    }

    /// A policy's list of exclusions of this kind.
    #[must_use]
    pub fn excluded_by(self, policy: &Policy) -> &List<Id> {
        let users = &policy.conditions.users;
        let identities = policy.conditions.identities.as_ref();
        match self {
            Self::User => &users.exclude_users,
            Self::Group => &users.exclude_groups,
            Self::Role => &users.exclude_roles,
            Self::ServicePrincipal => identities.map_or(&NOBODY, |one| &one.service_principals.exclude),
            Self::AgentIdentity => identities.map_or(&NOBODY, |one| &one.agents.exclude),
        }
    }

    /// Whom a policy excludes one by one, of every kind.
    pub fn excluded(policy: &Policy) -> impl Iterator<Item = (Self, &Id)> {
        Self::ALL.into_iter().flat_map(|kind| kind.excluded_by(policy).known().map(move |(_, id)| (kind, id)))
    }

    /// Where that list stands.
    #[must_use]
    pub fn exclude_list(self) -> Property {
        match self {
            Self::User => Property::ExcludeUsers,
            Self::Group => Property::ExcludeGroups,
            Self::Role => Property::ExcludeRoles,
            Self::ServicePrincipal => Property::ExcludeServicePrincipals,
            Self::AgentIdentity => Property::ExcludeAgentIdServicePrincipals,
        }
    }
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Whether the requirement holds.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// Sign-ins that get through, the easiest first; for [`Verdict::Undecided`] those that do if nothing unknown stops
    /// them.
    pub holes: Vec<Hole>,
    /// There are more holes than are listed.
    pub more_holes: bool,
    /// For [`Verdict::EnforcedExcept`].
    pub exceptions: Vec<Exception>,
    /// Users of the directory who get through, or do so if nothing unknown stops them. Those of exceptions are there.
    pub people: BTreeSet<UserIndex>,
}

impl Decision {
    /// A decision without counterexamples and exceptions.
    pub(super) fn without_examples(verdict: Verdict, reason: Reason) -> Self {
        Self { verdict, reason, holes: Vec::new(), more_holes: false, exceptions: Vec::new(), people: BTreeSet::new() }
    }
}

/// A sign-in that gets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// The sign-in, complete.
    pub sign_in: SignIn,
    /// The coordinates in which it departs from what an attacker tries first. No sign-in that departs in fewer of these
    /// values gets through.
    pub departs: Vec<Coordinate>,
    /// The coordinates in which it cannot be changed at will: those above, and those in which another value would be
    /// stopped.
    pub relevant: Vec<Coordinate>,
}

impl Hole {
    /// Whether it is the same but for who signs in.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let apart = |hole: &Self| {
            let sign_in =
                SignIn { user: None, groups: BTreeSet::new(), roles: BTreeSet::new(), ..hole.sign_in.clone() };
            (sign_in, hole.departs.clone())
        };
        apart(self) == apart(other)
    }
}

/// A coordinate of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coordinate {
    /// `signInIdentity.userId`
    User,
    /// `signInIdentity.userType`
    UserType,
    /// `signInIdentity.externalTenantId`
    ExternalTenant,
    /// `signInIdentity.groups`
    Groups,
    /// `signInIdentity.roles`
    Roles,
    /// `signInContext.resource`
    Resource,
    /// `signInConditions.clientAppType`
    ClientApp,
    /// `signInConditions.devicePlatform`
    Platform,
    /// `signInConditions.locations`
    Locations,
    /// `signInConditions.deviceInfo`
    Device,
    /// `signInConditions.signInRiskLevel`
    SignInRisk,
    /// `signInConditions.userRiskLevel`
    UserRisk,
    /// `signInConditions.insiderRiskLevel`
    InsiderRisk,
    /// `signInConditions.authenticationFlow`
    Flow,
}
