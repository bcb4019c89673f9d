//! For people: each finding with the lines in question, then what became of the tenant.

use super::format::Formatter;
use super::snippet::Snippets;
use super::{Run, Style, count, is_shown, policies};
use crate::coverage::Verdict;
use crate::coverage::Ways;
use crate::finding::{Finding, Level, PolicyRef, visible};
use crate::outcome::{BenchmarkReport, TenantReport};
use codespan_reporting::diagnostic::{Diagnostic, Label, Severity};
use codespan_reporting::term::termcolor::Ansi;
use codespan_reporting::term::{Chars, Config, Styles, StylesWriter, emit_to_io_write, emit_to_write_style};
use std::io::{self, Write};

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

    fn write(&self, run: &Run, style: Style, out: &mut dyn Write) -> io::Result<()> {
        for tenant in &run.tenants {
            for shown in tenant.findings.iter().filter(|finding| is_shown(finding.level, style)) {
                finding(shown, style, out)?;
            }
        }
        if style.quiet {
            // Whoever wants errors alone wants to know of those that are hidden.
            return match run.settled.text().filter(|_| run.settled.errors > 0) {
                Some(text) => writeln!(out, "{}", visible(&text)),
                None => Ok(()),
            };
        }
        for tenant in &run.tenants {
            verdicts_to(tenant, style, out)?;
        }
        for tenant in &run.tenants {
            scores_to(tenant, style, out)?;
        }
        footer_to(run, style, out)
    }
}

/// A finding with its lines.
pub(super) fn finding(finding: &Finding, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let chars = if style.unicode { Chars::box_drawing() } else { Chars::ascii() };
    let config = Config { chars, tab_width: 4, ..Config::default() };
    let severity = match finding.level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Info => Severity::Note,
    };
    let mut snippets = Snippets::default();
    let mut labels = Vec::new();
    let mut notes = Vec::new();
    for location in &finding.locations {
        let message = visible(&location.message);
        match snippets.add(location) {
            Some((file, range)) if location.primary => labels.push(Label::primary(file, range).with_message(message)),
            Some((file, range)) => labels.push(Label::secondary(file, range).with_message(message)),
            None => {
                let separator = if message.is_empty() { "" } else { ": " };
                notes.push(format!("in {}{separator}{message}", visible(&location.path)));
            }
        }
    }
    notes.extend(finding.help.as_ref().map(|help| format!("help: {}", visible(help))));
    let diagnostic = Diagnostic::new(severity)
        .with_code(finding.rule)
        .with_message(visible(&finding.message))
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

fn verdicts_to(tenant: &TenantReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for control in &tenant.controls {
        let exceptions = match control.verdict {
            Verdict::EnforcedExcept => format!(" ({})", count(control.exceptions.len(), "exception")),
            Verdict::Enforced | Verdict::NotEnforced | Verdict::Undecided => String::new(),
        };
        writeln!(out, "{}: {}: {}{exceptions}", visible(&tenant.name), control.id, control.verdict.word())?;
        if !control.assumed_enabled.is_empty() {
            let names: Vec<String> = control.assumed_enabled.iter().map(PolicyRef::label).collect();
            writeln!(out, "  once enabled: {}", visible(&names.join(", ")))?;
        }
        // Where it does not hold, the finding has said it.
        let holds = matches!(control.verdict, Verdict::Enforced | Verdict::EnforcedExcept);
        if holds && style.show.is_none() {
            writeln!(out, "  {}", visible(&control.reason))?;
        }
    }
    Ok(())
}

/// A line for each benchmark that was asked for. `-v` lists the items of those that were asked for by name.
pub(super) fn scores_to(tenant: &TenantReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for benchmark in &tenant.benchmarks {
        writeln!(out, "{}: {}: {}", visible(&tenant.name), benchmark.id, benchmark.score())?;
        if benchmark.is_listed && style.show.is_none() {
            items_to(benchmark, out)?;
        }
    }
    Ok(())
}

fn items_to(benchmark: &BenchmarkReport, out: &mut dyn Write) -> io::Result<()> {
    let width = benchmark.items.iter().map(|item| item.number.len()).max().unwrap_or_default();
    let levels = benchmark.items.iter().filter_map(|item| item.level);
    let level_width = levels.map(|level| level.len() + 1).max().unwrap_or_default();
    for item in &benchmark.items {
        let level = item.level.unwrap_or_default();
        let by = if item.controls.is_empty() { String::new() } else { format!(" ({})", item.controls.join(", ")) };
        writeln!(out, "  {:width$}  {level:level_width$}{:11}  {}{by}", item.number, item.outcome.word(), item.title)?;
    }
    Ok(())
}

fn footer_to(run: &Run, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let summary = run.summary();
    for tenant in &run.tenants {
        if let Some(directory) = &tenant.directory {
            writeln!(out, "{}: {}", visible(&tenant.name), directory.text())?;
        }
    }
    let hidden: usize = run
        .tenants
        .iter()
        .flat_map(|tenant| &tenant.findings)
        .filter(|finding| !is_shown(finding.level, style))
        .count();
    let found: Vec<String> = [(summary.errors, "error"), (summary.warnings, "warning"), (summary.infos, "info")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| count(number, noun))
        .collect();
    let found = if found.is_empty() { "no findings".to_owned() } else { found.join(", ") };
    let hidden = if hidden > 0 { format!(" ({hidden} hidden, -v shows them)") } else { String::new() };
    if let Some(text) = run.settled.text() {
        writeln!(out, "{}", visible(&text))?;
    }
    let scope = if run.files_only { "; the tenant is not judged (--scope file)" } else { "" };
    let skipped = match summary.skipped {
        0 => String::new(),
        1 => "; 1 file without policies".to_owned(),
        number => format!("; {number} files without policies"),
    };
    writeln!(out, "{} in {}: {found}{hidden}{skipped}{scope}", policies(summary.policies), count(summary.files, "file"))
}
