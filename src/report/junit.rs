//! `JUnit` XML: a suite a tenant, a case a control and a rule.
//!
//! A case is there in every run, passes or fails, and is called by the id of its control or rule alone, so that a dashboard follows it over
//! time: neither the wording of a message nor a line number moves it. Errors are failures. Warnings and information are told by
//! cases that pass, so that whoever gates on this report stops where the exit code does. A rule that has not looked is skipped.

use super::format::Formatter;
use super::stream::{Growing, InPieces};
use super::{Ending, Later, NOTHING, Run, Style, count};
use crate::controls;
use crate::coverage::Verdict;
use crate::coverage::Ways;
use crate::finding::{Finding, Level, visible};
use crate::outcome::{ControlReport, TenantReport};
use crate::rules;
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The format.
pub(super) struct Junit;

impl Formatter for Junit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn about(&self) -> &'static str {
        "JUnit XML for test reports"
    }

    fn is_for_programs(&self) -> bool {
        true
    }

    fn ways(&self) -> Ways {
        Ways::Mentioned
    }

    fn begin<'r>(&self, run: &'r Run, _style: Style) -> Box<dyn Growing + 'r> {
        Box::new(Report { run, document: quick_junit::Report::new("caplint"), others: Later::default() })
    }
}

/// The report, which is written at the end: its head has the numbers of the run, and its first suite what is not reported.
struct Report<'r> {
    run: &'r Run,
    /// The document with the numbers of the run and its first suite.
    document: quick_junit::Report,
    /// The other suites as they stand in the document.
    others: Later,
}

impl InPieces for Report<'_> {
    /// A document with the numbers of one suite, and the suite in it if it is the first; else as it stands in the document.
    type Piece = io::Result<(quick_junit::Report, String)>;

    fn piece(&self, tenant: &TenantReport, index: usize) -> Self::Piece {
        let mut document = quick_junit::Report::new("caplint");
        document.add_test_suite(suite(self.run, tenant));
        if index == 0 {
            return Ok((document, String::new()));
        }
        let (_, text, _) = parts(&document)?;
        document.test_suites.clear();
        Ok((document, text))
    }

    fn add(&mut self, piece: Self::Piece, _out: &mut dyn Write) -> io::Result<()> {
        let (document, text) = piece?;
        self.document.tests += document.tests;
        self.document.failures += document.failures;
        self.document.errors += document.errors;
        self.document.test_suites.extend(document.test_suites);
        self.others.write_all(text.as_bytes())
    }

    fn end(mut self, ending: &Ending<'_>, out: &mut dyn Write) -> io::Result<()> {
        if let (Some(settled), Some(suite)) = (ending.settled.text(), self.document.test_suites.first_mut()) {
            suite.set_system_out(visible(&settled));
        }
        let (head, first, foot) = parts(&self.document)?;
        write!(out, "{head}{first}")?;
        self.others.write_to(out)?;
        out.write_all(foot.as_bytes())
    }
}

/// A document, cut around its suites.
fn parts(document: &quick_junit::Report) -> io::Result<(String, String, String)> {
    let text = document.to_string().map_err(io::Error::other)?;
    // Neither stands in a text or an attribute, where `<` is escaped.
    let head = text.find("\n    <testsuite ").unwrap_or(text.len());
    let foot = text.rfind("\n</testsuites>").unwrap_or(text.len()).max(head);
    Ok((text[..head].to_owned(), text[head..foot].to_owned(), text[foot..].to_owned()))
}

fn suite(run: &Run, tenant: &TenantReport) -> TestSuite {
    let mut suite = TestSuite::new(visible(&tenant.name));
    let mut found: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &tenant.findings {
        found.entry(finding.rule).or_default().push(finding);
    }
    for control in &tenant.controls {
        let findings = found.remove(control.id).unwrap_or_default();
        suite.add_test_case(of_control(tenant, control, &findings));
    }
    let is_control = |id: &&str| controls::ids().any(|control| control == *id);
    for rule in rules::ids().iter().copied().filter(|id| !is_control(id)) {
        let findings = found.remove(rule).unwrap_or_default();
        suite.add_test_case(of_rule(tenant, rule, &findings, unlooked(run, tenant, rule)));
    }
    // What is left is of rules that are not caplint's own.
    for (rule, findings) in found {
        suite.add_test_case(of_rule(tenant, rule, &findings, None));
    }
    // Nothing to judge is nothing that has passed.
    if tenant.is_empty && (run.needs_policies || tenant.has_crashed) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(NOTHING);
        suite.add_test_case(named(tenant, "nothing to judge", status));
    }
    suite
}

/// Why a rule without findings has not passed.
fn unlooked(run: &Run, tenant: &TenantReport, rule: &str) -> Option<&'static str> {
    if run.off.contains(rule) {
        Some("The configuration switches this rule off.")
    } else if tenant.is_empty {
        Some("There was nothing to judge.")
    } else if run.files_only {
        Some("The tenant is not judged (--scope file).")
    } else {
        None
    }
}

fn named(tenant: &TenantReport, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(visible(&tenant.name));
    case
}

fn of_control(tenant: &TenantReport, control: &ControlReport, findings: &[&Finding]) -> TestCase {
    let mut case = named(tenant, control.id, status(findings));
    let verdict = control.verdict.word();
    let holds = matches!(control.verdict, Verdict::Enforced | Verdict::EnforcedExcept);
    // A level of the configuration can make the finding milder.
    if holds || findings.iter().all(|finding| finding.level != Level::Error) {
        case.set_system_out(format!("{verdict}: {}", visible(&control.reason)));
    }
    case
}

fn of_rule(tenant: &TenantReport, rule: &str, findings: &[&Finding], unlooked: Option<&str>) -> TestCase {
    let status = match (findings, unlooked) {
        ([], Some(why)) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(why);
            status
        }
        ([], None) | ([_, ..], _) => status(findings),
    };
    let mut case = named(tenant, rule, status);
    let milder = findings.iter().filter(|finding| finding.level != Level::Error);
    let told: Vec<String> = milder.map(|finding| format!("{}: {}", finding.level.word(), described(finding))).collect();
    if !told.is_empty() {
        case.set_system_out(told.join("\n\n"));
    }
    case
}

/// Of all findings of one rule: each error is told, and one case fails.
fn status(findings: &[&Finding]) -> TestCaseStatus {
    let mut errors = findings.iter().filter(|finding| finding.level == Level::Error);
    let Some(first) = errors.next() else { return TestCaseStatus::success() };
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let mut description = described(first);
    let mut others = 0;
    for finding in errors {
        description.push_str("\n\n");
        description.push_str(&described(finding));
        others += 1;
    }
    let more = if others == 0 { String::new() } else { format!(" ({} of this rule)", count(others, "more error")) };
    status.set_type(first.rule).set_message(format!("{}{more}", visible(&first.message))).set_description(description);
    status
}

fn described(finding: &Finding) -> String {
    let places = finding.locations.iter().fold(String::new(), |places, location| {
        let place = format!("{}:{}:{}", location.path, location.start.line, location.start.column);
        format!("{places}\n  {} {}", visible(&place), visible(&location.message))
    });
    let help = finding.help.as_ref().map(|help| format!("\nhelp: {}", visible(help))).unwrap_or_default();
    format!("{}{places}{help}", visible(&finding.message))
}
