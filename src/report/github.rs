//! [Workflow commands] of GitHub Actions: an annotation a finding.
//!
//! GitHub shows [ten] errors, ten warnings and ten notices of a step and drops the rest without a word. So no more are written, those
//! of controls first, and the last notice says how many of which level are left out, and where they are.
//!
//! [ten]: https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations
//! [Workflow commands]: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands

use super::format::Formatter;
use super::{NOTHING, Root, Run, Style, count, is_shown};
use crate::controls;
use crate::coverage::Ways;
use crate::finding::{Finding, Level, clip, joined, visible};
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

    fn shows_verdicts(&self) -> bool {
        false
    }

    fn write(&self, run: &Run, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let shown = |finding: &&Finding| is_shown(finding.level, style);
        let mut findings: Vec<&Finding> = run.findings().filter(shown).collect();
        // Stable: within a level, what a control finds comes first.
        findings
            .sort_by_key(|finding| (std::cmp::Reverse(finding.level), !controls::ids().any(|id| id == finding.rule)));
        let has_nothing = run.exit_code == 2 && run.tenants.iter().any(|tenant| tenant.is_empty);
        if has_nothing {
            writeln!(out, "::error title=caplint::{NOTHING}")?;
        }
        let settled = run.settled.text();
        let notices = usize::from(settled.is_some());
        let taken = Taken { errors: usize::from(has_nothing), notices, if_left_out: 1 };
        let left_out = annotations(&findings, taken, &run.root, out)?;
        if let Some(settled) = settled {
            writeln!(out, "::notice title=caplint::{}", data(&visible(&settled)))?;
        }
        if let Some(left_out) = left_out.text() {
            let hidden = run.findings().filter(|finding| !is_shown(finding.level, style)).count();
            let hidden = match hidden {
                0 => String::new(),
                1 => " 1 more is not shown without -v.".to_owned(),
                more => format!(" {more} more are not shown without -v."),
            };
            writeln!(out, "::notice title=caplint::{left_out}. `--output json=FILE` has all findings.{hidden}")?;
        }
        Ok(())
    }
}

/// Annotations of a step that are not about findings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    pub(super) errors: usize,
    pub(super) notices: usize,
    /// Notices that there are only to say what is left out.
    pub(super) if_left_out: usize,
}

/// How many findings of each level have no annotation.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    errors: usize,
    warnings: usize,
    infos: usize,
}

impl LeftOut {
    /// "GitHub shows 10 annotations of each kind in a step: 3 errors and 1 info are left out", if any are.
    pub(super) fn text(&self) -> Option<String> {
        let levels = [(self.errors, "error"), (self.warnings, "warning"), (self.infos, "info")];
        let counted: Vec<String> = levels.into_iter().filter(|(n, _)| *n > 0).map(|(n, noun)| count(n, noun)).collect();
        let are = if self.errors + self.warnings + self.infos == 1 { "is" } else { "are" };
        let of_each = joined(&counted, counted.len());
        (!counted.is_empty())
            .then(|| format!("GitHub shows {SHOWN} annotations of each kind in a step: {of_each} {are} left out"))
    }
}

/// Writes annotations for as many findings as GitHub shows, in their order within each level, errors first.
pub(super) fn annotations(
    findings: &[&Finding],
    taken: Taken,
    root: &Root,
    out: &mut dyn Write,
) -> io::Result<LeftOut> {
    let of_level = |level: Level| findings.iter().filter(move |finding| finding.level == level);
    let beyond = |level: Level, limit: usize| of_level(level).count().saturating_sub(limit);
    let (errors, warnings) = (SHOWN - taken.errors, SHOWN);
    let mut left_out = LeftOut {
        errors: beyond(Level::Error, errors),
        warnings: beyond(Level::Warning, warnings),
        infos: beyond(Level::Info, SHOWN - taken.notices),
    };
    let mut infos = SHOWN - taken.notices;
    if left_out.text().is_some() {
        infos -= taken.if_left_out;
        left_out.infos = beyond(Level::Info, infos);
    }
    for (level, limit) in [(Level::Error, errors), (Level::Warning, warnings), (Level::Info, infos)] {
        for finding in of_level(level).take(limit) {
            annotation(finding, root, out)?;
        }
    }
    Ok(left_out)
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
