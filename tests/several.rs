//! Files of several tenants in one folder, and objects that policies call by name or by an id that is none.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

fn run(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    command.current_dir(folder).args(["check", "--isolated", "--format", "json"]).args(arguments);
    let output = command.output().unwrap();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap())
}

fn folder_of(files: &[(&str, Value)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, value) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, value.to_string()).unwrap();
    }
    folder
}

fn check(files: &[(&str, Value)]) -> (i32, Value) {
    run(folder_of(files).path(), &[])
}

fn verdict(report: &Value) -> &str {
    report["tenants"][0]["controls"][0]["verdict"].as_str().unwrap_or("none")
}

fn count(report: &Value, rule: &str) -> usize {
    report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule).count()
}

/// A policy with an id of its own for each number.
fn policy(number: u32, name: &str, state: &str) -> Value {
    json!({
        "id": format!("7d4e{number:04}-52b1-4c0f-9a36-18f2c7d5e0{number:02}"), "displayName": name, "state": state,
        "conditions": {
            "clientAppTypes": ["all"], "applications": {"includeApplications": ["All"]}, "users": {"includeUsers": ["All"]}
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]}
    })
}

fn on(number: u32, name: &str) -> Value {
    policy(number, name, "enabled")
}

fn off(number: u32, name: &str) -> Value {
    policy(number, name, "disabled")
}

fn listing(policies: &[Value]) -> Value {
    json!({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#identity/conditionalAccess/policies", "value": policies})
}

fn table(tenant: &str) -> Value {
    json!({"TenantId": tenant, "Objects": []})
}

fn defaults() -> Value {
    json!({"id": "00000000-0000-0000-0000-000000000005", "isEnabled": false})
}

fn group(number: u32, name: &str) -> Value {
    json!({"id": format!("91c0{number:04}-77aa-4d2e-8b15-3c6f90e2d4{number:02}"), "displayName": name, "securityEnabled": true})
}

const CONTOSO: &str = "a41f6d20-3b58-4e9c-b7d1-0c52e8f6394a";
const FABRIKAM: &str = "c93e07b5-81fa-4d26-95c4-6ea1d07b52f8";

#[test]
fn two_tenants_never_close_each_others_gaps() {
    for (name, files) in [
        ("names", vec![("a/1.json", off(1, "MFA")), ("b/1.json", on(2, "mfa "))]),
        ("names, deeper", vec![("x/a/ca/1.json", off(1, "MFA")), ("x/b/ca/1.json", on(2, "MFA"))]),
        (
            "half of the names",
            vec![("a/1.json", json!([off(1, "MFA"), off(3, "x")])), ("b/1.json", json!([on(2, "MFA"), off(4, "y")]))],
        ),
        ("stages", vec![("dev/1.json", off(1, "Dev MFA")), ("prod/1.json", on(2, "Prod MFA"))]),
        ("stages of one name", vec![("ca-test/1.json", off(1, "x")), ("ca-live/1.json", on(2, "y"))]),
        ("stages without ids", vec![("dev/1.json", without_id(off(1, "x"))), ("prod/1.json", without_id(on(2, "x")))]),
        ("files", vec![("a.json", json!([off(1, "x"), off(3, "y")])), ("b.json", json!([on(2, "x"), off(4, "y")]))]),
        ("files of stages", vec![("dev.json", off(1, "x")), ("prod.json", on(2, "y"))]),
        ("lists", vec![("a/all.json", listing(&[off(1, "x")])), ("b/all.json", listing(&[on(2, "y")]))]),
        (
            "files of lists",
            vec![("a.json", listing(&[off(1, "x"), off(3, "z")])), ("b.json", listing(&[on(2, "y"), on(4, "w")]))],
        ),
        (
            "security defaults",
            vec![
                ("a/1.json", off(1, "x")),
                ("a/d.json", defaults()),
                ("b/1.json", on(2, "y")),
                ("b/e.json", defaults()),
            ],
        ),
        (
            "companions",
            vec![
                ("a/1.json", off(1, "x")),
                ("a/groups.json", json!([group(1, "BG")])),
                ("b/2.json", on(2, "y")),
                ("b/groups.json", json!([group(2, "BG")])),
            ],
        ),
        (
            "tables",
            vec![
                ("a/1.json", off(1, "x")),
                ("a/MigrationTable.json", table(CONTOSO)),
                ("b/2.json", on(2, "y")),
                ("b/MigrationTable.json", table(FABRIKAM)),
            ],
        ),
        (
            "organizations",
            vec![
                ("1.json", on(1, "x")),
                (
                    "o.json",
                    json!([{"id": CONTOSO, "displayName": "c", "verifiedDomains": []}, {"id": FABRIKAM, "displayName": "f", "verifiedDomains": []}]),
                ),
            ],
        ),
        (
            "wrappers",
            vec![(
                "all.json",
                json!([{"tenantId": CONTOSO, "policies": [off(1, "x")]}, {"tenantId": FABRIKAM, "policies": [on(2, "y")]}]),
            )],
        ),
        (
            "contexts",
            vec![
                (
                    "1.json",
                    json!({"@odata.context": format!("https://graph.microsoft.com/v1.0/{CONTOSO}/$metadata#identity/conditionalAccess/policies"), "value": [off(1, "x")]}),
                ),
                (
                    "2.json",
                    json!({"@odata.context": format!("https://graph.microsoft.com/v1.0/{FABRIKAM}/$metadata#identity/conditionalAccess/policies"), "value": [on(2, "y")]}),
                ),
            ],
        ),
    ] {
        let (code, report) = check(&files);
        assert_eq!((verdict(&report), code), ("undecided", 1), "{name}: {:#}", report["findings"]);
        assert_eq!(count(&report, "several-tenants"), 1, "{name}");
    }
}

/// A name that is no text is not told.
fn unnamed(mut policy: Value) -> Value {
    policy["displayName"] = json!(7);
    policy
}

fn without_id(mut policy: Value) -> Value {
    policy.as_object_mut().unwrap().remove("id");
    policy
}

/// One module, and who calls it with the state of its policy.
fn roots(calls: &[(&str, &str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: String| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let module = r#"
        variable "name" { type = string }
        variable "state" { type = string }
        resource "azuread_conditional_access_policy" "this" {
          display_name = var.name
          state        = var.state
          conditions {
            client_app_types = ["all"]
            applications { included_applications = ["All"] }
            users { included_users = ["All"] }
          }
          grant_controls {
            operator          = "OR"
            built_in_controls = ["mfa"]
          }
        }"#;
    write("modules/policy/main.tf", module.to_owned());
    for (root, name, state) in calls {
        let call = format!(
            "module \"mfa\" {{\n  source = \"../modules/policy\"\n  name = \"{name}\"\n  state = \"{state}\"\n}}\n"
        );
        write(&format!("{root}/main.tf"), call);
    }
    folder
}

#[test]
fn two_roots_of_code_never_close_each_others_gaps() {
    let judged = |folder: tempfile::TempDir| {
        let (code, report) = run(folder.path(), &[]);
        (verdict(&report).to_owned(), code, count(&report, "several-tenants"))
    };
    let open = ("undecided".to_owned(), 1, 1);
    assert_eq!(judged(roots(&[("alpha", "MFA", "enabled"), ("beta", "MFA", "disabled")])), open);
    assert_eq!(judged(roots(&[("dev", "Dev MFA", "enabled"), ("prod", "Prod MFA", "disabled")])), open);
    // The calls are marked, since the module is the same.
    let (_, report) = run(roots(&[("alpha", "MFA", "enabled"), ("beta", "MFA", "disabled")]).path(), &[]);
    let finding = report["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "several-tenants");
    let labels = finding.unwrap()["locations"].as_array().unwrap();
    let paths: Vec<&str> = labels.iter().map(|label| label["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["alpha/main.tf", "beta/main.tf"]);
    // Teams of one tenant have policies of their own, and what is the same in both makes no difference.
    let closed = ("enforced".to_owned(), 0, 0);
    assert_eq!(judged(roots(&[("admins", "Admins", "enabled"), ("staff", "Staff", "disabled")])), closed);
    assert_eq!(judged(roots(&[("alpha", "MFA", "enabled"), ("beta", "MFA", "enabled")])), closed);
}

#[test]
fn templates_without_ids_never_close_each_others_gaps() {
    for (name, files) in [
        ("another state", vec![("a/1.json", without_id(off(1, "MFA"))), ("b/1.json", without_id(on(2, "MFA")))]),
        (
            "one more",
            vec![
                ("a/1.json", json!([without_id(off(1, "x")), without_id(on(2, "y"))])),
                ("b/1.json", json!([without_id(off(3, "x"))])),
            ],
        ),
        (
            "one more, with an id",
            vec![
                ("a/1.json", json!([without_id(off(1, "x")), on(2, "y")])),
                ("b/1.json", json!([without_id(off(3, "x"))])),
            ],
        ),
        (
            "one more, without a name that is told",
            vec![
                ("a/1.json", json!([without_id(off(1, "x")), unnamed(without_id(on(2, "y")))])),
                ("b/1.json", json!([without_id(off(3, "x"))])),
            ],
        ),
    ] {
        let (code, report) = check(&files);
        assert_eq!((verdict(&report), code, count(&report, "several-tenants")), ("undecided", 1, 1), "{name}");
    }
    let (code, report) = check(&[("a/1.json", without_id(on(1, "x"))), ("b/1.json", without_id(on(2, "x")))]);
    assert_eq!((verdict(&report), code, count(&report, "several-tenants")), ("enforced", 0, 0));
}

#[test]
fn security_defaults_of_another_tenant_protect_nobody() {
    let mut enabled = defaults();
    enabled["isEnabled"] = json!(true);
    let (code, report) = check(&[("dev/defaults.json", enabled), ("prod/1.json", off(1, "x"))]);
    assert_eq!((verdict(&report), code, count(&report, "several-tenants")), ("not-enforced", 1, 1));
}

#[test]
fn one_tenant_in_several_folders_is_one() {
    for (name, files) in [
        (
            "by kind",
            vec![
                ("ConditionalAccess/1.json", on(1, "x")),
                ("NamedLocations/1.json", json!({"displayName": "HQ", "ipRanges": []})),
            ],
        ),
        ("by persona", vec![("admins/1.json", on(1, "x")), ("guests/1.json", off(2, "y"))]),
        ("by state", vec![("enabled/1.json", on(1, "x")), ("disabled/1.json", off(2, "y"))]),
        (
            "one name of many",
            vec![
                ("admins/1.json", json!([on(1, "x"), on(3, "a"), on(5, "b")])),
                ("guests/1.json", json!([off(2, "x"), off(4, "c"), off(6, "d")])),
            ],
        ),
        ("files of one policy", vec![("1.json", on(1, "x")), ("1 copy.json", off(2, "x"))]),
        (
            "one table",
            vec![
                ("1.json", on(1, "x")),
                ("MigrationTable.json", table(CONTOSO)),
                ("old/MigrationTable.json", table(CONTOSO)),
            ],
        ),
        (
            "the recycle bin",
            vec![
                ("a/1.json", listing(&[on(1, "x")])),
                (
                    "b/1.json",
                    json!({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#identity/conditionalAccess/deletedItems/policies", "value": [on(2, "x")]}),
                ),
            ],
        ),
    ] {
        let (code, report) = check(&files);
        assert_eq!(
            (verdict(&report), code, count(&report, "several-tenants")),
            ("enforced", 0, 0),
            "{name}: {:#}",
            report["findings"]
        );
    }
    // Dumps of two days are told by their ids.
    let (_, report) = check(&[("2026-01/1.json", on(1, "x")), ("2026-02/1.json", off(1, "x"))]);
    assert_eq!((count(&report, "several-tenants"), count(&report, "duplicate-policy")), (0, 1));
}

#[test]
fn tenants_that_are_told_apart_are_judged_apart() {
    let folder = folder_of(&[("dev/1.json", off(1, "x")), ("prod/1.json", on(2, "x"))]);
    let (code, together) = run(folder.path(), &["dev", "prod"]);
    assert_eq!((verdict(&together), code), ("undecided", 1));
    let (_, apart) = run(folder.path(), &["--tenant-per-path", "dev", "prod"]);
    assert_eq!(count(&apart, "several-tenants"), 0);
    assert_eq!(verdict(&apart), "not-enforced");
    let (code, one) = run(folder.path(), &["prod"]);
    assert_eq!((verdict(&one), code), ("enforced", 0));
    let (code, files) = run(folder.path(), &["--scope", "file"]);
    assert_eq!((code, count(&files, "several-tenants")), (0, 0));
}

/// Runs a command about one tenant, with the configuration.
fn ask(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_caplint")).current_dir(folder).args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(said).unwrap())
}

#[test]
fn a_question_about_one_tenant_is_not_answered_for_several() {
    let folder = folder_of(&[("a/1.json", off(1, "x")), ("b/1.json", on(2, "y"))]);
    let config = "[[tenant]]\nname = \"one\"\npaths = [\"a\"]\n[[tenant]]\nname = \"other\"\npaths = [\"b\"]\ncloud = \"usgov\"\n";
    fs::write(folder.path().join("caplint.toml"), config).unwrap();
    fs::write(folder.path().join("log.json"), "[]").unwrap();
    for arguments in [
        ["new", "mfa-all-users"].as_slice(),
        &["new", "mfa-all-users", "."],
        &["new", "mfa-all-users", "a", "b"],
        &["replay", "log.json", "."],
        &["replay", "log.json", "--before", "a", "--after", "."],
        &["test", "--init"],
        &["what-if"],
        &["who"],
        &["diff", ".", "a"],
    ] {
        let (code, said) = ask(folder.path(), arguments);
        assert_eq!(code, 2, "{arguments:?}: {said}");
        assert!(said.contains("these paths hold \"one\" and \"other\""), "{arguments:?}: {said}");
    }
    let (code, said) = ask(folder.path(), &["new", "mfa-all-users", "b"]);
    assert!(code == 1 && said.starts_with("mfa-all-users holds already"), "{said}");
    let (code, said) = ask(folder.path(), &["new", "mfa-all-users", "a"]);
    assert!(code == 0 && said.contains("https://graph.microsoft.com/"), "{said}");
}

#[test]
fn a_question_is_about_the_tenant_that_the_configuration_describes() {
    let folder = folder_of(&[("a/1.json", off(1, "x")), ("b/1.json", off(2, "y")), ("b/2.json", off(3, "z"))]);
    let config = "[[tenant]]\nname = \"one\"\npaths = [\"a\"]\nsecurity-defaults = true\n[[tenant]]\nname = \"other\"\npaths = [\"b\"]\ncloud = \"usgov\"\n";
    fs::write(folder.path().join("caplint.toml"), config).unwrap();
    let (code, said) = ask(folder.path(), &["new", "mfa-azure-management", "a"]);
    assert!(code == 1 && said.contains("by security defaults"), "{said}");
    // A file stands for its tenant, as in `check`.
    let (code, said) = ask(folder.path(), &["new", "mfa-azure-management", "b/1.json"]);
    assert!(code == 0 && said.contains("40a69793-8fe6-4db1-9591-dbc5c57b17d8"), "{said}");
    let (_, said) = ask(folder.path(), &["new", "mfa-azure-management", "b", "--cloud", "public"]);
    assert!(said.contains("797f4846-ba00-4fd7-ba43-dac1f8f63013"), "{said}");
    let (_, said) = ask(folder.path(), &["what-if", "b/1.json"]);
    assert!(said.contains("\"y\"") && said.contains("\"z\""), "{said}");
    let (code, said) = ask(folder.path(), &["what-if", "b", "caplint.toml"]);
    assert!(code == 2 && said.contains("\"other\" and files of none"), "{said}");
}

#[test]
fn an_id_that_several_names_share_is_told_and_hides_no_policy() {
    let same = |mut policy: Value, id: &str| {
        policy["id"] = json!(id);
        policy
    };
    let nil = "00000000-0000-0000-0000-000000000000";
    let copied = "7d4e0001-52b1-4c0f-9a36-18f2c7d5e001";
    for (name, files, expected) in [
        ("nil", vec![("a/1.json", same(on(1, "x"), nil)), ("b/2.json", same(off(2, "y"), nil))], ("enforced", 0, 1, 0)),
        (
            "copied",
            vec![("1.json", same(off(1, "x"), copied)), ("2.json", same(on(2, "y"), copied))],
            ("enforced", 0, 1, 0),
        ),
        (
            "renamed",
            vec![("a/1.json", same(off(1, "x"), copied)), ("b/1.json", same(on(1, "y"), copied))],
            ("undecided", 1, 0, 1),
        ),
    ] {
        let (code, report) = check(&files);
        let told = (verdict(&report), code, count(&report, "shared-id"), count(&report, "duplicate-policy"));
        assert_eq!((told, report["summary"]["policies"].as_u64()), (expected, Some(2)), "{name}");
    }
}

#[test]
fn a_name_that_the_files_resolve_is_no_mistake() {
    let with = |users: Value, more: Value| {
        let mut policy = on(1, "x");
        for (key, value) in users.as_object().unwrap() {
            policy["conditions"]["users"][key] = value.clone();
        }
        policy["conditions"]["locations"] = more;
        policy
    };
    let files = || {
        vec![
            ("groups.json", json!([group(1, "Break glass"), group(2, "Twins"), group(3, "twins")])),
            (
                "user.json",
                json!({"id": "b6a1c3d5-0e2f-4a67-9c18-5d70e3f4a291", "displayName": "Ada", "userPrincipalName": "ada@contoso.com"}),
            ),
            (
                "roles.json",
                json!([{"id": "b6a1c3d5-0e2f-4a67-9c18-5d70e3f4a292", "displayName": "Global Administrator", "roleTemplateId": "62e90394-69f5-4237-9190-012177145e10"}]),
            ),
            ("hq.json", json!({"id": "b6a1c3d5-0e2f-4a67-9c18-5d70e3f4a293", "displayName": "HQ", "ipRanges": []})),
        ]
    };
    for (name, policy, warnings) in [
        ("group", with(json!({"excludeGroups": ["break GLASS"]}), json!(null)), 0),
        ("user", with(json!({"excludeUsers": ["Ada"]}), json!(null)), 0),
        ("user by address", with(json!({"excludeUsers": ["ada@contoso.com"]}), json!(null)), 0),
        ("role", with(json!({"excludeRoles": ["Global Administrator"]}), json!(null)), 0),
        ("location", with(json!({}), json!({"includeLocations": ["All"], "excludeLocations": ["HQ"]})), 0),
        ("nobody", with(json!({"excludeGroups": ["Nobody"]}), json!(null)), 1),
        ("two", with(json!({"excludeGroups": ["Twins"]}), json!(null)), 1),
        ("of another kind", with(json!({"excludeGroups": ["HQ"]}), json!(null)), 1),
        ("another role", with(json!({"excludeRoles": ["Security Reader"]}), json!(null)), 1),
    ] {
        let (_, report) = check(&[files(), vec![("zz.json", policy)]].concat());
        assert_eq!(count(&report, "invalid-id"), warnings, "{name}: {:#}", report["findings"]);
    }
}

#[test]
fn of_a_key_that_stands_twice_neither_counts_in_a_policy() {
    let text = on(1, "x").to_string();
    for (name, from, to) in [
        ("state", r#""state":"enabled""#, r#""state":"enabled","state":"disabled""#),
        ("state, turned round", r#""state":"enabled""#, r#""state":"disabled","state":"enabled""#),
        ("nested", r#""includeUsers":["All"]"#, r#""includeUsers":["All"],"includeUsers":[]"#),
        (
            "an exclusion",
            r#""includeUsers":["All"]"#,
            r#""includeUsers":["All"],"excludeUsers":[],"excludeUsers":["GuestsOrExternalUsers"]"#,
        ),
        (
            "controls",
            r#""builtInControls":["mfa"]"#,
            r#""builtInControls":["mfa"],"builtInControls":["compliantDevice"]"#,
        ),
        (
            "the recycle bin",
            r#""state":"enabled""#,
            r#""deletedDateTime":null,"state":"enabled","deletedDateTime":"2026-01-02T03:04:05Z""#,
        ),
        (
            "a part only",
            r#""state":"enabled""#,
            r#""partialEnablementStrategy":null,"state":"enabled","partialEnablementStrategy":"x""#,
        ),
        (
            "a filter",
            r#""includeUsers":["All"]}"#,
            r#""includeUsers":["All"]},"devices":{"deviceFilter":{"mode":"exclude","rule":"device.trustType -eq \"a\"","rule":"device.trustType -ne \"a\""}}"#,
        ),
        ("in another case", r#""state":"enabled""#, r#""state":"enabled","State":"disabled""#),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let twice = text.replacen(from, to, 1);
        assert_ne!(twice, text, "{name}");
        fs::write(folder.path().join("p.json"), twice).unwrap();
        let (code, report) = run(folder.path(), &[]);
        assert_ne!(verdict(&report), "enforced", "{name}");
        assert_eq!((code, count(&report, "duplicate-key")), (1, 1), "{name}");
    }
}
