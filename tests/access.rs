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

/// What an app is called stands for its id in the cloud of the tenant.
#[test]
fn a_resource_is_that_of_the_cloud() {
    let government = json!({ "applications": { "includeApplications": ["40a69793-8fe6-4db1-9591-dbc5c57b17d8"] } });
    let policies = [policy("Azure", "enabled", &government, "block")];
    let verdict = |cloud: &str| {
        let report = report_beside(&[], REACHES_AZURE, &policies, &["--cloud", cloud]);
        report["tenants"][0]["access"][0]["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!([verdict("public"), verdict("usgov")], ["can", "cannot"]);
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
    locked_out_beside(&[], config, policies)
}

/// The same with further files.
fn locked_out_beside(files: &[(&str, Value)], config: &str, policies: &[Value]) -> Vec<(String, String)> {
    let report = report_beside(files, config, policies, &[]);
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "locked-out");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    findings.map(|finding| (text(&finding["level"]), text(&finding["message"]))).collect()
}

fn report_beside(files: &[(&str, Value)], config: &str, policies: &[Value], arguments: &[&str]) -> Value {
    let policies = json!({ "value": policies });
    let files: Vec<(&str, String)> = files.iter().map(|(name, content)| (*name, content.to_string())).collect();
    let mut all: Vec<(&str, &str)> = files.iter().map(|(name, content)| (*name, content.as_str())).collect();
    let policies = policies.to_string();
    all.extend([("policies.json", policies.as_str()), ("caplint.toml", config)]);
    let folder = folder(&all);
    let arguments = [&["check", ".", "--format", "json"], arguments].concat();
    let output = Command::new(env!("CARGO_BIN_EXE_caplint")).current_dir(folder.path()).args(arguments).output();
    serde_json::from_slice(&output.unwrap().stdout).unwrap()
}

const PARTNER: &str = "c0000000-0000-4000-8000-000000000001";

/// Cross-tenant access settings as Graph answers, which accept MFA, compliant devices and hybrid joined devices or do not.
fn settings(accepts: [bool; 3]) -> Value {
    let context = "https://graph.microsoft.com/v1.0/$metadata#policies/crossTenantAccessPolicy/default/$entity";
    json!({ "@odata.context": context, "isServiceDefault": false, "inboundTrust": trust(accepts),
            "b2bCollaborationInbound": { "applications": null }, "b2bDirectConnectInbound": null })
}

fn partner(accepts: Option<[bool; 3]>) -> Value {
    json!({ "tenantId": PARTNER, "isServiceProvider": null, "inboundTrust": accepts.map(trust), "b2bCollaborationInbound": null })
}

fn trust([mfa, compliant, hybrid]: [bool; 3]) -> Value {
    json!({ "isMfaAccepted": mfa, "isCompliantDeviceAccepted": compliant, "isHybridAzureADJoinedDeviceAccepted": hybrid })
}

fn keys() -> Value {
    let mut keys = policy("Keys", "enabled", &json!({}), "mfa");
    keys["grantControls"] = json!({ "operator": "OR", "builtInControls": [],
                                    "authenticationStrength": { "id": "00000000-0000-0000-0000-000000000004" } });
    keys
}

/// What files say of the settings for other tenants comes before what is assumed of them.
#[test]
fn cross_tenant_access_settings_are_facts() {
    let devices = policy("Devices", "enabled", &json!({}), "compliantDevice");
    let hybrid = policy("Hybrid", "enabled", &json!({}), "domainJoinedDevice");
    let levels = |files: &[(&str, Value)], config: &str, policy: &Value| {
        let found = locked_out_beside(files, config, std::slice::from_ref(policy));
        let guests = found.into_iter().filter(|(_, message)| message.starts_with("Every external user is locked out"));
        guests.map(|(level, _)| level).collect::<Vec<_>>()
    };
    let none: [&str; 0] = [];
    let switches =
        ["", "[assumptions]\nguests-use-methods-of-this-tenant = false\nguests-have-no-managed-device = false\n"];
    for config in switches {
        for (policy, claim) in [(keys(), 0), (devices.clone(), 1), (hybrid.clone(), 2)] {
            for accepts in (0..8).map(|bits| [0, 1, 2].map(|bit| bits >> bit & 1 == 1)) {
                let found = levels(&[("default.json", settings(accepts))], config, &policy);
                assert_eq!(
                    found,
                    if accepts[claim] { &none[..] } else { &["warning"] },
                    "{config} {claim} {accepts:?}"
                );
            }
            // A copy that says otherwise, and one that cannot be read, leave it to what is assumed.
            let assumed: &[&str] = if config.is_empty() { &["info"] } else { &none };
            let twice = [("a.json", settings([true; 3])), ("b.json", settings([false; 3]))];
            assert_eq!(levels(&twice, config, &policy), assumed);
            let mut damaged = settings([true; 3]);
            damaged["inboundTrust"] = json!("System.Object");
            assert_eq!(levels(&[("default.json", damaged)], config, &policy), assumed);
            // A partner is not everybody.
            assert_eq!(
                levels(&[("partners.json", json!({ "value": [partner(Some([true; 3]))] }))], config, &policy),
                assumed
            );
        }
    }
}

#[test]
fn a_trusted_partner_is_named() {
    let files =
        [("default.json", settings([false; 3])), ("partners.json", json!({ "value": [partner(Some([true; 3]))] }))];
    let found = locked_out_beside(&files, "", &[keys()]);
    assert_eq!(
        found[0].1,
        format!(
            "Every external user is locked out of any app: \"Keys\" leaves no way in, because the cross-tenant access settings do \
             not trust MFA of other tenants by default (the settings trust the tenant \"{PARTNER}\"), and external users can use \
             only text messages, voice calls, push notifications and software tokens here."
        )
    );
    // One that leaves it to the others is not trusted.
    let files = [("default.json", settings([false; 3])), ("partners.json", json!({ "value": [partner(None)] }))];
    assert!(!locked_out_beside(&files, "", &[keys()])[0].1.contains(PARTNER));
}

/// A guest whose home tenant's MFA counts is still asked for MFA, so that no verdict on MFA depends on these settings.
#[test]
fn trust_in_other_tenants_asks_no_guest_for_less() {
    let without_guests = json!({ "users": { "includeUsers": ["All"], "excludeUsers": ["GuestsOrExternalUsers"] } });
    for policies in [
        vec![policy("MFA", "enabled", &json!({}), "mfa")],
        vec![policy("MFA", "enabled", &without_guests, "mfa")],
        vec![policy("Devices", "enabled", &json!({}), "compliantDevice")],
        vec![keys()],
        vec![],
    ] {
        let verdicts = |files: &[(&str, Value)]| {
            let controls = [
                "--control",
                "mfa-guests",
                "--control",
                "managed-devices",
                "--control",
                "phishing-resistant-all-users",
            ];
            let report = report_beside(files, "", &policies, &[&controls[..], &["--allow-empty"]].concat());
            let controls = report["tenants"][0]["controls"].as_array().unwrap().iter();
            controls.map(|control| (control["verdict"].clone(), control["witness"].clone())).collect::<Vec<_>>()
        };
        let without = verdicts(&[]);
        assert_eq!(without.len(), 3);
        for accepts in [[false; 3], [true; 3]] {
            let files = [("default.json", settings(accepts)), ("partner.json", partner(Some(accepts)))];
            assert_eq!(verdicts(&files), without);
        }
    }
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
