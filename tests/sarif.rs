//! What code scanning asks of SARIF and general validators do not look at.

#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, clippy::similar_names, clippy::cast_possible_truncation)]

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

/// SARIF of every tenant in `testdata`.
fn reports() -> Vec<(String, Value)> {
    let folders = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata")).unwrap();
    folders
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| {
            let name = format!("testdata/{}", entry.file_name().to_string_lossy());
            let output = Command::new(env!("CARGO_BIN_EXE_caplint"))
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .args(["check", &name, "--format", "sarif"])
                .output()
                .unwrap();
            (name, serde_json::from_slice(&output.stdout).unwrap())
        })
        .collect()
}

/// Calls `check` with every result of every report.
fn each_result(check: impl Fn(&str, &Value, &Value)) {
    let mut seen = 0;
    for (name, report) in reports() {
        let run = &report["runs"][0];
        for result in run["results"].as_array().unwrap() {
            check(&name, run, result);
            seen += 1;
        }
    }
    assert!(seen > 30, "only {seen} results");
}

fn locations(result: &Value) -> Vec<&Value> {
    let related = result["relatedLocations"].as_array().into_iter().flatten();
    result["locations"].as_array().unwrap().iter().chain(related).collect()
}

#[test]
fn columns_are_declared_and_counted_in_utf16_from_1() {
    for (name, report) in reports() {
        assert_eq!(report["runs"][0]["columnKind"], "utf16CodeUnits", "{name}");
    }
    each_result(|name, _, result| {
        for location in locations(result) {
            let region = &location["physicalLocation"]["region"];
            for key in ["startLine", "startColumn", "endLine", "endColumn"] {
                assert!(region[key].as_u64().is_some_and(|number| number > 0), "{name}: {region}");
            }
        }
    });
}

#[test]
fn one_result_points_at_the_characters_that_an_editor_shows() {
    each_result(|name, _, result| {
        if name != "testdata/encodings" || result["ruleId"] != "invalid-value" {
            return;
        }
        let place = &result["locations"][0]["physicalLocation"];
        let path = place["artifactLocation"]["uri"].as_str().unwrap().replace("%20", " ");
        let text = caplint::source::decode(fs::read(path).unwrap()).unwrap();
        let region = &place["region"];
        let number = |key: &str| usize::try_from(region[key].as_u64().unwrap()).unwrap();
        let line: Vec<u16> = text.as_str().lines().nth(number("startLine") - 1).unwrap().encode_utf16().collect();
        let marked = String::from_utf16(&line[number("startColumn") - 1..number("endColumn") - 1]).unwrap();
        assert_eq!(marked, "\"enabeld\"");
    });
}

#[test]
fn every_result_has_one_location_and_a_rule_by_the_right_index() {
    each_result(|name, run, result| {
        assert_eq!(result["locations"].as_array().unwrap().len(), 1, "{name}");
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"], "{name}");
        assert!(result.get("kind").is_none(), "{name}: a kind beside a level must be fail");
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
    });
}

#[test]
fn the_whole_list_of_rules_is_in_every_report() {
    for (name, report) in reports() {
        let rules = report["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(rules.len(), caplint::rules::all().len(), "{name}");
        for rule in rules {
            for text in [&rule["shortDescription"]["text"], &rule["fullDescription"]["text"]] {
                let length = text.as_str().unwrap().chars().count();
                assert!(length > 0 && length <= 1024, "{rule}");
            }
            assert!(!rule["help"]["text"].as_str().unwrap().is_empty());
            assert!(rule["helpUri"].as_str().unwrap().starts_with("https://"));
            let severity = &rule["properties"]["security-severity"];
            assert!(severity.is_null() || severity.as_str().is_some_and(|text| text.parse::<f64>().is_ok()), "{rule}");
            let tags: BTreeSet<_> =
                rule["properties"]["tags"].as_array().unwrap().iter().map(Value::to_string).collect();
            assert!(tags.len() == rule["properties"]["tags"].as_array().unwrap().len() && tags.len() <= 20);
        }
    }
}

#[test]
fn addresses_are_relative_encoded_and_of_the_root() {
    each_result(|name, run, result| {
        assert!(run["originalUriBaseIds"]["%SRCROOT%"].get("uri").is_none(), "{name}");
        for location in locations(result) {
            let artifact = &location["physicalLocation"]["artifactLocation"];
            let uri = artifact["uri"].as_str().unwrap();
            assert!(uri.starts_with("testdata"), "{uri}");
            assert!(uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte)), "{uri}");
            assert_eq!(artifact["uriBaseId"], "%SRCROOT%");
        }
    });
}

#[test]
fn no_rule_speaks_twice_on_a_line_and_fingerprints_are_unique() {
    for (name, report) in reports() {
        let (mut places, mut fingerprints) = (BTreeSet::new(), BTreeSet::new());
        for result in report["runs"][0]["results"].as_array().unwrap() {
            let place = &result["locations"][0]["physicalLocation"];
            let line =
                format!("{} {} {}", result["ruleId"], place["artifactLocation"]["uri"], place["region"]["startLine"]);
            assert!(places.insert(line.clone()), "{name}: {line}");
            let fingerprint = result["partialFingerprints"]["caplint/v1"].to_string();
            assert!(fingerprints.insert(fingerprint), "{name}: {result}");
        }
    }
}

#[test]
fn line_hashes_are_those_of_github_and_left_out_where_it_reads_other_text() {
    each_result(|name, _, result| {
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        let hash = &result["partialFingerprints"]["primaryLocationLineHash"];
        if uri.contains("utf-16") || uri.contains("windows-1252") {
            assert!(hash.is_null(), "{name}: {uri}");
        } else if uri.ends_with("policies.json") {
            let text = fs::read_to_string(uri).unwrap();
            let line = usize::try_from(place["region"]["startLine"].as_u64().unwrap()).unwrap();
            assert_eq!(hash.as_str(), caplint::source::line_hashes(&text).of(line).as_deref());
        }
    });
}

#[test]
fn links_in_a_message_lead_to_its_related_locations_and_nowhere_else() {
    each_result(|name, _, result| {
        let text = result["message"]["text"].as_str().unwrap();
        let ids: BTreeSet<u64> = result["relatedLocations"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|location| location["id"].as_u64().unwrap())
            .collect();
        let mut linked = BTreeSet::new();
        for (at, _) in text.match_indices("](") {
            if text[..at].ends_with('\\') {
                continue;
            }
            let id: String = text[at + 2..].chars().take_while(char::is_ascii_digit).collect();
            linked.insert(id.parse::<u64>().unwrap());
        }
        assert_eq!(linked, ids, "{name}: {text}");
        let unpaired = text.replace("{{", "").replace("}}", "");
        assert!(!unpaired.contains(['{', '}']), "{name}: {text}");
        assert!(text.ends_with('.') || text.ends_with('?'), "{name}: {text}");
    });
}

#[test]
fn the_invocation_tells_findings_from_failure() {
    for (name, report) in reports() {
        let invocations = report["runs"][0]["invocations"].as_array().unwrap();
        assert_eq!(invocations.len(), 1);
        let failed = invocations[0]["exitCode"] == 2;
        assert_eq!(invocations[0]["executionSuccessful"], !failed, "{name}");
        assert_eq!(failed, name == "testdata/nothing-to-judge");
        assert!(report["runs"][0].get("automationDetails").is_none(), "it would override the user's category");
    }
}

/// Code scanning compares an analysis with the last one of its category, so that those of a matrix need one each. It is what stands
/// in front of the last slash.
#[test]
fn a_category_is_written_where_it_is_given() {
    let id = |command: &str, paths: &[&str], more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_caplint"))
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata"))
            .args([command, "--isolated", "--format", "sarif"])
            .args(paths)
            .args(more)
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        report["runs"][0]["automationDetails"]["id"].as_str().map(str::to_owned)
    };
    assert_eq!(id("check", &["well-kept"], &["--category", "prod/eu"]).as_deref(), Some("prod/eu/"));
    let two = ["locked-out", "well-kept"];
    assert_eq!(id("diff", &two, &[]).as_deref(), Some("caplint-diff/"));
    assert_eq!(id("diff", &two, &["--category", "prod-diff/"]).as_deref(), Some("prod-diff/"));
}

#[test]
fn at_most_5_000_results_are_written_and_the_omission_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let policy = r#"{"displayName": "p", "state": "Enabled", "conditions": {"users": {}}, "grantControls": null}"#;
    fs::write(folder.path().join("many.json"), format!("[\n{}\n]", vec![policy; 5_100].join(",\n"))).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_caplint"))
        .args(["check", folder.path().to_str().unwrap(), "--format", "sarif"])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let run = &report["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), 5_000);
    let notes = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notes[0]["descriptor"]["id"], "results-omitted");
    let errors = run["results"].as_array().unwrap().iter().filter(|result| result["level"] == "error").count();
    assert_eq!(errors, 1, "the gravest are kept");
}
