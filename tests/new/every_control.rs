//! The well-kept tenant without the policies that carry a control: `new` makes one with which it passes.

use super::support::folder;
use super::{Files, TODAY, holds, read};
use caplint::controls;
use caplint::new_policy::{Answer, Format, New};
use caplint::policy::Wording;
use caplint::policy::{Fact, State};
use caplint::schema::violations;
use caplint::syntax::parse;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What the provider azuread has no words for.
const NOT_IN_AZUREAD: [&str; 4] =
    ["agent-identities-blocked", "agent-users-blocked", "high-risk-agents-blocked", "token-protection"];

/// The tenant with a trusted location, and with home tenants whose MFA is trusted: some controls need that.
fn well_kept() -> Files {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/well-kept"));
    let mut files: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    let office = json!({
        "@odata.type": "#microsoft.graph.ipNamedLocation", "id": "10ca0000-0000-4000-8000-000000000001",
        "displayName": "Head office", "isTrusted": true,
        "ipRanges": [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "203.0.113.0/24" }],
    });
    files.push(("locations.json".to_owned(), office.to_string()));
    let config = fs::read_to_string(folder.join("caplint.toml")).unwrap();
    let trust = "[assumptions]\nguests-use-methods-of-this-tenant = false\n";
    assert!(config.contains("[assumptions]\n"));
    Files { files, config: config.replace("[assumptions]\n", trust) }
}

/// The same without the policies that carry a control, one proof after the other.
fn without(control: &str) -> Files {
    let mut files = well_kept();
    loop {
        let decision = files.decide(control);
        if !holds(&decision) {
            return files;
        }
        let tenant = files.tenant();
        let (carriers, _) = decision.reason.carriers();
        let names: Vec<&str> = carriers.iter().map(|index| tenant[*index].name().unwrap()).collect();
        assert!(!names.is_empty(), "{control}");
        files
            .files
            .retain(|(_, text)| !names.iter().any(|name| text.contains(&format!("\"displayName\": \"{name}\""))));
    }
}

#[test]
fn with_the_new_policy_on_every_control_passes() {
    for control in controls::ids() {
        let before = without(control);
        let (policy, said) = before.made(control);
        assert!(!holds(&before.decide(control)), "{control}");
        let after = before.with("new.json", &format!("{policy:#}"));
        let decision = after.decide(control);
        assert!(holds(&decision), "{control}: {decision:?}\n{policy:#}");
        // Nobody is left out whom nobody approves.
        let config = after.config();
        for exception in &decision.exceptions {
            let mut entries = config.exceptions.iter();
            let approves = |entry: &caplint::config::Exception| {
                entry.approves(control, exception.kind, &exception.id) && !entry.has_expired(TODAY)
            };
            assert!(entries.any(approves), "{control}: {exception:?}");
        }
        assert_eq!(policy["state"], "enabledForReportingButNotEnforced");
        assert!(policy["displayName"].as_str().unwrap().starts_with("CA01"), "{policy:#}");
        for given in ["id", "createdDateTime", "modifiedDateTime", "templateId"] {
            assert_eq!(policy.get(given), None, "{control}");
        }
        assert!((5..=7).contains(&said.lines().count()), "{said}");
    }
}

/// Graph's JSON and Terraform are read as the same policy, in which nothing is odd.
#[test]
fn both_formats_are_read_back_as_the_same_policy() {
    for control in controls::ids() {
        let files = without(control);
        let (policy, _) = files.made(control);
        let graph = format!("{policy:#}");
        assert_eq!(violations(&parse(&graph).unwrap(), Wording::Graph), [], "{control}");
        let terraform = match files.make(control, Format::Terraform) {
            Ok(Answer::New(New { text, .. })) => text,
            Err(refused) if NOT_IN_AZUREAD.contains(&control) => {
                assert!(refused.message.starts_with("the provider azuread has no "), "{refused:?}");
                continue;
            }
            other => panic!("{control}: {other:?}"),
        };
        let (one, two) = (read("new.json", &graph), read("new.tf", &terraform));
        assert_eq!(one.state, Fact::Known(State::ReportOnly));
        assert!(one.says_the_same(&two), "{graph}\n{terraform}");
        assert_eq!(one.session_controls, two.session_controls, "{control}");
        assert_eq!(one.session, two.session, "{control}");
    }
}

/// `check` finds nothing wrong with any of the new policies.
#[test]
fn a_new_policy_has_no_findings() {
    for (end, format) in [("json", Format::Graph), ("tf", Format::Terraform)] {
        let mut files: Vec<(String, String)> = Vec::new();
        for control in controls::ids() {
            if let Ok(Answer::New(New { text, .. })) = without(control).make(control, format) {
                // Those of one folder have names and labels of their own.
                let text = text.replace("\"CA01", &format!("\"{} CA01", files.len()));
                files.push((format!("{control}.{end}"), text));
            }
        }
        assert!(files.len() > 30, "{}", files.len());
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let folder = folder(&files);
        let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
        let arguments = ["check", ".", "--scope", "file", "--isolated", "--format", "json", "--fail-on", "info"];
        let output = command.current_dir(folder.path()).args(arguments).output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let said = |finding: &Value| format!("{} {}", finding["rule"], finding["message"]);
        // Accounts for emergencies have ids, in code too.
        let matters = |finding: &&Value| format == Format::Graph || finding["rule"] != "tenant-bound-id";
        let findings = report["findings"].as_array().unwrap().iter();
        let found: BTreeSet<String> = findings.filter(matters).map(said).collect();
        assert_eq!(found, BTreeSet::new());
    }
}

/// What is written, and what is said of it.
#[test]
fn what_is_written_reads_well() {
    for (name, control, format) in
        [("graph", "mfa-all-users", Format::Graph), ("terraform", "sign-in-frequency-admins", Format::Terraform)]
    {
        let Ok(Answer::New(New { text, said })) = without(control).make(control, format) else { panic!("{control}") };
        insta::with_settings!({ snapshot_path => ".", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, format!("{text}---\n{said}\n"));
        });
    }
}
