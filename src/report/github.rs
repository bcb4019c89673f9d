//! [Workflow commands] of GitHub Actions: an annotation a finding.
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest, so the gravest come first and
//! the last notice says how many are left out.
//!
//! [Workflow commands]: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands

use super::format::Formatter;
use super::{NOTHING, Root, Run, Style, count, is_shown};
use crate::controls;
use crate::coverage::Ways;
use crate::finding::{Finding, Level, clip, visible};
use std::io::{self, Write};

/// Annotations of one kind that GitHub shows of a step.
const SHOWN: usize = 10;

/// Longest message. GitHub cuts annotations at 64 KiB; nobody reads that much.
const MESSAGE: usize = 2_000;

/// The format.
pub(super) struct Github;

impl Formatter for Github {
    fn name(&self) -> &'static str {
        "github"
    }

    fn about(&self) -> &'static str {
        "Annotations of GitHub Actions"
    }

    fn is_for_programs(&self) -> bool {
        false
    }

    fn ways(&self) -> Ways {
        Ways::Mentioned
    }

    fn write(&self, run: &Run, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let shown = |finding: &&Finding| is_shown(finding.level, style);
        let mut findings: Vec<&Finding> = run.findings().filter(shown).collect();
        // Stable: within a level, what a control finds comes first.
        findings
            .sort_by_key(|finding| (std::cmp::Reverse(finding.level), !controls::ids().any(|id| id == finding.rule)));
        if run.exit_code == 2 && run.tenants.iter().any(|tenant| tenant.is_empty) {
            writeln!(out, "::error title=caplint::{NOTHING}")?;
        }
        let mut left_out = 0;
        for level in [Level::Error, Level::Warning, Level::Info] {
            let of_level: Vec<&&Finding> = findings.iter().filter(|finding| finding.level == level).collect();
            // One notice is kept for what is left out.
            let limit = if level == Level::Info { SHOWN - 1 } else { SHOWN };
            left_out += of_level.len().saturating_sub(limit);
            for finding in of_level.into_iter().take(limit) {
                annotation(finding, &run.root, out)?;
            }
        }
        if let Some(settled) = run.settled.text() {
            writeln!(out, "::notice title=caplint::{}", data(&visible(&settled)))?;
        }
        if left_out > 0 {
            let more = count(left_out, "finding");
            writeln!(
                out,
                "::notice title=caplint::{more} more than GitHub shows as annotations; the log and the reports have all"
            )?;
        }
        Ok(())
    }
}

pub(super) fn annotation(finding: &Finding, root: &Root, out: &mut dyn Write) -> io::Result<()> {
    let command = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "notice",
    };
    let primary = finding.primary();
    let (path, is_relative) = root.place(&primary.path);
    let mut properties = vec![format!("title={}", property(&format!("caplint: {}", finding.rule)))];
    if is_relative && primary.excerpt.is_some() {
        properties.push(format!("file={}", property(&path)));
        properties.push(format!("line={}", primary.start.line));
        properties.push(format!("endLine={}", primary.end.line));
        if primary.start.line == primary.end.line {
            properties.push(format!("col={}", primary.start.column));
            properties.push(format!("endColumn={}", primary.end.column));
        }
    }
    let help = finding.help.as_ref().map(|help| format!("\nhelp: {}", visible(help))).unwrap_or_default();
    let message = clip(&format!("{}{help}", visible(&finding.message)), MESSAGE);
    writeln!(out, "::{command} {}::{}", properties.join(","), data(&message))
}

/// Escapes a message.
pub(super) fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property's value.
fn property(text: &str) -> String {
    data(&visible(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_starts_no_command_and_ends_no_property() {
        assert_eq!(data("100 %\n::error::x"), "100 %25%0A::error::x");
        assert_eq!(property("a,b: c\n"), "a%2Cb%3A c\u{FFFD}");
    }
}
