//! Requirement and tenant to verdict: is there a sign-in that no policy stops?
//!
//! A policy stops a sign-in if it applies and cannot be satisfied without what is required. Because every other control
//! is the attacker's to satisfy, policies stop a sign-in together only if one of them does alone. So the question is
//! whether the regions of all policies cover the space of sign-ins, and a SAT solver answers it: it looks for a sign-in
//! that is in none of them. `docs/how-it-decides.md` has the whole of it.

mod addresses;
mod compare;
mod device;
mod formula;
mod holes;
mod listed;
mod obvious;
mod region;
mod solver;
mod space;

pub use compare::{Comparison, Redundant};

use crate::policy::{ClientAppType, GrantControl, Id, List, Policy};
use crate::requirement::{Assumptions, Requirement};
use crate::signin::{AssumeEnabled, Cause, Lens, Match, SignIn, Undefined, View, Why};
use crate::tenant::{MissingPolicies, Tenant};
use formula::Formula;
use listed::Listed;
use region::Leniency;
use space::Space;

/// Holes that are shown at most.
pub const SHOWN_HOLES: usize = 50;

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

/// Why a verdict is what it is. Indices are of [`Tenant::policies`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// These policies cover every sign-in, or every one but those of the exceptions; without any of them it is open
    /// whether the others do.
    Policies(Vec<usize>),
    /// The same of security defaults and these policies together.
    SecurityDefaults(Vec<usize>),
    /// The witness is stopped only if security defaults are on, as a file says, while policies are enabled.
    ContradictedDefaults,
    /// No policy is in force at all.
    NoPolicies,
    /// The witness gets through.
    Witness,
    /// The witness gets through the policies at hand, but the files are not all of them.
    MissingPolicies(MissingPolicies),
    /// The witness is stopped only if this cannot-be-told turns out well.
    Unknown(usize, Cause),
    /// The witness is stopped only if these policies' included groups contain every user.
    Membership(Vec<usize>),
    /// The policies encode a puzzle that takes too long to solve.
    TooIntricate,
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
    /// The policies that exclude it and the index in their list.
    pub policies: Vec<(usize, usize)>,
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
}

impl PrincipalKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::User, Self::Group, Self::Role];

    /// The word of the JSON report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
        }
    }

    /// A policy's list of whom it includes, of this kind.
    fn included_by(self, policy: &Policy) -> &List<Id> {
        let users = &policy.conditions.users;
        match self {
            Self::User => &users.include_users,
            Self::Group => &users.include_groups,
            Self::Role => &users.include_roles,
        }
    }

    /// A policy's list of exclusions of this kind.
    #[must_use]
    pub fn excluded_by(self, policy: &Policy) -> &List<Id> {
        let users = &policy.conditions.users;
        match self {
            Self::User => &users.exclude_users,
            Self::Group => &users.exclude_groups,
            Self::Role => &users.exclude_roles,
        }
    }

    /// Where that list stands.
    #[must_use]
    pub fn exclude_list(self) -> &'static str {
        match self {
            Self::User => "/conditions/users/excludeUsers",
            Self::Group => "/conditions/users/excludeGroups",
            Self::Role => "/conditions/users/excludeRoles",
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

/// How the tenant is to be judged.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// `--assume-enabled`
    pub assume_enabled: AssumeEnabled,
    /// What Microsoft leaves undocumented.
    pub assumptions: Assumptions,
    /// Conflicts that the solver may meet before it gives up: a few seconds. Tenants as people have them take some
    /// hundred, and puzzles of twice as many policies as Microsoft allows (240) some ten thousand.
    pub effort: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { assume_enabled: AssumeEnabled::default(), assumptions: Assumptions::default(), effort: 50_000 }
    }
}

/// How the sign-ins of a tenant are looked at for a requirement.
#[must_use]
pub fn view<'t>(requirement: &'t Requirement, tenant: &'t Tenant, options: Options) -> View<'t> {
    let Options { assume_enabled, assumptions, .. } = options;
    View { tenant, requirement, assume_enabled, assumptions, undefined: Undefined::Unknown }
}

/// Decides.
#[must_use]
pub fn decide(requirement: &Requirement, tenant: &Tenant, options: Options) -> Decision {
    let decision = decide_by_policies(view(requirement, tenant, options), options.effort);
    match (decision.verdict, tenant.missing.first()) {
        // Policies that were not exported could only add force.
        (Verdict::NotEnforced, Some(missing)) => {
            Decision { verdict: Verdict::Undecided, reason: Reason::MissingPolicies(missing.why), ..decision }
        }
        _ => decision,
    }
}

/// What covers a region of the sign-ins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carrier {
    /// A policy, by its index.
    Policy(usize),
    /// Security defaults.
    SecurityDefaults,
    /// That it may be none of the requirement's business.
    Elsewhere,
}

impl Carrier {
    fn policy(self) -> Option<usize> {
        match self {
            Self::Policy(index) => Some(index),
            Self::SecurityDefaults | Self::Elsewhere => None,
        }
    }
}

/// The reason of a verdict that these carry.
fn carried(by: &[Carrier]) -> Reason {
    let policies = by.iter().filter_map(|carrier| carrier.policy()).collect();
    if by.contains(&Carrier::SecurityDefaults) {
        Reason::SecurityDefaults(policies)
    } else {
        Reason::Policies(policies)
    }
}

/// What each policy covers, at each leniency. It is computed when a leniency is first asked about, because most tenants need one or two.
#[derive(Default)]
struct Regions {
    by_leniency: [Option<Vec<(Carrier, Formula)>>; 4],
    /// What policies surely cover of those that they are about, the same for all but the last.
    surely: Option<Vec<(usize, Formula)>>,
}

impl Regions {
    /// What covers something at a leniency, with what it covers.
    fn of(&mut self, space: &mut Space<'_>, leniency: Leniency) -> &[(Carrier, Formula)] {
        let tenant = space.view.tenant;
        let apart_from_users = |space: &mut Space<'_>, sure| -> Vec<(usize, Formula)> {
            let policies = tenant.policies.iter().enumerate();
            let regions = policies.map(|(index, policy)| (index, region::applies_except_users(space, policy, sure)));
            regions.filter(|(_, region)| *region != Formula::Never).collect()
        };
        let Self { by_leniency, surely } = self;
        by_leniency[leniency.index()].get_or_insert_with(|| {
            let perhaps;
            let regions = if leniency == Leniency::UnknownsHelp {
                perhaps = apart_from_users(space, false);
                &perhaps
            } else {
                surely.get_or_insert_with(|| apart_from_users(space, true))
            };
            let regions = regions.iter().map(|(index, region)| {
                let users = region::users(space, &tenant.policies[*index], leniency);
                (Carrier::Policy(*index), Formula::all([users, region.clone()]))
            });
            let mut regions: Vec<(Carrier, Formula)> = regions.collect();
            regions.push((
                Carrier::SecurityDefaults,
                region::security_defaults(space, leniency != Leniency::UnknownsHelp),
            ));
            if leniency == Leniency::UnknownsHelp {
                // No policy's: what may be none of the requirement's business.
                regions.push((Carrier::Elsewhere, region::may_be_out_of_scope(space)));
            }
            regions.retain(|(_, region)| *region != Formula::Never);
            regions
        })
    }
}

fn decide_by_policies(view: View<'_>, effort: u64) -> Decision {
    let mut space = Space::new(view);
    let mut regions = Regions::default();
    if let Some(decision) = obvious::decide(&mut space, &mut regions) {
        return decision;
    }
    holes::decide(&mut space, &mut regions, effort)
        .unwrap_or_else(|_| decided(Verdict::Undecided, Reason::TooIntricate))
}

fn decided(verdict: Verdict, reason: Reason) -> Decision {
    Decision { verdict, reason, holes: Vec::new(), more_holes: false, exceptions: Vec::new() }
}

/// The policies that exclude a principal and, but for that, would stop a sign-in of theirs.
fn excluding(
    view: &View<'_>,
    listed: &Listed<'_>,
    (kind, id): (PrincipalKind, &Id),
    sign_ins: &[SignIn],
) -> Vec<(usize, usize)> {
    let view = View { undefined: Undefined::AsTheSignInSays, ..*view };
    let would_stop = |(index, _): &(usize, usize)| {
        let policy = &view.tenant.policies[*index];
        sign_ins.iter().any(|sign_in| view.forces(policy, sign_in, Lens::WithoutTrackedExclusions) == Match::Yes)
    };
    listed.excluding(kind, id).filter(would_stop).collect()
}

/// Whether a policy has a condition on everything that narrows the requirement: device code flow, a risk, legacy clients.
fn is_about(requirement: &Requirement, policy: &Policy) -> bool {
    let conditions = &policy.conditions;
    let only_legacy = !requirement.clients.contains(&ClientAppType::Browser);
    let any_client = conditions.client_app_types.position(|client| *client == ClientAppType::All).is_some();
    [
        (requirement.flows.is_empty(), conditions.transfer_methods.is_empty()),
        (requirement.sign_in_risk.is_empty(), conditions.sign_in_risk_levels.is_empty()),
        (requirement.user_risk.is_empty(), conditions.user_risk_levels.is_empty()),
        (!only_legacy, any_client),
    ]
    .into_iter()
    .all(|(is_not_asked, is_without)| is_not_asked || !is_without)
}

/// Whether a policy could be widened to meet the requirement. One that blocks something else must not be taken for that:
/// it would lock everybody out.
fn is_meant(requirement: &Requirement, policy: &Policy, causes: &[Cause]) -> bool {
    if policy.grant.built_in.position(|control| *control == GrantControl::Block).is_none() {
        return true;
    }
    let only_legacy = !requirement.clients.contains(&ClientAppType::Browser);
    let narrows = |cause: &Cause| match (cause.why, cause.at.property) {
        (Why::FlowNotIncluded, _) => requirement.flows.is_empty(),
        (Why::RiskNotIncluded, "/conditions/signInRiskLevels") => requirement.sign_in_risk.is_empty(),
        (Why::RiskNotIncluded, "/conditions/userRiskLevels") => requirement.user_risk.is_empty(),
        (Why::ClientAppNotIncluded, _) => !only_legacy,
        (
            Why::RiskNotIncluded
            | Why::UserNotIncluded
            | Why::OnlyIncludedGroups
            | Why::PlatformNotIncluded
            | Why::LocationNotIncluded
            | Why::DeviceFilter,
            _,
        ) => true,
        _ => false,
    };
    is_about(requirement, policy) && !causes.iter().any(narrows)
}

/// The policies that ask for what is required and do not stop `sign_in`, each with what keeps it from doing so: those
/// meant for everybody before those meant for some, and what comes nearest first. If none asks for it, those that apply
/// and ask for less.
#[must_use]
pub fn nearest_policies(view: &View<'_>, sign_in: &SignIn) -> Vec<(usize, Vec<Cause>)> {
    // 0: meant for everybody, 1: for groups that may hold everybody, 2: for some.
    let mut near: Vec<(u8, usize, Vec<Cause>)> = Vec::new();
    let mut asking_less: Vec<(usize, Vec<Cause>)> = Vec::new();
    for (index, policy) in view.tenant.policies.iter().enumerate() {
        let causes: Vec<Cause> = view.causes(policy, sign_in).collect();
        if !view.asks(policy) {
            let is_less = matches!(causes[..], [Cause { why: Why::Alternative, .. }]);
            asking_less.extend((is_less && is_about(view.requirement, policy)).then_some((index, causes)));
            continue;
        }
        let is_elsewhere = causes.iter().any(|cause| cause.why.is_elsewhere());
        if !causes.is_empty() && !is_elsewhere && is_meant(view.requirement, policy, &causes) {
            let meant_for = causes.iter().map(|cause| match cause.why {
                Why::UserNotIncluded => 2,
                Why::OnlyIncludedGroups => 1,
                _ => 0,
            });
            near.push((meant_for.max().unwrap_or(0), index, causes));
        }
    }
    if near.is_empty() {
        return asking_less;
    }
    near.sort_by_key(|(meant_for, index, causes)| (*meant_for, causes.len(), *index));
    // Whom a policy for administrators leaves out is no news where one is meant for everybody.
    if near.iter().any(|(meant_for, _, _)| *meant_for < 2) {
        near.retain(|(meant_for, _, _)| *meant_for < 2);
    }
    near.into_iter().map(|(_, index, causes)| (index, causes)).collect()
}
