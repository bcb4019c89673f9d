//! `caplint test`, as people use it.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const BREAK_GLASS: &str = "b6000000-0000-4000-8000-000000000001";
const OFFICE: &str = "d0000000-0000-4000-8000-000000000001";

fn policy(number: u32, conditions: &Value, grant: &Value) -> Value {
    let mut all = json!({
        "clientAppTypes": ["all"],
        "applications": { "includeApplications": ["All"] },
        "users": { "includeUsers": ["All"], "excludeGroups": [BREAK_GLASS] },
    });
    all.as_object_mut().unwrap().extend(conditions.as_object().unwrap().clone());
    json!({
        "id": format!("ca00000{number}-0000-4000-8000-000000000000"), "displayName": format!("CA00{number}"),
        "state": "enabled", "conditions": all, "grantControls": grant,
    })
}

/// MFA for everybody, no legacy clients, and a named location; a group is excluded.
fn tenant() -> Vec<Value> {
    let mfa = json!({ "operator": "OR", "builtInControls": ["mfa"] });
    let block = json!({ "operator": "OR", "builtInControls": ["block"] });
    vec![
        policy(1, &json!({}), &mfa),
        policy(2, &json!({ "clientAppTypes": ["exchangeActiveSync", "other"] }), &block),
        json!({ "@odata.type": "#microsoft.graph.ipNamedLocation", "id": OFFICE, "displayName": "Office",
                "isTrusted": true, "ipRanges": [{ "cidrAddress": "198.51.100.0/24" }] }),
        json!({ "@odata.type": "#microsoft.graph.group", "id": BREAK_GLASS, "displayName": "Break glass" }),
    ]
}

struct Folder(TempDir);

impl Folder {
    fn new(objects: &[Value], expectations: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("exports")).unwrap();
        for (index, object) in objects.iter().enumerate() {
            fs::write(folder.path().join(format!("exports/{index}.json")), object.to_string()).unwrap();
        }
        if !expectations.is_empty() {
            let text = format!("policies = [\"exports\"]\n{expectations}");
            fs::write(folder.path().join("caplint-test.toml"), text).unwrap();
        }
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
        command.current_dir(self.path()).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The verdict and the reason of one expectation.
fn tried(expectation: &str) -> (String, String) {
    let folder = Folder::new(&tenant(), &format!("[[expect]]\nname = \"it\"\n{expectation}\n"));
    let report = folder.json(&["test", "--format", "json"]);
    let one = &report["files"][0]["expectations"][0];
    let code = folder.run(&["test"]).status.code();
    assert_eq!(code, Some(i32::from(one["verdict"] != "passed")));
    (one["verdict"].as_str().unwrap().to_owned(), one["reason"].as_str().unwrap().to_owned())
}

#[test]
fn each_outcome_is_proven_or_refuted() {
    for (expectation, verdict, reason) in [
        ("who = {}\noutcome = \"needs:mfa\"", "passed", "No sign-in gets in without it."),
        (
            "outcome = \"needs:mfa\"",
            "failed",
            "Any member of \"Break glass\" gets in without MFA: nothing is asked for.",
        ),
        (
            "who = {}\noutcome = \"needs:compliantDevice|domainJoinedDevice\"",
            "failed",
            "An ordinary user gets in without a compliant device or a hybrid joined device: it needs MFA.",
        ),
        ("who = {}\nclients = [\"other\"]\noutcome = \"cannot\"", "passed", "No sign-in gets in."),
        (
            "who = {}\nlocations = [\"Office\"]\noutcome = \"cannot\"",
            "failed",
            "An ordinary user gets in in the location \"Office\": it needs MFA.",
        ),
        ("who = {}\nhas = [\"password\"]\noutcome = \"may\"", "failed", "An ordinary user cannot sign in at all"),
        (
            "who = { groups = [\"break glass\"] }\nhas = [\"fido2\"]\noutcome = \"can\"",
            "passed",
            "Every sign-in gets in.",
        ),
        (
            "who = {}\nhas = [\"password\"]\noutcome = \"can\"",
            "failed",
            "An ordinary user cannot sign in: \"CA001\" asks for more than the account has.",
        ),
        ("anyone = { roles = [\"Global Administrator\"] }\noutcome = \"needs:mfa\"", "failed", "nothing is asked for."),
        // No policy names this suite, and its apps are there all the same.
        ("to = [\"MicrosoftAdminPortals\"]\noutcome = \"needs:mfa\"", "failed", "an app of MicrosoftAdminPortals"),
        // Of no sign-in at all, anything is true.
        (
            "locations = [\"Office\"]\noutside = [\"Office\"]\noutcome = \"cannot\"",
            "failed",
            "There is no such sign-in",
        ),
    ] {
        let (is, said) = tried(expectation);
        assert_eq!(is, verdict, "{expectation}: {said}");
        assert!(said.contains(reason), "{expectation}: {said}");
    }
}

/// A misspelt name must not make a test pass.
#[test]
fn what_means_nothing_is_an_error() {
    for (expectations, said) in [
        ("who = { groups = [\"Brake glass\"] }\noutcome = \"can\"", "knows the group \"Brake glass\""),
        ("who = { user = \"b6000000-0000-4000-8000-000000000009\" }\noutcome = \"can\"", "knows the user"),
        ("who = { roles = [\"King\"] }\noutcome = \"can\"", "\"King\" is not a built-in directory role"),
        ("who = { roles = [\"90000000-0000-4000-8000-000000000009\"] }\noutcome = \"can\"", "knows the role"),
        ("to = [\"urn:user:registerdevise\"]\noutcome = \"can\"", "\"urn:user:registerdevise\" is not an app"),
        ("to = [\"Azzure\"]\noutcome = \"can\"", "\"Azzure\" is not an app that caplint knows"),
        ("locations = [\"Offis\"]\noutcome = \"cannot\"", "knows the named location \"Offis\""),
        ("outcome = \"needs:mfaa\"", "\"mfaa\" is no grant control"),
        ("outcome = \"needs:block\"", "\"block\" is no grant control"),
        ("outcome = \"must\"", "\"must\" is no outcome"),
        ("outcom = \"can\"", "unknown field `outcom`"),
        ("who = {}", "has no outcome"),
        ("who = {}\nanyone = {}\noutcome = \"can\"", "both `who` and `anyone`"),
        ("has = [\"fido2\"]\noutcome = \"needs:mfa\"", "both `has` and `needs:`"),
        ("outcome = \"can\"\n[[expect]]\nname = \"it\"\noutcome = \"may\"", "another expectation has this name"),
    ] {
        let folder = Folder::new(&tenant(), &format!("[[expect]]\nname = \"it\"\n{expectations}\n"));
        let output = folder.run(&["test"]);
        let error = text(&output.stderr).replace("\n  │ ", " ");
        assert_eq!(output.status.code(), Some(2), "{expectations}");
        assert!(error.contains(said), "{expectations}: {error}");
    }
}

/// A gate does not pass because something is gone.
#[test]
fn nothing_passes_where_there_is_nothing() {
    let empty = Folder::new(&[], "[[expect]]\nname = \"it\"\noutcome = \"cannot\"\n");
    assert_eq!(empty.run(&["test"]).status.code(), Some(2));
    let silent = Folder::new(&tenant(), "# nothing\n");
    assert!(text(&silent.run(&["test"]).stderr).contains("the file expects nothing"));
    assert_eq!(Folder::new(&tenant(), "").run(&["test"]).status.code(), Some(2));
    // A file that cannot be read may hold a policy that refuses what gets in, or asks for nothing new.
    let broken = Folder::new(&tenant(), "[[expect]]\nname = \"it\"\nwho = {}\noutcome = \"may\"\n");
    fs::write(broken.path().join("exports/9.json"), "{ \"conditions\": ").unwrap();
    let output = broken.run(&["test"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("unknown  it"), "{}", text(&output.stdout));
}

/// What holds today is a test of tomorrow.
#[test]
fn a_first_file_is_written_from_what_holds() {
    let folder = Folder::new(&tenant(), "");
    let written = folder.run(&["test", "--init", "--policies", "exports"]);
    assert!(text(&written.stdout).ends_with(" expectations are in caplint-test.toml\n"), "{}", text(&written.stdout));
    let file = fs::read_to_string(folder.path().join("caplint-test.toml")).unwrap();
    for name in [
        "An ordinary user needs MFA for every app",
        "Nobody gets in with a legacy client",
        "A member of Break glass gets in with a key, from anywhere",
    ] {
        assert_eq!(
            file.contains(&format!("name = \"{name}\"")),
            name != "Nobody gets in with a legacy client",
            "{file}"
        );
    }
    assert_eq!(folder.run(&["test"]).status.code(), Some(0));
    // It is not written over.
    assert_eq!(folder.run(&["test", "--init", "--policies", "exports"]).status.code(), Some(2));
    fs::remove_file(folder.path().join("exports/0.json")).unwrap();
    let after = folder.run(&["test"]);
    assert_eq!(after.status.code(), Some(1));
    assert!(text(&after.stdout).contains("An ordinary user gets in without MFA: nothing is asked for."));
}

/// What is emitted can be asked of Microsoft, and is answered the same here.
#[test]
fn a_request_for_microsoft_is_one_for_caplint() {
    let expectations = format!(
        "[[expect]]\nname = \"it\"\nwho = {{ user = \"{BREAK_GLASS}\" }}\nto = [\"Windows Azure Service Management API\"]\noutcome = \"cannot\"\n"
    );
    let mut objects = tenant();
    objects[0]["conditions"]["users"]["excludeUsers"] = json!([BREAK_GLASS]);
    let folder = Folder::new(&objects, &expectations);
    let requests = folder.json(&["test", "--emit", "what-if"]);
    assert_eq!((&requests[0]["verdict"], &requests[0]["open"]), (&json!("failed"), &json!({})));
    let mut child = folder
        .command(&["what-if", "-", "exports", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(requests[0]["request"].to_string().as_bytes()).unwrap();
    let answer: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(answer["outcome"], "granted");
}

#[test]
fn the_report_of_a_build_has_a_case_for_each() {
    let expectations = "[[expect]]\nname = \"a\"\nwho = {}\noutcome = \"needs:mfa\"\n[[expect]]\nname = \"b\"\noutcome = \"needs:mfa\"\n";
    let folder = Folder::new(&tenant(), expectations);
    let report = text(&folder.run(&["test", "--format", "junit"]).stdout);
    assert!(report.contains("tests=\"2\" failures=\"1\" errors=\"0\""), "{report}");
    let pretty = text(&folder.run(&["test", "--color", "never"]).stdout);
    assert_eq!(
        pretty,
        "caplint-test.toml: 2 policies in exports\n  passed   a\n  failed   b (line 7)\n           Any member of \"Break \
         glass\" gets in without MFA: nothing is asked for.\n1 passed, 1 failed\n"
    );
}
