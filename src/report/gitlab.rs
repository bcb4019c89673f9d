//! [Code Quality] of GitLab: one array of findings.
//!
//! [Code Quality]: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format

use super::format::Formatter;
use super::{Run, Style};
use crate::coverage::Ways;
use crate::finding::{Finding, Level, escape_invisible, visible};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// The format.
pub(super) struct Gitlab;

impl Formatter for Gitlab {
    fn name(&self) -> &'static str {
        "gitlab"
    }

    fn about(&self) -> &'static str {
        "Code Quality of GitLab"
    }

    fn is_for_programs(&self) -> bool {
        true
    }

    fn ways(&self) -> Ways {
        Ways::Listed
    }

    fn shows_verdicts(&self) -> bool {
        false
    }

    fn write(&self, run: &Run, _style: Style, out: &mut dyn Write) -> io::Result<()> {
        let mut seen = BTreeSet::new();
        let mut issues: Vec<Value> = run.findings().map(|finding| issue(finding, run, &mut seen)).collect();
        issues.extend(hidden(run));
        let text = serde_json::to_string_pretty(&issues).map_err(io::Error::other)?;
        writeln!(out, "{}", escape_invisible(&text))
    }
}

/// What is not reported, which has no other place in this format.
fn hidden(run: &Run) -> Option<Value> {
    let tenant = run.tenants.first()?;
    Some(json!({
        "description": visible(&run.settled.text()?),
        "check_name": "hidden-findings",
        "fingerprint": "hidden-findings",
        "severity": "info",
        "location": { "path": run.root.place(tenant.place.as_ref().unwrap_or(&tenant.name)).0, "lines": { "begin": 1 } },
    }))
}

fn issue(finding: &Finding, run: &Run, seen: &mut BTreeSet<String>) -> Value {
    let primary = finding.primary();
    let help = finding.help.as_ref().map(|help| format!(" {help}")).unwrap_or_default();
    // Two tenants may have the same finding; GitLab drops the second of one fingerprint.
    let mut fingerprint = finding.fingerprint.clone();
    let mut nth = 1;
    while !seen.insert(fingerprint.clone()) {
        nth += 1;
        fingerprint = format!("{}-{nth}", finding.fingerprint);
    }
    json!({
        "description": visible(&format!("{}{help}", finding.message)),
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": match finding.level {
            Level::Error => "critical",
            Level::Warning => "major",
            Level::Info => "info",
        },
        "location": { "path": run.root.place(&primary.path).0, "lines": { "begin": primary.start.line } },
    })
}
