//! `caplint replay`: sign-in logs as people export them, and what becomes of their rows.

#![allow(clippy::unwrap_used)]

mod oracle;
#[path = "../support/sayings.rs"]
#[allow(dead_code, reason = "some of them")]
mod said;
#[path = "../support/mod.rs"]
mod support;

use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use support::folder;

const PAGE: &str = "logs/graph-page.json";

/// caplint in the folder of the logs.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay"));
    command.args(["replay", "--isolated"]).args(arguments).env_remove("RAYON_NUM_THREADS");
    command
}

fn output(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn said(arguments: &[&str]) -> String {
    String::from_utf8(output(arguments).stdout).unwrap()
}

fn code(arguments: &[&str]) -> Option<i32> {
    output(arguments).status.code()
}

fn report(arguments: &[&str]) -> Value {
    let output = output(&[arguments, &["--format", "json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// The rows of the page, to be changed.
fn rows() -> Vec<Value> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay").join(PAGE)).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["value"].as_array().unwrap().clone()
}

#[test]
fn the_same_sign_ins_in_every_form_are_the_same_report() {
    let logs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay/logs");
    let mut forms: Vec<String> =
        fs::read_dir(logs).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    forms.sort();
    assert_eq!(
        forms,
        [
            "admin-center.csv",
            "admin-center.json",
            "diagnostic-settings.jsonl",
            "event-hub.json",
            "graph-lines.jsonl",
            "graph-page.json",
            "log-analytics.csv",
            "log-analytics.json",
            "powershell.json",
        ]
    );
    let of = |form: &str| {
        let mut report = report(&[&format!("logs/{form}"), "policies"]);
        report["files"] = Value::Null;
        report
    };
    let page = of("graph-page.json");
    assert_eq!(page["rows"]["replayed"], 8);
    for form in forms {
        assert_eq!(of(&form), page, "{form}");
    }
}

#[test]
fn what_becomes_of_each_sign_in_is_told() {
    insta::assert_snapshot!(said(&[PAGE, "policies"]));
}

#[test]
fn the_example_of_the_page_is_what_it_says() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/replay.md")).unwrap();
    let example = page.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(said(&[PAGE, "policies"]).contains(example), "{example}");
}

#[test]
fn two_tenants_are_compared_sign_in_by_sign_in() {
    insta::assert_snapshot!(said(&[PAGE, "--before", "policies", "--after", "policies-after"]));
    let same = report(&[PAGE, "--before", "policies", "--after", "policies"]);
    for class in ["loosened", "tightened", "newlyBlocked", "newlyUnblocked", "sessionChanged", "mayChange"] {
        assert_eq!(same["counts"][class], 0, "{class}");
    }
}

/// The page has two rows that were written before "CA001" had the location that it has now.
#[test]
fn disagreements_with_microsoft_are_listed_by_condition() {
    insta::assert_snapshot!(said(&[PAGE, "policies", "--verify", "--top", "3"]));
    assert_eq!(code(&[PAGE, "policies", "--verify"]), Some(1));
    let mut rows = rows();
    rows.retain(|row| {
        !["bob@contoso.example", "ida@contoso.example"].contains(&row["userPrincipalName"].as_str().unwrap())
    });
    let log = folder(&[("log.json", &json!(rows).to_string())]);
    let log = log.path().join("log.json");
    assert_eq!(code(&[log.to_str().unwrap(), "policies", "--verify"]), Some(0));
}

#[test]
fn words_and_numbers_of_conditions_are_verified_alike() {
    let of = |form: &str| report(&[form, "policies", "--verify"])["verified"].clone();
    assert_eq!(of("logs/diagnostic-settings.jsonl"), of(PAGE));
    assert_eq!(of("logs/log-analytics.csv"), of(PAGE));
}

#[test]
fn a_policy_that_the_files_do_not_have_is_named_and_so_is_one_that_the_log_does_not_have() {
    let mut rows = rows();
    rows[0]["appliedConditionalAccessPolicies"][0]["id"] = json!("c0000000-0000-4000-8000-00000000000f");
    rows[0]["appliedConditionalAccessPolicies"][0]["displayName"] = json!("\u{1b}[31mOld");
    let log = folder(&[("log.json", &json!(rows[..1]).to_string())]);
    let text = said(&[log.path().to_str().unwrap(), "policies", "--verify"]);
    assert!(
        text.contains("not in the files: \"\u{FFFD}[31mOld\" (c0000000-0000-4000-8000-00000000000f): 1 sign-in"),
        "{text}"
    );
    assert!(text.contains("not in the log: \"CA001 MFA outside the offices\""), "{text}");
}

#[test]
fn the_report_is_as_its_schema_has_it() {
    let schema: Value = serde_json::from_str(caplint::schema::REPLAY_SCHEMA).unwrap();
    let validator = jsonschema::options().offline().build(&schema).unwrap();
    for arguments in [
        &[PAGE, "policies"][..],
        &[PAGE, "policies", "--verify"],
        &[PAGE, "--before", "policies", "--after", "policies-after"],
    ] {
        let report = report(arguments);
        let errors: Vec<String> =
            validator.iter_errors(&report).map(|error| format!("{error} at {}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn the_report_for_a_ticket_is_read_by_people_and_bots() {
    insta::assert_snapshot!(said(&[PAGE, "policies", "--format", "markdown"]));
}

/// However long names are, and however many there are of them.
#[test]
fn the_report_for_a_ticket_fits_into_a_comment() {
    let name = "<|@".repeat(4_000);
    let row_of = |index: usize| {
        let mut row = rows()[index % rows().len()].clone();
        for key in ["userDisplayName", "userPrincipalName", "appDisplayName", "resourceDisplayName"] {
            row[key] = format!("{index} {name}").into();
        }
        row["id"] = format!("10000000-0000-4000-8000-{index:012}").into();
        row["userId"] = format!("a0000000-0000-4000-8000-{index:012}").into();
        row
    };
    let log = folder(&[("log.json", &json!({"value": (0..100).map(row_of).collect::<Vec<_>>()}).to_string())]);
    let path = log.path().join("log.json");
    let arguments = [path.to_str().unwrap(), "policies", "--top", "100000", "--format", "markdown"];
    let text = said(&arguments);
    assert!((2_000..=60_000).contains(&text.chars().count()), "{}", text.chars().count());
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    assert!(text.ends_with("`caplint diff` decides about all sign-ins.\n"), "{text}");
}

#[test]
fn a_damaged_row_is_counted_and_located_and_costs_no_other() {
    let whole = rows();
    let lines = format!("{}\n{{\"id\": \n{}\n{{\"activity\": 1}}\n", whole[0], whole[1]);
    let log = folder(&[("log.jsonl", &lines)]);
    let report = report(&[log.path().join("log.jsonl").to_str().unwrap(), "policies"]);
    assert_eq!((&report["rows"]["all"], &report["rows"]["replayed"]), (&json!(4), &json!(2)));
    let damaged = report["rows"]["damaged"].as_array().unwrap();
    let places: Vec<_> =
        damaged.iter().map(|one| (one["row"].as_u64(), one["line"].as_u64(), one["why"].as_str())).collect();
    assert_eq!(places, [(Some(2), Some(2), Some("malformed")), (Some(4), Some(4), Some("noSignIn"))]);
}

#[test]
fn a_log_that_is_cut_off_is_reported_and_fails() {
    let text = json!(rows()).to_string();
    let end = text.rfind("\"ida@").unwrap();
    let log = folder(&[("log.json", &text[..end])]);
    let output = output(&[log.path().to_str().unwrap(), "policies"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("7 sign-ins of users replayed") && text.contains("ends too early"), "{text}");
}

#[test]
fn a_page_of_a_log_that_goes_on_says_so() {
    let page = json!({ "@odata.nextLink": "https://graph.microsoft.com/beta/x", "value": rows() });
    let log = folder(&[("log.json", &page.to_string())]);
    let text = said(&[log.path().to_str().unwrap(), "policies"]);
    assert!(text.contains("is one page of a log that goes on"), "{text}");
}

#[test]
fn what_is_no_log_is_passed_over_or_refused() {
    let log = folder(&[("a.json", &json!(rows()).to_string()), ("b.txt", "hello\n"), ("c.csv", "a,b,c\n1,2,3\n")]);
    let report = report(&[log.path().to_str().unwrap(), "policies"]);
    let is_log: Vec<bool> =
        report["files"].as_array().unwrap().iter().map(|file| file["isLog"].as_bool().unwrap()).collect();
    assert_eq!(is_log, [true, false, false]);
    for path in ["policies", "there-is-no-such-log"] {
        assert_eq!(code(&[path, "policies"]), Some(2), "{path}");
    }
    assert_eq!(code(&[PAGE, "policies", "--before", "policies"]), Some(2));
    assert_eq!(code(&[PAGE, "logs"]), Some(2));
}

/// Excel writes semicolons where people write numbers with commas, and stops where the disk is full.
#[test]
fn a_table_may_have_semicolons_and_may_be_cut_off() {
    let header =
        "Date (UTC);Request ID;User ID;Username;Application;Resource ID;Client app;IP address;Conditional Access";
    let row = |number: u32| {
        format!("2026-11-20T08:00:00Z;{number};a;ada@contoso.example;App;{number};Browser;203.0.113.1;Not Applied")
    };
    let text = format!("{header}\r\n{}\r\n{}\r\n{}", row(1), row(2), &row(3)[..40]);
    let log = folder(&[("log.csv", &text)]);
    let output = output(&[log.path().to_str().unwrap(), "policies", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["rows"]["replayed"], &report["rows"]["malformed"]), (&json!(2), &json!(1)));
    assert_eq!((&report["files"][0]["isCut"], output.status.code()), (&json!(true), Some(2)));
}

/// Microsoft Graph stands for other services, and the log may name them.
#[test]
fn a_sign_in_to_microsoft_graph_is_for_whatever_the_log_says() {
    const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
    const OTHER: &str = "00000003-0000-0ff1-ce00-000000000000";
    let policy = json!({
        "id": "c0000000-0000-4000-8000-000000000001", "displayName": "Block Exchange", "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"], "applications": { "includeApplications": [EXCHANGE] },
            "users": { "includeUsers": ["All"] }
        },
        "grantControls": { "operator": "OR", "builtInControls": ["block"] }
    });
    let of = |audiences: Value| {
        let mut row = rows().swap_remove(1);
        row["resourceId"] = json!("00000003-0000-0000-c000-000000000000");
        row["conditionalAccessAudiences"] = audiences;
        let files = folder(&[("log.json", &row.to_string()), ("policies/a.json", &policy.to_string())]);
        let path = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
        let counts = report(&[&path("log.json"), &path("policies")])["counts"].clone();
        ["granted", "blocked", "unknown"].into_iter().find(|outcome| counts[*outcome] == 1).unwrap()
    };
    assert_eq!(of(Value::Null), "unknown");
    assert_eq!(of(json!([{ "applicationId": EXCHANGE, "audienceReasons": "delegatedScope" }])), "blocked");
    assert_eq!(of(json!([EXCHANGE])), "blocked");
    assert_eq!(of(json!([{ "applicationId": OTHER }])), "granted");
    assert_eq!(of(json!([{ "applicationId": OTHER }, { "applicationId": EXCHANGE }])), "unknown");
}

#[test]
fn standard_input_is_a_log() {
    let mut child =
        command(&["-", "policies", "--format", "json"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(json!(rows()).to_string().as_bytes()).unwrap();
    let report: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(report["rows"]["replayed"], 8);
}

#[test]
fn workloads_and_hidden_risk_are_told_apart() {
    let mut rows = rows();
    rows[0]["signInEventTypes"] = json!(["servicePrincipal"]);
    rows[1]["riskLevelDuringSignIn"] = json!("hidden");
    let policy = json!({
        "id": "c0000000-0000-4000-8000-000000000001", "displayName": "Block risk", "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"], "applications": { "includeApplications": ["All"] },
            "users": { "includeUsers": ["All"] }, "signInRiskLevels": ["high"]
        },
        "grantControls": { "operator": "OR", "builtInControls": ["block"] }
    });
    let files = folder(&[("log/log.json", &json!(rows[..3]).to_string()), ("policies/a.json", &policy.to_string())]);
    let path = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
    let report = report(&[&path("log"), &path("policies")]);
    assert_eq!(report["rows"]["workloads"], 1);
    assert_eq!((&report["counts"]["granted"], &report["counts"]["unknown"]), (&json!(1), &json!(1)));
    assert_eq!(report["unknown"][0]["field"], "riskLevelDuringSignIn");
}

/// Many batches, and more than a thread's worth of them.
#[test]
fn one_thread_and_eight_write_the_same_bytes() {
    let rows = rows();
    let mut lines = String::new();
    for number in 0..4_000_usize {
        let mut row = rows[number % rows.len()].clone();
        row["id"] = json!(format!("{:08}", 7_919 * number % 4_000));
        row["userPrincipalName"] = json!(format!("user{}@contoso.example", number % 300));
        lines += &format!("{row}\n");
    }
    let log = folder(&[("log.jsonl", &lines)]);
    let run = |threads: &str| {
        let arguments = [log.path().to_str().unwrap(), "policies", "--verify", "--format", "json"];
        command(&arguments).env("RAYON_NUM_THREADS", threads).output().unwrap().stdout
    };
    let once = run("1");
    assert!(once.len() > 1_000);
    assert_eq!(once, run("8"));
    assert_eq!(once, run("3"));
}
