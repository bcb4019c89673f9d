//! The report for a ticket or a pull request.

use super::{Report, words};
use crate::diff::Which;
use crate::replay::Class;
use crate::report::markdown::text;
use crate::report::page::Page;
use std::io::{self, Write};

/// By this a bot finds its comment again and updates it.
const MARK: &str = "<!-- caplint replay -->";

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let tally = &report.replayed.tally;
    let mut page = Page::default();
    page.part(6_000);
    page.add(&format!(
        "{MARK}\n**Sign-in log:** {}, {} of users replayed\n",
        words::rows(tally.rows),
        words::sign_ins(tally.counts.total())
    ));
    let changes: &[Class] = if report.tenants.len() > 1 { &Class::BETWEEN } else { &Class::SINCE };
    let classes: Vec<Class> = Class::OUTCOMES.iter().chain(changes).copied().collect();
    let row = |class: &Class| {
        format!("| {} | {} | {} |\n", words::class(*class), tally.counts.of(*class), words::meaning(*class))
    };
    let more = |total: usize| move |listed: usize| format!("- … and {} more\n", total - listed);
    let head = "\n| | sign-ins | |\n|---|---|---|\n";
    page.list(classes.len(), (head, ""), classes.iter().map(row), more(classes.len()));
    page.part(16_000);
    let examples = changes.iter().filter_map(|class| Some((class, tally.examples.get(class)?)));
    let examples: Vec<_> =
        examples.flat_map(|(class, first)| first.all().iter().map(move |instance| (class, instance))).collect();
    let lines = examples.iter().map(|(class, instance)| {
        let became = instance.judged.iter().enumerate().map(|(side, judged)| words::judged(report, side, judged));
        let became = became.collect::<Vec<_>>().join(" -> ");
        format!("- {}: {}: {}\n", words::class(**class), text(&words::example(&instance.example)), text(&became))
    });
    let around = ("\n<details>\n<summary>Examples</summary>\n\n", "\n</details>\n");
    page.list(examples.len(), around, lines, more(examples.len()));
    page.part(14_000);
    let mut policies: Vec<_> = tally.policies.iter().enumerate().collect();
    policies.retain(|(_, counts)| counts.asks + counts.blocks + counts.may > 0);
    policies.sort_by_key(|(index, counts)| (std::cmp::Reverse((counts.blocks, counts.asks, counts.may)), *index));
    policies.truncate(report.top);
    let rows = policies.iter().map(|(index, counts)| {
        let label = words::party(report, report.last(), Some(Which::Policy(*index)));
        format!("| {} | {} | {} | {} |\n", text(&label), counts.blocks, counts.asks, counts.may)
    });
    let head = "\n| policy | blocks | asks | may |\n|---|---|---|---|\n";
    page.list(policies.len(), (head, ""), rows, |listed| format!("| … and {} more | | | |\n", policies.len() - listed));
    page.part(12_000);
    if let Some(checked) = &report.replayed.checked {
        page.add(&format!("\n**Held against what Microsoft logged:** {}\n", words::agreement(checked.total())));
        let total = checked.disagreements.len();
        let lines = checked.disagreements.iter().map(|(disagreement, (count, _))| {
            format!("- {}\n", text(&words::disagreement(report, disagreement, *count)))
        });
        page.list(total, ("\n", ""), lines, more(total));
    }
    page.part(11_000);
    let remarks = words::remarks(report);
    let said = remarks.iter().map(|remark| format!("\n{}\n", text(remark)));
    page.list(remarks.len(), ("", ""), said, |listed| format!("\n… and {} more\n", remarks.len() - listed));
    page.part(1_000);
    page.add(&format!("\n{}\n", words::SAMPLE));
    out.write_all(page.into_text().as_bytes())
}
