//! `caplint fix`: what is written, and what is not.

#![allow(clippy::unwrap_used)]

mod comments;
mod repeated;
mod session;

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// caplint in a folder that has no configuration above it.
fn caplint(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_caplint"))
        .current_dir(folder)
        .args(arguments)
        .env("COLUMNS", "200")
        .output()
        .unwrap()
}

fn fix(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = caplint(folder, &[&["fix"], arguments].concat());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_slice(&caplint(folder, arguments).stdout).unwrap()
}

/// The fixes of all findings in a folder.
fn fixes(folder: &Path, path: &str) -> Vec<Value> {
    let report = json(folder, &["check", path, "--isolated", "--allow-empty", "--format", "json"]);
    let found = report["findings"].as_array().unwrap().iter().map(|finding| finding["fix"].clone());
    found.filter(|fix| !fix.is_null()).collect()
}

/// A policy in Graph's JSON that has three safe fixes.
const POLICY: &str = r#"{
  "id": "11111111-1111-4111-8111-111111111111",
  "displayName": "Zürich 製造 😀",
  "state": "Enabled",
  "conditions": {
    "clientAppTypes": ["All"],
    "applications": { "includeApplications": "All" },
    "users": { "includeUsers": ["All"], "excludeGroups": ["22222222-2222-4222-8222-222222222222"] }
  },
  "grantControls": { "operator": "OR", "builtInControls": ["mfa"] }
}
"#;

fn fixed() -> String {
    let written = POLICY.replace("\"Enabled\"", "\"enabled\"").replace("Types\": [\"All\"]", "Types\": [\"all\"]");
    written.replace("Applications\": \"All\"", "Applications\": [\"All\"]")
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap) {
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(folder).unwrap().to_owned();
            files.insert(path, fs::read(entry.path()).unwrap());
        }
    }
    files
}

fn copy(from: &Path, to: &Path) {
    for (path, bytes) in files(from) {
        fs::create_dir_all(to.join(&path).parent().unwrap()).unwrap();
        fs::write(to.join(&path), bytes).unwrap();
    }
}

/// What an encoding is called, and a text in it.
type Form<'f> = (&'f str, Box<dyn Fn(&str) -> Vec<u8>>);

#[test]
fn every_encoding_and_line_end_is_kept() {
    let utf16 = |text: &str, unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    let forms: [Form<'_>; 6] = [
        ("utf-8", Box::new(|text| text.as_bytes().to_vec())),
        ("utf-8 with a mark", Box::new(move |text| marked(b"\xEF\xBB\xBF", text.as_bytes().to_vec()))),
        ("utf-16le", Box::new(move |text| marked(&[0xFF, 0xFE], utf16(text, u16::to_le_bytes)))),
        ("utf-16le without a mark", Box::new(move |text| utf16(text, u16::to_le_bytes))),
        ("utf-16be", Box::new(move |text| marked(&[0xFE, 0xFF], utf16(text, u16::to_be_bytes)))),
        ("crlf", Box::new(|text| text.replace('\n', "\r\n").into_bytes())),
    ];
    for (name, form) in forms {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("a.json");
        fs::write(&path, form(POLICY)).unwrap();
        let (code, said, refused) = fix(folder.path(), &["--diff", "."]);
        assert_eq!((code, refused.contains("not written")), (1, false), "{name}: {said}{refused}");
        assert!(refused.ends_with("3 fixes in 1 file; --diff writes nothing\n"), "{name}: {refused}");
        assert_eq!(fs::read(&path).unwrap(), form(POLICY), "{name}: --diff writes nothing");
        let (code, said, _) = fix(folder.path(), &["."]);
        assert!(code == 0 && said.ends_with("3 fixes in 1 file\n"), "{name}: {said}");
        assert!(fs::read(&path).unwrap() == form(&fixed()), "{name}");
        assert_eq!(fix(folder.path(), &["."]).1, "nothing to fix\n", "{name}");
        assert_eq!(fix(folder.path(), &["--diff", "."]).0, 0, "{name}");
    }
}

/// Every tenant of `testdata`, as a program would fix it: no sign-in changes, nothing is read worse than before, and a second run
/// changes nothing.
#[test]
fn fixing_the_test_data_changes_no_sign_in() {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let (mut tenants, mut written) = (0, 0);
    for entry in fs::read_dir(&testdata).unwrap().map(|entry| entry.unwrap().path()) {
        if !entry.is_dir() {
            continue;
        }
        let folder = TempDir::new().unwrap();
        let [before, after] = ["before", "after"].map(|side| folder.path().join(side));
        copy(&entry, &before);
        copy(&entry, &after);
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        let (code, said, refused) = fix(folder.path(), &["after", "--isolated"]);
        let unread =
            [": not read, so nothing is fixed here: ", "no Conditional Access policy and no security defaults "];
        let is_unread = unread.iter().any(|said| refused.contains(said));
        assert_eq!(
            (code, refused.contains("not written")),
            (if is_unread { 2 } else { 0 }, false),
            "{name}: {said}{refused}"
        );
        assert_eq!(refused.contains("/cut off.json:"), name == "damaged", "{name}: {refused}");
        tenants += 1;
        if said.ends_with("nothing to fix\n") {
            assert_eq!(files(&before), files(&after), "{name}");
            continue;
        }
        written += 1;
        assert!(fix(folder.path(), &["after", "--isolated"]).1.ends_with("nothing to fix\n"), "{name}");
        // What is not known of damaged files is not known of the same file twice either.
        let differences = |after: &str| {
            let diff = json(folder.path(), &["diff", "before", after, "--isolated", "--format", "json"]);
            ["verdict", "classes", "changes", "edits"].map(|part| diff[part].clone())
        };
        let (with, without) = (differences("after"), differences("before"));
        assert_eq!(with, without, "{name}");
        assert!(name == "damaged" || with[0] == "equal", "{name}");
        let errors = |side: &str| {
            let report = json(folder.path(), &["check", side, "--isolated", "--allow-empty", "--format", "json"]);
            ["errors", "skipped", "policies", "files"].map(|count| report["summary"][count].as_u64().unwrap())
        };
        let (old, new) = (errors("before"), errors("after"));
        assert!(new[0] <= old[0] && new[1..] == old[1..], "{name}: {old:?} {new:?}");
    }
    assert!(tenants > 20 && written > 0, "{tenants} {written}");
}

/// Each fix by itself touches nothing outside of its edits.
#[test]
fn edits_of_a_report_can_be_applied_by_anybody() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.json"), POLICY).unwrap();
    let mut edits: Vec<(usize, usize, String)> = Vec::new();
    for fix in fixes(folder.path(), "a.json") {
        assert_eq!(fix["safety"], "safe");
        for edit in fix["edits"].as_array().unwrap() {
            assert_eq!(edit["path"], "a.json");
            let at = |end: &str| usize::try_from(edit["bytes"][end].as_u64().unwrap()).unwrap();
            let line = POLICY[..at("start")].matches('\n').count() + 1;
            assert_eq!(edit["start"]["line"], line);
            edits.push((at("start"), at("end"), edit["replacement"].as_str().unwrap().to_owned()));
        }
    }
    edits.sort();
    let mut text = POLICY.to_owned();
    for (start, end, replacement) in edits.into_iter().rev() {
        text.replace_range(start..end, &replacement);
    }
    assert_eq!(text, fixed());
}

#[test]
fn sarif_has_the_same_edits() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.json"), POLICY).unwrap();
    let report = json(folder.path(), &["check", "a.json", "--isolated", "--format", "sarif"]);
    let results = report["runs"][0]["results"].as_array().unwrap();
    let state =
        results.iter().find(|result| result["fixes"][0]["description"]["text"] == "Write \"Enabled\" as \"enabled\"");
    let change = &state.unwrap()["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"].as_str().map(|uri| uri.ends_with("a.json")), Some(true));
    let region = serde_json::json!({ "startLine": 4, "startColumn": 12, "endLine": 4, "endColumn": 21 });
    assert_eq!(change["replacements"][0]["deletedRegion"], region);
    assert_eq!(change["replacements"][0]["insertedContent"]["text"], "\"enabled\"");
}

/// More than five values of one tenant are one finding, whose fix has the edits of all.
#[test]
fn a_finding_in_the_place_of_many_fixes_all_of_them() {
    let folder = TempDir::new().unwrap();
    for number in 0..7 {
        let policy = POLICY.replace("11111111-1111", &format!("1111111{number}-1111"));
        fs::write(folder.path().join(format!("{number}.json")), policy).unwrap();
    }
    let all = fixes(folder.path(), ".");
    let edits = |fix: &&Value| fix["edits"].as_array().unwrap().len();
    let letter_case: Vec<&Value> = all.iter().filter(|fix| edits(fix) == 14).collect();
    assert_eq!(letter_case[0]["title"], "Write \"Enabled\" as \"enabled\", and 13 more like this");
    assert!(fix(folder.path(), &["."]).1.ends_with("21 fixes in 7 files\n"));
}

/// Of names in the place of ids, only those of roles are known.
#[test]
fn help_says_how_many_of_them_are_fixed() {
    let folder = TempDir::new().unwrap();
    let check = |roles: &str| {
        let policy = ROLES.replace("\"62e90394-69f5-4237-9190-012177145e10\"", roles);
        fs::write(folder.path().join("a.json"), policy).unwrap();
        let said = String::from_utf8(caplint(folder.path(), &["check", "a.json", "--isolated"]).stdout).unwrap();
        let one_line = said.split_whitespace().filter(|word| *word != "=").collect::<Vec<_>>().join(" ");
        let edits = fixes(folder.path(), "a.json")
            .iter()
            .find(|fix| fix["title"].as_str().unwrap().starts_with("Write the role"))
            .map(|fix| fix["edits"].as_array().unwrap().len());
        (one_line, edits)
    };
    let (said, edits) =
        check("\"Global Administrator\", \"Contoso Role\", \"Security Administrator\", \"Contoso Other\"");
    assert!(said.contains("`caplint fix` does this for 2 of 4.") && edits == Some(2), "{said}");
    let (said, edits) = check("\"Global Administrator\", \"Security Administrator\"");
    assert!(said.contains("`caplint fix` does this.") && edits == Some(2), "{said}");
}

const TERRAFORM: &str = r#"variable "state" {
  default = "Enabled"
}

locals {
  clients = ["All"]
}

resource "azuread_conditional_access_policy" "mfa" {
  display_name = "MFA" # caplint reads this
  state        = var.state

  conditions {
    client_app_types = local.clients
    applications {
      included_applications = ["all"]
    }
    users {
      included_users = [for one in ["all"] : one]
    }
  }
  grant_controls {
    operator          = "${"or"}"
    built_in_controls = ["Mfa"]
  }
}
"#;

#[test]
fn only_literals_that_stand_in_a_policy_are_written() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("main.tf"), TERRAFORM).unwrap();
    assert!(fix(folder.path(), &["."]).1.ends_with("2 fixes in 1 file\n"));
    let written = fs::read_to_string(folder.path().join("main.tf")).unwrap();
    let applications = TERRAFORM.replace("included_applications = [\"all\"]", "included_applications = [\"All\"]");
    assert_eq!(written, applications.replace("[\"Mfa\"]", "[\"mfa\"]"));
}

/// What a program has made, it makes again; and what a plan has judged is not what stands beside it.
#[test]
fn what_programs_make_is_not_written_in() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    let values = r#"{"display_name": "MFA", "state": "Enabled", "conditions": [{"client_app_types": ["All"],
        "applications": [{"included_applications": ["all"]}], "users": [{"included_users": ["all"]}]}],
        "grant_controls": [{"operator": "OR", "built_in_controls": ["mfa"]}]}"#;
    let resource = r#""mode": "managed", "type": "azuread_conditional_access_policy", "name": "mfa", "provider_name":
        "registry.terraform.io/hashicorp/azuread""#;
    let plan = format!(
        r#"{{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {{"root_module": {{"resources":
        [{{"address": "azuread_conditional_access_policy.mfa", {resource}, "values": {values}}}]}}}},
        "resource_changes": [{{"address": "azuread_conditional_access_policy.mfa", {resource}, "change": {{"actions":
        ["create"], "before": null, "after": {values}, "after_unknown": {{}}}}}}],
        "configuration": {{"root_module": {{}}}}}}"#
    );
    let made = format!(r#"{{"resource": {{"azuread_conditional_access_policy": {{"mfa": {values}}}}}}}"#);
    let batch = format!(r#"{{"responses": [{{"id": "1", "status": 200, "body": {{"value": [{POLICY}]}}}}]}}"#);
    let values_in_string = serde_json::to_string(POLICY).unwrap();
    let cipp = format!(r#"{{"PartitionKey": "CATemplate", "RowKey": "x", "GUID": "x", "JSON": {values_in_string}}}"#);
    for (name, text) in [("plan.json", plan.clone()), ("cdk.tf.json", made), ("batch.json", batch), ("cipp.json", cipp)]
    {
        write(name, text);
        let report = json(folder.path(), &["check", name, "--isolated", "--format", "json"]);
        let rules = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "letter-case");
        assert!(rules.count() > 0, "{name} has nothing to fix");
        assert_eq!(fixes(folder.path(), name), [] as [Value; 0], "{name}");
        fs::remove_file(folder.path().join(name)).unwrap();
    }
    // The plan is of this configuration, so nothing would show that a change in it changes nothing.
    write("main.tf", TERRAFORM.replace("var.state", "\"Enabled\""));
    assert!(!fixes(folder.path(), ".").is_empty());
    write("plan.json", plan);
    assert_eq!(fixes(folder.path(), "."), [] as [Value; 0]);
}

#[test]
fn an_unsafe_fix_is_asked_for_and_says_what_it_changes() {
    let folder = TempDir::new().unwrap();
    let policy = fixed().replace(
        "\"grantControls\"",
        "\"sessionControls\": { \"continuousAccessEvaluation\": { \"mode\": \"disabled\" } },\n  \"grantControls\"",
    );
    fs::write(folder.path().join("a.json"), &policy).unwrap();
    let (_, said, _) = fix(folder.path(), &["."]);
    assert_eq!(said, "--unsafe-fixes may write 1 more fix\nnothing to fix\n");
    let (_, said, refused) = fix(folder.path(), &[".", "--unsafe-fixes"]);
    assert!(said.contains("[access-evaluation-disabled]\n    Sign-ins of all users"), "{said}{refused}");
    let written = fs::read_to_string(folder.path().join("a.json")).unwrap();
    assert_eq!(written, policy.replace("{ \"continuousAccessEvaluation\": { \"mode\": \"disabled\" } }", "{}"));
}

#[test]
fn what_may_let_somebody_in_or_lock_somebody_out_is_refused() {
    let misspelt = |from: &str, to: &str| {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("a.json"), fixed().replace(from, to)).unwrap();
        let (code, said, refused) = fix(folder.path(), &[".", "--unsafe-fixes"]);
        (code, said, refused, fs::read_to_string(folder.path().join("a.json")).unwrap() == fixed())
    };
    for (from, to) in [("\"mfa\"", "\"mfaa\""), ("excludeGroups", "excludeGrups")] {
        let (code, said, refused, is_fixed) = misspelt(from, to);
        assert_eq!((code, said.as_str(), is_fixed), (0, "0 fixes written, 1 refused\n", false), "{to}: {refused}");
        assert!(refused.contains("not written: ") && refused.contains("may"), "{to}: {refused}");
        assert!(!refused.contains("not read"), "{to}: {refused}");
    }
    // Whatever the policy was, nobody is blocked and nobody gets in by it.
    let (_, said, _, is_fixed) = misspelt("\"enabled\"", "\"enabeld\"");
    assert!(is_fixed && said.contains("may now need MFA"), "{said}");
}

const DISABLED: &str = "22222222-2222-4222-8222-222222222222";

/// An export of a disabled account.
fn disabled() -> String {
    format!(
        r#"{{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users", "value": [{{"id": "{DISABLED}",
        "userPrincipalName": "a@contoso.example", "displayName": "A", "accountEnabled": false}}]}}"#
    )
}

/// Asking a disabled account for MFA changes its sign-ins and locks nobody out. Blocking it does.
#[test]
fn an_exclusion_is_removed_unless_that_blocks_somebody() {
    let (user, users) = (DISABLED, disabled());
    for (control, is_written) in [("mfa", true), ("block", false)] {
        let folder = TempDir::new().unwrap();
        let policy = fixed().replace("excludeGroups", "excludeUsers").replace("\"mfa\"", &format!("\"{control}\""));
        fs::write(folder.path().join("a.json"), &policy).unwrap();
        fs::write(folder.path().join("users.json"), &users).unwrap();
        let (_, said, refused) = fix(folder.path(), &[".", "--unsafe-fixes"]);
        let written = fs::read_to_string(folder.path().join("a.json")).unwrap();
        let without = policy.replace(&format!("[\"{user}\"]"), "[]");
        assert_eq!(written == without, is_written, "{control}: {said}{refused}");
        let is_refused = refused.contains("it would block somebody who is not");
        assert_eq!(is_refused, !is_written, "{control}: {said}{refused}");
    }
}

/// One finding is about both policies. What is refused for the first of them says nothing of the second.
#[test]
fn an_exclusion_is_removed_where_another_cannot_be() {
    let (user, users) = (DISABLED, disabled());
    let folder = TempDir::new().unwrap();
    let asks = fixed().replace("excludeGroups", "excludeUsers");
    let blocks = asks.replace("\"mfa\"", "\"block\"").replace("11111111-1111", "33333333-3333");
    for (name, text) in [("a.json", &blocks), ("b.json", &asks), ("users.json", &users)] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let (_, said, refused) = fix(folder.path(), &[".", "--unsafe-fixes"]);
    assert!(said.ends_with("1 fix in 1 file, 1 refused\n") && refused.starts_with("a.json:"), "{said}{refused}");
    let left = ["a.json", "b.json"].map(|name| fs::read_to_string(folder.path().join(name)).unwrap());
    assert_eq!(left, [blocks, asks.replace(&format!("[\"{user}\"]"), "[]")]);
}

#[test]
fn an_entry_of_the_configuration_is_removed_if_everything_was_looked_at() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("exports")).unwrap();
    fs::write(folder.path().join("exports/a.json"), fixed()).unwrap();
    let kept = "# ours\n[[tenant]]\nname = \"a\"\npaths = [\"exports\"]\n";
    let config = format!("{kept}\n[[ignore]]\nrule = \"letter-case\"\ntenant = \"a\"\nreason = \"b\"\n");
    let path = folder.path().join("caplint.toml");
    fs::write(&path, &config).unwrap();
    fix(folder.path(), &["exports", "--unsafe-fixes"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), config);
    fix(folder.path(), &[]);
    assert_eq!(fs::read_to_string(&path).unwrap(), config);
    let (_, said, _) = fix(folder.path(), &["--unsafe-fixes"]);
    assert!(said.contains("Remove the ignore of letter-case [unused-ignore]\n    No sign-in changes.\n"), "{said}");
    assert_eq!(fs::read_to_string(&path).unwrap(), kept);
}

#[test]
fn an_ignored_finding_is_left_alone() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.json"), POLICY).unwrap();
    let config =
        "[[ignore]]\nrule = \"letter-case\"\npath = \"a.json\"\nreason = \"b\"\n\n[rules]\nsingle-value = \"off\"\n";
    fs::write(folder.path().join("caplint.toml"), config).unwrap();
    assert_eq!(fix(folder.path(), &["."]).1, "nothing to fix\n");
}

/// Roles that are deprecated, each on a line of its own between others. One fix removes all of them.
const ROLES: &str = r#"{
  "id": "11111111-1111-4111-8111-111111111111",
  "displayName": "Roles",
  "state": "enabled",
  "conditions": {
    "clientAppTypes": ["all"],
    "applications": { "includeApplications": ["All"] },
    "users": { "includeRoles": [
      "62e90394-69f5-4237-9190-012177145e10",
      "d405c6df-0af8-4e3b-95e4-4d06e542189e",
      "9f06204d-73c1-4d4c-880a-6edb90606fd8",
      "9c094953-4995-41c8-84c8-3ebb9b32c93f",
      "c34f683f-4d5a-4403-affd-6615e00e3a7f",
      "17315797-102d-40b4-93e0-432062caca18"
    ] }
  },
  "grantControls": { "operator": "OR", "builtInControls": ["mfa"] }
}
"#;

/// A policy that asks everybody for MFA, so that removing a role from another one changes no sign-in.
fn for_all() -> String {
    fixed()
        .replace("11111111-1111", "44444444-4444")
        .replace(", \"excludeGroups\": [\"22222222-2222-4222-8222-222222222222\"]", "")
}

#[test]
fn all_deprecated_roles_are_removed_by_one_fix() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.json");
    fs::write(&path, ROLES).unwrap();
    fs::write(folder.path().join("all.json"), for_all()).unwrap();
    let (_, said, refused) = fix(folder.path(), &["--unsafe-fixes", "."]);
    assert!(said.ends_with("1 fix in 1 file\n"), "{said}{refused}");
    let is_kept = |line: &&str| !["d405c6df", "9c094953", "c34f683f"].iter().any(|id| line.contains(id));
    let kept: String = ROLES.split_inclusive('\n').filter(is_kept).collect();
    assert_eq!(fs::read_to_string(&path).unwrap(), kept);
}

/// The second round is about a file that has a line less than the one on disk.
#[test]
fn places_are_those_of_the_file_on_disk() {
    let folder = TempDir::new().unwrap();
    let state = "  \"state\": \"enabled\",\n";
    let text = ROLES.replace(state, &state.repeat(3));
    fs::write(folder.path().join("a.json"), &text).unwrap();
    fs::write(folder.path().join("all.json"), for_all()).unwrap();
    let line = |part: &str| text[..text.find(part).unwrap()].matches('\n').count() + 1;
    let expected = [line(state) + 1, line("d405c6df")];
    let lines = |said: &str| -> Vec<usize> {
        let numbers = said.lines().filter_map(|line| line.strip_prefix("a.json:")?.split(':').next()?.parse().ok());
        numbers.collect()
    };
    let (_, _, with_diff) = fix(folder.path(), &["--diff", "--unsafe-fixes", "."]);
    assert_eq!(lines(&with_diff), expected, "{with_diff}");
    let (_, said, refused) = fix(folder.path(), &["--unsafe-fixes", "."]);
    assert_eq!(lines(&said), expected, "{said}{refused}");
}

#[test]
fn a_policy_for_service_principals_is_in_the_way_of_its_own_fixes_only() {
    let of_workloads = ROLES.replace("Roles\",", "Workloads\",").replace("11111111-1111", "33333333-3333").replace(
        "\"users\":",
        "\"clientApplications\": { \"includeServicePrincipals\": [\"ServicePrincipalsInMyTenant\"] }, \"users\":",
    );
    // The comparison takes a state that is missing in two files for one that may differ.
    let unknown = of_workloads.replace("  \"state\": \"enabled\",\n", "");
    assert_ne!(unknown, of_workloads);
    for other in [&of_workloads, &unknown] {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("a.json"), ROLES).unwrap();
        fs::write(folder.path().join("all.json"), for_all()).unwrap();
        fs::write(folder.path().join("w.json"), other).unwrap();
        let (_, said, refused) = fix(folder.path(), &["--unsafe-fixes", "."]);
        assert!(said.ends_with("1 fix in 1 file, 1 refused\n"), "{said}{refused}");
        assert!(!fs::read_to_string(folder.path().join("a.json")).unwrap().contains("d405c6df"), "{said}{refused}");
        let reason = "no comparison covers policies for service principals and agents";
        assert!(refused.starts_with("w.json:") && refused.contains(reason), "{said}{refused}");
        assert_eq!(fs::read_to_string(folder.path().join("w.json")).unwrap(), *other);
    }
}

/// Copies of a policy are the same policy. What is written into one of them only makes two of it.
#[test]
fn a_fix_of_one_copy_says_that_the_copies_would_differ() {
    let without_id = |policy: &str| policy.replace("  \"id\": \"11111111-1111-4111-8111-111111111111\",\n", "");
    for (policy, reason) in [
        (
            without_id(ROLES),
            "the files would look like those of several tenants, because copies of a policy would differ",
        ),
        (ROLES.to_owned(), "the number of policies would change, as it does if copies of a policy differ"),
    ] {
        let folder = TempDir::new().unwrap();
        for set in ["one", "other"] {
            fs::create_dir(folder.path().join(set)).unwrap();
            fs::write(folder.path().join(set).join("a.json"), &policy).unwrap();
        }
        let (code, said, refused) = fix(folder.path(), &["--unsafe-fixes", "."]);
        assert!(code == 0 && said.starts_with("0 fixes written, "), "{said}{refused}");
        assert!(refused.lines().all(|line| line.ends_with(reason)), "{refused}");
    }
}

/// Whatever the reason is, the other files are fixed, and the exit code says that not everything is.
#[test]
fn files_that_are_not_read_are_named() {
    let stack = r#"{"version": 3, "deployment": {"resources": [{
        "urn": "urn:pulumi:prod::ca::azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy::mfa",
        "type": "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy"}]}}"#;
    let broken: [(&str, Vec<u8>, &str); 6] = [
        ("b.json", stack.as_bytes().to_vec(), "unread-format"),
        ("b.json", POLICY.as_bytes()[..POLICY.len() - 3].to_vec(), "invalid-syntax"),
        ("b.json", Vec::new(), "invalid-syntax"),
        ("b.json", [POLICY.as_bytes(), &[0xFC]].concat(), "invalid-encoding"),
        ("b.tf", b"resource \"azuread_conditional_access_policy\" \"b\" {".to_vec(), "invalid-syntax"),
        ("b.json", b"\xFF\xFE\0\0{\0\0\0".to_vec(), "invalid-encoding"),
    ];
    for (name, bytes, rule) in broken {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("a.json"), POLICY).unwrap();
        fs::write(folder.path().join(name), &bytes).unwrap();
        let is_named = |unread: &str| {
            let start = format!("{name}:");
            let mut lines = unread.lines().filter(|line| line.starts_with(&start));
            let line = lines.next().unwrap_or_default();
            line.contains("not read, so nothing is fixed here: ") && line.ends_with(&format!("[{rule}]"))
        };
        let (code, said, unread) = fix(folder.path(), &["--diff", "."]);
        assert!(code == 2 && said.contains("+++ a.json") && is_named(&unread), "{rule}: {said}{unread}");
        for said_at_last in ["3 fixes in 1 file\n", "nothing to fix\n"] {
            let (code, said, unread) = fix(folder.path(), &["."]);
            assert!(code == 2 && said.ends_with(said_at_last) && is_named(&unread), "{rule}: {said}{unread}");
        }
        assert_eq!(fs::read_to_string(folder.path().join("a.json")).unwrap(), fixed());
        assert_eq!(fs::read(folder.path().join(name)).unwrap(), bytes);
        assert_eq!(fix(folder.path(), &["--diff", "."]).0, 2, "{rule}");
        // Who ignores the finding does not ask for the file.
        let config = format!("[[ignore]]\nrule = \"{rule}\"\npath = \"{name}\"\nreason = \"a draft\"\n");
        fs::write(folder.path().join("caplint.toml"), config).unwrap();
        assert_eq!(fix(folder.path(), &["."]), (0, "nothing to fix\n".to_owned(), String::new()), "{rule}");
    }
}

#[test]
fn a_correction_that_stands_in_the_list_is_not_written_again() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.json"), fixed().replace("[\"mfa\"]", "[\"mfa\", \"mfaa\"]")).unwrap();
    assert_eq!(fixes(folder.path(), "a.json"), [] as [Value; 0]);
    fs::write(folder.path().join("a.json"), fixed().replace("[\"mfa\"]", "[\"block\", \"mfaa\"]")).unwrap();
    assert_eq!(fixes(folder.path(), "a.json").len(), 1);
}

/// Nothing to fix in the wrong folder is no good news.
#[test]
fn a_tenant_without_policies_is_named() {
    let folder = TempDir::new().unwrap();
    for arguments in [["."].as_slice(), &["--diff", "."]] {
        let (code, _, unread) = fix(folder.path(), arguments);
        assert_eq!(code, 2);
        assert!(unread.starts_with("no Conditional Access policy and no security defaults were found in "), "{unread}");
    }
}

#[test]
fn standard_input_is_not_fixed() {
    let folder = TempDir::new().unwrap();
    let (code, _, said) = fix(folder.path(), &["-"]);
    assert!(code == 2 && said.contains("standard input cannot be fixed"), "{said}");
}

/// Terraform configuration that takes a policy from a file of JSON, and cares for the case of its letters.
fn configuration(file: &str) -> String {
    format!(
        "locals {{\n  p = jsondecode(file(\"{file}\"))\n}}\nresource \"azuread_conditional_access_policy\" \"b\" {{\n  \
         display_name = \"B\"\n  state = local.p.state == \"Enabled\" ? \"enabled\" : \"disabled\"\n  conditions {{\n    \
         client_app_types = [\"all\"]\n    applications {{\n      included_applications = [\"All\"]\n    }}\n    users {{\n      \
         included_users = [\"All\"]\n    }}\n  }}\n  grant_controls {{\n    operator = \"OR\"\n    built_in_controls = [\"mfa\"]\n  \
         }}\n}}\n"
    )
}

#[test]
fn what_configuration_may_read_as_data_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("t");
    fs::create_dir(&own).unwrap();
    fs::write(own.join("p.json"), POLICY).unwrap();
    for file in ["p.json", "../t/p.json", "${path.module}/../t/p.json", "${path.cwd}/p.json"] {
        fs::write(own.join("m.tf"), configuration(file)).unwrap();
        assert_eq!(fix(&own, &["."]).0, 0, "{file}");
        assert_eq!(fs::read_to_string(own.join("p.json")).unwrap(), POLICY, "{file}");
    }
}

/// A file that configuration reads by a way around is the same file: its policy is no second one.
#[test]
fn data_that_is_named_by_a_way_around_is_no_policy_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("t");
    fs::create_dir(&own).unwrap();
    fs::write(own.join("p.json"), POLICY).unwrap();
    for file in ["p.json", "../t/p.json", "sub/../p.json"] {
        fs::write(own.join("m.tf"), configuration(file)).unwrap();
        let report = json(&own, &["check", ".", "--isolated", "--format", "json"]);
        assert_eq!(report["summary"]["policies"], 1, "{file}");
    }
}

#[test]
fn files_of_the_directory_are_not_written() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["p", "d"] {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("a.json"), POLICY.replace("[\"mfa\"]", "[\"blok\"]")).unwrap();
    }
    fix(folder.path(), &["p", "--directory", "d", "--unsafe-fixes"]);
    let left = fs::read_to_string(folder.path().join("d/a.json")).unwrap();
    assert!(left.contains("blok") && left.contains("\"Enabled\""));
}

#[test]
fn an_entry_that_another_run_may_need_is_left() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    fs::write(folder.path().join("sub/a.json"), fixed()).unwrap();
    let config = "[[ignore]]\nrule = \"letter-case\"\npath = \"other/**\"\nreason = \"ours\"\n";
    fs::write(folder.path().join("caplint.toml"), config).unwrap();
    let left = || fs::read_to_string(folder.path().join("caplint.toml")).unwrap();
    fix(&folder.path().join("sub"), &["--unsafe-fixes"]);
    assert_eq!(left(), config);
    fix(folder.path(), &["--unsafe-fixes", "--control", "mfa-admins"]);
    assert_eq!(left(), config);
    fix(folder.path(), &["--unsafe-fixes"]);
    assert_eq!(left(), "");
}

/// What was not read, and what another value of a variable makes, may need what nothing else does.
#[test]
fn what_was_not_seen_may_need_an_ignore() {
    let config = "[[ignore]]\nrule = \"invalid-id\"\npath = \"b/**\"\nreason = \"ours\"\n";
    let code = "variable \"on\" {\n  default = false\n}\n# caplint: ignore[letter-case] ours\n\
                resource \"azuread_conditional_access_policy\" \"x\" {\n  count = var.on ? 1 : 0\n}\n";
    for (name, text) in [("b/p.json", "{ \"displayName\": "), ("main.tf", code)] {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("b")).unwrap();
        fs::write(folder.path().join("a.json"), fixed()).unwrap();
        fs::write(folder.path().join("caplint.toml"), config).unwrap();
        fs::write(folder.path().join(name), text).unwrap();
        fix(folder.path(), &["--unsafe-fixes"]);
        assert_eq!(fs::read_to_string(folder.path().join("caplint.toml")).unwrap(), config, "{name}");
        assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), text);
        // Everything is seen now.
        fs::remove_file(folder.path().join(name)).unwrap();
        fix(folder.path(), &["--unsafe-fixes"]);
        assert_eq!(fs::read_to_string(folder.path().join("caplint.toml")).unwrap(), "", "{name}");
    }
}

/// The exception of an account for emergencies says that it must be able to sign in, whether a policy excludes it or not.
#[test]
fn a_requirement_is_not_removed_with_an_exception() {
    let folder = TempDir::new().unwrap();
    let block = for_all().replace("\"mfa\"", "\"block\"");
    fs::write(folder.path().join("a.json"), block).unwrap();
    let entry = |more: &str| {
        format!("[[exception]]\nuser = \"b0000000-0000-4000-8000-000000000001\"\nowner = \"o\"\nreason = \"r\"\n{more}")
    };
    let path = folder.path().join("caplint.toml");
    fs::write(&path, entry("")).unwrap();
    fix(folder.path(), &["--unsafe-fixes"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), entry(""));
    let report = json(folder.path(), &["check", "--format", "json"]);
    let rules: Vec<&str> =
        report["findings"].as_array().unwrap().iter().filter_map(|finding| finding["rule"].as_str()).collect();
    assert!(rules.contains(&"access") && rules.contains(&"unused-exception"), "{rules:?}");
    fs::write(&path, entry("break-glass = false\n")).unwrap();
    fix(folder.path(), &["--unsafe-fixes"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "");
}
