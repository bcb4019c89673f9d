//! Properties of a policy, as pointers into it in Graph's words. A misspelt one does not compile, and one that Graph does not
//! have fails a test.

use crate::syntax::Pointer;
use std::fmt;

macro_rules! properties {
    ($($(#[$about:meta])* $name:ident = $pointer:literal,)+) => {
        /// A property of a policy that caplint points at, tells apart or translates.
        ///
        /// Source: <https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy>
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Property {
            $($(#[$about])* $name,)+
        }

        impl Property {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its JSON pointer, from the policy's root.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $pointer,)+
                }
            }
        }
    };
}

properties! {
    /// `conditions`
    Conditions = "/conditions",
    /// `conditions.applications`
    Applications = "/conditions/applications",
    /// `conditions.applications.applicationFilter`
    ApplicationFilter = "/conditions/applications/applicationFilter",
    /// `conditions.applications.applicationFilter.mode`
    ApplicationFilterMode = "/conditions/applications/applicationFilter/mode",
    /// `conditions.applications.applicationFilter.rule`
    ApplicationFilterRule = "/conditions/applications/applicationFilter/rule",
    /// `conditions.applications.excludeApplications`
    ExcludeApplications = "/conditions/applications/excludeApplications",
    /// `conditions.applications.includeApplications`
    IncludeApplications = "/conditions/applications/includeApplications",
    /// `conditions.applications.includeAuthenticationContextClassReferences`
    IncludeAuthenticationContextClassReferences = "/conditions/applications/includeAuthenticationContextClassReferences",
    /// `conditions.applications.includeUserActions`
    IncludeUserActions = "/conditions/applications/includeUserActions",
    /// `conditions.authenticationFlows`
    AuthenticationFlows = "/conditions/authenticationFlows",
    /// `conditions.authenticationFlows.transferMethods`
    TransferMethods = "/conditions/authenticationFlows/transferMethods",
    /// `conditions.clientAppTypes`
    ClientAppTypes = "/conditions/clientAppTypes",
    /// `conditions.clientApplications`
    ClientApplications = "/conditions/clientApplications",
    /// `conditions.clientApplications.agentIdServicePrincipalFilter`
    AgentIdServicePrincipalFilter = "/conditions/clientApplications/agentIdServicePrincipalFilter",
    /// `conditions.clientApplications.excludeAgentIdServicePrincipals`
    ExcludeAgentIdServicePrincipals = "/conditions/clientApplications/excludeAgentIdServicePrincipals",
    /// `conditions.clientApplications.excludeServicePrincipals`
    ExcludeServicePrincipals = "/conditions/clientApplications/excludeServicePrincipals",
    /// `conditions.clientApplications.includeAgentIdServicePrincipals`
    IncludeAgentIdServicePrincipals = "/conditions/clientApplications/includeAgentIdServicePrincipals",
    /// `conditions.clientApplications.includeServicePrincipals`
    IncludeServicePrincipals = "/conditions/clientApplications/includeServicePrincipals",
    /// `conditions.clientApplications.servicePrincipalFilter`
    ServicePrincipalFilter = "/conditions/clientApplications/servicePrincipalFilter",
    /// `conditions.clientApplications.servicePrincipalFilter.mode`
    ServicePrincipalFilterMode = "/conditions/clientApplications/servicePrincipalFilter/mode",
    /// `conditions.clientApplications.servicePrincipalFilter.rule`
    ServicePrincipalFilterRule = "/conditions/clientApplications/servicePrincipalFilter/rule",
    /// `conditions.devices`
    Devices = "/conditions/devices",
    /// `conditions.devices.deviceFilter`
    DeviceFilter = "/conditions/devices/deviceFilter",
    /// `conditions.devices.deviceFilter.mode`
    DeviceFilterMode = "/conditions/devices/deviceFilter/mode",
    /// `conditions.devices.deviceFilter.rule`
    DeviceFilterRule = "/conditions/devices/deviceFilter/rule",
    /// `conditions.insiderRiskLevels`
    InsiderRiskLevels = "/conditions/insiderRiskLevels",
    /// `conditions.locations`
    Locations = "/conditions/locations",
    /// `conditions.locations.excludeLocations`
    ExcludeLocations = "/conditions/locations/excludeLocations",
    /// `conditions.locations.includeLocations`
    IncludeLocations = "/conditions/locations/includeLocations",
    /// `conditions.platforms`
    Platforms = "/conditions/platforms",
    /// `conditions.platforms.excludePlatforms`
    ExcludePlatforms = "/conditions/platforms/excludePlatforms",
    /// `conditions.platforms.includePlatforms`
    IncludePlatforms = "/conditions/platforms/includePlatforms",
    /// `conditions.agentIdRiskLevels`
    AgentIdRiskLevels = "/conditions/agentIdRiskLevels",
    /// `conditions.servicePrincipalRiskLevels`
    ServicePrincipalRiskLevels = "/conditions/servicePrincipalRiskLevels",
    /// `conditions.signInRiskLevels`
    SignInRiskLevels = "/conditions/signInRiskLevels",
    /// `conditions.userRiskLevels`
    UserRiskLevels = "/conditions/userRiskLevels",
    /// `conditions.users`
    Users = "/conditions/users",
    /// `conditions.users.excludeGroups`
    ExcludeGroups = "/conditions/users/excludeGroups",
    /// `conditions.users.excludeGuestsOrExternalUsers`
    ExcludeGuestsOrExternalUsers = "/conditions/users/excludeGuestsOrExternalUsers",
    /// `conditions.users.excludeGuestsOrExternalUsers.externalTenants`
    ExcludeGuestsTenants = "/conditions/users/excludeGuestsOrExternalUsers/externalTenants",
    /// `conditions.users.excludeGuestsOrExternalUsers.externalTenants.members`
    ExcludeGuestsTenantsMembers = "/conditions/users/excludeGuestsOrExternalUsers/externalTenants/members",
    /// `conditions.users.excludeGuestsOrExternalUsers.externalTenants.membershipKind`
    ExcludeGuestsTenantsKind = "/conditions/users/excludeGuestsOrExternalUsers/externalTenants/membershipKind",
    /// `conditions.users.excludeGuestsOrExternalUsers.guestOrExternalUserTypes`
    ExcludeGuestsTypes = "/conditions/users/excludeGuestsOrExternalUsers/guestOrExternalUserTypes",
    /// `conditions.users.excludeRoles`
    ExcludeRoles = "/conditions/users/excludeRoles",
    /// `conditions.users.excludeUsers`
    ExcludeUsers = "/conditions/users/excludeUsers",
    /// `conditions.users.includeGroups`
    IncludeGroups = "/conditions/users/includeGroups",
    /// `conditions.users.includeGuestsOrExternalUsers`
    IncludeGuestsOrExternalUsers = "/conditions/users/includeGuestsOrExternalUsers",
    /// `conditions.users.includeGuestsOrExternalUsers.externalTenants`
    IncludeGuestsTenants = "/conditions/users/includeGuestsOrExternalUsers/externalTenants",
    /// `conditions.users.includeGuestsOrExternalUsers.externalTenants.members`
    IncludeGuestsTenantsMembers = "/conditions/users/includeGuestsOrExternalUsers/externalTenants/members",
    /// `conditions.users.includeGuestsOrExternalUsers.externalTenants.membershipKind`
    IncludeGuestsTenantsKind = "/conditions/users/includeGuestsOrExternalUsers/externalTenants/membershipKind",
    /// `conditions.users.includeGuestsOrExternalUsers.guestOrExternalUserTypes`
    IncludeGuestsTypes = "/conditions/users/includeGuestsOrExternalUsers/guestOrExternalUserTypes",
    /// `conditions.users.includeRoles`
    IncludeRoles = "/conditions/users/includeRoles",
    /// `conditions.users.includeUsers`
    IncludeUsers = "/conditions/users/includeUsers",
    /// `deletedDateTime`
    DeletedDateTime = "/deletedDateTime",
    /// `displayName`
    DisplayName = "/displayName",
    /// `grantControls`
    GrantControls = "/grantControls",
    /// `grantControls.authenticationStrength`
    AuthenticationStrength = "/grantControls/authenticationStrength",
    /// `grantControls.authenticationStrength.id`
    AuthenticationStrengthId = "/grantControls/authenticationStrength/id",
    /// `grantControls.builtInControls`
    BuiltInControls = "/grantControls/builtInControls",
    /// `grantControls.customAuthenticationFactors`
    CustomAuthenticationFactors = "/grantControls/customAuthenticationFactors",
    /// `grantControls.operator`
    GrantOperator = "/grantControls/operator",
    /// `grantControls.termsOfUse`
    TermsOfUse = "/grantControls/termsOfUse",
    /// `id`
    PolicyId = "/id",
    /// `sessionControls`
    SessionControls = "/sessionControls",
    /// `sessionControls.applicationEnforcedRestrictions.isEnabled`
    ApplicationEnforcedRestrictions = "/sessionControls/applicationEnforcedRestrictions/isEnabled",
    /// `sessionControls.cloudAppSecurity.cloudAppSecurityType`
    CloudAppSecurityType = "/sessionControls/cloudAppSecurity/cloudAppSecurityType",
    /// `sessionControls.continuousAccessEvaluation.mode`
    ContinuousAccessEvaluationMode = "/sessionControls/continuousAccessEvaluation/mode",
    /// `sessionControls.disableResilienceDefaults`
    DisableResilienceDefaults = "/sessionControls/disableResilienceDefaults",
    /// `sessionControls.persistentBrowser.mode`
    PersistentBrowserMode = "/sessionControls/persistentBrowser/mode",
    /// `sessionControls.secureSignInSession.isEnabled`
    SecureSignInSession = "/sessionControls/secureSignInSession/isEnabled",
    /// `sessionControls.signInFrequency.authenticationType`
    SignInFrequencyAuthenticationType = "/sessionControls/signInFrequency/authenticationType",
    /// `sessionControls.signInFrequency.frequencyInterval`
    SignInFrequencyInterval = "/sessionControls/signInFrequency/frequencyInterval",
    /// `sessionControls.signInFrequency.type`
    SignInFrequencyType = "/sessionControls/signInFrequency/type",
    /// `sessionControls.signInFrequency.value`
    SignInFrequencyValue = "/sessionControls/signInFrequency/value",
    /// `state`
    State = "/state",
}

impl Property {
    /// The property that a pointer names.
    #[must_use]
    pub fn at(pointer: &Pointer) -> Option<Self> {
        Self::of(pointer.as_str())
    }

    /// The same of the text of a pointer.
    #[must_use]
    pub fn of(pointer: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|property| property.as_str() == pointer)
    }

    /// The last step of its pointer.
    #[must_use]
    pub fn key(self) -> &'static str {
        self.as_str().rsplit('/').next().unwrap_or_default()
    }

    /// Whether a pointer leads to it or into it.
    #[must_use]
    pub fn holds(self, pointer: &Pointer) -> bool {
        self.starts(pointer.as_str())
    }

    /// The same of the text of a pointer.
    #[must_use]
    pub fn starts(self, pointer: &str) -> bool {
        let rest = pointer.strip_prefix(self.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether it is another one, or a part of that.
    #[must_use]
    pub fn is_within(self, other: Self) -> bool {
        Pointer::new(self).is_within(&Pointer::new(other))
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Property> for String {
    fn from(property: Property) -> Self {
        property.as_str().to_owned()
    }
}

/// Whether a schema has a property at a pointer, in any branch of a union.
#[cfg(test)]
pub(crate) fn is_in_schema(schema: &str, pointer: &str) -> bool {
    use serde_json::Value;

    fn has(root: &Value, schema: &Value, steps: &[&str]) -> bool {
        let referred = schema["$ref"].as_str().and_then(|reference| root.pointer(&reference[1..]));
        if referred.is_some_and(|referred| has(root, referred, steps)) {
            return true;
        }
        let unions = ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|union| schema[union].as_array()).flatten();
        if unions.into_iter().any(|branch| has(root, branch, steps)) {
            return true;
        }
        let Some((step, rest)) = steps.split_first() else { return true };
        schema["properties"].get(step).is_some_and(|property| has(root, property, rest))
    }

    let schema: Value = serde_json::from_str(schema).unwrap_or_default();
    has(&schema, &schema, &pointer.split('/').skip(1).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::POLICY_SCHEMA;

    #[test]
    fn the_schema_has_every_property() {
        for property in Property::ALL {
            assert!(is_in_schema(POLICY_SCHEMA, property.as_str()), "{property:?}");
        }
        assert!(!is_in_schema(POLICY_SCHEMA, "/conditions/users/includeUser"));
    }
}
