//! Seventy-one small tenants with their right verdicts, as they are and as other exporters would spell them.

#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, clippy::similar_names, clippy::cast_possible_truncation)]

mod damage;
mod rules;
mod terraform;
mod variants_as_code;

use caplint::catalog::Cloud;
use caplint::controls;
use caplint::coverage::{self, Verdict};
use caplint::discover::{Input, Stored};
use caplint::lint::{self, Options};
use caplint::outcome::TenantReport;
use caplint::signin::Outcome;
use serde_json::{Map, Value, json};
use std::sync::atomic::AtomicUsize;

const MANAGEMENT_API_OF_US_GOVERNMENT: &str = "40a69793-8fe6-4db1-9591-dbc5c57b17d8";

fn variants() -> Vec<Value> {
    serde_json::from_str(include_str!("../../testdata/variants.json")).unwrap()
}

fn security_defaults(enabled: bool) -> Value {
    json!({ "id": "00000000-0000-0000-0000-000000000005", "displayName": "Security Defaults", "isEnabled": enabled })
}

fn inputs(variant: &Value, spell: &dyn Fn(Value) -> Vec<u8>) -> Vec<Input> {
    let enabled = variant["securityDefaultsEnabled"].as_bool().unwrap();
    let policies = variant["policies"].as_array().unwrap().iter().cloned();
    let documents = policies.chain([security_defaults(enabled)]);
    documents.map(|document| Input::Stdin(spell(document))).collect()
}

fn cloud(variant: &Value) -> Cloud {
    if variant["target"] == MANAGEMENT_API_OF_US_GOVERNMENT { Cloud::UsGovernment } else { Cloud::Public }
}

fn options(variant: &Value) -> Options {
    Options { cloud: cloud(variant), allow_empty: true, parallel: false, ..Options::default() }
}

/// Lints a variant with each of its documents put through `spell`.
fn lint(variant: &Value, spell: &dyn Fn(Value) -> Vec<u8>) -> TenantReport {
    lint::tenants("variant", &inputs(variant, spell), &options(variant), &AtomicUsize::new(0)).remove(0)
}

fn plain(document: Value) -> Vec<u8> {
    document.to_string().into_bytes()
}

/// (verdict, whether the stored query passes)
fn verdicts(report: &TenantReport) -> (&'static str, bool) {
    (report.controls[0].verdict.word(), report.controls[0].stored_query_passes.unwrap())
}

fn truth(variant: &Value) -> &'static str {
    match variant["verdicts"]["true"].as_str().unwrap() {
        "YES" => "enforced",
        "YES-EXCEPT" => "enforced-except",
        "NO" => "not-enforced",
        "UNDECIDED" => "undecided",
        other => panic!("{other}"),
    }
}

#[test]
fn the_effective_verdict_is_right_and_the_stored_query_is_to_the_letter() {
    for variant in variants() {
        let (verdict, query) = verdicts(&lint(&variant, &plain));
        let id = variant["id"].as_str().unwrap();
        assert_eq!(query, variant["verdicts"]["seedR1"] == "P", "{id}: {}", variant["title"]);
        assert_eq!(verdict, truth(&variant), "{id}: {}", variant["title"]);
    }
}

#[test]
fn every_way_in_is_replayed_to_granted() {
    let mut replayed = 0;
    for variant in variants() {
        let control = controls::find(controls::DEFAULT).unwrap();
        let requirement = control.requirement(cloud(&variant)).unwrap();
        let tenant = lint::load(&inputs(&variant, &plain), &options(&variant));
        let view = coverage::view(&requirement, &tenant, coverage::Options::default());
        let report = lint(&variant, &plain);
        let not_enforced = report.controls[0].verdict == Verdict::NotEnforced;
        assert_eq!(not_enforced, truth(&variant) == "not-enforced");
        assert!(!not_enforced || !report.controls[0].holes.is_empty(), "{}", variant["id"]);
        for (sign_in, _) in report.controls[0].holes.iter().filter(|_| not_enforced) {
            assert_eq!(view.evaluate(sign_in).outcome, Outcome::Granted, "{}", variant["id"]);
            replayed += 1;
        }
    }
    assert!(replayed >= 50, "{replayed}");
}

/// Every spelling of a document must leave both verdicts as they are.
fn unchanged_by(spell: &dyn Fn(Value) -> Vec<u8>, query_too: bool) {
    for variant in variants() {
        let (as_is, spelt) = (verdicts(&lint(&variant, &plain)), verdicts(&lint(&variant, spell)));
        assert_eq!(as_is.0, spelt.0, "{}: {}", variant["id"], variant["title"]);
        assert!(!query_too || as_is.1 == spelt.1, "{}: {}", variant["id"], variant["title"]);
    }
}

#[test]
fn utf_16_changes_nothing() {
    let utf16 = |document: Value| {
        let text = format!("\u{FEFF}{document:#}").replace('\n', "\r\n");
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    unchanged_by(&utf16, true);
}

/// Applies `change` to every object and array, innermost first.
fn rewrite(value: Value, change: &dyn Fn(Value) -> Value) -> Value {
    change(match value {
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(key, value)| (key, rewrite(value, change))).collect())
        }
        Value::Array(elements) => elements.into_iter().map(|value| rewrite(value, change)).collect(),
        other => other,
    })
}

/// JSON text with the members of every object in reverse order, which a map would sort.
fn reversed(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: Vec<String> =
                members.iter().rev().map(|(key, value)| format!("{}: {}", json!(key), reversed(value))).collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Array(elements) => {
            format!("[{}]", elements.iter().rev().map(reversed).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

#[test]
fn the_order_of_keys_and_lists_changes_nothing() {
    unchanged_by(&|document| reversed(&document).into_bytes(), true);
}

#[test]
fn dropping_nulls_changes_nothing() {
    let without_nulls = |value| match value {
        Value::Object(members) => {
            Value::Object(members.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>())
        }
        other => other,
    };
    unchanged_by(&|document| plain(rewrite(document, &without_nulls)), true);
}

/// Policies as documents.
type PutTogether<'a> = &'a dyn Fn(&[Value]) -> Vec<Value>;

/// One file a policy, one list, pages, a wrapper or the answers of a batch: the tenant is the same.
#[test]
fn how_policies_are_put_together_changes_nothing() {
    let list = |policies: &[Value]| json!({ "value": policies });
    let ways: [(&str, PutTogether<'_>); 6] = [
        ("an array", &|policies| vec![json!(policies)]),
        ("an answer", &|policies| vec![list(policies)]),
        ("an answer for each", &|policies| policies.chunks(1).map(list).collect()),
        ("pages", &|policies| vec![policies.chunks(2).map(list).collect()]),
        ("a batch", &|policies| {
            let answer = |(id, policy)| json!({ "id": id, "status": 200, "body": list(std::slice::from_ref(policy)) });
            let ids = (1..).map(|id: i32| id.to_string());
            vec![json!({ "responses": ids.zip(policies).map(answer).collect::<Vec<_>>() })]
        }),
        ("an array for each", &|policies| policies.iter().map(|policy| json!([policy])).collect()),
    ];
    for variant in variants() {
        let policies = variant["policies"].as_array().unwrap();
        let defaults = plain(security_defaults(variant["securityDefaultsEnabled"].as_bool().unwrap()));
        let before = verdicts(&lint(&variant, &plain));
        for (way, put_together) in ways.iter().filter(|_| !policies.is_empty()) {
            let documents = put_together(policies).into_iter().map(plain).chain([defaults.clone()]);
            let inputs: Vec<Input> = documents.map(Input::Stdin).collect();
            let reports = lint::tenants("variant", &inputs, &options(&variant), &AtomicUsize::new(0));
            assert_eq!(verdicts(&reports[0]), before, "{}: {way}", variant["id"]);
        }
    }
}

#[test]
fn upper_case_guids_change_no_proof() {
    let upper = |value| match value {
        Value::String(text) if text.len() == 36 && text.matches('-').count() == 4 => Value::String(text.to_uppercase()),
        other => other,
    };
    // The stored query compares letter by letter.
    unchanged_by(&|document| plain(rewrite(document, &upper)), false);
}

#[test]
fn pascal_case_keys_change_nothing() {
    let pascal = |value| match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(key, value)| (key[..1].to_uppercase() + &key[1..], value))
            .collect::<Map<_, _>>()
            .into(),
        other => other,
    };
    unchanged_by(&|document| plain(rewrite(document, &pascal)), true);
}

#[test]
fn odata_annotations_change_nothing() {
    let annotated = |value| match value {
        Value::Object(mut members) => {
            let keys: Vec<String> = members.keys().cloned().collect();
            for key in keys {
                members.insert(format!("{key}@odata.type"), json!("#Collection(String)"));
            }
            members.insert("#microsoft.graph.restore".to_owned(), json!({ "title": "x", "target": "y" }));
            Value::Object(members)
        }
        other => other,
    };
    unchanged_by(&|document| plain(rewrite(document, &annotated)), true);
}

type Document = fn(&terraform::Resources) -> Vec<u8>;

/// The names of a tenant's policies, in order of the alphabet.
fn names(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

/// How many variants a document of this kind can hold; each keeps its verdict, the query's, and its policies' names.
fn spelt_by(provider: &'static terraform::Provider, document: Document) -> usize {
    let mut spelt = 0;
    for variant in variants() {
        let policies = variant["policies"].as_array().unwrap();
        if terraform::resources(provider, policies).is_none() {
            continue;
        }
        let enabled = variant["securityDefaultsEnabled"].as_bool().unwrap();
        let called = names(policies.iter().enumerate().map(|(i, policy)| terraform::display_name(i, policy)).collect());
        for turn in 0..4 {
            let resources = terraform::resources(provider, policies).unwrap().in_turn(turn);
            let document = document(&resources);
            let text = String::from_utf8(document.clone()).unwrap();
            let case = format!("{} in turn {turn}: {}\n{text}", variant["id"], variant["title"]);
            let inputs = [Input::Stdin(document), Input::Stdin(plain(security_defaults(enabled)))];
            let reports = lint::tenants("variant", &inputs, &options(&variant), &AtomicUsize::new(0));
            let [report] = reports.as_slice() else { panic!("one tenant: {case}") };
            assert_eq!(report.policies, policies.len(), "{case}");
            let (verdict, query) = verdicts(report);
            assert_eq!(verdict, truth(&variant), "{case}");
            assert_eq!(query, variant["verdicts"]["seedR1"] == "P", "{case}");
            let tenant = lint::load(&inputs, &options(&variant));
            let read = tenant.policies.iter().map(|policy| policy.name().unwrap().to_owned());
            assert_eq!(names(read.collect()), called, "{case}");
        }
        spelt += 1;
    }
    spelt
}

/// Authentication contexts (V54), several levels of insider risk (V39) and times (V59) are not azuread's.
const OF_AZUREAD: usize = 68;
const OF_MICROSOFT365: usize = 71;

#[test]
fn a_plan_changes_nothing() {
    assert_eq!(spelt_by(&terraform::AZUREAD, terraform::plan), OF_AZUREAD);
    assert_eq!(spelt_by(&terraform::MICROSOFT365, terraform::plan), OF_MICROSOFT365);
}

#[test]
fn a_state_changes_nothing() {
    assert_eq!(spelt_by(&terraform::AZUREAD, terraform::state), OF_AZUREAD);
    assert_eq!(spelt_by(&terraform::MICROSOFT365, terraform::state), OF_MICROSOFT365);
}

#[test]
fn a_raw_state_changes_nothing() {
    assert_eq!(spelt_by(&terraform::AZUREAD, terraform::tfstate), OF_AZUREAD);
    assert_eq!(spelt_by(&terraform::MICROSOFT365, terraform::tfstate), OF_MICROSOFT365);
}

#[test]
fn configuration_in_json_changes_nothing() {
    assert_eq!(spelt_by(&terraform::AZUREAD, terraform::tf_json), OF_AZUREAD);
    assert_eq!(spelt_by(&terraform::MICROSOFT365, terraform::tf_json), OF_MICROSOFT365);
}

#[test]
fn configuration_in_hcl_changes_nothing() {
    assert_eq!(spelt_by(&terraform::AZUREAD, terraform::hcl), OF_AZUREAD);
    assert_eq!(spelt_by(&terraform::MICROSOFT365, terraform::hcl), OF_MICROSOFT365);
}

#[test]
fn what_is_plainly_in_order_is_valid_in_the_words_of_its_provider() {
    let mut valid = 0;
    for provider in [&terraform::AZUREAD, &terraform::MICROSOFT365] {
        for variant in variants() {
            let Some(resources) = terraform::resources(provider, variant["policies"].as_array().unwrap()) else {
                continue;
            };
            let text = String::from_utf8(terraform::plan(&resources)).unwrap();
            let document = caplint::syntax::parse(&text).unwrap();
            caplint::dialect::read(&text, &document, caplint::policy::FileIndex(0), &mut |found| {
                let wording = found.origin.wording;
                if caplint::policy::lower(found.node, found.origin.clone()).conforms {
                    assert!(
                        caplint::schema::is_valid(found.written, wording),
                        "{}: {:?}",
                        variant["id"],
                        found.written
                    );
                    valid += 1;
                }
            });
        }
    }
    assert!(valid > 100, "{valid}");
}

#[test]
fn a_table_row_changes_nothing() {
    let row = |document: Value| match document["state"].as_str() {
        Some(_) => {
            plain(json!({ "PartitionKey": "CATemplate", "RowKey": "1", "JSON": document.to_string(), "GUID": "1" }))
        }
        None => plain(document),
    };
    unchanged_by(&row, true);
}

/// A form in which the tenants are code: paths and texts of a root.
type AsCode = fn(&Value) -> Vec<(String, String)>;

/// A tenant whose files are those of a commit.
fn stored(variant: &Value, files: Vec<(String, String)>) -> Vec<Input> {
    let enabled = variant["securityDefaultsEnabled"].as_bool().unwrap();
    let files = files.into_iter().map(|(path, text)| (path.into(), text.into_bytes()));
    let stored = Stored { name: "variant".to_owned(), files: files.collect(), ..Stored::default() };
    vec![Input::Stored(stored), Input::Stdin(plain(security_defaults(enabled)))]
}

/// What findings mark, with the rule of each: the token of the first place, without its quotes.
fn marks(report: &TenantReport, texts: &dyn Fn(&str) -> String) -> Vec<(String, String)> {
    let marked = report.findings.iter().filter_map(|finding| {
        let location = finding.locations.first()?;
        let text = texts(&location.path);
        let lines: Vec<&str> = text.lines().collect();
        let line = lines.get(location.start.line.checked_sub(1)?)?;
        // What goes on is a block or a list, which stands elsewhere in each form.
        (location.start.line == location.end.line).then_some(())?;
        let token: String =
            line.chars().skip(location.start.column - 1).take(location.end.column - location.start.column).collect();
        Some((finding.rule.to_owned(), token.trim_matches('"').to_owned()))
    });
    let mut marks: Vec<(String, String)> = marked.collect();
    marks.sort();
    marks
}

/// How many variants a form of code can hold, and how many tokens in other files than `main.tf` findings mark.
fn evaluated(form: AsCode) -> (usize, usize) {
    let (mut spelt, mut elsewhere) = (0, 0);
    for variant in variants() {
        let mut files = form(&variant);
        if files.is_empty() {
            continue;
        }
        // A module that nobody calls may be somebody else's.
        let has_policies = !variant["policies"].as_array().unwrap().is_empty();
        files.retain(|(path, _)| has_policies || !path.contains("modules/"));
        let texts = |path: &str| {
            let found = files.iter().find(|(own, _)| own == path);
            found.map(|(_, text)| text.clone()).unwrap_or_default()
        };
        let inputs = stored(&variant, files.clone());
        let case = format!("{}: {}\n{files:#?}", variant["id"], variant["title"]);
        let reports = lint::tenants("variant", &inputs, &options(&variant), &AtomicUsize::new(0));
        let [report] = reports.as_slice() else { panic!("one tenant: {case}") };
        assert_eq!(report.policies, variant["policies"].as_array().unwrap().len(), "{case}");
        let (verdict, query) = verdicts(report);
        assert_eq!(verdict, truth(&variant), "{case}");
        assert_eq!(query, variant["verdicts"]["seedR1"] == "P", "{case}");

        // A finding marks the same token wherever that stands.
        let policies = variant["policies"].as_array().unwrap();
        let resources = terraform::resources(&terraform::AZUREAD, policies).unwrap();
        let hcl = String::from_utf8(terraform::hcl(&resources)).unwrap();
        let plain = stored(&variant, vec![("main.tf".to_owned(), hcl.clone())]);
        let expected = lint::tenants("variant", &plain, &options(&variant), &AtomicUsize::new(0)).remove(0);
        // That an id stands in the block itself is what one rule is about.
        let is_token = |(rule, token): &(String, String)| {
            // Escapes are others in each notation.
            let is_plain = !token.contains(['\\', '$']);
            rule != "tenant-bound-id" && is_plain && hcl.contains(&format!("\"{token}\""))
        };
        let found = marks(report, &texts);
        let expected: Vec<_> = marks(&expected, &|_| hcl.clone()).into_iter().filter(is_token).collect();
        let missing: Vec<_> = expected.iter().filter(|mark| !found.contains(mark)).collect();
        assert!(missing.is_empty(), "{missing:?} is not marked, but {found:?}\n{case}");
        elsewhere += report.findings.iter().filter(|finding| finding.primary().path != "main.tf").count();
        spelt += 1;
    }
    (spelt, elsewhere)
}

#[test]
fn a_resource_for_each_policy_of_a_local_changes_nothing() {
    assert_eq!(evaluated(variants_as_code::in_a_local).0, OF_AZUREAD);
}

#[test]
fn yaml_files_that_terraform_reads_change_nothing() {
    let (spelt, elsewhere) = evaluated(variants_as_code::in_yaml_files);
    assert_eq!(spelt, OF_AZUREAD);
    assert!(elsewhere > 100, "{elsewhere}");
}

#[test]
fn a_module_for_each_policy_with_its_values_in_a_file_changes_nothing() {
    let (spelt, elsewhere) = evaluated(variants_as_code::in_modules);
    assert_eq!(spelt, OF_AZUREAD);
    assert!(elsewhere > 100, "{elsewhere}");
}
