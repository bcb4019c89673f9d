//! What a person reads: the pretty report of every tenant in `testdata`, kept beside it as `<tenant>.snap`.

use std::fs;
use std::process::Command;

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
            .args(["check", &tenant, "-v", "--color", "never", "--today", "2026-06-01"])
            .args(config.into_iter().flatten())
            .output();
        let report = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        insta::with_settings!({ snapshot_path => "../testdata", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(tenant.as_str(), report.unwrap_or_default());
        });
    }
}
