//! What is not reported, and who says so: levels, ignores, baselines, tenants and excludes of a configuration.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use support::folder;

const POLICY: &str = r#"{
  "id": "11111111-1111-4111-8111-111111111111",
  "displayName": "MFA for Azure",
  "state": "Enabled",
  "conditions": {
    "clientAppTypes": ["all"],
    "applications": { "includeApplications": ["797f4846-ba00-4fd7-ba43-dac1f8f63013"] },
    "users": { "includeUsers": ["All"], "excludeUsers": ["GuestsOrExternalUsers"] }
  },
  "grantControls": { "operator": "OR", "builtInControls": ["mfa"] }
}"#;

fn run(path: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_caplint")).current_dir(path).args(arguments).output().unwrap()
}

fn code(path: &Path, arguments: &[&str]) -> i32 {
    run(path, arguments).status.code().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn report(path: &Path, more: &[&str]) -> Value {
    let output = run(path, &[&["check", "--format", "json"], more].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn rules(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let of_weight = findings.filter(|finding| finding["level"] != "info");
    of_weight.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
}

const IGNORE: &str = "[[ignore]]\nrule = \"letter-case\"\npolicy = \"MFA for Azure\"\nreason = \"Our module writes it so\"\nuntil = 2027-01-31\n";

#[test]
fn an_ignore_hides_what_it_is_about_until_its_last_day() {
    let folder = folder(&[("exports/p.json", POLICY), ("caplint.toml", IGNORE)]);
    let on = |day: &str| report(folder.path(), &["--today", day]);
    assert_eq!(rules(&on("2027-01-31")), ["mfa-azure-management"]);
    assert_eq!(on("2027-01-31")["summary"]["ignored"], 1);
    assert_eq!(rules(&on("2027-02-01")), ["expired-ignore", "letter-case", "mfa-azure-management"]);
    let shown = report(folder.path(), &["--today", "2027-01-31", "--no-ignores"]);
    assert_eq!(rules(&shown), ["letter-case", "mfa-azure-management"]);
    // The same tenant in one line: nothing hangs on where it stands.
    let one_line = POLICY.replace('\n', "");
    fs::write(folder.path().join("exports/p.json"), one_line).unwrap();
    assert_eq!(rules(&on("2027-01-31")), ["mfa-azure-management"]);
}

#[test]
fn an_ignored_gap_no_longer_closes_the_gate_but_the_verdict_stays() {
    let gap = "[[ignore]]\nrule = \"mfa-azure-management\"\ntenant = \".\"\nreason = \"Guests have no roles in Azure\"\n[rules]\nletter-case = \"off\"\n";
    let folder = folder(&[("p.json", POLICY), ("caplint.toml", gap)]);
    assert_eq!(code(folder.path(), &["check"]), 0);
    let report = report(folder.path(), &[]);
    assert_eq!(report["tenants"][0]["controls"][0]["verdict"], "not-enforced");
    assert!(rules(&report).is_empty());
    let sarif: Value = serde_json::from_str(&text(&run(folder.path(), &["check", "--format", "sarif"]))).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().all(|result| result["ruleId"] != "mfa-azure-management"), "code scanning must not see it");
    assert_eq!(code(folder.path(), &["check", "--no-ignores"]), 1);
}

#[test]
fn unused_and_reasonless_ignores_are_findings_at_their_lines() {
    let config = "[[ignore]]\nrule = \"letter-case\"\npolicy = \"Another\"\nreason = \"x\"\n\n[[ignore]]\nrule = \"letter-case\"\npolicy = \"MFA for Azure\"\n";
    let folder = folder(&[("p.json", POLICY), ("caplint.toml", config)]);
    let report = report(folder.path(), &[]);
    let of = |rule: &str| {
        let findings = report["findings"].as_array().unwrap();
        let finding = findings.iter().find(|finding| finding["rule"] == rule).unwrap();
        let location = &finding["locations"][0];
        (location["path"].as_str().unwrap().to_owned(), location["start"]["line"].as_u64().unwrap())
    };
    assert_eq!(of("unused-ignore"), ("caplint.toml".to_owned(), 2));
    assert_eq!(of("invalid-ignore"), ("caplint.toml".to_owned(), 7));
    assert!(rules(&report).contains(&"letter-case".to_owned()), "without a reason it hides nothing");
    // A hook that sees one file cannot know what the others need.
    let scoped = self::report(folder.path(), &["--scope", "file"]);
    assert!(!rules(&scoped).contains(&"unused-ignore".to_owned()));
}

#[test]
fn a_rule_that_does_not_exist_stops_the_run() {
    for (config, near) in [
        ("[[ignore]]\nrule = \"leter-case\"\npolicy = \"x\"\nreason = \"x\"\n", "letter-case"),
        ("[rules]\nletter-cas = \"off\"\n", "letter-case"),
        ("profil = \"strict\"\n", "profile"),
        ("[[ignore]]\nrule = \"letter-case\"\npolicys = \"x\"\nreason = \"x\"\n", "policy"),
        ("[[tenant]]\nname = \"a\"\npath = [\"a\"]\n", "paths"),
    ] {
        let folder = folder(&[("p.json", POLICY), ("caplint.toml", config)]);
        let output = run(folder.path(), &["check"]);
        assert_eq!(output.status.code(), Some(2), "{config}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(&format!("Did you mean `{near}`?")), "{error}");
    }
}

/// A policy in HCL with one thing wrong in it, for every rule that can speak there.
const HCL: &str = r#"
BLOCK
resource "azuread_conditional_access_policy" "mfa" {
  display_name = "MFA"
  STATE
  state        = "Enabled"
  conditions {
    client_app_types = ["all"]
    applications { included_applications = ["797f4846"] }
    users {
      USERS
      included_users  = ["All"]
      excluded_groups = ["<break glass>"]
      excluded_users  = ["GuestsOrExternalUsers"]
    }
    unheard_of = "x"
  }
  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa", "mfaa", "laserScan"]
  }
  extra = 1
}
"#;

#[test]
fn a_comment_in_front_of_a_block_or_attribute_ignores_what_is_in_it() {
    let with = |place: &str, comment: &str| {
        let text =
            ["BLOCK", "STATE", "USERS"].iter().fold(HCL.replace(place, comment), |text, rest| text.replace(rest, ""));
        folder(&[("main.tf", &text)])
    };
    let all = report(with("", "").path(), &[]);
    let mut tried = 0;
    for finding in all["findings"].as_array().unwrap() {
        let rule = finding["rule"].as_str().unwrap();
        let folder = with("BLOCK", &format!("# caplint: ignore[{rule}] tried until=2027-01-31"));
        let left = report(folder.path(), &["--today", "2026-12-01"]);
        assert!(!rules(&left).contains(&rule.to_owned()), "{rule}: {left:#}");
        assert!(!rules(&left).iter().any(|rule| rule.ends_with("-ignore")), "{rule}: {left:#}");
        tried += 1;
    }
    assert!(tried >= 6, "{:?}", rules(&all));

    let of = |place: &str, comment: &str| rules(&report(with(place, comment).path(), &[]));
    assert!(!of("STATE", "// caplint: ignore[letter-case] our module").contains(&"letter-case".to_owned()));
    // In front of something else, it hides nothing, and says so.
    let elsewhere = of("USERS", "# caplint: ignore[letter-case] our module");
    assert!(elsewhere.contains(&"letter-case".to_owned()) && elsewhere.contains(&"unused-ignore".to_owned()));
    for comment in ["# caplint: ignore[letter-case]", "# caplint: ignore[letter-cas] x", "# caplint: off"] {
        let found = of("STATE", comment);
        assert!(found.contains(&"letter-case".to_owned()) && found.contains(&"invalid-ignore".to_owned()), "{comment}");
    }
    // Whoever sends the files must not silence the gate.
    let alone = folder(&[(
        "main.tf",
        &HCL.replace("BLOCK", "# caplint: ignore[letter-case] tried").replace("STATE", "").replace("USERS", ""),
    )]);
    let left = report(alone.path(), &["--isolated"]);
    assert!(rules(&left).contains(&"letter-case".to_owned()));
    assert_eq!(left["summary"]["ignoreCommentsUnheard"], 1);
}

#[test]
fn a_baseline_survives_whatever_says_the_same() {
    let folder = folder(&[("p.json", POLICY), ("caplint.toml", "")]);
    let path = folder.path();
    assert_eq!(text(&run(path, &["baseline", "write"])), "3 findings are in caplint-baseline.json\n");
    assert_eq!(code(path, &["check"]), 0);
    assert_eq!(report(path, &[])["summary"]["inBaseline"], 3);
    let reordered: Value = serde_json::from_str(POLICY).unwrap();
    fs::write(path.join("p.json"), format!("{reordered:#}\n\n").replace('\n', "\r\n")).unwrap();
    assert_eq!(code(path, &["check"]), 0, "another order, formatting and line ends");
    assert_eq!(code(path, &["check", "--no-baseline"]), 1);
    // A new finding fails, and is not added by itself.
    let before = fs::read(path.join("caplint-baseline.json")).unwrap();
    fs::write(path.join("new.json"), POLICY.replace("1111-4111", "1112-4111").replace("\"OR\"", "\"Or\"")).unwrap();
    let new = report(path, &[]);
    assert_eq!(rules(&new), ["letter-case", "letter-case"]);
    assert_eq!(fs::read(path.join("caplint-baseline.json")).unwrap(), before);
    // What is fixed is forgotten, on request.
    fs::remove_file(path.join("new.json")).unwrap();
    fs::write(path.join("p.json"), POLICY.replace("Enabled", "enabled")).unwrap();
    assert_eq!(text(&run(path, &["baseline", "prune"])), "1 finding was removed, 2 remain in caplint-baseline.json\n");
    assert_eq!(code(path, &["check"]), 0);
    fs::write(path.join("caplint-baseline.json"), "{").unwrap();
    assert_eq!(code(path, &["check"]), 2, "half a baseline is none");
}

#[test]
fn an_ignore_is_added_behind_what_stands_there() {
    let folder = folder(&[("caplint.toml", "# ours\nprofile = \"strict\" # yes\n"), ("p.json", POLICY)]);
    let path = folder.path();
    let add = |more: &[&str]| {
        run(path, &[&["ignore", "add", "letter-case", "--reason", "a \"quoted\" reason"], more].concat())
    };
    assert_eq!(add(&["--policy", "MFA for Azure", "--until", "2999-01-31"]).status.code(), Some(0));
    let config = fs::read_to_string(path.join("caplint.toml")).unwrap();
    assert!(config.starts_with("# ours\nprofile = \"strict\" # yes\n\n[[ignore]]\n"), "{config}");
    assert!(!rules(&report(path, &["--today", "2026-12-01"])).contains(&"letter-case".to_owned()));
    assert_eq!(add(&[]).status.code(), Some(2), "about nothing");
    assert_eq!(run(path, &["ignore", "add", "letter-cas", "--tenant", ".", "--reason", "x"]).status.code(), Some(2));
    assert_eq!(run(path, &["ignore", "add", "letter-case", "--tenant", ".", "--reason", " "]).status.code(), Some(2));
    assert_eq!(fs::read_to_string(path.join("caplint.toml")).unwrap(), config);
}

#[test]
fn tenants_of_the_configuration_are_judged_one_by_one() {
    let closed = POLICY.replace("\"GuestsOrExternalUsers\"", "").replace("Enabled", "enabled");
    let config = "exclude = [\"**/archive/\"]\n[[tenant]]\nname = \"contoso\"\npaths = [\"a\"]\n[[tenant]]\nname = \"fabrikam\"\npaths = [\"b\", \"c.json\"]\nsecurity-defaults = true\n[rules]\nletter-case = \"error\"\n";
    let files = [
        ("a/p.json", closed.as_str()),
        ("a/archive/old.json", POLICY),
        ("b/x.json", "{}"),
        ("c.json", "{}"),
        ("caplint.toml", config),
    ];
    let folder = folder(&files);
    let tenants = |arguments: &[&str]| -> Vec<(String, String)> {
        let report = report(folder.path(), arguments);
        let tenants = report["tenants"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        tenants.map(|tenant| (text(&tenant["name"]), text(&tenant["controls"][0]["verdict"]))).collect()
    };
    let pair = |name: &str| (name.to_owned(), "enforced".to_owned());
    assert_eq!(tenants(&[]), [pair("contoso"), pair("fabrikam")]);
    // A path chooses the tenant that it is of, and all of it.
    assert_eq!(tenants(&["a/p.json"]), [pair("contoso")]);
    assert_eq!(report(folder.path(), &["a"])["summary"]["files"], 1, "the archive is left out");
    assert_eq!(report(folder.path(), &["--scope", "file", "b/x.json"])["summary"]["files"], 1, "a file is a file");
}

#[test]
fn the_profile_strict_fails_on_warnings_and_a_level_can_be_set() {
    let closed = POLICY.replace("\"GuestsOrExternalUsers\"", "");
    let folder = folder(&[("p.json", &closed), ("caplint.toml", "")]);
    let with = |config: &str| {
        fs::write(folder.path().join("caplint.toml"), config).unwrap();
        code(folder.path(), &["check"])
    };
    assert_eq!(with(""), 0);
    assert_eq!(with("profile = \"strict\"\n"), 1);
    assert_eq!(with("profile = \"strict\"\n[rules]\nletter-case = \"info\"\n"), 0);
    assert_eq!(with("[rules]\nletter-case = \"error\"\n"), 1);
}

/// The level of a rule is the one that a check here would give it.
#[test]
fn a_rule_is_explained_with_the_level_that_it_has_here() {
    let folder = folder(&[("below/p.json", POLICY)]);
    let last = |rule: &str| {
        let output = run(&folder.path().join("below"), &["explain", rule]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        text(&output).lines().last().unwrap().to_owned()
    };
    let default = "Rule `letter-case`, level warning, since caplint 0.1.0.";
    assert_eq!(last("letter-case"), default);
    for (config, said) in [
        ("", " does not change the level."),
        ("[rules]\nsingle-value = \"error\"\n", " does not change the level."),
        ("[rules]\nletter-case = \"error\"\n", " sets the level to error."),
        ("[rules]\nletter-case = \"info\"\n", " sets the level to info."),
        ("[rules]\nletter-case = \"off\"\n", " turns it off."),
        ("[rules]\nletter-case = \"warn\"\n", " The nearest caplint.toml cannot be read. `caplint check` says why."),
    ] {
        fs::write(folder.path().join("caplint.toml"), config).unwrap();
        let last = last("letter-case");
        assert!(last.starts_with(default) && last.ends_with(said) && last.contains("caplint.toml"), "{last}");
    }
    // One's own requirement is in the configuration, which has to be read.
    let output = run(&folder.path().join("below"), &["explain", "admins"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("caplint.toml"));
}

#[test]
fn the_configuration_that_was_read_is_named() {
    let folder = folder(&[("p.json", POLICY), ("caplint.toml", "")]);
    let output = run(folder.path(), &["check", "-v"]);
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("configuration: caplint.toml\n"));
    fs::rename(folder.path().join("caplint.toml"), folder.path().join(".caplint.toml")).unwrap();
    let output = run(folder.path(), &["check", "-v"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(".caplint.toml is not read") && said.contains("configuration: none"), "{said}");
}

#[test]
fn schemas_and_completions_are_printed() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["config", "expectations", "report", "policy", "azuread", "microsoft365"] {
        let schema: Value = serde_json::from_str(&text(&run(here, &["schema", name]))).unwrap();
        assert!(schema["$id"].is_string(), "{name}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(text(&run(here, &["completions", shell])).contains("caplint"), "{shell}");
    }
}

/// The configuration's own reader and its schema agree on keys.
#[test]
fn the_schema_of_the_configuration_accepts_what_is_read() {
    let schema: Value = serde_json::from_str(caplint::schema::CONFIG_SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for config in [
        IGNORE,
        "profile = \"strict\"\nexclude = [\"a/\"]\nbaseline = \"b.json\"\n[rules]\nletter-case = \"off\"\n[[tenant]]\nname = \"a\"\npaths = [\"a\"]\ncloud = \"usgov\"\nsecurity-defaults = true\n",
        "[[exception]]\nuser = \"x\"\nowner = \"a\"\nreason = \"b\"\nreview-by = 2027-01-31\n[assumptions]\napproved-app-retired = true\n",
        "[[requirement]]\nid = \"x-y\"\nresources = [\"All\"]\ngrant = { strength = \"phishing-resistant\" }\nusers = { roles = [\"Global Administrator\"] }\n",
    ] {
        caplint::config::read(Path::new("caplint.toml"), config, caplint::rules::ids())
            .unwrap_or_else(|problem| panic!("{}", problem.message));
        let value: toml::Value = toml::from_str(config).unwrap();
        // TOML's days are strings to JSON.
        let json: Value = serde_json::from_str(
            &serde_json::to_string(&value)
                .unwrap()
                .replace("{\"$__toml_private_datetime\":\"2027-01-31\"}", "\"2027-01-31\""),
        )
        .unwrap();
        assert!(validator.is_valid(&json), "{json}");
    }
    for wrong in [serde_json::json!({ "profil": 1 }), serde_json::json!({ "ignore": [{ "rule": "a", "policy": "b" }] })]
    {
        assert!(!validator.is_valid(&wrong));
    }
}

type Read<'a> = &'a dyn Fn(&str) -> Result<(), caplint::controls::Problem>;

/// A key that a reader knows and a schema does not is marked as a mistake in every editor.
#[test]
fn the_schemas_have_every_key_that_is_read() {
    let schema = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let config = schema(caplint::schema::CONFIG_SCHEMA);
    let expectations = schema(caplint::schema::EXPECTATIONS_SCHEMA);
    let read = |text: &str| caplint::config::read(Path::new("caplint.toml"), text, caplint::rules::ids()).map(|_| ());
    let expect = |text: &str| caplint::expectations::File::read(text).map(|_| ());
    let tables: [(Read<'_>, &Value, &str, &str); 11] = [
        (&read, &config, "", "/properties"),
        (&read, &config, "[[tenant]]\n", "/$defs/tenant/properties"),
        (&read, &config, "[[ignore]]\n", "/$defs/ignore/properties"),
        (&read, &config, "[[exception]]\n", "/$defs/exception/properties"),
        (&read, &config, "[[requirement]]\n", "/$defs/requirement/properties"),
        (&read, &config, "[[access]]\n", "/$defs/access/properties"),
        (&read, &config, "[[access]]\n[[access.users]]\n", "/$defs/account/properties"),
        (&expect, &expectations, "", "/properties"),
        (&expect, &expectations, "[[expect]]\n", "/$defs/expectation/properties"),
        (&expect, &expectations, "[[expect]]\n[expect.who]\n", "/$defs/user/properties"),
        (&expect, &expectations, "[[expect]]\n[expect.anyone]\n", "/$defs/user/properties"),
    ];
    for (read, schema, table, pointer) in tables {
        let message = read(&format!("{table}nothing-is-called-so = 1\n")).unwrap_err().message;
        let (_, known) = message.split_once(", expected ").unwrap_or_else(|| panic!("{table}: {message}"));
        let known: BTreeSet<&str> = known.split('`').skip(1).step_by(2).collect();
        let listed: BTreeSet<&str> =
            schema.pointer(pointer).unwrap().as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(known, listed, "{table}{pointer}");
    }
}

/// What a baseline knows is this verdict with these ways in and these exceptions.
#[test]
fn a_baseline_hides_nothing_worse() {
    let policy = |name: &str, number: u32, exclude: &str, client: &str| {
        let text = POLICY.to_owned();
        let mut policy: serde_json::Value = serde_json::from_str(&text).unwrap();
        policy["id"] = serde_json::json!(format!("aaaaaaaa-0000-4000-8000-{number:012}"));
        policy["displayName"] = serde_json::json!(name);
        policy["state"] = serde_json::json!("enabled");
        policy["conditions"] = serde_json::json!({
            "clientAppTypes": [client], "applications": { "includeApplications": ["All"] },
            "users": { "includeUsers": ["All"], "excludeRoles": [exclude] }
        });
        policy["grantControls"] = serde_json::json!({ "operator": "OR", "builtInControls": ["mfa"] });
        policy.to_string()
    };
    let [helpdesk, global] = ["729827e3-9c14-49f7-bb1b-9608f156bbb8", "62e90394-69f5-4237-9190-012177145e10"];
    let before = policy("one", 1, helpdesk, "all");
    let fires = |after: &str| {
        let folder = folder(&[("p.json", &before)]);
        let write = run(folder.path(), &["baseline", "write", "."]);
        assert!(write.status.success(), "{}", String::from_utf8_lossy(&write.stderr));
        std::fs::write(folder.path().join("p.json"), after).unwrap();
        rules(&report(folder.path(), &["."])).contains(&"mfa-azure-management".to_owned())
    };
    assert!(!fires(&before), "the same gap");
    assert!(fires(&policy("one", 1, global, "all")), "another way in");
    assert!(fires(&policy("one", 1, helpdesk, "browser")), "a wider one");
    assert!(
        fires("{\"value\": []}".replace("[]", &format!("[{}]", before.replace("enabled", "disabled"))).as_str()),
        "worse"
    );
}

/// A policy for MFA everywhere, with these users and locations.
fn asking(number: u32, users: &Value, locations: &Value) -> Value {
    serde_json::json!({
        "id": format!("aaaaaaaa-0000-4000-8000-{number:012}"),
        "displayName": format!("Policy {number}"),
        "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"], "applications": { "includeApplications": ["All"] },
            "users": users, "locations": locations
        },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] }
    })
}

/// A way in is known by ids: what is called otherwise is what it was.
#[test]
fn a_baseline_knows_a_location_by_its_id() {
    let location = "cccccccc-0000-4000-8000-000000000001";
    let policy = asking(
        1,
        &serde_json::json!({ "includeUsers": ["All"] }),
        &serde_json::json!({ "includeLocations": ["All"], "excludeLocations": [location] }),
    );
    let called = |name: &str, id: &str| {
        serde_json::json!({
            "@odata.type": "#microsoft.graph.ipNamedLocation", "id": id, "displayName": name, "isTrusted": false,
            "ipRanges": [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "203.0.113.0/24" }]
        })
        .to_string()
    };
    let folder = folder(&[("p.json", &policy.to_string()), ("l.json", &called("Office", location))]);
    let fires = || rules(&report(folder.path(), &["."])).contains(&"mfa-azure-management".to_owned());
    assert!(fires());
    assert!(run(folder.path(), &["baseline", "write", "."]).status.success());
    fs::write(folder.path().join("l.json"), called("Headquarters", location)).unwrap();
    assert!(!fires(), "it was renamed");
    let another = "cccccccc-0000-4000-8000-000000000002";
    fs::write(folder.path().join("p.json"), policy.to_string().replace(location, another)).unwrap();
    fs::write(folder.path().join("l.json"), called("Headquarters", another)).unwrap();
    assert!(fires(), "another one of that name");
}

/// Whoever was outside from some places, and now is from everywhere, is news; the other way round he is not.
#[test]
fn a_baseline_knows_how_far_somebody_is_outside() {
    let group = "bbbbbbbb-0000-4000-8000-000000000001";
    let everybody = asking(1, &serde_json::json!({ "includeUsers": ["All"], "excludeGroups": [group] }), &Value::Null);
    let elsewhere = serde_json::json!({ "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] });
    let abroad = asking(2, &serde_json::json!({ "includeGroups": [group] }), &elsewhere);
    // With a list of approved exceptions, the others are warnings.
    let config = "[[exception]]\ngroup = \"bbbbbbbb-0000-4000-8000-000000000009\"\nowner = \"o\"\nreason = \"r\"\nreview-by = 2027-01-31\n";
    let (everybody, abroad) = (everybody.to_string(), abroad.to_string());
    for (before, after, fires) in [(Some(&abroad), None, true), (None, Some(&abroad), false)] {
        let folder = folder(&[("caplint.toml", config), ("p.json", &everybody), ("q.json", "[]")]);
        let write = |second: Option<&String>| fs::write(folder.path().join("q.json"), second.map_or("[]", |text| text));
        write(before).unwrap();
        assert!(run(folder.path(), &["baseline", "write", "."]).status.success());
        write(after).unwrap();
        let fired = rules(&report(folder.path(), &["."])).contains(&"unapproved-exception".to_owned());
        assert_eq!(fired, fires, "{before:?}");
    }
}

/// What cannot be told is known; that it does not hold is news.
#[test]
fn a_baseline_knows_what_cannot_be_told_from_what_does_not_hold() {
    let users = serde_json::json!({ "includeUsers": ["All"] });
    let mut unknown = asking(1, &users, &Value::Null);
    unknown["conditions"]["times"] = serde_json::json!({ "includeDays": ["monday"] });
    let off = asking(1, &users, &Value::Null).to_string().replace("enabled", "disabled");
    let unknown = unknown.to_string();
    for (before, after, fires) in [(&unknown, &off, true), (&off, &unknown, false)] {
        let folder = folder(&[("p.json", before)]);
        assert!(run(folder.path(), &["baseline", "write", "."]).status.success());
        fs::write(folder.path().join("p.json"), after).unwrap();
        let fired = rules(&report(folder.path(), &["."])).contains(&"mfa-azure-management".to_owned());
        assert_eq!(fired, fires, "{before}");
    }
}

const FORMATS: [&str; 8] = ["pretty", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"];

/// A tenant in which something is hidden in every way that there is.
fn silenced() -> tempfile::TempDir {
    let config = "exclude = [\"drafts/\"]\n[rules]\nmfa-azure-management = \"off\"\ninvalid-value = \"warning\"\n\
        [[ignore]]\nrule = \"letter-case\"\npolicy = \"MFA for Azure\"\nreason = \"x\"\n";
    let comment = "# caplint: ignore[invalid-value] x\nresource \"azuread_conditional_access_policy\" \"p\" {\n  \
        display_name = \"x\"\n  state = \"on\"\n}\n";
    let misspelt = r#"{"displayName": "q", "state": "enabeld", "conditions": {}, "grantControls": null}"#;
    let files = [("p.json", POLICY), ("q.json", misspelt), ("drafts/q.json", POLICY), ("main.tf", comment)];
    let folder = folder(&files);
    fs::write(
        folder.path().join("caplint.toml"),
        "[rules]\nmfa-azure-management = \"off\"\nletter-case = \"off\"\ninvalid-value = \"off\"\n",
    )
    .unwrap();
    assert!(run(folder.path(), &["baseline", "write"]).status.success());
    fs::write(folder.path().join("caplint.toml"), config).unwrap();
    folder
}

#[test]
fn every_format_says_what_is_hidden_and_by_whom() {
    let folder = silenced();
    let summary = report(folder.path(), &[])["summary"].clone();
    for key in ["ignored", "inBaseline", "switchedOff", "lowered", "hiddenErrors", "excludedFiles"] {
        assert!(summary[key].as_u64().unwrap() > 0, "{key}: {summary:#}");
    }
    let by = summary["hiddenBy"].as_object().unwrap();
    assert!(["caplint.toml", "main.tf", "the baseline"].iter().all(|source| by.contains_key(*source)), "{by:?}");
    let schema: Value = serde_json::from_str(&text(&run(folder.path(), &["schema", "report"]))).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&report(folder.path(), &[])));
    for format in FORMATS {
        let file = folder.path().join("report.out");
        let output = run(folder.path(), &["check", "--output", &format!("{format}={}", file.display())]);
        assert!(text(&output).contains("1 file is excluded by the configuration."), "{}", text(&output));
        let written = fs::read_to_string(&file).unwrap().to_lowercase();
        for said in ["ignored", "baseline", "switched", "error", "excluded"] {
            let is_said = match said {
                "excluded" => written.contains("excluded") || written.contains("left out"),
                _ => written.contains(said),
            };
            assert!(is_said, "{format}: {said}\n{written}");
        }
    }
    // Also where nothing else is wanted.
    for format in ["pretty", "concise"] {
        assert!(text(&run(folder.path(), &["check", "-q", "--format", format])).contains("not reported"), "{format}");
    }
}

#[test]
fn isolated_listens_to_nobody_and_says_so() {
    let folder = silenced();
    for format in FORMATS {
        let output = run(folder.path(), &["check", "--isolated", "--format", format]);
        assert_eq!(output.status.code(), Some(1), "{format}");
        let said = text(&output) + &String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("invalid-value") && said.contains("mfa-azure-management"), "{format}: {said}");
        assert!(said.contains("1 ignore comment is ignored"), "{format}: {said}");
    }
    let summary = report(folder.path(), &["--isolated"])["summary"].clone();
    for key in ["ignored", "inBaseline", "switchedOff", "lowered", "hiddenErrors", "excludedFiles"] {
        assert_eq!(summary[key], 0, "{key}");
    }
}

#[test]
fn comments_alone_can_be_left_unheard() {
    let folder = silenced();
    let summary = report(folder.path(), &["--no-ignore-comments", "--no-baseline"])["summary"].clone();
    assert_eq!((&summary["ignored"], &summary["ignoreCommentsUnheard"]), (&1.into(), &1.into()), "{summary:#}");
    assert!(
        rules(&report(folder.path(), &["--no-ignore-comments", "--no-baseline"])).contains(&"invalid-value".to_owned())
    );
}

#[test]
fn the_path_of_the_baseline_is_told() {
    let told = |files: &[(&str, &str)], arguments: &[&str]| {
        let folder = folder(files);
        text(&run(folder.path(), &[&["baseline", "path"], arguments].concat())).trim().to_owned()
    };
    assert_eq!(told(&[], &[]), "caplint-baseline.json");
    assert_eq!(told(&[("caplint.toml", "baseline = \"ci/known.json\"")], &[]), "ci/known.json");
    assert_eq!(told(&[("ci/gate.toml", "")], &["--config", "ci/gate.toml"]), "ci/caplint-baseline.json");
}

/// The scripts of the action, run in a repository whose pull request silences all that it can.
#[cfg(unix)]
#[test]
fn a_pull_request_does_not_silence_its_own_check() {
    use std::os::unix::fs::symlink;
    let action = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/action.yml")).unwrap();
    let step = action.split("    - name: ").find(|step| step.starts_with("Take the configuration")).unwrap();
    let script: String = step
        .split_once("      run: |\n")
        .unwrap()
        .1
        .lines()
        .take_while(|line| line.is_empty() || line.starts_with("        "))
        .map(|line| line.trim_start_matches("        ").to_owned() + "\n")
        .collect();
    let off = "baseline = \"ci/../known.json\"\n[rules]\nmfa-azure-management = \"off\"\n";
    for (trust, base_has_config) in [("false", true), ("false", false), ("true", true)] {
        let folder = folder(&[("exports/p.json", POLICY)]);
        let at = folder.path();
        let git = |arguments: &[&str]| {
            let who = ["-c", "user.name=a", "-c", "user.email=a@contoso.example", "-c", "commit.gpgsign=false"];
            let output = Command::new("git").current_dir(at).args([&who, arguments].concat()).output().unwrap();
            assert!(output.status.success(), "{arguments:?} {}", String::from_utf8_lossy(&output.stderr));
            text(&output)
        };
        if base_has_config {
            fs::write(at.join("caplint.toml"), "baseline = \"ci/../known.json\"\n").unwrap();
            fs::write(at.join("known.json"), "{\"version\": 1, \"findings\": []}").unwrap();
        }
        fs::create_dir_all(at.join("runner/caplint/bin")).unwrap();
        symlink(env!("CARGO_BIN_EXE_caplint"), at.join("runner/caplint/bin/caplint")).unwrap();
        git(&["init", "--quiet"]);
        git(&["add", "exports", "."]);
        git(&["commit", "--quiet", "-m", "base"]);
        let base = git(&["rev-parse", "HEAD"]);
        // Git keeps no empty folder.
        fs::create_dir_all(at.join("ci")).unwrap();
        assert!(run(at, &["baseline", "write", "exports"]).status.success());
        fs::write(at.join("caplint.toml"), off).unwrap();
        let done = Command::new("bash")
            .current_dir(at)
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &script])
            .env("RUNNER_TEMP", at.join("runner"))
            .envs([
                ("CAPLINT_BASE", base.trim()),
                ("CAPLINT_TRUST", trust),
                ("CAPLINT_CONFIG", ""),
                ("CAPLINT_TOKEN", ""),
            ])
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let expected = i32::from(trust == "false");
        assert_eq!(code(at, &["check", "exports"]), expected, "{trust} {base_has_config}");
    }
}

/// Names where ids belong are one finding of the tenant. Ignores and the baseline are about each name.
#[test]
fn names_are_one_finding_and_ignored_and_known_one_by_one() {
    let named = |number: u32, groups: &str| {
        let policy = POLICY.replace("Enabled", "enabled").replace("MFA for Azure", &format!("CA{number}"));
        policy
            .replace("11111111-1", &format!("1111111{number}-1"))
            .replace("\"excludeUsers\": [\"GuestsOrExternalUsers\"]", groups)
    };
    let [one, two] =
        [named(1, "\"excludeGroups\": [\"Break glass\", \"Pilots\"]"), named(2, "\"excludeGroups\": [\"Pilots\"]")];
    let folder = folder(&[("a.json", &one), ("b.json", &two), ("caplint.toml", "")]);
    let path = folder.path();
    let found = |more: &[&str]| -> Vec<Value> {
        let findings = report(path, more)["findings"].as_array().unwrap().clone();
        findings.into_iter().filter(|finding| finding["rule"] == "invalid-id").collect()
    };
    let said = |more: &[&str]| -> Vec<String> {
        found(more).iter().map(|finding| finding["message"].as_str().unwrap().to_owned()).collect()
    };
    let places = |finding: &Value| finding["locations"].as_array().unwrap().len();
    let all = found(&[]);
    assert_eq!(said(&[]), ["\"Break glass\" and \"Pilots\" are not ids of objects, in 2 policies."]);
    assert_eq!((all.len(), places(&all[0]), all[0]["policy"].clone()), (1, 3, Value::Null));
    let primary = all[0]["locations"].as_array().unwrap().iter().filter(|place| place["primary"] == true);
    assert_eq!(primary.count(), 1);

    // An ignore of one policy leaves the other, and nothing else is hidden.
    fs::write(path.join("caplint.toml"), "[[ignore]]\nrule = \"invalid-id\"\npolicy = \"CA2\"\nreason = \"x\"\n")
        .unwrap();
    assert_eq!(said(&[]), ["\"Break glass\" and \"Pilots\" are not ids of objects, in \"CA1\"."]);
    assert_eq!(report(path, &[])["summary"]["ignored"], 1);
    fs::write(path.join("caplint.toml"), "[[ignore]]\nrule = \"invalid-id\"\npath = \"a.json\"\nreason = \"x\"\n")
        .unwrap();
    let [last] = &found(&[])[..] else { panic!("one") };
    assert!(
        last["message"].as_str().unwrap().starts_with("`conditions.users.excludeGroups[0]` is \"Pilots\", "),
        "{last}"
    );

    // The baseline knows three, and a fourth is new and alone.
    fs::write(path.join("caplint.toml"), "").unwrap();
    let before = report(path, &[])["findings"].as_array().unwrap().len();
    let written = text(&run(path, &["baseline", "write"]));
    let known = report(path, &[])["summary"]["inBaseline"].as_u64().unwrap();
    let shown = format!("reports show {before}, because they put findings of one kind together");
    assert_eq!(written, format!("{known} findings are in caplint-baseline.json; {shown}\n"));
    assert!(known > before as u64, "{written}");
    assert!(found(&[]).is_empty());
    fs::write(path.join("b.json"), two.replace("[\"Pilots\"]", "[\"Pilots\", \"Kiosks\"]")).unwrap();
    let [new] = &found(&[])[..] else { panic!("one") };
    assert!(new["message"].as_str().unwrap().contains("\"Kiosks\"") && places(new) == 1, "{new}");

    // With another name, it goes further, and is another to whoever keeps fingerprints.
    let more = found(&["--no-baseline"]);
    assert_eq!((more.len(), places(&more[0])), (1, 4));
    assert_ne!(more[0]["fingerprint"], all[0]["fingerprint"]);
}
