//! A requirement: which sign-ins need which grant. Controls and `caplint.toml` write them; this is what they mean.

use crate::catalog::{self, Suite};
use crate::policy::{
    ClientAppType, Combination, Id, InsiderRiskLevel, Platform, RiskLevel, TransferMethod, UserType, Words,
};
use std::fmt;

/// Which sign-ins need what. An empty list restricts nothing.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// Of which class: sign-ins of others are no concern.
    pub identities: Identities,
    /// Whose: users who are at least one of these. Empty for service principals and agents.
    pub users: Vec<Principal>,
    /// To what.
    pub resources: Vec<Resource>,
    /// With which clients; never empty.
    pub clients: Vec<ClientAppType>,
    /// On which platforms, as the user agent claims them.
    pub platforms: Vec<Platform>,
    /// By which authentication flows.
    pub flows: Vec<TransferMethod>,
    /// At which risk of the sign-in.
    pub sign_in_risk: Vec<RiskLevel>,
    /// At which risk of the user, or of the service principal or agent.
    pub user_risk: Vec<RiskLevel>,
    /// At which insider risk of the user.
    pub insider_risk: Vec<InsiderRiskLevel>,
    /// Only from addresses that are not trusted.
    pub outside_trusted_locations: bool,
    /// Only from outside the compliant network of Global Secure Access.
    pub outside_compliant_network: bool,
    /// Any of these is enough; never empty. The first is what a policy for it is expected to ask for.
    pub grant: Vec<Grant>,
    /// Roles whose exclusion is tracked like that of a single user.
    pub tracked_roles: Vec<Id>,
    /// What security defaults demand counts where they are on.
    pub security_defaults: bool,
    /// Whom a policy excludes that blocks everybody else is an exception, as with other policies. Without this, they are those
    /// who can sign in, and what is required is required of them.
    pub tracks_the_unblocked: bool,
}

impl Requirement {
    /// This grant, of every user at every resource, with browsers, mobile apps and desktop clients.
    #[must_use]
    pub fn everywhere(grant: Grant) -> Self {
        Self {
            identities: Identities::Users,
            users: Vec::new(),
            resources: vec![Resource::Every],
            clients: ClientAppType::MODERN.to_vec(),
            platforms: Vec::new(),
            flows: Vec::new(),
            sign_in_risk: Vec::new(),
            user_risk: Vec::new(),
            insider_risk: Vec::new(),
            outside_trusted_locations: false,
            outside_compliant_network: false,
            grant: vec![grant],
            tracked_roles: catalog::synchronization_role().map(|role| role.id.clone()).into_iter().collect(),
            security_defaults: true,
            tracks_the_unblocked: false,
        }
    }
}

/// A class of identities. A policy assigns each of them in its own way, and a requirement is about one of them.
///
/// Sources: <https://learn.microsoft.com/entra/identity/conditional-access/workload-identity> and
/// <https://learn.microsoft.com/entra/identity/conditional-access/agent-id>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Identities {
    /// People, guests among them: `conditions.users`.
    #[default]
    Users,
    /// User accounts of agents: `AllAgentIdUsers` in `conditions.users`. `All` does not include them.
    AgentUsers,
    /// Service principals of this tenant's own single-tenant apps: `includeServicePrincipals`. Managed identities and apps of
    /// other tenants are not governed by any policy.
    ServicePrincipals,
    /// Agents that sign in as themselves: `includeAgentIdServicePrincipals`.
    AgentIdentities,
}

/// The words for them in a requirement.
impl Words for Identities {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("users", Self::Users),
        ("agent-users", Self::AgentUsers),
        ("service-principals", Self::ServicePrincipals),
        ("agent-identities", Self::AgentIdentities),
    ];
    const NOT_IN_POLICIES: &'static [&'static str] = &[];
}

impl Identities {
    /// How a sentence calls one of them, without an article.
    #[must_use]
    pub fn one(self) -> &'static str {
        match self {
            Self::Users => "user",
            Self::AgentUsers => "agent user",
            Self::ServicePrincipals => "service principal of this tenant",
            Self::AgentIdentities => "agent identity",
        }
    }
}

/// A user, or users by what they have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// One user.
    User(Id),
    /// Members of a group.
    Group(Id),
    /// Holders of a directory role.
    Role(Id),
    /// Guests of a kind.
    Guests(UserType),
    /// Users who are no guests.
    Members,
}

/// What a token is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// All resources. Only a requirement has this value, never a sign-in.
    Every,
    /// An app, by its app id.
    App(Id),
    /// An app of Microsoft's suite of this name that no policy names by its id.
    OfSuite(Suite),
    /// An app that no policy names and no suite holds.
    Other,
    /// A user action such as `urn:user:registersecurityinfo`.
    UserAction(Id),
    /// What an app protects with an authentication context such as `c1`. No control is about one.
    AuthenticationContext(Id),
}

/// What must be demanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// MFA, however.
    Mfa,
    /// A strength, or a stronger one.
    Strength {
        /// Its name.
        name: String,
        /// Its id, if it is a built-in one.
        id: Option<Id>,
        /// What satisfies it.
        combinations: Vec<Combination>,
    },
    /// Nothing satisfies it.
    Block,
    /// A device that is marked as compliant.
    CompliantDevice,
    /// A hybrid joined device.
    HybridJoinedDevice,
    /// A new password, which begins with MFA.
    PasswordChange,
    /// A session that is limited like this.
    Session(Session),
}

impl Grant {
    /// The session control, if it is one.
    #[must_use]
    pub fn session(&self) -> Option<Session> {
        match self {
            Self::Session(session) => Some(*session),
            Self::Mfa
            | Self::Strength { .. }
            | Self::Block
            | Self::CompliantDevice
            | Self::HybridJoinedDevice
            | Self::PasswordChange => None,
        }
    }
}

/// What a session control must see to, on a sign-in that nothing blocks.
///
/// Source: <https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-session>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    /// The user signs in again after some time.
    SignInFrequency {
        /// At the latest after this.
        at_most: Frequency,
        /// With both factors. Otherwise, the second alone is enough.
        both_factors: bool,
    },
    /// The session ends when the browser is closed.
    NeverPersistent,
    /// Tokens of the session are bound to the device.
    TokenProtection,
    /// The app limits the session on devices that are not managed.
    AppEnforcedRestrictions,
    /// The session goes through Defender for Cloud Apps.
    AppControl,
    /// Continuous access evaluation is strict about locations.
    StrictAccessEvaluation,
}

/// How long a session lasts before the user signs in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frequency {
    /// So many hours.
    Hours(u64),
    /// No time: whenever the session is evaluated.
    EveryTime,
}

impl fmt::Display for Frequency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EveryTime => f.write_str("every time"),
            Self::Hours(1) => f.write_str("1 hour"),
            Self::Hours(24) => f.write_str("1 day"),
            Self::Hours(hours) if hours % 24 == 0 => write!(f, "{} days", hours / 24),
            Self::Hours(hours) => write!(f, "{hours} hours"),
        }
    }
}

/// What no file says, as the configuration has it: what Microsoft leaves undocumented, and what cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assumptions {
    /// Only browsers, mobile apps and desktop clients get tokens for the resource.
    pub modern_clients_only: bool,
    /// An empty `clientAppTypes` means the modern clients.
    pub empty_client_apps_is_modern: bool,
    /// Lists of platforms or locations that are there and empty are no condition.
    pub empty_conditions_are_none: bool,
    /// Listing all four risk levels is no condition.
    pub all_risk_levels_is_no_condition: bool,
    /// `All` users holds service providers and B2B direct connect users.
    pub all_users_includes_partners: bool,
    /// Every registered device is joined, hybrid joined or registered, as its `trustType` says.
    pub registered_devices_have_a_trust_type: bool,
    /// The control `approvedApplication` counts as not selected.
    pub approved_app_retired: bool,
    /// Only devices with Windows, macOS, iOS, Android or Linux are known to Entra.
    pub known_devices_have_a_platform: bool,
    /// Only devices with Windows are hybrid joined.
    pub hybrid_join_is_for_windows: bool,
    /// A device that is being registered is not known.
    pub registering_devices_are_unknown: bool,
    /// In the device code flow, no device is known.
    pub device_code_hides_the_device: bool,
    /// Approved apps are for iOS and Android, and protected apps for Windows, too.
    pub protected_apps_are_for_phones: bool,
    /// External users satisfy no control of apps, and no password change.
    pub guests_have_no_app_controls: bool,
    /// The device of an external user does not count: no home tenant is trusted.
    pub guests_have_no_managed_device: bool,
    /// External users do MFA in this tenant: no home tenant is trusted.
    pub guests_use_methods_of_this_tenant: bool,
    /// A variable of Terraform configuration that is given nothing has its default.
    pub variables_have_their_defaults: bool,
    /// A list of users that was read to its end lists everybody, and whoever joins gets into the groups of everybody.
    pub directory_is_complete: bool,
}

impl Default for Assumptions {
    fn default() -> Self {
        Self {
            modern_clients_only: true,
            empty_client_apps_is_modern: true,
            empty_conditions_are_none: true,
            all_risk_levels_is_no_condition: true,
            all_users_includes_partners: true,
            registered_devices_have_a_trust_type: true,
            approved_app_retired: false,
            known_devices_have_a_platform: true,
            hybrid_join_is_for_windows: true,
            registering_devices_are_unknown: true,
            device_code_hides_the_device: true,
            protected_apps_are_for_phones: true,
            guests_have_no_app_controls: true,
            guests_have_no_managed_device: true,
            guests_use_methods_of_this_tenant: true,
            variables_have_their_defaults: true,
            directory_is_complete: true,
        }
    }
}

impl Assumptions {
    /// Their keys in the configuration.
    pub const KEYS: [&str; 17] = [
        "modern-clients-only",
        "empty-client-apps-is-modern",
        "empty-conditions-are-none",
        "all-risk-levels-is-no-condition",
        "all-users-includes-partners",
        "registered-devices-have-a-trust-type",
        "approved-app-retired",
        "known-devices-have-a-platform",
        "hybrid-join-is-for-windows",
        "registering-devices-are-unknown",
        "device-code-hides-the-device",
        "protected-apps-are-for-phones",
        "guests-have-no-app-controls",
        "guests-have-no-managed-device",
        "guests-use-methods-of-this-tenant",
        "variables-have-their-defaults",
        "directory-is-complete",
    ];

    /// The switch of a key.
    pub fn switch(&mut self, key: &str) -> Option<&mut bool> {
        Some(match key {
            "modern-clients-only" => &mut self.modern_clients_only,
            "empty-client-apps-is-modern" => &mut self.empty_client_apps_is_modern,
            "empty-conditions-are-none" => &mut self.empty_conditions_are_none,
            "all-risk-levels-is-no-condition" => &mut self.all_risk_levels_is_no_condition,
            "all-users-includes-partners" => &mut self.all_users_includes_partners,
            "registered-devices-have-a-trust-type" => &mut self.registered_devices_have_a_trust_type,
            "approved-app-retired" => &mut self.approved_app_retired,
            "known-devices-have-a-platform" => &mut self.known_devices_have_a_platform,
            "hybrid-join-is-for-windows" => &mut self.hybrid_join_is_for_windows,
            "registering-devices-are-unknown" => &mut self.registering_devices_are_unknown,
            "device-code-hides-the-device" => &mut self.device_code_hides_the_device,
            "protected-apps-are-for-phones" => &mut self.protected_apps_are_for_phones,
            "guests-have-no-app-controls" => &mut self.guests_have_no_app_controls,
            "guests-have-no-managed-device" => &mut self.guests_have_no_managed_device,
            "guests-use-methods-of-this-tenant" => &mut self.guests_use_methods_of_this_tenant,
            "variables-have-their-defaults" => &mut self.variables_have_their_defaults,
            "directory-is-complete" => &mut self.directory_is_complete,
            _ => return None,
        })
    }
}
