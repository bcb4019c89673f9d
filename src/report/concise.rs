//! One line a finding, as compilers do: `path:line:column: level[rule] message`. Programs read it, so that no line is broken.

use super::format::Formatter;
use super::stream::{Growing, InPieces};
use super::{Ending, Later, Run, Style, link, pretty, worst_first};
use crate::coverage::Ways;
use crate::finding::{Finding, visible};
use crate::outcome::TenantReport;
use std::io::{self, Write};

/// A finding on one line.
pub(super) fn line(finding: &Finding, style: Style) -> String {
    let (place, level, message) = (pretty::place(finding.primary()), finding.level.word(), visible(&finding.message));
    format!("{place}: {level}[{}] {message}", link::rule(finding.rule, style))
}

/// The format.
pub(super) struct Concise;

impl Formatter for Concise {
    fn name(&self) -> &'static str {
        "concise"
    }

    fn about(&self) -> &'static str {
        "One line for each finding"
    }

    fn is_for_programs(&self) -> bool {
        false
    }

    fn ways(&self) -> Ways {
        Ways::Mentioned
    }

    fn shows_help(&self) -> bool {
        false
    }

    fn begin<'r>(&self, _run: &'r Run, style: Style) -> Box<dyn Growing + 'r> {
        Box::new(Report { style, scores: Later::default() })
    }
}

/// The report: findings as they come, and behind them the scores of all tenants.
struct Report {
    style: Style,
    scores: Later,
}

impl InPieces for Report {
    /// Findings and scores.
    type Piece = io::Result<(String, Vec<u8>)>;

    fn piece(&self, tenant: &TenantReport, _index: usize) -> Self::Piece {
        let style = self.style;
        let mut text = String::new();
        for finding in worst_first(tenant, style) {
            text.push_str(&line(finding, style));
            text.push('\n');
        }
        let mut scores = Vec::new();
        if !style.quiet {
            // One line for each thing, however narrow the terminal is.
            pretty::scores_to(tenant, Style { width: None, ..style }, &mut scores)?;
        }
        Ok((text, scores))
    }

    fn add(&mut self, piece: Self::Piece, out: &mut dyn Write) -> io::Result<()> {
        let (text, scores) = piece?;
        out.write_all(text.as_bytes())?;
        self.scores.write_all(&scores)
    }

    fn end(self, ending: &Ending<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.scores.write_to(out)?;
        let hidden = ending.settled.text().filter(|_| !self.style.quiet || ending.settled.errors > 0);
        hidden.map_or(Ok(()), |text| writeln!(out, "{}", visible(&format!("caplint: {text}"))))
    }
}
