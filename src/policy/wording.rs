//! In whose words a file spells a policy: Graph's, or those of a Terraform provider.

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
}

/// Properties that azuread calls otherwise, Graph's name first. What is not listed has no name there.
const AZUREAD: &[(&str, &str)] = &[
    ("/id", "/object_id"),
    ("/displayName", "/display_name"),
    ("/state", "/state"),
    ("/conditions", "/conditions"),
    ("/conditions/applications", "/conditions/applications"),
    ("/conditions/applications/includeApplications", "/conditions/applications/included_applications"),
    ("/conditions/applications/excludeApplications", "/conditions/applications/excluded_applications"),
    ("/conditions/applications/includeUserActions", "/conditions/applications/included_user_actions"),
    ("/conditions/applications/applicationFilter", "/conditions/applications/filter"),
    ("/conditions/applications/applicationFilter/mode", "/conditions/applications/filter/mode"),
    ("/conditions/applications/applicationFilter/rule", "/conditions/applications/filter/rule"),
    ("/conditions/users", "/conditions/users"),
    ("/conditions/users/includeUsers", "/conditions/users/included_users"),
    ("/conditions/users/excludeUsers", "/conditions/users/excluded_users"),
    ("/conditions/users/includeGroups", "/conditions/users/included_groups"),
    ("/conditions/users/excludeGroups", "/conditions/users/excluded_groups"),
    ("/conditions/users/includeRoles", "/conditions/users/included_roles"),
    ("/conditions/users/excludeRoles", "/conditions/users/excluded_roles"),
    ("/conditions/users/includeGuestsOrExternalUsers", "/conditions/users/included_guests_or_external_users"),
    (
        "/conditions/users/includeGuestsOrExternalUsers/guestOrExternalUserTypes",
        "/conditions/users/included_guests_or_external_users/guest_or_external_user_types",
    ),
    (
        "/conditions/users/includeGuestsOrExternalUsers/externalTenants",
        "/conditions/users/included_guests_or_external_users/external_tenants",
    ),
    (
        "/conditions/users/includeGuestsOrExternalUsers/externalTenants/membershipKind",
        "/conditions/users/included_guests_or_external_users/external_tenants/membership_kind",
    ),
    (
        "/conditions/users/includeGuestsOrExternalUsers/externalTenants/members",
        "/conditions/users/included_guests_or_external_users/external_tenants/members",
    ),
    ("/conditions/users/excludeGuestsOrExternalUsers", "/conditions/users/excluded_guests_or_external_users"),
    (
        "/conditions/users/excludeGuestsOrExternalUsers/guestOrExternalUserTypes",
        "/conditions/users/excluded_guests_or_external_users/guest_or_external_user_types",
    ),
    (
        "/conditions/users/excludeGuestsOrExternalUsers/externalTenants",
        "/conditions/users/excluded_guests_or_external_users/external_tenants",
    ),
    (
        "/conditions/users/excludeGuestsOrExternalUsers/externalTenants/membershipKind",
        "/conditions/users/excluded_guests_or_external_users/external_tenants/membership_kind",
    ),
    (
        "/conditions/users/excludeGuestsOrExternalUsers/externalTenants/members",
        "/conditions/users/excluded_guests_or_external_users/external_tenants/members",
    ),
    ("/conditions/clientApplications", "/conditions/client_applications"),
    (
        "/conditions/clientApplications/includeServicePrincipals",
        "/conditions/client_applications/included_service_principals",
    ),
    (
        "/conditions/clientApplications/excludeServicePrincipals",
        "/conditions/client_applications/excluded_service_principals",
    ),
    ("/conditions/clientApplications/servicePrincipalFilter", "/conditions/client_applications/filter"),
    ("/conditions/clientApplications/servicePrincipalFilter/mode", "/conditions/client_applications/filter/mode"),
    ("/conditions/clientApplications/servicePrincipalFilter/rule", "/conditions/client_applications/filter/rule"),
    ("/conditions/clientAppTypes", "/conditions/client_app_types"),
    ("/conditions/platforms", "/conditions/platforms"),
    ("/conditions/platforms/includePlatforms", "/conditions/platforms/included_platforms"),
    ("/conditions/platforms/excludePlatforms", "/conditions/platforms/excluded_platforms"),
    ("/conditions/locations", "/conditions/locations"),
    ("/conditions/locations/includeLocations", "/conditions/locations/included_locations"),
    ("/conditions/locations/excludeLocations", "/conditions/locations/excluded_locations"),
    ("/conditions/devices", "/conditions/devices"),
    ("/conditions/devices/deviceFilter", "/conditions/devices/filter"),
    ("/conditions/devices/deviceFilter/mode", "/conditions/devices/filter/mode"),
    ("/conditions/devices/deviceFilter/rule", "/conditions/devices/filter/rule"),
    ("/conditions/signInRiskLevels", "/conditions/sign_in_risk_levels"),
    ("/conditions/userRiskLevels", "/conditions/user_risk_levels"),
    ("/conditions/servicePrincipalRiskLevels", "/conditions/service_principal_risk_levels"),
    ("/conditions/insiderRiskLevels", "/conditions/insider_risk_levels"),
    ("/conditions/authenticationFlows/transferMethods", "/conditions/authentication_flow_transfer_methods"),
    ("/grantControls", "/grant_controls"),
    ("/grantControls/operator", "/grant_controls/operator"),
    ("/grantControls/builtInControls", "/grant_controls/built_in_controls"),
    ("/grantControls/customAuthenticationFactors", "/grant_controls/custom_authentication_factors"),
    ("/grantControls/termsOfUse", "/grant_controls/terms_of_use"),
    ("/grantControls/authenticationStrength/id", "/grant_controls/authentication_strength_policy_id"),
    ("/sessionControls", "/session_controls"),
    (
        "/sessionControls/applicationEnforcedRestrictions/isEnabled",
        "/session_controls/application_enforced_restrictions_enabled",
    ),
    ("/sessionControls/cloudAppSecurity/cloudAppSecurityType", "/session_controls/cloud_app_security_policy"),
    ("/sessionControls/disableResilienceDefaults", "/session_controls/disable_resilience_defaults"),
    ("/sessionControls/persistentBrowser/mode", "/session_controls/persistent_browser_mode"),
    ("/sessionControls/signInFrequency/value", "/session_controls/sign_in_frequency"),
    ("/sessionControls/signInFrequency/type", "/session_controls/sign_in_frequency_period"),
    ("/sessionControls/signInFrequency/authenticationType", "/session_controls/sign_in_frequency_authentication_type"),
    ("/sessionControls/signInFrequency/frequencyInterval", "/session_controls/sign_in_frequency_interval"),
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
                if pointer.as_str().starts_with("/grantControls/authenticationStrength") {
                    return Pointer::new("/grant_controls/authentication_strength_policy_id");
                }
                translated(pointer.as_str(), AZUREAD.iter().copied())
            }
        }
    }

    /// A pointer in the words of the file in Graph's.
    #[must_use]
    pub fn to_graph(self, own: &Pointer) -> Pointer {
        match self {
            Self::Graph => own.clone(),
            Self::Microsoft365 => own.steps().fold(Pointer::root(), |graph, step| graph.key(&camel_case(&step))),
            Self::Azuread => match azuread_by_own().get(own.as_str()) {
                Some(graph) => Pointer::new(*graph),
                None => translated(own.as_str(), AZUREAD.iter().map(|(graph, own)| (*own, *graph))),
            },
        }
    }
}

/// The table from its other side. Every attribute of every policy is looked up.
fn azuread_by_own() -> &'static HashMap<&'static str, &'static str> {
    static BY_OWN: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
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

fn camel_case(name: &str) -> String {
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
            assert_eq!(Wording::Azuread.to_graph(&Pointer::new(*own)).as_str(), *graph);
        }
    }
}
