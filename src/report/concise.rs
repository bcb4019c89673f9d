//! One line a finding, as compilers do: `path:line:column: level[rule] message`.

use super::{Run, Style, is_shown};
use crate::finding::visible;
use std::io::{self, Write};

pub(super) fn write(run: &Run, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for finding in run.tenants.iter().flat_map(|tenant| &tenant.findings) {
        if !is_shown(finding.level, style) {
            continue;
        }
        let primary = finding.primary();
        let place = format!("{}:{}:{}", primary.path, primary.start.line, primary.start.column);
        let said = format!("{}[{}] {}", finding.level.word(), finding.rule, finding.message);
        writeln!(out, "{}", visible(&format!("{place}: {said}")))?;
    }
    let hidden = run.settled.text().filter(|_| !style.quiet || run.settled.errors > 0);
    hidden.map_or(Ok(()), |text| writeln!(out, "{}", visible(&format!("caplint: {text}"))))
}
