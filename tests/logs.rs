//! What reaches a log: names in policies, files and configurations never act on a terminal or a build agent.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use std::process::Command;
use tempfile::TempDir;

mod support;

/// What a build agent or a terminal acts on, or a reader does not see.
const ORDERS: &str = "##vso[task.setvariable variable=X]y ##[stop-commands]z\n::error::pwned\r\n::add-mask::a\
    \u{1b}[31m\u{9b}2J\u{ad}\u{115f}\u{1160}\u{3164}\u{2800}\u{200b}\u{202e}\u{2066}\u{fe0f}\u{e0041}\u{e0101}\u{feff}end";

/// A folder in which everything that can have a name has a hostile one.
fn hostile() -> TempDir {
    let policy = json!({
        "id": format!("a1 {ORDERS}"),
        "displayName": format!("name {ORDERS}"),
        "state": format!("enabled{ORDERS}"),
        format!("key{ORDERS}"): 1,
        "conditions": {
            "clientAppTypes": ["all", ORDERS],
            "applications": { "includeApplications": ["All"], "excludeApplications": [ORDERS], ORDERS: ["x"] },
            "users": { "includeUsers": ["All"], "excludeUsers": [ORDERS], "excludeGroups": [format!("group {ORDERS}")] },
            "locations": { "includeLocations": ["All"], "excludeLocations": [ORDERS] },
            "platforms": { "includePlatforms": ["all"], format!("excludePlatform{ORDERS}"): ["linux"] },
            "devices": { "deviceFilter": { "mode": "exclude", "rule": format!("device.trustType -eq \"{ORDERS}\"") } },
        },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa", ORDERS] },
    });
    let mfa = json!({
        "id": "a1000000-0000-4000-8000-000000000002",
        "displayName": format!("mfa {ORDERS}"),
        "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"],
            "applications": { "includeApplications": ["All"] },
            "users": { "includeUsers": ["All"], "excludeGroups": ["b6000000-0000-4000-8000-000000000001"] },
        },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
    });
    let group = json!({
        "id": "b6000000-0000-4000-8000-000000000001",
        "displayName": format!("group {ORDERS}"),
        "groupTypes": [],
        "securityEnabled": true,
    });
    let text = toml::Value::from(ORDERS).to_string();
    let config = format!(
        "[[exception]]\ngroup = \"b6000000-0000-4000-8000-000000000001\"\nname = {text}\nowner = {text}\nreason = {text}\n\
         [[ignore]]\nrule = \"letter-case\"\npolicy = {text}\nreason = {text}\n\
         [[ignore]]\nrule = \"unknown-property\"\npath = \"**\"\nreason = {text}\n"
    );
    let terraform = format!(
        "# caplint: ignore[letter-case] {0}\nresource \"azuread_conditional_access_policy\" \"p\" {{\n  display_name = {1}\n  \
         state = \"on ##vso[x] ::error::y\" # ##[group] \u{202e}\n}}\n",
        ORDERS.replace(['\n', '\r'], " "),
        json!(ORDERS.replace('\u{9b}', ""))
    );
    support::folder(&[
        ("::error::##vso[a]/##[b]\u{202e}\u{3164}.json", &policy.to_string()),
        ("::error::##vso[a]/::c.json", &mfa.to_string()),
        ("group.json", &group.to_string()),
        ("##vso[broken]::x.json", "{\"displayName\": \"##vso[x] ::error::y\u{3164}\" \"conditions\"}"),
        ("caplint.toml", &config),
        ("main.tf", &terraform),
    ])
}

/// Standard output and standard error.
fn run(folder: &TempDir, arguments: &[&str]) -> [String; 2] {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    let output = command.current_dir(folder.path()).args(arguments).output().unwrap();
    [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap())
}

fn assert_harmless(text: &str, what: &str) {
    for order in ["##vso[", "##[", "::error::pwned", "::error::y", "::add-mask"] {
        assert!(!text.contains(order), "{what}: {order}\n{text}");
    }
    for line in text.lines() {
        let is_ours = what.contains("github")
            && ["::error title=", "::warning title=", "::notice title="].iter().any(|own| line.starts_with(own));
        assert!(is_ours || !line.trim_start().starts_with("::"), "{what}: {line}");
    }
    let hidden = |character: char| {
        (character.is_control() && character != '\n')
            || matches!(character, '\u{ad}' | '\u{115f}'..='\u{1160}' | '\u{3164}' | '\u{2800}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2066}' | '\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
    };
    // The sign of a verdict in Markdown is ours.
    let found = text.replace("☑\u{fe0f}", "").chars().find(|character| hidden(*character));
    assert_eq!(found, None, "{what}\n{text}");
}

#[test]
fn no_report_passes_on_an_order() {
    let folder = hostile();
    for format in ["pretty", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"] {
        for how in [&[][..], &["--isolated"], &["--no-ignores", "--tenant-per-path"]] {
            let arguments = [&["check", "--format", format, "-v", "--benchmark", "all"], how].concat();
            for text in run(&folder, &arguments) {
                assert_harmless(&text, &format!("{arguments:?}"));
            }
        }
    }
}

#[test]
fn no_other_command_passes_on_an_order() {
    let folder = hostile();
    for arguments in [
        &["files"][..],
        &["files", "--format", "json"],
        &["what-if", "--witness", "1", "."],
        &["what-if", "--witness", "1", "--format", "json", "."],
        &["test", "--init", "--policies", "."],
        &["test", "--format", "junit"],
        &["test", "--emit", "what-if"],
        &["baseline", "write", "--baseline", "::error::pwned##vso[x]/none.json"],
        &["check", "--config", "::error::pwned##vso[x]"],
        &["check", "--output", "json=::error::pwned##vso[x]/y/z"],
        &["check", "::error::pwned##vso[x].json"],
        &["check", "--::error::pwned##vso[x]"],
        &["explain", "::error::pwned##vso[x]"],
        &["check", "--benchmark", "::error::pwned##vso[x]"],
    ] {
        for text in run(&folder, arguments) {
            assert_harmless(&text, &format!("{arguments:?}"));
        }
    }
}

#[test]
fn no_problem_of_the_configuration_passes_on_an_order() {
    let text = toml::Value::from(ORDERS).to_string();
    for config in [
        format!("# ##vso[x] ::error::y\n{text} = 1\n"),
        format!("[rules]\n{text} = \"off\"\n"),
        format!("benchmarks = [{text}]\n"),
        format!("[[ignore]]\nrule = \"letter-case\"\npath = {text}\nreason = {text}\npolicy = \"x\"\n"),
        "::error::pwned\n##vso[x]\n".to_owned(),
    ] {
        let folder = support::folder(&[("caplint.toml", &config)]);
        for said in run(&folder, &["check"]) {
            assert_harmless(&said, &config);
        }
    }
}

#[test]
fn programs_still_read_what_the_files_say() {
    let folder = hostile();
    let [report, _] = run(&folder, &["check", "--isolated", "--format", "json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    let names = report["findings"].as_array().unwrap().iter().map(|finding| &finding["policy"]["displayName"]);
    assert!(names.into_iter().any(|name| *name == format!("name {ORDERS}")));
}

/// Broken files of every kind that may hold secrets, each with one beside its mistake.
#[test]
fn no_line_of_a_broken_file_that_may_hold_secrets_is_shown() {
    let broken = [
        ("terraform.tfvars", "client_secret = \"hunter2\"\nx = = 3\n"),
        ("a.auto.tfvars", "x = \"hunter2\n"),
        ("b.auto.tfvars.json", "{\"x\": \"hunter2\" \"y\": 1}"),
        ("terraform.tfstate", "{\"resources\": [], \"outputs\": {\"x\": \"hunter2\" oops}}"),
        ("state.json", "{\"lineage\": \"x\", \"conditions\": {\"x\": \"hunter2\" oops}}"),
        ("plan.json", "{\"format_version\": \"1.2\", \"variables\": {\"x\": {\"value\": \"hunter2\" oops}}}"),
        ("credentials.json", "{\"appId\": \"a\", \"password\": \"hunter2\" \"tenant\": \"x\"}"),
        // What is said of the tenant points at the file's beginning.
        ("first.json", "{\"k\": \"hunter2\", \"c\": {} oops"),
        ("unnamed.json", "{\"appId\": \"a\", \"k\": \"hunter2\" \"tenant\": \"x\"}"),
        ("cut.json", "{\"conditions\": {}, \"accessToken\": \"hunter2"),
        (
            "main.tf",
            "provider \"azuread\" {\n  client_secret = \"hunter2\" oops\n}\nresource \"azuread_conditional_access_policy\" \"p\" {\n}\n",
        ),
        ("variables.tf", "variable \"x\" {\n  sensitive = true\n  default = \"hunter2\" oops\n}\n"),
        ("policies.yaml", "secret: hunter2\ndisplayName: x\nconditions:\n  grantControls:\n  builtInControls: [mfa]\n"),
        ("policies.ps1", "$x = 'hunter2' # credential\nConfiguration x { AADConditionalAccessPolicy y {} }\n"),
    ];
    let folder = support::folder(&broken);
    // A byte that is not UTF-8.
    std::fs::write(folder.path().join("latin.json"), b"{\"conditions\": {}, \"secret\": \"hunter2 \xfc\"}").unwrap();
    for format in ["pretty", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"] {
        for (name, _) in broken.iter().chain([&("latin.json", "")]) {
            let [out, said] = run(&folder, &["check", "--isolated", "-v", "--format", format, name]);
            assert!(!out.contains("hunter2") && !said.contains("hunter2"), "{format} {name}\n{out}{said}");
        }
        let [out, said] = run(&folder, &["check", "--isolated", "-v", "--format", format]);
        assert!(!out.contains("hunter2") && !said.contains("hunter2"), "{format}\n{out}{said}");
    }
}

/// What is read is pointed into, and on its line stands nothing else.
#[test]
fn nothing_is_shown_beside_a_policy_in_a_file_with_secrets() {
    let file = json!({
        "provider": { "azuread": { "client_secret": "hunter2" } },
        "resource": { "azuread_conditional_access_policy": { "p": {
            "display_name": "x", "state": "enabeld", "conditions": { "client_app_types": ["all"] },
        } } },
    });
    let folder = support::folder(&[("main.tf.json", &file.to_string())]);
    let [out, _] = run(&folder, &["check", "--isolated", "-v"]);
    assert!(out.contains("enabeld") && !out.contains("hunter2"), "{out}");
}
