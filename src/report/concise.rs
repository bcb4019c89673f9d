//! One line a finding, as compilers do: `path:line:column: level[rule] message`. Programs read it, so that no line is broken.

use super::format::Formatter;
use super::stream::{self, InPieces};
use super::{Ending, Piece, Run, Style, link, pretty, worst_first};
use crate::coverage::Ways;
use crate::finding::{Finding, visible};
use crate::outcome::TenantReport;
use std::io::{self, Read, Write};

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

    fn write(&self, run: &Run, style: Style, out: &mut dyn Write) -> io::Result<()> {
        stream::whole(&Self, run, style, out)
    }

    fn in_pieces(&self) -> Option<&'static dyn InPieces> {
        Some(&Self)
    }
}

impl InPieces for Concise {
    fn piece(&self, tenant: &TenantReport, style: Style) -> Piece {
        let mut text = String::new();
        for finding in worst_first(tenant, style) {
            text.push_str(&line(finding, style));
            text.push('\n');
        }
        let mut scores = Vec::new();
        if !style.quiet {
            // One line for each thing, however narrow the terminal is. Writing to memory cannot fail.
            _ = pretty::scores_to(tenant, Style { width: None, ..style }, &mut scores);
        }
        Piece { text, later: String::from_utf8(scores).unwrap_or_default() }
    }

    fn end(&self, ending: &Ending<'_>, style: Style, later: &mut dyn Read, out: &mut dyn Write) -> io::Result<()> {
        io::copy(later, out)?;
        let hidden = ending.settled.text().filter(|_| !style.quiet || ending.settled.errors > 0);
        hidden.map_or(Ok(()), |text| writeln!(out, "{}", visible(&format!("caplint: {text}"))))
    }
}
