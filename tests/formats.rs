//! Reports for the places where people work, each read back as its consumer reads it.

#![allow(clippy::unwrap_used)]

use caplint::report::Format;
use data_encoding::BASE64;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

fn report(folder: &Path, format: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    let output = command
        .current_dir(folder)
        .args([&["check", "--isolated", "--format", format, "-v"], arguments].concat())
        .output();
    String::from_utf8(output.unwrap().stdout).unwrap()
}

fn testdata(format: &str, tenant: &str) -> String {
    report(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"), format, &[tenant])
}

fn tenants() -> Vec<String> {
    let folders = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata")).unwrap().flatten();
    folders.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// Every finding as the JSON report has it.
fn findings(tenant: &str) -> Vec<Value> {
    let report: Value = serde_json::from_str(&testdata("json", tenant)).unwrap();
    report["findings"].as_array().unwrap().clone()
}

/// A format that lists no ways in has fewer of them looked for. Its messages are the same.
#[test]
fn a_message_is_the_same_in_every_format() {
    for tenant in tenants() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
        let text = report(&folder, "concise", &[&tenant, "--benchmark", "all"]);
        let json: Value = serde_json::from_str(&report(&folder, "json", &[&tenant, "--benchmark", "all"])).unwrap();
        for finding in json["findings"].as_array().unwrap() {
            let message = finding["message"].as_str().unwrap();
            assert!(text.contains(message), "{tenant}: {message}");
        }
    }
}

/// The page has one style sheet and at most one script, which its policy names by their hashes, and fetches nothing. What a
/// policy is called is text.
#[test]
fn a_page_fetches_nothing_and_runs_nothing_of_a_policy() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    for arguments in [&["hostile-names"][..], &["well-kept", "hostile-names", "--tenant-per-path"]] {
        let page = report(&folder, "html", arguments);
        let scripts = usize::from(arguments.len() > 1);
        assert_eq!((page.matches("<script").count(), page.matches("<style").count()), (scripts, 1));
        for element in ["<style>", "<script>"].into_iter().take(1 + scripts) {
            let from = page.find(element).unwrap() + element.len();
            let content = &page[from..from + page[from..].find("</").unwrap()];
            let hash = format!("'sha256-{}'", BASE64.encode(&Sha256::digest(content)));
            assert!(page.contains(&hash), "{element}");
        }
        for fetched in
            [" src=", "url(", "@import", "<link", "<img", "<iframe", "<object", "onclick", "onload=", "javascript:"]
        {
            assert!(!page.contains(fetched), "{fetched}");
        }
        assert!(page.split("href=\"").skip(1).all(|link| link.starts_with("#tenant-")));
        let body = page.split("<script>").next().unwrap();
        assert_eq!(body.matches('<').count(), body.matches('>').count());
    }
}

/// What the page shows of a tenant is what the report for programs has.
#[test]
fn a_page_has_every_verdict_exception_and_finding() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    for tenant in ["well-kept", "trusted-location-half-closed", "locked-out"] {
        let page = report(&folder, "html", &[tenant, "--benchmark", "all"]);
        let json: Value = serde_json::from_str(&report(&folder, "json", &[tenant, "--benchmark", "all"])).unwrap();
        let escaped =
            |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        let judged = &json["tenants"][0];
        for control in judged["controls"].as_array().unwrap() {
            assert!(page.contains(&escaped(control["reason"].as_str().unwrap())), "{tenant}: {control}");
            for exception in control["exceptions"].as_array().unwrap() {
                assert!(page.contains(exception["id"].as_str().unwrap()), "{tenant}: {exception}");
                let reason = exception["reason"].as_str().unwrap_or_default();
                assert!(page.contains(&escaped(reason)), "{tenant}: {exception}");
            }
        }
        for finding in json["findings"].as_array().unwrap() {
            assert!(page.contains(&escaped(finding["message"].as_str().unwrap())), "{tenant}: {finding}");
        }
    }
}

/// Who gets the page knows what it was judged by: no part of that is left to the reader's own clock or folder.
#[test]
fn the_head_of_a_page_says_what_the_tenant_was_judged_by() {
    let folder = tempfile::tempdir().unwrap();
    let id = "33333333-3333-4333-8333-333333333331";
    let policy = json!({"id": "44444444-4444-4444-8444-444444444441", "displayName": "P", "state": "enabledForReportingButNotEnforced",
        "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}, "clientAppTypes": ["all"]},
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]}});
    let organization = json!({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#organization",
        "value": [{"@odata.type": "#microsoft.graph.organization", "id": id, "displayName": "Contoso", "verifiedDomains": []}]});
    fs::create_dir(folder.path().join("exports")).unwrap();
    fs::write(folder.path().join("exports/policy.json"), policy.to_string()).unwrap();
    fs::write(folder.path().join("exports/organization.json"), organization.to_string()).unwrap();
    let config = "benchmarks = [\"cis-m365-7.0\"]\ncontrols = [\"mfa-guests\"]\n";
    fs::write(folder.path().join("caplint.toml"), config).unwrap();
    let page = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
        let command =
            command.current_dir(folder.path().join("exports")).args(["check", "--format", "html"]).args(arguments);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let head = |page: &str| page[page.find("<header>").unwrap()..page.find("</header>").unwrap()].to_owned();
    let whole = page(&["--today", "2027-01-31", "--assume-enabled", "report-only"]);
    let told = head(&whole);
    let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(config));
    for fact in ["2027-01-31", ">../caplint.toml<", &hash, "CIS Microsoft 365", ">mfa-guests<", ">report-only<"] {
        assert!(told.contains(fact), "{fact}: {told}");
    }
    assert!(whole.contains(&format!("The id of the tenant is <code>{id}</code>.")));
    assert!(!whole.contains(folder.path().to_str().unwrap()));
    assert!(whole == page(&["--today", "2027-01-31", "--assume-enabled", "report-only"]));
    let told = head(&page(&["--isolated", "--today", "2027-02-01", "--cloud", "usgov"]));
    assert!(told.contains("<dd>none</dd>") && told.contains("2027-02-01") && !told.contains(">report-only<"), "{told}");
    assert!(told.contains("<code>mfa-azure-management</code>, because none was asked for"), "{told}");
}

/// A lock-out is told in its own section, which the verdicts lead to, and a finding that is ignored is no proof that there is none.
#[test]
fn a_page_says_who_is_locked_out_and_what_was_looked_for() {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let section = |page: &str| {
        let from = page.find("id=\"tenant-0-lock-outs\"").unwrap();
        page[from..from + page[from + 4..].find("<h3").unwrap() + 4].to_owned()
    };
    let page = report(&testdata, "html", &["locked-out"]);
    assert!(page[page.find("<h3>Controls").unwrap()..].contains("href=\"#tenant-0-lock-outs\""));
    let told: Vec<Value> =
        findings("locked-out").into_iter().filter(|finding| finding["rule"] == "locked-out").collect();
    assert!(!told.is_empty() && !section(&page).contains("Nobody was found"));
    for finding in &told {
        let message = finding["message"].as_str().unwrap().replace('"', "&quot;");
        assert!(section(&page).contains(&message) && page.matches(&message).count() == 1, "{message}");
        for location in finding["locations"].as_array().unwrap() {
            let place = format!("{}:{}", location["path"].as_str().unwrap(), location["start"]["line"]);
            assert!(section(&page).contains(&place), "{place}");
        }
    }
    let nobody = report(&testdata, "html", &["mfa-for-all-users"]);
    assert!(section(&nobody).contains("Nobody was found to be locked out."));
    assert!(section(&nobody).contains("What is checked"));
    let cut = report(&testdata, "html", &["incomplete-export"]);
    assert!(section(&cut).contains("Emergency access accounts were not looked for"), "{}", section(&cut));
    // Switched off, the rules find nothing to report, and the page does not say that there is nothing.
    let folder = tempfile::tempdir().unwrap();
    let rules = "[rules]\nlocked-out = \"off\"\neverybody-blocked = \"off\"\nno-break-glass = \"off\"\n";
    fs::write(folder.path().join("caplint.toml"), rules).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    let output = command
        .current_dir(folder.path())
        .args(["check", "--format", "html"])
        .arg(testdata.join("locked-out"))
        .output();
    let page = String::from_utf8(output.unwrap().stdout).unwrap();
    assert!(
        !section(&page).contains("Nobody was found") && section(&page).contains("about lock-outs"),
        "{}",
        section(&page)
    );
    assert!(page.contains(" not reported</span>"));
}

/// A page says whose it is, how the tenant does, and has its findings in the order of its verdicts, with code as code.
#[test]
fn a_page_begins_with_whose_it_is_and_how_the_tenant_does() {
    let page = testdata("html", "well-kept");
    for tag in ["title", "h1"] {
        assert!(page.contains(&format!("<{tag}>Conditional Access report: well-kept</{tag}>")), "{tag}");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let two = report(&folder, "html", &["well-kept", "report-only", "--tenant-per-path"]);
    assert!(two.contains("<title>Conditional Access report: 2 tenants</title>"));
    let all = report(&folder, "html", &["locked-out", "--benchmark", "all"]);
    let (top, controls) = all[all.find("<h2>").unwrap()..].split_once("<h3>Controls").unwrap();
    let controls = &controls[..controls.find("</table>").unwrap()];
    let number = |word: &str| controls.matches(&format!("<td class=\"{word}\">")).count();
    let (open, held) = (number("not-enforced"), number("enforced") + number("enforced-except"));
    let judged = open + held + number("undecided");
    assert!(open > 0 && held > 0 && top.contains(&format!("<b>{held} of {judged} controls hold.</b>")), "{top}");
    assert!(top.contains(&format!("{open} not enforced")), "{top}");
    // Those of controls come in the order of the table.
    let findings = &all[all.find("<h3>Findings</h3>").unwrap()..];
    let place = |text: &str, id: &str| text.find(&format!("<code>{id}</code>"));
    let errors = findings.split("<div class=\"finding\">").skip(1).filter(|one| one.contains(">error<"));
    let ids = errors.filter_map(|one| Some(&one[one.find("<code>")? + 6..one.find("</code>")?]));
    let order: Vec<usize> = ids.filter_map(|id| place(controls, id)).collect();
    assert!(order.len() > 1 && order.is_sorted(), "{order:?}");
    let spelt = report(&folder, "html", &["damaged"]);
    let text = &spelt[spelt.find("<code>letter-case</code>").unwrap()..];
    assert!(text[..text.find("</p>").unwrap()].contains("<code>conditions.") || text.contains("<code>state</code>"));
}

/// Whoever reads of 52 policies takes them for protection, unless somebody says that they are off.
#[test]
fn a_report_says_how_many_policies_are_on() {
    let folder = tempfile::tempdir().unwrap();
    let states = |states: &[&str]| {
        let policy = |(number, state): (usize, &&str)| {
            json!({"id": format!("44444444-4444-4444-8444-44444444444{number}"), "displayName": format!("P{number}"), "state": state,
            "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}, "clientAppTypes": ["all"]},
            "grantControls": {"operator": "OR", "builtInControls": ["mfa"]}})
        };
        let policies: Vec<Value> = states.iter().enumerate().map(policy).collect();
        fs::write(folder.path().join("policies.json"), json!({ "value": policies }).to_string()).unwrap();
    };
    let (on, trial, off) = ("enabled", "enabledForReportingButNotEnforced", "disabled");
    let said = |format: &str, more: &[&str]| report(folder.path(), format, &[&["."], more].concat());
    states(&[off, off, trial]);
    for format in ["pretty", "markdown", "html"] {
        assert!(said(format, &[]).contains("3 policies (none on, 1 report-only, 2 off)"), "{}", said(format, &[]));
        let assumed = said(format, &["--assume-enabled", "P0"]);
        assert!(assumed.contains("3 policies (1 on, 1 report-only, 1 off)"), "{assumed}");
    }
    assert!(said("html", &[]).contains(">not applicable: no policy is on<"));
    assert!(said("html", &[]).contains("No policy is on, so that none locks anybody out."));
    let of = |report: &str| {
        let report: Value = serde_json::from_str(report).unwrap();
        assert_eq!(report["summary"]["states"], report["tenants"][0]["states"]);
        report["summary"]["states"].clone()
    };
    let counted =
        json!({"enabled": 0, "enabledForReportingButNotEnforced": 1, "disabled": 2, "deleted": 0, "unknown": 0});
    assert_eq!(of(&said("json", &[])), counted);
    assert_eq!(of(&said("json", &["--assume-enabled", "all"]))["enabled"], 3);
    states(&[on, on]);
    for format in ["pretty", "markdown", "html"] {
        assert!(said(format, &[]).contains("2 policies ") && !said(format, &[]).contains("2 policies ("), "{format}");
    }
    // Whether it is on is not known, so that it may lock somebody out.
    states(&[off, "on"]);
    assert!(said("html", &[]).contains("2 policies (none on, 1 off, 1 of unknown state)"));
    assert!(!said("html", &[]).contains("no policy is on"));
}

/// The map is proved: legacy clients are blocked for everybody, members need MFA and a managed device, and there is no
/// device code flow to register a method with.
#[test]
fn a_map_says_what_the_easiest_sign_in_has_to_bring() {
    let page = testdata("html", "well-kept");
    let asked_of =
        [("members", "MFA and a managed device"), ("administrators", "phishing-resistant MFA and a managed device")];
    for (who, asked) in asked_of {
        let azure = page.find("Azure management (").unwrap();
        let row = azure + page[azure..].find(&format!(">{who}<")).unwrap();
        let row = &page[row..row + page[row..].find("</tr>").unwrap()];
        assert_eq!(row.matches(&format!(">{asked}<")).count(), 2, "{who}");
        assert_eq!(row.matches(">blocked<").count(), 2, "{who}");
    }
    let registration = page.find("Registration of security information").unwrap();
    assert_eq!(page[registration..].matches("not possible").count(), 16);
}

/// What a policy carries is bold where nothing else would hold it.
#[test]
fn a_page_says_what_is_lost_without_a_policy() {
    let folder = tempfile::tempdir().unwrap();
    let lost = "<strong><code>mfa-azure-management</code></strong>";
    let write = |number: usize| {
        let policy = json!({
            "id": format!("0000000{number}-0000-4000-8000-000000000000"), "displayName": format!("MFA {number}"), "state": "enabled",
            "conditions": { "clientAppTypes": ["all"], "applications": { "includeApplications": ["All"] },
                            "users": { "includeUsers": ["All"] } },
            "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
        });
        fs::write(folder.path().join(format!("{number}.json")), policy.to_string()).unwrap();
        report(folder.path(), "html", &["."])
    };
    assert!(write(1).contains(lost));
    let twice = write(2);
    assert!(!twice.contains(lost) && twice.contains("<td><code>mfa-azure-management</code></td>"), "{twice}");
}

/// External users of this tenant are asked for a device that, as is assumed, no home tenant vouches for: what says so is linked, and
/// the cell is not green. What rests on an assumption is marked, and the verdicts say which.
#[test]
fn a_map_marks_lock_outs_and_assumptions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let page = report(&folder, "html", &["well-kept", "--control", "mfa-guests", "--control", "mfa-all-users"]);
    let row = |who: &str| {
        let from = page.find("Azure management (").unwrap();
        let from = from + page[from..].find(&format!(">{who}<")).unwrap();
        page[from..from + page[from..].find("</tr>").unwrap()].to_owned()
    };
    let guests = row("guests and external users");
    assert_eq!(guests.matches("href=\"#tenant-0-lock-outs\">some are perhaps locked out<").count(), 2, "{guests}");
    assert!(!guests.contains("class=\"best\"") && !guests.contains("class=\"good\""), "{guests}");
    assert_eq!(
        guests.matches("The lock-out rests on the assumption <code>guests-have-no-managed-device</code>").count(),
        2,
        "{guests}"
    );
    // A policy for all users is for external users of all types, as is assumed; one for members needs no assumption.
    assert!(
        guests.contains("<sup>†</sup>") && guests.contains("without the assumption <code>all-users-includes-partners<")
    );
    let members = row("members");
    assert_eq!(members.matches("class=\"best\"").count(), 2, "{members}");
    assert!(!members.contains("locked out") && !members.contains("†"), "{members}");
    let legend = &page[page.find("class=\"small legend\"").unwrap()..page.find("<table class=\"map\"").unwrap()];
    assert!(legend.contains("† is certain only under assumptions") && legend.contains("more than MFA"), "{legend}");
    let told = report(&folder, "html", &["locked-out", "--control", "mfa-guests"]);
    assert!(told.contains("Without the assumption <code>all-users-includes-partners</code>: undecided."));
    assert!(told.contains("href=\"#tenant-0-assumptions\"") && told.contains("id=\"tenant-0-assumptions\""));
    // Nothing is named that is switched off.
    let folder = tempfile::tempdir().unwrap();
    let config = "controls = [\"mfa-guests\"]\n[assumptions]\nall-users-includes-partners = false\napproved-app-retired = true\n";
    fs::write(folder.path().join("caplint.toml"), config).unwrap();
    let tenant = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/locked-out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    let output = command.current_dir(folder.path()).args(["check", "--format", "html"]).arg(tenant).output();
    let page = String::from_utf8(output.unwrap().stdout).unwrap();
    assert!(!page.contains("all-users-includes-partners"));
    assert!(page.contains("<code>approved-app-retired</code>: From the day of its retirement on"));
}

/// What every format of the table owes, whatever it looks like. Tests of single formats are below.
#[test]
fn every_format_is_whole_the_same_on_any_number_of_threads_and_free_of_control_characters() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let files = tempfile::tempdir().unwrap();
    let all = tenants();
    let everything: Vec<&str> = all.iter().map(String::as_str).chain(["--tenant-per-path"]).collect();
    for format in Format::ALL {
        for paths in [&everything[..], &["hostile-names"], &["well-kept"], &["nothing-to-judge"]] {
            let run = |threads: &str, more: &[&str]| {
                let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
                command.current_dir(&folder).env("RAYON_NUM_THREADS", threads).env("LANG", "C.UTF-8");
                command.args(["check", "--isolated", "-v", "--format", format.word()]).args(paths).args(more);
                command.output().unwrap().stdout
            };
            let file = files.path().join("report");
            let (text, whole) = (run("1", &[]), run("4", &["--output", &format!("{format}={}", file.display())]));
            assert!(text == whole, "{format}, {paths:?}: the threads show");
            assert!(text == fs::read(&file).unwrap(), "{format}, {paths:?}: a file is not what the terminal shows");
            let text = String::from_utf8(text).unwrap();
            let is_safe = |character: char| character == '\n' || !character.is_control();
            assert!(text.chars().all(is_safe), "{format}, {paths:?}: a control character");
            // The next line of a log starts where it should.
            assert!(text.is_empty() || text.ends_with('\n'), "{format}, {paths:?}");
        }
        let text = testdata(format.word(), "hostile-names");
        for finding in findings("hostile-names").iter().filter(|finding| finding["level"] == "error") {
            let rule = finding["rule"].as_str().unwrap();
            assert!(text.contains(rule), "{format}: {rule} is an error and is not told");
        }
    }
}

/// A workflow command as the runner reads it: what stands between the colons, unescaped.
struct Annotation {
    command: String,
    properties: Vec<(String, String)>,
    message: String,
}

fn annotations(text: &str) -> Vec<Annotation> {
    let unescaped = |text: &str| {
        let text = text.replace("%3A", ":").replace("%2C", ",");
        text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
    };
    text.lines()
        .map(|line| {
            let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
            let (command, properties) = head.split_once(' ').unwrap();
            let property =
                |pair: &str| pair.split_once('=').map(|(key, value)| (key.to_owned(), unescaped(value))).unwrap();
            Annotation {
                command: command.to_owned(),
                properties: properties.split(',').map(property).collect(),
                message: unescaped(message),
            }
        })
        .collect()
}

#[test]
fn github_shows_the_gravest_of_each_kind_within_its_limits() {
    for tenant in tenants() {
        let annotations = annotations(&testdata("github", &tenant));
        let findings = findings(&tenant);
        for (command, level) in [("error", "error"), ("warning", "warning"), ("notice", "info")] {
            let shown = annotations.iter().filter(|one| one.command == command).count();
            assert!(shown <= 10, "{tenant}: {shown} of {command}");
            let of_level = findings.iter().filter(|finding| finding["level"] == level).count();
            assert!(shown >= of_level.min(9), "{tenant}: {command}");
        }
        let levels: Vec<&str> = annotations.iter().map(|one| one.command.as_str()).collect();
        let rank = |level: &&str| ["error", "warning", "notice"].iter().position(|known| known == level).unwrap();
        assert!(levels.iter().map(rank).is_sorted(), "{tenant}");
        for annotation in annotations {
            for (key, value) in &annotation.properties {
                assert!(["title", "file", "line", "endLine", "col", "endColumn"].contains(&key.as_str()), "{key}");
                assert!(!value.contains(['\n', '\r', '\u{1b}']), "{value}");
            }
            assert!(!annotation.message.contains("\n::"), "{}", annotation.message);
        }
    }
}

#[test]
fn github_says_how_many_findings_it_leaves_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut policies = String::from("[");
    for index in 0..25 {
        let comma = if index > 0 { "," } else { "" };
        write!(policies, "{comma}{{\"displayName\": \"p{index}\", \"state\": \"enabeld\", \"conditions\": {{}}, \"grantControls\": null}}").unwrap();
    }
    fs::write(folder.path().join("p.json"), policies + "]").unwrap();
    let annotations = annotations(&report(folder.path(), "github", &[]));
    assert_eq!(annotations.iter().filter(|one| one.command == "error").count(), 10);
    assert!(
        annotations[0].message.starts_with("Any ordinary user")
            || annotations[0].message.contains("It is unknown whether")
    );
    let of_level = |level: &str| findings_of(folder.path()).iter().filter(|finding| finding["level"] == level).count();
    let (errors, warnings) = (of_level("error") - 10, of_level("warning") - 10);
    let left_out = annotations.last().unwrap();
    let said = format!(
        "GitHub shows 10 annotations of each kind in a step: {errors} errors and {warnings} warnings are left out."
    );
    assert!(left_out.message.starts_with(&said), "{}", left_out.message);
    assert!(left_out.message.ends_with("`--output json=FILE` has all findings."), "{}", left_out.message);
}

fn findings_of(folder: &Path) -> Vec<Value> {
    let report: Value = serde_json::from_str(&report(folder, "json", &[])).unwrap();
    report["findings"].as_array().unwrap().clone()
}

/// Notices that are about no finding take room, too, and a level that is not shown is told.
#[test]
fn github_never_gets_more_than_ten_of_a_kind() {
    let folder = tempfile::tempdir().unwrap();
    let policy = |index: usize| {
        let users = json!({"includeUsers": ["All"]});
        let grant = json!({"operator": "OR", "builtInControls": ["block"]});
        json!({"id": format!("7d4e{index:04}-52b1-4c0f-9a36-18f2c7d5e0ff"), "displayName": "p", "state": "disabled", "extra": 1,
            "conditions": {"users": users, "applications": {"includeApplications": ["All"]}}, "grantControls": grant})
    };
    let write = |policies: usize, config: &str| {
        fs::write(folder.path().join("p.json"), Value::Array((0..policies).map(policy).collect()).to_string()).unwrap();
        fs::write(folder.path().join("caplint.toml"), config).unwrap();
    };
    let said = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
        command.current_dir(folder.path()).args(["check", "--format", "github"]).args(arguments);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    // One error is ignored, which is said.
    let ignored = "[rules]\nmfa-azure-management = \"off\"\n";
    for (policies, config) in [(9, ""), (10, ""), (11, ""), (30, ""), (8, ignored), (9, ignored), (10, ignored)] {
        write(policies, config);
        let all = annotations(&said(&["-v"]));
        let notices: Vec<&Annotation> = all.iter().filter(|one| one.command == "notice").collect();
        assert!(notices.len() <= 10, "{policies} {config}: {}", notices.len());
        let about = |rule: &str| notices.iter().filter(|one| one.properties[0].1 == rule).count();
        let infos = findings_of(folder.path()).iter().filter(|one| one["level"] == "info").count();
        let shown = notices.len() - about("caplint");
        let left_out = notices.last().filter(|one| one.message.starts_with("GitHub shows"));
        assert_eq!(left_out.is_some(), infos > shown, "{policies} {config}");
        let text = format!("{} info", infos - shown);
        assert!(left_out.is_none_or(|one| one.message.contains(&text)), "{policies} {config}: {text}");
    }
    write(30, "[rules]\nunknown-property = \"warning\"\n");
    let text = said(&[]);
    assert!(text.contains("20 warnings are left out.") && text.contains(" not shown without -v.\n"), "{text}");
}

/// Key by key what <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format> asks for.
#[test]
fn gitlab_gets_what_its_documentation_asks_for() {
    for tenant in tenants() {
        let issues: Value = serde_json::from_str(&testdata("gitlab", &tenant)).unwrap();
        let issues = issues.as_array().unwrap();
        assert_eq!(issues.len(), findings(&tenant).len());
        let fingerprints: BTreeSet<&str> = issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
        assert_eq!(fingerprints.len(), issues.len(), "{tenant}");
        for issue in issues {
            assert!(
                !issue["description"].as_str().unwrap().is_empty() && !issue["check_name"].as_str().unwrap().is_empty()
            );
            let severity = issue["severity"].as_str().unwrap();
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
            let path = issue["location"]["path"].as_str().unwrap();
            assert!(!path.starts_with("./") && !path.starts_with('/'), "{path}");
            assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
        }
    }
}

#[test]
fn junit_is_read_back_with_a_failure_for_each_rule_that_has_errors() {
    for tenant in tenants() {
        let report = quick_junit::Report::deserialize_from_str(&testdata("junit", &tenant)).unwrap();
        let failures: usize = report.test_suites.iter().map(|suite| suite.failures).sum();
        let findings = findings(&tenant);
        let errors = findings.iter().filter(|finding| finding["level"] == "error");
        let rules: BTreeSet<&str> = errors.map(|finding| finding["rule"].as_str().unwrap()).collect();
        assert_eq!(failures, rules.len(), "{tenant}");
        let text = testdata("junit", &tenant);
        for finding in findings {
            // The longest part that is not escaped in XML.
            let parts = finding["message"].as_str().unwrap().split(['"', '\'', '&', '<', '>']);
            let message = parts.max_by_key(|part| part.len());
            assert!(text.contains(message.unwrap()), "{tenant}: {finding}");
        }
        for case in report.test_suites.iter().flat_map(|suite| &suite.test_cases) {
            assert!(case.classname.is_some(), "{tenant}: {}", case.name.as_str());
        }
    }
}

/// What a dashboard follows over time: the name of each case, and how it ends.
fn cases(folder: &Path, arguments: &[&str]) -> Vec<(String, String, &'static str)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    command.current_dir(folder).args(["check", "--format", "junit"]).args(arguments);
    let text = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let report = quick_junit::Report::deserialize_from_str(&text).unwrap();
    let end = |case: &quick_junit::TestCase| match case.status {
        quick_junit::TestCaseStatus::Success { .. } => "passes",
        quick_junit::TestCaseStatus::NonSuccess { .. } => "fails",
        quick_junit::TestCaseStatus::Skipped { .. } => "is skipped",
    };
    let cases = report.test_suites.iter().flat_map(|suite| &suite.test_cases);
    let name = |case: &quick_junit::TestCase| (case.classname.as_ref().unwrap().to_string(), case.name.to_string());
    cases.map(|case| (name(case).0, name(case).1, end(case))).collect()
}

#[test]
fn junit_has_the_same_cases_whatever_is_found_and_wherever() {
    let folder = tempfile::tempdir().unwrap();
    let policy = |state: &str| json!({"displayName": "p", "state": state, "conditions": {"users": {"includeUsers": ["All"]}}, "grantControls": null});
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    write("p.json", policy("disabled").to_string());
    let before = cases(folder.path(), &[]);
    let name = |case: &(String, String, &str)| (case.0.clone(), case.1.clone());
    let names: Vec<_> = before.iter().map(name).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "a name twice: {names:?}");
    assert!(names.iter().all(|(tenant, rule)| tenant == "." && caplint::rules::ids().contains(&rule.as_str())));
    let end = |cases: &[(String, String, &'static str)], rule: &str| {
        let found: Vec<&'static str> = cases.iter().filter(|case| case.1 == rule).map(|case| case.2).collect();
        assert_eq!(found.len(), 1, "{rule}");
        found[0]
    };
    assert_eq!((end(&before, "invalid-value"), end(&before, "mfa-azure-management")), ("passes", "fails"));
    // Two errors, on other lines.
    let broken = json!([policy("enabeld"), policy("of")]);
    write("p.json", format!("\n\n{broken:#}"));
    let after = cases(folder.path(), &[]);
    assert_eq!(after.iter().map(name).collect::<Vec<_>>(), names);
    assert_eq!(end(&after, "invalid-value"), "fails");
    // Nothing passes that has not been looked at.
    write("caplint.toml", "[rules]\ninvalid-value = \"off\"\n".to_owned());
    let off = cases(folder.path(), &[]);
    assert_eq!((end(&off, "invalid-value"), end(&off, "invalid-id")), ("is skipped", "passes"));
    let files_only = cases(folder.path(), &["--isolated", "--scope", "file", "."]);
    assert_eq!((end(&files_only, "invalid-value"), end(&files_only, "no-break-glass")), ("fails", "is skipped"));
}

#[test]
fn markdown_holds_a_verdict_for_each_control_and_no_markup_of_a_policy() {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    for tenant in tenants() {
        let text = testdata("markdown", &tenant);
        let (mut tables, mut html) = (0, Vec::new());
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Table(_)) => tables += 1,
                Event::Start(Tag::Link { .. } | Tag::Image { .. }) => panic!("{tenant}: a link\n{text}"),
                Event::Html(tag) | Event::InlineHtml(tag) => html.push(tag.trim().to_owned()),
                _ => {}
            }
        }
        assert!(tables >= 1, "{tenant}");
        let ours = |tag: &String| tag.starts_with("<details>") || tag.starts_with("<summary>") || tag == "</details>";
        assert!(html.iter().all(ours), "{tenant}: {html:?}");
        assert!(!text.contains('@'), "{tenant}: somebody is mentioned");
    }
    let text = testdata("markdown", "trusted-location-half-closed");
    assert!(text.contains("| `mfa-azure-management` | ❌ **not-enforced** |"), "{text}");
    assert!(text.contains("Who gets through:"), "{text}");
}

#[test]
fn markdown_names_owners_and_days_of_exceptions() {
    let folder = tempfile::tempdir().unwrap();
    let policy = json!({
        "displayName": "MFA", "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"], "applications": { "includeApplications": ["All"] },
            "users": { "includeUsers": ["All"], "excludeUsers": ["11111111-1111-4111-8111-111111111111", "11111111-1111-4111-8111-111111111112"] },
        },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
    });
    fs::write(folder.path().join("p.json"), policy.to_string()).unwrap();
    fs::write(
        folder.path().join("caplint.toml"),
        "[[exception]]\nuser = \"11111111-1111-4111-8111-111111111111\"\nname = \"Break glass\"\nowner = \"identity@contoso.example\"\nreason = \"x\"\nreview-by = 2099-01-31\n",
    )
    .unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    let output = command.current_dir(folder.path()).args(["check", "--format", "markdown"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let row = "| user Break glass | `mfa-azure-management` | always | identity&#64;contoso.example | 2099-01-31 | x |";
    assert!(text.contains(row), "{text}");
    assert!(text.contains("| **nobody** | – | – |"), "{text}");
}

/// Code scanning and annotations show a finding in a file, and drop it where there is none.
#[test]
fn every_finding_stands_on_a_file_even_if_it_is_about_the_whole_tenant() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    for tenant in tenants() {
        for finding in findings(&tenant) {
            let path = finding["locations"][0]["path"].as_str().unwrap();
            assert!(folder.join(path).is_file(), "{tenant}: {finding}");
        }
    }
    assert!(findings("security-defaults").iter().any(|finding| finding["policy"].is_null()));
}

#[test]
fn a_finding_about_a_tenant_stands_on_its_entry_its_first_file_or_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let locations = json!({"value": [{
        "@odata.type": "#microsoft.graph.countryNamedLocation", "id": "0c2f3a5e-6b1d-4f7a-9c3e-5d8b7a6f4e21", "displayName": "Home",
        "countriesAndRegions": ["DE"],
    }]});
    for tenant in ["prod", "dev"] {
        fs::create_dir(folder.path().join(tenant)).unwrap();
        fs::write(folder.path().join(format!("{tenant}/b.json")), locations.to_string()).unwrap();
    }
    let check = |arguments: &[&str]| -> Vec<(String, u64, String)> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
        command.current_dir(folder.path()).args(["check", "--allow-empty", "--format", "json"]).args(arguments);
        let report: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
        let findings =
            report["findings"].as_array().unwrap().iter().filter(|one| one["rule"] == "mfa-azure-management");
        let place = |finding: &Value| {
            let primary = &finding["locations"][0];
            let word = |value: &Value| value.as_str().unwrap().to_owned();
            (word(&primary["path"]), primary["start"]["line"].as_u64().unwrap(), word(&finding["fingerprint"]))
        };
        findings.map(place).collect()
    };
    let at = |path: &str, line: u64, found: &[(String, u64, String)]| {
        assert!(found.len() == 1 && (found[0].0.as_str(), found[0].1) == (path, line), "{found:?}");
        found[0].2.clone()
    };
    let before = at("prod/b.json", 1, &check(&["--isolated", "prod"]));
    // A file in front of it is another place, and the same finding.
    fs::write(folder.path().join("prod/a.json"), locations.to_string()).unwrap();
    assert_eq!(at("prod/a.json", 1, &check(&["--isolated", "prod"])), before);
    let text = "# Two of them.\n[[tenant]]\nname = \"Production\"\npaths = [\"prod\"]\n\n[[tenant]]\nname = \"Development\"\npaths = [\"dev\"]\n";
    fs::write(folder.path().join("caplint.toml"), text).unwrap();
    let lines: Vec<(String, u64)> = check(&[]).into_iter().map(|(path, line, _)| (path, line)).collect();
    assert_eq!(lines, [("caplint.toml".to_owned(), 3), ("caplint.toml".to_owned(), 7)]);
    // A configuration without tenants is the last resort.
    fs::write(folder.path().join("caplint.toml"), "most-excluded = 5\n").unwrap();
    at("dev/b.json", 1, &check(&["dev"]));
    fs::remove_file(folder.path().join("dev/b.json")).unwrap();
    at("caplint.toml", 1, &check(&["dev"]));
    // There is no file at all.
    at("dev", 1, &check(&["--isolated", "dev"]));
}

/// What is hidden has no place of its own, and GitLab takes no folder either.
#[test]
fn what_gitlab_is_told_of_hidden_findings_stands_on_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let policy = json!({"displayName": "p", "state": "enabled", "conditions": {}, "grantControls": null});
    fs::write(folder.path().join("p.json"), policy.to_string()).unwrap();
    fs::write(folder.path().join("caplint.toml"), "[rules]\nmfa-azure-management = \"off\"\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    let output = command.current_dir(folder.path()).args(["check", "--format", "gitlab"]).output().unwrap();
    let issues: Value = serde_json::from_slice(&output.stdout).unwrap();
    let hidden = issues.as_array().unwrap().iter().find(|issue| issue["check_name"] == "hidden-findings").unwrap();
    assert_eq!(hidden["location"]["path"], "p.json");
}

#[test]
fn nothing_to_judge_does_not_pass_in_any_report() {
    let folder = tempfile::tempdir().unwrap();
    let junit = quick_junit::Report::deserialize_from_str(&report(folder.path(), "junit", &[])).unwrap();
    assert_eq!(junit.test_suites.iter().map(|suite| suite.errors).sum::<usize>(), 1);
    assert!(report(folder.path(), "github", &[]).starts_with("::error title=caplint::There was nothing to judge"));
    assert!(report(folder.path(), "markdown", &[]).contains("not judged"));
}

/// The JSON report is written piece by piece while tenants come in.
#[test]
fn the_json_report_is_what_writing_it_whole_gives() {
    // What is invisible is escaped there, and read back it is not.
    let tenants: Vec<String> = tenants().into_iter().filter(|name| name != "hostile-names").collect();
    let everything: Vec<&str> = tenants.iter().map(String::as_str).chain(["--tenant-per-path"]).collect();
    let nothing = ["nothing-to-judge", "--scope", "file"];
    for arguments in [&everything[..], &["well-kept"], &nothing] {
        let text = report(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"), "json", arguments);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert!(text == serde_json::to_string_pretty(&value).unwrap() + "\n", "{arguments:?}");
    }
}

/// A line of the concise format is `path:line:column: level[rule] message`, with the place where the finding starts.
#[test]
fn the_concise_format_says_where_a_finding_starts() {
    for tenant in tenants() {
        let mut findings = findings(&tenant);
        // The worst of each tenant first, and what is equally bad in the order of the JSON report.
        let levels = ["error", "warning", "info"];
        let tenants: Vec<Value> = findings.iter().map(|finding| finding["tenant"].clone()).collect();
        let first = |finding: &Value| tenants.iter().position(|tenant| *tenant == finding["tenant"]);
        let level = |finding: &Value| levels.iter().position(|level| finding["level"] == *level).unwrap();
        findings.sort_by_key(|finding| (first(finding), level(finding)));
        let expected: Vec<String> = findings
            .iter()
            .map(|finding| {
                let (place, word) = (&finding["locations"][0], |value: &Value| value.as_str().unwrap().to_owned());
                let (line, column) = (&place["start"]["line"], &place["start"]["column"]);
                format!(
                    "{}:{line}:{column}: {}[{}] ",
                    word(&place["path"]),
                    word(&finding["level"]),
                    word(&finding["rule"])
                )
            })
            .collect();
        let text = testdata("concise", &tenant);
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("caplint: ")).collect();
        assert_eq!(lines.len(), expected.len(), "{text}");
        for (line, expected) in lines.iter().zip(&expected) {
            assert!(line.starts_with(expected.as_str()), "{line}\n{expected}");
        }
    }
}

/// Whoever waits for many tenants reads of the first while the last is still being read.
#[cfg(unix)]
#[test]
fn findings_are_on_the_screen_before_the_last_file_is_read() {
    use std::io::{BufRead, BufReader};
    use std::sync::mpsc::channel;
    use std::time::Duration;
    let folder = tempfile::tempdir().unwrap();
    // Nobody has written to it, so that whoever reads it waits.
    let pipe = folder.path().join("last.json");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for (format, said) in
        [("pretty", "error["), ("concise", ": error["), ("json", "\"rule\":"), ("gitlab", "check_name")]
    {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
        command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata")).env("RAYON_NUM_THREADS", "1");
        command.args(["check", "--isolated", "--tenant-per-path", "--color", "never", "--format", format]);
        command.args(["--output", &format!("sarif={}", folder.path().join("report.sarif").display())]);
        command.args([["damaged"; 8].as_slice(), &[pipe.to_str().unwrap()]].concat());
        let mut child =
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
        let out = child.stdout.take().unwrap();
        let (found, is_found) = channel();
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(out).lines() {
                if line.unwrap().contains(said) {
                    let _ = found.send(());
                }
            }
        });
        let before = is_found.recv_timeout(Duration::from_secs(60));
        // Ends the run, whatever has come of it.
        fs::write(&pipe, "{}").unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(2), "{format}");
        reader.join().unwrap();
        assert!(before.is_ok(), "{format}");
    }
}
