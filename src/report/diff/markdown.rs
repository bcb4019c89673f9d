//! The comparison as one comment on a pull request.

use super::{findings, words};
use crate::diff::Verdict;
use crate::finding::{Finding, Level};
use crate::outcome::Compared;
use crate::report::markdown::text;
use std::io::{self, Write};

/// By this a bot finds its comment again and updates it.
const MARK: &str = "<!-- caplint diff -->";

/// Groups and edits that are listed.
const LISTED: usize = 30;

pub(super) fn write(compared: &Compared, out: &mut dyn Write) -> io::Result<()> {
    let difference = &compared.difference;
    writeln!(out, "{MARK}")?;
    let sign = match difference.verdict {
        Verdict::Equal => "✅",
        Verdict::Changed | Verdict::PossiblyChanged
            if difference.changes.iter().any(|one| one.level == Level::Error) =>
        {
            "❌"
        }
        Verdict::Changed | Verdict::PossiblyChanged => "⚠️",
        Verdict::Undecided => "❓",
    };
    writeln!(out, "**Conditional Access:** {sign} {}", text(&words::verdict(compared)))?;
    let found = findings::of(compared);
    if !found.is_empty() {
        writeln!(out, "\n| | change | where |\n|---|---|---|")?;
        for finding in found.iter().take(LISTED) {
            row(finding, out)?;
        }
        if found.len() > LISTED {
            writeln!(out, "| | … and {} more | |", found.len() - LISTED)?;
        }
        writeln!(out, "\n<details>\n<summary>Examples</summary>\n")?;
        for finding in found.iter().take(LISTED) {
            writeln!(out, "- {}", text(finding.help.as_deref().unwrap_or_default()))?;
        }
        writeln!(out, "\n</details>")?;
    }
    let idle: Vec<String> = difference.edits.iter().filter_map(|edit| words::idle(compared, edit)).collect();
    if !idle.is_empty() {
        writeln!(out, "\n<details>\n<summary>Edits without effect: {}</summary>\n", idle.len())?;
        for edit in idle.iter().take(LISTED) {
            writeln!(out, "- {}", text(edit))?;
        }
        if idle.len() > LISTED {
            writeln!(out, "- … and {} more", idle.len() - LISTED)?;
        }
        writeln!(out, "\n</details>")?;
    }
    let expected = words::expected(compared);
    if !expected.is_empty() {
        writeln!(out, "\nExpected:\n")?;
        for one in &expected {
            writeln!(out, "- {}", text(one))?;
        }
    }
    for side in [&compared.before, &compared.after].into_iter().filter(|side| side.missing > 0) {
        writeln!(out, "\n{}: policies may be missing from the files.", text(&side.name))?;
    }
    Ok(())
}

fn row(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let primary = finding.primary();
    let level = match finding.level {
        Level::Error => "❌",
        Level::Warning => "⚠️",
        Level::Info => "ℹ️",
    };
    let place = format!("{}:{}", primary.path, primary.start.line);
    writeln!(out, "| {level} {} | {} | {} |", finding.rule, text(&finding.message), text(&place))
}
