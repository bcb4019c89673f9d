//! Pages that are generated from the rules, and numbers in prose that must not go stale.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::Command;

fn page() -> String {
    let mut page = String::from(
        "<!-- Generated from the rules: UPDATE_DOCS=1 cargo test --test docs -->\n\n# Rules\n\n| rule | level | what it catches |\n|---|---|---|\n",
    );
    for rule in caplint::rules::all() {
        let meta = rule.meta();
        page.push_str(&format!("| [{0}](#{0}) | {1} | {2} |\n", meta.id, meta.level.word(), meta.summary));
    }
    for rule in caplint::rules::all() {
        page.push('\n');
        for line in caplint::rules::page(*rule).trim_end().lines() {
            // One page, so every heading goes down a level; but a # in an example is none.
            page.push_str(if line.starts_with('#') { "#" } else { "" });
            page.push_str(line);
            page.push('\n');
        }
    }
    page
}

#[test]
fn the_page_of_rules_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, page()).unwrap();
    }
    assert!(fs::read_to_string(path).unwrap_or_default() == page(), "UPDATE_DOCS=1 cargo test --test docs");
}

#[test]
fn the_diagnostic_in_the_readme_is_real() {
    let output = Command::new(env!("CARGO_BIN_EXE_caplint"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["check", "testdata/trusted-location-half-closed"])
        .output()
        .unwrap();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = fs::read_to_string(path).unwrap();
    let shown = readme.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let real = String::from_utf8(output.stdout).unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, readme.replacen(shown, &real, 1)).unwrap();
    }
    assert!(shown == real, "UPDATE_DOCS=1 cargo test --test docs");
}

#[test]
fn the_changelog_counts_the_rules() {
    let controls = caplint::controls::all().len();
    assert_eq!(caplint::rules::all().len() - controls, 25, "CHANGELOG.md says twenty-five");
}
