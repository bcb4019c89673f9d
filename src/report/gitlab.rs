//! [Code Quality] of GitLab: one array of findings.
//!
//! [Code Quality]: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format

use super::format::Formatter;
use super::stream::{Growing, InPieces, Joints, List};
use super::{Ending, Run, Style, json as report};
use crate::coverage::Ways;
use crate::finding::{Finding, Level, visible};
use crate::outcome::TenantReport;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
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

    fn begin<'r>(&self, run: &'r Run, _style: Style) -> Box<dyn Growing + 'r> {
        let issues = List::new(Joints { first: "\n  ", between: ",\n  ", last: "\n" });
        Box::new(Report { run, issues, seen: HashMap::new(), place: None })
    }
}

/// The report: findings as they come.
struct Report<'r> {
    run: &'r Run,
    issues: List,
    /// How often each fingerprint has been there, by its hash: a few bytes a finding. Two that have one hash would get a number that
    /// they do not need.
    seen: HashMap<u64, u32>,
    /// Where the first tenant is.
    place: Option<String>,
}

impl InPieces for Report<'_> {
    /// Where the tenant is, and its findings.
    type Piece = (String, Vec<(String, Value)>);

    fn start(&self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "[")
    }

    fn piece(&self, tenant: &TenantReport, _index: usize) -> Self::Piece {
        let place = self.run.root.place(tenant.place.as_ref().unwrap_or(&tenant.name)).0;
        let issues = tenant.findings.iter().map(|finding| (finding.fingerprint.clone(), issue(finding, self.run)));
        (place, issues.collect())
    }

    fn add(&mut self, (place, issues): Self::Piece, out: &mut dyn Write) -> io::Result<()> {
        self.place.get_or_insert(place);
        for (fingerprint, mut issue) in issues {
            // Two tenants may have the same finding; GitLab drops the second of one fingerprint.
            let mut hasher = DefaultHasher::new();
            fingerprint.hash(&mut hasher);
            let nth = self.seen.entry(hasher.finish()).or_default();
            *nth += 1;
            issue["fingerprint"] = if *nth == 1 { json!(fingerprint) } else { json!(format!("{fingerprint}-{nth}")) };
            self.issues.add(&report::indented(&issue, "\n  "), out)?;
        }
        Ok(())
    }

    /// What is not reported has no other place in this format.
    fn end(mut self, ending: &Ending<'_>, out: &mut dyn Write) -> io::Result<()> {
        if let (Some(settled), Some(place)) = (ending.settled.text(), self.place) {
            let hidden = json!({
                "description": visible(&settled),
                "check_name": "hidden-findings",
                "fingerprint": "hidden-findings",
                "severity": "info",
                "location": { "path": place, "lines": { "begin": 1 } },
            });
            self.issues.add(&report::indented(&hidden, "\n  "), out)?;
        }
        self.issues.end(out)?;
        writeln!(out, "]")
    }
}

/// A finding without its fingerprint.
fn issue(finding: &Finding, run: &Run) -> Value {
    let primary = finding.primary();
    let help = finding.help.as_ref().map(|help| format!(" {help}")).unwrap_or_default();
    json!({
        "description": visible(&format!("{}{help}", finding.message)),
        "check_name": finding.rule,
        "severity": match finding.level {
            Level::Error => "critical",
            Level::Warning => "major",
            Level::Info => "info",
        },
        "location": { "path": run.root.place(&primary.path).0, "lines": { "begin": primary.start.line } },
    })
}
