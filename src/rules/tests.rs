use super::*;
use crate::discover::Input;
use crate::lint;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

const CONFIG_FILE: &str = crate::config::FILE_NAME;

#[test]
fn ids_are_unique_words_and_every_rule_is_documented() {
    let ids: BTreeSet<_> = all().iter().map(|rule| rule.meta().id).collect();
    assert_eq!(ids.len(), all().len());
    for rule in all() {
        let meta = rule.meta();
        assert!(meta.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", meta.id);
        assert!(meta.summary.ends_with('.') && meta.summary.len() < 160, "{}", meta.id);
        assert!(rule.doc().starts_with(&format!("# {}\n", meta.id)), "{}", meta.id);
    }
}

/// A fenced example: ```` ```json fires ````, ```` ```json silent ````, with an encoding where it matters.
struct Example {
    fires: bool,
    encoding: String,
    text: String,
    /// The last configuration that stands above it.
    config: Option<String>,
}

fn examples(doc: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut lines = doc.lines();
    let mut config = None;
    while let Some(line) = lines.next() {
        if line == "```toml" {
            config = Some(lines.by_ref().take_while(|line| *line != "```").collect::<Vec<_>>().join("\n"));
        }
        let Some(info) = line.strip_prefix("```json ") else { continue };
        let mut words = info.split(' ');
        let fires = match words.next() {
            Some("fires") => true,
            Some("silent") => false,
            other => panic!("an example must fire or be silent, not {other:?}"),
        };
        let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        examples.push(Example {
            fires,
            encoding: words.next().unwrap_or("utf-8").to_owned(),
            text: text.join("\n"),
            config: config.clone(),
        });
    }
    examples
}

fn encoded(example: &Example) -> Vec<u8> {
    match example.encoding.as_str() {
        "utf-8" => example.text.clone().into_bytes(),
        "windows-1252" => example.text.chars().map(|character| u8::try_from(character).unwrap()).collect(),
        "utf-16le" => example.text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        other => panic!("no such encoding: {other}"),
    }
}

/// Which rules speak about a file with this content, checked as a tenant of its own under this configuration.
fn rules_that_fire(bytes: &[u8], config: Option<&str>) -> BTreeSet<&'static str> {
    let config = config.map_or_else(Config::default, |text| crate::config::read(CONFIG_FILE.as_ref(), text).unwrap());
    let options = lint::Options {
        allow_empty: true,
        parallel: false,
        config: Arc::new(config),
        today: crate::config::parse_day("2026-06-01").unwrap(),
        ..lint::Options::default()
    };
    let input = Input::Stdin(bytes.to_vec());
    let report = lint::tenants("example", &[input], &options, &AtomicUsize::new(0)).remove(0);
    report.findings.into_iter().map(|finding| finding.rule).collect()
}

#[test]
fn the_examples_in_the_documentation_fire_and_are_silent() {
    for rule in all() {
        let id = rule.meta().id;
        let examples = examples(&rule.doc());
        // A file that the system refuses to read cannot be printed; its own test shows it.
        if id == "unreadable-file" {
            continue;
        }
        for fires in [true, false] {
            assert!(examples.iter().any(|example| example.fires == fires), "{id} lacks an example that fires={fires}");
        }
        for example in examples {
            let fired = rules_that_fire(&encoded(&example), example.config.as_deref());
            assert_eq!(fired.contains(id), example.fires, "{id}: {fired:?} for\n{}", example.text);
        }
    }
}
