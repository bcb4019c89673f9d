//! Answers of Microsoft Graph: which of them hold policies in force, and what is said of those that do not.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

/// A tenant in a folder of its own.
struct Run {
    code: i32,
    report: Value,
}

impl Run {
    fn of(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        Self::check(folder.path())
    }

    fn of_json(files: &[(&str, &Value)]) -> Self {
        let texts: Vec<(&str, String)> = files.iter().map(|(name, value)| (*name, value.to_string())).collect();
        Self::of(&texts.iter().map(|(name, text)| (*name, text.as_bytes())).collect::<Vec<_>>())
    }

    fn check(folder: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
        let output = command.current_dir(folder).args(["check", "--isolated", "--format", "json"]).output().unwrap();
        let report = serde_json::from_slice(&output.stdout).unwrap();
        Self { code: output.status.code().unwrap(), report }
    }

    fn verdict(&self) -> &str {
        self.report["tenants"][0]["controls"][0]["verdict"].as_str().unwrap_or("none")
    }

    /// The messages of a rule.
    fn says(&self, rule: &str) -> Vec<&str> {
        let findings = self.report["findings"].as_array().unwrap();
        let of_rule = findings.iter().filter(|finding| finding["rule"] == rule);
        of_rule.map(|finding| finding["message"].as_str().unwrap()).collect()
    }
}

/// A policy that asks everybody for MFA everywhere.
fn mfa(number: u32) -> Value {
    json!({
        "id": format!("0c3ab4b0-0000-4000-8000-{number:012}"), "displayName": format!("CA{number:03}"), "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"], "applications": {"includeApplications": ["All"]}, "users": {"includeUsers": ["All"]}
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]}
    })
}

fn with(mut policy: Value, changes: &Value) -> Value {
    for (key, value) in changes.as_object().unwrap() {
        policy[key] = value.clone();
    }
    policy
}

fn off(number: u32) -> Value {
    with(mfa(number), &json!({"state": "disabled"}))
}

fn without(mut policy: Value, keys: &[&str]) -> Value {
    for key in keys {
        policy.as_object_mut().unwrap().remove(*key);
    }
    policy
}

fn context(of: &str) -> String {
    format!("https://graph.microsoft.com/v1.0/$metadata#{of}")
}

const POLICIES: &str = "identity/conditionalAccess/policies";

#[test]
fn whatever_form_the_answer_has_its_policies_are_read() {
    let list = json!({"@odata.context": context(POLICIES), "value": [mfa(1)]});
    for (name, answer) in [
        ("a list", list.clone()),
        ("pages", json!([list, {"value": [off(2)]}])),
        ("policies", json!({"policies": [mfa(1)]})),
        ("data", json!({"data": {"value": [mfa(1)]}})),
        ("data of another kind", json!({"data": [mfa(1)]})),
        ("body", json!({"statusCode": 200, "body": list})),
        ("deeper", json!({"tenant": {"conditionalAccess": {"policies": {"value": [mfa(1)]}}}})),
        ("lists of lists", json!([[mfa(1)], [off(2)]])),
        ("batch", json!({"responses": [{"id": "1", "status": 200, "body": list}]})),
        ("batches", json!([{"responses": [{"id": "1", "status": 200, "body": list}]}])),
    ] {
        let run = Run::of_json(&[("answer.json", &answer)]);
        assert_eq!((run.verdict(), run.code), ("enforced", 0), "{name}: {:#}", run.report);
    }
}

#[test]
fn what_is_in_the_recycle_bin_or_a_template_is_not_in_force() {
    let bin = "identity/conditionalAccess/deletedItems/policies";
    let details = without(mfa(1), &["id", "displayName", "state"]);
    let template = json!({"id": "c7503427-338e-4c5e-902d-abe252afbb43", "name": "MFA", "scenarios": "zeroTrust", "details": details});
    for (name, answer) in [
        ("a list", json!({"@odata.context": context(bin), "value": [mfa(1)]})),
        ("one", with(mfa(1), &json!({"@odata.context": context(&format!("{bin}/$entity"))}))),
        ("any deleted object", json!({"@odata.context": context("directory/deletedItems"), "value": [mfa(1)]})),
        (
            "in a batch",
            json!({"responses": [{"status": 200, "body": {"@odata.context": context(bin), "value": [mfa(1)]}}]}),
        ),
        ("in a wrapper", json!({"policies": [], "deletedItems": [mfa(1)]})),
        ("dated", json!([with(mfa(1), &json!({"deletedDateTime": "2026-01-02T03:04:05Z"}))])),
        ("a template", template.clone()),
        ("templates", json!({"@odata.context": context("identity/conditionalAccess/templates"), "value": [template]})),
    ] {
        let run = Run::of_json(&[("answer.json", &answer), ("off.json", &off(9))]);
        assert_eq!(run.verdict(), "not-enforced", "{name}");
        let errors: Vec<&Value> =
            run.report["findings"].as_array().unwrap().iter().filter(|one| one["level"] == "error").collect();
        assert!(errors.iter().all(|error| error["rule"] == "mfa-azure-management"), "{name}: {errors:#?}");
    }
}

#[test]
fn what_was_not_selected_is_not_known() {
    for (select, keys) in [
        ("id,displayName,state,conditions", &["grantControls"][..]),
        ("id,displayName,state,grantControls", &["conditions"]),
        ("id,displayName,conditions,grantControls", &["state"]),
        ("id,displayName", &["state", "conditions", "grantControls"]),
        ("id,displayName,state,conditions/applications,grantControls", &[]),
    ] {
        let policy = without(mfa(1), keys);
        let set = format!("{POLICIES}({select})");
        let link =
            format!("https://graph.microsoft.com/v1.0/{POLICIES}?$select={}&$skip=1", select.replace(',', "%2C"));
        let last = json!({"@odata.context": context(POLICIES), "value": [without(off(2), keys)]});
        for answer in [
            json!({"@odata.context": context(&set), "value": [policy]}),
            with(policy.clone(), &json!({"@odata.context": context(&format!("{set}/$entity"))})),
            json!([{"@odata.context": context(POLICIES), "@odata.nextLink": link, "value": [policy]}, last]),
        ] {
            let run = Run::of_json(&[("answer.json", &answer)]);
            assert_eq!((run.verdict(), run.code), ("undecided", 1), "{select}: {answer:#}");
        }
    }
    let whole = json!({"@odata.context": context(&format!("{POLICIES}(id,state,conditions,grantControls)")), "value": [mfa(1)]});
    assert_eq!(Run::of_json(&[("answer.json", &whole)]).verdict(), "enforced");
}

fn page(policies: &[Value], next: Option<&str>) -> Value {
    let page = json!({"@odata.context": context(POLICIES), "value": policies});
    let link = |query| json!({"@odata.nextLink": format!("https://graph.microsoft.com/v1.0/{POLICIES}?{query}")});
    next.map_or(page.clone(), |query| with(page, &link(query)))
}

#[test]
fn pages_are_a_list_where_none_is_missing() {
    let (first, last) = (page(&[off(1), off(2)], Some("$skip=2")), page(&[off(3)], None));
    let whole = Run::of_json(&[("1.json", &first), ("2.json", &last)]);
    assert_eq!((whole.verdict(), whole.says("incomplete-export").len()), ("not-enforced", 0));
    for (name, files) in [
        ("no last page", vec![first.clone()]),
        ("a gap", vec![first.clone(), page(&[off(3)], Some("$skip=9")), last.clone()]),
        ("another listing", vec![first.clone(), page(&[off(1), off(2), off(3)], None)]),
        ("an opaque mark", vec![page(&[off(1)], Some("$skiptoken=x")), last]),
    ] {
        let names: Vec<String> = (0..files.len()).map(|number| format!("{number}.json")).collect();
        let files: Vec<(&str, &Value)> = names.iter().map(String::as_str).zip(&files).collect();
        let run = Run::of_json(&files);
        assert_eq!(run.verdict(), "undecided", "{name}");
        assert!(!run.says("incomplete-export").is_empty(), "{name}");
    }
}

#[test]
fn a_request_that_failed_is_named_and_what_it_asked_for_is_missing() {
    let error = json!({"error": {"code": "Forbidden\u{1b}[31m", "message": "::error::x", "innerError": {}}});
    let alone = Run::of_json(&[("answer.json", &error)]);
    assert_eq!((alone.code, alone.says("failed-request").len()), (2, 1));
    assert!(
        alone.says("failed-request")[0].contains("Forbidden") && !alone.says("failed-request")[0].contains('\u{1b}')
    );
    for (name, answer) in [
        ("alone", error.clone()),
        ("a page", json!([{"value": [off(1)]}, error])),
        ("wrapped", json!({"policies": error})),
        (
            "a batch",
            json!({"responses": [{"id": "1", "status": 200, "body": {"value": [off(1)]}}, {"id": "2", "status": 403, "body": error}]}),
        ),
        ("a status as text", json!({"responses": [{"id": "1", "status": "429"}]})),
        ("a token", json!({"error": "invalid_client", "error_description": "x", "error_codes": [7_000_215]})),
    ] {
        let run = Run::of_json(&[("answer.json", &answer), ("off.json", &off(9))]);
        assert_eq!((run.verdict(), run.code, run.says("failed-request").len()), ("undecided", 1, 1), "{name}");
    }
}

#[test]
fn forms_that_are_not_read_are_named_wherever_they_are() {
    let yaml = "Policies:\n  - display_name: A\n    conditions:\n      users_included: [All]\n    grant_controls: {}\n";
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(yaml.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let quoted = json!({"PolicyJson": mfa(1).to_string()}).to_string();
    let encrypted =
        json!({"lineage": "x", "serial": 1, "meta": {}, "encrypted_data": "eA==", "encryption_version": "v0"});
    for (name, bytes) in [
        ("ca.yaml", yaml.as_bytes()),
        ("utf-16.yml", &utf16),
        ("ca.ps1", b"$p = @{\n  Conditions = @{ Users = @{} }\n  GrantControls = @{}\n}\nNew-Policy $p"),
        ("ca.ts", b"import * as azuread from '@pulumi/azuread';\nnew azuread.ConditionalAccessPolicy('mfa', {});"),
        ("ca.py", b"import pulumi_azuread as azuread\nazuread.ConditionalAccessPolicy(\"mfa\", state=\"enabled\")\n"),
        ("new.ps1", b"New-MgIdentityConditionalAccessPolicy -DisplayName x -Conditions $c -GrantControls $g"),
        ("ca.csv", b"DisplayName,State,IncludeUsers,BuiltInControls\nCA001,enabled,All,mfa\n"),
        ("ca.mof", b"instance of MSFT_AADConditionalAccessPolicy as $x\n{\n};"),
        ("ca.jsonc", b"// ours\n[{\"conditions\": [], \"grant_controls\": {}}]"),
        ("quoted.json", quoted.as_bytes()),
        ("terraform.tfstate", encrypted.to_string().as_bytes()),
        ("x.tfplan", b"PK\x03\x04\x14\0\0\0\0\0tfplan"),
        ("twice.json", br#"{"value": [{"displayName": "a"}], "value": []}"#),
    ] {
        let run = Run::of(&[(name, bytes), ("off.json", off(9).to_string().as_bytes())]);
        assert_eq!((run.says("unread-format").len(), run.verdict(), run.code), (1, "undecided", 1), "{name}");
    }
}

#[test]
fn what_caplint_writes_is_no_form_of_a_policy() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("on.json"), mfa(1).to_string()).unwrap();
    fs::write(folder.path().join("off.json"), with(off(2), &json!({"displayName": "CA002"})).to_string()).unwrap();
    for format in ["json", "sarif", "gitlab"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
        let output =
            command.current_dir(folder.path()).args(["check", "--isolated", "--format", format]).output().unwrap();
        fs::write(folder.path().join(format!("report.{format}.json")), output.stdout).unwrap();
    }
    for schema in ["conditional-access-policy", "config", "report"] {
        let schema = format!("{schema}.schema.json");
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(&schema), folder.path().join(&schema))
            .unwrap();
    }
    let run = Run::check(folder.path());
    assert_eq!((run.verdict(), run.code, run.report["summary"]["policies"].as_u64()), ("enforced", 0, Some(2)));
    assert!(run.says("unread-format").is_empty());
}
