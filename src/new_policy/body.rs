//! A policy as it is written: the parts that a requirement can ask for, in Graph's words.

#![expect(clippy::struct_field_names, reason = "the names are Graph's")]

use crate::policy::{
    ClientAppType, GrantControl, InsiderRiskLevel, Operator, Platform, RiskLevel, TransferMethod, UserType, Words,
};
use serde::{Serialize, Serializer};
use serde_json::json;

/// A policy. Serialized, it is the body that [Graph takes] for a new policy.
///
/// [Graph takes]: https://learn.microsoft.com/graph/api/conditionalaccessroot-post-policies
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body {
    pub(super) display_name: String,
    pub(super) state: &'static str,
    pub(super) conditions: Conditions,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) grant_controls: Option<GrantControls>,
    #[serde(skip_serializing_if = "SessionControls::is_empty")]
    pub(super) session_controls: SessionControls,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Conditions {
    #[serde(serialize_with = "words")]
    pub(super) client_app_types: Vec<ClientAppType>,
    pub(super) applications: Applications,
    pub(super) users: Users,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_applications: Option<ClientApplications>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "words")]
    pub(super) sign_in_risk_levels: Vec<RiskLevel>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "words")]
    pub(super) user_risk_levels: Vec<RiskLevel>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "words")]
    pub(super) service_principal_risk_levels: Vec<RiskLevel>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "flags")]
    pub(super) agent_id_risk_levels: Vec<RiskLevel>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "flags")]
    pub(super) insider_risk_levels: Vec<InsiderRiskLevel>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "transfer_methods")]
    pub(super) authentication_flows: Vec<TransferMethod>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) platforms: Option<Platforms>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) locations: Option<Locations>,
}

/// An object as a list names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    /// An id, or a word such as `All`.
    Text(String),
    /// The address of a resource or data source of Terraform, whose `object_id` is meant.
    Address(String),
}

impl Name {
    pub(super) fn text(text: impl std::fmt::Display) -> Self {
        Self::Text(text.to_string())
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) | Self::Address(text) => serializer.serialize_str(text),
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Applications {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) include_applications: Vec<Name>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) include_user_actions: Vec<Name>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) include_authentication_context_class_references: Vec<Name>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Users {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) include_users: Vec<Name>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) include_groups: Vec<Name>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) include_roles: Vec<Name>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "guests")]
    pub(super) include_guests_or_external_users: Vec<UserType>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) exclude_users: Vec<Name>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) exclude_groups: Vec<Name>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) exclude_roles: Vec<Name>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "guests")]
    pub(super) exclude_guests_or_external_users: Vec<UserType>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClientApplications {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) include_service_principals: Vec<Name>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) exclude_service_principals: Vec<Name>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) include_agent_id_service_principals: Vec<Name>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) exclude_agent_id_service_principals: Vec<Name>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Platforms {
    #[serde(serialize_with = "words")]
    pub(super) include_platforms: Vec<Platform>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "words")]
    pub(super) exclude_platforms: Vec<Platform>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Locations {
    pub(super) include_locations: Vec<Name>,
    pub(super) exclude_locations: Vec<Name>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GrantControls {
    #[serde(serialize_with = "word")]
    pub(super) operator: Operator,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "words")]
    pub(super) built_in_controls: Vec<GrantControl>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) authentication_strength: Option<Strength>,
}

/// A strength by its id: Graph refuses the other forms for a new policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Strength {
    pub(super) id: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionControls {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sign_in_frequency: Option<SignInFrequency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) persistent_browser: Option<PersistentBrowser>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secure_sign_in_session: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) application_enforced_restrictions: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cloud_app_security: Option<CloudAppSecurity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) continuous_access_evaluation: Option<ContinuousAccessEvaluation>,
}

impl SessionControls {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SignInFrequency {
    pub(super) is_enabled: bool,
    pub(super) frequency_interval: &'static str,
    pub(super) value: Option<u64>,
    #[serde(rename = "type")]
    pub(super) unit: Option<&'static str>,
    pub(super) authentication_type: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PersistentBrowser {
    pub(super) is_enabled: bool,
    pub(super) mode: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Switch {
    pub(super) is_enabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CloudAppSecurity {
    pub(super) is_enabled: bool,
    pub(super) cloud_app_security_type: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ContinuousAccessEvaluation {
    pub(super) mode: &'static str,
}

fn all_words<W: Words>(values: &[W]) -> Vec<&'static str> {
    values.iter().map(|value| value.word()).collect()
}

fn word<W: Words, S: Serializer>(value: &W, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.word())
}

fn words<W: Words, S: Serializer>(values: &[W], serializer: S) -> Result<S::Ok, S::Error> {
    all_words(values).serialize(serializer)
}

/// Graph has several values of these enumerations as one text with commas.
fn flags<W: Words, S: Serializer>(values: &[W], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&all_words(values).join(","))
}

fn transfer_methods<S: Serializer>(values: &[TransferMethod], serializer: S) -> Result<S::Ok, S::Error> {
    json!({ "transferMethods": all_words(values).join(",") }).serialize(serializer)
}

/// Of every home tenant.
fn guests<S: Serializer>(values: &[UserType], serializer: S) -> Result<S::Ok, S::Error> {
    let kinds = all_words(values).join(",");
    let all = json!({ "@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants", "membershipKind": "all" });
    json!({ "guestOrExternalUserTypes": kinds, "externalTenants": all }).serialize(serializer)
}

/// The text of Graph's JSON.
pub(super) fn graph(body: &Body) -> String {
    // Nothing in it can fail to be JSON; an empty text would be refused when it is read back.
    let text = serde_json::to_string_pretty(body).unwrap_or_default();
    format!("{}\n", crate::finding::escape_invisible(&text))
}
