//! The command line as programs and people call it: exit codes, formats, files, hostile names.

#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, clippy::similar_names, clippy::cast_possible_truncation)]

use serde_json::Value;
use std::cmp::Reverse;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const FORMATS: [&str; 4] = ["pretty", "concise", "json", "sarif"];

fn caplint(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// caplint in the repository's folder, with an environment of its own.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments);
    for name in
        ["NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "CLICOLOR", "FORCE_HYPERLINK", "COLUMNS", "RAYON_NUM_THREADS"]
    {
        command.env_remove(name);
    }
    command
}

fn code(arguments: &[&str]) -> i32 {
    caplint(arguments).status.code().unwrap()
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_slice(&caplint(&[arguments, &["--format", "json"]].concat()).stdout).unwrap()
}

fn verdict(report: &Value) -> &str {
    report["tenants"][0]["controls"][0]["verdict"].as_str().unwrap()
}

#[test]
fn the_exit_code_is_the_same_in_every_format() {
    for format in FORMATS {
        let check = |path: &str, more: &[&str]| code(&[&["check", path, "--format", format], more].concat());
        assert_eq!(check("testdata/mfa-for-all-users", &[]), 0);
        assert_eq!(check("testdata/mfa-for-all-users", &["--fail-on", "info"]), 1);
        assert_eq!(check("testdata/trusted-location-excluded", &[]), 1);
        assert_eq!(check("testdata/trusted-location-excluded", &["--fail-on", "never"]), 0);
        assert_eq!(check("testdata/damaged", &[]), 1);
        assert_eq!(check("testdata/nothing-to-judge", &[]), 2);
        assert_eq!(check("testdata/nothing-to-judge", &["--allow-empty"]), 1);
        assert_eq!(check("testdata/nothing-to-judge", &["--scope", "file"]), 0);
        assert_eq!(check("testdata/there-is-no-such-folder", &[]), 2);
        assert_eq!(check("testdata/mfa-for-all-users", &["--fail-on", "maybe"]), 2);
    }
}

#[test]
fn an_empty_folder_is_a_failure_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let output = caplint(&["check", folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nothing to judge"));
}

#[test]
fn an_unknown_cloud_date_format_or_rule_is_refused() {
    let tenant = "testdata/mfa-for-all-users";
    assert_eq!(code(&["check", tenant, "--cloud", "mooncake"]), 2);
    assert_eq!(code(&["check", tenant, "--today", "tomorrow"]), 2);
    assert_eq!(code(&["check", tenant, "--today", "2027-01-31"]), 0);
    assert_eq!(code(&["check", tenant, "--format", "xml"]), 2);
    assert_eq!(code(&["check", tenant, "--output", "sarif"]), 2);
    let output = caplint(&["explain", "letter-cas"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("letter-case"));
}

/// Whoever knows the name of a benchmark is told the ids of its versions, on the command line and in a configuration.
#[test]
fn an_id_that_is_written_otherwise_or_in_part_is_suggested() {
    let said = |arguments: &[&str]| {
        let output = caplint(&[&["check", "testdata/mfa-for-all-users"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        text.split([' ', '\n', '│']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    };
    let of_cis: Vec<&str> = caplint::controls::benchmark_ids().filter(|id| id.contains("cis")).collect();
    assert!(of_cis.len() > 5);
    for (written, found) in [
        ("CIS", format!("did you mean one of {}?", of_cis.join(", "))),
        ("SCUBA", "did you mean scuba?".to_owned()),
        ("iso27001", "did you mean iso-27001-2022?".to_owned()),
        ("maestro", "did you mean maester?".to_owned()),
        ("pci-dss", "there are cis-azure-1.5, ".to_owned()),
    ] {
        assert!(said(&["--benchmark", written]).contains(&found), "{written}");
    }
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("caplint.toml");
    fs::write(&config, "benchmarks = [\"CIS\"]\n").unwrap();
    let found = format!("Did you mean one of `{}`?", of_cis.join("`, `"));
    let text = said(&["--config", config.to_str().unwrap()]).replace("- ", "-");
    assert!(text.contains(&found), "{text}");
}

#[test]
fn every_rule_is_listed_and_explained() {
    let rules = String::from_utf8(caplint(&["rules"]).stdout).unwrap();
    assert!(rules.lines().count() > 15);
    for line in rules.lines() {
        let id = line.split_whitespace().next().unwrap();
        let page = String::from_utf8(caplint(&["explain", id]).stdout).unwrap();
        assert!(page.starts_with(&format!("# {id}\n")), "{page}");
    }
}

/// Scripts complete ids of rules, controls and benchmarks, and `--help` stays short.
#[test]
fn completions_know_every_id() {
    let text = |arguments: &[&str]| String::from_utf8(caplint(arguments).stdout).unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = text(&["completions", shell]);
        // clap writes values into some scripts only, and into that of fish only values of options.
        let known = |id: &str| script.contains(id);
        let has_values = !["powershell", "elvish"].contains(&shell);
        assert_eq!([known("mfa-guests"), known("scuba")], [has_values; 2], "{shell}");
        assert_eq!(known("invalid-id"), has_values && shell != "fish", "{shell}");
    }
    let bash = text(&["completions", "bash"]);
    // What bash offers where a subcommand's argument or option wants a value.
    let offered = |case: &str, option: &str| {
        let case =
            bash.split(&format!("\n        {case})\n")).nth(1).unwrap().split("\n            ;;").next().unwrap();
        let from = case.split(option).nth(1).unwrap().split("compgen -W \"").nth(1);
        from.unwrap().split('"').next().unwrap().split(' ').map(str::to_owned).collect::<Vec<_>>()
    };
    let all: Vec<String> = caplint::rules::ids().iter().map(|id| (*id).to_owned()).collect();
    for subcommand in ["caplint__subcmd__explain", "caplint__subcmd__ignore__subcmd__add"] {
        let line = bash.split(&format!("\n        {subcommand})\n            opts=\"")).nth(1).unwrap();
        let words: Vec<&str> = line.split('"').next().unwrap().split(' ').collect();
        assert!(all.iter().all(|id| words.contains(&id.as_str())), "{subcommand}: {words:?}");
    }
    let controls: Vec<&str> = caplint::controls::ids().collect();
    for subcommand in
        ["caplint__subcmd__check", "caplint__subcmd__what__subcmd__if", "caplint__subcmd__baseline__subcmd__write"]
    {
        assert_eq!(offered(subcommand, "--control)"), controls, "{subcommand}");
    }
    let benchmarks = caplint::controls::benchmark_ids().chain(["all"]);
    assert_eq!(offered("caplint__subcmd__check", "--benchmark)"), benchmarks.collect::<Vec<_>>());
    for command in [&["check"][..], &["explain"], &["ignore", "add"]] {
        assert!(!text(&[command, &["--help"]].concat()).contains("phishing-resistant-admins"), "{command:?}");
    }
}

/// What the help says of where scripts go, the README says, too, and it is a line for each shell.
#[test]
fn the_help_and_the_readme_say_where_completions_go() {
    let help = String::from_utf8(caplint(&["completions", "--help"]).stdout).unwrap();
    let readme = fs::read_to_string("README.md").unwrap();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let mut lines = help.lines().skip_while(|line| !line.trim_start().starts_with(&format!("{shell}  ")));
        let first = lines.next().unwrap().trim_start().trim_start_matches(shell).trim_start();
        let commands: Vec<&str> =
            if first.starts_with("mkdir") { vec![first, lines.next().unwrap().trim_start()] } else { vec![first] };
        for command in &commands {
            let command = command.split("  (").next().unwrap();
            assert!(readme.contains(&format!("`{command}`")), "{command}");
        }
        let last = commands.last().unwrap();
        assert!(last.starts_with(&format!("caplint completions {shell} ")), "{last}");
        // A script goes to a folder that need not be there.
        if let Some((_, file)) = last.split_once(" > ") {
            let folder = &file.trim_matches('"')[..file.trim_matches('"').rfind('/').unwrap()];
            assert_eq!(commands[0].trim_start_matches("mkdir -p ").trim_matches('"'), folder);
        }
    }
}

/// Without a choice, `caplint doc` judges every control, and the others one. Each says its own.
#[test]
fn the_help_of_each_command_has_its_own_default_of_controls() {
    for (command, default) in [
        (&["check"][..], "the configuration's, or only mfa-azure-management"),
        (&["baseline", "write"], "the configuration's, or only mfa-azure-management"),
        (&["who"], "the configuration's, or only mfa-azure-management"),
        (&["doc"], "the configuration's, or all"),
    ] {
        let help = String::from_utf8(caplint(&[command, &["--help"]].concat()).stdout).unwrap();
        let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(&format!("can be repeated [default: {default}]")), "{command:?}: {words}");
        assert_eq!(words.matches("[default: the configuration's, or").count(), 1, "{command:?}");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("share/man1");
    assert_eq!(code(&["man", "--to", pages.to_str().unwrap()]), 0);
    let mut names: Vec<String> =
        fs::read_dir(&pages).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    for name in ["caplint.1", "caplint-check.1", "caplint-baseline-write.1", "caplint-exception-add.1", "caplint-man.1"]
    {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
    assert!(!names.iter().any(|name| name.contains("help")), "{names:?}");
    let page = |arguments: &[&str]| caplint(&[&["man"], arguments].concat()).stdout;
    assert_eq!(page(&[]), fs::read(pages.join("caplint.1")).unwrap());
    let written = fs::read_to_string(pages.join("caplint-baseline-write.1")).unwrap();
    assert_eq!(page(&["baseline", "write"]), written.as_bytes());
    assert!(written.contains(".TH caplint-baseline-write 1") && written.contains("Record every finding"), "{written}");
    let version = format!("\"caplint {}\"", env!("CARGO_PKG_VERSION"));
    for page in names.iter().map(|name| fs::read_to_string(pages.join(name)).unwrap()) {
        let heading = page.lines().find(|line| line.starts_with(".TH ")).unwrap();
        assert!(heading.contains(&version), "{heading}");
    }
    // Options stand in it with a backslash in front of each hyphen.
    assert!(written.contains("\\-\\-tenant\\-per\\-path"), "{written}");
    let refused = caplint(&["man", "chekc"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("there is no command \"chekc\""));
}

#[test]
fn one_thread_and_eight_write_the_same_bytes() {
    for format in FORMATS {
        let run = |threads: &str| {
            let arguments =
                ["check", "testdata/damaged", "testdata/encodings", "testdata/spellings", "-v", "--format", format];
            let output = command(&arguments).env("RAYON_NUM_THREADS", threads).output().unwrap();
            (output.stdout, output.stderr)
        };
        let once = run("1");
        assert!(!once.0.is_empty());
        assert_eq!(once, run("8"), "{format}");
        assert_eq!(once, run("8"), "{format}");
    }
}

#[test]
fn tenants_are_judged_one_by_one_or_together() {
    let paths = ["check", "testdata/no-policy-for-azure", "testdata/mfa-or-compliant-device"];
    let together = json(&paths);
    assert_eq!(together["tenants"].as_array().unwrap().len(), 1);
    assert_eq!(together["tenants"][0]["name"], "testdata");
    let apart = json(&[&paths[..], &["--tenant-per-path"]].concat());
    let names: Vec<_> =
        apart["tenants"].as_array().unwrap().iter().map(|tenant| tenant["name"].as_str().unwrap()).collect();
    assert_eq!(names, paths[1..]);
}

#[test]
fn standard_input_is_a_tenant() {
    let policies = fs::read("testdata/two-dumps/2026-04-01.json").unwrap();
    let mut child =
        command(&["check", "-", "--format", "json"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&policies).unwrap();
    let report: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(verdict(&report), "enforced-except");
    assert_eq!(report["tenants"][0]["name"], "-");
}

#[test]
fn report_only_policies_can_be_judged_as_if_they_were_on() {
    let report_only = ["check", "testdata/report-only"];
    assert_eq!(verdict(&json(&report_only)), "not-enforced");
    assert_eq!(verdict(&json(&[&report_only[..], &["--assume-enabled", "report-only"]].concat())), "enforced-except");
}

/// One policy decides whether a gap is closed, so a name that nothing has must not go by unnoticed.
#[test]
fn one_policy_can_be_judged_as_if_it_were_on() {
    let with = |names: &[&str]| {
        let names = names.iter().flat_map(|name| ["--assume-enabled", name]);
        ["check", "testdata/report-only"].into_iter().chain(names).map(str::to_owned).collect::<Vec<String>>()
    };
    let verdict =
        |names: &[&str]| verdict(&json(&with(names).iter().map(String::as_str).collect::<Vec<_>>())).to_owned();
    let policies = caplint::lint::load(
        &[caplint::discover::Input::Path("testdata/report-only".into())],
        &caplint::lint::Options::default(),
    );
    let policies = policies.policies;
    let name = |index: usize| policies[index].display_name.known().unwrap().to_string();
    let closing = (0..policies.len()).find(|index| verdict(&[&name(*index)]) == "enforced-except").unwrap();
    let id = policies[closing].id.as_ref().unwrap().to_string();
    assert_eq!(verdict(&[&name(closing).to_uppercase()]), "enforced-except");
    assert_eq!(verdict(&[&id, &id.to_uppercase()]), "enforced-except");
    let unknown = with(&[&name(closing), "CA9"]);
    let output = command(&unknown.iter().map(String::as_str).collect::<Vec<_>>()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("there is no policy \"CA9\""));
    // A report would be read as the answer.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    let to_file = format!("json={}", file.display());
    for more in [&[][..], &["--format", "json"], &["--format", "concise"], &["--statistics"], &["--output", &to_file]] {
        let output = command(&[&["check", "testdata/report-only", "--assume-enabled", "CA9"], more].concat()).output();
        let output = output.unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]), "{more:?}");
    }
    assert!(!file.exists());
    // What is meant is suggested, whole, so that it can be given.
    let [start, end] = [name(closing).chars().take(9).collect::<String>(), name(closing).chars().skip(12).collect()];
    for written in [start.to_lowercase(), format!("{start}…{end}")] {
        for command in [&["check", "--assume-enabled"], &["diff", "--enable"]] {
            let arguments = [&command[..1], &["testdata/report-only", command[1], &written]].concat();
            let output = self::command(&arguments).output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            let said = said.replace('│', "").split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(said.contains("Did you mean") && said.contains(&format!("\"{}\"", name(closing))), "{said}");
        }
    }
}

#[test]
fn the_stored_query_decides_where_it_is_asked_to() {
    let tenant = ["check", "testdata/report-only"];
    assert_eq!(code(&tenant), 1);
    assert_eq!(code(&[&tenant[..], &["--reading", "stored-query"]].concat()), 0);
    assert_eq!(code(&["check", "testdata/security-defaults", "--reading", "stored-query"]), 1);
}

/// Lints one policy that differs from a good one by a replacement.
fn with(from: &str, to: &str) -> Value {
    let file = "testdata/mfa-for-all-users/ConditionalAccess/CA003 - Require MFA for Azure management.json";
    let policy = fs::read_to_string(file).unwrap();
    assert!(policy.contains(from));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.json"), policy.replace(from, to)).unwrap();
    json(&["check", folder.path().to_str().unwrap()])
}

fn stored_query(report: &Value) -> &str {
    report["tenants"][0]["controls"][0]["storedQuery"].as_str().unwrap()
}

#[test]
fn the_stored_query_compares_letter_by_letter() {
    assert_eq!(stored_query(&with("\"all\"", "\"all\"")), "pass");
    assert_eq!(stored_query(&with("\"all\"", "\"All\"")), "fail");
    assert_eq!(stored_query(&with("\"mfa\"", "\"MFA\"")), "fail");
    assert_eq!(verdict(&with("\"mfa\"", "\"MFA\"")), "enforced-except");
}

#[test]
fn an_excluded_role_by_name_may_be_any_role() {
    assert_eq!(verdict(&with("\"excludeRoles\": []", "\"excludeRoles\": [\"<Role>\"]")), "undecided");
}

#[test]
fn a_strength_by_reference_is_not_known_and_said_so() {
    let bind = "\"authenticationStrength@odata.bind\": \"https://graph.microsoft.com/x\", \"builtInControls\"";
    let report = with("\"builtInControls\"", bind);
    assert!(report["findings"].as_array().unwrap().iter().any(|finding| finding["rule"] == "unknown-value"));
}

#[test]
fn the_same_said_twice_is_said_once() {
    let report = with("\"state\": \"enabled\"", "\"state\": \"enabled\", \"state\": \"enabled\"");
    assert_eq!(verdict(&report), "enforced-except");
    assert_eq!(report["findings"][0]["level"], "warning");
}

#[test]
fn policies_in_a_form_that_is_not_read_fail_the_gate() {
    let folder = tempfile::tempdir().unwrap();
    let plan = r#"{"format_version": "1.2", "resource_changes": [{"type": "azuread_conditional_access_policy"}]}"#;
    fs::write(folder.path().join("plan.json"), plan).unwrap();
    assert_eq!(code(&["check", folder.path().to_str().unwrap()]), 1);
    fs::write(folder.path().join("plan.json"), r#"{"format_version": "1.2", "resource_changes": []}"#).unwrap();
    assert_eq!(code(&["check", folder.path().to_str().unwrap()]), 0);
}

#[test]
fn a_witness_is_complete() {
    let report = json(&["check", "testdata/guests-excluded"]);
    let control = &report["tenants"][0]["controls"][0];
    let witness = &control["witness"];
    assert_eq!(witness, &control["holes"][0]);
    assert_eq!(witness["signInIdentity"]["userType"], "b2bCollaborationGuest");
    assert!(witness["signInIdentity"]["externalTenantId"].is_string());
    assert_eq!(witness["signInConditions"]["devicePlatform"], "unknown");
    assert_eq!(witness["signInConditions"]["signInRiskLevel"], "none");
    assert!(witness["relevant"].as_array().unwrap().contains(&"signInIdentity.userType".into()));
}

#[test]
fn reports_go_to_files_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let output = |format: &str, name: &str| format!("{format}={}", file(name).display());
    let (sarif, concise) = (output("sarif", "a.sarif"), output("concise", "a.txt"));
    let tenant = "testdata/trusted-location-excluded";
    let run = caplint(&["check", tenant, "--format", "json", "--output", &sarif, "--output", &concise]);
    assert_eq!(run.status.code(), Some(1));
    let direct = caplint(&["check", tenant, "--format", "sarif"]).stdout;
    assert_eq!(fs::read(file("a.sarif")).unwrap(), direct);
    assert!(fs::read_to_string(file("a.txt")).unwrap().contains("error[mfa-azure-management]"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "a temporary file was left behind");

    let nowhere = output("json", "no/such/folder.json");
    // Before the run, which may take long.
    let refused = caplint(&["check", tenant, "--output", &nowhere]);
    assert!(refused.status.code() == Some(2) && refused.stdout.is_empty(), "{refused:?}");
}

#[cfg(unix)]
#[test]
fn a_device_is_written_to_and_a_pipe_is_read() {
    use std::os::unix::fs::FileTypeExt;
    let tenant = "testdata/mfa-for-all-users";
    assert_eq!(code(&["check", tenant, "--output", "json=/dev/null"]), 0);
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());

    let folder = tempfile::tempdir().unwrap();
    let (pipe, link) = (folder.path().join("pipe"), folder.path().join("link"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let policies = fs::read("testdata/two-dumps/2026-04-01.json").unwrap();
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::write(pipe, policies)
    });
    let report = json(&["check", pipe.to_str().unwrap()]);
    writer.join().unwrap().unwrap();
    assert_eq!(report["summary"]["policies"], 2);
    // Where it is read only once, lines are found, too.
    let places = report["findings"].as_array().unwrap().iter().map(|finding| &finding["locations"][0]["start"]["line"]);
    assert!(places.clone().any(|line| line.as_u64() > Some(1)), "{report}");

    std::os::unix::fs::symlink(folder.path().join("report"), &link).unwrap();
    fs::write(folder.path().join("report"), "").unwrap();
    assert_eq!(code(&["check", tenant, "--output", &format!("json={}", link.display())]), 0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink() && !fs::read(&link).unwrap().is_empty());
}

#[test]
fn a_closed_pipe_does_not_change_the_verdict() {
    let mut child =
        command(&["check", "testdata/damaged"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Nor does one to which an error would go.
#[test]
fn a_closed_standard_error_does_not_change_the_exit_code() {
    for arguments in [&["check", "nowhere"][..], &["check", "testdata/damaged", "-v"], &["explain", "nothing"]] {
        let mut child = command(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stderr.take());
        let expected = if arguments.len() == 3 { 1 } else { 2 };
        assert_eq!(child.wait().unwrap().code(), Some(expected), "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_report_file_can_be_read_by_others() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.json");
    caplint(&["check", "testdata/report-only", "--output", &format!("json={}", file.display())]);
    let created = folder.path().join("created");
    fs::File::create(&created).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), mode(&created));
}

#[test]
fn a_hostile_name_is_harmless_in_every_format() {
    for format in FORMATS {
        for more in [&["-v"][..], &["--color", "always", "-v"]] {
            let output = caplint(&[&["check", "testdata/hostile-names", "--format", format], more].concat());
            let text = String::from_utf8(output.stdout).unwrap();
            let colours = format == "pretty" && more.len() > 1;
            for character in text.chars() {
                let allowed = character == '\n' || (colours && character == '\u{1b}');
                assert!(allowed || !caplint::finding::is_invisible(character), "{format}: {character:?}");
            }
            // The only escapes are ours: colours.
            assert!(!colours || text.split('\u{1b}').skip(1).all(|rest| rest.starts_with('[') && rest.contains('m')));
            assert!(!text.contains("\u{1b}]0;") && !text.contains("\u{1b}[31mred"));
            assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{format}");
            let longest = text.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(format == "json" || format == "sarif" || longest < 700, "{format}: {longest}");
        }
    }
    let sarif = json(&["check", "testdata/hostile-names"]);
    assert!(sarif["findings"].as_array().unwrap().iter().any(|finding| finding["policy"]["displayName"].is_string()));
}

#[test]
fn colors_follow_the_arguments_and_the_environment_in_every_command() {
    let tenant = "testdata/trusted-location-excluded";
    let is_colored = |arguments: &[&str], variables: &[(&str, &str)]| {
        let output = command(arguments).envs(variables.iter().copied()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        output.stdout.contains(&0x1b)
    };
    let forced = &[("CLICOLOR_FORCE", "1")][..];
    assert!(!is_colored(&["check", tenant], &[]) && is_colored(&["check", tenant], forced));
    assert!(is_colored(&["check", tenant, "--color", "always"], &[("NO_COLOR", "1")]));
    assert!(is_colored(&["--color", "always", "check", tenant], &[]));
    for plain in
        [&["check", tenant, "--no-color"][..], &["--no-color", "check", tenant], &["check", tenant, "--color=never"]]
    {
        assert!(!is_colored(plain, forced), "{plain:?}");
    }
    assert!(!is_colored(&["check", tenant], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "0")]));
    let changed = ["diff", "testdata/mfa-for-all-users", tenant];
    assert!(is_colored(&changed, forced) && !is_colored(&[&changed[..], &["--no-color"]].concat(), forced));
    assert_eq!(code(&["check", tenant, "--color", "always", "--no-color"]), 2);
    // Errors of the run, too.
    let failed = |more: &[&str]| caplint(&[&["check", "there-is-none"], more].concat()).stderr.contains(&0x1b);
    assert!(failed(&["--color", "always"]) && !failed(&["--no-color"]) && !failed(&[]));
    // And what is said of the arguments themselves.
    let help = |more: &[&str]| caplint(&[&["check", "--help"], more].concat()).stdout.contains(&0x1b);
    assert!(help(&["--color", "always"]) && help(&["--color=always"]) && !help(&["--no-color"]) && !help(&[]));
    let wrong = |more: &[&str]| caplint(&[&["check", "--color-is-wrong"], more].concat()).stderr.contains(&0x1b);
    assert!(wrong(&["--color", "always"]) && !wrong(&[]) && !wrong(&["--", "--color=always"]));
    let commands = String::from_utf8(caplint(&["--help"]).stdout).unwrap();
    let commands = commands.split("Commands:\n").nth(1).unwrap().lines().take_while(|line| !line.is_empty());
    let names: Vec<&str> = commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    assert!(names.contains(&"check") && names.contains(&"rules"), "{names:?}");
    for name in names.into_iter().filter(|name| !name.is_empty() && *name != "help") {
        let help = String::from_utf8(caplint(&[name, "--help"]).stdout).unwrap();
        assert!(help.contains("--color <WHEN>") && help.contains("--no-color"), "{name}: {help}");
    }
}

#[test]
fn ids_of_rules_are_links_where_they_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report");
    let target = format!("pretty={}", file.display());
    let tenant = "testdata/trusted-location-excluded";
    let text = |arguments: &[&str], variable: (&str, &str)| {
        let output = command(&[&["check", tenant], arguments].concat()).env(variable.0, variable.1).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let forced = ("FORCE_HYPERLINK", "1");
    let link = "/docs/rules/mfa-azure-management.md\u{1b}\\mfa-azure-management\u{1b}]8;;\u{1b}\\] ";
    assert!(text(&["--format", "concise"], forced).contains(link));
    assert!(text(&[], forced).contains(link.trim_end_matches(' ')));
    // A pipe shows none, whatever terminal it runs in.
    for (arguments, variable) in [
        (&[][..], ("VTE_VERSION", "7000")),
        (&["--no-color"], forced),
        (&["--format", "json"], forced),
        (&["--format", "sarif", "--output", &target], forced),
    ] {
        assert!(!text(arguments, variable).contains("]8;;"), "{arguments:?}");
    }
    assert!(!fs::read_to_string(file).unwrap().contains('\u{1b}'));
}

#[test]
fn statistics_count_the_findings_of_each_rule() {
    let tenants = ["check", "testdata/damaged", "testdata/spellings", "testdata/locked-out", "--tenant-per-path"];
    let report = json(&tenants);
    let mut counts: std::collections::BTreeMap<(usize, Reverse<usize>, String), &str> =
        std::collections::BTreeMap::new();
    let findings = report["findings"].as_array().unwrap();
    for finding in findings {
        let level = ["error", "warning", "info"].iter().position(|level| finding["level"] == **level).unwrap();
        let rule = finding["rule"].as_str().unwrap();
        let count = findings.iter().filter(|one| one["rule"] == rule && one["level"] == finding["level"]).count();
        counts.insert((level, Reverse(count), rule.to_owned()), finding["level"].as_str().unwrap());
    }
    let expected: Vec<(String, String, u64)> =
        counts.into_iter().map(|((_, count, rule), level)| (rule, level.to_owned(), count.0 as u64)).collect();
    assert!(expected.len() > 8 && expected.iter().any(|(.., count)| *count > 1), "{expected:?}");

    let counted = caplint(&[&tenants[..], &["--statistics", "--format", "json"]].concat());
    assert_eq!(counted.status.code(), Some(1));
    let value: Value = serde_json::from_slice(&counted.stdout).unwrap();
    let schema: Value = serde_json::from_str(caplint::schema::STATISTICS_SCHEMA).unwrap();
    assert!(jsonschema::options().offline().build(&schema).unwrap().is_valid(&value));
    let word = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    let rows = value["rules"].as_array().unwrap().iter();
    let rows: Vec<_> =
        rows.map(|row| (word(row, "rule"), word(row, "level"), row["count"].as_u64().unwrap())).collect();
    assert_eq!(rows, expected);
    assert_eq!(value["summary"], report["summary"]);

    // What --format json has of all levels, text has with -v; and the numbers of the run end it.
    let text = |more: &[&str]| {
        let output = caplint(&[&tenants[..], &["--statistics"], more].concat());
        String::from_utf8(output.stdout).unwrap()
    };
    let all = text(&["-v"]);
    let lines = all.lines().filter(|line| !line.contains(" in "));
    let rows: Vec<_> = lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .map(|words| (words[2].to_owned(), words[1].to_owned(), words[0].parse().unwrap()))
        .collect();
    assert_eq!(rows, expected);
    assert!(!text(&[]).contains("  info  ") && text(&[]).contains("hidden, -v shows them"));
    assert!(text(&["-q"]).lines().all(|line| line.contains(" error ")), "{}", text(&["-q"]));

    // Whole reports beside it, and none in place of it.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    assert_eq!(text(&["-v", "--output", &format!("json={}", file.display())]), all);
    assert_eq!(serde_json::from_slice::<Value>(&fs::read(file).unwrap()).unwrap(), report);
    let refused = caplint(&[&tenants[..], &["--statistics", "--format", "sarif"]].concat());
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("sarif has no place for counts"));
}

#[test]
fn findings_that_are_hidden_are_counted() {
    let end = |arguments: &[&str]| {
        let output = caplint(&[&["check", "--fail-on", "never"], arguments].concat());
        String::from_utf8(output.stdout).unwrap().lines().last().unwrap().to_owned()
    };
    assert!(end(&["testdata/mfa-for-all-users"]).contains(": 2 infos (all hidden, -v shows them);"));
    assert!(end(&["testdata/mfa-for-all-users", "-v"]).contains(": 2 infos;"));
    assert!(end(&["testdata/guests-excluded"]).contains(": 1 error, 1 info (1 hidden, -v shows it);"));
    let some = end(&["testdata/damaged"]);
    assert!(
        some.contains(" infos (") && some.contains(" hidden, -v shows them)") && !some.contains("all hidden"),
        "{some}"
    );
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("caplint.toml");
    fs::write(&config, "[rules]\nmanagement-api-only = \"off\"\n").unwrap();
    let one = end(&["testdata/mfa-for-all-users", "--config", config.to_str().unwrap()]);
    assert!(one.contains(": 1 info (hidden, -v shows it);"), "{one}");
}

#[test]
fn verbose_says_what_each_file_was_taken_for() {
    let [output, twice] = ["-v", "-vv"].map(|option| caplint(&["check", "testdata/mfa-for-all-users", option]));
    assert_eq!(output, twice);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("MigrationTable.json: a migration table (UTF-8)"), "{told}");
    assert!(told.contains("Azure management.json: a Graph policy, 1 policy (UTF-8)"), "{told}");
    assert!(caplint(&["check", "testdata/mfa-for-all-users"]).stderr.is_empty());
}

#[test]
fn quiet_shows_errors_and_no_summary() {
    let output = caplint(&["check", "testdata/encodings", "-q", "--format", "pretty"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("error[") && !text.contains("warning[") && !text.contains("policies in"));
}

#[test]
fn columns_are_those_of_the_file_whatever_its_encoding() {
    let report = json(&["check", "testdata/encodings"]);
    let findings = report["findings"].as_array().unwrap();
    let misspelt: Vec<_> = findings.iter().filter(|finding| finding["rule"] == "invalid-value").collect();
    assert_eq!(misspelt.len(), 5);
    for finding in misspelt {
        let location = &finding["locations"][0];
        let bytes = fs::read(location["path"].as_str().unwrap()).unwrap();
        let text = caplint::source::decode(bytes).unwrap();
        let line = text.as_str().lines().nth(location["start"]["line"].as_u64().unwrap() as usize - 1).unwrap();
        let column = |end: &str| location[end]["column"].as_u64().unwrap() as usize - 1;
        let marked: String = line.chars().skip(column("start")).take(column("end") - column("start")).collect();
        assert_eq!(marked, "\"enabeld\"");
    }
}

#[test]
fn the_json_report_is_as_its_schema_has_it() {
    let schema: Value = serde_json::from_str(caplint::schema::REPORT_SCHEMA).unwrap();
    let validator = jsonschema::options().offline().build(&schema).unwrap();
    for folder in fs::read_dir("testdata").unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let report = json(&["check", folder.to_str().unwrap()]);
        let errors: Vec<String> =
            validator.iter_errors(&report).map(|error| format!("{} at {}", error, error.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new(), "{}", folder.display());
    }
}

#[test]
fn a_mistake_inside_of_a_string_is_found_at_its_very_characters() {
    let template = r#"{"displayName":"Zürich","state":"enabeld","conditions":{"users":{"includeUsers":["All"]}}}"#;
    let row = serde_json::json!({ "PartitionKey": "CATemplate", "JSON": template }).to_string();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("row.json");
    fs::write(&path, &row).unwrap();
    let report = json(&["check", path.to_str().unwrap()]);
    let finding =
        &report["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "invalid-value").unwrap();
    let location = &finding["locations"][0];
    assert_eq!(location["pointer"], "/JSON/state");
    let column = |edge: &str| usize::try_from(location[edge]["column"].as_u64().unwrap()).unwrap() - 1;
    let marked: String = row.chars().skip(column("start")).take(column("end") - column("start")).collect();
    assert_eq!(marked, r#"\"enabeld\""#);
}

#[test]
fn files_lists_what_each_file_was_taken_for() {
    let listed = json(&["files", "testdata/damaged"]);
    let files = listed["files"].as_array().unwrap();
    assert!(files.len() > 10);
    assert!(files.iter().any(|file| file["kind"] == "a Graph policy" && file["policies"] == 1 && file["read"] == true));
    assert!(files.iter().any(|file| file["read"] == false && file["policies"] == 0));
    let lines = String::from_utf8(caplint(&["files", "testdata/damaged"]).stdout).unwrap();
    assert_eq!(lines.lines().count(), files.len());
    assert_eq!(code(&["files", "testdata/there-is-no-such-folder"]), 2);
}

#[test]
fn a_report_replaces_nothing_that_is_read_and_no_other_report() {
    let folder = tempfile::tempdir().unwrap();
    let policy = fs::read_to_string(
        "testdata/mfa-for-all-users/ConditionalAccess/CA003 - Require MFA for Azure management.json",
    );
    fs::write(folder.path().join("p.json"), policy.unwrap()).unwrap();
    fs::write(folder.path().join("caplint.toml"), "").unwrap();
    fs::copy(folder.path().join("p.json"), folder.path().join("another.json")).unwrap();
    let before = fs::read(folder.path().join("p.json")).unwrap();
    for outputs in [
        &["sarif=p.json"][..],
        &["json=./p.json"],
        &["json=another.json"],
        &["json=caplint.toml"],
        &["json=caplint-baseline.json"],
        &["json=a.out", "sarif=a.out"],
        &["json=a.out", "sarif=./a.out"],
    ] {
        let outputs: Vec<&str> = outputs.iter().flat_map(|output| ["--output", *output]).collect();
        let output = Command::new(env!("CARGO_BIN_EXE_caplint"))
            .current_dir(folder.path())
            .args([&["check", "p.json"], outputs.as_slice()].concat())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{outputs:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("would replace"), "{outputs:?}");
        assert!(!folder.path().join("a.out").exists());
    }
    assert_eq!(fs::read(folder.path().join("p.json")).unwrap(), before);
}

#[cfg(unix)]
#[test]
fn a_report_that_is_written_again_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.sarif");
    fs::write(&report, "").unwrap();
    fs::set_permissions(&report, fs::Permissions::from_mode(0o600)).unwrap();
    let output = format!("sarif={}", report.display());
    let run = Command::new(env!("CARGO_BIN_EXE_caplint"))
        .args(["check", "--isolated", "--output", &output, "testdata/mfa-for-all-users"])
        .output();
    assert_eq!(run.unwrap().status.code(), Some(0));
    assert_eq!(fs::metadata(&report).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
}
