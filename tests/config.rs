//! `caplint.toml` and `caplint what-if`, as people use them.

#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const API: &str = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
const BREAK_GLASS: &str = "b6000000-0000-4000-8000-000000000001";
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
const PHISHING_RESISTANT: &str = "00000000-0000-0000-0000-000000000004";

fn policy(number: u32, changes: Value) -> Value {
    let mut policy = json!({
        "id": format!("ca00000{number}-0000-4000-8000-000000000000"), "displayName": format!("CA00{number}"), "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"],
            "applications": { "includeApplications": ["All"] },
            "users": { "includeUsers": ["All"], "excludeGroups": [BREAK_GLASS] }
        },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] }
    });
    for (path, value) in changes.as_object().unwrap() {
        *policy.pointer_mut(path).unwrap() = value.clone();
    }
    policy
}

/// A folder with policies and a configuration.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(policies: &[Value], config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("policies.json"), json!({ "value": policies }).to_string()).unwrap();
        if !config.is_empty() {
            fs::write(folder.path().join("caplint.toml"), config).unwrap();
        }
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_caplint")).current_dir(self.path()).args(arguments).output().unwrap()
    }

    fn run_with(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
        let command = command.current_dir(self.path()).args(arguments).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--format", "json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
    }

    /// (rule, level, file) of each finding of a rule.
    fn findings(&self, arguments: &[&str], rule: &str) -> Vec<(String, String)> {
        let report = self.json(arguments);
        let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule);
        findings
            .map(|finding| {
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                (text(&finding["level"]), text(&finding["locations"][0]["path"]))
            })
            .collect()
    }
}

fn exception(date: &str) -> String {
    format!(
        "[[exception]]\ngroup = \"{BREAK_GLASS}\"\nname = \"Break-glass accounts\"\nowner = \"identity@contoso.example\"\n\
         reason = \"Emergency access\"\nreview-by = {date}\ncontrols = [\"mfa-azure-management\"]\n"
    )
}

#[test]
fn an_approved_exception_is_silent_until_its_day() {
    let folder = Folder::new(&[policy(1, json!({}))], &exception("2027-01-31"));
    let report = folder.json(&["check", "--today", "2027-01-31"]);
    assert_eq!(report["summary"]["warnings"], 0);
    let exception = &report["tenants"][0]["controls"][0]["exceptions"][0];
    assert_eq!((&exception["approved"], &exception["name"]), (&json!(true), &json!("Break-glass accounts")));

    let late = ["check", "--today", "2027-02-01"];
    let expired = [("warning".to_owned(), "caplint.toml".to_owned())];
    assert_eq!(folder.findings(&late, "expired-exception"), expired);
    assert!(folder.findings(&late, "unapproved-exception").is_empty());
    assert_eq!(folder.json(&late)["tenants"][0]["controls"][0]["exceptions"][0]["approved"], false);
}

/// What `caplint init` writes approves nothing. Once the comment signs are gone and owners are named, it approves all.
#[test]
fn a_first_configuration_has_an_entry_for_each_exception() {
    let (everywhere, sometimes) = (BREAK_GLASS, "c7000000-0000-4000-8000-000000000002");
    let legacy = json!({
        "/conditions/users/excludeGroups": [everywhere, sometimes], "/grantControls/builtInControls": ["block"],
        "/conditions/clientAppTypes": ["exchangeActiveSync", "other"],
    });
    let modern = json!({ "/conditions/clientAppTypes": ["browser", "mobileAppsAndDesktopClients"] });
    let folder = Folder::new(&[policy(1, modern), policy(2, legacy)], "");
    let output = folder.run(&["init"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let path = folder.path().join("caplint.toml");
    let written = fs::read_to_string(&path).unwrap();
    let check = || {
        let output = folder.run(&["check", "--control", "legacy-authentication-blocked", "--format", "json", "-v"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap().clone();
        findings.iter().filter(|finding| finding["rule"] == "unapproved-exception").count()
    };
    assert_eq!(check(), 1, "one information for all of them");
    let entry = written.split("# [[exception]]").nth(1).unwrap();
    assert!(entry.contains(everywhere) && entry.contains("break-glass = true"), "{written}");
    let entry = written.split("# [[exception]]").nth(2).unwrap();
    assert!(entry.contains(sometimes) && entry.contains("[\"legacy-authentication-blocked\"]"), "{written}");
    let (head, entries) = written.split_at(written.find("# [[exception]]").unwrap());
    let entries = entries.replace("# Excluded", "## Excluded").replace("\n# ", "\n");
    let entries = entries
        .trim_start_matches("# ")
        .replace("owner = \"\"", "owner = \"o\"")
        .replace("reason = \"\"", "reason = \"r\"");
    fs::write(&path, format!("{head}{entries}")).unwrap();
    assert_eq!(check(), 0, "{head}{entries}");
    // Nothing is replaced.
    let output = folder.run(&["init"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("is left as it is"));
}

/// Before the first policy is on, those in report-only mode say who is meant to be outside. Beside policies that are on, they
/// add who will be, and say nothing about emergencies.
#[test]
fn a_first_configuration_takes_exclusions_of_policies_in_report_only_mode() {
    let (break_glass, pilots) = (BREAK_GLASS, "c7000000-0000-4000-8000-000000000002");
    let report_only = |number: u32, excluded: &[&str]| {
        let changes =
            json!({ "/state": "enabledForReportingButNotEnforced", "/conditions/users/excludeGroups": excluded });
        policy(number, changes)
    };
    let written = |policies: &[Value]| {
        let output = Folder::new(policies, "").run(&["init", "--print"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let legacy = |mut policy: Value| {
        policy["conditions"]["clientAppTypes"] = json!(["exchangeActiveSync", "other"]);
        policy["grantControls"]["builtInControls"] = json!(["block"]);
        policy
    };
    let modern = |mut policy: Value| {
        policy["conditions"]["clientAppTypes"] = json!(["browser", "mobileAppsAndDesktopClients"]);
        policy
    };
    let text = written(&[modern(report_only(1, &[break_glass])), legacy(report_only(2, &[break_glass, pilots]))]);
    let entries: Vec<&str> = text.split("# [[exception]]").skip(1).collect();
    assert_eq!(entries.len(), 2, "{text}");
    assert!(entries[0].contains(break_glass) && entries[0].contains("break-glass = true"), "{text}");
    assert!(entries[1].contains(pilots) && entries[1].contains("break-glass = false"), "{text}");
    assert!(text.contains("Policies in report-only mode are counted as if they were on.\n"), "{text}");
    assert!(text.contains("No policy for all users is on. Excluded from every one in report-only mode"), "{text}");

    let text = written(&[modern(policy(1, json!({}))), legacy(report_only(2, &[pilots]))]);
    let entries: Vec<&str> = text.split("# [[exception]]").skip(1).collect();
    assert_eq!(entries.len(), 2, "{text}");
    assert!(entries[0].contains(break_glass) && entries[0].contains("break-glass = true"), "{text}");
    assert!(entries[0].ends_with("\n# Excluded from policies in report-only mode.\n"), "{text}");
    assert!(entries[1].contains(pilots) && entries[1].contains("break-glass = false"), "{text}");

    let text = written(&[policy(1, json!({}))]);
    assert!(!text.contains("report-only"), "{text}");
}

/// Policies that are deployed switched off say who is meant to be outside, too, and what is said is what was written.
#[test]
fn a_first_configuration_takes_exclusions_of_policies_that_are_off_where_no_other_is() {
    let off = |number: u32, excluded: &[&str]| {
        policy(number, json!({ "/state": "disabled", "/conditions/users/excludeGroups": excluded }))
    };
    let init = |policies: &[Value]| {
        let folder = Folder::new(policies, "");
        let output = folder.run(&["init"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        (String::from_utf8(output.stdout).unwrap(), fs::read_to_string(folder.path().join("caplint.toml")).unwrap())
    };
    let (said, text) = init(&[off(1, &[BREAK_GLASS]), off(2, &[BREAK_GLASS])]);
    assert!(
        said.contains(
            "2 policies (none on, 2 off) and 1 exception. Look at the exception in it, and run `caplint check`."
        ),
        "{said}"
    );
    let entries: Vec<&str> = text.split("# [[exception]]").skip(1).collect();
    assert_eq!(entries.len(), 1, "{text}");
    assert!(entries[0].contains(BREAK_GLASS) && entries[0].contains("break-glass = true"), "{text}");
    assert!(text.contains("# No policy is on. All are counted as if they were.\n"), "{text}");
    assert!(text.contains("No policy for all users is on. Excluded from every one that is off"), "{text}");
    // Beside one that is on, those that are off say nothing: they may be left from a test.
    let (said, text) = init(&[policy(1, json!({ "/conditions/users/excludeGroups": [] })), off(2, &[BREAK_GLASS])]);
    assert!(said.contains("2 policies (1 on, 1 off) and no exceptions. Run `caplint check`."), "{said}");
    assert!(!text.contains("[[exception]]"), "{text}");
}

/// One line makes the gate fail for somebody who is outside without an approval.
#[test]
fn a_first_configuration_can_make_the_gate_fail_for_whoever_is_not_approved() {
    let folder = Folder::new(&[policy(1, json!({}))], "");
    assert_eq!(folder.run(&["init"]).status.code(), Some(0));
    let path = folder.path().join("caplint.toml");
    let written = fs::read_to_string(&path).unwrap();
    assert_eq!(folder.run(&["check"]).status.code(), Some(0));
    let line = "unapproved-exception = \"error\"";
    let strict = written.replace(&format!("# {line}"), line);
    assert_ne!(strict, written);
    fs::write(&path, strict).unwrap();
    assert_eq!(folder.run(&["check"]).status.code(), Some(1));
    assert_eq!(folder.findings(&["check"], "unapproved-exception")[0].0, "error");
}

/// Two folders of one name are two tenants, and the file that is written can be read.
#[test]
fn a_first_configuration_tells_folders_of_one_name_apart() {
    let folder = Folder::new(&[], "");
    for tenant in ["a/exports", "b/exports"] {
        fs::create_dir_all(folder.path().join(tenant)).unwrap();
        fs::write(folder.path().join(tenant).join("p.json"), policy(1, json!({})).to_string()).unwrap();
    }
    assert_eq!(folder.run(&["init", "a/exports", "b/exports"]).status.code(), Some(0));
    let output = folder.run(&["check", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let names: Vec<&str> =
        report["tenants"].as_array().unwrap().iter().map(|tenant| tenant["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["a/exports", "b/exports"]);
}

/// A folder without policies is a mistake, and names in files give no orders to whoever reads the configuration.
#[test]
fn a_first_configuration_needs_policies_and_shows_names_on_one_line() {
    let folder = Folder::new(&[], "");
    assert_eq!(folder.run(&["init"]).status.code(), Some(2));
    assert!(!folder.path().join("caplint.toml").exists());
    let folder = Folder::new(&[policy(1, json!({}))], "");
    let group = json!({
        "@odata.type": "#microsoft.graph.group", "id": BREAK_GLASS, "displayName": "x\n[[exception]]\ngroup = \"y\"",
    });
    fs::write(folder.path().join("group.json"), group.to_string()).unwrap();
    let output = folder.run(&["init", "--print"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().all(|line| !line.starts_with("[[exception]]")), "{text}");
    assert!(!folder.path().join("caplint.toml").exists());
}

#[test]
fn what_is_not_approved_is_a_warning_once_a_list_exists() {
    let two =
        policy(1, json!({ "/conditions/users/excludeGroups": [BREAK_GLASS, "b6000000-0000-4000-8000-000000000002"] }));
    let folder = Folder::new(&[two], &exception("2999-01-31"));
    let at_the_policy = [("warning".to_owned(), "policies.json".to_owned())];
    assert_eq!(folder.findings(&["check"], "unapproved-exception"), at_the_policy);
    let listed = folder.findings(&["check", "--isolated"], "unapproved-exception");
    assert_eq!(listed, [("info".to_owned(), "policies.json".to_owned())]);
}

/// Whoever approves an exception looks for it in the report, also while its control fails.
#[test]
fn an_approval_that_no_verdict_uses_is_mentioned() {
    let said = |policies: &[Value], arguments: &[&str]| {
        let folder = Folder::new(policies, &exception("2999-01-31"));
        String::from_utf8(folder.run(&[&["check"], arguments].concat()).stdout).unwrap()
    };
    let line = format!("policies.json: 1 approved exception is not used by a verdict: group {BREAK_GLASS}\n");
    let off = [policy(1, json!({ "/state": "disabled" }))];
    assert!(said(&off, &["policies.json"]).contains(&line), "{}", said(&off, &["policies.json"]));
    // One that is used has a line of its own, and one that is over is a finding.
    let on = [policy(1, json!({}))];
    assert!(said(&on, &[]).contains("approved by") && !said(&on, &[]).contains("is not used"), "{}", said(&on, &[]));
    assert!(!said(&off, &["--today", "2999-02-01"]).contains("is not used"));
    // Nobody has judged, or another tenant may need it.
    assert!(!said(&off, &["--scope", "file", "policies.json"]).contains("is not used"));
    let folder = Folder::new(&off, &exception("2999-01-31"));
    fs::create_dir(folder.path().join("other")).unwrap();
    fs::write(folder.path().join("other/p.json"), json!({ "value": off }).to_string()).unwrap();
    let output = folder.run(&["check", "--tenant-per-path", "policies.json", "other"]);
    assert!(!String::from_utf8(output.stdout).unwrap().contains("is not used"));
}

/// The flag alone says yes.
#[test]
fn an_exception_is_for_emergencies_if_the_flag_says_so() {
    for (flag, is) in [(&["--break-glass"][..], true), (&["--break-glass", "false"], false)] {
        let folder = Folder::new(&[policy(1, json!({}))], "");
        let who = ["--group", BREAK_GLASS, "--owner", "o", "--reason", "r"];
        let output = folder.run(&[&["exception", "add"], flag, &who].concat());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let written = fs::read_to_string(folder.path().join("caplint.toml")).unwrap();
        assert!(written.contains(&format!("break-glass = {is}\n")), "{written}");
    }
}

/// Values in another letter case are one finding where they would be a wall, and each stays one for ignores.
#[test]
fn many_values_in_another_letter_case_are_one_finding() {
    let spelt = |number: u32| {
        policy(number, json!({ "/conditions/clientAppTypes": ["All"], "/grantControls/builtInControls": ["MFA"] }))
    };
    let found = |policies: &[Value], config: &str| -> Vec<Value> {
        let folder = Folder::new(policies, config);
        let report = folder.json(&["check"]);
        let findings = report["findings"].as_array().unwrap().iter();
        findings.filter(|finding| finding["rule"] == "letter-case").cloned().collect()
    };
    assert_eq!(found(&[spelt(1), spelt(2)], "").len(), 4);
    let three: Vec<Value> = (1..=3).map(spelt).collect();
    let [one] = &found(&three, "")[..] else { panic!("one finding") };
    let said = "6 values differ from Microsoft Graph's spelling in letter case only, in 3 policies: \"CA001\", \"CA002\" and 1 more.";
    assert_eq!(one["message"], said);
    assert_eq!((one["level"].as_str(), one["locations"].as_array().unwrap().len()), (Some("warning"), 6));
    let ignored = "[[ignore]]\nrule = \"letter-case\"\npolicy = \"CA002\"\nreason = \"r\"\n";
    assert_eq!(found(&three, ignored).len(), 4);
}

/// A policy for workload identities whose service principals are not in the file looks like one for nobody.
#[test]
fn a_policy_for_nobody_may_be_one_for_workload_identities() {
    let help = |changes: Value| {
        let folder = Folder::new(&[policy(1, changes)], "");
        let report = folder.json(&["check"]);
        let findings = report["findings"].as_array().unwrap();
        let found = findings.iter().find(|finding| finding["rule"] == "never-applies").unwrap();
        found["help"].as_str().unwrap().to_owned()
    };
    let none = help(json!({ "/conditions/users/includeUsers": ["None"] }));
    assert!(none.contains("`conditions.clientApplications` is missing or null"), "{none}");
    let nothing = help(json!({ "/conditions/users/includeUsers": [] }));
    assert!(!nothing.contains("clientApplications"), "{nothing}");
}

#[test]
fn an_approval_that_nothing_needs_is_reported() {
    let nobody = policy(1, json!({ "/conditions/users/excludeGroups": [] }));
    let folder = Folder::new(&[nobody], &exception("2999-01-31"));
    let in_the_configuration = [("warning".to_owned(), "caplint.toml".to_owned())];
    assert_eq!(folder.findings(&["check"], "unused-exception"), in_the_configuration);
    // Another tenant may need it.
    fs::create_dir(folder.path().join("other")).unwrap();
    let other = json!({ "value": [policy(1, json!({}))] }).to_string();
    fs::write(folder.path().join("other/policies.json"), other).unwrap();
    let both = ["check", "--tenant-per-path", "policies.json", "other"];
    assert!(folder.findings(&both, "unused-exception").is_empty());
}

#[test]
fn approving_a_class_of_users_does_not_make_it_an_exception() {
    let mut administrators = policy(1, json!({ "/conditions/users/excludeGroups": [] }));
    administrators["conditions"]["users"]["excludeRoles"] = json!([GLOBAL_ADMINISTRATOR]);
    let config = "[[exception]]\nrole = \"Global Administrator\"\nowner = \"x\"\nreason = \"y\"\n";
    let folder = Folder::new(&[administrators], config);
    assert_eq!(folder.json(&["check"])["tenants"][0]["controls"][0]["verdict"], "not-enforced");
}

const ADMINISTRATORS: &str = "[[requirement]]\nid = \"admins-phishing-resistant\"\n\
    users = { roles = [\"Global Administrator\", \"e8611ab8-c189-46e8-94e1-60213ab1f814\"] }\n\
    resources = [\"All\"]\ngrant = { strength = \"phishing-resistant\" }\n";

fn own(folder: &Folder) -> Value {
    folder.json(&["check"])["tenants"][0]["controls"][1].clone()
}

#[test]
fn a_requirement_of_ones_own_is_decided_over_all_policies() {
    let strong = |number, role: &str| {
        let mut policy =
            policy(number, json!({ "/conditions/users/excludeGroups": [], "/conditions/users/includeUsers": [] }));
        policy["conditions"]["users"]["includeRoles"] = json!([role]);
        policy["grantControls"] = json!({ "operator": "OR", "authenticationStrength": { "id": PHISHING_RESISTANT } });
        policy
    };
    let privileged = "e8611ab8-c189-46e8-94e1-60213ab1f814";
    let both = [policy(1, json!({})), strong(2, GLOBAL_ADMINISTRATOR), strong(3, privileged)];
    let control = own(&Folder::new(&both, ADMINISTRATORS));
    assert_eq!(control["id"], "admins-phishing-resistant");
    assert_eq!((&control["verdict"], &control["storedQuery"]), (&json!("enforced"), &Value::Null));

    // Ordinary MFA is not enough, and each role must be covered.
    let folder = Folder::new(&both[..2], ADMINISTRATORS);
    let control = own(&folder);
    assert_eq!(control["verdict"], "not-enforced");
    assert_eq!(control["witness"]["signInIdentity"]["roles"], json!([privileged]));
    let message = String::from_utf8(folder.run(&["check"]).stdout).unwrap();
    let who = "Any holder of the role \"Privileged Role Administrator\" gets a token for some resource without phishing-resistant authentication.";
    assert!(message.contains(who), "{message}");
}

#[test]
fn all_resources_means_the_one_that_a_policy_leaves_out() {
    let mut all_but_one = policy(1, json!({}));
    all_but_one["conditions"]["applications"]["excludeApplications"] = json!([API]);
    let config = "[[requirement]]\nid = \"everything\"\nresources = [\"All\"]\ngrant = \"mfa\"\n";
    let control = own(&Folder::new(&[all_but_one], config));
    assert_eq!(control["verdict"], "not-enforced");
    assert_eq!(control["witness"]["signInContext"]["resource"], API);
    assert_eq!(control["witness"]["relevant"], json!(["signInContext.resource"]));
}

#[test]
fn legacy_authentication_and_device_code_can_be_required_to_be_blocked() {
    let block = |number, key: &str, value: Value| {
        let mut policy = policy(
            number,
            json!({ "/conditions/users/excludeGroups": [], "/grantControls/builtInControls": ["block"] }),
        );
        policy["conditions"][key] = value;
        policy
    };
    let config = "[[requirement]]\nid = \"no-legacy\"\nresources = [\"All\"]\nclients = [\"exchangeActiveSync\", \"other\"]\ngrant = \"block\"\n\
        [[requirement]]\nid = \"no-device-code\"\nresources = [\"All\"]\nflows = [\"deviceCodeFlow\"]\ngrant = \"block\"\n";
    let legacy = block(1, "clientAppTypes", json!(["exchangeActiveSync", "other"]));
    let device_code = block(2, "authenticationFlows", json!({ "transferMethods": "deviceCodeFlow" }));
    let verdicts = |policies: &[Value]| -> Vec<String> {
        let report = Folder::new(policies, config).json(&["check"]);
        let controls = report["tenants"][0]["controls"].as_array().unwrap().clone();
        controls[1..].iter().map(|control| control["verdict"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(verdicts(&[legacy.clone(), device_code.clone()]), ["enforced", "enforced"]);
    assert_eq!(verdicts(&[legacy]), ["enforced", "not-enforced"]);
    assert_eq!(verdicts(&[device_code]), ["not-enforced", "enforced"]);
    assert_eq!(verdicts(&[policy(1, json!({}))]), ["not-enforced", "not-enforced"]);
}

#[test]
fn a_requirement_of_ones_own_is_a_rule_in_sarif() {
    let folder = Folder::new(&[policy(1, json!({}))], ADMINISTRATORS);
    let sarif: Value = serde_json::from_slice(&folder.run(&["check", "--format", "sarif"]).stdout).unwrap();
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let result = results.iter().find(|result| result["ruleId"] == "admins-phishing-resistant").unwrap();
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(rules[index]["id"], "admins-phishing-resistant");
}

#[test]
fn a_mistake_in_the_configuration_stops_the_run_at_its_line() {
    let folder =
        Folder::new(&[policy(1, json!({}))], "[[requirement]]\nid = \"x\"\nresources = [\"All\"]\ngrant = \"mfaa\"\n");
    let output = folder.run(&["check"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    for part in ["caplint.toml:4:9", "is not a grant", "\"mfa\""] {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert_eq!(folder.run(&["check", "--isolated"]).status.code(), Some(0));
    assert_eq!(folder.run(&["check", "--config", "nowhere.toml"]).status.code(), Some(2));
}

#[test]
fn a_configuration_does_not_write_to_the_terminal() {
    let folder = Folder::new(
        &[policy(1, json!({}))],
        "[[requirement]]\nid = \"\u{1b}[31m\u{202e}\"\nresources = []\ngrant = 1\n",
    );
    let output = folder.run(&["check"]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!error.contains(['\u{1b}', '\u{202e}']), "{error:?}");
}

#[test]
fn the_configuration_is_found_upwards() {
    let folder = Folder::new(&[policy(1, json!({}))], ADMINISTRATORS);
    fs::create_dir_all(folder.path().join("a/b")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_caplint"))
        .current_dir(folder.path().join("a/b"))
        .args(["check", "../../policies.json", "--format", "json"])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["tenants"][0]["controls"].as_array().unwrap().len(), 2);
}

#[test]
fn an_assumption_can_be_switched() {
    let old = policy(1, json!({ "/conditions/clientAppTypes": [], "/conditions/users/excludeGroups": [] }));
    let verdict = |config: &str| {
        let report = Folder::new(std::slice::from_ref(&old), config).json(&["check"]);
        let control = report["tenants"][0]["controls"][0].clone();
        let assumed = control["assumptions"].as_array().unwrap().contains(&json!("empty-client-apps-is-modern"));
        (control["verdict"].as_str().unwrap().to_owned(), assumed)
    };
    assert_eq!(verdict(""), ("enforced".to_owned(), true));
    assert_eq!(verdict("[assumptions]\nempty-client-apps-is-modern = false\n"), ("undecided".to_owned(), false));
    let partners = "[assumptions]\nall-users-includes-partners = false\n";
    assert_eq!(verdict(partners).0, "undecided");
    let app = policy(1, json!({ "/grantControls/builtInControls": ["mfa", "approvedApplication"] }));
    let retired = |config: &str| {
        Folder::new(std::slice::from_ref(&app), config).json(&["check"])["tenants"][0]["controls"][0]["verdict"].clone()
    };
    assert_eq!(retired(""), "not-enforced");
    assert_eq!(retired("[assumptions]\napproved-app-retired = true\n"), "enforced-except");
}

#[test]
fn what_would_have_to_be_enabled_is_listed() {
    let off = policy(1, json!({ "/state": "enabledForReportingButNotEnforced" }));
    let folder = Folder::new(&[off], "");
    let control = folder.json(&["check", "--assume-enabled", "report-only"])["tenants"][0]["controls"][0].clone();
    assert_eq!(
        (&control["verdict"], &control["assumedEnabled"][0]["displayName"]),
        (&json!("enforced-except"), &json!("CA001"))
    );
}

fn what_if(folder: &Folder, arguments: &[&str]) -> Value {
    folder.json(&[&["what-if"], arguments].concat())
}

#[test]
fn what_if_tells_what_applies_and_why() {
    let mut filtered = policy(1, json!({}));
    filtered["conditions"]["devices"] =
        json!({ "deviceFilter": { "mode": "exclude", "rule": "device.isCompliant -eq True" } });
    let folder = Folder::new(&[filtered], "");
    let asked = what_if(&folder, &[]);
    assert_eq!((&asked["outcome"], &asked["requires"]), (&json!("needs"), &json!([["mfa"]])));
    assert_eq!(what_if(&folder, &["--control", "mfa-azure-management"])["control"]["outcome"], "forced");
    let answer = what_if(&folder, &["--device", "isCompliant=true", "--device", "trustType=ServerAD"]);
    assert_eq!(answer["outcome"], "granted");
    let because = answer["policies"][0]["because"].as_str().unwrap();
    assert!(because.contains("conditions.devices.deviceFilter.rule"), "{because}");
    assert_eq!(what_if(&folder, &["--group", BREAK_GLASS])["outcome"], "granted");
    assert_eq!(
        what_if(&folder, &["--guest", "b2bCollaborationGuest", "--role", "global administrator"])["outcome"],
        "needs"
    );
    for mistake in [&["--guest", "alien"][..], &["--role", "King"], &["--device", "colour=red"], &["--witness", "9"]] {
        assert_eq!(folder.run(&[&["what-if"], mistake].concat()).status.code(), Some(2), "{mistake:?}");
    }
}

/// A block is told from a question, an alternative from a demand, and nothing is said of a control that nobody asked about.
#[test]
fn what_if_tells_a_block_from_a_demand() {
    let mut session = policy(1, json!({ "/grantControls/builtInControls": ["mfa", "compliantDevice"] }));
    session["sessionControls"] = json!({ "persistentBrowser": { "mode": "never", "isEnabled": true } });
    let mut risky = policy(2, json!({ "/grantControls/builtInControls": ["block"] }));
    risky["conditions"]["signInRiskLevels"] = json!(["high"]);
    let device = policy(
        3,
        json!({ "/grantControls/builtInControls": ["compliantDevice"],
                                   "/conditions/applications/includeApplications": ["00000003-0000-0ff1-ce00-000000000000"] }),
    );
    let folder = Folder::new(&[session, risky, device], "");
    let usual = what_if(&folder, &[]);
    assert_eq!((&usual["outcome"], &usual["requires"]), (&json!("needs"), &json!([["mfa", "compliantDevice"]])));
    assert_eq!(usual["control"], Value::Null);
    assert!(usual["policies"][0]["session"][0].as_str().unwrap().starts_with("persistentBrowser="), "{usual}");
    let at_risk = what_if(&folder, &["--risk", "high"]);
    assert_eq!((&at_risk["outcome"], &at_risk["blockedBy"][0]["displayName"]), (&json!("blocked"), &json!("CA002")));
    let sharepoint = ["--app", "00000003-0000-0ff1-ce00-000000000000"];
    assert_eq!(what_if(&folder, &sharepoint)["outcome"], "blocked");
    let compliant = [&sharepoint[..], &["--device", "isCompliant=true"]].concat();
    assert_eq!(what_if(&folder, &compliant)["outcome"], "needs");
}

/// What holds for an exception is a sign-in, too.
#[test]
fn what_if_replays_an_exception() {
    let folder = Folder::new(&[policy(1, json!({}))], "");
    let replayed = what_if(&folder, &["--exception", BREAK_GLASS]);
    assert_eq!((&replayed["outcome"], &replayed["control"]["outcome"]), (&json!("granted"), &json!("granted")));
    assert_eq!(replayed["signIn"]["signInIdentity"]["groups"], json!([BREAK_GLASS]));
    assert_eq!(folder.run(&["what-if", "--exception", "nobody"]).status.code(), Some(2));
}

/// The request that Microsoft answers is answered here, for the policies beside it.
#[test]
fn what_if_reads_a_request_of_graph() {
    let folder = Folder::new(&[policy(1, json!({}))], "");
    let ask = |conditions: &str| {
        let request = format!(
            r##"{{ "signInIdentity": {{ "@odata.type": "#microsoft.graph.userSignIn", "userId": "{BREAK_GLASS}" }},
                "signInContext": {{ "includeApplications": ["797f4846-ba00-4fd7-ba43-dac1f8f63013"] }},
                "signInConditions": {conditions} }}"##
        );
        folder.run_with(&["what-if", "-", "--format", "json"], request.as_bytes())
    };
    let answer: Value = serde_json::from_slice(&ask(r#"{ "devicePlatform": "iOS" }"#).stdout).unwrap();
    assert_eq!((&answer["outcome"], &answer["policies"][0]["applies"]), (&json!("needs"), &json!(true)));
    assert_eq!(answer["signIn"]["signInConditions"]["devicePlatform"], "iOS");
    let wrong = ask(r#"{ "devicePlatform": "amiga" }"#);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("`amiga` is none of"));
}

#[test]
fn what_if_replays_the_witness_of_a_control() {
    let mut trusting = policy(1, json!({}));
    trusting["conditions"]["locations"] = json!({ "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] });
    let folder = Folder::new(&[trusting], "");
    let witness = &folder.json(&["check"])["tenants"][0]["controls"][0]["witness"];
    let replayed = what_if(&folder, &["--witness", "1"]);
    assert_eq!(replayed["outcome"], "granted");
    assert_eq!(replayed["signIn"]["signInConditions"], witness["signInConditions"]);
    assert_eq!(what_if(&folder, &["--location", "AllTrusted"])["outcome"], "granted");
}

#[test]
fn addresses_that_cannot_be_are_no_way_in() {
    let at = |number, include: &[&str], exclude: &[&str]| {
        let mut policy = policy(number, json!({ "/conditions/users/excludeGroups": [] }));
        policy["conditions"]["locations"] = json!({ "includeLocations": include, "excludeLocations": exclude });
        policy
    };
    let (one, two) = ("d0000000-0000-4000-8000-000000000001", "d0000000-0000-4000-8000-000000000002");
    // Nobody is in both networks, so what excludes one and then the other leaves nothing out.
    let policies = [at(1, &["All"], &[one]), at(2, &[one], &[two])];
    let network = |id: &str, net: &str| {
        json!({ "@odata.type": "#microsoft.graph.ipNamedLocation", "id": id, "displayName": net, "isTrusted": false,
                "ipRanges": [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": net }] })
    };
    let verdict = |second: &str| {
        let folder = Folder::new(&policies, "");
        for (id, net) in [(one, "203.0.113.0/25"), (two, second)] {
            fs::write(folder.path().join(format!("{id}.json")), network(id, net).to_string()).unwrap();
        }
        folder.json(&["check"])["tenants"][0]["controls"][0]["verdict"].clone()
    };
    assert_eq!(verdict("203.0.113.128/25"), "enforced");
    assert_eq!(verdict("203.0.113.0/24"), "not-enforced");
}

#[test]
fn a_built_in_role_may_stand_by_its_name() {
    let mut spared = policy(1, json!({ "/conditions/users/excludeGroups": [] }));
    spared["conditions"]["users"]["excludeRoles"] = json!(["Global Administrator"]);
    let report = Folder::new(&[spared], "").json(&["check"]);
    let control = &report["tenants"][0]["controls"][0];
    assert_eq!(control["verdict"], "not-enforced");
    assert_eq!(control["witness"]["signInIdentity"]["roles"], json!([GLOBAL_ADMINISTRATOR]));
    let named = report["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "invalid-id").unwrap();
    assert!(named["help"].as_str().unwrap().contains(GLOBAL_ADMINISTRATOR), "{named}");
}

fn judged(report: &Value) -> Vec<String> {
    let controls = report["tenants"][0]["controls"].as_array().unwrap();
    controls.iter().map(|control| control["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_requirement_of_ones_own_may_ask_for_a_session_control() {
    let own = |demand: &str| format!("[[requirement]]\nid = \"short-sessions\"\nresources = [\"All\"]\n{demand}\n");
    let with = |session: Value| {
        let mut policy = policy(1, json!({ "/conditions/users/excludeGroups": [] }));
        policy["conditions"]["applications"]["includeApplications"] = json!(["All"]);
        policy["sessionControls"] = session;
        policy
    };
    let frequency = |hours: u64| json!({ "signInFrequency": { "isEnabled": true, "value": hours, "type": "hours" } });
    let verdict = |session: Value, demand: &str| {
        let report = Folder::new(&[with(session)], &own(demand)).json(&["check"]);
        let controls = report["tenants"][0]["controls"].as_array().unwrap().clone();
        let own = controls.into_iter().find(|control| control["id"] == "short-sessions").unwrap();
        (own["verdict"].as_str().unwrap().to_owned(), own["reason"].as_str().unwrap().to_owned())
    };
    let day = "session = { sign-in-frequency = \"1 day\" }";
    assert_eq!(verdict(frequency(8), day).0, "enforced");
    let (open, reason) = verdict(frequency(48), day);
    assert_eq!(open, "not-enforced");
    assert!(reason.contains("gets tokens for some resource for more than 1 day without signing in again"), "{reason}");
    assert_eq!(verdict(json!({ "signInFrequency": { "isEnabled": true } }), day).0, "undecided");
    let alternatives = "session = [\"app-control\", { sign-in-frequency = \"every time\" }]";
    assert_eq!(verdict(json!({ "cloudAppSecurity": { "isEnabled": true } }), alternatives).0, "enforced");
    assert_eq!(verdict(Value::Null, alternatives).0, "not-enforced");
    for (wrong, said) in [
        ("", "this requirement demands nothing"),
        ("grant = \"mfa\"\nsession = \"app-control\"", "has both `grant` and `session`"),
        ("session = \"token-protecion\"", "is not a session control"),
        ("session = { sign-in-frequency = \"0 hours\" }", "is not a time"),
        ("session = []", "nothing is required"),
    ] {
        let output = Folder::new(&[], &own(wrong)).run(&["check", "."]);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && stderr.contains(said), "{wrong}: {stderr}");
    }
}

#[test]
fn a_benchmark_selects_its_controls_and_is_cited() {
    let folder =
        Folder::new(&[policy(1, json!({}))], "benchmarks = [\"cis-azure-5.0\"]\ncontrols = [\"mfa-guests\"]\n");
    let azure = ["device-code-flow-blocked", "mfa-admin-portals", "mfa-all-users", "mfa-azure-management"];
    assert_eq!(judged(&folder.json(&["check"])), [&azure[..], &["mfa-guests", "mfa-risky-sign-ins"]].concat());
    assert_eq!(judged(&folder.json(&["check", "--isolated"])), ["mfa-azure-management"]);
    // The command line takes the place of the configuration.
    let scuba = folder.json(&["check", "--benchmark", "scuba", "--benchmark", "cis-m365-6.0"]);
    assert_eq!(judged(&scuba).len(), 19);
    assert_eq!(judged(&folder.json(&["check", "--benchmark", "all"])).len(), caplint::controls::ids().count());
    let findings = scuba["findings"].as_array().unwrap();
    let legacy: Vec<&Value> = findings.iter().filter(|one| one["rule"] == "device-code-flow-blocked").collect();
    assert_eq!((legacy.len(), &legacy[0]["level"]), (1, &json!("error")));
    let help = legacy[0]["help"].as_str().unwrap();
    assert!(help.contains("v6.0, 5.2.2.12") && help.contains("MS.AAD.3.9v1"), "{help}");
    let control = scuba["tenants"][0]["controls"].as_array().unwrap().iter().find(|one| one["id"] == "mfa-all-users");
    assert_eq!(control.unwrap()["benchmarks"]["scuba"], json!(["MS.AAD.3.2v2"]));
    assert_eq!(folder.run(&["check", "--benchmark", "cis"]).status.code(), Some(2));
    for (wrong, near) in [("benchmarks = [\"scubba\"]", "scuba"), ("controls = [\"mfa-guest\"]", "mfa-guests")] {
        let output = Folder::new(&[], wrong).run(&["check", "."]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && said.contains(&format!("Did you mean `{near}`?")), "{said}");
    }
}

/// Whether a user may register without MFA in the office depends on whether the files tell that the office is trusted.
#[test]
fn only_addresses_that_are_surely_trusted_are_no_concern() {
    const OFFICE: &str = "10000000-0000-4000-8000-00000000000f";
    let registration = policy(
        1,
        json!({
            "/conditions": {
                "clientAppTypes": ["all"],
                "applications": { "includeUserActions": ["urn:user:registersecurityinfo"] },
                "users": { "includeUsers": ["All"] },
                "locations": { "includeLocations": ["All"], "excludeLocations": [OFFICE] }
            }
        }),
    );
    let office = |trusted: bool| {
        json!({
            "@odata.type": "#microsoft.graph.ipNamedLocation", "id": OFFICE, "displayName": "Office",
            "isTrusted": trusted,
            "ipRanges": [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24" }]
        })
    };
    let control = |location: Option<Value>| {
        let folder = Folder::new(std::slice::from_ref(&registration), "");
        if let Some(location) = location {
            fs::write(folder.path().join("location.json"), location.to_string()).unwrap();
        }
        let report = folder.json(&["check", "--control", "security-info-registration"]);
        report["tenants"][0]["controls"][0].clone()
    };
    assert_eq!(control(Some(office(true)))["verdict"], "enforced");
    assert_eq!(control(Some(office(false)))["verdict"], "not-enforced");
    let unknown = control(None);
    assert_eq!(unknown["verdict"], "undecided");
    assert!(unknown["reason"].as_str().unwrap().contains("which named locations are trusted"), "{unknown}");
}

/// `caplint exception add` with these arguments.
fn add(folder: &Folder, arguments: &[&str]) -> (i32, String) {
    let output = folder.run(&[&["exception", "add"], arguments].concat());
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

#[test]
fn an_exception_is_added_behind_what_stands_there_and_approves() {
    let config = "# ours\r\nprofile = \"strict\" # yes\r\n\r\n[assumptions] # none";
    let folder = Folder::new(&[policy(1, json!({}))], config);
    let approved =
        || folder.json(&["check", "--today", "2026-12-01"])["tenants"][0]["controls"][0]["exceptions"].clone();
    assert_eq!((approved()[0]["approved"].clone(), approved()[0]["reason"].clone()), (json!(false), Value::Null));
    let arguments = [
        "--group",
        BREAK_GLASS,
        "--name",
        "Break \"glass\"",
        "--owner",
        "Ada",
        "--reason",
        "Emergency\naccess",
        "--review-by",
        "2999-01-31",
        "--control",
        "mfa-azure-management",
    ];
    let (code, said) = add(&folder, &arguments);
    assert_eq!(code, 0, "{said}");
    assert_eq!(
        said,
        format!(
            "added to caplint.toml: the group {BREAK_GLASS} (Break \"glass\"), an exception to mfa-azure-management until 2999-01-31\n"
        )
    );
    let text = fs::read_to_string(folder.path().join("caplint.toml")).unwrap();
    assert!(text.starts_with(&format!("{config}\r\n\r\n[[exception]]\r\ngroup = \"{BREAK_GLASS}\"\r\n")), "{text}");
    assert!(text.ends_with("review-by = 2999-01-31\r\ncontrols = [\"mfa-azure-management\"]\r\n"), "{text}");
    assert_eq!(approved()[0]["owner"], "Ada");
    assert_eq!(approved()[0]["reason"], "Emergency\naccess");

    // It is listed for people.
    let pretty = String::from_utf8(folder.run(&["check", "--today", "2026-12-01"]).stdout).unwrap();
    let line =
        format!("group {BREAK_GLASS} (Break \"glass\"), from mfa-azure-management; approved by Ada until 2999-01-31: ");
    assert!(pretty.contains(&format!(": 1 exception\n  {line}")), "{pretty}");
    let later = String::from_utf8(folder.run(&["check", "--today", "2999-02-01"]).stdout).unwrap();
    assert!(later.contains("from mfa-azure-management; not approved\n"), "{later}");
}

/// An entry that is past approves nothing, and a day can be called as in the other kind of entry.
#[test]
fn the_last_day_of_an_entry_is_a_day_to_come_and_has_two_names() {
    let exception = ["exception", "add", "--group", BREAK_GLASS, "--owner", "Ada", "--reason", "because"];
    let ignore = ["ignore", "add", "letter-case", "--path", "a", "--reason", "because"];
    for (arguments, key) in [(&exception[..], "review-by = 2999-01-31"), (&ignore, "until = 2999-01-31")] {
        for option in ["--review-by", "--until"] {
            let folder = Folder::new(&[], "");
            let file = folder.path().join("caplint.toml");
            for (day, said) in [
                ("2020-01-31", "it is past; today is 2"),
                ("2999-02-30", "the calendar has no such day"),
                ("31.01.2999", "write it as YEAR-MONTH-DAY, for example 2027-01-31"),
            ] {
                let output = folder.run(&[arguments, &[option, day]].concat());
                let text = String::from_utf8(output.stderr).unwrap();
                assert_eq!(output.status.code(), Some(2), "{text}");
                assert!(text.contains(&format!("'{day}'")) && text.contains(said), "{text}");
                assert!(!file.exists());
            }
            assert_eq!(folder.run(&[arguments, &[option, "2999-01-31"]].concat()).status.code(), Some(0));
            assert!(fs::read_to_string(&file).unwrap().contains(key), "{option}");
        }
        let help =
            String::from_utf8(Folder::new(&[], "").run(&[&arguments[..2], &["--help"]].concat()).stdout).unwrap();
        assert!(help.contains("[alias: --until]") || help.contains("[alias: --review-by]"), "{help}");
    }
}

#[test]
fn an_exception_that_is_one_already_or_means_nothing_is_refused_and_the_file_stays() {
    let config = format!(
        "[[exception]]\nrole = \"62e90394-69f5-4237-9190-012177145e10\"\nowner = \"a\"\nreason = \"b\"\ncontrols = [\"mfa-admins\"]\n\
         [[exception]]\nuser = \"{BREAK_GLASS}\"\nowner = \"a\"\nreason = \"b\"\n"
    );
    let folder = Folder::new(&[], &config);
    let with = |who: &[&str]| add(&folder, &[who, &["--owner", "Ada", "--reason", "because"]].concat());
    for (who, said) in [
        (
            &["--role", "Global Administrator", "--control", "mfa-admins"][..],
            "is one already, an exception to mfa-admins",
        ),
        (&["--role", "Global Administrator"], "is one already"),
        (
            &["--user", BREAK_GLASS, "--control", "mfa-guests"],
            "is one already, an exception to every control without an end",
        ),
        (&["--role", "Global Admin", "--control", "mfa-guests"], "Global Administrator"),
        (&["--user", "x", "--control", "mfa-gests"], "Did you mean `mfa-guests`?"),
        (&["--user", "x", "--control", "mfa-gests"], "the exception is not added: \"mfa-gests\" is not a control"),
        (
            &["--role", "Global Administrator", "--break-glass", "true", "--control", "mfa-guests"],
            "no emergency access account",
        ),
        (&["--user", "x", "--group", "y"], "cannot be used with"),
        (&["--user", "x", "--owner", " "], "cannot be used multiple times"),
        (&["--user", "emergency@contoso.example"], "\"emergency@contoso.example\" is not the id of a user"),
        (&["--user", "e.mergency@contoso.example"], "is not the id of a user"),
        (&["--group", "Break glass"], "Policies name a group by its object id"),
        (&["--group", "Breakglass"], "is not the id of a group"),
        (&["--group", "module.x Break glass"], "is not the id of a group"),
        (&[], "required"),
    ] {
        let (code, text) = with(who);
        assert_eq!(code, 2, "{who:?}: {text}");
        // Errors are broken to the width of a terminal.
        let text: Vec<&str> = text.split([' ', '\n', '│']).filter(|word| !word.is_empty()).collect();
        assert!(text.join(" ").contains(said), "{who:?}: {text:?}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("caplint.toml")).unwrap(), config);
    // A group of the same id is somebody else, and so is the role in another control.
    let (code, said) = with(&["--group", BREAK_GLASS]);
    assert!(code == 0 && said.contains("It is taken for emergency access"), "{said}");
    assert_eq!(with(&["--role", "Global Administrator", "--control", "mfa-guests"]).0, 0);
    // A list in one line has no place for another entry.
    fs::write(folder.path().join("caplint.toml"), "exception = []\n").unwrap();
    assert_eq!(with(&["--group", BREAK_GLASS]).0, 2);
    assert_eq!(fs::read_to_string(folder.path().join("caplint.toml")).unwrap(), "exception = []\n");
    // Without a file, there is one.
    fs::remove_file(folder.path().join("caplint.toml")).unwrap();
    assert_eq!(with(&["--group", BREAK_GLASS, "--break-glass", "false"]).0, 0);
    let text = fs::read_to_string(folder.path().join("caplint.toml")).unwrap();
    assert!(text.starts_with("[[exception]]\n") && text.ends_with("break-glass = false\n"), "{text}");
}

/// Infrastructure code has addresses in place of ids, and templates placeholders.
#[test]
fn an_exception_for_an_address_or_a_placeholder_is_added() {
    for group in [
        "azuread_group.break_glass",
        "module.groups[\"a b@c\"].azuread_group.x",
        "data.azuread_group.y[0]",
        "<BreakGlass>",
    ] {
        let folder = Folder::new(&[], "");
        let (code, said) = add(&folder, &["--group", group, "--owner", "Ada", "--reason", "because"]);
        assert_eq!(code, 0, "{said}");
    }
}

/// The findings of `stale-report-only`.
fn stale(folder: &Folder, arguments: &[&str]) -> Vec<Value> {
    let arguments = [&["check", "--today", "2026-06-01"], arguments].concat();
    let report = folder.json(&arguments);
    let all = report["findings"].as_array().unwrap().iter();
    all.filter(|finding| finding["rule"] == "stale-report-only").cloned().collect()
}

#[test]
fn many_report_only_policies_are_one_finding_after_ignores() {
    let one = |number: u32| {
        let state = if number == 0 { "enabled" } else { "enabledForReportingButNotEnforced" };
        let mut policy = policy(number, json!({ "/state": state }));
        policy["modifiedDateTime"] = "2025-11-02T09:30:00Z".into();
        policy
    };
    let all = |count: u32| (0..=count).map(one).collect::<Vec<Value>>();
    assert_eq!(stale(&Folder::new(&all(5), ""), &[]).len(), 5);
    let ignore = "[[ignore]]\nrule = \"stale-report-only\"\npolicy = \"CA003\"\nreason = \"a trial\"\n";
    for (policies, config, expected) in [(6, "", 1), (6, ignore, 5), (7, ignore, 1)] {
        let found = stale(&Folder::new(&all(policies), config), &[]);
        assert_eq!(found.len(), expected, "{policies}");
        if let [only] = found.as_slice() {
            let message = only["message"].as_str().unwrap();
            assert!(
                message.starts_with("6 policies are in report-only mode") && message.contains("2 more"),
                "{message}"
            );
            assert_eq!(message.contains("CA003"), config.is_empty(), "{message}");
        }
    }
    assert_eq!(stale(&Folder::new(&all(6), ""), &["--assume-enabled", "all"]).len(), 0);
    assert_eq!(stale(&Folder::new(&all(6), ""), &["--assume-enabled", "CA001"]).len(), 5);
}

/// What a policy would do if it were on is its own control, not MFA whatever it asks for.
#[test]
fn a_report_only_policy_would_do_what_it_asks_for() {
    for (controls, expected) in [
        (json!(["mfa"]), Some("it would require MFA where")),
        (json!(["block"]), Some("it would block sign-ins where")),
        (json!(["compliantDevice"]), None),
    ] {
        let enabled = policy(1, json!({ "/conditions/applications/includeApplications": [API] }));
        let mut tested = policy(
            2,
            json!({ "/state": "enabledForReportingButNotEnforced", "/grantControls/builtInControls": controls }),
        );
        tested["modifiedDateTime"] = "2025-11-02T09:30:00Z".into();
        let found = stale(&Folder::new(&[enabled, tested], ""), &[]);
        let message = found[0]["message"].as_str().unwrap();
        assert_eq!(message.contains("If it were enabled"), expected.is_some(), "{message}");
        assert!(expected.is_none_or(|expected| message.contains(expected)), "{message}");
    }
    let report_only = |number: u32, state: &str| {
        let mut policy = policy(number, json!({ "/state": state }));
        policy["modifiedDateTime"] = "2025-11-02T09:30:00Z".into();
        policy
    };
    let mode = "enabledForReportingButNotEnforced";
    for (third, expected) in [(mode, "All 3 policies are in"), ("disabled", "No policy is enabled. 2 of 3 are in")] {
        let found = stale(&Folder::new(&[report_only(1, mode), report_only(2, mode), report_only(3, third)], ""), &[]);
        assert!(found.len() == 1 && found[0]["message"].as_str().unwrap().starts_with(expected), "{found:?}");
    }
}
