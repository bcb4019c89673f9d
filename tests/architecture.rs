//! The drawing in `docs/architecture.md` is the code: what each module may import, and no circles between files.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A file of `src`: the path of its module, and its code without comments and tests.
struct Source {
    module: Vec<String>,
    code: String,
}

fn sources() -> Vec<Source> {
    let mut files = Vec::new();
    gather(&Path::new(ROOT).join("src"), &mut files);
    files.into_iter().map(|file| source(&file)).filter(|source| !source.module.is_empty()).collect()
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            gather(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
}

fn source(file: &Path) -> Source {
    let path = file.strip_prefix(Path::new(ROOT).join("src")).unwrap().with_extension("");
    let mut module: Vec<String> = path.iter().map(|step| step.to_str().unwrap().to_owned()).collect();
    module.pop_if(|last| last == "mod");
    if module == ["lib"] || module == ["main"] {
        module.clear();
    }
    let text = fs::read_to_string(file).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let code = code.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n");
    Source { module, code }
}

/// The paths behind `crate` or `super`, with braces opened: `super::{a, b::C}` is `a` and `b::C`.
fn paths(code: &str, root: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices(&format!("{root}::")) {
        let is_word_before =
            code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == ':');
        let rest = &code[at + root.len() + 2..];
        if is_word_before {
            continue;
        }
        match rest.strip_prefix('{') {
            Some(group) => {
                let group = group.split(';').next().unwrap();
                let paths = group.split([',', '{', '}']).map(|path| steps(path.trim()));
                found.extend(paths.filter(|path| !path.is_empty()));
            }
            None => found.push(steps(rest)),
        }
    }
    found
}

fn steps(path: &str) -> Vec<String> {
    let end =
        path.find(|character: char| !(character.is_alphanumeric() || "_:".contains(character))).unwrap_or(path.len());
    path[..end].split("::").filter(|step| !step.is_empty()).map(str::to_owned).collect()
}

/// The table: each module with what it may use, in its order.
fn drawn() -> Vec<(String, BTreeSet<String>)> {
    let page = fs::read_to_string(Path::new(ROOT).join("docs/architecture.md")).unwrap();
    let table = page.split("| module | what it knows | may use |").nth(1).unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let words = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<String>>();
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
        (words(cells[0]).pop_first().unwrap(), words(cells[2]))
    })
    .collect()
}

#[test]
fn the_picture_has_every_module_in_the_order_of_the_table() {
    let picture = fs::read_to_string(Path::new(ROOT).join("docs/architecture.svg")).unwrap();
    let boxes = picture.split("text-anchor=\"middle\">").skip(1).map(|rest| rest.split('<').next().unwrap());
    let modules: Vec<&str> = boxes.filter(|text| !text.contains(' ')).collect();
    let table = drawn();
    assert_eq!(modules, table.iter().map(|(module, _)| module.as_str()).collect::<Vec<_>>());
}

#[test]
fn modules_import_what_the_drawing_says() {
    let mut imported: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources() {
        let used = imported.entry(source.module[0].clone()).or_default();
        let others = paths(&source.code, "crate").into_iter().filter_map(|path| path.into_iter().next());
        used.extend(others.filter(|other| *other != source.module[0]));
    }
    let drawn = drawn();
    let rows: BTreeSet<&String> = drawn.iter().map(|(module, _)| module).collect();
    assert_eq!(imported.keys().collect::<BTreeSet<_>>(), rows, "docs/architecture.md has a row for each module");
    for (row, (module, may_use)) in drawn.iter().enumerate() {
        // The command line stands above everything.
        if module == "cli" {
            continue;
        }
        assert_eq!(&imported[module], may_use, "{module}: the table in docs/architecture.md says otherwise");
        let is_earlier = |used: &String| drawn[..row].iter().any(|(earlier, _)| earlier == used);
        assert!(may_use.iter().all(is_earlier), "{module} uses a module that comes later");
    }
}

/// A file may use the module that it belongs to, which declares it. Apart from that, no file uses another one that uses it,
/// directly or through others.
#[test]
fn no_two_files_use_each_other() {
    let sources = sources();
    let known: BTreeSet<&[String]> = sources.iter().map(|source| source.module.as_slice()).collect();
    let mut uses: BTreeMap<&[String], BTreeSet<&[String]>> = BTreeMap::new();
    for source in &sources {
        let parent = &source.module[..source.module.len() - 1];
        let inner = paths(&source.code, "super").into_iter().map(|path| [parent, &path].concat());
        let all = paths(&source.code, "crate").into_iter().chain(inner);
        let targets = all.filter_map(|path| {
            let target = (1..=path.len()).rev().find_map(|length| known.get(&path[..length]))?;
            (!source.module.starts_with(target)).then_some(*target)
        });
        uses.entry(&source.module).or_default().extend(targets);
    }
    // Whatever uses nothing that is left is taken away, until only circles are left.
    loop {
        let free: Vec<&[String]> = uses
            .iter()
            .filter(|(_, used)| used.iter().all(|one| !uses.contains_key(one)))
            .map(|(one, _)| *one)
            .collect();
        if free.is_empty() {
            break;
        }
        uses.retain(|module, _| !free.contains(module));
    }
    assert!(uses.is_empty(), "circles among {:?}", uses.keys().map(|module| module.join("::")).collect::<Vec<_>>());
}

#[test]
fn imports_are_read_as_they_are_written() {
    let code = "use crate::a::{B, c};\nuse super::{d, e::F};\nlet x = crate::g::h(super::i::J);\n";
    let joined = |root| paths(code, root).iter().map(|path| path.join("::")).collect::<Vec<_>>();
    assert_eq!(joined("crate"), ["a", "g::h"]);
    assert_eq!(joined("super"), ["d", "e::F", "i::J"]);
}
