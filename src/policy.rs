//! A Conditional Access policy, typed, in Microsoft Graph's words.
//!
//! The shape is that of the Graph resource type [`conditionalAccessPolicy`]; null, empty and missing are one and the same.
//! Every value is known, or unknown with a [`Reason`]: damage never makes a policy disappear, and is never trusted.
//! A value's place in the file is its JSON pointer in Graph's words, e.g. `/conditions/users/excludeGroups/2`; lists keep
//! every element, so an index here is the index in the file.
//!
//! [`conditionalAccessPolicy`]: https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy

mod content;
mod device_rule;
mod filter;
mod lower;
mod property;
mod reach;
mod session;
mod strength;
mod value;
mod wording;
mod words;

pub use crate::catalog::Combination;
pub(crate) use crate::id::is_authentication_context;
pub use crate::id::{FileIndex, Id, Placeholder};
pub use content::Digest;
pub use device_rule::{
    COLLECTIONS, Comparison, DeviceRule, INTUNE, Refusal, Test, device_attribute, needs_managed_device, refusals,
};
pub use filter::Filter;
pub use lower::{Lowered, lower, lower_strength};
pub(crate) use lower::{is_truncated, is_type_name};
pub use property::Property;
pub use session::{SessionControls, SignInFrequency};
pub use strength::{Allowed, Strength};
pub use value::{Fact, List, Reason};
pub use wording::Wording;
pub(crate) use wording::camel_case;
pub use words::{
    AccessEvaluation, AuthenticationType, BrowserSession, ClientAppType, FilterMode, FrequencyInterval, FrequencyUnit,
    GrantControl, InsiderRiskLevel, MembershipKind, Operator, Platform, REGISTER_DEVICE, REGISTER_SECURITY_INFO,
    RiskLevel, State, TransferMethod, UserType, Words, is_public_word,
};

use crate::syntax::Pointer;
use std::fmt;
use std::ops::Range;
use time::Date;

/// Where a policy stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Its file.
    pub file: FileIndex,
    /// Its place in the document.
    pub pointer: Pointer,
    /// Byte offset in the decoded text from where the rest of the pointer leads: 0, or where a list was split.
    pub offset: usize,
    /// How much of the pointer's text leads to `offset`.
    pub base: usize,
    /// In whose words the file spells what it points at.
    pub wording: Wording,
    /// Where names such as `azuread_group.break_glass` belong: the file, or the first file of a folder.
    pub root: FileIndex,
}

/// How a policy comes to be where it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declaration {
    /// Its address in infrastructure code: `module.ca.azuread_conditional_access_policy.mfa[0]`.
    pub address: Option<Box<str>>,
    /// Parts of it that are shown elsewhere.
    pub detours: Vec<Detour>,
    /// What makes it of values that stand elsewhere: the call of its module, or else its own block.
    pub caller: Option<Caller>,
    /// What its block of Terraform configuration says beside its attributes.
    pub block: Block,
    /// A plan destroys it before it makes it anew.
    pub replaced: Option<Replaced>,
}

/// What a block of Terraform configuration says that no plan and no state repeats.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// What the `ignore_changes` of its `lifecycle` names, as it is written: `conditions[0].users`, `all`.
    pub ignored_changes: Vec<Box<str>>,
    /// Ids of users, groups and named locations that stand there in so many words, by their places in the words of the
    /// file.
    pub literal_ids: Vec<Pointer>,
    /// Where it does not state a value, in the words of the file, and what the value depends on. Values with the same digest
    /// are the same.
    pub sources: Box<[(Pointer, Digest)]>,
    /// The id of its authentication strength is a GUID alone, and nothing says that the provider is one that takes it.
    pub has_bare_strength: bool,
}

/// How a plan replaces a policy: it destroys the one before it makes the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// The one that goes is on.
    pub was_enabled: bool,
    /// Attributes that cannot be changed otherwise, in the words of the file.
    pub paths: Vec<Box<str>>,
    /// Terraform's word for why, where no attribute is: `replace_because_tainted`.
    pub reason: Option<Box<str>>,
}

/// A part of a policy that is shown in another place than where it stands, or is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detour {
    /// The part, from the policy, in the words of the file.
    pub from: Pointer,
    /// The place that is shown.
    pub to: Place,
    /// Only the key there: the value is secret.
    pub key_only: bool,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: FileIndex,
    /// Where in it.
    pub at: At,
}

/// Where in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// What a pointer names, from the root of the document.
    Pointer(Pointer),
    /// Bytes of the decoded text.
    Bytes(Range<usize>),
}

impl Place {
    /// What a pointer names.
    #[must_use]
    pub fn pointer(file: FileIndex, pointer: Pointer) -> Self {
        Self { file, at: At::Pointer(pointer) }
    }
}

/// What makes a policy of values that stand elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Its place.
    pub place: Place,
    /// What it is.
    pub kind: CallerKind,
    /// The address of what it makes.
    pub makes: Box<str>,
}

/// What makes a policy of values that stand elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallerKind {
    /// The call of the module that the policy is in.
    Call,
    /// The policy's own block, with its bytes.
    Block(Range<usize>),
}

impl Caller {
    /// Whether a place of a policy says itself what takes the value there: it is in the policy's own block.
    #[must_use]
    pub fn is_around(&self, place: &Place, policy: &Origin) -> bool {
        let CallerKind::Block(own) = &self.kind else { return false };
        place.file == policy.file
            && match &place.at {
                At::Bytes(bytes) => own.start <= bytes.start && bytes.end <= own.end,
                At::Pointer(to) => to.is_within(&policy.pointer),
            }
    }
}

impl Origin {
    /// A whole document.
    #[must_use]
    pub fn document(file: FileIndex) -> Self {
        Self { file, pointer: Pointer::root(), offset: 0, base: 0, wording: Wording::Graph, root: file }
    }

    /// The pointer to the policy from [`Origin::offset`].
    #[must_use]
    pub fn inner(&self) -> Pointer {
        Pointer::new(&self.pointer.as_str()[self.base..])
    }
}

/// One policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Where it stands.
    pub origin: Origin,
    /// What is to be known of a policy that does not stand there in Graph's own words.
    pub declaration: Option<Box<Declaration>>,
    /// `id`; templates have none.
    pub id: Option<Id>,
    /// `displayName`
    pub display_name: Fact<Box<str>>,
    /// `state`.
    pub state: Fact<State>,
    /// `deletedDateTime` is set: the policy is in the recycle bin.
    pub deleted: bool,
    /// The day of `modifiedDateTime`, else of `createdDateTime`; code has neither.
    pub modified: Option<Date>,
    /// `conditions`.
    pub conditions: Conditions,
    /// `sessionControls` asks for something.
    pub has_session_controls: bool,
    /// `sessionControls`: those that are on.
    pub session: Fact<Box<[SessionControl]>>,
    /// `sessionControls`: what each of them asks for.
    pub session_controls: Box<SessionControls>,
    /// What stands where a value of the policy is unknown. Empty for a policy that is understood as a whole.
    pub contents: Box<[(Property, Digest)]>,
    /// `grantControls`.
    pub grant: GrantControls,
    /// `clientAppTypes` or `builtInControls` are spelt in another letter case than Graph's.
    pub respelt: bool,
    /// Another policy carries the same id and says something else, so neither may be relied on.
    pub contradicted: bool,
    /// The files look like those of several tenants, and this may be of another than those beside it.
    pub foreign: bool,
    /// It is judged as if it were on, whatever its state says.
    pub assumed_on: bool,
}

/// `conditions`: the assignments. All of them must match for the policy to apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conditions {
    /// The object itself could not be read.
    pub doubt: Option<Reason>,
    /// `users`
    pub users: Users,
    /// `applications`
    pub applications: Applications,
    /// `clientApplications` names service principals: the policy governs workload identities.
    pub workload_identities: Fact<bool>,
    /// What it says of service principals and agents, if anything.
    pub identities: Option<Box<IdentityConditions>>,
    /// `clientAppTypes`
    pub client_app_types: List<ClientAppType>,
    /// `signInRiskLevels`
    pub sign_in_risk_levels: List<RiskLevel>,
    /// `userRiskLevels`
    pub user_risk_levels: List<RiskLevel>,
    /// `servicePrincipalRiskLevels`
    pub service_principal_risk_levels: List<RiskLevel>,
    /// `insiderRiskLevels`
    pub insider_risk_levels: List<InsiderRiskLevel>,
    /// `authenticationFlows.transferMethods`
    pub transfer_methods: List<TransferMethod>,
    /// `platforms`
    pub platforms: Scope<Platform>,
    /// `locations`
    pub locations: Scope<Id>,
    /// `devices.deviceFilter`
    pub device_filter: Fact<Option<Box<Filter>>>,
    /// Conditions that say something caplint has no model for (`times`, `agents`, …).
    pub opaque: Vec<Opaque>,
}

/// A condition that caplint has no model for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opaque {
    /// Its key in `conditions`.
    pub name: Box<str>,
    /// What it says; none where the file does not state it.
    pub content: Option<Digest>,
    /// It is `agentIdRiskLevels`, which has a model where the requirement is about agents.
    pub is_agent_risk: bool,
}

/// `conditions.clientApplications`, and `conditions.agentIdRiskLevels` of Graph's beta version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentityConditions {
    /// `clientApplications` has properties that are not understood.
    pub doubt: Option<Reason>,
    /// `includeServicePrincipals` and so on; the word for all of them is `ServicePrincipalsInMyTenant`.
    pub service_principals: Assigned,
    /// `includeAgentIdServicePrincipals` and so on; the word for all of them is `All`.
    pub agents: Assigned,
    /// `agentIdRiskLevels`
    pub agent_risk_levels: List<RiskLevel>,
}

/// Service principals or agents that a policy is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assigned {
    /// Object ids, or the word for all.
    pub include: List<Id>,
    /// Object ids.
    pub exclude: List<Id>,
    /// A rule on custom security attributes, which are not in the files.
    pub filter: Fact<Option<Box<Filter>>>,
}

/// A session control that is on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionControl {
    /// Its key in `sessionControls`.
    pub name: Box<str>,
    /// Its settings as JSON, with sorted keys and the defaults that Graph documents.
    pub value: Box<str>,
}

/// As reports have it: `name=value`.
impl fmt::Display for SessionControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

/// `conditions.users`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Users {
    /// The object itself could not be read.
    pub doubt: Option<Reason>,
    /// `includeUsers`: ids, `All`, `None`, `GuestsOrExternalUsers`, `AllAgentIdUsers`
    pub include_users: List<Id>,
    /// `excludeUsers`
    pub exclude_users: List<Id>,
    /// `includeGroups`
    pub include_groups: List<Id>,
    /// `excludeGroups`
    pub exclude_groups: List<Id>,
    /// `includeRoles`: ids of role templates
    pub include_roles: List<Id>,
    /// `excludeRoles`
    pub exclude_roles: List<Id>,
    /// `includeGuestsOrExternalUsers`
    pub include_guests: Fact<Option<Box<Guests>>>,
    /// `excludeGuestsOrExternalUsers`
    pub exclude_guests: Fact<Option<Box<Guests>>>,
}

/// `conditionalAccessGuestsOrExternalUsers`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guests {
    /// `guestOrExternalUserTypes`
    pub types: List<UserType>,
    /// `externalTenants`: the home tenants meant, or all of them.
    pub tenants: Option<List<Id>>,
}

/// `conditions.applications`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applications {
    /// The object itself could not be read.
    pub doubt: Option<Reason>,
    /// `includeApplications`: app ids, `All`, `None`, `Office365`, `MicrosoftAdminPortals`, `AllAgentIdResources`
    pub include: List<Id>,
    /// `excludeApplications`
    pub exclude: List<Id>,
    /// `includeUserActions`
    pub user_actions: List<Id>,
    /// `includeAuthenticationContextClassReferences`
    pub authentication_contexts: List<Id>,
    /// `applicationFilter`
    pub filter: Fact<Option<Box<Filter>>>,
    /// Something else is targeted, such as the traffic of Global Secure Access.
    pub further: bool,
}

/// Included and excluded values of `platforms` or `locations`; both empty is no condition.
#[derive(Debug, Clone)]
pub struct Scope<T> {
    /// The object itself could not be read.
    pub doubt: Option<Reason>,
    /// The object is there, whatever it holds.
    pub is_written: bool,
    /// `include…`
    pub include: List<T>,
    /// `exclude…`
    pub exclude: List<T>,
}

/// `grantControls`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantControls {
    /// The object itself could not be read.
    pub doubt: Option<Reason>,
    /// `operator`: over all four lists together
    pub operator: Fact<Option<Operator>>,
    /// `builtInControls`
    pub built_in: List<GrantControl>,
    /// `customAuthenticationFactors`
    pub custom: List<Id>,
    /// `termsOfUse`
    pub terms_of_use: List<Id>,
    /// `authenticationStrength`
    pub strength: Fact<Option<Box<Strength>>>,
}

impl Guests {
    /// Why something in it is not known, if anything is.
    #[must_use]
    pub fn first_unknown(&self) -> Option<Reason> {
        let tenants = self.tenants.as_ref().and_then(List::first_unknown);
        self.types.first_unknown().or(tenants).map(|(_, reason)| reason)
    }
}

impl Policy {
    /// How its file calls a place in it that is named in Graph's words: `conditions.users.excluded_groups[2]`.
    #[must_use]
    pub fn place(&self, pointer: &Pointer) -> String {
        self.origin.wording.of_graph(pointer).dotted()
    }

    /// Its name, if it has one and the file tells it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.display_name.known().map(AsRef::as_ref)
    }

    /// The same, empty if it has none; nothing only if the file does not tell. Two names are compared by this.
    #[must_use]
    pub fn told_name(&self) -> Option<&str> {
        match &self.display_name {
            Fact::Known(name) => Some(name),
            Fact::Unknown(Reason::Missing) => Some(""),
            Fact::Unknown(_) => None,
        }
    }

    /// Whether nothing says that two policies have different names.
    fn may_be_called_as(&self, other: &Self) -> bool {
        self.told_name().zip(other.told_name()).is_none_or(|(one, two)| one == two)
    }

    /// Its address in infrastructure code.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        self.declaration.as_ref()?.address.as_deref()
    }

    /// What its block says beside its attributes, where it was read from Terraform configuration.
    #[must_use]
    pub fn block(&self) -> Option<&Block> {
        self.declaration.as_ref().map(|declaration| &declaration.block)
    }

    /// Where a place in it, named in the words of its file, is to be shown, and whether only as a key.
    #[must_use]
    pub fn detour(&self, own: &Pointer) -> Option<(Place, bool)> {
        let rest = |detour: &Detour| {
            let rest = own.as_str().strip_prefix(detour.from.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then(|| rest.to_owned())
        };
        let detours = self.declaration.as_ref()?.detours.iter();
        let nearest = detours.filter_map(|detour| Some((detour, rest(detour)?)));
        let (detour, rest) = nearest.max_by_key(|(detour, _)| detour.from.as_str().len())?;
        let Place { file, at } = &detour.to;
        let at = match at {
            At::Pointer(to) if !detour.key_only => At::Pointer(to.join(&Pointer::new(rest))),
            At::Pointer(_) | At::Bytes(_) => at.clone(),
        };
        Some((Place { file: *file, at }, detour.key_only))
    }

    /// Every list of ids, but for the home tenants of guests.
    pub fn id_lists_mut(&mut self) -> [&mut List<Id>; 14] {
        let Conditions { users, applications, locations, .. } = &mut self.conditions;
        [
            &mut users.include_users,
            &mut users.exclude_users,
            &mut users.include_groups,
            &mut users.exclude_groups,
            &mut users.include_roles,
            &mut users.exclude_roles,
            &mut applications.include,
            &mut applications.exclude,
            &mut applications.user_actions,
            &mut applications.authentication_contexts,
            &mut locations.include,
            &mut locations.exclude,
            &mut self.grant.custom,
            &mut self.grant.terms_of_use,
        ]
    }

    /// The properties of which something is not known.
    #[must_use]
    pub fn unknown_properties(&self) -> Vec<Property> {
        content::unknown(self).into_iter().map(|(property, _)| property).collect()
    }

    /// What stands where a property is unknown, by which two unknown values can be compared; none where that cannot be told.
    #[must_use]
    pub fn content_of(&self, property: Property) -> Option<Digest> {
        let written = self.contents.iter().find(|(known, _)| *known == property).map(|(_, digest)| *digest);
        written.or_else(|| self.source_of(property))
    }

    /// What a property depends on that a block of configuration does not state, or not in full.
    fn source_of(&self, property: Property) -> Option<Digest> {
        let own = self.origin.wording.of_graph(&Pointer::new(property));
        let sources = self.block()?.sources.iter();
        let within = sources.filter(|(at, _)| at.is_within(&own) || own.is_within(at));
        within.map(|(_, digest)| *digest).reduce(Digest::and)
    }

    /// The state that counts.
    #[must_use]
    pub fn judged_state(&self) -> Fact<State> {
        if self.assumed_on { Fact::Known(State::Enabled) } else { self.state }
    }

    /// The same policy, off.
    #[must_use]
    pub fn switched_off(&self) -> Self {
        Self { state: Fact::Known(State::Disabled), assumed_on: false, ..self.clone() }
    }

    /// Whether two copies of a policy, from wherever, say the same.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.may_be_called_as(other)
            && self.state == other.state
            && self.deleted == other.deleted
            && self.conditions == other.conditions
            && self.has_session_controls == other.has_session_controls
            && self.grant == other.grant
    }
}

/// A condition that is there and empty says the same as none, until somebody assumes otherwise.
impl<T: PartialEq> PartialEq for Scope<T> {
    fn eq(&self, other: &Self) -> bool {
        self.doubt == other.doubt && self.include == other.include && self.exclude == other.exclude
    }
}

impl<T: Eq> Eq for Scope<T> {}

impl<T> Default for Scope<T> {
    fn default() -> Self {
        Self { doubt: None, is_written: false, include: List::default(), exclude: List::default() }
    }
}

impl<T> Scope<T> {
    /// Whether nothing is said, which is no condition.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.doubt.is_none() && self.include.is_empty() && self.exclude.is_empty()
    }

    /// Whether the condition is there and says nothing. That this is no condition Microsoft does not document.
    #[must_use]
    pub fn is_written_empty(&self) -> bool {
        self.is_written && self.is_empty()
    }
}

impl GrantControls {
    /// Whether MFA, or a strength of it, is among what is demanded.
    #[must_use]
    pub fn asks_for_mfa(&self) -> bool {
        self.built_in.position(|control| *control == GrantControl::Mfa).is_some()
            || matches!(self.strength, Fact::Known(Some(_)))
    }

    /// Whether nothing is demanded: a policy with session controls only.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.doubt.is_none()
            && self.built_in.is_empty()
            && self.custom.is_empty()
            && self.terms_of_use.is_empty()
            && self.strength == Fact::Known(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_small_enough_to_hold_forty_thousand() {
        assert!(size_of::<Policy>() <= 696, "{}", size_of::<Policy>());
    }
}
