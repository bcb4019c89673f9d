//! `caplint diff` and `caplint show` as people and programs run them. Each folder beside this file is a pair of tenants, and its
//! snapshot is what a person reads of it.

#![allow(clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use support::folder;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/comparisons");

fn caplint(here: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_caplint")).current_dir(here).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn json(here: &Path, arguments: &[&str]) -> Value {
    let output = caplint(here, &[&["diff", "--isolated", "--format", "json"], arguments].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn pairs() -> Vec<String> {
    let entries = fs::read_dir(ROOT).unwrap().flatten().filter(|entry| entry.path().is_dir());
    let mut pairs: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    pairs.sort();
    pairs
}

#[test]
fn every_comparison_reads_well() {
    let pairs = pairs();
    assert!(pairs.len() >= 9);
    for pair in pairs {
        let sides = [format!("{pair}/before"), format!("{pair}/after")];
        let arguments = ["diff", "--isolated", "--color", "never", &sides[0], &sides[1]];
        let report = stdout(&caplint(Path::new(ROOT), &arguments));
        insta::with_settings!({ snapshot_path => ".", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(pair.as_str(), report);
        });
    }
}

/// The verdict, the five classes, the number of changes and the exit code.
#[test]
fn verdicts_are_right() {
    let expected = [
        ("refactor-split-location", "equal", "no no no no no", 0, 0),
        ("mfa-lost-from-trusted", "changed", "yes no no no no", 1, 1),
        ("masked", "changed", "yes no no no no", 1, 1),
        ("both-ways", "changed", "yes yes yes no no", 2, 1),
        ("mfa-to-builtin-strength", "equal", "no no no no no", 0, 0),
        ("custom-strength-widened", "changed", "yes no no no no", 1, 1),
        ("unchanged-unknown-cancels", "equal", "no no no no no", 0, 0),
        ("changed-unknown", "possibly-changed", "possibly possibly no no no", 2, 1),
        ("unknown-masked-by-known", "equal", "no no no no no", 0, 0),
    ];
    for (pair, verdict, classes, changes, code) in expected {
        let sides = [format!("{pair}/before"), format!("{pair}/after")];
        let report = json(Path::new(ROOT), &[&sides[0], &sides[1]]);
        assert_eq!(report["verdict"], verdict, "{pair}");
        let names = ["loosened", "tightened", "newlyBlocked", "newlyUnblocked", "sessionChanged"];
        let found: Vec<&str> = names.iter().map(|name| report["classes"][name].as_str().unwrap()).collect();
        assert_eq!(found.join(" "), classes, "{pair}");
        assert_eq!(report["changes"].as_array().unwrap().len(), changes, "{pair}");
        let output = caplint(Path::new(ROOT), &["diff", "--isolated", &sides[0], &sides[1]]);
        assert_eq!(output.status.code(), Some(code), "{pair}");
    }
}

#[test]
fn a_label_names_the_line_that_lets_go() {
    let report = json(Path::new(ROOT), &["mfa-lost-from-trusted/before", "mfa-lost-from-trusted/after"]);
    let change = &report["changes"][0];
    let place = &change["causes"][0]["locations"][0];
    assert_eq!(place["side"], "after");
    assert_eq!(place["pointer"], "/conditions/locations/excludeLocations/0");
    assert_eq!(change["witness"]["signInConditions"]["locations"], serde_json::json!(["AllTrusted"]));
    assert_eq!(change["region"]["locations"]["allOf"], serde_json::json!([["AllTrusted"]]));
    assert_eq!(change["ways"].as_array().unwrap().len(), 2);
}

#[test]
fn a_comparison_with_itself_is_equal_and_the_reverse_mirrors() {
    for pair in pairs() {
        let sides = [format!("{pair}/before"), format!("{pair}/after")];
        let same = json(Path::new(ROOT), &[&sides[0], &sides[0]]);
        assert_eq!((&same["verdict"], same["edits"].as_array().map(Vec::len)), (&Value::from("equal"), Some(0)));
        let there = json(Path::new(ROOT), &[&sides[0], &sides[1]]);
        let back = json(Path::new(ROOT), &[&sides[1], &sides[0]]);
        assert_eq!(there["classes"]["loosened"], back["classes"]["tightened"], "{pair}");
        assert_eq!(there["classes"]["newlyBlocked"], back["classes"]["newlyUnblocked"], "{pair}");
    }
}

fn policy(state: &str, controls: &str) -> String {
    format!(
        r#"{{"id": "70000001-0000-4000-8000-000000000000", "displayName": "Require MFA", "state": "{state}",
            "conditions": {{"users": {{"includeUsers": ["All"]}}, "applications": {{"includeApplications": ["All"]}},
                           "clientAppTypes": ["all"]}},
            "grantControls": {{"operator": "OR", "builtInControls": [{controls}]}}}}"#
    )
}

#[test]
fn turning_a_policy_on_tightens() {
    let folder = folder(&[("ca/mfa.json", &policy("enabledForReportingButNotEnforced", r#""mfa""#))]);
    let report = json(folder.path(), &["ca", "--enable", "require mfa"]);
    assert_eq!((&report["classes"]["tightened"], &report["classes"]["loosened"]), (&"yes".into(), &"no".into()));
    let report = json(folder.path(), &["ca", "--assume-enabled"]);
    assert_eq!(report["classes"]["tightened"], "yes");
    let disabled = self::folder(&[("ca/mfa.json", &policy("disabled", r#""mfa""#))]);
    for (folder, which, class) in [
        (&folder, "report-only", "yes"),
        (&folder, "all", "yes"),
        (&disabled, "all", "yes"),
        (&disabled, "report-only", "no"),
    ] {
        let report = json(folder.path(), &["ca", "--enable", which]);
        assert_eq!(report["classes"]["tightened"], class, "{which}");
    }
    let unknown = caplint(folder.path(), &["diff", "--isolated", "ca", "--enable", "Require MFO"]);
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn a_removed_policy_and_a_broken_file_do_not_pass() {
    let files = [
        ("before/mfa.json", policy("enabled", r#""mfa""#)),
        ("gone/x.json", "[]".to_owned()),
        ("broken/mfa.json", "{".to_owned()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let folder = folder(&files);
    for after in ["gone", "broken"] {
        let output = caplint(folder.path(), &["diff", "--isolated", "before", after]);
        assert_eq!(output.status.code(), Some(1), "{after}: {}", stdout(&output));
    }
    let nothing = caplint(folder.path(), &["diff", "--isolated", "gone", "gone"]);
    assert_eq!(nothing.status.code(), Some(2));
    let missing = caplint(folder.path(), &["diff", "--isolated", "before", "nowhere"]);
    assert_eq!(missing.status.code(), Some(2));
}

/// A policy may be switched off on purpose, but not more than that, and a file that is not understood expects nothing.
#[test]
fn what_is_expected_passes_and_nothing_else_does() {
    let expected = "[[changes]]\nkind = \"loosened\"\nregion = {}\n";
    let folder = folder(&[
        ("before.json", &policy("enabled", r#""mfa""#)),
        ("after.json", &policy("disabled", r#""mfa""#)),
        ("expected.toml", expected),
        ("at-most.toml", &format!("{expected}requires = [[\"mfa\"]]\n")),
        ("other.toml", &expected.replace("loosened", "newly-unblocked")),
        ("misspelt.toml", &expected.replace("region = {}", "region = { clients = [] }")),
    ]);
    let code = |intent: &str| {
        caplint(folder.path(), &["diff", "--isolated", "before.json", "after.json", "--intent", intent]).status.code()
    };
    let codes = ["expected.toml", "at-most.toml", "other.toml", "misspelt.toml"].map(code);
    assert_eq!(codes, [Some(0), Some(1), Some(1), Some(2)]);
    let report = json(folder.path(), &["before.json", "after.json", "--intent", "other.toml"]);
    assert_eq!(report["expected"][0]["happens"], "no");
    // What a report tells is expected by who expects the report.
    let report = json(folder.path(), &["before.json", "after.json"]);
    fs::write(folder.path().join("report.json"), report.to_string()).unwrap();
    assert_eq!(code("report.json"), Some(0));
}

#[test]
fn tenants_are_held_against_the_one_they_are_to_be_like() {
    let report_only = policy("enabledForReportingButNotEnforced", r#""mfa""#);
    let files = [
        ("gold/p.json", policy("enabled", r#""mfa""#)),
        ("t/same/p.json", policy("enabled", r#""mfa""#)),
        ("t/weak/p.json", report_only),
        ("t/strict/p.json", policy("enabled", r#""block""#)),
        ("t/other/p.json", policy("enabled", r#""compliantDevice""#)),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let folder = folder(&files);
    let tenants = ["t/other", "t/same", "t/strict", "t/weak"];
    let report = json(folder.path(), &[&["--tenant-per-path", "gold"][..], &tenants].concat());
    let found: Vec<&str> =
        report["tenants"].as_array().unwrap().iter().map(|one| one["relation"].as_str().unwrap()).collect();
    assert_eq!(found, ["incomparable", "equal", "stricter", "weaker"]);
    let code = |tenant: &str| {
        caplint(folder.path(), &["diff", "--isolated", "--tenant-per-path", "gold", tenant]).status.code()
    };
    assert_eq!((code("t/weak"), code("t/strict"), code("gold"), code("nowhere")), (Some(1), Some(0), Some(0), Some(2)));
}

#[test]
fn findings_come_in_the_order_of_the_files() {
    let mut files = vec![("before/p.json".to_owned(), policy("enabled", r#""mfa""#))];
    files.extend((100..400).map(|number| (format!("before/{number}.json"), "{".to_owned())));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = folder(&files);
    let report = json(folder.path(), &["before", "before"]);
    let place = |finding: &Value| finding["locations"][0]["path"].as_str().unwrap().to_owned();
    let paths: Vec<String> = report["findings"].as_array().unwrap().iter().map(place).collect();
    assert_eq!(paths.len(), 600);
    assert!(paths[..300].is_sorted() && paths[300..].is_sorted(), "{paths:?}");
}

/// The first files of other folders come before or after, and have no part in what a reference means.
#[test]
fn a_reference_is_the_same_whatever_other_files_there_are() {
    let policy = r#"resource "azuread_conditional_access_policy" "mfa" {
      display_name = "MFA"
      state        = "enabled"
      conditions {
        client_app_types = ["all"]
        applications { included_applications = ["All"] }
        users {
          included_users  = ["All"]
          excluded_groups = [azuread_group.NAME.object_id]
        }
      }
      grant_controls {
        operator          = "OR"
        built_in_controls = ["mfa"]
      }
    }"#;
    let (one, other) = (policy.replace("NAME", "one"), policy.replace("NAME", "other"));
    let folder = folder(&[
        ("before/b/main.tf", &one),
        ("more/a/notes.json", "{}"),
        ("more/a/main.tf", "locals {}"),
        ("more/b/main.tf", &one),
        ("elsewhere/b/main.tf", &other),
        ("moved/c/main.tf", &one),
    ]);
    let verdict = |after: &str| json(folder.path(), &["before", after])["verdict"].as_str().unwrap().to_owned();
    assert_eq!([verdict("more"), verdict("elsewhere"), verdict("moved")], ["equal", "changed", "changed"]);
}

fn git(here: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "core.autocrlf=false"];
    let done = Command::new("git").current_dir(here).args(identity).args(arguments).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn commits_are_compared_with_each_other_and_with_the_work_tree() {
    let folder = folder(&[("exports/mfa.json", &policy("enabled", r#""mfa""#)), ("notes.md", "x")]);
    let here = folder.path();
    git(here, &["init", "--quiet", "--initial-branch", "main"]);
    git(here, &["add", "."]);
    git(here, &["commit", "--quiet", "--message", "one"]);
    git(here, &["checkout", "--quiet", "-b", "weaker"]);
    // A commit that git shows as "Binary files differ".
    let weaker: Vec<u8> =
        policy("enabled", r#""mfa", "compliantDevice""#).encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(here.join("exports/mfa.json"), [vec![0xFF, 0xFE], weaker].concat()).unwrap();
    git(here, &["commit", "--quiet", "--all", "--message", "two"]);
    for arguments in [&["--git", "main"][..], &["--git", "main..weaker", "exports"], &["--git", "main...weaker"]] {
        let report = json(here, arguments);
        assert_eq!(report["classes"]["loosened"], "yes", "{arguments:?}");
        assert_eq!(report["changes"][0]["region"]["device"][0]["is"], "compliant");
        let places = report["changes"][0]["causes"][0]["locations"].as_array().unwrap();
        let paths: Vec<&str> = places.iter().map(|place| place["path"].as_str().unwrap()).collect();
        assert_eq!(paths, ["exports/mfa.json", "main:exports/mfa.json"], "{arguments:?}");
    }
    assert_eq!(json(here, &["--git", "HEAD"])["verdict"], "equal");
    fs::remove_dir_all(here.join("exports")).unwrap();
    assert_eq!(json(here, &["--git", "main", "exports"])["classes"]["loosened"], "yes");
    for revision in ["nowhere", "--output=x"] {
        let output = caplint(here, &["diff", "--isolated", &format!("--git={revision}")]);
        assert_eq!(output.status.code(), Some(2), "{revision}");
    }
}

/// Of a commit, only files that may hold policies are at hand, but the names of the others count.
#[test]
fn configuration_of_a_commit_finds_the_files_that_it_reads() {
    let root = |pattern: &str| {
        format!(
            r#"
resource "azuread_conditional_access_policy" "mfa" {{
  display_name = "MFA"
  state        = length(fileset(".", "{pattern}")) == 1 ? "enabled" : "disabled"
  conditions {{
    client_app_types = ["all"]
    applications {{ included_applications = ["All"] }}
    users {{ included_users = ["All"] }}
  }}
  grant_controls {{
    operator          = "OR"
    built_in_controls = ["mfa"]
  }}
}}
"#
        )
    };
    let compared = |pattern: &str, more: (&str, &str)| {
        let folder = folder(&[("main.tf", &root(pattern)), ("data/one.yaml", "a: 1\n"), more]);
        let here = folder.path();
        git(here, &["init", "--quiet", "--initial-branch", "main"]);
        git(here, &["add", "."]);
        git(here, &["commit", "--quiet", "--message", "one"]);
        git(here, &["rm", "--quiet", "--cached", "main.tf"]);
        fs::remove_file(here.join("main.tf")).unwrap();
        let removed = json(here, &["--git", "main"]);
        removed["classes"]["loosened"].as_str().unwrap().to_owned()
    };
    assert_eq!(compared("data/*.yaml", ("notes.md", "")), "yes");
    assert_eq!(compared("**/*.yaml", ("data/two.yaml", "a: 2\n")), "no");
    for (pattern, other) in [("**", "notes.md"), ("**/*.yaml", ".hidden/two.yaml"), ("data/*", "data/two.md")] {
        assert_eq!(compared(pattern, (other, "")), "possibly", "{pattern} {other}");
    }
}

#[test]
fn the_same_policy_reads_the_same_in_every_encoding() {
    let text = policy("enabled", r#""mfa""#);
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let folder = folder(&[("a.json", &text), ("other.txt", "no policy\nat all\n")]);
    fs::write(folder.path().join("b.json"), [vec![0xFF, 0xFE], utf16].concat()).unwrap();
    let shown = |name: &str| stdout(&caplint(folder.path(), &["show", name]));
    assert_eq!(shown("a.json"), shown("b.json"));
    assert!(shown("a.json").contains("grantControls.builtInControls mfa\n"));
    assert_eq!(shown("other.txt"), "no policy\nat all\n");
}

/// Names in policies are untrusted, in every format.
#[test]
fn a_name_gives_no_orders() {
    let name = "::error::x\\n##vso[task]\\u001b[2J <img src=x> | @all";
    let hostile = policy("enabled", r#""mfa""#).replace("Require MFA", name);
    let weaker = hostile.replace(r#"["mfa"]"#, r#"["mfa", "compliantDevice"]"#);
    let folder = folder(&[("a/p.json", &hostile), ("b/p.json", &weaker)]);
    for format in ["pretty", "concise", "json", "sarif", "github", "markdown"] {
        let said = stdout(&caplint(folder.path(), &["diff", "--isolated", "a", "b", "--format", format]));
        assert!(
            !said.contains('\u{1b}') && !said.contains("##vso") && !said.contains("::error::x"),
            "{format}: {said}"
        );
        assert!(format != "markdown" || !said.contains("<img"), "{said}");
    }
}

/// GitHub refuses a comment of more than 65,536 characters, however long names are and however many policies change.
#[test]
fn a_comment_is_never_too_long() {
    let name = |number: usize| format!("{number} {}", "<|@".repeat(3_000));
    let all = |is_after: bool| -> String {
        let group = |number: usize| format!("7d4e{number:04}-52b1-4c0f-9a36-18f2c7d5e0ff");
        let one = |number: usize| {
            let policy = policy("enabled", r#""mfa""#).replace("Require MFA", &name(number));
            let mut policy: Value = serde_json::from_str(&policy).unwrap();
            let excluded: Vec<String> = is_after.then(|| group(number + 1_000)).into_iter().collect();
            policy["conditions"]["users"] =
                serde_json::json!({"includeGroups": [group(number)], "excludeGroups": excluded});
            policy["id"] = group(number + 5_000).into();
            policy
        };
        (0..60).map(one).collect::<Value>().to_string()
    };
    let folder = folder(&[("a/p.json", &all(false)), ("b/p.json", &all(true))]);
    let text = stdout(&caplint(folder.path(), &["diff", "--isolated", "a", "b", "--format", "markdown"]));
    assert!((10_000..60_000).contains(&text.chars().count()), "{}", text.chars().count());
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    assert!(text.contains("| | … and "), "{text}");
}

/// What becomes of one of the policies of a random tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    Disabled,
    ReportOnly,
    Removed,
    WithException,
    Weakened,
    TurnedOn,
}

const FATES: [Fate; 7] =
    [Fate::Kept, Fate::Disabled, Fate::ReportOnly, Fate::Removed, Fate::WithException, Fate::Weakened, Fate::TurnedOn];

/// Both sides of a tenant in which each policy is about an app of its own, so that no policy makes up for another one.
fn apart(fates: &[Fate]) -> [String; 2] {
    let one = |is_after: bool, number: usize, fate: Fate| {
        let state = match (fate, is_after) {
            (Fate::Disabled, true) | (Fate::TurnedOn, false) => "disabled",
            (Fate::ReportOnly, true) => "enabledForReportingButNotEnforced",
            _ => "enabled",
        };
        let controls = if is_after && fate == Fate::Weakened { r#""mfa", "compliantDevice""# } else { r#""mfa""# };
        let mut policy: Value = serde_json::from_str(&policy(state, controls)).unwrap();
        policy["displayName"] = format!("Policy {number}.").into();
        policy["id"] = format!("7d4e{number:04}-52b1-4c0f-9a36-18f2c7d5e0ff").into();
        policy["conditions"]["applications"]["includeApplications"] =
            serde_json::json!([format!("5a1e{number:04}-52b1-4c0f-9a36-18f2c7d5e0ff")]);
        if is_after && fate == Fate::WithException {
            policy["conditions"]["users"]["excludeGroups"] =
                serde_json::json!(["90000001-0000-4000-8000-000000000000"]);
        }
        policy
    };
    [false, true].map(|is_after| {
        let is_there = |fate: Fate| !(is_after && fate == Fate::Removed);
        let all = fates.iter().enumerate().filter(|(_, fate)| is_there(**fate));
        all.map(|(number, fate)| one(is_after, number, *fate)).collect::<Value>().to_string()
    })
}

/// What each format for people says of them.
fn told(fates: &[Fate]) -> Vec<(&'static str, String)> {
    let [before, after] = apart(fates);
    let folder = folder(&[("a/p.json", &before), ("b/p.json", &after)]);
    let told = |format| {
        let arguments = ["diff", "--isolated", "--color", "never", "a", "b", "--format", format];
        (format, stdout(&caplint(folder.path(), &arguments)))
    };
    ["pretty", "concise", "github", "markdown"].into_iter().map(told).collect()
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 8, ..Default::default() })]

    /// An author cannot hide a change among others: each policy that loosens or tightens something is named.
    #[test]
    fn every_policy_that_changes_sign_ins_is_named(choices in proptest::collection::vec(0..FATES.len(), 1..40)) {
        let fates: Vec<Fate> = choices.iter().map(|choice| FATES[*choice]).collect();
        for (format, text) in told(&fates) {
            let (loosened, rest) = match text.split_once("loosened by") {
                Some((_, by)) => by.split_once("tightened by").unwrap_or((by, "")),
                None => ("", text.split_once("tightened by").map_or("", |(_, by)| by)),
            };
            for (number, fate) in fates.iter().enumerate() {
                let is_named = |text: &str| text.contains(&format!("\"Policy {number}.\""));
                match fate {
                    // The examples come last in Markdown, and name others.
                    Fate::Kept if format == "markdown" => {}
                    Fate::Kept => assert!(!is_named(loosened) && !is_named(rest), "{format}: {number}\n{text}"),
                    Fate::TurnedOn => assert!(is_named(rest), "{format}: {number}\n{text}"),
                    Fate::Disabled | Fate::ReportOnly | Fate::Removed | Fate::WithException | Fate::Weakened => {
                        assert!(is_named(loosened), "{format}: {number}\n{text}");
                    }
                }
            }
        }
    }
}

#[test]
fn beyond_a_number_the_policies_are_counted() {
    for (format, text) in told(&[Fate::Disabled; 60]) {
        let is_counted = text.contains("\"Policy 49.\" and 10 more") || text.contains("\"Policy 59.\"");
        assert!(is_counted, "{format}: {text}");
    }
}

/// Policies that are turned off have nothing in common but that, so each is told by what becomes of its own sign-ins.
#[test]
fn policies_that_are_turned_off_are_told_apart() {
    let told = told(&[Fate::Disabled, Fate::TurnedOn, Fate::Disabled]);
    for (format, text) in told {
        let places: Vec<usize> = ["5a1e0000", "5a1e0002", "5a1e0001"].iter().filter_map(|app| text.find(app)).collect();
        assert!(places.len() == 3 && places.is_sorted(), "{format}: {text}");
    }
}
