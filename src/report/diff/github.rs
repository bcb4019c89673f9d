//! The comparison as annotations of GitHub Actions.

use super::{findings, words};
use crate::finding::visible;
use crate::outcome::Compared;
use crate::report::{Root, github};
use std::io::{self, Write};

/// Annotations that GitHub shows of a step.
const SHOWN: usize = 10;

pub(super) fn write(compared: &Compared, root: &Root, out: &mut dyn Write) -> io::Result<()> {
    let found = findings::of(compared);
    for finding in found.iter().take(SHOWN) {
        github::annotation(finding, root, out)?;
    }
    let more = found.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!("; {more} more changes are in the reports") } else { String::new() };
    let verdict = format!("{}{more}", words::verdict(compared));
    writeln!(out, "::notice title=caplint diff::{}", github::data(&visible(&verdict)))
}
