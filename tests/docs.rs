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
        .args(["check", "testdata/trusted-location-half-closed", "--color", "always"])
        .env("LANG", "C.UTF-8")
        .output()
        .unwrap();
    // A picture is as wide as its longest line.
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

#[test]
fn the_changelog_counts_the_rules() {
    let controls = caplint::controls::all().len();
    assert_eq!(caplint::rules::all().len() - controls, 25, "CHANGELOG.md says twenty-five");
}
