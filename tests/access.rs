//! Who can sign in, as the JSON report says it.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use std::process::Command;
use support::folder;

const GROUP: &str = "90000001-0000-4000-8000-000000000000";

/// A requirement for somebody with a key in the group that is excluded from MFA.
const REACHES_AZURE: &str = r#"
[[access]]
id = "reaches-azure"
[access.can-sign-in]
users = [{ id = "90000050-0000-4000-8000-000000000000", groups = ["90000001-0000-4000-8000-000000000000"] }]
resources = ["Windows Azure Service Management API"]
with = ["fido2"]
"#;

fn policy(name: &str, state: &str, conditions: &Value, control: &str) -> Value {
    let mut policy = json!({
        "displayName": name, "state": state,
        "conditions": {
            "clientAppTypes": ["all"], "applications": { "includeApplications": ["All"] },
            "users": { "includeUsers": ["All"] },
        },
        "grantControls": { "operator": "OR", "builtInControls": [control] },
    });
    for (key, value) in conditions.as_object().unwrap() {
        policy["conditions"][key] = value.clone();
    }
    policy
}

/// The first answer of a tenant in which members of the group need no MFA.
fn answer(config: &str, other: &Value) -> Value {
    let excluded = json!({ "users": { "includeUsers": ["All"], "excludeGroups": [GROUP] } });
    let policies = json!({ "value": [policy("MFA", "enabled", &excluded, "mfa"), other] });
    let folder = folder(&[("policies.json", &policies.to_string()), ("caplint.toml", config)]);
    let arguments = ["check", ".", "--format", "json"];
    let output = Command::new(env!("CARGO_BIN_EXE_caplint")).current_dir(folder.path()).args(arguments).output();
    let report: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    let found = report["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "access");
    let mut answer = report["tenants"][0]["access"][0].clone();
    answer["level"] = found.map_or(Value::Null, |finding| finding["level"].clone());
    answer
}

#[test]
fn an_account_that_no_policy_refuses_can_sign_in() {
    let harmless = policy("Block others", "enabled", &json!({ "clientAppTypes": ["other"] }), "block");
    let answer = answer(REACHES_AZURE, &harmless);
    assert_eq!((&answer["verdict"], &answer["level"]), (&json!("can"), &Value::Null));
    assert_eq!((&answer["witness"], &answer["refusedBy"]), (&Value::Null, &json!([])));
}

#[test]
fn a_forgotten_exclusion_refuses_from_one_platform() {
    let linux = json!({ "platforms": { "includePlatforms": ["linux"] } });
    let answer = answer(REACHES_AZURE, &policy("Block linux", "enabled", &linux, "block"));
    assert_eq!((&answer["verdict"], &answer["level"]), (&json!("cannot"), &json!("error")));
    assert_eq!(answer["witness"]["signInConditions"]["devicePlatform"], "linux");
    assert_eq!(answer["witness"]["signInIdentity"]["groups"], json!([GROUP]));
    assert_eq!(answer["refusedBy"][0]["displayName"], "Block linux");
}

#[test]
fn what_fails_once_a_policy_is_on_is_a_warning() {
    let devices = policy("Managed devices", "enabledForReportingButNotEnforced", &json!({}), "compliantDevice");
    let answer = answer(REACHES_AZURE, &devices);
    assert_eq!(answer["judged"], json!({ "now": "can", "report-only": "cannot" }));
    assert_eq!(
        (&answer["level"], &answer["refusedBy"][0]["displayName"]),
        (&json!("warning"), &json!("Managed devices"))
    );
}

#[test]
fn what_is_not_known_is_undecided_and_told() {
    let times = json!({ "times": { "includedRanges": [] , "x": 1 } });
    let answer = answer(REACHES_AZURE, &policy("Odd block", "enabled", &times, "block"));
    assert_eq!((&answer["verdict"], &answer["level"]), (&json!("undecided"), &json!("error")));
    assert_eq!(answer["dependsOn"][0]["pointer"], "/conditions/times");
}

/// What an account has is not enough, or it is.
#[test]
fn what_an_account_has_counts() {
    let strength = json!({ "id": "00000000-0000-0000-0000-000000000004" });
    let mut phishing_resistant = policy("Keys", "enabled", &json!({}), "mfa");
    phishing_resistant["grantControls"] = json!({ "operator": "OR", "authenticationStrength": strength });
    let with =
        |methods: &str| answer(&REACHES_AZURE.replace("[\"fido2\"]", methods), &phishing_resistant)["verdict"].clone();
    assert_eq!([with("[\"fido2\"]"), with("[\"password\", \"sms\"]")], ["can", "cannot"]);
}

/// An approved account for emergencies is asked about without a word, unless somebody says that it is none.
#[test]
fn an_approved_emergency_account_must_get_in() {
    let exception = format!("[[exception]]\ngroup = \"{GROUP}\"\nowner = \"o\"\nreason = \"r\"\n");
    let devices = policy("Managed devices", "enabled", &json!({}), "compliantDevice");
    let judged = answer(&exception, &devices);
    assert_eq!((&judged["id"], &judged["verdict"]), (&json!(format!("break-glass/{GROUP}")), &json!("cannot")));
    let none = answer(&format!("{exception}break-glass = false\n"), &devices);
    assert_eq!((&none["id"], &none["level"]), (&Value::Null, &Value::Null));
}

/// (level, message) of each lock-out of a tenant.
fn locked_out(config: &str, policies: &[Value]) -> Vec<(String, String)> {
    let policies = json!({ "value": policies });
    let folder = folder(&[("policies.json", &policies.to_string()), ("caplint.toml", config)]);
    let arguments = ["check", ".", "--format", "json"];
    let output = Command::new(env!("CARGO_BIN_EXE_caplint")).current_dir(folder.path()).args(arguments).output();
    let report: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "locked-out");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    findings.map(|finding| (text(&finding["level"]), text(&finding["message"]))).collect()
}

/// Microsoft's settings for other tenants are in no file, so that what depends on them is not said for sure.
#[test]
fn external_users_without_trust_in_their_tenant_are_locked_out() {
    let strength = json!({ "operator": "OR", "builtInControls": [],
                           "authenticationStrength": { "id": "00000000-0000-0000-0000-000000000004" } });
    let mut keys = policy("Keys", "enabled", &json!({}), "mfa");
    keys["grantControls"] = strength;
    for (policy, key, level) in [
        (policy("Devices", "enabled", &json!({}), "compliantDevice"), "guests-have-no-managed-device", "info"),
        (keys, "guests-use-methods-of-this-tenant", "info"),
        (policy("Apps", "enabled", &json!({}), "passwordChange"), "guests-have-no-app-controls", "warning"),
    ] {
        let found = locked_out("", std::slice::from_ref(&policy));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, level);
        assert!(found[0].1.starts_with("Every external user is locked out of any app"), "{found:?}");
        assert_eq!(locked_out(&format!("[assumptions]\n{key} = false\n"), &[policy]), []);
    }
}

/// Each fact has a switch.
#[test]
fn what_cannot_be_is_an_assumption() {
    let register = json!({ "applications": { "includeUserActions": ["urn:user:registerdevice"] } });
    let register = policy("Register", "enabled", &register, "compliantDevice");
    let phones = json!({ "platforms": { "includePlatforms": ["all"], "excludePlatforms": ["windows"] } });
    let apps = policy("Apps", "enabled", &phones, "approvedApplication");
    let windows = json!({ "platforms": { "includePlatforms": ["windows", "iOS", "android"] } });
    let windows = policy("Windows", "enabled", &windows, "block");
    let everybody = |found: Vec<(String, String)>| found.into_iter().filter(|(level, _)| level == "error").count();
    for (policies, key) in
        [(vec![register], "registering-devices-are-unknown"), (vec![apps, windows], "protected-apps-are-for-phones")]
    {
        assert_eq!(everybody(locked_out("", &policies)), 1, "{key}");
        assert_eq!(everybody(locked_out(&format!("[assumptions]\n{key} = false\n"), &policies)), 0, "{key}");
    }
}

/// That others are blocked on purpose hides nobody who is locked out.
#[test]
fn a_block_that_is_meant_hides_no_lock_out() {
    let others = json!({ "users": { "includeUsers": ["All"], "excludeGroups": [GROUP] } });
    let members = json!({ "users": { "includeGroups": [GROUP] }, "platforms": { "includePlatforms": ["windows"] } });
    let rest = json!({ "users": { "includeGroups": [GROUP] },
                       "platforms": { "includePlatforms": ["all"], "excludePlatforms": ["windows"] } });
    let found = locked_out(
        "",
        &[
            policy("Others", "enabled", &others, "block"),
            policy("Windows", "enabled", &members, "block"),
            policy("Rest", "enabled", &rest, "block"),
        ],
    );
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].1.starts_with(&format!("Every member of \"{GROUP}\" is locked out of any app")), "{found:?}");
}
