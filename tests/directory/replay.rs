//! `caplint replay` with a directory: who is in which group decides what a policy asks of a sign-in.

use serde_json::{Value, json};
use std::process::Command;

const POLICIES: &str = "tests/directory/policies.json";
const DIRECTORY: &str = "tests/directory/exports/expanded";

fn row(number: usize, name: &str) -> Value {
    json!({
        "id": format!("10000000-0000-4000-8000-{number:012}"),
        "createdDateTime": "2026-11-20T08:00:00Z",
        "userId": format!("a0000000-0000-4000-8000-{number:012}"),
        "userPrincipalName": format!("{name}@contoso.com"),
        "userType": "member",
        "homeTenantId": "7e4a0000-0000-4000-8000-000000000000",
        "resourceTenantId": "7e4a0000-0000-4000-8000-000000000000",
        "crossTenantAccessType": "none",
        "appId": "00000002-0000-0ff1-ce00-000000000000",
        "resourceId": "00000002-0000-0ff1-ce00-000000000000",
        "resourceDisplayName": "Office 365 Exchange Online",
        "clientAppUsed": "Browser",
        "isInteractive": true,
        "ipAddress": "203.0.113.10",
        "conditionalAccessStatus": "notApplied",
        "status": { "errorCode": 0 },
        "deviceDetail": { "deviceId": "", "operatingSystem": "Windows10" }
    })
}

/// (granted, asked, blocked, unknown), and the report.
fn replay(arguments: &[&str]) -> (Vec<u64>, String) {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.json");
    let rows = json!({ "value": [row(1, "ada"), row(5, "breakglass1")] });
    std::fs::write(&log, rows.to_string()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["replay", "--format", "json", "--isolated"]).arg(&log);
    let output = command.args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let report: Value =
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let of = |class: &str| report["counts"][class].as_u64().unwrap_or_default();
    (["granted", "asked", "blocked", "unknown"].map(of).to_vec(), text)
}

#[test]
fn a_directory_tells_what_a_log_does_not() {
    let (counts, _) = replay(&[POLICIES]);
    assert_eq!(counts, [0, 0, 0, 2]);
    // Ada is one of all staff, and the emergency account is excluded.
    let (counts, text) = replay(&[POLICIES, "--directory", DIRECTORY]);
    assert_eq!(counts, [1, 1, 0, 0], "{text}");
}

#[test]
fn a_report_without_names_has_ids_of_users() {
    let (_, named) = replay(&[POLICIES, "--directory", DIRECTORY]);
    let (_, text) = replay(&[POLICIES, "--directory", DIRECTORY, "--redact"]);
    assert!(named.contains("ada@contoso.com") && !text.contains("ada@") && !text.contains("breakglass1@"), "{text}");
    assert!(text.contains("a0000000-0000-4000-8000-000000000001"), "{text}");
}
