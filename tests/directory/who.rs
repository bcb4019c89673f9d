//! `caplint who` and `--directory`, as people call them.

use serde_json::Value;
use std::process::{Command, Output};

fn caplint(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).env("NO_COLOR", "1").output().unwrap()
}

fn text(arguments: &[&str]) -> String {
    String::from_utf8(caplint(arguments).stdout).unwrap()
}

const POLICIES: &str = "tests/directory/policies.json";
const DIRECTORY: &str = "tests/directory/exports/expanded";

#[test]
fn who_says_what_each_control_demands_of_whom_and_why() {
    let admins = text(&["who", POLICIES, DIRECTORY, "--control", "mfa-admins", "--control", "mfa-all-users"]);
    insta::assert_snapshot!("who", admins);
    let csv = text(&["who", POLICIES, DIRECTORY, "--control", "mfa-admins", "--csv"]);
    insta::assert_snapshot!("who_csv", csv);
    let json: Value =
        serde_json::from_str(&text(&["who", POLICIES, DIRECTORY, "--control", "mfa-admins", "--format", "json"]))
            .unwrap();
    let outcomes: Vec<&str> =
        json["controls"][0]["people"].as_array().unwrap().iter().map(|row| row["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["excepted", "enforced", "enforced", "not-concerned"]);
}

#[test]
fn who_answers_about_one_person_and_about_those_who_get_through() {
    let one = text(&["who", POLICIES, DIRECTORY, "--control", "mfa-admins", "--user", "GRACE.hopper@contoso.com"]);
    assert!(one.contains("enforced      1 person, by \"CA011 - MFA for administrators\""), "{one}");
    let open = text(&["who", POLICIES, DIRECTORY, "--control", "mfa-admins", "--open"]);
    assert!(open.contains("Break glass 1") && !open.contains("enforced  "), "{open}");
    let nobody = caplint(&["who", POLICIES, DIRECTORY, "--user", "Alan Turing"]);
    assert_eq!(nobody.status.code(), Some(2));
    assert!(String::from_utf8(nobody.stderr).unwrap().contains("nobody who can sign in is called \"Alan Turing\""));
}

#[test]
fn a_tenant_without_users_has_nobody_to_tell_of() {
    let output = caplint(&["who", POLICIES]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("there are no users in"));
}

#[test]
fn the_directory_may_lie_elsewhere_and_policies_there_do_not_count() {
    let folder = "testdata/directory-knows-who-is-left-out";
    let verdict = |arguments: &[&str]| -> String {
        let arguments = [arguments, &["--format", "json"]].concat();
        let report: Value = serde_json::from_str(&text(&arguments)).unwrap();
        assert_eq!(report["tenants"][0]["policies"], 2, "{report}");
        report["tenants"][0]["controls"][0]["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict(&["check", POLICIES]), "undecided");
    assert_eq!(verdict(&["check", POLICIES, "--directory", DIRECTORY]), "enforced-except");
    // Its group of the same id has other members here.
    assert_eq!(verdict(&["check", POLICIES, "--directory", folder]), "not-enforced");
    let several = caplint(&["check", "--tenant-per-path", POLICIES, folder, "--directory", DIRECTORY]);
    assert_eq!(several.status.code(), Some(2));
}

/// What a spreadsheet would run is text.
#[test]
fn no_cell_of_a_table_is_a_formula() {
    let folder = tempfile::tempdir().unwrap();
    let users = r#"{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users", "value": [
        {"id": "a0000000-0000-4000-8000-000000000001", "displayName": "=cmd|' /C calc'!A0", "userPrincipalName": "a\u001b[2J@b.c"}]}"#;
    std::fs::write(folder.path().join("users.json"), users).unwrap();
    let csv = text(&["who", POLICIES, "--directory", folder.path().to_str().unwrap(), "--csv"]);
    assert!(csv.contains(",'=cmd") && !csv.contains('\u{1b}'), "{csv}");
}
