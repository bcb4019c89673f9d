//! One line a finding, as compilers do: `path:line:column: level[rule] message`.

use super::{Ending, Piece, Style, is_shown};
use crate::finding::visible;
use crate::outcome::TenantReport;
use std::fmt::Write as _;
use std::io::{self, Write};

pub(super) fn piece(tenant: &TenantReport, style: Style) -> Piece {
    let mut text = String::new();
    for finding in tenant.findings.iter().filter(|finding| is_shown(finding.level, style)) {
        let primary = finding.primary();
        let place = format!("{}:{}:{}", primary.path, primary.start.line, primary.start.column);
        let said = format!("{}[{}] {}", finding.level.word(), finding.rule, finding.message);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", visible(&format!("{place}: {said}")));
    }
    Piece { text, later: String::new() }
}

pub(super) fn end(ending: &Ending<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let hidden = ending.settled.text().filter(|_| !style.quiet || ending.settled.errors > 0);
    hidden.map_or(Ok(()), |text| writeln!(out, "{}", visible(&format!("caplint: {text}"))))
}
