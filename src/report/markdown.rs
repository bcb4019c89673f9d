//! A summary for a pull request, in GitHub's and GitLab's Markdown.

use super::format::Formatter;
use super::{Run, Style, count, policies};
use crate::coverage::Verdict;
use crate::coverage::Ways;
use crate::finding::{Finding, Level, clip, visible};
use crate::outcome::{ControlReport, ExceptionReport, ItemOutcome, TenantReport};
use std::io::{self, Write};

/// Findings and exceptions that are listed. GitHub limits the size of a summary, and nobody reads a longer one.
const LISTED: usize = 100;

/// Ways in that are listed of a control.
const WAYS: usize = 10;

/// The format.
pub(super) struct Markdown;

impl Formatter for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn about(&self) -> &'static str {
        "A summary for a pull request"
    }

    fn is_for_programs(&self) -> bool {
        false
    }

    fn ways(&self) -> Ways {
        Ways::Listed
    }

    fn write(&self, run: &Run, _style: Style, out: &mut dyn Write) -> io::Result<()> {
        let summary = run.summary();
        writeln!(out, "## Conditional Access\n")?;
        writeln!(out, "| tenant | control | verdict |\n|---|---|---|")?;
        for tenant in &run.tenants {
            for control in &tenant.controls {
                writeln!(
                    out,
                    "| {} | `{}` | {} **{}** |",
                    text(&tenant.name),
                    control.id,
                    sign(control.verdict),
                    control.verdict.word()
                )?;
            }
            if tenant.controls.is_empty() {
                writeln!(out, "| {} | – | not judged |", text(&tenant.name))?;
            }
        }
        scores_to(run, out)?;
        for tenant in &run.tenants {
            for control in &tenant.controls {
                control_to(tenant, control, out)?;
            }
        }
        findings_to(run, out)?;
        let levels = [(summary.errors, "error"), (summary.warnings, "warning"), (summary.infos, "info")];
        let levels: Vec<String> = levels.into_iter().map(|(number, noun)| count(number, noun)).collect();
        let policies = policies(summary.policies);
        writeln!(out, "\n{policies} in {}: {}.", count(summary.files, "file"), levels.join(", "))?;
        match run.settled.text() {
            Some(settled) => writeln!(out, "\n{}", text(&settled)),
            None => Ok(()),
        }
    }
}

/// How many items of each benchmark pass.
fn scores_to(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let scored = |tenant: &&TenantReport| !tenant.benchmarks.is_empty();
    if run.tenants.iter().filter(scored).count() == 0 {
        return Ok(());
    }
    writeln!(out, "\n| tenant | benchmark | items | pass | fail | undecided | in part | not decided |")?;
    writeln!(out, "|---|---|---|---|---|---|---|---|")?;
    for tenant in &run.tenants {
        for benchmark in &tenant.benchmarks {
            let count = |outcome: ItemOutcome| benchmark.count(outcome);
            writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} | {} |",
                text(&tenant.name),
                text(&benchmark.title),
                benchmark.items.len(),
                benchmark.passes(),
                count(ItemOutcome::Fail),
                count(ItemOutcome::Undecided),
                count(ItemOutcome::InPart),
                count(ItemOutcome::NotDecided)
            )?;
        }
    }
    Ok(())
}

fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Enforced => "✅",
        Verdict::EnforcedExcept => "☑️",
        Verdict::NotEnforced => "❌",
        Verdict::Undecided => "❓",
    }
}

fn control_to(tenant: &TenantReport, control: &ControlReport, out: &mut dyn Write) -> io::Result<()> {
    let open = matches!(control.verdict, Verdict::NotEnforced | Verdict::Undecided);
    if !open && control.exceptions.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### {}: `{}`\n\n{}", text(&tenant.name), control.id, text(&control.reason))?;
    if open && !control.ways.is_empty() {
        writeln!(out, "\nWho gets through:\n")?;
        for way in control.ways.iter().take(WAYS) {
            writeln!(out, "- {}", text(way))?;
        }
        match (control.ways.len().saturating_sub(WAYS), control.more_holes) {
            (0, false) => {}
            (0, true) => writeln!(out, "- … and others")?,
            (more, false) => writeln!(out, "- … and {more} more")?,
            (more, true) => writeln!(out, "- … and at least {more} more")?,
        }
    }
    exceptions_to(&control.exceptions, out)
}

fn exceptions_to(exceptions: &[ExceptionReport], out: &mut dyn Write) -> io::Result<()> {
    if exceptions.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n| outside | when | approved by | review by |\n|---|---|---|---|")?;
    for exception in exceptions.iter().take(LISTED) {
        let name = exception.name.as_deref().unwrap_or(&exception.id);
        writeln!(
            out,
            "| {} {} | {} | {} | {} |",
            exception.kind,
            text(name),
            exception.when.as_deref().map_or_else(|| "always".to_owned(), text),
            exception.owner.as_deref().map_or_else(|| "**nobody**".to_owned(), text),
            exception.review_by.as_deref().unwrap_or("–")
        )?;
    }
    Ok(())
}

fn findings_to(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let controls: Vec<&str> =
        run.tenants.iter().flat_map(|tenant| &tenant.controls).map(|control| control.id).collect();
    let mut findings: Vec<&Finding> = run.findings().filter(|finding| !controls.contains(&finding.rule)).collect();
    if findings.is_empty() {
        return Ok(());
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    let total = count(findings.len(), "other finding");
    writeln!(out, "\n<details>\n<summary>{total}</summary>\n\n| level | rule | where | what |\n|---|---|---|---|")?;
    for finding in findings.iter().take(LISTED) {
        let primary = finding.primary();
        let level = match finding.level {
            Level::Error => "**error**",
            other => other.word(),
        };
        let place = format!("{}:{}", primary.path, primary.start.line);
        writeln!(out, "| {level} | `{}` | {} | {} |", finding.rule, text(&place), text(&finding.message))?;
    }
    if findings.len() > LISTED {
        writeln!(out, "| | | | … and {} more |", findings.len() - LISTED)?;
    }
    writeln!(out, "\n</details>")
}

/// Text in which nothing is markup, a mention or a reference.
pub(super) fn text(text: &str) -> String {
    escaped(&clip(&visible(text), 500))
}

/// The same, however long it is.
pub(super) fn escaped(text: &str) -> String {
    visible(text).chars().fold(String::new(), |mut escaped, character| {
        match character {
            '<' | '>' | '&' | '@' | '#' => escaped.push_str(&format!("&#{};", u32::from(character))),
            // GitHub would turn this into a link.
            ':' if escaped.ends_with("http") || escaped.ends_with("https") => escaped.push_str("&#58;"),
            '.' if escaped.ends_with("www") => escaped.push_str("&#46;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '!' => escaped.extend(['\\', character]),
            _ => escaped.push(character),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_markup_no_mention_and_no_row() {
        assert_eq!(
            text("a|b\n<img src=x> @admin #1 [x](y) **z** `c`"),
            "a\\|b\u{FFFD}&#60;img src=x&#62; &#64;admin &#35;1 \\[x\\](y) \\*\\*z\\*\\* \\`c\\`"
        );
        assert_eq!(text("https://evil.example"), "https&#58;//evil.example");
    }
}
