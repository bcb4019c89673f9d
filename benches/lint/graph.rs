//! Policies in the shape, and with the keys in the order, in which the Graph API returns them.

use crate::random::Random;
use serde::Serialize;
use serde_json::{Value, json};

const CONTEXT: &str = "https://graph.microsoft.com/v1.0/$metadata#identity/conditionalAccess/policies";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Policy {
    #[serde(rename = "@odata.context", skip_serializing_if = "Option::is_none")]
    context: Option<String>,
    id: String,
    template_id: Option<String>,
    pub(crate) display_name: String,
    created_date_time: String,
    modified_date_time: Option<String>,
    pub(crate) state: &'static str,
    deleted_date_time: Option<String>,
    partial_enablement_strategy: Option<String>,
    pub(crate) session_controls: Option<Value>,
    pub(crate) conditions: Conditions,
    pub(crate) grant_controls: Option<GrantControls>,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Conditions {
    pub(crate) user_risk_levels: Vec<&'static str>,
    pub(crate) sign_in_risk_levels: Vec<&'static str>,
    pub(crate) client_app_types: Vec<&'static str>,
    pub(crate) service_principal_risk_levels: Vec<&'static str>,
    pub(crate) insider_risk_levels: Option<&'static str>,
    pub(crate) platforms: Option<Value>,
    pub(crate) locations: Option<Value>,
    pub(crate) times: Option<Value>,
    pub(crate) devices: Option<Value>,
    pub(crate) client_applications: Option<Value>,
    pub(crate) authentication_flows: Option<Value>,
    pub(crate) applications: Applications,
    pub(crate) users: Users,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "Graph's words")]
pub(crate) struct Applications {
    pub(crate) include_applications: Vec<String>,
    pub(crate) exclude_applications: Vec<String>,
    pub(crate) include_user_actions: Vec<&'static str>,
    pub(crate) include_authentication_context_class_references: Vec<&'static str>,
    pub(crate) application_filter: Option<Value>,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "Graph's words")]
pub(crate) struct Users {
    pub(crate) include_users: Vec<String>,
    pub(crate) exclude_users: Vec<String>,
    pub(crate) include_groups: Vec<String>,
    pub(crate) exclude_groups: Vec<String>,
    pub(crate) include_roles: Vec<String>,
    pub(crate) exclude_roles: Vec<String>,
    pub(crate) include_guests_or_external_users: Option<Value>,
    pub(crate) exclude_guests_or_external_users: Option<Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GrantControls {
    pub(crate) operator: &'static str,
    pub(crate) built_in_controls: Vec<&'static str>,
    pub(crate) custom_authentication_factors: Vec<&'static str>,
    pub(crate) terms_of_use: Vec<String>,
    #[serde(rename = "authenticationStrength@odata.context")]
    strength_context: String,
    pub(crate) authentication_strength: Option<Value>,
}

impl Policy {
    /// MFA for everybody and everything, but for a user, a group and some more.
    pub(crate) fn new(random: &mut Random, display_name: String, break_glass: &str) -> Self {
        let id = random.guid();
        let mut exclude_groups = random.guids(0, 3);
        exclude_groups.insert(0, break_glass.to_owned());
        let strength_context = format!("{CONTEXT}('{id}')/grantControls/authenticationStrength/$entity");
        Self {
            context: Some(format!("{CONTEXT}/$entity")),
            id,
            template_id: None,
            display_name,
            created_date_time: random.time(),
            modified_date_time: (random.below(3) > 0).then(|| random.time()),
            state: "enabled",
            deleted_date_time: None,
            partial_enablement_strategy: None,
            session_controls: None,
            conditions: Conditions {
                client_app_types: vec!["all"],
                applications: Applications { include_applications: vec!["All".to_owned()], ..Applications::default() },
                users: Users {
                    include_users: vec!["All".to_owned()],
                    exclude_users: random.guids(1, 2),
                    exclude_groups,
                    ..Users::default()
                },
                ..Conditions::default()
            },
            grant_controls: Some(GrantControls {
                operator: "OR",
                built_in_controls: vec!["mfa"],
                custom_authentication_factors: Vec::new(),
                terms_of_use: Vec::new(),
                strength_context,
                authentication_strength: None,
            }),
        }
    }

    /// As an element of a list, which has the context once.
    pub(crate) fn in_list(self) -> Self {
        Self { context: None, ..self }
    }

    /// Requires any one of `controls`.
    pub(crate) fn grant(&mut self, controls: &[&'static str]) -> &mut Self {
        if let Some(grant) = &mut self.grant_controls {
            grant.built_in_controls = controls.to_vec();
        }
        self
    }

    /// Requires all of `controls`.
    pub(crate) fn grant_all(&mut self, controls: &[&'static str]) -> &mut Self {
        if let Some(grant) = &mut self.grant_controls {
            grant.operator = "AND";
        }
        self.grant(controls)
    }

    /// Requires an authentication strength in the place of MFA.
    pub(crate) fn grant_strength(&mut self, strength: Value) -> &mut Self {
        if let Some(grant) = &mut self.grant_controls {
            grant.authentication_strength = Some(strength);
        }
        self.grant(&[])
    }

    /// For these groups instead of everybody.
    pub(crate) fn for_groups(&mut self, groups: Vec<String>) -> &mut Self {
        self.conditions.users.include_users.clear();
        self.conditions.users.include_groups = groups;
        self
    }
}

/// Built-in authentication strengths.
pub(crate) fn strength(phishing_resistant: bool) -> Value {
    let resistant = ["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"];
    let others = [
        "deviceBasedPush",
        "temporaryAccessPassOneTime",
        "temporaryAccessPassMultiUse",
        "password,microsoftAuthenticatorPush",
        "password,softwareOath",
        "password,hardwareOath",
        "password,sms",
        "password,voice",
        "federatedMultiFactor",
        "microsoftAuthenticatorPush,federatedSingleFactor",
        "softwareOath,federatedSingleFactor",
        "hardwareOath,federatedSingleFactor",
        "sms,federatedSingleFactor",
        "voice,federatedSingleFactor",
    ];
    let (id, name, combinations) = if phishing_resistant {
        ("00000000-0000-0000-0000-000000000004", "Phishing-resistant MFA", resistant.to_vec())
    } else {
        ("00000000-0000-0000-0000-000000000002", "Multifactor authentication", [&resistant[..], &others].concat())
    };
    json!({
        "id": id, "displayName": name, "policyType": "builtIn", "requirementsSatisfied": "mfa",
        "createdDateTime": "2021-12-01T00:00:00Z", "modifiedDateTime": "2021-12-01T00:00:00Z",
        "description": "Combinations of methods that satisfy the requirement",
        "allowedCombinations": combinations,
        "combinationConfigurations@odata.context":
            format!("https://graph.microsoft.com/v1.0/$metadata#policies/authenticationStrengthPolicies('{id}')/combinationConfigurations"),
        "combinationConfigurations": []
    })
}

/// Session controls: how often to sign in, and a browser that forgets.
pub(crate) fn session(hours: usize) -> Value {
    json!({
        "disableResilienceDefaults": null, "applicationEnforcedRestrictions": null, "cloudAppSecurity": null,
        "continuousAccessEvaluation": null, "secureSignInSession": null,
        "persistentBrowser": { "mode": "never", "isEnabled": true },
        "signInFrequency": {
            "value": hours, "type": "hours", "authenticationType": "primaryAndSecondaryAuthentication",
            "frequencyInterval": "timeBased", "isEnabled": true
        }
    })
}
