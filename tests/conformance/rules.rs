//! Every example of every rule once more, as two Terraform providers spell its policies.
//!
//! What stands beside the policies of an example (groups, named locations, strengths) stays as it is, beside the plan:
//! companions have tests of their own, and a plan joins whatever is checked with it.

use crate::terraform::{self, AZUREAD, MICROSOFT365, Provider};
use caplint::config::{self, Config};
use caplint::controls::{self, Selection};
use caplint::discover::Input;
use caplint::lint::{self, Options, Settling};
use caplint::rules;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

/// Rules of which a plan says something else than an export, or which it cannot show, and why. A rule of which this has
/// ceased to be so must be taken out.
const EXEMPT: [(&str, &str); 8] = [
    ("asks-nothing", "azuread refuses a policy without controls, so what its plan leaves out is unknown"),
    ("duplicate-key", "Terraform writes no key twice, and whoever rewrites an export has settled for one of them"),
    ("duplicate-name", "a template without an id is a policy once a plan makes it"),
    ("incomplete-export", "a plan has no next page"),
    ("invalid-encoding", "it is about the bytes of a file, and Terraform writes UTF-8"),
    ("redundant-policy", "a template without an id is a policy once a plan makes it"),
    ("stable-api-export", "it is about the version of Graph that an export was read from, which a plan does not say"),
    ("stale-report-only", "azuread does not tell when a policy was changed"),
];

/// An example of policies as Graph spells them.
struct Example {
    text: String,
    config: String,
    fires: bool,
}

/// Examples in JSON, each with the configuration that stands above it.
fn examples(doc: &str) -> Vec<Example> {
    let (mut examples, mut config) = (Vec::new(), String::new());
    let mut lines = doc.lines();
    while let Some(line) = lines.next() {
        let mut text = || lines.by_ref().take_while(|line| *line != "```").collect::<Vec<_>>().join("\n");
        if line == "```toml" {
            config = text();
        } else if let Some(info) = line.strip_prefix("```json ") {
            let (text, config, fires) = (text(), config.clone(), info.starts_with("fires"));
            examples.push(Example { text, config, fires });
        }
    }
    examples
}

/// The policies of a document in one of Graph's shapes, and what stands beside them.
fn policies(text: &str) -> Option<(Vec<Value>, Vec<Value>)> {
    let document: Value = serde_json::from_str(text).ok()?;
    let list = match document {
        Value::Array(list) => list,
        Value::Object(mut object) => match object.remove("value") {
            Some(Value::Array(list)) => list,
            _ => vec![Value::Object(object)],
        },
        _ => return None,
    };
    let (policies, companions): (Vec<Value>, Vec<Value>) =
        list.into_iter().partition(|one| one.get("conditions").is_some());
    (!policies.is_empty()).then_some((policies, companions))
}

/// Whether a rule fires on these documents.
fn fires(rule: &str, documents: Vec<Vec<u8>>, config_text: &str) -> bool {
    let read = |text| config::read(Path::new(config::FILE_NAME), text, rules::ids()).unwrap();
    let config = Arc::new(if config_text.is_empty() { Config::default() } else { read(config_text) });
    let today = config::parse_day("2026-06-01").unwrap();
    // Whoever asks for a control is told of it.
    let selection = Selection { controls: controls::find(rule).into_iter().collect(), ..Selection::default() };
    let options = Options {
        allow_empty: true,
        parallel: false,
        selection,
        config: Arc::clone(&config),
        today,
        ..Options::default()
    };
    let inputs: Vec<Input> = documents.into_iter().map(Input::Stdin).collect();
    let mut reports = lint::tenants("example", &inputs, &options, &AtomicUsize::new(0));
    let settling = Settling {
        config: &config,
        config_text,
        baseline: None,
        ignores: true,
        comments: true,
        is_complete: true,
        covers_config: true,
        today,
    };
    lint::settle(&mut reports, settling);
    reports.iter().flat_map(|report| &report.findings).any(|finding| finding.rule == rule)
}

/// What is wrong with a rule's example as a provider spells it, if anything is.
fn deviation(rule: &str, example: &Example, provider: &'static Provider) -> Result<(), &'static str> {
    let Some((policies, companions)) = policies(&example.text) else { return Ok(()) };
    for turn in 0..4 {
        let resources = terraform::as_they_are(provider, &policies).ok_or("cannot be expressed")?.in_turn(turn);
        let companions = companions.iter().map(|one| one.to_string().into_bytes());
        let documents = std::iter::once(terraform::plan(&resources)).chain(companions).collect();
        if fires(rule, documents, &example.config) != example.fires {
            return Err(if example.fires { "should be reported" } else { "should be silent" });
        }
    }
    Ok(())
}

#[test]
fn every_rule_says_the_same_of_terraform() {
    let exempt: BTreeMap<&str, &str> = EXEMPT.into_iter().collect();
    let (mut deviating, mut compared, mut wrong) = (BTreeSet::new(), 0, Vec::new());
    for rule in rules::all() {
        let id = rule.meta().id;
        for (number, example) in examples(&rule.doc()).iter().enumerate() {
            if policies(&example.text).is_none() {
                continue;
            }
            let said = [("azuread", &AZUREAD), ("microsoft365", &MICROSOFT365)]
                .map(|(name, provider)| (name, deviation(id, example, provider)));
            let inexpressible = |said: &Result<(), &str>| said.as_ref().is_err_and(|said| said.starts_with("cannot"));
            let nowhere = said.iter().all(|(_, said)| inexpressible(said));
            for (name, said) in said {
                compared += usize::from(said.is_ok());
                let Err(said) = said else { continue };
                if said.starts_with("cannot") && !nowhere {
                    continue;
                }
                deviating.insert(id);
                if !exempt.contains_key(id) {
                    wrong.push(format!("{id}, example {number}, in {name}: {said}\n{}", example.text));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let needless: Vec<_> = exempt.keys().filter(|id| !deviating.contains(*id)).collect();
    assert!(needless.is_empty(), "exempt without need: {needless:?}");
    assert!(compared > 150, "{compared}");
}
