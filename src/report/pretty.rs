//! For people: each finding with the lines in question, then what became of the tenant.

use super::format::Formatter;
use super::snippet::{Mark, Snippets, TAB};
use super::stream::{Growing, InPieces};
use super::wrap::{NARROWEST, lines, wrap};
use super::{Ending, Later, Run, Style, count, exceptions, is_shown, link, policies_and_states, worst_first};
use crate::coverage::Verdict;
use crate::coverage::Ways;
use crate::finding::{Finding, Level, Location, PolicyRef, Safety, Share, joined, visible};
use crate::outcome::{BenchmarkReport, Settled, TenantReport};
use codespan_reporting::diagnostic::{Diagnostic, Label, LabelStyle, Severity};
use codespan_reporting::term::termcolor::Ansi;
use codespan_reporting::term::{Chars, Config, Styles, StylesWriter, emit_to_io_write, emit_to_write_style};
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// The format.
pub(super) struct Pretty;

impl Formatter for Pretty {
    fn name(&self) -> &'static str {
        "pretty"
    }

    fn about(&self) -> &'static str {
        "For people, with the lines in question"
    }

    fn is_for_programs(&self) -> bool {
        false
    }

    fn ways(&self) -> Ways {
        Ways::Mentioned
    }

    fn begin<'r>(&self, run: &'r Run, style: Style) -> Box<dyn Growing + 'r> {
        Box::new(Report { style, files_only: run.files_only, sections: Default::default() })
    }
}

/// Writes what a tenant adds to a section.
type Section = fn(&TenantReport, Style, &mut dyn Write) -> io::Result<()>;

/// What stands behind the findings of all tenants, section by section.
const SECTIONS: [Section; 4] = [verdicts_to, exceptions_to, scores_to, directory_to];

/// The report: findings as they come, and behind them one section after the other.
struct Report {
    style: Style,
    files_only: bool,
    sections: [Later; SECTIONS.len()],
}

impl InPieces for Report {
    /// Findings, and what the tenant adds to each section.
    type Piece = io::Result<(Vec<u8>, Vec<Vec<u8>>)>;

    fn piece(&self, tenant: &TenantReport, _index: usize) -> Self::Piece {
        let mut findings = Vec::new();
        for shown in worst_first(tenant, self.style) {
            finding(shown, self.style, &mut findings)?;
        }
        if self.style.quiet {
            return Ok((findings, Vec::new()));
        }
        let section = |write: &Section| {
            let mut section = Vec::new();
            write(tenant, self.style, &mut section).map(|()| section)
        };
        Ok((findings, SECTIONS.iter().map(section).collect::<io::Result<_>>()?))
    }

    fn add(&mut self, piece: Self::Piece, out: &mut dyn Write) -> io::Result<()> {
        let (findings, sections) = piece?;
        out.write_all(&findings)?;
        self.sections.iter_mut().zip(sections).try_for_each(|(later, section)| later.write_all(&section))
    }

    fn end(self, ending: &Ending<'_>, out: &mut dyn Write) -> io::Result<()> {
        let Self { style, files_only, sections } = self;
        if style.quiet {
            return hidden_errors_to(ending.settled, style, out);
        }
        sections.into_iter().try_for_each(|section| section.write_to(out))?;
        ending_to(ending, ending.summary.hidden(style), files_only, style, out)
    }
}

/// Columns that a label has at least before its message is broken.
const LABEL: usize = 20;

/// A finding with its lines.
pub(super) fn finding(finding: &Finding, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let chars = if style.unicode { Chars::box_drawing() } else { Chars::ascii() };
    let config = Config { chars, tab_width: TAB, ..Config::default() };
    let (severity, word) = match finding.level {
        Level::Error => (Severity::Error, "error"),
        Level::Warning => (Severity::Warning, "warning"),
        Level::Info => (Severity::Note, "note"),
    };
    let excerpts = finding.locations.iter().filter_map(|location| location.excerpt.as_ref());
    let digits = excerpts.map(|excerpt| excerpt.line.number.to_string().len()).max().unwrap_or_default();
    // What stands left of the code and of notes: the number of the line, a border, and a space on both sides of it.
    let room = style.width.map(|width| width.max(NARROWEST) - digits - 3);
    let mut snippets = Snippets::new(room);
    let mut labels = Vec::new();
    let mut notes = Vec::new();
    for location in &finding.locations {
        let message = visible(&location.message);
        if let Some(mark) = snippets.add(location) {
            let style = if location.primary { LabelStyle::Primary } else { LabelStyle::Secondary };
            labels.extend(label(style, &mark, message, room));
        } else {
            let separator = if message.is_empty() { "" } else { ": " };
            notes.push(wrap(&format!("in {}{separator}{message}", visible(&location.path)), room, 0, "   "));
        }
    }
    let fix = finding.fix.as_ref().map(|fix| {
        let does = match fix.safety {
            Safety::Safe => "`caplint fix` does this",
            Safety::Unsafe => "`caplint fix --unsafe-fixes` tries this",
        };
        match fix.share {
            Some(Share { part, of }) => format!("{does} for {part} of {of}."),
            None => format!("{does}."),
        }
    });
    let help: Vec<&str> = finding.help.as_deref().into_iter().chain(fix.as_deref()).collect();
    if !help.is_empty() {
        notes.push(wrap(&format!("help: {}", visible(&help.join(" "))), room, 0, "      "));
    }
    let before_message = word.len() + finding.rule.len() + "[]: ".len();
    let diagnostic = Diagnostic::new(severity)
        .with_code(link::rule(finding.rule, style))
        .with_message(wrap(&visible(&finding.message), style.width, before_message, "    "))
        .with_labels(labels)
        .with_notes(notes);
    let result = if style.color {
        let styles = Styles::default();
        let mut colored = Vec::new();
        let mut writer = StylesWriter::new(Ansi::new(&mut colored), &styles);
        let result = emit_to_write_style(&mut writer, &config, &snippets, &diagnostic);
        out.write_all(&colored)?;
        result
    } else {
        emit_to_io_write(&mut *out, &config, &snippets, &diagnostic)
    };
    result.map_err(|error| match error {
        codespan_reporting::files::Error::Io(error) => error,
        other => io::Error::other(other),
    })
}

/// The label of a mark. Its message stands behind the carets where it has room, else beneath them, on as many lines as it takes.
fn label(style: LabelStyle, mark: &Mark, message: String, room: Option<usize>) -> Vec<Label<usize>> {
    let of = |length: usize, message: String| {
        let end = mark.range.end.saturating_sub(length).max(mark.range.start);
        Label::new(style, mark.file, mark.range.start..end).with_message(message)
    };
    let Some(room) = room.filter(|room| mark.columns.end + 1 + message.width() > *room) else {
        return vec![of(0, message)];
    };
    let mut pieces = lines(&message, room.saturating_sub(mark.columns.start).max(LABEL));
    if pieces.len() > mark.range.len() {
        pieces = vec![message];
    }
    // Messages of labels that overlap are drawn one beneath the other, the one that ends last first. An empty one is not drawn,
    // and overlaps, too.
    let pieces = pieces.into_iter().enumerate().map(|(number, piece)| of(number, piece));
    std::iter::once(of(0, String::new())).chain(pieces).collect()
}

/// A line that fits the terminal.
fn line_to(text: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", wrap(text, style.width, 0, "    "))
}

/// The same, set in below another line.
fn below_to(text: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {}", wrap(text, style.width, 2, "  "))
}

/// `path:line:column`, which many terminals open.
pub(super) fn place(location: &Location) -> String {
    visible(&format!("{}:{}:{}", location.path, location.start.line, location.start.column))
}

fn verdicts_to(tenant: &TenantReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for control in &tenant.controls {
        let exceptions = match control.verdict {
            Verdict::EnforcedExcept => format!(" ({})", count(control.exceptions.len(), "exception")),
            Verdict::Enforced | Verdict::NotEnforced | Verdict::Undecided => String::new(),
        };
        let said = format!("{}: {}{exceptions}", control.id, control.verdict.word());
        line_to(&format!("{}: {said}", visible(&tenant.name)), style, out)?;
        if !control.assumed_enabled.is_empty() {
            let names: Vec<String> = control.assumed_enabled.iter().map(PolicyRef::label).collect();
            below_to(&format!("once enabled: {}", visible(&names.join(", "))), style, out)?;
        }
        match control.verdict {
            Verdict::Enforced | Verdict::EnforcedExcept if style.show.is_none() => {
                below_to(&visible(&control.reason), style, out)?;
            }
            Verdict::Enforced | Verdict::EnforcedExcept => {}
            // The finding has said why, unless it is not reported.
            Verdict::NotEnforced | Verdict::Undecided => {
                let explained = tenant.findings.iter().find(|finding| finding.rule == control.id);
                match explained.map(|finding| (finding, is_shown(finding.level, style))) {
                    // Not broken, because people and terminals copy it.
                    Some((finding, true)) if finding.primary().excerpt.is_some() => {
                        writeln!(out, "  see {}", place(finding.primary()))?;
                    }
                    Some((finding, true)) => writeln!(out, "  see {}[{}]", finding.level.word(), finding.rule)?,
                    Some((_, false)) => below_to("-v shows why", style, out)?,
                    None => {}
                }
            }
        }
    }
    Ok(())
}

/// Exceptions that are listed without `-v`.
const EXCEPTIONS: usize = 10;

/// Approved exceptions that are named where no verdict uses them.
const UNUSED: usize = 4;

/// Who is outside of controls, and which approvals no verdict uses, so that each leaves a trace.
fn exceptions_to(tenant: &TenantReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    listed_to(tenant, style, out)?;
    let number = tenant.unused_approvals.len();
    if number == 0 {
        return Ok(());
    }
    let approved = count(number, "approved exception");
    let is = if number == 1 { "is" } else { "are" };
    let who = joined(&tenant.unused_approvals, UNUSED);
    let said = format!("{}: {approved} {is} not used by a verdict: {who}", visible(&tenant.name));
    line_to(&visible(&said), style, out)
}

fn listed_to(tenant: &TenantReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let all = exceptions::lines(tenant);
    if all.is_empty() {
        return Ok(());
    }
    line_to(&format!("{}: {}", visible(&tenant.name), count(all.len(), "exception")), style, out)?;
    let listed = if style.show.is_none() { all.len() } else { EXCEPTIONS };
    for line in all.iter().take(listed) {
        writeln!(out, "  {}", wrap(line, style.width, 2, "      "))?;
    }
    if all.len() > listed {
        writeln!(out, "  and {} more, -v lists them", all.len() - listed)?;
    }
    Ok(())
}

/// A line for each benchmark that was asked for. `-v` lists the items of those that were asked for by name.
pub(super) fn scores_to(tenant: &TenantReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for benchmark in &tenant.benchmarks {
        line_to(&format!("{}: {}: {}", visible(&tenant.name), benchmark.id, benchmark.score()), style, out)?;
        if benchmark.is_listed && style.show.is_none() {
            items_to(benchmark, style, out)?;
        }
    }
    Ok(())
}

fn items_to(benchmark: &BenchmarkReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let width = benchmark.items.iter().map(|item| item.number.len()).max().unwrap_or_default();
    let levels = benchmark.items.iter().filter_map(|item| item.level);
    let level_width = levels.map(|level| level.len() + 1).max().unwrap_or_default();
    for item in &benchmark.items {
        let level = item.level.unwrap_or_default();
        let by = if item.controls.is_empty() { String::new() } else { format!(" ({})", item.controls.join(", ")) };
        let before = format!("  {:width$}  {level:level_width$}{:11}  ", item.number, item.outcome.word());
        let indent = " ".repeat(before.width());
        let title = wrap(&format!("{}{by}", item.title), style.width, before.width(), &indent);
        writeln!(out, "{before}{title}")?;
    }
    Ok(())
}

/// What the files hold of the directory.
fn directory_to(tenant: &TenantReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match &tenant.directory {
        Some(directory) => line_to(&format!("{}: {}", visible(&tenant.name), directory.text()), style, out),
        None => Ok(()),
    }
}

/// What is not reported, if there are errors among it: whoever wants errors alone wants to know of those that are hidden.
pub(super) fn hidden_errors_to(settled: &Settled, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match settled.text().filter(|_| settled.errors > 0) {
        Some(text) => line_to(&visible(&text), style, out),
        None => Ok(()),
    }
}

/// What is not reported, and the numbers of the run. `hidden` findings are of a level that is not shown.
pub(super) fn ending_to(
    ending: &Ending<'_>,
    hidden: usize,
    files_only: bool,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let summary = ending.summary;
    let found: Vec<String> = [(summary.errors, "error"), (summary.warnings, "warning"), (summary.infos, "info")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| count(number, noun))
        .collect();
    let found = if found.is_empty() { "no findings".to_owned() } else { found.join(", ") };
    let all = summary.errors + summary.warnings + summary.infos;
    let hidden = match hidden {
        0 => "",
        1 if all == 1 => " (hidden, -v shows it)",
        1 => " (1 hidden, -v shows it)",
        _ if hidden == all => " (all hidden, -v shows them)",
        _ => &format!(" ({hidden} hidden, -v shows them)"),
    };
    if let Some(text) = ending.settled.text() {
        line_to(&visible(&text), style, out)?;
    }
    let scope = if files_only { "; the tenant is not judged (--scope file)" } else { "" };
    let skipped = match summary.skipped {
        0 => String::new(),
        1 => "; 1 file without policies".to_owned(),
        number => format!("; {number} files without policies"),
    };
    let read = format!("{} in {}", policies_and_states(summary.policies, summary.states), count(summary.files, "file"));
    line_to(&format!("{read}: {found}{hidden}{skipped}{scope}"), style, out)
}
