//! What is said of a tenant item by item, and what there is to ask for.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use std::process::Command;

fn said(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_caplint"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .env("LANG", "C.UTF-8")
        .output()
        .unwrap();
    // `-v` says there what each file was taken for.
    let is_quiet = output.stderr.is_empty() || arguments.contains(&"-v");
    assert!(is_quiet, "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn report(arguments: &[&str]) -> Value {
    serde_json::from_str(&said(&[arguments, &["--format", "json"]].concat())).unwrap()
}

/// What `arguments` say of a tenant of which nothing else is known.
fn check(folder: &str, arguments: &[&str]) -> Vec<&'static str> {
    [&["check", folder, "--isolated"], arguments].concat().into_iter().map(|one| &*one.to_owned().leak()).collect()
}

#[test]
fn every_item_is_listed_with_what_decides_it() {
    let all = report(&["benchmarks"]);
    let schema: Value = serde_json::from_str(caplint::schema::BENCHMARKS_SCHEMA).unwrap();
    let validator = jsonschema::options().offline().build(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&all).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    let ids: Vec<&str> = all["benchmarks"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, caplint::controls::benchmark_ids().collect::<Vec<_>>());

    let one = report(&["benchmarks", "cis-m365-7.0"]);
    assert_eq!(one["benchmarks"].as_array().unwrap().len(), 1);
    let items = one["benchmarks"][0]["items"].as_array().unwrap();
    assert_eq!(items.len(), 17);
    assert_eq!(items[0]["status"], "decided");
    assert_eq!(items[0]["controls"], json!(["mfa-admins"]));

    let text = said(&["benchmarks", "cis-m365-7.0"]);
    assert!(text.contains("  5.2.2.17  L1  Authentication transfer is blocked\n      decided by "), "{text}");
    assert!(text.contains("      not decided: "), "{text}");
    assert!(said(&["benchmarks", "essential-eight"]).contains("      partly decided by "));
    assert!(!text.contains("scuba") && said(&["benchmarks"]).contains("\nall  Every shipped control"));
}

#[test]
fn a_tenant_is_scored_by_items_in_every_format_for_people() {
    let score = "cis-m365-7.0: 1 of 17 items passes (1 with exceptions), 14 fail, 2 not decided by caplint\n";
    let of = |arguments: &[&str]| said(&check("testdata/report-only", arguments));
    for format in ["pretty", "concise"] {
        let line = format!("testdata/report-only: {score}");
        let text = of(&["--benchmark", "cis-m365-7.0", "--format", format]);
        assert!(text.contains(&line), "{text}");
        assert!(!of(&["--benchmark", "cis-m365-7.0", "--format", format, "--quiet"]).contains(" of 17 items "));
        assert!(!of(&["--format", format]).contains(" of 17 items "));
    }
    let listed = of(&["--benchmark", "cis-m365-7.0", "-v"]);
    assert!(listed.contains("\n  5.2.2.12  L1 fail         Device code flow is blocked (device-code-flow-blocked)\n"));
    let markdown = of(&["--benchmark", "cis-m365-7.0", "--format", "markdown"]);
    let row = "| CIS Microsoft 365 Foundations Benchmark 7.0 | 17 | 1 | 14 | 0 | 0 | 2 |\n";
    assert!(markdown.contains(row), "{markdown}");
}

#[test]
fn all_benchmarks_are_scored_without_their_items() {
    let text = said(&check("testdata/report-only", &["--benchmark", "all", "-v"]));
    assert!(!text.contains("\n  5.2.2.12  "), "{text}");
    let scores = text.lines().filter(|line| line.contains(" items pass")).count();
    assert_eq!(scores, caplint::controls::benchmark_ids().count());
    // Who names one wants to see it.
    let text = said(&check("testdata/report-only", &["--benchmark", "all", "--benchmark", "scuba", "-v"]));
    assert!(text.contains("\n  MS.AAD.3.9v1  SHOULD fail ") && !text.contains("\n  5.2.2.12  "), "{text}");
}

#[test]
fn the_report_for_programs_has_every_item() {
    let schema: Value = serde_json::from_str(caplint::schema::REPORT_SCHEMA).unwrap();
    let validator = jsonschema::options().offline().build(&schema).unwrap();
    let of = |arguments: &[&str]| {
        let report = report(&check("testdata/well-kept", arguments));
        let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
        report["tenants"][0]["benchmarks"].clone()
    };
    assert_eq!(of(&[]), json!([]));
    assert_eq!(of(&["--control", "mfa-guests"]), json!([]));
    assert_eq!(of(&["--benchmark", "scuba", "--scope", "file"]), json!([]));
    assert_eq!(of(&["--benchmark", "all"])[0]["items"], Value::Null);
    let scuba = &of(&["--benchmark", "scuba"])[0];
    let outcome = |number: &str| {
        let items = scuba["items"].as_array().unwrap().iter();
        items.clone().find(|item| item["number"] == number).unwrap()["outcome"].as_str().unwrap().to_owned()
    };
    assert_eq!(outcome("MS.AAD.1.1v1"), "pass-except");
    assert_eq!(outcome("MS.AAD.3.1v1"), "fail");
    assert_eq!(outcome("MS.AAD.3.4v1"), "not-decided");
    let sum: u64 = scuba["counts"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(sum, 13);
}

/// An editor would mark a benchmark that the schema does not know.
#[test]
fn the_schema_of_the_configuration_knows_every_benchmark() {
    let schema: Value = serde_json::from_str(caplint::schema::CONFIG_SCHEMA).unwrap();
    let known: Vec<&str> = ["all"].into_iter().chain(caplint::controls::benchmark_ids()).collect();
    assert_eq!(schema["properties"]["benchmarks"]["items"]["enum"], json!(known));
}

/// Each control that is new with the tables, on a tenant that has it, has not, and does not tell.
#[test]
fn a_control_passes_fails_and_is_undecided() {
    for id in [
        "agent-identities-blocked",
        "agent-users-blocked",
        "authentication-transfer-blocked",
        "elevated-insider-risk-blocked",
        "high-risk-agents-blocked",
        "high-risk-service-principals-blocked",
        "service-principals-outside-trusted-locations-blocked",
        "managed-device-or-mfa",
        "managed-devices-admins",
        "no-persistent-browser-admins",
        "sign-in-frequency-admins",
        "sign-in-frequency-all-users",
        "sign-in-frequency-high-risk-users",
        "sign-in-frequency-intune-enrollment",
        "sign-in-frequency-risky-sign-ins",
        "synchronization-account-restricted",
        "token-protection",
    ] {
        let example = &caplint::controls::find(id).unwrap().text.as_ref().unwrap().example;
        let verdict = |policy: &str| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("policy.json");
            std::fs::write(&path, policy).unwrap();
            let path = path.to_str().unwrap();
            let output = Command::new(env!("CARGO_BIN_EXE_caplint"))
                .args(["check", path, "--isolated", "--control", id, "--format", "json"])
                .output()
                .unwrap();
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            report["tenants"][0]["controls"][0]["verdict"].as_str().unwrap().to_owned()
        };
        let untold = example.enforced.replace("\"enabled\"", "\"<State>\"");
        assert!(["enforced", "enforced-except"].contains(&verdict(&example.enforced).as_str()), "{id}");
        assert_eq!(verdict(&example.open), "not-enforced", "{id}");
        assert_eq!(verdict(&untold), "undecided", "{id}");
    }
}
