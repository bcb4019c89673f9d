//! What enters a verdict from the edges: files that are not what they look like must neither be cover nor vanish.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use std::process::Command;

const CONTEXT: &str = "https://graph.microsoft.com/beta/$metadata#identity/conditionalAccess";

fn policy(id: u32, state: &str) -> Value {
    json!({
        "id": format!("a0000000-0000-4000-8000-{id:012}"), "displayName": format!("CA{id:03}"), "state": state,
        "conditions": {
            "clientAppTypes": ["all"], "applications": { "includeApplications": ["All"] },
            "users": { "includeUsers": ["All"], "excludeGroups": ["b0000000-0000-4000-8000-000000000001"] }
        },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] }, "sessionControls": null
    })
}

/// The exit code, the verdict on the default control and the rules that fire.
/// The exit code and the report of a run over these files.
fn report(files: &[(&str, &str)], arguments: &[&str]) -> (i32, Value) {
    let folder = support::folder(files);
    let output = Command::new(env!("CARGO_BIN_EXE_caplint"))
        .current_dir(folder.path())
        .args(["check", "--today", "2026-11-25", "--format", "json"])
        .args(arguments)
        .output()
        .unwrap();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap_or_default())
}

fn check(files: &[(&str, Value)]) -> (i32, String, Vec<String>) {
    let texts: Vec<(&str, String)> = files.iter().map(|(name, content)| (*name, content.to_string())).collect();
    let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let (code, report) = report(&files, &["--isolated"]);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rules = report["findings"].as_array().into_iter().flatten().map(|finding| text(&finding["rule"])).collect();
    (code, text(&report["tenants"][0]["controls"][0]["verdict"]), rules)
}

fn verdict(files: &[(&str, Value)]) -> String {
    check(files).1
}

#[test]
fn what_lies_in_the_recycle_bin_is_not_in_force() {
    let bin = |context: &str| json!({ "@odata.context": context, "value": [policy(1, "enabled")] });
    assert_eq!(verdict(&[("p.json", bin(&format!("{CONTEXT}/policies")))]), "enforced-except");
    for context in [
        format!("{CONTEXT}/deletedItems/policies"),
        "https://graph.microsoft.com/v1.0/$metadata#directory/deletedItems/policies".to_owned(),
    ] {
        assert_eq!(verdict(&[("p.json", bin(&context))]), "not-enforced", "{context}");
    }
}

#[test]
fn what_was_not_selected_is_not_known() {
    for (selected, left_out) in [
        ("id,state,conditions", "grantControls"),
        ("id,state,grantControls", "conditions"),
        ("id,conditions,grantControls", "state"),
    ] {
        let mut policy = policy(1, "enabled");
        policy.as_object_mut().unwrap().remove(left_out);
        let list = json!({ "@odata.context": format!("{CONTEXT}/policies({selected})"), "value": [policy] });
        assert_eq!(verdict(&[("p.json", list)]), "undecided", "{left_out}");
    }
}

#[test]
fn pages_that_lie_beside_each_other_are_one_list() {
    let page = |policies: &[u32], next: Option<&str>| {
        let policies: Vec<Value> = policies.iter().map(|id| policy(*id, "disabled")).collect();
        let mut page = json!({ "@odata.context": format!("{CONTEXT}/policies"), "value": policies });
        if let Some(next) = next {
            page["@odata.nextLink"] = json!(format!("https://graph.microsoft.com/beta/policies?{next}"));
        }
        page
    };
    let (one, two, three) = (page(&[1, 2], Some("$skip=2")), page(&[3, 4], Some("$skip=4")), page(&[5], None));
    let all = [("1.json", one.clone()), ("2.json", two.clone()), ("3.json", three.clone())];
    assert_eq!(verdict(&all), "not-enforced");
    // The last page does not say where it starts, so nobody can tell that the one before it is missing.
    for missing in [0, 2] {
        let mut some = all.to_vec();
        some.remove(missing);
        let (_, verdict, rules) = check(&some);
        assert_eq!(
            (verdict.as_str(), rules.contains(&"incomplete-export".to_owned())),
            ("undecided", true),
            "{missing}"
        );
    }
    let token = [("1.json", page(&[1], Some("$skiptoken=x"))), ("2.json", page(&[2], None))];
    assert_eq!(verdict(&token), "undecided", "nobody can tell where a token goes on");
}

#[test]
fn a_refused_request_is_no_empty_tenant() {
    let error = json!({ "error": { "code": "Forbidden", "message": "x" } });
    let (exit, _, rules) = check(&[("p.json", error.clone())]);
    assert_eq!((exit, rules), (2, vec!["failed-request".to_owned()]));
    let (exit, verdict, _) = check(&[("p.json", error), ("q.json", policy(1, "disabled"))]);
    assert_eq!((exit, verdict.as_str()), (1, "undecided"));
}

#[test]
fn a_template_beside_policies_is_no_policy() {
    let mut details = policy(1, "enabled");
    details.as_object_mut().unwrap().retain(|key, _| key == "conditions" || key == "grantControls");
    let template = json!({ "id": "x", "name": "MFA", "scenarios": "zeroTrust", "details": details });
    assert_eq!(verdict(&[("t.json", template), ("p.json", policy(1, "disabled"))]), "not-enforced");
}

#[test]
fn two_tenants_in_sibling_folders_never_close_each_others_gaps() {
    let other = |id: u32, state: &str, name: &str| {
        let mut policy = policy(id, state);
        policy["displayName"] = json!(name);
        policy
    };
    let dev = ("dev/ca.json", other(1, "disabled", "CA001"));
    let (exit, verdict, rules) = check(&[dev.clone(), ("prod/ca.json", other(2, "enabled", "CA001"))]);
    assert_eq!((exit, verdict.as_str()), (1, "undecided"));
    assert!(rules.contains(&"several-tenants".to_owned()), "{rules:?}");
    // Folders by kind hold parts of one tenant.
    let (exit, verdict, _) = check(&[dev, ("admins/ca.json", other(2, "enabled", "CA002"))]);
    assert_eq!((exit, verdict.as_str()), (0, "enforced-except"));
}

/// A key that nobody knows, at each object below `conditions` and `grantControls` in turn: whatever it means, the policy
/// is no cover any more.
#[test]
fn an_unknown_key_is_never_cover() {
    let full = json!({
        "id": "a0000000-0000-4000-8000-000000000001", "displayName": "CA001", "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"],
            "applications": { "includeApplications": ["All"], "applicationFilter": null },
            "users": {
                "includeUsers": ["All"],
                "includeGuestsOrExternalUsers": { "guestOrExternalUserTypes": "internalGuest",
                    "externalTenants": { "membershipKind": "all" } },
                "excludeGuestsOrExternalUsers": null
            },
            "platforms": { "includePlatforms": ["all"] },
            "locations": { "includeLocations": ["All"] },
            "devices": { "deviceFilter": { "mode": "exclude", "rule": "device.isCompliant -eq True -and device.isCompliant -eq False" } }
        },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] }
    });
    assert_eq!(verdict(&[("p.json", full.clone())]), "enforced");
    let mut tried = 0;
    let mut pointers = vec!["/conditions".to_owned(), "/grantControls".to_owned()];
    while let Some(pointer) = pointers.pop() {
        let object = full.pointer(&pointer).unwrap().as_object().unwrap();
        pointers
            .extend(object.iter().filter(|(_, value)| value.is_object()).map(|(key, _)| format!("{pointer}/{key}")));
        // What only adds guests can be lost without harm: all users are there.
        if pointer.contains("includeGuests") {
            continue;
        }
        for key in ["excludeUser", "exclude_users", "newAtMicrosoft"] {
            let mut changed = full.clone();
            changed.pointer_mut(&pointer).unwrap()[key] = json!(["b0000000-0000-4000-8000-000000000001"]);
            assert_eq!(verdict(&[("p.json", changed)]), "undecided", "{pointer}/{key}");
            tried += 1;
        }
    }
    assert_eq!(tried, 8 * 3);
}

/// A condition without a model is one finding of the tenant, which says what it does to the verdicts.
#[test]
fn a_condition_without_a_model_is_told_once() {
    let with = |mut policy: Value, condition: &str| {
        policy["conditions"][condition] = json!({ "someDay": true });
        policy
    };
    let except = |mut policy: Value| {
        policy["conditions"]["users"].as_object_mut().unwrap().remove("excludeGroups");
        policy
    };
    let told = |policies: Vec<Value>| {
        let policies = Value::from(policies).to_string();
        let (_, report) = report(&[("p.json", &policies)], &["--isolated"]);
        let findings = report["findings"].as_array().unwrap().iter();
        let told = findings.filter(|finding| finding["rule"] == "unknown-condition");
        let text = |finding: &Value| {
            let message = finding["message"].as_str().unwrap();
            let (_, effect) = message.split_once(" cover. ").unwrap();
            (effect.to_owned(), finding["locations"].as_array().unwrap().len())
        };
        told.map(text).collect::<Vec<_>>()
    };
    let because = "Because of it, mfa-azure-management is undecided.";
    assert_eq!(told(vec![with(policy(1, "enabled"), "times")]), [(because.to_owned(), 1)]);
    let twice = vec![with(policy(1, "enabled"), "times"), with(policy(2, "enabled"), "times")];
    assert_eq!(told(twice), [(because.to_owned(), 2)]);
    // Each of two conditions of one policy is enough.
    let both = vec![with(with(policy(1, "enabled"), "times"), "places")];
    let still = "Without it, mfa-azure-management would still be undecided.";
    assert_eq!(told(both), [(still.to_owned(), 1), (still.to_owned(), 1)]);
    let none = "It changes no verdict.";
    assert_eq!(told(vec![with(policy(1, "disabled"), "times")]), [(none.to_owned(), 1)]);
    assert_eq!(told(vec![policy(1, "enabled"), with(policy(2, "enabled"), "times")]), [(none.to_owned(), 1)]);
    let stricter = "Without it, mfa-azure-management would be enforced without exceptions.";
    let covered = vec![policy(1, "enabled"), with(except(policy(2, "enabled")), "times")];
    assert_eq!(told(covered), [(stricter.to_owned(), 1)]);
}

/// The verdict on a requirement of the configuration.
fn verdict_on(requirement: &str, files: &[(&str, &str)]) -> String {
    let (_, report) = report(files, &[]);
    let controls = report["tenants"][0]["controls"].as_array().unwrap();
    let control = controls.iter().find(|control| control["id"] == requirement).unwrap();
    control["verdict"].as_str().unwrap().to_owned()
}

const NETWORK: &str = "d0000000-0000-4000-8000-000000000001";

/// What is known of the location that a policy leaves out decides whether it blocks everything outside of the compliant network.
#[test]
fn the_compliant_network_is_a_location_of_its_own_kind() {
    let config = "[[requirement]]\nid = \"outside-the-network\"\nresources = [\"All\"]\noutside-compliant-network = true\n\
                  grant = \"block\"\n";
    let verdict = |locations: &Value, location: Option<Value>| {
        let mut policy = policy(1, "enabled");
        policy["conditions"]["locations"] = locations.clone();
        policy["grantControls"]["builtInControls"] = json!(["block"]);
        let (policy, location) = (policy.to_string(), location.unwrap_or(json!({})).to_string());
        verdict_on("outside-the-network", &[("p.json", &policy), ("l.json", &location), ("caplint.toml", config)])
    };
    let location = |kind: &str, further: Value| {
        let mut location = json!({ "@odata.type": format!("#microsoft.graph.{kind}"), "id": NETWORK,
                                   "displayName": "All Compliant Network locations", "isTrusted": true });
        for (key, value) in further.as_object().unwrap() {
            location[key] = value.clone();
        }
        Some(location)
    };
    let network =
        || location("compliantNetworkNamedLocation", json!({ "compliantNetworkType": "allTenantCompliantNetworks" }));
    let but = |excluded: &str| json!({ "includeLocations": ["All"], "excludeLocations": [excluded] });
    assert_eq!(verdict(&but(NETWORK), network()), "enforced-except");
    // Whoever is not blocked with everybody else can sign in from anywhere.
    assert_eq!(verdict(&Value::Null, network()), "not-enforced");
    assert_eq!(verdict(&but(NETWORK), None), "undecided");
    let unknown = location("compliantNetworkNamedLocation", json!({ "compliantNetworkType": "unknownFutureValue" }));
    assert_eq!(verdict(&but(NETWORK), unknown), "undecided");
    let office = location("ipNamedLocation", json!({ "ipRanges": [{ "cidrAddress": "203.0.113.0/24" }] }));
    assert_eq!(verdict(&but(NETWORK), office), "not-enforced");
    // Other addresses may be trusted.
    assert_eq!(verdict(&but("AllTrusted"), network()), "not-enforced");
    assert_eq!(verdict(&json!({ "includeLocations": ["AllTrusted"] }), network()), "not-enforced");
}

/// A policy for traffic of Global Secure Access is for no app.
#[test]
fn traffic_profiles_are_no_apps() {
    for key in ["globalSecureAccess", "networkAccess"] {
        let mut policy = policy(1, "enabled");
        policy["conditions"]["applications"] =
            json!({ "includeApplications": [], key: { "includeTrafficProfiles": "m365,internet" } });
        let (_, verdict, rules) = check(&[("p.json", policy)]);
        assert_eq!(verdict, "not-enforced");
        assert!(!rules.iter().any(|rule| rule == "never-applies" || rule == "unknown-property"), "{rules:?}");
    }
}

/// A requirement about an authentication context is met by policies that target it. A policy for all resources applies to the
/// request for the app.
#[test]
fn a_requirement_may_name_an_authentication_context() {
    let config = "[[requirement]]\nid = \"strong-context\"\nresources = [\"c1\"]\ngrant = \"mfa\"\n";
    let verdict = |applications: Value| {
        let mut policy = policy(1, "enabled");
        policy["conditions"]["applications"] = applications;
        verdict_on("strong-context", &[("p.json", &policy.to_string()), ("caplint.toml", config)])
    };
    let contexts = |listed: Value| json!({ "includeAuthenticationContextClassReferences": listed });
    assert_eq!(verdict(contexts(json!(["c1", "c2"]))), "enforced-except");
    assert_eq!(verdict(contexts(json!(["c2"]))), "not-enforced");
    assert_eq!(verdict(contexts(json!([7]))), "undecided");
    assert_eq!(verdict(json!({ "includeApplications": ["All"] })), "not-enforced");
}

/// What is not known of contexts is no finding.
#[test]
fn contexts_that_the_files_contradict_are_no_finding() {
    let context = |id: &str, available: Value| {
        json!({ "@odata.type": "#microsoft.graph.authenticationContextClassReference", "id": id,
                "displayName": "Strong", "description": null, "isAvailable": available })
    };
    let found = |contexts: &[Value], state: &str| {
        let mut policy = policy(1, state);
        policy["conditions"]["applications"] = json!({ "includeAuthenticationContextClassReferences": ["c1"] });
        let mut files = vec![("p.json", policy)];
        let lists: Vec<Value> = contexts.iter().map(|context| json!({ "value": [context] })).collect();
        files.extend(["a.json", "b.json"].into_iter().zip(lists));
        let (_, _, rules) = check(&files);
        rules.iter().filter(|rule| *rule == "ineffective-authentication-context").count()
    };
    assert_eq!(found(&[], "enabled"), 0);
    assert_eq!(found(&[context("c1", json!(true))], "enabled"), 0);
    assert_eq!(found(&[context("c1", json!(false))], "enabled"), 1);
    assert_eq!(found(&[context("c1", json!(false))], "disabled"), 0);
    assert_eq!(found(&[context("c1", json!(false)), context("c1", json!(true))], "enabled"), 0);
    assert_eq!(found(&[context("c1", Value::Null)], "enabled"), 0);
    assert_eq!(found(&[context("c2", json!(true))], "enabled"), 1);
}
