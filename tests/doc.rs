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
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(if said.contains(": not read, so ") { 2 } else { 0 }), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// What is not in the text is said beside it.
#[test]
fn a_file_that_was_not_read_is_named() {
    let policy = everything().to_string();
    let folder = folder(&[("a.json", &policy), ("b.json", &policy[..policy.len() - 2])]);
    let output =
        Command::new(env!("CARGO_BIN_EXE_caplint")).current_dir(folder.path()).args(["doc", "."]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.starts_with("b.json:1:") && said.contains("not read, so its policies are not described: "), "{said}");
    assert!(String::from_utf8(output.stdout).unwrap().contains("Everything"));
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

/// Conditions in the place of those of a policy that has none, and the sentences about it.
fn restricting() -> Vec<(Value, String)> {
    const FOR_NOBODY: &str = "It is for nobody, because ";
    const ALL: &str = "All users need MFA for all resources.";
    let every_client = ["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"];
    let every_risk = ["none", "low", "medium", "high"];
    let scope = |name: &str, include: &[&str], exclude: &[&str]| {
        let upper = name[..1].to_uppercase() + &name[1..];
        json!({ name: { format!("include{upper}"): include, format!("exclude{upper}"): exclude } })
    };
    let users = |users: Value| json!({ "users": users });
    let apps = |apps: Value| json!({ "applications": apps });
    let only = |what: &str| format!("{ALL} It applies only {what}.");
    let nobody = |why: &str| format!("{FOR_NOBODY}{why}.");
    vec![
        (json!({}), ALL.to_owned()),
        (json!({ "clientAppTypes": every_client }), ALL.to_owned()),
        (json!({ "clientAppTypes": ["all", "browser"] }), ALL.to_owned()),
        (json!({ "clientAppTypes": ["browser", "other"] }), only("with browsers or other clients (legacy authentication)")),
        (
            json!({ "clientAppTypes": [] }),
            only("with browsers or mobile apps and desktop clients (which is what an empty list of client apps means)"),
        ),
        (scope("platforms", &["all"], &[]), ALL.to_owned()),
        (scope("platforms", &["all", "iOS"], &[]), ALL.to_owned()),
        (scope("platforms", &["all", "iOS"], &["linux"]), only("on any platform except Linux")),
        (scope("platforms", &["iOS", "android"], &[]), only("on iOS or Android")),
        // Entra also tells platforms apart that no policy can name.
        (
            scope("platforms", &["android", "iOS", "windows", "windowsPhone", "macOS", "linux"], &[]),
            only("on Android or iOS or Windows or Windows Phone or macOS or Linux"),
        ),
        (
            scope("platforms", &["iOS"], &["iOS", "linux"]),
            format!("{ALL} But it applies to no sign-in, because it excludes every platform that it includes."),
        ),
        (
            scope("platforms", &["all"], &["all"]),
            format!("{ALL} But it applies to no sign-in, because it excludes every platform that it includes."),
        ),
        (scope("locations", &["All"], &[]), ALL.to_owned()),
        (scope("locations", &["All", "AllTrusted"], &[]), ALL.to_owned()),
        (scope("locations", &["All"], &["AllTrusted"]), only("from anywhere except trusted locations")),
        (
            scope("locations", &["AllTrusted"], &["AllTrusted"]),
            format!("{ALL} But it applies to no sign-in, because it excludes every location that it includes."),
        ),
        (json!({ "signInRiskLevels": ["low", "medium", "high"] }), only("at sign-in risk low or medium or high")),
        (
            json!({ "userRiskLevels": every_risk }),
            format!("{ALL} It lists every level of user risk, which restricts nothing where Entra ID P2 measures the risk."),
        ),
        (json!({ "insiderRiskLevels": "minor,moderate,elevated" }), only("at insider risk minor or moderate or elevated")),
        (users(json!({ "includeUsers": ["All"], "excludeUsers": ["None"] })), ALL.to_owned()),
        (users(json!({ "includeUsers": ["None"] })), nobody("it includes no users")),
        (users(json!({})), nobody("it includes no users")),
        (users(json!({ "includeUsers": ["All"], "excludeUsers": ["All"] })), nobody("it excludes all users")),
        (
            users(json!({ "includeGroups": [ID], "excludeGroups": [OTHER, ID] })),
            nobody("it excludes everybody whom it includes"),
        ),
        (
            users(json!({ "includeUsers": ["None"], "includeGroups": [ID], "excludeGroups": [OTHER] })),
            format!("The group \"{ID}\" except the group \"{OTHER}\" need MFA for all resources."),
        ),
        (
            apps(json!({ "includeApplications": ["None"] })),
            "It is for all users, but for no resource, because it includes none.".to_owned(),
        ),
        (
            apps(json!({ "includeApplications": ["All"], "excludeApplications": ["All"] })),
            "It is for all users, but for no resource, because it excludes all of them.".to_owned(),
        ),
        (apps(json!({ "includeApplications": ["All"], "excludeApplications": ["None"] })), ALL.to_owned()),
        // What is not documented for service principals is still said.
        (
            json!({
                "platforms": { "includePlatforms": ["all"] }, "users": { "includeUsers": ["None"] },
                "clientApplications": { "includeServicePrincipals": ["ServicePrincipalsInMyTenant"] }
            }),
            "All service principals of the tenant need MFA for all resources. It lists every platform, and Microsoft does not say what that means for service principals and agents.".to_owned(),
        ),
        (
            json!({ "users": { "includeUsers": ["None"] }, "clientApplications": { "includeServicePrincipals": ["None"] } }),
            nobody("it includes no service principals or agent identities"),
        ),
    ]
}

/// What a condition is in the sentences about a policy: what takes in everything is no restriction and is not said, and what is left
/// for nobody says why.
#[test]
fn only_what_restricts_is_said_to_restrict() {
    let table = restricting();
    let policy = |(number, (conditions, _)): (usize, &(Value, String))| {
        let mut all = json!({
            "clientAppTypes": ["all"], "applications": { "includeApplications": ["All"] }, "users": { "includeUsers": ["All"] }
        });
        let own = conditions.as_object().unwrap().clone();
        all.as_object_mut().unwrap().extend(own);
        json!({
            "id": format!("ca000000-0000-4000-8000-{number:012}"), "displayName": format!("Row {number:02}"), "state": "enabled",
            "conditions": all, "grantControls": { "operator": "OR", "builtInControls": ["mfa"] }
        })
    };
    let policies: Vec<Value> = table.iter().enumerate().map(policy).collect();
    let made = folder(&[("p.json", &json!({ "value": policies }).to_string())]);
    let text = doc(made.path(), &["p.json", "--control", "mfa-azure-management"]);
    let said = |number: usize| {
        let (_, rest) = text.split_once(&format!("### \"Row {number:02}\"\n\n")).unwrap();
        rest.lines().next().unwrap().replace('\\', "")
    };
    let wrong: Vec<String> = { table.iter().enumerate() }
        .filter(|(number, (_, expected))| said(*number) != *expected)
        .map(|(number, (conditions, expected))| {
            format!("{conditions}\n  is      {}\n  must be {expected}", said(number))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A group that the files do not tell has no name that stands in quotation marks, wherever it is said.
#[test]
fn what_the_files_do_not_tell_is_described_and_not_named() {
    let policy = |groups: &str| {
        format!(
            "variable \"groups\" {{ type = list(string) }}\nvariable \"group\" {{ type = string }}\n\
             resource \"azuread_conditional_access_policy\" \"p\" {{\n  display_name = \"P\"\n  state = \"enabled\"\n  \
             conditions {{\n    client_app_types = [\"all\"]\n    applications {{ included_applications = [\"All\"] }}\n    \
             users {{\n      included_users = [\"All\"]\n      excluded_groups = {groups}\n    }}\n  }}\n  \
             grant_controls {{\n    operator = \"OR\"\n    built_in_controls = [\"mfa\"]\n  }}\n}}\n"
        )
    };
    for (groups, described) in [
        ("var.groups", "groups whose ids the files do not say"),
        ("[upper(var.group), \"b6000000-0000-4000-8000-000000000001\"]", "other groups whose ids the files do not say"),
    ] {
        let made = folder(&[("main.tf", &policy(groups))]);
        let text = doc(made.path(), &["--control", "mfa-azure-management"]);
        assert!(text.contains(&format!("All users except {described}")), "{text}");
        let check = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
            let output =
                command.current_dir(made.path()).args(["check", "--isolated"]).args(arguments).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        for format in ["pretty", "json", "markdown"] {
            let text = check(&["--format", format, "--control", "mfa-azure-management"]);
            assert!(text.contains(described), "{format}: {text}");
            assert!(!text.contains(&format!("\"{described}\"")) || format == "json", "{format}: {text}");
        }
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
