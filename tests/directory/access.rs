//! Who can sign in, and who is locked out, by what the directory says of them.

use serde_json::{Value, json};
use std::process::Command;

const EXPORT: &str = "tests/directory/exports/expanded";
const STAFF: &str = "b0000000-0000-4000-8000-000000000001";
const EMERGENCY: &str = "b0000000-0000-4000-8000-000000000003";

/// A policy that blocks these clients for these users.
fn block(number: usize, clients: &[&str], users: &Value) -> Value {
    json!({
        "id": format!("11111111-1111-4111-8111-{number:012}"), "displayName": format!("Block {number}"), "state": "enabled",
        "conditions": { "clientAppTypes": clients, "applications": { "includeApplications": ["All"] }, "users": users },
        "grantControls": { "operator": "OR", "builtInControls": ["block"] },
    })
}

fn check(policies: &[Value], config: &str, arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("policies.json"), json!({ "value": policies }).to_string()).unwrap();
    let config_path = folder.path().join("caplint.toml");
    std::fs::write(&config_path, config).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["check", "--format", "json", "--config"]).arg(&config_path);
    let output = command.arg(folder.path().join("policies.json")).args(arguments).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn an_account_has_the_groups_that_the_directory_says() {
    let access = "[[access]]\nid = \"break-glass\"\nusers = [{ id = \"a0000000-0000-4000-8000-000000000005\" }]\nresources = [\"All\"]\n";
    let verdict = |users: &Value, arguments: &[&str]| {
        let report = check(&[block(1, &["all"], users)], access, arguments);
        report["tenants"][0]["access"][0]["verdict"].as_str().unwrap().to_owned()
    };
    let staff = json!({ "includeGroups": [STAFF] });
    assert_eq!(verdict(&staff, &[]), "can");
    assert_eq!(verdict(&staff, &["--directory", EXPORT]), "cannot");
    assert_eq!(
        verdict(&json!({ "includeGroups": [STAFF], "excludeGroups": [EMERGENCY] }), &["--directory", EXPORT]),
        "can"
    );
    // Whether it is in a group that the files do not have is not known.
    let unknown = json!({ "includeGroups": ["b0000000-0000-4000-8000-000000000099"] });
    assert_eq!(verdict(&unknown, &["--directory", EXPORT]), "undecided");
}

#[test]
fn those_who_are_locked_out_have_names() {
    let message = |exclude: &Value| {
        let users = json!({ "includeGroups": [STAFF], "excludeGroups": exclude });
        let policies = [
            block(1, &["browser"], &users),
            block(2, &["mobileAppsAndDesktopClients"], &json!({ "includeGroups": [STAFF] })),
        ];
        let report = check(&policies, "", &["--directory", EXPORT]);
        let findings = report["findings"].as_array().unwrap().clone();
        let found =
            findings.iter().find(|finding| finding["rule"] == "locked-out").unwrap_or_else(|| panic!("{report:#}"));
        found["message"].as_str().unwrap().to_owned()
    };
    let everybody = message(&json!([]));
    assert!(
        everybody.contains("this is \"Ada Lovelace\", \"Grace Hopper\", \"Linus Pauling\" and 2 more."),
        "{everybody}"
    );
    let others = message(&json!([EMERGENCY]));
    assert!(others.contains("this is \"Ada Lovelace\", \"Linus Pauling\" and \"Radia Perlman\"."), "{others}");
    let unknown = message(&json!(["b0000000-0000-4000-8000-000000000099"]));
    assert!(unknown.contains("Nobody in the directory surely is."), "{unknown}");
}
