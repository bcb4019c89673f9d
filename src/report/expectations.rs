//! Which expectations are met: for people, for programs, and as `JUnit` XML.

use super::json::{policy, witness};
use crate::access::Met;
use crate::finding::{PolicyRef, escape_invisible, visible};
use crate::outcome::{Tested, Tried};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value, json};
use std::io::{self, Write};

/// A format of `caplint test`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Pretty,
    /// For programs.
    Json,
    /// `JUnit` XML: a suite a file, a case an expectation.
    Junit,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Pretty, Self::Json, Self::Junit];

    /// Its name on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pretty => "pretty",
            Self::Json => "json",
            Self::Junit => "junit",
        }
    }
}

/// Writes the answers.
///
/// # Errors
/// Those of the writer.
pub fn write(all: &[Tested], format: Format, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let text = match format {
        Format::Pretty => pretty(all, color),
        Format::Json => escape_invisible(&format!("{:#}\n", json(all))),
        Format::Junit => junit(all)?,
    };
    out.write_all(text.as_bytes())
}

/// The What If request of Microsoft Graph for a sign-in of each expectation.
#[must_use]
pub fn requests(all: &[Tested]) -> String {
    let one = |tried: &Tried| {
        let request = tried.request.as_ref()?;
        let open: serde_json::Map<String, Value> =
            request.open.iter().map(|(key, what)| ((*key).to_owned(), json!(what))).collect();
        Some(json!({
            "name": tried.name,
            "outcome": tried.outcome,
            "verdict": tried.met.word(),
            "request": request.request,
            "open": open,
        }))
    };
    let requests: Vec<Value> = all.iter().flat_map(|tested| &tested.tried).filter_map(one).collect();
    escape_invisible(&format!("{:#}\n", Value::Array(requests)))
}

fn count(all: &[Tested], met: Met) -> usize {
    all.iter().flat_map(|tested| &tested.tried).filter(|tried| tried.met == met).count()
}

fn pretty(all: &[Tested], color: bool) -> String {
    let mut text = String::new();
    for tested in all {
        let policies = if tested.policies == 1 { "policy" } else { "policies" };
        let (file, tenant) = (visible(&tested.file), visible(&tested.tenant));
        text.push_str(&format!("{file}: {} {policies} in {tenant}\n", tested.policies));
        for tried in &tested.tried {
            let word = format!("{:<8}", tried.met.word());
            text.push_str(&format!(
                "  {} {}",
                if color { colored(&word, tried.met) } else { word },
                visible(&tried.name)
            ));
            if tried.met == Met::Yes {
                text.push('\n');
            } else {
                text.push_str(&format!(" (line {})\n           {}\n", tried.line, visible(&tried.reason)));
            }
        }
    }
    let [passed, failed, unknown] = [Met::Yes, Met::No, Met::Unknown].map(|met| count(all, met));
    text.push_str(&format!("{passed} passed, {failed} failed"));
    if unknown > 0 {
        text.push_str(&format!(", {unknown} unknown"));
    }
    text.push('\n');
    text
}

fn colored(word: &str, met: Met) -> String {
    let color = match met {
        Met::Yes => 32,
        Met::No => 31,
        Met::Unknown => 33,
    };
    format!("\u{1b}[{color}m{word}\u{1b}[0m")
}

fn json(all: &[Tested]) -> Value {
    let tried = |tried: &Tried| {
        let depends_on = tried
            .depends_on
            .iter()
            .map(|(own, pointer, reason)| json!({ "policy": policy(own), "pointer": pointer, "reason": reason }));
        json!({
            "name": tried.name,
            "line": tried.line,
            "outcome": tried.outcome,
            "verdict": tried.met.word(),
            "reason": tried.reason,
            "witness": tried.shown.as_ref().map(|(sign_in, relevant)| witness(sign_in, relevant)),
            "refusedBy": tried.by.iter().map(policy).collect::<Vec<_>>(),
            "dependsOn": depends_on.collect::<Vec<_>>(),
        })
    };
    let files = all.iter().map(|tested| {
        json!({
            "path": tested.file,
            "tenant": tested.tenant,
            "policies": tested.policies,
            "expectations": tested.tried.iter().map(tried).collect::<Vec<_>>(),
        })
    });
    json!({
        "version": 1,
        "files": files.collect::<Vec<_>>(),
        "summary": {
            "passed": count(all, Met::Yes),
            "failed": count(all, Met::No),
            "unknown": count(all, Met::Unknown),
        },
    })
}

fn junit(all: &[Tested]) -> io::Result<String> {
    let mut report = Report::new("caplint test");
    for tested in all {
        let mut suite = TestSuite::new(visible(&tested.file));
        for tried in &tested.tried {
            let status = match tried.met {
                Met::Yes => TestCaseStatus::success(),
                Met::No => failure(NonSuccessKind::Failure, tried),
                Met::Unknown => failure(NonSuccessKind::Error, tried),
            };
            let mut case = TestCase::new(visible(&tried.name), status);
            case.set_classname(visible(&tested.file));
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    report.to_string().map_err(io::Error::other)
}

fn failure(kind: NonSuccessKind, tried: &Tried) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(visible(&tried.reason));
    let by: Vec<String> = tried.by.iter().map(PolicyRef::label).collect();
    let by = if by.is_empty() { String::new() } else { format!(" Refused by {}.", by.join(", ")) };
    status.set_description(visible(&format!("line {}: {}{by}", tried.line, tried.reason)));
    status
}
