//! `caplint diff` with a directory: whose sign-ins change, by name.

use super::redact;
use serde_json::{Value, json};
use std::process::Command;

const DIRECTORY: &str = "tests/directory/exports/expanded";
const STAFF: &str = "b0000000-0000-4000-8000-000000000001";
const BREAK_GLASS: &str = "b0000000-0000-4000-8000-000000000003";

fn policy(users: &Value) -> String {
    json!({
        "id": "11111111-1111-4111-8111-111111111111", "displayName": "MFA", "state": "enabled",
        "conditions": { "clientAppTypes": ["all"], "applications": { "includeApplications": ["All"] }, "users": users },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
    })
    .to_string()
}

fn diff(before: &Value, after: &Value, arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let paths = [("before.json", before), ("after.json", after)].map(|(name, users)| {
        let path = folder.path().join(name);
        std::fs::write(&path, policy(users)).unwrap();
        path
    });
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["diff", "--isolated"]).args(&paths).args(arguments);
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

/// Ids of the people whom the first change is about, as numbers; none if the report has none.
fn people(before: &Value, after: &Value) -> Option<Vec<u64>> {
    let text = diff(before, after, &["--directory", DIRECTORY, "--format", "json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    let number = |person: &Value| person["id"].as_str().unwrap()[24..].parse().unwrap();
    Some(report["changes"][0].get("people")?.as_array().unwrap().iter().map(number).collect())
}

#[test]
fn a_change_names_the_people_whom_it_is_about() {
    let all = json!({ "includeUsers": ["All"] });
    let without = |group: &str| json!({ "includeUsers": ["All"], "excludeGroups": [group] });
    // Nested groups are followed.
    assert_eq!(people(&all, &without(STAFF)), Some(vec![1, 2, 3, 4, 5]));
    assert_eq!(people(&all, &without(BREAK_GLASS)), Some(vec![2, 5]));
    // Who is in a group that the files do not have is not known.
    assert_eq!(people(&all, &without("b0000000-0000-4000-8000-000000000099")), Some(vec![]));
    // All who are in the group are excluded already.
    assert_eq!(
        people(&without(STAFF), &json!({ "includeUsers": ["All"], "excludeGroups": [STAFF, BREAK_GLASS] })),
        Some(vec![])
    );
    // A list of everybody says nothing.
    assert_eq!(people(&all, &json!({ "includeUsers": ["None"] })), None);
    let text = diff(&all, &without(STAFF), &["--directory", DIRECTORY]);
    assert!(
        text.contains("In the directory, they are \"Ada Lovelace\", \"Grace Hopper\", \"Linus Pauling\" and 2 more."),
        "{text}"
    );
    assert!(!diff(&all, &without(STAFF), &[]).contains("directory"));
}

#[test]
fn names_of_people_are_in_no_format() {
    let folder = tempfile::tempdir().unwrap();
    redact::tenant(folder.path());
    let run = |format: &str, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
        command.current_dir(folder.path()).args(["diff", "policies/CA002.json", "policies", "--directory", "."]);
        let output = command.args(["--format", format]).args(more).env("NO_COLOR", "1").output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let is_named = |text: &str| redact::NAMES.iter().any(|name| text.contains(name));
    assert!(is_named(&run("json", &[])));
    for format in ["pretty", "concise", "json", "sarif", "markdown", "github"] {
        let text = run(format, &["--redact"]);
        assert!(!text.is_empty() && !is_named(&text), "{format}: {text}");
    }
}
