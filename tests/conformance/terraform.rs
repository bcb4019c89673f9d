//! The tenants as Terraform would spell them: two providers, five kinds of documents.
//!
//! Resources are spelt in a `turn`, by which a document varies what Terraform may have either way: actions, modules, schema
//! versions, blocks. All that it holds beside the policies (what was, what goes, what is only read) tells another story
//! than they do, so that nobody gets a verdict right who reads the wrong part.

use serde_json::{Map, Value, json};

const ARM: &str = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
const STRENGTHS: &str = "/policies/authenticationStrengthPolicies/";

/// A provider's way with a policy.
pub(crate) struct Provider {
    policy: &'static str,
    strength: &'static str,
    /// What stands before the GUID in the id of a strength.
    strength_prefix: &'static str,
    /// `provider_name`
    source: &'static str,
    /// The policy as it is written, with parts as objects; none if the provider cannot express it.
    values: fn(&Value) -> Option<Value>,
    /// What the service adds to a policy with this GUID, by pointers into the values of a plan.
    given: fn(&Value, &str) -> Vec<(&'static str, Value)>,
    /// Whether a part is a block, and hence an array of at most one object in plans and states.
    blocks_are_arrays: bool,
}

pub(crate) const AZUREAD: Provider = Provider {
    policy: "azuread_conditional_access_policy",
    strength: "azuread_authentication_strength_policy",
    strength_prefix: STRENGTHS,
    source: "registry.terraform.io/hashicorp/azuread",
    values: azuread,
    given: given_to_azuread,
    blocks_are_arrays: true,
};

pub(crate) const MICROSOFT365: Provider = Provider {
    policy: "microsoft365_graph_beta_identity_and_access_conditional_access_policy",
    strength: "microsoft365_graph_beta_identity_and_access_authentication_strength_policy",
    strength_prefix: "",
    source: "registry.terraform.io/deploymenttheory/microsoft365",
    values: microsoft365,
    given: given_to_microsoft365,
    blocks_are_arrays: false,
};

/// Blocks of azuread.
const BLOCKS: [&str; 13] = [
    "conditions",
    "applications",
    "users",
    "filter",
    "included_guests_or_external_users",
    "excluded_guests_or_external_users",
    "external_tenants",
    "client_applications",
    "platforms",
    "locations",
    "devices",
    "grant_controls",
    "session_controls",
];

/// Attributes of either provider that may be empty but not left out.
const REQUIRED: [&str; 3] = ["client_app_types", "include_applications", "include_users"];

/// Lists that are not set are null or empty by turns.
fn unset(values: &mut Value, turn: usize) {
    let Value::Object(members) = values else { return };
    for (name, value) in members {
        let is_empty = value.as_array().is_some_and(Vec::is_empty);
        if is_empty && (name.len() + turn).is_multiple_of(2) && !REQUIRED.contains(&name.as_str()) {
            *value = Value::Null;
        }
        unset(value, turn);
    }
}

/// Part of a policy under the provider's names; none if it has what the provider has no name for, or is no object.
fn part(graph: &Value, names: &[(&str, &str)]) -> Option<Value> {
    let Some(members) = graph.as_object() else { return graph.is_null().then_some(Value::Null) };
    let is_unset = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    let has_name = |key: &str| key.contains('@') || names.iter().any(|(graph, _)| *graph == key);
    if members.iter().any(|(key, value)| !is_unset(value) && !has_name(key)) {
        return None;
    }
    let values = names.iter().map(|(key, name)| ((*name).to_owned(), graph[*key].clone()));
    Some(values.collect::<Map<_, _>>().into())
}

/// Graph's comma-separated flags as a list.
fn flags(value: &Value) -> Value {
    value.as_str().map_or(Value::Null, |text| text.split(',').map(str::trim).collect())
}

fn filter(graph: &Value) -> Option<Value> {
    part(graph, &[("mode", "mode"), ("rule", "rule")])
}

fn guests(graph: &Value) -> Option<Value> {
    let names = [("guestOrExternalUserTypes", "guest_or_external_user_types"), ("externalTenants", "external_tenants")];
    let mut guests = part(graph, &names)?;
    if guests.is_object() {
        guests["guest_or_external_user_types"] = flags(&graph["guestOrExternalUserTypes"]);
        let names = [("membershipKind", "membership_kind"), ("members", "members")];
        guests["external_tenants"] = part(&graph["externalTenants"], &names)?;
    }
    Some(guests)
}

/// GUID of a strength: the built-in ones have theirs everywhere, one without a GUID gets one.
fn strength_guid(strength: &Value) -> Option<&str> {
    let id = strength["id"].as_str()?;
    Some(match strength["displayName"].as_str() {
        Some("Multifactor authentication") => "00000000-0000-0000-0000-000000000002",
        Some("Passwordless MFA") => "00000000-0000-0000-0000-000000000003",
        Some("Phishing-resistant MFA") => "00000000-0000-0000-0000-000000000004",
        _ if id.len() == 36 => id,
        _ => "51e00000-0000-4000-8000-000000000001",
    })
}

/// Whether a strength says something, but not which it is: a provider knows none but by its id.
fn is_without_id(strength: &Value) -> bool {
    let says = |value: &Value| !value.is_null() && value.as_array().is_none_or(|elements| !elements.is_empty());
    strength_guid(strength).is_none() && strength.as_object().map_or(!strength.is_null(), |one| one.values().any(says))
}

/// azuread has no authentication contexts, one level of insider risk, and no conditions but its own.
fn azuread(policy: &Value) -> Option<Value> {
    let (graph, grant) = (&policy["conditions"], &policy["grantControls"]);
    if is_without_id(&grant["authenticationStrength"]) {
        return None;
    }
    let (apps, users) = (&graph["applications"], &graph["users"]);
    if graph["insiderRiskLevels"].as_str().is_some_and(|levels| levels.contains(',')) {
        return None;
    }
    let names = [
        ("clientAppTypes", "client_app_types"),
        ("signInRiskLevels", "sign_in_risk_levels"),
        ("userRiskLevels", "user_risk_levels"),
        ("servicePrincipalRiskLevels", "service_principal_risk_levels"),
        ("insiderRiskLevels", "insider_risk_levels"),
        ("authenticationFlows", "authentication_flow_transfer_methods"),
        ("applications", "applications"),
        ("users", "users"),
        ("clientApplications", "client_applications"),
        ("platforms", "platforms"),
        ("locations", "locations"),
        ("devices", "devices"),
    ];
    let mut conditions = part(graph, &names)?;
    conditions["authentication_flow_transfer_methods"] = flags(&graph["authenticationFlows"]["transferMethods"]);
    let names = [
        ("includeApplications", "included_applications"),
        ("excludeApplications", "excluded_applications"),
        ("includeUserActions", "included_user_actions"),
        ("applicationFilter", "filter"),
    ];
    conditions["applications"] = part(apps, &names)?;
    conditions["applications"]["filter"] = filter(&apps["applicationFilter"])?;
    let names = [
        ("includeUsers", "included_users"),
        ("excludeUsers", "excluded_users"),
        ("includeGroups", "included_groups"),
        ("excludeGroups", "excluded_groups"),
        ("includeRoles", "included_roles"),
        ("excludeRoles", "excluded_roles"),
        ("includeGuestsOrExternalUsers", "included_guests_or_external_users"),
        ("excludeGuestsOrExternalUsers", "excluded_guests_or_external_users"),
    ];
    conditions["users"] = part(users, &names)?;
    for (key, name) in &names[6..] {
        conditions["users"][*name] = guests(&users[*key])?;
    }
    let names = [
        ("includeServicePrincipals", "included_service_principals"),
        ("excludeServicePrincipals", "excluded_service_principals"),
    ];
    conditions["client_applications"] = part(&graph["clientApplications"], &names)?;
    let names = [("includePlatforms", "included_platforms"), ("excludePlatforms", "excluded_platforms")];
    conditions["platforms"] = part(&graph["platforms"], &names)?;
    let names = [("includeLocations", "included_locations"), ("excludeLocations", "excluded_locations")];
    conditions["locations"] = part(&graph["locations"], &names)?;
    conditions["devices"] = part(&graph["devices"], &[("deviceFilter", "filter")])?;
    if conditions["devices"].is_object() {
        conditions["devices"]["filter"] = filter(&graph["devices"]["deviceFilter"])?;
    }
    let names = [
        ("operator", "operator"),
        ("builtInControls", "built_in_controls"),
        ("customAuthenticationFactors", "custom_authentication_factors"),
        ("termsOfUse", "terms_of_use"),
        ("authenticationStrength", "authentication_strength_policy_id"),
    ];
    let mut grant_controls = part(grant, &names)?;
    if let Some(guid) = strength_guid(&grant["authenticationStrength"]) {
        grant_controls["authentication_strength_policy_id"] = json!(format!("{STRENGTHS}{guid}"));
    }
    Some(json!({
        "display_name": policy["displayName"],
        "state": policy["state"],
        "conditions": conditions,
        "grant_controls": grant_controls,
        "session_controls": azuread_session(policy)?,
    }))
}

/// azuread's session controls are flat.
fn azuread_session(policy: &Value) -> Option<Value> {
    let graph = &policy["sessionControls"];
    if graph.is_null() {
        // A policy without grant controls must have session controls; no variant says which.
        return Some(if policy["grantControls"].is_null() { session(&json!(8), &json!("hours")) } else { Value::Null });
    }
    let names = [
        "disableResilienceDefaults",
        "applicationEnforcedRestrictions",
        "cloudAppSecurity",
        "persistentBrowser",
        "signInFrequency",
    ];
    part(graph, &names.map(|name| (name, name)))?;
    let frequency = &graph["signInFrequency"];
    let mut values = session(&frequency["value"], &frequency["type"]);
    for (name, value) in [
        ("disable_resilience_defaults", &graph["disableResilienceDefaults"]),
        ("application_enforced_restrictions_enabled", &graph["applicationEnforcedRestrictions"]["isEnabled"]),
        ("cloud_app_security_policy", &graph["cloudAppSecurity"]["cloudAppSecurityType"]),
        ("persistent_browser_mode", &graph["persistentBrowser"]["mode"]),
        ("sign_in_frequency_authentication_type", &frequency["authenticationType"]),
        ("sign_in_frequency_interval", &frequency["frequencyInterval"]),
    ] {
        values[name] = value.clone();
    }
    Some(values)
}

/// Session controls of azuread, none but how often to sign in.
fn session(value: &Value, unit: &Value) -> Value {
    json!({
        "sign_in_frequency": value, "sign_in_frequency_period": unit, "cloud_app_security_policy": null,
        "application_enforced_restrictions_enabled": null, "disable_resilience_defaults": null,
        "persistent_browser_mode": null,
    })
}

fn given_to_azuread(_: &Value, guid: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("/id", json!(format!("/identity/conditionalAccess/policies/{guid}"))),
        ("/object_id", json!(guid)),
        ("/conditions/0/insider_risk_levels", json!("")),
        ("/session_controls/0/sign_in_frequency_authentication_type", json!("primaryAndSecondaryAuthentication")),
        ("/session_controls/0/sign_in_frequency_interval", json!("timeBased")),
    ]
}

/// Graph's names in snake case, and lists where Graph has flags, except for the one transfer method.
fn microsoft365(policy: &Value) -> Option<Value> {
    fn snake(name: &str) -> String {
        let words =
            |letter: char| if letter.is_uppercase() { format!("_{}", letter.to_lowercase()) } else { letter.into() };
        name.chars().map(words).collect()
    }
    fn renamed(value: &Value) -> Value {
        let Value::Object(members) = value else { return value.clone() };
        let member = |(key, value): (&String, &Value)| match key.as_str() {
            "insiderRiskLevels" | "guestOrExternalUserTypes" => (snake(key), flags(value)),
            "includeTimes" => ("included_ranges".to_owned(), value.clone()),
            _ => (snake(key), renamed(value)),
        };
        members.iter().filter(|(key, _)| !key.contains('@')).map(member).collect::<Map<_, _>>().into()
    }
    let mut values = renamed(policy);
    let transfer_methods = policy["conditions"]["authenticationFlows"]["transferMethods"].as_str();
    let strength = &policy["grantControls"]["authenticationStrength"];
    if transfer_methods.is_some_and(|methods| methods.contains(',')) || is_without_id(strength) {
        return None;
    }
    if let Some(guid) = strength_guid(strength) {
        values["grant_controls"]["authentication_strength"] = json!({ "id": guid });
    }
    if policy["grantControls"].is_null() && policy["sessionControls"].is_null() {
        values["session_controls"] =
            json!({ "sign_in_frequency": { "is_enabled": true, "type": "hours", "value": 8 } });
    }
    values.as_object_mut()?.remove("id");
    Some(values)
}

fn given_to_microsoft365(policy: &Value, guid: &str) -> Vec<(&'static str, Value)> {
    let strength = &policy["grantControls"]["authenticationStrength"];
    vec![
        ("/id", json!(guid)),
        ("/created_date_time", json!("2026-05-04T08:00:00Z")),
        ("/modified_date_time", Value::Null),
        ("/deleted_date_time", Value::Null),
        ("/template_id", Value::Null),
        ("/partial_enablement_strategy", Value::Null),
        ("/grant_controls/authentication_strength/display_name", strength["displayName"].clone()),
        ("/grant_controls/authentication_strength/description", json!("")),
        ("/grant_controls/authentication_strength/policy_type", strength["policyType"].clone()),
        ("/grant_controls/authentication_strength/requirements_satisfied", strength["requirementsSatisfied"].clone()),
        ("/grant_controls/authentication_strength/allowed_combinations", strength["allowedCombinations"].clone()),
    ]
}

/// Something that Terraform manages.
struct Resource {
    provider: &'static Provider,
    type_name: &'static str,
    name: String,
    /// As it is written, with parts as objects.
    written: Value,
    /// What the service adds, by pointers into the values of a plan.
    given: Vec<(&'static str, Value)>,
    /// Whether a plan makes it or leaves it as it is; by turns if nobody asks.
    is_new: Option<bool>,
}

impl Resource {
    fn policy(provider: &'static Provider, policy: &Value, name: &str, guid: &str) -> Option<Self> {
        let written = (provider.values)(policy)?;
        let given = (provider.given)(policy, guid);
        Some(Self { provider, type_name: provider.policy, name: name.to_owned(), written, given, is_new: None })
    }

    fn is_policy(&self) -> bool {
        self.type_name == self.provider.policy
    }

    /// As it is written, in a plan's shape.
    fn planned(&self) -> Value {
        if !self.provider.blocks_are_arrays {
            return self.written.clone();
        }
        let mut values = as_arrays(&self.written);
        // The one block that is no array.
        values["timeouts"] = Value::Null;
        values
    }

    /// Does something about each attribute that the service adds.
    fn for_given(&self, values: &mut Value, act: impl Fn(&mut Map<String, Value>, &str, &Value)) {
        for (pointer, value) in &self.given {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            if let Some(Value::Object(parent)) = values.pointer_mut(parent)
                && parent.get(name).is_none_or(Value::is_null)
            {
                act(parent, name, value);
            }
        }
    }

    /// As it is in a state.
    fn stored(&self) -> Value {
        let mut values = self.planned();
        self.for_given(&mut values, |parent, name, value| {
            parent.insert(name.to_owned(), value.clone());
        });
        // azuread reads back the zero of the type for a scalar that is not set.
        for (pointer, zero) in [
            ("/grant_controls/0/authentication_strength_policy_id", json!("")),
            ("/session_controls/0/cloud_app_security_policy", json!("")),
            ("/session_controls/0/persistent_browser_mode", json!("")),
            ("/session_controls/0/application_enforced_restrictions_enabled", json!(false)),
            ("/session_controls/0/disable_resilience_defaults", json!(false)),
        ] {
            if let Some(value) = values.pointer_mut(pointer).filter(|value| value.is_null()) {
                *value = zero;
            }
        }
        values
    }

    /// As it is planned to be made, and what is not known of it.
    fn to_be_made(&self) -> (Value, Value) {
        let mut after = self.planned();
        self.for_given(&mut after, |parent, name, _| {
            parent.remove(name);
        });
        let mut unknown = mirror(&after);
        for (pointer, _) in self.given.iter().filter(|(pointer, _)| after.pointer(pointer).is_none()) {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            if let Some(Value::Object(parent)) = unknown.pointer_mut(parent) {
                parent.insert(name.to_owned(), json!(true));
            }
        }
        (after, unknown)
    }
}

/// The blocks of azuread as plans and states have them.
fn as_arrays(values: &Value) -> Value {
    let Value::Object(members) = values else { return values.clone() };
    let member = |(name, value): (&String, &Value)| match value {
        Value::Null if BLOCKS.contains(&name.as_str()) => (name.clone(), json!([])),
        Value::Object(_) => (name.clone(), json!([as_arrays(value)])),
        other => (name.clone(), other.clone()),
    };
    members.iter().map(member).collect::<Map<_, _>>().into()
}

/// What stands beside values that are all known and open: their lists and blocks, with `false` in them.
fn mirror(values: &Value) -> Value {
    match values {
        Value::Object(members) => {
            let nested = members.iter().filter(|(_, value)| value.is_object() || value.is_array());
            nested.map(|(name, value)| (name.clone(), mirror(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(elements) => elements.iter().map(mirror).collect(),
        _ => json!(false),
    }
}

/// What Terraform manages of a tenant.
pub(crate) struct Resources {
    provider: &'static Provider,
    list: Vec<Resource>,
    turn: usize,
}

impl Resources {
    /// As they are spelt in this turn: there are four.
    pub(crate) fn in_turn(mut self, turn: usize) -> Self {
        self.turn = turn;
        for resource in self.list.iter_mut().filter(|resource| resource.is_policy()) {
            unset(&mut resource.written, turn);
        }
        self
    }
}

/// The variant's policies and the strengths that they refer to; none if the provider cannot express them.
///
/// The names are such as have to be escaped.
pub(crate) fn resources(provider: &'static Provider, policies: &[Value]) -> Option<Resources> {
    let mut resources = Vec::new();
    for (index, policy) in policies.iter().enumerate() {
        let mut named = policy.clone();
        named["displayName"] = json!(display_name(index, policy));
        let guid = format!("ca000000-0000-4000-8000-{index:012}");
        resources.push(Resource::policy(provider, &named, &format!("p{index}"), &guid)?);
    }
    resources.extend(strengths(provider, policies)?);
    Some(Resources { provider, list: resources, turn: 0 })
}

/// The strengths of their own that policies refer to.
fn strengths(provider: &'static Provider, policies: &[Value]) -> Option<Vec<Resource>> {
    let mut strengths = Vec::new();
    for (index, policy) in policies.iter().enumerate() {
        let strength = &policy["grantControls"]["authenticationStrength"];
        // A strength that is told in full, if only its type is left out, is made by whoever refers to it.
        let has_combinations = strength["allowedCombinations"].is_array() && strength["policyType"].is_null();
        if strength["policyType"] != "custom" && !has_combinations {
            continue;
        }
        strengths.push(Resource {
            provider,
            type_name: provider.strength,
            name: format!("s{index}"),
            written: json!({
                "display_name": strength["displayName"],
                "description": "",
                "allowed_combinations": strength["allowedCombinations"],
            }),
            given: vec![("/id", json!(format!("{}{}", provider.strength_prefix, strength_guid(strength)?)))],
            // They are there, as a policy that refers to one that is yet to be made would not know its id.
            is_new: Some(false),
        });
    }
    Some(strengths)
}

/// The policies under their own names and ids, and as they are: a plan makes those that have no id and changes none.
pub(crate) fn as_they_are(provider: &'static Provider, policies: &[Value]) -> Option<Resources> {
    let made = policies.iter().enumerate().map(|(index, policy)| {
        let id = policy["id"].as_str();
        let mut resource = Resource::policy(provider, policy, &format!("p{index}"), id.unwrap_or_default())?;
        resource.is_new = Some(id.is_none());
        Some(resource)
    });
    let mut list: Vec<Resource> = made.collect::<Option<_>>()?;
    list.extend(strengths(provider, policies)?);
    Some(Resources { provider, list, turn: 0 })
}

/// What the policy at this index is called.
pub(crate) fn display_name(index: usize, policy: &Value) -> String {
    let name = policy["displayName"].as_str().unwrap();
    format!("{index} {name} \"a\\tb\" ${{x}} %{{if y}} $${{z}} ü\u{1F511}\nC:\\new\t.")
}

/// A policy that is no part of the tenant, and without a gap.
fn decoy(provider: &'static Provider, name: &str) -> Resource {
    let policy = json!({
        "displayName": "Not in the tenant", "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"],
            "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": ["All"] },
        },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
    });
    Resource::policy(provider, &policy, name, "dec00000-0000-4000-8000-000000000001").unwrap()
}

/// The values with the other state.
fn flipped(values: &Value) -> Value {
    let mut values = values.clone();
    let other = if values["state"] == "enabled" { "disabled" } else { "enabled" };
    values["state"] = json!(other);
    values
}

/// Every other resource is two modules deep.
fn is_inner(index: usize, turn: usize) -> bool {
    (index + turn) % 2 == 1
}

/// Whether the resource has a `count`.
fn is_counted(index: usize, turn: usize) -> bool {
    is_inner(index, turn) && turn >= 2
}

fn address(resource: &Resource, index: usize, turn: usize) -> String {
    let module = if is_inner(index, turn) { "module.ca.module.inner[\"a.b\"]." } else { "" };
    let index = if is_counted(index, turn) { "[0]" } else { "" };
    format!("{module}{}.{}{index}", resource.type_name, resource.name)
}

/// What is in the root module, and what is in the inner one; no key for nothing.
fn split(listed: impl Iterator<Item = Option<Value>>, turn: usize) -> (Map<String, Value>, Map<String, Value>) {
    let (mut root, mut inner) = (Map::new(), Map::new());
    for (index, resource) in listed.enumerate() {
        let module = if is_inner(index, turn) { &mut inner } else { &mut root };
        if let Some(resource) = resource {
            let resources = module.entry("resources").or_insert_with(|| json!([]));
            resources.as_array_mut().unwrap().push(resource);
        }
    }
    (root, inner)
}

/// `values` of a plan or state. The module between the two has no resources.
fn root_module(resources: &[Resource], turn: usize, values: impl Fn(usize, &Resource) -> Option<Value>) -> Value {
    let listed = resources.iter().enumerate().map(|(index, resource)| {
        let values = values(index, resource)?;
        let mut listed = json!({
            "address": address(resource, index, turn), "mode": "managed", "type": resource.type_name,
            "name": resource.name, "provider_name": resource.provider.source, "schema_version": 1,
            "values": values, "sensitive_values": mirror(&values),
        });
        if is_counted(index, turn) {
            listed["index"] = json!(0);
        }
        Some(listed)
    });
    let (mut root, mut inner) = split(listed, turn);
    if !inner.is_empty() {
        inner.insert("address".to_owned(), json!("module.ca.module.inner[\"a.b\"]"));
        root.insert("child_modules".to_owned(), json!([{ "address": "module.ca", "child_modules": [inner] }]));
    }
    json!({ "root_module": root })
}

/// `expressions` of the configuration: one for each attribute, within the blocks.
fn expressions(values: &Value) -> Value {
    let Value::Object(members) = values else { return Value::Null };
    let is_set = |value: &Value| !value.is_null() && value.as_array().is_none_or(|elements| !elements.is_empty());
    let expression = |value: &Value| match value.as_array() {
        Some(blocks) if blocks[0].is_object() => blocks.iter().map(expressions).collect(),
        _ => json!({ "constant_value": value }),
    };
    let set = members.iter().filter(|(_, value)| is_set(value));
    set.map(|(name, value)| (name.clone(), expression(value))).collect::<Map<_, _>>().into()
}

fn configuration(provider: &Provider, resources: &[Resource], turn: usize) -> Value {
    let key = provider.source.rsplit('/').next().unwrap();
    let listed = resources.iter().enumerate().map(|(index, resource)| {
        let mut listed = json!({
            "address": format!("{}.{}", resource.type_name, resource.name), "mode": "managed",
            "type": resource.type_name, "name": resource.name, "provider_config_key": key,
            "expressions": expressions(&resource.planned()), "schema_version": 1,
        });
        if is_counted(index, turn) {
            listed["count_expression"] = json!({ "constant_value": 1 });
        }
        Some(listed)
    });
    let (mut root, inner) = split(listed, turn);
    if !inner.is_empty() {
        let call = |source: &str, module: Value| json!({ "source": source, "module": module });
        let mut inner = call("./inner", inner.into());
        inner["for_each_expression"] = json!({ "constant_value": { "a.b": true } });
        let call = call("./ca", json!({ "module_calls": { "inner": inner } }));
        root.insert("module_calls".to_owned(), json!({ "ca": call }));
    }
    let tenant = json!({ "tenant_id": { "constant_value": "7e000000-0000-4000-8000-000000000001" } });
    json!({
        "provider_config": { key: { "name": key, "full_name": provider.source, "expressions": tenant } },
        "root_module": root,
    })
}

/// `terraform show -json` of a plan.
pub(crate) fn plan(tenant: &Resources) -> Vec<u8> {
    const ACTIONS: [&[&str]; 4] = [&["create"], &["no-op"], &["update"], &["delete", "create"]];
    let (resources, turn) = (&tenant.list, tenant.turn);
    let provider = tenant.provider;
    let action = |index: usize, resource: &Resource| match resource.is_new {
        None => (index + turn) % 4,
        Some(is_new) => usize::from(!is_new),
    };
    let before = |index: usize, resource: &Resource| match action(index, resource) {
        0 => None,
        1 => Some(resource.stored()),
        _ => Some(flipped(&resource.stored())),
    };
    let after = |index: usize, resource: &Resource| match action(index, resource) {
        0 | 3 => resource.to_be_made(),
        1 => (resource.stored(), json!({})),
        _ => (resource.stored(), mirror(&resource.stored())),
    };
    let entry = |address: &str, mode: &str, resource: &Resource, change: Value| {
        json!({
            "address": address, "mode": mode, "type": resource.type_name, "name": resource.name,
            "provider_name": resource.provider.source, "change": change,
        })
    };
    let change = |actions: &[&str], before: Option<Value>, after: Option<Value>, unknown: Value| {
        let beside = |values: &Option<Value>| values.as_ref().map_or(json!(false), mirror);
        json!({
            "actions": actions, "before": before, "after": after, "after_unknown": unknown,
            "before_sensitive": beside(&before), "after_sensitive": beside(&after),
        })
    };
    let mut changes: Vec<Value> = resources
        .iter()
        .enumerate()
        .map(|(index, resource)| {
            let (after, unknown) = after(index, resource);
            let actions = ACTIONS[action(index, resource)];
            let change = change(actions, before(index, resource), Some(after), unknown);
            let mut entry = entry(&address(resource, index, turn), "managed", resource, change);
            if is_inner(index, turn) {
                entry["module_address"] = json!("module.ca.module.inner[\"a.b\"]");
            }
            if is_counted(index, turn) {
                entry["index"] = json!(0);
            }
            entry
        })
        .collect();
    let (gone, read) = (decoy(provider, "gone"), decoy(provider, "read"));
    let deleted = change(&["delete"], Some(gone.stored()), None, json!({}));
    changes.push(entry(&format!("{}.gone", gone.type_name), "managed", &gone, deleted));
    let is_read = change(&["read"], None, Some(read.stored()), mirror(&read.stored()));
    changes.push(entry(&format!("data.{}.read", read.type_name), "data", &read, is_read));
    let drifted = change(&["update"], Some(gone.stored()), Some(flipped(&gone.stored())), json!({}));
    let document = json!({
        "format_version": "1.2", "terraform_version": "1.11.4",
        "planned_values": root_module(resources, turn, |index, resource| Some(after(index, resource).0)),
        "resource_drift": [entry(&format!("{}.gone", gone.type_name), "managed", &gone, drifted)],
        "resource_changes": changes,
        "prior_state": {
            "format_version": "1.0", "terraform_version": "1.11.4", "values": root_module(resources, turn, before),
        },
        "configuration": configuration(provider, resources, turn),
        "timestamp": "2026-05-04T08:00:00Z", "applyable": true, "complete": true, "errored": false,
    });
    document.to_string().into_bytes()
}

/// `terraform show -json` of a state.
pub(crate) fn state(tenant: &Resources) -> Vec<u8> {
    let (resources, turn) = (&tenant.list, tenant.turn);
    let values = root_module(resources, turn, |_, resource| Some(resource.stored()));
    let document = json!({ "format_version": "1.0", "terraform_version": "1.11.4", "values": values });
    document.to_string().into_bytes()
}

/// `terraform.tfstate`: resources by number and by name, of both versions of azuread's schema.
pub(crate) fn tfstate(tenant: &Resources) -> Vec<u8> {
    let (resources, turn) = (&tenant.list, tenant.turn);
    let provider = tenant.provider;
    let listed = resources.iter().enumerate().map(|(index, resource)| {
        let mut values = resource.stored();
        let is_old = (index + turn / 2).is_multiple_of(2) && resource.is_policy() && provider.blocks_are_arrays;
        if is_old {
            values["id"] = values["object_id"].take();
            values.as_object_mut().unwrap().remove("object_id");
        }
        let mut listed = json!({
            "mode": "managed", "type": resource.type_name, "name": resource.name,
            "provider": format!("provider[\"{}\"]", provider.source),
            "instances": [{
                "index_key": if turn.is_multiple_of(2) { json!(0) } else { json!("a.b") },
                "schema_version": i32::from(!is_old),
                "attributes": values, "sensitive_attributes": [], "private": "e30=", "dependencies": [],
            }],
        });
        if is_inner(index, turn) {
            listed["module"] = json!("module.ca.module.inner[\"a.b\"]");
        }
        listed
    });
    let mut listed: Vec<Value> = listed.collect();
    let read = decoy(provider, "read");
    listed.push(json!({
        "mode": "data", "type": read.type_name, "name": read.name,
        "provider": format!("provider[\"{}\"]", provider.source),
        "instances": [{ "schema_version": 1, "attributes": read.stored(), "sensitive_attributes": [] }],
    }));
    let document = json!({
        "version": 4, "terraform_version": "1.11.4", "serial": 3, "lineage": "39b6d8de-d187-40de-085e-eb63d8522f34",
        "outputs": {}, "resources": listed, "check_results": null,
    });
    document.to_string().into_bytes()
}

/// The strength with this id, if the configuration makes it.
fn reference(resources: &[Resource], id: &str) -> Option<String> {
    let made = resources.iter().filter(|resource| !resource.is_policy());
    let mut of_id = made.filter(|resource| resource.given.iter().any(|(_, value)| value == id));
    of_id.next().map(|resource| format!("{}.{}.id", resource.type_name, resource.name))
}

/// Keeps text from being read as a template.
fn no_template(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

/// A value in JSON syntax, where every text is a template.
fn text(value: &Value, resources: &[Resource]) -> Value {
    match value {
        Value::String(id) if reference(resources, id).is_some() => {
            json!(format!("${{{}}}", reference(resources, id).unwrap()))
        }
        Value::String(text) => json!(no_template(text)),
        Value::Array(elements) => elements.iter().map(|value| text(value, resources)).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), text(value, resources)));
            members.collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// `main.tf.json`: a block is an object, or an array with one.
pub(crate) fn tf_json(tenant: &Resources) -> Vec<u8> {
    let (resources, turn) = (&tenant.list, tenant.turn);
    let provider = tenant.provider;
    let mut types: Map<String, Value> = Map::new();
    for resource in resources {
        let values = if turn.is_multiple_of(2) { resource.written.clone() } else { resource.planned() };
        let of_type = types.entry(resource.type_name).or_insert_with(|| json!({}));
        of_type[&resource.name] = text(&values, resources);
        of_type[&resource.name]["//"] = json!({ "metadata": { "path": format!("stack/{}", resource.name) } });
    }
    let key = provider.source.rsplit('/').next().unwrap();
    let document = json!({
        "//": { "metadata": { "backend": "local", "stackName": "stack" } },
        "terraform": { "required_providers": { key: { "source": provider.source } } },
        "resource": types,
    });
    document.to_string().into_bytes()
}

/// `main.tf`, with the state of the first policy in a variable and an app in a local.
pub(crate) fn hcl(tenant: &Resources) -> Vec<u8> {
    let (resources, turn) = (&tenant.list, tenant.turn);
    let mode = resources.first().map_or("enabled", |policy| policy.written["state"].as_str().unwrap());
    let mut text = format!(
        "# Geschrieben für Menschen {{\nvariable \"mode\" {{\n  type    = string\n  default = {}\n}}\n\n\
         locals {{\n  arm = {} // Azure\n}}\n",
        quoted(mode),
        quoted(ARM)
    );
    let hcl = Hcl { resources, in_lines: turn % 2 == 1 };
    for (index, resource) in resources.iter().enumerate() {
        text.push_str(&format!("\nresource \"{}\" \"{}\" {{\n", resource.type_name, resource.name));
        for (name, value) in resource.written.as_object().unwrap() {
            if index == 0 && name == "state" {
                text.push_str("  state = var.mode # by default\n");
            } else {
                hcl.write(&mut text, name, value, 1);
            }
        }
        text.push_str("}\n");
    }
    text.into_bytes()
}

fn quoted(text: &str) -> String {
    let text = no_template(&text.replace('\\', "\\\\").replace('"', "\\\""));
    format!("\"{}\"", text.replace('\n', "\\n").replace('\t', "\\t"))
}

struct Hcl<'a> {
    resources: &'a [Resource],
    /// Whether each element has its own line.
    in_lines: bool,
}

impl Hcl<'_> {
    /// A block or an attribute. What is not set is left out if it is a block, and may be null if it is none.
    fn write(&self, text: &mut String, name: &str, value: &Value, depth: usize) {
        let indent = "  ".repeat(depth);
        let has_blocks = self.resources[0].provider.blocks_are_arrays;
        match value {
            Value::Null if has_blocks && BLOCKS.contains(&name) => {}
            Value::Object(members) => {
                let equals = if has_blocks { "" } else { "= " };
                text.push_str(&format!("{indent}{name} {equals}{{\n"));
                text.push_str(["", "    # } no end\n", "      /* nor \"this\n      { */\n"].get(depth).unwrap_or(&""));
                for (name, value) in members {
                    self.write(text, name, value, depth + 1);
                }
                text.push_str(&format!("{indent}}}\n"));
            }
            value => text.push_str(&format!("{indent}{name} = {}\n", self.expression(value, &indent))),
        }
    }

    fn expression(&self, value: &Value, indent: &str) -> String {
        match value {
            Value::String(text) if text == ARM => "local.arm".to_owned(),
            Value::String(text) => reference(self.resources, text).unwrap_or_else(|| quoted(text)),
            Value::Array(elements) if self.in_lines && !elements.is_empty() => {
                let lines = elements.iter().map(|one| format!("{indent}  {}, # ]\n", self.expression(one, indent)));
                format!("[\n{}{indent}]", lines.collect::<String>())
            }
            Value::Array(elements) => {
                let elements: Vec<String> = elements.iter().map(|one| self.expression(one, indent)).collect();
                format!("[{}]", elements.join(", "))
            }
            other => other.to_string(),
        }
    }
}
