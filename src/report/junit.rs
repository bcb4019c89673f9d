//! `JUnit` XML: a suite a tenant, a case a control and a finding.
//!
//! Errors are failures. Warnings and information are cases that pass and say why they are there, so that whoever gates
//! on this report stops where the exit code does.

use super::format::Formatter;
use super::{NOTHING, Run, Style};
use crate::coverage::Verdict;
use crate::coverage::Ways;
use crate::finding::{Finding, Level, visible};
use crate::outcome::{ControlReport, TenantReport};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
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
            let mut suite = TestSuite::new(visible(&tenant.name));
            for control in &tenant.controls {
                suite.add_test_case(of_control(tenant, control));
            }
            let is_control = |finding: &&Finding| tenant.controls.iter().any(|control| control.id == finding.rule);
            for finding in tenant.findings.iter().filter(|finding| !is_control(finding)) {
                suite.add_test_case(of_finding(tenant, finding));
            }
            // Nothing to judge is nothing that has passed.
            if tenant.is_empty && run.exit_code == 2 {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
                status.set_message(NOTHING);
                let mut case = TestCase::new("nothing to judge", status);
                case.set_classname(visible(&tenant.name));
                suite.add_test_case(case);
            }
            report.add_test_suite(suite);
        }
        if let (Some(settled), Some(suite)) = (run.settled.text(), report.test_suites.first_mut()) {
            suite.set_system_out(visible(&settled));
        }
        let text = report.to_string().map_err(io::Error::other)?;
        out.write_all(text.as_bytes())
    }
}

fn of_control(tenant: &TenantReport, control: &ControlReport) -> TestCase {
    let finding = tenant.findings.iter().find(|finding| finding.rule == control.id);
    let mut case = TestCase::new(control.id, status(finding));
    case.set_classname(visible(&tenant.name));
    let verdict = control.verdict.word();
    let holds = matches!(control.verdict, Verdict::Enforced | Verdict::EnforcedExcept);
    if holds || finding.is_none() {
        case.set_system_out(format!("{verdict}: {}", visible(&control.reason)));
    }
    case
}

fn of_finding(tenant: &TenantReport, finding: &Finding) -> TestCase {
    let primary = finding.primary();
    let place = format!("{}:{}:{}", visible(&primary.path), primary.start.line, primary.start.column);
    let mut case = TestCase::new(format!("{} {place}", finding.rule), status(Some(finding)));
    case.set_classname(visible(&tenant.name));
    if finding.level != Level::Error {
        case.set_system_out(format!("{}: {}", finding.level.word(), described(finding)));
    }
    case
}

fn status(finding: Option<&Finding>) -> TestCaseStatus {
    match finding.filter(|finding| finding.level == Level::Error) {
        None => TestCaseStatus::success(),
        Some(finding) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(finding.rule).set_message(visible(&finding.message)).set_description(described(finding));
            status
        }
    }
}

fn described(finding: &Finding) -> String {
    let places = finding.locations.iter().fold(String::new(), |places, location| {
        let place = format!("{}:{}:{}", location.path, location.start.line, location.start.column);
        format!("{places}\n  {} {}", visible(&place), visible(&location.message))
    });
    let help = finding.help.as_ref().map(|help| format!("\nhelp: {}", visible(help))).unwrap_or_default();
    format!("{}{places}{help}", visible(&finding.message))
}
