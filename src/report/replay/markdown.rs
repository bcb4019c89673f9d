//! The report for a ticket or a pull request.

use super::{Report, words};
use crate::diff::Which;
use crate::replay::Class;
use crate::report::markdown::text;
use std::io::{self, Write};

/// By this a bot finds its comment again and updates it.
const MARK: &str = "<!-- caplint replay -->";

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let tally = &report.replayed.tally;
    writeln!(out, "{MARK}")?;
    writeln!(
        out,
        "**Sign-in log:** {}, {} of users replayed\n",
        words::rows(tally.rows),
        words::sign_ins(tally.counts.total())
    )?;
    writeln!(out, "| | sign-ins | |\n|---|---|---|")?;
    let changes: &[Class] = if report.tenants.len() > 1 { &Class::BETWEEN } else { &Class::SINCE };
    for class in Class::OUTCOMES.iter().chain(changes) {
        writeln!(out, "| {} | {} | {} |", words::class(*class), tally.counts.of(*class), words::meaning(*class))?;
    }
    let examples = changes.iter().filter_map(|class| Some((class, tally.examples.get(class)?)));
    let lines: Vec<String> = examples
        .flat_map(|(class, first)| first.all().iter().map(move |instance| (class, instance)))
        .map(|(class, instance)| {
            let became = instance.judged.iter().enumerate().map(|(side, judged)| words::judged(report, side, judged));
            let became = became.collect::<Vec<_>>().join(" -> ");
            format!("- {}: {}: {}", words::class(*class), text(&words::example(&instance.example)), text(&became))
        })
        .collect();
    if !lines.is_empty() {
        writeln!(out, "\n<details>\n<summary>Examples</summary>\n")?;
        for line in lines {
            writeln!(out, "{line}")?;
        }
        writeln!(out, "\n</details>")?;
    }
    let mut policies: Vec<_> = tally.policies.iter().enumerate().collect();
    policies.retain(|(_, counts)| counts.asks + counts.blocks + counts.may > 0);
    policies.sort_by_key(|(index, counts)| (std::cmp::Reverse((counts.blocks, counts.asks, counts.may)), *index));
    if !policies.is_empty() {
        writeln!(out, "\n| policy | blocks | asks | may |\n|---|---|---|---|")?;
    }
    for (index, counts) in policies.iter().take(report.top) {
        let label = words::party(report, report.last(), Some(Which::Policy(*index)));
        writeln!(out, "| {} | {} | {} | {} |", text(&label), counts.blocks, counts.asks, counts.may)?;
    }
    if let Some(checked) = &report.replayed.checked {
        writeln!(out, "\n**Held against what Microsoft logged:** {}\n", words::agreement(checked.total()))?;
        for (disagreement, (count, _)) in &checked.disagreements {
            writeln!(out, "- {}", text(&words::disagreement(report, disagreement, *count)))?;
        }
    }
    for remark in words::remarks(report) {
        writeln!(out, "\n{}", text(&remark))?;
    }
    writeln!(out, "\n{}", words::SAMPLE)
}
