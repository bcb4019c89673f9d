//! [Workflow commands] of GitHub Actions: an annotation a finding.
//!
//! GitHub shows [ten] errors, ten warnings and ten notices of a step and drops the rest without a word. So no more are written, those
//! of controls first, and the last notice says how many of which level are left out, and where they are.
//!
//! [ten]: https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations
//! [Workflow commands]: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands

use super::format::Formatter;
use super::stream::{Growing, InPieces};
use super::{Ending, NOTHING, Root, Run, Style, count, is_shown};
use crate::controls;
use crate::coverage::Ways;
use crate::finding::{Finding, Level, clip, joined, visible};
use crate::outcome::TenantReport;
use std::cmp::Reverse;
use std::collections::BTreeMap;
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

    fn begin<'r>(&self, run: &'r Run, style: Style) -> Box<dyn Growing + 'r> {
        Box::new(Report { style, root: &run.root, annotations: Annotations::default(), has_empty: false })
    }
}

/// The report, which is written at the end: the gravest come first.
struct Report<'r> {
    style: Style,
    root: &'r Root,
    annotations: Annotations,
    /// There is a tenant with nothing to judge.
    has_empty: bool,
}

impl InPieces for Report<'_> {
    /// Annotations, and whether there is nothing to judge.
    type Piece = (Annotations, bool);

    fn piece(&self, tenant: &TenantReport, _index: usize) -> Self::Piece {
        let mut annotations = Annotations::default();
        for finding in tenant.findings.iter().filter(|finding| is_shown(finding.level, self.style)) {
            let is_of_control = controls::ids().any(|id| id == finding.rule);
            annotations.add(finding, if is_of_control { Turn::First } else { Turn::Then }, self.root);
        }
        (annotations, tenant.is_empty)
    }

    fn add(&mut self, (annotations, is_empty): Self::Piece, _out: &mut dyn Write) -> io::Result<()> {
        self.annotations.append(annotations);
        self.has_empty |= is_empty;
        Ok(())
    }

    fn end(self, ending: &Ending<'_>, out: &mut dyn Write) -> io::Result<()> {
        let has_nothing = ending.exit_code == 2 && self.has_empty;
        if has_nothing {
            writeln!(out, "::error title=caplint::{NOTHING}")?;
        }
        let settled = ending.settled.text();
        let notices = usize::from(settled.is_some());
        let taken = Taken { errors: usize::from(has_nothing), notices, if_left_out: 1 };
        let left_out = self.annotations.write(taken, out)?;
        if let Some(settled) = settled {
            writeln!(out, "::notice title=caplint::{}", data(&visible(&settled)))?;
        }
        if let Some(left_out) = left_out.text() {
            let hidden = match ending.summary.hidden(self.style) {
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

/// When the annotation of a finding is written, among those of its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    /// Before the others.
    First,
    /// Behind those.
    Then,
}

/// The annotations that GitHub shows at most, and how many findings there are.
#[derive(Debug, Default)]
pub(super) struct Annotations {
    /// In the order in which they are written.
    kept: BTreeMap<(Reverse<Level>, Turn), Vec<String>>,
    counts: BTreeMap<Level, usize>,
}

impl Annotations {
    /// Adds a finding behind those of its turn.
    pub(super) fn add(&mut self, finding: &Finding, turn: Turn, root: &Root) {
        *self.counts.entry(finding.level).or_default() += 1;
        let kept = self.kept.entry((Reverse(finding.level), turn)).or_default();
        if kept.len() < SHOWN {
            kept.push(annotation(finding, root));
        }
    }

    /// Adds those of another tenant behind these.
    fn append(&mut self, other: Self) {
        for (level, number) in other.counts {
            *self.counts.entry(level).or_default() += number;
        }
        for (place, annotations) in other.kept {
            let kept = self.kept.entry(place).or_default();
            kept.extend(annotations.into_iter().take(SHOWN - kept.len()));
        }
    }

    /// Writes as many as GitHub shows, in their order within each level, errors first.
    pub(super) fn write(&self, taken: Taken, out: &mut dyn Write) -> io::Result<LeftOut> {
        let beyond =
            |level: Level, limit: usize| self.counts.get(&level).copied().unwrap_or_default().saturating_sub(limit);
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
            let of_level = self.kept.iter().filter(|((Reverse(of), _), _)| *of == level);
            for annotation in of_level.flat_map(|(_, annotations)| annotations).take(limit) {
                out.write_all(annotation.as_bytes())?;
            }
        }
        Ok(left_out)
    }
}

fn annotation(finding: &Finding, root: &Root) -> String {
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
    format!("::{command} {}::{}\n", properties.join(","), data(&message))
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
