//! The comparison as one comment on a pull request.

use super::{findings, named, words};
use crate::diff::Verdict;
use crate::finding::{Finding, Level};
use crate::outcome::Compared;
use crate::report::markdown::text;
use crate::report::page::Page;
use crate::report::policies;
use std::io::{self, Write};

/// By this a bot finds its comment again and updates it.
const MARK: &str = "<!-- caplint diff -->";

/// What stands behind a list that can be opened.
const CLOSED: &str = "\n</details>\n";

pub(super) fn write(compared: &Compared, out: &mut dyn Write) -> io::Result<()> {
    let difference = &compared.difference;
    let mut page = Page::default();
    page.part(4_000);
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
    page.add(&format!("{MARK}\n**Conditional Access:** {sign} {}\n", text(&words::verdict(compared))));
    let found = findings::of(compared);
    let more = |total: usize| move |listed: usize| format!("- … and {} more\n", total - listed);
    page.part(10_000);
    for editors in named::all(compared) {
        let (effect, total) = (editors.effect, editors.names.len());
        let closed = format!("\n<details>\n<summary>{effect} by {}</summary>\n\n", policies(total));
        let open = format!("\n{effect} by:\n\n");
        let around = if editors.is_loosening { (open.as_str(), "") } else { (closed.as_str(), CLOSED) };
        page.list(total, around, editors.names.iter().map(|name| item(name)), more(total));
    }
    page.part(20_000);
    let rows = found.iter().map(row);
    page.list(found.len(), ("\n| | change | where |\n|---|---|---|\n", ""), rows, |listed| {
        format!("| | … and {} more | |\n", found.len() - listed)
    });
    page.part(10_000);
    let examples = found.iter().map(|finding| item(finding.help.as_deref().unwrap_or_default()));
    let head = "\n<details>\n<summary>Examples</summary>\n\n";
    page.list(found.len(), (head, CLOSED), examples, more(found.len()));
    page.part(6_000);
    let idle: Vec<String> = difference.edits.iter().filter_map(|edit| words::idle(compared, edit)).collect();
    let head = format!("\n<details>\n<summary>Edits without effect: {}</summary>\n\n", idle.len());
    page.list(idle.len(), (&head, CLOSED), idle.iter().map(|edit| item(edit)), more(idle.len()));
    page.part(4_000);
    let expected = words::expected(compared);
    page.list(expected.len(), ("\nExpected:\n\n", ""), expected.iter().map(|one| item(one)), more(expected.len()));
    page.part(6_000);
    for side in [&compared.before, &compared.after].into_iter().filter(|side| side.missing > 0) {
        page.add(&format!("\n{}: policies may be missing from the files.\n", text(&side.name)));
    }
    out.write_all(page.into_text().as_bytes())
}

fn item(said: &str) -> String {
    format!("- {}\n", text(said))
}

fn row(finding: &Finding) -> String {
    let primary = finding.primary();
    let level = match finding.level {
        Level::Error => "❌",
        Level::Warning => "⚠️",
        Level::Info => "ℹ️",
    };
    let place = format!("{}:{}", primary.path, primary.start.line);
    format!("| {level} {} | {} | {} |\n", finding.rule, text(&finding.message), text(&place))
}
