//! What a person reads: the pretty report of every tenant in `testdata`, kept beside it as `<tenant>.snap`.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::Command;
use unicode_width::UnicodeWidthStr;

#[test]
fn every_tenant_reads_well() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata");
    let mut tenants: Vec<String> = fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    tenants.sort();
    assert!(tenants.len() > 10);
    for tenant in tenants {
        let config = format!("{tenant}/caplint.toml");
        let config = fs::exists(format!("{root}/{config}")).unwrap_or(false).then_some(["--config", config.as_str()]);
        let output = Command::new(env!("CARGO_BIN_EXE_caplint"))
            .current_dir(root)
            .env_remove("COLUMNS")
            .args(["check", &tenant, "-v", "--color", "never", "--today", "2026-06-01"])
            .args(config.into_iter().flatten())
            .output();
        let report = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        insta::with_settings!({ snapshot_path => "../testdata", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(tenant.as_str(), report.unwrap_or_default());
        });
    }
}

/// Tenants whose findings have several places, long messages, long names and exceptions.
const WRAPPED: [&str; 4] =
    ["trusted-location-half-closed", "hostile-names", "well-kept", "directory-knows-who-is-left-out"];

/// On a terminal of 80 and of 120 columns. Only what has no space in it is longer: a path, an address.
#[test]
fn text_fits_the_terminal() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata");
    for columns in [80, 120] {
        for tenant in WRAPPED {
            let output = Command::new(env!("CARGO_BIN_EXE_caplint"))
                .current_dir(root)
                .env("COLUMNS", columns.to_string())
                .args(["check", tenant, "-v", "--color", "never", "--today", "2026-06-01"])
                .args(["--benchmark", "cis-m365-7.0"])
                .output()
                .unwrap();
            let report = String::from_utf8(output.stdout).unwrap();
            for line in report.lines().filter(|line| line.width() > columns) {
                let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
                let path = words.iter().position(|word| word.contains('/'));
                assert!(path.is_some_and(|at| at <= 2), "{columns} columns: {line}");
            }
            insta::with_settings!({ snapshot_path => "snapshots/width", prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(format!("{tenant}-{columns}"), report);
            });
        }
    }
}

/// A comparison fits, too.
#[test]
fn a_comparison_fits_the_terminal() {
    let output = Command::new(env!("CARGO_BIN_EXE_caplint"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata"))
        .env("COLUMNS", "80")
        .args(["diff", "mfa-for-all-users", "trusted-location-half-closed", "--isolated", "--color", "never"])
        .output()
        .unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    let long: Vec<&str> = report.lines().filter(|line| line.width() > 80 && !line.contains(".json:")).collect();
    assert_eq!(long, Vec::<&str>::new(), "{report}");
    insta::with_settings!({ snapshot_path => "snapshots/width", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("diff-80", report);
    });
}

/// What a dialect brings beside its code. Its test file is named after it, so that it can be found: `testdata/spellings/cipp.json`,
/// or a tenant of its own such as `testdata/terraform-files`.
#[test]
fn every_dialect_has_a_test_file_a_snapshot_that_shows_it_and_a_line_in_the_documentation() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = |folder: &str| -> Vec<String> {
        let entries = fs::read_dir(root.join(folder)).unwrap().flatten();
        entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
    };
    let snapshot = |tenant: &str| fs::read_to_string(root.join(format!("testdata/{tenant}.snap"))).unwrap_or_default();
    // The other files of the folder help a dialect and read no document.
    let reads = |file: &String| {
        let text = fs::read_to_string(root.join("src/dialect").join(file)).unwrap_or_default();
        text.contains("\npub(super) fn read<'a>(reader: &mut DocumentReader<")
    };
    let dialects: Vec<String> = names("src/dialect").into_iter().filter(reads).collect();
    assert!(dialects.len() >= 3, "{dialects:?}");
    let page = fs::read_to_string(root.join("docs/formats.md")).unwrap().to_lowercase();
    // `cargo xtask new` leaves them where something is still to be written.
    assert!(!page.contains("todo"), "docs/formats.md has a TODO");
    for dialect in dialects {
        let dialect = dialect.trim_end_matches(".rs").replace('_', "-");
        let is_named = |name: &String| name.to_lowercase().starts_with(&dialect);
        let is_shown = |tenant: &str, name: &str| snapshot(tenant).contains(&format!(" {tenant}/{name}"));
        let spellings = names("testdata/spellings").into_iter().filter(is_named);
        let tenants =
            names("testdata").into_iter().filter(|name| is_named(name) && root.join("testdata").join(name).is_dir());
        let files: Vec<(String, bool)> = spellings
            .map(|name| (format!("spellings/{name}"), is_shown("spellings", &name)))
            .chain(tenants.map(|tenant| (format!("{tenant}/"), is_shown(&tenant, ""))))
            .collect();
        assert!(!files.is_empty(), "{dialect}: testdata/spellings/ has no file whose name starts with {dialect}");
        // Only a finding shows that the file was read, and where its characters are.
        assert!(
            files.iter().any(|(_, is_shown)| *is_shown),
            "{dialect}: no snapshot in testdata/ shows a finding of {files:?}"
        );
        // A section or a paragraph of its own.
        let word = dialect.replace('-', " ");
        let is_headed = |line: &str| line.starts_with('#') || line.starts_with("**");
        let heading = |line: &str| line.rsplit_once("**").map_or(line, |(heading, _)| heading).replace('-', " ");
        let has_line = page.lines().filter(|line| is_headed(line)).any(|line| heading(line).contains(&word));
        assert!(has_line, "{dialect}: docs/formats.md has no heading, and no paragraph that starts with its **name**");
    }
}
