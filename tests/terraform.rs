//! Terraform and `OpenTofu`, through the binary: what counts, what is unknown, what is never shown, and where it points.

#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

mod support;

use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use support::folder;

const ARM: &str = "797f4846-ba00-4fd7-ba43-dac1f8f63013";

fn run(path: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    let output = command.current_dir(path).args(arguments).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

fn check(files: &[(&str, &str)]) -> Value {
    let folder = folder(files);
    serde_json::from_str(&run(folder.path(), &["check", "--isolated", "--format", "json"]).1).unwrap()
}

fn check_plan(plan: &Value) -> Value {
    check(&[("plan.json", &plan.to_string())])
}

fn control(report: &Value) -> &Value {
    &report["tenants"][0]["controls"][0]
}

fn verdict(report: &Value) -> &str {
    control(report)["verdict"].as_str().unwrap()
}

/// (kind, id) of every exception
fn exceptions(report: &Value) -> Vec<(String, String)> {
    let exceptions = control(report)["exceptions"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    exceptions.iter().map(|one| (text(&one["kind"]), text(&one["id"]))).collect()
}

fn rules(report: &Value) -> Vec<&str> {
    report["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
}

/// MFA for Azure management as azuread's plan has it.
fn mfa(users: Value) -> Value {
    let mut all = json!({ "included_users": ["All"] });
    all.as_object_mut().unwrap().extend(users.as_object().unwrap().clone());
    json!({
        "display_name": "MFA", "state": "enabled",
        "conditions": [{
            "client_app_types": ["all"],
            "applications": [{ "included_applications": [ARM], "filter": [] }],
            "users": [all],
            "platforms": [], "locations": [], "devices": [], "client_applications": [],
        }],
        "grant_controls": [{ "operator": "OR", "built_in_controls": ["mfa"], "authentication_strength_policy_id": null }],
        "session_controls": [],
    })
}

fn change(address: &str, actions: &[&str], after: Value, unknown: Value) -> Value {
    let (type_name, name) = address.rsplit_once('.').unwrap();
    let type_name = type_name.rsplit('.').next().unwrap();
    json!({
        "address": address, "mode": "managed", "type": type_name, "name": name.split('[').next(),
        "change": { "actions": actions, "before": null, "after": after, "after_unknown": unknown, "after_sensitive": {} },
    })
}

fn plan(changes: Vec<Value>, configuration: Value) -> Value {
    json!({
        "format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": changes,
        "configuration": { "provider_config": {}, "root_module": configuration },
    })
}

const MFA: &str = "azuread_conditional_access_policy.mfa";

/// The configuration of one policy, its excluded groups by an expression.
fn excluding(expression: Value) -> Value {
    json!({ "resources": [{
        "address": MFA, "mode": "managed", "type": "azuread_conditional_access_policy", "name": "mfa",
        "provider_config_key": "azuread",
        "expressions": { "conditions": [{ "users": [{ "excluded_groups": expression }] }] },
    }] })
}

fn unknown_groups() -> Value {
    json!({ "conditions": [{ "users": [{ "excluded_groups": true }] }], "id": true, "object_id": true })
}

#[test]
fn an_excluded_group_that_is_yet_to_be_made_stays_that_group() {
    let references = json!({ "references": ["azuread_group.break_glass.object_id", "azuread_group.break_glass"] });
    let group = change(
        "azuread_group.break_glass",
        &["create"],
        json!({ "display_name": "Break glass" }),
        json!({ "id": true, "object_id": true }),
    );
    let report = check_plan(&plan(
        vec![change(MFA, &["create"], mfa(json!({})), unknown_groups()), group],
        excluding(references),
    ));
    assert_eq!(verdict(&report), "enforced-except");
    let exceptions = exceptions(&report);
    assert!(exceptions.contains(&("group".into(), "azuread_group.break_glass".into())), "{exceptions:?}");
    // A constant that stood beside it is lost: there may be another group.
    assert_eq!(exceptions.len(), 2);
    let named =
        control(&report)["exceptions"].as_array().unwrap().iter().find(|one| one["id"] == "azuread_group.break_glass");
    assert_eq!(named.unwrap()["name"], "Break glass");
}

#[test]
fn the_same_reference_elsewhere_is_the_same_group() {
    let references = json!({ "references": ["azuread_group.admins.object_id", "azuread_group.admins"] });
    let mut configuration = excluding(references.clone());
    let mut other = configuration["resources"][0].clone();
    other["address"] = json!("azuread_conditional_access_policy.admins");
    other["name"] = json!("admins");
    other["expressions"] = json!({ "conditions": [{ "users": [{ "included_groups": references }] }] });
    configuration["resources"].as_array_mut().unwrap().push(other);
    let mut admins = mfa(json!({ "included_users": [] }));
    admins["display_name"] = json!("MFA for admins");
    let unknown = json!({ "conditions": [{ "users": [{ "included_groups": true }] }] });
    let changes = vec![
        change(MFA, &["create"], mfa(json!({})), unknown_groups()),
        change("azuread_conditional_access_policy.admins", &["create"], admins, unknown),
    ];
    let report = check_plan(&plan(changes, configuration));
    // The admins are picked up again; only what may have been lost from the list is left.
    assert_eq!(verdict(&report), "enforced-except");
    assert!(!exceptions(&report).iter().any(|(_, id)| id == "azuread_group.admins"));
    assert_eq!(exceptions(&report).len(), 1);
}

#[test]
fn what_is_unknown_is_never_taken_for_empty() {
    for (path, unknown) in [
        ("included_users", json!({ "conditions": [{ "users": [{ "included_users": true }] }] })),
        ("excluded_users", json!({ "conditions": [{ "users": [{ "excluded_users": true }] }] })),
        ("included_applications", json!({ "conditions": [{ "applications": [{ "included_applications": true }] }] })),
        ("excluded_applications", json!({ "conditions": [{ "applications": [{ "excluded_applications": true }] }] })),
        ("platforms", json!({ "conditions": [{ "platforms": true }] })),
        ("locations", json!({ "conditions": [{ "locations": [{ "excluded_locations": true }] }] })),
        ("built_in_controls", json!({ "grant_controls": [{ "built_in_controls": true }] })),
        ("state", json!({ "state": true })),
        ("conditions", json!({ "conditions": true })),
        ("users", json!({ "conditions": [{ "users": [true] }] })),
    ] {
        let mut after = mfa(json!({}));
        // What is unknown is missing from the values.
        for pointer in
            ["/conditions/0/users/0", "/conditions/0/applications/0", "/conditions/0", "/grant_controls/0", ""]
        {
            if let Some(object) = after.pointer_mut(pointer).and_then(Value::as_object_mut) {
                object.remove(path);
            }
        }
        if path == "locations" {
            after["conditions"][0]["locations"] = json!([{ "included_locations": ["All"] }]);
        }
        let report = check_plan(&plan(vec![change(MFA, &["create"], after, unknown)], json!({})));
        assert_eq!(verdict(&report), "undecided", "{path}: {report:#}");
        let finding = &report["findings"][0];
        assert!(
            finding["message"].as_str().unwrap().contains("Terraform knows it only after apply"),
            "{path}: {finding:#}"
        );
        assert!(
            finding["locations"][0]["pointer"].as_str().unwrap().contains("/after_unknown/"),
            "{path}: {finding:#}"
        );
    }
}

#[test]
fn what_the_provider_computes_is_no_doubt() {
    let unknown = json!({
        "id": true, "object_id": true, "conditions": [{ "insider_risk_levels": true }],
        "session_controls": [{ "sign_in_frequency_authentication_type": true, "sign_in_frequency_interval": true }],
    });
    let report = check_plan(&plan(vec![change(MFA, &["create"], mfa(json!({})), unknown)], json!({})));
    assert_eq!((verdict(&report), rules(&report)), ("enforced", vec!["management-api-only", "stored-query-disagrees"]));
}

#[test]
fn guests_that_are_not_known_yet_are_no_list() {
    let unknown = json!({ "conditions": [{ "users": [{ "excluded_guests_or_external_users": true }] }] });
    let policy = change(MFA, &["create"], mfa(json!({})), unknown);
    let report = check_plan(&plan(vec![policy], json!({})));
    assert_eq!(verdict(&report), "undecided");
    assert!(!rules(&report).contains(&"invalid-value"), "{:?}", rules(&report));
}

#[test]
fn one_unknown_element_does_not_hide_the_others() {
    let report = check_plan(&plan(
        vec![change(
            MFA,
            &["update"],
            mfa(json!({ "excluded_groups": ["66666666-6666-6666-6666-666666666666", null] })),
            json!({ "conditions": [{ "users": [{ "excluded_groups": [false, true] }] }] }),
        )],
        json!({}),
    ));
    assert_eq!(verdict(&report), "enforced-except");
    assert!(exceptions(&report).contains(&("group".into(), "66666666-6666-6666-6666-666666666666".into())));
}

#[test]
fn a_variable_is_followed_to_who_gives_it() {
    let inner = json!({
        "resources": [{
            "address": MFA, "mode": "managed", "type": "azuread_conditional_access_policy", "name": "mfa",
            "provider_config_key": "azuread", "count_expression": { "constant_value": 1 },
            "expressions": { "conditions": [{ "users": [{ "excluded_groups": { "references": ["var.bg", "var.more"] } }] }] },
        }],
        "variables": { "bg": {}, "more": {} },
    });
    let call = |bg: Value| {
        json!({ "module_calls": { "ca": {
            "source": "./ca", "module": inner,
            "expressions": { "bg": bg, "more": { "constant_value": "66666666-6666-6666-6666-666666666666" } },
        } } })
    };
    let address = "module.ca[\"a.b\"].azuread_conditional_access_policy.mfa[0]";
    let changes = || vec![change(address, &["create"], mfa(json!({})), unknown_groups())];
    let by_reference = json!({ "references": ["azuread_group.bg.object_id", "azuread_group.bg"] });
    let report = check_plan(&plan(changes(), call(by_reference)));
    let ids: Vec<String> = exceptions(&report).into_iter().map(|(_, id)| id).collect();
    assert!(ids.contains(&"azuread_group.bg".to_owned()), "{ids:?}");
    assert!(ids.contains(&"66666666-6666-6666-6666-666666666666".to_owned()), "{ids:?}");
    assert_eq!(report["tenants"][0]["controls"][0]["exceptions"][0]["policies"][0]["address"], address);

    // Where more decides than names, the list is just some groups.
    let report = check_plan(&plan(changes(), call(json!({ "references": ["each.value.bg", "each.value"] }))));
    assert_eq!(exceptions(&report).len(), 1);
    assert_eq!(verdict(&report), "enforced-except");
}

#[test]
fn a_word_in_a_condition_is_not_taken_for_an_element() {
    // included_users = var.scope == "All" ? [azuread_user.one.object_id] : []
    let references = json!({ "references": ["var.scope", "azuread_user.one.object_id", "azuread_user.one"] });
    let mut configuration = excluding(references.clone());
    configuration["resources"][0]["expressions"] =
        json!({ "conditions": [{ "users": [{ "included_users": references }] }] });
    configuration["variables"] = json!({ "scope": {} });
    let mut after = mfa(json!({}));
    after["conditions"][0]["users"][0].as_object_mut().unwrap().remove("included_users");
    let unknown = json!({ "conditions": [{ "users": [{ "included_users": true }] }] });
    let mut plan = plan(vec![change(MFA, &["create"], after, unknown)], configuration);
    plan["variables"] = json!({ "scope": { "value": "All" } });
    assert_eq!(verdict(&check_plan(&plan)), "undecided");
}

#[test]
fn an_id_that_the_plan_has_elsewhere_is_used() {
    let references = json!({ "references": ["data.azuread_group.bg.object_id", "data.azuread_group.bg"] });
    let mut plan = plan(vec![change(MFA, &["update"], mfa(json!({})), unknown_groups())], excluding(references));
    plan["prior_state"] = json!({ "values": { "root_module": { "resources": [{
        "address": "data.azuread_group.bg", "mode": "data", "type": "azuread_group", "name": "bg",
        "values": { "object_id": "b6000000-0000-4000-8000-000000000001" },
    }] } } });
    assert!(exceptions(&check_plan(&plan)).contains(&("group".into(), "b6000000-0000-4000-8000-000000000001".into())));
}

#[test]
fn what_is_judged_is_the_state_after_apply() {
    let addresses = ["a", "b", "c", "d"].map(|name| format!("azuread_conditional_access_policy.{name}"));
    let actions: [&[&str]; 4] = [&["create"], &["update"], &["no-op"], &["delete", "create"]];
    let changes: Vec<Value> = addresses
        .iter()
        .zip(actions)
        .map(|(address, actions)| change(address, actions, mfa(json!({})), json!({})))
        .collect();
    let report = check_plan(&plan(changes, json!({})));
    assert_eq!((report["tenants"][0]["policies"].as_u64(), verdict(&report)), (Some(4), "enforced"));

    let mut forgotten = change(MFA, &["forget"], Value::Null, json!({}));
    forgotten["change"]["before"] = mfa(json!({}));
    let report = check_plan(&plan(vec![forgotten], json!({})));
    assert_eq!(verdict(&report), "enforced", "what Terraform forgets stays in the tenant");

    let mut weakened = mfa(json!({}));
    weakened["state"] = json!("disabled");
    let mut update = change(MFA, &["update"], weakened, json!({}));
    update["change"]["before"] = mfa(json!({}));
    assert_eq!(verdict(&check_plan(&plan(vec![update], json!({})))), "not-enforced");
}

#[test]
fn a_plan_that_only_destroys_says_so_and_does_not_pass() {
    let mut destroyed = change(MFA, &["delete"], Value::Null, json!({}));
    destroyed["change"]["before"] = mfa(json!({}));
    let mut plan = plan(vec![destroyed], json!({}));
    plan["planned_values"] = json!({ "root_module": {} });
    let report = check_plan(&plan);
    assert_eq!(verdict(&report), "not-enforced");
    assert!(rules(&report).contains(&"destroyed-policies"));
}

#[test]
fn a_plan_about_other_things_passes_quietly() {
    let bucket = change("aws_s3_bucket.logs", &["create"], json!({ "bucket": "logs" }), json!({}));
    let folder = folder(&[("tfplan.json", &plan(vec![bucket], json!({})).to_string())]);
    let (code, text) = run(folder.path(), &["check", "--isolated", "--format", "concise"]);
    assert_eq!(code, 0, "{text}");
    assert!(!text.contains("error"), "{text}");
}

#[test]
fn nothing_is_counted_twice() {
    let mut plan = plan(vec![change(MFA, &["no-op"], mfa(json!({})), json!({}))], json!({}));
    let copy = json!({ "address": MFA, "mode": "managed", "type": "azuread_conditional_access_policy", "name": "mfa", "values": mfa(json!({})) });
    plan["planned_values"] = json!({ "root_module": { "resources": [copy] } });
    plan["prior_state"] = json!({ "format_version": "1.0", "values": { "root_module": { "resources": [copy] } } });
    plan["resource_drift"] = json!([change(MFA, &["update"], mfa(json!({})), json!({}))]);
    assert_eq!(check_plan(&plan)["tenants"][0]["policies"], 1);
}

#[test]
fn a_plan_that_was_cut_down_or_not_finished_is_not_trusted() {
    let copy = json!({ "address": MFA, "mode": "managed", "type": "azuread_conditional_access_policy", "name": "mfa", "values": mfa(json!({})) });
    let cut = json!({ "format_version": "1.2", "planned_values": { "root_module": { "resources": [copy] } } });
    assert_eq!(rules(&check_plan(&cut)), ["unread-format"]);

    let mut errored = plan(vec![], json!({}));
    errored["errored"] = json!(true);
    let report = check_plan(&errored);
    assert_eq!((rules(&report), verdict(&report)), (vec!["incomplete-export", "mfa-azure-management"], "undecided"));

    for later in ["azuread_conditional_access_policy", "azuread_group"] {
        let mut deferred = plan(vec![], json!({}));
        let change = json!({ "address": "x", "mode": "managed", "type": later, "change": { "actions": ["create"], "after": {} } });
        deferred["deferred_changes"] = json!([{ "reason": "provider_config_unknown", "resource_change": change }]);
        let folder = folder(&[("plan.json", &deferred.to_string())]);
        let (code, _) = run(folder.path(), &["check", "--isolated"]);
        assert_eq!(code, i32::from(later == "azuread_conditional_access_policy"), "{later}");
    }
}

#[test]
fn a_stream_of_messages_is_explained() {
    let stream = "{\"@level\":\"info\",\"@message\":\"Terraform 1.11.4\",\"type\":\"version\"}\n{\"@level\":\"info\",\"type\":\"planned_change\"}\n";
    let report = check(&[("plan.json", stream)]);
    assert_eq!(rules(&report), ["unread-format"]);
    assert!(report["findings"][0]["help"].as_str().unwrap().contains("terraform show -json"));
}

#[test]
fn nothing_secret_is_shown_in_any_report() {
    const SECRETS: [&str; 4] =
        ["33333333-3333-3333-3333-333333333333", "\"x\"", "localhost:18443", "22222222-2222-2222-2222-222222222222"];
    for testdata in ["terraform-plan-update", "terraform-states", "terraform-plan-with-its-files"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(testdata);
        for format in ["pretty", "concise", "json", "sarif"] {
            for more in [&["--reading", "stored-query"][..], &["--assume-enabled", "all"], &["-v"]] {
                let arguments = [&["check", "--isolated", "--format", format][..], more].concat();
                let (_, text) = run(&root, &arguments);
                for secret in SECRETS {
                    assert!(!text.contains(secret), "{testdata} {format}: {secret}\n{text}");
                }
            }
        }
        let (_, text) = run(&root, &["what-if", ".", "--isolated"]);
        assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{testdata}: {text}");
    }
}

#[test]
fn a_broken_plan_shows_no_more_than_the_character_that_is_wrong() {
    let text = r#"{"format_version": "1.2", "terraform_version": "1.11.4", "variables": {"secret": {"value": "hunter2"}},, "x": 1}"#;
    let folder = folder(&[("plan.json", text)]);
    for format in ["pretty", "sarif", "json"] {
        let (_, report) = run(folder.path(), &["check", "--isolated", "--format", format]);
        assert!(!report.contains("hunter2"), "{report}");
    }
}

#[test]
fn a_sensitive_value_counts_for_what_it_is() {
    let secret = "33333333-3333-3333-3333-333333333333";
    let mut excluding = change(MFA, &["create"], mfa(json!({ "excluded_users": [secret] })), json!({}));
    excluding["change"]["after_sensitive"] = json!({ "conditions": [{ "users": [{ "excluded_users": [true] }] }] });
    let mut including = mfa(json!({ "included_users": [secret] }));
    including["display_name"] = json!("MFA for the one");
    let including = change("azuread_conditional_access_policy.one", &["create"], including, json!({}));
    assert_eq!(verdict(&check_plan(&plan(vec![excluding.clone(), including], json!({})))), "enforced");
    let report = check_plan(&plan(vec![excluding], json!({})));
    assert_eq!(exceptions(&report), [("user".to_owned(), format!("excluded_users[0] of {MFA}"))]);

    // What Terraform forgets is told by what was.
    let mut forgotten = change(MFA, &["forget"], Value::Null, json!({}));
    forgotten["change"]["before"] = mfa(json!({ "excluded_users": [secret] }));
    forgotten["change"]["before_sensitive"] = json!({ "conditions": [{ "users": [{ "excluded_users": [true] }] }] });
    let report = check_plan(&plan(vec![forgotten], json!({})));
    assert_eq!(exceptions(&report), [("user".to_owned(), format!("excluded_users[0] of {MFA}"))]);

    // A whole policy may be sensitive. Microsoft's own words are no secret.
    let mut all = change(MFA, &["create"], mfa(json!({})), json!({}));
    all["change"]["after_sensitive"] = json!(true);
    assert_eq!(verdict(&check_plan(&plan(vec![all], json!({})))), "enforced");
}

/// Two providers, of which the second leads to another tenant or to the same one.
fn two_providers(second_tenant: Value) -> Value {
    let resource = |name: &str, key: &str| {
        json!({
            "address": format!("azuread_conditional_access_policy.{name}"), "mode": "managed",
            "type": "azuread_conditional_access_policy", "name": name, "provider_config_key": key, "expressions": {},
        })
    };
    let mut off = mfa(json!({}));
    off["state"] = json!("disabled");
    let mut plan = plan(
        vec![
            change("azuread_conditional_access_policy.a", &["create"], mfa(json!({})), json!({})),
            change("azuread_conditional_access_policy.b", &["create"], off, json!({})),
        ],
        json!({ "resources": [resource("a", "azuread"), resource("b", "azuread.b")] }),
    );
    let provider = |tenant: &Value| json!({ "name": "azuread", "expressions": { "tenant_id": tenant } });
    let mut second = provider(&second_tenant);
    second["alias"] = json!("b");
    let first = provider(&json!({ "constant_value": "00000000-0000-0000-0000-00000000000a" }));
    plan["configuration"]["provider_config"] = json!({ "azuread": first, "azuread.b": second });
    plan
}

#[test]
fn each_tenant_of_a_plan_is_judged_on_its_own() {
    let report = check_plan(&two_providers(json!({ "constant_value": "00000000-0000-0000-0000-00000000000b" })));
    let tenants: Vec<(&str, &str)> = report["tenants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tenant| (tenant["name"].as_str().unwrap(), tenant["controls"][0]["verdict"].as_str().unwrap()))
        .collect();
    assert_eq!(tenants, [(".", "enforced"), ("plan.json#b", "not-enforced")]);
    // An alias for other credentials is no other tenant.
    let report = check_plan(&two_providers(json!({ "constant_value": "00000000-0000-0000-0000-00000000000A" })));
    assert_eq!(report["tenants"].as_array().unwrap().len(), 1);
}

#[test]
fn both_versions_of_a_raw_state_have_the_same_ids() {
    let state = |version: u8, attributes: Value| {
        json!({ "version": 4, "lineage": "x", "serial": 1, "resources": [{
            "mode": "managed", "type": "azuread_conditional_access_policy", "name": "mfa",
            "provider": "provider[\"registry.terraform.io/hashicorp/azuread\"]",
            "instances": [{ "schema_version": version, "attributes": attributes }],
        }] })
        .to_string()
    };
    let with = |id: Value| {
        let mut values = mfa(json!({ "excluded_groups": ["b6000000-0000-4000-8000-000000000001"] }));
        values.as_object_mut().unwrap().extend(id.as_object().unwrap().clone());
        values
    };
    let guid = "ca000000-0000-4000-8000-000000000001";
    let path = format!("/identity/conditionalAccess/policies/{guid}");
    let report = check(&[
        ("old.tfstate", &state(0, with(json!({ "id": guid })))),
        ("new.tfstate", &state(1, with(json!({ "id": path, "object_id": guid })))),
    ]);
    // The same policy twice, counted once.
    assert_eq!(control(&report)["exceptions"][0]["policies"].as_array().unwrap().len(), 1);
    assert_eq!(control(&report)["exceptions"][0]["policies"][0]["id"], guid);
}

#[test]
fn a_location_or_strength_of_the_same_plan_is_known() {
    let mut after = mfa(json!({}));
    after["conditions"][0]["locations"] = json!([{ "included_locations": ["All"], "excluded_locations": ["/identity/conditionalAccess/namedLocations/10c00000-0000-4000-8000-000000000001"] }]);
    after["grant_controls"][0]["built_in_controls"] = Value::Null;
    after["grant_controls"][0]["authentication_strength_policy_id"] =
        json!("/policies/authenticationStrengthPolicies/51e00000-0000-4000-8000-000000000001");
    let location = json!({
        "id": "/identity/conditionalAccess/namedLocations/10c00000-0000-4000-8000-000000000001",
        "object_id": "10c00000-0000-4000-8000-000000000001", "display_name": "Offices",
        "ip": [{ "ip_ranges": ["203.0.113.0/24"], "trusted": true }], "country": [],
    });
    let strength = json!({
        "id": "/policies/authenticationStrengthPolicies/51e00000-0000-4000-8000-000000000001", "display_name": "Keys",
        "allowed_combinations": ["fido2"],
    });
    let report = check_plan(&plan(
        vec![
            change(MFA, &["no-op"], after, json!({})),
            change("azuread_named_location.offices", &["no-op"], location, json!({})),
            change("azuread_authentication_strength_policy.keys", &["no-op"], strength, json!({})),
        ],
        json!({}),
    ));
    assert_eq!(verdict(&report), "not-enforced");
    assert!(report["findings"][0]["message"].as_str().unwrap().contains("in the location \"Offices\""));
}

const HCL: &str = r#"
resource "azuread_conditional_access_policy" "mfa" {
  display_name = "MFA"
  state        = STATE
  conditions {
    client_app_types = ["all"]
    applications { included_applications = APPS }
    users {
      included_users  = USERS
      excluded_groups = GROUPS
    }
  }
  grant_controls {
    operator          = "OR"
    built_in_controls = CONTROLS
  }
}
"#;

/// The policy with some of its values replaced by expressions.
fn hcl(replaced: &[(&str, &str)]) -> String {
    let usual = [
        ("STATE", "\"enabled\""),
        ("APPS", "[\"797f4846-ba00-4fd7-ba43-dac1f8f63013\"]"),
        ("USERS", "[\"All\"]"),
        ("GROUPS", "[]"),
        ("CONTROLS", "[\"mfa\"]"),
    ];
    replaced.iter().chain(&usual).fold(HCL.to_owned(), |text, (name, value)| text.replace(name, value))
}

#[test]
fn literals_locals_and_variables_are_read_across_the_files_of_a_folder() {
    let names = "variable \"mode\" { default = \"enabled\" }\nlocals { arm = \"797f4846-ba00-4fd7-ba43-dac1f8f63013\" }\nlocals {\n  apps = [local.arm]\n  c = { all = [\"mfa\"] }\n}\n";
    let text = hcl(&[
        ("STATE", "var.mode"),
        ("APPS", "local.apps"),
        ("CONTROLS", "local.c.all"),
        ("USERS", "[\"A${\"ll\"}\"]"),
    ]);
    let report = check(&[("main.tf", &text), ("names.tf", names)]);
    assert_eq!(verdict(&report), "enforced", "{report:#}");
    // Another folder's names are another module's.
    let report = check(&[("a/main.tf", &text), ("b/names.tf", names)]);
    assert_eq!(verdict(&report), "undecided");
}

#[test]
fn values_of_variables_are_those_that_terraform_takes() {
    let (text, variable) = (hcl(&[("STATE", "var.mode")]), "variable \"mode\" { default = \"enabled\" }\n");
    let with = |name: &str, value: &str| {
        let given = format!("mode = \"{value}\"\n");
        verdict(&check(&[("main.tf", &text), ("variables.tf", variable), (name, &given)])).to_owned()
    };
    assert_eq!(with("terraform.tfvars", "disabled"), "not-enforced");
    assert_eq!(with("prod.auto.tfvars", "disabled"), "not-enforced");
    let called = [("main.tf", text.as_str()), ("v.tf", variable), ("terraform.tfvars", "mode = lower(\"ENABLED\")\n")];
    let report = check(&called);
    assert_eq!((verdict(&report), rules(&report).contains(&"rejected-expression")), ("undecided", true));
    // Given on the command line, or not.
    assert_eq!(with("prod.tfvars", "disabled"), "undecided");
    assert_eq!(with("prod.tfvars", "enabled"), "enforced");
    let json =
        [("main.tf", text.as_str()), ("variables.tf", variable), ("terraform.tfvars.json", "{\"mode\": \"disabled\"}")];
    assert_eq!(verdict(&check(&json)), "not-enforced");
}

#[test]
fn a_reference_is_an_identity() {
    let text = hcl(&[("GROUPS", "[azuread_group.bg.object_id, data.azuread_group.other[\"x\"].object_id]")]);
    let group = "resource \"azuread_group\" \"bg\" { display_name = \"Break glass\" }\n";
    let report = check(&[("main.tf", &text), ("groups.tf", group)]);
    let known = exceptions(&report);
    assert_eq!(known.len(), 2, "{known:?}");
    assert!(known.contains(&("group".into(), "azuread_group.bg".into())));
    assert!(known.contains(&("group".into(), "data.azuread_group.other[\"x\"]".into())));
    let findings = report["findings"].as_array().unwrap();
    let exception = findings.iter().find(|finding| finding["rule"] == "unapproved-exception").unwrap();
    assert!(exception["message"].as_str().unwrap().contains("\"Break glass\""));
    // In two roots the same name is another group.
    let only =
        hcl(&[("USERS", "[]")]).replace("excluded_groups = []", "included_groups = [azuread_group.bg.object_id]");
    let only = only.replace("display_name = \"", "display_name = \"Second ");
    let report = check(&[("a/main.tf", &hcl(&[("GROUPS", "[azuread_group.bg.object_id]")])), ("b/main.tf", &only)]);
    assert_eq!(verdict(&report), "enforced-except");
}

#[test]
fn an_exception_is_approved_by_the_name_that_the_files_have_for_it() {
    let approval =
        "[[exception]]\ngroup = \"azuread_group.bg\"\nowner = \"identity@contoso.example\"\nreason = \"Emergency\"\n";
    let folder =
        folder(&[("main.tf", &hcl(&[("GROUPS", "[azuread_group.bg.object_id]")])), ("caplint.toml", approval)]);
    let report: Value = serde_json::from_str(&run(folder.path(), &["check", "--format", "json"]).1).unwrap();
    assert_eq!(control(&report)["exceptions"][0]["approved"], true);
    assert!(!rules(&report).iter().any(|rule| rule.ends_with("-exception")));
}

#[test]
fn a_literal_of_another_block_is_looked_up() {
    let arm =
        "data \"azuread_service_principal\" \"arm\" {\n  client_id = \"797f4846-ba00-4fd7-ba43-dac1f8f63013\"\n}\n";
    let text = hcl(&[("APPS", "[data.azuread_service_principal.arm.client_id]")]);
    assert_eq!(verdict(&check(&[("main.tf", &text), ("data.tf", arm)])), "enforced");
    assert_eq!(verdict(&check(&[("main.tf", &text)])), "undecided");
}

#[test]
fn what_needs_an_evaluator_is_unknown_and_says_why() {
    let instances = |argument: &str| hcl(&[]).replace("display_name =", &format!("{argument}\n  display_name ="));
    let dynamic = hcl(&[]).replace(
        "users {",
        "dynamic \"platforms\" {\n      for_each = var.x\n      content { included_platforms = [\"iOS\"] }\n    }\n    users {",
    );
    for (text, why) in [
        (hcl(&[("APPS", "[for app in var.apps : app.id]")]), "a variable gives it at run time"),
        (hcl(&[("APPS", "tolist(local.apps)")]), "an expression decides it"),
        (hcl(&[("STATE", "var.on ? \"enabled\" : \"disabled\"")]), "a variable gives it at run time"),
        (hcl(&[("STATE", "var.mode")]), "a variable gives it at run time"),
        (hcl(&[("USERS", "jsondecode(each.value.content).users")]), "`for_each` decides it"),
        (hcl(&[("USERS", "each.value.users")]), "`for_each` decides it"),
        (instances("for_each = var.policies"), "`for_each` determines whether the policy exists"),
        (instances("count = var.on ? 1 : 0"), "`count` determines whether the policy exists"),
        (dynamic, "a `dynamic` block decides it"),
    ] {
        let report = check(&[("main.tf", &text)]);
        assert_eq!(verdict(&report), "undecided", "{text}");
        let finding = &report["findings"][0];
        assert!(finding["message"].as_str().unwrap().contains(why), "{why}: {finding:#}");
        assert!(finding["help"].as_str().unwrap().contains("terraform show -json"), "{finding:#}");
    }
    assert_eq!(verdict(&check(&[("main.tf", &instances("count = 1"))])), "enforced");
    let none = folder(&[("main.tf", &instances("count = 0"))]);
    assert_eq!(run(none.path(), &["check", "--isolated"]).0, 1, "a policy that is not made protects nobody");
}

#[test]
fn an_alias_in_the_files_leads_to_another_tenant() {
    let other = hcl(&[("STATE", "\"disabled\"")]).replace("\"mfa\" {", "\"other\" {\n  provider = azuread.b");
    let report = check(&[("infra/main.tf", &hcl(&[])), ("infra/other.tf", &other)]);
    let names: Vec<&str> =
        report["tenants"].as_array().unwrap().iter().map(|tenant| tenant["name"].as_str().unwrap()).collect();
    assert_eq!(names, [".", "infra#b"]);
    let providers = "provider \"azuread\" { tenant_id = \"00000000-0000-0000-0000-00000000000a\" }\nprovider \"azuread\" {\n  alias = \"b\"\n  tenant_id = \"00000000-0000-0000-0000-00000000000a\"\n}\n";
    let report = check(&[("main.tf", &hcl(&[])), ("other.tf", &other), ("providers.tf", providers)]);
    assert_eq!(report["tenants"].as_array().unwrap().len(), 1);
}

#[test]
fn a_state_beside_its_files_is_the_same_policy_or_a_contradiction() {
    let state = |state: &str| {
        let mut values = mfa(json!({ "excluded_groups": [] }));
        values["state"] = json!(state);
        values["object_id"] = json!("ca000000-0000-4000-8000-000000000001");
        json!({ "version": 4, "lineage": "x", "resources": [{
            "mode": "managed", "type": "azuread_conditional_access_policy", "name": "mfa",
            "instances": [{ "schema_version": 1, "attributes": values }],
        }] })
        .to_string()
    };
    let report = check(&[("main.tf", &hcl(&[])), ("terraform.tfstate", &state("enabled"))]);
    assert_eq!(verdict(&report), "enforced");
    // What was strong yesterday does not cover for what is weak tomorrow.
    let report = check(&[("main.tf", &hcl(&[("STATE", "\"disabled\"")])), ("terraform.tfstate", &state("enabled"))]);
    assert!(rules(&report).contains(&"duplicate-policy"));
    assert_ne!(verdict(&report), "enforced");
}

#[test]
fn findings_of_a_plan_point_into_its_files() {
    let module = "module \"ca\" {\n  source = \"../modules/ca\"\n}\n";
    let mut after = mfa(json!({}));
    after["state"] = json!("enabledForReportingButNotEnforced");
    let address = "module.ca.azuread_conditional_access_policy.mfa";
    let configuration =
        json!({ "module_calls": { "ca": { "source": "../modules/ca", "module": { "resources": [] } } } });
    let plan = plan(vec![change(address, &["create"], after, json!({}))], configuration).to_string();
    let files = hcl(&[("STATE", "var.mode")]);
    let report = check(&[("live/main.tf", module), ("modules/ca/main.tf", &files), ("live/plan.json", &plan)]);
    let location = &report["findings"][0]["locations"][0];
    assert_eq!((location["path"].as_str(), location["start"]["line"].as_u64()), (Some("modules/ca/main.tf"), Some(4)));
    assert_eq!(location["pointer"], "/resource/azuread_conditional_access_policy/mfa/state");
    // The policy is in the tenant once, by its plan.
    assert_eq!(report["tenants"][0]["policies"], 1);

    // Two roots that would both do: the one with the plan in it.
    let plan_of_root = self::plan(vec![change(MFA, &["create"], mfa(json!({})), json!({}))], json!({})).to_string();
    let report = check(&[("a/main.tf", &files), ("b/main.tf", &files), ("b/plan.json", &plan_of_root)]);
    assert_eq!(report["tenants"][0]["policies"], 2);
}

/// Each dialect with one thing wrong in it: the finding's characters and the words it uses.
#[test]
fn one_thing_wrong_is_one_finding_at_its_characters_in_the_dialects_words() {
    let broken =
        |after: &mut Value| after["conditions"][0]["applications"][0]["included_applications"] = json!(["797f4846"]);
    let mut azuread = mfa(json!({}));
    broken(&mut azuread);
    let mut objects = json!({
        "display_name": "MFA", "state": "enabled",
        "conditions": {
            "client_app_types": ["all"], "applications": { "include_applications": ["797f4846"] },
            "users": { "include_users": ["All"] },
        },
        "grant_controls": { "operator": "OR", "built_in_controls": ["mfa"] },
    });
    let microsoft365 = "microsoft365_graph_beta_identity_and_access_conditional_access_policy.mfa";
    let plan_of = |address: &str, after: &Value| {
        format!("{:#}", plan(vec![change(address, &["create"], after.clone(), json!({}))], json!({})))
    };
    let state = json!({ "format_version": "1.0", "terraform_version": "1.11.4", "values": { "root_module": { "resources": [
        { "address": MFA, "mode": "managed", "type": "azuread_conditional_access_policy", "name": "mfa", "values": azuread },
    ] } } });
    let raw = json!({ "version": 4, "lineage": "x", "resources": [{
        "mode": "managed", "type": "azuread_conditional_access_policy", "name": "mfa",
        "instances": [{ "schema_version": 1, "attributes": azuread }],
    }] });
    let row = json!({ "PartitionKey": "CATemplate", "RowKey": "1", "JSON": json!({
        "displayName": "MFA", "state": "enabled",
        "conditions": { "clientAppTypes": ["all"], "applications": { "includeApplications": ["797f4846"] }, "users": { "includeUsers": ["All"] } },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
    }).to_string() });
    let tf_json = {
        let mut block = azuread.clone();
        for name in ["conditions", "grant_controls"] {
            block[name] = block[name][0].clone();
        }
        block.as_object_mut().unwrap().remove("session_controls");
        json!({ "resource": { "azuread_conditional_access_policy": { "mfa": block } } })
    };
    let own = "conditions.applications.included_applications[0]";
    for (name, text, words) in [
        ("plan.json", plan_of(MFA, &azuread), own),
        ("state.json", format!("{state:#}"), own),
        ("terraform.tfstate", format!("{raw:#}"), own),
        ("main.tf.json", format!("{tf_json:#}"), own),
        ("main.tf", hcl(&[("APPS", "[\"797f4846\"]")]), own),
        ("m365.json", plan_of(microsoft365, &objects), "conditions.applications.include_applications[0]"),
        ("row.json", format!("{row:#}"), "conditions.applications.includeApplications[0]"),
    ] {
        let report = check(&[(name, &text)]);
        let findings: Vec<&Value> =
            report["findings"].as_array().unwrap().iter().filter(|one| one["rule"] == "invalid-id").collect();
        let [finding] = findings.as_slice() else { panic!("{name}: {report:#}") };
        assert!(finding["message"].as_str().unwrap().contains(&format!("`{words}`")), "{name}: {finding:#}");
        let start = &finding["locations"][0]["start"];
        let line = text.lines().nth(usize::try_from(start["line"].as_u64().unwrap()).unwrap() - 1).unwrap();
        let column = usize::try_from(start["column"].as_u64().unwrap()).unwrap() - 1;
        let at: String = line.chars().skip(column).collect();
        assert!(at.starts_with("\"797f4846") || at.starts_with("\\\"797f4846"), "{name}: {at}");
        if let Some(address) = finding["policy"]["address"].as_str() {
            assert_eq!(address.rsplit_once('.').map(|(_, name)| name), Some("mfa"), "{name}");
        }
    }
    // The pointer is one that any reader of the document can follow.
    objects["state"] = json!("on");
    azuread["state"] = json!("on");
    let text = plan_of(MFA, &azuread);
    let report = check(&[("plan.json", &text)]);
    for finding in report["findings"].as_array().unwrap() {
        for location in finding["locations"].as_array().unwrap() {
            let document: Value = serde_json::from_str(&text).unwrap();
            let pointer = location["pointer"].as_str().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    }
}

#[test]
fn other_providers_and_damaged_entries_are_not_passed_over() {
    let msgraph = change(
        "msgraph_resource.policy",
        &["create"],
        json!({ "url": "identity/conditionalAccess/policies", "body": { "displayName": "x" } }),
        json!({}),
    );
    let both = vec![change(MFA, &["create"], mfa(json!({})), json!({})), msgraph];
    let report = check_plan(&plan(both, json!({})));
    assert_eq!(report["tenants"][0]["policies"], 1);
    assert!(rules(&report).contains(&"unread-format"));
    let wp =
        change("microsoft365wp_conditional_access_policy.p", &["create"], json!({ "display_name": "x" }), json!({}));
    assert_eq!(check_plan(&plan(vec![wp], json!({})))["tenants"][0]["policies"], 1);
    // What is sent is not known.
    let hcl =
        "resource \"msgraph_resource\" \"p\" {\n  url = \"identity/conditionalAccess/policies\"\n  body = var.x\n}\n";
    assert!(rules(&check(&[("main.tf", hcl)])).contains(&"unread-format"));

    let damaged = json!({ "format_version": "1.2", "resource_changes": [{ "type": "azuread_conditional_access_policy" }, 7, {}] });
    let report = check_plan(&damaged);
    assert_eq!(report["tenants"][0]["policies"], 1);
    assert!(rules(&report).contains(&"invalid-value"));
}

#[test]
fn providers_with_graphs_words_are_read() {
    let graph = r#"resource "msgraph_resource" "mfa" {
  for_each = toset(["CA001"])
  url      = "identity/conditionalAccess/policies"
  body = {
    displayName = each.key
    state       = "enabled"
    conditions = {
      clientAppTypes = ["all"]
      applications   = { includeApplications = ["All"] }
      users          = { includeUsers = ["All"], excludeGroups = local.excluded }
    }
    grantControls = { operator = "OR", builtInControls = ["mfa"] }
  }
}
locals {
  excluded = ["b6000000-0000-4000-8000-000000000001"]
}
"#;
    let report = check(&[("main.tf", graph)]);
    assert_eq!(verdict(&report), "enforced-except");
    let exception = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["rule"] == "unapproved-exception")
        .unwrap();
    assert_eq!(exception["policy"]["address"], "msgraph_resource.mfa[\"CA001\"]");
    assert_eq!(exception["locations"][0]["start"]["line"], 16);
    let snake = r#"resource "microsoft365wp_conditional_access_policy" "mfa" {
  display_name = "MFA"
  state        = "enabled"
  conditions = {
    client_app_types = ["all"]
    applications     = { include_applications = ["All"] }
    users = {
      include_users = ["All"]
      exclude_guests_or_external_users = {
        guest_or_external_user_types = "serviceProvider"
        external_tenants = {
          membership_kind = "enumerated"
          enumerated      = { members = ["7e000000-0000-4000-8000-000000000001"] }
        }
      }
    }
  }
  grant_controls = { operator = "OR", built_in_controls = ["mfa"] }
}
"#;
    let report = check(&[("main.tf", snake)]);
    assert_eq!(verdict(&report), "not-enforced");
    let tenant = &control(&report)["witness"]["signInIdentity"]["externalTenantId"];
    assert_eq!(*tenant, "7e000000-0000-4000-8000-000000000001", "{report:#}");
}

/// Each of these is on for one value of what the files do not state, and off for another.
#[test]
fn what_a_value_that_is_not_stated_may_decide_is_undecided() {
    let more = "variable \"k\" {}\nvariable \"on\" {\n  type = bool\n}\nlocals {\n  of = { prod = \"enabled\" }\n}\n\
        data \"azuread_group\" \"a\" {\n  display_name = \"a\"\n}\ndata \"azuread_group\" \"b\" {\n  display_name = \"b\"\n}\n";
    for state in [
        // What is tried may fail at run time.
        r#"try([tonumber(var.k), "enabled"], [0, "disabled"])[1]"#,
        r#"can([for x in concat(["1"], var.k) : tonumber(x)]) ? "enabled" : "disabled""#,
        r#"can({ for x in concat(["s"], var.k) : x => "enabled" }) ? "enabled" : "disabled""#,
        r#"can(local.of[data.azuread_group.a.description]) ? "enabled" : "disabled""#,
        r#"can([data.azuread_group.a.members[0]]) ? "enabled" : "disabled""#,
        // A key that is not stated may be one of those before it.
        r#"{ state = "enabled", (var.k) = "disabled" }.state"#,
        r#"zipmap(["state", var.k], ["enabled", "disabled"]).state"#,
        // Ids that are not stated may be the same.
        r#"length(distinct([data.azuread_group.a.id, data.azuread_group.b.id])) == 2 ? "enabled" : "disabled""#,
        r#"length(toset([data.azuread_group.a.id, "11111111-1111-4111-8111-111111111111"])) == 2 ? "enabled" : "disabled""#,
        r#"tolist(toset([data.azuread_group.a.id, "x"]))[1] == "x" ? "enabled" : "disabled""#,
        // What is not stated may be of any length.
        r#"flatten([var.k, ["enabled"]])[0]"#,
        r#"length(var.on ? ["a"] : ["a", "a"]) == 1 ? "enabled" : "disabled""#,
        r#"one([for x in ["enabled", var.k] : x if x != "enabled"]) == null ? "enabled" : "disabled""#,
    ] {
        let report = check(&[("main.tf", &hcl(&[("STATE", state)])), ("more.tf", more)]);
        assert_eq!(verdict(&report), "undecided", "{state}\n{report:#}");
    }
}

#[test]
fn what_is_deep_is_evaluated_and_what_is_bottomless_is_told() {
    let chain = |length: usize| {
        let links: Vec<String> = (1..length).map(|link| format!("  l{link} = local.l{}\n", link - 1)).collect();
        let text = hcl(&[("STATE", &format!("local.l{}", length - 1))]);
        check(&[("main.tf", &text), ("chain.tf", &format!("locals {{\n  l0 = \"enabled\"\n{}}}\n", links.concat()))])
    };
    assert_eq!(verdict(&chain(200)), "enforced");
    let report = chain(20_000);
    assert_eq!(verdict(&report), "undecided");
    assert!(rules(&report).contains(&"rejected-expression"));
}

/// Each of these doubles, or is multiplied, until nobody could wait for it.
#[test]
fn bombs_end_in_a_finding() {
    let doubled = |first: &str, step: &str| {
        let links: Vec<String> =
            (1..60).map(|link| format!("  l{link} = {}\n", step.replace('#', &(link - 1).to_string()))).collect();
        format!("locals {{\n  l0 = {first}\n{}}}\n", links.concat())
    };
    for (locals, name) in [
        (doubled("\"xxxxxxxxxx\"", "\"${local.l#}${local.l#}\""), "local.l59"),
        (doubled("[\"a\"]", "concat(local.l#, local.l#)"), "length(local.l59)"),
        (doubled("[\"a\"]", "[local.l#, local.l#]"), "jsonencode(local.l59)"),
        (doubled("[\"a\"]", "[local.l#, local.l#]"), "local.l59 == local.l58 ? \"a\" : \"b\""),
        ("locals {\n  r = range(1000)\n}\n".to_owned(), "length(setproduct(local.r, local.r, local.r, local.r))"),
        (
            "locals {\n  a = join(\"\", range(1000))\n}\n".to_owned(),
            "replace(replace(local.a, \"1\", local.a), \"2\", local.a)",
        ),
    ] {
        let text = hcl(&[]).replace("display_name = \"MFA\"", &format!("display_name = \"${{{name}}}\""));
        let report = check(&[("main.tf", &text), ("locals.tf", &locals)]);
        assert!(rules(&report).contains(&"rejected-expression"), "{locals}{name}\n{report:#}");
    }
}

#[test]
fn files_are_read_within_the_paths_only() {
    let folder = folder(&[
        ("given/main.tf", &hcl(&[("STATE", "trimspace(file(\"${path.module}/../outside/state.txt\"))")])),
        ("outside/state.txt", "enabled\n"),
        ("given/state.txt", "enabled\n"),
    ]);
    let verdict_of = |path: &str| {
        let report = run(folder.path(), &["check", "--isolated", "--format", "json", path]).1;
        verdict(&serde_json::from_str(&report).unwrap()).to_owned()
    };
    assert_eq!(verdict_of("given"), "undecided");
    assert_eq!(verdict_of("."), "enforced");
    std::fs::write(folder.path().join("given/main.tf"), hcl(&[("STATE", "trimspace(file(\"state.txt\"))")])).unwrap();
    assert_eq!(verdict_of("given"), "enforced");
    #[cfg(unix)]
    {
        std::fs::remove_file(folder.path().join("given/state.txt")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("outside/state.txt"), folder.path().join("given/state.txt"))
            .unwrap();
        assert_eq!(verdict_of("given"), "undecided");
    }
}

#[test]
fn the_command_line_gives_variables_their_values() {
    let variables = "variable \"mode\" {\n  type = string\n}\nvariable \"users\" {\n  type = list(string)\n}\n";
    let folder = folder(&[
        ("main.tf", &hcl(&[("STATE", "var.mode"), ("USERS", "var.users")])),
        ("variables.tf", variables),
        ("values/on.tfvars", "mode = \"enabled\"\nusers = [\"All\"]\n"),
        ("values/off.tfvars.json", "{\"mode\": \"disabled\"}"),
        ("values/list.tfvars.json", "[]"),
    ]);
    let verdict_of = |arguments: &[&str]| {
        let all = [["check", "--isolated", "--format", "json"].as_slice(), arguments].concat();
        let (code, report) = run(folder.path(), &all);
        if code == 2 { "error".to_owned() } else { verdict(&serde_json::from_str(&report).unwrap()).to_owned() }
    };
    assert_eq!(verdict_of(&[]), "undecided");
    assert_eq!(verdict_of(&["--var-file", "values/on.tfvars"]), "enforced");
    assert_eq!(verdict_of(&["--var-file", "values/on.tfvars", "--var-file", "values/off.tfvars.json"]), "not-enforced");
    assert_eq!(verdict_of(&["--var-file", "values/on.tfvars", "--var", "mode=disabled"]), "not-enforced");
    assert_eq!(verdict_of(&["--var", "mode=enabled", "--var", "users=[\"All\"]"]), "enforced");
    assert_eq!(verdict_of(&["--var-file", "missing.tfvars"]), "error");
    assert_eq!(verdict_of(&["--var-file", "values/list.tfvars.json"]), "error", "no value is dropped without a word");
}

#[test]
fn broken_hcl_is_a_finding_at_its_character() {
    let report =
        check(&[("main.tf", "resource \"azuread_conditional_access_policy\" \"mfa\" {\n  state = = \"enabled\"\n}\n")]);
    let finding = &report["findings"][0];
    assert_eq!(finding["rule"], "invalid-syntax");
    assert!(finding["message"].as_str().unwrap().starts_with("This file is not valid HCL"));
    assert_eq!(finding["locations"][0]["start"]["line"], 2);
}

#[test]
fn names_that_multiply_are_given_up() {
    use std::fmt::Write as _;
    let mut text = hcl(&[("USERS", "local.a0")]) + "locals {\n";
    for level in 0..15 {
        let next = vec![format!("local.a{}", level + 1); 10].join(", ");
        writeln!(text, "  a{level} = [{next}]").unwrap();
    }
    text.push_str("  a15 = \"All\"\n}\n");
    assert_eq!(verdict(&check(&[("main.tf", &text)])), "undecided");
}

#[test]
fn what_takes_a_parser_for_ever_is_refused_at_once() {
    let tangled = |levels: usize| "1+1+(".repeat(levels) + "\"x";
    let labels = format!("resource {} {{\n}}\n", "\"a\" ".repeat(100_000));
    let json = json!({ "resource": { "azuread_conditional_access_policy": { "mfa": { "state": format!("${{{}", tangled(60)) } } } });
    for (name, text) in [
        ("main.tf", format!("locals {{\n  a = {}\n}}\n", tangled(60))),
        ("main.tf", format!("# caplint: ignore[letter-case] x\nlocals {{\n  a = {}\n}}\n", tangled(60))),
        ("main.tf", labels),
        ("main.tf.json", json.to_string()),
    ] {
        // A test that hangs or a program that dies fails.
        let report = check(&[(name, &text)]);
        assert!(!rules(&report).is_empty(), "{name}");
    }
}

const NOT_IN_FORCE: [&str; 2] = ["not-enforced", "undecided"];

/// What there is a policy for, and what not, in the files of one configuration.
#[test]
fn only_what_terraform_makes_is_in_force() {
    for (body, expected) in [
        ("lifecycle {\n    enabled = false\n  }", "not-enforced"),
        ("lifecycle {\n    enabled = var.on\n  }", "undecided"),
        ("lifecycle {\n    enabled = true\n  }", "enforced"),
        ("for_each = {}", "not-enforced"),
        ("for_each = []", "not-enforced"),
        ("count = 0", "not-enforced"),
    ] {
        let text = hcl(&[]);
        let end = text.trim_end().rfind('}').unwrap();
        let text = format!("{}  {body}\n}}\n", &text[..end]);
        assert_eq!(verdict(&check(&[("main.tf", &text)])), expected, "{text}");
    }
}

#[test]
fn a_module_is_what_its_calls_make_of_it() {
    let variable = "variable \"mode\" {\n  default = \"enabled\"\n}\n";
    let module = format!("{variable}{}", hcl(&[("STATE", "var.mode")]));
    let call = |name: &str, arguments: &str| format!("module \"{name}\" {{\n  source = \"./ca\"\n{arguments}\n}}\n");
    let with = |root: &str| {
        let report = check(&[("main.tf", root), ("ca/main.tf", &module)]);
        verdict(&report).to_owned()
    };
    assert_eq!(with(&call("a", "")), "enforced");
    assert_eq!(with(&call("a", "  mode = \"enabled\"")), "enforced");
    assert_eq!(with(&call("a", "  mode = \"disabled\"")), "not-enforced");
    assert_eq!(with(&format!("locals {{\n  m = \"disabled\"\n}}\n{}", call("a", "  mode = local.m"))), "not-enforced");
    assert_eq!(with(&call("a", "  mode = var.unknown")), "undecided");
    assert_eq!(with(&(call("a", "  mode = \"disabled\"") + &call("b", "  mode = \"enabled\""))), "enforced");
    for off in ["count = 0", "for_each = {}", "lifecycle {\n    enabled = false\n  }"] {
        assert_eq!(with(&call("a", off)), "not-enforced", "{off}");
        assert_eq!(with(&(call("a", off) + &call("b", ""))), "enforced", "{off}");
    }
    assert_eq!(with(&call("a", "  count = var.on ? 1 : 0")), "undecided");
    // Nobody calls it.
    assert_eq!(with("terraform {\n  required_version = \">= 1.5\"\n}\n"), "undecided");
    // Values for another environment.
    let files = [("main.tf", call("a", "  mode = var.mode") + variable), ("ca/main.tf", module.clone())];
    let files = files.iter().map(|(name, text)| (*name, text.as_str()));
    let prod = [("env/prod.tfvars", "mode = \"disabled\"")];
    assert_eq!(verdict(&check(&files.chain(prod).collect::<Vec<_>>())), "undecided");
}

#[test]
fn what_is_declared_twice_is_rejected_whichever_value_is_the_better_one() {
    let call = "module \"ca\" {\n  source = \"./ca\"\n  mode = \"MODE\"\n}\n";
    let module = "variable \"mode\" {}\noutput \"mode\" {\n  value = \"enabled\"\n}\n".to_owned();
    let policy = |state: &str| hcl(&[("STATE", state)]);
    for (name, text, twice) in [
        ("local", policy("local.mode"), "locals {\n  mode = \"MODE\"\n}\n"),
        ("variable", policy("var.mode"), "variable \"mode\" {\n  default = \"MODE\"\n}\n"),
        ("output", policy("module.ca.out"), "module \"ca\" {\n  source = \"./out\"\n}\n"),
        ("module", String::new(), call),
        ("resource", String::new(), &policy("\"MODE\"")),
    ] {
        for modes in [["enabled", "disabled"], ["disabled", "enabled"], ["enabled", "enabled"]] {
            let [one, two] = modes.map(|mode| twice.replace("MODE", mode));
            let outputs = modes.map(|mode| format!("output \"out\" {{\n  value = \"{mode}\"\n}}\n")).concat();
            let ca = module.clone() + &policy("var.mode");
            let (two, ca) = if name == "output" { (String::new(), ca) } else { (two, ca) };
            let mut files = vec![("main.tf", text.as_str()), ("one.tf", &one), ("two.tf", &two)];
            match name {
                "output" => files.push(("out/main.tf", &outputs)),
                "module" => files.push(("ca/main.tf", &ca)),
                _ => {}
            }
            let report = check(&files);
            assert_eq!(verdict(&report), "undecided", "{name}: {modes:?}: {report:#}");
            assert!(rules(&report).contains(&"rejected-expression"), "{name}: {modes:?}");
        }
    }
}

#[test]
fn a_module_from_elsewhere_may_hold_policies() {
    let remote = "module \"ca\" {\n  source = \"someone/conditional-access/azuread\"\n}\n";
    let off = hcl(&[("STATE", "\"disabled\"")]);
    assert_eq!(verdict(&check(&[("main.tf", &off), ("ca.tf", remote)])), "undecided");
    assert_eq!(verdict(&check(&[("main.tf", &hcl(&[])), ("ca.tf", remote)])), "enforced", "more policies only add");
    let never = remote.replace("\n}", "\n  count = 0\n}");
    assert_eq!(verdict(&check(&[("main.tf", &off), ("ca.tf", &never)])), "not-enforced");
}

#[test]
fn files_override_and_replace_one_another_as_terraform_has_it() {
    let on = hcl(&[]);
    let off = hcl(&[("STATE", "\"disabled\"")]);
    let change = "resource \"azuread_conditional_access_policy\" \"mfa\" {\n  state = \"disabled\"\n}\n";
    for name in ["override.tf", "z_override.tf", "override.tofu"] {
        let report = check(&[("main.tf", &on), (name, change)]);
        assert!(NOT_IN_FORCE.contains(&verdict(&report)), "{name}: {}", verdict(&report));
        assert_eq!(report["tenants"][0]["policies"], 1, "{name}");
    }
    let variable = "variable \"mode\" {\n  default = \"enabled\"\n}\n";
    let var = hcl(&[("STATE", "var.mode")]);
    let files =
        [("main.tf", var.as_str()), ("v.tf", variable), ("a_override.tf", &variable.replace("enabled", "disabled"))];
    assert_eq!(verdict(&check(&files)), "not-enforced");
    assert_eq!(verdict(&check(&[("main.tf", &on), ("main.tofu", &off)])), "not-enforced");
    assert_eq!(verdict(&check(&[("main.tf", &off), ("main.tofu", &on)])), "enforced");
    assert_eq!(verdict(&check(&[("main.tofu", &off)])), "not-enforced");
}

#[test]
fn the_end_of_a_name_tells_what_the_content_does_not() {
    for (name, text) in [
        ("empty.tf", ""),
        ("comment.tf", "# nothing yet\n"),
        ("empty.tfvars", "\n"),
        ("new.tf", "action \"some_thing\" \"x\" {\n  config {\n    a = 1\n  }\n}\n"),
        ("ephemeral.tofu", "ephemeral \"random_password\" \"x\" {\n}\n"),
    ] {
        let report = check(&[("main.tf", &hcl(&[])), (name, text)]);
        assert_eq!((verdict(&report), rules(&report).contains(&"invalid-syntax")), ("enforced", false), "{name}");
    }
}

#[test]
fn a_plan_that_only_mentions_a_policy_is_about_other_things() {
    let note = json!({ "address": "null_resource.n", "mode": "managed", "type": "null_resource", "name": "n",
        "values": { "triggers": { "note": "see azuread_conditional_access_policy" } } });
    let cut = json!({ "format_version": "1.2", "planned_values": { "root_module": { "resources": [note] } } });
    assert_eq!(rules(&check_plan(&cut)), Vec::<&str>::new());
}

/// Each of these was taken for more than it is.
#[test]
fn what_may_not_come_to_be_is_no_cover() {
    for (key, value) in [("errored", json!(true)), ("complete", json!(false))] {
        let mut cut = plan(vec![change(MFA, &["create"], mfa(json!({})), json!({}))], json!({}));
        cut[key] = value;
        assert_eq!(verdict(&check_plan(&cut)), "undecided", "{key}");
    }
    let state = |more: Value| {
        let mut resource = json!({ "address": MFA, "mode": "managed", "type": "azuread_conditional_access_policy", "name": "mfa",
            "values": mfa(json!({})) });
        resource.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "format_version": "1.0", "values": { "root_module": { "resources": [resource] } } })
    };
    assert_eq!(verdict(&check_plan(&state(json!({})))), "enforced");
    assert_eq!(verdict(&check_plan(&state(json!({ "deposed_key": "byebye" })))), "not-enforced");
    let on = hcl(&[]);
    let dynamic = "resource \"azuread_conditional_access_policy\" \"mfa\" {\n  dynamic \"grant_controls\" {\n    for_each = []\n    content {\n      operator = \"OR\"\n    }\n  }\n}\n";
    assert_eq!(verdict(&check(&[("main.tf", &on), ("override.tf", dynamic)])), "not-enforced");
    let root = "terraform {\n}\n";
    assert_eq!(verdict(&check(&[("envs/prod/main.tf", root), ("modules/ca/main.tf", &on)])), "undecided");
    assert_eq!(verdict(&check(&[("modules/ca/main.tf", &on)])), "enforced", "a module by itself is what is looked at");
    for broken in ["override.tf", "terraform.tfvars", "main.tofu"] {
        assert_eq!(verdict(&check(&[("main.tf", &on), (broken, "resource {{{")])), "undecided", "{broken}");
    }
    assert_eq!(verdict(&check(&[("main.tf", "module {{{"), ("ca/main.tf", &on)])), "undecided");
}
