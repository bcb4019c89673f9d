//! No run writes a value into a list, or a key into an object, that stands there already or that the same run writes there.

use super::{TempDir, fix, fixes};
use std::fmt::Write as _;
use std::fs;

/// Things that stand for one thing, the first as it should be written.
const CONTROLS: [&str; 5] = ["mfa", "Mfa", "MFA", "mfaa", "mffa"];
const ROLES: [&str; 4] = [
    "62e90394-69f5-4237-9190-012177145e10",
    "62E90394-69F5-4237-9190-012177145E10",
    "Global Administrator",
    "GLOBAL Administrator",
];
const KEYS: [[&str; 3]; 2] =
    [["excludeGroups", "excludeGrups", "excludeGropus"], ["excluded_groups", "excluded_grups", "excluded_gropus"]];

/// What is varied in a policy.
#[derive(Clone, Copy)]
struct Varied<'p> {
    controls: &'p [&'p str],
    roles: &'p [&'p str],
    keys: &'p [&'p str],
}

/// The name of a file, and what is in it with a policy for each of these.
type Form = (&'static str, fn(&[Varied<'_>]) -> String);

const FORMS: [Form; 3] = [
    ("a.json", |all| json(all, [", ", ""])),
    ("b.json", |all| json(all, [", // a comment\n", ",\n"])),
    ("main.tf", |all| hcl(all, [", # a comment\n", ",\n"])),
];

/// The elements of a list, with something between them and behind the last.
fn list(elements: &[&str], [between, end]: [&str; 2]) -> String {
    let quoted: Vec<String> = elements.iter().map(|element| format!("\"{element}\"")).collect();
    quoted.join(between) + end
}

const GROUP: &str = "22222222-2222-4222-8222-222222222222";

fn json(all: &[Varied<'_>], ends: [&str; 2]) -> String {
    let mut policies = Vec::new();
    for (number, Varied { controls, roles, keys }) in all.iter().enumerate() {
        let keys: Vec<String> = keys.iter().map(|key| format!("        \"{key}\": [\"{GROUP}\"]")).collect();
        policies.push(format!(
            r#"  {{
    "id": "11111111-1111-4111-8111-{number:012}",
    "displayName": "{number}",
    "state": "disabled",
    "conditions": {{
      "clientAppTypes": ["all"],
      "applications": {{ "includeApplications": ["All"] }},
      "users": {{
        "includeRoles": [{}],
{}
      }}
    }},
    "grantControls": {{ "operator": "OR", "builtInControls": [{}] }}
  }}"#,
            list(roles, ends),
            keys.join(",\n"),
            list(controls, ends)
        ));
    }
    format!("[\n{}\n]\n", policies.join(",\n"))
}

fn hcl(all: &[Varied<'_>], ends: [&str; 2]) -> String {
    let mut text = String::new();
    for (number, Varied { controls, roles, keys }) in all.iter().enumerate() {
        let keys = keys.iter().fold(String::new(), |keys, key| format!("{keys}      {key} = [\"{GROUP}\"]\n"));
        let _ = write!(
            text,
            r#"resource "azuread_conditional_access_policy" "p{number}" {{
  display_name = "{number}"
  state        = "disabled"
  conditions {{
    client_app_types = ["all"]
    applications {{
      included_applications = ["All"]
    }}
    users {{
      included_roles = [{}]
{keys}    }}
  }}
  grant_controls {{
    operator          = "OR"
    built_in_controls = [{}]
  }}
}}
"#,
            list(roles, ends),
            list(controls, ends)
        );
    }
    text
}

/// Every pair of different things, in both orders.
fn pairs<'t>(things: &[&'t str]) -> Vec<[&'t str; 2]> {
    let pair =
        |one: &&'t str| things.iter().filter(|other| *other != one).map(|other| [*one, *other]).collect::<Vec<_>>();
    things.iter().flat_map(pair).collect()
}

/// Checks one policy: what should stand there does, once or as often as it did, whatever its letter case.
fn check(before: &str, after: &str, right: &str, what: &str) {
    let count = |text: &str| {
        let text = text.to_lowercase();
        let right = right.to_lowercase();
        text.matches(&format!("\"{right}\"")).count() + text.matches(&format!("{right} = [")).count()
    };
    assert_eq!(count(after), count(before).max(1), "{what}: {right}\n{after}");
}

#[test]
fn nothing_is_written_that_stands_there_already() {
    for (name, form) in FORMS {
        let spellings = KEYS[usize::from(name == "main.tf")];
        let plain = Varied { controls: &CONTROLS[..1], roles: &ROLES[..1], keys: &spellings[..1] };
        let (controls, roles, keys) = (pairs(&CONTROLS), pairs(&ROLES), pairs(&spellings));
        let all: Vec<Varied<'_>> = (controls.iter().map(|controls| Varied { controls, ..plain }))
            .chain(roles.iter().map(|roles| Varied { roles, ..plain }))
            .chain(keys.iter().map(|keys| Varied { keys, ..plain }))
            .collect();
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(name);
        let before = form(&all);
        fs::write(&path, &before).unwrap();
        let (code, said, refused) = fix(folder.path(), &["--unsafe-fixes", "."]);
        assert_eq!((code, refused.contains("not written")), (0, false), "{name}: {said}{refused}");
        let after = fs::read_to_string(&path).unwrap();
        let mark = if name == "main.tf" { "display_name" } else { "displayName" };
        let (old, new): (Vec<&str>, Vec<&str>) = (before.split(mark).collect(), after.split(mark).collect());
        assert_eq!((old.len(), new.len()), (all.len() + 1, all.len() + 1), "{name}");
        for (at, (old, new)) in old.iter().zip(&new).skip(1).enumerate() {
            for right in [CONTROLS[0], ROLES[0], spellings[0]] {
                check(old, new, right, &format!("{name}, policy {at}"));
            }
            // One in another letter case is written as it should be, too.
            assert_eq!(new.matches("\"mfa\"").count(), 1, "{name}, policy {at}\n{new}");
        }
        let (_, said, refused) = fix(folder.path(), &["--unsafe-fixes", "."]);
        assert!(said.ends_with("nothing to fix\n"), "{name}: {said}{refused}");
        assert_eq!(fs::read_to_string(&path).unwrap(), after, "{name}");
    }
}

/// As what `users` leaves out is unknown at first, nothing shows that it means the same with the id of the role.
#[test]
fn what_another_fix_makes_comparable_is_written_in_the_same_run() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.json");
    let varied = Varied { controls: &CONTROLS[..1], roles: &ROLES[2..3], keys: &KEYS[0][1..2] };
    fs::write(&path, json(&[varied], [", ", ""])).unwrap();
    let (_, said, refused) = fix(folder.path(), &["."]);
    assert!(said.ends_with("0 fixes written, 1 refused\n"), "{said}{refused}");
    let (_, said, refused) = fix(folder.path(), &["--unsafe-fixes", "."]);
    assert!(said.ends_with("2 fixes in 1 file\n") && refused.is_empty(), "{said}{refused}");
    let plain = Varied { controls: &CONTROLS[..1], roles: &ROLES[..1], keys: &KEYS[0][..1] };
    assert_eq!(fs::read_to_string(&path).unwrap(), json(&[plain], [", ", ""]));
}

/// An editor applies what stands in the report as it is.
#[test]
fn the_fix_of_many_findings_writes_nothing_twice() {
    let folder = TempDir::new().unwrap();
    let plain = Varied { controls: &CONTROLS[1..3], roles: &ROLES[..1], keys: &KEYS[0][..1] };
    fs::write(folder.path().join("a.json"), json(&[plain; 4], [", ", ""])).unwrap();
    let fixes = fixes(folder.path(), ".");
    let [fix] = fixes.as_slice() else { panic!("{fixes:?}") };
    let edits = fix["edits"].as_array().unwrap();
    assert_eq!((fix["title"].as_str(), edits.len()), (Some("Write \"Mfa\" as \"mfa\", and 3 more like this"), 4));
}
