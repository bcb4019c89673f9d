//! A tenant as it should be: nothing is found in it under the strict profile, and whatever is taken from it is missed.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Its policies by number, each with the control that it is there for.
const CARRIED: [(&str, &str); 17] = [
    ("ca001", "mfa-all-users"),
    ("ca002", "phishing-resistant-admins"),
    ("ca003", "mfa-guests"),
    ("ca004", "legacy-authentication-blocked"),
    ("ca005", "device-code-flow-blocked"),
    ("ca006", "security-info-registration-managed-device"),
    ("ca007", "device-registration"),
    ("ca008", "high-risk-sign-ins-blocked"),
    ("ca009", "high-risk-users-change-password"),
    ("ca010", "authentication-transfer-blocked"),
    ("ca011", "compliant-devices"),
    ("ca012", "no-persistent-browser-admins"),
    ("ca013", "sign-in-frequency-risky-sign-ins"),
    ("ca014", "sign-in-frequency-intune-enrollment"),
    ("ca015", "token-protection"),
    ("ca016", "sign-in-frequency-all-users"),
    ("ca017", "sign-in-frequency-admins"),
];

/// A policy's number, and what the policy says.
type Tenant = Vec<(String, Value)>;

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/well-kept"))
}

fn tenant() -> Tenant {
    let mut policies: Tenant = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let number = path.file_name().unwrap().to_string_lossy()[..5].to_owned();
            (number, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
        })
        .collect();
    policies.sort_by(|one, two| one.0.cmp(&two.0));
    policies
}

/// The exit code, and each finding as its level and rule.
fn check(policies: &[(String, Value)]) -> (i32, BTreeSet<(String, String)>) {
    let copy = tempfile::tempdir().unwrap();
    fs::copy(folder().join("caplint.toml"), copy.path().join("caplint.toml")).unwrap();
    for (number, policy) in policies {
        fs::write(copy.path().join(format!("{number}.json")), format!("{policy:#}")).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_caplint"))
        .current_dir(copy.path())
        .args(["check", ".", "--today", "2026-06-01", "--format", "json"])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    (output.status.code().unwrap(), findings.map(|one| (text(&one["level"]), text(&one["rule"]))).collect())
}

#[test]
fn nothing_is_found_in_it() {
    let tenant = tenant();
    assert_eq!(tenant.iter().map(|(number, _)| number.as_str()).collect::<Vec<_>>(), CARRIED.map(|(number, _)| number));
    assert_eq!(check(&tenant), (0, BTreeSet::new()));
}

/// What the first level of CIS asks for and caplint decides, it has.
#[test]
fn no_item_of_the_first_level_fails_in_it() {
    let arguments = ["check", ".", "--today", "2026-06-01", "--benchmark", "cis-m365-7.0", "--format", "json"];
    let output = Command::new(env!("CARGO_BIN_EXE_caplint")).current_dir(folder()).args(arguments).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let items = report["tenants"][0]["benchmarks"][0]["items"].as_array().unwrap();
    let first: Vec<&Value> = items.iter().filter(|item| item["level"] == "L1").collect();
    assert!(first.len() > 10, "{items:#?}");
    for item in first {
        let outcome = item["outcome"].as_str().unwrap();
        assert!(["pass", "pass-except", "in-part", "not-decided"].contains(&outcome), "{item:#}");
    }
}

/// A way to weaken a policy, and whether it changes what this policy enforces.
type Weakening = (&'static str, fn(&mut Value), fn(&Value) -> bool);

fn targets_apps(policy: &Value) -> bool {
    policy.pointer("/conditions/applications/includeApplications").is_some()
}

fn includes_all(policy: &Value) -> bool {
    policy.pointer("/conditions/users/includeUsers").is_some()
}

fn is_for_modern_clients(policy: &Value) -> bool {
    let clients = &policy["conditions"]["clientAppTypes"];
    *clients != json!(["exchangeActiveSync", "other"]) && *clients != json!(["browser"])
}

/// Whether a policy is there for its session control. What it grants is another one's business.
fn is_for_sessions(policy: &Value) -> bool {
    !policy["sessionControls"].is_null() && !is(policy, &["CA009"])
}

fn is(policy: &Value, numbers: &[&str]) -> bool {
    numbers.contains(&&policy["displayName"].as_str().unwrap()[..5])
}

fn blocks(policy: &Value) -> bool {
    policy["grantControls"]["builtInControls"] == json!(["block"])
}

fn always(_: &Value) -> bool {
    true
}

const WEAKENINGS: [Weakening; 17] = [
    ("disabled", |policy| policy["state"] = json!("disabled"), always),
    ("report-only", |policy| policy["state"] = json!("enabledForReportingButNotEnforced"), always),
    ("in the recycle bin", |policy| policy["deletedDateTime"] = json!("2026-05-01T00:00:00Z"), always),
    (
        "guests excluded",
        |policy| policy["conditions"]["users"]["excludeUsers"] = json!(["GuestsOrExternalUsers"]),
        // The first leaves guests to the third.
        |policy| includes_all(policy) && !policy["displayName"].as_str().unwrap().starts_with("CA001"),
    ),
    (
        "for a group only",
        |policy| {
            let users = &mut policy["conditions"]["users"];
            users["includeUsers"] = json!([]);
            users["includeGroups"] = json!(["d0000000-0000-4000-8000-000000000001"]);
        },
        includes_all,
    ),
    (
        "global administrators excluded",
        |policy| policy["conditions"]["users"]["excludeRoles"] = json!(["62e90394-69f5-4237-9190-012177145e10"]),
        // Administrators, guests among them, have a policy of their own.
        |policy| !is(policy, &["CA001", "CA003", "CA016"]),
    ),
    (
        "another resource only",
        |policy| policy["conditions"]["applications"]["includeApplications"] = json!(["Office365"]),
        // That holds the resources which token protection is for.
        |policy| targets_apps(policy) && !is(policy, &["CA015"]),
    ),
    (
        "a resource excluded",
        |policy| {
            policy["conditions"]["applications"]["excludeApplications"] =
                json!(["00000003-0000-0ff1-ce00-000000000000"]);
        },
        |policy| targets_apps(policy) && !is(policy, &["CA014"]),
    ),
    (
        "trusted locations excluded",
        |policy| {
            policy["conditions"]["locations"] =
                json!({ "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] });
        },
        |policy| policy["conditions"]["locations"].is_null(),
    ),
    (
        "a platform excluded",
        |policy| {
            policy["conditions"]["platforms"] = json!({ "includePlatforms": ["all"], "excludePlatforms": ["linux"] });
        },
        |policy| policy["conditions"]["platforms"].is_null(),
    ),
    (
        "compliant devices left out",
        |policy| {
            policy["conditions"]["devices"] =
                json!({ "deviceFilter": { "mode": "exclude", "rule": "device.isCompliant -eq True" } });
        },
        // On a compliant device security info may be registered, and everything else be used.
        |policy| !["CA006", "CA011"].contains(&&policy["displayName"].as_str().unwrap()[..5]),
    ),
    ("browsers only", |policy| policy["conditions"]["clientAppTypes"] = json!(["browser"]), is_for_modern_clients),
    ("at insider risk only", |policy| policy["conditions"]["insiderRiskLevels"] = json!("elevated"), always),
    (
        "terms of use instead",
        |policy| {
            policy["grantControls"]["operator"] = json!("OR");
            policy["grantControls"]["termsOfUse"] = json!(["e0000000-0000-4000-8000-000000000001"]);
        },
        |policy| !blocks(policy) && !is_for_sessions(policy),
    ),
    ("without session controls", |policy| policy["sessionControls"] = Value::Null, is_for_sessions),
    (
        "session controls off",
        |policy| {
            for (_, control) in policy["sessionControls"].as_object_mut().unwrap() {
                control["isEnabled"] = json!(false);
            }
        },
        is_for_sessions,
    ),
    (
        "a longer session",
        |policy| {
            let frequency = &mut policy["sessionControls"]["signInFrequency"];
            frequency["frequencyInterval"] = json!("timeBased");
            frequency["value"] = json!(8);
            frequency["type"] = json!("days");
        },
        |policy| is_for_sessions(policy) && policy.pointer("/sessionControls/signInFrequency").is_some(),
    ),
];

#[test]
fn whatever_is_taken_from_it_is_missed_by_the_control_that_it_was_there_for() {
    let whole = tenant();
    let mut tried = 0;
    let mut missed = |what: &str, control: &str, policies: &[(String, Value)]| {
        tried += 1;
        let (code, findings) = check(policies);
        let said = findings.contains(&("error".to_owned(), control.to_owned()));
        assert!(code == 1 && said, "{what}: {control} is silent among {findings:#?}");
    };
    for (index, (number, control)) in CARRIED.into_iter().enumerate() {
        let mut without = whole.clone();
        without.remove(index);
        missed(&format!("{number} removed"), control, &without);
        for (name, weaken, _) in WEAKENINGS.iter().filter(|(_, _, changes)| changes(&whole[index].1)) {
            let mut weakened = whole.clone();
            weaken(&mut weakened[index].1);
            missed(&format!("{number} {name}"), control, &weakened);
        }
    }
    assert!(tried > 100, "{tried}");
}

/// One policy may be there for two controls.
#[test]
fn a_session_that_may_go_on_is_missed_beside_a_new_password() {
    let mut policies = tenant();
    policies[8].1["sessionControls"] = Value::Null;
    let (code, findings) = check(&policies);
    assert_eq!(code, 1);
    let missed = BTreeSet::from([("error".to_owned(), "sign-in-frequency-high-risk-users".to_owned())]);
    assert_eq!(findings, missed);
}

/// Nobody slips out unseen: an exclusion that `caplint.toml` does not approve is a warning, which fails under `strict`.
#[test]
fn every_further_exclusion_is_seen() {
    for (index, (number, control)) in CARRIED.into_iter().enumerate() {
        let mut policies = tenant();
        let users = &mut policies[index].1["conditions"]["users"];
        users["excludeGroups"] = json!(["d0000000-0000-4000-8000-000000000001"]);
        let (code, findings) = check(&policies);
        let seen = findings.contains(&("warning".to_owned(), "unapproved-exception".to_owned()));
        assert!(code == 1 && seen, "{number}, {control}: {findings:#?}");
    }
}
