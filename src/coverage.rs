//! Requirement and tenant to verdict.
//!
//! What one policy alone decides is decided; what only several decide together is [`Verdict::Undecided`] and says so.
//! No verdict is guessed: `enforced` rests on one policy that leaves nobody out but tracked exceptions, `not-enforced`
//! on one complete sign-in that every policy lets through.

mod departures;
mod single;

use crate::controls::Requirement;
use crate::policy::{Id, Policy};
use crate::signin::{AssumeEnabled, Cause, Lens, Match, SignIn, View, Why};
use crate::tenant::{MissingPolicies, Tenant};

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

/// What `policies` make of one sign-in; the worst class present decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// A policy forces MFA.
    Covered,
    /// One would if it did not exclude this user or group one by one.
    Exempt,
    /// One would if the user is in an included group.
    Membership,
    /// One might: something in it is not known.
    Unknown,
    /// None does.
    Gap,
}

/// Why a verdict is what it is. Indices are of [`Tenant::policies`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// This policy leaves nobody out, or only the exceptions.
    Policy(usize),
    /// Security defaults require MFA of everybody.
    SecurityDefaults,
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
    /// No single policy decides it; these cover parts.
    Together(Vec<usize>),
}

/// A principal whom the requirement does not reach, and the policies that exclude it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// User, group or role.
    pub kind: PrincipalKind,
    /// Its id.
    pub id: Id,
    /// The policies that exclude it and the index in their list.
    pub policies: Vec<(usize, usize)>,
}

/// What an exception is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrincipalKind {
    /// A user.
    User,
    /// A group.
    Group,
    /// A directory role.
    Role,
}

impl PrincipalKind {
    /// The word of the JSON report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
        }
    }

    /// The list that excludes such principals.
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
    /// For [`Verdict::EnforcedExcept`].
    pub exceptions: Vec<Exception>,
}

/// A sign-in that gets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// The sign-in, complete.
    pub sign_in: SignIn,
    /// The coordinates in which it departs from what an attacker tries first.
    pub departs: Vec<Coordinate>,
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
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// `--assume-enabled`
    pub assume_enabled: AssumeEnabled,
}

/// Decides.
#[must_use]
pub fn decide(requirement: &Requirement, resource: &Id, tenant: &Tenant, options: Options) -> Decision {
    let view = View { tenant, tracked_roles: &requirement.tracked_roles, assume_enabled: options.assume_enabled };
    let decision = Search { view, resource }.decide();
    match (decision.verdict, tenant.missing.first()) {
        // Policies that were not exported could only add force.
        (Verdict::NotEnforced, Some(missing)) => {
            Decision { verdict: Verdict::Undecided, reason: Reason::MissingPolicies(missing.why), ..decision }
        }
        _ => decision,
    }
}

struct Search<'t> {
    view: View<'t>,
    resource: &'t Id,
}

impl Search<'_> {
    fn decide(&self) -> Decision {
        let tenant = self.view.tenant;
        if tenant.companions.security_defaults == Some(true) {
            return proven(Verdict::Enforced, Reason::SecurityDefaults, Vec::new());
        }
        let complete: Vec<usize> =
            (0..tenant.policies.len()).filter(|index| single::covers_all(self, &tenant.policies[*index])).collect();
        if let Some(decision) = self.by_one_policy(&complete) {
            return decision;
        }
        let relevant = self.relevant();
        // With a policy that covers all but tracked exclusions, nothing worse than an exemption can exist.
        if !complete.is_empty() {
            return undecided(together(&relevant), Vec::new());
        }
        let (worst, holes) = self.holes(&relevant);
        let witness = holes.first().map(|hole| hole.sign_in.clone());
        match (worst, witness) {
            (Class::Gap, Some(_)) => {
                let reason = if tenant.policies.is_empty() { Reason::NoPolicies } else { Reason::Witness };
                Decision { verdict: Verdict::NotEnforced, reason, holes, exceptions: Vec::new() }
            }
            (Class::Unknown, Some(witness)) => undecided(self.first_unknown(&relevant, &witness), holes),
            (Class::Membership, Some(witness)) => {
                let covering = |lens| {
                    move |index: &usize| {
                        let policy = &tenant.policies[*index];
                        self.view.forces_mfa(policy, &witness, lens) == Match::Yes
                    }
                };
                let policies = (0..tenant.policies.len()).filter(covering(Lens::InIncludedGroups)).collect();
                undecided(Reason::Membership(policies), holes)
            }
            _ => undecided(together(&relevant), Vec::new()),
        }
    }

    /// The worst class among the sign-ins nearest to what an attacker tries first, and those of that class.
    fn holes(&self, relevant: &[(usize, &Policy)]) -> (Class, Vec<Hole>) {
        let attacker = SignIn::attacker(self.resource.clone());
        let mut found = Nearest { attacker: attacker.clone(), worst: Class::Covered, holes: Vec::new() };
        found.add(self.classify(relevant, &attacker), attacker.clone());
        if found.worst == Class::Gap {
            return (found.worst, found.holes);
        }
        let singles = departures::singles(&attacker, relevant, self.view.tenant);
        for sign_in in &singles {
            found.add(self.classify(relevant, sign_in), sign_in.clone());
        }
        if found.worst < Class::Gap {
            for sign_in in departures::pairs(&attacker, &singles) {
                found.add(self.classify(relevant, &sign_in), sign_in);
            }
        }
        (found.worst, found.holes)
    }

    /// Decides where one policy leaves out nobody but exceptions that no other policy takes up.
    fn by_one_policy(&self, complete: &[usize]) -> Option<Decision> {
        let policies = &self.view.tenant.policies;
        let exclusions = |index: usize| single::exclusions(&policies[index]);
        if let Some(strict) = complete.iter().find(|index| exclusions(**index).is_empty()) {
            return Some(proven(Verdict::Enforced, Reason::Policy(*strict), Vec::new()));
        }
        let carrying = complete.iter().copied().min_by_key(|index| exclusions(*index).len())?;
        let relevant = self.relevant();
        let exceptions: Vec<Exception> = exclusions(carrying)
            .into_iter()
            .filter(|(kind, id)| {
                let sign_in = departures::principal(&SignIn::attacker(self.resource.clone()), *kind, id);
                self.classify(&relevant, &sign_in) == Class::Exempt
            })
            .map(|(kind, id)| {
                let sign_in = departures::principal(&SignIn::attacker(self.resource.clone()), kind, id);
                let excluding = policies.iter().enumerate().filter_map(|(index, policy)| {
                    let position = single::exclude_list(policy, kind).position(|excluded| excluded == id)?;
                    let would_cover = self.view.forces_mfa(policy, &sign_in, Lens::WithoutTrackedExclusions);
                    (would_cover == Match::Yes).then_some((index, position))
                });
                Exception { kind, policies: excluding.collect(), id: id.clone() }
            })
            .collect();
        (!exceptions.is_empty()).then(|| proven(Verdict::EnforcedExcept, Reason::Policy(carrying), exceptions))
    }

    /// Policies that could stop some sign-in to the resource.
    fn relevant(&self) -> Vec<(usize, &Policy)> {
        let any = SignIn::attacker(self.resource.clone());
        let browser = SignIn { client_app: crate::policy::ClientAppType::Browser, ..any.clone() };
        let may = |(_, policy): &(usize, &Policy)| {
            [&any, &browser]
                .into_iter()
                .any(|sign_in| !self.view.causes(policy, sign_in).any(|cause| single::is_beyond_reach(cause.why)))
        };
        self.view.tenant.policies.iter().enumerate().filter(may).collect()
    }

    fn classify(&self, policies: &[(usize, &Policy)], sign_in: &SignIn) -> Class {
        let mut best = Class::Gap;
        for (_, policy) in policies {
            let class = match self.view.forces_mfa(policy, sign_in, Lens::Plain) {
                Match::Yes => return Class::Covered,
                Match::Unknown(_) => Class::Unknown,
                // Whom else the policy might mean makes no difference.
                Match::No(cause) if !single::is_about_users(cause.why) => Class::Gap,
                Match::No(_) => match self.view.forces_mfa(policy, sign_in, Lens::WithoutTrackedExclusions) {
                    Match::Yes => Class::Exempt,
                    Match::Unknown(_) => Class::Unknown,
                    Match::No(_) => match self.view.forces_mfa(policy, sign_in, Lens::InIncludedGroups) {
                        Match::Yes => Class::Membership,
                        Match::Unknown(_) => Class::Unknown,
                        Match::No(_) => Class::Gap,
                    },
                },
            };
            // An unknown policy beside one that hinges on membership: the unknown weighs more.
            best = match (best, class) {
                (Class::Exempt, _) | (_, Class::Exempt) => Class::Exempt,
                (Class::Unknown, _) | (_, Class::Unknown) => Class::Unknown,
                (Class::Membership, _) | (_, Class::Membership) => Class::Membership,
                _ => Class::Gap,
            };
        }
        best
    }

    fn first_unknown(&self, policies: &[(usize, &Policy)], sign_in: &SignIn) -> Reason {
        for lens in [Lens::Plain, Lens::WithoutTrackedExclusions, Lens::InIncludedGroups] {
            for (index, policy) in policies {
                if let Match::Unknown(cause) = self.view.forces_mfa(policy, sign_in, lens) {
                    return Reason::Unknown(*index, cause);
                }
            }
        }
        together(policies)
    }
}

/// Sign-ins of the worst class met so far.
struct Nearest {
    attacker: SignIn,
    worst: Class,
    holes: Vec<Hole>,
}

impl Nearest {
    fn add(&mut self, class: Class, sign_in: SignIn) {
        if class <= Class::Exempt || class < self.worst {
            return;
        }
        if class > self.worst {
            self.worst = class;
            self.holes.clear();
        }
        // A departure on top of a hole is no new hole.
        let is_known = self.holes.iter().any(|hole| {
            let differs = departures::between(&hole.sign_in, &sign_in);
            !hole.departs.iter().any(|coordinate| differs.contains(coordinate))
        });
        if !is_known {
            let departs = departures::between(&self.attacker, &sign_in);
            self.holes.push(Hole { sign_in, departs });
        }
    }
}

fn together(policies: &[(usize, &Policy)]) -> Reason {
    Reason::Together(policies.iter().map(|(index, _)| *index).collect())
}

fn proven(verdict: Verdict, reason: Reason, exceptions: Vec<Exception>) -> Decision {
    Decision { verdict, reason, holes: Vec::new(), exceptions }
}

fn undecided(reason: Reason, holes: Vec<Hole>) -> Decision {
    Decision { verdict: Verdict::Undecided, reason, holes, exceptions: Vec::new() }
}

/// The policies that ask for MFA and do not stop `sign_in`, each with what keeps it from doing so: those meant for
/// everybody before those meant for some, and what comes nearest first.
#[must_use]
pub fn nearest_policies(view: &View<'_>, sign_in: &SignIn) -> Vec<(usize, Vec<Cause>)> {
    let mut near: Vec<(bool, usize, Vec<Cause>)> = Vec::new();
    for (index, policy) in view.tenant.policies.iter().enumerate().filter(|(_, policy)| single::asks_for_mfa(policy)) {
        let causes: Vec<Cause> = view.causes(policy, sign_in).collect();
        if !causes.is_empty() && !causes.iter().any(|cause| single::is_elsewhere(cause.why)) {
            let for_some = causes.iter().any(|cause| cause.why == Why::UserNotIncluded);
            near.push((for_some, index, causes));
        }
    }
    near.sort_by_key(|(for_some, index, causes)| (*for_some, causes.len(), *index));
    // Whom a policy for administrators leaves out is no news where one is meant for everybody.
    if near.iter().any(|(for_some, _, _)| !for_some) {
        near.retain(|(for_some, _, _)| !for_some);
    }
    near.into_iter().map(|(_, index, causes)| (index, causes)).collect()
}
