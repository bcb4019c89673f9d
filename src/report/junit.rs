//! `JUnit` XML: a suite a tenant, a case a control and a rule.
//!
//! A case is there in every run, passes or fails, and is called by the id of its control or rule alone, so that a dashboard follows it over
//! time: neither the wording of a message nor a line number moves it. Errors are failures. Warnings and information are told by
//! cases that pass, so that whoever gates on this report stops where the exit code does. A rule that has not looked is skipped.

use super::format::Formatter;
use super::{NOTHING, Run, Style, count};
use crate::controls;
use crate::coverage::Verdict;
use crate::coverage::Ways;
use crate::finding::{Finding, Level, visible};
use crate::outcome::{ControlReport, TenantReport};
use crate::rules;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
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

    fn write(&self, run: &Run, _style: Style, out: &mut dyn Write) -> io::Result<()> {
        let mut report = Report::new("caplint");
        for tenant in &run.tenants {
            report.add_test_suite(suite(run, tenant));
        }
        if let (Some(settled), Some(suite)) = (run.settled.text(), report.test_suites.first_mut()) {
            suite.set_system_out(visible(&settled));
        }
        let text = report.to_string().map_err(io::Error::other)?;
        out.write_all(text.as_bytes())
    }
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
    if tenant.is_empty && run.exit_code == 2 {
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
