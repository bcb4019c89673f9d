//! Pages that are generated from the rules, and numbers in prose that must not go stale.

#![allow(clippy::unwrap_used)]

#[path = "docs/benchmarks.rs"]
mod benchmarks;

use std::fs;
use std::process::Command;

use caplint::finding::Safety;
use caplint::rules::{self, Category, Rule};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tempfile::TempDir;

const GENERATED: &str = "<!-- Generated: UPDATE_DOCS=1 cargo test --test docs -->";

/// Two tests write the README.
static README: Mutex<()> = Mutex::new(());

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rules_of(category: Category) -> impl Iterator<Item = &'static dyn Rule> {
    let all = rules::all().iter().copied();
    all.map(|rule| rule as &dyn Rule).filter(move |rule| rule.meta().category == category)
}

/// The rules by category, each linked to its page in `folder`.
fn tables(folder: &str, heading: &str) -> String {
    let mut tables = String::new();
    for category in Category::ALL {
        tables += &format!(
            "\n{heading} {}\n\n{}\n\n| rule | level | fix | what it says |\n|---|---|---|---|\n",
            category.title(),
            category.about()
        );
        for rule in rules_of(category) {
            let meta = rule.meta();
            let fix = meta.fix.map_or("", Safety::word);
            let (level, summary) = (meta.level().word(), meta.summary);
            tables += &format!("| [{0}]({folder}{0}.md) | {level} | {fix} | {summary} |\n", meta.id);
        }
    }
    tables
}

/// Every file under `docs/rules/`.
fn pages() -> BTreeMap<PathBuf, String> {
    let mut pages = BTreeMap::new();
    let levels = "A level is that of a rule's gravest finding. `error`: surely wrong or open, or not known where it must be. \
                  `warning`: an administrator should look at it. `info`: hygiene; counted, and shown with `-v` or the profile strict.\n\n\
                  [`caplint fix`](../fix.md) applies the fixes of some findings: `safe` ones keep the meaning of every policy, `unsafe` \
                  ones need `--unsafe-fixes`.";
    pages.insert("README.md".into(), format!("{GENERATED}\n\n# Rules\n\n{levels}\n{}", tables("", "##")));
    for rule in rules::all() {
        let meta = rule.meta();
        let (title, body) =
            rules::page(*rule).split_once("\n\n").map(|(title, body)| (title.to_owned(), body.to_owned())).unwrap();
        let fix = match meta.fix {
            None => String::new(),
            Some(safety) => format!(", some findings have {} [fixes](../fix.md)", safety.word()),
        };
        let line = format!("*{}, {}, since caplint {}{fix}*", meta.category.word(), meta.level().word(), meta.since);
        pages.insert(
            format!("{}.md", meta.id).into(),
            format!("{GENERATED}\n\n{title}\n\n{line}\n\n{}\n", body.trim_end()),
        );
    }
    pages
}

#[test]
fn the_pages_of_the_rules_are_up_to_date() {
    let folder = root().join("docs/rules");
    let pages = pages();
    let present = || -> Vec<PathBuf> {
        let entries = fs::read_dir(&folder).into_iter().flatten();
        entries.map(|entry| entry.unwrap().file_name().into()).collect()
    };
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for name in present() {
            fs::remove_file(folder.join(name)).unwrap();
        }
        for (name, page) in &pages {
            fs::write(folder.join(name), page).unwrap();
        }
    }
    for (name, page) in &pages {
        let is_same = fs::read_to_string(folder.join(name)).is_ok_and(|there| there == *page);
        assert!(is_same, "docs/rules/{} is stale: UPDATE_DOCS=1 cargo test --test docs", name.display());
    }
    assert_eq!(present().len(), pages.len(), "docs/rules holds the page of a rule that is no more");
}

#[test]
fn the_table_in_the_readme_is_up_to_date() {
    let _guard = README.lock();
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (start, end) = ("<!-- rules -->\n", "<!-- end of rules -->");
    let (before, rest) = readme.split_once(start).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let mut table = String::from("\n| | rules |\n|---|---|\n");
    for category in Category::ALL {
        let links: Vec<String> =
            rules_of(category).map(|rule| format!("[{0}](docs/rules/{0}.md)", rule.meta().id)).collect();
        table += &format!("| **{}** {} | {} |\n", category.title(), category.about(), links.join(", "));
    }
    let fresh = format!("{before}{start}{table}\n{end}{after}");
    // Other tests read it meanwhile.
    if std::env::var_os("UPDATE_DOCS").is_some() && readme != fresh {
        fs::write(&path, &fresh).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap() == fresh, "UPDATE_DOCS=1 cargo test --test docs");
}

/// What a rule about policies must tell: an admin fixes it in the admin center, in Graph's JSON or in Terraform.
#[test]
fn every_page_about_policies_tells_how_to_fix_it_everywhere() {
    let about_policies = [Category::Controls, Category::Gaps, Category::Exclusions, Category::Rollout];
    for rule in rules::all().iter().filter(|rule| about_policies.contains(&rule.meta().category)) {
        // An auditor's query is no policy: there is nothing to fix.
        if rule.meta().id == "stored-query-disagrees" {
            continue;
        }
        let page = rules::page(*rule);
        for heading in [
            "## Why it matters",
            "## Example",
            "## How to fix it",
            "### In the admin center",
            "### In Graph JSON",
            "### In Terraform",
            "## When to ignore it",
        ] {
            assert!(page.contains(&format!("\n{heading}\n")), "{} lacks {heading:?}", rule.meta().id);
        }
        assert!(page.contains("https://"), "{} names no public source", rule.meta().id);
    }
}

#[test]
fn the_diagnostic_in_the_readme_is_real() {
    let output = Command::new(env!("CARGO_BIN_EXE_caplint"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["check", "testdata/trusted-location-half-closed", "--color", "always"])
        .env("LANG", "C.UTF-8")
        .env("COLUMNS", "118")
        .output()
        .unwrap();
    // A picture is as wide as its longest line, and a path is not broken.
    let text = String::from_utf8(output.stdout).unwrap();
    let wrapped: Vec<String> = text.lines().flat_map(|line| wrap(line, 118)).collect();
    let real = anstyle_svg::Term::new().render_svg(&wrapped.join("\n"));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnostic.svg");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, &real).unwrap();
    }
    assert!(fs::read_to_string(path).unwrap_or_default() == real, "UPDATE_DOCS=1 cargo test --test docs");
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    assert!(readme.contains("(docs/diagnostic.svg)"));
}

/// A line as a terminal of that width shows it. Escapes take no room.
fn wrap(line: &str, width: usize) -> Vec<String> {
    let (mut lines, mut column, mut in_escape) = (vec![String::new()], 0, false);
    for character in line.chars() {
        in_escape |= character == '\u{1b}';
        if column == width && !in_escape {
            lines.push(String::new());
            column = 0;
        }
        if let Some(last) = lines.last_mut() {
            last.push(character);
        }
        column += usize::from(!in_escape);
        in_escape &= character != 'm';
    }
    lines
}

/// The example of `docs/diff.md` as files.
fn compared() -> TempDir {
    example("docs/diff.md")
}

/// The example of a page as files.
fn example(page: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let page = fs::read_to_string(root().join(page)).unwrap();
    for part in page.split("<!-- file: ").skip(1) {
        let (name, rest) = part.split_once(" -->\n```").unwrap();
        let (_, text) = rest.split_once('\n').unwrap();
        let (text, _) = text.split_once("```\n").unwrap();
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn comparisons_in_the_pages_are_real() {
    let _guard = README.lock();
    for (name, files) in
        [("README.md", "docs/diff.md"), ("docs/diff.md", "docs/diff.md"), ("docs/testing.md", "docs/testing.md")]
    {
        let folder = example(files);
        let path = root().join(name);
        let page = fs::read_to_string(&path).unwrap();
        let real = with_outputs(&page, folder.path());
        if std::env::var_os("UPDATE_DOCS").is_some() && page != real {
            fs::write(&path, &real).unwrap();
        }
        let is_same = fs::read_to_string(&path).unwrap() == real;
        assert!(is_same, "{name} shows what caplint no longer says: UPDATE_DOCS=1 cargo test --test docs");
    }
}

/// The page with what each command in it says now.
fn with_outputs(page: &str, folder: &Path) -> String {
    let (start, fence, end) = ("<!-- output: ", " -->\n```text\n", "\n```\n");
    let mut parts = page.split(start);
    let mut real = parts.next().unwrap().to_owned();
    assert!(page.contains(start), "the page shows no comparison");
    for part in parts {
        let (command, rest) = part.split_once(fence).unwrap();
        let (_, rest) = rest.split_once(end).unwrap();
        real += &format!("{start}{command}{fence}{}{end}{rest}", shown(command, folder));
    }
    real
}

/// What a command says, or its first lines: `diff a b, 7 lines`.
fn shown(command: &str, folder: &Path) -> String {
    let lines = |text: &str| text.strip_suffix(" lines").and_then(|number| number.parse::<usize>().ok());
    let shortened = command.rsplit_once(", ").and_then(|(command, text)| Some((command, lines(text)?)));
    let (command, count) = shortened.unwrap_or((command, usize::MAX));
    said(command, folder).lines().take(count).collect::<Vec<_>>().join("\n")
}

fn said(command: &str, folder: &Path) -> String {
    if let Some(file) = command.strip_prefix("cat ") {
        return fs::read_to_string(folder.join(file)).unwrap();
    }
    if let Some((from, to)) = command.strip_prefix("mv ").and_then(|files| files.split_once(' ')) {
        fs::rename(folder.join(from), folder.join(to)).unwrap();
        return String::new();
    }
    // What stands in the repository is looked at there.
    let folder = if command.contains(" testdata/") { root() } else { folder };
    // What is between quotes is one argument.
    let arguments = command.split('"').enumerate().flat_map(|(number, part)| {
        if number % 2 == 1 { vec![part] } else { part.split_whitespace().collect::<Vec<_>>() }
    });
    let output = Command::new(env!("CARGO_BIN_EXE_caplint"))
        .current_dir(folder)
        .args(arguments)
        .args(["--color", "never"])
        .env_remove("COLUMNS")
        .env("LANG", "C.UTF-8")
        .output()
        .unwrap();
    assert!(output.stderr.is_empty(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_key_of_the_comparison_is_on_its_page() {
    let folder = compared();
    let page = fs::read_to_string(root().join("docs/diff.md")).unwrap();
    let report = said("diff before.json after.json --format json", folder.path());
    let report: Value = serde_json::from_str(&report).unwrap();
    let change = &report["changes"][0];
    let mut keys = BTreeSet::new();
    for object in [
        &report,
        &report["before"],
        &report["classes"],
        &report["groups"][0],
        &report["edits"][0],
        &report["summary"],
        change,
        &change["ways"][0],
        &change["region"],
        &change["before"],
        &change["causes"][0],
    ] {
        keys.extend(object.as_object().unwrap().keys());
    }
    for key in keys {
        assert!(page.contains(&format!("`{key}`")), "docs/diff.md does not explain {key}");
    }
}
