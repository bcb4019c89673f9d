//! The report for people, in a terminal.

use super::{Report, VERIFIED, words};
use crate::diff::Which;
use crate::finding::visible;
use crate::replay::{ByName, Checked, Class, Counts, Tally};
use std::io::{self, Write};

/// Reasons for unknown outcomes that are shown.
const REASONS: usize = 10;

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let tally = &report.replayed.tally;
    head(report, tally, out)?;
    outcomes(report, tally, out)?;
    if let Some(checked) = &report.replayed.checked {
        verified(report, checked, out)?;
    }
    let changes: &[Class] = if report.tenants.len() > 1 { &Class::BETWEEN } else { &Class::SINCE };
    if tally.counts.total() > 0 {
        let title = if report.tenants.len() > 1 { "changes between the tenants" } else { "changes since the log" };
        writeln!(out, "{title}")?;
        section(report, tally, changes, out)?;
        policies(report, tally, out)?;
        let classes: Vec<Class> = changes.iter().chain(&Class::OUTCOMES).copied().collect();
        by_name("users", &tally.users, &classes, report.top, out)?;
        by_name("applications", &tally.apps, &classes, report.top, out)?;
        by_name("platforms", &tally.platforms, &classes, report.top, out)?;
        unknown(report, tally, out)?;
    }
    for remark in words::remarks(report) {
        writeln!(out, "{remark}")?;
    }
    writeln!(out, "{}", words::SAMPLE)
}

fn head(report: &Report<'_>, tally: &Tally, out: &mut dyn Write) -> io::Result<()> {
    let files = report.files.iter().filter(|file| !file.is_other).count();
    let days = tally.days.as_ref().map(|(first, last)| format!(", {} to {}", words::name(first), words::name(last)));
    writeln!(
        out,
        "{} in {}{}: {} of users replayed",
        words::rows(tally.rows),
        crate::report::count(files, "file"),
        days.unwrap_or_default(),
        words::sign_ins(tally.counts.total())
    )?;
    for line in words::left_out(tally) {
        writeln!(out, "  {line}")?;
    }
    for damaged in tally.damaged.all() {
        writeln!(out, "    {}", words::damaged(report, damaged))?;
    }
    writeln!(out)
}

fn outcomes(report: &Report<'_>, tally: &Tally, out: &mut dyn Write) -> io::Result<()> {
    let name = report.tenants.last().map_or("", |asked| asked.name.as_str());
    writeln!(out, "outcomes in {}", visible(name))?;
    for class in Class::OUTCOMES {
        writeln!(out, "  {:<10} {:>9}  {}", words::class(class), tally.counts.of(class), words::meaning(class))?;
    }
    writeln!(out)
}

/// Classes with their examples.
fn section(report: &Report<'_>, tally: &Tally, classes: &[Class], out: &mut dyn Write) -> io::Result<()> {
    let shown: Vec<Class> = classes.iter().copied().filter(|class| tally.counts.of(*class) > 0).collect();
    if shown.is_empty() {
        return writeln!(out, "  none\n");
    }
    for class in shown {
        let number = tally.counts.of(class);
        writeln!(out, "  {}: {}; {}", words::class(class), words::sign_ins(number), words::meaning(class))?;
        for instance in tally.examples.get(&class).into_iter().flat_map(crate::replay::First::all) {
            let became: Vec<String> =
                instance.judged.iter().enumerate().map(|(side, judged)| words::judged(report, side, judged)).collect();
            let became = match became.as_slice() {
                [one] => format!("then {}, now {one}", words::past(instance.example.past)),
                several => several.join(" -> "),
            };
            writeln!(out, "    {}", words::example(&instance.example))?;
            writeln!(out, "      {}", visible(&became))?;
        }
    }
    writeln!(out)
}

fn policies(report: &Report<'_>, tally: &Tally, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "policies")?;
    let mut all: Vec<_> = tally.policies.iter().enumerate().collect();
    all.retain(|(_, counts)| counts.asks + counts.blocks + counts.may > 0);
    all.sort_by_key(|(index, counts)| (std::cmp::Reverse((counts.blocks, counts.asks, counts.may)), *index));
    for (index, counts) in all.iter().take(report.top) {
        let parts = [("blocks", counts.blocks), ("asks", counts.asks), ("may ask or block", counts.may)];
        let said: Vec<String> = parts.iter().filter(|(_, n)| *n > 0).map(|(what, n)| format!("{what} {n}")).collect();
        let label = words::party(report, report.last(), Some(Which::Policy(*index)));
        writeln!(out, "  {label}: {}", said.join(", "))?;
    }
    match all.len() {
        0 => writeln!(out, "  none of them asks for anything or blocks\n"),
        _ => more(all.len(), report.top, out),
    }
}

fn more(all: usize, shown: usize, out: &mut dyn Write) -> io::Result<()> {
    if all > shown {
        writeln!(out, "  and {} more; --top shows more of them", all - shown)?;
    }
    writeln!(out)
}

fn by_name(title: &str, names: &ByName, classes: &[Class], top: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{title}")?;
    for (name, counts) in names.first(top) {
        writeln!(out, "  {}: {}", words::name(name), words::counts(&counts, classes))?;
    }
    for (what, counts) in [("without a name", &names.unnamed), ("others", &names.others)] {
        if *counts != Counts::default() {
            writeln!(out, "  {what}: {}", words::counts(counts, classes))?;
        }
    }
    more(names.len(), top, out)
}

fn unknown(report: &Report<'_>, tally: &Tally, out: &mut dyn Write) -> io::Result<()> {
    if tally.unknown.is_empty() {
        return Ok(());
    }
    writeln!(out, "not known, because")?;
    let mut all: Vec<_> = tally.unknown.iter().collect();
    all.sort_by_key(|(key, count)| (std::cmp::Reverse(**count), **key));
    for ((which, coordinate), count) in all.iter().take(REASONS) {
        let party = words::party(report, report.last(), *which);
        writeln!(out, "  {party}: {}: {}", words::unknown(*coordinate), words::sign_ins(**count))?;
    }
    if all.len() > REASONS {
        writeln!(out, "  and {} more reasons", all.len() - REASONS)?;
    }
    writeln!(out)
}

fn verified(report: &Report<'_>, checked: &Checked, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "held against what Microsoft logged")?;
    writeln!(out, "  {} with policies, {} without", words::sign_ins(checked.sign_ins), checked.silent)?;
    writeln!(out, "  whether a policy applies: {}", words::agreement(checked.total()))?;
    for (condition, agreement) in &checked.conditions {
        writeln!(out, "    {}: {}", words::condition(*condition), words::agreement(*agreement))?;
    }
    let mut disagreements: Vec<_> = checked.disagreements.iter().collect();
    disagreements.sort_by_key(|(disagreement, _)| (disagreement.condition, disagreement.policy));
    if !disagreements.is_empty() {
        writeln!(out, "  disagreements, by condition")?;
    }
    for (disagreement, (count, examples)) in disagreements {
        writeln!(out, "    {}", words::disagreement(report, disagreement, *count))?;
        for example in examples.all() {
            writeln!(out, "      {}", words::example(example))?;
        }
    }
    for (index, policy) in checked.policies.iter().enumerate().filter(|(_, policy)| policy.other_state > 0) {
        let label = words::party(report, VERIFIED, Some(Which::Policy(index)));
        writeln!(out, "  {label} was in another state than in the files: {}", words::sign_ins(policy.other_state))?;
    }
    for (id, (name, count)) in checked.strangers.iter().take(report.top) {
        let (name, id) = (words::name(name), words::name(id));
        writeln!(out, "  not in the files: \"{name}\" ({id}): {}", words::sign_ins(*count))?;
    }
    let never: Vec<String> = checked
        .never_named
        .iter()
        .enumerate()
        .filter(|(_, never)| **never && checked.sign_ins > 0)
        .map(|(index, _)| words::party(report, VERIFIED, Some(Which::Policy(index))))
        .collect();
    for label in never.iter().take(report.top) {
        writeln!(out, "  not in the log: {label}")?;
    }
    writeln!(out)
}
