//! The comparison for people, in a terminal.

use super::{findings, named, words};
use crate::finding::visible;
use crate::outcome::Compared;
use crate::report::wrap::wrap;
use crate::report::{Style, concise, count, policies, pretty};
use std::io::{self, Write};

/// Groups of changes that are shown: a screenful.
const GROUPS: usize = 10;

/// Edits without effect that are shown.
const EDITS: usize = 10;

pub(super) fn pretty(compared: &Compared, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}\n", wrap(&visible(&words::verdict(compared)), style.width, 0, "    "))?;
    let findings = findings::of(compared);
    for finding in findings.iter().take(GROUPS) {
        pretty::finding(finding, style, out)?;
    }
    if findings.len() > GROUPS {
        let more = findings.len() - GROUPS;
        writeln!(out, "{} more; --format json has all of them\n", count(more, "group"))?;
    }
    let editors = named::all(compared);
    for editors in &editors {
        writeln!(out, "{}", wrap(&visible(&editors.line()), style.width, 0, "    "))?;
    }
    if !editors.is_empty() {
        writeln!(out)?;
    }
    for finding in &compared.findings {
        pretty::finding(finding, style, out)?;
    }
    let idle: Vec<String> = compared.difference.edits.iter().filter_map(|edit| words::idle(compared, edit)).collect();
    if !idle.is_empty() {
        writeln!(out, "edits without effect:")?;
        for text in idle.iter().take(EDITS) {
            below_to(text, style, out)?;
        }
        if idle.len() > EDITS {
            writeln!(out, "  and {} more", idle.len() - EDITS)?;
        }
        writeln!(out)?;
    }
    let expected = words::expected(compared);
    if !expected.is_empty() {
        writeln!(out, "expected:")?;
        for text in &expected {
            below_to(text, style, out)?;
        }
        writeln!(out)?;
    }
    footer(compared, style, out)
}

/// A line, set in.
fn below_to(text: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {}", wrap(&visible(text), style.width, 2, "      "))
}

fn footer(compared: &Compared, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let (before, after) = (&compared.before, &compared.after);
    for side in [before, after].into_iter().filter(|side| side.missing > 0) {
        writeln!(out, "{}: policies may be missing from the files", visible(&side.name))?;
    }
    let text = format!(
        "{} ({}) -> {} ({}): {}, {} edited",
        visible(&before.name),
        policies(before.policies.len()),
        visible(&after.name),
        policies(after.policies.len()),
        count(compared.difference.changes.len(), "change"),
        policies(compared.difference.edits.len()),
    );
    writeln!(out, "{}", wrap(&text, style.width, 0, "    "))
}

pub(super) fn concise(compared: &Compared, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", visible(&words::verdict(compared)))?;
    for finding in findings::of(compared).iter().chain(&compared.findings) {
        writeln!(out, "{}", concise::line(finding, style))?;
    }
    for editors in named::all(compared) {
        writeln!(out, "{}", visible(&editors.line()))?;
    }
    for text in words::expected(compared) {
        writeln!(out, "expected: {}", visible(&text))?;
    }
    Ok(())
}
