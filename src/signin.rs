//! One sign-in, in the dimensions of Graph's [What If], and what the policies of a tenant make of it.
//!
//! This is the specification in Rust: plain, and sharing nothing with whatever decides over all sign-ins at once.
//!
//! [What If]: https://learn.microsoft.com/graph/api/conditionalaccessroot-evaluate

mod conditions;
mod defaults;
mod device;
mod evaluation;
mod grant;
mod partial;
mod session;

pub use defaults::defaults_ask;
pub use device::Device;
pub use evaluation::{Answer, Evaluation, Outcome};
pub use grant::{Demand, demand};
pub use partial::{Condition, Coordinate, Open, OpenResource, Partial, Partly};

use crate::catalog::Suite;
use crate::policy::{
    ClientAppType, Fact, GrantControl, Id, InsiderRiskLevel, Platform, Policy, Property, Reason, RiskLevel,
    TransferMethod, UserType,
};
use crate::requirement::{Assumptions, Grant, Identities, Requirement, Resource, Session};
use crate::syntax::Pointer;
use crate::tenant::Tenant;
use std::collections::BTreeSet;

/// A complete sign-in to one resource: every coordinate has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// What a token is asked for.
    pub resource: Resource,
    /// What is true of that app, of all that the files do not tell.
    pub app: BTreeSet<AppFact>,
    /// The class of who signs in.
    pub identities: Identities,
    /// The user, service principal or agent, if one that a policy names.
    pub user: Option<Id>,
    /// Names, placeholders and references that stand for this user, too, or for the home tenant.
    pub also: BTreeSet<Id>,
    /// The user's kind.
    pub user_type: UserType,
    /// Home tenant of an external user.
    pub external_tenant: Option<Id>,
    /// Groups that the user is in, of those that policies name. Of an agent, the ids by which policies name it: its own and
    /// that of its blueprint.
    pub groups: BTreeSet<Id>,
    /// Roles that the user holds, of those that policies name.
    pub roles: BTreeSet<Id>,
    /// The client.
    pub client_app: ClientAppType,
    /// The platform that the user agent claims.
    pub platform: Platform,
    /// Named locations that the address is in, `AllTrusted` among them if it is trusted.
    pub locations: BTreeSet<Id>,
    /// What Entra knows of the device.
    pub device: Device,
    /// Risk of the sign-in.
    pub sign_in_risk: RiskLevel,
    /// Risk of the user, or of the service principal or agent.
    pub user_risk: RiskLevel,
    /// Insider risk of the user.
    pub insider_risk: InsiderRiskLevel,
    /// How the token was transferred.
    pub flow: TransferMethod,
}

/// Something that is true or false of the app that a token is asked for, the same for all policies, and not in the files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AppFact {
    /// The rule of a filter for apps matches it.
    Matches(Box<str>),
    /// It belongs to this suite, or one of the suite's apps is what asks for it.
    InSuite(Suite),
    /// It is what this name, placeholder or reference stands for.
    Is(Id),
}

impl AppFact {
    /// That a filter matches. The same rule is the same truth, however it is broken into lines.
    #[must_use]
    pub fn matches(rule: &str) -> Self {
        Self::Matches(rule.split_whitespace().collect::<Vec<_>>().join(" ").into())
    }
}

impl SignIn {
    /// What an attacker with a stolen password tries first: an ordinary member, a command line on an unregistered
    /// device, a user agent that nobody recognises, from an address in no named location.
    #[must_use]
    pub fn attacker(resource: Resource) -> Self {
        Self {
            resource,
            app: BTreeSet::new(),
            identities: Identities::Users,
            user: None,
            also: BTreeSet::new(),
            user_type: UserType::Member,
            external_tenant: None,
            groups: BTreeSet::new(),
            roles: BTreeSet::new(),
            client_app: ClientAppType::MobileAppsAndDesktopClients,
            platform: Platform::Unknown,
            locations: BTreeSet::new(),
            device: Device::default(),
            sign_in_risk: RiskLevel::None,
            user_risk: RiskLevel::None,
            insider_risk: InsiderRiskLevel::None,
            flow: TransferMethod::None,
        }
    }
}

/// Where in a policy something stands: a pointer in Graph's words and, in a list, the element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// The property.
    pub property: Property,
    /// Index of the element.
    pub index: Option<usize>,
}

impl At {
    /// A property.
    #[must_use]
    pub fn property(property: Property) -> Self {
        Self { property, index: None }
    }

    /// An element of a list.
    #[must_use]
    pub fn element(property: Property, index: usize) -> Self {
        Self { property, index: Some(index) }
    }

    /// As a JSON pointer.
    #[must_use]
    pub fn pointer(self) -> Pointer {
        let pointer = Pointer::new(self.property);
        self.index.map_or(pointer.clone(), |index| pointer.index(index))
    }
}

/// Why a policy does not stop a sign-in, or why that cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    /// Where it says so.
    pub at: At,
    /// What it says.
    pub why: Why,
}

impl Cause {
    /// Where in `policy`, as a JSON pointer.
    #[must_use]
    pub fn pointer(&self, policy: &Policy) -> Pointer {
        match (self.why, self.at.index) {
            (Why::Opaque, Some(index)) => Pointer::new(self.at.property).key(&policy.conditions.opaque[index].name),
            _ => self.at.pointer(),
        }
    }
}

/// What keeps a policy from stopping a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// `state` is `disabled`.
    Disabled,
    /// `state` is report-only: evaluated, never enforced.
    ReportOnly,
    /// In the recycle bin.
    Deleted,
    /// A second policy with this id says something else.
    Contradicted,
    /// It may be of another tenant.
    Foreign,
    /// The user is not among those included.
    UserNotIncluded,
    /// Only members of the included groups are included.
    OnlyIncludedGroups,
    /// The user is excluded by id.
    UserExcluded,
    /// A group of the user's is excluded.
    GroupExcluded,
    /// A role of the user's is excluded.
    RoleExcluded,
    /// Guests of this kind are excluded.
    GuestsExcluded,
    /// The resource is not among those targeted.
    ResourceNotIncluded,
    /// The resource is excluded.
    ResourceExcluded,
    /// The Azure portal, or `MicrosoftAdminPortals`, which holds it; how that meets the management API is not documented.
    AdminPortals,
    /// A filter for apps is evaluated on attributes that are not in the files.
    ApplicationFilter,
    /// Service principals are governed, not users.
    WorkloadIdentities,
    /// Identities of another class are governed.
    OtherIdentities,
    /// What this means for service principals or agents is not documented, or depends on attributes that are not in the files.
    IdentitiesPerhaps,
    /// The client app is not among those listed.
    ClientAppNotIncluded,
    /// The platform is not included.
    PlatformNotIncluded,
    /// The platform is excluded.
    PlatformExcluded,
    /// The location is not included.
    LocationNotIncluded,
    /// The location is excluded.
    LocationExcluded,
    /// The filter for devices leaves this device out.
    DeviceFilter,
    /// The filter for devices says something that caplint cannot interpret.
    DeviceFilterOpaque,
    /// The risk level is not listed.
    RiskNotIncluded,
    /// Every risk level is listed, which may or may not be the same as none.
    EveryRiskLevel,
    /// Whether all users include partners is not documented.
    PartnersPerhaps,
    /// Whether the app belongs to this suite is not known.
    SuitePerhaps(Suite),
    /// A name, a placeholder or a reference, which may be the same object as another one.
    PerhapsTheSame,
    /// Whether older policies mean this client is not documented.
    NoClientApps,
    /// Whether a condition that lists nothing is none is not documented.
    EmptyCondition,
    /// The authentication flow is not listed.
    FlowNotIncluded,
    /// A condition without a model.
    Opaque,
    /// Nothing is demanded.
    NoGrantControls,
    /// The session control that is required is not there.
    NoSessionControl,
    /// It is there and asks for less.
    WeakerSessionControl,
    /// It works in a policy for all resources only.
    NotForAllResources,
    /// Something else than what is required satisfies the policy.
    Alternative,
    /// Whether the named location is trusted is not in the files.
    LocationUndefined,
    /// Whether the named location is the compliant network is not in the files.
    CompliantNetworkPerhaps,
    /// The strength is not defined in the files.
    StrengthUndefined,
    /// Several controls without an operator.
    OperatorMissing,
    /// A value is unknown.
    Doubt(Reason),
}

impl Why {
    /// Whether the policy is none of the requirement's business.
    #[must_use]
    pub fn is_elsewhere(self) -> bool {
        matches!(self, Self::Deleted | Self::ResourceNotIncluded | Self::WorkloadIdentities | Self::OtherIdentities)
    }
}

/// Three-valued: does a condition match, does a policy apply?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// Surely.
    Yes,
    /// Surely not.
    No(Cause),
    /// The files do not say.
    Unknown(Cause),
}

/// How the users of a policy are evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lens {
    /// As they are.
    Plain,
    /// As if users, groups and the given role that are excluded one by one were not.
    WithoutTrackedExclusions,
    /// As if the user were in an included group, and not excluded one by one.
    InIncludedGroups,
}

/// The assumptions under which sign-ins are evaluated.
#[derive(Debug, Clone, Copy)]
pub struct View<'t> {
    /// The tenant.
    pub tenant: &'t Tenant,
    /// What must be forced.
    pub requirement: &'t Requirement,
    /// What Microsoft leaves undocumented.
    pub assumptions: Assumptions,
    /// What the files do not define, but must be one way or the other for all policies alike.
    pub undefined: Undefined,
}

/// How to take facts that the files do not hold: whether a location is trusted, whether an expression that cannot be
/// interpreted is true, what an app is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undefined {
    /// As unknown.
    Unknown,
    /// As the sign-in has it.
    AsTheSignInSays,
}

impl View<'_> {
    /// Whether the directory says that the user is not in a group.
    fn is_known_non_member(&self, sign_in: &SignIn, group: &Id) -> bool {
        let is_listed = |user: &Id| user.guid().is_some_and(|user| self.tenant.directory.find(user).is_some());
        sign_in.user.as_ref().is_some_and(is_listed)
            && group.guid().is_some_and(|group| self.tenant.people.whole.groups.contains(&group))
            && !sign_in.groups.contains(group)
    }

    /// The session controls of which any is enough.
    fn required_sessions(&self) -> impl Iterator<Item = Session> {
        self.requirement.grant.iter().filter_map(Grant::session)
    }

    /// Whether the session controls of `policy` limit a session, for each of those of which any is enough.
    pub fn session_limits(&self, policy: &Policy) -> impl Iterator<Item = Match> {
        self.required_sessions().map(|required| session::limited(policy, required))
    }

    /// Whether a policy asks for what is required, among other things or if what cannot be read does.
    #[must_use]
    pub fn asks(&self, policy: &Policy) -> bool {
        let grant = &policy.grant;
        let by_control = |control: &GrantControl| {
            self.requirement.grant.iter().any(|required| match required {
                Grant::Mfa | Grant::Strength { .. } => *control == GrantControl::Mfa,
                // Where blocking is but the last resort, a policy that blocks something else is not meant for this.
                Grant::Block => *control == GrantControl::Block && self.requirement.grant.first() == Some(required),
                Grant::CompliantDevice => *control == GrantControl::CompliantDevice,
                Grant::HybridJoinedDevice => *control == GrantControl::DomainJoinedDevice,
                Grant::PasswordChange => {
                    matches!(control, GrantControl::PasswordChange | GrantControl::RiskRemediation)
                }
                Grant::Session(_) => false,
            })
        };
        let is_authentication = |required: &Grant| matches!(required, Grant::Mfa | Grant::Strength { .. });
        grant.doubt.is_some()
            || grant.built_in.first_unknown().is_some()
            || grant.built_in.position(by_control).is_some()
            || (grant.strength != Fact::Known(None) && self.requirement.grant.iter().any(is_authentication))
            || self.required_sessions().any(|required| session::is_asked(policy, required))
    }

    /// Whether `policy` is in force and applies to this sign-in.
    #[must_use]
    pub fn applies(&self, policy: &Policy, sign_in: &SignIn) -> Match {
        conditions::apply(self, policy, sign_in, Lens::Plain)
    }

    /// Whether `policy` forces what is required on this sign-in, or blocks it: it is in force, applies, and cannot be
    /// satisfied otherwise.
    #[must_use]
    pub fn forces(&self, policy: &Policy, sign_in: &SignIn, lens: Lens) -> Match {
        match conditions::apply(self, policy, sign_in, lens) {
            no @ Match::No(_) => no,
            applies => match grant::forced(self, policy, &sign_in.device) {
                Match::Yes => applies,
                other => other,
            },
        }
    }

    /// Whether the user may be one whom `policy` includes. Exclusions are left aside, and the groups of which nothing says that
    /// the user is not in them count.
    #[must_use]
    pub fn may_include(&self, policy: &Policy, sign_in: &SignIn) -> bool {
        conditions::may_include(self, policy, sign_in)
    }

    /// Whether the user is one of those whom `policy` is for.
    #[must_use]
    pub fn is_for(&self, policy: &Policy, sign_in: &SignIn) -> Match {
        conditions::users(self, policy, sign_in, Lens::Plain)
    }

    /// Everything that keeps `policy` from stopping this sign-in, in the order of the policy's sections.
    pub fn causes<'v>(&'v self, policy: &'v Policy, sign_in: &'v SignIn) -> impl Iterator<Item = Cause> + 'v {
        let checks = conditions::CHECKS.iter().map(move |check| check(self, policy, sign_in, Lens::Plain));
        let forced = std::iter::once_with(move || grant::forced(self, policy, &sign_in.device));
        checks.chain(forced).filter_map(|outcome| match outcome {
            Match::Yes => None,
            Match::No(cause) | Match::Unknown(cause) => Some(cause),
        })
    }
}
