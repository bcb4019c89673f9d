//! Expressions against the answers of a real Terraform. A value is right or unknown.
//!
//! `evaluation/answers` has the expressions, `evaluation/root` the configuration that they refer to. `.ci/console` holds
//! the answers against Terraform itself.

#![allow(clippy::unwrap_used, reason = "tests")]

use caplint::evaluate::{Assignment, Content, Contents, File, Files, Kind, Listing, Module, Run, Start, inputs};
use caplint::policy::FileIndex;
use caplint::syntax::{Node, Object, parse, parse_body};
use hcl_edit::structure::Body;
use regex::{Captures, Regex};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The files of the root.
struct Root(PathBuf);

impl Files for Root {
    fn read(&self, path: &Path) -> Contents {
        match fs::read(self.0.join(path)) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Contents::Text(FileIndex(100), text.into()),
                Err(_) => Contents::Binary,
            },
            Err(_) if self.0.join(path).is_dir() => Contents::Folder,
            Err(_) => Contents::Missing,
        }
    }

    fn take(&self, _: &Path) {}

    fn below(&self, folder: &Path) -> Option<Listing> {
        let base = self.0.join(folder);
        if !base.is_dir() {
            return Some(Listing { names: Vec::new(), others: Vec::new() });
        }
        let files =
            walkdir::WalkDir::new(&base).into_iter().filter_map(Result::ok).filter(|one| one.file_type().is_file());
        let mut names: Vec<String> =
            files.map(|one| one.path().strip_prefix(&base).unwrap().to_str().unwrap().replace('\\', "/")).collect();
        names.sort();
        Some(Listing { names, others: Vec::new() })
    }
}

/// What `jsonencode` says of an expression.
#[derive(Debug, PartialEq)]
enum Answer {
    Json(String),
    Refused,
    Unknown,
}

fn answer(run: &Run<'_>, expression: &str) -> Answer {
    match run.console(&format!("jsonencode({expression})")) {
        Err(_) => Answer::Refused,
        Ok(value) => match &value.kind {
            Kind::String(text) => {
                // The answers are written without the escapes that only Go's encoder has.
                let escapes = Regex::new(r"\\u[0-9a-f]{4}|\\.").unwrap();
                let plain = |found: &Captures<'_>| match &found[0] {
                    "\\u003c" => "<".to_owned(),
                    "\\u003e" => ">".to_owned(),
                    "\\u0026" => "&".to_owned(),
                    "\\u2028" => "\u{2028}".to_owned(),
                    "\\u2029" => "\u{2029}".to_owned(),
                    "\\u0008" => "\\b".to_owned(),
                    "\\u000c" => "\\f".to_owned(),
                    other => other.to_owned(),
                };
                Answer::Json(escapes.replace_all(text.as_str(), plain).into_owned())
            }
            _ => Answer::Unknown,
        },
    }
}

/// What Terraform refuses and caplint evaluates, or the other way round because `hcl-edit` or `saphyr-parser` does not read
/// it. No plan depends on the former; the latter is reported, with its place.
const LENIENT: [&str; 9] = [
    "{local.tenant = 1}",
    "[[\"a\", \"b\"]].0.1",
    "tolist([null, [1]])",
    "tolist([{a = null}, {a = [1]}])",
    r#"yamldecode("\ta: b")"#,
    r#"tomap({a = tolist([1]), b = toset(["x"])})"#,
    "{a = 1, a = 2}",
    r#"{null = "x"}"#,
    "{if = 1, null = 2, in = 3}",
];

#[test]
fn every_answer_is_terraforms_or_unknown() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/evaluation");
    let root = folder.join("root");
    let mut texts: Vec<(String, String, Option<Body>, Object<'static>)> = Vec::new();
    let mut names: Vec<String> =
        fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    for name in names {
        let is_values = Assignment::of(&name).is_some();
        let has_end = |end: &str| Path::new(&name).extension().is_some_and(|own| own == end);
        if !is_values && !has_end("tf") {
            continue;
        }
        let text = fs::read_to_string(root.join(&name)).unwrap();
        if has_end("json") {
            let Node::Object(object) = parse(&text).unwrap().into_owned() else { panic!("{name}") };
            texts.push((name, text, None, object));
        } else {
            let body = parse_body(&text).unwrap();
            texts.push((name, text, Some(body), Object::default()));
        }
    }
    let contents: Vec<(&str, Content<'_>)> = texts
        .iter()
        .map(|(name, text, body, object)| {
            (name.as_str(), body.as_ref().map_or(Content::Json(object), |body| Content::Hcl(text, body)))
        })
        .collect();
    let file = |index: usize, content| File { index: FileIndex(index), content, overrides: false };
    let configuration: Vec<File<'_>> = contents
        .iter()
        .enumerate()
        .filter(|(_, (name, _))| Assignment::of(name).is_none())
        .map(|(index, (_, content))| file(index, *content))
        .collect();
    let values: Vec<_> = contents
        .iter()
        .enumerate()
        .filter_map(|(index, (name, content))| Some((Assignment::of(name)?, *name, file(index, *content))))
        .collect();
    let modules = BTreeMap::from([(PathBuf::new(), Module::of(&configuration))]);
    let (given, errors) = inputs(&values);
    assert!(errors.is_empty(), "{errors:?}");
    let files = Root(root);
    let run = Run::new(Start {
        root: PathBuf::new(),
        modules: &modules,
        called: &|_, _| None,
        given,
        has_defaults: true,
        is_id: |_| false,
        files: &files,
        max_depth: 60,
    });

    let (mut asked, mut unknown, mut wrong) = (0, Vec::new(), Vec::new());
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder.join("answers")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let mut lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        while let Some(line) = lines.next() {
            let expression = line.strip_prefix("> ").unwrap_or_else(|| panic!("{name}: {line}"));
            let expected = lines.next().unwrap();
            let expected = if let Some(json) = expected.strip_prefix("= ") {
                Answer::Json(json.to_owned())
            } else {
                assert!(expected.starts_with("! error"), "{name}: {expected}");
                Answer::Refused
            };
            // These are answers of an old version: newer.txt has those of the others.
            if name == "versions.txt" {
                continue;
            }
            asked += 1;
            let found = answer(&run, expression);
            if found == Answer::Unknown {
                unknown.push(format!("{name}: {expression}"));
            } else if found != expected && !LENIENT.contains(&expression) {
                wrong.push(format!("{name}: {expression}\n    expected {expected:?}\n    found    {found:?}"));
            }
        }
    }
    eprintln!("{asked} expressions, {} unknown:\n{}", unknown.len(), unknown.join("\n"));
    assert!(wrong.is_empty(), "{} of {asked} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    // What is unknown is printed above: names that are not declared, marked values, `yamlencode`, rounded numbers.
    assert!(asked > 2_500 && unknown.len() <= 186, "{} of {asked} are unknown", unknown.len());
}
