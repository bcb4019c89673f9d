//! Reading a policy and holding it against the schema are two programs. These properties hold them together.

#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, clippy::similar_names, clippy::cast_possible_truncation)]

use caplint::policy::{FileIndex, Origin, Wording, lower};
use caplint::schema::{self, Violation, ViolationKind};
use caplint::syntax::parse;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// A policy that uses everything caplint models.
fn full_policy() -> Value {
    let id = "b6000000-0000-4000-8000-000000000001";
    let guests = json!({
        "guestOrExternalUserTypes": "internalGuest,b2bCollaborationGuest",
        "externalTenants": {
            "@odata.type": "#microsoft.graph.conditionalAccessEnumeratedExternalTenants",
            "membershipKind": "enumerated",
            "members": [id]
        }
    });
    json!({
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#identity/conditionalAccess/policies/$entity",
        "id": id, "templateId": null, "displayName": "p", "createdDateTime": "2026-01-01T00:00:00Z",
        "modifiedDateTime": null, "deletedDateTime": null, "state": "enabled",
        "conditions": {
            "clientAppTypes": ["browser", "mobileAppsAndDesktopClients"],
            "signInRiskLevels": ["low"], "userRiskLevels": ["high", "none"], "servicePrincipalRiskLevels": [],
            "insiderRiskLevels": "minor,elevated",
            "authenticationFlows": { "transferMethods": "deviceCodeFlow,authenticationTransfer" },
            "clientApplications": {
                "includeServicePrincipals": ["ServicePrincipalsInMyTenant"], "excludeServicePrincipals": [id],
                "servicePrincipalFilter": null
            },
            "platforms": { "includePlatforms": ["all"], "excludePlatforms": ["iOS", "linux"] },
            "locations": { "includeLocations": ["All"], "excludeLocations": ["AllTrusted", id] },
            "devices": { "deviceFilter": { "mode": "exclude", "rule": "device.isCompliant -eq True" } },
            "applications": {
                "includeApplications": ["All"], "excludeApplications": ["Office365", id], "includeUserActions": [],
                "includeAuthenticationContextClassReferences": [],
                "applicationFilter": { "mode": "include", "rule": "CustomSecurityAttribute.A_B -eq \"x\"" }
            },
            "users": {
                "includeUsers": ["All", id], "excludeUsers": ["GuestsOrExternalUsers"],
                "includeGroups": [id], "excludeGroups": [id], "includeRoles": [id], "excludeRoles": [id],
                "includeGuestsOrExternalUsers": guests, "excludeGuestsOrExternalUsers": null
            }
        },
        "grantControls": {
            "operator": "OR", "builtInControls": ["mfa", "compliantDevice"], "customAuthenticationFactors": [],
            "termsOfUse": [id],
            "authenticationStrength": {
                "id": id, "displayName": "s", "policyType": "custom", "requirementsSatisfied": "mfa",
                "allowedCombinations": ["fido2", "password,sms"], "combinationConfigurations": []
            }
        },
        "sessionControls": {
            "disableResilienceDefaults": null, "applicationEnforcedRestrictions": { "isEnabled": true },
            "cloudAppSecurity": { "isEnabled": true, "cloudAppSecurityType": "blockDownloads" },
            "signInFrequency": {
                "isEnabled": true, "type": "hours", "value": 4, "frequencyInterval": "timeBased",
                "authenticationType": "primaryAndSecondaryAuthentication"
            },
            "persistentBrowser": { "isEnabled": true, "mode": "never" },
            "continuousAccessEvaluation": { "mode": "strictLocation" }, "secureSignInSession": { "isEnabled": true }
        }
    })
}

/// Every pointer into a value.
fn pointers(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members.iter().filter(|(key, _)| !key.contains('@')) {
                pointers(member, format!("{at}/{key}"), found);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                pointers(element, format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
    if !at.is_empty() {
        found.push(at);
    }
}

fn oddities() -> Vec<Value> {
    let words = [
        "",
        " ",
        "All",
        "all",
        "ALL",
        "None",
        "none",
        "enabled",
        "Enabled",
        "enabeld",
        "AND",
        "and",
        "mfa",
        "MFA",
        "block",
        "unknownFutureValue",
        "retinaScan",
        "System.Object[]",
        "@{x=1}",
        "low,high",
        "low, high",
        "low,",
        ",",
        "a b",
        "<BreakGlass>",
        "{{X}}",
        "%Y%",
        "Break glass",
        "797F4846-BA00-4FD7-BA43-DAC1F8F63013",
        "797f4846ba004fd7ba43dac1f8f63013",
        "/policies/authenticationStrengthPolicies/00000000-0000-0000-0000-000000000002",
        "fido2",
        "password",
        "builtIn",
        "2026-01-01T00:00:00Z",
        "c1",
        "include",
        "enumerated",
        "minor",
        "unknown",
        "member",
        "hidden",
        "windowsPhone",
        "verifiedID",
        "everyTimeStrict",
        "days",
        "urn:user:registerdevice",
    ];
    let mut all: Vec<Value> = words.into_iter().map(|word| json!(word)).collect();
    all.extend(words.into_iter().map(|word| json!([word])));
    all.extend([
        json!(null),
        json!(true),
        json!(0),
        json!(1.5),
        json!(-3),
        json!([]),
        json!({}),
        json!([null]),
        json!([[]]),
        json!([1]),
        json!({ "a": 1 }),
        json!({ "Id": null }),
        json!({ "mode": null, "rule": null }),
        json!({ "isEnabled": null }),
    ]);
    all
}

#[derive(Debug, Clone)]
enum Change {
    Replace(Value),
    Remove,
    AddUnknown,
    UpperCaseKey,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => select(oddities()).prop_map(Change::Replace),
        1 => Just(Change::Remove),
        1 => Just(Change::AddUnknown),
        1 => Just(Change::UpperCaseKey),
    ]
}

fn apply(policy: &mut Value, pointer: &str, change: &Change) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let Some(parent) = policy.pointer_mut(parent) else { return };
    match (parent, change) {
        (Value::Object(members), Change::Replace(value)) => _ = members.insert(key.to_owned(), value.clone()),
        (Value::Object(members), Change::Remove) => _ = members.remove(key),
        (Value::Object(members), Change::AddUnknown) => _ = members.insert("surprise".to_owned(), json!(["x"])),
        (Value::Object(members), Change::UpperCaseKey) => {
            if let Some(value) = members.remove(key) {
                members.insert(key.to_uppercase(), value);
            }
        }
        (Value::Array(elements), Change::Replace(value)) => {
            if let Some(element) = key.parse::<usize>().ok().and_then(|index| elements.get_mut(index)) {
                *element = value.clone();
            }
        }
        _ => {}
    }
}

fn damaged() -> impl Strategy<Value = Value> {
    let mut all = Vec::new();
    pointers(&full_policy(), String::new(), &mut all);
    proptest::collection::vec((select(all), change()), 1..4).prop_map(|changes| {
        let mut policy = full_policy();
        for (pointer, change) in &changes {
            apply(&mut policy, pointer, change);
        }
        policy
    })
}

#[test]
fn the_schemas_share_their_enumerations() {
    let definitions = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap()["$defs"].clone();
    let graph = definitions(schema::POLICY_SCHEMA);
    for text in [schema::AZUREAD_SCHEMA, schema::MICROSOFT365_SCHEMA, schema::MICROSOFT365_DSC_SCHEMA] {
        let own = definitions(text);
        let mut shared = 0;
        for (name, definition) in own.as_object().unwrap() {
            // Objects have members of other names.
            if definition.get("properties").is_none() && !graph[name].is_null() {
                for keyword in ["enum", "pattern", "anyOf", "x-members"] {
                    assert_eq!(definition[keyword], graph[name][keyword], "{name}");
                }
                shared += 1;
            }
        }
        assert!(shared > 5, "{shared}");
    }
}

fn origin() -> Origin {
    Origin::document(FileIndex(0))
}

/// Whether a violation leaves something that a verdict could rest on unsaid.
fn is_damage(violation: &Violation) -> bool {
    let modelled =
        ["/state", "/conditions", "/grantControls"].iter().any(|part| violation.pointer.as_str().starts_with(part));
    // Neither decides anything: what a strength is called, and which service principals a policy for them means.
    // So do actions and contexts beside the apps, which alone decide.
    let idle = [
        "/includeUserActions",
        "/includeAuthenticationContext",
        "/displayName",
        "/description",
        "/policyType",
        "/combinationConfigurations",
        "DateTime",
    ]
    .iter()
    .any(|end| violation.pointer.as_str().contains(end))
        || violation.pointer.as_str().starts_with("/conditions/clientApplications/");
    let damage = matches!(
        violation.kind,
        ViolationKind::WrongType { .. }
            | ViolationKind::Misspelt { .. }
            | ViolationKind::NotAllowed { .. }
            | ViolationKind::Unrecognised { .. }
            | ViolationKind::Hidden
            | ViolationKind::Truncated { .. }
    );
    // Ids that are none are kept as they are spelt and match no other id.
    let id = violation.pointer.as_str().ends_with("/id");
    modelled && damage && !idle && !id
}

#[test]
fn the_full_policy_is_in_order_for_both() {
    let text = full_policy().to_string();
    let node = parse(&text).unwrap();
    assert_eq!(schema::violations(&node, Wording::Graph), []);
    assert!(lower(&node, origin()).conforms);
}

/// Long lists are validated in pieces, which nobody notices.
#[test]
fn an_element_is_judged_alike_wherever_it_stands() {
    let violations_at = |length: usize, wrong: &[(usize, Value)]| {
        let mut elements = vec![json!("b6000000-0000-4000-8000-000000000001"); length];
        for (index, element) in wrong {
            elements[*index] = element.clone();
        }
        let mut policy = full_policy();
        policy["conditions"]["users"]["excludeUsers"] = Value::Array(elements);
        let text = policy.to_string();
        schema::violations(&parse(&text).unwrap(), Wording::Graph)
    };
    let elements = [json!("Bob"), json!(1), json!(["unknownFutureValue"]), json!({"a": [null]}), json!("All ")];
    for element in elements {
        let [alone] = violations_at(1, &[(0, element.clone())]).try_into().unwrap();
        let indices = [0, 999, 1_000, 2_345];
        let many = violations_at(2_500, &indices.map(|index| (index, element.clone())));
        assert_eq!(many.len(), indices.len());
        for (index, violation) in indices.into_iter().zip(many) {
            let shifted = alone.pointer.as_str().replacen("/excludeUsers/0", &format!("/excludeUsers/{index}"), 1);
            assert_eq!((violation.pointer.as_str(), violation.kind), (shifted.as_str(), alone.kind.clone()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_as_plainly_in_order_is_valid(policy in damaged()) {
        let text = policy.to_string();
        let node = parse(&text).unwrap();
        if lower(&node, origin()).conforms {
            prop_assert_eq!(schema::violations(&node, Wording::Graph), vec![], "{}", text);
            prop_assert!(schema::is_valid(&node, Wording::Graph));
        }
    }

    #[test]
    fn damage_is_never_trusted(policy in damaged()) {
        let text = policy.to_string();
        let node = parse(&text).unwrap();
        if schema::violations(&node, Wording::Graph).iter().any(is_damage) {
            let read = format!("{:?}", lower(&node, origin()).policy);
            prop_assert!(
                read.contains("Unknown(") || read.contains("doubt: Some") || read.contains("List(Err"),
                "{:?}\n{}", schema::violations(&node, Wording::Graph), text
            );
        }
    }
}
