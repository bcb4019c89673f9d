//! A sign-in of which something is not known, as logs have it: what a policy makes of it, whatever the rest turns out to be.
//!
//! A condition looks at few coordinates. Where one of them is open, the condition is asked about every value that this policy
//! can tell apart, and has an answer if all of them lead to it. The answers of several conditions are combined as if open
//! coordinates were independent: an answer is never wrong, and sometimes missing where a closer look would find one.

use super::conditions::CHECKS;
use super::{Cause, Lens, Match, SignIn, View, device};
use crate::catalog::Suite;
use crate::policy::{ClientAppType, Fact, Guests, Id, InsiderRiskLevel, List, Platform, Policy, RiskLevel};
use crate::policy::{TransferMethod, UserType, Words};
use crate::requirement::Resource;
use crate::signin::AppFact;
use std::collections::BTreeSet;

/// A condition of a policy, in the order in which they are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Condition {
    /// The state, and whatever else keeps a policy from being in force.
    State,
    /// `applications`
    Applications,
    /// `users`
    Users,
    /// `clientApplications`
    WorkloadIdentities,
    /// `clientAppTypes`
    ClientAppTypes,
    /// `platforms`
    Platforms,
    /// `locations`
    Locations,
    /// `devices`
    Devices,
    /// `signInRiskLevels`
    SignInRisk,
    /// `userRiskLevels`
    UserRisk,
    /// `insiderRiskLevels`
    InsiderRisk,
    /// `authenticationFlows`
    AuthenticationFlows,
    /// Conditions without a model.
    Others,
}

impl Condition {
    /// All of them.
    pub const ALL: [Self; CHECKS.len()] = [
        Self::State,
        Self::Applications,
        Self::Users,
        Self::WorkloadIdentities,
        Self::ClientAppTypes,
        Self::Platforms,
        Self::Locations,
        Self::Devices,
        Self::SignInRisk,
        Self::UserRisk,
        Self::InsiderRisk,
        Self::AuthenticationFlows,
        Self::Others,
    ];

    /// Its name in Graph.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Applications => "applications",
            Self::Users => "users",
            Self::WorkloadIdentities => "clientApplications",
            Self::ClientAppTypes => "clientAppTypes",
            Self::Platforms => "platforms",
            Self::Locations => "locations",
            Self::Devices => "devices",
            Self::SignInRisk => "signInRiskLevels",
            Self::UserRisk => "userRiskLevels",
            Self::InsiderRisk => "insiderRiskLevels",
            Self::AuthenticationFlows => "authenticationFlows",
            Self::Others => "conditions",
        }
    }

    /// The coordinates that it looks at.
    fn coordinates(self) -> &'static [Coordinate] {
        match self {
            Self::State | Self::WorkloadIdentities | Self::Others => &[],
            // In a browser, it may be a portal that asks.
            Self::Applications => &[Coordinate::Resource, Coordinate::ClientApp],
            Self::Users => {
                &[Coordinate::UserType, Coordinate::ExternalTenant, Coordinate::User, Coordinate::Memberships]
            }
            Self::ClientAppTypes => &[Coordinate::ClientApp],
            Self::Platforms => &[Coordinate::Platform],
            Self::Locations => &[Coordinate::Location],
            Self::Devices => &[Coordinate::Device],
            Self::SignInRisk => &[Coordinate::SignInRisk],
            Self::UserRisk => &[Coordinate::UserRisk],
            Self::InsiderRisk => &[Coordinate::InsiderRisk],
            Self::AuthenticationFlows => &[Coordinate::Flow],
        }
    }
}

/// A coordinate of a sign-in that may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Coordinate {
    /// What the token is for.
    Resource,
    /// Whether an authentication context is asked for, and which.
    AuthenticationContext,
    /// Which user it is.
    User,
    /// The user's kind.
    UserType,
    /// The home tenant of an external user.
    ExternalTenant,
    /// Groups and roles.
    Memberships,
    /// The client.
    ClientApp,
    /// The platform.
    Platform,
    /// Named locations.
    Location,
    /// The device.
    Device,
    /// The risk of the sign-in.
    SignInRisk,
    /// The risk of the user.
    UserRisk,
    /// The insider risk of the user.
    InsiderRisk,
    /// The authentication flow.
    Flow,
}

/// What a token may be for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum OpenResource {
    /// What the sign-in says.
    #[default]
    Known,
    /// One of these.
    OneOf(Vec<Resource>),
    /// Anything.
    Any,
}

/// What is not known of a sign-in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Open {
    /// What the token is for.
    pub resource: OpenResource,
    /// An authentication context may have been asked for beside the resource.
    pub contexts: bool,
    /// It may be any user.
    pub user: bool,
    /// The kinds of user that it may be; empty if it is the one of the sign-in.
    pub user_types: Vec<UserType>,
    /// An external user may be of any tenant.
    pub external_tenant: bool,
    /// The user may be in any group and hold any role.
    pub memberships: bool,
    /// It may be any client.
    pub client_app: bool,
    /// It may be any platform.
    pub platform: bool,
    /// The address may be in these named locations, too. `AllTrusted` among them: it may be trusted.
    pub locations: BTreeSet<Id>,
    /// Attributes of the device that are known, if others are not.
    pub device: Option<&'static [&'static str]>,
    /// The risk of the sign-in may be any.
    pub sign_in_risk: bool,
    /// The risk of the user may be any.
    pub user_risk: bool,
    /// The insider risk may be any.
    pub insider_risk: bool,
    /// It may be any flow.
    pub flow: bool,
}

impl Open {
    /// Whether a coordinate is open.
    #[must_use]
    pub fn has(&self, coordinate: Coordinate) -> bool {
        match coordinate {
            Coordinate::Resource => self.resource != OpenResource::Known,
            Coordinate::AuthenticationContext => self.contexts,
            Coordinate::User => self.user,
            Coordinate::UserType => !self.user_types.is_empty(),
            Coordinate::ExternalTenant => self.external_tenant,
            Coordinate::Memberships => self.memberships,
            Coordinate::ClientApp => self.client_app,
            Coordinate::Platform => self.platform,
            Coordinate::Location => !self.locations.is_empty(),
            Coordinate::Device => self.device.is_some(),
            Coordinate::SignInRisk => self.sign_in_risk,
            Coordinate::UserRisk => self.user_risk,
            Coordinate::InsiderRisk => self.insider_risk,
            Coordinate::Flow => self.flow,
        }
    }
}

/// A sign-in of which something may be open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partial {
    /// What is known. Open coordinates have any value here.
    pub sign_in: SignIn,
    /// Authentication contexts that are asked for beside the resource.
    pub contexts: Vec<Id>,
    /// What is open.
    pub open: Open,
}

impl From<SignIn> for Partial {
    fn from(sign_in: SignIn) -> Self {
        Self { sign_in, contexts: Vec::new(), open: Open::default() }
    }
}

/// What a condition or a policy makes of a sign-in of which something may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partly {
    /// It matches, whatever is open.
    Yes,
    /// It does not, whatever is open.
    No(Cause),
    /// The files do not say.
    Unknown(Cause),
    /// The sign-in does not say: it depends on this coordinate.
    Open(Coordinate),
}

impl From<Match> for Partly {
    fn from(outcome: Match) -> Self {
        match outcome {
            Match::Yes => Self::Yes,
            Match::No(cause) => Self::No(cause),
            Match::Unknown(cause) => Self::Unknown(cause),
        }
    }
}

impl View<'_> {
    /// Whether `policy` is in force and applies to this sign-in.
    #[must_use]
    pub fn applies_partly(&self, policy: &Policy, partial: &Partial) -> Partly {
        let mut doubt = None;
        for condition in Condition::ALL {
            match self.matches_partly(policy, condition, partial) {
                Partly::Yes => {}
                no @ Partly::No(_) => return no,
                unknown @ (Partly::Unknown(_) | Partly::Open(_)) => _ = doubt.get_or_insert(unknown),
            }
        }
        doubt.unwrap_or(Partly::Yes)
    }

    /// Whether a condition of `policy` matches this sign-in.
    #[must_use]
    pub fn matches_partly(&self, policy: &Policy, condition: Condition, partial: &Partial) -> Partly {
        if condition == Condition::Devices {
            return device::filtered_partly(policy, &partial.sign_in.device, self.undefined, partial.open.device);
        }
        let own = self.over_values(policy, condition, partial);
        let contexts = &policy.conditions.applications.authentication_contexts;
        if condition == Condition::Applications && !contexts.is_empty() {
            return self.with_contexts(policy, partial, own);
        }
        own
    }

    /// A policy may target an authentication context, which is asked for beside a resource.
    fn with_contexts(&self, policy: &Policy, partial: &Partial, own: Partly) -> Partly {
        let of = |context: &Id| {
            let resource = Resource::AuthenticationContext(context.clone());
            let sign_in = SignIn { resource, ..partial.sign_in.clone() };
            Partly::from(CHECKS[Condition::Applications as usize](self, policy, &sign_in, Lens::Plain))
        };
        let perhaps = partial.open.contexts.then_some(Partly::Open(Coordinate::AuthenticationContext));
        let all: Vec<Partly> = partial.contexts.iter().map(of).chain([own]).chain(perhaps).collect();
        if all.contains(&Partly::Yes) {
            return Partly::Yes;
        }
        all.into_iter().find(|one| matches!(one, Partly::Unknown(_) | Partly::Open(_))).unwrap_or(own)
    }

    fn over_values(&self, policy: &Policy, condition: Condition, partial: &Partial) -> Partly {
        let check = CHECKS[condition as usize];
        let open: Vec<Coordinate> =
            condition.coordinates().iter().copied().filter(|one| partial.open.has(*one)).collect();
        if open.is_empty() {
            return check(self, policy, &partial.sign_in, Lens::Plain).into();
        }
        let agreed = |varied: &[Coordinate]| {
            let mut agreed: Option<Match> = None;
            for sign_in in completions(self, policy, partial, varied) {
                match (agreed, check(self, policy, &sign_in, Lens::Plain)) {
                    (None, outcome) => agreed = Some(outcome),
                    (Some(Match::Yes), Match::Yes)
                    | (Some(Match::No(_)), Match::No(_))
                    | (Some(Match::Unknown(_)), Match::Unknown(_)) => {}
                    (Some(_), _) => return None,
                }
            }
            agreed
        };
        agreed(&open).map_or_else(
            || {
                let alone = open.iter().copied().find(|one| agreed(&[*one]).is_none());
                Partly::Open(alone.unwrap_or(open[0]))
            },
            Partly::from,
        )
    }
}

/// Somebody, an app, a tenant or a role that no policy names.
fn nobody() -> Id {
    Id::new("ffffffff-ffff-4fff-bfff-ffffffffffff")
}

/// The sign-ins that this may be, as far as a policy can tell them apart by the coordinates that are varied.
fn completions(view: &View<'_>, policy: &Policy, partial: &Partial, varied: &[Coordinate]) -> Vec<SignIn> {
    let mut all = vec![partial.sign_in.clone()];
    for coordinate in varied {
        // Users, groups and roles each include somebody, or exclude somebody, by themselves: it is enough to look at one
        // at a time, and at none.
        let base: Vec<SignIn> = match coordinate {
            Coordinate::Memberships if varied.contains(&Coordinate::User) => {
                all.iter().filter(|one| one.user == Some(nobody())).cloned().collect()
            }
            Coordinate::Memberships => all.clone(),
            _ => std::mem::take(&mut all),
        };
        all.extend(base.iter().flat_map(|one| alternatives(view, policy, &partial.open, one, *coordinate)));
    }
    all
}

/// The values of one coordinate.
fn alternatives(view: &View<'_>, policy: &Policy, open: &Open, one: &SignIn, coordinate: Coordinate) -> Vec<SignIn> {
    let conditions = &policy.conditions;
    let with = |change: &dyn Fn(&mut SignIn)| {
        let mut changed = one.clone();
        change(&mut changed);
        changed
    };
    match coordinate {
        Coordinate::Resource => {
            let any;
            let resources = match &open.resource {
                OpenResource::Known => return vec![one.clone()],
                OpenResource::OneOf(all) => all,
                OpenResource::Any => {
                    any = every_resource(policy);
                    &any
                }
            };
            let mut all: Vec<SignIn> =
                resources.iter().map(|resource| with(&|sign_in| sign_in.resource = resource.clone())).collect();
            // An app of one suite may be one of the other, too.
            let in_both: Vec<SignIn> =
                all.iter().filter(|one| matches!(one.resource, Resource::OfSuite(_))).cloned().collect();
            all.extend(in_both.into_iter().map(|mut sign_in| {
                sign_in.app.extend(Suite::ALL.map(AppFact::InSuite));
                sign_in
            }));
            all
        }
        // They are looked at beside the resource.
        Coordinate::AuthenticationContext | Coordinate::Device => vec![one.clone()],
        Coordinate::User => {
            let listed = [&conditions.users.include_users, &conditions.users.exclude_users];
            let users = guids(listed).chain([nobody()]);
            users.map(|user| with(&|sign_in| sign_in.user = Some(user.clone()))).collect()
        }
        Coordinate::UserType => open.user_types.iter().map(|kind| with(&|sign_in| sign_in.user_type = *kind)).collect(),
        Coordinate::ExternalTenant => {
            let of = |guests: &Fact<Option<Box<Guests>>>| {
                let tenants = guests.known().and_then(|guests| guests.as_ref()?.tenants.as_ref());
                tenants.into_iter().flat_map(|tenants| tenants.known().map(|(_, id)| id.clone())).collect::<Vec<_>>()
            };
            let tenants = [of(&conditions.users.include_guests), of(&conditions.users.exclude_guests), vec![nobody()]];
            let tenants = tenants.into_iter().flatten();
            tenants.map(|tenant| with(&|sign_in| sign_in.external_tenant = Some(tenant.clone()))).collect()
        }
        Coordinate::Memberships => {
            let users = &conditions.users;
            let groups = [&users.include_groups, &users.exclude_groups].into_iter().flat_map(List::known);
            let roles = [&users.include_roles, &users.exclude_roles].into_iter().flat_map(List::known);
            let in_group = groups.map(|(_, id)| with(&|sign_in| _ = sign_in.groups.insert(id.clone())));
            let in_role = roles.map(|(_, id)| id.clone()).chain([nobody()]);
            let in_role = in_role.map(|id| with(&|sign_in| _ = sign_in.roles.insert(id.clone())));
            in_group.chain(in_role).collect()
        }
        Coordinate::ClientApp => words(ClientAppType::All, &|value| with(&|sign_in| sign_in.client_app = value)),
        Coordinate::Platform => words(Platform::All, &|value| with(&|sign_in| sign_in.platform = value)),
        Coordinate::Location => {
            // Locations include or exclude a sign-in each by itself, too.
            let inside = |id: &Id| {
                with(&|sign_in| {
                    if view.tenant.is_trusted_location(id) == Some(true) {
                        sign_in.locations.insert(Id::new("AllTrusted"));
                    }
                    sign_in.locations.insert(id.clone());
                })
            };
            open.locations.iter().map(inside).chain([one.clone()]).collect()
        }
        Coordinate::SignInRisk => words(RiskLevel::Hidden, &|value| with(&|sign_in| sign_in.sign_in_risk = value)),
        Coordinate::UserRisk => words(RiskLevel::Hidden, &|value| with(&|sign_in| sign_in.user_risk = value)),
        Coordinate::InsiderRisk => {
            InsiderRiskLevel::WORDS.iter().map(|(_, value)| with(&|sign_in| sign_in.insider_risk = *value)).collect()
        }
        Coordinate::Flow => {
            TransferMethod::WORDS.iter().map(|(_, value)| with(&|sign_in| sign_in.flow = *value)).collect()
        }
    }
}

/// A sign-in for each word but one, which no sign-in has.
fn words<W: Words>(absent: W, of: &dyn Fn(W) -> SignIn) -> Vec<SignIn> {
    W::WORDS.iter().filter(|(_, word)| *word != absent).map(|(_, word)| of(*word)).collect()
}

fn guids(lists: [&List<Id>; 2]) -> impl Iterator<Item = Id> {
    let all = lists.into_iter().flat_map(List::known).map(|(_, id)| id);
    all.filter(|id| id.guid().is_some()).cloned()
}

/// Everything that a token can be for and that a policy can tell apart. Authentication contexts are asked for beside it.
fn every_resource(policy: &Policy) -> Vec<Resource> {
    let applications = &policy.conditions.applications;
    let apps = guids([&applications.include, &applications.exclude]).chain([nobody()]).map(Resource::App);
    let actions = applications.user_actions.known().map(|(_, action)| Resource::UserAction(action.clone()));
    let suites = Suite::ALL.map(Resource::OfSuite);
    apps.chain(actions).chain(suites).chain([Resource::Other]).collect()
}
