//! The tenants as Terraform would spell them: two providers, five kinds of documents.

use serde_json::{Map, Value, json};

/// A provider's way with a policy.
pub(crate) struct Provider {
    pub(crate) type_name: &'static str,
    /// Attributes with blocks as objects; none for what the provider cannot express.
    pub(crate) values: fn(&Value) -> Option<Value>,
    /// A plan has its blocks as arrays.
    pub(crate) blocks_are_arrays: bool,
}

pub(crate) const AZUREAD: Provider =
    Provider { type_name: "azuread_conditional_access_policy", values: azuread, blocks_are_arrays: true };

pub(crate) const MICROSOFT365: Provider = Provider {
    type_name: "microsoft365_graph_beta_identity_and_access_conditional_access_policy",
    values: microsoft365,
    blocks_are_arrays: false,
};

/// A list that is not set is null or empty, by chance of its length.
fn list(value: &Value) -> Value {
    let words = |text: &str| text.split(',').filter(|word| !word.is_empty()).map(Value::from).collect::<Vec<_>>();
    match value {
        Value::String(text) => words(text).into(),
        other => other.clone(),
    }
}

fn azuread(policy: &Value) -> Option<Value> {
    let conditions = &policy["conditions"];
    let (users, apps, grant) = (&conditions["users"], &conditions["applications"], &policy["grantControls"]);
    let known = |object: &Value, names: &[&str]| {
        object.as_object().into_iter().flatten().all(|(key, value)| value.is_null() || names.contains(&key.as_str()))
    };
    let modelled = known(
        conditions,
        &[
            "users",
            "applications",
            "clientApplications",
            "clientAppTypes",
            "signInRiskLevels",
            "userRiskLevels",
            "servicePrincipalRiskLevels",
            "insiderRiskLevels",
            "platforms",
            "locations",
            "devices",
            "authenticationFlows",
        ],
    );
    let contexts = &apps["includeAuthenticationContextClassReferences"];
    // The provider has one level of insider risk, and no authentication contexts.
    let insider = conditions["insiderRiskLevels"].as_str().unwrap_or_default();
    if !modelled || contexts.as_array().is_some_and(|contexts| !contexts.is_empty()) || insider.contains(',') {
        return None;
    }
    let filter = |filter: &Value| {
        if filter.is_null() { Value::Null } else { json!({ "mode": filter["mode"], "rule": filter["rule"] }) }
    };
    let guests = |guests: &Value| {
        if guests.is_null() {
            return Value::Null;
        }
        let tenants = &guests["externalTenants"];
        json!({
            "guest_or_external_user_types": list(&guests["guestOrExternalUserTypes"]),
            "external_tenants": if tenants.is_null() { Value::Null } else {
                json!({ "membership_kind": tenants["membershipKind"], "members": tenants["members"] })
            },
        })
    };
    let scope = |scope: &Value, what: &str| {
        if scope.is_null() {
            return Value::Null;
        }
        let lower = what.to_lowercase();
        let mut block = Map::new();
        block.insert(format!("included_{lower}"), scope[format!("include{what}")].clone());
        block.insert(format!("excluded_{lower}"), scope[format!("exclude{what}")].clone());
        Value::Object(block)
    };
    let service_principals = &conditions["clientApplications"];
    Some(json!({
        "display_name": policy["displayName"],
        "state": policy["state"],
        "conditions": {
            "applications": {
                "included_applications": apps["includeApplications"],
                "excluded_applications": apps["excludeApplications"],
                "included_user_actions": apps["includeUserActions"],
                "filter": filter(&apps["applicationFilter"]),
            },
            "users": {
                "included_users": users["includeUsers"],
                "excluded_users": users["excludeUsers"],
                "included_groups": users["includeGroups"],
                "excluded_groups": users["excludeGroups"],
                "included_roles": users["includeRoles"],
                "excluded_roles": users["excludeRoles"],
                "included_guests_or_external_users": guests(&users["includeGuestsOrExternalUsers"]),
                "excluded_guests_or_external_users": guests(&users["excludeGuestsOrExternalUsers"]),
            },
            "client_app_types": conditions["clientAppTypes"],
            "client_applications": if service_principals.is_null() { Value::Null } else {
                json!({ "included_service_principals": service_principals["includeServicePrincipals"] })
            },
            "platforms": scope(&conditions["platforms"], "Platforms"),
            "locations": scope(&conditions["locations"], "Locations"),
            "devices": if conditions["devices"].is_null() { Value::Null } else {
                json!({ "filter": filter(&conditions["devices"]["deviceFilter"]) })
            },
            "sign_in_risk_levels": conditions["signInRiskLevels"],
            "user_risk_levels": conditions["userRiskLevels"],
            "service_principal_risk_levels": conditions["servicePrincipalRiskLevels"],
            "insider_risk_levels": insider,
            "authentication_flow_transfer_methods": list(&conditions["authenticationFlows"]["transferMethods"]),
        },
        "grant_controls": if grant.is_null() { Value::Null } else {
            json!({
                "operator": grant["operator"],
                "built_in_controls": grant["builtInControls"],
                "custom_authentication_factors": grant["customAuthenticationFactors"],
                "terms_of_use": grant["termsOfUse"],
                "authentication_strength_policy_id": strength(&grant["authenticationStrength"])
                    .map(|id| format!("/policies/authenticationStrengthPolicies/{id}")).unwrap_or_default(),
            })
        },
        "session_controls": null,
    }))
}

/// The id of a strength: the built-in ones are the same everywhere, the variants' own get one.
fn strength(strength: &Value) -> Option<&'static str> {
    match strength["displayName"].as_str()? {
        "Multifactor authentication" => Some("00000000-0000-0000-0000-000000000002"),
        "Phishing-resistant MFA" => Some("00000000-0000-0000-0000-000000000004"),
        _ => Some("51e00000-0000-4000-8000-000000000001"),
    }
}

/// Graph's names in snake case; objects, and lists where Graph has flags.
fn microsoft365(policy: &Value) -> Option<Value> {
    fn snake(value: &Value) -> Value {
        match value {
            Value::Object(members) => members
                .iter()
                .map(|(key, value)| {
                    let name = key.chars().fold(String::new(), |mut name, character| {
                        if character.is_ascii_uppercase() {
                            name.push('_');
                        }
                        name.push(character.to_ascii_lowercase());
                        name
                    });
                    let flags = ["insiderRiskLevels", "guestOrExternalUserTypes"].contains(&key.as_str());
                    (name, if flags { list(value) } else { snake(value) })
                })
                .collect::<Map<_, _>>()
                .into(),
            other => other.clone(),
        }
    }
    let mut values = snake(policy);
    if let Some(id) = strength(&policy["grantControls"]["authenticationStrength"]) {
        values["grant_controls"]["authentication_strength"] = json!({ "id": id });
    }
    values.as_object_mut()?.remove("id");
    Some(values)
}

/// The blocks of azuread as its plans have them: arrays of at most one object, and unset lists null or empty.
fn as_arrays(values: &Value) -> Value {
    const BLOCKS: [&str; 16] = [
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
        "ip",
        "country",
        "timeouts",
    ];
    match values {
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| {
                let block = BLOCKS.contains(&key.as_str());
                let value = match value {
                    Value::Null if block => json!([]),
                    value if block => json!([as_arrays(value)]),
                    Value::Array(elements) if elements.is_empty() && key.len() % 2 == 0 => Value::Null,
                    value => as_arrays(value),
                };
                (key.clone(), value)
            })
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// A resource in a tenant: its type and attributes.
pub(crate) struct Resource {
    type_name: String,
    values: Value,
    is_policy: bool,
}

/// The variant's policies and whatever they refer to; none if the provider cannot express them.
pub(crate) fn resources(provider: &Provider, policies: &[Value]) -> Option<Vec<Resource>> {
    let mut resources = Vec::new();
    for (index, policy) in policies.iter().enumerate() {
        let mut values = (provider.values)(policy)?;
        let id = format!("ca000000-0000-4000-8000-00000000000{index}");
        if provider.blocks_are_arrays {
            values["object_id"] = json!(id);
            values["id"] = json!(format!("/identity/conditionalAccess/policies/{id}"));
            values = as_arrays(&values);
        } else {
            values["id"] = json!(id);
        }
        resources.push(Resource { type_name: provider.type_name.to_owned(), values, is_policy: true });
        let combinations = &policy["grantControls"]["authenticationStrength"]["allowedCombinations"];
        if combinations.is_array() && provider.blocks_are_arrays {
            let id = strength(&policy["grantControls"]["authenticationStrength"])?;
            let id = format!("/policies/authenticationStrengthPolicies/{id}");
            let values = json!({ "id": id, "display_name": "s", "allowed_combinations": combinations });
            let type_name = "azuread_authentication_strength_policy".to_owned();
            resources.push(Resource { type_name, values, is_policy: false });
        } else if combinations.is_array() {
            let id = strength(&policy["grantControls"]["authenticationStrength"])?;
            let values = json!({ "id": id, "display_name": "s", "allowed_combinations": combinations });
            let type_name = "microsoft365_graph_beta_identity_and_access_authentication_strength_policy".to_owned();
            resources.push(Resource { type_name, values, is_policy: false });
        }
    }
    Some(resources)
}

/// `terraform show -json` of a plan.
pub(crate) fn plan(resources: &[Resource]) -> Vec<u8> {
    let actions = [json!(["create"]), json!(["no-op"]), json!(["update"]), json!(["delete", "create"])];
    let mut changes: Vec<Value> = Vec::new();
    let mut planned: Vec<Value> = Vec::new();
    for (index, resource) in resources.iter().enumerate() {
        let action = &actions[index % 4];
        let mut after = resource.values.clone();
        let mut unknown = json!({});
        if index % 4 == 0 {
            // What the service gives is not known before it has given it.
            for name in ["id", "object_id"].iter().filter(|_| resource.is_policy) {
                if after.as_object_mut().unwrap().remove(*name).is_some() {
                    unknown[*name] = json!(true);
                }
            }
        }
        let address = format!("{}.p{index}", resource.type_name);
        planned.push(json!({ "address": address, "mode": "managed", "type": resource.type_name, "name": format!("p{index}"), "values": after }));
        changes.push(json!({
            "address": address, "mode": "managed", "type": resource.type_name, "name": format!("p{index}"),
            "provider_name": "registry.terraform.io/hashicorp/azuread",
            "change": {
                "actions": action,
                "before": if index % 4 == 1 { after.clone() } else { Value::Null },
                "after": after, "after_unknown": unknown, "before_sensitive": false, "after_sensitive": {},
            },
        }));
    }
    // What goes, and what is only read, is not there after apply.
    if let Some(policy) = resources.first() {
        changes.push(json!({
            "address": format!("{}.old", policy.type_name), "mode": "managed", "type": policy.type_name, "name": "old",
            "change": { "actions": ["delete"], "before": policy.values, "after": null, "after_unknown": {}, "after_sensitive": false },
        }));
        changes.push(json!({
            "address": format!("data.{}.read", policy.type_name), "mode": "data", "type": policy.type_name, "name": "read",
            "change": { "actions": ["read"], "before": null, "after": policy.values, "after_unknown": {} },
        }));
    }
    let document = json!({
        "format_version": "1.2", "terraform_version": "1.11.4",
        "planned_values": { "root_module": { "resources": planned } },
        "resource_changes": changes,
        "prior_state": { "format_version": "1.0", "values": { "root_module": { "resources": planned } } },
        "configuration": { "provider_config": {}, "root_module": {} },
    });
    document.to_string().into_bytes()
}

/// `terraform show -json` of a state, the resources two modules deep.
pub(crate) fn state(resources: &[Resource]) -> Vec<u8> {
    let listed: Vec<Value> = resources
        .iter()
        .enumerate()
        .map(|(index, resource)| {
            json!({
                "address": format!("module.ca.module.inner[\"a.b\"].{}.p{index}", resource.type_name), "mode": "managed",
                "type": resource.type_name, "name": format!("p{index}"), "values": resource.values, "sensitive_values": {},
            })
        })
        .collect();
    let (one, rest) = listed.split_at(listed.len().min(1));
    let document = json!({
        "format_version": "1.0", "terraform_version": "1.11.4",
        "values": { "root_module": {
            "resources": one,
            "child_modules": [{
                "address": "module.ca",
                "child_modules": [{ "address": "module.ca.module.inner[\"a.b\"]", "resources": rest }],
            }],
        } },
    });
    document.to_string().into_bytes()
}

/// Raw `terraform.tfstate`, both versions of the resource's schema in it.
pub(crate) fn tfstate(resources: &[Resource]) -> Vec<u8> {
    let listed = resources.iter().enumerate().map(|(index, resource)| {
        let mut values = resource.values.clone();
        if index % 2 == 0 && resource.is_policy && values["object_id"].is_string() {
            let id = values.as_object_mut().unwrap().remove("object_id").unwrap();
            values["id"] = id;
        }
        let key = if index % 2 == 0 { json!(0) } else { json!("b") };
        json!({
            "module": "module.ca", "mode": "managed", "type": resource.type_name, "name": format!("p{index}"),
            "provider": "provider[\"registry.terraform.io/hashicorp/azuread\"]",
            "instances": [{ "index_key": key, "schema_version": index % 2, "attributes": values, "sensitive_attributes": [], "private": "e30=" }],
        })
    });
    let document = json!({
        "version": 4, "terraform_version": "1.11.4", "serial": 3, "lineage": "39b6d8de-d187-40de-085e-eb63d8522f34",
        "outputs": {}, "resources": listed.collect::<Vec<_>>(),
    });
    document.to_string().into_bytes()
}

/// `main.tf.json`, blocks as objects.
pub(crate) fn tf_json(resources: &[Resource]) -> Vec<u8> {
    let mut types: Map<String, Value> = Map::new();
    for (index, resource) in resources.iter().enumerate() {
        let of_type = types.entry(resource.type_name.clone()).or_insert_with(|| json!({}));
        of_type[format!("p{index}")] = without_ids(&resource.values, resource.is_policy);
    }
    json!({ "//": { "metadata": {} }, "resource": types }).to_string().into_bytes()
}

fn without_ids(values: &Value, is_policy: bool) -> Value {
    let mut values = values.clone();
    for name in ["id", "object_id"].iter().filter(|_| is_policy) {
        values.as_object_mut().unwrap().remove(*name);
    }
    values
}

/// `main.tf`, with the state of the first policy in a variable and an app in a local.
pub(crate) fn hcl(resources: &[Resource]) -> Vec<u8> {
    let mut text = String::from(
        "# Écrit à la main\nvariable \"mode\" {\n  default = \"MODE\"\n}\n\nlocals {\n  arm = \"797f4846-ba00-4fd7-ba43-dac1f8f63013\"\n}\n",
    );
    let mode = resources.iter().find(|resource| resource.is_policy).map(|resource| resource.values["state"].clone());
    text = text.replace("MODE", mode.as_ref().and_then(Value::as_str).unwrap_or("enabled"));
    let mut first = true;
    for (index, resource) in resources.iter().enumerate() {
        let values = without_ids(&resource.values, resource.is_policy);
        text.push_str(&format!("\nresource \"{}\" \"p{index}\" {{\n", resource.type_name));
        for (name, value) in values.as_object().unwrap() {
            if first && name == "state" {
                text.push_str("  state = var.mode # by default\n");
                first = false;
            } else {
                attribute(&mut text, name, value, 1);
            }
        }
        text.push_str("}\n");
    }
    text.replace("\"797f4846-ba00-4fd7-ba43-dac1f8f63013\"]", "local.arm]").into_bytes()
}

fn attribute(text: &mut String, name: &str, value: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Array(elements) if elements.first().is_some_and(Value::is_object) => {
            for block in elements {
                text.push_str(&format!("{indent}{name} {{\n"));
                for (name, value) in block.as_object().unwrap() {
                    attribute(text, name, value, depth + 1);
                }
                text.push_str(&format!("{indent}}}\n"));
            }
        }
        Value::Array(elements) if elements.is_empty() => {}
        Value::Null => {}
        value => text.push_str(&format!("{indent}{name} = {value}\n")),
    }
}
