//! In whose words a file spells a policy: Graph's, or those of a Terraform provider.

use super::Property;
use crate::syntax::Pointer;
use std::collections::HashMap;
use std::sync::OnceLock;

/// The names that a file has for a policy's properties.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wording {
    /// Microsoft Graph's, in any letter case.
    #[default]
    Graph,
    /// [`azuread_conditional_access_policy`] of the provider hashicorp/azuread.
    ///
    /// [`azuread_conditional_access_policy`]: https://registry.terraform.io/providers/hashicorp/azuread/latest/docs/resources/conditional_access_policy
    Azuread,
    /// [`microsoft365_graph_beta_identity_and_access_conditional_access_policy`] of the provider
    /// deploymenttheory/microsoft365: Graph's names in snake case.
    ///
    /// [`microsoft365_graph_beta_identity_and_access_conditional_access_policy`]: https://registry.terraform.io/providers/deploymenttheory/microsoft365/latest/docs/resources/graph_beta_identity_and_access_conditional_access_policy
    Microsoft365,
    /// [`AADConditionalAccessPolicy`] of Microsoft365DSC: flat properties.
    ///
    /// [`AADConditionalAccessPolicy`]: https://microsoft365dsc.com/resources/azure-ad/AADConditionalAccessPolicy/
    Microsoft365Dsc,
    /// [`azuread.ConditionalAccessPolicy`] of Pulumi: azuread's names in camel case.
    ///
    /// [`azuread.ConditionalAccessPolicy`]: https://www.pulumi.com/registry/packages/azuread/api-docs/conditionalaccesspolicy/
    Pulumi,
}

/// The one attribute that azuread has of a strength.
const AZUREAD_STRENGTH: &str = "/grant_controls/authentication_strength_policy_id";

/// Properties that azuread calls otherwise, Graph's name first. What is not listed has no name there.
const AZUREAD: &[(Property, &str)] = &[
    (Property::PolicyId, "/object_id"),
    (Property::DisplayName, "/display_name"),
    (Property::State, "/state"),
    (Property::Conditions, "/conditions"),
    (Property::Applications, "/conditions/applications"),
    (Property::IncludeApplications, "/conditions/applications/included_applications"),
    (Property::ExcludeApplications, "/conditions/applications/excluded_applications"),
    (Property::IncludeUserActions, "/conditions/applications/included_user_actions"),
    (Property::ApplicationFilter, "/conditions/applications/filter"),
    (Property::ApplicationFilterMode, "/conditions/applications/filter/mode"),
    (Property::ApplicationFilterRule, "/conditions/applications/filter/rule"),
    (Property::Users, "/conditions/users"),
    (Property::IncludeUsers, "/conditions/users/included_users"),
    (Property::ExcludeUsers, "/conditions/users/excluded_users"),
    (Property::IncludeGroups, "/conditions/users/included_groups"),
    (Property::ExcludeGroups, "/conditions/users/excluded_groups"),
    (Property::IncludeRoles, "/conditions/users/included_roles"),
    (Property::ExcludeRoles, "/conditions/users/excluded_roles"),
    (Property::IncludeGuestsOrExternalUsers, "/conditions/users/included_guests_or_external_users"),
    (Property::IncludeGuestsTypes, "/conditions/users/included_guests_or_external_users/guest_or_external_user_types"),
    (Property::IncludeGuestsTenants, "/conditions/users/included_guests_or_external_users/external_tenants"),
    (
        Property::IncludeGuestsTenantsKind,
        "/conditions/users/included_guests_or_external_users/external_tenants/membership_kind",
    ),
    (
        Property::IncludeGuestsTenantsMembers,
        "/conditions/users/included_guests_or_external_users/external_tenants/members",
    ),
    (Property::ExcludeGuestsOrExternalUsers, "/conditions/users/excluded_guests_or_external_users"),
    (Property::ExcludeGuestsTypes, "/conditions/users/excluded_guests_or_external_users/guest_or_external_user_types"),
    (Property::ExcludeGuestsTenants, "/conditions/users/excluded_guests_or_external_users/external_tenants"),
    (
        Property::ExcludeGuestsTenantsKind,
        "/conditions/users/excluded_guests_or_external_users/external_tenants/membership_kind",
    ),
    (
        Property::ExcludeGuestsTenantsMembers,
        "/conditions/users/excluded_guests_or_external_users/external_tenants/members",
    ),
    (Property::ClientApplications, "/conditions/client_applications"),
    (Property::IncludeServicePrincipals, "/conditions/client_applications/included_service_principals"),
    (Property::ExcludeServicePrincipals, "/conditions/client_applications/excluded_service_principals"),
    (Property::ServicePrincipalFilter, "/conditions/client_applications/filter"),
    (Property::ServicePrincipalFilterMode, "/conditions/client_applications/filter/mode"),
    (Property::ServicePrincipalFilterRule, "/conditions/client_applications/filter/rule"),
    (Property::ClientAppTypes, "/conditions/client_app_types"),
    (Property::Platforms, "/conditions/platforms"),
    (Property::IncludePlatforms, "/conditions/platforms/included_platforms"),
    (Property::ExcludePlatforms, "/conditions/platforms/excluded_platforms"),
    (Property::Locations, "/conditions/locations"),
    (Property::IncludeLocations, "/conditions/locations/included_locations"),
    (Property::ExcludeLocations, "/conditions/locations/excluded_locations"),
    (Property::Devices, "/conditions/devices"),
    (Property::DeviceFilter, "/conditions/devices/filter"),
    (Property::DeviceFilterMode, "/conditions/devices/filter/mode"),
    (Property::DeviceFilterRule, "/conditions/devices/filter/rule"),
    (Property::SignInRiskLevels, "/conditions/sign_in_risk_levels"),
    (Property::UserRiskLevels, "/conditions/user_risk_levels"),
    (Property::ServicePrincipalRiskLevels, "/conditions/service_principal_risk_levels"),
    (Property::InsiderRiskLevels, "/conditions/insider_risk_levels"),
    (Property::TransferMethods, "/conditions/authentication_flow_transfer_methods"),
    (Property::GrantControls, "/grant_controls"),
    (Property::GrantOperator, "/grant_controls/operator"),
    (Property::BuiltInControls, "/grant_controls/built_in_controls"),
    (Property::CustomAuthenticationFactors, "/grant_controls/custom_authentication_factors"),
    (Property::TermsOfUse, "/grant_controls/terms_of_use"),
    (Property::AuthenticationStrengthId, AZUREAD_STRENGTH),
    (Property::SessionControls, "/session_controls"),
    (Property::ApplicationEnforcedRestrictions, "/session_controls/application_enforced_restrictions_enabled"),
    (Property::CloudAppSecurityType, "/session_controls/cloud_app_security_policy"),
    (Property::DisableResilienceDefaults, "/session_controls/disable_resilience_defaults"),
    (Property::PersistentBrowserMode, "/session_controls/persistent_browser_mode"),
    (Property::SignInFrequencyValue, "/session_controls/sign_in_frequency"),
    (Property::SignInFrequencyType, "/session_controls/sign_in_frequency_period"),
    (Property::SignInFrequencyAuthenticationType, "/session_controls/sign_in_frequency_authentication_type"),
    (Property::SignInFrequencyInterval, "/session_controls/sign_in_frequency_interval"),
];

/// Properties of Microsoft365DSC, Graph's name first. What is not listed has no name there.
///
/// Source: <https://microsoft365dsc.com/resources/azure-ad/AADConditionalAccessPolicy/>
const MICROSOFT365_DSC: &[(&str, &str)] = &[
    (Property::PolicyId.as_str(), "/Id"),
    (Property::DisplayName.as_str(), "/DisplayName"),
    (Property::State.as_str(), "/State"),
    (Property::IncludeApplications.as_str(), "/IncludeApplications"),
    (Property::ExcludeApplications.as_str(), "/ExcludeApplications"),
    (Property::IncludeUserActions.as_str(), "/IncludeUserActions"),
    (Property::IncludeAuthenticationContextClassReferences.as_str(), "/AuthenticationContexts"),
    (Property::ApplicationFilterMode.as_str(), "/ApplicationsFilterMode"),
    (Property::ApplicationFilterRule.as_str(), "/ApplicationsFilter"),
    (Property::IncludeUsers.as_str(), "/IncludeUsers"),
    (Property::ExcludeUsers.as_str(), "/ExcludeUsers"),
    (Property::IncludeGroups.as_str(), "/IncludeGroups"),
    (Property::ExcludeGroups.as_str(), "/ExcludeGroups"),
    (Property::IncludeRoles.as_str(), "/IncludeRoles"),
    (Property::ExcludeRoles.as_str(), "/ExcludeRoles"),
    (Property::IncludeGuestsTypes.as_str(), "/IncludeGuestOrExternalUserTypes"),
    (Property::IncludeGuestsTenantsKind.as_str(), "/IncludeExternalTenantsMembershipKind"),
    (Property::IncludeGuestsTenantsMembers.as_str(), "/IncludeExternalTenantsMembers"),
    (Property::ExcludeGuestsTypes.as_str(), "/ExcludeGuestOrExternalUserTypes"),
    (Property::ExcludeGuestsTenantsKind.as_str(), "/ExcludeExternalTenantsMembershipKind"),
    (Property::ExcludeGuestsTenantsMembers.as_str(), "/ExcludeExternalTenantsMembers"),
    (Property::IncludeServicePrincipals.as_str(), "/IncludeServicePrincipals"),
    (Property::ExcludeServicePrincipals.as_str(), "/ExcludeServicePrincipals"),
    (Property::ServicePrincipalFilterMode.as_str(), "/ServicePrincipalFilterMode"),
    (Property::ServicePrincipalFilterRule.as_str(), "/ServicePrincipalFilterRule"),
    (Property::ClientAppTypes.as_str(), "/ClientAppTypes"),
    (Property::IncludePlatforms.as_str(), "/IncludePlatforms"),
    (Property::ExcludePlatforms.as_str(), "/ExcludePlatforms"),
    (Property::IncludeLocations.as_str(), "/IncludeLocations"),
    (Property::ExcludeLocations.as_str(), "/ExcludeLocations"),
    ("/conditions/devices/includeDevices", "/IncludeDevices"),
    ("/conditions/devices/excludeDevices", "/ExcludeDevices"),
    (Property::DeviceFilterMode.as_str(), "/DeviceFilterMode"),
    (Property::DeviceFilterRule.as_str(), "/DeviceFilterRule"),
    (Property::SignInRiskLevels.as_str(), "/SignInRiskLevels"),
    (Property::UserRiskLevels.as_str(), "/UserRiskLevels"),
    (Property::ServicePrincipalRiskLevels.as_str(), "/ServicePrincipalRiskLevels"),
    (Property::InsiderRiskLevels.as_str(), "/InsiderRiskLevels"),
    (Property::TransferMethods.as_str(), "/TransferMethods"),
    (Property::GrantOperator.as_str(), "/GrantControlOperator"),
    (Property::BuiltInControls.as_str(), "/BuiltInControls"),
    (Property::CustomAuthenticationFactors.as_str(), "/CustomAuthenticationFactors"),
    (Property::TermsOfUse.as_str(), "/TermsOfUse"),
    (Property::AuthenticationStrengthId.as_str(), "/AuthenticationStrength"),
    (Property::ApplicationEnforcedRestrictions.as_str(), "/ApplicationEnforcedRestrictionsIsEnabled"),
    ("/sessionControls/cloudAppSecurity/isEnabled", "/CloudAppSecurityIsEnabled"),
    (Property::CloudAppSecurityType.as_str(), "/CloudAppSecurityType"),
    ("/sessionControls/signInFrequency/isEnabled", "/SignInFrequencyIsEnabled"),
    (Property::SignInFrequencyValue.as_str(), "/SignInFrequencyValue"),
    (Property::SignInFrequencyType.as_str(), "/SignInFrequencyType"),
    (Property::SignInFrequencyInterval.as_str(), "/SignInFrequencyInterval"),
    ("/sessionControls/persistentBrowser/isEnabled", "/PersistentBrowserIsEnabled"),
    (Property::PersistentBrowserMode.as_str(), "/PersistentBrowserMode"),
    (Property::DisableResilienceDefaults.as_str(), "/DisableResilienceDefaultsIsEnabled"),
    (Property::SecureSignInSession.as_str(), "/SecureSignInSessionIsEnabled"),
];

/// Parts of a policy that Microsoft365DSC spreads over several properties, and the one of them that stands for the whole.
const SPREAD: [(Property, &str); 13] = [
    (Property::AuthenticationStrength, "/AuthenticationStrength"),
    (Property::DeviceFilter, "/DeviceFilterRule"),
    (Property::Devices, "/DeviceFilterRule"),
    (Property::ApplicationFilter, "/ApplicationsFilter"),
    (Property::ServicePrincipalFilter, "/ServicePrincipalFilterRule"),
    (Property::IncludeGuestsOrExternalUsers, "/IncludeGuestOrExternalUserTypes"),
    (Property::ExcludeGuestsOrExternalUsers, "/ExcludeGuestOrExternalUserTypes"),
    (Property::AuthenticationFlows, "/TransferMethods"),
    (Property::Platforms, "/IncludePlatforms"),
    (Property::Locations, "/IncludeLocations"),
    (Property::Users, "/IncludeUsers"),
    (Property::Applications, "/IncludeApplications"),
    (Property::GrantControls, "/BuiltInControls"),
];

impl Wording {
    /// A pointer in Graph's words in the words of the file.
    #[must_use]
    pub fn of_graph(self, pointer: &Pointer) -> Pointer {
        match self {
            Self::Graph => pointer.clone(),
            Self::Microsoft365 => pointer.steps().fold(Pointer::root(), |own, step| own.key(&snake_case(&step))),
            Self::Azuread => {
                // A strength is one attribute there, whatever of it is meant.
                if Property::AuthenticationStrength.holds(pointer) {
                    return Pointer::new(AZUREAD_STRENGTH);
                }
                translated(pointer.as_str(), AZUREAD.iter().map(|(graph, own)| (graph.as_str(), *own)))
            }
            Self::Microsoft365Dsc => flat(pointer),
            Self::Pulumi => {
                let own = Self::Azuread.of_graph(pointer);
                own.steps().fold(Pointer::root(), |own, step| own.key(&camel_case(&step)))
            }
        }
    }

    /// The property that a pointer in the words of the file names, if a table tells that without a translation.
    #[must_use]
    pub fn property(self, own: &Pointer) -> Option<Property> {
        match self {
            Self::Azuread => azuread_by_own().get(own.as_str()).copied(),
            Self::Graph | Self::Microsoft365 | Self::Microsoft365Dsc | Self::Pulumi => None,
        }
    }

    /// A pointer in the words of the file in Graph's.
    #[must_use]
    pub fn to_graph(self, own: &Pointer) -> Pointer {
        match self {
            Self::Graph => own.clone(),
            Self::Microsoft365 => own.steps().fold(Pointer::root(), |graph, step| graph.key(&camel_case(&step))),
            Self::Azuread => match self.property(own) {
                Some(graph) => Pointer::new(graph),
                None => translated(own.as_str(), AZUREAD.iter().map(|(graph, own)| (*own, graph.as_str()))),
            },
            Self::Microsoft365Dsc => unflat(own),
            Self::Pulumi => {
                let azuread = own.steps().fold(Pointer::root(), |azuread, step| azuread.key(&snake_case(&step)));
                Self::Azuread.to_graph(&azuread)
            }
        }
    }
}

/// A pointer in Graph's words in those of Microsoft365DSC, where all properties are at the top. A part that has no property
/// is the policy itself.
fn flat(pointer: &Pointer) -> Pointer {
    let text = pointer.as_str();
    let starts = |from: &str| text.strip_prefix(from).filter(|rest| rest.is_empty() || rest.starts_with('/'));
    if let Some((rest, own)) = MICROSOFT365_DSC.iter().find_map(|(graph, own)| Some((starts(graph)?, own))) {
        return Pointer::new(format!("{own}{rest}"));
    }
    if let Some((_, own)) = SPREAD.iter().find(|(part, _)| part.holds(pointer)) {
        return Pointer::new(*own);
    }
    // What Microsoft365DSC calls so and Graph does not know.
    text.strip_prefix("/conditions/").map_or_else(Pointer::root, |rest| Pointer::new(format!("/{rest}")))
}

/// The way back. A property that is not known may be a condition, and is none that is.
fn unflat(own: &Pointer) -> Pointer {
    let text = own.as_str();
    let starts = |from: &str| {
        let rest = text.get(..from.len()).filter(|start| start.eq_ignore_ascii_case(from)).map(|_| &text[from.len()..]);
        rest.filter(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    match MICROSOFT365_DSC.iter().find_map(|(graph, own)| Some((graph, starts(own)?))) {
        Some((graph, rest)) => Pointer::new(format!("{graph}{rest}")),
        None => Pointer::new(format!("{}{text}", Property::Conditions)),
    }
}

/// The table from its other side. Every attribute of every policy is looked up.
fn azuread_by_own() -> &'static HashMap<&'static str, Property> {
    static BY_OWN: OnceLock<HashMap<&'static str, Property>> = OnceLock::new();
    BY_OWN.get_or_init(|| AZUREAD.iter().map(|(graph, own)| (*own, *graph)).collect())
}

/// Replaces the longest listed part that a pointer starts with.
fn translated<'t>(pointer: &str, table: impl Iterator<Item = (&'t str, &'t str)>) -> Pointer {
    let starts = |from: &str| pointer.strip_prefix(from).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let row = table.filter(|(from, _)| starts(from)).max_by_key(|(from, _)| from.len());
    Pointer::new(row.map_or_else(|| pointer.to_owned(), |(from, to)| format!("{to}{}", &pointer[from.len()..])))
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 8);
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

/// `included_users` as `includedUsers`.
pub(crate) fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut characters = word.chars();
        camel.extend(characters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(characters.as_str());
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::property::is_in_schema;
    use crate::schema::{AZUREAD_SCHEMA, MICROSOFT365_DSC_SCHEMA, MICROSOFT365_SCHEMA};

    #[test]
    fn a_place_is_called_as_its_file_calls_it_and_back() {
        for (graph, azuread, microsoft365) in [
            (
                "/conditions/users/excludeGroups/2",
                "/conditions/users/excluded_groups/2",
                "/conditions/users/exclude_groups/2",
            ),
            (
                "/conditions/devices/deviceFilter/rule",
                "/conditions/devices/filter/rule",
                "/conditions/devices/device_filter/rule",
            ),
            (
                "/conditions/authenticationFlows/transferMethods/0",
                "/conditions/authentication_flow_transfer_methods/0",
                "/conditions/authentication_flows/transfer_methods/0",
            ),
            ("/state", "/state", "/state"),
        ] {
            let graph = Pointer::new(graph);
            for (wording, own) in [(Wording::Azuread, azuread), (Wording::Microsoft365, microsoft365)] {
                assert_eq!(wording.of_graph(&graph).as_str(), own);
                assert_eq!(wording.to_graph(&Pointer::new(own)), graph);
            }
            assert_eq!(Wording::Graph.of_graph(&graph), graph);
        }
    }

    #[test]
    fn every_row_of_the_table_leads_there_and_back() {
        for (graph, own) in AZUREAD {
            assert_eq!(Wording::Azuread.of_graph(&Pointer::new(*graph)).as_str(), *own);
            assert_eq!(Wording::Azuread.to_graph(&Pointer::new(*own)).as_str(), graph.as_str());
        }
    }

    #[test]
    fn microsoft365dsc_has_every_name_of_its_table() {
        for (graph, own) in MICROSOFT365_DSC {
            assert!(is_in_schema(MICROSOFT365_DSC_SCHEMA, own), "{own}");
            assert!(is_in_schema(crate::schema::POLICY_SCHEMA, graph), "{graph}");
            assert_eq!(Wording::Microsoft365Dsc.of_graph(&Pointer::new(*graph)).as_str(), *own);
            assert_eq!(Wording::Microsoft365Dsc.to_graph(&Pointer::new(*own)).as_str(), *graph);
        }
        for (graph, own) in [
            ("/conditions/users/excludeGroups/2", "/ExcludeGroups/2"),
            ("/conditions/users", "/IncludeUsers"),
            ("/conditions/devices", "/DeviceFilterRule"),
            ("/conditions/ProtocolFlows/0", "/ProtocolFlows/0"),
            ("/grantControls/authenticationStrength/allowedCombinations/0", "/AuthenticationStrength"),
            ("/grantControls", "/BuiltInControls"),
            ("/conditions", ""),
        ] {
            assert_eq!(Wording::Microsoft365Dsc.of_graph(&Pointer::new(graph)).as_str(), own);
        }
        assert_eq!(
            Wording::Microsoft365Dsc.to_graph(&Pointer::new("/excludegroups/0")).as_str(),
            "/conditions/users/excludeGroups/0"
        );
        assert_eq!(Wording::Microsoft365Dsc.to_graph(&Pointer::new("/Unheard")).as_str(), "/conditions/Unheard");
    }

    #[test]
    fn pulumi_has_the_names_of_azuread_in_camel_case() {
        for (graph, own) in [
            ("/conditions/users/excludeGroups/2", "/conditions/users/excludedGroups/2"),
            ("/conditions/devices/deviceFilter/rule", "/conditions/devices/filter/rule"),
            ("/grantControls/authenticationStrength/id", "/grantControls/authenticationStrengthPolicyId"),
            ("/conditions/clientAppTypes/0", "/conditions/clientAppTypes/0"),
        ] {
            assert_eq!(Wording::Pulumi.of_graph(&Pointer::new(graph)).as_str(), own);
            assert_eq!(Wording::Pulumi.to_graph(&Pointer::new(own)).as_str(), graph);
        }
    }

    #[test]
    fn the_provider_has_every_name_of_the_table() {
        for (_, own) in AZUREAD {
            assert!(is_in_schema(AZUREAD_SCHEMA, own), "{own}");
        }
        assert!(!is_in_schema(AZUREAD_SCHEMA, "/conditions/users/include_users"));
    }

    #[test]
    fn the_other_provider_has_graphs_names_in_snake_case() {
        let missing = Property::ALL.iter().filter(|property| {
            let own = Wording::Microsoft365.of_graph(&Pointer::new(**property));
            !is_in_schema(MICROSOFT365_SCHEMA, own.as_str())
        });
        assert_eq!(missing.collect::<Vec<_>>(), Vec::<&Property>::new());
    }
}
