//! `caplint doc`: policies in words.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;
use support::folder;

fn doc(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    let output = command.current_dir(folder).args(["doc", "--isolated"]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn testdata() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata"))
}

const ID: &str = "b6000000-0000-4000-8000-000000000001";
const OTHER: &str = "b6000000-0000-4000-8000-000000000002";

/// A policy that uses everything that a card has words for.
fn everything() -> Value {
    let guests = |kinds: &str| {
        let tenants = json!({
            "@odata.type": "#microsoft.graph.conditionalAccessEnumeratedExternalTenants",
            "membershipKind": "enumerated", "members": [ID]
        });
        json!({ "guestOrExternalUserTypes": kinds, "externalTenants": tenants })
    };
    json!({
        "id": ID, "displayName": "Everything", "state": "enabledForReportingButNotEnforced",
        "modifiedDateTime": "2026-02-03T00:00:00Z",
        "conditions": {
            "clientAppTypes": ["browser", "exchangeActiveSync"],
            "signInRiskLevels": ["low", "high"], "userRiskLevels": ["high"], "insiderRiskLevels": "minor,elevated",
            "authenticationFlows": { "transferMethods": "deviceCodeFlow,authenticationTransfer" },
            "platforms": { "includePlatforms": ["all"], "excludePlatforms": ["iOS", "linux"] },
            "locations": { "includeLocations": ["All"], "excludeLocations": ["AllTrusted", ID] },
            "devices": { "deviceFilter": { "mode": "exclude", "rule": "device.isCompliant -eq True" } },
            "applications": {
                "includeApplications": ["Office365", ID], "excludeApplications": ["797f4846-ba00-4fd7-ba43-dac1f8f63013"],
                "applicationFilter": { "mode": "include", "rule": "CustomSecurityAttribute.A_B -eq \"x\"" }
            },
            "users": {
                "includeUsers": [ID, OTHER], "excludeUsers": ["GuestsOrExternalUsers"],
                "includeGroups": [ID], "excludeGroups": [OTHER],
                "includeRoles": ["62e90394-69f5-4237-9190-012177145e10"], "excludeRoles": ["d29b2b05-8046-44ba-8758-1e26182fcf32"],
                "includeGuestsOrExternalUsers": guests("internalGuest,b2bCollaborationGuest"),
                "excludeGuestsOrExternalUsers": guests("serviceProvider")
            },
            "times": { "included": "always" }
        },
        "grantControls": {
            "operator": "AND", "builtInControls": ["compliantDevice", "passwordChange"],
            "customAuthenticationFactors": ["RequireDuo"], "termsOfUse": [OTHER],
            "authenticationStrength": {
                "id": "00000000-0000-0000-0000-000000000004", "allowedCombinations": ["fido2", "windowsHelloForBusiness"]
            }
        },
        "sessionControls": {
            "applicationEnforcedRestrictions": { "isEnabled": true },
            "cloudAppSecurity": { "isEnabled": true, "cloudAppSecurityType": "blockDownloads" },
            "signInFrequency": {
                "isEnabled": true, "type": "hours", "value": 4, "frequencyInterval": "timeBased",
                "authenticationType": "secondaryAuthentication"
            },
            "persistentBrowser": { "isEnabled": true, "mode": "never" },
            "continuousAccessEvaluation": { "mode": "strictLocation" },
            "secureSignInSession": { "isEnabled": true }
        }
    })
}

/// A policy for service principals, one for agents, one that is off and asks for nothing, and one that is for nobody.
fn others() -> Value {
    let policy = |number: u32, conditions: Value, grant: Value, state: &str| {
        json!({
            "id": format!("ca00000{number}-0000-4000-8000-000000000000"), "displayName": format!("Other {number}"), "state": state,
            "conditions": conditions, "grantControls": grant
        })
    };
    let block = json!({ "operator": "OR", "builtInControls": ["block"] });
    let for_users = |users: Value| json!({ "clientAppTypes": ["all"], "applications": { "includeApplications": ["All"] }, "users": users });
    let workload = json!({
        "clientAppTypes": ["all"], "applications": { "includeApplications": ["All"] }, "users": { "includeUsers": ["None"] },
        "servicePrincipalRiskLevels": ["high"],
        "clientApplications": { "includeServicePrincipals": ["ServicePrincipalsInMyTenant"], "excludeServicePrincipals": [ID] }
    });
    let every_guest = "internalGuest,b2bCollaborationGuest,b2bCollaborationMember,b2bDirectConnectUser,otherExternalUser,serviceProvider";
    json!({ "value": [
        policy(1, workload, block.clone(), "enabled"),
        policy(2, for_users(json!({ "includeUsers": ["All"] })), Value::Null, "disabled"),
        policy(3, for_users(json!({ "includeUsers": ["None"] })), block, "enabled"),
        policy(4, for_users(json!({ "includeGuestsOrExternalUsers": { "guestOrExternalUserTypes": every_guest } })),
            json!({ "operator": "OR", "builtInControls": ["mfa", "compliantDevice"] }), "enabled"),
    ] })
}

#[test]
fn policies_are_told_in_words() {
    let made = folder(&[
        ("everything/p.json", &everything().to_string()),
        ("others/p.json", &others().to_string()),
        (
            "others/group.json",
            &json!({ "@odata.type": "#microsoft.graph.group", "id": ID, "displayName": "Pilots" }).to_string(),
        ),
    ]);
    let control = ["--control", "mfa-azure-management", "--control", "mfa-guests"];
    let texts = [
        ("made", doc(made.path(), &[&["everything", "others", "--tenant-per-path"], &control[..]].concat())),
        ("trusted-location-half-closed", doc(testdata(), &["trusted-location-half-closed"])),
        ("hostile-names", doc(testdata(), &[&["hostile-names"], &control[..]].concat())),
        ("damaged", doc(testdata(), &[&["damaged"], &control[..]].concat())),
        ("terraform-plan-update", doc(testdata(), &[&["terraform-plan-update"], &control[..]].concat())),
    ];
    for (name, text) in texts {
        insta::with_settings!({ snapshot_path => "snapshots/doc", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, text);
        });
    }
}

/// The pointers of everything that a policy says, each list element and each member by itself.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(key, member)| (key.clone(), member)).collect(),
        Value::Array(elements) => elements.iter().enumerate().map(|(index, one)| (index.to_string(), one)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for (key, member) in inner {
        let at = format!("{at}/{key}");
        pointers(member, &at, found);
        found.push(at);
    }
}

/// A policy without one of the things that it says has another card: nothing is left out.
#[test]
fn whatever_a_policy_says_its_card_says() {
    let whole = everything();
    let said = |policy: &Value| {
        let made = folder(&[("p.json", &policy.to_string())]);
        doc(made.path(), &["p.json", "--control", "mfa-azure-management"])
    };
    let all = said(&whole);
    let mut found = Vec::new();
    pointers(&whole, "", &mut found);
    assert!(found.len() > 90, "{}", found.len());
    // What Graph takes for the same if it is not there.
    let neutral =
        ["/@odata.type", "/isEnabled", "/membershipKind", "/sessionControls/signInFrequency/frequencyInterval"];
    for pointer in found.into_iter().filter(|pointer| !neutral.iter().any(|end| pointer.ends_with(end))) {
        let mut policy = whole.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match policy.pointer_mut(parent).unwrap() {
            Value::Object(members) => _ = members.remove(key),
            Value::Array(elements) => _ = elements.remove(key.parse().unwrap()),
            other => panic!("{other}"),
        }
        assert_ne!(said(&policy), all, "{pointer}");
    }
}

#[test]
fn one_thread_and_eight_write_the_same() {
    let run = |threads: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
        let arguments = ["doc", "damaged", "spellings", "well-kept", "--tenant-per-path", "--control", "mfa-all-users"];
        command.current_dir(testdata()).args(arguments).env("RAYON_NUM_THREADS", threads).output().unwrap().stdout
    };
    let once = run("1");
    assert!(once.len() > 10_000);
    assert!(once == run("8") && once == run("8"));
}

/// The page has what the text has, and nothing of a policy acts in either.
#[test]
fn a_page_has_every_card_and_runs_nothing() {
    let tenants = ["hostile-names", "well-kept", "locked-out", "--tenant-per-path", "--control", "mfa-all-users"];
    let page = doc(testdata(), &[&tenants[..], &["--format", "html"]].concat());
    let text = doc(testdata(), &tenants);
    assert!(
        !page.contains("<script") && page.contains("default-src &#39;none&#39;") || page.contains("default-src 'none'")
    );
    assert!(!page.contains("<img") && !page.contains("http-equiv=\"refresh\"") && !page.contains("src=\""));
    let headings = |start: &str, text: &str| text.matches(start).count();
    assert_eq!(headings("<h3 id=\"policy-", &page), headings("\n### \"", &text));
    assert_eq!(headings("<section class=\"tenant\">", &page), 3);
    for text in [&page, &text] {
        assert!(text.chars().all(|character| character == '\n' || !caplint::finding::is_invisible(character)));
        assert!(!text.contains("<img src=x"), "{text}");
    }
    for fact in ["CA017 Short sessions for administrators", "mfa-all-users", "a new sign-in after"] {
        assert!(page.contains(fact) && text.contains(fact), "{fact}");
    }
}

/// Who reads about policies must be able to tell two apart whose names differ in the middle.
#[test]
fn long_names_are_whole() {
    let name = format!("CA001 {} of the production tenant (v1.1)", "Require MFA for all users ".repeat(8));
    let group = format!("Group {} of the production tenant", "of those who are left out ".repeat(8));
    let mut policy = everything();
    policy["displayName"] = json!(name);
    policy["conditions"]["users"]["excludeGroups"] = json!([OTHER]);
    let groups = json!([{"@odata.type": "#microsoft.graph.group", "id": OTHER, "displayName": group}]);
    let export = json!({"policies": [policy], "groups": groups}).to_string();
    let folder = folder(&[("export.json", &export)]);
    let page = doc(folder.path(), &["--format", "html"]);
    let text = doc(folder.path(), &[]);
    // In the table of all policies, and as the heading.
    assert!(page.matches(&name).count() >= 2 && page.contains(&group), "{page}");
    let text = text.replace('\\', "");
    assert!(text.matches(&name).count() >= 2 && text.contains(&group) && !text.contains('…'), "{text}");
}

#[test]
fn names_of_people_can_be_left_out_and_a_tenant_without_policies_fails() {
    let tenant = "directory-knows-who-is-left-out";
    let people: Vec<Value> = fs::read_dir(testdata().join(tenant))
        .unwrap()
        .flatten()
        .flat_map(|entry| {
            let value: Value =
                serde_json::from_str(&fs::read_to_string(entry.path()).unwrap_or_default()).unwrap_or_default();
            value["value"].as_array().cloned().unwrap_or_default()
        })
        .collect();
    let names: Vec<&str> = people
        .iter()
        .filter(|one| one["userPrincipalName"].is_string())
        .filter_map(|one| one["displayName"].as_str())
        .collect();
    assert!(names.len() > 2, "{names:?}");
    let text = doc(testdata(), &[tenant, "--redact"]);
    assert!(names.iter().all(|name| !text.contains(name)), "{text}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    let output = command.current_dir(testdata()).args(["doc", "nothing-to-judge"]).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
}
