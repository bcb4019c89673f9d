//! TODO: the format, with a link to the page that describes it.

use super::format::Formatter;
use super::stream::{Growing, InPieces};
use super::{Ending, Run, Style};
use crate::coverage::Ways;
use crate::outcome::TenantReport;
use std::io::{self, Write};

/// The format.
pub(super) struct @Pascal@;

impl Formatter for @Pascal@ {
    fn name(&self) -> &'static str {
        "@kebab@"
    }

    fn about(&self) -> &'static str {
        "TODO: what it is for"
    }

    fn is_for_programs(&self) -> bool {
        true
    }

    // TODO: `Listed` if it lists the ways in.
    fn ways(&self) -> Ways {
        Ways::Mentioned
    }

    fn begin<'r>(&self, _run: &'r Run, _style: Style) -> Box<dyn Growing + 'r> {
        Box::new(Report { findings: 0 })
    }
}

/// The report.
struct Report {
    findings: usize,
}

impl InPieces for Report {
    // TODO: what a tenant adds: every finding, each text through `visible` and escaped for the format.
    type Piece = usize;

    fn piece(&self, tenant: &TenantReport, _index: usize) -> Self::Piece {
        tenant.findings.len()
    }

    // TODO: write it. What can be written only at the end goes into a `Later`.
    fn add(&mut self, piece: Self::Piece, _out: &mut dyn Write) -> io::Result<()> {
        self.findings += piece;
        Ok(())
    }

    // TODO: the end, with what is not reported.
    fn end(self, _ending: &Ending<'_>, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "TODO: {} findings", self.findings)
    }
}
