//! `--redact`: names of people are in no format.

use std::fs;
use std::path::Path;
use std::process::Command;

const FORMATS: [&str; 8] = ["pretty", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"];

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
