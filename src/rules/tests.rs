use super::*;
use crate::baseline::Baseline;
use crate::controls::{self, Selection};
use crate::discover::{Input, Overlay, STDIN};
use crate::finding::{Edit, Finding, Location};
use crate::lint;
use crate::outcome::TenantReport;
use crate::report::{Format, Run, Style, whole};
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
        // `cargo xtask new` leaves them where something is still to be written.
        assert!(!meta.summary.contains("TODO") && !rule.doc().contains("TODO"), "{}", meta.id);
    }
}

/// Every folder is a rule that runs, and nothing runs that has none.
#[test]
fn each_folder_is_a_rule() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules");
    let folders = std::fs::read_dir(folder).unwrap().flatten().filter(|entry| entry.path().is_dir());
    let folders: BTreeSet<String> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    let rules = all().iter().map(|rule| rule.meta());
    let written = rules.filter(|meta| controls::find(meta.id).is_none()).map(|meta| meta.id.replace('-', "_"));
    assert_eq!(folders, written.chain(["control".to_owned()]).collect());
}

/// Each reason why a file is not read is a finding, and each of these findings is known as such.
#[test]
fn findings_about_unread_files_are_known_as_such() {
    let encoding = crate::source::decode(b"{\"a\": \"\xFC\"}".to_vec()).unwrap_err();
    let syntax = [(0, crate::syntax::parse("{").unwrap_err())];
    let read = FileFacts::of(crate::policy::FileIndex(0));
    let unread = [
        FileFacts { has_crashed: true, ..read },
        FileFacts { unreadable: Some("permission denied"), ..read },
        FileFacts { encoding: Some(&encoding), ..read },
        FileFacts { syntax: &syntax, ..read },
    ];
    for facts in unread {
        let drafts = check_file(&facts);
        assert_eq!(drafts.len(), 1);
        for draft in drafts {
            let finding = draft.at("tenant", Location::beginning("a.json".to_owned()));
            assert!(is_of_unread_file(&finding), "{}", finding.rule);
        }
    }
}

/// Levels are declared from the gravest down.
#[test]
fn declared_levels_descend() {
    for meta in all().iter().map(|rule| rule.meta()) {
        assert!(!meta.levels.is_empty() && meta.levels.windows(2).all(|pair| pair[0] > pair[1]), "{}", meta.id);
    }
}

/// What people read of each rule, word by word: the findings on those of its examples that fire, as the terminal shows them.
#[test]
fn what_a_rule_says_is_pinned() {
    for rule in all() {
        let meta = rule.meta();
        let mut said = String::new();
        for (number, example) in examples(&rule.doc()).iter().filter(|example| example.fires).enumerate() {
            let findings = found(meta.id, &encoded(example), example.config.as_deref().unwrap_or_default(), None);
            let findings: Vec<Finding> = findings.into_iter().filter(|finding| finding.rule == meta.id).collect();
            for finding in &findings {
                assert!(meta.levels.contains(&finding.level), "{} does not declare {}", meta.id, finding.level.word());
            }
            let tenant = TenantReport { findings, ..TenantReport::default() };
            let style = Style { quiet: true, ..Style::default() };
            let text = whole(Format::Pretty, &Run::default(), style, &[tenant]);
            said += &format!("== example {}\n\n{text}\n", number + 1);
        }
        if said.is_empty() {
            continue;
        }
        let (folder, name) = match controls::find(meta.id) {
            Some(_) => ("../../controls".to_owned(), meta.id),
            None => (meta.id.replace('-', "_"), "fires"),
        };
        insta::with_settings!({ snapshot_path => folder, prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, said);
        });
    }
}

/// What the fixes of each rule write, as a diff: those of its examples, and of the file `before` in its folder.
#[test]
fn what_a_fix_writes_is_pinned() {
    for rule in all() {
        let meta = rule.meta();
        let folder = meta.id.replace('-', "_");
        let mut tried: Vec<(Vec<u8>, String)> = Vec::new();
        for example in examples(&rule.doc()).iter().filter(|example| example.fires) {
            tried.push((encoded(example), example.config.clone().unwrap_or_default()));
        }
        let before =
            ["json", "tf"].map(|end| format!("{}/src/rules/{folder}/before.{end}", env!("CARGO_MANIFEST_DIR")));
        tried.extend(before.iter().filter_map(|path| Some((std::fs::read(path).ok()?, String::new()))));
        let mut written = String::new();
        for (bytes, config) in tried {
            let findings = found(meta.id, &bytes, &config, None);
            let own: Vec<&Finding> = findings.iter().filter(|finding| finding.rule == meta.id).collect();
            for (at, finding) in own.iter().enumerate() {
                let Some(fix) = &finding.fix else { continue };
                assert_eq!(Some(fix.safety), meta.fix, "{} does not declare its fix", meta.id);
                assert!(!fix.edits.is_empty(), "{}: {}", meta.id, fix.title);
                let with = |path: &str, before: &[u8]| {
                    let edits: Vec<&Edit> = fix.edits.iter().filter(|edit| edit.path == path).collect();
                    let edits: Vec<_> =
                        edits.iter().map(|edit| (edit.bytes.clone(), edit.replacement.as_str())).collect();
                    crate::source::splice(before, &edits).unwrap()
                };
                let (fixed, fixed_config) = (with(STDIN, &bytes), with(CONFIG_FILE, config.as_bytes()));
                let fixed_config = String::from_utf8(fixed_config).unwrap();
                let left = found(meta.id, &fixed, &fixed_config, None);
                let is_gone = left.iter().filter(|one| one.rule == meta.id).count() < own.len()
                    || left.iter().filter(|one| one.rule == meta.id).all(|one| one.message != finding.message);
                assert!(is_gone, "{}: {} changes nothing", meta.id, fix.title);
                let diff = |before: &[u8], after: &[u8]| {
                    let [before, after] = [before, after].map(|text| String::from_utf8_lossy(text).into_owned());
                    similar::TextDiff::from_lines(&before, &after).unified_diff().context_radius(1).to_string()
                };
                let diffs = diff(&bytes, &fixed) + &diff(config.as_bytes(), fixed_config.as_bytes());
                written += &format!("== {}: {}\n\n{diffs}\n", at + 1, fix.title);
            }
        }
        assert_eq!(meta.fix.is_some(), !written.is_empty(), "{}: no example shows its fix", meta.id);
        if !written.is_empty() {
            insta::with_settings!({ snapshot_path => folder, prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!("fixed", written);
            });
        }
    }
}

/// A fenced example: ```` ```json fires ````, ```` ```hcl silent ````, with an encoding where it matters.
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
        let Some(info) = line.strip_prefix("```json ").or_else(|| line.strip_prefix("```hcl ")) else { continue };
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

/// What is found in a file with this content, checked as a tenant of its own under this configuration, for a rule: if
/// it is a control, that is judged.
pub(crate) fn found(rule: &str, bytes: &[u8], config_text: &str, baseline: Option<&Baseline>) -> Vec<Finding> {
    let path = if config_text.is_empty() { None } else { Some(CONFIG_FILE) };
    let read = path.map(|path| crate::config::read(path.as_ref(), config_text, ids()).unwrap());
    let config = Arc::new(read.unwrap_or_default());
    let today = crate::config::parse_day("2026-06-01").unwrap();
    let options = lint::Options {
        allow_empty: true,
        parallel: false,
        selection: Selection { controls: controls::find(rule).into_iter().collect(), ..Selection::default() },
        config: Arc::clone(&config),
        today,
        ..lint::Options::default()
    };
    let mut overlay = Overlay::default();
    overlay.insert(CONFIG_FILE.to_owned(), config_text.as_bytes().to_vec());
    let options = lint::Options { overlay: Arc::new(overlay), ..options };
    let input = Input::Stdin(bytes.to_vec());
    let mut reports = lint::tenants("example", &[input], &options, &AtomicUsize::new(0));
    let settling = lint::Settling {
        config: &config,
        config_text,
        baseline,
        ignores: true,
        comments: true,
        is_complete: true,
        covers_config: true,
        today,
    };
    lint::settle(&mut reports, settling);
    reports.remove(0).findings
}

fn rules_that_fire(rule: &str, bytes: &[u8], config: Option<&str>) -> BTreeSet<&'static str> {
    found(rule, bytes, config.unwrap_or_default(), None).into_iter().map(|finding| finding.rule).collect()
}

type Named = fn(&crate::finding::PolicyRef) -> Option<String>;

/// Every rule through every way of not reporting it, on its own example.
#[test]
fn every_rule_can_be_ignored_in_every_way() {
    let mut tried = BTreeSet::new();
    for rule in all() {
        let id = rule.meta().id;
        let Some(example) = examples(&rule.doc()).into_iter().find(|example| example.fires) else { continue };
        let (bytes, config) = (encoded(&example), example.config.clone().unwrap_or_default());
        let findings: Vec<Finding> =
            found(id, &bytes, &config, None).into_iter().filter(|one| one.rule == id).collect();
        let gone = |more: &str, baseline: Option<&Baseline>| {
            let left = found(id, &bytes, &format!("{more}\n{config}"), baseline);
            assert!(left.iter().all(|one| one.rule != id && one.rule != "unused-ignore"), "{id}: {more}\n{left:#?}");
        };
        if id == "unreadable-file" {
            continue;
        }
        let gone_by_ignore = |subjects: &[String]| {
            let entry = |subject: &String| format!("[[ignore]]\nrule = \"{id}\"\n{subject}\nreason = \"tried\"\n");
            let ignores: Vec<String> = subjects.iter().map(entry).collect();
            let left = found(id, &bytes, &format!("{config}\n{}", ignores.concat()), None);
            assert!(left.iter().all(|one| one.rule != id), "{id}: {subjects:?}\n{left:#?}");
        };
        gone(&format!("rules.{id} = \"off\""), None);
        gone("", Some(&Baseline::of(findings.iter())));
        if id.ends_with("-ignore") {
            // What is to be said of ignores is not silenced by another.
            continue;
        }
        gone_by_ignore(&["tenant = \"example\"".to_owned()]);
        gone_by_ignore(&["path = \"**\"".to_owned()]);
        tried.extend(["off", "baseline", "tenant", "path"]);
        let quoted = |text: &String| serde_json::to_string(text).unwrap();
        let ways: [(&str, Named); 3] = [
            ("id", |policy| policy.id.as_ref().map(|id| id.to_uppercase())),
            ("name", |policy| policy.name().map(str::to_owned)),
            ("address", |policy| policy.address.clone()),
        ];
        for (way, name) in ways {
            let names: Option<BTreeSet<String>> =
                findings.iter().map(|finding| finding.policy.as_ref().and_then(name)).collect();
            if let Some(names) = names.filter(|names| !names.is_empty()) {
                let subjects: Vec<String> = names.iter().map(|name| format!("policy = {}", quoted(name))).collect();
                gone_by_ignore(&subjects);
                tried.insert(way);
            }
        }
    }
    assert_eq!(tried.into_iter().collect::<Vec<_>>(), ["address", "baseline", "id", "name", "off", "path", "tenant"]);
}

#[test]
fn the_examples_in_the_documentation_fire_and_are_silent() {
    for rule in all() {
        let id = rule.meta().id;
        let examples = examples(&rule.doc());
        // A file that the system refuses to read cannot be printed, two folders are no example, and no mistake of caplint's
        // own is known. Tests of their own show each.
        if ["unreadable-file", "several-tenants", "internal-error"].contains(&id) {
            continue;
        }
        for fires in [true, false] {
            assert!(examples.iter().any(|example| example.fires == fires), "{id} lacks an example that fires={fires}");
        }
        for example in examples {
            let fired = rules_that_fire(id, &encoded(&example), example.config.as_deref());
            assert_eq!(fired.contains(id), example.fires, "{id}: {fired:?} for\n{}", example.text);
        }
    }
}
