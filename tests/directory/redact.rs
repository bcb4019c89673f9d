//! `--redact`: names of people are in no format.

use std::fs;
use std::path::Path;
use std::process::Command;

const FORMATS: [&str; 9] = ["pretty", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown", "html"];

/// What people are called in these files, wherever it stands: in the directory, in policies, in names of files, in the
/// configuration.
pub(crate) const NAMES: [&str; 7] = ["Noether", "noether", "irzakhani", "Johnson", "johnson", "lamarr", "Turing"];

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A tenant in which names of people stand wherever they can.
pub(crate) fn tenant(folder: &Path) {
    let policy = |id: u32, name: &str, users: &str, more: &str| {
        format!(
            r#"{{"id": "c0000000-0000-4000-8000-{id:012}", "displayName": "{name}", "state": "enabled",
                "conditions": {{"clientAppTypes": ["all"], "applications": {{"includeApplications": ["All"]}},
                "users": {users}{more}}}, "grantControls": {{"operator": "OR", "builtInControls": ["mfa"]}}}}"#
        )
    };
    let users = r#"{"includeUsers": ["All"], "excludeUsers": ["a0000000-0000-4000-8000-000000000001", "katherine.johnson@contoso.com",
        "hedy.lamarr@fabrikam.com"], "excludeGroups": ["b0000000-0000-4000-8000-000000000001"]}"#;
    write(folder, "policies/CA001 Emmy Noether.json", &policy(1, "MFA, but not for Emmy Noether", users, ""));
    let typo = r#", "loactions": {"includeLocations": ["All"]}"#;
    write(
        folder,
        "policies/CA002.json",
        &policy(2, "MFA for Maryam Mirzakhani", r#"{"includeUsers": ["maryam.mirzakhani@contoso.com"]}"#, typo),
    );
    let user = |number: u32, name: &str| {
        let upn = name.to_lowercase().replace(' ', ".");
        format!(
            r#"{{"id": "a0000000-0000-4000-8000-{number:012}", "displayName": "{name}", "userPrincipalName": "{upn}@contoso.com",
                "userType": "Member", "accountEnabled": {}}}"#,
            number != 1
        )
    };
    let all: Vec<String> = ["Emmy Noether", "Maryam Mirzakhani", "Katherine Johnson"]
        .iter()
        .zip(1..)
        .map(|(name, number)| user(number, name))
        .collect();
    let context = "https://graph.microsoft.com/v1.0/$metadata#";
    write(folder, "users.json", &format!(r#"{{"@odata.context": "{context}users", "value": [{}]}}"#, all.join(", ")));
    let group = format!(
        r#"{{"id": "b0000000-0000-4000-8000-000000000001", "displayName": "Emergency access", "groupTypes": [],
            "isAssignableToRole": false, "owners": [{0}], "members": [{0}]}}"#,
        user(2, "Maryam Mirzakhani")
    );
    write(folder, "groups.json", &format!(r#"{{"@odata.context": "{context}groups", "value": [{group}]}}"#));
    write(
        folder,
        "caplint.toml",
        "[[exception]]\ngroup = \"b0000000-0000-4000-8000-000000000001\"\nname = \"Emergency access\"\nowner = \"Alan Turing\"\n\
         reason = \"emergencies\"\nreview-by = 2020-01-01\n",
    );
}

fn run(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    let output = command.current_dir(folder).args(arguments).env("NO_COLOR", "1").output().unwrap();
    assert!(!output.stdout.is_empty(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn names_of_people_are_in_no_format() {
    let folder = tempfile::tempdir().unwrap();
    tenant(folder.path());
    let run = |arguments: &[&str]| run(folder.path(), arguments);
    let check = |format: &str, more: &[&str]| {
        run(&[&["check", ".", "--benchmark", "all", "--format", format][..], more].concat())
    };
    let json = check("json", &[]);
    let there = NAMES.iter().filter(|name| json.contains(**name)).count();
    assert!(there >= 4, "{json}");
    for format in FORMATS {
        let text = check(format, &["--redact"]);
        for name in NAMES {
            assert!(!text.contains(name), "{name} in {format}: {text}");
        }
        assert!(format != "json" || text.contains("MFA, but not for [redacted]"), "{text}");
    }
    for format in ["pretty", "csv", "json"] {
        let text = run(&["who", ".", "--benchmark", "all", "--format", format, "--redact"]);
        assert!(NAMES.iter().all(|name| !text.contains(name)), "{format}: {text}");
    }
}

/// Users of Microsoft365DSC have names in place of ids, and reports must show neither these nor what stands for them.
#[test]
fn names_in_place_of_ids_are_in_no_format() {
    let folder = tempfile::tempdir().unwrap();
    let configuration = r#"Configuration X
{
    Node localhost
    {
        AADConditionalAccessPolicy 'p'
        {
            DisplayName = 'MFA'; State = 'enabled'; IncludeUsers = @('All'); ExcludeGroups = @('Emergency access')
            ExcludeUsers = @("emmy.noether@$OrganizationName"); IncludeApplications = @('All'); ClientAppTypes = @('all')
            BuiltInControls = @('mfa'); GrantControlOperator = 'OR'
        }
        AADGroup 'g'
        {
            DisplayName = 'Emergency access'; GroupAsMembers = @()
            Members = @("emmy.noether@$OrganizationName", "hedy.lamarr@$OrganizationName")
        }
        AADUser 'u' { DisplayName = 'Hedy Lamarr'; UserPrincipalName = "hedy.lamarr@$OrganizationName" }
    }
}
"#;
    write(folder.path(), "tenant.ps1", configuration);
    let is_stand_in = |text: &str| {
        let ids = text.split(|character: char| !(character.is_ascii_hexdigit() || character == '-'));
        { ids }.any(|id| id.len() == 36 && id.as_bytes()[14] == b'5')
    };
    for format in FORMATS {
        let check = ["check", ".", "--benchmark", "all", "--format", format];
        let text = run(folder.path(), &check);
        assert!(format != "json" || text.contains("Hedy Lamarr"), "{text}");
        assert!(!is_stand_in(&text), "{format}: {text}");
        let text = run(folder.path(), &[&check[..], &["--redact"]].concat());
        assert!(NAMES.iter().all(|name| !text.contains(name)) && !is_stand_in(&text), "{format}: {text}");
    }
    for format in ["pretty", "csv", "json"] {
        let text = run(folder.path(), &["who", ".", "--benchmark", "all", "--format", format, "--redact"]);
        assert!(NAMES.iter().all(|name| !text.contains(name)) && text.contains("user 2"), "{format}: {text}");
        assert!(!is_stand_in(&text), "{format}: {text}");
    }
}

/// Both streams, and the exit code.
fn everything(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    let output = command.current_dir(folder).args(arguments).env("NO_COLOR", "1").output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code(), text)
}

/// Every command that takes `--redact`, besides those that have tests of their own.
#[test]
fn names_of_people_are_in_what_no_command_says() {
    let folder = tempfile::tempdir().unwrap();
    tenant(folder.path());
    let ada = "a0000000-0000-4000-8000-000000000001";
    let configuration = r#"resource "azuread_conditional_access_policy" "x" {
  # caplint: ignore[letter-case] our module writes it so
  state        = "Disabled"
  display_name = "X"
}
"#;
    write(folder.path(), "policies/Emmy Noether.tf", configuration);
    let (code, said) = everything(folder.path(), &["test", "--init", "--policies", "."]);
    assert_eq!(code, Some(0), "{said}");
    let mut named: Vec<&str> = Vec::new();
    for arguments in [
        ["check", ".", "-v"].as_slice(),
        &["check", ".", "--statistics"],
        &["doc", ".", "--format", "markdown"],
        &["doc", ".", "--format", "html"],
        &["what-if", ".", "--user", ada],
        &["what-if", ".", "--user", ada, "--format", "json"],
        &["new", "mfa-admins", "."],
        &["test"],
        &["test", "--format", "json"],
        &["test", "--format", "junit"],
    ] {
        let without = everything(folder.path(), arguments);
        let (code, text) = everything(folder.path(), &[arguments, &["--redact"]].concat());
        assert_eq!(code, without.0, "{arguments:?}: {text}");
        named.extend(NAMES.iter().any(|name| without.1.contains(name)).then_some(arguments[0]));
        let found: Vec<&str> = NAMES.into_iter().filter(|name| text.contains(name)).collect();
        assert!(found.is_empty() && !text.is_empty(), "{arguments:?}: {found:?}: {text}");
    }
    named.dedup();
    assert_eq!(named, ["check", "doc", "what-if", "new", "test"]);
}

/// A diff is lines of files.
#[test]
fn fixes_are_not_shown_without_names() {
    let folder = tempfile::tempdir().unwrap();
    tenant(folder.path());
    let before = fs::read_to_string(folder.path().join("policies/CA002.json")).unwrap();
    for arguments in [["fix", ".", "--redact"].as_slice(), &["fix", ".", "--redact", "--diff", "--unsafe-fixes"]] {
        let (code, text) = everything(folder.path(), arguments);
        assert!(code == Some(2) && text.contains("--redact is for reports"), "{text}");
        assert!(NAMES.iter().all(|name| !text.contains(name)), "{text}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("policies/CA002.json")).unwrap(), before);
}
