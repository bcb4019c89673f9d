//! Roots against the plans that Terraform makes of them: `tests/evaluation/roots`. Each has an `expected.json`: every
//! resource with its address and values, and the tokens that carry some of them.

use super::inputs::Given;
use super::modules::{Existence, Folders, assemble, local_folder, roots};
use super::part::{Part, read_hcl, read_values};
use super::{gives_values, is_id, made};
use crate::dialect::read;
use crate::evaluate::{Contents, File, Files, Listing, Made, Module, Run, Start};
use crate::policy::{At, FileIndex};
use crate::syntax::{Locator, Node, Pointer, nodes_of, parse, parse_body};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// The files of an example, by their paths in it.
struct Example {
    folder: PathBuf,
    files: Vec<(String, String)>,
}

impl Example {
    fn read(folder: &Path) -> Self {
        let files = WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
        let files = files.filter(|one| one.file_type().is_file()).map(|one| {
            let path = one.path().strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
            (path, fs::read_to_string(one.path()).unwrap())
        });
        Self { folder: folder.to_owned(), files: files.filter(|(path, _)| path != "expected.json").collect() }
    }

    fn folders(&self, told: &[String]) -> (Folders, Given) {
        let (mut folders, mut given) = (Folders::new(), Given::default());
        for (index, (path, text)) in self.files.iter().enumerate() {
            let file = FileIndex(index);
            let name = Path::new(path).file_name().unwrap().to_str().unwrap();
            let is_hcl = [".tf", ".tofu", ".tfvars"].iter().any(|end| name.ends_with(end));
            let taken = if is_hcl {
                let body = parse_body(text).unwrap();
                read_hcl(name, text, nodes_of(text, &body).unwrap(), body, file)
            } else if gives_values(name) {
                read_values(name, parse(text).unwrap(), file)
            } else if name.ends_with(".tf.json") {
                read(text, &parse(text).unwrap(), file, &mut |_| {})
            } else {
                continue;
            };
            let mut part = taken.part.unwrap_or_else(|| panic!("{path}"));
            part.set_name(name);
            let folder = Path::new(path).parent().unwrap().to_owned();
            if told.contains(path) { given.files.push(part) } else { folders.entry(folder).or_default().push(part) }
        }
        given.files.sort_by_key(|part| told.iter().position(|path| *path == self.files[part.file.0].0));
        for parts in folders.values_mut() {
            assemble(parts);
        }
        (folders, given)
    }
}

impl Example {
    fn rooted(&self, root: &Path) -> Rooted<'_> {
        Rooted { example: self, root: root.to_owned() }
    }
}

struct Rooted<'e> {
    example: &'e Example,
    root: PathBuf,
}

impl Files for Rooted<'_> {
    fn read(&self, path: &Path) -> Contents {
        let path = local_folder(&self.root, &format!("./{}", path.display())).unwrap();
        match self.example.files.iter().position(|(known, _)| Path::new(known) == path) {
            Some(index) => Contents::Text(FileIndex(index), self.example.files[index].1.as_str().into()),
            None if self.example.folder.join(&path).is_dir() => Contents::Folder,
            None => Contents::Missing,
        }
    }

    fn take(&self, _: &Path) {}

    fn below(&self, folder: &Path) -> Option<Listing> {
        let folder = local_folder(&self.root, &format!("./{}", folder.display())).unwrap();
        let files = self.example.files.iter();
        let below =
            files.filter_map(|(path, _)| Path::new(path).strip_prefix(&folder).ok()?.to_str().map(str::to_owned));
        Some(Listing { names: below.collect(), others: Vec::new() })
    }
}

/// A node as `expected.json` has it.
fn shown(node: &Node<'_>) -> Value {
    match node {
        Node::Null => Value::Null,
        Node::Bool(truth) => json!(truth),
        Node::Number(number) => Value::Number(number.clone()),
        Node::String(text) => json!(text),
        Node::Array(elements) => elements.iter().map(shown).collect(),
        Node::Object(object) => {
            object.members.iter().map(|(name, node)| (name.to_string(), shown(node))).collect::<Map<_, _>>().into()
        }
        Node::Reference(name) => json!({ "$reference": name }),
        Node::Untold(_) => json!({ "$unknown": true }),
        Node::Raw(_) | Node::Secret(_) => panic!("{node:?}"),
    }
}

/// What says the same in one way: no nulls, one block for a list of one, unknown elements last.
fn normal(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().filter(|(_, value)| !value.is_null());
            members.map(|(name, value)| (name.clone(), normal(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(elements) => {
            let mut elements: Vec<Value> = elements.iter().map(normal).collect();
            let unknown = json!({ "$unknown": true });
            if elements.contains(&unknown) {
                elements.sort_by_key(|one| (*one == unknown, one.to_string()));
                elements.dedup();
            }
            for element in &mut elements {
                if element.is_boolean() || element.is_number() {
                    *element = element.to_string().trim_end_matches(".0").into();
                }
            }
            match elements.as_slice() {
                [only @ Value::Object(members)] if !members.contains_key("$reference") => only.clone(),
                _ => elements.into(),
            }
        }
        Value::Number(number) => number.as_f64().map_or(Value::Null, |number| json!(number)),
        other => other.clone(),
    }
}

struct Checker<'c> {
    example: &'c Example,
    problems: Vec<String>,
    places: usize,
}

impl Checker<'_> {
    fn resource<'f>(&mut self, expected: &Value, run: &Run<'f>, made: &Made<'f>, exists: Existence) {
        let address = &made.address;
        let is_certain = made.perhaps.is_none() && exists == Existence::Yes;
        if is_certain != (expected["exists"] != "unknown") {
            self.problems.push(format!("{address}: exists {}", expected["exists"]));
        }
        let body = run.body(made);
        let (node, detours) = made::read(&body, &made.resource.block.whole);
        let (found, wanted) = (normal(&shown(&node)), normal(&expected["values"]));
        if found != wanted {
            self.problems.push(format!("{address}:\n    expected {wanted}\n    found    {found}"));
        }
        for (pointer, token) in expected["at"].as_object().into_iter().flatten() {
            self.places += 1;
            let own = own(&node, pointer);
            let nearest = detours.iter().filter(|detour| own.is_within(&detour.from));
            let nearest = nearest.max_by_key(|detour| detour.from.as_str().len());
            let (file, range) = if let Some(detour) = nearest {
                match &detour.to.at {
                    At::Bytes(range) => (detour.to.file, range.clone()),
                    At::Pointer(to) => {
                        let rest = Pointer::new(&own.as_str()[detour.from.as_str().len()..]);
                        (detour.to.file, self.find(detour.to.file, &to.join(&rest)))
                    }
                }
            } else {
                let block = Pointer::root().key("resource").key(made.resource.type_name).key(made.resource.name);
                (made.resource.file, self.find(made.resource.file, &block.join(&own)))
            };
            let (path, text) = &self.example.files[file.0];
            let line = text[..range.start].matches('\n').count() + 1;
            let found = json!([path, text[range].trim(), line]);
            let is_right = found == *token
                || (found[0] == token[0] && found[2] == token[2] && unquoted(&found[1]) == unquoted(&token[1]));
            if !is_right {
                self.problems.push(format!("{address} at {pointer}:\n    expected {token}\n    found    {found}"));
            }
        }
    }

    fn find(&self, file: FileIndex, pointer: &Pointer) -> std::ops::Range<usize> {
        let text = &self.example.files[file.0].1;
        Locator::new(text).find(0, pointer).pop().map_or(0..0, |place| place.value)
    }
}

fn unquoted(token: &Value) -> &str {
    token.as_str().unwrap_or_default().trim_matches('"')
}

/// The pointer of a policy, in which a block is no list.
fn own(node: &Node<'_>, pointer: &str) -> Pointer {
    let (mut own, mut at) = (Pointer::root(), Some(node));
    for step in Pointer::new(pointer).steps() {
        match at {
            Some(Node::Object(_)) if step == "0" => {}
            Some(Node::Object(object)) => {
                at = object.get(&step);
                own = own.key(&step);
            }
            Some(Node::Array(elements)) => {
                at = elements.get(step.parse::<usize>().unwrap());
                own = own.key(&step);
            }
            _ => own = own.key(&step),
        }
    }
    own
}

#[test]
fn roots_are_what_terraform_plans() {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/evaluation/roots");
    let mut examples: Vec<PathBuf> = fs::read_dir(&all).unwrap().map(|entry| entry.unwrap().path()).collect();
    examples.sort();
    let (mut resources, mut places, mut failed) = (0, 0, Vec::new());
    for folder in &examples {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let expected: Value = serde_json::from_str(&fs::read_to_string(folder.join("expected.json")).unwrap()).unwrap();
        let example = Example::read(folder);
        let told = expected["var_files"].as_array().into_iter().flatten();
        let told: Vec<String> = told.map(|path| path.as_str().unwrap().to_owned()).collect();
        let (folders, given) = example.folders(&told);
        let modules: BTreeMap<PathBuf, Module<'_>> = folders
            .iter()
            .map(|(folder, parts)| {
                let files: Vec<File<'_>> =
                    parts.iter().filter(|part| !part.gives_values()).map(Part::content).collect();
                (folder.clone(), Module::of(&files))
            })
            .collect();
        let called =
            |from: &Path, source: &str| local_folder(from, source).filter(|folder| folders.contains_key(folder));
        let mut checker = Checker { example: &example, problems: Vec::new(), places: 0 };
        let mut wanted: Vec<&Value> = expected["resources"].as_array().unwrap().iter().collect();
        for (root, exists) in roots(&folders, &BTreeSet::new()) {
            let (given, _) = given.of_root(root, &folders, modules.get(root));
            let files = example.rooted(root);
            let run = Run::new(Start {
                root: root.to_owned(),
                modules: &modules,
                called: &called,
                given,
                has_defaults: true,
                is_id,
                files: &files,
                max_depth: 60,
            });
            for made in run.resources().iter().filter(|made| !made.resource.is_data && exists != Existence::No) {
                let is = |expected: &&Value| {
                    let of_root = expected["root"].as_str().is_none_or(|path| Path::new(path) == root);
                    expected["address"] == made.address.as_str() && of_root
                };
                match wanted.iter().position(is) {
                    Some(at) => {
                        checker.resource(wanted.remove(at), &run, made, exists);
                        resources += 1;
                    }
                    // A module that nobody calls may be one of somebody else.
                    None if exists != Existence::Yes || !made.resource.type_name.starts_with("azuread_") => {}
                    None => checker.problems.push(format!("{}: is not expected", made.address)),
                }
            }
        }
        checker.problems.extend(wanted.iter().map(|expected| format!("{}: is missing", expected["address"])));
        places += checker.places;
        failed.extend(checker.problems.iter().map(|problem| format!("{name}: {problem}")));
    }
    assert!(failed.is_empty(), "{} problems:\n{}", failed.len(), failed.join("\n"));
    assert!(resources >= 150 && places >= 150, "{resources} resources, {places} places");
}
